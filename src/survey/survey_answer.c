/*-------------------------------------------------------------------------
 *
 * survey_answer.c
 *		An answer, 0 to 10, from a column of any numeric type.
 *
 * The common case is inline in the header.  What comes here is refused, or is
 * a number in an unusual form.  A fraction is no answer: rounding it would
 * make promoters of people who did not say 9, and round() treats a half of a
 * numeric otherwise than a half of a float8.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "shared/number.h"
#include "survey/survey_answer.h"

pg_noreturn static void
refuse_answer(const char *answer)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("answer must be a whole number from 0 to 10"),
			 errdetail("The answer is %s.", answer),
			 errhint("Leave it out with FILTER (WHERE answer BETWEEN 0 AND 10).")));
}

pg_noreturn static void
refuse_fraction(const char *answer)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("answer must be a whole number from 0 to 10"),
			 errdetail("The answer is %s.", answer),
			 errhint("Cut it with floor(answer), because rounding up makes promoters. Leave others out with FILTER (WHERE answer BETWEEN 0 AND 10).")));
}

void
chs_refuse_answer_int8(int64 answer)
{
	refuse_answer(psprintf(INT64_FORMAT, answer));
}

int
chs_answer_from_odd_float8(float8 answer)
{
	if (!(answer >= 0 && answer <= CHS_MAX_ANSWER))
		refuse_answer(chs_double_text(answer));
	refuse_fraction(chs_double_text(answer));
}

int
chs_answer_from_odd_numeric(struct varlena *answer)
{
	Numeric		number = DatumGetNumeric(PointerGetDatum(answer));
	Datum		value = NumericGetDatum(number);
	int32		whole;

	if (numeric_is_nan(number) ||
		DatumGetBool(DirectFunctionCall2(numeric_lt, value, chs_int64_to_numeric(0))) ||
		DatumGetBool(DirectFunctionCall2(numeric_gt, value, chs_int64_to_numeric(CHS_MAX_ANSWER))))
		refuse_answer(chs_shown_numeric(value));
	whole = DatumGetInt32(DirectFunctionCall1(numeric_int4, value));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, value, chs_int64_to_numeric(whole))))
		refuse_fraction(chs_shown_numeric(value));
	return whole;
}

void
chs_refuse_satisfied_from(int64 from)
{
	(void) chs_check_whole_range(from, 0, CHS_MAX_ANSWER, "satisfied_from",
								 "Pass the lowest answer that counts as satisfied, for instance csat(answer, 9).");
	pg_unreachable();
}
