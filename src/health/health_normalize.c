/*-------------------------------------------------------------------------
 *
 * health_normalize.c
 *		health_normalize: curves of a health model from the quantiles of a
 *		population.
 *
 * A signal's score becomes the share of customers who are worse, ties counting
 * half: a curve through the deciles of its known values.  What is better is
 * what the model's own rule scores higher at the ends of the population, or,
 * where both have the same score, at its own ends: all of a population may lie
 * beyond "worst".  Signals that list texts, those whose values are all equal,
 * and those whose rule does not tell what is better keep their rule.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "health/health_fit_json.h"
#include "health/health_row.h"
#include "health/health_sample.h"
#include "shared/interrupts.h"
#include "shared/number.h"

#define FIT_NAME	"health_normalize"

/* arguments of the transition, behind the state */
#define MODEL_ARG	1
#define SIGNALS_ARG	2
#define AS_OF_ARG	3

#define QUANTILES	10

/* values beyond the ends of any rule */
#define FAR_VALUE	1e300

static const ChsSampleShape normalize_shape = {FIT_NAME, 2, CHS_SAMPLE_COLUMNS, 0};

/*
 * Values of each signal that are known and have not expired, sorted: of signal
 * j those from values + j * rows on, of which there are known[j].
 */
static void
known_values(const ChsHealthModel *model, const ChsSampleView *view, double *values, int64 *known)
{
	ChsHealthRow row;

	chs_health_start_row(&row, model);
	for (int64 i = 0; i < view->nrows; i++)
	{
		chs_check_interrupts(i * 16);
		chs_health_sample_read(model, view->blocks, i, row.inputs);
		chs_health_evaluate(model, row.inputs, true, CHS_HEALTH_SAMPLE_DAY, row.signals, &row.result);
		for (int j = 0; j < model->nsignals; j++)
		{
			if (row.signals[j].status == CHS_HEALTH_OK)
				values[j * view->nrows + known[j]++] = row.inputs[j].value;
		}
	}
	for (int j = 0; j < model->nsignals; j++)
		qsort(values + j * view->nrows, known[j], sizeof(double), chs_compare_doubles);
}

/* The score that the model's own rule gives to a value. */
static double
own_score(const ChsHealthModel *model, int signal, double value)
{
	ChsHealthRow row;

	chs_health_start_row(&row, model);
	for (int i = 0; i < model->nsignals; i++)
	{
		row.inputs[i].is_null = true;
		row.inputs[i].at_is_null = true;
	}
	row.inputs[signal].is_null = false;
	row.inputs[signal].value = value;
	return chs_health_rule_score(model, &CHS_HEALTH_SIGNALS(model)[signal], &row.inputs[signal]);
}

/*
 * The share of sorted values below one of them, ties counting half, in
 * percent.
 */
static double
share_below(const double *values, int64 n, int64 at)
{
	int64		first = at;
	int64		end = at;

	while (first > 0 && values[first - 1] == values[at])
		first--;
	while (end < n && values[end] == values[at])
		end++;
	return 100.0 * (first + end) / (2.0 * n);
}

/* Above 0 if the rule scores the upper value higher, below 0 the lower one. */
static int
direction(const ChsHealthModel *model, int signal, double lower, double upper)
{
	double		low = own_score(model, signal, lower);
	double		high = own_score(model, signal, upper);

	return (high > low) - (high < low);
}

/*
 * The curve of a signal as JSON, or NULL if it keeps its rule.
 */
