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
 * Cells.  Beyond, amounts are rounded to whole cells, and the probabilities of
 * the cells are those of one contract after the other.  That keeps what a smooth
 * approximation loses: a few large contracts leave gaps between the sums.  What
 * rounding takes off a contract is given back to the mean of the sum.  Cells are
 * as fine as their number allows where the sum can lie; for contracts that are
 * nearly sure that is a small part of the whole.  Of very
 * many contracts only those with the largest third moments go into cells.  The
 * others enter with their mean, variance and skewness, as a normal distribution
 * that is bent (Cornish and Fisher, 1938): what is lost is bounded by the sum of
 * their third moments (Berry, 1941; Esseen, 1942).  The largest amounts would be
 * the wrong choice where they are nearly sure.
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

/* contracts in cells, and cells, without and with shocks */
#define MAX_CELLED			1024
#define MAX_CELLED_SHOCKED	256
#define NCELLS				196608
#define NCELLS_SHOCKED		16384

/* an amount of fewer cells is not known well enough */
#define MIN_SHIFT			8

/* cells at the ends that are less likely are left out */
#define LEAST_CELL			1e-20

/* beyond so many standard deviations there is nothing */
#define LAST_DEVIATION		9

/* up to here the bent normal distribution rises, as far as there is something */
#define MAX_SKEWNESS		0.2

/* of contracts whose third moments are more cubed standard deviations, hardly any does what is unlikely */
#define RARE_MOMENT			10

/* a probability whose quantile the normal distribution still has */
#define LEAST_PROBABILITY	1e-300

/* The sum of unsure contracts under one shock. */
typedef struct ChsShockedSum
{
	ChsShock	shock;
	double		cell;			/* the width of a cell */
	int64		first;			/* of the cells */
	int64		n;
	double	   *cells;			/* their probabilities */
	double		mean;			/* of what is not in cells */
	double		variance;
	double		skewness;
	double		slack;			/* how far a sum may be from its cell */
} ChsShockedSum;

/* Cells while they are filled: [low, high) of the room, whose first one is "first". */
typedef struct FilledCells
{
	int64		first;
	int64		low;
	int64		high;
	int64		nroom;
	double	   *room;
} FilledCells;

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

static void
put_most_frequent_first(ChsDistribution *distribution)
{
	ChsRenewing *contracts = distribution->contracts;

	for (int i = 1; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		if (contracts[i].count > contracts[0].count)
		{
			ChsRenewing swap = contracts[0];

			contracts[0] = contracts[i];
			contracts[i] = swap;
		}
	}
}

/*
 * The sums of all contracts; false when they are too many.
 */
