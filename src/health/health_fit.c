/*-------------------------------------------------------------------------
 *
 * health_fit.c
 *		health_fit: weights learnt from the customers who left.
 *
 * The state is a sample of signals (health_sample.c).  The final function
 * scores every signal of every row by the model's rules, learns weights
 * (health_weights.c), and checks them on rows that had no part in learning:
 * each of five folds is scored by health_score() with the weights of the other
 * four, so that missing signals, fading, caps and floors count as they will.
 *
 * Folds are by a hash of the row, so they are the same for any order of rows.
 * Equal rows are numbered, and their number is hashed, too: where signals have few
 * values, most rows are equal, and all of them in one fold would be missing in the
 * others.  Dealing them in turn would make all folds alike, with nothing to correct.
 *
 * The area under the curve is taken within each fold and averaged by pairs:
 * scores of different folds come from different weights, and ranking them
 * together is biased downwards (Airola et al., An experimental comparison of
 * cross-validation techniques for estimating the area under the ROC curve,
 * 2011).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "health/health_band.h"
#include "health/health_fit_json.h"
#include "health/health_row.h"
#include "health/health_sample.h"
#include "health/health_values.h"
#include "health/health_weights.h"
#include "shared/auc.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/stats.h"

#define FIT_NAME	"health_fit"

/* the fit's parameters */
#define HORIZON		0
#define PRIOR		1			/* 1: 'expert' */
#define STRENGTH	2			/* below 0: to be chosen */
#define NPARAMS		3

/* arguments of the transitions, behind the state */
#define MODEL_ARG	1
#define CHURNED_ARG	2
#define SIGNALS_ARG	3
#define AS_OF_ARG	4			/* of rows; arrays have none */

#define FEWEST_CHURNED			10
#define CHURNED_PER_SIGNAL		10

static const ChsSampleShape fit_shape = {FIT_NAME, 2, CHS_SAMPLE_COLUMNS, NPARAMS};

/* All that a fit works with. */
typedef struct Fitting
{
	const ChsHealthModel *model;
	const ChsSampleBlock *block;	/* the sample */
	int64		nrows;
	int64		nevents;
	uint8	   *fold;			/* by row */
	double	   *missing;		/* by signal: percent of rows without a score */
	ChsHealthRows rows;
} Fitting;

/* What rows that had no part in learning say. */
typedef struct HeldOut
{
	double		auc;
	double		pairs;
	double		variance;
	ChsSampleBlock predicted;	/* outcome, log odds */
	double		squares;		/* of outcome - probability */
} HeldOut;

/*
 * Transitions.
 */
static ChsSampleKind
kind_of_args(FunctionCallInfo fcinfo, int horizon_arg)
{
	ChsSampleKind kind = {.fit = FIT_NAME, .nparams = NPARAMS};

	kind.params[PRIOR] = 1;
	kind.params[STRENGTH] = -1;
	if (PG_NARGS() > horizon_arg && !PG_ARGISNULL(horizon_arg))
		kind.params[HORIZON] = (double) chs_check_whole_range(PG_GETARG_INT64(horizon_arg), 1, 36600, "horizon_days",
															  "Give the days within which a customer left to count as churned, for instance 90.");
	if (PG_NARGS() > horizon_arg + 1 && !PG_ARGISNULL(horizon_arg + 1))
	{
		text	   *prior = PG_GETARG_TEXT_PP(horizon_arg + 1);
		int			length = VARSIZE_ANY_EXHDR(prior);

		if (length == 4 && memcmp(VARDATA_ANY(prior), "none", 4) == 0)
			kind.params[PRIOR] = 0;
		else if (length != 6 || memcmp(VARDATA_ANY(prior), "expert", 6) != 0)
			chs_refuse_word("prior", VARDATA_ANY(prior), length,
							"Pass 'expert', which shrinks the weights towards those of the model, or 'none'.");
	}
	if (PG_NARGS() > horizon_arg + 2 && !PG_ARGISNULL(horizon_arg + 2))
		kind.params[STRENGTH] = chs_check_amount_float8(PG_GETARG_FLOAT8(horizon_arg + 2), "strength") + 0.0;
	return kind;
}

/*
 * One more row, of an array of values or of a record.
 */
