/*-------------------------------------------------------------------------
 *
 * buckets.c
 *		Periods and lists of buckets as arguments of functions.
 *
 * A timeline shows the buckets from the one that holds from_day to the
 * one that holds the day before to_day, whole, by the name of a calendar's
 * bucket or by given boundaries.  Answers over many customers put days into
 * buckets through a table with an entry per day.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/buckets.h"
#include "shared/check.h"

/* days of a table; beyond it, buckets are looked up by bisection */
#define MAX_TABLE_DAYS	200000

static const char *const bounds_hint =
"Pass the first day of every bucket and the day after the last, sorted: ARRAY['2026-01-01', '2026-02-01', '2026-03-01']::date[].";

pg_noreturn static void
refuse_bounds(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s", detail),
			 errhint("%s", bounds_hint)));
}

/*
 * Boundaries must be sorted days, two at least.
 */
void
chs_check_bounds(ArrayType *array)
{
	int			nbounds = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const DateADT *bounds = (const DateADT *) ARR_DATA_PTR(array);

	chs_check_list(array, "boundaries", bounds_hint);
	if (nbounds < 2 || nbounds > CHS_MAX_BOUNDS)
		refuse_bounds(psprintf("boundaries must be from 2 to %d days", CHS_MAX_BOUNDS), psprintf("There are %d.", nbounds));
	for (int i = 0; i < nbounds; i++)
	{
		chs_check_day(bounds[i], "boundary");
		if (i > 0 && bounds[i] <= bounds[i - 1])
			refuse_bounds("boundaries must rise",
						  psprintf("The boundary %s follows %s.", chs_day_text(bounds[i]), chs_day_text(bounds[i - 1])));
	}
}

pg_noreturn static void
refuse_text_of_period(const char *problem, const char *period)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("The period is %s.", period),
			 errhint("Pass both days, the second one exclusive: daterange('2026-01-01', '2026-04-01') is the first quarter.")));
}

/*
 * A period that chs_get_period() cannot read.
 */
void
chs_refuse_period(RangeType *period)
{
	const char *data = (const char *) (period + 1);
	uint8		flags = *((const uint8 *) period + VARSIZE(period) - 1);
	DateADT		bounds[2];

	if (flags & RANGE_EMPTY)
		refuse_text_of_period("period is empty", "empty");
	DATE_NOBEGIN(bounds[0]);
	DATE_NOEND(bounds[1]);
	if (RANGE_HAS_LBOUND(flags))
	{
		memcpy(&bounds[0], data, sizeof(DateADT));
		data += sizeof(DateADT);
	}
	if (RANGE_HAS_UBOUND(flags))
		memcpy(&bounds[1], data, sizeof(DateADT));
	refuse_text_of_period("period must have a first and a last day",
						  psprintf("from %s to %s", chs_day_text(bounds[0]), chs_day_text(bounds[1])));
}

/*
 * The days that are shown: from from_day to before to_day.
 */
void
chs_check_days(DateADT from_day, DateADT to_day)
{
	chs_check_day(from_day, "from_day");
	chs_check_day(to_day, "to_day");
	if (from_day >= to_day)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"to_day\" must be after \"from_day\""),
				 errdetail("The days are %s and %s.", chs_day_text(from_day), chs_day_text(to_day)),
				 errhint("The second day is exclusive: from '2026-01-01' to '2027-01-01' is a year.")));
}

/*
 * A table of more buckets than "max" is a mistake.
 */
void
chs_check_number_of_buckets(int64 n, int max, DateADT from_day, DateADT to_day, const char *hint)
{
	if (n > max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many buckets to show"),
				 errdetail("From %s to %s there are " INT64_FORMAT " buckets; at most %d are shown.",
						   chs_day_text(from_day), chs_day_text(to_day), n, max),
				 errhint("%s", hint)));
}

pg_noreturn static void
refuse_number_of_cohorts(int64 n, DateADT from_day, DateADT as_of)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("too many buckets to follow cohorts through"),
			 errdetail("From %s to \"as_of\", %s, there are " INT64_FORMAT " buckets; cohorts are followed through at most %d.",
					   chs_day_text(from_day), chs_day_text(as_of), n, CHS_MAX_COHORTS),
			 errhint("Ask for a later from_day, an earlier as_of or a longer bucket, for instance 'month'.")));
}

/*
 * A calendar: buckets of a kind, between boundaries if it is that kind.
 */
typedef struct Calendar
{
	ChsBucketKind kind;
	const DateADT *bounds;
	int			nbounds;
} Calendar;

static inline int32
bucket_of(const Calendar *calendar, DateADT day)
{
	return chs_bucket_of(calendar->kind, day, calendar->bounds, calendar->nbounds);
}

static inline DateADT
bucket_start(const Calendar *calendar, int32 bucket)
{
	return chs_bucket_start(calendar->kind, bucket, calendar->bounds, calendar->nbounds);
}

static void
fill_bounds(ChsBuckets *buckets, const Calendar *calendar, int32 first, int n)
{
	buckets->n = n;
	buckets->bounds = palloc((n + 1) * sizeof(DateADT));
	for (int i = 0; i <= n; i++)
		buckets->bounds[i] = bucket_start(calendar, first + i);
	buckets->first = buckets->bounds[0];
	buckets->end = buckets->bounds[n];
	buckets->before = buckets->first;
	if (calendar->kind != CHS_BY_BOUNDS || first > 0)
		buckets->before = bucket_start(calendar, first - 1);
	buckets->of_day = NULL;
}

