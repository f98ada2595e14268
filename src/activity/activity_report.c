/*-------------------------------------------------------------------------
 *
 * activity_report.c
 *		Activity over time: activity_timeline by buckets, activity_rolling by
 *		trailing windows; activity_rows shows every active day.
 *
 * Timeline: a customer touches the buckets it is active in, and there four
 * counters: active, its days, retained when the bucket before is touched as
 * well, new in the bucket of the first day.  What is left of the active came
 * back (resurrected), what is left of those active before was lost.
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

#include "utils/uuid.h"

#include "shared/compat.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/report.h"

#define MAX_ROLLING_ROWS	1000000
#define MAX_WINDOW_DAYS		1000000
#define MAX_WINDOWS			100

PG_FUNCTION_INFO_V1(chs_activity_rolling);
PG_FUNCTION_INFO_V1(chs_activity_rolling_windows);
PG_FUNCTION_INFO_V1(chs_activity_rows);

/*
 * activity_timeline
 */
typedef struct TimelineBucket
{
	int64		active;
	int64		days;			/* active days of all customers */
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

	chs_active_buckets_and_days(buckets, customer);
	timeline->active_before += was_active;
	if (buckets->n > 0 && chs_first_day(customer) >= buckets->buckets.first)
		timeline->counts[buckets->active[0]].new++;
	for (int i = 0; i < buckets->n; i++)
	{
		TimelineBucket *counts = &timeline->counts[buckets->active[i]];

		counts->active++;
		counts->days += buckets->days[i];
		counts->retained += buckets->active[i] == next;
		next = buckets->active[i] + 1;
	}
}

/* In a bucket wholly after as_of nothing has happened, not even a loss. */
static void
put_bucket(ChsReport *report, const Timeline *timeline, int bucket)
{
	const TimelineBucket *counts = &timeline->counts[bucket];
	int64		known_days = chs_known_days(&timeline->buckets, bucket);
	int64		before = bucket > 0 ? counts[-1].active : timeline->active_before;

	chs_report_start_row(report);
	chs_report_day(report, timeline->buckets.buckets.bounds[bucket]);
	chs_report_int64(report, counts->active);
	chs_report_int64(report, counts->new);
	chs_report_int64(report, counts->retained);
	chs_report_int64(report, counts->active - counts->new - counts->retained);
	chs_report_int64(report, known_days > 0 ? before - counts->retained : 0);
	chs_report_percent(report, counts->days, known_days * counts->active);
	chs_report_bool(report, chs_is_complete(&timeline->buckets, bucket));
	chs_report_end_row(report);
}

/*
 * activity_timeline(s, bucket | boundaries, from_day, to_day, as_of): a row
 * per bucket with counts of customers, and their average daily number over
 * the known days in percent of them.  Days after as_of are unknown.  Strict.
 */
static Datum
activity_timeline(FunctionCallInfo fcinfo, bool by_name)
{
	ChsReport	report;
	Timeline	timeline;
	const ChsBuckets *buckets = &timeline.buckets.buckets;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	chs_report_begin(&report, fcinfo);
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &timeline.buckets.buckets, &timeline.buckets.as_of);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	chs_active_buckets_init(&timeline.buckets, cursor.customers);
	timeline.before = chs_day_span(buckets->before, Min(buckets->first, timeline.buckets.as_of + 1));
	timeline.active_before = 0;
	timeline.counts = palloc0(buckets->n * sizeof(TimelineBucket));
	while ((customer = chs_activity_next(&cursor)) != NULL)
		add_to_timeline(&timeline, customer);
	for (int i = 0; i < buckets->n; i++)
		put_bucket(&report, &timeline, i);
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(activity_timeline);

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

typedef struct Window
{
	int			days;
	RollingRow *rows;			/* and one more, where all ends that is not shown */
	RollingRow	sum;			/* of the rows up to the one that is shown */
	ChsDaySpan	span;			/* known days that matter */
} Window;

typedef struct Rolling
{
	DateADT		from_day;
	DateADT		as_of;
	uint32		step;
	uint64		inverse;		/* of step: 2^64 / step, rounded up */
	uint32		last;			/* the last row's day, counted from from_day */
	int			nrows;			/* of each window */
	int			nwindows;
	Window	   *windows;
} Rolling;

static void
set_windows(Rolling *rolling, int n, const int64 *days, const char *what)
{
	rolling->nwindows = n;
	rolling->windows = palloc0(n * sizeof(Window));
	for (int i = 0; i < n; i++)
	{
		rolling->windows[i].days = (int)
			chs_check_whole_range(days[i], 1, MAX_WINDOW_DAYS, what,
								  "Pass the length of the window in days: 1, 7 or 30 for daily, weekly or monthly active customers.");
	}
}

