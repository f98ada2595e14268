/*-------------------------------------------------------------------------
 *
 * activity_days.h
 *		The active days of one customer: together, and encoded.
 *
 * The functions that take a content take a ChsActivityCustomer; see
 * customer_family.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_ACTIVITY_DAYS_H
#define CHS_ACTIVITY_DAYS_H

#include "activity/activity.h"

extern void chs_days_init(void *content);
extern void chs_days_reserve(ChsActivityCustomer *days, int64 max);
extern int32 chs_days_checked_chunk(int64 chunk);
extern void chs_days_join_begin(void *content);
extern void chs_days_join(void *content, const void *part);
extern void chs_days_join_end(void *content);
extern Size chs_days_space(const void *content);
extern char *chs_days_encode(const void *content, char *to);
extern const char *chs_days_decode(void *content, const char *from, const char *end);
extern const char *chs_days_skip(const char *from, const char *end);
extern void chs_days_check(const void *content);

#endif							/* CHS_ACTIVITY_DAYS_H */
