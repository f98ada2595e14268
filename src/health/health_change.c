/*-------------------------------------------------------------------------
 *
 * health_change.c
 *		What moved a score between two days: health_change, health_change_text.
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

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "health/health_row.h"
#include "shared/report.h"

#define DEFAULT_SHOWN	3
#define SHOWN_AS_ZERO	0.05	/* the text shows one decimal */

/* Where a form of the function has what; no day: -1. */
typedef struct ChangeArgs
{
	int			model[2];
	int			signals[2];
	int			as_of[2];
	int			n;				/* of health_change_text */
} ChangeArgs;

static const ChangeArgs two_models = {{0, 3}, {1, 4}, {2, 5}, 6};
static const ChangeArgs one_model = {{0, 0}, {1, 2}, {-1, -1}, 3};

/* A signal by name in either model; -1 where a model does not have it. */
typedef struct SignalPair
{
	char	   *name;
	int			before;
	int			after;
} SignalPair;

/* One row of the result. */
typedef struct ChangeRow
{
	const char *signal;
	const char *label;
	const char *cause;
	double		points;			/* NaN where a score is NULL */
	const char *value_before;
	const char *value_after;
	const char *action;
} ChangeRow;

typedef struct Change
{
	ChsHealthRow before;		/* old model, old signals */
	ChsHealthRow between;		/* old model, new signals */
	ChsHealthRow after;			/* new model, new signals */
	bool		has_before;		/* these rows were read */
	bool		has_between;
	bool		has_after;
	SignalPair *pairs;			/* signals of the old model, then the others */
	int			npairs;
	ChangeRow  *rows;
	int			nrows;
	int			max_rows;
} Change;

/* ---------------- rows ---------------- */

static ChangeRow *
add_row(Change *change, const char *signal, const char *cause, double points)
{
	ChangeRow  *row;

	CHECK_FOR_INTERRUPTS();
	if (change->nrows == change->max_rows)
	{
		change->max_rows *= 2;
		change->rows = repalloc(change->rows, change->max_rows * sizeof(ChangeRow));
	}
	row = &change->rows[change->nrows++];
	memset(row, 0, sizeof(*row));
	row->signal = row->label = signal;
	row->cause = cause;
	row->points = points;
	return row;
}

/* A row about a signal: its label and action now, its values both times. */
static ChangeRow *
add_signal_row(Change *change, const SignalPair *pair, const char *cause, double points)
{
	const ChsHealthRow *now = pair->after >= 0 ? &change->after : &change->before;
	int			own = pair->after >= 0 ? pair->after : pair->before;
	const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(now->model)[own];
	ChangeRow  *row = add_row(change, pair->name, cause, points);

	row->label = chs_health_label(now->model, signal);
	row->action = chs_health_cstring(now->model, signal->action);
	if (pair->before >= 0 && change->has_before)
		row->value_before =
			chs_health_shown_input(&CHS_HEALTH_SIGNALS(change->before.model)[pair->before],
								   &change->before.inputs[pair->before]);
	if (pair->after < 0 && change->has_between)
		row->value_after =
			chs_health_shown_input(&CHS_HEALTH_SIGNALS(change->between.model)[pair->before],
								   &change->between.inputs[pair->before]);
	else if (pair->after >= 0 && change->has_after)
		row->value_after =
			chs_health_shown_input(&CHS_HEALTH_SIGNALS(change->after.model)[pair->after],
								   &change->after.inputs[pair->after]);
	return row;
}

static void
put_points(Change *change, const SignalPair *pair, const char *cause, double points)
{
	if (points != 0)
		(void) add_signal_row(change, pair, cause, points);
}

