/*-------------------------------------------------------------------------
 *
 * business_time.c
 *		Business time between moments, and the deadline after some of it.
 *
 * A moment is open when the wall clock then shows a time inside a slot of that
 * local day.  Daylight saving time needs no further rule: an hour that the clock
 * shows twice counts twice, one that it leaves out does not count.
 *
 * Between two changes of the zone's time, a span, the wall clock runs
 * evenly.  The open time that it has shown up to a local time, W, is a sum that
 * the calendar knows for any day (businesshours.h), whatever lies between.  At
 * a change the clock jumps, and W with it.  "skipped" of a span is the sum of
 * these jumps since the first span that was needed, so that
 *
 *		L(at) = W(at + offset) - skipped
 *
 * rises without a jump, and the business time between two moments is the
 * difference of their L: a ticket of ten years costs as much as one of a day.
 * The deadline is the earliest moment whose L has grown by the duration: its
 * span is found first, then its day, then its slot.
 *
 * The clock of a call site keeps the calendars that it met last, checked, with
 * their spans.  An executor that keeps nothing between two rows gets the same
 * answers, later.  Spans come from the time zone library by
 * shared/timezone.c, which knows them from 1850 to 2400.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/timezone.h"
#include "support/business_time.h"

/* calendars that a call site keeps */
#define KEPT_CLOCKS		16

#define FIRST_SPANS		64

/* fn_extra of every entry point that takes a calendar */
typedef struct BusinessSite
{
	int			nclocks;
	int			next;			/* to give up when all are taken */
	ChsBusinessClock *last;		/* used last */
	ChsBusinessClock *clocks[KEPT_CLOCKS];
} BusinessSite;

/* ---------------- calendars of a call site ---------------- */

static ChsBusinessClock *
make_clock(MemoryContext parent, const struct varlena *raw, Size size)
{
	const ChsBusinessHours *hours = chs_businesshours_detoast(PointerGetDatum(raw));
	MemoryContext context = AllocSetContextCreate(parent, "chs business hours", ALLOCSET_SMALL_SIZES);
	ChsBusinessClock *clock = MemoryContextAllocZero(context, sizeof(ChsBusinessClock));
	char	   *copy = MemoryContextAlloc(context, size);

	memcpy(copy, raw, size);
	clock->context = context;
	clock->size = size;
	clock->raw = copy;
	if ((const struct varlena *) hours != raw)
	{
		copy = MemoryContextAlloc(context, VARSIZE(hours));
		memcpy(copy, hours, VARSIZE(hours));
	}
	clock->hours = (const ChsBusinessHours *) copy;
	return clock;
}

static inline bool
is_of(const ChsBusinessClock *clock, const struct varlena *raw, Size size)
{
	return clock->size == size && memcmp(clock->raw, raw, size) == 0;
}

/*
 * The clock of a calendar.  It is found by the bytes of the datum as they were
 * passed: plain, compressed, or the pointer to a value outside of its row.
 */
ChsBusinessClock *
chs_business_clock(FunctionCallInfo fcinfo, Datum calendar)
{
	const struct varlena *raw = (const struct varlena *) DatumGetPointer(calendar);
	Size		size = VARSIZE_ANY(raw);
	BusinessSite *site = fcinfo->flinfo->fn_extra;
	ChsBusinessClock *clock;
	int			place;

	if (unlikely(site == NULL))
		site = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(BusinessSite));
	if (likely(site->last != NULL && is_of(site->last, raw, size)))
		return site->last;
	for (int i = 0; i < site->nclocks; i++)
	{
		if (is_of(site->clocks[i], raw, size))
			return site->last = site->clocks[i];
	}

	/* first, because it fails for a damaged one */
	clock = make_clock(fcinfo->flinfo->fn_mcxt, raw, size);
	if (site->nclocks < KEPT_CLOCKS)
		place = site->nclocks++;
	else
	{
		place = site->next;
		site->next = (site->next + 1) % KEPT_CLOCKS;
		MemoryContextDelete(site->clocks[place]->context);
	}
	return site->last = site->clocks[place] = clock;
}

/* ---------------- the wall clock ---------------- */

