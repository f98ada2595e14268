/*-------------------------------------------------------------------------
 *
 * local_day.c
 *		local_day(at, zone): the calendar day of a moment in a time zone.
 *
 * For the columns "created_at timestamptz" of company tables, where a function
 * takes days.  A cast, created_at::date, would follow the TimeZone of the
 * session.  A timestamp without time zone and a date have forms of their own
 * that refuse, because the server would otherwise make them timestamptz by that
 * same setting.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/timezone.h"

PG_FUNCTION_INFO_V1(chs_local_day);
PG_FUNCTION_INFO_V1(chs_local_day_of_timestamp);
PG_FUNCTION_INFO_V1(chs_local_day_of_date);

/*
 * local_day(at timestamptz, zone text): an infinite moment has an infinite
 * day, as in SQL.  Strict.
 */
Datum
chs_local_day(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);
	text	   *zone = PG_GETARG_TEXT_PP(1);

	if (TIMESTAMP_IS_NOBEGIN(at))
		PG_RETURN_DATEADT(DATEVAL_NOBEGIN);
	if (TIMESTAMP_IS_NOEND(at))
		PG_RETURN_DATEADT(DATEVAL_NOEND);
	PG_RETURN_DATEADT(chs_day_in_zone(at, VARDATA_ANY(zone), VARSIZE_ANY_EXHDR(zone)));
}

/*
 * The forms that refuse, also for NULL.
 */
Datum
chs_local_day_of_timestamp(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_zone_of_timestamp("at", "For the calendar day that is written there: at::date. If it was written in UTC: local_day(at AT TIME ZONE 'UTC', zone).");
}

Datum
chs_local_day_of_date(PG_FUNCTION_ARGS pg_attribute_unused())
{
	chs_refuse_zone_of_date("at", "A date is a day already: write the column alone, without local_day.");
}
