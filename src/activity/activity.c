/*-------------------------------------------------------------------------
 *
 * activity.c
 *		Active days of customers: building the summary.
 *
 * activity_agg(customer, day) takes a row per event: the customer was active
 * on that day.  The same day twice counts once.  The day may come as a
 * timestamp, of which it is the calendar day, or as a moment (timestamptz) and
 * the time zone whose calendar counts.  What can be asked of the summary is in
 * the other files of the family.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "shared/compat.h"
#include "activity/activity.h"
#include "shared/check.h"
#include "shared/timezone.h"

PG_FUNCTION_INFO_V1(chs_activity_in);
PG_FUNCTION_INFO_V1(chs_activity_out);
PG_FUNCTION_INFO_V1(chs_activity_recv);
PG_FUNCTION_INFO_V1(chs_activity_send);
PG_FUNCTION_INFO_V1(chs_activity_accum_bigint);
PG_FUNCTION_INFO_V1(chs_activity_accum_uuid);
PG_FUNCTION_INFO_V1(chs_activity_accum_text);
PG_FUNCTION_INFO_V1(chs_activity_accum_bigint_timestamp);
PG_FUNCTION_INFO_V1(chs_activity_accum_uuid_timestamp);
PG_FUNCTION_INFO_V1(chs_activity_accum_text_timestamp);
PG_FUNCTION_INFO_V1(chs_activity_accum_bigint_zone);
PG_FUNCTION_INFO_V1(chs_activity_accum_uuid_zone);
PG_FUNCTION_INFO_V1(chs_activity_accum_text_zone);
PG_FUNCTION_INFO_V1(chs_activity_accum_refused);
PG_FUNCTION_INFO_V1(chs_activity_accum_day_refused);
PG_FUNCTION_INFO_V1(chs_activity_combine);
PG_FUNCTION_INFO_V1(chs_activity_final);

/*
 * Input and output.  Text is the binary form in base64.
 */
Datum
chs_activity_in(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	chs_text_to_wire(CHS_ACTIVITY_TYPE, PG_GETARG_CSTRING(0), &buf);
	PG_RETURN_POINTER(chs_customers_from_wire(&chs_activity_family, &buf));
}

Datum
chs_activity_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(chs_text_from_wire(chs_customers_to_wire(&chs_activity_family, PG_GETARG_DATUM(0))));
}

Datum
chs_activity_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(chs_customers_from_wire(&chs_activity_family, (StringInfo) PG_GETARG_POINTER(0)));
}

Datum
chs_activity_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(chs_customers_to_wire(&chs_activity_family, PG_GETARG_DATUM(0)));
}

static inline Datum
return_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * Keys of customers.
 */
static inline ChsKey
get_bigint_key(FunctionCallInfo fcinfo)
{
	return chs_key_of_bigint(PG_GETARG_INT64(1));
}

static inline ChsKey
get_uuid_key(FunctionCallInfo fcinfo)
{
	return chs_key_of_bytes((const char *) PG_GETARG_UUID_P(1)->data, UUID_LEN);
}

static inline ChsKey
get_text_key(FunctionCallInfo fcinfo)
{
	text	   *customer = PG_GETARG_TEXT_PP(1);

	return chs_key_of_bytes(VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer));
}

/*
 * Days of events.
 */
static inline DateADT
get_day(FunctionCallInfo fcinfo)
{
	DateADT		day = PG_GETARG_DATEADT(2);

	chs_check_day_of_row(day, "day");
	return day;
}

static inline DateADT
get_day_of_timestamp(FunctionCallInfo fcinfo)
{
	Timestamp	at = PG_GETARG_TIMESTAMP(2);

	chs_check_timestamp_of_row(at, "at");
	return chs_day_of_timestamp(at);
}

static inline DateADT
get_day_in_zone(FunctionCallInfo fcinfo)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(2);
	text	   *zone = PG_GETARG_TEXT_PP(3);


	chs_check_timestamp_of_row(at, "at");
	return chs_day_in_zone(at, VARDATA_ANY(zone), VARSIZE_ANY_EXHDR(zone));
}

/* Rows without customer, day or zone are skipped. */
static inline bool
is_skipped(FunctionCallInfo fcinfo, int nargs)
{
	for (int i = 1; i < nargs; i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * activitysummary_accum(state, customer, day): the customer was active on the
 * day.
 */
Datum
chs_activity_accum_bigint(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_BIGINT, get_bigint_key(fcinfo), get_day(fcinfo));
}

Datum
chs_activity_accum_uuid(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_UUID, get_uuid_key(fcinfo), get_day(fcinfo));
}

Datum
chs_activity_accum_text(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_TEXT, get_text_key(fcinfo), get_day(fcinfo));
}

/*
 * activitysummary_accum(state, customer, at timestamp): on the calendar day of
 * a clock that was written down.
 */
Datum
chs_activity_accum_bigint_timestamp(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_BIGINT, get_bigint_key(fcinfo), get_day_of_timestamp(fcinfo));
}

Datum
chs_activity_accum_uuid_timestamp(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_UUID, get_uuid_key(fcinfo), get_day_of_timestamp(fcinfo));
}

Datum
chs_activity_accum_text_timestamp(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 3))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_TEXT, get_text_key(fcinfo), get_day_of_timestamp(fcinfo));
}

/*
 * activitysummary_accum(state, customer, at timestamptz, timezone): on the day
 * that the moment was in the zone.
 */
Datum
chs_activity_accum_bigint_zone(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 4))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_BIGINT, get_bigint_key(fcinfo), get_day_in_zone(fcinfo));
}

Datum
chs_activity_accum_uuid_zone(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 4))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_UUID, get_uuid_key(fcinfo), get_day_in_zone(fcinfo));
}

Datum
chs_activity_accum_text_zone(PG_FUNCTION_ARGS)
{
	if (is_skipped(fcinfo, 4))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_TEXT, get_text_key(fcinfo), get_day_in_zone(fcinfo));
}

/*
 * activitysummary_accum(state, customer, at timestamp, timezone): refused.
 * Without this form the server would take the timestamp for one of the
 * session's zone.
 */
Datum
chs_activity_accum_refused(PG_FUNCTION_ARGS pg_attribute_unused())
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a timestamp without time zone is no moment that a time zone could give a day to"),
			 errdetail("Argument \"at\" has type timestamp and comes with a time zone."),
			 errhint("For the calendar day that is written there: activity_agg(customer, at). "
					 "If it was written in UTC: activity_agg(customer, at AT TIME ZONE 'UTC', timezone).")));
}

/*
 * activitysummary_accum(state, customer, day date, timezone): refused for the
 * same reason.
 */
Datum
chs_activity_accum_day_refused(PG_FUNCTION_ARGS pg_attribute_unused())
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a date is a day already, which a time zone cannot change"),
			 errdetail("Argument \"day\" has type date and comes with a time zone."),
			 errhint("Leave the time zone out: activity_agg(customer, day).")));
}

/*
 * combine(a, b): both together; a NULL side counts nothing.
 */
Datum
chs_activity_combine(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return return_unchanged(fcinfo);
	return chs_customers_combine(&chs_activity_family, fcinfo);
}

/*
 * activitysummary_final(state): the value of an aggregate.
 */
Datum
chs_activity_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(chs_customers_result(&chs_activity_family, PG_GETARG_DATUM(0)));
}
