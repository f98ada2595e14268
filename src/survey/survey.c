/*-------------------------------------------------------------------------
 *
 * survey.c
 *		Survey answers: NPS, CSAT, customer effort.
 *
 * All metrics of a survey are functions of how many people gave each answer
 * 0..10, so the summary holds eleven counters and their total, and that is
 * all.  Every counter has an exact inverse; a metric over a moving window
 * costs one addition and one subtraction per row.
 *
 * State: a fixed 104 bytes, written in place.  The transition is strict and
 * starts from an initial value, which is the cheapest path the executor has:
 * the NULL test is the executor's own and no first row is special.  The final
 * functions turn "no answers" into NULL.  nps(), csat(), ces() and
 * survey_agg() over one column are one transition with several final
 * functions, so PostgreSQL runs it once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/summary.h"
#include "shared/type_ops.h"
#include "survey/survey.h"
#include "survey/survey_answer.h"

#define WIRE_BYTES		((1 + CHS_N_ANSWERS) * sizeof(int64))

PG_FUNCTION_INFO_V1(chs_survey_in);
PG_FUNCTION_INFO_V1(chs_survey_out);
PG_FUNCTION_INFO_V1(chs_survey_recv);
PG_FUNCTION_INFO_V1(chs_survey_send);
PG_FUNCTION_INFO_V1(chs_survey_accum_int4);
PG_FUNCTION_INFO_V1(chs_survey_accum_int8);
PG_FUNCTION_INFO_V1(chs_survey_accum_numeric);
PG_FUNCTION_INFO_V1(chs_survey_accum_float8);
PG_FUNCTION_INFO_V1(chs_survey_accum_inv_int4);
PG_FUNCTION_INFO_V1(chs_survey_accum_inv_int8);
PG_FUNCTION_INFO_V1(chs_survey_accum_inv_numeric);
PG_FUNCTION_INFO_V1(chs_survey_accum_inv_float8);
PG_FUNCTION_INFO_V1(chs_survey_responses);
PG_FUNCTION_INFO_V1(chs_survey_promoters);
PG_FUNCTION_INFO_V1(chs_survey_passives);
PG_FUNCTION_INFO_V1(chs_survey_detractors);
PG_FUNCTION_INFO_V1(chs_survey_nps);
PG_FUNCTION_INFO_V1(chs_survey_csat);
PG_FUNCTION_INFO_V1(chs_survey_csat_from);
PG_FUNCTION_INFO_V1(chs_survey_ces);
PG_FUNCTION_INFO_V1(chs_survey_ces_agree);
PG_FUNCTION_INFO_V1(chs_survey_ces_index);
PG_FUNCTION_INFO_V1(chs_survey_distribution);
PG_FUNCTION_INFO_V1(chs_nps_of_counts);
PG_FUNCTION_INFO_V1(chs_survey_of_counts);

/*
 * Making and checking.
 */
static ChsSurvey *
make_survey(void)
{
	ChsSurvey  *survey = palloc0(sizeof(ChsSurvey));

	SET_VARSIZE(survey, sizeof(ChsSurvey));
	survey->version = CHS_SUMMARY_VERSION;
	return survey;
}

static inline bool
has_no_responses(const ChsSurvey *survey)
{
	return survey->responses == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsSurvey, chs_checked_survey, CHS_ONLY_FORM, CHS_ONLY_FORM)

/*
 * The fault of the counts, or NULL.  Text and binary input ask this.
 */
static const char *
survey_damage(const ChsSurvey *survey)
{
	int64		left = survey->responses;

	if (left < 0)
		return "The number of responses is negative.";
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
	{
		if (survey->count[answer] < 0)
			return psprintf("The count of answer %d is negative.", answer);
		if (survey->count[answer] > left)
			return "The counts add up to more than the number of responses.";
		left -= survey->count[answer];
	}
	if (left > 0)
		return "The counts add up to less than the number of responses.";
	return NULL;
}

/*
 * Transition.
 *
 * Beside count() every instruction shows.  So the common case, a plain state
 * of an aggregate, is a leaf function without a frame, and the rest is another.
 */
static inline bool
is_common_case(FunctionCallInfo fcinfo, int64 answer)
{
	const ChsSurvey *survey = (const ChsSurvey *) PG_GETARG_POINTER(0);

	return likely((uint64) answer <= CHS_MAX_ANSWER && chs_summary_in_place(fcinfo) &&
				  !VARATT_IS_EXTENDED(survey) && survey->version == CHS_SUMMARY_VERSION);
}

