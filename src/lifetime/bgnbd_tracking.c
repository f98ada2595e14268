/*-------------------------------------------------------------------------
 *
 * bgnbd_tracking.c
 *		bgnbd_tracking(model, days, newcomers, repeats, ...): repeat purchases per
 *		bucket, as they happened and as the model expected them.
 *
 * At the end of day d a customer whose first purchase was on day f has the age
 * (d - f) / unit_days, and the model expects E(age) repeat purchases of it so
 * far.  The sum over all customers known on as_of, at the end of a bucket less
 * that at its beginning, is what the bucket was expected to bring.  It goes on
 * after as_of; what happened is not known there.
 *
 * Customers come as numbers per first day, and E is computed once for each age in
 * days, so the time follows days and buckets, not customers.  The form over a
 * purchasesummary is SQL around this one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/array.h"

#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/summary.h"
#include "lifetime/bgnbd.h"

/* ages that are kept; those of more than 500 years are computed anew */
#define MAX_KEPT_AGES	200000

/* arguments */
#define DAYS			1
#define NEWCOMERS		2
#define REPEATS			3
#define BUCKET			4

typedef struct TrackedDays
{
	int			n;
	const DateADT *days;
	const int64 *newcomers;		/* customers whose first purchase was on the day */
	const int64 *repeats;		/* customers who bought again on it */
} TrackedDays;

/* expected purchases by age */
typedef struct ExpectedByAge
{
	bool		has_model;
	float8		unit_days;
	ChsBgnbdPosterior newcomer;
	ChsBetaRule rule;
	int64		nkept;
	float8	   *kept;			/* by age in days; below zero: not computed yet */
} ExpectedByAge;

static ArrayType *
get_counts(FunctionCallInfo fcinfo, int argno, const char *what, int wanted)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const int64 *counts = (const int64 *) ARR_DATA_PTR(array);

	chs_check_list(array, what, "Pass a count for each day: array_agg(n ORDER BY day).");
	if (n != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arrays of days, newcomers and repeats must have one length"),
				 errdetail("Days: %d, %s: %d.", wanted, what, n),
				 errhint("Aggregate all three over the same rows, one for each day: array_agg(day ORDER BY day), array_agg(n ORDER BY day).")));
	for (int i = 0; i < n; i++)
		(void) chs_check_whole_range(counts[i], 0, PG_INT64_MAX, what, "Pass counts of customers.");
	return array;
}

static TrackedDays
get_days(FunctionCallInfo fcinfo)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(DAYS);
	TrackedDays tracked;

	chs_check_list(array, "days", "Pass the days on which customers bought: array_agg(day ORDER BY day).");
	tracked.n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	tracked.days = (const DateADT *) ARR_DATA_PTR(array);
	for (int i = 0; i < tracked.n; i++)
		chs_check_day(tracked.days[i], "day");
	tracked.newcomers = (const int64 *) ARR_DATA_PTR(get_counts(fcinfo, NEWCOMERS, "newcomers", tracked.n));
	tracked.repeats = (const int64 *) ARR_DATA_PTR(get_counts(fcinfo, REPEATS, "repeats", tracked.n));
	return tracked;
}

/*
 * Expectations for ages up to a number of days.
 */
static void
open_expected(FunctionCallInfo fcinfo, ExpectedByAge *expected, int64 oldest)
{
	ChsBgnbdModel model;

	expected->has_model = chs_get_bgnbd_model(fcinfo, 0, &model);
	if (!expected->has_model || oldest <= 0)
		return;
	expected->unit_days = model.unit_days;
	expected->newcomer = chs_bgnbd_newcomer(&model);
	chs_beta_rule_make(&expected->rule, expected->newcomer.a, expected->newcomer.b,
					   chs_bgnbd_log_scale(&expected->newcomer, oldest / model.unit_days), 1.0);
	expected->nkept = Min(oldest + 1, MAX_KEPT_AGES);
	expected->kept = palloc(expected->nkept * sizeof(float8));
	for (int64 i = 0; i < expected->nkept; i++)
		expected->kept[i] = -1.0;
}

