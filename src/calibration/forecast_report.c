/*-------------------------------------------------------------------------
 *
 * forecast_report.c
 *		Questions to a forecastsummary: what the contracts that come up for
 *		renewal will bring, within which limits, and how much more than
 *		independent contracts would have they missed forecasts in the past.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/report.h"
#include "calibration/forecast.h"
#include "calibration/forecast_distribution.h"

/* an overdispersion is found to this, below the highest one that is tried */
#define RHO_PRECISION	1e-12
#define MAX_RHO			0.999
#define MAX_RHO_STEPS	200

PG_FUNCTION_INFO_V1(chs_renewal_forecast);
PG_FUNCTION_INFO_V1(chs_probability_at_least);
PG_FUNCTION_INFO_V1(chs_forecast_overdispersion);

/*
 * The contracts to forecast, which are those of period 0.
 */
static const ChsContracts *
contracts_to_forecast(const ChsForecast *forecast, uint32 *n)
{
	const ChsContracts *contracts = chs_forecast_contracts(forecast);
	uint32		first = 0;
	uint32		end;

	while (first < forecast->counters.nentries && chs_contracts_period(&contracts[first]) < 0)
		chs_check_interrupts(first++);
	for (end = first; end < forecast->counters.nentries && chs_contracts_period(&contracts[end]) == 0; end++)
		chs_check_interrupts(end);
	*n = end - first;
	return contracts + first;
}

/*
 * The expected sum: with the digits of p * mrr that a product of doubles
 * loses, so that 0.9 of 1,000 is 900.00.
 */
typedef struct ExactSum
{
	double		sum;
	double		lost;
} ExactSum;

static void
exact_add(ExactSum *to, double value)
{
	double		sum = to->sum + value;

	to->lost += fabs(to->sum) >= fabs(value) ? (to->sum - sum) + value : (value - sum) + to->sum;
	to->sum = sum;
}

static ExactSum
expected_of(const ChsContracts *contracts, uint32 n, int64 times)
{
	ExactSum	expected = {0};

	for (uint32 i = 0; i < n; i++)
	{
		double		probability = chs_contracts_probability(&contracts[i]);
		double		mrr = (double) chs_contracts_mrr(&contracts[i]);
		double		count = (double) (contracts[i].count / times);
		double		each = probability * mrr;
		double		all = each * count;

		chs_check_interrupts(i);
		exact_add(&expected, all);
		exact_add(&expected, fma(each, count, -all) + fma(probability, mrr, -each) * count);
	}
	return expected;
}

static Datum
expected_amount(const ChsContracts *contracts, uint32 n)
{
	ExactSum	expected = expected_of(contracts, n, 1);

	return chs_money_to_numeric((int128) rint(expected.sum) +
								(int128) rint(expected.sum - rint(expected.sum) + expected.lost));
}

/*
 * The distribution of the sum of a forecast, whose contracts are returned too.
 * False if there are none.
 */
static bool
solve_forecast(const ChsForecast *forecast, double overdispersion, ChsDistribution *distribution,
			   const ChsContracts **contracts, uint32 *n)
{
	chs_check_overdispersion(overdispersion);
	*contracts = contracts_to_forecast(forecast, n);
	if (*n == 0)
		return false;
	chs_renewing_read(distribution, *contracts, *n, 1, overdispersion);
	chs_distribution_solve(distribution);
	return true;
}

/*
 * renewal_forecast(s [, confidence [, overdispersion]]) -> expected, low, high.
 * What is not given is that of the summary.
 */
Datum
chs_renewal_forecast(PG_FUNCTION_ARGS)
{
	const ChsForecast *forecast = chs_forecast_arg(fcinfo, 0);
	double		confidence = PG_NARGS() > 1 ? chs_check_confidence(PG_GETARG_FLOAT8(1)) : forecast->confidence;
	double		overdispersion = PG_NARGS() > 2 ? PG_GETARG_FLOAT8(2) : forecast->overdispersion;
	ChsDistribution distribution;
	const ChsContracts *contracts;
	uint32		n;
	Datum		values[3];
	bool		nulls[3] = {0};

	if (!solve_forecast(forecast, overdispersion, &distribution, &contracts, &n))
		PG_RETURN_NULL();
	values[0] = expected_amount(contracts, n);
	values[1] = chs_money_to_numeric(chs_distribution_quantile(&distribution, (100 - confidence) / 200));
	values[2] = chs_money_to_numeric(chs_distribution_quantile(&distribution, (100 + confidence) / 200));
	return chs_row(fcinfo, values, nulls);
}

/*
 * probability_at_least(s, amount [, overdispersion])
 */
Datum
chs_probability_at_least(PG_FUNCTION_ARGS)
{
	const ChsForecast *forecast = chs_forecast_arg(fcinfo, 0);
	int64		amount = chs_money_from_numeric(PG_GETARG_DATUM(1), "amount", CHS_NO_ROW_NAME);
	double		overdispersion = PG_NARGS() > 2 ? PG_GETARG_FLOAT8(2) : forecast->overdispersion;
	ChsDistribution distribution;
	const ChsContracts *contracts;
	uint32		n;

	if (!solve_forecast(forecast, overdispersion, &distribution, &contracts, &n))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_distribution_at_least(&distribution, amount));
}

