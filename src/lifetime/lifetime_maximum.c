/*-------------------------------------------------------------------------
 *
 * lifetime_maximum.c
 *		The maximum of a likelihood of a few positive parameters.
 *
 * Newton's method on the logarithms of the parameters, which keeps them
 * positive.  Where the likelihood is not concave, the step along an eigenvector
 * of the second derivatives is divided by the absolute value of its eigenvalue,
 * so that it always leads up; a step that does not is halved.  Near the maximum
 * each step doubles the number of right digits; the last steps are taken without
 * a comparison of likelihoods, whose differences are lost in rounding long before
 * the parameters are.
 *
 * A likelihood of this family often has no maximum: it rises for ever while
 * parameters go to zero or infinity, and the model becomes a simpler one, in
 * which customers do not differ.  On such a ridge the likelihood lacks a
 * multiple of exp(-x) of its bound, with x the logarithm of a parameter, and
 * Newton's steps neither shrink nor grow: they are about 1.  So a parameter that is
 * MAX_DISTANCE from where one is expected, in logarithms, tells a ridge.
 * A ridge may hide a maximum elsewhere, and a maximum may be a hill beside a ridge
 * that rises above it.  So the search is made from several starts, some of them on
 * ridges: the highest maximum counts if no search that found none ended above it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/compat.h"
#include "lifetime/lifetime_maximum.h"

#define MAX_ITERATIONS	200
#define MAX_DISTANCE	18.0	/* 65 million times */
#define LONGEST_STEP	3.0
#define MAX_IDLE_STEPS	10
#define MAX_HALVINGS	40

/* from a step as short as this on, the next ones are shorter by themselves */
#define SHORT_STEP		1e-5
#define LAST_STEP		1e-13

/* of a likelihood, what rounding may have changed */
#define ROUNDING		1e-13

/* a step that rounding alone could have made as long as this says nothing */
#define MAX_UNCERTAINTY	1e-4

/* eigenvalues are told apart from zero down to this share of the largest one */
#define FLAT			1e-15

#define MAX_ROTATIONS	50		/* sweeps over a matrix; five are enough */

#define MAX_ELEMENTS	(CHS_MAXIMUM_PARAMS * CHS_MAXIMUM_PARAMS)

/* the likelihood at a point, by logarithms of the parameters */
typedef struct Point
{
	float8		logs[CHS_MAXIMUM_PARAMS];
	float8		value;
	float8		gradient[CHS_MAXIMUM_PARAMS];
	float8		curvature[MAX_ELEMENTS];	/* minus second derivatives */
} Point;

/* eigenvalues of a curvature, and its eigenvectors: element i of number k is vectors[i * n + k] */
typedef struct Axes
{
	float8		values[CHS_MAXIMUM_PARAMS];
	float8		vectors[MAX_ELEMENTS];
} Axes;

typedef struct Search
{
	ChsLikelihood likelihood;
	void	   *data;
	int			n;
	const float8 *start;
	Point		point;
	float8		shortness;		/* the last step taken without comparison, or infinity */
	int			idle;			/* steps in a row that raised nothing beyond rounding */
	int			iterations;
} Search;

/*
 * One rotation of Jacobi's method: makes element (p, q) zero.
 */
static void
rotate(float8 *matrix, float8 *vectors, int n, int p, int q)
{
	float8		theta = (matrix[q * n + q] - matrix[p * n + p]) / (2.0 * matrix[p * n + q]);
	float8		t = (theta < 0 ? -1.0 : 1.0) / (fabs(theta) + hypot(theta, 1.0));
	float8		c = 1.0 / hypot(t, 1.0);
	float8		s = t * c;

	for (int k = 0; k < n; k++)
	{
		float8		of_p = matrix[k * n + p];
		float8		of_q = matrix[k * n + q];

		matrix[k * n + p] = c * of_p - s * of_q;
		matrix[k * n + q] = s * of_p + c * of_q;
	}
	for (int k = 0; k < n; k++)
	{
		float8		of_p = matrix[p * n + k];
		float8		of_q = matrix[q * n + k];

		matrix[p * n + k] = c * of_p - s * of_q;
		matrix[q * n + k] = s * of_p + c * of_q;
		of_p = vectors[k * n + p];
		of_q = vectors[k * n + q];
		vectors[k * n + p] = c * of_p - s * of_q;
		vectors[k * n + q] = s * of_p + c * of_q;
	}
}

