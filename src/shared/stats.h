/*-------------------------------------------------------------------------
 *
 * stats.h
 *		Percentages, Wilson intervals, the normal and chi-square distributions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_STATS_H
#define CHS_STATS_H

#include <math.h>

/*
 * part of whole in percent; the caller has seen to whole > 0.  Multiplying
 * first keeps every percentage that a double can hold exact (45, 92.5).
 */
static inline float8
chs_percent(int64 part, int64 whole)
{
	return 100.0 * (float8) part / (float8) whole;
}

/*
 * The same of amounts, infinite only if the result is.
 */
static inline float8
chs_percent_of(float8 part, float8 whole)
{
	float8		percent = 100.0 * part / whole;

	return isinf(percent) ? part / whole * 100.0 : percent;
}

extern float8 chs_normal_quantile(float8 probability);
extern float8 chs_confidence_z(float8 confidence);
extern float8 chs_normal_two_sided_p(float8 z);
extern float8 chs_chi_square_tail(float8 chi2, int df);
extern void chs_wilson(int64 successes, int64 trials, float8 z,
					   float8 *low, float8 *high);

#endif							/* CHS_STATS_H */
