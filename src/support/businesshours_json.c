/*-------------------------------------------------------------------------
 *
 * businesshours_json.c
 *		Reading and writing the JSON of a calendar.
 *
 * A calendar has one spelling: keys in the order of this file, days without
 * slots left out, slots in the order of time, holidays in the order of days, a
 * holiday without hours as its date alone, the zone as the list of time zones
 * spells it.  So calendars that mean the same in the same words have equal
 * bytes.  Slots that touch stay two slots, as they were written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "shared/calendar.h"
#include "shared/json_read.h"
#include "shared/timezone.h"
#include "support/businesshours_json.h"

#define DAY_MINUTES		(24 * 60)

static const char *const calendar_keys[] = {"timezone", "week", "holidays", "versions", NULL};
static const char *const holiday_keys[] = {"day", "hours", NULL};
static const char *const version_keys[] = {"from", "week", NULL};
static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static const char *const day_hint = "Write it as year-month-day, for instance \"2026-12-25\".";
static const char *const week_hint = "Write, for instance, \"week\": {\"mon\": [[\"09:00\", \"17:00\"]]}.";

/* ---------------- slots ---------------- */

/* "24:30" would be 1470; what is no time of day is -1. */
static int
minutes_of(const JsonbValue *value)
{
	const char *text = value->val.string.val;
	int			hour;
	int			minute;

	if (value->type != jbvString || value->val.string.len != 5 || text[2] != ':')
		return -1;
	for (int i = 0; i < 5; i++)
	{
		if (i != 2 && (text[i] < '0' || text[i] > '9'))
			return -1;
	}
	hour = (text[0] - '0') * 10 + text[1] - '0';
	minute = (text[3] - '0') * 10 + text[4] - '0';
	return minute < 60 ? hour * 60 + minute : -1;
}

/* "place" is the day that has the slot: "mon" of "week" */
static void
read_slot(const char *place, const JsonbValue *pair, ChsBusinessSlot *slot)
{
	JsonbContainer *array = pair->type == jbvBinary ? pair->val.binary.data : NULL;
	int			limits[2];

	if (array == NULL || !JsonContainerIsArray(array) || JsonContainerSize(array) != 2)
		chs_json_error(CHS_BUSINESSHOURS_NAME, "a slot must be a pair of times",
					   psprintf("%s has %s.", place, chs_json_shown(pair)),
					   "Write, for instance, [[\"09:00\", \"12:00\"], [\"13:00\", \"17:00\"]].");
	for (int i = 0; i < 2; i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(array, i);

		limits[i] = minutes_of(value);
		if (limits[i] < 0 || limits[i] > DAY_MINUTES || (i == 0 && limits[i] == DAY_MINUTES))
			chs_json_error(CHS_BUSINESSHOURS_NAME,
						   psprintf("%s is not a time at which a slot can %s", chs_json_shown(value), i == 0 ? "start" : "end"),
						   psprintf("%s has %s.", place, chs_json_shown(pair)),
						   "Write hours and minutes with two digits each, from \"00:00\" to \"24:00\", where \"24:00\" only ends a slot.");
	}
	if (limits[0] >= limits[1])
		chs_json_error(CHS_BUSINESSHOURS_NAME, "a slot must end after it starts",
					   psprintf("%s has %s.", place, chs_json_shown(pair)),
					   "Hours over midnight are two slots: [\"22:00\", \"24:00\"] on one day and [\"00:00\", \"06:00\"] on the next.");
	slot->from = limits[0];
	slot->to = limits[1];
}

static int
compare_slots(const void *a, const void *b)
{
	return ((const ChsBusinessSlot *) a)->from - ((const ChsBusinessSlot *) b)->from;
}

static void
append_slot(StringInfo json, const ChsBusinessSlot *slot)
{
	appendStringInfo(json, "[\"%02d:%02d\", \"%02d:%02d\"]",
					 slot->from / 60, slot->from % 60, slot->to / 60, slot->to % 60);
}

