/*-------------------------------------------------------------------------
 *
 * timezone.c
 *		From a moment to the day that it was in a time zone.
 *
 * Between two transitions a zone is a fixed time ahead of UTC: a span.  A
 * moment in the same span as the one before, which is the rule, costs two
 * comparisons and an addition.  Others are looked up among the spans that were
 * needed before, and only a moment in none of them asks the server's time zone
 * library (moments of other centuries do so one by one).
 *
 * The zones that were used lately are kept for the rest of the session, as the
 * library keeps them, too.  A query with a zone per customer pays a comparison
 * of names, and nothing depends on what an executor keeps between two calls.
 *
 * A zone is the name of a place in the IANA list, or one of UTC, in upper or
 * lower case.  Abbreviations depend on a setting (timezone_abbreviations), or
 * mean a place without its summer time: 'EST' is an hour off in New York from
 * March to November, and stays refused where the list has it as a name.  In
 * POSIX specifications and in 'Etc/GMT+5' a plus lies west of Greenwich.
 * Refused are also names that stand for a setting of the machine
 * ("localtime") or count leap seconds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/datetime.h"

#include "shared/check.h"
#include "shared/timezone.h"

#define ZONES			32

/* how far before a moment its span begins at most */
#define LOOK_BACK		((pg_time_t) 400 * SECS_PER_DAY)

/*
 * From 1850 to 2400 the library knows where the next transition is.  Later it
 * at times does not; what it says of a single moment is right everywhere.
 */
#define SURE_FROM		((pg_time_t) -120 * 31556952)
#define SURE_UNTIL		((pg_time_t) 430 * 31556952)

#define EPOCH_DIFFERENCE ((pg_time_t) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

static ChsZone zones[ZONES] = {{.name_length = -1}};
static int	nzones = 0;
static int	next_zone = 0;		/* to give up when all are taken */

ChsZone    *chs_zone = &zones[0];

/*
 * Names.
 */
static bool
begins_with(const char *name, const char *beginning)
{
	return pg_strncasecmp(name, beginning, strlen(beginning)) == 0;
}

static bool
is_among(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/*
 * Is this what pg_tzset() calls the zone of a place, or UTC?  It takes a POSIX
 * specification, too, and calls it by its text in upper case; so what has a
 * letter in lower case is of the list, and of those in capitals these are
 * places or UTC.
 */
static bool
is_place(const char *name)
{
	static const char *const capitals[] = {
		"UTC", "GMT", "GMT+0", "GMT-0", "GMT0", "UCT", "GB", "NZ", "NZ-CHAT", "PRC", "ROC", "ROK", "W-SU"
	};
	static const char *const no_places[] = {"localtime", "posixrules", "Factory"};

	if (is_among(name, no_places, lengthof(no_places)) ||
		begins_with(name, "posix/") || begins_with(name, "right/") || begins_with(name, "SystemV/"))
		return false;
	if (begins_with(name, "Etc/GMT") && (name[7] == '+' || name[7] == '-'))
		return name[8] == '0';
	for (const char *at = name; *at; at++)
	{
		if (*at >= 'a' && *at <= 'z')
			return true;
	}
	return is_among(name, capitals, lengthof(capitals));
}

/*
 * Is the last part of a zone's name this city, with underscores or spaces?
 */
static bool
is_city_of(const char *place, const char *city)
{
	const char *at = strrchr(place, '/');

	if (at == NULL || !is_place(place) || begins_with(place, "Etc/"))
		return false;
	for (at++; *at && *city; at++, city++)
	{
		if (pg_ascii_tolower((unsigned char) *at) != pg_ascii_tolower((unsigned char) *city) &&
			!(*at == '_' && *city == ' '))
			return false;
	}
	return *at == *city;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/*
 * The places of a city that was named without its continent: all of them,
 * because the first one may be on the wrong continent.
 */
static char *
places_of_city(const char *city)
{
	pg_tzenum  *all = pg_tzenumerate_start();
	pg_tz	   *tz;
	List	   *found = NIL;
	StringInfoData list;
	ListCell   *cell;

	while ((tz = pg_tzenumerate_next(all)) != NULL)
	{
		if (is_city_of(pg_get_timezone_name(tz), city))
			found = lappend(found, pstrdup(pg_get_timezone_name(tz)));
	}
	pg_tzenumerate_end(all);
	if (found == NIL)
		return NULL;
	list_sort(found, compare_names);
	initStringInfo(&list);
	foreach(cell, found)
		appendStringInfo(&list, "%s\"%s\"", cell == list_head(found) ? "" : " or ", (char *) lfirst(cell));
	return list.data;
}

/*
 * Places whose names are spelled nearly so.  What has no slash is a city or no
 * place: the name nearest by spelling could be an hour or a continent off.
 */
static char *
places_near(const char *name)
{
	ChsNearest	nearest;
	pg_tzenum  *all;
	pg_tz	   *tz;

	if (begins_with(name, "Etc/"))
		return NULL;
	if (strchr(name, '/') == NULL)
		return places_of_city(name);
	chs_nearest_start(&nearest, name);
	all = pg_tzenumerate_start();
	while ((tz = pg_tzenumerate_next(all)) != NULL)
	{
		const char *place = pg_get_timezone_name(tz);

		if (strchr(place, '/') != NULL && is_place(place) && !begins_with(place, "Etc/"))
			chs_nearest_add(&nearest, pstrdup(place));
	}
	pg_tzenumerate_end(all);
	return chs_nearest_list(&nearest);
}

pg_noreturn static void
refuse_zone(const char *name)
{
	char	   *list = places_near(name);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("time zone must be the name of a place, or UTC"),
			 errdetail("The value is %s. Abbreviations, such as EST, and offsets, such as UTC+3, are not accepted.",
					   chs_shown_text(name, strlen(name))),
			 list ? errhint("Perhaps you meant %s. All places: SELECT name FROM pg_timezone_names WHERE name ~ '/' AND name !~ '^(Etc|posix)/' ORDER BY name.", list) :
			 errhint("Name a city, such as America/New_York. All places: SELECT name FROM pg_timezone_names WHERE name ~ '/' AND name !~ '^(Etc|posix)/' ORDER BY name.")));
}

