/*-------------------------------------------------------------------------
 *
 * logistic_model.h
 *		The composite logistic_model: a fitted regression as a row.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LOGISTIC_MODEL_H
#define CHS_LOGISTIC_MODEL_H

#include "fmgr.h"

#include "shared/logistic.h"

/*
 * What of a model predictions and summaries read.
 */
typedef struct ChsLogisticModel
{
	int			n;				/* coefficients, that of the intercept first */
	Datum	   *coefficients;
	bool	   *coefficient_nulls;
	Datum	   *errors;
	bool	   *error_nulls;
} ChsLogisticModel;

extern Datum chs_logistic_model_make(FunctionCallInfo fcinfo, const ChsLogisticFit *fit, int64 nskipped);
extern bool chs_logistic_model_read(FunctionCallInfo fcinfo, int argno, ChsLogisticModel *model);

#endif							/* CHS_LOGISTIC_MODEL_H */