static void
get_windows(Rolling *rolling, ArrayType *array)
{
	static const char *const hint = "Pass the lengths of the windows in days: ARRAY[1, 7, 30].";
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	chs_check_list(array, "windows", hint);
	if (n > MAX_WINDOWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("windows must be at most %d", MAX_WINDOWS),
				 errdetail("There are %d.", n),
				 errhint("%s", hint)));
	set_windows(rolling, n, (const int64 *) ARR_DATA_PTR(array), "windows");
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

static int
number_of_rows(const Rolling *rolling, DateADT to_day, int64 days)
{
	int64		nrows = (days + rolling->step - 1) / rolling->step;

	if (nrows * rolling->nwindows > MAX_ROLLING_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many rows to show"),
				 errdetail("From %s to %s in steps of %u there are " INT64_FORMAT "%s; at most %d are shown.",
						   chs_day_text(rolling->from_day), chs_day_text(to_day), rolling->step, nrows,
						   rolling->nwindows > 1 ? psprintf(" for each of %d windows", rolling->nwindows) : "",
						   MAX_ROLLING_ROWS),
				 errhint("Ask for fewer days or for longer steps, for instance step_days => " INT64_FORMAT ".",
						 days * rolling->nwindows / MAX_ROLLING_ROWS + 1)));
	return (int) nrows;
}

/*
 * Arguments: s, window_days | windows, from_day, to_day, as_of, step_days.
 *
 * No day here overflows: both windows together reach two million days beyond
 * the last date, and int32 has 2.4 million.
 */
