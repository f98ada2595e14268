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

typedef struct ChsMovementTable
{
	const ChsBuckets *buckets;
	int64		reactivation_days;	/* PG_INT64_MAX: never new again */
	int128		opening_mrr;	/* of the first bucket */
	int64		opening_customers;
	ChsMoved   *boundary;		/* per bucket */
	ChsMoved   *event;			/* per bucket, or NULL when nobody asks */
} ChsMovementTable;

extern void chs_movements_init(ChsMovementTable *table, const ChsBuckets *buckets,
							   int64 reactivation_days, bool want_events);
extern void chs_movements_read(ChsMovementTable *table, ChsSubsCursor *cursor);

#endif							/* CHS_SUBSCRIPTION_MOVEMENTS_H */