/* W: open time, in microseconds, up to a local time. */
static int64
wall_time(const ChsBusinessHours *hours, Timestamp local)
{
	DateADT		day = chs_day_of_timestamp(local);
	int64		in_day = local - day * USECS_PER_DAY;
	ChsBusinessDay found;

	chs_business_day(hours, day, &found);
	for (uint32 i = 0; i < found.nslots; i++)
	{
		const ChsBusinessSlot *slot = &found.slots[i];

		if (in_day < slot->to * USECS_PER_MINUTE)
			return (found.before + slot->before) * USECS_PER_MINUTE +
				Max(in_day - slot->from * USECS_PER_MINUTE, 0);
	}
	if (found.nslots > 0)
	{
		const ChsBusinessSlot *slot = &found.slots[found.nslots - 1];

		found.before += slot->before + slot->to - slot->from;
	}
	return found.before * USECS_PER_MINUTE;
}

static inline int64
minutes_before(const ChsBusinessHours *hours, DateADT day)
{
	ChsBusinessDay found;

	chs_business_day(hours, day, &found);
	return found.before;
}

/*
 * The earliest local time with that W, which is more than the W of the
 * beginning of "day" and no more than there is.
 */
static Timestamp
local_time_of(const ChsBusinessHours *hours, int64 wall, DateADT day)
{
	int64		minutes = (wall - 1) / USECS_PER_MINUTE - ((wall - 1) % USECS_PER_MINUTE < 0);
	ChsBusinessDay found;
	int32		step = 1;
	const ChsBusinessSlot *slot;

	/* the last day with no more than these whole minutes before it: mostly near */
	while (minutes_before(hours, day + step) <= minutes)
	{
		day += step;
		step *= 2;
	}
	for (step /= 2; step > 0; step /= 2)
	{
		if (minutes_before(hours, day + step) <= minutes)
			day += step;
	}

	/* its last slot with no more before it */
	chs_business_day(hours, day, &found);
	slot = &found.slots[0];
	for (uint32 i = 1; i < found.nslots && found.before + found.slots[i].before <= minutes; i++)
		slot = &found.slots[i];
	return day * USECS_PER_DAY + slot->from * USECS_PER_MINUTE +
		wall - (found.before + slot->before) * USECS_PER_MINUTE;
}

/* ---------------- spans ---------------- */

/* The span of a moment, from the library. */
static ChsBusinessSpan
library_span(const ChsBusinessClock *clock, TimestampTz at)
{
	ChsBusinessSpan span;

	chs_zone_find(CHS_BUSINESS_ZONE(clock->hours), clock->hours->zone_length);
	chs_zone_find_span(at);
	span.from = chs_zone->span.from;
	span.to = chs_zone->span.to;
	span.offset = chs_zone->span.offset;
	span.skipped = 0;
	return span;
}

/* How far W jumps where one span follows another. */
static inline int64
jump_between(const ChsBusinessClock *clock, const ChsBusinessSpan *before, const ChsBusinessSpan *after)
{
	return wall_time(clock->hours, after->from + after->offset) -
		wall_time(clock->hours, after->from + before->offset);
}

static void
make_room(ChsBusinessClock *clock)
{
	if (clock->nspans < clock->maxspans)
		return;
	if (clock->spans == NULL)
	{
		clock->spans = MemoryContextAlloc(clock->context, FIRST_SPANS * sizeof(ChsBusinessSpan));
		clock->maxspans = FIRST_SPANS;
	}
	else
	{
		clock->spans = repalloc(clock->spans, 2 * clock->maxspans * sizeof(ChsBusinessSpan));
		clock->maxspans *= 2;
	}
}

/* One span more at the end. */
static void
append_span(ChsBusinessClock *clock)
{
	ChsBusinessSpan *last = &clock->spans[clock->nspans - 1];
	ChsBusinessSpan span = library_span(clock, last->to);

	span.from = last->to;
	if (span.offset == last->offset)
	{
		last->to = span.to;
		return;
	}
	span.skipped = last->skipped + jump_between(clock, last, &span);
	make_room(clock);
	clock->spans[clock->nspans++] = span;
}

/* One span more at the beginning. */
static void
prepend_span(ChsBusinessClock *clock)
{
	ChsBusinessSpan *first = &clock->spans[0];
	ChsBusinessSpan span = library_span(clock, first->from - 1);

	span.to = first->from;
	if (span.offset == first->offset)
	{
		first->from = span.from;
		return;
	}
	span.skipped = first->skipped - jump_between(clock, &span, first);
	make_room(clock);
	memmove(clock->spans + 1, clock->spans, clock->nspans * sizeof(ChsBusinessSpan));
	clock->spans[0] = span;
	clock->nspans++;
	clock->last++;
}

