/*-------------------------------------------------------------------------
 *
 * retention.c
 *		Retention, churn, growth and renewal: from counts, from rows of
 *		customers for one period, and for every bucket of a calendar.
 *
 * The flow of customers is kept by flow.c, where the counters and their
 * identities are explained.  One period is the same thing with two
 * boundaries, so flow_agg(started, ended, period) and flow_agg(started,
 * ended, bucket) share everything but the reading of their last argument.
 *
 * Rates are in percent: retention = (at_start - lost) / at_start, churn =
 * lost / at_start.  New customers who leave in the bucket they came in are
 * in neither.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/check.h"
#include "retention/flow.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/type_ops.h"
#include "shared/ratio.h"

/* a timeline of more rows is a mistake: a century of days has 36,525 */
#define MAX_TIMELINE	1000000

PG_FUNCTION_INFO_V1(chs_retention_rate);
PG_FUNCTION_INFO_V1(chs_churn_rate);
PG_FUNCTION_INFO_V1(chs_growth_rate);
PG_FUNCTION_INFO_V1(chs_growth_rate_float8);
PG_FUNCTION_INFO_V1(chs_rate_interval);
PG_FUNCTION_INFO_V1(chs_flow_in);
PG_FUNCTION_INFO_V1(chs_flow_out);
PG_FUNCTION_INFO_V1(chs_flow_recv);
PG_FUNCTION_INFO_V1(chs_flow_send);
PG_FUNCTION_INFO_V1(chs_flow_accum_period);
PG_FUNCTION_INFO_V1(chs_flow_accum_bucket);
PG_FUNCTION_INFO_V1(chs_flow_accum_bounds);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_period);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_bucket);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_bounds);
PG_FUNCTION_INFO_V1(chs_flow_combine);
PG_FUNCTION_INFO_V1(chs_flow_combine_inv);
PG_FUNCTION_INFO_V1(chs_flow_final);
PG_FUNCTION_INFO_V1(chs_flow_customers_at_start);
PG_FUNCTION_INFO_V1(chs_flow_new_customers);
PG_FUNCTION_INFO_V1(chs_flow_new_kept_customers);
PG_FUNCTION_INFO_V1(chs_flow_lost_customers);
PG_FUNCTION_INFO_V1(chs_flow_customers_at_end);
PG_FUNCTION_INFO_V1(chs_flow_retention_rate);
PG_FUNCTION_INFO_V1(chs_flow_churn_rate);
PG_FUNCTION_INFO_V1(chs_flow_timeline);
PG_FUNCTION_INFO_V1(chs_renewal_accum);
PG_FUNCTION_INFO_V1(chs_renewal_accum_inv);

/*
 * Arguments.
 */
static inline ChsFlow *
flow_arg(FunctionCallInfo fcinfo, int argno)
{
	return chs_checked_flow(chs_summary_arg(fcinfo, argno));
}

static inline bool
is_empty(const ChsFlow *flow)
{
	return flow->kind == CHS_NO_BUCKETS;
}

pg_noreturn static void
refuse_end(DateADT started, DateADT ended)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"ended\" is before \"started\""),
			 errdetail("The customer started on %s and ended on %s.",
					   chs_day_text(started), chs_day_text(ended)),
			 errhint("Correct the row, or leave it out with FILTER (WHERE ended IS NULL OR ended >= started).")));
}

/*
 * The first two arguments of a transition after the state; an open end is
 * given as the start.  False if the row is none of a customer: no start, or
 * it ended on the day it started.
 */
static inline bool
get_customer(FunctionCallInfo fcinfo, DateADT *started, DateADT *ended, bool *open)
{
	int32		use_start;		/* all bits or none */

	if (PG_ARGISNULL(1) || PG_ARGISNULL(3))
		return false;
	*started = PG_GETARG_DATEADT(1);
	chs_check_day_of_row(*started, "started", CHS_NO_ROW_NAME);
	*open = PG_ARGISNULL(2);

	/*
	 * Whether an end is open is as good as random from row to row, so there is
	 * no branch on it: an open end is the start, a day later in the comparison.
	 */
	use_start = -(int32) *open;
	*ended = (PG_GETARG_DATEADT(2) & ~use_start) | (*started & use_start);
	chs_check_day_of_row(*ended, "ended", CHS_NO_ROW_NAME);
	if (unlikely(*ended + *open <= *started))
	{
		if (*ended < *started)
			refuse_end(*started, *ended);
		return false;
	}
	return true;
}