static Datum
accum(FunctionCallInfo fcinfo, bool is_array)
{
	ChsHealthKept *kept;
	ChsHealthRow row;
	ChsSampleKind kind;
	ChsSample  *sample;
	DateADT		as_of = 0;
	bool		has_as_of = false;

	if (PG_ARGISNULL(MODEL_ARG) || PG_ARGISNULL(CHURNED_ARG) || PG_ARGISNULL(SIGNALS_ARG))
		return chs_same_state(fcinfo);
	kept = chs_health_keep(fcinfo, 0, PG_GETARG_DATUM(MODEL_ARG));
	chs_health_check_method(kept->model, "fitted");
	kind = kind_of_args(fcinfo, is_array ? AS_OF_ARG : AS_OF_ARG + 1);
	chs_health_sample_kind(&kind, chs_health_site(fcinfo), kept);
	if (is_array)
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(SIGNALS_ARG);
		Datum	   *values;
		bool	   *nulls;
		int			n;

		if (ARR_NDIM(array) > 1)
			chs_check_list(array, "values", "Pass one value per signal, in the order of the model.");
		deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, &n);
		chs_health_start_row(&row, kept->model);
		chs_health_read_array(kept->model, values, nulls, n, row.inputs);
	}
	else
	{
		if (PG_NARGS() > AS_OF_ARG)
			has_as_of = chs_health_get_as_of(fcinfo, AS_OF_ARG, &as_of);
		chs_health_read_row(fcinfo, CHS_HEALTH_FROM_RECORD, kept, SIGNALS_ARG, &row);
	}
	/* what would stop health_score() stops here, where the row is at hand */
	chs_health_evaluate(kept->model, row.inputs, has_as_of, as_of, row.signals, &row.result);
	sample = chs_sample_begin(fcinfo, &kind);
	chs_health_sample_add(sample, kept->model, row.inputs, has_as_of, as_of, PG_GETARG_BOOL(CHURNED_ARG));
	return chs_sample_return(fcinfo, sample);
}

/*
 * From the sample to rows of scores.
 */
static void
read_row(const ChsSampleBlock *block, int ncolumns, int64 row, float8 *values)
{
	for (int c = 0; c < ncolumns; c++)
		values[c] = chs_sample_column(block, c)[row];
}

static void
divide_rows(Fitting *fitting, int ncolumns)
{
	int64		counts[CHS_HEALTH_FOLDS] = {0};
	int			width = fitting->model->nsignals + 2;
	Size		size = ncolumns * sizeof(float8);
	float8	   *values = palloc(size);
	float8	   *before = palloc(size);
	uint64		equal = 0;		/* rows before, to the one at hand */

	fitting->fold = MemoryContextAllocHuge(CurrentMemoryContext, fitting->nrows);
	for (int64 i = 0; i < fitting->nrows; i++)
	{
		chs_check_interrupts(i);
		read_row(fitting->block, ncolumns, i, values);
		equal = i > 0 && memcmp(values, before, size) == 0 ? equal + 1 : 0;
		memcpy(before, values, size);
		fitting->fold[i] = (hash_bytes_extended((const unsigned char *) values, size, equal) >> 32) % CHS_HEALTH_FOLDS;
		counts[fitting->fold[i]]++;
		fitting->nevents += chs_sample_column(fitting->block, CHS_HEALTH_OUTCOME)[i] > 0;
	}
	for (int f = 0; f < CHS_HEALTH_FOLDS; f++)
	{
		ChsSampleBlock *block = &fitting->rows.folds[f];

		block->stride = counts[f];
		block->values = MemoryContextAllocHuge(CurrentMemoryContext, Max(counts[f] * width, 1) * sizeof(float8));
	}
}

/*
 * Rows of a sample are sorted.  They are taken with a step that meets each of
 * them once, so that the first rows of a fold are a fair part of it.
 */