static pg_tz *
load_zone(const char *name)
{
	pg_tz	   *tz = pg_tzset(name);

	if (tz == NULL || !pg_tz_acceptable(tz) || !is_place(pg_get_timezone_name(tz)))
		refuse_zone(name);
	return tz;
}

/*
 * Makes chs_zone the zone of a name.
 */
void
chs_zone_find(const char *name, int length)
{
	char		terminated[TZ_STRLEN_MAX + 1];
	ChsZone    *zone;
	pg_tz	   *tz;

	for (int i = 0; i < nzones; i++)
	{
		if (zones[i].name_length == length && memcmp(zones[i].name, name, length) == 0)
		{
			chs_zone = &zones[i];
			return;
		}
	}

	if (length > TZ_STRLEN_MAX)
		refuse_zone(pnstrdup(name, length));
	memcpy(terminated, name, length);
	terminated[length] = '\0';
	tz = load_zone(terminated);

	if (nzones < ZONES)
		zone = &zones[nzones++];
	else
	{
		zone = &zones[next_zone];
		next_zone = (next_zone + 1) % ZONES;
	}
	memcpy(zone->name, terminated, length + 1);
	zone->name_length = length;
	zone->tz = tz;
	zone->nspans = 0;
	zone->span.from = zone->span.to = 0;	/* holds no moment */
	chs_zone = zone;
}

/*
 * Spans.
 */
static inline TimestampTz
moment_of(pg_time_t second)
{
	return (second - EPOCH_DIFFERENCE) * USECS_PER_SEC;
}

/*
 * A moment for a message: in UTC, where every moment has fields, and as ISO
 * writes it, whatever the session's settings say.
 */
char *
chs_moment_text(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	char		text[MAXDATELEN + 1];

	if (TIMESTAMP_NOT_FINITE(at))
		return pstrdup(TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity");
	(void) timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL);
	EncodeDateTime(&tm, fsec, false, 0, NULL, USE_ISO_DATES, text);
	return pstrdup(text);
}

/*
 * An interval for a message, whatever IntervalStyle says.
 */
char *
chs_interval_text(int32 month, int32 day, int64 time)
{
	Interval	interval = {.month = month, .day = day, .time = time};
	struct pg_itm fields;
	char		text[MAXDATELEN + 1];

	interval2itm(interval, &fields);
	EncodeInterval(&fields, INTSTYLE_POSTGRES, text);
	return pstrdup(text);
}