/*
 * Are the boundaries those of the state?
 */
static inline bool
same_bounds(const ChsFlow *flow, const DateADT *bounds, int nbounds)
{
	return flow->kind == CHS_BY_BOUNDS && flow->nbounds == nbounds &&
		memcmp(flow->bounds, bounds, nbounds * sizeof(DateADT)) == 0;
}

/*
 * The state to write into, of the buckets that argument 3 asks for.  A NULL
 * or empty one is started.
 */
static pg_attribute_always_inline ChsFlow *
state_arg(FunctionCallInfo fcinfo)
{
	ChsFlow    *flow;

	if (unlikely(PG_ARGISNULL(0)))
		return NULL;
	flow = chs_checked_flow(chs_summary_writable_arg(fcinfo, 0));
	return unlikely(is_empty(flow)) ? NULL : flow;
}

static pg_attribute_always_inline ChsFlow *
state_of_bounds(FunctionCallInfo fcinfo, const DateADT *bounds, int nbounds)
{
	ChsFlow    *flow = state_arg(fcinfo);

	if (unlikely(flow == NULL))
		return chs_flow_start(CHS_BY_BOUNDS, bounds, nbounds);
	if (unlikely(!same_bounds(flow, bounds, nbounds)))
		chs_flow_refuse_mix(flow, chs_flow_start(CHS_BY_BOUNDS, bounds, nbounds));
	return flow;
}

static pg_attribute_always_inline ChsFlow *
state_of_period(FunctionCallInfo fcinfo)
{
	DateADT		bounds[2];

	chs_get_period(chs_summary_arg(fcinfo, 3), bounds);
	return state_of_bounds(fcinfo, bounds, 2);
}

static pg_attribute_always_inline ChsFlow *
state_of_array(FunctionCallInfo fcinfo)
{
	ArrayType  *array = chs_summary_arg(fcinfo, 3);
	ChsFlow    *flow = state_arg(fcinfo);
	const DateADT *bounds = (const DateADT *) ARR_DATA_PTR(array);

	/* what the state already has was checked with the first row */
	if (likely(flow && ARR_NDIM(array) == 1 && !ARR_HASNULL(array) &&
			   same_bounds(flow, bounds, ARR_DIMS(array)[0])))
		return flow;
	chs_check_bounds(array);
	return state_of_bounds(fcinfo, (const DateADT *) ARR_DATA_PTR(array), ARR_DIMS(array)[0]);
}

static pg_attribute_always_inline ChsFlow *
state_of_bucket(FunctionCallInfo fcinfo)
{
	text	   *name = chs_summary_arg(fcinfo, 3);
	ChsFlow    *flow = state_arg(fcinfo);
	ChsBucketKind kind;

	if (likely(flow && chs_bucket_is_named(flow->kind, VARDATA(name), VARSIZE(name) - VARHDRSZ)))
		return flow;
	kind = chs_bucket_kind(VARDATA(name), VARSIZE(name) - VARHDRSZ);
	if (flow)
		chs_flow_refuse_mix(flow, chs_flow_start(kind, NULL, 0));
	return chs_flow_start(kind, NULL, 0);
}

/*
 * What a function gives back: inside an aggregate the working form, to SQL
 * the canonical one.
 */
static inline Datum
return_flow(FunctionCallInfo fcinfo, ChsFlow *flow)
{
	if (!chs_summary_in_place(fcinfo))
		flow = chs_flow_sorted(flow);
	PG_RETURN_POINTER(flow);
}

/*
 * The same after customers were taken away.
 */
