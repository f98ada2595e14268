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
 * amounts are round, they are listed: contract by contract the list is merged
 * with itself, shifted by the amount.  Money is in whole hundred-millionths,
 * so equal sums are equal.
 *
 * Cells.  Beyond, amounts are rounded to whole cells, so fine that the sum is
 * known to about a ten-thousandth of the whole, and the probabilities of the
 * cells are those of one contract after the other.  That keeps what a smooth
 * approximation loses: a few large contracts leave gaps between the sums.  What
 * rounding takes off a contract is given back to the mean of the sum.  Of very
 * many contracts only the largest go into cells.  The others, each smaller than
 * any of these, enter with their mean and variance, as a normal distribution:
 * among so many larger ones their own shape does not show.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/stats.h"
#include "calibration/forecast_distribution.h"

/* exact: numbers in the list, and numbers that are computed on the way */
#define MAX_NUMBERS			((int64) 4 << 20)
#define MAX_WORK			((int64) 1 << 28)

/* beyond these values of the shock lies less than 2e-17 */
#define LAST_SHOCK			8.5
/* a limit of 99.9999 % lies within these */
#define FAR_SHOCK			5
#define MAX_EXACT_SHOCKS	4097
#define MAX_SHOCKS			257

/* contracts in cells, and cells by the root of their number, without and with shocks */
#define MAX_CELLED			4096
#define MAX_CELLED_SHOCKED	256
#define ROOT_CELLS			4000
#define ROOT_CELLS_SHOCKED	1000
#define MIN_CELLS			16384

/* cells at the ends that are less likely are left out */
#define LEAST_CELL			1e-20

/* beyond so many standard deviations there is nothing */
#define LAST_DEVIATION		9

/* a probability whose quantile the normal distribution still has */
#define LEAST_PROBABILITY	1e-300

/* The sum of unsure contracts under one shock. */
typedef struct ChsShockedSum
{
	ChsShock	shock;
	int64		first;			/* of the cells */
	int64		n;
	double	   *cells;			/* their probabilities */
	double		mean;			/* of what is not in cells */
	double		variance;
} ChsShockedSum;

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
static double
slope_of(const ChsRenewing *contract, double overdispersion, double u)
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
 * Without overdispersion there is no shock: 0.
 */
static double
choose_step(const ChsDistribution *distribution)
{
	double		rho = distribution->overdispersion;
	double		step = 0.4 * sqrt(1 - rho);

	if (rho == 0)
		return 0;
	for (int u = -FAR_SHOCK; u <= FAR_SHOCK; u++)
	{
		double		slope = 0;
		double		variance = 0;

		for (int i = 0; i < distribution->n; i++)
		{
			const ChsRenewing *contract = &distribution->contracts[i];
			double		probability = chs_shocked_probability(contract, rho, u);

			chs_check_interrupts(i);
			slope += slope_of(contract, rho, u);
			variance += contract->count * ((double) contract->mrr * contract->mrr) * probability * (1 - probability);
		}
		/* where all are sure, for all that a double tells, there is nothing to see */
		if (variance > 0 && slope * slope > 6.25 * variance / (1 - rho))
			step = Min(step, sqrt(variance) / slope);
	}
	return step;
}

/* Shocks that are the step apart that is needed, or as many as there may be. */
static ChsShock *
make_shocks(double needed, int max, double *step, int *n)
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

/*
 * The sums of all contracts; false when they are too many.
 */
static bool
list_sums(const ChsDistribution *distribution, const ChsShock *shocks, SumList *list, SumList *other)
{
	int			nshocks = list->nshocks;
	double	   *probabilities = palloc(nshocks * sizeof(double));
	int64		left = count_contracts(distribution);
	int64		work = 0;

	if (are_too_many(list, left, work))
		return false;
	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];

		for (int j = 0; j < nshocks; j++)
			probabilities[j] = chs_shocked_probability(contract, distribution->overdispersion, shocks[j].u);
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

	shocks = make_shocks(needed_step, MAX_EXACT_SHOCKS, &step, &list.nshocks);
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
 * Cells.
 */
static int
compare_largest_first(const void *a, const void *b)
{
	const ChsRenewing *first = a;
	const ChsRenewing *second = b;

	CHECK_FOR_INTERRUPTS();
	if (first->mrr != second->mrr)
		return first->mrr > second->mrr ? -1 : 1;
	return first->probability < second->probability ? -1 : first->probability > second->probability;
}

