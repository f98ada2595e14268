/*-------------------------------------------------------------------------
 *
 * forecast_distribution.c
 *		The distribution of the MRR of those contracts that are renewed.
 *
 * Each contract renews with its probability.  Renewals are not independent: a
 * bad quarter hits all customers.  So with an overdispersion rho there is one
 * normal shock u, common to all, and a contract renews with
 *
 *		P(renew | u) = Phi((Phi^-1(p) - sqrt(rho) u) / sqrt(1 - rho)),
 *
 * which leaves each probability, and the expected sum, as it was (Vasicek,
 * "Probability of Loss on Loan Portfolio", 1987).  Given u the contracts are
 * independent; what u can be is integrated by the trapezoidal rule, which for
 * such a function converges faster than any power of its step.
 *
 * Exact.  Where the sums that can occur are few, because contracts are few or
 * amounts are round, they are listed.  Of the most frequent kind of contracts
 * any number renews, by the binomial distribution; for each contract of another
 * kind the list is merged with itself, shifted by the amount.  Money is in whole
 * hundred-millionths, so equal sums are equal.
 *
 * Beyond, amounts are rounded to cells (forecast_cells.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/stats.h"
#include "calibration/forecast_cells.h"
#include "calibration/forecast_distribution.h"

/* exact: numbers in the list, and numbers that are computed on the way */
#define MAX_NUMBERS			((int64) 4 << 20)
#define MAX_WORK			((int64) 1 << 24)

/* beyond these values of the shock lies less than 2e-17 */
#define LAST_SHOCK			8.5
/* a limit of 99.9999 % lies within these */
#define FAR_SHOCK			5
#define MAX_EXACT_SHOCKS	4097

/* an amount of so many standard deviations of the sum of smaller ones leaves heaps of it */
#define HEAPED				2

/* a probability whose quantile the normal distribution still has */
#define LEAST_PROBABILITY	1e-300

/*
 * Takes the contracts of a summary apart; "times" of them are the same
 * contracts seen more than once.
 */
void
chs_renewing_read(ChsDistribution *distribution, const ChsContracts *contracts, uint32 n, int64 times,
				  double overdispersion)
{
	memset(distribution, 0, sizeof(*distribution));
	distribution->overdispersion = overdispersion;
	distribution->contracts = palloc_extended(Max(n, 1) * sizeof(ChsRenewing), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < n; i++)
	{
		double		probability = chs_contracts_probability(&contracts[i]);
		int64		mrr = chs_contracts_mrr(&contracts[i]);
		int64		count = contracts[i].count / times;

		chs_check_interrupts(i);
		if (mrr <= 0 || count <= 0 || !(probability > 0))
			continue;
		if (probability >= 1)
			distribution->sure += (int128) mrr * count;
		else
		{
			ChsRenewing *renewing = &distribution->contracts[distribution->n++];

			renewing->probability = probability;
			renewing->z = chs_normal_quantile(Max(probability, LEAST_PROBABILITY));
			renewing->mrr = mrr;
			renewing->count = count;
			distribution->unsure += (int128) mrr * count;
		}
	}
}

static int
compare_amounts(const void *a, const void *b)
{
	const ChsRenewing *first = a;
	const ChsRenewing *second = b;

	CHECK_FOR_INTERRUPTS();
	if (first->mrr != second->mrr)
		return first->mrr > second->mrr ? -1 : 1;
	return first->probability < second->probability ? -1 : first->probability > second->probability;
}

/*
 * The shock.
 */
double
chs_shocked_probability(const ChsRenewing *contract, double overdispersion, double u)
{
	if (overdispersion == 0)
		return contract->probability;
	return 0.5 * erfc((sqrt(overdispersion) * u - contract->z) / sqrt(1 - overdispersion) * M_SQRT1_2);
}

/*
 * Values of the shock that are a step apart, with weights that add up to 1.
 */
