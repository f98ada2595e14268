/*-------------------------------------------------------------------------
 *
 * confidence_sequence.c
 *		Limits of a rate and of a net promoter score that hold however often
 *		one looks.
 *
 * Let c be the counts of k categories and M(theta) the likelihood of c mixed
 * over a Dirichlet(1/2, ..., 1/2) prior, over the likelihood under theta.  If
 * theta is the truth, M starts at 1 and is a martingale that is never
 * negative, so the chance that it ever reaches 1/alpha is at most alpha
 * (Ville, 1939).  The theta with M(theta) < 1/alpha therefore cover the truth
 * at every moment at once with a probability of 1 - alpha.  M needs the
 * counts only, in no order, so stored summaries do.
 *
 * With G(theta) = sum of c log((c/n) / theta), log M(theta) < log(1/alpha)
 * says
 *
 *		G(theta) <= log(1/alpha) + b - (s - g)
 *
 * in which s - g - b is the log of the mixture over the greatest likelihood.
 * Both are differences of log-gammas of size n log n; phi(x) = log Gamma(x +
 * 1/2) less its leading terms keeps the digits.
 *
 * G is a few units, at a theta that differs from c/n by some 1/sqrt(n).  Its
 * terms are of size sqrt(n) and cancel if the theta add up to 1, but doubles
 * that add up to 1 + 1e-16 leave n 1e-16.  So c - n theta, the sum of which is
 * 0, is taken from each, before it is rounded: what is left are terms that are
 * never negative and hardly feel a theta that is slightly off.
 *
 * Of a rate, G is convex in p.  Of a net promoter score d it is G at the best
 * theta whose promoters less detractors are d, a root of a quadratic; that is
 * convex in d.  So both sets are intervals, and their ends are found by
 * bisection.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/ratio.h"
#include "shared/report.h"

/* from here on a series is as good as lgamma(), and keeps the digits */
#define SERIES_FROM		10.0

/* a double has fewer bits between the ends and the limit than that */
#define MAX_HALVINGS	200

#define MAX_CATEGORIES	3

PG_FUNCTION_INFO_V1(chs_rate_sequence);
PG_FUNCTION_INFO_V1(chs_ratio_sequence);
PG_FUNCTION_INFO_V1(chs_nps_sequence);

/* categories of a rate */
enum
{
	SUCCESSES,
	FAILURES
};

/* categories of a net promoter score */
enum
{
	PROMOTERS,
	PASSIVES,
	DETRACTORS
};

typedef struct Counts
{
	int			k;
	float8		count[MAX_CATEGORIES];
	float8		n;				/* their sum */
	float8		limit;			/* of G */
} Counts;

/* G of the best theta for a value of the rate or score */
typedef float8 (*DivergenceAt) (const Counts *counts, float8 value);

/*
 * log Gamma(x + 1/2) - (x log x - x + log(2 pi)/2)
 */
static float8
log_gamma_rest(float8 x)
{
	float8		y;

	if (x == 0)
		return -M_LN2 / 2.0;
	if (x < SERIES_FROM)
		return lgamma(x + 0.5) - (x * log(x) - x + log(2.0 * M_PI) / 2.0);
	y = 1.0 / (x * x);
	return (-1.0 / 24.0 + y * (7.0 / 2880.0 + y * (-31.0 / 40320.0 + y * (127.0 / 215040.0 - y * (511.0 / 608256.0))))) / x;
}

static float8
divergence_limit(const Counts *counts, float8 confidence)
{
	float8		n = counts->n;
	float8		s = (counts->k - 1) * log(2.0 * M_PI) / 2.0;
	float8		g;
	float8		b;

	for (int i = 0; i < counts->k; i++)
		s += log_gamma_rest(counts->count[i]);
	if (counts->k == 2)
	{
		g = n * log1p(1.0 / (2.0 * n)) + log(n + 0.5) / 2.0 - 0.5 + log_gamma_rest(n + 0.5);
		b = log(M_PI);
	}
	else
	{
		g = log(n + 0.5) + log_gamma_rest(n);
		b = log(2.0 * M_PI);
	}
	return log(100.0 / (100.0 - confidence)) + b - (s - g);
}

/*
 * G: how far theta is from the counts.
 */
static float8
divergence(const Counts *counts, const float8 *theta)
{
	float8		sum = 0;

	for (int i = 0; i < counts->k; i++)
	{
		float8		count = counts->count[i];
		float8		expected;
		float8		more;

		if (count > 0 && theta[i] <= 0)
			return get_float8_infinity();
		expected = counts->n * theta[i];
		more = fma(-counts->n, theta[i], count);
		sum -= more;
		/* log1p() keeps the digits near 0, but not near -1 */
		if (count > 0)
			sum += count * (count < expected / 2.0 ? log(count / expected) : log1p(more / expected));
	}
	return sum;
}

