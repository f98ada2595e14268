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
 * Contracts of one amount go together: first how many of them renew, then their
 * sum, which is rounded once.
 *
 * Of very many amounts only those with the largest third moments go into
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

/* cells, without shocks and at least with them, and how often one may be computed under all shocks */
#define NCELLS				196608
#define NCELLS_SHOCKED		16384
#define MAX_WORK			((int64) 1200 * 1000 * 1000)

/* there may be more with shocks, if that is less work than this, and so many in all */
#define LITTLE_WORK			2.5e8
#define MAX_ALL_CELLS		4e6

/* amounts of fewer cells, times the root of their number, are not known well enough */
#define MIN_SHIFT			8

/* but if they hardly ever do what is unlikely, they are still less like a normal distribution */
#define RARE_VARIANCE		0.01

/* a probability of a smaller logarithm is 0 */
#define LEAST_LOG			(-750)

/* cells whose sum is kept */
#define BLOCK				64

/* cells at the ends that are less likely are left out */
#define LEAST_CELL			1e-20

/* beyond so many standard deviations there is nothing */
#define LAST_DEVIATION		9

/* how many standard deviations the cells take that are more likely than the least one, and how many more there may be */
#define ALL_DEVIATIONS		20
#define MORE_NUMBERS		24

/* a sum that is less likely makes no difference to the probability of those above */
#define LEAST_ATOM			1e-3

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
	double	   *cells;			/* their probabilities, */
	double	   *blocks;			/* and their sums */
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

/* Contracts of one amount, which stand side by side. */
typedef struct EqualContracts
{
	int			first;
	int			n;
	double		count;			/* of the contracts themselves */
	double		third;			/* their third moment, for each number in cells */
} EqualContracts;

/* What is used for one shock after the other. */
typedef struct Filling
{
	EqualContracts *groups;		/* the most important ones first */
	int			ngroups;
	double		all_numbers;	/* the cells that each cell is added to */
	double	   *probabilities;	/* of contracts, under the shock */
	FilledCells cells;
	FilledCells numbers;		/* how many of equal contracts renew */
	FilledCells other;			/* room for the next cells */
	int64		work_left;
} Filling;

/* of so many contracts whose number has a variance: the numbers that are likely enough */
static double
likely_numbers(double count, double variance)
{
	return Min(count, ALL_DEVIATIONS * sqrt(variance) + MORE_NUMBERS) + 1;
}

/* groups keep the order of their amounts where they are as important */
static int
compare_groups(const void *a, const void *b)
{
	const EqualContracts *first = a;
	const EqualContracts *second = b;

	CHECK_FOR_INTERRUPTS();
	if (first->third != second->third)
		return first->third > second->third ? -1 : 1;
	return first->first - second->first;
}

