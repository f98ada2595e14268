/*-------------------------------------------------------------------------
 *
 * health.c
 *		Health scores: the SQL entry points that give one value per customer.
 *
 * The way of a row: health_cache.c finds the model, health_record.c,
 * health_jsonb.c or health_values.c reads the signals, health_eval.c turns
 * them into a score.  health_model.c makes the model, health_explain.c,
 * health_change.c and health_review.c explain, health_window.c compares rows,
 * health_sql.c writes the score as SQL, health_support.c a call by name as one
 * by position.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "health/health_band.h"
#include "health/health_row.h"
#include "health/health_values.h"
#include "shared/check.h"
#include "shared/number.h"

/* ---------------- one value per customer ---------------- */

static Datum
score_of_inputs(FunctionCallInfo fcinfo, const ChsHealthRow *row, bool has_as_of,
				DateADT as_of)
{
	double		score;

	if (!chs_health_score(row->model, row->inputs, has_as_of, as_of, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

static Datum
score_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ChsHealthRow	row;
	DateADT		as_of = 0;
	bool		has_as_of;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	has_as_of = chs_health_get_as_of(fcinfo, 2, &as_of);
	chs_health_read_row(fcinfo, source, chs_health_keep_arg(fcinfo, 0), 1, &row);
	return score_of_inputs(fcinfo, &row, has_as_of, as_of);
}

static Datum
coverage_of_args(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ChsHealthRow	row;

	if (!chs_health_evaluate_args(fcinfo, source, &row))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(row.result.coverage);
}

/* The elements of a float8[] of one dimension, which may be empty. */
static int
array_elements(ArrayType *array, const char *what, Datum **values, bool **nulls)
{
	int			n;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be an array of one dimension", what),
				 errdetail("The array has %d dimensions.", ARR_NDIM(array)),
				 errhint("Write ARRAY[80, 60]::float8[].")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, values, nulls, &n);
	return n;
}

/*
 * health_score(model healthmodel, signals record or jsonb [, as_of date]) -> float8
 *
 * The score 0-100 of a row whose columns are matched by exact name, or of a
 * jsonb by key, where an absent key is a missing signal.  NULL for a NULL
 * model or row, when all signals are missing, or when the coverage is below
 * the model's.  Errors: a column that is absent, occurs twice, or has a type
 * that gives no score; values that are not finite or not listed; a model with
 * "at" without as_of.
 */
CHS_HEALTH_RECORD_AND_JSONB(chs_health_score, score_of_args)

/*
 * health_score(model healthmodel, value float8 [, VARIADIC "any"]) -> float8
 *
 * The same by position, one number or boolean per signal in model order, the
 * first a number; a NULL value is a missing signal.  Not for models with "at"
 * or "values".
 */
PG_FUNCTION_INFO_V1(chs_health_score_values);
Datum
chs_health_score_values(PG_FUNCTION_ARGS)
{
	ChsHealthRow	row;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	chs_health_start_row(&row, chs_health_get_model(fcinfo, 0));
	chs_health_read_values(fcinfo, row.model, row.inputs);
	return score_of_inputs(fcinfo, &row, false, 0);
}

/*
 * health_score(model healthmodel, signals float8[]) -> float8
 *
 * The same by position in one array.
 */
PG_FUNCTION_INFO_V1(chs_health_score_array);
Datum
chs_health_score_array(PG_FUNCTION_ARGS)
{
	ChsHealthRow	row;
	Datum	   *values;
	bool	   *nulls;
	int			n = array_elements(PG_GETARG_ARRAYTYPE_P(1), "the signals",
								   &values, &nulls);

	chs_health_start_row(&row, chs_health_get_model(fcinfo, 0));
	chs_health_read_array(row.model, values, nulls, n, row.inputs);
	return score_of_inputs(fcinfo, &row, false, 0);
}

/*
 * health_score(scores float8[], weights float8[]) -> float8
 *
 * sum(w * s) / sum(w) over the scores that are not NULL, without a model;
 * NULL when none is left.
 */
PG_FUNCTION_INFO_V1(chs_health_score_weights);
Datum
chs_health_score_weights(PG_FUNCTION_ARGS)
{
	Datum	   *scores;
	Datum	   *weights;
	bool	   *score_nulls;
	bool	   *weight_nulls;
	int			n = array_elements(PG_GETARG_ARRAYTYPE_P(0), "scores", &scores,
								   &score_nulls);
	int			nweights = array_elements(PG_GETARG_ARRAYTYPE_P(1), "weights",
										  &weights, &weight_nulls);
	double		total = 0;
	double		sum = 0;

	if (n != nweights)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("scores and weights must have the same length"),
				 errdetail("Scores: %d; weights: %d.", n, nweights),
				 errhint("Give one weight per score; a NULL score is left out with its weight.")));
	for (int i = 0; i < n; i++)
	{
		double		weight;

		if (weight_nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a weight must not be NULL"),
					 errdetail("Weight %d is NULL.", i + 1),
					 errhint("Use 0 for a score that shall not count.")));
		weight = DatumGetFloat8(weights[i]);
		chs_check_range(weight, 0, CHS_HEALTH_MAX_WEIGHT, "weight",
						"Weights need not add up to 100, but none is negative.");
		weight = ldexp(weight, 512);	/* the tiniest are too coarse to multiply */
		if (score_nulls[i])
			continue;
		chs_check_range(DatumGetFloat8(scores[i]), 0, 100, "score",
						"Bring it to 0-100 with scale_score(value, worst, best).");
		total += weight;
		sum += weight * DatumGetFloat8(scores[i]);
	}
	if (!(total > 0))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(Min(sum / total, 100));
}

