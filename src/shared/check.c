/*-------------------------------------------------------------------------
 *
 * check.c
 *		Checks of arguments: one function and one wording per rule.
 *
 * Each raises an error of SQLSTATE class 22 that names the argument, shows
 * the value, shortened, and says how to mend it.
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

#include "shared/calendar.h"
#include "shared/check.h"
#include "shared/number.h"

#define MAX_NEAREST		((int) lengthof(((ChsNearest *) 0)->names))

/* the edit distance takes time in the product of both lengths */
#define MAX_COMPARED	255

/* bytes of a UTF-8 character behind its first one, at most */
#define MAX_UTF8_TAIL	3

/* of a number, before it is shortened; the sign and the point count */
#define MAX_SHOWN_DIGITS	30
#define MAX_WHOLE_DIGITS	20
#define SCIENTIFIC_DIGITS	6

/* 2^53 */
#define MAX_WHOLE_DOUBLE	9007199254740992.0

/* a name further off than this is no help */
#define MAX_DISTANCE(length)	Min(Max(2, (length) / 2), (length) - 1)

void
chs_nearest_start(ChsNearest *nearest, const char *wanted)
{
	nearest->wanted = wanted;
	nearest->count = 0;
}

/*
 * Keeps the name if it is among the nearest of those added, by edit distance;
 * of equal ones the first stays first.
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

/*
 * Shortening.  What a caller passed may have a gigabyte; of it a message, and
 * with it the server's log, shows no more than a line holds.
 */

/* does a character of UTF-8 go on here? */
static inline bool
continues_character(char byte)
{
	return ((unsigned char) byte & 0xC0) == 0x80;
}

/*
 * How many bytes of a text to keep so that no character is cut and they are
 * at most "limit".  SQL_ASCII knows no characters of several bytes, yet its
 * texts mostly are UTF-8, and so a cut there does not split one either.
 */
int
chs_clip(const char *text, int length, int limit)
{
	int			clipped = pg_mbcliplen(text, length, limit);

	if (clipped < length && GetDatabaseEncoding() == PG_SQL_ASCII)
	{
		int			start = clipped;

		while (start > 0 && clipped - start < MAX_UTF8_TAIL && continues_character(text[start]))
			start--;
		if (!continues_character(text[start]))
			clipped = start;
	}
	return clipped;
}

/*
 * A text for a message, shortened and on one line: JSON, lists of names.
 * Control characters, which no encoding of a server uses within a character,
 * become spaces.
 */
char *
chs_shown(const char *text, int length)
{
	int			clipped = chs_clip(text, length, CHS_SHOWN_BYTES);
	char	   *shown = psprintf("%.*s%s", clipped, text, clipped < length ? "..." : "");

	for (char *at = shown; *at; at++)
	{
		if ((unsigned char) *at < ' ' || *at == 0x7F)
			*at = ' ';
	}
	return shown;
}

/* The same in double quotes. */
char *
chs_shown_text(const char *text, int length)
{
	return psprintf("\"%s\"", chs_shown(text, length));
}

/*
 * A number for a message.  Of one with very many digits either the decimals
 * are cut, or it is shown in powers of ten.
 */
char *
chs_shown_numeric(Datum numeric)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, numeric));
	char	   *digits = text[0] == '-' ? text + 1 : text;

	if (strlen(text) <= MAX_SHOWN_DIGITS)
		return text;
	if (digits[0] != '0' && strcspn(text, ".") <= MAX_WHOLE_DIGITS)
		return psprintf("%.*s...", MAX_SHOWN_DIGITS, text);
	return numeric_out_sci(DatumGetNumeric(numeric), SCIENTIFIC_DIGITS);
}

/*
 * Refusals, each with its one wording.  "what" is the argument or the column,
 * named as SQL names it.
 */
pg_noreturn static void
refuse_not_finite(const char *what, const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be finite", what),
			 errdetail("The value is %s.", shown),
			 errhint("Turn it into NULL, for instance with CASE WHEN abs(%s) < 1e300 THEN %s END.",
					 what, what)));
}

void
chs_refuse_negative(const char *what, const char *shown, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must not be negative", what),
			 errdetail("The value is %s.", shown),
			 errhint("%s", hint)));
}