static void
make_groups(const ChsDistribution *distribution, Filling *filling)
{
	const ChsRenewing *contracts = distribution->contracts;

	filling->groups = palloc_extended(distribution->n * sizeof(EqualContracts), MCXT_ALLOC_HUGE);
	for (int i = 0; i < distribution->n; i += filling->groups[filling->ngroups++].n)
	{
		EqualContracts *group = &filling->groups[filling->ngroups];
		double		mrr = (double) contracts[i].mrr;
		double		variance = 0;
		double		numbers;

		group->first = i;
		group->n = 0;
		group->count = 0;
		for (int k = i; k < distribution->n && contracts[k].mrr == contracts[i].mrr; k++)
		{
			chs_check_interrupts(k);
			group->n++;
			group->count += contracts[k].count;
			variance += contracts[k].count * contracts[k].probability * (1 - contracts[k].probability);
		}
		numbers = likely_numbers(group->count, variance);
		group->third = mrr * mrr * mrr * variance / (numbers - 1);
		filling->all_numbers += numbers - 1;
	}
	qsort(filling->groups, filling->ngroups, sizeof(EqualContracts), compare_groups);
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
trim_cells(FilledCells *cells)
{
	while (cells->high - cells->low > 1 && cells->room[cells->high - 1] < LEAST_CELL)
		cells->high--;
	while (cells->high - cells->low > 1 && cells->room[cells->low] < LEAST_CELL)
		cells->low++;
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
	trim_cells(cells);
}

/*
 * How wide a cell is: the width of the sum, over how many there may be.  By
 * Bernstein's inequality, with a variance v and a largest amount m, what is
 * further than m L / 3 + sqrt((m L / 3)^2 + 2 L v) from the mean is less likely
 * than exp(-L).  Cells of a step of the grid round nothing.
 */
static double
choose_cell(const ChsDistribution *distribution, const Filling *filling)
{
	double		grid = (double) distribution->grid;
	double		ncells;
	double		least = -log(LEAST_CELL);
	double		variance = 0;
	double		width = (double) distribution->contracts[0].mrr * least / 3;

	for (int i = 0; i < distribution->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		mrr = (double) contract->mrr;

		chs_check_interrupts(i);
		variance += contract->count * mrr * mrr * filling->probabilities[i] * (1 - filling->probabilities[i]);
	}
	width = 2 * (width + sqrt(width * width + 2 * least * variance));
	width = Min(width, (double) distribution->unsure);
	ncells = Min(LITTLE_WORK / filling->all_numbers, MAX_ALL_CELLS) / distribution->nshocks;
	ncells = Max(Min(ncells, NCELLS), distribution->nshocks > 1 ? NCELLS_SHOCKED : NCELLS);
	return Max(width / ncells, grid);
}

/* What is not in cells, under one shock. */
typedef struct Rest
{
	double		mean;
	double		variance;
	double		third;			/* moment */
	double		absolute_third;
	double		rounded;		/* the variance of what rounding takes off those in cells */
	double		atom;			/* no sum of those in cells is more likely, but for equal ones */
	double		slope;			/* of the mean of those that need small steps */
} Rest;

/* The moments of equal contracts: of their number, but for "slope", which is that of the mean of their sum, if it is needed. */
typedef struct Moments
{
	double		mean;
	double		variance;
	double		third;
	double		slope;
} Moments;

static void
start_cells(FilledCells *cells)
{
	if (cells->room == NULL)
	{
		cells->nroom = 1;
		cells->room = palloc(sizeof(double));
	}
	cells->first = cells->low = 0;
	cells->high = 1;
	cells->room[0] = 1;
}

static Moments
moments_of(const ChsDistribution *distribution, const Filling *filling, const EqualContracts *group, ChsShockedSum *shocked)
{
	Moments		moments = {0};

	for (int i = group->first; i < group->first + group->n; i++)
	{
		const ChsRenewing *contract = &distribution->contracts[i];
		double		probability = filling->probabilities[i];
		double		variance = contract->count * probability * (1 - probability);

		chs_check_interrupts(i);
		moments.mean += contract->count * probability;
		moments.variance += variance;
		moments.third += variance * (1 - 2 * probability);
		if (contract->mrr <= distribution->steepest)
			moments.slope += chs_shock_slope(contract, distribution->overdispersion, shocked->shock.u);
		if (shocked->log_all > LEAST_LOG)
			shocked->log_all += contract->count * log(probability);
		if (shocked->log_none > LEAST_LOG)
			shocked->log_none += contract->count * log1p(-probability);
	}
	return moments;
}

/*
 * How many of equal contracts renew.
 */
static void
fill_numbers(const ChsDistribution *distribution, Filling *filling, const EqualContracts *group)
{
	start_cells(&filling->numbers);
	for (int i = group->first; i < group->first + group->n; i++)
	{
		for (int64 k = 0; k < distribution->contracts[i].count; k++)
		{
			CHECK_FOR_INTERRUPTS();
			add_to_cells(&filling->numbers, 1, filling->probabilities[i]);
		}
	}
}

/*
 * The sum of equal contracts, of "width" cells each, on top of what is in cells.
 */
static void
add_numbers(Filling *filling, double width)
{
	const FilledCells *cells = &filling->cells;
	const FilledCells *numbers = &filling->numbers;
	FilledCells *sum = &filling->other;
	int64		n = cells->high - cells->low;
	int64		least = numbers->first + numbers->low;
	int64		first = (int64) rint(least * width);
	FilledCells swap;

	sum->first = cells->first + cells->low + first;
	sum->low = 0;
	sum->high = n + (int64) rint((least + numbers->high - numbers->low - 1) * width) - first;
	if (sum->high > sum->nroom)
	{
		sum->nroom = 2 * sum->high;
		if (sum->room)
			pfree(sum->room);
		sum->room = palloc_extended(sum->nroom * sizeof(double), MCXT_ALLOC_HUGE);
	}
	memset(sum->room, 0, sum->high * sizeof(double));
	for (int64 k = 0; k < numbers->high - numbers->low; k++)
	{
		double		probability = numbers->room[numbers->low + k];
		const double *from = cells->room + cells->low;
		double	   *to = sum->room + (int64) rint((least + k) * width) - first;

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < n; i++)
			to[i] += probability * from[i];
	}
	swap = filling->cells;
	filling->cells = *sum;
	filling->other = swap;
	trim_cells(&filling->cells);
}

