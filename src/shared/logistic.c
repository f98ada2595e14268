/*-------------------------------------------------------------------------
 *
 * logistic.c
 *		Logistic regression: plain, with Gaussian priors, Firth's, bounded.
 *
 * newton.c finds the maximum.  From 32,768 rows on, every 16th chunk is fitted
 * first, which saves half of the walks over all rows.
 *
 * Polishing.  Columns of a large condition lose digits when they are
 * transformed.  So the last steps take the gradient at coefficients of the
 * scaled features, with twice the digits (twofold.h), and only the step itself,
 * whose digits hardly count, from the transformed ones.  The features stay
 * centred, and the coefficients have twice the digits, too: where a feature is
 * far from 0 beside its spread, the rounding of its coefficient or of an
 * intercept at 0 would move all predictors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "utils/float.h"
#include "utils/memutils.h"

#include "shared/laplace.h"
#include "shared/linalg.h"
#include "shared/logistic.h"
#include "shared/twofold.h"

#define MAX_STEPS		200
#define MAX_FIRTH_STEPS	2000
#define MAX_POLISHES	4

/* squares of steps in standard errors: one that ends polishing, and what is too long for it */
#define LAST_POLISH		1e-30
#define NO_POLISH		1.0

/* the same as a share of the sum of weights, where rounding is longer than a standard error */
#define ROUNDED_POLISH	1e-12

/* times the likelihood of the intercept alone, which is known to a few percent: no maximum is below */
#define LEAST_LIKELIHOOD	1.1

/* rows from which on a part is fitted first, every so many chunks */
#define MANY_ROWS		32768
#define PART			16
#define PART_STEPS		12

/* values up to which even well conditioned fits are polished */
#define FEW_VALUES		1000000

/*
 * Polishing.
 */

/* A feature of a row, scaled and centred, to the last bit; and the intercept's 1. */
static inline ChsTwofold
exact_value(const ChsDesign *design, int j, int i)
{
	return chs_twofold_sum(chs_design_column(design, j)[i], j == 0 ? 0 : -design->centre[j - 1]);
}

/*
 * Likelihood and gradient at coefficients of the scaled and centred features.
 */
static void
walk_exactly(ChsNewton *newton, const ChsTwofold *coefficients, float8 *gradient)
{
	const ChsDesign *design = &newton->design;
	ChsTwofold *sums = palloc0(newton->n * sizeof(ChsTwofold));
	ChsTwofold	likelihood = {0};
	ChsChunk	chunk;
	float8		high[CHS_CHUNK_ROWS];
	float8		low[CHS_CHUNK_ROWS];
	float8		residual[CHS_CHUNK_ROWS];
	float8		curvature[CHS_CHUNK_ROWS];

	chs_chunk_start(&chunk, design, 1);
	/* loading would round what is centred */
	chunk.skips_centre = true;
	while (chs_chunk_next(&chunk))
	{
		float8		part;

		for (int i = 0; i < chunk.nrows; i++)
		{
			ChsTwofold	predictor = coefficients[0];

			for (int j = 1; j < newton->n; j++)
				predictor = chs_twofold_add(predictor, chs_twofold_multiply(exact_value(design, j, i),
																			coefficients[j]));
			high[i] = predictor.high;
			low[i] = predictor.low;
		}
		part = chs_newton_residuals(newton, &chunk, high, residual, curvature);
		likelihood = chs_twofold_add(likelihood, (ChsTwofold) {part, 0});
		for (int i = 0; i < chunk.nrows; i++)
			residual[i] -= curvature[i] * low[i];
		for (int j = 0; j < newton->n; j++)
		{
			for (int i = 0; i < chunk.nrows; i++)
				sums[j] = chs_twofold_add(sums[j], chs_twofold_multiply(exact_value(design, j, i),
																		(ChsTwofold) {residual[i], 0}));
		}
	}
	for (int j = 0; j < newton->n; j++)
		gradient[j] = sums[j].high;
	newton->log_likelihood = likelihood.high;
	pfree(sums);
}