ChsShock *
chs_shocks(double step, int *n)
{
	int			half = (int) ceil(LAST_SHOCK / step);
	ChsShock   *shocks = palloc((2 * half + 1) * sizeof(ChsShock));
	double		sum = 0;

	*n = 2 * half + 1;
	for (int i = 0; i < *n; i++)
	{
		shocks[i].u = (i - half) * step;
		shocks[i].weight = exp(-0.5 * shocks[i].u * shocks[i].u);
		sum += shocks[i].weight;
	}
	for (int i = 0; i < *n; i++)
		shocks[i].weight /= sum;
	return shocks;
}

/* how fast the mean of a contract falls with the shock */
double
chs_shock_slope(const ChsRenewing *contract, double overdispersion, double u)
{
	double		at = (contract->z - sqrt(overdispersion) * u) / sqrt(1 - overdispersion);

	return contract->count * (double) contract->mrr * exp(-0.5 * at * at) / sqrt(2 * M_PI) *
		sqrt(overdispersion / (1 - overdispersion));
}

/*
 * A step that is fine enough.  Seen over u, the chance that the sum is below
 * an amount falls from 1 to 0 where the mean crosses it, within a width that
 * is the standard deviation over the slope of the mean.  Contracts that are
 * nearly sure have the steepest slope far from the middle, where a limit may be.
 *
 * Contracts that are far larger than others leave heaps of the sums of these,
 * which are as narrow as without them.  So each part of the contracts counts
 * that is small beside the next larger one.
 */
static double
choose_step(ChsDistribution *distribution)
{
	const ChsRenewing *contracts = distribution->contracts;
	double		rho = distribution->overdispersion;
	double		step = 0.4 * sqrt(1 - rho);

	/* without overdispersion there is no shock */
	if (rho == 0 || distribution->n == 0)
		return 0;
	distribution->steepest = contracts[0].mrr;
	for (int u = -FAR_SHOCK; u <= FAR_SHOCK; u++)
	{
		double		slope = 0;
		double		variance = 0;

		for (int i = distribution->n - 1; i >= 0; i--)
		{
			double		mrr = (double) contracts[i].mrr;
			double		probability = chs_shocked_probability(&contracts[i], rho, u);

			chs_check_interrupts(i);
			slope += chs_shock_slope(&contracts[i], rho, u);
			variance += contracts[i].count * mrr * mrr * probability * (1 - probability);
			if (i > 0 && contracts[i - 1].mrr < HEAPED * sqrt(variance))
				continue;
			/* where all are sure, for all that a double tells, there is nothing to see */
			if (variance > 0 && slope * slope > 6.25 * variance / (1 - rho) && sqrt(variance) / slope < step)
			{
				step = sqrt(variance) / slope;
				distribution->steepest = contracts[i].mrr;
			}
		}
	}
	return step;
}

/* Shocks that are the step apart that is needed, or as many as there may be. */
ChsShock *
chs_make_shocks(double needed, int max, double *step, int *n)
{
	if (needed == 0)
	{
		ChsShock   *none = palloc(sizeof(ChsShock));

		none->u = 0;
		none->weight = 1;
		*step = 0;
		*n = 1;
		return none;
	}
	*step = Max(needed, 2 * LAST_SHOCK / (max - 1));
	return chs_shocks(*step, n);
}

/*
 * Exact: a list of sums, each with its probability under every shock.
 */
typedef struct SumList
{
	int			nshocks;
	int64		n;
	int64		max;
	int128	   *sums;
	double	   *probabilities;
} SumList;

static void
sum_list_reserve(SumList *list, int64 n)
{
	if (n <= list->max)
		return;
	list->max = Max(n, 2 * list->max);
	if (list->sums)
	{
		pfree(list->sums);
		pfree(list->probabilities);
	}
	list->sums = palloc_extended(list->max * sizeof(int128), MCXT_ALLOC_HUGE);
	list->probabilities = palloc_extended(list->max * list->nshocks * sizeof(double), MCXT_ALLOC_HUGE);
}

/*
 * The sums of the contracts of one kind alone.  Their probabilities follow from
 * that of the most likely sum, which is set when all are known.
 */