/*
 * Eigenvalues and eigenvectors of a symmetric matrix, of which the lower triangle
 * is given, by Jacobi's method.
 */
static void
get_axes(const float8 *lower, int n, Axes *axes)
{
	float8		matrix[MAX_ELEMENTS];

	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j <= i; j++)
		{
			matrix[i * n + j] = matrix[j * n + i] = lower[i * n + j];
			axes->vectors[i * n + j] = axes->vectors[j * n + i] = i == j ? 1.0 : 0.0;
		}
	}
	for (int sweep = 0; sweep < MAX_ROTATIONS; sweep++)
	{
		bool		rotated = false;

		for (int p = 0; p < n; p++)
		{
			for (int q = p + 1; q < n; q++)
			{
				float8		size = sqrt(fabs(matrix[p * n + p])) * sqrt(fabs(matrix[q * n + q]));

				if (matrix[p * n + q] == 0 || fabs(matrix[p * n + q]) <= 0.1 * FLAT * size)
					continue;
				rotate(matrix, axes->vectors, n, p, q);
				rotated = true;
			}
		}
		if (!rotated)
			break;
	}
	for (int i = 0; i < n; i++)
		axes->values[i] = matrix[i * n + i];
}

static bool
is_finite_point(const Point *point, int n)
{
	bool		finite = isfinite(point->value);

	for (int i = 0; i < n; i++)
	{
		finite &= isfinite(point->gradient[i]);
		for (int j = 0; j <= i; j++)
			finite &= isfinite(point->curvature[i * n + j]);
	}
	return finite;
}

/*
 * The likelihood where the logarithms stand; false if it is not finite.
 */
static bool
evaluate(const Search *search, Point *point)
{
	int			n = search->n;
	float8		params[CHS_MAXIMUM_PARAMS];

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
		params[i] = exp(point->logs[i]);
	point->value = search->likelihood(search->data, params, point->gradient, point->curvature);
	for (int i = 0; i < n; i++)
	{
		point->gradient[i] *= params[i];
		for (int j = 0; j <= i; j++)
			point->curvature[i * n + j] *= -params[i] * params[j];
		point->curvature[i * n + i] -= point->gradient[i];
	}
	return is_finite_point(point, n);
}

/*
 * A Newton step that leads up.  Returns how long it is in the parameter that it
 * changes most, cut to LONGEST_STEP; "concave" says whether it leads to a maximum.
 */
static float8
get_step(const Search *search, float8 *step, bool *concave)
{
	int			n = search->n;
	float8		length = 0.0;
	float8		largest = 0.0;
	Axes		axes;

	get_axes(search->point.curvature, n, &axes);
	for (int k = 0; k < n; k++)
		largest = Max(largest, fabs(axes.values[k]));
	*concave = largest > 0;
	memset(step, 0, n * sizeof(float8));
	for (int k = 0; k < n && largest > 0; k++)
	{
		float8		slope = 0.0;

		*concave &= axes.values[k] > FLAT * largest;
		for (int i = 0; i < n; i++)
			slope += search->point.gradient[i] * axes.vectors[i * n + k];
		for (int i = 0; i < n; i++)
			step[i] += slope / Max(fabs(axes.values[k]), FLAT * largest) * axes.vectors[i * n + k];
	}
	for (int i = 0; i < n; i++)
		length = Max(length, fabs(step[i]));
	for (int i = 0; i < n && length > LONGEST_STEP; i++)
		step[i] *= LONGEST_STEP / length;
	return Min(length, LONGEST_STEP);
}

static bool
is_far(const Search *search)
{
	for (int i = 0; i < search->n; i++)
	{
		if (fabs(search->point.logs[i] - log(search->start[i])) > MAX_DISTANCE)
			return true;
	}
	return false;
}

/*
 * One step.  False when the search ends there, with "status".
 */