/* The gradient's way from scaled features into the columns of chunks. */
static void
transform_gradient(const ChsNewton *newton, const ChsTwofold *coefficients, float8 *gradient)
{
	const ChsLogisticProblem *problem = newton->problem;
	const ChsDesign *design = &newton->design;

	for (int j = 0; j < design->nkept; j++)
	{
		if (problem->penalty)
		{
			float8		prior = problem->prior ? problem->prior[design->kept[j]] / design->scale[j] : 0;
			float8		own = problem->penalty[design->kept[j]] * design->scale[j] * design->scale[j];

			own = Min(own * design->weight_factor, CHS_LARGEST_PENALTY);
			gradient[j + 1] -= own * (coefficients[j + 1].high - prior + coefficients[j + 1].low);
		}
	}
	if (design->triangle)
		chs_upper_solve_transposed(design->triangle, design->nkept, gradient + 1);
}

/* From coefficients of a chunk's columns to those of the scaled and centred features. */
static void
untransform(const ChsDesign *design, float8 *coefficients)
{
	if (design->triangle)
		chs_upper_solve(design->triangle, design->nkept, coefficients + 1);
}

static void
polish(ChsNewton *newton, ChsTwofold *coefficients)
{
	float8	   *gradient = palloc(newton->n * sizeof(float8));
	float8	   *step = palloc(newton->n * sizeof(float8));
	ChsTwofold *before = palloc(newton->n * sizeof(ChsTwofold));
	float8		likelihood = newton->log_likelihood;
	float8		last = Max(chs_newton_length(newton, NO_POLISH), ROUNDED_POLISH * newton->design.weight);

	memcpy(before, coefficients, newton->n * sizeof(ChsTwofold));
	for (int round = 0; round < MAX_POLISHES; round++)
	{
		float8		length = 0;

		walk_exactly(newton, coefficients, gradient);
		transform_gradient(newton, coefficients, gradient);
		memcpy(step, gradient, newton->n * sizeof(float8));
		chs_cholesky_solve(newton->factor, newton->n, step);
		for (int j = 0; j < newton->n; j++)
			length += gradient[j] * step[j];
		/* a step that is too long at a maximum, or led away: weights or penalties of all magnitudes */
		if (!(length < 4 * last))
		{
			memcpy(coefficients, before, newton->n * sizeof(ChsTwofold));
			newton->log_likelihood = likelihood;
			break;
		}
		/* from here on only rounding is left */
		if (length >= last / 4 || length < chs_newton_length(newton, LAST_POLISH))
			break;
		last = length;
		likelihood = newton->log_likelihood;
		memcpy(before, coefficients, newton->n * sizeof(ChsTwofold));
		untransform(&newton->design, step);
		for (int j = 0; j < newton->n; j++)
			coefficients[j] = chs_twofold_add(coefficients[j], (ChsTwofold) {step[j], 0});
	}
	pfree(gradient);
	pfree(step);
	pfree(before);
}

/*
 * Standard errors and covariance: with LL' the information of a chunk's
 * columns and T the way from their coefficients to those of features, it is
 * U'U, U = inverse of L * T', which subtracts nothing.
 */
static float8 *
make_roots(const ChsNewton *newton)
{
	const ChsDesign *design = &newton->design;
	int			n = newton->n;
	float8	   *roots = palloc0((Size) n * n * sizeof(float8));
	float8	   *row = palloc(n * sizeof(float8));

	for (int i = 0; i < n; i++)
	{
		float8	   *root = roots + i * n;
		int			m = 0;

		row[0] = i == 0;
		for (int j = 0; j < design->nkept; j++)
			row[j + 1] = i == 0 ? -design->centre[j] : i == j + 1;
		if (design->triangle)
			chs_upper_solve_transposed(design->triangle, design->nkept, row + 1);
		for (int j = 0; j < n; j++)
		{
			if (!newton->bound[j])
				root[m++] = row[j];
		}
		chs_lower_solve(newton->factor, m, root);
	}
	pfree(row);
	return roots;
}

