/*-------------------------------------------------------------------------
 *
 * retention_report.c
 *		Questions to a flow of customers: the counts and rates of one period,
 *		and a row per bucket.
 *
 * Rates are in percent: retention = (at_start - lost) / at_start, churn =
 * lost / at_start.  New customers who leave in the bucket they came in are
 * in neither.
 *
 * Days after as_of do not exist: flow.c says why leaving them out of the sums
 * is enough.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "retention/flow.h"

/* a timeline of more rows is a mistake: a century of days has 36,525 */
#define MAX_TIMELINE	1000000

PG_FUNCTION_INFO_V1(chs_flow_customers_at_start);
PG_FUNCTION_INFO_V1(chs_flow_new_customers);
PG_FUNCTION_INFO_V1(chs_flow_new_kept_customers);
PG_FUNCTION_INFO_V1(chs_flow_lost_customers);
PG_FUNCTION_INFO_V1(chs_flow_customers_at_end);
PG_FUNCTION_INFO_V1(chs_flow_retention_rate);
PG_FUNCTION_INFO_V1(chs_flow_churn_rate);
PG_FUNCTION_INFO_V1(chs_flow_timeline);

/* what one bucket shows */
typedef struct FlowCounts
{
	int64		at_start;
	int64		new;
	int64		new_kept;
	int64		lost;
	int64		at_end;
} FlowCounts;

/* sums over the days of a bucket */
typedef struct FlowSums
{
	int64		starts;
	int64		ends;
	int64		passed;
} FlowSums;

static inline void
add_day(FlowSums *sums, const ChsFlowDay *day)
{
	sums->starts += day->starts;
	sums->ends += day->ends;
	sums->passed += day->passed;
}

static inline FlowCounts
get_counts(int64 at_start, const FlowSums *sums)
{
	FlowCounts	counts;

	counts.at_start = at_start;
	counts.new = sums->starts;
	counts.new_kept = sums->starts - sums->passed;
	counts.lost = sums->ends - sums->passed;
	counts.at_end = at_start - counts.lost + counts.new_kept;
	return counts;
}

/*
 * One period.
 */
static void
check_one_period(const ChsFlow *flow)
{
	ChsFlowKind kind = chs_flow_kind(flow);

	if (flow->nbounds != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this flow holds many periods"),
				 errdetail("It holds %s.", chs_flow_describe(&kind)),
				 errhint("Use retention_timeline(s, from_day, to_day, as_of), or flow_agg(started, ended, daterange('2026-01-01', '2026-04-01')).")));
}

/*
 * The counts of a flow of one period, argument 0, as of argument 1 where the
 * call has one.  False when no day of the period is known.  Both forms of a
 * flow are read as they are.
 */
static bool
get_period_counts(FunctionCallInfo fcinfo, FlowCounts *counts)
{
	ChsFlow    *flow = chs_checked_flow(chs_summary_arg(fcinfo, 0));
	const ChsFlowDay *entry = chs_flow_days(flow);
	DateADT		as_of = flow->as_of;
	FlowSums	before = {0};
	FlowSums	inside = {0};

	if (PG_NARGS() > 1)
	{
		chs_check_day(PG_GETARG_DATEADT(1), "as_of");
		as_of = Min(as_of, PG_GETARG_DATEADT(1));
	}
	*counts = get_counts(0, &inside);
	if (chs_flow_is_empty(flow))
		return true;
	check_one_period(flow);
	for (uint32 i = 0; i < flow->counters.nslots; i++, entry++)
	{
		DateADT		day = chs_flow_day(entry);

		if (entry->key == 0)
			continue;
		if (day < flow->bounds[0])
			add_day(&before, entry);
		else if (day < flow->bounds[1] && day <= as_of)
			add_day(&inside, entry);
	}
	*counts = get_counts(before.starts - before.ends, &inside);
	return as_of >= flow->bounds[0];
}

#define DEFINE_FLOW_COUNT(name, field) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	FlowCounts	counts; \
\
	if (!get_period_counts(fcinfo, &counts)) \
		PG_RETURN_NULL(); \
	PG_RETURN_INT64(counts.field); \
}

DEFINE_FLOW_COUNT(chs_flow_customers_at_start, at_start)
DEFINE_FLOW_COUNT(chs_flow_new_customers, new)
DEFINE_FLOW_COUNT(chs_flow_new_kept_customers, new_kept)
DEFINE_FLOW_COUNT(chs_flow_lost_customers, lost)
DEFINE_FLOW_COUNT(chs_flow_customers_at_end, at_end)

Datum
chs_flow_retention_rate(PG_FUNCTION_ARGS)
{
	FlowCounts	counts;

	if (!get_period_counts(fcinfo, &counts) || counts.at_start == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(counts.at_start - counts.lost, counts.at_start));
}