static void
list_kind(SumList *list, const ChsRenewing *kind, const double *probabilities)
{
	int			nshocks = list->nshocks;

	list->n = kind->count + 1;
	sum_list_reserve(list, list->n);
	for (int64 i = 0; i < list->n; i++)
		list->sums[i] = (int128) kind->mrr * i;
	for (int j = 0; j < nshocks; j++)
	{
		double	   *out = list->probabilities + j;
		double		odds = probabilities[j] / (1 - probabilities[j]);
		int64		most = Min((int64) (probabilities[j] * (kind->count + 1)), kind->count);
		double		sum = 1;

		CHECK_FOR_INTERRUPTS();
		out[most * nshocks] = 1;
		for (int64 i = most + 1; i <= kind->count; i++)
			sum += out[i * nshocks] = out[(i - 1) * nshocks] * ((double) (kind->count - i + 1) / i) * odds;
		for (int64 i = most - 1; i >= 0; i--)
			sum += out[i * nshocks] = out[(i + 1) * nshocks] * ((double) (i + 1) / (kind->count - i)) / odds;
		for (int64 i = 0; i <= kind->count; i++)
			out[i * nshocks] /= sum;
	}
}

/*
 * One contract more, from one list into another one that has the room.
 */
static void
add_contract(SumList *to, const SumList *from, int64 mrr, const double *probabilities)
{
	int			nshocks = from->nshocks;
	int64		kept = 0;		/* without the contract */
	int64		added = 0;		/* with it */

	to->n = 0;
	while (added < from->n)
	{
		int128		with = from->sums[added] + mrr;
		int128		without = kept < from->n ? from->sums[kept] : with + 1;
		double	   *out = to->probabilities + to->n * nshocks;
		const double *a = from->probabilities + kept * nshocks;
		const double *b = from->probabilities + added * nshocks;

		chs_check_interrupts(to->n);
		to->sums[to->n++] = Min(without, with);
		if (without == with)
		{
			for (int i = 0; i < nshocks; i++)
				out[i] = a[i] * (1 - probabilities[i]) + b[i] * probabilities[i];
		}
		else if (without < with)
		{
			for (int i = 0; i < nshocks; i++)
				out[i] = a[i] * (1 - probabilities[i]);
		}
		else
		{
			for (int i = 0; i < nshocks; i++)
				out[i] = b[i] * probabilities[i];
		}
		kept += without <= with;
		added += with <= without;
	}
}

/*
 * Will the sums be too many, or too much work?  Each contract makes a list longer
 * by one at least, so this is known before the work is done.
 */
static bool
are_too_many(const SumList *list, int64 contracts_left, int64 work)
{
	if (contracts_left > MAX_NUMBERS / list->nshocks - list->n)
		return true;
	return work + list->nshocks * contracts_left * (2 * list->n + contracts_left - 1) > MAX_WORK;
}

static int64
count_contracts(const ChsDistribution *distribution)
{
	int64		count = 0;

	for (int i = 0; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		/* those of a damaged value may be any */
		if (pg_add_s64_overflow(count, distribution->contracts[i].count, &count))
			return PG_INT64_MAX;
	}
	return count;
}

static void
set_probabilities(const ChsDistribution *distribution, const ChsRenewing *contract, const ChsShock *shocks, int nshocks,
				  double *probabilities)
{
	for (int j = 0; j < nshocks; j++)
		probabilities[j] = chs_shocked_probability(contract, distribution->overdispersion, shocks[j].u);
}

static const ChsRenewing *
most_frequent(const ChsDistribution *distribution)
{
	const ChsRenewing *kind = &distribution->contracts[0];

	for (int i = 1; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		if (distribution->contracts[i].count > kind->count)
			kind = &distribution->contracts[i];
	}
	return kind;
}

/*
 * The sums of all contracts; false when they are too many.
 */