/* Contracts of one kind that go into cells; those before it have taken "taken". */
static inline int64
celled_count(const ChsDistribution *distribution, const ChsRenewing *contract, int64 taken)
{
	return Min(contract->count, distribution->max_celled - taken);
}

static inline int64
cells_of(const ChsDistribution *distribution, const ChsRenewing *contract)
{
	return (int64) rint((double) contract->mrr / distribution->cell);
}

/*
 * One contract more in cells [low, high), which have the room behind them.
 */
static void
add_to_cells(double *cells, int64 *low, int64 *high, int64 shift, double probability)
{
	memset(cells + *high, 0, shift * sizeof(double));
	for (int64 i = *high + shift - 1; i >= *low + shift; i--)
		cells[i] = cells[i] * (1 - probability) + cells[i - shift] * probability;
	for (int64 i = Min(*low + shift, *high) - 1; i >= *low; i--)
		cells[i] *= 1 - probability;
	*high += shift;
	while (*high - *low > 1 && cells[*high - 1] < LEAST_CELL)
		(*high)--;
	while (*high - *low > 1 && cells[*low] < LEAST_CELL)
		(*low)++;
}

/*
 * The cells of the largest contracts, mean and variance of the others.  Where
 * shocks are further apart than the sum is wide, by coarse_step (or 0), it is
 * made as wide.
 */
static void
set_shocked(const ChsDistribution *distribution, const ChsShock *shock, double coarse_step, double *cells,
			ChsShockedSum *shocked)
{
	double		rho = distribution->overdispersion;
	double		slope = 0;
	int64		taken = 0;
	int64		low = 0;
	int64		high = 1;

	cells[0] = 1;
	shocked->shock = *shock;
	shocked->mean = shocked->variance = 0;
	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;
		double		probability = chs_shocked_probability(contract, rho, shock->u);
		int64		shift = cells_of(distribution, contract);
		int64		celled = shift > 0 ? celled_count(distribution, contract, taken) : 0;

		chs_check_interrupts(i);
		for (int64 k = 0; k < celled; k++)
		{
			CHECK_FOR_INTERRUPTS();
			add_to_cells(cells, &low, &high, shift, probability);
		}
		taken += celled;
		shocked->mean += (contract->count * mrr - celled * (shift * distribution->cell)) * probability;
		shocked->variance += (contract->count - celled) * mrr * mrr * probability * (1 - probability);
		if (coarse_step > 0)
			slope += slope_of(contract, rho, shock->u);
	}
	shocked->variance += 0.25 * coarse_step * coarse_step * slope * slope;
	shocked->first = low;
	shocked->n = high - low;
	shocked->cells = palloc(shocked->n * sizeof(double));
	memcpy(shocked->cells, cells + low, shocked->n * sizeof(double));
}

/* How large a cell is, and how many the celled contracts take together. */
static int64
choose_cell(ChsDistribution *distribution)
{
	bool		has_shocks = distribution->nshocks > 1;
	double		whole = 0;
	int64		taken = 0;
	int64		ncells;

	distribution->max_celled = has_shocks ? MAX_CELLED_SHOCKED : MAX_CELLED;
	for (int i = 0; i < distribution->n && taken < distribution->max_celled; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		int64		celled = celled_count(distribution, contract, taken);

		whole += celled * (double) contract->mrr;
		taken += celled;
	}
	ncells = Max((int64) ((has_shocks ? ROOT_CELLS_SHOCKED : ROOT_CELLS) * sqrt((double) taken)), MIN_CELLS);
	distribution->cell = Max(whole / ncells, 1);
	/* what rounding moves a sum by: a quarter of a cell for a contract, up or down */
	distribution->slack = distribution->cell * Max(sqrt((double) taken) / 2, 1);
	/* each contract may be rounded up */
	return ncells + taken + 1;
}

static void
fill_cells(ChsDistribution *distribution, double needed_step)
{
	double		step;
	ChsShock   *shocks = make_shocks(needed_step, MAX_SHOCKS, &step, &distribution->nshocks);
	bool		is_coarse = step > needed_step;
	double	   *cells;

	qsort(distribution->contracts, distribution->n, sizeof(ChsRenewing), compare_largest_first);
	cells = palloc(choose_cell(distribution) * sizeof(double));
	distribution->shocked = palloc(distribution->nshocks * sizeof(ChsShockedSum));
	for (int j = 0; j < distribution->nshocks; j++)
		set_shocked(distribution, &shocks[j], is_coarse ? step : 0, cells, &distribution->shocked[j]);
	pfree(cells);
}