static pg_noinline Datum
accum_slow(FunctionCallInfo fcinfo, int64 answer)
{
	int			checked_answer = chs_answer_from_int8(answer);
	ChsSurvey  *survey = state_arg(fcinfo);

	/* no counter is above the total */
	survey->responses = chs_summary_add(survey->responses, 1, CHS_SURVEY_TYPE);
	survey->count[checked_answer]++;
	PG_RETURN_POINTER(survey);
}

static inline Datum
accum(FunctionCallInfo fcinfo, int64 answer)
{
	ChsSurvey  *survey = (ChsSurvey *) PG_GETARG_POINTER(0);

	if (!is_common_case(fcinfo, answer) || unlikely(survey->responses == PG_INT64_MAX))
		return accum_slow(fcinfo, answer);
	survey->responses++;
	survey->count[answer]++;
	PG_RETURN_POINTER(survey);
}

static pg_noinline Datum
accum_inv_slow(FunctionCallInfo fcinfo, int64 answer)
{
	int			checked_answer = chs_answer_from_int8(answer);
	ChsSurvey  *survey = state_arg(fcinfo);

	if (survey->count[checked_answer] == 0)
		chs_summary_refuse_missing("an answer", "nps(answer) OVER (...)",
								   psprintf("The answer is %d.", checked_answer));
	survey->responses--;
	survey->count[checked_answer]--;
	PG_RETURN_POINTER(survey);
}

static inline Datum
accum_inv(FunctionCallInfo fcinfo, int64 answer)
{
	ChsSurvey  *survey = (ChsSurvey *) PG_GETARG_POINTER(0);

	if (!is_common_case(fcinfo, answer) || unlikely(survey->count[answer] == 0))
		return accum_inv_slow(fcinfo, answer);
	survey->responses--;
	survey->count[answer]--;
	PG_RETURN_POINTER(survey);
}

/*
 * Numbers from counts.
 */
static int64
answers_between(const ChsSurvey *survey, int low, int high)
{
	int64		sum = 0;

	for (int answer = low; answer <= high; answer++)
		sum += survey->count[answer];
	return sum;
}

/*
 * A scale from 1 to "scale" must hold all answers.
 */
static void
check_scale(const ChsSurvey *survey, int scale, const char *metric)
{
	if (survey->count[0] == 0 && answers_between(survey, scale + 1, CHS_MAX_ANSWER) == 0)
		return;
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
	{
		if (survey->count[answer] > 0 && (answer == 0 || answer > scale))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s needs answers from 1 to %d", metric, scale),
					 errdetail("One of the answers is %d.", answer),
					 strcmp(metric, "csat") == 0 ?
					 errhint("On another scale say where satisfaction starts: csat(answer, 9). To leave answers out: FILTER (WHERE answer BETWEEN 1 AND 5).") :
					 errhint("Leave other answers out with FILTER (WHERE answer BETWEEN 1 AND %d).", scale)));
	}
}

static int
get_ces_scale(int64 scale)
{
	if (scale != 5 && scale != 7)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scale of customer effort must be 5 or 7"),
				 errdetail("The scale is " INT64_FORMAT ".", scale),
				 errhint("Pass 7 for answers from 1 to 7, or 5 for answers from 1 to 5.")));
	return (int) scale;
}

/*
 * Input and output.
 *
 * Text: version, responses and the answers that were given, with their
 * counts, as in 1:100{0:15,7:25,9:60}.
 */
Datum
chs_survey_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ChsSurvey  *survey = make_survey();
	int			previous = -1;
	ChsTextCursor cursor;
	const char *damage;

	chs_text_begin(&cursor, CHS_SURVEY_TYPE, text);
	survey->responses = chs_text_count(&cursor);
	chs_text_expect(&cursor, '{');
	while (!chs_text_accept(&cursor, '}'))
	{
		int64		answer;

		if (previous >= 0)
			chs_text_expect(&cursor, ',');
		answer = chs_text_count(&cursor);
		if (answer > CHS_MAX_ANSWER || answer <= previous)
			chs_summary_damaged_text(CHS_SURVEY_TYPE, text, "Answers must rise from 0 to 10.");
		chs_text_expect(&cursor, ':');
		survey->count[answer] = chs_text_count(&cursor);
		if (survey->count[answer] == 0)
			chs_summary_damaged_text(CHS_SURVEY_TYPE, text, "An answer with a count of 0 must be left out.");
		previous = (int) answer;
	}
	chs_text_end(&cursor);

	damage = survey_damage(survey);
	if (damage)
		chs_summary_damaged_text(CHS_SURVEY_TYPE, text, damage);
	PG_RETURN_POINTER(survey);
}

