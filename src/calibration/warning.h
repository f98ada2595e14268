/*-------------------------------------------------------------------------
 *
 * warning.h
 *		The state of warningsummary: per customer, its scores by day and the
 *		day it left.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_WARNING_H
#define CHS_WARNING_H

#include "customer/customer_state.h"
#include "shared/check.h"

#define CHS_WARNING_TYPE	"warningsummary"

/* A row of a customer; churned_on is DATEVAL_NOEND where it is not known. */
typedef struct ChsWarningRow
{
	ChsKey		key;
	DateADT		day;
	DateADT		churned_on;
	float8		score;
} ChsWarningRow;

typedef struct ChsSnapshot
{
	DateADT		day;
	float8		score;			/* the lowest of this day */
} ChsSnapshot;

/* What is known of a customer. */
typedef struct ChsWarned
{
	ChsKey		key;
	DateADT		churned_on;		/* or DATEVAL_NOEND */
	int			n;				/* at least 1 */
	int			max;
	ChsSnapshot *snapshots;		/* days rise */
} ChsWarned;

extern const ChsCustomerFamily chs_warning_family;
extern Datum chs_warning_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsWarningRow *row, ChsRowName name);

/*
 * A pass over the customers of a value in any form, in the order of keys, to
 * its end.
 */
static inline void
chs_warning_open(ChsCursor *cursor, Datum value)
{
	chs_customers_open(cursor, &chs_warning_family, value, true);
}

/* The next customer, who stays until the next call, or NULL. */
static inline const ChsWarned *
chs_warning_next(ChsCursor *cursor)
{
	return (const ChsWarned *) chs_cursor_next(cursor);
}

#endif							/* CHS_WARNING_H */
