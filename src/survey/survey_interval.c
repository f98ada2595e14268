/*-------------------------------------------------------------------------
 *
 * survey_interval.c
 *		How sure an NPS is, and a change of it.
 *
 * An interval for the difference of promoters and detractors: the variance
 * of one answer coded +1, 0, -1 is p + d - (p - d)^2.  With q = 1 - p - d for
 * the passives that is 4pd + (p + d)q, which subtracts nothing and so loses no
 * digits where nearly everybody gave the same answer.  nps_interval() adds
 * three answers, 3/4 promoter and 3/4 detractor, before it computes: the
 * adjusted Wald interval that B. Rocks, "Interval Estimation for the Net
 * Promoter Score", The American Statistician 70 (2016), found best for small
 * samples.  nps_difference() adjusts both sides in the same way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/summary.h"
#include "survey/survey.h"

/* share of promoters and detractors with what their interval needs */
typedef struct Score
{
	float8		score;			/* -1..1 */
	float8		variance;		/* of the score, not of one answer */
} Score;

PG_FUNCTION_INFO_V1(chs_survey_nps_margin);
PG_FUNCTION_INFO_V1(chs_survey_nps_interval);
PG_FUNCTION_INFO_V1(chs_survey_nps_difference);

/*
 * The score and its variance after "extra_answers" more, a quarter of them
 * promoters and a quarter detractors: 0 for the plain interval, 3 for the
 * adjusted one.
 */
static Score
score_of(const ChsSurvey *survey, float8 extra_answers)
{
	float8		n = (float8) survey->responses + extra_answers;
	float8		p = ((float8) chs_promoters(survey) + extra_answers / 4) / n;
	float8		d = ((float8) chs_detractors(survey) + extra_answers / 4) / n;
	float8		q = ((float8) chs_passives(survey) + extra_answers / 2) / n;
	Score		result;

	result.score = p - d;
	result.variance = (4.0 * p * d + (p + d) * q) / n;
	return result;
}

/*
 * The difference of two such scores.  The cross products keep digits that two
 * rounded scores next to each other have lost.
 */
static float8
score_difference(const ChsSurvey *a, const ChsSurvey *b, float8 extra_answers)
{
	int64		net_a = chs_promoters(a) - chs_detractors(a);
	int64		net_b = chs_promoters(b) - chs_detractors(b);
	int128		crossed = (int128) net_a * b->responses - (int128) net_b * a->responses;
	float8		extra = extra_answers * (float8) ((int128) net_a - net_b);

	return ((float8) crossed + extra) /
		(((float8) a->responses + extra_answers) * ((float8) b->responses + extra_answers));
}

/*
 * nps_margin(s, confidence): half-width of the plain interval, in points.
 */
Datum
chs_survey_nps_margin(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));

	if (survey->responses == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(z * 100.0 * sqrt(score_of(survey, 0).variance));
}

/*
 * nps_interval(s, confidence): low and high by adjusted Wald, within
 * -100..100.
 */
Datum
chs_survey_nps_interval(PG_FUNCTION_ARGS)
{
	ChsSurvey  *survey = chs_survey_arg(fcinfo, 0);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (survey->responses > 0)
	{
		Score		score = score_of(survey, 3);
		float8		margin = z * sqrt(score.variance);

		values[0] = Float8GetDatum(100.0 * Max(score.score - margin, -1.0));
		values[1] = Float8GetDatum(100.0 * Min(score.score + margin, 1.0));
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

/*
 * nps_difference(a, b, confidence): nps(a) - nps(b) with low, high and the
 * two-sided p-value of "no difference", both from adjusted shares.
 */
Datum
chs_survey_nps_difference(PG_FUNCTION_ARGS)
{
	ChsSurvey  *a = chs_survey_arg(fcinfo, 0);
	ChsSurvey  *b = chs_survey_arg(fcinfo, 1);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(2)));
	Datum		values[4] = {0};
	bool		nulls[4] = {true, true, true, true};

	if (a->responses > 0 && b->responses > 0)
	{
		float8		difference = score_difference(a, b, 3);
		float8		error = sqrt(score_of(a, 3).variance + score_of(b, 3).variance);

		values[0] = Float8GetDatum(100.0 * score_difference(a, b, 0));
		values[1] = Float8GetDatum(100.0 * Max(difference - z * error, -2.0));
		values[2] = Float8GetDatum(100.0 * Min(difference + z * error, 2.0));
		values[3] = Float8GetDatum(chs_normal_two_sided_p(difference / error));
		nulls[0] = nulls[1] = nulls[2] = nulls[3] = false;
	}
	return chs_row(fcinfo, values, nulls);
}