/*
 * P(S <= amount) under one shock, or P(S >= amount).
 */
static double
shocked_tail(const ChsDistribution *distribution, const ChsShockedSum *shocked, double amount, bool upper)
{
	double		deviation = sqrt(shocked->variance);
	double		sum = 0;

	for (int64 i = 0; i < shocked->n; i++)
	{
		/* how far the cell is on the side that is asked for */
		double		distance = (shocked->first + i) * distribution->cell + shocked->mean - amount;

		if (!upper)
			distance = -distance;
		chs_check_interrupts(i);
		if (distance >= LAST_DEVIATION * deviation)
			sum += shocked->cells[i];
		else if (distance > -LAST_DEVIATION * deviation)
			sum += shocked->cells[i] * 0.5 * erfc(-distance / deviation * M_SQRT1_2);
	}
	return Min(sum, 1);
}

static double
tail_of(ChsDistribution *distribution, double amount, bool upper)
{
	double		sum = 0;

	for (int j = 0; j < distribution->nshocks; j++)
	{
		CHECK_FOR_INTERRUPTS();
		sum += distribution->shocked[j].shock.weight * shocked_tail(distribution, &distribution->shocked[j], amount, upper);
	}
	return sum;
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

#define MAX_STEPS	200

/*
 * The amount at which P(S <= amount) is a share.
 */
static double
find_quantile(ChsDistribution *distribution, double share)
{
	double		whole = (double) distribution->unsure;
	ChsBracket	bracket = {.high = whole, .below = -share, .above = 1 - share};

	while (bracket.nsteps < MAX_STEPS && bracket.high - bracket.low > 0.1 * distribution->cell)
	{
		double		amount = chs_bracket_next(&bracket);
		double		excess = tail_of(distribution, amount, false) - share;

		chs_bracket_narrow(&bracket, amount, excess);
		if (excess == 0)
			break;
	}
	return bracket.high;
}

/*
 * An amount that is known to a few cells, without the digits that are not.
 */
static int128
rounded_amount(const ChsDistribution *distribution, double amount)
{
	double		digit = pow(10, floor(log10(distribution->cell)));

	return (int128) (rint(Min(Max(amount, 0), (double) distribution->unsure) / digit) * digit);
}

/*
 * Entry points.
 */
void
chs_distribution_solve(ChsDistribution *distribution)
{
	double		needed_step = choose_step(distribution);

	if (!solve_exactly(distribution, needed_step))
		fill_cells(distribution, needed_step);
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
	{
		int128		amount = rounded_amount(distribution, find_quantile(distribution, share));

		return distribution->sure + Min(amount, distribution->unsure);
	}
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
 * The probability that all contracts are renewed, or that none is.
 */
static double
all_alike(const ChsDistribution *distribution, bool renewed)
{
	double		sum = 0;

	for (int j = 0; j < distribution->nshocks; j++)
	{
		const ChsShock *shock = &distribution->shocked[j].shock;
		double		logarithm = 0;

		for (int i = 0; i < distribution->n; i++)
		{
			const ChsRenewing *contract = &distribution->contracts[i];
			double		probability = chs_shocked_probability(contract, distribution->overdispersion, shock->u);

			chs_check_interrupts(i);
			logarithm += contract->count * (renewed ? log(probability) : log1p(-probability));
		}
		sum += shock->weight * exp(logarithm);
	}
	return sum;
}

/*
 * P(S >= amount) by cells.  A sum that may be the amount, for all that rounding
 * leaves of it, counts.  Near the ends the sums of none and of all the
 * contracts would come out on the wrong side; they are the bounds.
 */
static double
at_least_by_cells(ChsDistribution *distribution, double amount)
{
	double		slack = distribution->slack;
	double		tail = tail_of(distribution, amount - slack, true);

	if (amount <= 2 * slack)
		tail = Min(tail, 1 - all_alike(distribution, false));
	if ((double) distribution->unsure - amount <= 2 * slack)
		tail = Max(tail, all_alike(distribution, true));
	return tail;
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
		return at_least_by_cells(distribution, (double) amount);
	/* from the rare sums on, so that small ones are not lost */
	for (int64 i = distribution->nsums - 1; i >= 0 && distribution->sums[i] >= amount; i--)
	{
		chs_check_interrupts(i);
		sum += distribution->probabilities[i];
	}
	return Min(sum, 1);
}
