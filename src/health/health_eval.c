/*-------------------------------------------------------------------------
 *
 * health_eval.c
 *		From the signals of one customer to a score and what made it.
 *
 * Method "mean": every signal present gives a score 0-100 by its rule and
 * weighs what the model says, less what it has faded since its "at" date;
 * the score is sum(w * s) / sum(w), or with groups the weighted mean of the
 * groups' means.  A signal's contribution is its part of that sum, so the
 * contributions add up to the score.
 *
 * Method "points": the score is base + sum(points * value), clamped.
 *
 * In both the limits follow in a fixed order: clamp to 0-100, the highest
 * floor whose condition holds, the lowest cap whose condition holds.  Each
 * step is kept, so that explanations can show it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "health/health_eval.h"
#include "shared/check.h"
#include "shared/number.h"

/*
 * Weights that have faded to next to nothing are too coarse to be multiplied
 * with scores; times a power of two they are the same weights, but fine.
 */
#define TINY_WEIGHT			1e-150
#define TINY_EXPONENT		512

static inline double
clamp_score(double score)
{
	return score > 0 ? Min(score, 100) : 0;
}

/*
 * A value within the most and the least that a signal may give.  With limits from memory this
 * compiles without branches, which random values would mispredict.
 */
static inline double
limited(const ChsHealthSignal *signal, double value)
{
	value = value > signal->low ? value : signal->low;
	return value < signal->high ? value : signal->high;
}

/* ---------------- rules ---------------- */

/* The last of the points at or below the value, or -1. */
static int
last_point_at_or_below(const ChsHealthPoint *points, int n, double value)
{
	int			low = 0;
	int			high = n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (points[middle].x <= value)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

static double
curve_score(const ChsHealthPoint *points, int n, double value)
{
	int			i = last_point_at_or_below(points, n, value);
	double		width;
	double		part;

	if (i < 0)
		return points[0].score;
	if (i == n - 1)
		return points[n - 1].score;
	width = points[i + 1].x - points[i].x;
	/* halves where the distance is infinite; never where it would vanish */
	part = likely(isfinite(width)) ? (value - points[i].x) / width :
		(value / 2 - points[i].x / 2) / (points[i + 1].x / 2 - points[i].x / 2);
	return points[i].score + (points[i + 1].score - points[i].score) * part;
}

static double
steps_score(const ChsHealthPoint *points, int n, double value)
{
	int			i = last_point_at_or_below(points, n, value);

	return points[Max(i, 0)].score;
}

pg_noreturn static void
unlisted_text(const ChsHealthModel *model, const ChsHealthSignal *signal, const char *text, int length)
{
	char	   *name = chs_health_cstring(model, signal->name);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("signal \"%s\" has a value that its model does not list", name),
			 errdetail("The value is %s.", chs_shown_text(text, length)),
			 errhint("Add it to \"values\" of the model, give a score for all other texts in \"otherwise\", or turn it into NULL, for instance with nullif(%s, %s).",
					 quote_identifier(name),
					 quote_literal_cstr(pnstrdup(text, chs_clip(text, length, CHS_SHOWN_BYTES))))));
}

/*
 * The number of a text among those of a signal, or -1: one that the model does
 * not list, but gives a score.  The entries are ordered by length, then bytes,
 * as jsonb orders its keys.
 */
int
chs_health_find_option(const ChsHealthModel *model, const ChsHealthSignal *signal,
					   const char *text, int length)
{
	const ChsHealthOption *options = CHS_HEALTH_OPTION_ARRAY(model, signal);
	int			low = 0;
	int			high = signal->ndetails;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		ChsHealthText own = options[middle].text;
		int			order = own.length != (uint32) length ?
			(own.length < (uint32) length ? -1 : 1) :
			memcmp(CHS_HEALTH_TEXT(model, own), text, length);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!signal->has_otherwise)
		unlisted_text(model, signal, text, length);
	return -1;
}

static double
option_score(const ChsHealthModel *model, const ChsHealthSignal *signal,
			 const char *text, int length)
{
	int			option = chs_health_find_option(model, signal, text, length);

	return option < 0 ? signal->otherwise : CHS_HEALTH_OPTION_ARRAY(model, signal)[option].score;
}

/* The division comes last: 21 of 30 is 70, not next to it. */
static inline double
linear_score(const ChsHealthSignal *signal, double value)
{
	return limited(signal, (value - signal->origin) * 100 / signal->width);
}

