/*-------------------------------------------------------------------------
 *
 * health_limits.h
 *		Reading the caps, floors, bands and alerts of a health model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_LIMITS_H
#define CHS_HEALTH_LIMITS_H

#include "health/health_json.h"

extern void chs_health_read_limits(ChsHealthBuilder *builder, const ChsJsonObject *model);
extern void chs_health_read_bands(ChsHealthBuilder *builder, const ChsJsonObject *model);
extern void chs_health_read_alerts(ChsHealthBuilder *builder, const ChsJsonObject *model);

#endif							/* CHS_HEALTH_LIMITS_H */
