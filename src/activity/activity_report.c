/*-------------------------------------------------------------------------
 *
 * activity_report.c
 *		Activity over time: activity_timeline by buckets, activity_rolling by
 *		trailing windows.
 *
 * Timeline: a customer touches the buckets it is active in, and there three
 * counters: active, retained when the bucket before is touched as well, new
 * in the bucket of the first day.  What is left of the active came back
 * (resurrected), what is left of those active before was lost.
 *
 * Rolling: the window of day d is the w days that end with d.  An active day
 * x is in the windows of x to before x + w, so the windows that a customer is
 * in are runs [start, end): active days at most w apart make one run, which
 * ends w days after the last of them.  The window before d is the window of
 * d - w; those are the runs moved by w days.  Both together are
 *
 *		[start + w, end)				a run and itself, moved
 *		[start, end of the run before + w)	a run and the one before it, moved
 *
 * and no others, for a run is w days long at least and a run further back,
 * moved, ends before this one starts.  Each run adds one where it starts and
 * takes it away where it ends, in rows of differences; sums over the rows are
 * the counts.  A customer thus costs its active days, whatever the window.
 * Of those in the window and not in the one before, new ones have their first
 * day in the window: the run [first, first + w).  The others are resurrected.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/stats.h"

#define MAX_ROLLING_ROWS	1000000
#define MAX_WINDOW_DAYS		1000000

#define TIMELINE_COLUMNS	7
#define ROLLING_COLUMNS		9

PG_FUNCTION_INFO_V1(chs_activity_timeline_by_name);
PG_FUNCTION_INFO_V1(chs_activity_timeline_by_bounds);
PG_FUNCTION_INFO_V1(chs_activity_rolling);

/*
 * activity_timeline
 */
typedef struct TimelineBucket
{
	int64		active;
	int64		new;
	int64		retained;
} TimelineBucket;

typedef struct Timeline
{
	ChsActiveBuckets buckets;
	ChsDaySpan	before;			/* known days of the bucket before the first */
	int64		active_before;
	TimelineBucket *counts;
} Timeline;

static inline void
add_to_timeline(Timeline *timeline, const ChsActivityCustomer *customer)
{
	ChsActiveBuckets *buckets = &timeline->buckets;
	bool		was_active = chs_is_active(&timeline->before, customer);
	int			next = was_active ? 0 : -1; /* the bucket after the last active one */

	chs_active_buckets(buckets, customer);
	timeline->active_before += was_active;
	if (buckets->n > 0 && chs_first_day(customer) >= buckets->buckets.first)
		timeline->counts[buckets->active[0]].new++;
	for (int i = 0; i < buckets->n; i++)
	{
		TimelineBucket *counts = &timeline->counts[buckets->active[i]];

		counts->active++;
		counts->retained += buckets->active[i] == next;
		next = buckets->active[i] + 1;
	}
}

static void
put_bucket(ReturnSetInfo *result, const Timeline *timeline, int bucket)
{
	const TimelineBucket *counts = &timeline->counts[bucket];
	int64		before = bucket > 0 ? counts[-1].active : timeline->active_before;
	Datum		values[TIMELINE_COLUMNS];
	bool		nulls[TIMELINE_COLUMNS] = {false};

	values[0] = DateADTGetDatum(timeline->buckets.buckets.bounds[bucket]);
	values[1] = Int64GetDatum(counts->active);
	values[2] = Int64GetDatum(counts->new);
	values[3] = Int64GetDatum(counts->retained);
	values[4] = Int64GetDatum(counts->active - counts->new - counts->retained);
	values[5] = Int64GetDatum(before - counts->retained);
	values[6] = BoolGetDatum(chs_is_complete(&timeline->buckets, bucket));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * activity_timeline(s, bucket | boundaries, from_day, to_day, as_of): a row
 * per bucket with counts of customers.  Days after as_of are unknown.  Strict.
 */
static Datum
activity_timeline(FunctionCallInfo fcinfo, bool by_name)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Timeline	timeline;
	const ChsBuckets *buckets = &timeline.buckets.buckets;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	InitMaterializedSRF(fcinfo, 0);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	chs_get_active_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, cursor.customers, &timeline.buckets);
	timeline.before = chs_day_span(buckets->before, Min(buckets->first, timeline.buckets.as_of + 1));
	timeline.active_before = 0;
	timeline.counts = palloc0(buckets->n * sizeof(TimelineBucket));
	while ((customer = chs_activity_next(&cursor)) != NULL)
		add_to_timeline(&timeline, customer);

	for (int i = 0; i < buckets->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_bucket(result, &timeline, i);
	}
	return (Datum) 0;
}

