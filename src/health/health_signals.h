/*-------------------------------------------------------------------------
 *
 * health_signals.h
 *		Reading the signals of a health model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_SIGNALS_H
#define CHS_HEALTH_SIGNALS_H

#include "health/health_json.h"

extern void chs_health_read_missing(ChsHealthBuilder *builder, const ChsJsonObject *model);
extern void chs_health_read_signals(ChsHealthBuilder *builder, const ChsJsonObject *model);
extern void chs_health_read_groups(ChsHealthBuilder *builder, const ChsJsonObject *model);

#endif							/* CHS_HEALTH_SIGNALS_H */
