/*-------------------------------------------------------------------------
 *
 * cox.c
 *		A proportional hazards fit: the maximum, its errors, and whether
 *		hazards are proportional.
 *
 * A feature is left out if all customers under risk at the same time share its
 * value, as with a cohort's first day where risk begins with the cohort: the
 * likelihood is flat along it, which the information at coefficients zero shows.
 *
 * Newton's method on orthogonal features from all coefficients zero.  The
 * partial likelihood is concave, so a step that does not raise it is halved.
 * It ends when the decrement, the squared length of a step in the metric of
 * the information, says that the step is below 1e-9 standard errors, and it
 * changes no hazard by more than a millionth.
 *
 * Where hazards of customers who end stand above all others the likelihood
 * rises for ever (cox_separation.c).  That has a status and no coefficients.
 * The decrement falls by a factor e from step to step then.  It does so, too,
 * where a feature is W times as large for one customer as for others, for about
 * 2 ln(W) steps: until the likelihood is that of the others.
 *
 * Proportional hazards: the score test of theta = 0 for coefficients b + theta
 * g(t), as R's cox.zph has it since survival 3.0 (P. M. Grambsch and T. M.
 * Therneau, Biometrika 81, 1994, is the approximation before), with g the
 * Kaplan-Meier transform of time just before t.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/linalg.h"
#include "survival/cox.h"

#define MAX_ITERATIONS	100
#define MAX_HALVINGS	40

/* the last step is one of which the decrement is below */
#define CONVERGED		1e-18

/*
 * The likelihood is a sum of many terms: a step may lower it by this share of
 * it.  A step of less than that may be one of rounding.
 */
#define SLACK			1e-12

/*
 * Information along a step that has to be left of what there was.  The first
 * step of a feature that few customers have would be so long that none is left,
 * and the likelihood there as flat as at a maximum.
 */
#define LEAST_LEFT		0.05

/* what the first step may change between the logarithms of two hazards, lest it be halved many times */
#define FIRST_CHANGE	8.0
#define ROUNDING		1e-10

/* a decrement above this share of the one before may be that of separation */
#define SLOW			0.1

/* the last step changes the logarithm of no hazard by more; one of rounding may change more */
#define SMALL_CHANGE	1e-6
#define ROUNDING_CHANGE	1e-2

/* what a direction that separates may lose (cox_separation.c), and when steps are about to become too small */
#define NO_LOSS			1e-12
#define NO_LOSS_AT_LAST	1e-9

/*
 * A feature with this share of its information left beside those before it has
 * none of its own, and one with as little as this none at all: the columns of
 * rows have norm 1, so that is their rounding.
 */
#define NO_INFORMATION	1e-11
#define LEAST_INFORMATION	1e-26

/* information about theta of this share of that about b times g^2 is rounding */
#define CHECK_ROUNDING	1e-12

/* what rounding leaves of no information away from zero, where it may be small */
#define SINGULAR		1e-15

/* columns of which less of their information is their own are made orthogonal again */
#define ILL_CONDITIONED	1e-4

typedef struct Newton
{
	ChsCoxRows *rows;
	int			k;
	float8	   *coefficients;
	float8	   *step;
	float8	   *trial;
	float8	   *factor;			/* Cholesky factor of the information */
	ChsCoxSums *sums;
	ChsCoxSums *trial_sums;
	float8		decrement;
	float8	   *least;			/* of each pivot */
	bool	   *aliased;
} Newton;

static float8 *
make_numbers(Size n)
{
	return palloc0(Max(n, 1) * sizeof(float8));
}

/* v' A v of a symmetric matrix, of which the lower triangle is read */
static float8
quadratic_form(const float8 *a, const float8 *v, int k)
{
	float8		sum = 0;

	for (int i = 0; i < k; i++)
	{
		float8		row = a[(Size) i * k + i] * v[i];

		for (int j = 0; j < i; j++)
			row += 2.0 * a[(Size) i * k + j] * v[j];
		sum += row * v[i];
	}
	return sum;
}

/*
 * Factors the information; false if it is singular.
 */
static bool
factor_information(Newton *newton, float8 share, float8 least)
{
	int			k = newton->k;

	memcpy(newton->factor, newton->sums->information, (Size) k * k * sizeof(float8));
	for (int i = 0; i < k; i++)
		newton->least[i] = Max(share * newton->factor[(Size) i * k + i], least);
	return chs_cholesky_rank(newton->factor, k, newton->least, newton->aliased) == k;
}

