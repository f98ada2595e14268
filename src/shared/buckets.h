/*-------------------------------------------------------------------------
 *
 * buckets.h
 *		Periods and lists of buckets as arguments of functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_BUCKETS_H
#define CHS_BUCKETS_H

#include "fmgr.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/rangetypes.h"

#include "shared/compat.h"
#include "shared/calendar.h"

/* more boundaries than a calendar of 27 years of days is a mistake */
#define CHS_MAX_BOUNDS	10000

/* rows of a timeline: a century of days has 36,525 */
#define CHS_MAX_BUCKETS	100000

/* a triangle of cohorts has half its square of cells: eight million */
#define CHS_MAX_COHORTS	4000

/*
 * Neighbouring buckets: number i goes from bounds[i] to before bounds[i + 1].
 */
typedef struct ChsBuckets
{
	int			n;
	DateADT		first;			/* bounds[0] */
	DateADT		end;			/* bounds[n] */
	DateADT		before;			/* where the bucket before starts; first when there is none */
	DateADT    *bounds;
	int32	   *of_day;			/* bucket of first + i, or NULL */
} ChsBuckets;

extern void chs_check_bounds(ArrayType *array);
extern void chs_check_days(DateADT from_day, DateADT to_day);
extern void chs_check_number_of_buckets(int64 n, int max, DateADT from_day, DateADT to_day, const char *hint);
extern void chs_get_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, int max,
							ChsBuckets *buckets, DateADT *as_of);
extern void chs_get_buckets_apart(FunctionCallInfo fcinfo, int bucket_arg, int days_arg, bool by_name, int max,
								  ChsBuckets *buckets, DateADT *as_of);
extern int	chs_get_cohort_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, ChsBuckets *buckets, DateADT *as_of);
extern bool chs_get_known_period(FunctionCallInfo fcinfo, int period_arg, int as_of_arg, DateADT bounds[2]);
extern void chs_buckets_prepare(ChsBuckets *buckets, int64 customers);

/*
 * The bucket of a day, which lies in one.
 */
static inline int
chs_bucket_among(const ChsBuckets *buckets, DateADT day)
{
	if (likely(buckets->of_day != NULL))
		return buckets->of_day[day - buckets->first];
	return chs_bucket_between(day, buckets->bounds, buckets->n + 1);
}

pg_noreturn extern void chs_refuse_period(RangeType *period);

/*
 * First day and day after the last of a daterange.
 *
 * The range is read directly, as its values may come once per row: behind the
 * type's OID are the bounds that are there, and the flags in the last byte.
 * daterange has a canonical form, so a finite one is always [ ).
 */
static inline void
chs_get_period(RangeType *period, DateADT bounds[2])
{
	uint8		flags = *((const uint8 *) period + VARSIZE(period) - 1);

	if (likely(flags == RANGE_LB_INC))
	{
		memcpy(bounds, period + 1, 2 * sizeof(DateADT));
		if (likely(!DATE_NOT_FINITE(bounds[0]) && !DATE_NOT_FINITE(bounds[1])))
			return;
	}
	chs_refuse_period(period);
}

#endif							/* CHS_BUCKETS_H */
