/*-------------------------------------------------------------------------
 *
 * activity_cohorts.c
 *		Cohorts of customers, and how many came back: cohort_retention.
 *
 * A customer belongs to the bucket of its first day and adds one to a cell of
 * its cohort for each bucket it is active in; in mode on_or_after, one to the
 * bucket of its last day, and sums from the last bucket back are the answer.
 * Cells of cohorts without customers are never made.
 *
 * from_day and to_day choose the cohorts, as_of how far each is followed: the
 * buckets go from that of the first cohort to the one that contains as_of,
 * and the first ones of them begin the cohorts.
 *
 * With a summary of entries beside that of activity (sign-ups and use), the
 * entry's first day gives the cohort and activity the cells; both are read in
 * the order of keys, side by side.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "activity/activity_cohorts.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/report.h"

static const char *const mode_names[] = {"on", "on_or_after", "within", "between"};

/*
 * The mode of a name, which must be one of those up to last.
 */
ChsReturnMode
chs_return_mode(text *mode, ChsReturnMode last)
{
	const char *name = VARDATA_ANY(mode);
	int			len = VARSIZE_ANY_EXHDR(mode);

	for (int i = CHS_RETURN_ON; i <= (int) last; i++)
	{
		if (len == (int) strlen(mode_names[i]) && memcmp(name, mode_names[i], len) == 0)
			return (ChsReturnMode) i;
	}
	chs_refuse_word("mode", name, len,
					last == CHS_RETURN_BETWEEN ?
					"Pass 'on' (active on that very day), 'on_or_after' (on that day or later), 'within' (on any day up to that day) or 'between' (on any day from one of the days to before the next)." :
					"Pass 'on' (active in that very bucket) or 'on_or_after' (in that bucket or later).");
}

typedef struct Cohorts
{
	ChsActiveBuckets buckets;
	int			n;				/* of the buckets */
	int			nshown;			/* the first ones, which are cohorts to show */
	DateADT		as_of;
	bool		or_after;
	int64	   *sizes;
	int64	  **retained;		/* of cohort i: n - i of them */
} Cohorts;

/*
 * Arguments from argno on: bucket or boundaries, from_day, to_day, as_of,
 * mode.
 */
static void
init_cohorts(Cohorts *cohorts, FunctionCallInfo fcinfo, int argno, bool by_name)
{
	ChsActiveBuckets *buckets = &cohorts->buckets;

	cohorts->or_after = chs_return_mode(PG_GETARG_TEXT_PP(argno + 4), CHS_RETURN_ON_OR_AFTER) == CHS_RETURN_ON_OR_AFTER;
	cohorts->nshown = chs_get_cohort_buckets(fcinfo, argno, by_name, &buckets->buckets, &buckets->as_of);
	cohorts->n = buckets->buckets.n;
	cohorts->as_of = buckets->as_of;
	cohorts->sizes = palloc0(cohorts->nshown * sizeof(int64));
	cohorts->retained = palloc0(cohorts->nshown * sizeof(int64 *));
}

/*
 * The cohort of a customer's first day, where the customer is counted; -1 if
 * it is not shown.
 */
static inline int
join_cohort(Cohorts *cohorts, DateADT first_day)
{
	const ChsBuckets *buckets = &cohorts->buckets.buckets;
	int			cohort;

	if (first_day < buckets->first || first_day >= buckets->bounds[cohorts->nshown] || first_day > cohorts->as_of)
		return -1;
	cohort = chs_bucket_among(buckets, first_day);
	if (unlikely(cohorts->sizes[cohort]++ == 0))
		cohorts->retained[cohort] = palloc0((cohorts->n - cohort) * sizeof(int64));
	return cohort;
}