static void
set_errors(const ChsNewton *newton, ChsLogisticFit *fit)
{
	const ChsDesign *design = &newton->design;
	int			n = newton->n;
	int			width = fit->nfeatures + 1;
	float8	   *roots = make_roots(newton);

	for (int i = 0; i < n; i++)
	{
		int			of_i = i == 0 ? 0 : design->kept[i - 1] + 1;
		float8		scale_i = i == 0 ? 1 : design->scale[i - 1];

		for (int j = 0; j <= i; j++)
		{
			int			of_j = j == 0 ? 0 : design->kept[j - 1] + 1;
			float8		scale_j = j == 0 ? 1 : design->scale[j - 1];
			float8		sum = 0;

			if (newton->bound[i] || newton->bound[j])
				continue;
			for (int k = 0; k < n; k++)
				sum += roots[i * n + k] * roots[j * n + k];
			sum *= design->weight_factor;
			fit->covariance[of_i * width + of_j] = fit->covariance[of_j * width + of_i] = sum * scale_i * scale_j;
			if (i == j)
				fit->errors[of_i] = sqrt(sum) * scale_i;
		}
	}
	pfree(roots);
}

/*
 * Beginning and end.
 */

/* part times the logarithm of its share, of which most digits are lost near 1 */
static float8
times_log(float8 part, float8 other)
{
	if (part <= 0)
		return 0;
	return part * (part < other ? log(part / (part + other)) : -log1p(other / part));
}

static void
start_fit(ChsNewton *newton, const ChsLogisticProblem *problem, ChsLogisticFit *fit)
{
	const ChsDesign *design = &newton->design;
	int			width = problem->columns.nfeatures + 1;

	memset(fit, 0, sizeof(*fit));
	fit->nrows = design->nrows;
	fit->nevents = design->nevents;
	fit->nfeatures = problem->columns.nfeatures;
	fit->nestimated = newton->n;
	fit->coefficients = palloc(width * sizeof(float8));
	fit->errors = palloc(width * sizeof(float8));
	fit->covariance = palloc((Size) width * width * sizeof(float8));
	for (int i = 0; i < width; i++)
		fit->coefficients[i] = fit->errors[i] = get_float8_nan();
	for (int i = 0; i < width * width; i++)
		fit->covariance[i] = get_float8_nan();
	fit->log_volume = get_float8_nan();
	fit->null_log_likelihood = (times_log(design->event_weight, design->kept_weight) +
								times_log(design->kept_weight, design->event_weight)) / design->weight_factor;
}

/*
 * Where to begin: at coefficients that were given, or at those of a part.
 */
static void
choose_start(ChsNewton *newton, ChsLogisticFit *fit)
{
	const ChsLogisticProblem *problem = newton->problem;
	const ChsDesign *design = &newton->design;
	float8		more = problem->firth ? 0.5 : 0;

	newton->at[0] = log((design->event_weight + more) / (design->kept_weight + more));
	if (problem->start && design->triangle == NULL)
	{
		newton->at[0] = problem->start[0];
		for (int j = 0; j < design->nkept; j++)
		{
			newton->at[j + 1] = problem->start[design->kept[j] + 1] / design->scale[j];
			newton->at[0] += newton->at[j + 1] * design->centre[j];
		}
	}
	else if (design->nrows >= MANY_ROWS && !problem->firth)
	{
		float8		start = newton->at[0];

		newton->chunk_step = PART;
		if (chs_newton_maximise(newton, PART_STEPS, &fit->iterations) != CHS_LOGISTIC_CONVERGED)
		{
			memset(newton->at, 0, newton->n * sizeof(float8));
			newton->at[0] = start;
		}
		newton->chunk_step = 1;
		fit->iterations = 0;
	}
}

/*
 * The intercept of features that are not centred.
 */
static float8
intercept_at_zero(const ChsDesign *design, const ChsTwofold *coefficients)
{
	ChsTwofold	exact = coefficients[0];
	float8		plain = coefficients[0].high;

	for (int j = 0; j < design->nkept; j++)
	{
		exact = chs_twofold_add(exact, chs_twofold_multiply((ChsTwofold) {-design->centre[j], 0}, coefficients[j + 1]));
		plain -= design->centre[j] * coefficients[j + 1].high;
	}
	/* factors near the limit of a double are too large to be split */
	return isfinite(exact.high) ? exact.high : plain;
}