/*
 * Mean and variance of what rounding takes off the sum of equal contracts, and
 * the most likely one.
 */
static void
add_rounded(const FilledCells *numbers, double mrr, double cell, Rest *rest)
{
	double		mean = 0;
	double		square = 0;
	double		largest = 0;

	for (int64 k = numbers->low; k < numbers->high; k++)
	{
		double		number = (double) (numbers->first + k);
		double		lost = mrr * number - rint(mrr * number / cell) * cell;

		mean += numbers->room[k] * lost;
		square += numbers->room[k] * lost * lost;
		largest = Max(largest, numbers->room[k]);
	}
	rest->atom *= largest;
	rest->mean += mean;
	rest->rounded += Max(square - mean * mean, 0);
}

/*
 * Equal contracts into cells, if they are worth it and there is work left.
 */
static bool
fill_group(const ChsDistribution *distribution, Filling *filling, const EqualContracts *group, const Moments *moments,
		   double cell, Rest *rest)
{
	double		mrr = (double) distribution->contracts[group->first].mrr;
	double		numbers = likely_numbers(group->count, moments->variance);
	bool		is_exact = cell == (double) distribution->grid;
	int64		least = is_exact || moments->variance < RARE_VARIANCE * group->count ? 1 : MIN_SHIFT;
	double		work;

	if (rint(mrr / cell * sqrt(group->count)) < least)
		return false;
	work = (numbers - 1) * (filling->cells.high - filling->cells.low) + (group->count - 1) * numbers;
	if (filling->work_left <= 0 || (group->count > 1 && work > filling->work_left))
		return false;
	fill_numbers(distribution, filling, group);
	add_rounded(&filling->numbers, mrr, cell, rest);
	if (group->count > 1)
		add_numbers(filling, mrr / cell);
	else						/* in place, which is faster */
		add_to_cells(&filling->cells, (int64) rint(mrr / cell), filling->probabilities[group->first]);
	filling->work_left -= (int64) work;
	return true;
}

/*
 * The most important contracts into cells, the others into the rest.
 */