static char *
curve_of(const ChsHealthModel *model, int signal, const double *values, int64 n)
{
	StringInfoData curve;
	int			rises;
	int64		before = -1;

	if (n == 0 || values[0] == values[n - 1])
		return NULL;
	rises = direction(model, signal, values[0], values[n - 1]);
	if (rises == 0)
		rises = direction(model, signal, -FAR_VALUE, FAR_VALUE);
	if (rises == 0)
		return NULL;
	initStringInfo(&curve);
	appendStringInfoChar(&curve, '[');
	for (int k = 0; k <= QUANTILES; k++)
	{
		int64		at = (n - 1) * k / QUANTILES;
		double		share = share_below(values, n, at);

		if (before >= 0 && values[at] == values[before])
			continue;
		appendStringInfo(&curve, "%s[%s, %s]", before >= 0 ? ", " : "", chs_double_text(values[at]),
						 chs_double_text(rises < 0 ? 100 - share : share));
		before = at;
	}
	appendStringInfoChar(&curve, ']');
	return curve.data;
}

/*
 * A signal's rule replaced by a curve.
 */
static Jsonb *
with_curve(Jsonb *json, int signal, const char *curve)
{
	static const char *const rules[] = {"worst", "best", "steps"};
	char	   *number = psprintf("%d", signal);
	const char *words[] = {"signals", number, "curve"};

	for (int i = 0; i < (int) lengthof(rules); i++)
	{
		const char *rule[] = {"signals", number, rules[i]};

		json = chs_health_delete_json(json, 3, rule);
	}
	return chs_health_set_json(json, 3, words, curve);
}

static Datum
normalize(const ChsSampleView *view)
{
	const ChsHealthModel *model = chs_health_sample_model(view);
	Jsonb	   *json = CHS_HEALTH_JSONB(model);
	double	   *values = MemoryContextAllocHuge(CurrentMemoryContext, model->nsignals * view->nrows * sizeof(double));
	int64	   *known = palloc0(model->nsignals * sizeof(int64));

	known_values(model, view, values, known);
	for (int i = 0; i < model->nsignals; i++)
	{
		char	   *curve;

		if (CHS_HEALTH_SIGNALS(model)[i].rule == CHS_HEALTH_VALUES)
			continue;
		curve = curve_of(model, i, values + i * view->nrows, known[i]);
		if (curve)
			json = with_curve(json, i, curve);
	}
	return PointerGetDatum(chs_health_parse(json));
}

/*
 * SQL entry points.
 */
PG_FUNCTION_INFO_V1(chs_health_normalize_accum);
PG_FUNCTION_INFO_V1(chs_health_normalize_final);

/*
 * health_normalize_accum(samplesummary, model, signals record [, as_of date])
 */
Datum
chs_health_normalize_accum(PG_FUNCTION_ARGS)
{
	ChsHealthKept *kept;
	ChsHealthRow row;
	ChsSampleKind kind = {.fit = FIT_NAME};
	ChsSample  *sample;
	DateADT		as_of = 0;
	bool		has_as_of = false;

	if (PG_ARGISNULL(MODEL_ARG) || PG_ARGISNULL(SIGNALS_ARG))
		return chs_same_state(fcinfo);
	kept = chs_health_keep(fcinfo, 0, PG_GETARG_DATUM(MODEL_ARG));
	chs_health_check_method(kept->model, "normalized");
	chs_health_sample_kind(&kind, chs_health_site(fcinfo), kept);
	if (PG_NARGS() > AS_OF_ARG)
		has_as_of = chs_health_get_as_of(fcinfo, AS_OF_ARG, &as_of);
	chs_health_read_row(fcinfo, CHS_HEALTH_FROM_RECORD, kept, SIGNALS_ARG, &row);
	/* what would stop health_score() stops here, where the row is at hand */
	chs_health_evaluate(kept->model, row.inputs, has_as_of, as_of, row.signals, &row.result);
	sample = chs_sample_begin(fcinfo, &kind);
	chs_health_sample_add(sample, kept->model, row.inputs, has_as_of, as_of, false);
	return chs_sample_return(fcinfo, sample);
}

Datum
chs_health_normalize_final(PG_FUNCTION_ARGS)
{
	return chs_health_sample_final(fcinfo, &normalize_shape, normalize);
}
