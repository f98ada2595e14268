/*-------------------------------------------------------------------------
 *
 * newton.c
 *		The maximum of the likelihood of a logistic regression, step by step.
 *
 * Newton's method (which is iteratively reweighted least squares), with steps
 * halved until the objective does not fall and no column loses most of its
 * information.  The objective is concave, so this finds its maximum if it has
 * one.  The steps are measured in standard errors (the Newton decrement): after
 * one below 1e-9 the rest is rounding, since the next one would be its square.
 *
 * Coefficients "at" belong to the columns of the design's chunks, which are
 * well conditioned (design.c).
 *
 * No maximum.  If a direction d has (2y - 1) x'd >= 0 in all rows, going on in
 * it never lowers the likelihood (Albert and Anderson, On the Existence of
 * Maximum Likelihood Estimates in Logistic Regression Models, 1984).  Newton's
 * steps run into such a direction, where each adds about one to the linear
 * predictor, so from the eighth step on it is tried whether they are one.
 *
 * Firth's penalty is half the logarithm of the determinant of the information:
 * to the gradient each row adds its leverage times (1/2 - p) (Firth, Bias
 * Reduction of Maximum Likelihood Estimates, 1993).
 *
 * Bounds: each step solves the quadratic model under the bounds by an active
 * set (Lawson and Hanson, Solving Least Squares Problems, 1974).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "shared/linalg.h"
#include "shared/newton.h"

/* squares of steps in standard errors that end it, or do if they shrink no more */
#define LAST_STEP		1e-18
#define SMALL_STEP		1e-12
#define LAST_FIRTH_STEP	1e-26

/* what rounding leaves of a step, as a share of the sum of weights */
#define ROUNDING		1e-26

#define MAX_HALVINGS	60

/* steps before a separating direction is looked for */
#define FREE_STEPS		8

/* the same with a penalty, which may be too small to count */
#define MANY_STEPS		60

/*
 * What rows may lose in a separating direction, as a share of the largest gain.
 * What a step has of other directions falls by a factor of e with each step; a
 * row of which a feature is far from all others gains more than they lose.
 */
#define SEPARATING		1e-12

/* what rounding makes rows lose, as a share of what predictors are made of */
#define ROUNDED_LOSS	1e-15

/* what the steps to infinity add to a predictor is about one */
#define LEAST_GAIN		0.1

/* a predictor whose likelihood is 1 for all that a double tells, and how far a gain must be able to go */
#define SURE			40
#define FAR_GAIN		100

/* no last step changes a predictor by so much */
#define LAST_CHANGE		0.01

/* the objective may fall by this share of it, which is rounding */
#define SLACK			1e-12

/*
 * The share of each column's information, beside the columns before it, that a
 * step has to leave.  The first step of a flag that few rows have, if their
 * outcomes are unlikely, is so long that nothing is left, and the likelihood
 * there as flat as at a maximum.  Less than the other share is rounding.
 */
#define LEAST_LEFT		0.05
#define NO_INFORMATION	1e-13

/* a pull on a bound coefficient that is rounding, as a share of what it is made of */
#define NO_PULL			1e-13

/*
 * The walk over all rows: likelihood, gradient and information at "at".
 */

/*
 * Residuals and curvatures of a chunk from its linear predictors.  The rows'
 * likelihoods are multiplied, 128 numbers between 1 and 2, for one logarithm.
 */
static float8
residuals_of(const ChsChunk *chunk, const float8 *predictor, float8 *residual, float8 *curvature)
{
	float8		product = 1;
	float8		sum = 0;

	for (int i = 0; i < chunk->nrows; i++)
	{
		float8		small = exp(-fabs(predictor[i]));
		float8		larger = 1 / (1 + small);
		bool		is_event = chunk->outcome[i] > 0;
		bool		agrees = (predictor[i] >= 0) == is_event;
		float8		error = agrees ? small * larger : larger;

		product *= 1 + small;
		sum += agrees ? 0 : -fabs(predictor[i]);
		residual[i] = is_event ? error : -error;
		curvature[i] = small * larger * larger;
	}
	for (int i = chunk->nrows; i < CHS_CHUNK_ROWS; i++)
		residual[i] = curvature[i] = 0;
	return sum - log(product);
}

