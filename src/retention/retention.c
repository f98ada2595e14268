/*-------------------------------------------------------------------------
 *
 * retention.c
 *		Retention, churn, growth and renewal: from counts, and the aggregates
 *		over rows of customers and contracts.
 *
 * The flow of customers is kept by flow.c, where the counters and their
 * identities are explained; retention_report.c answers questions to it.  One
 * period is the same thing with two boundaries, so flow_agg(started, ended,
 * period) and flow_agg(started, ended, bucket) share everything but the
 * reading of their last arguments.
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

PG_FUNCTION_INFO_V1(chs_retention_rate);
PG_FUNCTION_INFO_V1(chs_churn_rate);
PG_FUNCTION_INFO_V1(chs_growth_rate);
PG_FUNCTION_INFO_V1(chs_growth_rate_float8);
PG_FUNCTION_INFO_V1(chs_rate_interval);
PG_FUNCTION_INFO_V1(chs_flow_accum_period);
PG_FUNCTION_INFO_V1(chs_flow_accum_bucket);
PG_FUNCTION_INFO_V1(chs_flow_accum_bounds);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_period);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_bucket);
PG_FUNCTION_INFO_V1(chs_flow_accum_inv_bounds);
PG_FUNCTION_INFO_V1(chs_flow_final);
PG_FUNCTION_INFO_V1(chs_renewal_accum);
PG_FUNCTION_INFO_V1(chs_renewal_accum_inv);

/*
 * The first two arguments of a transition after the state; an open end is
 * given as the start.  False if the row is none of a customer: no start, or
 * it ended on the day it started.
 */
static inline bool
get_customer(FunctionCallInfo fcinfo, DateADT *started, DateADT *ended, bool *open)
{
	int32		use_start;		/* all bits or none */

	if (PG_ARGISNULL(1) || PG_ARGISNULL(3) || (PG_NARGS() > 4 && PG_ARGISNULL(4)))
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
			chs_refuse_end_of_row("customer", *started, *ended, CHS_NO_ROW_NAME);
		return false;
	}
	return true;
}

CHS_SUMMARY_ARGUMENTS(ChsFlow, chs_checked_flow, chs_flow_sorted, chs_flow_sorted_remains)

/*
 * A state of the given buckets, where there is none yet or one of others.
 */
static ChsFlow *
start_or_refuse(const ChsFlow *flow, const ChsFlowKind *kind)
{
	ChsFlowKind other;

	if (flow == NULL || chs_flow_is_empty(flow))
		return chs_flow_start(kind);
	other = chs_flow_kind(flow);
	chs_flow_refuse_mix(&other, kind);
}

/*
 * The state to write into, of the buckets that the arguments from 3 on ask
 * for.  What the state already has was checked with the first row.
 */
static pg_attribute_always_inline ChsFlow *
state_of_period(FunctionCallInfo fcinfo)
{
	ChsFlow    *flow = state_arg(fcinfo);
	DateADT		as_of = PG_NARGS() > 4 ? PG_GETARG_DATEADT(4) : DATEVAL_NOEND;
	DateADT		bounds[2];

	chs_get_period(chs_summary_arg(fcinfo, 3), bounds);
	if (likely(flow && flow->one_period && flow->as_of == as_of &&
			   flow->bounds[0] == bounds[0] && flow->bounds[1] == bounds[1]))
		return flow;
	if (PG_NARGS() > 4)
		chs_check_day(as_of, "as_of");
	return start_or_refuse(flow, &(ChsFlowKind) {CHS_BY_BOUNDS, true, as_of, 2, bounds});
}

static pg_attribute_always_inline ChsFlow *
state_of_array(FunctionCallInfo fcinfo)
{
	ArrayType  *array = chs_summary_arg(fcinfo, 3);
	ChsFlow    *flow = state_arg(fcinfo);
	const DateADT *bounds = (const DateADT *) ARR_DATA_PTR(array);

	if (likely(flow && !flow->one_period && ARR_NDIM(array) == 1 && !ARR_HASNULL(array) &&
			   flow->nbounds == ARR_DIMS(array)[0] && memcmp(flow->bounds, bounds, flow->nbounds * sizeof(DateADT)) == 0))
		return flow;
	chs_check_bounds(array);
	return start_or_refuse(flow, &(ChsFlowKind) {CHS_BY_BOUNDS, false, DATEVAL_NOEND, ARR_DIMS(array)[0], bounds});
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
	return start_or_refuse(flow, &(ChsFlowKind) {kind, false, DATEVAL_NOEND, 0, NULL});
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
				 errhint("Count as new every customer who is there at the end and was not at the start, returning ones too.")));
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
growth_rate(FunctionCallInfo fcinfo, float8 current, float8 previous, float8 change)
{
	float8		growth;

	if (previous == 0)
		PG_RETURN_NULL();
	growth = chs_percent_of(change, previous);
	if (isinf(growth))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("growth rate is out of range"),
				 errdetail("It goes from %s to %s.", chs_double_text(previous), chs_double_text(current)),
				 errhint("Leave out periods whose previous value is next to zero: nullif(round(previous::numeric, 6), 0).")));
	PG_RETURN_FLOAT8(growth);
}

