/*-------------------------------------------------------------------------
 *
 * subscription_movements.h
 *		New, expansion, contraction, churned, reactivation: per bucket.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SUBSCRIPTION_MOVEMENTS_H
#define CHS_SUBSCRIPTION_MOVEMENTS_H

#include "shared/buckets.h"
#include "subscription/subscription.h"

typedef enum ChsMovement
{
	CHS_NEW,
	CHS_EXPANSION,
	CHS_CONTRACTION,
	CHS_CHURNED,
	CHS_REACTIVATION,
	CHS_MOVEMENTS
} ChsMovement;

/* what moved in a bucket by one definition */
typedef struct ChsMoved
{
	int128		mrr[CHS_MOVEMENTS];
	int64		customers[CHS_MOVEMENTS];
} ChsMoved;

/* the MRR of the customers who were there a year before a bucket's close */
typedef struct ChsTrailing
{
	int128		then;			/* a year before */
	int128		kept;			/* at the close, at most what each paid then */
	int128		now;			/* at the close */
} ChsTrailing;

typedef struct ChsMovementTable
{
	const ChsBuckets *buckets;
	DateADT		end;			/* the day after the last one that is read */
	int			nknown;			/* buckets that begin by as_of */
	int64		reactivation_days;	/* PG_INT64_MAX: never new again */
	int128		opening_mrr;	/* of the first bucket */
	int64		opening_customers;
	ChsMoved   *boundary;		/* per bucket */
	ChsMoved   *event;			/* per bucket, or NULL when it is not asked for */
	ChsTrailing *trailing;		/* per known bucket, or NULL when it is not asked for */
	DateADT    *year_before;	/* per known bucket, the day a year before its close */
	int32	   *year_of_day;	/* the first bucket whose year_before has reached
								 * year_before[0] + 1 + i, or NULL */
} ChsMovementTable;

extern void chs_movements_init(ChsMovementTable *table, const ChsBuckets *buckets, DateADT as_of,
							   int64 reactivation_days, bool want_events);
extern void chs_movements_want_trailing(ChsMovementTable *table);
extern void chs_movements_read(ChsMovementTable *table, ChsCursor *cursor);

#endif							/* CHS_SUBSCRIPTION_MOVEMENTS_H */
