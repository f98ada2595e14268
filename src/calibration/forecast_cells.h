/*-------------------------------------------------------------------------
 *
 * forecast_cells.h
 *		Sums of contracts of very many different amounts, in cells.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FORECAST_CELLS_H
#define CHS_FORECAST_CELLS_H

#include "calibration/forecast_distribution.h"

extern void chs_cells_fill(ChsDistribution *distribution, double needed_step);
extern int128 chs_cells_quantile(const ChsDistribution *distribution, double share);
extern double chs_cells_at_least(const ChsDistribution *distribution, int128 amount);

#endif							/* CHS_FORECAST_CELLS_H */
