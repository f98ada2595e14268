/*-------------------------------------------------------------------------
 *
 * survey_csat.c
 *		csat(answer, satisfied_from): satisfaction on any scale, in one step.
 *
 * Its state is a ratiosummary: the number of answers, and of those at or above
 * satisfied_from.  That is all the share needs, and so the threshold may even
 * change from row to row, as when one query holds surveys of several scales.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/ratio.h"
#include "survey/survey_answer.h"

PG_FUNCTION_INFO_V1(chs_csat_accum_int4);
PG_FUNCTION_INFO_V1(chs_csat_accum_int8);
PG_FUNCTION_INFO_V1(chs_csat_accum_numeric);
PG_FUNCTION_INFO_V1(chs_csat_accum_float8);
PG_FUNCTION_INFO_V1(chs_csat_accum_inv_int4);
PG_FUNCTION_INFO_V1(chs_csat_accum_inv_int8);
PG_FUNCTION_INFO_V1(chs_csat_accum_inv_numeric);
PG_FUNCTION_INFO_V1(chs_csat_accum_inv_float8);

static inline Datum
csat_accum(FunctionCallInfo fcinfo, int answer)
{
	bool		satisfied = answer >= chs_get_satisfied_from(PG_GETARG_INT64(2));
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	chs_ratio_count(ratio, satisfied);
	PG_RETURN_POINTER(ratio);
}

static inline Datum
csat_accum_inv(FunctionCallInfo fcinfo, int answer)
{
	bool		satisfied = answer >= chs_get_satisfied_from(PG_GETARG_INT64(2));
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	if (!chs_ratio_discount(ratio, satisfied))
		chs_summary_refuse_missing("an answer", "csat(answer, satisfied_from) OVER (...)",
								   psprintf("The answer is %d.", answer));
	PG_RETURN_POINTER(ratio);
}

/*
 * ratiosummary_csat_accum(state, answer, satisfied_from): one more answer;
 * ratiosummary_csat_accum_inv: one less, for moving windows.  Strict.
 */
#define DEFINE_CSAT_TRANSITIONS(type, answer_of_argument) \
Datum \
chs_csat_accum_##type(PG_FUNCTION_ARGS) \
{ \
	return csat_accum(fcinfo, answer_of_argument); \
} \
\
Datum \
chs_csat_accum_inv_##type(PG_FUNCTION_ARGS) \
{ \
	return csat_accum_inv(fcinfo, answer_of_argument); \
}

DEFINE_CSAT_TRANSITIONS(int4, chs_answer_from_int8(PG_GETARG_INT32(1)))
DEFINE_CSAT_TRANSITIONS(int8, chs_answer_from_int8(PG_GETARG_INT64(1)))
DEFINE_CSAT_TRANSITIONS(numeric, chs_answer_from_numeric(PG_GETARG_VARLENA_PP(1)))
DEFINE_CSAT_TRANSITIONS(float8, chs_answer_from_float8(PG_GETARG_FLOAT8(1)))
