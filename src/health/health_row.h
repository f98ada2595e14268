/*-------------------------------------------------------------------------
 *
 * health_row.h
 *		A row of signals with its model, read from arguments and evaluated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_ROW_H
#define CHS_HEALTH_ROW_H

#include "health/health_cache.h"
#include "health/health_eval.h"

typedef enum ChsHealthSource
{
	CHS_HEALTH_FROM_RECORD,
	CHS_HEALTH_FROM_JSONB
} ChsHealthSource;

typedef struct ChsHealthRow
{
	const ChsHealthModel *model;
	ChsHealthInput *inputs;
	ChsHealthSignalResult *signals;
	ChsHealthResult result;
	ChsHealthInput few_inputs[CHS_HEALTH_STACK_SIGNALS];
	ChsHealthSignalResult few_signals[CHS_HEALTH_STACK_SIGNALS];
} ChsHealthRow;

extern void chs_health_start_row(ChsHealthRow *row, const ChsHealthModel *model);
extern bool chs_health_get_as_of(FunctionCallInfo fcinfo, int argno, DateADT *as_of);
extern void chs_health_read_row(FunctionCallInfo fcinfo, ChsHealthSource source, ChsHealthKept *kept,
								int signals_arg, ChsHealthRow *row);
extern bool chs_health_evaluate_args(FunctionCallInfo fcinfo, ChsHealthSource source, ChsHealthRow *row);

/*
 * The two entry points of a function that takes signals as a record and as
 * jsonb: both call worker(fcinfo, source).
 */
#define CHS_HEALTH_RECORD_AND_JSONB(name, worker) \
PG_FUNCTION_INFO_V1(name##_record); \
Datum \
name##_record(PG_FUNCTION_ARGS) \
{ \
	return worker(fcinfo, CHS_HEALTH_FROM_RECORD); \
} \
\
PG_FUNCTION_INFO_V1(name##_jsonb); \
Datum \
name##_jsonb(PG_FUNCTION_ARGS) \
{ \
	return worker(fcinfo, CHS_HEALTH_FROM_JSONB); \
}

#endif							/* CHS_HEALTH_ROW_H */
