/*-------------------------------------------------------------------------
 *
 * subscription_movements.c
 *		New, expansion, contraction, churned, reactivation: per bucket.
 *
 * A bucket [b, e) opens with the state on b - 1 and closes with the state on
 * e - 1.  For a customer who paid o at the opening and c at the closing:
 *
 *		boundary	o = 0 < c	new, when there was no MRR before b;
 *								otherwise reactivation
 *					o > 0 = c	churned
 *					c > o		expansion
 *					c < o		contraction
 *		event		the same with the days before and after each change in
 *					place of o and c, for every change in the bucket
 *
 * A reactivation is new again when the gap before the spell that pays again
 * is longer than reactivation_days.
 *
 * One pass over the customers and their steps fills both tables; a customer
 * touches only the buckets in which its MRR changes.  What opens and closes
 * is not added up per bucket, for that would touch every bucket of every
 * customer: each closing is its opening plus what moved, by either
 * definition, as the changes of a customer within a bucket add up to c - o.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "subscription/subscription_movements.h"

void
chs_movements_init(ChsMovementTable *table, const ChsBuckets *buckets,
				   int64 reactivation_days, bool want_events)
{
	memset(table, 0, sizeof(*table));
	table->buckets = buckets;
	table->reactivation_days = reactivation_days;
	table->boundary = palloc0(buckets->n * sizeof(ChsMoved));
	if (want_events)
		table->event = palloc0(buckets->n * sizeof(ChsMoved));
}

static inline void
move(ChsMoved *moved, ChsMovement movement, int64 amount)
{
	moved->mrr[movement] += amount;
	moved->customers[movement]++;
}

/*
 * What step i is that starts a spell of paying.
 */
static inline ChsMovement
start_of_spell(const ChsMovementTable *table, const ChsStep *steps, int i)
{
	if (i == 0 || (int64) steps[i].day - steps[i - 1].day > table->reactivation_days)
		return CHS_NEW;
	return CHS_REACTIVATION;
}

static inline ChsMovement
classify_event(const ChsMovementTable *table, const ChsStep *steps, int i, int64 before)
{
	if (before == 0)
		return start_of_spell(table, steps, i);
	if (steps[i].mrr == 0)
		return CHS_CHURNED;
	return steps[i].mrr > before ? CHS_EXPANSION : CHS_CONTRACTION;
}

/*
 * A customer whose MRR changes in a bucket, by steps first to last.
 */
static inline ChsMovement
classify_boundary(const ChsMovementTable *table, const ChsStep *steps, int first, int last, int64 before)
{
	int			spell = last;

	if (before > 0)
	{
		if (steps[last].mrr == 0)
			return CHS_CHURNED;
		return steps[last].mrr > before ? CHS_EXPANSION : CHS_CONTRACTION;
	}
	/* who had not paid by the opening is new, whatever happened since */
	if (first == 0)
		return CHS_NEW;
	while (steps[spell - 1].mrr > 0)
		spell--;
	return start_of_spell(table, steps, spell);
}

static inline void
read_customer(ChsMovementTable *table, const ChsHistory *history)
{
	const ChsBuckets *buckets = table->buckets;
	const ChsStep *steps = history->steps;
	int			n = history->nsteps;
	int64		mrr = 0;
	int			i = 0;

	for (; i < n && steps[i].day < buckets->first; i++)
	{
		chs_check_interrupts(i);
		mrr = steps[i].mrr;
	}
	table->opening_mrr += mrr;
	table->opening_customers += mrr > 0;

	while (i < n && steps[i].day < buckets->end)
	{
		int			bucket = chs_bucket_among(buckets, steps[i].day);
		DateADT		end = buckets->bounds[bucket + 1];
		int64		opening = mrr;
		int			first = i;

		for (; i < n && steps[i].day < end; i++)
		{
			chs_check_interrupts(i);
			if (table->event)
				move(&table->event[bucket], classify_event(table, steps, i, mrr),
					 Max(mrr, steps[i].mrr) - Min(mrr, steps[i].mrr));
			mrr = steps[i].mrr;
		}
		if (mrr != opening)
			move(&table->boundary[bucket], classify_boundary(table, steps, first, i - 1, opening),
				 Max(mrr, opening) - Min(mrr, opening));
	}
}

void
chs_movements_read(ChsMovementTable *table, ChsSubsCursor *cursor)
{
	while (chs_subs_next(cursor))
		read_customer(table, &cursor->history);
}