pg_noreturn static void
refuse_overlap(const char *place, const ChsBusinessSlot *slots)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "%s has ", place);
	append_slot(&detail, &slots[0]);
	appendStringInfoString(&detail, " and ");
	append_slot(&detail, &slots[1]);
	appendStringInfoChar(&detail, '.');
	chs_json_error(CHS_BUSINESSHOURS_NAME, "slots overlap", detail.data,
				   "Make one slot of them; a slot may start when the one before it ends.");
}

/*
 * Appends the slots of a day, whose first is then number "first".  Returns
 * their minutes.
 */
static int32
read_slots(ChsBusinessBuilder *builder, const char *place, JsonbContainer *array, uint32 *first)
{
	uint32		n = JsonContainerSize(array);
	int32		minutes = 0;
	ChsBusinessSlot *slots;

	*first = builder->nslots;
	if (builder->nslots + n > builder->maxslots)
	{
		builder->maxslots = 2 * (builder->nslots + n);
		builder->slots = repalloc(builder->slots, builder->maxslots * sizeof(ChsBusinessSlot));
	}
	slots = builder->slots + builder->nslots;
	for (uint32 i = 0; i < n; i++)
	{
		slots[i].unused = 0;
		read_slot(place, getIthJsonbValueFromContainer(array, i), &slots[i]);
	}
	qsort(slots, n, sizeof(ChsBusinessSlot), compare_slots);
	for (uint32 i = 0; i < n; i++)
	{
		if (i > 0 && slots[i].from < slots[i - 1].to)
			refuse_overlap(place, &slots[i - 1]);
		slots[i].before = minutes;
		minutes += slots[i].to - slots[i].from;
	}
	builder->nslots += n;
	return minutes;
}

/* ---------------- weeks ---------------- */

static void
read_week(ChsBusinessBuilder *builder, const ChsJsonObject *parent, DateADT from)
{
	ChsJsonObject object = {CHS_BUSINESSHOURS_NAME, NULL, "\"week\""};
	ChsBusinessWeek *week = &builder->weeks[builder->nweeks];

	if (builder->nweeks > 0)
		object.where = psprintf("\"week\" of version %u", builder->nweeks);
	if (!chs_json_get_container(parent, "week", false, &object.json))
		chs_json_absent_key(parent, "week", week_hint);
	chs_json_check_keys(&object, weekdays, NULL);

	week->from = from;
	week->before[0] = 0;
	for (int i = 0; weekdays[i]; i++)
	{
		JsonbContainer *array;
		int32		minutes = 0;

		week->slots[i] = builder->nslots;
		if (chs_json_get_container(&object, weekdays[i], true, &array))
			minutes = read_slots(builder, psprintf("\"%s\" of %s", weekdays[i], object.where), array, &week->slots[i]);
		week->before[i + 1] = week->before[i] + minutes;
	}
	week->slots[7] = builder->nslots;
	builder->nweeks++;
}

static DateADT
read_day(const char *problem, const char *where, const JsonbValue *value)
{
	DateADT		day;

	if (value->type != jbvString || !chs_day_from_text(value->val.string.val, value->val.string.len, &day))
		chs_json_error(CHS_BUSINESSHOURS_NAME, problem,
					   psprintf("%s is %s.", where, chs_json_shown(value)), day_hint);
	return day;
}

static void
read_versions(ChsBusinessBuilder *builder, JsonbContainer *array)
{
	int			n = JsonContainerSize(array);

	builder->weeks = repalloc(builder->weeks, (n + 1) * sizeof(ChsBusinessWeek));
	memset(builder->weeks + 1, 0, n * sizeof(ChsBusinessWeek));
	for (int i = 0; i < n; i++)
	{
		ChsJsonObject version;
		JsonbValue	value;
		DateADT		from;

		CHECK_FOR_INTERRUPTS();
		chs_json_get_element(CHS_BUSINESSHOURS_NAME, array, i, "version", &version);
		chs_json_check_keys(&version, version_keys, NULL);
		if (!chs_json_get_value(&version, "from", &value))
			chs_json_absent_key(&version, "from", "Name the first day on which its week holds, for instance \"from\": \"2027-01-01\".");
		from = read_day("\"from\" must be a date", psprintf("\"from\" of version %d", i + 1), &value);
		if (i > 0 && from <= builder->weeks[i].from)
			chs_json_error(CHS_BUSINESSHOURS_NAME, "versions must be in the order of their days",
						   psprintf("Version %d is from %s, version %d from %s.",
									i, chs_day_text(builder->weeks[i].from), i + 1, chs_day_text(from)),
						   "Write them in the order of \"from\", each day once.");
		read_week(builder, &version, from);
	}
}

