/*-------------------------------------------------------------------------
 *
 * health_change.c
 *		What moved a score between two days: health_change.
 *
 * The way from the score before to the score after is walked in a fixed
 * order, so that every point has one cause:
 *
 *		before		old model, old signals
 *		middle		old model, new scores of the signals known both times, old
 *					weights									-> "value"
 *		between		old model, new signals: signals came, went or faded, and
 *					weights moved between them				-> "coverage"
 *		after		new model, new signals						-> "model"
 *
 * all before limits; then what clamp, floors and caps take or give after less
 * what they did before										-> "cap".
 *
 * When weights move, what a signal gains another loses, so a signal that
 * appears would seem to add its whole contribution.  Points are therefore
 * counted from the score c before the step: W1 * (s1 - c) - W0 * (s0 - c).
 * Weights are fractions that add up to 1, so the c cancel in the sum, and a
 * signal worse than the rest lowers the score by appearing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

#include "health/health.h"

/* A signal by name in either model; -1 where a model does not have it. */
typedef struct SignalPair
{
	char	   *name;
	int			before;
	int			after;
} SignalPair;

typedef struct Change
{
	ReturnSetInfo *set;
	ChsHealthRow	before;			/* old model, old signals */
	ChsHealthRow	between;		/* old model, new signals */
	ChsHealthRow	after;			/* new model, new signals */
	SignalPair *pairs;			/* signals of the old model, then the others */
	int			npairs;
} Change;

static void
put_row(ReturnSetInfo *set, const char *signal, const char *cause,
		double points, bool is_null)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, is_null};

	values[0] = CStringGetTextDatum(signal);
	values[1] = CStringGetTextDatum(cause);
	values[2] = Float8GetDatum(points);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

static void
put_points(const Change *change, const char *signal, const char *cause,
		   double points)
{
	if (points != 0)
		put_row(change->set, signal, cause, points, false);
}

static int
find_signal(const ChsHealthModel *model, const char *name)
{
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);
	uint32		length = strlen(name);

	for (int i = 0; i < model->nsignals; i++)
		if (signals[i].name.length == length &&
			memcmp(HEALTH_TEXT(model, signals[i].name), name, length) == 0)
			return i;
	return -1;
}

/* Pairs up the signals of two models by name. */
static void
pair_signals(Change *change, const ChsHealthModel *before,
			 const ChsHealthModel *after)
{
	change->pairs = palloc((before->nsignals + after->nsignals) *
						   sizeof(SignalPair));
	change->npairs = 0;
	for (int i = 0; i < before->nsignals; i++)
	{
		SignalPair *pair = &change->pairs[change->npairs++];

		pair->name = chs_health_cstring(before, HEALTH_SIGNALS(before)[i].name);
		pair->before = i;
		pair->after = find_signal(after, pair->name);
	}
	for (int i = 0; i < after->nsignals; i++)
	{
		char	   *name = chs_health_cstring(after,
											  HEALTH_SIGNALS(after)[i].name);

		CHECK_FOR_INTERRUPTS();
		if (find_signal(before, name) < 0)
			change->pairs[change->npairs++] = (SignalPair) {name, -1, i};
	}
}

/* Weight as a fraction, and points, of a signal; 0 where it is not. */
static double
weight_at(const ChsHealthRow *row, int i)
{
	return i < 0 || row->model->method != HEALTH_MEAN ||
		!row->result.has_weight ? 0 : row->signals[i].weight;
}

static double
points_at(const ChsHealthRow *row, int i)
{
	return i < 0 || !row->result.has_weight ? 0 : row->signals[i].contribution;
}

/* Present both times or missing both times: then only its score can change. */
static bool
known_alike(const Change *change, int i)
{
	return (change->before.signals[i].status == HEALTH_OK) ==
		(change->between.signals[i].status == HEALTH_OK);
}

/* The score of a signal when scores are new where known, and weights old. */
static double
middle_score(const Change *change, int i)
{
	return known_alike(change, i) ? change->between.signals[i].score :
		change->before.signals[i].score;
}

static void
put_values_and_coverage(const Change *change)
{
	const ChsHealthModel *model = change->before.model;
	bool		mean = model->method == HEALTH_MEAN;
	double		middle = 0;

	for (int i = 0; i < model->nsignals; i++)
	{
		double		step = change->between.signals[i].contribution -
			change->before.signals[i].contribution;

		if (mean)
		{
			double		weight = weight_at(&change->before, i);

			step = weight * (middle_score(change, i) -
							 change->before.signals[i].score);
			middle += weight * middle_score(change, i);
		}
		if (known_alike(change, i))
			put_points(change, change->pairs[i].name, "value", step);
	}
	for (int i = 0; i < model->nsignals; i++)
	{
		double		step = 0;

		if (mean)
			step = weight_at(&change->between, i) *
				(change->between.signals[i].score - middle) -
				weight_at(&change->before, i) *
				(middle_score(change, i) - middle);
		else if (!known_alike(change, i))
			step = change->between.signals[i].contribution -
				change->before.signals[i].contribution;
		put_points(change, change->pairs[i].name, "coverage", step);
	}
}

