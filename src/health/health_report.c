/*-------------------------------------------------------------------------
 *
 * health_report.c
 *		Why a score is what it is: explain, drivers, groups; and a model in
 *		words for those who do not read JSON.
 *
 * The contributions of health_explain add up to the score: those of the
 * signals to the score before limits, and each limit that acts, as a row of
 * its own, carries the step from before it to after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/tuplestore.h"

#include "shared/check.h"
#include "health/health.h"
#include "shared/number.h"

#define DEFAULT_DRIVERS		3
#define SHOWN_AS_ZERO		0.05	/* drivers show one decimal */

typedef struct ExplainRow
{
	char	   *signal;
	char	   *label;
	char	   *group;
	char	   *value;
	double		score;			/* NaN where there is none, in all four */
	double		weight;
	double		contribution;
	double		points_lost;
	const char *status;
	char	   *action;
} ExplainRow;

static Datum
text_or_null(const char *string, bool *is_null)
{
	*is_null = string == NULL;
	return string ? CStringGetTextDatum(string) : (Datum) 0;
}

static Datum
number_or_null(double number, bool *is_null)
{
	*is_null = isnan(number);
	return Float8GetDatum(number);
}

static char *
label_of(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	return chs_health_cstring(model, signal->label.offset != 0 ?
							  signal->label : signal->name);
}

/* ---------------- explain ---------------- */

static char *
shown_input(const ChsHealthSignal *signal, const ChsHealthInput *input)
{
	if (input->is_null)
		return NULL;
	if (signal->rule == HEALTH_VALUES)
		return pnstrdup(input->text, input->length);
	if (input->is_bool)
		return input->value != 0 ? "true" : "false";
	return chs_double_text(input->value);
}

static const char *
status_name(ChsHealthStatus status)
{
	switch (status)
	{
		case HEALTH_OK:
			return "ok";
		case HEALTH_IS_MISSING:
			return "missing";
		case HEALTH_IS_STALE:
			return "stale";
	}
	pg_unreachable();
}

static void
explain_signal(const ChsHealthRow *row, int i, ExplainRow *out)
{
	const ChsHealthModel *model = row->model;
	const ChsHealthSignal *signal = &HEALTH_SIGNALS(model)[i];
	const ChsHealthSignalResult *result = &row->signals[i];
	double		none = get_float8_nan();

	out->signal = chs_health_cstring(model, signal->name);
	out->label = label_of(model, signal);
	out->group = chs_health_cstring(model, signal->group);
	out->value = shown_input(signal, &row->inputs[i]);
	out->status = status_name(result->status);
	out->action = chs_health_cstring(model, signal->action);
	out->contribution = result->contribution;
	if (model->method == HEALTH_POINTS)
	{
		out->score = none;
		out->weight = none;
		out->points_lost = Max(0, (signal->has_max ? signal->high : 0) -
							   result->contribution);
	}
	else
	{
		out->score = result->has_score ? result->score : none;
		out->weight = row->result.has_weight ? 100 * result->weight : none;
		out->points_lost = out->weight - result->contribution;
	}
}

static void
explain_step(ExplainRow *out, char *signal, char *label, double score,
			 double step, const char *status)
{
	memset(out, 0, sizeof(*out));
	out->signal = signal;
	out->label = label;
	out->score = score;
	out->weight = get_float8_nan();
	out->contribution = step;
	out->points_lost = Max(0, -step);
	out->status = status;
}

static void
explain_limit(const ChsHealthModel *model, int i, double step, ExplainRow *out)
{
	const ChsHealthLimit *limit = &HEALTH_LIMITS(model)[i];
	const ChsHealthSignal *signal = &HEALTH_SIGNALS(model)[limit->signal];
	char	   *reason = chs_health_cstring(model, limit->reason);

	explain_step(out, chs_health_cstring(model, signal->name),
				 reason ? reason : limit->is_cap ? "cap" : "floor",
				 limit->score, step, "capped");
	out->group = chs_health_cstring(model, signal->group);
	out->action = chs_health_cstring(model, signal->action);
}