static void
divide_contracts(const ChsDistribution *distribution, Filling *filling, ChsShockedSum *shocked, Rest *rest)
{
	filling->work_left = MAX_WORK / distribution->nshocks;
	for (int i = 0; i < filling->ngroups; i++)
	{
		const EqualContracts *group = &filling->groups[i];
		double		mrr = (double) distribution->contracts[group->first].mrr;
		Moments		moments = moments_of(distribution, filling, group, shocked);

		rest->slope += moments.slope;
		if (fill_group(distribution, filling, group, &moments, shocked->cell, rest))
			continue;
		rest->mean += mrr * moments.mean;
		rest->variance += mrr * mrr * moments.variance;
		rest->third += mrr * mrr * mrr * moments.third;
		rest->absolute_third += mrr * mrr * mrr * moments.variance;
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
	shocked->slack = rest->rounded > 0 && rest->atom > LEAST_ATOM ? shocked->cell + 3 * sqrt(rest->rounded) : 0;
	/* the rest hides what rounding does, if it spreads further */
	if (shocked->variance > shocked->slack * shocked->slack)
		shocked->slack = 0;
}

/*
 * Everything under one shock.
 */
static void
set_shocked(const ChsDistribution *distribution, const ChsShock *shock, double coarse_step, Filling *filling,
			ChsShockedSum *shocked)
{
	const FilledCells *cells = &filling->cells;
	Rest		rest = {.atom = 1};

	for (int i = 0; i < distribution->n; i++)
	{
		chs_check_interrupts(i);
		filling->probabilities[i] =
			chs_shocked_probability(&distribution->contracts[i], distribution->overdispersion, shock->u);
	}
	start_cells(&filling->cells);
	shocked->shock = *shock;
	shocked->cell = choose_cell(distribution, filling);
	shocked->log_all = shocked->log_none = 0;
	divide_contracts(distribution, filling, shocked, &rest);
	set_rest(shocked, &rest, coarse_step);
	shocked->first = cells->first + cells->low;
	shocked->n = cells->high - cells->low;
	shocked->cells = palloc(shocked->n * sizeof(double));
	memcpy(shocked->cells, cells->room + cells->low, shocked->n * sizeof(double));
	shocked->blocks = palloc0((shocked->n / BLOCK + 1) * sizeof(double));
	for (int64 i = 0; i < shocked->n; i++)
		shocked->blocks[i / BLOCK] += shocked->cells[i];
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
	Filling		filling = {0};

	make_groups(distribution, &filling);
	filling.probabilities = palloc_extended(distribution->n * sizeof(double), MCXT_ALLOC_HUGE);
	distribution->shocked = palloc(distribution->nshocks * sizeof(ChsShockedSum));
	distribution->grid = grid_of(distribution);
	for (int j = 0; j < distribution->nshocks; j++)
	{
		ChsShockedSum *shocked = &distribution->shocked[j];

		set_shocked(distribution, &shocks[j], is_coarse ? step : 0, &filling, shocked);
		distribution->cell = Max(distribution->cell, shocked->cell);
	}
	pfree(filling.groups);
	pfree(filling.probabilities);
}

/* how many cells are below the amount, or up to it */
static int64
count_cells(const ChsShockedSum *shocked, double amount, bool up_to)
{
	double		place = (amount - shocked->mean) / shocked->cell - shocked->first;

	place = up_to ? floor(place) + 1 : ceil(place);
	return (int64) Min(Max(place, 0), (double) shocked->n);
}

static double
sum_cells(const ChsShockedSum *shocked, int64 from, int64 end)
{
	double		sum = 0;

	while (from < end)
	{
		bool		is_block = from % BLOCK == 0 && from + BLOCK <= end;

		sum += is_block ? shocked->blocks[from / BLOCK] : shocked->cells[from];
		from += is_block ? BLOCK : 1;
	}
	return sum;
}

/*
 * P(S <= amount) under one shock, or P(S >= amount).  Of cells near the amount
 * it depends on the rest.
 */
static double
shocked_tail(const ChsShockedSum *shocked, double amount, bool upper)
{
	double		deviation = sqrt(shocked->variance);
	double		bend = (upper ? -shocked->skewness : shocked->skewness) / 6;
	int64		near = count_cells(shocked, amount - LAST_DEVIATION * deviation, true);
	int64		end = count_cells(shocked, amount + LAST_DEVIATION * deviation, false);
	double		sum = upper ? sum_cells(shocked, end, shocked->n) : sum_cells(shocked, 0, near);

	for (int64 i = near; i < end; i++)
	{
		double		at = ((shocked->first + i) * shocked->cell + shocked->mean - amount) / deviation;

		if (!upper)
			at = -at;
		chs_check_interrupts(i);
		sum += shocked->cells[i] * 0.5 * erfc((bend * (at * at - 1) - at) * M_SQRT1_2);
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

/*
 * P(S >= amount) by cells.  A sum that may be the amount, for all that is known
 * of it, counts; if the next one below is further, what is up to the middle
 * between them.  The probabilities that all contracts renew and that any does
 * are bounds, and nothing else lies within the smallest amount of the ends.
 */
double
chs_cells_at_least(const ChsDistribution *distribution, int128 amount)
{
	int64		smallest = distribution->contracts[distribution->n - 1].mrr;
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
