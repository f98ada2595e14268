/*-------------------------------------------------------------------------
 *
 * health_sample.h
 *		Signals of customers as rows of a sample.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_SAMPLE_H
#define CHS_HEALTH_SAMPLE_H

#include "health/health_cache.h"
#include "health/health_eval.h"
#include "shared/sample.h"

/* columns of a sample: the outcome, one per signal, one per signal with "at" */
#define CHS_HEALTH_OUTCOME		0
#define CHS_HEALTH_FIRST_SIGNAL	1

/* the day that ages of signals are counted from, when rows are read */
#define CHS_HEALTH_SAMPLE_DAY	((DateADT) 0)

/* refuses models of the method "points", which cannot be "done" */
extern void chs_health_check_method(const ChsHealthModel *model, const char *done);
extern void chs_health_sample_kind(ChsSampleKind *kind, ChsHealthSite *site, ChsHealthKept *kept);
extern void chs_health_sample_add(ChsSample *sample, const ChsHealthModel *model, const ChsHealthInput *inputs,
								  bool has_as_of, DateADT as_of, bool outcome);

/* the model that a sample is of, and the signals in one of its rows */
extern const ChsHealthModel *chs_health_sample_model(const ChsSampleView *view);
extern void chs_health_sample_read(const ChsHealthModel *model, const ChsSampleBlock *block, int64 row,
								   ChsHealthInput *inputs);

/*
 * What make() makes of the rows of argument 0, in their canonical order; NULL
 * without rows.
 */
extern Datum chs_health_sample_final(FunctionCallInfo fcinfo, const ChsSampleShape *shape,
									 Datum (*make) (const ChsSampleView *view));

#endif							/* CHS_HEALTH_SAMPLE_H */