Datum
chs_growth_rate(PG_FUNCTION_ARGS)
{
	float8		current = chs_check_amount(PG_GETARG_NUMERIC(0), "current");
	float8		previous = chs_check_amount(PG_GETARG_NUMERIC(1), "previous");
	/* what two large numbers differ by may be less than they are rounded by */
	Datum		change = DirectFunctionCall2(numeric_sub, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));

	return growth_rate(fcinfo, current, previous, chs_numeric_to_double(change));
}

Datum
chs_growth_rate_float8(PG_FUNCTION_ARGS)
{
	float8		current = chs_check_amount_float8(PG_GETARG_FLOAT8(0), "current");
	float8		previous = chs_check_amount_float8(PG_GETARG_FLOAT8(1), "previous");

	return growth_rate(fcinfo, current, previous, current - previous);
}

Datum
chs_rate_interval(PG_FUNCTION_ARGS)
{
	int64		successes = chs_check_count(PG_GETARG_NUMERIC(0), "successes");
	int64		trials = chs_check_count(PG_GETARG_NUMERIC(1), "trials");

	chs_check_successes(successes, trials, "rate_interval(renewed, due)");
	return chs_interval_row(fcinfo, successes, trials, PG_GETARG_FLOAT8(2));
}

CHS_BASE64_TYPE(chs_flow, CHS_FLOW_TYPE, chs_flow_from_wire, chs_flow_to_wire(summary_arg(fcinfo, 0)))

/*
 * The content: all of the canonical form but the head of its counters and
 * their sum.
 */
CHS_SORTED_CONTENT(flow_content, ChsFlow, chs_counters_are_sorted, chs_flow_sorted, chs_checked_flow, offsetof(ChsFlow, kind))

CHS_TYPE_OPERATORS(chs_flow, flow_content)

/*
 * flowsummary_accum(state, started, ended, period [, as_of] | bucket |
 * boundaries): one more customer; flowsummary_accum_inv: one less, for moving
 * windows.  Not strict: ended may be NULL, which means open.
 */
#define DEFINE_FLOW_TRANSITION(name, state_of, count, give_back) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	DateADT		started; \
	DateADT		ended; \
	bool		open; \
\
	if (!get_customer(fcinfo, &started, &ended, &open)) \
		return return_same_state(fcinfo); \
	return give_back(fcinfo, count(state_of(fcinfo), started, ended, open)); \
}

DEFINE_FLOW_TRANSITION(chs_flow_accum_period, state_of_period, chs_flow_count, return_state)
DEFINE_FLOW_TRANSITION(chs_flow_accum_bucket, state_of_bucket, chs_flow_count, return_state)
DEFINE_FLOW_TRANSITION(chs_flow_accum_bounds, state_of_array, chs_flow_count, return_state)
DEFINE_FLOW_TRANSITION(chs_flow_accum_inv_period, state_of_period, chs_flow_discount, return_remains)
DEFINE_FLOW_TRANSITION(chs_flow_accum_inv_bucket, state_of_bucket, chs_flow_discount, return_remains)
DEFINE_FLOW_TRANSITION(chs_flow_accum_inv_bounds, state_of_array, chs_flow_discount, return_remains)

CHS_SUMMARY_COMBINE(chs_flow, ChsFlow, chs_flow_is_empty, chs_flow_sorted, chs_flow_add)
CHS_SUMMARY_COMBINE_INV(chs_flow, ChsFlow, chs_flow_is_empty, chs_flow_subtract)

/*
 * flowsummary_final(state): the canonical form, or NULL when there was no
 * customer, or no day of the period is known.
 */
Datum
chs_flow_final(PG_FUNCTION_ARGS)
{
	ChsFlow    *flow = chs_flow_sorted(summary_arg(fcinfo, 0));

	if (chs_flow_is_empty(flow) || (flow->one_period && flow->as_of < flow->bounds[0]))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(flow);
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
		chs_summary_refuse_missing("a contract", "renewal_rate(due, renewed, as_of) OVER (...)",
								   psprintf("It was due on %s.", chs_day_text(PG_GETARG_DATEADT(1))));
	PG_RETURN_POINTER(ratio);
}
