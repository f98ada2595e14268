/*-------------------------------------------------------------------------
 *
 * subscription_history.h
 *		What one customer paid, as steps: from rows, together, and encoded.
 *
 * The functions that take a content take a ChsHistory; see
 * customer_family.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SUBSCRIPTION_HISTORY_H
#define CHS_SUBSCRIPTION_HISTORY_H

#include "subscription/subscription.h"

extern void chs_history_init(void *content);
extern void chs_history_of_rows(void *content, const void *rows, uint32 nrows);
extern uint32 chs_history_max_rows(const void *content);
extern uint32 chs_history_to_rows(const void *content, void *rows);
extern void chs_history_join_begin(void *content);
extern void chs_history_join(void *content, const void *part);
extern void chs_history_join_end(void *content);
extern Size chs_history_space(const void *content);
extern char *chs_history_encode(const void *content, char *to);
extern const char *chs_history_decode(void *content, const char *from, const char *end);
extern const char *chs_history_skip(const char *from, const char *end);
extern void chs_history_check(const void *content);

#endif							/* CHS_SUBSCRIPTION_HISTORY_H */
