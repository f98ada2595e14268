/*-------------------------------------------------------------------------
 *
 * forecast.h
 *		The state of forecastsummary: contracts by their probability of renewal
 *		and MRR.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FORECAST_H
#define CHS_FORECAST_H

#include "fmgr.h"

#include "shared/counters.h"
#include "shared/number.h"

#define CHS_FORECAST_TYPE	"forecastsummary"

/*
 * An entry: see counters.h.  Contracts to forecast have period 0.  To learn
 * the overdispersion, whole forecasts of past periods are kept with what
 * became of them: a period is a hash of both, and an entry whose probability
 * is none counts how often this period was there and has what was renewed in
 * place of the MRR.
 */
typedef struct ChsContracts
{
	uint64		period;
	uint64		probability;
	uint64		mrr;
	int64		count;
} ChsContracts;

typedef struct ChsForecast
{
	ChsCounters counters;
	int64		rows;			/* sum of counts */
	float8		confidence;		/* percent; 0 in a summary without rows */
	float8		overdispersion;
	/* ChsContracts array follows */
} ChsForecast;

static const ChsCountersShape chs_forecast_shape = {
	.type = CHS_FORECAST_TYPE,
	.hint = "Round probabilities and amounts, for instance round(probability::numeric, 3) and round(mrr), or forecast per segment.",
	.nkeys = 3,
	.ncounts = 1,
	.nsums = 0,
	.scattered = true,
};

/* in place of a probability; the key of a double that is none */
#define CHS_ACTUAL				PG_INT64_MAX

#define CHS_DEFAULT_CONFIDENCE	95.0

#define chs_forecast_contracts(forecast) \
	((const ChsContracts *) chs_counters_slot(&chs_forecast_shape, &(forecast)->counters, 0))
#define chs_contracts_period(entry)			chs_counters_key(&(entry)->period, 0)
#define chs_contracts_probability(entry)	chs_key_double(chs_counters_key(&(entry)->probability, 0))
#define chs_contracts_mrr(entry)			chs_counters_key(&(entry)->mrr, 0)
#define chs_contracts_is_actual(entry)		(chs_counters_key(&(entry)->probability, 0) == CHS_ACTUAL)

extern const ChsForecast *chs_forecast_arg(FunctionCallInfo fcinfo, int argno);
extern void chs_check_overdispersion(double overdispersion);

#endif							/* CHS_FORECAST_H */
