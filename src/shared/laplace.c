/*-------------------------------------------------------------------------
 *
 * laplace.c
 *		The integral of a likelihood around its maximum, under bounds.
 *
 * Laplace's method: near its maximum the objective is a parabola, so its
 * exponential is a normal distribution, whose integral is known (Tierney and
 * Kadane, Accurate Approximations for Posterior Moments and Marginal
 * Densities, 1986).
 *
 * A bound at 0 cuts the normal distribution.  A coefficient above the bound
 * keeps the share of its own distribution that lies above 0.  One on the bound
 * has a slope there, -g, and falls off as exp(-g u - h u^2 / 2), where h is the
 * curvature that is left to it by the others.  Both give one half for a
 * coefficient that comes to rest on the bound, so the result does not jump
 * there.  That the distributions of several coefficients at their bounds are
 * not independent is left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/laplace.h"
#include "shared/linalg.h"

/* beyond it erfc() loses digits, and two terms of its expansion are enough */
#define FAR_TAIL	25

float8
chs_log_normal_share(float8 x)
{
	return log(erfc(-x / M_SQRT2) / 2);
}

/*
 * The logarithm of the integral of exp(-x u - u^2 / 2) from 0 on, in units of
 * the square root of 2 pi.
 */
static float8
log_tail(float8 x)
{
	if (x < FAR_TAIL)
		return x * x / 2 + chs_log_normal_share(-x);
	return log1p(-1 / (x * x)) - log(x * sqrt(2 * M_PI));
}

/* The factor of the part of the hessian that belongs to free coefficients. */
static int
factor_free(const ChsNewton *newton, int *index, float8 *factor)
{
	int			n = newton->n;
	int			m = 0;

	for (int i = 0; i < n; i++)
	{
		if (!newton->bound[i])
			index[m++] = i;
	}
	for (int i = 0; i < m; i++)
	{
		for (int j = 0; j <= i; j++)
			factor[i * m + j] = newton->hessian[index[i] * n + index[j]];
	}
	return chs_cholesky(factor, m) ? m : -1;
}

float8
chs_laplace_log_volume(const ChsNewton *newton)
{
	int			n = newton->n;
	int		   *index = palloc(n * sizeof(int));
	float8	   *factor = palloc((Size) n * n * sizeof(float8));
	float8	   *column = palloc(n * sizeof(float8));
	int			m = factor_free(newton, index, factor);
	float8		volume;

	if (m < 0)
		return -INFINITY;
	volume = -chs_cholesky_log_determinant(factor, m) / 2;
	for (int a = 1; a < m; a++)
	{
		float8		variance = 0;

		memset(column, 0, m * sizeof(float8));
		column[a] = 1;
		chs_lower_solve(factor, m, column);
		for (int b = a; b < m; b++)
			variance += column[b] * column[b];
		volume += chs_log_normal_share(newton->at[index[a]] / sqrt(variance));
	}
	for (int i = 1; i < n; i++)
	{
		float8		curvature = newton->hessian[i * n + i];

		if (!newton->bound[i])
			continue;
		for (int a = 0; a < m; a++)
			column[a] = newton->hessian[Max(i, index[a]) * n + Min(i, index[a])];
		chs_lower_solve(factor, m, column);
		for (int a = 0; a < m; a++)
			curvature -= column[a] * column[a];
		if (!(curvature > 0))
			return -INFINITY;
		volume += log_tail(Max(-newton->gradient[i], 0) / sqrt(curvature)) - log(curvature) / 2;
	}
	pfree(index);
	pfree(factor);
	pfree(column);
	return volume;
}
