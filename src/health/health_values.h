/*-------------------------------------------------------------------------
 *
 * health_values.h
 *		Reading the signals of a customer by position.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_VALUES_H
#define CHS_HEALTH_VALUES_H

#include "health/health_input.h"

extern bool chs_health_is_positional(const ChsHealthModel *model);
extern void chs_health_read_values(FunctionCallInfo fcinfo, const ChsHealthModel *model,
								   ChsHealthInput *inputs);
extern void chs_health_read_array(const ChsHealthModel *model, const Datum *values, const bool *nulls,
								  int n, ChsHealthInput *inputs);

#endif							/* CHS_HEALTH_VALUES_H */
