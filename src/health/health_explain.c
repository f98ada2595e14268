/*-------------------------------------------------------------------------
 *
 * health_explain.c
 *		Why a score is what it is: explain, drivers, groups.
 *
 * The contributions of health_explain add up to the score: those of the
 * signals to the score before limits, and each limit that acts, as a row of
 * its own, carries the step from before it to after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "health/health_row.h"
#include "shared/report.h"

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

static void
report_number(ChsReport *report, double number)
{
	if (isnan(number))
		chs_report_null(report);
	else
		chs_report_float8(report, number);
}

/* ---------------- explain ---------------- */

static const char *
status_name(ChsHealthStatus status)
{
	switch (status)
	{
		case CHS_HEALTH_OK:
			return "ok";
		case CHS_HEALTH_IS_MISSING:
			return "missing";
		case CHS_HEALTH_IS_STALE:
			return "stale";
	}
	pg_unreachable();
}

static void
explain_signal(const ChsHealthRow *row, int i, ExplainRow *out)
{
	const ChsHealthModel *model = row->model;
	const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];
	const ChsHealthSignalResult *result = &row->signals[i];
	double		none = get_float8_nan();

	out->signal = chs_health_cstring(model, signal->name);
	out->label = chs_health_label(model, signal);
	out->group = chs_health_cstring(model, signal->group);
	out->value = chs_health_shown_input(signal, &row->inputs[i]);
	out->status = status_name(result->status);
	out->action = chs_health_cstring(model, signal->action);
	out->contribution = result->contribution;
	if (model->method == CHS_HEALTH_POINTS)
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
	const ChsHealthLimit *limit = &CHS_HEALTH_LIMITS(model)[i];
	const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[limit->signal];
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
	if (model->method == CHS_HEALTH_POINTS && model->base != 0)
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

static Datum
explain_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ChsReport	report;
	ChsHealthRow row;
	ExplainRow *rows;
	int			n;

	chs_report_begin(&report, fcinfo);
	if (!chs_health_evaluate_args(fcinfo, source, &row))
		return (Datum) 0;
	n = explain_rows(&row, &rows);
	for (int i = 0; i < n; i++)
	{
		chs_report_start_row(&report);
		chs_report_text(&report, rows[i].signal);
		chs_report_text(&report, rows[i].label);
		chs_report_text(&report, rows[i].group);
		chs_report_text(&report, rows[i].value);
		report_number(&report, rows[i].score);
		report_number(&report, rows[i].weight);
		report_number(&report, rows[i].contribution);
		report_number(&report, rows[i].points_lost);
		chs_report_text(&report, rows[i].status);
		chs_report_text(&report, rows[i].action);
		chs_report_end_row(&report);
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

/* One entry per group of the model, in its order. */
static GroupRow *
sum_groups(const ChsHealthRow *row)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(row->model);
	GroupRow   *groups = palloc0(row->model->ngroups * sizeof(GroupRow));

	for (int i = 0; i < row->model->nsignals; i++)
	{
		GroupRow   *group = &groups[signals[i].group_no];
		const ChsHealthSignalResult *result = &row->signals[i];

		group->name = signals[i].group;
		group->weight += result->weight;
		group->inside += result->inside;
		group->weighted += row->model->method == CHS_HEALTH_POINTS ?
			result->contribution : result->inside * result->score;
		group->share += result->share;
		group->full_share += signals[i].share;
	}
	return groups;
}

static Datum
groups_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ChsReport	report;
	ChsHealthRow row;
	GroupRow   *groups;
	double		none = get_float8_nan();

	chs_report_begin(&report, fcinfo);
	if (!chs_health_evaluate_args(fcinfo, source, &row))
		return (Datum) 0;
	groups = sum_groups(&row);
	for (int i = 0; i < row.model->ngroups; i++)
	{
		const GroupRow *group = &groups[i];
		bool		points = row.model->method == CHS_HEALTH_POINTS;

		chs_report_start_row(&report);
		chs_report_text(&report, chs_health_cstring(row.model, group->name));
		report_number(&report, points ? group->weighted :
					  group->inside > 0 ? group->weighted / group->inside : none);
		report_number(&report, points || !row.result.has_weight ? none :
					  100 * (group->weight / row.result.weight));
		report_number(&report, group->full_share > 0 ?
					  100 * (group->share / group->full_share) : none);
		chs_report_end_row(&report);
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
CHS_HEALTH_RECORD_AND_JSONB(chs_health_explain, explain_args)

/*
 * health_drivers(model, signals record or jsonb [, as_of date [, n]]) -> text
 *
 * The n (3) signals or limits that cost most points, for one cell of a
 * report; NULL without a score, or when nothing is lost.
 */
CHS_HEALTH_RECORD_AND_JSONB(chs_health_drivers, drivers_of_args)

/*
 * health_groups(model, signals record or jsonb [, as_of date]) -> rows
 *
 * Score, weight after redistribution and coverage of each group of signals,
 * in the order of the model; signals without a group form one together.
 */
CHS_HEALTH_RECORD_AND_JSONB(chs_health_groups, groups_of_args)
