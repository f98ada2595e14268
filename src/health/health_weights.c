/*-------------------------------------------------------------------------
 *
 * health_weights.c
 *		Weights of signals from customers who churned and who were kept.
 *
 * The log odds of churn are intercept - sum of w(j) s(j), with scores s of
 * 0-100 and w >= 0, so that the weighted score is the predictor (logistic.c).
 *
 * The prior 'expert' says that w is m = slope * share, where the shares are
 * those of the hand-made weights and the slope is that of the fit with the
 * hand-made score as its only feature.  The penalty is strength/2 times the
 * squared distance from m.
 *
 * The strength is chosen by cross-validation: of a row of strengths, each half
 * a power of ten from the next, the largest whose mean log loss on rows left
 * out exceeds the least by at most one standard error of the difference (Breiman
 * et al., Classification and Regression Trees, 1984).  Where few customers
 * churned the losses say little, the error is large, and the expert wins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "health/health_weights.h"
#include "shared/interrupts.h"

/* strengths, as powers of ten times the information of a score */
#define STRENGTHS		17
#define LARGEST_POWER	4.0
#define POWER_STEP		0.5

/* against separation in a part of the rows */
#define FALLBACK_STRENGTH	1e-6

/* rows on which strengths are compared, at most, of all cells together */
#define COMPARED_ROWS	100000

typedef struct Training
{
	int			nblocks;
	ChsSampleBlock blocks[CHS_HEALTH_CELLS];
	double		information;	/* about a score's coefficient */
	double	   *prior;			/* slope * share by signal */
} Training;

static bool
has_answer(const ChsLogisticFit *fit)
{
	return fit->status == CHS_LOGISTIC_CONVERGED || fit->status == CHS_LOGISTIC_ALIASED;
}

static void
set_problem(const Training *training, int first_feature, int nfeatures, ChsLogisticProblem *problem)
{
	memset(problem, 0, sizeof(*problem));
	problem->blocks = training->blocks;
	problem->nblocks = training->nblocks;
	problem->columns.outcome = 0;
	problem->columns.weight = -1;
	problem->columns.first_feature = first_feature;
	problem->columns.nfeatures = nfeatures;
}

/*
 * The slope of the hand-made score; 0 where it has none, or the wrong sign.
 */
static double
slope_of_score(const ChsHealthRows *rows, const Training *training)
{
	ChsLogisticProblem problem;
	ChsLogisticFit fit;
	double		slope;

	set_problem(training, 1 + rows->nsignals, 1, &problem);
	chs_logistic_fit(&problem, false, &fit);
	if (fit.status == CHS_LOGISTIC_SEPARATED)
	{
		problem.firth = true;
		chs_logistic_fit(&problem, false, &fit);
	}
	slope = fit.coefficients[1];
	return slope > 0 ? slope : 0;
}

/*
 * The information about a coefficient: rows * p (1 - p) * variance of a score,
 * of which the mean is taken.
 */
static double
information_of(const ChsHealthRows *rows, const Training *training)
{
	double		variances = 0;
	double		events = 0;
	int64		n = 0;

	for (int j = 0; j <= rows->nsignals; j++)
	{
		double		sum = 0;
		double		squares = 0;

		n = 0;
		for (int b = 0; b < training->nblocks; b++)
		{
			const float8 *values = chs_sample_column(&training->blocks[b], j);

			CHECK_FOR_INTERRUPTS();
			for (int64 i = 0; i < training->blocks[b].nrows; i++)
			{
				sum += values[i];
				squares += values[i] * values[i];
			}
			n += training->blocks[b].nrows;
		}
		if (j == 0)
			events = sum;
		else if (n > 0)
			variances += Max(squares / n - sum / n * sum / n, 0);
	}
	if (n == 0)
		return 1;
	return Max(events * (n - events) / n * variances / rows->nsignals, 1e-6);
}

/*
 * Rows of all cells but some, of each at most so many.
 */
static void
make_training(const ChsHealthRows *rows, int left_out, int left_out_within, bool few, Training *training)
{
	double		slope;

	training->nblocks = 0;
	for (int cell = 0; cell < CHS_HEALTH_CELLS; cell++)
	{
		ChsSampleBlock block = rows->cells[cell];

		if (cell / CHS_HEALTH_FOLDS == left_out || cell % CHS_HEALTH_FOLDS == left_out_within)
			continue;
		if (few)
			block.nrows = Min(block.nrows, COMPARED_ROWS / CHS_HEALTH_CELLS);
		training->blocks[training->nblocks++] = block;
	}
	training->information = information_of(rows, training);
	slope = rows->has_prior ? slope_of_score(rows, training) : 0;
	training->prior = palloc(rows->nsignals * sizeof(double));
	for (int j = 0; j < rows->nsignals; j++)
		training->prior[j] = slope * rows->shares[j];
}

/*
 * The fit with one strength; below 0: without a prior.
 */
static void
fit_strength(const ChsHealthRows *rows, const Training *training, double strength, const double *start, bool errors,
			 ChsLogisticFit *fit)
{
	ChsLogisticProblem problem;
	double	   *penalty = palloc(rows->nsignals * sizeof(double));

	set_problem(training, 1, rows->nsignals, &problem);
	problem.non_negative = true;
	problem.start = start;
	for (int j = 0; j < rows->nsignals; j++)
		penalty[j] = strength;
	if (strength > 0)
	{
		problem.penalty = penalty;
		problem.prior = training->prior;
	}
	chs_logistic_fit(&problem, errors, fit);
	pfree(penalty);
}

/*
 * Log losses of rows with coefficients.
 */
