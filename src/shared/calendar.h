/*-------------------------------------------------------------------------
 *
 * calendar.h
 *		Days to buckets and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CALENDAR_H
#define CHS_CALENDAR_H

#include "utils/date.h"

typedef enum ChsBucketKind
{
	CHS_NO_BUCKETS = 0,			/* a summary that has seen no row */
	CHS_BY_DAY = 'd',
	CHS_BY_WEEK = 'w',
	CHS_BY_MONTH = 'm',
	CHS_BY_QUARTER = 'q',
	CHS_BY_YEAR = 'y',
	CHS_BY_BOUNDS = 'b'			/* between given boundaries */
} ChsBucketKind;

/* first and last day that a date can be */
#define CHS_FIRST_DAY	(DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE)
#define CHS_LAST_DAY	(DATE_END_JULIAN - 1 - POSTGRES_EPOCH_JDATE)

/*
 * The boundary table: starts of all months from 1900 on, for two centuries,
 * with one more month on either side.
 */
#define CHS_MONTHS_FROM_YEAR	1900
#define CHS_MONTHS				2400

typedef struct ChsMonthTable
{
	DateADT		first_day;		/* of the first month that may be looked up */
	DateADT		end_day;		/* of the last one, exclusive */
	DateADT		start[CHS_MONTHS + 2];	/* start[1] is first_day */
} ChsMonthTable;

extern ChsMonthTable chs_months;

extern int32 chs_month_by_arithmetic(DateADT day);
extern int32 chs_bucket_between(DateADT day, const DateADT *bounds, int nbounds);

/*
 * Months since January 2000 (negative before).  An empty table holds no day,
 * so that the first call fills it on its way through the arithmetic.
 *
 * The guess divides by the mean length of a month.  A month starts at most a
 * few days from where twelve equal months would have it; with 25 days added
 * first, the guess is the place in the table of this month or of the one
 * before, and one comparison tells which.
 */
static inline int32
chs_month_of(DateADT day)
{
	uint32		offset = (uint32) day - (uint32) chs_months.first_day;
	int			place;

	if (unlikely(offset >= (uint32) (chs_months.end_day - chs_months.first_day)))
		return chs_month_by_arithmetic(day);

	/* 2^32 * 12 / 365.2425 */
	place = (int) ((((uint64) offset + 25) * 141110653) >> 32);
	place += day >= chs_months.start[place + 1];
	return place - 1 + (CHS_MONTHS_FROM_YEAR - 2000) * 12;
}

/* quotient rounded down of a number that is not far below zero */
#define CHS_FLOOR_DIV(value, divisor, turns) \
	((int32) (((uint32) (value) + (uint32) (divisor) * (turns)) / (divisor)) - (turns))

/*
 * The number of the bucket that holds a day.  Numbers rise with time and are
 * dense, so that neighbours differ by one.
 */
static inline int32
chs_bucket_of(ChsBucketKind kind, DateADT day, const DateADT *bounds, int nbounds)
{
	switch (kind)
	{
		case CHS_BY_MONTH:
			return chs_month_of(day);
		case CHS_BY_QUARTER:
			return CHS_FLOOR_DIV(chs_month_of(day), 3, 30000);
		case CHS_BY_YEAR:
			return CHS_FLOOR_DIV(chs_month_of(day), 12, 10000);
		case CHS_BY_WEEK:
			/* day 2, 2000-01-03, is a Monday */
			return CHS_FLOOR_DIV(day - 2, 7, 400000);
		case CHS_BY_BOUNDS:
			if (nbounds == 2)
				return (day >= bounds[0]) + (day >= bounds[1]) - 1;
			return chs_bucket_between(day, bounds, nbounds);
		default:
			return day;
	}
}

/*
 * Is this the name of that kind?  Transitions ask it for every row.
 */
static inline bool
chs_bucket_is_named(ChsBucketKind kind, const char *name, int len)
{
	switch (kind)
	{
		case CHS_BY_DAY:
			return len == 3 && memcmp(name, "day", 3) == 0;
		case CHS_BY_WEEK:
			return len == 4 && memcmp(name, "week", 4) == 0;
		case CHS_BY_MONTH:
			return len == 5 && memcmp(name, "month", 5) == 0;
		case CHS_BY_QUARTER:
			return len == 7 && memcmp(name, "quarter", 7) == 0;
		case CHS_BY_YEAR:
			return len == 4 && memcmp(name, "year", 4) == 0;
		default:
			return false;
	}
}

extern DateADT chs_bucket_start(ChsBucketKind kind, int32 bucket, const DateADT *bounds, int nbounds);
extern ChsBucketKind chs_bucket_kind(const char *name, int len);
extern const char *chs_bucket_name(ChsBucketKind kind);
extern bool chs_bucket_kind_is_known(int kind);
extern char *chs_day_text(DateADT day);
extern bool chs_day_from_text(const char *text, int length, DateADT *day);

#endif							/* CHS_CALENDAR_H */