/* ---------------- holidays ---------------- */

static void
read_holiday(ChsBusinessBuilder *builder, JsonbContainer *array, int i)
{
	ChsBusinessHoliday *holiday = &builder->holidays[i];
	JsonbValue *element = getIthJsonbValueFromContainer(array, i);
	ChsJsonObject object;
	JsonbContainer *hours;
	JsonbValue	value;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
	{
		holiday->day = read_day("a holiday must be a date, or an object with its hours", psprintf("Holiday %d", i + 1), element);
		return;
	}
	chs_json_get_element(CHS_BUSINESSHOURS_NAME, array, i, "holiday", &object);
	chs_json_check_keys(&object, holiday_keys, NULL);
	if (!chs_json_get_value(&object, "day", &value))
		chs_json_absent_key(&object, "day", "Write, for instance, {\"day\": \"2026-12-24\", \"hours\": [[\"09:00\", \"13:00\"]]}.");
	holiday->day = read_day("\"day\" must be a date", psprintf("\"day\" of holiday %d", i + 1), &value);
	if (!chs_json_get_container(&object, "hours", true, &hours))
		chs_json_absent_key(&object, "hours", "A holiday without hours is its date alone, for instance \"2026-12-25\".");
	/* its minutes, until the holidays are in order */
	holiday->extra = read_slots(builder, psprintf("Holiday %d", i + 1), hours, &holiday->slots);
	holiday->nslots = builder->nslots - holiday->slots;
}

static int
compare_holidays(const void *a, const void *b)
{
	DateADT		x = ((const ChsBusinessHoliday *) a)->day;
	DateADT		y = ((const ChsBusinessHoliday *) b)->day;

	return (x > y) - (x < y);
}

/* Brings the holidays, and with them their slots, into the order of days. */
static void
order_holidays(ChsBusinessBuilder *builder, uint32 first_slot)
{
	ChsBusinessSlot *slots = palloc(Max(builder->maxslots, 1) * sizeof(ChsBusinessSlot));
	uint32		n = first_slot;

	qsort(builder->holidays, builder->nholidays, sizeof(ChsBusinessHoliday), compare_holidays);
	memcpy(slots, builder->slots, n * sizeof(ChsBusinessSlot));
	for (uint32 i = 0; i < builder->nholidays; i++)
	{
		ChsBusinessHoliday *holiday = &builder->holidays[i];

		if (i > 0 && holiday->day == holiday[-1].day)
			chs_json_error(CHS_BUSINESSHOURS_NAME, "a holiday occurs twice",
						   psprintf("\"holidays\" has %s twice.", chs_day_text(holiday->day)),
						   "Write each day once, with all its hours.");
		memcpy(slots + n, builder->slots + holiday->slots, holiday->nslots * sizeof(ChsBusinessSlot));
		holiday->slots = n;
		n += holiday->nslots;
	}
	builder->slots = slots;
}

/* ---------------- the whole calendar ---------------- */

static const char *
read_zone(const ChsJsonObject *calendar)
{
	JsonbValue	value;

	if (!chs_json_get_string(calendar, "timezone", &value))
		chs_json_absent_key(calendar, "timezone", "Name the place whose clock the hours are, for instance \"timezone\": \"Europe/Warsaw\".");
	chs_zone_find(value.val.string.val, value.val.string.len);
	return pg_get_timezone_name(chs_zone->tz);
}