Datum
chs_survey_out(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	const char *separator = "";
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%d:" INT64_FORMAT "{", CHS_SUMMARY_VERSION, survey->responses);
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
	{
		if (survey->count[answer] == 0)
			continue;
		appendStringInfo(&buf, "%s%d:" INT64_FORMAT, separator, answer, survey->count[answer]);
		separator = ",";
	}
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

Datum
chs_survey_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ChsSurvey  *survey = make_survey();
	const char *damage;

	chs_wire_version(buf, CHS_SURVEY_TYPE);
	chs_wire_need(buf, WIRE_BYTES, CHS_SURVEY_TYPE);
	survey->responses = pq_getmsgint64(buf);
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
		survey->count[answer] = pq_getmsgint64(buf);
	chs_wire_end(buf, CHS_SURVEY_TYPE);

	damage = survey_damage(survey);
	if (damage)
		chs_summary_damaged_binary(CHS_SURVEY_TYPE, damage);
	PG_RETURN_POINTER(survey);
}

Datum
chs_survey_send(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendint64(&buf, survey->responses);
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
		pq_sendint64(&buf, survey->count[answer]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * surveysummary_accum(state, answer): one more answer; surveysummary_accum_inv:
 * one less, for moving windows.  Strict.
 */
#define DEFINE_TRANSITIONS(type, answer_of_argument) \
Datum \
chs_survey_accum_##type(PG_FUNCTION_ARGS) \
{ \
	return accum(fcinfo, answer_of_argument); \
} \
\
Datum \
chs_survey_accum_inv_##type(PG_FUNCTION_ARGS) \
{ \
	return accum_inv(fcinfo, answer_of_argument); \
}

DEFINE_TRANSITIONS(int4, PG_GETARG_INT32(1))
DEFINE_TRANSITIONS(int8, PG_GETARG_INT64(1))
DEFINE_TRANSITIONS(numeric, chs_answer_from_numeric(PG_GETARG_VARLENA_PP(1)))
DEFINE_TRANSITIONS(float8, chs_answer_from_float8(PG_GETARG_FLOAT8(1)))

static void
survey_content(Datum value, ChsContent *content)
{
	chs_content_from(value, offsetof(ChsSurvey, count), content);
}

CHS_TYPE_OPERATORS(chs_survey, survey_content)

static ChsSurvey *
add_survey(ChsSurvey *into, const ChsSurvey *from)
{
	into->responses = chs_summary_add(into->responses, from->responses, CHS_SURVEY_TYPE);
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
		into->count[answer] += from->count[answer];
	return into;
}

static ChsSurvey *
subtract_survey(ChsSurvey *into, const ChsSurvey *from)
{
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
	{
		if (into->count[answer] < from->count[answer])
			chs_summary_refuse_missing("answers", "rollup(s) OVER (...)",
									   psprintf("Of answer %d it holds " INT64_FORMAT ", and " INT64_FORMAT " were to be taken away.",
												answer, into->count[answer], from->count[answer]));
		into->count[answer] -= from->count[answer];
	}
	into->responses -= from->responses;
	return into;
}

CHS_SUMMARY_COMBINE(chs_survey, ChsSurvey, has_no_responses, CHS_ONLY_FORM, add_survey)
CHS_SUMMARY_COMBINE_INV(chs_survey, ChsSurvey, has_no_responses, subtract_survey)
CHS_SUMMARY_FINAL(chs_survey, ChsSurvey, has_no_responses, CHS_ONLY_FORM)

/*
 * Accessors, all strict.
 */
Datum
chs_survey_responses(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(chs_survey_arg(fcinfo, 0)->responses);
}

Datum
chs_survey_promoters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(chs_promoters(chs_survey_arg(fcinfo, 0)));
}

Datum
chs_survey_passives(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(chs_passives(chs_survey_arg(fcinfo, 0)));
}

Datum
chs_survey_detractors(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(chs_detractors(chs_survey_arg(fcinfo, 0)));
}

/*
 * nps(s): % promoters less % detractors, -100..100.
 */
Datum
chs_survey_nps(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);

	if (survey->responses == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(chs_promoters(survey) - chs_detractors(survey), survey->responses));
}

/*
 * csat(s): % of answers 4 and 5 on the scale 1..5.
 */
Datum
chs_survey_csat(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);

	if (survey->responses == 0)
		PG_RETURN_NULL();
	check_scale(survey, 5, "csat");
	PG_RETURN_FLOAT8(chs_percent(answers_between(survey, 4, 5), survey->responses));
}