/*
 * The step from where the sums are; false if the information is singular.
 */
static bool
find_step(Newton *newton)
{
	int			k = newton->k;

	if (!factor_information(newton, SINGULAR, 0))
		return false;
	memcpy(newton->step, newton->sums->score, k * sizeof(float8));
	chs_cholesky_solve(newton->factor, k, newton->step);
	newton->decrement = 0;
	for (int i = 0; i < k; i++)
		newton->decrement += newton->step[i] * newton->sums->score[i];
	return isfinite(newton->decrement);
}

static bool
is_ill_conditioned(const Newton *newton)
{
	for (int i = 0; i < newton->k; i++)
	{
		Size		diagonal = (Size) i * newton->k + i;

		if (newton->factor[diagonal] * newton->factor[diagonal] < ILL_CONDITIONED * newton->sums->information[diagonal])
			return true;
	}
	return false;
}

/*
 * Columns whose information is orthogonal where the coefficients are.  Those
 * that are orthogonal over all rows need not be so when a customer whose
 * feature is a million times as large as the others' has lost all risk.
 */
static void
orthogonalise(Newton *newton)
{
	int			k = newton->k;

	for (int i = 0; i < k; i++)
	{
		float8		sum = 0;

		for (int j = i; j < k; j++)
			sum += newton->factor[(Size) j * k + i] * newton->coefficients[j];
		newton->coefficients[i] = sum;
	}
	chs_cox_rows_transform(newton->rows, newton->factor);
	(void) chs_cox_evaluate(newton->rows, newton->coefficients, newton->sums);
}

/*
 * Along the step until the likelihood is not below what it was and information
 * is left; false if there is no such place.
 */
static bool
take_step(Newton *newton, float8 share)
{
	float8		least = LEAST_LEFT * quadratic_form(newton->sums->information, newton->step, newton->k);

	for (int halving = 0; halving < MAX_HALVINGS; halving++, share /= 2.0)
	{
		ChsCoxSums *sums = newton->trial_sums;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < newton->k; i++)
			newton->trial[i] = newton->coefficients[i] + share * newton->step[i];
		if (chs_cox_evaluate(newton->rows, newton->trial, sums) &&
			sums->log_likelihood >= newton->sums->log_likelihood - SLACK * fabs(newton->sums->log_likelihood) &&
			quadratic_form(sums->information, newton->step, newton->k) >= least)
		{
			memcpy(newton->coefficients, newton->trial, newton->k * sizeof(float8));
			newton->trial_sums = newton->sums;
			newton->sums = sums;
			return true;
		}
	}
	return false;
}

static void
newton_start(Newton *newton, ChsCoxRows *rows)
{
	int			k = rows->nkept;

	newton->rows = rows;
	newton->k = k;
	newton->coefficients = make_numbers(k);
	newton->step = make_numbers(k);
	newton->trial = make_numbers(k);
	newton->factor = make_numbers((Size) k * k);
	newton->least = make_numbers(k);
	newton->aliased = palloc0(Max(k, 1) * sizeof(bool));
	newton->sums = chs_cox_sums_make(rows, false);
	newton->trial_sums = chs_cox_sums_make(rows, false);
	(void) chs_cox_evaluate(rows, newton->coefficients, newton->sums);
}

/*
 * To be started anew while features are left out that have no information.
 */
static void
start_identified(Newton *newton, ChsCoxRows *rows)
{
	newton_start(newton, rows);
	while (!factor_information(newton, NO_INFORMATION, LEAST_INFORMATION))
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < newton->k; i++)
			rows->is_left_out[rows->kept[i]] |= newton->aliased[i];
		chs_cox_rows_leave_out(rows);
		newton_start(newton, rows);
	}
}

/* how far the step moves the logarithms of two hazards apart, at most */
static float8
change_of_step(const Newton *newton)
{
	float8	   *change = MemoryContextAllocHuge(CurrentMemoryContext, newton->rows->n * sizeof(float8));
	float8		range;

	chs_cox_predictors(newton->rows, newton->step, change);
	range = chs_cox_range(change, newton->rows->n);
	pfree(change);
	return range;
}