/* The score 0-100 of a value that is present; method "mean" only. */
double
chs_health_rule_score(const ChsHealthModel *model, const ChsHealthSignal *signal,
					  const ChsHealthInput *input)
{
	switch ((ChsHealthRule) signal->rule)
	{
		case CHS_HEALTH_LINEAR:
			return linear_score(signal, input->value);
		case CHS_HEALTH_CURVE:
			return curve_score(CHS_HEALTH_POINT_ARRAY(model, signal),
							   signal->ndetails, input->value);
		case CHS_HEALTH_STEPS:
			return steps_score(CHS_HEALTH_POINT_ARRAY(model, signal),
							   signal->ndetails, input->value);
		case CHS_HEALTH_VALUES:
			return option_score(model, signal, input->text, input->length);
		case CHS_HEALTH_POINTS_EACH:
			break;
	}
	pg_unreachable();
}

/* The points that a signal of method "points" adds. */
static double
signal_points(const ChsHealthModel *model, const ChsHealthSignal *signal,
			  double value)
{
	double		points = limited(signal, signal->origin * value);

	if (unlikely(!isfinite(points)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the points of signal \"%s\" are out of range",
						chs_health_cstring(model, signal->name)),
				 errdetail("The value is %s, at %s points each.",
						   chs_double_text(value),
						   chs_double_text(signal->origin)),
				 errhint("Give the signal a \"max\" and a \"min\".")));
	return points;
}

/* ---------------- presence ---------------- */

/* How much of its weight a dated value keeps; 0 and a status where none. */
static double
freshness(const ChsHealthSignal *signal, const ChsHealthInput *input,
		  DateADT as_of, ChsHealthStatus *status)
{
	double		age;

	if (input->at_is_null || input->at > as_of)
	{
		*status = CHS_HEALTH_IS_MISSING;	/* of unknown age, or not known yet */
		return 0;
	}
	age = (double) as_of - input->at;
	if (age > signal->expires_after)
	{
		*status = CHS_HEALTH_IS_STALE;
		return 0;
	}
	return signal->half_life > 0 ? exp2(-age / signal->half_life) : 1;
}

pg_noreturn static void
missing_signal(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	char	   *name = chs_health_cstring(model, signal->name);

	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("signal \"%s\" is missing", name),
			 errdetail("Its model says \"missing\": \"fail\"."),
			 errhint("Leave such rows out with WHERE %s IS NOT NULL, or let the model say \"missing\": \"skip\".",
					 quote_identifier(name))));
}

/*
 * Whether the score of a row without any signal is NULL, whatever happens: no
 * signal must be there, and no sum of points for those that are not overflows.
 */
bool
chs_health_scores_null(const ChsHealthModel *model)
{
	for (int i = 0; i < model->nsignals; i++)
	{
		uint16		missing = CHS_HEALTH_SIGNALS(model)[i].missing;

		if (missing == CHS_HEALTH_FAIL ||
			(missing == CHS_HEALTH_WORST && model->method == CHS_HEALTH_POINTS))
			return false;
	}
	return true;
}

/* Status, score, weight and points of one signal, before they are compared. */
static void
judge_signal(const ChsHealthModel *model, const ChsHealthSignal *signal,
			 const ChsHealthInput *input, DateADT as_of,
			 ChsHealthSignalResult *result)
{
	double		kept = 1;

	result->status = CHS_HEALTH_OK;
	if (input->is_null)
		result->status = CHS_HEALTH_IS_MISSING;
	else if (signal->at.offset != 0)
		kept = freshness(signal, input, as_of, &result->status);

	result->has_score = true;
	result->score = 0;
	result->contribution = 0;
	if (result->status == CHS_HEALTH_OK)
	{
		result->weight = result->inside = signal->weight * kept;
		result->share = signal->share * kept;
		if (signal->rule == CHS_HEALTH_POINTS_EACH)
			result->contribution = signal_points(model, signal, input->value);
		else
			result->score = chs_health_rule_score(model, signal, input);
		return;
	}

	result->weight = result->inside = signal->weight;
	result->share = 0;
	result->score = signal->missing_score;
	switch ((ChsHealthMissing) signal->missing)
	{
		case CHS_HEALTH_SKIP:
			result->weight = result->inside = 0;
			result->has_score = false;
			break;
		case CHS_HEALTH_WORST:
			if (signal->rule == CHS_HEALTH_POINTS_EACH)
				result->contribution = signal->low;
			break;
		case CHS_HEALTH_NEUTRAL:
		case CHS_HEALTH_SCORE:
			break;
		case CHS_HEALTH_FAIL:
			missing_signal(model, signal);
	}
}