/*
 * csat(s, satisfied_from): % of answers at or above satisfied_from.
 */
Datum
chs_survey_csat_from(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	int			from = chs_get_satisfied_from(PG_GETARG_INT64(1));

	if (survey->responses == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(answers_between(survey, from, CHS_MAX_ANSWER), survey->responses));
}

/*
 * ces(s): mean answer.
 */
Datum
chs_survey_ces(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	float8		sum = 0;

	if (survey->responses == 0)
		PG_RETURN_NULL();
	for (int answer = 1; answer <= CHS_MAX_ANSWER; answer++)
		sum += (float8) answer * (float8) survey->count[answer];
	PG_RETURN_FLOAT8(sum / (float8) survey->responses);
}

/*
 * ces_agree(s, scale): % who agree that it was easy: 5-7 of 7, 4-5 of 5.
 */
Datum
chs_survey_ces_agree(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	int			scale = get_ces_scale(PG_GETARG_INT64(1));

	if (survey->responses == 0)
		PG_RETURN_NULL();
	check_scale(survey, scale, "ces_agree");
	PG_RETURN_FLOAT8(chs_percent(answers_between(survey, scale == 7 ? 5 : 4, scale), survey->responses));
}

/*
 * ces_index(s, scale): % easy less % hard: 6-7 less 1-3 of 7, 4-5 less 1-2 of
 * 5; -100..100.
 */
Datum
chs_survey_ces_index(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	int			scale = get_ces_scale(PG_GETARG_INT64(1));
	int64		easy;
	int64		hard;

	if (survey->responses == 0)
		PG_RETURN_NULL();
	check_scale(survey, scale, "ces_index");
	easy = answers_between(survey, scale - 1, scale);
	hard = answers_between(survey, 1, scale == 7 ? 3 : 2);
	PG_RETURN_FLOAT8(chs_percent(easy - hard, survey->responses));
}

/*
 * survey_distribution(s): a row per answer 0..10.
 */
Datum
chs_survey_distribution(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int answer = 0; answer <= CHS_MAX_ANSWER && survey->responses > 0; answer++)
	{
		chs_report_start_row(&report);
		chs_report_int32(&report, answer);
		chs_report_int64(&report, survey->count[answer]);
		chs_report_percent(&report, survey->count[answer], survey->responses);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/*
 * nps(promoters, passives, detractors): from counts.
 */
Datum
chs_nps_of_counts(PG_FUNCTION_ARGS)
{
	int64		up = chs_check_count(PG_GETARG_NUMERIC(0), "promoters");
	int64		neither = chs_check_count(PG_GETARG_NUMERIC(1), "passives");
	int64		down = chs_check_count(PG_GETARG_NUMERIC(2), "detractors");
	int64		all;

	if (pg_add_s64_overflow(up, neither, &all) || pg_add_s64_overflow(all, down, &all))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of promoters, passives and detractors is out of range for type bigint"),
				 errdetail("The counts are " INT64_FORMAT ", " INT64_FORMAT " and " INT64_FORMAT ".",
						   up, neither, down),
				 errhint("Pass counts of answers, for instance count(*) FILTER (WHERE answer >= 9).")));
	if (all == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(up - down, all));
}

/*
 * survey_summary(counts): from how many gave each answer, 0 first.
 */
Datum
chs_survey_of_counts(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	ChsSurvey  *survey = make_survey();
	const int64 *counts = (const int64 *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != CHS_N_ANSWERS || ARR_HASNULL(array))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"counts\" must be %d numbers, one for each answer from 0 to %d", CHS_N_ANSWERS, CHS_MAX_ANSWER),
				 ARR_NDIM(array) > 1 ? errdetail("The array has %d dimensions.", ARR_NDIM(array)) :
				 ARR_HASNULL(array) ? errdetail("One of the counts is NULL.") :
				 errdetail("There are %d.", ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0]),
				 errhint("Pass 0 where there were no answers: coalesce(answers_10, 0); on a scale from 1 to 5 the counts of 0 and of 6 to 10 are 0.")));
	for (int answer = 0; answer <= CHS_MAX_ANSWER; answer++)
	{
		if (counts[answer] < 0)
			chs_refuse_negative("counts", psprintf(INT64_FORMAT, counts[answer]),
								"Pass counts of answers, for instance greatest(answers_10, 0) where a correction went below zero.");
		survey->count[answer] = counts[answer];
		survey->responses = chs_summary_add(survey->responses, counts[answer], CHS_SURVEY_TYPE);
	}
	if (survey->responses == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(survey);
}