/* Mode on_or_after: active up to the bucket of the last day. */
static inline void
add_last_bucket(Cohorts *cohorts, int cohort, const ChsActivityCustomer *customer)
{
	const ChsBuckets *buckets = &cohorts->buckets.buckets;
	int			last = cohorts->n - 1;
	DateADT		day;

	if (chs_first_day(customer) > cohorts->as_of)
		return;
	day = chs_last_day(customer, cohorts->as_of);
	if (day < buckets->bounds[cohort])
		return;
	if (day < buckets->end)
		last = chs_bucket_among(buckets, day);
	cohorts->retained[cohort][last - cohort]++;
}

static inline void
add_activity(Cohorts *cohorts, int cohort, const ChsActivityCustomer *customer)
{
	ChsActiveBuckets *buckets = &cohorts->buckets;

	if (cohorts->or_after)
	{
		add_last_bucket(cohorts, cohort, customer);
		return;
	}
	chs_active_buckets(buckets, customer);
	for (int i = 0; i < buckets->n; i++)
	{
		if (buckets->active[i] >= cohort)
			cohorts->retained[cohort][buckets->active[i] - cohort]++;
	}
}

static void
put_cohort(ChsReport *report, const Cohorts *cohorts, int cohort)
{
	int64	   *retained = cohorts->retained[cohort];
	int			n = cohorts->n - cohort;

	if (cohorts->or_after)
	{
		for (int i = n - 2; i >= 0; i--)
			retained[i] += retained[i + 1];
	}
	for (int i = 0; i < n; i++)
	{
		chs_report_start_row(report);
		chs_report_day(report, cohorts->buckets.buckets.bounds[cohort]);
		chs_report_int64(report, cohorts->sizes[cohort]);
		chs_report_int32(report, i);
		if (chs_is_complete(&cohorts->buckets, cohort + i))
		{
			chs_report_int64(report, retained[i]);
			chs_report_percent(report, retained[i], cohorts->sizes[cohort]);
		}
		else
			chs_report_nulls(report, 2);
		chs_report_end_row(report);
	}
}

/*
 * [entry, ] activity, bucket | boundaries, from_day, to_day, as_of, mode.
 */
static Datum
report_cohorts(FunctionCallInfo fcinfo, bool by_entry, bool by_name)
{
	ChsReport	report;
	Cohorts		cohorts;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;
	ChsActivityBeside activity;

	chs_report_begin(&report, fcinfo);
	init_cohorts(&cohorts, fcinfo, by_entry ? 2 : 1, by_name);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), cohorts.nshown > 0);
	if (by_entry)
		chs_beside_open(&activity, PG_GETARG_DATUM(1), cursor.key_kind);
	if (cohorts.nshown == 0)
		return (Datum) 0;
	chs_active_buckets_init(&cohorts.buckets, cursor.customers);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		int			cohort = join_cohort(&cohorts, chs_first_day(customer));

		if (cohort < 0)
			continue;
		if (by_entry)
			customer = chs_beside(&activity, customer->key);
		if (customer)
			add_activity(&cohorts, cohort, customer);
	}
	for (int i = 0; i < cohorts.nshown; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cohorts.sizes[i] > 0)
			put_cohort(&report, &cohorts, i);
	}
	return (Datum) 0;
}

/*
 * cohort_retention(s, bucket | boundaries, from_day, to_day, as_of, mode): a
 * row per cohort that has customers and bucket from its own to that of as_of:
 * size and retained in customers, rate in percent; both NULL where as_of has
 * not reached the bucket's last day.  Days after as_of are unknown.  Strict.
 */
static Datum
cohort_retention(FunctionCallInfo fcinfo, bool by_name)
{
	return report_cohorts(fcinfo, false, by_name);
}

CHS_BY_NAME_AND_BOUNDS(cohort_retention);

/*
 * cohort_retention(entry, activity, bucket | boundaries, from_day, to_day,
 * as_of, mode): the same with the customers of entry and their first days
 * there as cohorts; summaries of different kinds of keys are an error.
 */
static Datum
entry_retention(FunctionCallInfo fcinfo, bool by_name)
{
	return report_cohorts(fcinfo, true, by_name);
}

CHS_BY_NAME_AND_BOUNDS(entry_retention);