/* The same with weights. */
static float8
weighted_residuals_of(const ChsChunk *chunk, const float8 *predictor, float8 *residual, float8 *curvature)
{
	float8		sum = 0;

	(void) residuals_of(chunk, predictor, residual, curvature);
	for (int i = 0; i < chunk->nrows; i++)
	{
		bool		agrees = (predictor[i] >= 0) == (chunk->outcome[i] > 0);

		sum += chunk->weight[i] * ((agrees ? 0 : -fabs(predictor[i])) - log1p(exp(-fabs(predictor[i]))));
		residual[i] *= chunk->weight[i];
		curvature[i] *= chunk->weight[i];
	}
	return sum;
}

float8
chs_newton_residuals(const ChsNewton *newton, const ChsChunk *chunk, const float8 *predictor,
					 float8 *residual, float8 *curvature)
{
	if (newton->problem->columns.weight >= 0)
		return weighted_residuals_of(chunk, predictor, residual, curvature);
	return residuals_of(chunk, predictor, residual, curvature);
}

static void
predict_chunk(const ChsNewton *newton, const float8 *coefficients, float8 *predictor)
{
	memset(predictor, 0, CHS_CHUNK_ROWS * sizeof(float8));
	for (int j = 0; j < newton->n; j++)
		chs_chunk_add_scaled(predictor, chs_design_column(&newton->design, j), coefficients[j]);
}