/* Pairs up the signals of two models by name. */
static void
pair_signals(Change *change)
{
	const ChsHealthModel *before = change->before.model;
	const ChsHealthModel *after = change->after.model;

	change->pairs = palloc((before->nsignals + after->nsignals) * sizeof(SignalPair));
	change->npairs = 0;
	for (int i = 0; i < before->nsignals; i++)
	{
		SignalPair *pair = &change->pairs[change->npairs++];

		CHECK_FOR_INTERRUPTS();
		pair->name = chs_health_cstring(before, CHS_HEALTH_SIGNALS(before)[i].name);
		pair->before = i;
		pair->after = before == after ? i :
			chs_health_find_signal(after, pair->name, strlen(pair->name));
	}
	for (int i = 0; before != after && i < after->nsignals; i++)
	{
		char	   *name = chs_health_cstring(after, CHS_HEALTH_SIGNALS(after)[i].name);

		CHECK_FOR_INTERRUPTS();
		if (chs_health_find_signal(before, name, strlen(name)) < 0)
			change->pairs[change->npairs++] = (SignalPair) {name, -1, i};
	}
}

/* ---------------- the steps ---------------- */

/* Weight as a fraction, and points, of a signal; 0 where it is not. */
static double
weight_at(const ChsHealthRow *row, int i)
{
	return i < 0 || row->model->method != CHS_HEALTH_MEAN ||
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
	return (change->before.signals[i].status == CHS_HEALTH_OK) ==
		(change->between.signals[i].status == CHS_HEALTH_OK);
}

/* The score of a signal when scores are new where known, and weights old. */
static double
middle_score(const Change *change, int i)
{
	return known_alike(change, i) ? change->between.signals[i].score :
		change->before.signals[i].score;
}

static void
put_values_and_coverage(Change *change)
{
	const ChsHealthModel *model = change->before.model;
	bool		mean = model->method == CHS_HEALTH_MEAN;
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
			put_points(change, &change->pairs[i], "value", step);
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
		put_points(change, &change->pairs[i], "coverage", step);
	}
}

/* From one evaluation to the one under the new model, all of it "model". */
static void
put_model(Change *change, const ChsHealthRow *from)
{
	bool		both_mean = from->model->method == CHS_HEALTH_MEAN &&
		change->after.model->method == CHS_HEALTH_MEAN;
	double		c = both_mean ? from->result.raw : 0;

	for (int i = 0; i < change->npairs; i++)
	{
		const SignalPair *pair = &change->pairs[i];

		put_points(change, pair, "model",
				   points_at(&change->after, pair->after) -
				   points_at(from, pair->before) -
				   c * (weight_at(&change->after, pair->after) -
						weight_at(from, pair->before)));
	}
	if (change->after.model->base != from->model->base)
		(void) add_row(change, "base", "model", change->after.model->base - from->model->base);
}

/* ---------------- limits ---------------- */

typedef struct LimitStep
{
	const ChsHealthModel *model;	/* that of the reason */
	const ChsHealthLimit *limit;
	char	   *signal;
	double		points;
} LimitStep;

/* Adds what one limit does to the steps, one entry per signal. */
static void
add_limit_step(LimitStep *steps, int *n, const ChsHealthModel *model, int limit,
			   double points)
{
	const ChsHealthLimit *own;
	char	   *signal;
	int			i = 0;

	if (limit < 0)
		return;
	own = &CHS_HEALTH_LIMITS(model)[limit];
	signal = chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[own->signal].name);
	while (i < *n && strcmp(steps[i].signal, signal) != 0)
		i++;
	if (i == *n)
		steps[(*n)++] = (LimitStep) {model, own, signal, 0};
	steps[i].model = model;
	steps[i].limit = own;
	steps[i].points += points;
}

static void
put_limit_step(Change *change, const LimitStep *step)
{
	const char *reason = chs_health_cstring(step->model, step->limit->reason);
	ChangeRow  *row;
	int			i = 0;

	if (step->points == 0)
		return;
	while (strcmp(change->pairs[i].name, step->signal) != 0)
		i++;
	row = add_signal_row(change, &change->pairs[i], "cap", step->points);
	row->label = reason ? reason : step->limit->is_cap ? "cap" : "floor";
}