/* The span of a moment; it stays there until the next search. */
static const ChsBusinessSpan *
find_span(ChsBusinessClock *clock, TimestampTz at)
{
	int			low = 0;
	int			high;

	if (unlikely(clock->nspans == 0))
	{
		make_room(clock);
		clock->spans[clock->nspans++] = library_span(clock, at);
	}
	if (at >= clock->spans[clock->last].from && at < clock->spans[clock->last].to)
		return &clock->spans[clock->last];
	while (unlikely(at >= clock->spans[clock->nspans - 1].to))
		append_span(clock);
	while (unlikely(at < clock->spans[0].from))
		prepend_span(clock);

	high = clock->nspans;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (clock->spans[middle].from <= at)
			low = middle;
		else
			high = middle;
	}
	clock->last = low;
	return &clock->spans[low];
}

/* L of a moment. */
static inline int64
open_time(ChsBusinessClock *clock, TimestampTz at)
{
	const ChsBusinessSpan *span = find_span(clock, at);

	return wall_time(clock->hours, at + span->offset) - span->skipped;
}

/* ---------------- what callers ask for ---------------- */

/*
 * Moments that business time is counted from and to.  "hint" is the way out
 * where the moment is not a column of its own, which is made NULL.
 */
void
chs_business_check_moment(TimestampTz at, const char *what, const char *hint)
{
	chs_check_timestamp_of_row(at, what, CHS_NO_ROW_NAME);
	if (unlikely(at < CHS_SPANS_FROM || at > CHS_SPANS_UNTIL))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" must be between the years 1850 and 2399", what),
				 errdetail("The value in UTC is %s.", chs_moment_text(at)),
				 hint ? errhint("%s", hint) :
				 errhint("Where it means unknown or open, make it NULL: CASE WHEN %s BETWEEN '1850-01-01 00:00+00' AND '2399-12-31 00:00+00' THEN %s END.",
						 what, what)));
}

/*
 * An interval as business time, in microseconds.
 */
int64
chs_business_duration(const Interval *duration, const char *what)
{
	if (unlikely(duration->month != 0 || duration->day != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must have hours, minutes and seconds only", what),
				 errdetail("The value is %s.", chs_interval_text(duration->month, duration->day, duration->time)),
				 errhint("A day has no fixed business time: write hours, for instance interval '16 hours' for two days of eight.")));
	if (unlikely(duration->time < 0))
		chs_refuse_negative(what, chs_interval_text(0, 0, duration->time),
							"Pass the time that is allowed, for instance interval '4 hours'.");
	return duration->time;
}

/*
 * Business time in microseconds from one checked moment to another, which is
 * not before it.
 */
int64
chs_business_between(ChsBusinessClock *clock, TimestampTz from, TimestampTz to)
{
	int64		before = open_time(clock, from);

	return open_time(clock, to) - before;
}

pg_noreturn static void
refuse_deadline(const ChsBusinessClock *clock, TimestampTz from, int64 available)
{
	if (clock->hours->nslots == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("calendar has no business hours"),
				 errdetail("Neither its weeks nor its holidays have a slot, so no deadline would come."),
				 errhint("Give it hours, for instance \"week\": {\"mon\": [[\"09:00\", \"17:00\"]]}.")));
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("deadline is out of range"),
			 errdetail("From %s in UTC until the year 2400, the calendar has %s of business time.",
					   chs_moment_text(from), chs_interval_text(0, 0, available)),
			 errhint("Pass less business time, or give the calendar hours after its last version.")));
}

/*
 * The earliest moment with that much business time after a checked one.
 */
TimestampTz
chs_business_add(ChsBusinessClock *clock, TimestampTz from, int64 duration)
{
	ChsBusinessSpan span = *find_span(clock, from);
	int64		start = wall_time(clock->hours, from + span.offset) - span.skipped;
	TimestampTz after = from;

	if (clock->hours->nslots == 0)
		refuse_deadline(clock, from, 0);
	if (duration == 0)
		return from;

	for (;;)
	{
		TimestampTz end = Min(span.to, CHS_SPANS_UNTIL);
		int64		available = wall_time(clock->hours, end + span.offset) - span.skipped - start;

		if (available >= duration)
			break;
		if (end == CHS_SPANS_UNTIL)
			refuse_deadline(clock, from, available);
		CHECK_FOR_INTERRUPTS();
		after = end;
		span = *find_span(clock, after);
	}
	return local_time_of(clock->hours, start + duration + span.skipped,
						 chs_day_of_timestamp(after + span.offset)) - span.offset;
}
