/*-------------------------------------------------------------------------
 *
 * special.c
 *		Special functions: differences of the logarithm of the gamma function
 *		and its derivatives, and means under a beta distribution.
 *
 * Gamma.  The logarithm of gamma, digamma and trigamma are shifted to arguments
 * from 16 on by their recurrences, where eight terms of the asymptotic series
 * are exact to a double (Abramowitz and Stegun, 6.1.40, 6.3.18 and 6.4.12).
 * Likelihoods need their differences between z and z + n; the leading terms are
 * subtracted by hand, as log1p(n/z), so that nothing cancels where n is small
 * beside z.  Of whole n up to 16 the difference is a sum of n terms.
 *
 * Beta.  The mean of f(p) under Beta(a, b) is an integral over (0, 1) with
 * singular ends.  In y = log(p / (1 - p)) it becomes
 *
 *		integral of f p^a (1-p)^b dy / B(a, b)
 *
 * over the whole line, of a function that is analytic in a strip around it, and
 * for such the trapezoidal rule converges exponentially (Trefethen and Weideman,
 * "The exponentially convergent trapezoidal rule", SIAM Review 56, 2014): its
 * error is exp(-2 pi d / h) with the half-width d of the strip, at least pi/2
 * here, and the spacing h = 1/4.  Where a and b are both large the density
 * is a peak narrower than that, and h follows its width.
 *
 * With small a the density falls as exp(a y) to the left, and summing until it
 * is negligible would take 40/(a h) nodes.  Where p is so small that f no longer
 * changes, the rest is a geometric series.  It becomes one node, which has its
 * sum for a weight and its mean for log p: so the rule is right for functions
 * that are constant there, and for those linear in log p, which derivatives by a
 * are.  The same is done on the right, with b and log(1 - p).
 *
 * The weights are divided by their own sum, so B(a, b) is not needed, and
 * errors common to all of them vanish.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/special.h"

/* from here on the asymptotic series are exact */
#define SERIES_FROM		16.0

/* whole differences up to this one are sums */
#define MAX_SUMMED		16

/* the trapezoidal rule */
#define WIDEST_SPACING	0.25
#define SPACING_OF_PEAK	0.4		/* in standard deviations of log(p / (1-p)) */
#define NEGLIGIBLE		1e-18
#define NO_DIGITS_LEFT	38.0	/* exp(-38) is below a quarter of a double's precision */
#define LOG_OF_SMALL	(-7.0)
#define FIRST_NODES		256
#define MAX_LOG_SCALE	600.0	/* exp() of it is a double */

/* B(2k) / (2k (2k-1)), for log gamma */
static const float8 log_gamma_series[] = {
	1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400
};

/* B(2k) / 2k, for digamma */
static const float8 digamma_series[] = {
	1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160
};

/* B(2k), for trigamma */
static const float8 trigamma_series[] = {
	1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510
};

/* the sum of series[k] t^k */
static inline float8
sum_of_series(const float8 *series, float8 t)
{
	float8		sum = 0.0;

	for (int k = (int) lengthof(log_gamma_series) - 1; k >= 0; k--)
		sum = sum * t + series[k];
	return sum;
}

/*
 * The second derivative of log gamma, of x > 0.
 */
float8
chs_trigamma(float8 x)
{
	float8		result = 0.0;

	for (; x < SERIES_FROM; x += 1.0)
		result += 1.0 / (x * x);
	return result + (1.0 + 0.5 / x + sum_of_series(trigamma_series, 1.0 / (x * x)) / (x * x)) / x;
}

/* the sums over z, z + 1, ..., z + n - 1 */
static ChsGammaRise
rise_by_sum(float8 z, int n)
{
	ChsGammaRise rise = {0};

	for (int i = 0; i < n; i++)
	{
		float8		inverse = 1.0 / (z + i);

		rise.log_gamma += log(z + i);
		rise.digamma += inverse;
		rise.trigamma -= inverse * inverse;
	}
	return rise;
}