/*
 * Steps shrink, and below what rounding leaves they stop to.
 */
static bool
is_last_step(const Newton *newton, float8 before)
{
	bool		is_rounding = newton->decrement < ROUNDING && newton->decrement > before / 2.0;

	if (newton->decrement > CONVERGED && !is_rounding)
		return false;
	return change_of_step(newton) <= (is_rounding ? ROUNDING_CHANGE : SMALL_CHANGE);
}

/*
 * The maximum, from coefficients zero.
 */
static ChsCoxStatus
maximise(Newton *newton, int *iterations)
{
	float8		before = get_float8_infinity();

	for (*iterations = 0; *iterations < MAX_ITERATIONS; (*iterations)++)
	{
		bool		is_last;

		/* where no information is left, the step before has told why */
		if (!find_step(newton))
			return *iterations > 0 && chs_cox_is_separated(newton->rows, newton->step, NO_LOSS_AT_LAST) ?
				CHS_COX_SEPARATED : CHS_COX_NOT_CONVERGED;
		if (is_ill_conditioned(newton))
		{
			orthogonalise(newton);
			if (!find_step(newton))
				return CHS_COX_NOT_CONVERGED;
		}
		if (newton->decrement > SLOW * before &&
			chs_cox_is_separated(newton->rows, newton->step, newton->decrement > CONVERGED ? NO_LOSS : NO_LOSS_AT_LAST))
			return CHS_COX_SEPARATED;
		is_last = is_last_step(newton, before);
		before = newton->decrement;
		if (!take_step(newton, *iterations == 0 ? Min(FIRST_CHANGE / change_of_step(newton), 1.0) : 1.0))
			return newton->decrement < ROUNDING ? CHS_COX_CONVERGED : CHS_COX_NOT_CONVERGED;
		if (is_last)
			return CHS_COX_CONVERGED;
	}
	return CHS_COX_NOT_CONVERGED;
}

/*
 * From orthogonal features to those of the caller: b = scale * R^-1 c, and the
 * covariance accordingly.
 */
static void
transform_estimates(const Newton *newton, ChsCoxFit *fit)
{
	const ChsCoxRows *rows = newton->rows;
	int			k = newton->k;
	float8	   *inverse = make_numbers((Size) k * k);
	float8	   *column = make_numbers(k);

	chs_upper_solve(rows->triangle, k, newton->coefficients);
	for (int i = 0; i < k; i++)
		fit->coefficients[rows->kept[i]] = rows->scale[i] * newton->coefficients[i];

	/* R^-1 L'^-1 times its transpose: column j of it from that of L'^-1 */
	for (int j = 0; j < k; j++)
	{
		CHECK_FOR_INTERRUPTS();
		memset(column, 0, k * sizeof(float8));
		column[j] = 1.0;
		chs_lower_solve(newton->factor, k, column);
		for (int i = 0; i < k; i++)
			inverse[(Size) i * k + j] = column[i];
	}
	for (int i = 0; i < k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		chs_upper_solve(rows->triangle, k, inverse + (Size) i * k);
	}
	for (int i = 0; i < k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < k; j++)
		{
			float8		sum = 0;

			for (int l = 0; l < k; l++)
				sum += inverse[(Size) l * k + i] * inverse[(Size) l * k + j];
			fit->covariance[(Size) rows->kept[i] * rows->nfeatures + rows->kept[j]] = rows->scale[i] * sum * rows->scale[j];
			/* whose square may be no double */
			if (i == j)
				fit->errors[rows->kept[i]] = rows->scale[i] * sqrt(sum);
		}
	}
}

/*
 * The matrix of theta after the coefficients are fitted: information of theta
 * less what they share, a lower triangle in place of that of theta.
 */
static void
reduce_information(ChsCoxSums *sums, float8 *factor, int k)
{
	float8	   *half = make_numbers((Size) k * k);

	/* row j of half: L^-1 times column j of the shared part */
	for (int j = 0; j < k; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < k; i++)
			half[(Size) j * k + i] = i >= j ? sums->information_g[(Size) i * k + j] : sums->information_g[(Size) j * k + i];
		chs_lower_solve(factor, k, half + (Size) j * k);
	}
	for (int i = 0; i < k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j <= i; j++)
		{
			for (int l = 0; l < k; l++)
				sums->information_gg[(Size) i * k + j] -= half[(Size) i * k + l] * half[(Size) j * k + l];
		}
	}
}

