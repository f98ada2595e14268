/*-------------------------------------------------------------------------
 *
 * businesshours.h
 *		The flat form of a calendar of business hours.
 *
 * A calendar lies in memory and on disk as one varlena without pointers:
 *
 *		ChsBusinessHours		header
 *		char[]					the calendar as JSON, in its only spelling
 *		ChsBusinessWeek[]		the first one, then one per version
 *		ChsBusinessHoliday[]	in the order of days
 *		ChsBusinessSlot[]		of weeks, then of holidays
 *		char[]					the name of the time zone
 *
 * Everything behind the JSON follows from it, so the JSON alone is what a
 * calendar holds.  The checksum covers every other byte: behind it, numbers
 * of slots are taken as they stand.
 *
 * Open minutes are those that a wall clock shows, counted from Monday
 * 2000-01-03 (negative before).  Weeks, holidays and slots have sums of what
 * lies before them, so that the minutes up to any day cost two binary
 * searches, however far it is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_BUSINESSHOURS_H
#define CHS_BUSINESSHOURS_H

#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "shared/calendar.h"
#include "shared/compat.h"

#define CHS_BUSINESSHOURS_VERSION	1
#define CHS_BUSINESSHOURS_MAX_JSON	(1024 * 1024)

/* the name of the type in messages */
#define CHS_BUSINESSHOURS_NAME		"business hours"

/* Minutes of a day, the end excluded. */
typedef struct ChsBusinessSlot
{
	uint16		from;
	uint16		to;
	uint16		before;			/* open minutes of the day before it */
	uint16		unused;
} ChsBusinessSlot;

/* What holds from a day on, holidays apart. */
typedef struct ChsBusinessWeek
{
	DateADT		from;			/* of the first week CHS_FIRST_DAY */
	int32		before[8];		/* open minutes of the week before Monday, ..., Sunday, and all */
	uint32		slots[8];		/* where the slots of Monday, ..., Sunday begin, and where they end */
	uint32		unused;
	int64		base;			/* to add to the minutes that it would have since 2000-01-03, had it always
								 * held, because other weeks held before it */
} ChsBusinessWeek;

typedef struct ChsBusinessHoliday
{
	DateADT		day;
	uint32		slots;			/* where its slots begin */
	uint32		nslots;
	uint32		unused;
	int64		extra;			/* open minutes of the holidays up to this one, less those of their weeks */
} ChsBusinessHoliday;

typedef struct ChsBusinessHours
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint16		version;
	uint16		zone_length;
	uint64		checksum;
	uint32		nweeks;
	uint32		nholidays;
	uint32		nslots;
	uint32		json_length;	/* the content begins here */
} ChsBusinessHours;

#define CHS_BUSINESS_JSON(h) \
	((char *) (h) + sizeof(ChsBusinessHours))
#define CHS_BUSINESS_WEEKS(h) \
	((ChsBusinessWeek *) (CHS_BUSINESS_JSON(h) + MAXALIGN((h)->json_length)))
#define CHS_BUSINESS_HOLIDAYS(h) \
	((ChsBusinessHoliday *) (CHS_BUSINESS_WEEKS(h) + (h)->nweeks))
#define CHS_BUSINESS_SLOTS(h) \
	((ChsBusinessSlot *) (CHS_BUSINESS_HOLIDAYS(h) + (h)->nholidays))
#define CHS_BUSINESS_ZONE(h) \
	((char *) (CHS_BUSINESS_SLOTS(h) + (h)->nslots))

/* A day of a calendar. */
typedef struct ChsBusinessDay
{
	int64		before;			/* open minutes before it */
	const ChsBusinessSlot *slots;
	uint32		nslots;
} ChsBusinessDay;

extern void chs_business_day(const ChsBusinessHours *hours, DateADT day, ChsBusinessDay *found);
extern const ChsBusinessHours *chs_businesshours_detoast(Datum calendar);

/* of Monday 0, ..., Sunday 6 */
static inline int
chs_business_weekday(DateADT day, int32 *week)
{
	*week = chs_bucket_of(CHS_BY_WEEK, day, NULL, 0);
	/* day 2, 2000-01-03, is the Monday of week 0 */
	return day - 2 - 7 * *week;
}

#endif							/* CHS_BUSINESSHOURS_H */
