/*-------------------------------------------------------------------------
 *
 * health_jsonb.h
 *		Reading the signals of a customer from a jsonb, by key.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_JSONB_H
#define CHS_HEALTH_JSONB_H

#include "health/health_input.h"

extern void chs_health_read_jsonb(const ChsHealthModel *model, Jsonb *json, ChsHealthInput *inputs);

#endif							/* CHS_HEALTH_JSONB_H */