static bool
iterate(Search *search, ChsMaximumStatus *status)
{
	float8		step[CHS_MAXIMUM_PARAMS];
	bool		concave;
	float8		length = get_step(search, step, &concave);
	bool		is_short = concave && length < SHORT_STEP;
	Point		trial;

	*status = CHS_NOT_IDENTIFIED;
	if (is_far(search) || length == 0.0 || search->idle > MAX_IDLE_STEPS)
		return false;
	if (is_short && (length <= LAST_STEP || length >= 0.5 * search->shortness))
	{
		*status = CHS_CONVERGED;
		return false;
	}
	search->shortness = is_short ? length : INFINITY;
	for (int halvings = 0; halvings < MAX_HALVINGS; halvings++)
	{
		for (int i = 0; i < search->n; i++)
			trial.logs[i] = search->point.logs[i] + step[i];
		if (evaluate(search, &trial) &&
			(is_short || trial.value >= search->point.value - ROUNDING * fabs(trial.value)))
		{
			bool		rises = trial.value > search->point.value + ROUNDING * fabs(trial.value);

			search->idle = rises ? 0 : search->idle + 1;
			search->point = trial;
			return true;
		}
		for (int i = 0; i < search->n; i++)
			step[i] *= 0.5;
	}
	return false;
}

/*
 * The covariance of the parameters at the end of a search.  False where the
 * likelihood is so flat that rounding decides where its maximum is.
 */
static bool
get_covariance(const Search *search, ChsMaximum *maximum)
{
	int			n = search->n;
	float8		matrix[MAX_ELEMENTS];
	float8		noise = 1e-15 * (fabs(search->point.value) + 1.0);
	Axes		axes;

	/* at the maximum the gradient is zero, and only rounding is in it */
	memcpy(matrix, search->point.curvature, n * n * sizeof(float8));
	for (int i = 0; i < n; i++)
		matrix[i * n + i] += search->point.gradient[i];
	get_axes(matrix, n, &axes);
	memset(maximum->covariance, 0, sizeof(maximum->covariance));
	for (int k = 0; k < n; k++)
	{
		if (!(axes.values[k] * MAX_UNCERTAINTY > noise))
			return false;
		for (int i = 0; i < n; i++)
		{
			for (int j = 0; j <= i; j++)
				maximum->covariance[i * n + j] += axes.vectors[i * n + k] * axes.vectors[j * n + k] / axes.values[k] *
					maximum->params[i] * maximum->params[j];
		}
	}
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < i; j++)
			maximum->covariance[j * n + i] = maximum->covariance[i * n + j];
	}
	return true;
}

/*
 * The search from one start.
 */
static void
search_from(ChsMaximum *found, Search *search)
{
	for (int i = 0; i < search->n; i++)
		search->point.logs[i] = log(search->start[i]);
	search->shortness = INFINITY;
	search->idle = 0;
	search->iterations = 0;
	found->status = CHS_NOT_IDENTIFIED;
	if (evaluate(search, &search->point))
	{
		found->status = CHS_NOT_CONVERGED;
		while (search->iterations < MAX_ITERATIONS)
		{
			search->iterations++;
			if (!iterate(search, &found->status))
				break;
			found->status = CHS_NOT_CONVERGED;
		}
	}
	found->value = search->point.value;
	for (int i = 0; i < search->n; i++)
		found->params[i] = exp(search->point.logs[i]);
	if (found->status == CHS_CONVERGED && !get_covariance(search, found))
		found->status = CHS_NOT_IDENTIFIED;
}

/*
 * The maximum, from "starts", nstarts times n numbers.
 */
void
chs_find_maximum(ChsMaximum *maximum, ChsLikelihood likelihood, void *data, int n,
				 const float8 *starts, int nstarts)
{
	float8		ridge = -INFINITY;
	int			iterations = 0;

	for (int i = 0; i < nstarts; i++)
	{
		Search		search = {.likelihood = likelihood, .data = data, .n = n, .start = starts + i * n};
		ChsMaximum	found;

		search_from(&found, &search);
		iterations += search.iterations;
		if (i == 0 || (found.status == CHS_CONVERGED && (maximum->status != CHS_CONVERGED || found.value > maximum->value)))
			*maximum = found;
		if (found.status != CHS_CONVERGED && isfinite(found.value))
			ridge = Max(ridge, found.value);
	}
	if (maximum->status == CHS_CONVERGED && maximum->value < ridge - ROUNDING * fabs(ridge))
		maximum->status = CHS_NOT_IDENTIFIED;
	maximum->iterations = iterations;
}

const char *
chs_maximum_status(ChsMaximumStatus status)
{
	switch (status)
	{
		case CHS_CONVERGED:
			return "converged";
		case CHS_NOT_IDENTIFIED:
			return "heterogeneity not identified";
		case CHS_NOT_CONVERGED:
			return "not converged";
	}
	pg_unreachable();
}