void
chs_businesshours_read(ChsBusinessBuilder *builder, const Jsonb *json)
{
	ChsJsonObject calendar = {CHS_BUSINESSHOURS_NAME, NULL, "The calendar"};
	JsonbContainer *array;
	uint32		first_slot;

	if (!JB_ROOT_IS_OBJECT(json))
		chs_json_error(CHS_BUSINESSHOURS_NAME, "they must be a JSON object",
					   psprintf("They are %s.", JB_ROOT_IS_SCALAR(json) ? "a single value" : "an array"),
					   "Write {\"timezone\": \"Europe/Warsaw\", \"week\": {\"mon\": [[\"09:00\", \"17:00\"]]}}.");
	calendar.json = (JsonbContainer *) &json->root;
	chs_json_check_keys(&calendar, calendar_keys, NULL);

	memset(builder, 0, sizeof(*builder));
	builder->maxslots = 16;
	builder->slots = palloc(builder->maxslots * sizeof(ChsBusinessSlot));
	builder->weeks = palloc0(sizeof(ChsBusinessWeek));
	builder->zone = read_zone(&calendar);
	read_week(builder, &calendar, CHS_FIRST_DAY);
	if (chs_json_get_container(&calendar, "versions", true, &array))
		read_versions(builder, array);

	first_slot = builder->nslots;
	if (chs_json_get_container(&calendar, "holidays", true, &array))
	{
		builder->nholidays = JsonContainerSize(array);
		builder->holidays = palloc0(Max(builder->nholidays, 1) * sizeof(ChsBusinessHoliday));
		for (uint32 i = 0; i < builder->nholidays; i++)
		{
			CHECK_FOR_INTERRUPTS();
			read_holiday(builder, array, i);
		}
		order_holidays(builder, first_slot);
	}
}

/* ---------------- writing ---------------- */

static void
append_slots(StringInfo json, const ChsBusinessBuilder *builder, uint32 from, uint32 to)
{
	appendStringInfoChar(json, '[');
	for (uint32 i = from; i < to; i++)
	{
		if (i > from)
			appendStringInfoString(json, ", ");
		append_slot(json, &builder->slots[i]);
	}
	appendStringInfoChar(json, ']');
}

static void
append_week(StringInfo json, const ChsBusinessBuilder *builder, const ChsBusinessWeek *week)
{
	const char *separator = "";

	appendStringInfoString(json, "\"week\": {");
	for (int i = 0; weekdays[i]; i++)
	{
		if (week->slots[i] == week->slots[i + 1])
			continue;
		appendStringInfo(json, "%s\"%s\": ", separator, weekdays[i]);
		append_slots(json, builder, week->slots[i], week->slots[i + 1]);
		separator = ", ";
	}
	appendStringInfoChar(json, '}');
}

static void
append_holiday(StringInfo json, const ChsBusinessBuilder *builder, const ChsBusinessHoliday *holiday)
{
	char	   *day = chs_day_text(holiday->day);

	if (holiday->nslots == 0)
		appendStringInfo(json, "\"%s\"", day);
	else
	{
		appendStringInfo(json, "{\"day\": \"%s\", \"hours\": ", day);
		append_slots(json, builder, holiday->slots, holiday->slots + holiday->nslots);
		appendStringInfoChar(json, '}');
	}
	pfree(day);
}

void
chs_businesshours_write(const ChsBusinessBuilder *builder, StringInfo json)
{
	appendStringInfo(json, "{\"timezone\": \"%s\", ", builder->zone);
	append_week(json, builder, &builder->weeks[0]);
	for (uint32 i = 0; i < builder->nholidays; i++)
	{
		appendStringInfoString(json, i == 0 ? ", \"holidays\": [" : ", ");
		append_holiday(json, builder, &builder->holidays[i]);
	}
	if (builder->nholidays > 0)
		appendStringInfoChar(json, ']');
	for (uint32 i = 1; i < builder->nweeks; i++)
	{
		appendStringInfo(json, "%s{\"from\": \"%s\", ", i == 1 ? ", \"versions\": [" : ", ",
						 chs_day_text(builder->weeks[i].from));
		append_week(json, builder, &builder->weeks[i]);
		appendStringInfoChar(json, '}');
	}
	if (builder->nweeks > 1)
		appendStringInfoChar(json, ']');
	appendStringInfoChar(json, '}');
}
