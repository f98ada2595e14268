/*-------------------------------------------------------------------------
 *
 * subscription.h
 *		The state of subscriptionsummary: per customer, MRR as a step function
 *		of days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SUBSCRIPTION_H
#define CHS_SUBSCRIPTION_H

#include "customer/customer_state.h"
#include "shared/money.h"

#define CHS_SUBS_TYPE	"subscriptionsummary"

/*
 * A row of a customer: from a day to before another, and how much a month.
 */
typedef struct ChsSubsRow
{
	ChsKey		key;
	DateADT		first;
	DateADT		end;			/* first day after; DATEVAL_NOEND when open */
	int64		amount;
} ChsSubsRow;

/* From a day on, until the next step, a customer pays this much a month. */
typedef struct ChsStep
{
	DateADT		day;
	int64		mrr;
} ChsStep;

/*
 * The steps of a customer: days rise, each differs from the one before, the
 * first is above zero.
 */
typedef struct ChsHistory
{
	ChsKey		key;
	int			nsteps;
	int			max;
	ChsStep    *steps;
} ChsHistory;

extern const ChsCustomerFamily chs_subs_family;
extern Datum chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts);

/*
 * A pass over the customers of a value in any form, in the order of keys, to
 * its end.
 */
static inline void
chs_subs_open(ChsCursor *cursor, Datum value)
{
	chs_customers_open(cursor, &chs_subs_family, value, true);
}

/* The next customer, who stays until the next call, or NULL. */
static inline const ChsHistory *
chs_subs_next(ChsCursor *cursor)
{
	return (const ChsHistory *) chs_cursor_next(cursor);
}

#endif							/* CHS_SUBSCRIPTION_H */