static float8
expected_at_age(ExpectedByAge *expected, int64 days)
{
	float8		value;

	if (days < expected->nkept && expected->kept[days] >= 0)
		return expected->kept[days];
	CHECK_FOR_INTERRUPTS();
	value = expected->newcomer.alive *
		chs_bgnbd_expected(&expected->rule, &expected->newcomer, days / expected->unit_days);
	if (days < expected->nkept)
		expected->kept[days] = value;
	return value;
}

/*
 * What was expected of all customers by the end of the day before "day".
 */
static float8
expected_before(ExpectedByAge *expected, const TrackedDays *tracked, DateADT day, DateADT as_of)
{
	float8		sum = 0.0;

	for (int i = 0; i < tracked->n; i++)
	{
		int64		age = (int64) day - 1 - tracked->days[i];

		chs_check_interrupts(i);
		if (age > 0 && tracked->newcomers[i] > 0 && tracked->days[i] <= as_of)
			sum += tracked->newcomers[i] * expected_at_age(expected, age);
	}
	return sum;
}

/*
 * Repeat purchases of each bucket, by as_of.
 */
static int64 *
count_repeats(const TrackedDays *tracked, const ChsBuckets *buckets, DateADT as_of)
{
	int64	   *actual = palloc0(buckets->n * sizeof(int64));

	for (int i = 0; i < tracked->n; i++)
	{
		DateADT		day = tracked->days[i];
		int			bucket;

		chs_check_interrupts(i);
		if (day < buckets->first || day >= buckets->end || day > as_of)
			continue;
		bucket = chs_bucket_among(buckets, day);
		actual[bucket] = chs_summary_add(actual[bucket], tracked->repeats[i], "repeats");
	}
	return actual;
}

static int64
oldest_age(const TrackedDays *tracked, const ChsBuckets *buckets)
{
	int64		oldest = 0;

	for (int i = 0; i < tracked->n; i++)
		oldest = Max(oldest, (int64) buckets->end - 1 - tracked->days[i]);
	return oldest;
}

static void
report_actual(ChsReport *report, bool known, int64 value)
{
	if (known)
		chs_report_int64(report, value);
	else
		chs_report_null(report);
}

static Datum
bgnbd_tracking(FunctionCallInfo fcinfo, bool by_name)
{
	TrackedDays tracked = get_days(fcinfo);
	ExpectedByAge expected = {0};
	ChsBuckets	buckets;
	DateADT		as_of;
	int64	   *actual;
	int64		actual_so_far = 0;
	float8		start;
	float8		before;
	ChsReport	report;

	chs_get_buckets(fcinfo, BUCKET, by_name, CHS_MAX_BUCKETS, &buckets, &as_of);
	chs_report_begin(&report, fcinfo);
	chs_buckets_prepare(&buckets, tracked.n);
	open_expected(fcinfo, &expected, oldest_age(&tracked, &buckets));
	actual = count_repeats(&tracked, &buckets, as_of);
	start = before = expected.has_model ? expected_before(&expected, &tracked, buckets.first, as_of) : 0.0;
	for (int i = 0; i < buckets.n; i++)
	{
		bool		known = buckets.bounds[i] <= as_of;
		float8		by_now = expected.has_model ? expected_before(&expected, &tracked, buckets.bounds[i + 1], as_of) : 0.0;

		actual_so_far = chs_summary_add(actual_so_far, actual[i], "repeats");
		chs_report_start_row(&report);
		chs_report_day(&report, buckets.bounds[i]);
		report_actual(&report, known, actual[i]);
		chs_report_float8_if(&report, expected.has_model, by_now - before);
		report_actual(&report, known, actual_so_far);
		chs_report_float8_if(&report, expected.has_model, by_now - start);
		chs_report_bool(&report, buckets.bounds[i + 1] - 1 <= as_of);
		chs_report_end_row(&report);
		before = by_now;
	}
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(bgnbd_tracking);
