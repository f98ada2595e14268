/*-------------------------------------------------------------------------
 *
 * check.c
 *		Argument checks: one function and one wording per rule.
 *
 * Each returns the checked value or raises an error of SQLSTATE class 22
 * that names the argument, shows the value and says how to mend it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "compat.h"
#include "check.h"

/*
 * The shortest text that reads back as the same number, whatever
 * extra_float_digits says.
 */
char *
chs_float8_text(float8 value)
{
	if (isnan(value))
		return pstrdup("NaN");
	if (isinf(value))
		return pstrdup(value > 0 ? "Infinity" : "-Infinity");
	return double_to_shortest_decimal(value);
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
				 errhint("Pass a count, or round it first: round(%s).", what)));

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
				 errdetail("The value is %s.", chs_float8_text(confidence)),
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
chs_refuse_day(DateADT day, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite date", what),
			 errdetail("The value is %s.", infinite_day_text(day)),
			 errhint("Pass a real day, for instance '2026-01-01'.")));
}
