/*-------------------------------------------------------------------------
 *
 * businesshours.c
 *		The type businesshours: JSON into the flat form, and back.
 *
 * Text, json and jsonb all come in through jsonb.  The calendar is written
 * again in its only spelling (businesshours_json.c), which is what goes out;
 * the binary form is a version byte and that text, so reading it makes every
 * check that text input makes.
 *
 * Everything is checked here, once, so that counting business time checks
 * nothing of the calendar again but its checksum.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/json_read.h"
#include "shared/type_ops.h"
#include "support/businesshours.h"
#include "support/businesshours_json.h"

/* no text of the greatest size takes more as jsonb */
#define MAX_JSONB	(8 * CHS_BUSINESSHOURS_MAX_JSON)

/* ---------------- days ---------------- */

/* The week that holds on a day. */
static const ChsBusinessWeek *
find_week(const ChsBusinessWeek *weeks, uint32 nweeks, DateADT day)
{
	uint32		low = 0;
	uint32		high = nweeks;

	/* weeks[low].from <= day < weeks[high].from */
	while (high - low > 1)
	{
		uint32		middle = low + (high - low) / 2;

		if (weeks[middle].from <= day)
			low = middle;
		else
			high = middle;
	}
	return &weeks[low];
}

/* Open minutes before a day if the week had always held, its base left out. */
static inline int64
week_minutes(const ChsBusinessWeek *week, DateADT day)
{
	int32		number;
	int			weekday = chs_business_weekday(day, &number);

	return (int64) number * week->before[7] + week->before[weekday];
}

/*
 * How many holidays are before a day.  Days come in any order, so a branch on
 * a comparison would be mispredicted half of the time: there is none.
 */
static inline uint32
holidays_before(const ChsBusinessHoliday *holidays, uint32 nholidays, DateADT day)
{
	const ChsBusinessHoliday *at = holidays;
	uint32		left = nholidays;

	while (left > 1)
	{
		uint32		half = left / 2;

		at = at[half - 1].day < day ? at + half : at;
		left -= half;
	}
	return (at - holidays) + (left == 1 && at->day < day);
}

void
chs_business_day(const ChsBusinessHours *hours, DateADT day, ChsBusinessDay *found)
{
	const ChsBusinessWeek *week = find_week(CHS_BUSINESS_WEEKS(hours), hours->nweeks, day);
	const ChsBusinessHoliday *holidays = CHS_BUSINESS_HOLIDAYS(hours);
	const ChsBusinessSlot *slots = CHS_BUSINESS_SLOTS(hours);
	uint32		n = holidays_before(holidays, hours->nholidays, day);
	int32		number;
	int			weekday = chs_business_weekday(day, &number);

	found->before = week->base + (int64) number * week->before[7] + week->before[weekday];
	if (n > 0)
		found->before += holidays[n - 1].extra;
	if (n < hours->nholidays && holidays[n].day == day)
	{
		found->slots = slots + holidays[n].slots;
		found->nslots = holidays[n].nslots;
	}
	else
	{
		found->slots = slots + week->slots[weekday];
		found->nslots = week->slots[weekday + 1] - week->slots[weekday];
	}
}

/* ---------------- making the flat form ---------------- */

/* The sums over weeks and holidays. */
static void
add_up(ChsBusinessBuilder *builder)
{
	int64		extra = 0;

	for (uint32 i = 1; i < builder->nweeks; i++)
	{
		ChsBusinessWeek *week = &builder->weeks[i];

		week->base = week[-1].base + week_minutes(&week[-1], week->from) - week_minutes(week, week->from);
	}
	for (uint32 i = 0; i < builder->nholidays; i++)
	{
		ChsBusinessHoliday *holiday = &builder->holidays[i];
		const ChsBusinessWeek *week = find_week(builder->weeks, builder->nweeks, holiday->day);
		int32		number;
		int			weekday = chs_business_weekday(holiday->day, &number);

		/* until now "extra" was the minutes of this holiday alone */
		extra += holiday->extra - (week->before[weekday + 1] - week->before[weekday]);
		holiday->extra = extra;
	}
}

static ChsBusinessHours *
assemble(const ChsBusinessBuilder *builder, StringInfo json)
{
	Size		zone_length = strlen(builder->zone);
	Size		size = sizeof(ChsBusinessHours) + MAXALIGN(json->len) +
		builder->nweeks * sizeof(ChsBusinessWeek) +
		builder->nholidays * sizeof(ChsBusinessHoliday) +
		builder->nslots * sizeof(ChsBusinessSlot) + zone_length;
	ChsBusinessHours *hours = palloc0(size);

	SET_VARSIZE(hours, size);
	hours->version = CHS_BUSINESSHOURS_VERSION;
	hours->zone_length = zone_length;
	hours->nweeks = builder->nweeks;
	hours->nholidays = builder->nholidays;
	hours->nslots = builder->nslots;
	hours->json_length = json->len;
	memcpy(CHS_BUSINESS_JSON(hours), json->data, json->len);
	memcpy(CHS_BUSINESS_WEEKS(hours), builder->weeks, builder->nweeks * sizeof(ChsBusinessWeek));
	if (builder->nholidays > 0)
		memcpy(CHS_BUSINESS_HOLIDAYS(hours), builder->holidays, builder->nholidays * sizeof(ChsBusinessHoliday));
	memcpy(CHS_BUSINESS_SLOTS(hours), builder->slots, builder->nslots * sizeof(ChsBusinessSlot));
	memcpy(CHS_BUSINESS_ZONE(hours), builder->zone, zone_length);
	hours->checksum = chs_checksum_around(hours, offsetof(ChsBusinessHours, checksum));
	return hours;
}