Datum
chs_flow_churn_rate(PG_FUNCTION_ARGS)
{
	FlowCounts	counts;

	if (!get_period_counts(fcinfo, &counts) || counts.at_start == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(counts.lost, counts.at_start));
}

/*
 * First and last bucket to show: from_day and to_day extended outward to
 * whole buckets.
 */
static void
get_shown_buckets(const ChsFlow *flow, DateADT from_day, DateADT to_day, int32 *first, int32 *last)
{
	ChsFlowKind kind = chs_flow_kind(flow);

	if (flow->kind == CHS_BY_BOUNDS &&
		(from_day < flow->bounds[0] || to_day > flow->bounds[flow->nbounds - 1]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the days reach outside the buckets of the flow"),
				 errdetail("The days are %s and %s; the flow is of %s.",
						   chs_day_text(from_day), chs_day_text(to_day), chs_flow_describe(&kind)),
				 errhint("Ask for days between the first and the last boundary, or build the flow with more of them.")));

	*first = chs_bucket_of(flow->kind, from_day, flow->bounds, flow->nbounds);
	*last = chs_bucket_of(flow->kind, to_day - 1, flow->bounds, flow->nbounds);
	chs_check_number_of_buckets((int64) *last - *first + 1, MAX_TIMELINE, from_day, to_day,
								"Ask for fewer days, or build the flow with a longer bucket: flow_agg(started, ended, 'month').");
}

/*
 * A walk over the days of a sorted list that are known.
 */
typedef struct FlowWalk
{
	const ChsFlowDay *next;
	const ChsFlowDay *end;
	DateADT		as_of;
} FlowWalk;

/*
 * The sums over the days before a day, from where the walk stands.
 */
static FlowSums
walk_to(FlowWalk *walk, DateADT day)
{
	FlowSums	sums = {0};

	for (; walk->next < walk->end && chs_flow_day(walk->next) < day && chs_flow_day(walk->next) <= walk->as_of; walk->next++)
	{
		CHECK_FOR_INTERRUPTS();
		add_day(&sums, walk->next);
	}
	return sums;
}

/*
 * A bucket that starts after as_of shows the state on as_of.  A flow of one
 * period does not know it when it lies before the period.
 */
static void
report_bucket(ChsReport *report, const ChsFlow *flow, int32 bucket, const FlowCounts *counts, DateADT as_of)
{
	DateADT		first = chs_bucket_start(flow->kind, bucket, flow->bounds, flow->nbounds);
	DateADT		next = chs_bucket_start(flow->kind, bucket + 1, flow->bounds, flow->nbounds);
	bool		known = !flow->one_period || as_of >= first - 1;
	int64		base = first <= as_of ? counts->at_start : 0;

	chs_report_start_row(report);
	chs_report_day(report, first);
	if (known)
		chs_report_int64(report, counts->at_start);
	else
		chs_report_null(report);
	chs_report_int64(report, counts->new);
	chs_report_int64(report, counts->new_kept);
	chs_report_int64(report, counts->lost);
	if (known)
		chs_report_int64(report, counts->at_end);
	else
		chs_report_null(report);
	chs_report_percent(report, base - counts->lost, base);
	chs_report_percent(report, counts->lost, base);
	chs_report_bool(report, next - 1 <= as_of);
	chs_report_end_row(report);
}

/*
 * retention_timeline(s, from_day, to_day, as_of): a row per bucket.
 */
Datum
chs_flow_timeline(PG_FUNCTION_ARGS)
{
	ChsFlow    *flow = chs_flow_sorted(chs_checked_flow(chs_summary_arg(fcinfo, 0)));
	DateADT		from_day = PG_GETARG_DATEADT(1);
	DateADT		to_day = PG_GETARG_DATEADT(2);
	DateADT		as_of = PG_GETARG_DATEADT(3);
	FlowWalk	walk;
	FlowSums	sums;
	int64		there;
	int32		first;
	int32		last;
	ChsReport	report;

	chs_check_days(from_day, to_day);
	chs_check_day(as_of, "as_of");
	chs_report_begin(&report, fcinfo);
	if (chs_flow_is_empty(flow))
		return (Datum) 0;
	get_shown_buckets(flow, from_day, to_day, &first, &last);

	as_of = Min(as_of, flow->as_of);
	walk.next = chs_flow_days(flow);
	walk.end = walk.next + flow->counters.nentries;
	walk.as_of = as_of;
	sums = walk_to(&walk, chs_bucket_start(flow->kind, first, flow->bounds, flow->nbounds));
	there = sums.starts - sums.ends;
	for (int32 bucket = first; bucket <= last; bucket++)
	{
		FlowCounts	counts;

		sums = walk_to(&walk, chs_bucket_start(flow->kind, bucket + 1, flow->bounds, flow->nbounds));
		counts = get_counts(there, &sums);
		report_bucket(&report, flow, bucket, &counts, as_of);
		there = counts.at_end;
	}
	return (Datum) 0;
}