/*
 * Past periods.
 */
typedef struct PastPeriod
{
	ChsDistribution distribution;
	double		times;			/* how often this very period was there */
	double		expected;		/* of the unsure contracts */
	double		missed;			/* squared distance of what was renewed from the forecast */
} PastPeriod;

/*
 * The periods of a state; returns how many, those that were there twice
 * counted twice.
 */
static int64
read_periods(const ChsForecast *forecast, PastPeriod **periods, int *nperiods)
{
	const ChsContracts *contracts = chs_forecast_contracts(forecast);
	uint32		first = 0;
	int64		all = 0;
	int			max = 16;

	*nperiods = 0;
	*periods = palloc(max * sizeof(PastPeriod));
	for (uint32 i = 0; i < forecast->counters.nentries; i++)
	{
		PastPeriod *period;
		int64		times;
		ExactSum	expected;

		chs_check_interrupts(i);
		if (i > first && contracts[i].period != contracts[first].period)
			first = i;
		/* the entry with what was renewed is the last of its period */
		if (!chs_contracts_is_actual(&contracts[i]))
			continue;
		times = Max(contracts[i].count, 1);
		if (*nperiods == max)
			*periods = repalloc_huge(*periods, (Size) (max *= 2) * sizeof(PastPeriod));
		period = &(*periods)[(*nperiods)++];
		chs_renewing_read(&period->distribution, &contracts[first], i - first, times, 0);
		expected = expected_of(&contracts[first], i - first, times);
		period->times = (double) times;
		period->expected = expected.sum + expected.lost - (double) period->distribution.sure;
		period->missed = (double) chs_contracts_mrr(&contracts[i]) - (expected.sum + expected.lost);
		period->missed *= period->missed;
		all += times;
	}
	return all;
}

/*
 * The variance of the sum under an overdispersion: that of its mean over all
 * shocks, and the mean of its variance under each.
 */
static double
variance_of(const PastPeriod *period, double rho, const ChsShock *shocks, int nshocks)
{
	double		variance = 0;

	for (int j = 0; j < nshocks; j++)
	{
		double		mean = 0;
		double		inside = 0;

		for (int i = 0; i < period->distribution.n; i++)
		{
			const ChsRenewing *contract = &period->distribution.contracts[i];
			double		mrr = (double) contract->mrr;
			double		probability = chs_shocked_probability(contract, rho, shocks[j].u);

			chs_check_interrupts(i);
			mean += contract->count * mrr * probability;
			inside += contract->count * mrr * mrr * probability * (1 - probability);
		}
		mean -= period->expected;
		variance += shocks[j].weight * (mean * mean + inside);
	}
	return variance;
}

/* sum of variances less sum of squared misses, as a share of the latter */
static double
excess_of(const PastPeriod *periods, int nperiods, double missed, double rho)
{
	int			nshocks;
	ChsShock   *shocks = chs_shocks(0.5 * sqrt(1 - rho), &nshocks);
	double		variance = 0;

	for (int k = 0; k < nperiods; k++)
	{
		CHECK_FOR_INTERRUPTS();
		variance += periods[k].times * variance_of(&periods[k], rho, shocks, nshocks);
	}
	pfree(shocks);
	return variance / missed - 1;
}

/*
 * The rho in the bracket at which the excess, which rises, is zero.
 */
static double
find_rho(const PastPeriod *periods, int nperiods, double missed, ChsBracket bracket)
{
	while (bracket.high - bracket.low > RHO_PRECISION && bracket.nsteps < MAX_RHO_STEPS)
	{
		double		rho = chs_bracket_next(&bracket);
		double		excess = excess_of(periods, nperiods, missed, rho);

		if (fabs(excess) < 1e-13)
			return rho;
		chs_bracket_narrow(&bracket, rho, excess);
	}
	return (bracket.low + bracket.high) / 2;
}

/*
 * forecast_overdispersion(state): the end of the aggregate over past periods.
 * NULL for fewer than two, and where even contracts that renew together
 * would have missed by less.
 */
Datum
chs_forecast_overdispersion(PG_FUNCTION_ARGS)
{
	const ChsForecast *forecast = chs_forecast_arg(fcinfo, 0);
	PastPeriod *periods;
	int			nperiods;
	double		missed = 0;
	ChsBracket	bracket = {.high = MAX_RHO};

	if (read_periods(forecast, &periods, &nperiods) < 2)
		PG_RETURN_NULL();
	for (int k = 0; k < nperiods; k++)
		missed += periods[k].times * periods[k].missed;
	if (missed == 0)
		PG_RETURN_FLOAT8(0);
	bracket.below = excess_of(periods, nperiods, missed, 0);
	if (bracket.below >= 0)
		PG_RETURN_FLOAT8(0);
	bracket.above = excess_of(periods, nperiods, missed, MAX_RHO);
	if (bracket.above < 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(find_rho(periods, nperiods, missed, bracket));
}
