/*-------------------------------------------------------------------------
 *
 * activity_rates.c
 *		Activity in one period, and rates from counts.
 *
 * A period is a span of days; the days of a customer in it are counted by
 * masks and popcount, without visiting any single day.  adoption_rate of two
 * summaries reads both in the order of keys, side by side.
 *
 * With as_of the period is cut there: days after it do not exist.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/compat.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/stats.h"

/* rows of a histogram of active days: 27 centuries */
#define MAX_PERIOD_DAYS	1000000

PG_FUNCTION_INFO_V1(chs_activity_active_customers);
PG_FUNCTION_INFO_V1(chs_activity_stickiness);
PG_FUNCTION_INFO_V1(chs_activity_repeat_rate);
PG_FUNCTION_INFO_V1(chs_activity_adoption_rate);
PG_FUNCTION_INFO_V1(chs_activity_active_days);
PG_FUNCTION_INFO_V1(chs_adoption_rate);
PG_FUNCTION_INFO_V1(chs_usage_rate);
PG_FUNCTION_INFO_V1(chs_usage_rate_float8);

/*
 * Counts of one period.
 */
typedef struct PeriodActivity
{
	int64		length;			/* of the period, in known days */
	int64		customers;		/* active in it */
	int64		repeated;		/* of them, on two days or more */
	int64		days;			/* sum over the customers of their active days */
} PeriodActivity;

/*
 * Arguments: s, period [, as_of].  False if the period lies wholly after
 * as_of.
 */
static bool
get_period_activity(FunctionCallInfo fcinfo, PeriodActivity *activity)
{
	DateADT		bounds[2];
	ChsDaySpan	span;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	if (!chs_get_known_period(fcinfo, 1, 2, bounds))
		return false;
	memset(activity, 0, sizeof(*activity));
	activity->length = (int64) bounds[1] - bounds[0];
	span = chs_day_span(bounds[0], bounds[1]);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		int64		days = chs_count_days(&span, customer);

		activity->customers += days > 0;
		activity->repeated += days > 1;
		activity->days += days;
	}
	return true;
}

/*
 * active_customers(s, period [, as_of]): customers with an active day in the
 * period, 0 if there is none.  NULL if the period lies wholly after as_of.
 * Strict; an empty or open period is an error.
 */
Datum
chs_activity_active_customers(PG_FUNCTION_ARGS)
{
	PeriodActivity activity;

	if (!get_period_activity(fcinfo, &activity))
		PG_RETURN_NULL();
	PG_RETURN_INT64(activity.customers);
}

/*
 * stickiness(s, period [, as_of]): average daily active customers in % of
 * those active in the period (DAU/MAU, when the period is a month).  Every
 * known day of the period counts.  NULL if no customer is active.
 */
Datum
chs_activity_stickiness(PG_FUNCTION_ARGS)
{
	PeriodActivity activity;

	if (!get_period_activity(fcinfo, &activity) || activity.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(activity.days, activity.length * activity.customers));
}

/*
 * repeat_rate(s, period [, as_of]): % of the period's active customers who are
 * active on two of its days or more.  NULL if no customer is active.
 */
Datum
chs_activity_repeat_rate(PG_FUNCTION_ARGS)
{
	PeriodActivity activity;

	if (!get_period_activity(fcinfo, &activity) || activity.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(activity.repeated, activity.customers));
}

/*
 * adoption_rate(feature, base, period [, as_of]): % of base's active customers
 * of the period who are active in feature, too.  NULL if there are none, or
 * the period lies wholly after as_of; summaries of different kinds of keys are
 * an error.
 */
Datum
chs_activity_adoption_rate(PG_FUNCTION_ARGS)
{
	int64		eligible = 0;
	int64		adopters = 0;
	DateADT		bounds[2];
	ChsDaySpan	span;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;
	ChsActivityBeside feature;

	if (!chs_get_known_period(fcinfo, 2, 3, bounds))
		PG_RETURN_NULL();
	span = chs_day_span(bounds[0], bounds[1]);
	chs_activity_open(&cursor, PG_GETARG_DATUM(1), true);
	chs_beside_open(&feature, PG_GETARG_DATUM(0), cursor.key_kind);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		const ChsActivityCustomer *adopter;

		if (!chs_is_active(&span, customer))
			continue;
		eligible++;
		adopter = chs_beside(&feature, customer->key);
		adopters += adopter != NULL && chs_is_active(&span, adopter);
	}
	if (eligible == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(adopters, eligible));
}

