/*-------------------------------------------------------------------------
 *
 * rate_difference.c
 *		Is a rate another one than before?
 *
 * The interval is that of R. G. Newcombe, "Interval estimation for the
 * difference between independent proportions", Statistics in Medicine 17
 * (1998), method 10: with the Wilson limits l and u of either rate p,
 *
 *		low  = d - sqrt((p1 - l1)^2 + (u2 - p2)^2)
 *		high = d + sqrt((u1 - p1)^2 + (p2 - l2)^2)
 *
 * so it holds for small counts and for rates of 0 and 100 %, where the usual
 * one shrinks to a point.  The p-value is that of the pooled z-test, which is
 * the chi-square test of the two by two table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/ratio.h"
#include "shared/report.h"
#include "shared/stats.h"

PG_FUNCTION_INFO_V1(chs_rate_difference);
PG_FUNCTION_INFO_V1(chs_ratio_difference);

/* successes of trials, with their rate and its limits in percent */
typedef struct Rate
{
	int64		successes;
	int64		trials;
	float8		rate;
	float8		low;
	float8		high;
} Rate;

static void
find_limits(Rate *rate, float8 z)
{
	rate->rate = chs_percent(rate->successes, rate->trials);
	chs_wilson(rate->successes, rate->trials, z, &rate->low, &rate->high);
}

/*
 * p1 - p2 as a share.  The cross products keep digits that two rounded rates
 * next to each other have lost.
 */
static float8
share_difference(const Rate *a, const Rate *b)
{
	int128		crossed = (int128) a->successes * b->trials - (int128) b->successes * a->trials;

	return (float8) crossed / ((float8) a->trials * (float8) b->trials);
}

/*
 * The difference, its limits and its p-value as a row.
 */
static Datum
difference_row(FunctionCallInfo fcinfo, Rate a, Rate b, float8 confidence)
{
	float8		z = chs_confidence_z(chs_check_confidence(confidence));
	Datum		values[4] = {0};
	bool		nulls[4] = {true, true, true, true};

	if (a.trials > 0 && b.trials > 0)
	{
		float8		share = share_difference(&a, &b);
		float8		pooled = ((float8) a.successes + (float8) b.successes) / ((float8) a.trials + (float8) b.trials);
		float8		failed = ((float8) (a.trials - a.successes) + (float8) (b.trials - b.successes)) /
			((float8) a.trials + (float8) b.trials);

		find_limits(&a, z);
		find_limits(&b, z);
		values[0] = Float8GetDatum(100.0 * share);
		values[1] = Float8GetDatum(Max(100.0 * share - hypot(a.rate - a.low, b.high - b.rate), -100.0));
		values[2] = Float8GetDatum(Min(100.0 * share + hypot(a.high - a.rate, b.rate - b.low), 100.0));
		nulls[0] = nulls[1] = nulls[2] = false;
		if (pooled > 0 && failed > 0)
		{
			float8		error = sqrt(pooled * failed * (1.0 / (float8) a.trials + 1.0 / (float8) b.trials));

			values[3] = Float8GetDatum(chs_normal_two_sided_p(share / error));
			nulls[3] = false;
		}
	}
	return chs_row(fcinfo, values, nulls);
}

static Rate
rate_of_counts(FunctionCallInfo fcinfo, int argno, const char *successes, const char *trials)
{
	Rate		rate = {0};

	rate.successes = chs_check_count(PG_GETARG_NUMERIC(argno), successes);
	rate.trials = chs_check_count(PG_GETARG_NUMERIC(argno + 1), trials);
	chs_check_successes(rate.successes, rate.trials, "rate_difference(renewed, due, renewed_before, due_before)");
	return rate;
}

static Rate
rate_of_ratio(FunctionCallInfo fcinfo, int argno)
{
	ChsRatio   *ratio = chs_checked_ratio(chs_summary_arg(fcinfo, argno));
	Rate		rate = {0};

	rate.successes = ratio->successes;
	rate.trials = ratio->trials;
	return rate;
}

/*
 * rate_difference(successes_a, trials_a, successes_b, trials_b, confidence)
 */
Datum
chs_rate_difference(PG_FUNCTION_ARGS)
{
	Rate		a = rate_of_counts(fcinfo, 0, "successes_a", "trials_a");
	Rate		b = rate_of_counts(fcinfo, 2, "successes_b", "trials_b");

	return difference_row(fcinfo, a, b, PG_GETARG_FLOAT8(4));
}

/*
 * rate_difference(a, b, confidence) of two ratiosummaries
 */
Datum
chs_ratio_difference(PG_FUNCTION_ARGS)
{
	return difference_row(fcinfo, rate_of_ratio(fcinfo, 0), rate_of_ratio(fcinfo, 1), PG_GETARG_FLOAT8(2));
}