static bool
list_sums(const ChsDistribution *distribution, const ChsShock *shocks, SumList *list, SumList *other)
{
	int			nshocks = list->nshocks;
	double	   *probabilities = palloc(nshocks * sizeof(double));
	const ChsRenewing *kind;
	int64		left;
	int64		work = 0;

	if (distribution->n == 0)
		return true;
	kind = most_frequent(distribution);
	left = count_contracts(distribution) - kind->count;
	if (kind->count >= MAX_NUMBERS / nshocks)
		return false;
	set_probabilities(distribution, kind, shocks, nshocks, probabilities);
	list_kind(list, kind, probabilities);
	if (are_too_many(list, left, work))
		return false;
	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];

		if (contract == kind)
			continue;
		set_probabilities(distribution, contract, shocks, nshocks, probabilities);
		for (int64 k = 0; k < contract->count; k++)
		{
			SumList		swap;

			CHECK_FOR_INTERRUPTS();
			work += 2 * list->n * nshocks;
			sum_list_reserve(other, 2 * list->n);
			add_contract(other, list, contract->mrr, probabilities);
			swap = *list;
			*list = *other;
			*other = swap;
			if (are_too_many(list, --left, work))
				return false;
		}
	}
	return true;
}

static bool
solve_exactly(ChsDistribution *distribution, double needed_step)
{
	SumList		list = {0};
	SumList		other = {0};
	double		step;
	ChsShock   *shocks;

	shocks = chs_make_shocks(needed_step, MAX_EXACT_SHOCKS, &step, &list.nshocks);
	other.nshocks = list.nshocks;
	sum_list_reserve(&list, 1);
	list.n = 1;
	list.sums[0] = 0;
	for (int j = 0; j < list.nshocks; j++)
		list.probabilities[j] = 1;
	if (!list_sums(distribution, shocks, &list, &other))
		return false;

	distribution->nsums = list.n;
	distribution->sums = list.sums;
	distribution->probabilities = list.probabilities;
	for (int64 i = 0; i < list.n; i++)
	{
		double		sum = 0;

		chs_check_interrupts(i);
		for (int j = 0; j < list.nshocks; j++)
			sum += shocks[j].weight * list.probabilities[i * list.nshocks + j];
		distribution->probabilities[i] = sum;
	}
	return true;
}

/*
 * False position with the Illinois rule; every third step halves the bracket.
 */
double
chs_bracket_next(ChsBracket *bracket)
{
	if (bracket->nsteps++ % 3 == 2)
		return (bracket->low + bracket->high) / 2;
	return bracket->low + (bracket->high - bracket->low) * (-bracket->below / (bracket->above - bracket->below));
}

void
chs_bracket_narrow(ChsBracket *bracket, double at, double excess)
{
	if (excess >= 0)
	{
		bracket->high = at;
		bracket->above = excess;
		if (bracket->last > 0)
			bracket->below /= 2;
		bracket->last = 1;
	}
	else
	{
		bracket->low = at;
		bracket->below = excess;
		if (bracket->last < 0)
			bracket->above /= 2;
		bracket->last = -1;
	}
}

/*
 * Entry points.
 */
void
chs_distribution_solve(ChsDistribution *distribution)
{
	double		needed_step;

	qsort(distribution->contracts, distribution->n, sizeof(ChsRenewing), compare_amounts);
	needed_step = choose_step(distribution);
	if (!solve_exactly(distribution, needed_step))
		chs_cells_fill(distribution, needed_step);
}

/*
 * The smallest sum x with P(S <= x) >= share.
 */
int128
chs_distribution_quantile(ChsDistribution *distribution, double share)
{
	double		sum = 0;
	int64		i = 0;

	if (distribution->nsums == 0)
		return distribution->sure + chs_cells_quantile(distribution, share);
	/* a sum of doubles that is a share on paper may miss it by the last digits */
	for (; i < distribution->nsums - 1; i++)
	{
		chs_check_interrupts(i);
		sum += distribution->probabilities[i];
		if (sum >= share * (1 - 1e-12))
			break;
	}
	return distribution->sure + distribution->sums[i];
}

/*
 * P(S >= amount)
 */
double
chs_distribution_at_least(ChsDistribution *distribution, int128 amount)
{
	double		sum = 0;

	amount -= distribution->sure;
	if (amount <= 0)
		return 1;
	if (amount > distribution->unsure)
		return 0;
	if (distribution->nsums == 0)
		return chs_cells_at_least(distribution, amount);
	/* from the rare sums on, so that small ones are not lost */
	for (int64 i = distribution->nsums - 1; i >= 0 && distribution->sums[i] >= amount; i--)
	{
		chs_check_interrupts(i);
		sum += distribution->probabilities[i];
	}
	return Min(sum, 1);
}