/* From one evaluation to the one under the new model, all of it "model". */
static void
put_model(const Change *change, const ChsHealthRow *from)
{
	bool		both_mean = from->model->method == HEALTH_MEAN &&
		change->after.model->method == HEALTH_MEAN;
	double		c = both_mean ? from->result.raw : 0;

	for (int i = 0; i < change->npairs; i++)
	{
		const SignalPair *pair = &change->pairs[i];

		put_points(change, pair->name, "model",
				   points_at(&change->after, pair->after) -
				   points_at(from, pair->before) -
				   c * (weight_at(&change->after, pair->after) -
						weight_at(from, pair->before)));
	}
	put_points(change, "base", "model",
			   change->after.model->base - from->model->base);
}

/* ---------------- limits ---------------- */

typedef struct LimitStep
{
	char	   *signal;
	double		points;
} LimitStep;

/* Adds what one limit does to the steps, one entry per signal. */
static void
add_limit_step(LimitStep *steps, int *n, const ChsHealthModel *model, int limit,
			   double points)
{
	char	   *signal;
	int			i = 0;

	if (limit < 0)
		return;
	signal = chs_health_cstring(model,
								HEALTH_SIGNALS(model)[HEALTH_LIMITS(model)[limit].signal].name);
	while (i < *n && strcmp(steps[i].signal, signal) != 0)
		i++;
	if (i == *n)
		steps[(*n)++] = (LimitStep) {signal, 0};
	steps[i].points += points;
}

static void
put_limits(const Change *change)
{
	LimitStep	steps[4];
	int			n = 0;
	const ChsHealthRow *rows[2] = {&change->before, &change->after};

	for (int i = 0; i < 2; i++)
	{
		const ChsHealthResult *result = &rows[i]->result;
		double		sign = i == 0 ? -1 : 1;

		add_limit_step(steps, &n, rows[i]->model, result->floor,
					   sign * (result->floored - result->clamped));
		add_limit_step(steps, &n, rows[i]->model, result->cap,
					   sign * (result->score - result->floored));
	}
	put_points(change, "clamp", "cap",
			   (change->after.result.clamped - change->after.result.raw) -
			   (change->before.result.clamped - change->before.result.raw));
	for (int i = 0; i < n; i++)
		put_points(change, steps[i].signal, "cap", steps[i].points);
}

/* ---------------- the whole ---------------- */

static Datum
change_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	Change	   *change = palloc(sizeof(Change));
	bool		known;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	change->set = (ReturnSetInfo *) fcinfo->resultinfo;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		return (Datum) 0;
	pair_signals(change, chs_health_model_arg(fcinfo, 0),
				 chs_health_model_arg(fcinfo, 3));

	known = chs_health_evaluate_at(fcinfo, source, 0, 1, 2, 0, &change->before);
	known = chs_health_evaluate_at(fcinfo, source, 3, 4, 5, 1,
								   &change->after) && known;
	if (!known || change->before.result.is_null || change->after.result.is_null)
	{
		for (int i = 0; i < change->npairs; i++)
			put_row(change->set, change->pairs[i].name, "coverage", 0, true);
		return (Datum) 0;
	}
	(void) chs_health_evaluate_at(fcinfo, source, 0, 4, 5, 2, &change->between);
	chs_health_explain_weights(change->before.model, &change->before.result,
							   change->before.signals);
	chs_health_explain_weights(change->between.model, &change->between.result,
							   change->between.signals);
	chs_health_explain_weights(change->after.model, &change->after.result,
							   change->after.signals);

	/* the old model may have nothing to say of the new signals */
	if (change->between.result.has_weight)
	{
		put_values_and_coverage(change);
		put_model(change, &change->between);
	}
	else
		put_model(change, &change->before);
	put_limits(change);
	return (Datum) 0;
}

/*
 * health_change(model_before, signals_before, as_of_before,
 *				 model_after, signals_after, as_of_after) -> rows
 *
 * The points that each signal moved the score by, and why; they add up to the
 * score after less the score before.  Where one of them is NULL, so are the
 * points.
 */
PG_FUNCTION_INFO_V1(chs_health_change_record);
Datum
chs_health_change_record(PG_FUNCTION_ARGS)
{
	return change_of_args(fcinfo, HEALTH_FROM_RECORD);
}

PG_FUNCTION_INFO_V1(chs_health_change_jsonb);
Datum
chs_health_change_jsonb(PG_FUNCTION_ARGS)
{
	return change_of_args(fcinfo, HEALTH_FROM_JSONB);
}