pg_noreturn static void
refuse_long_period(const DateADT bounds[2])
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("too many rows to show"),
			 errdetail("From %s to %s there are " INT64_FORMAT " numbers of days; at most %d are shown.",
					   chs_day_text(bounds[0]), chs_day_text(bounds[1]), (int64) bounds[1] - bounds[0], MAX_PERIOD_DAYS),
			 errhint("Pass a shorter period, for instance daterange('2026-06-01', '2026-07-01').")));
}

/*
 * active_days(s, period [, as_of]): a row for each number of days from 1 to
 * the known days of the period, with the customers who are active on exactly
 * that many; no rows if the period lies wholly after as_of.  Strict.
 */
Datum
chs_activity_active_days(PG_FUNCTION_ARGS)
{
	ChsReport	report;
	DateADT		bounds[2];
	int64		length;
	int64	   *customers;
	ChsDaySpan	span;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	chs_report_begin(&report, fcinfo);
	if (!chs_get_known_period(fcinfo, 1, 2, bounds))
		return (Datum) 0;
	length = (int64) bounds[1] - bounds[0];
	if (length > MAX_PERIOD_DAYS)
		refuse_long_period(bounds);
	span = chs_day_span(bounds[0], bounds[1]);
	customers = palloc0((length + 1) * sizeof(int64));
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((customer = chs_activity_next(&cursor)) != NULL)
		customers[chs_count_days(&span, customer)]++;
	for (int64 days = 1; days <= length; days++)
	{
		chs_report_start_row(&report);
		chs_report_int64(&report, days);
		chs_report_int64(&report, customers[days]);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/*
 * adoption_rate(adopters, eligible): two counts.  NULL if eligible is 0.
 */
Datum
chs_adoption_rate(PG_FUNCTION_ARGS)
{
	int64		adopters = chs_check_count(PG_GETARG_NUMERIC(0), "adopters");
	int64		eligible = chs_check_count(PG_GETARG_NUMERIC(1), "eligible");

	if (eligible == 0)
		PG_RETURN_NULL();
	if (adopters > eligible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are more adopters than eligible customers"),
				 errdetail("The counts are " INT64_FORMAT " of " INT64_FORMAT ".", adopters, eligible),
				 errhint("Pass the part first and the whole second: adoption_rate(adopters, eligible); count as adopters only those who are eligible.")));
	PG_RETURN_FLOAT8(chs_percent(adopters, eligible));
}

static Datum
usage_rate(FunctionCallInfo fcinfo, float8 used, float8 entitled)
{
	float8		rate;

	if (entitled == 0)
		PG_RETURN_NULL();
	rate = chs_percent_of(used, entitled);
	if (isinf(rate))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("usage rate is out of range"),
				 errdetail("Used is %s of %s.", chs_double_text(used), chs_double_text(entitled)),
				 errhint("Leave out contracts whose entitlement is next to zero: nullif(round(entitled::numeric, 6), 0).")));
	PG_RETURN_FLOAT8(rate);
}

/*
 * usage_rate(used, entitled): two amounts of one unit (seats, gigabytes,
 * hours); above 100 when more is used than bought.  NULL if entitled is 0.
 */
Datum
chs_usage_rate(PG_FUNCTION_ARGS)
{
	return usage_rate(fcinfo, chs_check_amount(PG_GETARG_NUMERIC(0), "used"),
					  chs_check_amount(PG_GETARG_NUMERIC(1), "entitled"));
}

Datum
chs_usage_rate_float8(PG_FUNCTION_ARGS)
{
	return usage_rate(fcinfo, chs_check_amount_float8(PG_GETARG_FLOAT8(0), "used"),
					  chs_check_amount_float8(PG_GETARG_FLOAT8(1), "entitled"));
}
