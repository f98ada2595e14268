/*-------------------------------------------------------------------------
 *
 * calendar.c
 *		Days to buckets and back.
 *
 * A day becomes the number of its bucket once per row and more, so there is no
 * calendar arithmetic on that way: weeks are a division by a constant, months
 * are looked up in a table of 2,400 boundaries (10 kB, it stays in the first
 * level cache) after a guess by multiplication, quarters and years are
 * divisions of the month.  Days outside 1900..2099 take the Gregorian
 * arithmetic of the server, which is right from 4714 BC to 5874897.
 *
 * Weeks are ISO 8601 weeks, from Monday.  There is no time zone here: a day
 * is a date.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "shared/calendar.h"
#include "shared/check.h"
#include "shared/compat.h"

ChsMonthTable chs_months;

/*
 * First day of a month counted from January 2000.  For the last month that
 * there is, this also gives the day after it, which is no valid date but an
 * int all the same.
 */
static DateADT
month_start(int32 month)
{
	int32		year = CHS_FLOOR_DIV(month, 12, 10000);

	return date2j(2000 + year, month - year * 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

static void
fill_months(void)
{
	int32		first = (CHS_MONTHS_FROM_YEAR - 2000) * 12;

	for (int i = 0; i < CHS_MONTHS + 2; i++)
		chs_months.start[i] = month_start(first - 1 + i);
	chs_months.first_day = chs_months.start[1];
	chs_months.end_day = chs_months.start[CHS_MONTHS + 1];
}

int32
chs_month_by_arithmetic(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	if (chs_months.end_day == 0)
		fill_months();
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return (year - 2000) * 12 + month - 1;
}

/*
 * Bucket between boundaries: 0 from the first to before the second, -1
 * before the first, nbounds - 1 from the last on.
 */
int32
chs_bucket_between(DateADT day, const DateADT *bounds, int nbounds)
{
	int			low = 0;		/* boundaries at or before day */
	int			high = nbounds;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (bounds[middle] <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

/*
 * First day of a bucket, never before the first date that there is.  The
 * start of the bucket after the last one may be one past the last date.
 */
DateADT
chs_bucket_start(ChsBucketKind kind, int32 bucket, const DateADT *bounds, int nbounds)
{
	int64		day;

	switch (kind)
	{
		case CHS_BY_WEEK:
			day = (int64) bucket * 7 + 2;
			break;
		case CHS_BY_MONTH:
			day = month_start(bucket);
			break;
		case CHS_BY_QUARTER:
			day = month_start(bucket * 3);
			break;
		case CHS_BY_YEAR:
			day = month_start(bucket * 12);
			break;
		case CHS_BY_BOUNDS:
			if (bucket < 0)
				day = CHS_FIRST_DAY;
			else if (bucket >= nbounds)
				day = (int64) CHS_LAST_DAY + 1;
			else
				day = bounds[bucket];
			break;
		default:
			day = bucket;
			break;
	}
	return (DateADT) Min(Max(day, CHS_FIRST_DAY), (int64) CHS_LAST_DAY + 1);
}

bool
chs_bucket_kind_is_known(int kind)
{
	return kind == CHS_BY_DAY || kind == CHS_BY_WEEK || kind == CHS_BY_MONTH ||
		kind == CHS_BY_QUARTER || kind == CHS_BY_YEAR || kind == CHS_BY_BOUNDS;
}

const char *
chs_bucket_name(ChsBucketKind kind)
{
	switch (kind)
	{
		case CHS_BY_DAY:
			return "day";
		case CHS_BY_WEEK:
			return "week";
		case CHS_BY_MONTH:
			return "month";
		case CHS_BY_QUARTER:
			return "quarter";
		case CHS_BY_YEAR:
			return "year";
		default:
			return "boundaries";
	}
}

/*
 * The kind that a name means.
 */
ChsBucketKind
chs_bucket_kind(const char *name, int len)
{
	static const ChsBucketKind kinds[] = {CHS_BY_DAY, CHS_BY_WEEK, CHS_BY_MONTH, CHS_BY_QUARTER, CHS_BY_YEAR};

	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		if (chs_bucket_is_named(kinds[i], name, len))
			return kinds[i];
	}
	chs_refuse_word("bucket", name, len,
					"Pass 'day', 'week', 'month', 'quarter' or 'year'. Boundaries need their type: '{2026-01-01,2026-02-01,2026-03-01}'::date[]; so does a period, where one can be passed: '[2026-01-01,2026-04-01)'::daterange.");
}

/*
 * A day as ISO 8601 text, whatever DateStyle says.
 */
char *
chs_day_text(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	if (DATE_NOT_FINITE(day))
		return pstrdup(DATE_IS_NOBEGIN(day) ? "-infinity" : "infinity");
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	if (year > 0)
		return psprintf("%04d-%02d-%02d", year, month, day_of_month);
	return psprintf("%04d-%02d-%02d BC", 1 - year, month, day_of_month);
}

/*
 * A day from text as JSON has it: year-month-day, in digits.  date_in() would
 * also take 'tomorrow', and read 1/2/2026 as DateStyle says.  A year has four
 * digits at least, because whoever writes 26 does not mean the year 26.
 */
bool
chs_day_from_text(const char *text, int length, DateADT *day)
{
	char		digits[16] = "";
	int			year;
	int			month;
	int			day_of_month;
	int			used = 0;
	int			julian;
	int			real_year;
	int			real_month;
	int			real_day;

	if (length >= (int) sizeof(digits))
		return false;
	memcpy(digits, text, length);
	if (strspn(digits, "0123456789-") != (Size) length || strcspn(digits, "-") < 4 ||
		sscanf(digits, "%7d-%2d-%2d%n", &year, &month, &day_of_month, &used) != 3 || used != length ||
		year <= 0 || month < 1 || month > 12 || day_of_month < 1 || !IS_VALID_JULIAN(year, month, day_of_month))
		return false;

	/* 30 February has a Julian day, which is that of another date */
	julian = date2j(year, month, day_of_month);
	j2date(julian, &real_year, &real_month, &real_day);
	*day = julian - POSTGRES_EPOCH_JDATE;
	return real_year == year && real_month == month && real_day == day_of_month && IS_VALID_DATE(*day);
}