static int64
fair_step(int64 n)
{
	int64		step = Max((int64) (n * 0.6180339887498949), 1);

	for (;; step++)
	{
		int64		a = n;
		int64		b = step;

		while (b != 0)
		{
			int64		rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return step;
	}
}

/*
 * Scores of all rows, as features that raise the log odds of churn: negative.
 */
static void
score_rows(Fitting *fitting)
{
	const ChsHealthModel *model = fitting->model;
	ChsHealthRow row;
	double	   *sums = palloc0(model->nsignals * sizeof(double));
	int64	   *known = palloc0(model->nsignals * sizeof(int64));
	int64		step = fair_step(fitting->nrows);

	chs_health_start_row(&row, model);
	for (int64 k = 0; k < fitting->nrows; k++)
	{
		int64		i = k * step % fitting->nrows;
		ChsSampleBlock *block = &fitting->rows.folds[fitting->fold[i]];
		int64		place = block->nrows++;

		chs_check_interrupts(k * 16);
		chs_health_sample_read(model, fitting->block, i, row.inputs);
		chs_health_evaluate(model, row.inputs, true, CHS_HEALTH_SAMPLE_DAY, row.signals, &row.result);
		block->values[place] = chs_sample_column(fitting->block, CHS_HEALTH_OUTCOME)[i];
		for (int j = 0; j < model->nsignals; j++)
		{
			bool		has_score = row.signals[j].has_score;

			block->values[(j + 1) * block->stride + place] = has_score ? -row.signals[j].score : get_float8_nan();
			sums[j] += has_score ? row.signals[j].score : 0;
			known[j] += has_score;
		}
	}
	/* an unknown score is the mean of those that are known */
	fitting->missing = palloc(model->nsignals * sizeof(double));
	for (int j = 0; j < model->nsignals; j++)
	{
		double		mean = known[j] > 0 ? -sums[j] / known[j] : 0;

		fitting->missing[j] = 100.0 * (fitting->nrows - known[j]) / fitting->nrows;
		for (int f = 0; f < CHS_HEALTH_FOLDS; f++)
		{
			ChsSampleBlock *block = &fitting->rows.folds[f];
			float8	   *values = block->values + (j + 1) * block->stride;

			for (int64 i = 0; i < block->nrows; i++)
				values[i] = isnan(values[i]) ? mean : values[i];
		}
	}
}

/* The hand-made score as the last column; a signal that nobody has, has no share in it. */
static void
add_hand_made_score(Fitting *fitting)
{
	const ChsHealthModel *model = fitting->model;
	double	   *shares = palloc(model->nsignals * sizeof(double));
	double		total = 0;

	for (int j = 0; j < model->nsignals; j++)
	{
		shares[j] = fitting->missing[j] < 100 ? CHS_HEALTH_SIGNALS(model)[j].share : 0;
		total += shares[j];
	}
	for (int j = 0; j < model->nsignals; j++)
		shares[j] /= total > 0 ? total : 1;
	for (int f = 0; f < CHS_HEALTH_FOLDS; f++)
	{
		ChsSampleBlock *block = &fitting->rows.folds[f];
		float8	   *score = block->values + (model->nsignals + 1) * block->stride;

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < block->nrows; i++)
		{
			score[i] = 0;
			for (int j = 0; j < model->nsignals; j++)
				score[i] += shares[j] * chs_sample_column(block, j + 1)[i];
		}
	}
	fitting->rows.nsignals = model->nsignals;
	fitting->rows.shares = shares;
}

/*
 * Checks on rows.
 */