static void
init_rolling(Rolling *rolling, FunctionCallInfo fcinfo, bool by_windows)
{
	DateADT		from_day = PG_GETARG_DATEADT(2);
	DateADT		to_day = PG_GETARG_DATEADT(3);
	int64		days;

	rolling->from_day = from_day;
	rolling->as_of = PG_GETARG_DATEADT(4);
	if (by_windows)
		get_windows(rolling, PG_GETARG_ARRAYTYPE_P(1));
	else
		set_windows(rolling, 1, (int64[]){PG_GETARG_INT64(1)}, "window_days");
	chs_check_days(from_day, to_day);
	chs_check_day(rolling->as_of, "as_of");
	days = (int64) to_day - from_day;
	rolling->step = get_step(PG_GETARG_INT64(5), days);
	rolling->nrows = number_of_rows(rolling, to_day, days);
	rolling->inverse = PG_UINT64_MAX / rolling->step + 1;
	rolling->last = (uint32) (rolling->nrows - 1) * rolling->step;
	for (int i = 0; i < rolling->nwindows; i++)
	{
		Window	   *window = &rolling->windows[i];

		window->rows = palloc0((rolling->nrows + 1) * sizeof(RollingRow));
		window->span = chs_day_span(from_day - 2 * window->days, Min(to_day, rolling->as_of + 1));
	}
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
	(window->rows[row_from(rolling, start, every_day)].field++, \
	 window->rows[row_from(rolling, end, every_day)].field--)

static pg_attribute_always_inline void
add_run(const Rolling *rolling, Window *window, DateADT start, DateADT end, DateADT end_before, bool every_day)
{
	int			days = window->days;

	ADD_RUN(in_window, start, end);
	ADD_RUN(before, start + days, end + days);
	if (end > start + days)
		ADD_RUN(both, start + days, end);
	if (end_before > start - days)
		ADD_RUN(both, start, end_before + days);
}

static pg_attribute_always_inline void
add_day(const Rolling *rolling, Window *window, DateADT day, bool every_day)
{
	uint32		row = row_from(rolling, day, every_day);
	int64		row_day = rolling->from_day + (int64) row * (every_day ? 1 : rolling->step);

	window->rows[row].on_day += row_day == day;
	ADD_RUN(days, day, day + window->days);
}

/*
 * One customer.  Of a run that began before the days that matter, the start
 * is wrong and of no matter: it lies more than a window before the first row.
 */
static pg_attribute_always_inline void
add_to_window(const Rolling *rolling, Window *window, const ChsActivityCustomer *customer, bool every_day)
{
	const ChsDaySpan *span = &window->span;
	DateADT		first_day = chs_first_day(customer);
	DateADT		start = PG_INT32_MIN;
	DateADT		end = PG_INT32_MIN;
	DateADT		end_before = PG_INT32_MIN;

	if (first_day > rolling->as_of)
		return;
	ADD_RUN(new, first_day, first_day + window->days);
	for (int i = chs_span_start(span, customer); chs_span_reaches(span, customer, i); i++)
	{
		DateADT		chunk_start = chs_chunk_start(&customer->chunks[i]);

		for (uint64 bits = chs_span_bits(span, &customer->chunks[i]); bits != 0; bits &= bits - 1)
		{
			DateADT		day = chunk_start + pg_rightmost_one_pos64(bits);

			add_day(rolling, window, day, every_day);
			if (day > end)
			{
				if (end > start)
					add_run(rolling, window, start, end, end_before, every_day);
				end_before = end;
				start = day;
			}
			end = day + window->days;
		}
	}
	if (end > start)
		add_run(rolling, window, start, end, end_before, every_day);
}

static void
add_to_windows(const Rolling *rolling, const ChsActivityCustomer *customer)
{
	for (int i = 0; i < rolling->nwindows; i++)
	{
		if (rolling->step == 1)
			add_to_window(rolling, &rolling->windows[i], customer, true);
		else
			add_to_window(rolling, &rolling->windows[i], customer, false);
	}
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

/*
 * A window is cut at as_of, as a running bucket; one wholly after it is
 * empty, and no customer has lapsed in it.
 */
static void
put_window(ChsReport *report, const Rolling *rolling, const Window *window, DateADT day, bool by_windows)
{
	const RollingRow *counts = &window->sum;
	int64		known_days = window->days - Max((int64) day - rolling->as_of, 0);
	bool		is_known = known_days > 0;

	chs_report_start_row(report);
	chs_report_day(report, day);
	if (by_windows)
		chs_report_int64(report, window->days);
	chs_report_int64(report, counts->on_day);
	chs_report_int64(report, counts->in_window);
	chs_report_int64(report, counts->new);
	chs_report_int64(report, counts->in_window - counts->both - counts->new);
	chs_report_int64(report, is_known ? counts->before - counts->both : 0);
	chs_report_percent(report, counts->both, is_known ? counts->before : 0);
	chs_report_percent(report, counts->days, is_known ? known_days * counts->in_window : 0);
	chs_report_bool(report, day <= rolling->as_of);
	chs_report_end_row(report);
}

static Datum
activity_rolling(FunctionCallInfo fcinfo, bool by_windows)
{
	ChsReport	report;
	Rolling		rolling;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	chs_report_begin(&report, fcinfo);
	init_rolling(&rolling, fcinfo, by_windows);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((customer = chs_activity_next(&cursor)) != NULL)
		add_to_windows(&rolling, customer);
	for (int i = 0; i < rolling.nrows; i++)
	{
		DateADT		day = (DateADT) (rolling.from_day + (int64) i * rolling.step);

		for (int j = 0; j < rolling.nwindows; j++)
		{
			sum_row(&rolling.windows[j].sum, &rolling.windows[j].rows[i]);
			put_window(&report, &rolling, &rolling.windows[j], day, by_windows);
		}
	}
	return (Datum) 0;
}

/*
 * activity_rolling(s, window_days, from_day, to_day, as_of, step_days): a row
 * per step_days days with the counts of the window that ends with the day, in
 * customers, and rates in percent, NULL where the denominator is zero.
 * Days after as_of are unknown.  Strict.
 */
Datum
chs_activity_rolling(PG_FUNCTION_ARGS)
{
	return activity_rolling(fcinfo, false);
}

/*
 * activity_rolling(s, windows, from_day, to_day, as_of, step_days): the same
 * with a row per day and window, from one pass.
 */
Datum
chs_activity_rolling_windows(PG_FUNCTION_ARGS)
{
	return activity_rolling(fcinfo, true);
}

/*
 * activity_rows(s): a row per active day of each customer, in the order of
 * keys and days; the key is the hash that the summary keeps.  Strict.
 */
Datum
chs_activity_rows(PG_FUNCTION_ARGS)
{
	ChsReport	report;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	chs_report_begin(&report, fcinfo);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		pg_uuid_t	key = chs_key_uuid(customer->key);

		for (int i = 0; i < customer->nchunks; i++)
		{
			for (uint64 bits = customer->chunks[i].bits; bits != 0; bits &= bits - 1)
			{
				chs_report_start_row(&report);
				chs_report_datum(&report, UUIDPGetDatum(&key));
				chs_report_day(&report, chs_chunk_start(&customer->chunks[i]) + pg_rightmost_one_pos64(bits));
				chs_report_end_row(&report);
			}
		}
	}
	return (Datum) 0;
}
