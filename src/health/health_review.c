/*-------------------------------------------------------------------------
 *
 * health_review.c
 *		A health model in words, for readers who do not read JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "health/health_band.h"
#include "health/health_cache.h"
#include "shared/number.h"
#include "shared/report.h"

/* ---------------- rules in words ---------------- */

static void
append_points(StringInfo words, const ChsHealthModel *model,
			  const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points = CHS_HEALTH_POINT_ARRAY(model, signal);

	for (uint32 i = 0; i < signal->ndetails; i++)
		appendStringInfo(words, "%s%s%s gives %s", i > 0 ? ", " : "",
						 signal->rule == CHS_HEALTH_STEPS ? "from " : "",
						 chs_double_text(points[i].x),
						 chs_double_text(points[i].score));
	if (signal->rule == CHS_HEALTH_CURVE)
		appendStringInfoString(words, ", straight lines between");
}

static void
append_options(StringInfo words, const ChsHealthModel *model,
			   const ChsHealthSignal *signal)
{
	const ChsHealthOption *options = CHS_HEALTH_OPTION_ARRAY(model, signal);

	for (uint32 i = 0; i < signal->ndetails; i++)
		appendStringInfo(words, "%s%s gives %s", i > 0 ? ", " : "",
						 chs_health_cstring(model, options[i].text),
						 chs_double_text(options[i].score));
	if (signal->has_otherwise)
		appendStringInfo(words, ", anything else gives %s", chs_double_text(signal->otherwise));
}

static void
append_points_each(StringInfo words, const ChsHealthSignal *signal)
{
	appendStringInfo(words, "%s points each", chs_double_text(signal->origin));
	if (!isinf(signal->low))
		appendStringInfo(words, ", at least %s", chs_double_text(signal->low));
	if (!isinf(signal->high))
		appendStringInfo(words, ", at most %s", chs_double_text(signal->high));
}

static void
append_limits(StringInfo words, const ChsHealthModel *model, int signal)
{
	for (int i = 0; i < model->nlimits; i++)
	{
		const ChsHealthLimit *limit = &CHS_HEALTH_LIMITS(model)[i];

		if (limit->signal != signal)
			continue;
		if (limit->test == CHS_HEALTH_IS)
			appendStringInfo(words, "; when it is %s", chs_health_cstring(model, limit->is));
		else
			appendStringInfo(words, "; %s %s", limit->test == CHS_HEALTH_ABOVE ? "above" : "below",
							 chs_double_text(limit->threshold));
		appendStringInfo(words, " the whole score is at %s %s", limit->is_cap ? "most" : "least",
						 chs_double_text(limit->score));
	}
}

static char *
rule_in_words(const ChsHealthModel *model, int i)
{
	const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];
	char	   *unit = chs_health_cstring(model, signal->unit);
	StringInfoData words;

	initStringInfo(&words);
	switch ((ChsHealthRule) signal->rule)
	{
		case CHS_HEALTH_LINEAR:
			appendStringInfo(&words, "%s is worst, %s is best",
							 chs_double_text(signal->origin),
							 chs_double_text(signal->best));
			break;
		case CHS_HEALTH_CURVE:
		case CHS_HEALTH_STEPS:
			append_points(&words, model, signal);
			break;
		case CHS_HEALTH_VALUES:
			append_options(&words, model, signal);
			break;
		case CHS_HEALTH_POINTS_EACH:
			append_points_each(&words, signal);
			break;
	}
	if (unit)
		appendStringInfo(&words, " (%s)", unit);
	if (signal->half_life > 0)
		appendStringInfo(&words, "; counts half after %s days",
						 chs_double_text(signal->half_life));
	if (!isinf(signal->expires_after))
		appendStringInfo(&words, "; missing after %s days",
						 chs_double_text(signal->expires_after));
	append_limits(&words, model, i);
	return words.data;
}

static const char *
when_missing(const ChsHealthSignal *signal)
{
	bool		points = signal->rule == CHS_HEALTH_POINTS_EACH;

	switch ((ChsHealthMissing) signal->missing)
	{
		case CHS_HEALTH_SKIP:
			return points ? "adds nothing" :
				"left out, the others weigh more";
		case CHS_HEALTH_WORST:
			return points ?
				psprintf("adds %s", chs_double_text(signal->low)) :
				"scores 0";
		case CHS_HEALTH_NEUTRAL:
			return points ? "adds nothing" : "scores 50";
		case CHS_HEALTH_SCORE:
			return psprintf("scores %s", chs_double_text(signal->missing_score));
		case CHS_HEALTH_FAIL:
			return "error";
	}
	pg_unreachable();
}