static void
walk_rows(ChsNewton *newton)
{
	ChsChunk	chunk;
	int			n = newton->n;
	float8		predictor[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		residual[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		curvature[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		weighted[CHS_CHUNK_ROWS] pg_attribute_aligned(16);

	newton->log_likelihood = 0;
	memset(newton->gradient, 0, n * sizeof(float8));
	memset(newton->hessian, 0, (Size) n * n * sizeof(float8));
	chs_chunk_start(&chunk, &newton->design, newton->chunk_step);
	while (chs_chunk_next(&chunk))
	{
		const float8 *columns = newton->design.values;

		predict_chunk(newton, newton->at, predictor);
		newton->log_likelihood += chs_newton_residuals(newton, &chunk, predictor, residual, curvature);
		chs_chunk_add_dots(residual, columns, n, newton->gradient);
		for (int j = 0; j < n; j++)
		{
			chs_chunk_product(weighted, curvature, chs_design_column(&newton->design, j));
			chs_chunk_add_dots(weighted, columns, j + 1, newton->hessian + j * n);
		}
	}
}

/*
 * Firth: the rows' leverages, with the factor of the information.
 */
static void
leverages_of(const ChsNewton *newton, float8 *leverage)
{
	const float8 *factor = newton->factor;
	int			n = newton->n;

	memset(leverage, 0, CHS_CHUNK_ROWS * sizeof(float8));
	for (int j = 0; j < n; j++)
	{
		float8	   *column = newton->copy + j * CHS_CHUNK_ROWS;

		memcpy(column, chs_design_column(&newton->design, j), CHS_CHUNK_ROWS * sizeof(float8));
		for (int k = 0; k < j; k++)
			chs_chunk_add_scaled(column, newton->copy + k * CHS_CHUNK_ROWS, -factor[j * n + k]);
		for (int i = 0; i < CHS_CHUNK_ROWS; i++)
		{
			column[i] /= factor[j * n + j];
			leverage[i] += column[i] * column[i];
		}
	}
}

/*
 * The gradient of the penalty, and to the information what makes it the second
 * derivative with the leverages as they are: each row counts 1 + leverage
 * times.  Without that, steps would be twice too long where rows are few.
 */
static void
add_firth(ChsNewton *newton)
{
	ChsChunk	chunk;
	int			n = newton->n;
	float8		predictor[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		residual[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		curvature[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		leverage[CHS_CHUNK_ROWS] pg_attribute_aligned(16);

	chs_chunk_start(&chunk, &newton->design, 1);
	while (chs_chunk_next(&chunk))
	{
		const float8 *columns = newton->design.values;

		predict_chunk(newton, newton->at, predictor);
		(void) residuals_of(&chunk, predictor, residual, curvature);
		leverages_of(newton, leverage);
		for (int i = 0; i < CHS_CHUNK_ROWS; i++)
		{
			leverage[i] *= curvature[i];
			residual[i] = leverage[i] * -tanh(predictor[i] / 2) / 2;
			leverage[i] *= curvature[i];
		}
		chs_chunk_add_dots(residual, columns, n, newton->gradient);
		for (int j = 0; j < n; j++)
		{
			chs_chunk_product(curvature, leverage, chs_design_column(&newton->design, j));
			chs_chunk_add_dots(curvature, columns, j + 1, newton->hessian + j * n);
		}
	}
}

/*
 * Penalties.
 */

/*
 * Penalty and prior for the columns of chunks.  With z the scaled features and
 * q = z * inverse of R, coefficients c of q belong to b = inverse of R * c.
 */
static void
make_penalty(ChsNewton *newton)
{
	const ChsLogisticProblem *problem = newton->problem;
	const ChsDesign *design = &newton->design;
	int			n = newton->n;
	int			k = n - 1;
	const float8 *r = design->triangle;
	float8	   *row = palloc(n * sizeof(float8));

	newton->penalty = palloc0((Size) n * n * sizeof(float8));
	newton->prior = palloc0(n * sizeof(float8));
	for (int j = 0; j < k; j++)
	{
		float8		own = problem->penalty[design->kept[j]] * design->scale[j] * design->scale[j];
		float8		prior = problem->prior ? problem->prior[design->kept[j]] / design->scale[j] : 0;

		own = Min(own * design->weight_factor, CHS_LARGEST_PENALTY);
		/* row j of the inverse of R */
		memset(row, 0, k * sizeof(float8));
		row[j] = 1;
		if (r)
			chs_upper_solve_transposed(r, k, row);
		for (int a = 0; a < k; a++)
		{
			for (int b = 0; b < k; b++)
				newton->penalty[(a + 1) * n + b + 1] += own * row[a] * row[b];
			newton->prior[a + 1] += (r ? (a <= j ? r[a * k + j] : 0) : a == j) * prior;
		}
	}
	pfree(row);
}

static void
add_penalty(ChsNewton *newton)
{
	int			n = newton->n;

	newton->objective = newton->log_likelihood;
	if (newton->penalty == NULL)
		return;
	for (int i = 1; i < n; i++)
	{
		float8		pull = 0;

		for (int j = 1; j < n; j++)
		{
			float8		penalty = newton->penalty[i * n + j] / newton->chunk_step;

			pull += penalty * (newton->at[j] - newton->prior[j]);
			if (j <= i)
				newton->hessian[i * n + j] += penalty;
		}
		newton->gradient[i] -= pull;
		newton->objective -= pull * (newton->at[i] - newton->prior[i]) / 2;
	}
}

/*
 * Everything at "at".  False where the information is not positive definite.
 * With Firth's penalty the factor is that of the information then.
 */
bool
chs_newton_evaluate(ChsNewton *newton)
{
	Size		size = (Size) newton->n * newton->n * sizeof(float8);

	walk_rows(newton);
	add_penalty(newton);
	if (!newton->problem->firth)
		return isfinite(newton->objective);
	memcpy(newton->factor, newton->hessian, size);
	if (!isfinite(newton->objective) || !chs_cholesky(newton->factor, newton->n))
		return false;
	newton->objective += chs_cholesky_log_determinant(newton->factor, newton->n) / 2;
	add_firth(newton);
	return true;
}

/*
 * Steps.
 */

/* Solves with the coefficients that are not bound; the others get 0. */
static bool
solve_free(ChsNewton *newton, const float8 *right, float8 *solution)
{
	int			n = newton->n;
	int			m = 0;
	int		   *index = palloc(n * sizeof(int));
	bool		solved;

	for (int i = 0; i < n; i++)
	{
		if (!newton->bound[i])
			index[m++] = i;
	}
	for (int i = 0; i < m; i++)
	{
		for (int j = 0; j <= i; j++)
			newton->factor[i * m + j] = newton->hessian[index[i] * n + index[j]];
		newton->scratch[i] = right[index[i]];
	}
	solved = chs_cholesky(newton->factor, m);
	if (solved)
		chs_cholesky_solve(newton->factor, m, newton->scratch);
	for (int i = 0; solved && i < n; i++)
		solution[i] = 0;
	for (int i = 0; solved && i < m; i++)
		solution[index[i]] = newton->scratch[i];
	pfree(index);
	return solved;
}

/* The largest pull of the quadratic model on a bound coefficient, or 0. */
static int
coefficient_to_free(const ChsNewton *newton, const float8 *right, const float8 *place)
{
	int			n = newton->n;
	int			best = 0;
	float8		largest = 0;

	for (int i = 1; i < n; i++)
	{
		float8		pull = right[i];
		float8		size = fabs(right[i]);

		if (!newton->bound[i])
			continue;
		for (int j = 0; j < n; j++)
		{
			float8		part = newton->hessian[i >= j ? i * n + j : j * n + i] * place[j];

			pull -= part;
			size += fabs(part);
		}
		/* what is left of large numbers is rounding */
		if (pull > NO_PULL * size && pull * pull > largest * newton->hessian[i * n + i])
		{
			largest = pull * pull / newton->hessian[i * n + i];
			best = i;
		}
	}
	return best;
}

/*
 * Moves the place to where it is wanted, or to the first bound on the way,
 * which holds from then on.
 */
static bool
stopped_by_bound(ChsNewton *newton, float8 *place, const float8 *wanted)
{
	int			n = newton->n;
	float8		share = 1;
	int			blocking = 0;

	for (int i = 1; i < n; i++)
	{
		if (!newton->bound[i] && wanted[i] < 0 && place[i] / (place[i] - wanted[i]) <= share)
		{
			share = place[i] / (place[i] - wanted[i]);
			blocking = i;
		}
	}
	for (int i = 0; i < n; i++)
		place[i] += share * (wanted[i] - place[i]);
	if (blocking == 0)
		return false;
	place[blocking] = 0;
	newton->bound[blocking] = true;
	return true;
}

/*
 * The step to the maximum of the quadratic model under the bounds: of
 * f'u - u'Hu/2, f = gradient + H at, over u with u >= 0 but for the intercept.
 */
static bool
bounded_step(ChsNewton *newton)
{
	int			n = newton->n;
	float8	   *right = palloc(n * sizeof(float8));
	float8	   *place = palloc(n * sizeof(float8));
	float8	   *wanted = palloc(n * sizeof(float8));
	int			freed = 0;

	for (int i = 0; i < n; i++)
	{
		right[i] = newton->gradient[i];
		for (int j = 0; j < n; j++)
			right[i] += newton->hessian[i >= j ? i * n + j : j * n + i] * newton->at[j];
		place[i] = newton->at[i];
		newton->bound[i] = i > 0 && !(newton->at[i] > 0);
	}
	for (int round = 0; round < 10 * n; round++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!solve_free(newton, right, wanted))
		{
			/* the one that was freed last is a combination of others: leave it out */
			if (freed == 0)
				return false;
			newton->bound[freed] = true;
			break;
		}
		if (stopped_by_bound(newton, place, wanted))
			continue;
		freed = coefficient_to_free(newton, right, place);
		if (freed == 0)
			break;
		newton->bound[freed] = false;
	}
	for (int i = 0; i < n; i++)
		newton->step[i] = place[i] - newton->at[i];
	pfree(right);
	pfree(place);
	pfree(wanted);
	return true;
}

/*
 * The next step, and the square of its length in standard errors.
 */
static bool
find_step(ChsNewton *newton, float8 *length)
{
	int			n = newton->n;

	if (!(newton->problem->non_negative ? bounded_step(newton) : solve_free(newton, newton->gradient, newton->step)))
		return false;
	*length = 0;
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n; j++)
			*length += newton->step[i] * newton->hessian[i >= j ? i * n + j : j * n + i] * newton->step[j];
	}
	return isfinite(*length);
}

/*
 * How much information a step has to leave, by column, and how many columns
 * have any.
 */
static int
set_least_information(ChsNewton *newton)
{
	int			n = newton->n;
	int			rank;

	memcpy(newton->scratch, newton->hessian, (Size) n * n * sizeof(float8));
	for (int i = 0; i < n; i++)
		newton->least[i] = NO_INFORMATION * newton->hessian[i * n + i];
	rank = chs_cholesky_rank(newton->scratch, n, newton->least, newton->aliased);
	for (int i = 0; i < n; i++)
	{
		float8		pivot = newton->scratch[i * n + i];

		newton->least[i] = newton->aliased[i] ? get_float8_infinity() : LEAST_LEFT * pivot * pivot;
	}
	return rank;
}

static bool
keeps_information(ChsNewton *newton, int rank)
{
	memcpy(newton->scratch, newton->hessian, (Size) newton->n * newton->n * sizeof(float8));
	return chs_cholesky_rank(newton->scratch, newton->n, newton->least, newton->aliased) == rank;
}

/*
 * Goes there, or less far while the objective falls or information is lost.
 */
static bool
take_step(ChsNewton *newton)
{
	float8		objective = newton->objective;
	int			rank = set_least_information(newton);
	float8		share = 1;

	memcpy(newton->before, newton->at, newton->n * sizeof(float8));
	for (int halving = 0; halving < MAX_HALVINGS; halving++, share /= 2)
	{
		for (int i = 0; i < newton->n; i++)
		{
			newton->at[i] = newton->before[i] + share * newton->step[i];
			/* a bound is reached exactly */
			if (newton->problem->non_negative && i > 0 && (newton->bound[i] || newton->at[i] < 0) && share == 1)
				newton->at[i] = 0;
		}
		if (chs_newton_evaluate(newton) && newton->objective >= objective - SLACK * fabs(objective) &&
			keeps_information(newton, rank))
			return true;
	}
	return false;
}

/* What the step does to the rows. */
typedef struct StepEffect
{
	float8		change;			/* of the predictor of a row that is not sure, before or after */
	float8		most;			/* gained by a row whose likelihood is not yet 1 */
	float8		loss;			/* of a row that is not sure, times what rounding is less at its margin */
	float8		risk;			/* lost by a sure row, as a share of what it may lose */
} StepEffect;

static void
add_effect(StepEffect *effect, float8 margin, float8 own)
{
	bool		is_sure = margin > SURE;

	if (exp(-fabs(margin)) > 0)
		effect->most = Max(effect->most, own);
	if (!is_sure || margin + own <= SURE)
		effect->change = Max(effect->change, fabs(own));
	if (is_sure)
		effect->risk = Max(effect->risk, -own / (margin - SURE));
	else
		effect->loss = Max(effect->loss, -own * exp(-Max(margin, 0) / 2));
}

static StepEffect
effect_of_step(ChsNewton *newton)
{
	ChsChunk	chunk;
	float8		predictor[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	float8		gain[CHS_CHUNK_ROWS] pg_attribute_aligned(16);
	StepEffect	effect = {0};

	chs_chunk_start(&chunk, &newton->design, newton->chunk_step);
	while (chs_chunk_next(&chunk))
	{
		predict_chunk(newton, newton->at, predictor);
		predict_chunk(newton, newton->step, gain);
		for (int i = 0; i < chunk.nrows; i++)
		{
			if (chunk.outcome[i] > 0)
				add_effect(&effect, predictor[i], gain[i]);
			else
				add_effect(&effect, -predictor[i], -gain[i]);
		}
	}
	return effect;
}

/*
 * Is the last step a direction in which no row loses, but one gains whose
 * likelihood is not yet 1?  A row that is sure stays it for many steps.  Where
 * the likelihood is flat, rounding is larger by the root of what its curvature
 * is smaller.
 */
static bool
step_separates(ChsNewton *newton)
{
	StepEffect	effect = effect_of_step(newton);
	float8		size = 0;

	for (int j = 0; j < newton->n; j++)
		size += fabs(newton->at[j]);
	return effect.most > LEAST_GAIN && effect.risk * FAR_GAIN < effect.most &&
		effect.loss <= Max(SEPARATING * effect.most, ROUNDED_LOSS * size);
}

/*
 * What a maximum that was not found means.
 */
static ChsLogisticStatus
why_not(ChsNewton *newton, int steps)
{
	return steps >= FREE_STEPS && !newton->problem->firth && step_separates(newton) ?
		CHS_LOGISTIC_SEPARATED : CHS_LOGISTIC_NOT_CONVERGED;
}

/*
 * Is a step too small to tell from rounding?  Standard errors shrink with large
 * weights, rounding does not.
 */
static bool
is_small_step(const ChsNewton *newton, float8 length)
{
	return length < Max(chs_newton_length(newton, SMALL_STEP), ROUNDING * newton->design.weight);
}

/*
 * Is a step of that length the last one?  Firth's ones shrink but steadily.
 * Where information was lost, a step that changes much is short, too.
 */
static bool
is_last_step(ChsNewton *newton, float8 length, float8 before)
{
	if (newton->problem->firth)
		return length < LAST_FIRTH_STEP || (length < LAST_STEP && length > before * 0.99);
	/* steps towards infinity shrink by a factor of e */
	return (length < chs_newton_length(newton, LAST_STEP) ||
			(is_small_step(newton, length) && length > before * 0.5)) &&
		effect_of_step(newton).change < LAST_CHANGE;
}

/*
 * Newton's method from "at".
 */
ChsLogisticStatus
chs_newton_maximise(ChsNewton *newton, int max_steps, int *steps)
{
	bool		is_free = !newton->problem->firth && newton->penalty == NULL;
	float8		before = DBL_MAX;

	if (!chs_newton_evaluate(newton))
		return CHS_LOGISTIC_NOT_CONVERGED;
	for (int i = 0; i < max_steps; i++)
	{
		float8		length;

		++*steps;
		if (!find_step(newton, &length))
			return why_not(newton, i);
		if (is_last_step(newton, length, before))
		{
			for (int j = 0; j < newton->n; j++)
				newton->at[j] = newton->bound[j] ? 0 : newton->at[j] + newton->step[j];
			return CHS_LOGISTIC_CONVERGED;
		}
		before = length;
		if (i >= (is_free ? FREE_STEPS : MANY_STEPS) && why_not(newton, i) == CHS_LOGISTIC_SEPARATED)
			return CHS_LOGISTIC_SEPARATED;
		if (!take_step(newton))
			return is_small_step(newton, length) ? CHS_LOGISTIC_CONVERGED : why_not(newton, i);
	}
	return CHS_LOGISTIC_NOT_CONVERGED;
}

/*
 * Everything that a walk needs, with all coefficients 0.
 */
void
chs_newton_start(ChsNewton *newton, const ChsLogisticProblem *problem)
{
	Size		square;
	ChsDesignMode mode = CHS_TRANSFORM;

	memset(newton, 0, sizeof(*newton));
	newton->problem = problem;
	newton->chunk_step = 1;
	/* of features of which one is the other one's opposite, bounds choose */
	if (problem->non_negative)
		mode = CHS_KEEP_FEATURES;
	else if (problem->penalty == NULL)
		mode |= CHS_DROP_ALIASED;
	chs_design_make(&newton->design, problem->blocks, problem->nblocks, &problem->columns, mode);
	newton->n = newton->design.nkept + 1;
	square = (Size) newton->n * newton->n * sizeof(float8);
	newton->at = palloc0(newton->n * sizeof(float8));
	newton->gradient = palloc(newton->n * sizeof(float8));
	newton->step = palloc0(newton->n * sizeof(float8));
	newton->before = palloc(newton->n * sizeof(float8));
	newton->least = palloc(newton->n * sizeof(float8));
	newton->aliased = palloc(newton->n * sizeof(bool));
	newton->bound = palloc0(newton->n * sizeof(bool));
	newton->hessian = palloc(square);
	newton->factor = palloc(square);
	newton->scratch = palloc(square);
	if (problem->firth)
		newton->copy = (float8 *) TYPEALIGN(16, palloc(((Size) newton->n * CHS_CHUNK_ROWS + 2) * sizeof(float8)));
	if (problem->penalty)
		make_penalty(newton);
}