static Datum
return_remains(FunctionCallInfo fcinfo, ChsFlow *flow)
{
	if (!chs_summary_in_place(fcinfo))
		flow = chs_flow_sorted_remains(flow);
	PG_RETURN_POINTER(flow);
}

static inline Datum
return_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return return_flow(fcinfo, flow_arg(fcinfo, 0));
}

/*
 * From counts.
 */
Datum
chs_retention_rate(PG_FUNCTION_ARGS)
{
	int64		at_end = chs_check_count(PG_GETARG_NUMERIC(0), "at_end");
	int64		new = chs_check_count(PG_GETARG_NUMERIC(1), "new");
	int64		at_start = chs_check_count(PG_GETARG_NUMERIC(2), "at_start");

	if (at_start == 0)
		PG_RETURN_NULL();
	if (new > at_end)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are more new customers than customers at the end"),
				 errdetail("New are " INT64_FORMAT ", at the end " INT64_FORMAT ".", new, at_end),
				 errhint("Count as new those who came in the period and are still there at its end.")));
	if (at_end - new > at_start)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more customers were kept than there were at the start"),
				 errdetail("At the end are " INT64_FORMAT ", of them new " INT64_FORMAT ", at the start " INT64_FORMAT ".",
						   at_end, new, at_start),
				 errhint("Count as new everybody who is there at the end and was not at the start, returning customers too.")));
	PG_RETURN_FLOAT8(chs_percent(at_end - new, at_start));
}

Datum
chs_churn_rate(PG_FUNCTION_ARGS)
{
	int64		lost = chs_check_count(PG_GETARG_NUMERIC(0), "lost");
	int64		at_start = chs_check_count(PG_GETARG_NUMERIC(1), "at_start");

	if (at_start == 0)
		PG_RETURN_NULL();
	if (lost > at_start)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more customers were lost than there were at the start"),
				 errdetail("Lost are " INT64_FORMAT ", at the start " INT64_FORMAT ".", lost, at_start),
				 errhint("Count as lost only those who were there at the start.")));
	PG_RETURN_FLOAT8(chs_percent(lost, at_start));
}

static Datum
growth_rate(FunctionCallInfo fcinfo, float8 current, float8 previous)
{
	float8		growth;

	if (previous == 0)
		PG_RETURN_NULL();
	growth = 100.0 * (current - previous) / previous;
	if (isinf(growth))
		growth = (current - previous) / previous * 100.0;
	if (isinf(growth))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("growth rate is out of range"),
				 errdetail("It goes from %s to %s.", chs_double_text(previous), chs_double_text(current)),
				 errhint("Leave out periods with next to nothing before: nullif(round(previous::numeric, 6), 0).")));
	PG_RETURN_FLOAT8(growth);
}

Datum
chs_growth_rate(PG_FUNCTION_ARGS)
{
	return growth_rate(fcinfo,
					   chs_check_amount(PG_GETARG_NUMERIC(0), "current"),
					   chs_check_amount(PG_GETARG_NUMERIC(1), "previous"));
}

Datum
chs_growth_rate_float8(PG_FUNCTION_ARGS)
{
	return growth_rate(fcinfo,
					   chs_check_amount_float8(PG_GETARG_FLOAT8(0), "current"),
					   chs_check_amount_float8(PG_GETARG_FLOAT8(1), "previous"));
}

Datum
chs_rate_interval(PG_FUNCTION_ARGS)
{
	int64		successes = chs_check_count(PG_GETARG_NUMERIC(0), "successes");
	int64		trials = chs_check_count(PG_GETARG_NUMERIC(1), "trials");
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(2)));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (successes > trials)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are more successes than trials"),
				 errdetail("The counts are " INT64_FORMAT " of " INT64_FORMAT ".", successes, trials),
				 errhint("Pass the part first and the whole second: rate_interval(renewed, due).")));
	if (trials > 0)
	{
		float8		low;
		float8		high;

		chs_wilson(successes, trials, z, &low, &high);
		values[0] = Float8GetDatum(low);
		values[1] = Float8GetDatum(high);
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

/*
 * Input and output.  Text is the binary form in base64.
 */
Datum
chs_flow_in(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	chs_text_to_wire(CHS_FLOW_TYPE, PG_GETARG_CSTRING(0), &buf);
	PG_RETURN_POINTER(chs_flow_from_wire(&buf));
}

Datum
chs_flow_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(chs_text_from_wire(chs_flow_to_wire(flow_arg(fcinfo, 0))));
}

