/*-------------------------------------------------------------------------
 *
 * business_time_sql.c
 *		business_time, business_seconds and business_add: the SQL entry points.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "shared/interrupts.h"
#include "shared/timezone.h"
#include "support/business_time.h"

PG_FUNCTION_INFO_V1(chs_business_time);
PG_FUNCTION_INFO_V1(chs_business_seconds);
PG_FUNCTION_INFO_V1(chs_business_time_of_ranges);
PG_FUNCTION_INFO_V1(chs_business_seconds_of_ranges);
PG_FUNCTION_INFO_V1(chs_business_add_sql);
PG_FUNCTION_INFO_V1(chs_business_from_timestamp);
PG_FUNCTION_INFO_V1(chs_business_from_date);
PG_FUNCTION_INFO_V1(chs_business_to_timestamp);
PG_FUNCTION_INFO_V1(chs_business_to_date);

/* Business time in microseconds between the moments of a call. */
static int64
time_of_moments(FunctionCallInfo fcinfo)
{
	TimestampTz from = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz to = PG_GETARG_TIMESTAMPTZ(2);

	chs_business_check_moment(from, "from_time", NULL);
	chs_business_check_moment(to, "to_time", NULL);
	if (unlikely(to < from))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("\"to_time\" is before \"from_time\""),
				 errdetail("In UTC, from_time is %s and to_time %s.", chs_moment_text(from), chs_moment_text(to)),
				 errhint("Correct the row, or leave it out: CASE WHEN to_time >= from_time THEN ... END. "
						 "All such rows: SELECT ... WHERE to_time < from_time.")));
	return chs_business_between(chs_business_clock(fcinfo, PG_GETARG_DATUM(0)), from, to);
}

static const char *const periods_hint =
"Cut them where the known time ends: periods * tstzmultirange(tstzrange('2026-01-01 00:00+00', '2027-01-01 00:00+00')).";

static TimestampTz
moment_of_bound(const RangeBound *bound)
{
	TimestampTz at = DatumGetTimestampTz(bound->val);

	if (bound->infinite || TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("\"periods\" must have finite bounds"),
				 errdetail("The %s bound of one of them is %s.", bound->lower ? "lower" : "upper",
						   bound->infinite ? "missing" : chs_moment_text(at)),
				 errhint("%s", periods_hint)));
	chs_business_check_moment(at, "periods", periods_hint);
	return at;
}

/* The same within the ranges of a call, which neither overlap nor touch. */
static int64
time_of_ranges(FunctionCallInfo fcinfo)
{
	ChsBusinessClock *clock = chs_business_clock(fcinfo, PG_GETARG_DATUM(0));
	MultirangeType *periods = PG_GETARG_MULTIRANGE_P(1);
	TypeCacheEntry *type = lookup_type_cache(MultirangeTypeGetOid(periods), TYPECACHE_MULTIRANGE_INFO);
	int64		sum = 0;

	for (uint32 i = 0; i < periods->rangeCount; i++)
	{
		RangeBound	lower;
		RangeBound	upper;
		TimestampTz from;

		chs_check_interrupts(i);
		multirange_get_bounds(type->rngtype, periods, i, &lower, &upper);
		from = moment_of_bound(&lower);
		sum += chs_business_between(clock, from, moment_of_bound(&upper));
	}
	return sum;
}

static Datum
hours_of(int64 microseconds)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time = microseconds;
	return IntervalPGetDatum(result);
}

static Datum
seconds_of(int64 microseconds)
{
	return Float8GetDatum((float8) microseconds / USECS_PER_SEC);
}

/*
 * business_time(calendar, from_time timestamptz, to_time timestamptz) ->
 * interval of hours, minutes and seconds; business_seconds -> float8.
 */
Datum
chs_business_time(PG_FUNCTION_ARGS)
{
	return hours_of(time_of_moments(fcinfo));
}

Datum
chs_business_seconds(PG_FUNCTION_ARGS)
{
	return seconds_of(time_of_moments(fcinfo));
}

/*
 * business_time(calendar, periods tstzmultirange) -> interval, and
 * business_seconds: within all of the periods.
 */
Datum
chs_business_time_of_ranges(PG_FUNCTION_ARGS)
{
	return hours_of(time_of_ranges(fcinfo));
}

Datum
chs_business_seconds_of_ranges(PG_FUNCTION_ARGS)
{
	return seconds_of(time_of_ranges(fcinfo));
}

/*
 * business_add(calendar, from_time timestamptz, business_time interval) ->
 * timestamptz: the deadline.
 */
Datum
chs_business_add_sql(PG_FUNCTION_ARGS)
{
	TimestampTz from = PG_GETARG_TIMESTAMPTZ(1);
	int64		duration = chs_business_duration(PG_GETARG_INTERVAL_P(2), "business_time");

	chs_business_check_moment(from, "from_time", NULL);
	PG_RETURN_TIMESTAMPTZ(chs_business_add(chs_business_clock(fcinfo, PG_GETARG_DATUM(0)), from, duration));
}

/*
 * The forms for a timestamp without time zone and a date, which refuse, also
 * for NULL: named after the first argument that is none.
 */
Datum
chs_business_from_timestamp(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_timestamp_as_moment("from_time");
}

Datum
chs_business_from_date(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_date_as_moment("from_time");
}

Datum
chs_business_to_timestamp(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_timestamp_as_moment("to_time");
}

Datum
chs_business_to_date(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_date_as_moment("to_time");
}
