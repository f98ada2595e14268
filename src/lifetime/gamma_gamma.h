/*-------------------------------------------------------------------------
 *
 * gamma_gamma.h
 *		Gamma-Gamma: the model, and the mean purchase of a customer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_GAMMA_GAMMA_H
#define CHS_GAMMA_GAMMA_H

#include "fmgr.h"

#define CHS_GAMMA_GAMMA_PARAMS	3	/* p, q, v, in this order */
#define CHS_GAMMA_GAMMA_COLUMNS	8

typedef struct ChsGammaGammaModel
{
	float8		p;
	float8		q;
	float8		v;
} ChsGammaGammaModel;

extern bool chs_get_gamma_gamma_model(FunctionCallInfo fcinfo, int argno, ChsGammaGammaModel *model);
extern Datum chs_expected_amount(const char *name, float8 value);
extern bool chs_get_gamma_gamma_value(FunctionCallInfo fcinfo, int monetary_arg, const ChsGammaGammaModel *model,
									  float8 frequency, float8 *value);

#endif							/* CHS_GAMMA_GAMMA_H */