/* All rows of a customer; returns how many. */
static int
explain_rows(ChsHealthRow *row, ExplainRow **rows)
{
	const ChsHealthModel *model = row->model;
	const ChsHealthResult *result = &row->result;
	double		none = get_float8_nan();
	ExplainRow *out;
	int			n = model->nsignals;

	/* base, clamp, floor and cap may follow */
	*rows = out = palloc((n + 4) * sizeof(ExplainRow));
	chs_health_explain_weights(model, result, row->signals);
	for (int i = 0; i < n; i++)
		explain_signal(row, i, &out[i]);
	if (model->method == HEALTH_POINTS && model->base != 0)
	{
		explain_step(&out[n], "base", "base", none, model->base, "ok");
		out[n++].points_lost = 0;
	}
	if (result->is_null)
	{
		/* without a score there is nothing that limits could change */
		for (int i = 0; i < n; i++)
			out[i].contribution = out[i].points_lost = none;
		return n;
	}
	if (result->clamped != result->raw)
		explain_step(&out[n++], "clamp", "clamp", none,
					 result->clamped - result->raw, "capped");
	if (result->floor >= 0)
		explain_limit(model, result->floor, result->floored - result->clamped,
					  &out[n++]);
	if (result->cap >= 0)
		explain_limit(model, result->cap, result->score - result->floored,
					  &out[n++]);
	return n;
}

/*
 * As the others that return rows, it takes the row type that the caller
 * expects, which is its own: looking it up in the catalogue for each customer
 * costs more than the rows, and leaves memory behind until the query ends.
 */
static Datum
explain_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsHealthRow	row;
	ExplainRow *rows;
	int			n;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!chs_health_evaluate_args(fcinfo, source, &row))
		return (Datum) 0;
	n = explain_rows(&row, &rows);
	for (int i = 0; i < n; i++)
	{
		Datum		values[10];
		bool		nulls[10];

		values[0] = text_or_null(rows[i].signal, &nulls[0]);
		values[1] = text_or_null(rows[i].label, &nulls[1]);
		values[2] = text_or_null(rows[i].group, &nulls[2]);
		values[3] = text_or_null(rows[i].value, &nulls[3]);
		values[4] = number_or_null(rows[i].score, &nulls[4]);
		values[5] = number_or_null(rows[i].weight, &nulls[5]);
		values[6] = number_or_null(rows[i].contribution, &nulls[6]);
		values[7] = number_or_null(rows[i].points_lost, &nulls[7]);
		values[8] = text_or_null(rows[i].status, &nulls[8]);
		values[9] = text_or_null(rows[i].action, &nulls[9]);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---------------- drivers ---------------- */

/* The next row that costs most, of those not shown; -1 when none is left. */
static int
costliest(const ExplainRow *rows, int n, const bool *shown)
{
	int			best = -1;

	for (int i = 0; i < n; i++)
		if (!shown[i] && rows[i].points_lost >= SHOWN_AS_ZERO &&
			(best < 0 || rows[i].points_lost > rows[best].points_lost))
			best = i;
	return best;
}

static Datum
drivers_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	int64		wanted = PG_ARGISNULL(3) ? DEFAULT_DRIVERS : PG_GETARG_INT64(3);
	ChsHealthRow	row;
	ExplainRow *rows;
	StringInfoData list;
	bool	   *shown;
	int			n;

	if (wanted < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of drivers must be at least 1"),
				 errdetail("The value is %lld.", (long long) wanted),
				 errhint("Leave it out for the %d that cost most.",
						 DEFAULT_DRIVERS)));
	if (!chs_health_evaluate_args(fcinfo, source, &row) || row.result.is_null)
		PG_RETURN_NULL();
	n = explain_rows(&row, &rows);
	shown = palloc0(n * sizeof(bool));
	initStringInfo(&list);
	for (int64 i = 0; i < Min(wanted, n); i++)
	{
		int			next = costliest(rows, n, shown);

		if (next < 0)
			break;
		shown[next] = true;
		appendStringInfo(&list, "%s%s -%.1f", list.len > 0 ? "; " : "",
						 rows[next].label, rows[next].points_lost);
		if (rows[next].action)
			appendStringInfo(&list, " (%s)", rows[next].action);
	}
	if (list.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(list.data, list.len));
}

/* ---------------- groups ---------------- */

typedef struct GroupRow
{
	ChsHealthText	name;
	double		weight;			/* as in ChsHealthResult */
	double		inside;			/* weights of its signals within it */
	double		weighted;		/* these weights times scores, or points */
	double		share;			/* of the coverage: present, and in all */
	double		full_share;
} GroupRow;

