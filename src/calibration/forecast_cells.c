/*-------------------------------------------------------------------------
 *
 * forecast_cells.c
 *		Sums of contracts of very many different amounts, in cells.
 *
 * Amounts are rounded to whole cells, and the probabilities of the cells are
 * those of one contract after the other.  That keeps what a smooth
 * approximation loses: a few large contracts leave gaps between the sums.  What
 * rounding takes off a contract is given back to the mean of the sum.  Cells are
 * as fine as their number allows where the sum can lie; for contracts that are
 * nearly sure that is a small part of the whole.
 *
 * Of very many contracts only those with the largest third moments go into
 * cells, as many as there is time for.  The others enter with their mean,
 * variance and skewness, as a normal distribution that is bent (Cornish and
 * Fisher, 1938): what is lost is bounded by the sum of their third moments
 * (Berry, 1941; Esseen, 1942).  The largest amounts would be the wrong choice
 * where they are nearly sure.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/interrupts.h"
#include "calibration/forecast_cells.h"

#define MAX_SHOCKS			257

/* cells, without and with shocks, and how often one may be computed under all shocks */
#define NCELLS				196608
#define NCELLS_SHOCKED		16384
#define MAX_WORK			((int64) 1200 * 1000 * 1000)

/* an amount of fewer cells is not known well enough */
#define MIN_SHIFT			8

/* but if it hardly ever does what is unlikely, it is still less like a normal distribution */
#define RARE_VARIANCE		0.01

/* cells at the ends that are less likely are left out */
#define LEAST_CELL			1e-20

/* beyond so many standard deviations there is nothing */
#define LAST_DEVIATION		9

/* up to here the bent normal distribution rises, as far as there is something */
#define MAX_SKEWNESS		0.2

/* of contracts whose third moments are more cubed standard deviations, hardly any does what is unlikely */
#define RARE_MOMENT			10

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
	double		log_all;		/* logarithms of the probabilities that all contracts renew, */
	double		log_none;		/* and that none does */
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

/*
 * One contract more.
 */
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
choose_cell(const ChsDistribution *distribution, const double *probabilities)
{
	int64		max_cells = distribution->nshocks > 1 ? NCELLS_SHOCKED : NCELLS;
	double		least = -log(LEAST_CELL);
	double		variance = 0;
	double		largest = 0;
	double		width;

	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;

		chs_check_interrupts(i);
		variance += contract->count * mrr * mrr * probabilities[i] * (1 - probabilities[i]);
		largest = Max(largest, mrr);
	}
	width = largest * least / 3;
	width = 2 * (width + sqrt(width * width + 2 * least * variance));
	return Max(Min(width, (double) distribution->unsure) / max_cells, 1);
}

/* What is not in cells, under one shock. */
typedef struct Rest
{
	double		mean;
	double		variance;
	double		third;			/* moment */
	double		absolute_third;
	double		rounded;		/* the variance of what rounding takes off those in cells */
	double		slope;			/* of the mean of all */
} Rest;

/*
 * Contracts of one kind into cells, as long as there is work left; returns how many.
 */
static int64
fill_kind(FilledCells *cells, int64 count, int64 shift, double probability, int64 *work_left)
{
	int64		k = 0;

	for (; k < count && *work_left > 0; k++)
	{
		CHECK_FOR_INTERRUPTS();
		add_to_cells(cells, shift, probability);
		*work_left -= cells->high - cells->low;
	}
	return k;
}

/*
 * The first contracts into cells, the others into the rest.
 */
static void
divide_contracts(const ChsDistribution *distribution, const double *probabilities, FilledCells *cells,
				 ChsShockedSum *shocked, Rest *rest)
{
	int64		work_left = MAX_WORK / distribution->nshocks;

	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;
		double		probability = probabilities[i];
		double		variance = probability * (1 - probability);
		int64		shift = (int64) rint(mrr / shocked->cell);
		int64		least = variance < RARE_VARIANCE ? 1 : MIN_SHIFT;
		int64		celled = shift < least ? 0 : fill_kind(cells, contract->count, shift, probability, &work_left);
		double		lost = mrr - shift * shocked->cell;
		double		others;

		chs_check_interrupts(i);
		others = (double) (contract->count - celled);
		rest->mean += (others * mrr + celled * lost) * probability;
		rest->variance += others * mrr * mrr * variance;
		rest->third += others * mrr * mrr * mrr * variance * (1 - 2 * probability);
		rest->absolute_third += others * mrr * mrr * mrr * variance;
		rest->rounded += celled * lost * lost * variance;
		rest->slope += distribution->overdispersion > 0 ?
			chs_shock_slope(contract, distribution->overdispersion, shocked->shock.u) : 0;
		shocked->log_all += contract->count * log(probability);
		shocked->log_none += contract->count * log1p(-probability);
	}
}