/* ---------------- the whole ---------------- */

/*
 * With groups a signal weighs its group's weight times its part of what its
 * group has left; a group with nothing left weighs nothing.
 */
static void
spread_group_weights(const ChsHealthModel *model, ChsHealthSignalResult *results)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	double	   *inside = palloc0(model->ngroups * sizeof(double));

	for (int i = 0; i < model->nsignals; i++)
		inside[signals[i].group_no] += results[i].weight;
	for (int i = 0; i < model->nsignals; i++)
		if (results[i].weight > 0)
			results[i].weight = signals[i].group_weight *
				(results[i].weight / inside[signals[i].group_no]);
	pfree(inside);
}

static double
sum_weights(const ChsHealthSignalResult *results, int n, double *weighted)
{
	double		weights = 0;
	double		sum = 0;

	for (int i = 0; i < n; i++)
	{
		weights += results[i].weight;
		sum += results[i].weight * results[i].score;
	}
	*weighted = sum;
	return weights;
}

/* The score before limits, from what the signals weigh. */
static void
weigh_scores(const ChsHealthModel *model, ChsHealthSignalResult *results,
			 ChsHealthResult *result)
{
	double		weights;
	double		sum;

	if (model->has_groups)
		spread_group_weights(model, results);
	weights = sum_weights(results, model->nsignals, &sum);
	if (unlikely(weights < TINY_WEIGHT))
	{
		for (int i = 0; i < model->nsignals; i++)
			results[i].weight = ldexp(results[i].weight, TINY_EXPONENT);
		weights = sum_weights(results, model->nsignals, &sum);
	}
	result->weight = weights;
	result->has_weight = weights > 0;
	if (result->has_weight)
		result->raw = clamp_score(sum / weights);
	else
		result->is_null = true;		/* the last of it may fade below a double */
}

static void
add_points(const ChsHealthModel *model, ChsHealthSignalResult *results,
		   ChsHealthResult *result)
{
	double		sum = model->base;

	for (int i = 0; i < model->nsignals; i++)
		sum += results[i].contribution;
	if (unlikely(!isfinite(sum)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sum of the points is out of range"),
				 errdetail("It is %s.", chs_double_text(sum)),
				 errhint("Give the signals a \"max\" and a \"min\".")));
	result->has_weight = true;
	result->raw = sum;
}

/* A signal that is missing or stale never triggers a limit. */
static bool
limit_fires(const ChsHealthModel *model, const ChsHealthLimit *limit,
			const ChsHealthInput *inputs, const ChsHealthSignalResult *results)
{
	const ChsHealthInput *input = &inputs[limit->signal];

	if (results[limit->signal].status != CHS_HEALTH_OK)
		return false;
	switch ((ChsHealthTest) limit->test)
	{
		case CHS_HEALTH_ABOVE:
			return input->value > limit->threshold;
		case CHS_HEALTH_BELOW:
			return input->value < limit->threshold;
		case CHS_HEALTH_IS:
			return chs_health_text_is(model, limit->is, input->text, input->length);
	}
	pg_unreachable();
}

static void
apply_limits(const ChsHealthModel *model, const ChsHealthInput *inputs,
			 const ChsHealthSignalResult *signals, ChsHealthResult *result)
{
	const ChsHealthLimit *limits = CHS_HEALTH_LIMITS(model);

	result->clamped = clamp_score(result->raw);
	result->floored = result->clamped;
	for (int i = 0; i < model->nlimits; i++)
		if (!limits[i].is_cap && limits[i].score > result->floored &&
			limit_fires(model, &limits[i], inputs, signals))
		{
			result->floored = limits[i].score;
			result->floor = i;
		}
	result->score = result->floored;
	for (int i = 0; i < model->nlimits; i++)
		if (limits[i].is_cap && limits[i].score < result->score &&
			limit_fires(model, &limits[i], inputs, signals))
		{
			result->score = limits[i].score;
			result->cap = i;
		}
}

static inline bool
covers_enough(const ChsHealthModel *model, double coverage)
{
	return coverage >= model->min_coverage - CHS_HEALTH_TOLERANCE;
}

static inline void
check_as_of(const ChsHealthModel *model, bool has_as_of)
{
	if (unlikely(model->needs_as_of && !has_as_of))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this health model needs as_of"),
				 errdetail("Some of its signals have \"at\", so their age counts."),
				 errhint("Add the day as the last argument, for instance health_score(model, signals, date '2026-11-01').")));
}