pg_noreturn static void
refuse_moment(pg_tz *tz, pg_time_t second)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("timestamp is out of the range of time zones"),
			 errdetail("The value in UTC is %s; the zone is %s.",
					   chs_moment_text(moment_of(second)), pg_get_timezone_name(tz)),
			 errhint("Leave such rows out: WHERE at BETWEEN '1900-01-01' AND '3000-01-01'.")));
}

/*
 * Asks the library for the span of a second.
 */
static ChsZoneSpan
compute_span(pg_tz *tz, pg_time_t second)
{
	pg_time_t	from = second - LOOK_BACK;
	ChsZoneSpan span;

	for (;;)
	{
		long int	before;
		long int	after;
		int			before_isdst;
		int			after_isdst;
		pg_time_t	boundary;
		int			found = pg_next_dst_boundary(&from, &before, &before_isdst, &boundary, &after, &after_isdst, tz);

		if (unlikely(found < 0))
			refuse_moment(tz, second);
		if (found && boundary <= second)
		{
			from = boundary;
			continue;
		}
		span.from = moment_of(from);
		span.to = moment_of(found ? Min(boundary, SURE_UNTIL) : SURE_UNTIL);
		span.offset = before * USECS_PER_SEC;
		return span;
	}
}

/* The second alone as a span. */
static ChsZoneSpan
single_second(pg_tz *tz, pg_time_t second)
{
	struct pg_tm *tm = pg_localtime(&second, tz);
	ChsZoneSpan span;

	if (tm == NULL)
		refuse_moment(tz, second);
	span.from = moment_of(second);
	span.to = span.from + USECS_PER_SEC;
	span.offset = tm->tm_gmtoff * USECS_PER_SEC;
	/* west of Greenwich the first moments belong to a day before the first date */
	if (span.from + span.offset < MIN_TIMESTAMP)
		refuse_moment(tz, second);
	return span;
}

/*
 * Makes chs_zone->span the one of a moment.
 */
void
chs_zone_find_span(TimestampTz at)
{
	pg_time_t	second = at / USECS_PER_SEC - (at % USECS_PER_SEC < 0) + EPOCH_DIFFERENCE;
	ChsZone    *zone = chs_zone;
	int			low = 0;
	int			high = zone->nspans;

	if (unlikely(second < SURE_FROM || second >= SURE_UNTIL))
	{
		zone->span = single_second(zone->tz, second);
		return;
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (zone->spans[middle].to <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < zone->nspans && zone->spans[low].from <= at)
	{
		zone->span = zone->spans[low];
		return;
	}

	zone->span = compute_span(zone->tz, second);
	if (zone->nspans == CHS_ZONE_SPANS)
		zone->nspans = low = 0;
	memmove(zone->spans + low + 1, zone->spans + low, (zone->nspans - low) * sizeof(ChsZoneSpan));
	zone->spans[low] = zone->span;
	zone->nspans++;
}

/*
 * A time zone that comes with what is no moment.  Without a form that refuses
 * it the server would take a timestamp or a date for one of the session's
 * zone.
 */
void
chs_refuse_zone_of_timestamp(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot apply a time zone to a timestamp without time zone"),
			 errdetail("Argument \"%s\" has type timestamp and comes with a time zone.", what),
			 errhint("%s", hint)));
}

void
chs_refuse_zone_of_date(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot apply a time zone to a date"),
			 errdetail("Argument \"%s\" has type date and comes with a time zone.", what),
			 errhint("%s", hint)));
}

/*
 * A moment without a time zone, where its day is needed.  The session's zone
 * would give it one.
 */
void
chs_refuse_moment_without_zone(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot take the day of a timestamp with time zone without a named zone"),
			 errdetail("Argument \"%s\" is a moment, which lies on different days in different places.", what),
			 errhint("%s", hint)));
}

/*
 * What comes where a moment is needed.  The server would make a moment of it
 * by the session's zone, if no form refused it.
 */
void
chs_refuse_timestamp_as_moment(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" must be a timestamp with time zone", what),
			 errdetail("It is a timestamp without time zone, which the session's time zone would shift."),
			 errhint("Name the zone that it was written in: %s AT TIME ZONE 'Europe/Warsaw'.", what)));
}

void
chs_refuse_date_as_moment(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" must be a timestamp with time zone", what),
			 errdetail("It is a date, whose midnight depends on the session's time zone."),
			 errhint("Name the zone of its midnight: %s::timestamp AT TIME ZONE 'Europe/Warsaw'.", what)));
}