/*
 * The tests of proportional hazards, for each feature and for all together.
 * "orthogonal" are the coefficients before they are transformed.
 */
static void
check_hazards(const Newton *newton, const float8 *orthogonal, ChsCoxFit *fit)
{
	const ChsCoxRows *rows = newton->rows;
	int			k = newton->k;
	ChsCoxSums *sums = chs_cox_sums_make(rows, true);
	float8	   *factor = make_numbers((Size) k * k);
	float8	   *column = make_numbers(k);
	float8	   *least = make_numbers(k);
	bool	   *aliased = palloc(k * sizeof(bool));
	float8		largest_g = 0;
	float8		rounding;

	if (!chs_cox_evaluate(rows, orthogonal, sums))
		return;
	for (int64 i = 0; i < rows->ntimes; i++)
	{
		chs_check_interrupts(i);
		largest_g = Max(largest_g, fabs(rows->times[i].g));
	}
	rounding = CHECK_ROUNDING * largest_g * largest_g;
	memcpy(factor, sums->information, (Size) k * k * sizeof(float8));
	if (!chs_cholesky(factor, k))
		return;
	reduce_information(sums, factor, k);

	/* in the features of the caller: column j of the triangle on both sides */
	for (int j = 0; j < k; j++)
	{
		float8		score = 0;
		float8		variance;

		for (int i = 0; i < k; i++)
		{
			column[i] = rows->triangle[(Size) i * k + j];
			score += column[i] * sums->score_g[i];
		}
		variance = quadratic_form(sums->information_gg, column, k);
		if (variance > rounding * quadratic_form(sums->information, column, k))
			fit->check_chi2[rows->kept[j]] = score * score / variance;
	}
	for (int i = 0; i < k; i++)
		least[i] = rounding * sums->information[(Size) i * k + i];
	if (chs_cholesky_rank(sums->information_gg, k, least, aliased) < k)
		return;
	chs_lower_solve(sums->information_gg, k, sums->score_g);
	fit->check_global = 0;
	for (int i = 0; i < k; i++)
		fit->check_global += sums->score_g[i] * sums->score_g[i];
}

static void
fit_start(ChsCoxFit *fit, int nfeatures)
{
	Size		n = Max(nfeatures, 1);

	*fit = (ChsCoxFit) {.nfeatures = nfeatures};
	fit->log_likelihood = fit->null_log_likelihood = fit->concordance = fit->check_global = get_float8_nan();
	fit->coefficients = palloc(n * sizeof(float8));
	fit->errors = palloc(n * sizeof(float8));
	fit->check_chi2 = palloc(n * sizeof(float8));
	fit->covariance = palloc(n * n * sizeof(float8));
	for (Size i = 0; i < n; i++)
		fit->coefficients[i] = fit->errors[i] = fit->check_chi2[i] = get_float8_nan();
	for (Size i = 0; i < n * n; i++)
		fit->covariance[i] = get_float8_nan();
}

/*
 * Fits the rows of a block in the canonical order.
 */
void
chs_cox_fit(const ChsSampleBlock *block, int nfeatures, ChsCoxFit *fit)
{
	ChsCoxRows	rows;
	Newton		newton;

	fit_start(fit, nfeatures);
	chs_cox_rows_make(&rows, block, nfeatures);
	fit->nevents = rows.nevents;
	fit->status = CHS_COX_NOT_IDENTIFIED;
	if (rows.nevents == 0)
		return;
	start_identified(&newton, &rows);
	fit->nkept = rows.nkept;
	fit->null_log_likelihood = newton.sums->log_likelihood;
	if (rows.nkept == 0)
		return;
	fit->status = maximise(&newton, &fit->iterations);
	if (fit->status == CHS_COX_CONVERGED && !find_step(&newton))
		fit->status = CHS_COX_NOT_CONVERGED;
	if (fit->status != CHS_COX_CONVERGED)
		return;
	if (rows.nkept < nfeatures)
		fit->status = CHS_COX_ALIASED;
	fit->log_likelihood = newton.sums->log_likelihood;
	fit->concordance = chs_cox_concordance(&rows, newton.coefficients);
	check_hazards(&newton, newton.coefficients, fit);
	transform_estimates(&newton, fit);
}