static float8
divergence_at_rate(const Counts *counts, float8 rate)
{
	float8		theta[MAX_CATEGORIES] = {rate, 1.0 - rate};

	return divergence(counts, theta);
}

/*
 * The best theta with promoters - detractors = delta: the detractors are the
 * positive root of a quadratic, in the form that subtracts nothing.
 */
static float8
divergence_at_score(const Counts *counts, float8 delta)
{
	bool		is_swapped = delta < 0;
	float8		d = fabs(delta);
	float8		promoters = counts->count[is_swapped ? DETRACTORS : PROMOTERS];
	float8		detractors = counts->count[is_swapped ? PROMOTERS : DETRACTORS];
	float8		b = (promoters + detractors) * (1.0 - d) - 2.0 * d * (detractors + counts->count[PASSIVES]);
	float8		q = 8.0 * counts->n * detractors * d * (1.0 - d);
	float8		r = sqrt(b * b + q);
	float8		low;			/* the share of detractors */
	float8		theta[MAX_CATEGORIES];

	if (b >= 0)
		low = (b + r) / (4.0 * counts->n);
	else
		low = r - b > 0 ? q / (r - b) / (4.0 * counts->n) : 0;
	theta[is_swapped ? PROMOTERS : DETRACTORS] = low;
	theta[is_swapped ? DETRACTORS : PROMOTERS] = low + d;
	/* which is 0 without passives, but for rounding */
	theta[PASSIVES] = counts->count[PASSIVES] > 0 ? 1.0 - d - 2.0 * low : 0;
	return divergence(counts, theta);
}

static float8
find_limit(const Counts *counts, DivergenceAt divergence_at, float8 outside, float8 inside)
{
	for (int i = 0; i < MAX_HALVINGS; i++)
	{
		float8		middle = outside + (inside - outside) / 2.0;

		if (middle == outside || middle == inside)
			break;
		if (divergence_at(counts, middle) > counts->limit)
			outside = middle;
		else
			inside = middle;
	}
	return inside;
}

/*
 * The row (low, high) in percent or points, NULL where nothing was counted.
 * A value at the end of its range is the limit on that side.
 */
static Datum
sequence_row(FunctionCallInfo fcinfo, Counts *counts, DivergenceAt divergence_at,
			 float8 value, float8 least, float8 confidence)
{
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	confidence = chs_check_confidence(confidence);
	if (counts->n > 0)
	{
		counts->limit = divergence_limit(counts, confidence);
		values[0] = Float8GetDatum(100.0 * (value == least ? least : find_limit(counts, divergence_at, least, value)));
		values[1] = Float8GetDatum(100.0 * (value == 1.0 ? 1.0 : find_limit(counts, divergence_at, 1.0, value)));
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

static Datum
rate_sequence(FunctionCallInfo fcinfo, int64 successes, int64 trials, float8 confidence)
{
	Counts		counts = {.k = 2, .n = (float8) trials};

	counts.count[SUCCESSES] = (float8) successes;
	counts.count[FAILURES] = (float8) (trials - successes);
	return sequence_row(fcinfo, &counts, divergence_at_rate,
						counts.count[SUCCESSES] / counts.n, 0.0, confidence);
}

/*
 * rate_sequence(successes, trials, confidence)
 */
Datum
chs_rate_sequence(PG_FUNCTION_ARGS)
{
	int64		successes = chs_check_count(PG_GETARG_NUMERIC(0), "successes");
	int64		trials = chs_check_count(PG_GETARG_NUMERIC(1), "trials");

	chs_check_successes(successes, trials, "rate_sequence(renewed, due)");
	return rate_sequence(fcinfo, successes, trials, PG_GETARG_FLOAT8(2));
}

/*
 * rate_sequence(s, confidence) of a ratiosummary
 */
Datum
chs_ratio_sequence(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = chs_checked_ratio(chs_summary_arg(fcinfo, 0));

	return rate_sequence(fcinfo, ratio->successes, ratio->trials, PG_GETARG_FLOAT8(1));
}

/*
 * nps_sequence(promoters, passives, detractors, confidence)
 */
Datum
chs_nps_sequence(PG_FUNCTION_ARGS)
{
	Counts		counts = {.k = 3};

	counts.count[PROMOTERS] = (float8) chs_check_count(PG_GETARG_NUMERIC(0), "promoters");
	counts.count[PASSIVES] = (float8) chs_check_count(PG_GETARG_NUMERIC(1), "passives");
	counts.count[DETRACTORS] = (float8) chs_check_count(PG_GETARG_NUMERIC(2), "detractors");
	counts.n = counts.count[PROMOTERS] + counts.count[PASSIVES] + counts.count[DETRACTORS];
	return sequence_row(fcinfo, &counts, divergence_at_score,
						(counts.count[PROMOTERS] - counts.count[DETRACTORS]) / counts.n, -1.0, PG_GETARG_FLOAT8(3));
}