static void
put_limits(Change *change)
{
	LimitStep	steps[4];
	int			n = 0;
	const ChsHealthRow *rows[2] = {&change->before, &change->after};
	double		clamp = (change->after.result.clamped - change->after.result.raw) -
		(change->before.result.clamped - change->before.result.raw);

	for (int i = 0; i < 2; i++)
	{
		const ChsHealthResult *result = &rows[i]->result;
		double		sign = i == 0 ? -1 : 1;

		add_limit_step(steps, &n, rows[i]->model, result->floor,
					   sign * (result->floored - result->clamped));
		add_limit_step(steps, &n, rows[i]->model, result->cap,
					   sign * (result->score - result->floored));
	}
	if (clamp != 0)
		(void) add_row(change, "clamp", "cap", clamp);
	for (int i = 0; i < n; i++)
		put_limit_step(change, &steps[i]);
}

/* ---------------- the whole ---------------- */

/* The short form has no days, so that no value can be dated. */
static void
refuse_dated_model(const ChsHealthModel *model)
{
	if (model->needs_as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this health model needs as_of"),
				 errdetail("Some of its signals have \"at\", so their age counts."),
				 errhint("Give both days: health_change(model, before, date '2026-10-31', model, after, date '2026-11-30').")));
}

/* One pair of a model and signals; false where the signals are NULL. */
static bool
evaluate_side(FunctionCallInfo fcinfo, ChsHealthSource source, ChsHealthKept *kept,
			  const ChangeArgs *args, int side, ChsHealthRow *row)
{
	DateADT		as_of = 0;
	bool		has_as_of = false;

	chs_health_start_row(row, kept->model);
	if (PG_ARGISNULL(args->signals[side]))
		return false;
	if (args->as_of[side] >= 0)
		has_as_of = chs_health_get_as_of(fcinfo, args->as_of[side], &as_of);
	chs_health_read_row(fcinfo, source, kept, args->signals[side], row);
	chs_health_evaluate(row->model, row->inputs, has_as_of, as_of, row->signals, &row->result);
	chs_health_explain_weights(row->model, &row->result, row->signals);
	return true;
}

/* All rows of a change, or NULL where a model is NULL. */
static Change *
find_change(FunctionCallInfo fcinfo, ChsHealthSource source, const ChangeArgs *args)
{
	Change	   *change;
	ChsHealthKept *before;
	ChsHealthKept *after;

	if (PG_ARGISNULL(args->model[0]) || PG_ARGISNULL(args->model[1]))
		return NULL;
	change = palloc0(sizeof(Change));
	change->max_rows = 16;
	change->rows = palloc(change->max_rows * sizeof(ChangeRow));
	before = chs_health_keep_arg(fcinfo, args->model[0]);
	after = args->model[1] == args->model[0] ? before :
		chs_health_keep_arg(fcinfo, args->model[1]);
	if (args->as_of[0] < 0)
		refuse_dated_model(before->model);

	change->has_before = evaluate_side(fcinfo, source, before, args, 0, &change->before);
	change->has_after = evaluate_side(fcinfo, source, after, args, 1, &change->after);
	pair_signals(change);
	if (!change->has_before || !change->has_after ||
		change->before.result.is_null || change->after.result.is_null)
	{
		for (int i = 0; i < change->npairs; i++)
			(void) add_signal_row(change, &change->pairs[i], "coverage", get_float8_nan());
		return change;
	}
	change->has_between = evaluate_side(fcinfo, source, before, args, 1, &change->between);

	/* the old model may have nothing to say of the new signals */
	if (change->between.result.has_weight)
	{
		put_values_and_coverage(change);
		put_model(change, &change->between);
	}
	else
		put_model(change, &change->before);
	put_limits(change);
	return change;
}

