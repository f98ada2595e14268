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
 * The strength comes from the rows themselves.  How likely they are under a
 * strength is their likelihood, averaged over the weights that the prior allows
 * (MacKay, Bayesian Interpolation, 1992; the average is an integral, laplace.c).
 * Its logarithm is
 *
 *		log likelihood at the fitted w - strength/2 |w - m|^2
 *			+ log of the volume around w - log of the volume of the prior
 *
 * A strong prior has little volume to average over, so it wins if the data agree
 * with the expert.  If they do not, only a weak one comes near them, most of
 * whose volume is wasted.  Of a row of strengths, each counted as often as the
 * rows are likely under it, the median is taken: it hardly moves when one is a
 * little more likely than another, as the most likely one does.
 *
 * Cross-validation would ask the same of rows that were left out, but the
 * losses of twenty churned customers differ from each other by more than the
 * losses under a right and a wrong expert do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "health/health_weights.h"
#include "shared/laplace.h"

/*
 * Strengths to choose from, in equal ratios.  The largest is thirty times the
 * information about a score, so the weights are nearly those of the expert; the
 * smallest counts as much as one churned customer.
 */
#define STRENGTHS		17
#define LARGEST_STRENGTH	30.0

/* scores that differ by less do so by rounding */
#define SAME_SCORE		1e-9

/* against separation in a part of the rows */
#define FALLBACK_STRENGTH	1e-6

/* rows on which strengths are compared, at most, of all folds together */
#define COMPARED_ROWS	100000

typedef struct Training
{
	int			nblocks;
	ChsSampleBlock blocks[CHS_HEALTH_FOLDS];
	double		information;	/* about a score's coefficient */
	double		weakest;		/* strength */
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

/* Shares of a whole add up to the same score, but for rounding. */
static bool
is_constant(const Training *training, int column)
{
	double		least = get_float8_infinity();
	double		most = -get_float8_infinity();

	for (int b = 0; b < training->nblocks; b++)
	{
		const float8 *values = chs_sample_column(&training->blocks[b], column);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < training->blocks[b].nrows; i++)
		{
			least = Min(least, values[i]);
			most = Max(most, values[i]);
		}
	}
	return !(most - least > SAME_SCORE);
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

	if (is_constant(training, 1 + rows->nsignals))
		return 0;
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
 * of which the mean is taken.  The weakest prior has the share in it of one
 * churned customer, or of one kept if these are fewer.
 */
static void
measure_information(const ChsHealthRows *rows, Training *training)
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
	training->information = n == 0 ? 1 : Max(events * (n - events) / n * variances / rows->nsignals, 1e-6);
	training->weakest = training->information / Max(Min(events, n - events), 1);
}

/*
 * Rows of all folds but one; if "few", not all of them.
 */
static void
make_training(const ChsHealthRows *rows, int left_out, bool few, Training *training)
{
	double		slope;

	training->nblocks = 0;
	for (int fold = 0; fold < CHS_HEALTH_FOLDS; fold++)
	{
		ChsSampleBlock block = rows->folds[fold];

		if (fold == left_out)
			continue;
		if (few)
			block.nrows = Min(block.nrows, COMPARED_ROWS / CHS_HEALTH_FOLDS);
		training->blocks[training->nblocks++] = block;
	}
	measure_information(rows, training);
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
 * How likely are the rows under a strength, of which the fit is given?  The
 * logarithm, but for a part that all strengths share.
 */
static double
evidence_of(const ChsHealthRows *rows, const Training *training, double strength, const ChsLogisticFit *fit)
{
	double		evidence = fit->log_likelihood + fit->log_volume;

	for (int j = 0; j < rows->nsignals; j++)
	{
		double		prior = training->prior[j];
		double		off = fit->coefficients[j + 1] - prior;

		evidence -= strength * off * off / 2;
		/* the volume of the prior: a normal distribution, cut at 0 */
		evidence -= -log(strength) / 2 + chs_log_normal_share(prior * sqrt(strength));
	}
	return evidence;
}

/*
 * The place of the median, when place k counts exp(logarithms[k]) times.
 */
static int
weighted_median(const double *logarithms, int n)
{
	double		largest = -INFINITY;
	double		total = 0;
	double		below = 0;
	int			place = 0;

	for (int k = 0; k < n; k++)
		largest = Max(largest, logarithms[k]);
	if (!isfinite(largest))
		return 0;
	for (int k = 0; k < n; k++)
		total += exp(logarithms[k] - largest);
	while (place < n - 1 && (below += exp(logarithms[place] - largest)) < total / 2)
		place++;
	return place;
}

static double
choose_strength(const ChsHealthRows *rows, int left_out, const Training *all)
{
	Training	training;
	const double *start = NULL;
	double		strengths[STRENGTHS];
	double		evidence[STRENGTHS];
	double		largest = LARGEST_STRENGTH * all->information;

	make_training(rows, left_out, true, &training);
	for (int k = 0; k < STRENGTHS; k++)
	{
		ChsLogisticFit fit;

		strengths[k] = largest * pow(all->weakest / largest, (double) k / (STRENGTHS - 1));
		fit_strength(rows, &training, strengths[k], start, false, &fit);
		start = has_answer(&fit) ? fit.coefficients : NULL;
		evidence[k] = start ? evidence_of(rows, &training, strengths[k], &fit) : -INFINITY;
	}
	return strengths[weighted_median(evidence, STRENGTHS)];
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

	make_training(rows, left_out, false, &training);
	weights->strength = !rows->has_prior ? get_float8_nan() :
		rows->strength >= 0 ? rows->strength : choose_strength(rows, left_out, &training);
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
