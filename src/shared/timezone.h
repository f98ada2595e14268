/*-------------------------------------------------------------------------
 *
 * timezone.h
 *		From a moment to the day that it was in a time zone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_TIMEZONE_H
#define CHS_TIMEZONE_H

#include "fmgr.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "shared/compat.h"

/* From one moment to before another, a zone is so far ahead of UTC. */
typedef struct ChsZoneSpan
{
	TimestampTz from;
	TimestampTz to;
	int64		offset;			/* microseconds */
} ChsZoneSpan;

#define CHS_ZONE_SPANS		64

/*
 * From 1850 to before 2400, in UTC, the spans of a zone are known; moments
 * before and after have spans of a second.
 */
#define CHS_SPANS_FROM		((TimestampTz) -54786 * USECS_PER_DAY)
#define CHS_SPANS_UNTIL		((TimestampTz) 146097 * USECS_PER_DAY)

/*
 * A zone, the span that was needed last, and those that were needed so far, in
 * the order of time.
 */
typedef struct ChsZone
{
	int			name_length;
	char		name[TZ_STRLEN_MAX + 1];	/* as it was asked for */
	pg_tz	   *tz;
	ChsZoneSpan span;
	int			nspans;
	ChsZoneSpan spans[CHS_ZONE_SPANS];
} ChsZone;

/* the zone that was needed last */
extern ChsZone *chs_zone;

extern void chs_zone_find(const char *name, int length);
extern void chs_zone_find_span(TimestampTz at);
extern char *chs_moment_text(TimestampTz at);
extern char *chs_interval_text(int32 month, int32 day, int64 time);
pg_noreturn extern void chs_refuse_zone_of_timestamp(const char *what, const char *hint);
pg_noreturn extern void chs_refuse_zone_of_date(const char *what, const char *hint);
pg_noreturn extern void chs_refuse_moment_without_zone(const char *what, const char *hint);
pg_noreturn extern void chs_refuse_timestamp_as_moment(const char *what);
pg_noreturn extern void chs_refuse_date_as_moment(const char *what);

static inline DateADT
chs_day_of_timestamp(Timestamp at)
{
	return (DateADT) (at / USECS_PER_DAY - (at % USECS_PER_DAY < 0));
}

/*
 * The day of a moment, which is finite, in a zone.
 */
static inline DateADT
chs_day_in_zone(TimestampTz at, const char *name, int length)
{
	if (unlikely(length != chs_zone->name_length || memcmp(name, chs_zone->name, length) != 0))
		chs_zone_find(name, length);
	if (unlikely(at < chs_zone->span.from || at >= chs_zone->span.to))
		chs_zone_find_span(at);
	return chs_day_of_timestamp(at + chs_zone->span.offset);
}

#endif							/* CHS_TIMEZONE_H */