pg_noreturn static void
refuse_outside(const char *what, const char *low, const char *high, const char *shown, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be between %s and %s", what, low, high),
			 errdetail("The value is %s.", shown),
			 errhint("%s", hint)));
}

pg_noreturn static void
refuse_for_type(const char *what, const char *type, const char *shown, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" is out of range for type %s", what, type),
			 errdetail("The value is %s.", shown),
			 errhint("%s", hint)));
}

pg_noreturn static void
refuse_fraction(const char *what, const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" must be a whole number", what),
			 errdetail("The value is %s.", shown),
			 errhint("Pass a count, not a share: count(*). Where a count got a fraction on its way: round(%s).", what)));
}

pg_noreturn static void
refuse_negative_count(const char *what, const char *shown)
{
	chs_refuse_negative(what, shown,
						psprintf("Pass a count, for instance greatest(%s, 0) where a correction went below zero.", what));
}

void
chs_refuse_not_finite(Datum numeric, const char *what)
{
	refuse_not_finite(what, chs_shown_numeric(numeric));
}

/* the same of an amount in one row of many */
void
chs_refuse_amount_of_row(Datum numeric, const char *what, ChsRowName row)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be finite", what),
			 errdetail("The value%s is %s.", chs_row_text(row), chs_shown_numeric(numeric)),
			 errhint("Leave such rows out with FILTER (WHERE abs(%s) < 1e10). All of them: SELECT ... WHERE %s IN ('NaN', 'Infinity', '-Infinity').",
					 what, what)));
}

/*
 * A word that is none of those allowed, which "hint" lists: "Pass 'a' or 'b'."
 */
void
chs_refuse_word(const char *what, const char *word, int length, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s", what),
			 errdetail("The value is %s.", chs_shown_text(word, length)),
			 errhint("%s", hint)));
}

/* Refuses NaN and the infinities. */
void
chs_check_finite(double value, const char *what)
{
	if (unlikely(!isfinite(value)))
		refuse_not_finite(what, chs_double_text(value));
}

/* Refuses what lies outside low..high; NaN does too. */
void
chs_check_range(double value, double low, double high,
				const char *what, const char *hint)
{
	if (unlikely(!(value >= low && value <= high)))
		refuse_outside(what, chs_double_text(low), chs_double_text(high),
					   chs_double_text(value), hint);
}

/* The same of whole numbers. */
int64
chs_check_whole_range(int64 value, int64 low, int64 high,
					  const char *what, const char *hint)
{
	if (unlikely(value < low || value > high))
		refuse_outside(what, psprintf(INT64_FORMAT, low), psprintf(INT64_FORMAT, high),
					   psprintf(INT64_FORMAT, value), hint);
	return value;
}

static bool
numeric_less(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt,
											NumericGetDatum(a),
											NumericGetDatum(b)));
}

static void
check_finite_numeric(Numeric value, const char *what)
{
	if (numeric_is_nan(value) || numeric_is_inf(value))
		chs_refuse_not_finite(NumericGetDatum(value), what);
}

/*
 * A count: a whole number, not negative, within bigint.  "what" names the
 * argument as SQL does.
 */
int64
chs_check_count(Numeric value, const char *what)
{
	Datum		whole;

	check_finite_numeric(value, what);
	if (numeric_less(value, int64_to_numeric(0)))
		refuse_negative_count(what, chs_shown_numeric(NumericGetDatum(value)));
	if (numeric_less(int64_to_numeric(PG_INT64_MAX), value))
		refuse_for_type(what, "bigint", chs_shown_numeric(NumericGetDatum(value)),
						"Pass a count of at most 9223372036854775807.");

	whole = DirectFunctionCall2(numeric_trunc, NumericGetDatum(value), Int32GetDatum(0));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, whole, NumericGetDatum(value))))
		refuse_fraction(what, chs_shown_numeric(NumericGetDatum(value)));

	return DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
}

/*
 * The same of a double, up to where each whole number is one.
 */