/* ---------------- warnings ---------------- */

/* Whether the scores of a curve or steps both rise and fall. */
static bool
turns(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points = CHS_HEALTH_POINT_ARRAY(model, signal);
	bool		rises = false;
	bool		falls = false;

	if (signal->rule != CHS_HEALTH_CURVE && signal->rule != CHS_HEALTH_STEPS)
		return false;
	for (uint32 i = 1; i < signal->ndetails; i++)
	{
		rises |= points[i].score > points[i - 1].score;
		falls |= points[i].score < points[i - 1].score;
	}
	return rises && falls;
}

static inline bool
is_fraction(double score)
{
	return score > 0 && score < 1;
}

/* Whether all scores of a rule are shares of 1, one of them a true fraction. */
static bool
scores_are_fractions(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	bool		fraction = signal->has_otherwise && is_fraction(signal->otherwise);

	if (signal->has_otherwise && signal->otherwise > 1)
		return false;
	for (uint32 i = 0; i < signal->ndetails; i++)
	{
		double		score = signal->rule == CHS_HEALTH_VALUES ?
			CHS_HEALTH_OPTION_ARRAY(model, signal)[i].score :
			CHS_HEALTH_POINT_ARRAY(model, signal)[i].score;

		if (score > 1)
			return false;
		fraction |= is_fraction(score);
	}
	return fraction;
}

static bool
limit_is_fraction(const ChsHealthModel *model, int signal)
{
	for (int i = 0; i < model->nlimits; i++)
		if (CHS_HEALTH_LIMITS(model)[i].signal == signal &&
			is_fraction(CHS_HEALTH_LIMITS(model)[i].score))
			return true;
	return false;
}

static const char *
signal_warning(const ChsHealthModel *model, int i, double weight)
{
	const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];

	if (limit_is_fraction(model, i))
		return "a cap or floor below 1: scores go from 0 to 100";
	if (signal->rule == CHS_HEALTH_POINTS_EACH)
		return signal->origin == 0 ? "0 points: no effect" : NULL;
	if (scores_are_fractions(model, signal))
		return "its scores are below 1: scores go from 0 to 100";
	if (signal->missing == CHS_HEALTH_SCORE && is_fraction(signal->missing_score))
		return "\"missing\" is below 1: scores go from 0 to 100";
	if (weight == 0)
		return "weight 0: no effect";
	if (weight > 50 && model->nsignals > 1)
		return "more than half of the weight";
	if (turns(model, signal))
		return "more is sometimes better, sometimes worse";
	return NULL;
}

/* Warnings about the model as a whole. */
static const char *
model_warning(const ChsHealthModel *model)
{
	for (int i = 0; i < model->nbands; i++)
		if (is_fraction(CHS_HEALTH_BANDS(model)[i].from))
			return "a band starts below 1: scores go from 0 to 100";
	if (is_fraction(model->drop))
		return "\"drop\" is below 1: it is in points of a score that goes from 0 to 100";
	return NULL;
}

/* ---------------- SQL entry point ---------------- */

/*
 * health_review(model healthmodel) -> rows
 *
 * One row per signal in words; weight_percent is the part of the whole weight
 * that the signal has when all are present (NULL with method "points").  What
 * is suspicious in bands or alerts is a row without a signal.
 */
PG_FUNCTION_INFO_V1(chs_health_review);
Datum
chs_health_review(PG_FUNCTION_ARGS)
{
	ChsReport	report;
	const ChsHealthModel *model;

	chs_report_begin(&report, fcinfo);
	model = chs_health_detoast(PG_GETARG_DATUM(0));
	for (int i = 0; i < model->nsignals; i++)
	{
		const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];
		double		weight = 100 * (signal->share / model->total_share);

		chs_report_start_row(&report);
		chs_report_text(&report, chs_health_cstring(model, signal->name));
		chs_report_text(&report, chs_health_label(model, signal));
		chs_report_text(&report, chs_health_cstring(model, signal->group));
		if (model->method == CHS_HEALTH_POINTS)
			chs_report_null(&report);
		else
			chs_report_float8(&report, weight);
		chs_report_text(&report, rule_in_words(model, i));
		chs_report_text(&report, when_missing(signal));
		chs_report_text(&report, signal_warning(model, i, weight));
		chs_report_end_row(&report);
	}
	if (model_warning(model))
	{
		chs_report_start_row(&report);
		chs_report_nulls(&report, 6);
		chs_report_text(&report, model_warning(model));
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
