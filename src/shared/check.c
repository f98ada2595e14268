/*-------------------------------------------------------------------------
 *
 * check.c
 *		Checks of arguments: one function and one wording per rule.
 *
 * Each raises an error of SQLSTATE class 22 that names the argument, shows
 * the value and says how to mend it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/varlena.h"

#include "shared/check.h"
#include "shared/number.h"

#define MAX_NEAREST		((int) lengthof(((ChsNearest *) 0)->names))

/* the edit distance takes time in the product of both lengths */
#define MAX_COMPARED	255

/* a name further off than this helps nobody */
#define MAX_DISTANCE(length)	Min(Max(2, (length) / 2), (length) - 1)

void
chs_nearest_start(ChsNearest *nearest, const char *wanted)
{
	nearest->wanted = wanted;
	nearest->count = 0;
}

/*
 * Keeps the name if it is among the nearest so far, by edit distance; of
 * equal ones the first stays first.
 */
void
chs_nearest_add(ChsNearest *nearest, const char *name)
{
	int			length = strlen(nearest->wanted);
	int			name_length = strlen(name);
	int			limit = MAX_DISTANCE(length);
	int			distance;
	int			place;

	if (length > MAX_COMPARED || name_length > MAX_COMPARED)
		return;
	if (pg_strcasecmp(name, nearest->wanted) == 0)
		distance = 0;			/* quoted where it should not be, or the reverse */
	else
		distance = varstr_levenshtein_less_equal(nearest->wanted, length,
												 name, name_length,
												 1, 1, 1, limit, true);
	if (distance > limit)
		return;

	for (place = nearest->count; place > 0; place--)
		if (nearest->distances[place - 1] <= distance)
			break;
	if (place == MAX_NEAREST)
		return;

	nearest->count = Min(nearest->count + 1, MAX_NEAREST);
	for (int i = nearest->count - 1; i > place; i--)
	{
		nearest->names[i] = nearest->names[i - 1];
		nearest->distances[i] = nearest->distances[i - 1];
	}
	nearest->names[place] = name;
	nearest->distances[place] = distance;
}

/* '"a", "b" or "c"', or NULL when nothing was near. */
char *
chs_nearest_list(const ChsNearest *nearest)
{
	StringInfoData list;

	if (nearest->count == 0)
		return NULL;
	initStringInfo(&list);
	for (int i = 0; i < nearest->count; i++)
	{
		if (i > 0)
			appendStringInfoString(&list,
								   i == nearest->count - 1 ? " or " : ", ");
		appendStringInfo(&list, "\"%s\"", nearest->names[i]);
	}
	return list.data;
}

/* A text for a message, in double quotes and shortened. */
char *
chs_shown_text(const char *text, int length)
{
	if (length <= CHS_SHOWN_BYTES)
		return psprintf("\"%.*s\"", length, text);
	return psprintf("\"%.*s...\"", pg_mbcliplen(text, length, CHS_SHOWN_BYTES),
					text);
}

/* Refuses NaN and the infinities. */
void
chs_check_finite(double value, const char *what)
{
	if (unlikely(!isfinite(value)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite", what),
				 errdetail("The value is %s.", chs_double_text(value)),
				 errhint("Turn it into NULL, for instance with CASE WHEN abs(%s) < 1e300 THEN %s END.",
						 what, what)));
}

/* Refuses what lies outside low..high; NaN does too. */
void
chs_check_range(double value, double low, double high,
				const char *what, const char *hint)
{
	if (unlikely(!(value >= low && value <= high)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be between %s and %s", what,
						chs_double_text(low), chs_double_text(high)),
				 errdetail("The value is %s.", chs_double_text(value)),
				 errhint("%s", hint)));
}

static char *
numeric_text(Numeric value)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(value)));
}

static bool
numeric_not_finite(Numeric value)
{
	return numeric_is_nan(value) || numeric_is_inf(value);
}

static bool
numeric_less(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt,
											NumericGetDatum(a),
											NumericGetDatum(b)));
}

/*
 * A count: a whole number, not negative, within bigint.  "what" names the
 * argument as SQL does.
 */
int64
chs_check_count(Numeric value, const char *what)
{
	Datum		whole;

	if (numeric_not_finite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" must be a count", what),
				 errdetail("The value is %s.", numeric_text(value)),
				 errhint("Pass a whole number, for instance count(*).")));
	if (numeric_less(value, int64_to_numeric(0)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" must not be negative", what),
				 errdetail("The value is %s.", numeric_text(value)),
				 errhint("Pass a count, for instance greatest(%s, 0) where a correction went below zero.", what)));
	if (numeric_less(int64_to_numeric(PG_INT64_MAX), value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" is out of range", what),
				 errdetail("The value is %s, more than a bigint holds.", numeric_text(value)),
				 errhint("Pass a count of at most 9223372036854775807.")));

	whole = DirectFunctionCall2(numeric_trunc, NumericGetDatum(value), Int32GetDatum(0));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, whole, NumericGetDatum(value))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a whole number", what),
				 errdetail("The value is %s.", numeric_text(value)),
				 errhint("Pass a count, not a share: count(*). Where a count got a fraction on its way: round(%s).", what)));

	return DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
}

/*
 * A quantity that may have a fraction (money, usage) but no sign.
 */
float8
chs_check_amount(Numeric value, const char *what)
{
	float8		result;

	if (numeric_not_finite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" must be finite", what),
				 errdetail("The value is %s.", numeric_text(value)),
				 errhint("Leave such rows out: WHERE %s NOT IN ('NaN', 'Infinity', '-Infinity').", what)));
	if (numeric_less(value, int64_to_numeric(0)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" must not be negative", what),
				 errdetail("The value is %s.", numeric_text(value)),
				 errhint("Leave such rows out: WHERE %s >= 0.", what)));
	result = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value)));
	if (isinf(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"%s\" is out of range", what),
				 errdetail("The value is %.40s..., more than a double precision holds.", numeric_text(value)),
				 errhint("Pass an amount below 1e308.")));
	return result;
}

/*
 * Confidence in percent.  Below 1 it is surely a share, and an interval of
 * 0.95 % confidence would be wrong without a word.
 */
float8
chs_check_confidence(float8 confidence)
{
	if (!(confidence >= 1 && confidence < 100))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("confidence must be at least 1 and below 100 percent"),
				 errdetail("The value is %s.", chs_double_text(confidence)),
				 errhint("Confidence is in percent: write 95, not 0.95.")));
	return confidence;
}

static const char *
infinite_day_text(DateADT day)
{
	return DATE_IS_NOBEGIN(day) ? "-infinity" : "infinity";
}

void
chs_refuse_day_of_row(DateADT day, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite date", what),
			 errdetail("The value is %s.", infinite_day_text(day)),
			 errhint("Where it means unknown or open, make it NULL: nullif(%s, '%s').", what, infinite_day_text(day))));
}

void
chs_refuse_timestamp_of_row(Timestamp at, const char *what)
{
	const char *text = TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity";

	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite timestamp", what),
			 errdetail("The value is %s.", text),
			 errhint("Where it means unknown or open, make it NULL: nullif(%s, '%s').", what, text)));
}

void
chs_refuse_day(DateADT day, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite date", what),
			 errdetail("The value is %s.", infinite_day_text(day)),
			 errhint("Pass a real day, for instance '2026-01-01'.")));
}
