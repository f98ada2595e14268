/*-------------------------------------------------------------------------
 *
 * health_band.h
 *		Bands of scores, those of the model or the default ones.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_BAND_H
#define CHS_HEALTH_BAND_H

#include "health/health_model.h"

extern int	chs_health_nbands(const ChsHealthModel *model);
extern double chs_health_band_from(const ChsHealthModel *model, int band);
extern text *chs_health_band_name(const ChsHealthModel *model, int band);
extern text *chs_health_band_color(const ChsHealthModel *model, int band);
extern double chs_health_check_score(double score);
extern int	chs_health_band_of(const ChsHealthModel *model, double score);

#endif							/* CHS_HEALTH_BAND_H */
