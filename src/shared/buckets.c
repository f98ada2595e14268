/*-------------------------------------------------------------------------
 *
 * buckets.c
 *		Periods and lists of buckets as arguments of functions.
 *
 * What a timeline shows: the buckets from the one that holds from_day to the
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

pg_noreturn static void
refuse_bounds(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s", detail),
			 errhint("Pass the first day of every bucket and the day after the last, sorted: ARRAY['2026-01-01', '2026-02-01', '2026-03-01']::date[].")));
}

/*
 * Boundaries must be sorted days, two at least.
 */
void
chs_check_bounds(ArrayType *array)
{
	int			nbounds = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const DateADT *bounds = (const DateADT *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1)
		refuse_bounds("boundaries must be a plain array", psprintf("It has %d dimensions.", ARR_NDIM(array)));
	if (array_contains_nulls(array))
		refuse_bounds("boundaries must not be NULL", "One of them is.");
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

static void
fill_bounds(ChsBuckets *buckets, ChsBucketKind kind, const DateADT *bounds, int nbounds,
			DateADT from_day, DateADT to_day, int max)
{
	int32		first = chs_bucket_of(kind, from_day, bounds, nbounds);
	int32		last = chs_bucket_of(kind, to_day - 1, bounds, nbounds);
	int64		n = (int64) last - first + 1;

	if (n > max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("too many buckets to show"),
				 errdetail("From %s to %s there are " INT64_FORMAT " buckets; at most %d are shown.",
						   chs_day_text(from_day), chs_day_text(to_day), n, max),
				 errhint("Ask for fewer days or for a longer bucket, for instance 'month'.")));
	buckets->n = (int) n;
	buckets->bounds = palloc((n + 1) * sizeof(DateADT));
	for (int i = 0; i <= n; i++)
		buckets->bounds[i] = chs_bucket_start(kind, first + i, bounds, nbounds);
	buckets->first = buckets->bounds[0];
	buckets->end = buckets->bounds[n];
	buckets->before = buckets->first;
	if (kind != CHS_BY_BOUNDS || first > 0)
		buckets->before = chs_bucket_start(kind, first - 1, bounds, nbounds);
	buckets->of_day = NULL;
}

/*
 * The buckets to show by 'month' and the like.
 */
void
chs_buckets_by_name(ChsBuckets *buckets, text *name, DateADT from_day, DateADT to_day, int max)
{
	ChsBucketKind kind = chs_bucket_kind(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	chs_check_days(from_day, to_day);
	fill_bounds(buckets, kind, NULL, 0, from_day, to_day, max);
}

/*
 * The buckets to show by boundaries.
 */
void
chs_buckets_by_bounds(ChsBuckets *buckets, ArrayType *array, DateADT from_day, DateADT to_day, int max)
{
	const DateADT *bounds = (const DateADT *) ARR_DATA_PTR(array);
	int			nbounds;

	chs_check_bounds(array);
	nbounds = ARR_DIMS(array)[0];
	chs_check_days(from_day, to_day);
	if (from_day < bounds[0] || to_day > bounds[nbounds - 1])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the days reach outside the boundaries"),
				 errdetail("The days are %s and %s; the boundaries go from %s to %s.",
						   chs_day_text(from_day), chs_day_text(to_day),
						   chs_day_text(bounds[0]), chs_day_text(bounds[nbounds - 1])),
				 errhint("Ask for days between the first and the last boundary, or pass more boundaries.")));
	fill_bounds(buckets, CHS_BY_BOUNDS, bounds, nbounds, from_day, to_day, max);
}

/*
 * Arguments from argno on: bucket or boundaries, from_day, to_day, as_of.
 */
void
chs_get_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, int max, ChsBuckets *buckets, DateADT *as_of)
{
	DateADT		from_day = PG_GETARG_DATEADT(argno + 1);
	DateADT		to_day = PG_GETARG_DATEADT(argno + 2);

	*as_of = PG_GETARG_DATEADT(argno + 3);
	chs_check_day(*as_of, "as_of");
	if (by_name)
		chs_buckets_by_name(buckets, PG_GETARG_TEXT_PP(argno), from_day, to_day, max);
	else
		chs_buckets_by_bounds(buckets, PG_GETARG_ARRAYTYPE_P(argno), from_day, to_day, max);
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