/* the difference of the asymptotic series, of z from SERIES_FROM on */
static ChsGammaRise
rise_by_series(float8 z, float8 n)
{
	float8		end = z + n;
	float8		growth = log1p(n / z);
	float8		u = 1.0 / z;
	float8		v = 1.0 / end;
	ChsGammaRise rise;

	rise.log_gamma = (z - 0.5) * growth + n * (log(end) - 1.0) +
		(sum_of_series(log_gamma_series, v * v) * v - sum_of_series(log_gamma_series, u * u) * u);
	rise.digamma = growth + 0.5 * (n * u * v) -
		(sum_of_series(digamma_series, v * v) * v * v - sum_of_series(digamma_series, u * u) * u * u);
	rise.trigamma = -(n * u * v) * (1.0 + 0.5 * (u + v)) +
		(sum_of_series(trigamma_series, v * v) * v * v * v - sum_of_series(trigamma_series, u * u) * u * u * u);
	return rise;
}

/*
 * What log gamma, digamma and trigamma gain from z > 0 to z + n, n >= 0.
 */
ChsGammaRise
chs_gamma_rise(float8 z, float8 n)
{
	ChsGammaRise rise;
	float8		log_gamma = 0.0;
	float8		digamma = 0.0;
	float8		trigamma = 0.0;

	if (n <= MAX_SUMMED && n == rint(n))
		return rise_by_sum(z, (int) n);
	for (; z < SERIES_FROM; z += 1.0)
	{
		float8		u = 1.0 / z;
		float8		v = 1.0 / (z + n);

		log_gamma -= log1p(n * u);
		digamma += u - v;
		trigamma += v * v - u * u;
	}
	rise = rise_by_series(z, n);
	rise.log_gamma += log_gamma;
	rise.digamma += digamma;
	rise.trigamma += trigamma;
	return rise;
}

/*
 * Makes of a rise from z to z + from one to z + to.
 */
void
chs_gamma_rise_further(ChsGammaRise *rise, float8 z, float8 from, float8 to)
{
	ChsGammaRise more = chs_gamma_rise(z + from, to - from);

	rise->log_gamma += more.log_gamma;
	rise->digamma += more.digamma;
	rise->trigamma += more.trigamma;
}

/* the sums over the factors (b + i) / (a + b + i), which may all be near 1 */
static ChsBetaRise
beta_rise_by_sum(float8 a, float8 b, int n)
{
	ChsBetaRise rise = {0};

	for (int i = 0; i < n; i++)
	{
		float8		u = 1.0 / (b + i);
		float8		v = 1.0 / (a + (b + i));

		rise.log_beta -= log1p(a * u);
		rise.by_a -= v;
		rise.by_b += a * u * v;
		rise.by_a_a += v * v;
		rise.by_b_b -= a * u * v * (u + v);
	}
	rise.by_a_b = rise.by_a_a;
	return rise;
}

/*
 * What the logarithm of B(a, b) gains from b to b + n.  The four gamma functions
 * in it are paired so that the shorter of the distances a and n is spanned: over
 * the longer one both differences are large, and nearly equal.
 */
ChsBetaRise
chs_beta_rise(float8 a, float8 b, float8 n)
{
	bool		by_n = n <= a;
	ChsGammaRise of_both;
	ChsGammaRise first;
	ChsGammaRise last;
	ChsBetaRise rise;

	if (n <= MAX_SUMMED && n == rint(n))
		return beta_rise_by_sum(a, b, (int) n);
	of_both = chs_gamma_rise(a + b, n);
	first = by_n ? chs_gamma_rise(b, n) : chs_gamma_rise(b, a);
	last = by_n ? of_both : chs_gamma_rise(b + n, a);
	rise.log_beta = first.log_gamma - last.log_gamma;
	rise.by_a = -of_both.digamma;
	rise.by_b = first.digamma - last.digamma;
	rise.by_a_a = rise.by_a_b = -of_both.trigamma;
	rise.by_b_b = first.trigamma - last.trigamma;
	return rise;
}