/*
 * The distribution of the rest.  Where shocks are further apart than the sum is
 * wide, by coarse_step (or 0), it is made as wide.
 */
static void
set_rest(ChsShockedSum *shocked, const Rest *rest, double coarse_step)
{
	double		spread = coarse_step * rest->slope / 2;
	double		cubed = rest->variance * sqrt(rest->variance);

	shocked->mean = rest->mean;
	shocked->variance = spread * spread + (rest->absolute_third > RARE_MOMENT * cubed ? 0 : rest->variance);
	cubed = shocked->variance * sqrt(shocked->variance);
	shocked->skewness = cubed > 0 ? Min(Max(rest->third / cubed, -MAX_SKEWNESS), MAX_SKEWNESS) : 0;
	/* the rest hides what rounding does, if it spreads further */
	shocked->slack = shocked->cell + 3 * sqrt(rest->rounded);
	if (shocked->variance > shocked->slack * shocked->slack)
		shocked->slack = 0;
}

/*
 * Everything under one shock; "probabilities" is room for those of all contracts.
 */
static void
set_shocked(const ChsDistribution *distribution, const ChsShock *shock, double coarse_step, double *probabilities,
			FilledCells *cells, ChsShockedSum *shocked)
{
	Rest		rest = {0};

	for (int i = 0; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		probabilities[i] = chs_shocked_probability(&distribution->contracts[i], distribution->overdispersion, shock->u);
	}
	cells->first = cells->low = 0;
	cells->high = 1;
	cells->room[0] = 1;
	shocked->shock = *shock;
	shocked->cell = choose_cell(distribution, probabilities);
	shocked->log_all = shocked->log_none = 0;
	divide_contracts(distribution, probabilities, cells, shocked, &rest);
	set_rest(shocked, &rest, coarse_step);
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

		chs_check_interrupts(i);
		while (rest != 0)
		{
			int64		next = grid % rest;

			grid = rest;
			rest = next;
		}
	}
	return grid;
}

void
chs_cells_fill(ChsDistribution *distribution, double needed_step)
{
	double		step;
	ChsShock   *shocks = chs_make_shocks(needed_step, MAX_SHOCKS, &step, &distribution->nshocks);
	bool		is_coarse = step > needed_step;
	FilledCells cells = {.nroom = 1};
	double	   *probabilities = palloc_extended(distribution->n * sizeof(double), MCXT_ALLOC_HUGE);

	qsort(distribution->contracts, distribution->n, sizeof(ChsRenewing), compare_third_moments);
	distribution->shocked = palloc(distribution->nshocks * sizeof(ChsShockedSum));
	cells.room = palloc(cells.nroom * sizeof(double));
	distribution->grid = grid_of(distribution);
	for (int j = 0; j < distribution->nshocks; j++)
	{
		ChsShockedSum *shocked = &distribution->shocked[j];

		set_shocked(distribution, &shocks[j], is_coarse ? step : 0, probabilities, &cells, shocked);
		distribution->cell = Max(distribution->cell, shocked->cell);
	}
	pfree(cells.room);
	pfree(probabilities);
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

#define MAX_STEPS	200

/*
 * The amount at which P(S <= amount) is a share.
 */
static double
find_quantile(const ChsDistribution *distribution, double share)
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

int128
chs_cells_quantile(const ChsDistribution *distribution, double share)
{
	return Min(nearest_sum(distribution, find_quantile(distribution, share)), distribution->unsure);
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
 * between them.  The probabilities that all contracts renew and that any does
 * are bounds, and nothing else lies within the smallest amount of the ends.
 */
double
chs_cells_at_least(const ChsDistribution *distribution, int128 amount)
{
	int64		smallest = smallest_mrr(distribution);
	bool		is_all = distribution->unsure - amount < smallest;
	bool		is_any = amount <= smallest;
	double		sum = 0;

	amount += (distribution->grid - amount % distribution->grid) % distribution->grid;
	for (int j = 0; j < distribution->nshocks; j++)
	{
		const ChsShockedSum *shocked = &distribution->shocked[j];
		double		below = Max(shocked->slack, (double) distribution->grid / 2);
		double		all = exp(shocked->log_all);
		double		any = -expm1(shocked->log_none);
		double		tail;

		CHECK_FOR_INTERRUPTS();
		if (is_all || is_any)
			tail = is_all ? all : any;
		else
			tail = Min(Max(shocked_tail(shocked, (double) amount - below, true), all), any);
		sum += shocked->shock.weight * tail;
	}
	return Min(sum, 1);
}
