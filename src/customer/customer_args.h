/*-------------------------------------------------------------------------
 *
 * customer_args.h
 *		What SQL sees of a family that holds customers: the arguments of its
 *		X_agg(customer, ...), and the entry points that every such type has.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_ARGS_H
#define CHS_CUSTOMER_ARGS_H

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/timezone.h"
#include "shared/type_ops.h"
#include "customer/customer_accum.h"
#include "customer/customer_state.h"
#include "customer/customer_wire.h"

/* transitions are called as (state, customer, ...) */
#define CHS_CUSTOMER_ARG	1
#define CHS_DAY_ARG			2	/* of rows with one day */

/* Is any argument but the state NULL? */
static inline bool
chs_row_has_null(FunctionCallInfo fcinfo)
{
	for (int i = CHS_CUSTOMER_ARG; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * The customer.
 */
extern ChsKey chs_key_of_text(const char *text, Size length);
extern char *chs_bigint_customer_text(FunctionCallInfo fcinfo);
extern char *chs_uuid_customer_text(FunctionCallInfo fcinfo);
extern char *chs_text_customer_text(FunctionCallInfo fcinfo);

static inline ChsKey
chs_bigint_customer(FunctionCallInfo fcinfo)
{
	return chs_key_of_bigint(PG_GETARG_INT64(CHS_CUSTOMER_ARG));
}

static inline ChsKey
chs_uuid_customer(FunctionCallInfo fcinfo)
{
	return chs_key_of_bytes((const char *) PG_GETARG_UUID_P(CHS_CUSTOMER_ARG)->data, UUID_LEN);
}

static inline ChsKey
chs_text_customer(FunctionCallInfo fcinfo)
{
	text	   *customer = PG_GETARG_TEXT_PP(CHS_CUSTOMER_ARG);

	return chs_key_of_text(VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer));
}

/* The name of a row in errors: its customer. */
static inline ChsRowName
chs_customer_row(FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	ChsRowName	row;

	row.fcinfo = fcinfo;
	switch (key_kind)
	{
		case CHS_KEY_BIGINT:
			row.text = chs_bigint_customer_text;
			break;
		case CHS_KEY_UUID:
			row.text = chs_uuid_customer_text;
			break;
		default:
			row.text = chs_text_customer_text;
	}
	return row;
}

/*
 * The day of a row: a date, the calendar day of a timestamp, or the day that a
 * moment was in a time zone, which is the last argument.
 */
static inline DateADT
chs_row_day(FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	DateADT		day = PG_GETARG_DATEADT(CHS_DAY_ARG);

	chs_check_day_of_row(day, "day", chs_customer_row(fcinfo, key_kind));
	return day;
}

static inline DateADT
chs_row_day_of_timestamp(FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	Timestamp	at = PG_GETARG_TIMESTAMP(CHS_DAY_ARG);

	chs_check_timestamp_of_row(at, "at", chs_customer_row(fcinfo, key_kind));
	return chs_day_of_timestamp(at);
}

static inline DateADT
chs_row_day_in_zone(FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(CHS_DAY_ARG);
	text	   *zone = PG_GETARG_TEXT_PP(PG_NARGS() - 1);

	chs_check_timestamp_of_row(at, "at", chs_customer_row(fcinfo, key_kind));
	return chs_day_in_zone(at, VARDATA_ANY(zone), VARSIZE_ANY_EXHDR(zone));
}

/*
 * A transition for each kind of key: PREFIX_bigint, PREFIX_uuid and
 * PREFIX_text.
 *
 *	is_skipped(fcinfo)				does a NULL make the row count nothing?
 *	accum(fcinfo, key_kind, key)	one more row
 */
#define CHS_ACCUM(prefix, is_skipped, accum) \
CHS_ACCUM_OF_KEY(prefix##_bigint, CHS_KEY_BIGINT, chs_bigint_customer, is_skipped, accum) \
CHS_ACCUM_OF_KEY(prefix##_uuid, CHS_KEY_UUID, chs_uuid_customer, is_skipped, accum) \
CHS_ACCUM_OF_KEY(prefix##_text, CHS_KEY_TEXT, chs_text_customer, is_skipped, accum)

#define CHS_ACCUM_OF_KEY(function, key_kind, customer, is_skipped, accum) \
PG_FUNCTION_INFO_V1(function); \
Datum \
function(PG_FUNCTION_ARGS) \
{ \
	if (is_skipped(fcinfo)) \
		return chs_same_state(fcinfo); \
	return accum(fcinfo, key_kind, customer(fcinfo)); \
}

/*
 * The same for rows with one day, in which no argument may be NULL, in three
 * forms: PREFIX_bigint ... with a date, PREFIX_timestamp_bigint ... with a
 * timestamp, PREFIX_zone_bigint ... with a moment and a time zone.
 * PREFIX_refused and PREFIX_day_refused stand where a time zone comes with the
 * other two, PREFIX_moment_refused where a moment comes without one.
 *
 *	accum(fcinfo, key_kind, key, day)	one more row
 *	call, rest							how the aggregate is written before and
 *										behind its day, for hints:
 *										"purchase_agg(customer, ", ", amount"
 */
#define CHS_DAY_ACCUM(prefix, accum, call, rest) \
CHS_ACCUM_OF_DAY(prefix, chs_row_day, accum) \
CHS_ACCUM_OF_DAY(prefix##_timestamp, chs_row_day_of_timestamp, accum) \
CHS_ACCUM_OF_DAY(prefix##_zone, chs_row_day_in_zone, accum) \
\
PG_FUNCTION_INFO_V1(prefix##_refused); \
Datum \
prefix##_refused(PG_FUNCTION_ARGS pg_attribute_unused()) \
{ \
	chs_refuse_zone_of_timestamp("at", "For the calendar day that is written there: " call "at" rest "). " \
								 "If it was written in UTC: " call "at AT TIME ZONE 'UTC'" rest ", zone)."); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_day_refused); \
Datum \
prefix##_day_refused(PG_FUNCTION_ARGS pg_attribute_unused()) \
{ \
	chs_refuse_zone_of_date("day", "Leave the time zone out: " call "day" rest ")."); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_moment_refused); \
Datum \
prefix##_moment_refused(PG_FUNCTION_ARGS pg_attribute_unused()) \
{ \
	chs_refuse_moment_without_zone("at", "Name the zone whose midnight ends the day: " call "at" rest ", 'Europe/Warsaw'). " \
								   "A quoted day needs its type: date '2026-01-05'."); \
}

#define CHS_ACCUM_OF_DAY(form, row_day, accum) \
static inline Datum \
form##_of_key(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key) \
{ \
	return accum(fcinfo, key_kind, key, row_day(fcinfo, key_kind)); \
} \
\
CHS_ACCUM(form, chs_row_has_null, form##_of_key)

/*
 * Functions of every type that holds customers: PREFIX_in, _out, _recv, _send,
 * _combine and _final, and the operators.
 */
extern Datum chs_customers_in(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern Datum chs_customers_out(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern Datum chs_customers_recv(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern Datum chs_customers_send(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern Datum chs_customers_combine_args(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern Datum chs_customers_final(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);
extern void chs_customers_content(const ChsCustomerFamily *family, Datum value, ChsContent *content);

#define CHS_CUSTOMER_FUNCTION(function, family, worker) \
PG_FUNCTION_INFO_V1(function); \
Datum \
function(PG_FUNCTION_ARGS) \
{ \
	return worker(&family, fcinfo); \
}

#define CHS_CUSTOMER_TYPE(prefix, family) \
CHS_CUSTOMER_FUNCTION(prefix##_in, family, chs_customers_in) \
CHS_CUSTOMER_FUNCTION(prefix##_out, family, chs_customers_out) \
CHS_CUSTOMER_FUNCTION(prefix##_recv, family, chs_customers_recv) \
CHS_CUSTOMER_FUNCTION(prefix##_send, family, chs_customers_send) \
CHS_CUSTOMER_FUNCTION(prefix##_combine, family, chs_customers_combine_args) \
CHS_CUSTOMER_FUNCTION(prefix##_final, family, chs_customers_final) \
\
static void \
prefix##_content(Datum value, ChsContent *content) \
{ \
	chs_customers_content(&family, value, content); \
} \
\
CHS_TYPE_OPERATORS(prefix, prefix##_content)

#endif							/* CHS_CUSTOMER_ARGS_H */
