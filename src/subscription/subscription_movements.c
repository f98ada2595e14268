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
 * is longer than reactivation_days.  Steps after as_of are not read, so a
 * running bucket closes with the state on as_of, and buckets after it have no
 * movements.
 *
 * One pass over the customers and their steps fills both tables; a customer
 * touches only the buckets in which its MRR changes.  Openings and closings
 * are not added up per bucket, because that would touch every bucket of every
 * customer: each closing is its opening plus the movements, by either
 * definition, as the changes of a customer within a bucket add up to c - o.
 *
 * The trailing table holds, per bucket, sums over the customers who paid a
 * year before its close: t then, c at the close, and the smaller of the two.
 * From bucket to bucket these change for a customer only where a step enters
 * the close or, a year later, the day a year before it.  So a customer adds
 * differences in those buckets, and running sums give the table at the end.
 * The day a year before the close is the last day of a period of a year:
 * with the close on the last day of February it is the last day of February.
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
chs_movements_init(ChsMovementTable *table, const ChsBuckets *buckets, DateADT as_of,
				   int64 reactivation_days, bool want_events)
{
	memset(table, 0, sizeof(*table));
	table->buckets = buckets;
	table->end = Min(buckets->end, as_of + 1);
	while (table->nknown < buckets->n && buckets->bounds[table->nknown] <= as_of)
		table->nknown++;
	table->reactivation_days = reactivation_days;
	table->boundary = palloc0(buckets->n * sizeof(ChsMoved));
	if (want_events)
		table->event = palloc0(buckets->n * sizeof(ChsMoved));
}

/*
 * Trailing twelve months.
 */

/* The same day a year before; 28 February for the 29th. */
static DateADT
year_before(DateADT day)
{
	int32		month = chs_month_of(day);
	DateADT		start = chs_bucket_start(CHS_BY_MONTH, month - 12, NULL, 0);
	DateADT		next = chs_bucket_start(CHS_BY_MONTH, month - 11, NULL, 0);

	return Min(start + (day - chs_bucket_start(CHS_BY_MONTH, month, NULL, 0)), next - 1);
}

/* Call it when the buckets are prepared. */
void
chs_movements_want_trailing(ChsMovementTable *table)
{
	const ChsBuckets *buckets = table->buckets;
	int			n = table->nknown;
	int64		days;

	if (n == 0)
		return;
	table->trailing = palloc0(n * sizeof(ChsTrailing));
	table->year_before = palloc(n * sizeof(DateADT));
	for (int i = 0; i < n; i++)
		table->year_before[i] = year_before(Min(buckets->bounds[i + 1], table->end)) - 1;

	days = (int64) table->year_before[n - 1] - table->year_before[0];
	if (buckets->of_day == NULL)
		return;
	table->year_of_day = palloc(Max(days, 1) * sizeof(int32));
	for (int i = 1; i < n; i++)
	{
		for (DateADT day = table->year_before[i - 1] + 1; day <= table->year_before[i]; day++)
			table->year_of_day[day - table->year_before[0] - 1] = i;
	}
}

/*
 * The first bucket whose close comes a year after a step or later; nknown when
 * there is none.
 */
static inline int
trailing_bucket(const ChsMovementTable *table, DateADT day)
{
	const DateADT *days = table->year_before;
	int			low = 0;
	int			high = table->nknown - 1;

	if (day <= days[low])
		return low;
	if (day > days[high])
		return table->nknown;
	if (likely(table->year_of_day != NULL))
		return table->year_of_day[day - days[0] - 1];
	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (days[middle] >= day)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/*
 * By how much a customer changes the sums from the bucket where it was last
 * looked at to this one.
 */
static inline void
add_trailing(ChsTrailing *trailing, int64 then, int64 now, int64 then_before, int64 now_before)
{
	trailing->then += (int128) then - then_before;
	if (then == 0)
		now = 0;
	if (then_before == 0)
		now_before = 0;
	trailing->kept += (int128) Min(then, now) - Min(then_before, now_before);
	trailing->now += (int128) now - now_before;
}

/*
 * A customer of n steps, in the buckets that close a year after one of them.
 */
static inline void
read_trailing(ChsMovementTable *table, const ChsStep *steps, int n)
{
	const ChsBuckets *buckets = table->buckets;
	int64		then = 0;
	int64		now = 0;
	int			i_then = 0;		/* the next step to enter */
	int			i_now = 0;
	int			bucket = trailing_bucket(table, steps[0].day);

	while (bucket < table->nknown)
	{
		int64		then_before = then;
		int64		now_before = now;
		int			next = table->nknown;

		for (; i_then < n && steps[i_then].day <= table->year_before[bucket]; i_then++)
		{
			chs_check_interrupts(i_then);
			then = steps[i_then].mrr;
		}
		for (; i_now < n && steps[i_now].day < buckets->bounds[bucket + 1]; i_now++)
		{
			chs_check_interrupts(i_now);
			now = steps[i_now].mrr;
		}
		add_trailing(&table->trailing[bucket], then, now, then_before, now_before);

		if (i_then < n)
			next = trailing_bucket(table, steps[i_then].day);
		if (i_now < n && then > 0)
			next = Min(next, chs_bucket_among(buckets, steps[i_now].day));
		bucket = next;
	}
}

static void
sum_trailing(ChsMovementTable *table)
{
	for (int i = 1; i < table->nknown; i++)
	{
		chs_check_interrupts(i);
		table->trailing[i].then += table->trailing[i - 1].then;
		table->trailing[i].kept += table->trailing[i - 1].kept;
		table->trailing[i].now += table->trailing[i - 1].now;
	}
}

/*
 * Movements.
 */
static inline void
move(ChsMoved *moved, ChsMovement movement, int64 amount)
{
	moved->mrr[movement] += amount;
	moved->customers[movement]++;
}

/*
 * The movement of step i, which starts a spell of paying.
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
	/* a customer who had not paid by the opening is new, whatever happened since */
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

	/* later steps do not exist */
	while (n > 0 && steps[n - 1].day >= table->end)
	{
		chs_check_interrupts(n);
		n--;
	}
	if (n == 0)
		return;
	if (table->trailing)
		read_trailing(table, steps, n);

	for (; i < n && steps[i].day < buckets->first; i++)
	{
		chs_check_interrupts(i);
		mrr = steps[i].mrr;
	}
	table->opening_mrr += mrr;
	table->opening_customers += mrr > 0;

	while (i < n)
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
chs_movements_read(ChsMovementTable *table, ChsCursor *cursor)
{
	const ChsHistory *history;

	while ((history = chs_subs_next(cursor)) != NULL)
		read_customer(table, history);
	if (table->trailing)
		sum_trailing(table);
}
