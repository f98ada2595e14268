/*-------------------------------------------------------------------------
 *
 * special.h
 *		Special functions: differences of the logarithm of the gamma function
 *		and its derivatives, and means under a beta distribution.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SPECIAL_H
#define CHS_SPECIAL_H

#include <math.h>

/*
 * What the logarithm of the gamma function and its first two derivatives gain
 * from z to z + n.
 */
typedef struct ChsGammaRise
{
	float8		log_gamma;
	float8		digamma;
	float8		trigamma;
} ChsGammaRise;

/*
 * The logarithm of B(a, b + n) / B(a, b), and its derivatives by a and b.
 */
typedef struct ChsBetaRise
{
	float8		log_beta;
	float8		by_a;
	float8		by_b;
	float8		by_a_a;
	float8		by_a_b;
	float8		by_b_b;
} ChsBetaRise;

extern float8 chs_trigamma(float8 x);
extern ChsGammaRise chs_gamma_rise(float8 z, float8 n);
extern void chs_gamma_rise_further(ChsGammaRise *rise, float8 z, float8 from, float8 to);
extern ChsBetaRise chs_beta_rise(float8 a, float8 b, float8 n);

/*
 * Nodes and weights for the mean of a function of p, which is distributed as
 * Beta(a, b): the sum of weight[i] x f(log_p[i], log_q[i]), where q = 1 - p.
 * The weights add up to 1.
 */
typedef struct ChsBetaRule
{
	int			n;
	int			max;
	float8	   *log_p;
	float8	   *log_q;
	float8	   *weight;
} ChsBetaRule;

extern void chs_beta_rule_make(ChsBetaRule *rule, float8 a, float8 b, float8 log_scale, float8 power);

/* log(1 + exp(x)) */
static inline float8
chs_log_one_plus_exp(float8 x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

#endif							/* CHS_SPECIAL_H */
