/*-------------------------------------------------------------------------
 *
 * stats.c
 *		Percentages, Wilson intervals, the normal distribution.
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