static bool
list_sums(const ChsDistribution *distribution, const ChsShock *shocks, SumList *list, SumList *other)
{
	int			nshocks = list->nshocks;
	double	   *probabilities = palloc(nshocks * sizeof(double));
	const ChsRenewing *kind = &distribution->contracts[0];
	int64		left;
	int64		work = 0;

	if (distribution->n == 0)
		return true;
	left = count_contracts(distribution) - kind->count;
	if (kind->count >= MAX_NUMBERS / nshocks)
		return false;
	set_probabilities(distribution, kind, shocks, nshocks, probabilities);
	list_kind(list, kind, probabilities);
	if (are_too_many(list, left, work))
		return false;
	for (int i = 1; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];

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

	shocks = make_shocks(needed_step, MAX_EXACT_SHOCKS, &step, &list.nshocks);
	other.nshocks = list.nshocks;
	sum_list_reserve(&list, 1);
	list.n = 1;
	list.sums[0] = 0;
	for (int j = 0; j < list.nshocks; j++)
		list.probabilities[j] = 1;
	put_most_frequent_first(distribution);
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
static inline double
third_moment(const ChsRenewing *contract)
{
	double		mrr = (double) contract->mrr;

	return mrr * mrr * mrr * contract->probability * (1 - contract->probability);
}

static int
compare_third_moments(const void *a, const void *b)
{
	const ChsRenewing *first = a;
	const ChsRenewing *second = b;
	double		first_moment = third_moment(first);
	double		second_moment = third_moment(second);

	CHECK_FOR_INTERRUPTS();
	if (first_moment != second_moment)
		return first_moment > second_moment ? -1 : 1;
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

/* Room behind the cells for a contract that takes so many. */
static void
make_room(FilledCells *cells, int64 shift)
{
	int64		n = cells->high - cells->low;

	if (cells->high + shift <= cells->nroom)
		return;
	if (n + shift > cells->nroom)
	{
		cells->nroom = 2 * (n + shift);
		cells->room = repalloc_huge(cells->room, cells->nroom * sizeof(double));
	}
	memmove(cells->room, cells->room + cells->low, n * sizeof(double));
	cells->first += cells->low;
	cells->low = 0;
	cells->high = n;
}

static void
add_to_cells(FilledCells *cells, int64 shift, double probability)
{
	double	   *room;

	make_room(cells, shift);
	room = cells->room;
	memset(room + cells->high, 0, shift * sizeof(double));
	for (int64 i = cells->high + shift - 1; i >= cells->low + shift; i--)
		room[i] = room[i] * (1 - probability) + room[i - shift] * probability;
	for (int64 i = Min(cells->low + shift, cells->high) - 1; i >= cells->low; i--)
		room[i] *= 1 - probability;
	cells->high += shift;
	while (cells->high - cells->low > 1 && room[cells->high - 1] < LEAST_CELL)
		cells->high--;
	while (cells->high - cells->low > 1 && room[cells->low] < LEAST_CELL)
		cells->low++;
}

/*
 * How wide a cell is: the width of the sum, over how many there may be.  By
 * Bernstein's inequality, with a variance v and a largest amount m, what is
 * further than m L / 3 + sqrt((m L / 3)^2 + 2 L v) from the mean is less likely
 * than exp(-L).
 */
static double
choose_cell(const ChsDistribution *distribution, const ChsShock *shock)
{
	int64		max_cells = distribution->nshocks > 1 ? NCELLS_SHOCKED : NCELLS;
	double		least = -log(LEAST_CELL);
	double		whole = 0;
	double		variance = 0;
	double		largest = 0;
	double		width;
	int64		taken = 0;

	for (int i = 0; i < distribution->n && taken < distribution->max_celled; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;
		double		probability = chs_shocked_probability(contract, distribution->overdispersion, shock->u);
		int64		celled = celled_count(distribution, contract, taken);

		whole += celled * mrr;
		variance += celled * mrr * mrr * probability * (1 - probability);
		largest = Max(largest, mrr);
		taken += celled;
	}
	width = largest * least / 3;
	width = 2 * (width + sqrt(width * width + 2 * least * variance));
	return Max(Min(width, whole) / max_cells, 1);
}

/*
 * The cells of the first contracts, mean and variance of the others.  Where
 * shocks are further apart than the sum is wide, by coarse_step (or 0), it is
 * made as wide.
 */
static void
set_shocked(const ChsDistribution *distribution, const ChsShock *shock, double coarse_step, FilledCells *cells,
			ChsShockedSum *shocked)
{
	double		rho = distribution->overdispersion;
	double		slope = 0;
	double		rounded = 0;	/* the variance that rounding has */
	double		third = 0;		/* moments of what is not in cells */
	double		absolute_third = 0;
	double		cubed;
	int64		taken = 0;

	cells->first = cells->low = 0;
	cells->high = 1;
	cells->room[0] = 1;
	shocked->shock = *shock;
	shocked->cell = choose_cell(distribution, shock);
	shocked->mean = shocked->variance = 0;
	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;
		double		probability = chs_shocked_probability(contract, rho, shock->u);
		double		variance = probability * (1 - probability);
		int64		shift = (int64) rint(mrr / shocked->cell);
		int64		celled = shift >= MIN_SHIFT ? celled_count(distribution, contract, taken) : 0;
		double		rest = mrr - shift * shocked->cell;

		chs_check_interrupts(i);
		for (int64 k = 0; k < celled; k++)
		{
			CHECK_FOR_INTERRUPTS();
			add_to_cells(cells, shift, probability);
		}
		taken += celled;
		shocked->mean += ((contract->count - celled) * mrr + celled * rest) * probability;
		shocked->variance += (contract->count - celled) * mrr * mrr * variance;
		rounded += celled * rest * rest * variance;
		third += (contract->count - celled) * mrr * mrr * mrr * variance * (1 - 2 * probability);
		absolute_third += (contract->count - celled) * mrr * mrr * mrr * variance;
		if (coarse_step > 0)
			slope += slope_of(contract, rho, shock->u);
	}
	if (absolute_third > RARE_MOMENT * shocked->variance * sqrt(shocked->variance))
		shocked->variance = 0;
	shocked->variance += 0.25 * coarse_step * coarse_step * slope * slope;
	cubed = shocked->variance * sqrt(shocked->variance);
	shocked->skewness = cubed > 0 ? Min(Max(third / cubed, -MAX_SKEWNESS), MAX_SKEWNESS) : 0;
	/* what is not in cells hides what rounding does, if it spreads further */
	shocked->slack = shocked->cell + 3 * sqrt(rounded);
	if (shocked->variance > shocked->slack * shocked->slack)
		shocked->slack = 0;
	shocked->first = cells->first + cells->low;
	shocked->n = cells->high - cells->low;
	shocked->cells = palloc(shocked->n * sizeof(double));
	memcpy(shocked->cells, cells->room + cells->low, shocked->n * sizeof(double));
}

/* All sums are multiples of this. */
static int64
grid_of(const ChsDistribution *distribution)
{
	int64		grid = 0;

	for (int i = 0; i < distribution->n && grid != 1; i++)
	{
		int64		rest = distribution->contracts[i].mrr;

		while (rest != 0)
		{
			int64		next = grid % rest;

			grid = rest;
			rest = next;
		}
	}
	return grid;
}

static void
fill_cells(ChsDistribution *distribution, double needed_step)
{
	double		step;
	ChsShock   *shocks = make_shocks(needed_step, MAX_SHOCKS, &step, &distribution->nshocks);
	bool		is_coarse = step > needed_step;
	FilledCells cells = {.nroom = 1};

	qsort(distribution->contracts, distribution->n, sizeof(ChsRenewing), compare_third_moments);
	distribution->max_celled = distribution->nshocks > 1 ? MAX_CELLED_SHOCKED : MAX_CELLED;
	distribution->shocked = palloc(distribution->nshocks * sizeof(ChsShockedSum));
	cells.room = palloc(cells.nroom * sizeof(double));
	distribution->grid = grid_of(distribution);
	for (int j = 0; j < distribution->nshocks; j++)
	{
		ChsShockedSum *shocked = &distribution->shocked[j];

		set_shocked(distribution, &shocks[j], is_coarse ? step : 0, &cells, shocked);
		distribution->cell = Max(distribution->cell, shocked->cell);
		distribution->slack = Max(distribution->slack, shocked->slack);
	}
	pfree(cells.room);
}

/*
 * P(S <= amount) under one shock, or P(S >= amount).
 */
static double
shocked_tail(const ChsShockedSum *shocked, double amount, bool upper)
{
	double		deviation = sqrt(shocked->variance);
	double		bend = (upper ? -shocked->skewness : shocked->skewness) / 6;
	double		sum = 0;

	for (int64 i = 0; i < shocked->n; i++)
	{
		/* how far the cell is on the side that is asked for */
		double		distance = (shocked->first + i) * shocked->cell + shocked->mean - amount;

		if (!upper)
			distance = -distance;
		chs_check_interrupts(i);
		if (distance >= LAST_DEVIATION * deviation)
			sum += shocked->cells[i];
		else if (distance > -LAST_DEVIATION * deviation)
		{
			double		at = distance / deviation;

			sum += shocked->cells[i] * 0.5 * erfc((bend * (at * at - 1) - at) * M_SQRT1_2);
		}
	}
	return Min(sum, 1);
}

/*
 * P(S <= amount).
 */
static double
at_most_by_cells(const ChsDistribution *distribution, double amount)
{
	double		sum = 0;

	for (int j = 0; j < distribution->nshocks; j++)
	{
		const ChsShockedSum *shocked = &distribution->shocked[j];

		CHECK_FOR_INTERRUPTS();
		sum += shocked->shock.weight * shocked_tail(shocked, amount, false);
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
		double		excess = at_most_by_cells(distribution, amount) - share;

		chs_bracket_narrow(&bracket, amount, excess);
		if (excess == 0)
			break;
	}
	return bracket.high;
}

/*
 * The sum that an amount stands for, which is known to a few cells: one of the
 * grid, which reaches half a step down, or without the digits that are not known.
 */
static int128
nearest_sum(const ChsDistribution *distribution, double amount)
{
	double		step = Max(pow(10, floor(log10(distribution->cell))), (double) distribution->grid);

	return (int128) (rint(Min(Max(amount, 0), (double) distribution->unsure) / step) * step);
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
		int128		amount = nearest_sum(distribution, find_quantile(distribution, share));

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

static int64
smallest_mrr(const ChsDistribution *distribution)
{
	int64		smallest = PG_INT64_MAX;

	for (int i = 0; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		smallest = Min(smallest, distribution->contracts[i].mrr);
	}
	return smallest;
}

/*
 * P(S >= amount) by cells.  A sum that may be the amount, for all that is known
 * of it, counts; if the next one below is further, what is up to the middle
 * between them.  Near the ends the sums of none and of all the contracts would
 * come out on the wrong side; they are the bounds, and no others lie within the
 * smallest amount.
 */
static double
at_least_by_cells(const ChsDistribution *distribution, int128 amount)
{
	int128		left = distribution->unsure - amount;
	int64		smallest = smallest_mrr(distribution);
	double		near = 2 * distribution->slack;
	double		sum = 0;

	if (left < smallest)
		return all_alike(distribution, true);
	if (amount <= smallest)
		return 1 - all_alike(distribution, false);
	amount += (distribution->grid - amount % distribution->grid) % distribution->grid;
	for (int j = 0; j < distribution->nshocks; j++)
	{
		const ChsShockedSum *shocked = &distribution->shocked[j];
		double		below = Max(shocked->slack, (double) distribution->grid / 2);

		CHECK_FOR_INTERRUPTS();
		sum += shocked->shock.weight * shocked_tail(shocked, (double) amount - below, true);
	}
	if ((double) amount <= near)
		sum = Min(sum, 1 - all_alike(distribution, false));
	if ((double) left <= near)
		sum = Max(sum, all_alike(distribution, true));
	return sum;
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
		return at_least_by_cells(distribution, amount);
	/* from the rare sums on, so that small ones are not lost */
	for (int64 i = distribution->nsums - 1; i >= 0 && distribution->sums[i] >= amount; i--)
	{
		chs_check_interrupts(i);
		sum += distribution->probabilities[i];
	}
	return Min(sum, 1);
}
