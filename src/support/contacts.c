/*-------------------------------------------------------------------------
 *
 * contacts.c
 *		first_contact_resolution(contacts, resolved [, contacts_allowed]).
 *
 * Its state is a ratiosummary: tickets that were resolved, and those of them
 * that took at most contacts_allowed contacts, 1 by default.  Some tools count
 * the contacts after the first; there 0 are allowed.  By the default every
 * ticket of such a tool would look better than it is, so a ticket with 0
 * contacts is refused unless the caller says how many are allowed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/number.h"
#include "shared/ratio.h"

PG_FUNCTION_INFO_V1(chs_contacts_accum_int4);
PG_FUNCTION_INFO_V1(chs_contacts_accum_int8);
PG_FUNCTION_INFO_V1(chs_contacts_accum_numeric);
PG_FUNCTION_INFO_V1(chs_contacts_accum_float8);
PG_FUNCTION_INFO_V1(chs_contacts_accum_inv_int4);
PG_FUNCTION_INFO_V1(chs_contacts_accum_inv_int8);
PG_FUNCTION_INFO_V1(chs_contacts_accum_inv_numeric);
PG_FUNCTION_INFO_V1(chs_contacts_accum_inv_float8);

/* whole numbers below it are exact as a double */
#define EXACT_FLOAT8	9007199254740992.0	/* 2^53 */

static const char *const contacts_hint =
"Correct the row, or leave it out with FILTER (WHERE contacts >= 0).";

pg_noreturn static void
refuse_no_contact(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"contacts\" must not be 0 where the first contact counts"),
			 errdetail("The value is 0."),
			 errhint("If the tool counts the contacts after the first, allow none of them: first_contact_resolution(contacts, resolved, 0). "
					 "If it counts every contact, leave tickets without one out with FILTER (WHERE contacts > 0).")));
}

/*
 * Contacts of any numeric type as a whole number.
 */
static inline int64
contacts_of_int8(int64 contacts)
{
	if (unlikely(contacts < 0))
		chs_refuse_negative("contacts", psprintf(INT64_FORMAT, contacts), contacts_hint);
	return contacts;
}

static int64
contacts_of_numeric(Numeric contacts)
{
	/* NaN is not less than 0, and chs_check_count() refuses it */
	if (DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(contacts), chs_int64_to_numeric(0))))
		chs_refuse_negative("contacts", chs_shown_numeric(NumericGetDatum(contacts)), contacts_hint);
	return chs_check_count(contacts, "contacts");
}

static inline int64
contacts_of_float8(float8 contacts)
{
	if (likely(contacts >= 0 && contacts < EXACT_FLOAT8 && contacts == (float8) (int64) contacts))
		return (int64) contacts;
	return contacts_of_numeric(DatumGetNumeric(DirectFunctionCall1(float8_numeric, Float8GetDatum(contacts))));
}

/*
 * Were there few enough contacts?  Argument 3, if there is one, says how many
 * are allowed.
 */
static inline bool
are_few(FunctionCallInfo fcinfo, int64 contacts)
{
	int64		allowed;

	if (PG_NARGS() <= 3)
	{
		if (unlikely(contacts == 0))
			refuse_no_contact();
		return contacts == 1;
	}
	allowed = PG_GETARG_INT64(3);
	if (unlikely(allowed < 0))
		chs_refuse_negative("contacts_allowed", psprintf(INT64_FORMAT, allowed),
							"Pass how many contacts a resolution at first contact may take: 1, or 0 where the tool counts those after the first.");
	return contacts <= allowed;
}

static inline Datum
contacts_accum(FunctionCallInfo fcinfo, int64 contacts)
{
	bool		few = are_few(fcinfo, contacts);
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	chs_ratio_count_if(ratio, PG_GETARG_BOOL(2), few);
	PG_RETURN_POINTER(ratio);
}

static inline Datum
contacts_accum_inv(FunctionCallInfo fcinfo, int64 contacts)
{
	bool		few = are_few(fcinfo, contacts);
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	if (PG_GETARG_BOOL(2) && !chs_ratio_discount(ratio, few))
		chs_summary_refuse_missing("a ticket", "first_contact_resolution(contacts, resolved) OVER (...)",
								   psprintf("The number of its contacts is " INT64_FORMAT ".", contacts));
	PG_RETURN_POINTER(ratio);
}

/*
 * ratiosummary_contacts_accum(state, contacts, resolved [, contacts_allowed]):
 * one more ticket, if it is resolved; ratiosummary_contacts_accum_inv: one
 * less, for moving windows.  Strict.
 */
#define DEFINE_CONTACTS_TRANSITIONS(type, contacts_of_argument) \
Datum \
chs_contacts_accum_##type(PG_FUNCTION_ARGS) \
{ \
	return contacts_accum(fcinfo, contacts_of_argument); \
} \
\
Datum \
chs_contacts_accum_inv_##type(PG_FUNCTION_ARGS) \
{ \
	return contacts_accum_inv(fcinfo, contacts_of_argument); \
}

DEFINE_CONTACTS_TRANSITIONS(int4, contacts_of_int8(PG_GETARG_INT32(1)))
DEFINE_CONTACTS_TRANSITIONS(int8, contacts_of_int8(PG_GETARG_INT64(1)))
DEFINE_CONTACTS_TRANSITIONS(numeric, contacts_of_numeric(PG_GETARG_NUMERIC(1)))
DEFINE_CONTACTS_TRANSITIONS(float8, contacts_of_float8(PG_GETARG_FLOAT8(1)))