static void
check_json_size(const char *subject, Size size, int most)
{
	if (size > (Size) most)
		chs_json_error(CHS_BUSINESSHOURS_NAME, "they are too large",
					   psprintf("%s %zu bytes, not at most %d.", subject, size, most),
					   "Leave out holidays and versions of years without tickets.");
}

static ChsBusinessHours *
parse_calendar(const Jsonb *jsonb)
{
	ChsBusinessBuilder builder;
	StringInfoData json;

	/* before memory is taken for its elements */
	check_json_size("Their jsonb has", VARSIZE(jsonb), MAX_JSONB);
	chs_businesshours_read(&builder, jsonb);
	initStringInfo(&json);
	chs_businesshours_write(&builder, &json);
	/* what comes out must be able to come in again */
	check_json_size("They have", json.len, CHS_BUSINESSHOURS_MAX_JSON);
	add_up(&builder);
	return assemble(&builder, &json);
}

static ChsBusinessHours *
parse_text(const char *text)
{
	check_json_size("They have", strlen(text), CHS_BUSINESSHOURS_MAX_JSON);
	return parse_calendar(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))));
}

/* ---------------- stored calendars ---------------- */

/*
 * A calendar that may come from a page: damaged bytes must not become places
 * of slots.
 */
const ChsBusinessHours *
chs_businesshours_detoast(Datum calendar)
{
	const ChsBusinessHours *hours = (const ChsBusinessHours *) PG_DETOAST_DATUM(calendar);
	Size		size = VARSIZE(hours);

	if (size >= sizeof(ChsBusinessHours) && hours->version != CHS_BUSINESSHOURS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version of stored business hours"),
				 errdetail("The version is %d; this release reads %d.", hours->version, CHS_BUSINESSHOURS_VERSION),
				 errhint("If a newer release of chs wrote them, install that release here and run ALTER EXTENSION chs UPDATE.")));
	if (size < sizeof(ChsBusinessHours) || hours->json_length > size - sizeof(ChsBusinessHours) ||
		hours->checksum != chs_checksum_around(hours, offsetof(ChsBusinessHours, checksum)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("stored business hours are damaged"),
				 errdetail("Their %zu bytes do not have their checksum.", size),
				 errhint("Write them again from their JSON, or restore their row from a backup.")));
	return hours;
}

/* The content of a calendar is its JSON, from which everything else follows. */
static void
calendar_content(Datum value, ChsContent *content)
{
	uint32		json_length;

	chs_content_from(value, offsetof(ChsBusinessHours, json_length), content);
	if (content->size < sizeof(json_length))
		return;
	memcpy(&json_length, content->bytes, sizeof(json_length));	/* not aligned within a row */
	content->size = Min(content->size, sizeof(json_length) + (Size) json_length);
}

/* ---------------- SQL entry points ---------------- */

CHS_TYPE_OPERATORS(chs_businesshours, calendar_content)

PG_FUNCTION_INFO_V1(chs_businesshours_in);
Datum
chs_businesshours_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(parse_text(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(chs_businesshours_out);
Datum
chs_businesshours_out(PG_FUNCTION_ARGS)
{
	const ChsBusinessHours *hours = chs_businesshours_detoast(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pnstrdup(CHS_BUSINESS_JSON(hours), hours->json_length));
}

static const ChsJsonType businesshours_type = {
	.version = CHS_BUSINESSHOURS_VERSION,
	.what = "business hours",
	.a_binary_one = "binary business hours",
	.is_empty = "They are empty.",
	.name = "calendar",
};

PG_FUNCTION_INFO_V1(chs_businesshours_recv);
Datum
chs_businesshours_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(parse_text(chs_json_receive(&businesshours_type, (StringInfo) PG_GETARG_POINTER(0))));
}

PG_FUNCTION_INFO_V1(chs_businesshours_send);
Datum
chs_businesshours_send(PG_FUNCTION_ARGS)
{
	const ChsBusinessHours *hours = chs_businesshours_detoast(PG_GETARG_DATUM(0));

	PG_RETURN_BYTEA_P(chs_json_send(&businesshours_type, CHS_BUSINESS_JSON(hours), hours->json_length));
}

PG_FUNCTION_INFO_V1(chs_businesshours_from_jsonb);
Datum
chs_businesshours_from_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(parse_calendar(PG_GETARG_JSONB_P(0)));
}

PG_FUNCTION_INFO_V1(chs_businesshours_to_jsonb);
Datum
chs_businesshours_to_jsonb(PG_FUNCTION_ARGS)
{
	const ChsBusinessHours *hours = chs_businesshours_detoast(PG_GETARG_DATUM(0));
	char	   *json = pnstrdup(CHS_BUSINESS_JSON(hours), hours->json_length);

	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}
