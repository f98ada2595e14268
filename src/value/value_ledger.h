/*-------------------------------------------------------------------------
 *
 * value_ledger.h
 *		The ledger of one customer: from rows, together, and encoded.
 *
 * The functions that take a content take a ChsLedger; see
 * customer_family.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_VALUE_LEDGER_H
#define CHS_VALUE_LEDGER_H

#include "value/value.h"

extern void chs_ledger_init(void *content);
extern void chs_ledger_of_rows(void *content, const void *rows, uint32 nrows);
extern uint32 chs_ledger_max_rows(const void *content);
extern uint32 chs_ledger_to_rows(const void *content, void *rows);
extern void chs_ledger_join_begin(void *content);
extern void chs_ledger_join(void *content, const void *part);
extern void chs_ledger_join_end(void *content);
extern Size chs_ledger_space(const void *content);
extern char *chs_ledger_encode(const void *content, char *to);
extern const char *chs_ledger_decode(void *content, const char *from, const char *end);
extern const char *chs_ledger_skip(const char *from, const char *end);
extern void chs_ledger_check(const void *content);

#endif							/* CHS_VALUE_LEDGER_H */