static void
losses_of(const ChsHealthRows *rows, const ChsSampleBlock *block, int64 nrows, const double *coefficients,
		  double *losses)
{
	for (int64 i = 0; i < nrows; i++)
	{
		double		predictor = coefficients[0];
		double		margin;

		chs_check_interrupts(i);
		for (int j = 0; j < rows->nsignals; j++)
		{
			/* a feature without a coefficient is constant */
			if (!isnan(coefficients[j + 1]))
				predictor += coefficients[j + 1] * chs_sample_column(block, j + 1)[i];
		}
		margin = chs_sample_column(block, 0)[i] > 0 ? predictor : -predictor;
		losses[i] = (margin < 0 ? -margin : 0) + log1p(exp(-fabs(margin)));
	}
}

static inline int64
compared_rows(const ChsSampleBlock *block)
{
	return Min(block->nrows, COMPARED_ROWS / CHS_HEALTH_CELLS);
}

/* Is a cell in a fold?  Folds are those of all rows, or within one left out. */
static bool
is_in_fold(int cell, int left_out, int fold)
{
	if (left_out == CHS_HEALTH_NO_FOLD)
		return cell / CHS_HEALTH_FOLDS == fold;
	return cell / CHS_HEALTH_FOLDS != left_out && cell % CHS_HEALTH_FOLDS == fold;
}

/*
 * Log losses of the rows of one fold for each strength, learnt from the others:
 * losses[k][done ...].  Returns how many rows there are.
 */
static int64
losses_of_fold(const ChsHealthRows *rows, int left_out, int fold, const double *strengths, double **losses, int64 done)
{
	bool		within = left_out != CHS_HEALTH_NO_FOLD;
	Training	training;
	const double *start = NULL;
	int64		n = 0;

	make_training(rows, within ? left_out : fold, within ? fold : CHS_HEALTH_NO_FOLD, true, &training);
	for (int k = 0; k < STRENGTHS; k++)
	{
		ChsLogisticFit fit;

		fit_strength(rows, &training, strengths[k], start, false, &fit);
		start = has_answer(&fit) ? fit.coefficients : NULL;
		n = 0;
		for (int cell = 0; cell < CHS_HEALTH_CELLS; cell++)
		{
			const ChsSampleBlock *block = &rows->cells[cell];
			int64		nrows = compared_rows(block);

			if (!is_in_fold(cell, left_out, fold))
				continue;
			if (start)
				losses_of(rows, block, nrows, start, losses[k] + done + n);
			else if (nrows > 0)
				losses[k][done + n] = get_float8_infinity();
			n += nrows;
		}
	}
	return n;
}

/*
 * The largest strength within one standard error of the best.  The error is
 * that of the difference, row by row, which is what one strength has that the
 * other has not; that of the losses themselves would hide it.
 */
static int
choose_among(double **losses, int64 n)
{
	double		means[STRENGTHS] = {0};
	int			best = 0;

	for (int k = 0; k < STRENGTHS; k++)
	{
		for (int64 i = 0; i < n; i++)
			means[k] += losses[k][i] / n;
		if (means[k] < means[best])
			best = k;
	}
	/* strengths fall */
	for (int k = 0; k < best; k++)
	{
		double		mean = means[k] - means[best];
		double		squares = 0;

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < n; i++)
		{
			double		off = losses[k][i] - losses[best][i] - mean;

			squares += off * off;
		}
		if (isfinite(mean) && mean <= sqrt(squares / n / Max(n - 1, 1)))
			return k;
	}
	return best;
}

static double
choose_strength(const ChsHealthRows *rows, int left_out, double information)
{
	double		strengths[STRENGTHS];
	double	   *losses[STRENGTHS];
	int64		n = 0;
	int64		done = 0;

	for (int cell = 0; cell < CHS_HEALTH_CELLS; cell++)
		n += compared_rows(&rows->cells[cell]);
	for (int k = 0; k < STRENGTHS; k++)
	{
		strengths[k] = information * pow(10, LARGEST_POWER - POWER_STEP * k);
		losses[k] = palloc(Max(n, 1) * sizeof(double));
	}
	for (int fold = 0; fold < CHS_HEALTH_FOLDS; fold++)
		done += losses_of_fold(rows, left_out, fold, strengths, losses, done);
	return strengths[choose_among(losses, done)];
}

/*
 * A part of the rows may have no churned customer, or be separated without a
 * prior; then a very weak penalty takes its place.
 */
void
chs_health_weigh(const ChsHealthRows *rows, int left_out, ChsHealthWeights *weights)
{
	Training	training;
	ChsLogisticFit fit;

	make_training(rows, left_out, CHS_HEALTH_NO_FOLD, false, &training);
	weights->strength = !rows->has_prior ? get_float8_nan() :
		rows->strength >= 0 ? rows->strength : choose_strength(rows, left_out, training.information);
	fit_strength(rows, &training, isnan(weights->strength) ? -1 : weights->strength, NULL, true, &fit);
	weights->status = fit.status;
	if (!has_answer(&fit))
		fit_strength(rows, &training, training.information * FALLBACK_STRENGTH, NULL, true, &fit);
	weights->intercept = fit.coefficients[0];
	weights->log_likelihood = fit.log_likelihood;
	weights->null_log_likelihood = fit.null_log_likelihood;
	weights->weights = palloc(rows->nsignals * sizeof(double));
	weights->errors = palloc(rows->nsignals * sizeof(double));
	for (int j = 0; j < rows->nsignals; j++)
	{
		double		weight = fit.coefficients[j + 1];

		weights->weights[j] = weight > 0 ? weight : 0;
		weights->errors[j] = weight > 0 ? fit.errors[j + 1] : get_float8_nan();
	}
}