float8
chs_check_count_float8(float8 value, const char *what)
{
	chs_check_finite(value, what);
	if (unlikely(value < 0))
		refuse_negative_count(what, chs_double_text(value));
	if (unlikely(value != rint(value)))
		refuse_fraction(what, chs_double_text(value));
	if (unlikely(value > MAX_WHOLE_DOUBLE))
		refuse_outside(what, "0", "9007199254740992", chs_double_text(value),
					   "Beyond this number double precision leaves whole numbers out.");
	return value;
}

/*
 * A part and its whole; "example" is a call that has them in the right order.
 */
void
chs_check_successes(int64 successes, int64 trials, const char *example)
{
	if (successes > trials)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are more successes than trials"),
				 errdetail("The counts are " INT64_FORMAT " of " INT64_FORMAT ".", successes, trials),
				 errhint("Pass the part first and the whole second: %s.", example)));
}

/*
 * A quantity that may have a fraction (money, usage) but no sign.
 */
float8
chs_check_amount_float8(float8 value, const char *what)
{
	chs_check_finite(value, what);
	if (unlikely(value < 0))
		chs_refuse_negative(what, chs_double_text(value),
							psprintf("Leave such rows out: WHERE %s >= 0.", what));
	return value;
}

float8
chs_check_amount(Numeric value, const char *what)
{
	float8		result;

	check_finite_numeric(value, what);
	if (numeric_less(value, int64_to_numeric(0)))
		chs_refuse_negative(what, chs_shown_numeric(NumericGetDatum(value)),
							psprintf("Leave such rows out: WHERE %s >= 0.", what));
	result = chs_numeric_to_double(NumericGetDatum(value));
	if (isinf(result))
		refuse_for_type(what, "double precision", chs_shown_numeric(NumericGetDatum(value)),
						"Pass an amount below 1e308.");
	return result;
}

/*
 * An argument that is an amount, as it came.
 */
Datum
chs_amount_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	(void) chs_check_amount(PG_GETARG_NUMERIC(argno), what);
	return PG_GETARG_DATUM(argno);
}

/*
 * Arrays of days and the like: a plain list without NULL.
 */
void
chs_check_list(ArrayType *array, const char *what, const char *hint)
{
	bool		is_plain = ARR_NDIM(array) <= 1;

	if (!is_plain || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 is_plain ? errmsg("%s must not be NULL", what) : errmsg("%s must be a plain array", what),
				 is_plain ? errdetail("One of them is.") : errdetail("It has %d dimensions.", ARR_NDIM(array)),
				 errhint("%s", hint)));
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

static const char *
infinite_timestamp_text(Timestamp at)
{
	return TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity";
}

/*
 * Days of rows.  The hint shows how to list all rows that have the fault,
 * because the error names but the first.
 */
pg_noreturn static void
refuse_endless_row(const char *type, const char *shown, const char *what, ChsRowName row)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite %s", what, type),
			 errdetail("The value%s is %s.", chs_row_text(row), shown),
			 errhint("Where it means unknown or open, make it NULL: nullif(%s, '%s'). All such rows: SELECT ... WHERE NOT isfinite(%s).",
					 what, shown, what)));
}

void
chs_refuse_day_of_row(DateADT day, const char *what, ChsRowName row)
{
	refuse_endless_row("date", infinite_day_text(day), what, row);
}

void
chs_refuse_timestamp_of_row(Timestamp at, const char *what, ChsRowName row)
{
	refuse_endless_row("timestamp", infinite_timestamp_text(at), what, row);
}

/* "thing" is what a row is: a customer, a subscription. */
void
chs_refuse_end_of_row(const char *thing, DateADT started, DateADT ended, ChsRowName row)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"ended\" is before \"started\""),
			 errdetail("The %s%s started on %s and ended on %s.",
					   thing, chs_row_text(row), chs_day_text(started), chs_day_text(ended)),
			 errhint("Correct the row, or leave it out with FILTER (WHERE ended IS NULL OR ended >= started). "
					 "All such rows: SELECT ... WHERE ended < started.")));
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

void
chs_refuse_timestamp(Timestamp at, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" must be a finite timestamp", what),
			 errdetail("The value is %s.", infinite_timestamp_text(at)),
			 errhint("Pass a real moment, for instance '2026-01-01 00:00+00'.")));
}
