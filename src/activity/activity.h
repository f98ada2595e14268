/*-------------------------------------------------------------------------
 *
 * activity.h
 *		The state of activitysummary: per customer, the set of active days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_ACTIVITY_H
#define CHS_ACTIVITY_H

#include "utils/date.h"

#include "customer/customer_state.h"

#define CHS_ACTIVITY_TYPE	"activitysummary"

/*
 * 64 days: bit i is day chunk * 64 + i.  chunk = day >> 6, rounded down for
 * days before 2000.
 */
typedef struct ChsDayChunk
{
	int32		chunk;
	uint64		bits;			/* never 0 */
} ChsDayChunk;

/* The active days of a customer. */
typedef struct ChsActivityCustomer
{
	ChsKey		key;
	int			nchunks;		/* at least 1 */
	int			max;
	ChsDayChunk *chunks;		/* they rise */
} ChsActivityCustomer;

extern const ChsCustomerFamily chs_activity_family;
extern Datum chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day);

/*
 * For accessors: a pass over the customers of a value in any form, in the
 * order of keys.  to_end: it will not be left before its end.
 */
static inline void
chs_activity_open(ChsCursor *cursor, Datum value, bool to_end)
{
	chs_customers_open(cursor, &chs_activity_family, value, to_end);
}

/* The next customer, who stays until the next call, or NULL. */
static inline const ChsActivityCustomer *
chs_activity_next(ChsCursor *cursor)
{
	return (const ChsActivityCustomer *) chs_cursor_next(cursor);
}

#endif							/* CHS_ACTIVITY_H */
