/*-------------------------------------------------------------------------
 *
 * forecast_distribution.h
 *		The distribution of the MRR of those contracts that are renewed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FORECAST_DISTRIBUTION_H
#define CHS_FORECAST_DISTRIBUTION_H

#include "calibration/forecast.h"
#include "shared/money.h"

/* contracts of one probability, neither 0 nor 1, and one MRR */
typedef struct ChsRenewing
{
	double		probability;
	double		z;				/* its normal quantile */
	int64		mrr;			/* above zero */
	int64		count;
} ChsRenewing;

/* a value of the common shock and its weight */
typedef struct ChsShock
{
	double		u;
	double		weight;
} ChsShock;

struct ChsShockedSum;

typedef struct ChsDistribution
{
	int			n;
	ChsRenewing *contracts;		/* once it is solved, the largest amount first */
	int128		sure;			/* MRR of the contracts that surely renew */
	int128		unsure;			/* MRR of those above */
	double		overdispersion;
	int64		steepest;		/* contracts of up to this amount need the smallest step of the shock */
	/* exact: what the unsure contracts can sum up to, and how likely */
	int64		nsums;			/* 0: in cells */
	int128	   *sums;			/* they rise */
	double	   *probabilities;
	/* in cells: under each shock */
	int			nshocks;
	struct ChsShockedSum *shocked;
	double		cell;			/* the largest width of a cell */
	int64		grid;			/* all sums are multiples of it */
} ChsDistribution;

/* where a rising function crosses zero */
typedef struct ChsBracket
{
	double		low;
	double		high;
	double		below;			/* the function at low, below zero; halved when low stays */
	double		above;			/* the same at high */
	int			last;			/* the end that moved last: -1 low, 1 high */
	int			nsteps;
} ChsBracket;

extern double chs_bracket_next(ChsBracket *bracket);
extern void chs_bracket_narrow(ChsBracket *bracket, double at, double excess);
extern void chs_renewing_read(ChsDistribution *distribution, const ChsContracts *contracts, uint32 n, int64 times,
							  double overdispersion);
extern double chs_shocked_probability(const ChsRenewing *contract, double overdispersion, double u);
extern ChsShock *chs_shocks(double step, int *n);
extern ChsShock *chs_make_shocks(double needed, int max, double *step, int *n);
extern double chs_shock_slope(const ChsRenewing *contract, double overdispersion, double u);
extern void chs_distribution_solve(ChsDistribution *distribution);
extern int128 chs_distribution_quantile(ChsDistribution *distribution, double share);
extern double chs_distribution_at_least(ChsDistribution *distribution, int128 amount);

#endif							/* CHS_FORECAST_DISTRIBUTION_H */