Datum
chs_activity_timeline_by_name(PG_FUNCTION_ARGS)
{
	return activity_timeline(fcinfo, true);
}

Datum
chs_activity_timeline_by_bounds(PG_FUNCTION_ARGS)
{
	return activity_timeline(fcinfo, false);
}

/*
 * activity_rolling
 */
typedef struct RollingRow
{
	int64		on_day;			/* active on the day itself */
	/* differences to the row before, then the sums */
	int64		days;			/* active days in the window, of all customers */
	int64		in_window;
	int64		before;			/* in the window before */
	int64		both;
	int64		new;
} RollingRow;

typedef struct Rolling
{
	DateADT		from_day;
	DateADT		as_of;
	int			window;
	uint32		step;
	uint64		inverse;		/* of step: 2^64 / step, rounded up */
	uint32		last;			/* the last row's day, counted from from_day */
	int			nrows;
	RollingRow *rows;			/* and one more, where all ends that is not shown */
	ChsDaySpan	span;			/* known days that matter */
} Rolling;

static int
get_window(int64 days)
{
	return (int) chs_check_whole_range(days, 1, MAX_WINDOW_DAYS, "window_days",
									   "Pass the length of the window in days: 1, 7 or 30 for daily, weekly or monthly active customers.");
}

/* A step that leads beyond the last day leads there from anywhere. */
static uint32
get_step(int64 step, int64 days)
{
	if (step < 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"step_days\" must be at least 1"),
				 errdetail("The value is " INT64_FORMAT ".", step),
				 errhint("Pass 1 for a row per day, 7 for a row per week.")));
	return (uint32) Min(step, days);
}

/*
 * Arguments: s, window_days, from_day, to_day, as_of, step_days.
 *
 * No day here overflows: both windows together reach two million days beyond
 * the last date, and int32 has 2.4 million.
 */
static void
init_rolling(Rolling *rolling, FunctionCallInfo fcinfo)
{
	DateADT		from_day = PG_GETARG_DATEADT(2);
	DateADT		to_day = PG_GETARG_DATEADT(3);
	int64		days;
	int64		nrows;

	rolling->from_day = from_day;
	rolling->as_of = PG_GETARG_DATEADT(4);
	rolling->window = get_window(PG_GETARG_INT64(1));
	chs_check_days(from_day, to_day);
	chs_check_day(rolling->as_of, "as_of");
	days = (int64) to_day - from_day;
	rolling->step = get_step(PG_GETARG_INT64(5), days);
	nrows = (days + rolling->step - 1) / rolling->step;
	if (nrows > MAX_ROLLING_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many rows to show"),
				 errdetail("From %s to %s in steps of %u there are " INT64_FORMAT "; at most %d are shown.",
						   chs_day_text(from_day), chs_day_text(to_day), rolling->step, nrows, MAX_ROLLING_ROWS),
				 errhint("Ask for fewer days or for longer steps, for instance step_days => " INT64_FORMAT ".",
						 days / MAX_ROLLING_ROWS + 1)));
	rolling->inverse = PG_UINT64_MAX / rolling->step + 1;
	rolling->nrows = (int) nrows;
	rolling->last = (uint32) (nrows - 1) * rolling->step;
	rolling->rows = palloc0((nrows + 1) * sizeof(RollingRow));
	rolling->span = chs_day_span(from_day - 2 * rolling->window, Min(to_day, rolling->as_of + 1));
}

/*
 * The first row whose day is not before this one; nrows if there is none.
 *
 * The division is a multiplication by the inverse, which gives the quotient
 * of all numbers below 2^32 exactly (D. Lemire, O. Kaser, N. Kurz, "Faster
 * remainder by direct computation", 2019).
 */
static pg_attribute_always_inline uint32
row_from(const Rolling *rolling, DateADT day, bool every_day)
{
	int64		offset = (int64) day - rolling->from_day;

	if (offset <= 0)
		return 0;
	if (offset > rolling->last)
		return rolling->nrows;
	if (every_day)
		return (uint32) offset;
	return (uint32) (((uint128) rolling->inverse * (uint64) (offset + rolling->step - 1)) >> 64);
}

#define ADD_RUN(field, start, end) \
	(rolling->rows[row_from(rolling, start, every_day)].field++, \
	 rolling->rows[row_from(rolling, end, every_day)].field--)

