/*-------------------------------------------------------------------------
 *
 * business_time.h
 *		Business time between moments, and the deadline after some of it.
 *
 * A call fetches the clock of its calendar, then asks it:
 *
 *		clock = chs_business_clock(fcinfo, PG_GETARG_DATUM(0));
 *		deadline = chs_business_add(clock, opened, chs_business_duration(target, "target"));
 *
 * Moments come checked by chs_business_check_moment().
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_BUSINESS_TIME_H
#define CHS_BUSINESS_TIME_H

#include "fmgr.h"
#include "utils/timestamp.h"

#include "support/businesshours.h"

/* Between two changes of the zone's time. */
typedef struct ChsBusinessSpan
{
	TimestampTz from;
	TimestampTz to;
	int64		offset;			/* local time less UTC, microseconds */
	int64		skipped;		/* see the head of business_time.c */
} ChsBusinessSpan;

/* A calendar, ready to be asked. */
typedef struct ChsBusinessClock
{
	MemoryContext context;		/* holds all that follows */
	Size		size;			/* of raw */
	const char *raw;			/* the bytes of the datum */
	const ChsBusinessHours *hours;
	int			nspans;
	int			maxspans;
	int			last;			/* the span that was needed last */
	ChsBusinessSpan *spans;		/* one behind the other, in the order of time */
} ChsBusinessClock;

extern ChsBusinessClock *chs_business_clock(FunctionCallInfo fcinfo, Datum calendar);
extern void chs_business_check_moment(TimestampTz at, const char *what, const char *hint);
extern int64 chs_business_duration(const Interval *duration, const char *what);
extern int64 chs_business_between(ChsBusinessClock *clock, TimestampTz from, TimestampTz to);
extern TimestampTz chs_business_add(ChsBusinessClock *clock, TimestampTz from, int64 duration);

#endif							/* CHS_BUSINESS_TIME_H */