static Datum
groups_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsHealthRow	row;
	const ChsHealthSignal *signals;
	GroupRow   *groups;
	double		none = get_float8_nan();

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!chs_health_evaluate_args(fcinfo, source, &row))
		return (Datum) 0;
	signals = HEALTH_SIGNALS(row.model);
	groups = palloc0(row.model->ngroups * sizeof(GroupRow));
	for (int i = 0; i < row.model->nsignals; i++)
	{
		GroupRow   *group = &groups[signals[i].group_no];
		ChsHealthSignalResult *result = &row.signals[i];

		group->name = signals[i].group;
		group->weight += result->weight;
		group->inside += result->inside;
		group->weighted += row.model->method == HEALTH_POINTS ?
			result->contribution : result->inside * result->score;
		group->share += result->share;
		group->full_share += signals[i].share;
	}
	for (int i = 0; i < row.model->ngroups; i++)
	{
		GroupRow   *group = &groups[i];
		bool		points = row.model->method == HEALTH_POINTS;
		double		weight = points || !row.result.has_weight ? none :
			100 * (group->weight / row.result.weight);
		double		score = points ? group->weighted :
			group->inside > 0 ? group->weighted / group->inside : none;
		Datum		values[4];
		bool		nulls[4];

		values[0] = text_or_null(chs_health_cstring(row.model, group->name),
								 &nulls[0]);
		values[1] = number_or_null(score, &nulls[1]);
		values[2] = number_or_null(weight, &nulls[2]);
		values[3] = number_or_null(group->full_share > 0 ?
								   100 * (group->share / group->full_share) : none,
								   &nulls[3]);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---------------- review ---------------- */

static void
append_points(StringInfo words, const ChsHealthModel *model,
			  const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points =
		(const ChsHealthPoint *) HEALTH_DETAIL(model, signal);

	for (uint32 i = 0; i < signal->ndetails; i++)
		appendStringInfo(words, "%s%s%s gives %s", i > 0 ? ", " : "",
						 signal->rule == HEALTH_STEPS ? "from " : "",
						 chs_double_text(points[i].x),
						 chs_double_text(points[i].score));
	if (signal->rule == HEALTH_CURVE)
		appendStringInfoString(words, ", straight lines between");
}

static void
append_options(StringInfo words, const ChsHealthModel *model,
			   const ChsHealthSignal *signal)
{
	const ChsHealthOption *options =
		(const ChsHealthOption *) HEALTH_DETAIL(model, signal);

	for (uint32 i = 0; i < signal->ndetails; i++)
		appendStringInfo(words, "%s%s gives %s", i > 0 ? ", " : "",
						 chs_health_cstring(model, options[i].text),
						 chs_double_text(options[i].score));
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
		const ChsHealthLimit *limit = &HEALTH_LIMITS(model)[i];

		if (limit->signal == signal)
			appendStringInfo(words, "; %s %s the whole score is at %s %s",
							 limit->above ? "above" : "below",
							 chs_double_text(limit->threshold),
							 limit->is_cap ? "most" : "least",
							 chs_double_text(limit->score));
	}
}