static pg_attribute_always_inline void
add_run(Rolling *rolling, DateADT start, DateADT end, DateADT end_before, bool every_day)
{
	int			window = rolling->window;

	ADD_RUN(in_window, start, end);
	ADD_RUN(before, start + window, end + window);
	if (end > start + window)
		ADD_RUN(both, start + window, end);
	if (end_before > start - window)
		ADD_RUN(both, start, end_before + window);
}

static pg_attribute_always_inline void
add_day(Rolling *rolling, DateADT day, bool every_day)
{
	uint32		row = row_from(rolling, day, every_day);
	int64		row_day = rolling->from_day + (int64) row * (every_day ? 1 : rolling->step);

	rolling->rows[row].on_day += row_day == day;
	ADD_RUN(days, day, day + rolling->window);
}

/*
 * One customer.  Of a run that began before the days that matter, the start
 * is wrong and of no matter: it lies more than a window before the first row.
 */
static pg_attribute_always_inline void
add_customer(Rolling *rolling, const ChsActivityCustomer *customer, bool every_day)
{
	const ChsDaySpan *span = &rolling->span;
	DateADT		first_day = chs_first_day(customer);
	DateADT		start = PG_INT32_MIN;
	DateADT		end = PG_INT32_MIN;
	DateADT		end_before = PG_INT32_MIN;

	if (first_day > rolling->as_of)
		return;
	ADD_RUN(new, first_day, first_day + rolling->window);
	for (int i = chs_span_start(span, customer); chs_span_reaches(span, customer, i); i++)
	{
		DateADT		chunk_start = chs_chunk_start(&customer->chunks[i]);

		for (uint64 bits = chs_span_bits(span, &customer->chunks[i]); bits != 0; bits &= bits - 1)
		{
			DateADT		day = chunk_start + pg_rightmost_one_pos64(bits);

			add_day(rolling, day, every_day);
			if (day > end)
			{
				if (end > start)
					add_run(rolling, start, end, end_before, every_day);
				end_before = end;
				start = day;
			}
			end = day + rolling->window;
		}
	}
	if (end > start)
		add_run(rolling, start, end, end_before, every_day);
}

static inline void
sum_row(RollingRow *sum, const RollingRow *row)
{
	sum->on_day = row->on_day;
	sum->days += row->days;
	sum->in_window += row->in_window;
	sum->before += row->before;
	sum->both += row->both;
	sum->new += row->new;
}

static void
put_rolling_row(ReturnSetInfo *result, const Rolling *rolling, DateADT day, const RollingRow *counts)
{
	Datum		values[ROLLING_COLUMNS] = {0};
	bool		nulls[ROLLING_COLUMNS] = {false};

	values[0] = DateADTGetDatum(day);
	values[1] = Int64GetDatum(counts->on_day);
	values[2] = Int64GetDatum(counts->in_window);
	values[3] = Int64GetDatum(counts->new);
	values[4] = Int64GetDatum(counts->in_window - counts->both - counts->new);
	values[5] = Int64GetDatum(counts->before - counts->both);
	nulls[6] = counts->before == 0;
	if (counts->before > 0)
		values[6] = Float8GetDatum(chs_percent(counts->both, counts->before));
	nulls[7] = counts->in_window == 0;
	if (counts->in_window > 0)
		values[7] = Float8GetDatum(chs_percent(counts->days, rolling->window * counts->in_window));
	values[8] = BoolGetDatum(day <= rolling->as_of);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * activity_rolling(s, window_days, from_day, to_day, as_of, step_days): a row
 * per step_days days with the counts of the window that ends with the day, in
 * customers, and rates in percent, NULL where nobody is the denominator.
 * Days after as_of are unknown.  Strict.
 */
Datum
chs_activity_rolling(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Rolling		rolling;
	RollingRow	sum = {0};
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	InitMaterializedSRF(fcinfo, 0);
	init_rolling(&rolling, fcinfo);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	if (rolling.step == 1)
	{
		while ((customer = chs_activity_next(&cursor)) != NULL)
			add_customer(&rolling, customer, true);
	}
	else
	{
		while ((customer = chs_activity_next(&cursor)) != NULL)
			add_customer(&rolling, customer, false);
	}

	for (int i = 0; i < rolling.nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sum_row(&sum, &rolling.rows[i]);
		put_rolling_row(result, &rolling, (DateADT) (rolling.from_day + (int64) i * rolling.step), &sum);
	}
	return (Datum) 0;
}