Datum
chs_flow_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(chs_flow_from_wire((StringInfo) PG_GETARG_POINTER(0)));
}

Datum
chs_flow_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(chs_flow_to_wire(flow_arg(fcinfo, 0)));
}

static void
flow_content(Datum value, ChsContent *content)
{
	ChsFlow    *flow = chs_checked_flow(PG_DETOAST_DATUM(value));
	ChsFlow    *sorted = chs_flow_sorted(flow);

	if (sorted != flow && PointerGetDatum(flow) != value)
		pfree(flow);
	chs_content_from(PointerGetDatum(sorted), offsetof(ChsFlow, kind), content);
	content->made = PointerGetDatum(sorted) == value ? NULL : sorted;
}

CHS_TYPE_OPERATORS(chs_flow, flow_content)

/*
 * flowsummary_accum(state, started, ended, period | bucket | boundaries): one
 * more customer.  Not strict: ended may be NULL, which means open.
 */
#define DEFINE_FLOW_ACCUM(name, state_of) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	DateADT		started; \
	DateADT		ended; \
	bool		open; \
\
	if (!get_customer(fcinfo, &started, &ended, &open)) \
		return return_unchanged(fcinfo); \
	return return_flow(fcinfo, chs_flow_count(state_of(fcinfo), started, ended, open)); \
}

DEFINE_FLOW_ACCUM(chs_flow_accum_period, state_of_period)
DEFINE_FLOW_ACCUM(chs_flow_accum_bucket, state_of_bucket)
DEFINE_FLOW_ACCUM(chs_flow_accum_bounds, state_of_array)

/*
 * flowsummary_accum_inv(...): one customer less, for moving windows.
 */
#define DEFINE_FLOW_DISCARD(name, state_of) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	DateADT		started; \
	DateADT		ended; \
	bool		open; \
\
	if (!get_customer(fcinfo, &started, &ended, &open)) \
		return return_unchanged(fcinfo); \
	return return_remains(fcinfo, chs_flow_discount(state_of(fcinfo), started, ended, open)); \
}

DEFINE_FLOW_DISCARD(chs_flow_accum_inv_period, state_of_period)
DEFINE_FLOW_DISCARD(chs_flow_accum_inv_bucket, state_of_bucket)
DEFINE_FLOW_DISCARD(chs_flow_accum_inv_bounds, state_of_array)

/*
 * combine(a, b): both together; a NULL or empty side counts nothing.
 */
Datum
chs_flow_combine(PG_FUNCTION_ARGS)
{
	ChsFlow    *from;

	if (PG_ARGISNULL(1) || is_empty(from = flow_arg(fcinfo, 1)))
	{
		if (PG_ARGISNULL(0) && !PG_ARGISNULL(1))
			return return_flow(fcinfo, flow_arg(fcinfo, 1));
		return return_unchanged(fcinfo);
	}
	if (PG_ARGISNULL(0) || is_empty(flow_arg(fcinfo, 0)))
		return return_flow(fcinfo, from);
	return return_flow(fcinfo, chs_flow_add(chs_summary_writable_arg(fcinfo, 0), from));
}

/*
 * flowsummary_combine_inv(a, b): the inverse of combine, for moving windows
 * over stored summaries.
 */