static Datum
report_change(FunctionCallInfo fcinfo, ChsHealthSource source, const ChangeArgs *args)
{
	ChsReport	report;
	Change	   *change;

	chs_report_begin(&report, fcinfo);
	change = find_change(fcinfo, source, args);
	for (int i = 0; change && i < change->nrows; i++)
	{
		const ChangeRow *row = &change->rows[i];

		chs_report_start_row(&report);
		chs_report_text(&report, row->signal);
		chs_report_text(&report, row->cause);
		if (isnan(row->points))
			chs_report_null(&report);
		else
			chs_report_float8(&report, row->points);
		chs_report_text(&report, row->label);
		chs_report_text(&report, row->value_before);
		chs_report_text(&report, row->value_after);
		chs_report_text(&report, row->action);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/* ---------------- in words ---------------- */

/* The row that moved most, of those not shown; NULL when none is left. */
static ChangeRow *
largest(const Change *change, const bool *shown)
{
	ChangeRow  *best = NULL;

	for (int i = 0; i < change->nrows; i++)
		if (!shown[i] && fabs(change->rows[i].points) >= SHOWN_AS_ZERO &&
			(best == NULL || fabs(change->rows[i].points) > fabs(best->points)))
			best = &change->rows[i];
	return best;
}

/* 'Logins -12.5 (14 to 9; call them)' */
static void
append_change(StringInfo list, const ChangeRow *row)
{
	const char *before = row->value_before ? row->value_before : "unknown";
	const char *after = row->value_after ? row->value_after : "unknown";
	const char *action = row->points < 0 ? row->action : NULL;
	const char *why = NULL;

	if (strcmp(row->cause, "model") == 0)
		why = "new model";
	else if (strcmp(row->cause, "coverage") == 0 &&
			 (row->value_before == NULL) == (row->value_after == NULL))
		why = "coverage";
	else if (strcmp(before, after) != 0)
		why = psprintf("%s to %s", before, after);

	appendStringInfo(list, "%s%s %+.1f", list->len > 0 ? "; " : "", row->label, row->points);
	if (why || action)
		appendStringInfo(list, " (%s%s%s)", why ? why : "", why && action ? "; " : "",
						 action ? action : "");
}

static Datum
change_in_words(FunctionCallInfo fcinfo, ChsHealthSource source, const ChangeArgs *args)
{
	int64		n = PG_ARGISNULL(args->n) ? DEFAULT_SHOWN : PG_GETARG_INT64(args->n);
	Change	   *change;
	StringInfoData list;
	bool	   *shown;
	ChangeRow  *row;

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of changes must be at least 1"),
				 errdetail("The value is %lld.", (long long) n),
				 errhint("Leave it out for the %d that moved the score most.", DEFAULT_SHOWN)));
	change = find_change(fcinfo, source, args);
	if (change == NULL)
		PG_RETURN_NULL();
	initStringInfo(&list);
	shown = palloc0(change->max_rows * sizeof(bool));
	while (n-- > 0 && (row = largest(change, shown)) != NULL)
	{
		shown[row - change->rows] = true;
		append_change(&list, row);
	}
	if (list.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(list.data, list.len));
}

/* ---------------- SQL entry points ---------------- */

#define DEFINE_CHANGE(name, worker, source, models) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return worker(fcinfo, source, models); \
}

/*
 * health_change(model_before, signals_before, as_of_before,
 *				 model_after, signals_after, as_of_after) -> rows
 * health_change(model, before, after) -> rows
 *
 * The points that each signal moved the score by, and why; they add up to the
 * score after less the score before.  Where one of them is NULL, so are the
 * points.
 */
DEFINE_CHANGE(chs_health_change_record, report_change, CHS_HEALTH_FROM_RECORD, &two_models)
DEFINE_CHANGE(chs_health_change_jsonb, report_change, CHS_HEALTH_FROM_JSONB, &two_models)
DEFINE_CHANGE(chs_health_change_of_records, report_change, CHS_HEALTH_FROM_RECORD, &one_model)
DEFINE_CHANGE(chs_health_change_of_jsonbs, report_change, CHS_HEALTH_FROM_JSONB, &one_model)

/*
 * health_change_text(the same arguments [, n bigint]) -> text
 *
 * The n (3) rows of health_change with most points, for one cell of a report;
 * NULL without both scores, or when nothing moved.
 */
DEFINE_CHANGE(chs_health_change_text_record, change_in_words, CHS_HEALTH_FROM_RECORD, &two_models)
DEFINE_CHANGE(chs_health_change_text_jsonb, change_in_words, CHS_HEALTH_FROM_JSONB, &two_models)
DEFINE_CHANGE(chs_health_change_text_of_records, change_in_words, CHS_HEALTH_FROM_RECORD, &one_model)
DEFINE_CHANGE(chs_health_change_text_of_jsonbs, change_in_words, CHS_HEALTH_FROM_JSONB, &one_model)