static void
check_days_between(const Calendar *calendar, DateADT from_day, DateADT to_day)
{
	DateADT		first = calendar->bounds[0];
	DateADT		last = calendar->bounds[calendar->nbounds - 1];

	if (from_day < first || to_day > last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the days reach outside the boundaries"),
				 errdetail("The days are %s and %s; the boundaries go from %s to %s.",
						   chs_day_text(from_day), chs_day_text(to_day), chs_day_text(first), chs_day_text(last)),
				 errhint("Ask for days between the first and the last boundary, or pass more boundaries.")));
}

/*
 * The days to show, of an argument bucket or boundaries and the arguments
 * from_day, to_day, as_of.
 */
typedef struct ShownDays
{
	Calendar	calendar;
	DateADT		from_day;
	DateADT		to_day;
	DateADT		as_of;
} ShownDays;

static ShownDays
get_shown_days(FunctionCallInfo fcinfo, int bucket_arg, int days_arg, bool by_name)
{
	ShownDays	days;

	days.from_day = PG_GETARG_DATEADT(days_arg);
	days.to_day = PG_GETARG_DATEADT(days_arg + 1);
	days.as_of = PG_GETARG_DATEADT(days_arg + 2);
	chs_check_day(days.as_of, "as_of");
	if (by_name)
	{
		text	   *name = PG_GETARG_TEXT_PP(bucket_arg);

		days.calendar.kind = chs_bucket_kind(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		days.calendar.bounds = NULL;
		days.calendar.nbounds = 0;
		chs_check_days(days.from_day, days.to_day);
	}
	else
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(bucket_arg);

		chs_check_bounds(array);
		days.calendar.kind = CHS_BY_BOUNDS;
		days.calendar.bounds = (const DateADT *) ARR_DATA_PTR(array);
		days.calendar.nbounds = ARR_DIMS(array)[0];
		chs_check_days(days.from_day, days.to_day);
		check_days_between(&days.calendar, days.from_day, days.to_day);
	}
	return days;
}

/*
 * The buckets to show: argument bucket_arg is bucket or boundaries, those
 * from days_arg on are from_day, to_day, as_of.
 */
void
chs_get_buckets_apart(FunctionCallInfo fcinfo, int bucket_arg, int days_arg, bool by_name, int max,
					  ChsBuckets *buckets, DateADT *as_of)
{
	ShownDays	days = get_shown_days(fcinfo, bucket_arg, days_arg, by_name);
	int32		first = bucket_of(&days.calendar, days.from_day);
	int64		n = (int64) bucket_of(&days.calendar, days.to_day - 1) - first + 1;

	chs_check_number_of_buckets(n, max, days.from_day, days.to_day,
								"Ask for fewer days or for a longer bucket, for instance 'month'.");
	fill_bounds(buckets, &days.calendar, first, (int) n);
	*as_of = days.as_of;
}

/*
 * Arguments from argno on: bucket or boundaries, from_day, to_day, as_of.
 */
void
chs_get_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, int max, ChsBuckets *buckets, DateADT *as_of)
{
	chs_get_buckets_apart(fcinfo, argno, argno + 1, by_name, max, buckets, as_of);
}

/*
 * The same arguments of a function that follows cohorts: from_day and to_day
 * say which cohorts are shown, as_of how far each is followed.  The buckets
 * go from that of the first cohort to the one that contains as_of, but not
 * beyond the last boundary.  Returns how many of them begin a cohort to show:
 * none if all days to show are after as_of, and then there are no buckets.
 */
int
chs_get_cohort_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, ChsBuckets *buckets, DateADT *as_of)
{
	ShownDays	days = get_shown_days(fcinfo, argno, argno + 1, by_name);
	DateADT		last_day = days.as_of;
	int32		first = bucket_of(&days.calendar, days.from_day);
	int64		n;

	*as_of = days.as_of;
	buckets->n = 0;
	if (!by_name)
	{
		if (last_day < days.calendar.bounds[0])
			return 0;
		last_day = Min(last_day, days.calendar.bounds[days.calendar.nbounds - 1] - 1);
	}
	n = (int64) bucket_of(&days.calendar, last_day) - first + 1;
	if (n <= 0)
		return 0;
	if (n > CHS_MAX_COHORTS)
		refuse_number_of_cohorts(n, days.from_day, days.as_of);
	fill_bounds(buckets, &days.calendar, first, (int) n);
	return (int) Min(n, (int64) bucket_of(&days.calendar, days.to_day - 1) - first + 1);
}

/*
 * A period, argument period_arg, without its days after as_of, which is
 * argument as_of_arg where the call has one.  False when no day is left.
 */
bool
chs_get_known_period(FunctionCallInfo fcinfo, int period_arg, int as_of_arg, DateADT bounds[2])
{
	chs_get_period((RangeType *) PG_DETOAST_DATUM(PG_GETARG_DATUM(period_arg)), bounds);
	if (PG_NARGS() > as_of_arg)
	{
		DateADT		as_of = PG_GETARG_DATEADT(as_of_arg);

		chs_check_day(as_of, "as_of");
		bounds[1] = Min(bounds[1], as_of + 1);
	}
	return bounds[0] < bounds[1];
}

/*
 * Makes the table of days, for callers that look up the days of many
 * customers: from a few on it pays.
 */
void
chs_buckets_prepare(ChsBuckets *buckets, int64 customers)
{
	int64		days = (int64) buckets->end - buckets->first;

	if (customers <= buckets->n || days > MAX_TABLE_DAYS)
		return;
	buckets->of_day = palloc(days * sizeof(int32));
	for (int i = 0; i < buckets->n; i++)
	{
		for (DateADT day = buckets->bounds[i]; day < buckets->bounds[i + 1]; day++)
			buckets->of_day[day - buckets->first] = i;
	}
}