/*
 * Status and score of each signal of a row, and nothing of the whole: for
 * those who look at the data itself, which may miss what the model needs.
 */
void
chs_health_judge(const ChsHealthModel *model, const ChsHealthInput *inputs,
				 bool has_as_of, DateADT as_of, ChsHealthSignalResult *signals)
{
	const ChsHealthSignal *own = CHS_HEALTH_SIGNALS(model);

	Assert(model->method == CHS_HEALTH_MEAN);
	check_as_of(model, has_as_of);
	for (int i = 0; i < model->nsignals; i++)
	{
		ChsHealthSignalResult *result = &signals[i];

		result->status = CHS_HEALTH_OK;
		if (inputs[i].is_null)
			result->status = CHS_HEALTH_IS_MISSING;
		else if (own[i].at.offset != 0)
			(void) freshness(&own[i], &inputs[i], as_of, &result->status);
		result->has_score = result->status == CHS_HEALTH_OK;
		result->score = result->has_score ? chs_health_rule_score(model, &own[i], &inputs[i]) : 0;
	}
}

/*
 * Evaluates a row.  signals has one place per signal of the model; a caller
 * that shows it calls chs_health_explain_weights() next.
 */
void
chs_health_evaluate(const ChsHealthModel *model, const ChsHealthInput *inputs,
					bool has_as_of, DateADT as_of,
					ChsHealthSignalResult *signals, ChsHealthResult *result)
{
	const ChsHealthSignal *own = CHS_HEALTH_SIGNALS(model);
	double		share = 0;

	check_as_of(model, has_as_of);
	for (int i = 0; i < model->nsignals; i++)
	{
		judge_signal(model, &own[i], &inputs[i], as_of, &signals[i]);
		share += signals[i].share;
	}
	result->coverage = 100 * (share / model->total_share);
	result->is_null = !(share > 0) ||
		!covers_enough(model, result->coverage);
	result->floor = result->cap = -1;
	result->raw = result->clamped = result->floored = result->score = 0;

	if (model->method == CHS_HEALTH_POINTS)
		add_points(model, signals, result);
	else
		weigh_scores(model, signals, result);
	apply_limits(model, inputs, signals, result);
}

/*
 * The weight of the signals present in a simple model, and their weighted
 * scores: the same sums in the same order as in chs_health_evaluate(), without
 * keeping what they are made of.
 */
static double
simple_sums(const ChsHealthModel *model, const ChsHealthInput *inputs,
			double *weighted)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	double		weights = 0;
	double		sum = 0;

	for (int i = 0; i < model->nsignals; i++)
	{
		if (inputs[i].is_null)
			continue;
		weights += signals[i].weight;
		sum += signals[i].weight * linear_score(&signals[i], inputs[i].value);
	}
	*weighted = sum;
	return weights;
}

/*
 * The score of a row; false where it is NULL.
 */
bool
chs_health_score(const ChsHealthModel *model, const ChsHealthInput *inputs,
				 bool has_as_of, DateADT as_of, double *score)
{
	ChsHealthSignalResult few[CHS_HEALTH_STACK_SIGNALS];
	ChsHealthSignalResult *signals = few;
	ChsHealthResult result;

	if (model->is_simple)
	{
		double		sum;
		double		weights = simple_sums(model, inputs, &sum);

		if (likely(weights >= TINY_WEIGHT))
		{
			*score = clamp_score(sum / weights);
			return covers_enough(model, 100 * (weights / model->total_share));
		}
	}
	if (model->nsignals > CHS_HEALTH_STACK_SIGNALS)
		signals = palloc(model->nsignals * sizeof(ChsHealthSignalResult));
	chs_health_evaluate(model, inputs, has_as_of, as_of, signals, &result);
	*score = result.score;
	return !result.is_null;
}

/*
 * Method "mean": turns the signals' weights into fractions of 1, and their
 * scores into contributions.  Scoring alone has no use for these divisions.
 */
void
chs_health_explain_weights(const ChsHealthModel *model,
						   const ChsHealthResult *result,
						   ChsHealthSignalResult *signals)
{
	if (model->method != CHS_HEALTH_MEAN || !result->has_weight)
		return;
	for (int i = 0; i < model->nsignals; i++)
	{
		signals[i].weight /= result->weight;
		signals[i].contribution = signals[i].weight * signals[i].score;
	}
}