/*
 * Nodes of a rule.
 */
static void
start_rule(ChsBetaRule *rule)
{
	rule->n = 0;
	rule->max = FIRST_NODES;
	rule->log_p = palloc(3 * FIRST_NODES * sizeof(float8));
	rule->log_q = rule->log_p + FIRST_NODES;
	rule->weight = rule->log_q + FIRST_NODES;
}

static void
enlarge_rule(ChsBetaRule *rule)
{
	ChsBetaRule larger = *rule;

	CHECK_FOR_INTERRUPTS();
	larger.max = 2 * rule->max;
	larger.log_p = palloc(3 * (Size) larger.max * sizeof(float8));
	larger.log_q = larger.log_p + larger.max;
	larger.weight = larger.log_q + larger.max;
	memcpy(larger.log_p, rule->log_p, rule->n * sizeof(float8));
	memcpy(larger.log_q, rule->log_q, rule->n * sizeof(float8));
	memcpy(larger.weight, rule->weight, rule->n * sizeof(float8));
	pfree(rule->log_p);
	*rule = larger;
}

static inline void
add_node(ChsBetaRule *rule, float8 log_p, float8 log_q, float8 weight)
{
	if (unlikely(rule->n == rule->max))
		enlarge_rule(rule);
	rule->log_p[rule->n] = log_p;
	rule->log_q[rule->n] = log_q;
	rule->weight[rule->n++] = weight;
}

/*
 * A rule while its nodes are laid: the density relative to that at the mode,
 * and, to tell where to stop, the same times min(1/p, scale)^power.
 */
typedef struct BetaWalk
{
	ChsBetaRule *rule;
	float8		a;
	float8		b;
	float8		log_scale;
	float8		power;
	float8		spacing;
	float8		origin;			/* the mode, in y; the first node */
	float8		mode_p;
	float8		mode_q;
	float8		mode_log_p;
	float8		mode_log_q;
	float8		mode_factor;	/* logarithm of min(1/p, scale) at the mode */
	float8		density;		/* sum so far */
	float8		product;
} BetaWalk;

/* log p and log (1-p), neither by a subtraction */
static inline void
logs_of_y(float8 y, float8 *log_p, float8 *log_q)
{
	float8		smaller = -log1p(exp(-fabs(y)));

	*log_p = y < 0 ? y + smaller : smaller;
	*log_q = y < 0 ? smaller : smaller - y;
}

/*
 * Logarithm of the density at a distance from the mode.  Near a sharp peak a and b
 * times the differences nearly cancel, so these are taken without rounding
 * log p first.
 */
static inline float8
log_density(const BetaWalk *walk, float8 distance, float8 log_p, float8 log_q)
{
	if (fabs(distance) < 1.0)
		return -walk->a * log1p(walk->mode_q * expm1(-distance)) - walk->b * log1p(walk->mode_p * expm1(distance));
	return walk->a * (log_p - walk->mode_log_p) + walk->b * (log_q - walk->mode_log_q);
}

/*
 * May the terms behind a node be taken as a geometric series?  The logarithm of
 * the share by which its terms deviate from one is passed; what that makes of
 * the rest of both sums must be negligible, or the share itself.
 */
static inline bool
ends_in_series(const BetaWalk *walk, float8 log_deviation, float8 power, float8 density, float8 product)
{
	float8		share;

	if (log_deviation <= -NO_DIGITS_LEFT)
		return true;
	if (log_deviation > LOG_OF_SMALL)
		return false;
	share = exp(log_deviation) / expm1(power);
	return density * share <= NEGLIGIBLE * walk->density && product * share <= NEGLIGIBLE * walk->product;
}

/*
 * The terms behind a node as one, with the sum of the series and the mean of
 * their y.
 */