static char *
rule_in_words(const ChsHealthModel *model, int i)
{
	const ChsHealthSignal *signal = &HEALTH_SIGNALS(model)[i];
	char	   *unit = chs_health_cstring(model, signal->unit);
	StringInfoData words;

	initStringInfo(&words);
	switch ((ChsHealthRule) signal->rule)
	{
		case HEALTH_LINEAR:
			appendStringInfo(&words, "%s is worst, %s is best",
							 chs_double_text(signal->origin),
							 chs_double_text(signal->best));
			break;
		case HEALTH_CURVE:
		case HEALTH_STEPS:
			append_points(&words, model, signal);
			break;
		case HEALTH_VALUES:
			append_options(&words, model, signal);
			break;
		case HEALTH_POINTS_EACH:
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
	bool		points = signal->rule == HEALTH_POINTS_EACH;

	switch ((ChsHealthMissing) signal->missing)
	{
		case HEALTH_SKIP:
			return points ? "adds nothing" :
				"left out, the others weigh more";
		case HEALTH_WORST:
			return points ?
				psprintf("adds %s", chs_double_text(signal->low)) :
				"scores 0";
		case HEALTH_NEUTRAL:
			return points ? "adds nothing" : "scores 50";
		case HEALTH_FAIL:
			return "error";
	}
	pg_unreachable();
}

/* Whether the scores of a curve or steps both rise and fall. */
static bool
turns(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points =
		(const ChsHealthPoint *) HEALTH_DETAIL(model, signal);
	bool		rises = false;
	bool		falls = false;

	if (signal->rule != HEALTH_CURVE && signal->rule != HEALTH_STEPS)
		return false;
	for (uint32 i = 1; i < signal->ndetails; i++)
	{
		rises |= points[i].score > points[i - 1].score;
		falls |= points[i].score < points[i - 1].score;
	}
	return rises && falls;
}

static const char *
warning_of(const ChsHealthModel *model, const ChsHealthSignal *signal, double weight)
{
	if (signal->rule == HEALTH_POINTS_EACH)
		return signal->origin == 0 ? "0 points: no effect" : NULL;
	if (weight == 0)
		return "weight 0: no effect";
	if (weight > 50 && model->nsignals > 1)
		return "more than half of the weight";
	if (turns(model, signal))
		return "more is sometimes better, sometimes worse";
	return NULL;
}

/*
 * health_review(model healthmodel) -> rows
 *
 * One row per signal in words; weight_percent is the part of the whole weight
 * that the signal has when all are present (NULL with method "points").
 */
PG_FUNCTION_INFO_V1(chs_health_review);
Datum
chs_health_review(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	const ChsHealthModel *model;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	model = chs_health_model_arg(fcinfo, 0);
	for (int i = 0; i < model->nsignals; i++)
	{
		const ChsHealthSignal *signal = &HEALTH_SIGNALS(model)[i];
		double		weight = model->method == HEALTH_POINTS ? get_float8_nan() :
			100 * (signal->share / model->total_share);
		Datum		values[7];
		bool		nulls[7];

		CHECK_FOR_INTERRUPTS();
		values[0] = text_or_null(chs_health_cstring(model, signal->name),
								 &nulls[0]);
		values[1] = text_or_null(label_of(model, signal), &nulls[1]);
		values[2] = text_or_null(chs_health_cstring(model, signal->group),
								 &nulls[2]);
		values[3] = number_or_null(weight, &nulls[3]);
		values[4] = text_or_null(rule_in_words(model, i), &nulls[4]);
		values[5] = text_or_null(when_missing(signal), &nulls[5]);
		values[6] = text_or_null(warning_of(model, signal, weight), &nulls[6]);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---------------- SQL entry points ---------------- */

/*
 * health_explain(model, signals record or jsonb [, as_of date]) -> rows
 *
 * One row per signal and one per limit that changed the score; NULL model or
 * signals: no rows.  See docs/health.md for the columns.
 */
PG_FUNCTION_INFO_V1(chs_health_explain_record);
Datum
chs_health_explain_record(PG_FUNCTION_ARGS)
{
	return explain_args(fcinfo, HEALTH_FROM_RECORD);
}

PG_FUNCTION_INFO_V1(chs_health_explain_jsonb);
Datum
chs_health_explain_jsonb(PG_FUNCTION_ARGS)
{
	return explain_args(fcinfo, HEALTH_FROM_JSONB);
}

/*
 * health_drivers(model, signals record or jsonb [, as_of date [, n]]) -> text
 *
 * The n (3) signals or limits that cost most points, for one cell of a
 * report; NULL without a score, or when nothing is lost.
 */
PG_FUNCTION_INFO_V1(chs_health_drivers_record);
Datum
chs_health_drivers_record(PG_FUNCTION_ARGS)
{
	return drivers_of_args(fcinfo, HEALTH_FROM_RECORD);
}

PG_FUNCTION_INFO_V1(chs_health_drivers_jsonb);
Datum
chs_health_drivers_jsonb(PG_FUNCTION_ARGS)
{
	return drivers_of_args(fcinfo, HEALTH_FROM_JSONB);
}

/*
 * health_groups(model, signals record or jsonb [, as_of date]) -> rows
 *
 * Score, weight after redistribution and coverage of each group of signals,
 * in the order of the model; signals without a group form one together.
 */
PG_FUNCTION_INFO_V1(chs_health_groups_record);
Datum
chs_health_groups_record(PG_FUNCTION_ARGS)
{
	return groups_of_args(fcinfo, HEALTH_FROM_RECORD);
}

PG_FUNCTION_INFO_V1(chs_health_groups_jsonb);
Datum
chs_health_groups_jsonb(PG_FUNCTION_ARGS)
{
	return groups_of_args(fcinfo, HEALTH_FROM_JSONB);
}