static double
sum_of(const double *values, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

/*
 * Scores of the rows of a fold, or of all, with fitted weights.  Returns how
 * many have one; counts rows without one, and those that a cap or floor moved.
 */
static int64
score_fold(const Fitting *fitting, int fold, const ChsHealthWeights *weights, ChsScored *scored,
		   int64 *unscored, int64 *capped)
{
	const ChsHealthModel *model = fitting->model;
	bool		is_constant = !(sum_of(weights->weights, model->nsignals) > 0);
	const ChsHealthModel *fitted = is_constant ? model :
		chs_health_parse(chs_health_with_weights(model, weights->weights));
	ChsHealthRow row;
	int64		n = 0;

	chs_health_start_row(&row, fitted);
	for (int64 i = 0; i < fitting->nrows; i++)
	{
		chs_check_interrupts(i * 16);
		if (fold != CHS_HEALTH_NO_FOLD && fitting->fold[i] != fold)
			continue;
		chs_health_sample_read(fitted, fitting->block, i, row.inputs);
		chs_health_evaluate(fitted, row.inputs, true, CHS_HEALTH_SAMPLE_DAY, row.signals, &row.result);
		*capped += row.result.cap >= 0 || row.result.floor >= 0;
		*unscored += row.result.is_null;
		if (row.result.is_null)
			continue;
		scored[n].score = is_constant ? 0 : row.result.score;
		scored[n++].event = chs_sample_column(fitting->block, CHS_HEALTH_OUTCOME)[i] > 0;
	}
	return n;
}

/*
 * One fold: its part in the area under the curve, and its predictions.
 */
static void
hold_out(const Fitting *fitting, int fold, ChsScored *scored, HeldOut *held)
{
	ChsHealthWeights weights;
	ChsAuc		auc;
	int64		unused = 0;
	int64		n;
	double		slope;

	chs_health_weigh(&fitting->rows, fold, &weights);
	if (isnan(weights.intercept))
		return;
	slope = sum_of(weights.weights, fitting->model->nsignals);
	n = score_fold(fitting, fold, &weights, scored, &unused, &unused);
	for (int64 i = 0; i < n; i++)
	{
		double		odds = weights.intercept - slope * scored[i].score;
		double		missed = scored[i].event - 1 / (1 + exp(-odds));
		int64		place = held->predicted.nrows++;

		held->predicted.values[place] = scored[i].event;
		held->predicted.values[held->predicted.stride + place] = odds;
		held->squares += missed * missed;
	}
	chs_auc(scored, n, &auc);
	if (!isnan(auc.auc))
	{
		double		pairs = (double) auc.nevents * auc.nothers;

		held->auc += pairs * auc.auc;
		held->variance += pairs * pairs * (isnan(auc.variance) ? 0.25 : auc.variance);
		held->pairs += pairs;
	}
}

static void
set_corrected(const HeldOut *held, ChsHealthFit *fit)
{
	double		error = sqrt(held->variance) / held->pairs * chs_confidence_z(95);
	double		events = 0;
	double		n = (double) held->predicted.nrows;
	ChsLogisticProblem problem = {.blocks = &held->predicted, .nblocks = 1,
		.columns = {.outcome = 0, .weight = -1, .first_feature = 1, .nfeatures = 1}};
	ChsLogisticFit slope;

	fit->auc_corrected = held->auc / held->pairs;
	fit->auc_low = Max(fit->auc_corrected - error, 0);
	fit->auc_high = Min(fit->auc_corrected + error, 1);
	for (int64 i = 0; i < held->predicted.nrows; i++)
		events += held->predicted.values[i];
	fit->brier_skill = 1 - held->squares / (events * (n - events) / n);
	chs_logistic_fit(&problem, false, &slope);
	fit->calibration_slope = slope.coefficients[1];
}

/*
 * Figures of rows that had no part in learning.
 */
static void
correct(const Fitting *fitting, ChsScored *scored, ChsHealthFit *fit)
{
	HeldOut		held = {0};

	held.predicted.stride = fitting->nrows;
	held.predicted.values = MemoryContextAllocHuge(CurrentMemoryContext, 2 * fitting->nrows * sizeof(float8));
	for (int fold = 0; fold < CHS_HEALTH_FOLDS; fold++)
	{
		MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "fold of a health fit", ALLOCSET_DEFAULT_SIZES);
		MemoryContext before = MemoryContextSwitchTo(context);

		hold_out(fitting, fold, scored, &held);
		MemoryContextSwitchTo(before);
		MemoryContextDelete(context);
	}
	fit->auc_corrected = fit->auc_low = fit->auc_high = fit->brier_skill = fit->calibration_slope = get_float8_nan();
	if (held.pairs > 0)
		set_corrected(&held, fit);
	/* of a constant there is no slope, but that of the shares that left */
	if (!(fit->slope > 0))
		fit->calibration_slope = get_float8_nan();
}

/*
 * Refusals and warnings.
 */
static void
check_events(const Fitting *fitting)
{
	int64		kept = fitting->nrows - fitting->nevents;
	bool		few_churned = fitting->nevents < FEWEST_CHURNED;

	if (!few_churned && kept >= FEWEST_CHURNED)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("too few %s customers to fit a health model", few_churned ? "churned" : "kept"),
			 errdetail("Of " INT64_FORMAT " rows, " INT64_FORMAT " are churned; at least %d of both kinds are needed.",
					   fitting->nrows, fitting->nevents, FEWEST_CHURNED),
			 errhint("Take a longer horizon or several days of snapshots, or keep the hand-made weights.")));
}

/*
 * With few events for many signals the coefficients are too large: by the
 * share that van Houwelingen and le Cessie (1990) expect.
 */
static void
warn_of_few(const Fitting *fitting, const ChsHealthWeights *weights)
{
	int			n = fitting->model->nsignals;
	double		chi2 = 2 * (weights->log_likelihood - weights->null_log_likelihood);
	double		shrinkage = chi2 > n ? 100.0 * n / chi2 : 100;

	if (fitting->nevents >= (int64) CHURNED_PER_SIGNAL * n)
		return;
	ereport(WARNING,
			(errmsg("few churned customers for the number of signals"),
			 errdetail(INT64_FORMAT " customers churned, for %d signals. On new customers the effect of the score is expected to be %.0f %% smaller.",
					   fitting->nevents, n, shrinkage),
			 errhint("Look at auc_low and calibration_slope in the model's \"fit\", or fit fewer signals.")));
}