static void
set_coefficients(ChsNewton *newton, ChsLogisticFit *fit)
{
	const ChsLogisticProblem *problem = newton->problem;
	const ChsDesign *design = &newton->design;
	float8	   *start = palloc(newton->n * sizeof(float8));
	ChsTwofold *coefficients = palloc(newton->n * sizeof(ChsTwofold));

	memcpy(start, newton->at, newton->n * sizeof(float8));
	untransform(design, start);
	for (int j = 0; j < newton->n; j++)
		coefficients[j] = (ChsTwofold) {start[j], 0};
	if (!problem->firth && !problem->non_negative &&
		(!design->is_good || (float8) design->nrows * newton->n <= FEW_VALUES))
		polish(newton, coefficients);
	fit->coefficients[0] = intercept_at_zero(design, coefficients);
	for (int j = 0; j < design->nkept; j++)
		fit->coefficients[design->kept[j] + 1] = coefficients[j + 1].high * design->scale[j];
	fit->log_likelihood = newton->log_likelihood / design->weight_factor;
	pfree(start);
	pfree(coefficients);
}

/*
 * Features and weights of extreme sizes may leave nothing but rounding, which
 * looks like a maximum.  A maximum has coefficients that are numbers, and it is
 * not below the likelihood of the intercept alone.
 */
static bool
is_maximum(const ChsLogisticProblem *problem, const ChsLogisticFit *fit)
{
	for (int i = 0; i <= fit->nfeatures; i++)
	{
		if (isinf(fit->coefficients[i]))
			return false;
	}
	return problem->firth || problem->prior ||
		fit->log_likelihood >= LEAST_LIKELIHOOD * fit->null_log_likelihood;
}

static void
forget_coefficients(ChsLogisticFit *fit)
{
	fit->status = CHS_LOGISTIC_NOT_CONVERGED;
	for (int i = 0; i <= fit->nfeatures; i++)
		fit->coefficients[i] = get_float8_nan();
}

/*
 * The fit, in a context that holds all that is not its result.
 */
static void
fit_in_context(const ChsLogisticProblem *problem, bool errors, ChsLogisticFit *fit, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	ChsNewton	newton;
	const ChsDesign *design = &newton.design;

	chs_newton_start(&newton, problem);
	MemoryContextSwitchTo(before);
	start_fit(&newton, problem, fit);
	MemoryContextSwitchTo(context);
	if (!problem->firth && !(design->event_weight > 0 && design->kept_weight > 0))
		fit->status = CHS_LOGISTIC_SEPARATED;
	else
	{
		choose_start(&newton, fit);
		fit->status = chs_newton_maximise(&newton, problem->firth ? MAX_FIRTH_STEPS : MAX_STEPS, &fit->iterations);
	}
	if (fit->status == CHS_LOGISTIC_CONVERGED && problem->firth && !chs_newton_evaluate(&newton))
		fit->status = CHS_LOGISTIC_NOT_CONVERGED;
	/* weights near the limit of a double */
	if (!isfinite(newton.log_likelihood / design->weight_factor))
		fit->status = CHS_LOGISTIC_NOT_CONVERGED;
	if (fit->status == CHS_LOGISTIC_CONVERGED)
	{
		set_coefficients(&newton, fit);
		if (!is_maximum(problem, fit))
			forget_coefficients(fit);
	}
	if (fit->status == CHS_LOGISTIC_CONVERGED)
	{
		if (problem->penalty && problem->non_negative)
			fit->log_volume = chs_laplace_log_volume(&newton);
		if (errors)
			set_errors(&newton, fit);
		if (design->nkept < fit->nfeatures)
			fit->status = CHS_LOGISTIC_ALIASED;
	}
	MemoryContextSwitchTo(before);
}

void
chs_logistic_fit(const ChsLogisticProblem *problem, bool errors, ChsLogisticFit *fit)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "logistic fit", ALLOCSET_DEFAULT_SIZES);

	fit_in_context(problem, errors, fit, context);
	MemoryContextDelete(context);
}
