/*-------------------------------------------------------------------------
 *
 * activity.c
 *		Active days of customers: building the summary.
 *
 * activity_agg(customer, day) takes a row per event: the customer was active
 * on that day.  The same day twice counts once.  What can be asked of the
 * summary is in the other files of the family.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "compat.h"
#include "activity.h"
#include "check.h"

PG_FUNCTION_INFO_V1(chs_activity_in);
PG_FUNCTION_INFO_V1(chs_activity_out);
PG_FUNCTION_INFO_V1(chs_activity_recv);
PG_FUNCTION_INFO_V1(chs_activity_send);
PG_FUNCTION_INFO_V1(chs_activity_accum_bigint);
PG_FUNCTION_INFO_V1(chs_activity_accum_uuid);
PG_FUNCTION_INFO_V1(chs_activity_accum_text);
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

static inline DateADT
get_day(FunctionCallInfo fcinfo)
{
	DateADT		day = PG_GETARG_DATEADT(2);

	chs_check_day_of_row(day, "day");
	return day;
}

/*
 * activitysummary_accum(state, customer, day): the customer was active on the
 * day.
 */
Datum
chs_activity_accum_bigint(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_BIGINT, get_bigint_key(fcinfo), get_day(fcinfo));
}

Datum
chs_activity_accum_uuid(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_UUID, get_uuid_key(fcinfo), get_day(fcinfo));
}

Datum
chs_activity_accum_text(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return return_unchanged(fcinfo);
	return chs_activity_accum(fcinfo, CHS_KEY_TEXT, get_text_key(fcinfo), get_day(fcinfo));
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