/*
 * scale_score(value, worst, best float8) -> float8
 *
 * 0 at worst, 100 at best, linear between and flat outside; worst above best
 * means that lower is better.
 */
PG_FUNCTION_INFO_V1(chs_scale_score);
Datum
chs_scale_score(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	double		worst = PG_GETARG_FLOAT8(1);
	double		best = PG_GETARG_FLOAT8(2);
	double		width = best - worst;

	chs_check_finite(value, "value");
	chs_check_finite(worst, "worst");
	chs_check_finite(best, "best");
	if (worst == best)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("worst and best must differ"),
				 errdetail("Both are %s.", chs_double_text(worst)),
				 errhint("Give the values that score 0 and 100, for instance scale_score(logins, 0, 20).")));
	if (unlikely(fabs(width) > CHS_HEALTH_MAX_WIDTH))
	{
		/* exact, and a hundred times the distance stays finite */
		value /= 1024;
		worst /= 1024;
		width = best / 1024 - worst;
	}
	PG_RETURN_FLOAT8(Min(Max((value - worst) * 100 / width, 0), 100));
}

/*
 * health_coverage(model, signals record or jsonb [, as_of date]) -> float8
 *
 * The percentage of the model's weight that is present, faded signals counted
 * with what they have left.  NULL for a NULL model or row.
 */
CHS_HEALTH_RECORD_AND_JSONB(chs_health_coverage, coverage_of_args)

static int
band_of_args(FunctionCallInfo fcinfo, const ChsHealthModel **model)
{
	*model = chs_health_get_model(fcinfo, 0);
	return chs_health_band_of(*model,
							  chs_health_check_score(PG_GETARG_FLOAT8(1)));
}

/*
 * health_band(model healthmodel, score float8) -> text
 *
 * The name of the band, closed below, that the score lies in.
 */
PG_FUNCTION_INFO_V1(chs_health_band);
Datum
chs_health_band(PG_FUNCTION_ARGS)
{
	const ChsHealthModel *model;
	int			band = band_of_args(fcinfo, &model);

	PG_RETURN_TEXT_P(chs_health_band_name(model, band));
}

/*
 * health_color(model healthmodel, score float8) -> text
 *
 * The colour of that band; NULL where the model gives it none.
 */
PG_FUNCTION_INFO_V1(chs_health_color);
Datum
chs_health_color(PG_FUNCTION_ARGS)
{
	const ChsHealthModel *model;
	int			band = band_of_args(fcinfo, &model);
	text	   *color = chs_health_band_color(model, band);

	if (color == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(color);
}