Datum
chs_flow_combine_inv(PG_FUNCTION_ARGS)
{
	ChsFlow    *from;

	if (PG_ARGISNULL(1) || is_empty(from = flow_arg(fcinfo, 1)))
		return return_unchanged(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (is_empty(flow_arg(fcinfo, 0)))
		return return_remains(fcinfo, chs_flow_subtract(chs_flow_start(from->kind, from->bounds, from->nbounds), from));
	return return_remains(fcinfo, chs_flow_subtract(chs_summary_writable_arg(fcinfo, 0), from));
}

/*
 * flowsummary_final(state): the canonical form, or NULL when there was no
 * customer.
 */
Datum
chs_flow_final(PG_FUNCTION_ARGS)
{
	ChsFlow    *flow = flow_arg(fcinfo, 0);

	if (flow->rows == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(chs_flow_sorted(flow));
}

/*
 * Questions to a flow of one period.  Both forms are read as they are.
 */
static bool
get_period_counts(FunctionCallInfo fcinfo, ChsFlowCounts *counts)
{
	ChsFlow    *flow = flow_arg(fcinfo, 0);
	ChsFlowBucket *entry = chs_flow_buckets(flow);

	memset(counts, 0, sizeof(*counts));
	if (flow->rows == 0)
		return false;
	if (flow->kind != CHS_BY_BOUNDS || flow->nbounds != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this flow holds many periods"),
				 errdetail("It holds %s.", chs_flow_describe(flow)),
				 errhint("Use retention_timeline(s, from_day, to_day, as_of), or flow_agg(started, ended, daterange('2026-01-01', '2026-04-01')).")));

	for (int i = 0; i < chs_flow_slots(flow); i++, entry++)
	{
		if (entry->used && entry->bucket < 0)
			counts->at_start = entry->kept;
		else if (entry->used && entry->bucket == 0)
		{
			counts->new = entry->kept + entry->passed;
			counts->new_kept = entry->kept;
			counts->lost = entry->lost;
		}
	}
	counts->at_end = counts->at_start - counts->lost + counts->new_kept;
	return true;
}

#define DEFINE_FLOW_COUNT(name, field) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	ChsFlowCounts counts; \
\
	(void) get_period_counts(fcinfo, &counts); \
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
	ChsFlowCounts counts;

	if (!get_period_counts(fcinfo, &counts) || counts.at_start == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(counts.at_start - counts.lost, counts.at_start));
}

Datum
chs_flow_churn_rate(PG_FUNCTION_ARGS)
{
	ChsFlowCounts counts;

	if (!get_period_counts(fcinfo, &counts) || counts.at_start == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(counts.lost, counts.at_start));
}

/*
 * Timeline.
 */
static void
put_bucket(ReturnSetInfo *result, const ChsFlow *flow, int32 bucket,
		   const ChsFlowCounts *counts, DateADT as_of)
{
	DateADT		next = chs_bucket_start(flow->kind, bucket + 1, flow->bounds, flow->nbounds);
	Datum		values[9];
	bool		nulls[9] = {false};

	values[0] = DateADTGetDatum(chs_bucket_start(flow->kind, bucket, flow->bounds, flow->nbounds));
	values[1] = Int64GetDatum(counts->at_start);
	values[2] = Int64GetDatum(counts->new);
	values[3] = Int64GetDatum(counts->new_kept);
	values[4] = Int64GetDatum(counts->lost);
	values[5] = Int64GetDatum(counts->at_end);
	if (counts->at_start > 0)
	{
		values[6] = Float8GetDatum(chs_percent(counts->at_start - counts->lost, counts->at_start));
		values[7] = Float8GetDatum(chs_percent(counts->lost, counts->at_start));
	}
	else
	{
		values[6] = values[7] = (Datum) 0;
		nulls[6] = nulls[7] = true;
	}
	values[8] = BoolGetDatum(next - 1 <= as_of);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * First and last bucket to show: from_day and to_day extended outward to
 * whole buckets.
 */
static void
get_shown_buckets(const ChsFlow *flow, DateADT from_day, DateADT to_day, int32 *first, int32 *last)
{
	if (from_day >= to_day)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"to_day\" must be after \"from_day\""),
				 errdetail("The days are %s and %s.", chs_day_text(from_day), chs_day_text(to_day)),
				 errhint("The second day is exclusive: a year is retention_timeline(s, '2026-01-01', '2027-01-01', as_of).")));
	if (flow->kind == CHS_BY_BOUNDS &&
		(from_day < flow->bounds[0] || to_day > flow->bounds[flow->nbounds - 1]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the days reach outside the buckets of the flow"),
				 errdetail("The days are %s and %s; the flow is of %s.",
						   chs_day_text(from_day), chs_day_text(to_day), chs_flow_describe(flow)),
				 errhint("Ask for days between the first and the last boundary, or build the flow with more of them.")));

	*first = chs_bucket_of(flow->kind, from_day, flow->bounds, flow->nbounds);
	*last = chs_bucket_of(flow->kind, to_day - 1, flow->bounds, flow->nbounds);
	if ((int64) *last - *first >= MAX_TIMELINE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many buckets to show"),
				 errdetail("From %s to %s there are " INT64_FORMAT " buckets; at most %d are shown.",
						   chs_day_text(from_day), chs_day_text(to_day),
						   (int64) *last - *first + 1, MAX_TIMELINE),
				 errhint("Ask for fewer days, or build the flow with a longer bucket: flow_agg(started, ended, 'month').")));
}

