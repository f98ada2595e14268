/*-------------------------------------------------------------------------
 *
 * stats.c
 *		Percentages, Wilson intervals, the normal and chi-square distributions.
 *
 * The normal quantile starts from the rational approximation 26.2.23 of
 * Abramowitz and Stegun (error below 4.5e-4) and is polished by Halley steps
 * on the complementary error function.  Each step cubes the error, so two
 * would do and a third costs nothing: the result is as good as the C
 * library's erfc().  No table of coefficients to mistype.
 *
 * The interval of E. B. Wilson, "Probable Inference, the Law of Succession,
 * and Statistical Inference", JASA 22 (1927), has for its ends the roots of
 *
 *		(n + z^2) x^2 - (2k + z^2) x + k^2/n = 0
 *
 * The textbook form subtracts two nearly equal numbers for the lower end of a
 * rare event.  Here the larger root is a sum of positive terms and the smaller
 * one is the product of the roots divided by it, so neither loses digits.  Of
 * a frequent event the upper end is one minus the lower end of the failures,
 * which makes it exactly one where there are none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/compat.h"
#include "shared/stats.h"

/*
 * The z with P(Z > z) = tail, for 0 < tail <= 0.5.
 */
static float8
normal_upper_quantile(float8 tail)
{
	float8		t = sqrt(-2.0 * log(tail));
	float8		z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	for (int i = 0; i < 3; i++)
	{
		float8		excess = 0.5 * erfc(z * M_SQRT1_2) - tail;
		float8		step = excess * sqrt(2.0 * M_PI) * exp(0.5 * z * z);

		z += step / (1.0 - 0.5 * z * step);
	}
	return z;
}

/*
 * The z with P(Z <= z) = probability, for 0 < probability < 1.
 */
float8
chs_normal_quantile(float8 probability)
{
	if (probability > 0.5)
		return normal_upper_quantile(1.0 - probability);
	return -normal_upper_quantile(probability);
}

/*
 * The two-sided z of a confidence in percent: 95 gives 1.959963984540054.
 */
float8
chs_confidence_z(float8 confidence)
{
	return normal_upper_quantile((100.0 - confidence) / 200.0);
}

float8
chs_normal_two_sided_p(float8 z)
{
	return erfc(fabs(z) * M_SQRT1_2);
}

/*
 * P(chi-square with df degrees of freedom > chi2).  With x = chi2/2 that is the
 * sum of x^k exp(-x) / Gamma(k + 1) for k = 0, 1, ... below df/2, or for k =
 * 1/2, 3/2, ... behind the tail of the normal distribution if df is odd.  All
 * terms are positive, so small tails keep their digits.
 */
float8
chs_chi_square_tail(float8 chi2, int df)
{
	float8		x = chi2 / 2.0;
	float8		sum = df % 2 == 1 ? erfc(sqrt(Max(x, 0.0))) : 0;

	if (chi2 <= 0)
		return 1.0;
	for (float8 k = df / 2.0 - 1.0; k >= 0; k -= 1.0)
		sum += exp(k * log(x) - x - lgamma(k + 1.0));
	return Min(sum, 1.0);
}

/*
 * Wilson interval in percent; trials must be above zero and not below
 * successes.
 */
void
chs_wilson(int64 successes, int64 trials, float8 z, float8 *low, float8 *high)
{
	float8		k = (float8) successes;
	float8		n = (float8) trials;
	float8		failures = (float8) (trials - successes);
	float8		z2 = z * z;
	float8		root = sqrt(z2 * (4.0 * k * (failures / n) + z2));

	*low = 100.0 * (2.0 * k * (k / n) / (2.0 * k + z2 + root));
	if (successes <= trials - successes)
		*high = 100.0 * ((2.0 * k + z2 + root) / (2.0 * (n + z2)));
	else
		*high = 100.0 * (1.0 - 2.0 * failures * (failures / n) / (2.0 * failures + z2 + root));
}