pg_noreturn static void
refuse_status(const Fitting *fitting, const ChsHealthWeights *weights)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 weights->status == CHS_LOGISTIC_SEPARATED ?
			 errmsg("the signals tell churned and kept customers apart in every row") :
			 errmsg("the fit of the health model did not converge"),
			 errdetail("Of " INT64_FORMAT " rows, " INT64_FORMAT " are churned. The largest likelihood would need infinite weights.",
					   fitting->nrows, fitting->nevents),
			 errhint("Look for a signal that knows of the churn, such as a closed account; otherwise fit with the prior 'expert'.")));
}

/*
 * The fit.
 */
static void
set_fit(const Fitting *fitting, const ChsHealthWeights *weights, ChsHealthFit *fit)
{
	double		base = log((double) fitting->nevents / (fitting->nrows - fitting->nevents));

	fit->rows = fitting->nrows;
	fit->events = fitting->nevents;
	fit->prior_strength = weights->strength;
	fit->weights = weights->weights;
	fit->errors = weights->errors;
	fit->missing = fitting->missing;
	fit->slope = sum_of(weights->weights, fitting->model->nsignals);
	fit->intercept = fit->slope > 0 ? weights->intercept : base;
	fit->status = fit->slope > 0 ? "converged" : "no signal";
}

static Datum
fit_sample(const ChsSampleView *view)
{
	Fitting		fitting = {0};
	ChsHealthFit fit = {0};
	ChsHealthWeights weights;
	ChsScored  *scored;
	ChsAuc		auc;
	const Jsonb *json;
	int64		n;

	fitting.model = chs_health_sample_model(view);
	fitting.block = view->blocks;
	fitting.nrows = view->nrows;
	fitting.rows.has_prior = view->kind.params[PRIOR] != 0;
	fitting.rows.strength = view->kind.params[STRENGTH];
	divide_rows(&fitting, view->kind.ncolumns);
	check_events(&fitting);
	score_rows(&fitting);
	add_hand_made_score(&fitting);

	chs_health_weigh(&fitting.rows, CHS_HEALTH_NO_FOLD, &weights);
	if (weights.status == CHS_LOGISTIC_SEPARATED || weights.status == CHS_LOGISTIC_NOT_CONVERGED)
		refuse_status(&fitting, &weights);
	warn_of_few(&fitting, &weights);
	fit.prior = fitting.rows.has_prior ? "expert" : "none";
	fit.horizon_days = (int64) view->kind.params[HORIZON];
	set_fit(&fitting, &weights, &fit);

	scored = MemoryContextAllocHuge(CurrentMemoryContext, fitting.nrows * sizeof(ChsScored));
	n = score_fold(&fitting, CHS_HEALTH_NO_FOLD, &weights, scored, &fit.unscored_rows, &fit.capped_rows);
	chs_auc(scored, n, &auc);
	fit.auc_apparent = auc.auc;
	correct(&fitting, scored, &fit);
	json = fit.slope > 0 ? chs_health_with_weights(fitting.model, weights.weights) : CHS_HEALTH_JSONB(fitting.model);
	return PointerGetDatum(chs_health_parse(chs_health_with_fit(fitting.model, json, &fit)));
}

/*
 * SQL entry points.
 */
PG_FUNCTION_INFO_V1(chs_health_fit_accum_record);
PG_FUNCTION_INFO_V1(chs_health_fit_accum_array);
PG_FUNCTION_INFO_V1(chs_health_fit_final);
PG_FUNCTION_INFO_V1(chs_churn_probability);

/*
 * health_fit_accum(samplesummary, model, churned boolean, signals record
 *		[, as_of date, horizon_days bigint [, prior text [, strength float8]]])
 */
Datum
chs_health_fit_accum_record(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, false);
}

/*
 * health_fit_accum(samplesummary, model, churned boolean, values float8[]
 *		[, horizon_days bigint [, prior text [, strength float8]]])
 */
Datum
chs_health_fit_accum_array(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, true);
}

Datum
chs_health_fit_final(PG_FUNCTION_ARGS)
{
	return chs_health_sample_final(fcinfo, &fit_shape, fit_sample);
}

/*
 * churn_probability(model healthmodel, score float8) -> float8
 *
 * The probability 0-1 that a customer with that score leaves within the horizon
 * of the fit; NULL for a model that was not fitted.
 */
Datum
chs_churn_probability(PG_FUNCTION_ARGS)
{
	const ChsHealthModel *model = chs_health_get_model(fcinfo, 0);
	double		score = PG_GETARG_FLOAT8(1);

	score = chs_health_check_score(score);
	if (!model->has_fit)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(1 / (1 + exp(model->fit_slope * score - model->fit_intercept)));
}