/*
 * retention_timeline(s, from_day, to_day, as_of): a row per bucket.
 */
Datum
chs_flow_timeline(PG_FUNCTION_ARGS)
{
	ChsFlow    *flow = chs_flow_sorted(flow_arg(fcinfo, 0));
	DateADT		from_day = PG_GETARG_DATEADT(1);
	DateADT		to_day = PG_GETARG_DATEADT(2);
	DateADT		as_of = PG_GETARG_DATEADT(3);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsFlowBucket *entry = chs_flow_buckets(flow);
	ChsFlowBucket *end = entry + flow->nbuckets;
	ChsFlowCounts counts = {0};
	int32		first;
	int32		last;

	chs_check_day(from_day, "from_day");
	chs_check_day(to_day, "to_day");
	chs_check_day(as_of, "as_of");
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (is_empty(flow))
		return (Datum) 0;
	get_shown_buckets(flow, from_day, to_day, &first, &last);

	for (; entry < end && entry->bucket < first; entry++)
	{
		CHECK_FOR_INTERRUPTS();
		counts.at_start += entry->kept - entry->lost;
	}
	for (int32 bucket = first; bucket <= last; bucket++)
	{
		bool		here = entry < end && entry->bucket == bucket;

		CHECK_FOR_INTERRUPTS();
		counts.new = here ? entry->kept + entry->passed : 0;
		counts.new_kept = here ? entry->kept : 0;
		counts.lost = here ? entry->lost : 0;
		counts.at_end = counts.at_start - counts.lost + counts.new_kept;
		put_bucket(result, flow, bucket, &counts, as_of);
		counts.at_start = counts.at_end;
		entry += here;
	}
	return (Datum) 0;
}

/*
 * ratiosummary_renewal_accum(state, due, renewed, as_of): a contract that was
 * due by as_of, renewed or not.  Strict.
 */
static inline bool
is_due(FunctionCallInfo fcinfo)
{
	DateADT		due = PG_GETARG_DATEADT(1);
	DateADT		as_of = PG_GETARG_DATEADT(3);

	chs_check_day_of_row(due, "due", CHS_NO_ROW_NAME);
	chs_check_day(as_of, "as_of");
	return due <= as_of;
}

Datum
chs_renewal_accum(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	if (is_due(fcinfo))
		chs_ratio_count(ratio, PG_GETARG_BOOL(2));
	PG_RETURN_POINTER(ratio);
}

Datum
chs_renewal_accum_inv(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	if (is_due(fcinfo) && !chs_ratio_discount(ratio, PG_GETARG_BOOL(2)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot take away a contract that the summary does not hold"),
				 errdetail("It was due on %s.", chs_day_text(PG_GETARG_DATEADT(1))),
				 errhint("This function serves moving windows; write renewal_rate(due, renewed, as_of) OVER (...) instead of calling it.")));
	PG_RETURN_POINTER(ratio);
}