static void
add_rest(BetaWalk *walk, int direction, float8 power, float8 log_p, float8 log_q, float8 density)
{
	float8		distance = walk->spacing / -expm1(-power);
	float8		rest = density / expm1(power);

	if (direction < 0)
		add_node(walk->rule, log_p - distance, 0.0, rest);
	else
		add_node(walk->rule, 0.0, log_q - distance, rest);
	walk->density += rest;
}

/*
 * All nodes on one side of the mode: to the left (direction -1, from the
 * first node on) or to the right (1).  "edge" is the y from which on the
 * density is a power, and f constant.
 */
static void
walk_side(BetaWalk *walk, int direction, float8 edge)
{
	float8		power = Max((direction < 0 ? walk->a : walk->b) * walk->spacing, DBL_MIN);
	float8		limit = exp(-power);
	float8		last_density = 0.0;
	float8		last_product = 0.0;

	for (int i = direction < 0;; i++)
	{
		float8		distance = direction * i * walk->spacing;
		float8		y = walk->origin + distance;
		float8		log_p;
		float8		log_q;
		float8		log_weight;
		float8		density;
		float8		product;

		logs_of_y(y, &log_p, &log_q);
		log_weight = log_density(walk, distance, log_p, log_q);
		density = exp(log_weight);
		product = exp(log_weight + walk->power * (Min(-log_p, walk->log_scale) - walk->mode_factor));
		add_node(walk->rule, log_p, log_q, density);
		walk->density += density;
		walk->product += product;
		if (ends_in_series(walk, direction * (edge - y) - NO_DIGITS_LEFT, power, density, product))
		{
			add_rest(walk, direction, power, log_p, log_q, density);
			break;
		}
		/* outwards of the mode the ratio of neighbours falls to its limit, or rises to it */
		if (density <= NEGLIGIBLE * walk->density * (1.0 - Max(limit, density / last_density)) &&
			product <= NEGLIGIBLE * walk->product * (1.0 - Max(limit, product / last_product)))
			break;
		last_density = density;
		last_product = product;
	}
}

/*
 * A rule for Beta(a, b) and functions that are at most 1/p^power or scale^power,
 * and constant where p is far below 1/scale, such as (1 - (1 + p t)^-r) / p with
 * scale (r + 1) t and power 1, or (1 + p t)^-r with power r, which may be tiny where
 * the density has its mode.  The logarithm of the scale is passed.
 */
void
chs_beta_rule_make(ChsBetaRule *rule, float8 a, float8 b, float8 log_scale, float8 power)
{
	BetaWalk	walk = {.rule = rule, .a = a, .b = b};
	float8		log_sum = log(a + b + 1.0);
	float8		left = -NO_DIGITS_LEFT - log_sum;
	float8		right = NO_DIGITS_LEFT + log_sum;

	walk.log_scale = Min(Max(log_scale, 0.0), MAX_LOG_SCALE);
	left -= walk.log_scale;
	walk.spacing = Min(WIDEST_SPACING, SPACING_OF_PEAK * sqrt(1.0 / a + 1.0 / b));
	walk.origin = Min(Max(log(a) - log(b), left), right);
	logs_of_y(walk.origin, &walk.mode_log_p, &walk.mode_log_q);
	walk.mode_p = exp(walk.mode_log_p);
	walk.mode_q = exp(walk.mode_log_q);
	walk.mode_factor = Min(-walk.mode_log_p, walk.log_scale);
	walk.power = power;
	if (power * (walk.log_scale - walk.mode_factor) > MAX_LOG_SCALE)
		walk.power = MAX_LOG_SCALE / (walk.log_scale - walk.mode_factor);

	start_rule(rule);
	walk_side(&walk, 1, right);
	walk_side(&walk, -1, left);
	for (int i = 0; i < rule->n; i++)
		rule->weight[i] /= walk.density;
}
