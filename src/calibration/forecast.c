/*-------------------------------------------------------------------------
 *
 * forecast.c
 *		The state of forecastsummary: contracts by their probability of renewal
 *		and MRR.
 *
 * What a sum of renewed contracts can be depends on how many of them have
 * which probability and which MRR, so a count for each pair is the whole
 * state.  The one-step aggregate renewal_forecast(...) has the same state; its
 * confidence and overdispersion stand in the head, since the end of an
 * aggregate does not see arguments.
 *
 * The counters are those of shared/counters.  What is asked of them is in
 * forecast_report.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "libpq/pqformat.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/summary.h"
#include "shared/type_ops.h"
#include "calibration/forecast.h"

PG_FUNCTION_INFO_V1(chs_forecast_accum);
PG_FUNCTION_INFO_V1(chs_forecast_accum_inv);
PG_FUNCTION_INFO_V1(chs_forecast_accum_period);

static ChsForecast *
checked_forecast(void *value)
{
	return chs_checked_counters(&chs_forecast_shape, value, sizeof(ChsForecast));
}

static inline bool
is_empty(const ChsForecast *forecast)
{
	return forecast->counters.nentries == 0;
}

/*
 * Canonical form; without rows it has no parameters either.
 */
static ChsForecast *
sorted(ChsForecast *forecast)
{
	ChsForecast *canonical = chs_counters_sorted(&chs_forecast_shape, forecast);

	if (canonical->counters.nentries == 0 && canonical->confidence != 0)
		return chs_counters_make(&chs_forecast_shape, sizeof(ChsForecast));
	return canonical;
}

CHS_SUMMARY_ARGUMENTS(ChsForecast, checked_forecast, sorted, sorted)

/*
 * The canonical form of an argument, for those who answer questions to it.
 */
const ChsForecast *
chs_forecast_arg(FunctionCallInfo fcinfo, int argno)
{
	return sorted(summary_arg(fcinfo, argno));
}

/*
 * Parameters.
 */
void
chs_check_overdispersion(double overdispersion)
{
	if (!(overdispersion >= 0 && overdispersion < 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"overdispersion\" must be at least 0 and below 1"),
				 errdetail("The value is %s.", chs_double_text(overdispersion)),
				 errhint("Pass what forecast_overdispersion(s, actual) found in past periods, or 0 for contracts that renew independently.")));
}

/*
 * The parameters of a state are those of its first row.
 */
static void
set_parameters(ChsForecast *forecast, double confidence, double overdispersion)
{
	if (likely(forecast->confidence == confidence && forecast->overdispersion == overdispersion))
		return;
	(void) chs_check_confidence(confidence);
	chs_check_overdispersion(overdispersion);
	if (forecast->confidence != 0 && forecast->counters.nentries > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot merge forecasts of different confidence or overdispersion"),
				 errdetail("One has confidence %s and overdispersion %s, the other %s and %s.",
						   chs_double_text(forecast->confidence), chs_double_text(forecast->overdispersion),
						   chs_double_text(confidence), chs_double_text(overdispersion)),
				 errhint("Use the same for all rows, or GROUP BY them.")));
	forecast->confidence = confidence;
	forecast->overdispersion = overdispersion == 0 ? 0 : overdispersion;	/* -0 too */
}

/*
 * Input and output.  Text is the binary form in base64.  Binary: version,
 * confidence, overdispersion, the contracts with their counts.
 */
static void
check_contracts(const ChsContracts *entry)
{
	double		probability = chs_contracts_probability(entry);
	bool		is_actual = chs_contracts_is_actual(entry);

	if (is_actual ? chs_contracts_period(entry) == 0 :
		!(probability >= 0 && probability <= 1) ||
		chs_double_key(probability) != chs_counters_key(&entry->probability, 0))
		chs_summary_damaged_binary(CHS_FORECAST_TYPE, "A probability is not between 0 and 1.");
	if (chs_contracts_mrr(entry) < 0)
		chs_summary_damaged_binary(CHS_FORECAST_TYPE, "An amount is negative.");
}

static ChsForecast *
forecast_from_wire(StringInfo buf)
{
	ChsForecast *forecast = chs_counters_make(&chs_forecast_shape, sizeof(ChsForecast));
	const ChsContracts *contracts;

	chs_wire_version(buf, CHS_FORECAST_TYPE);
	chs_wire_need(buf, 2 * sizeof(float8), CHS_FORECAST_TYPE);
	forecast->confidence = pq_getmsgfloat8(buf);
	forecast->overdispersion = pq_getmsgfloat8(buf);
	forecast = chs_counters_receive(&chs_forecast_shape, forecast, buf);
	chs_wire_end(buf, CHS_FORECAST_TYPE);

	if (forecast->counters.nentries == 0 ? forecast->confidence != 0 || forecast->overdispersion != 0 :
		!(forecast->confidence >= 1 && forecast->confidence < 100 &&
		  forecast->overdispersion >= 0 && forecast->overdispersion < 1) ||
		signbit(forecast->confidence) || signbit(forecast->overdispersion))
		chs_summary_damaged_binary(CHS_FORECAST_TYPE, "Its confidence or overdispersion is out of range.");
	contracts = chs_forecast_contracts(forecast);
	for (uint32 i = 0; i < forecast->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		check_contracts(&contracts[i]);
		forecast->rows = chs_summary_add(forecast->rows, contracts[i].count, CHS_FORECAST_TYPE);
	}
	return forecast;
}

static bytea *
forecast_to_wire(ChsForecast *forecast)
{
	const ChsForecast *canonical = sorted(forecast);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendfloat8(&buf, canonical->confidence);
	pq_sendfloat8(&buf, canonical->overdispersion);
	chs_counters_send(&chs_forecast_shape, canonical, &buf);
	return pq_endtypsend(&buf);
}

CHS_BASE64_TYPE(chs_forecast, CHS_FORECAST_TYPE, forecast_from_wire, forecast_to_wire(summary_arg(fcinfo, 0)))

/* The content: parameters and entries of the canonical form */
CHS_SORTED_CONTENT(forecast_content, ChsForecast, chs_counters_are_sorted, sorted, checked_forecast, offsetof(ChsForecast, confidence))

CHS_TYPE_OPERATORS(chs_forecast, forecast_content)

/*
 * Counts contracts.  May return a new state.
 */
static ChsForecast *
count_contracts(ChsForecast *forecast, const uint64 *key, int64 count)
{
	uint64	   *entry;

	forecast = chs_counters_enter(&chs_forecast_shape, forecast, key, &entry);
	forecast->rows = chs_summary_add(forecast->rows, count, CHS_FORECAST_TYPE);
	((ChsContracts *) entry)->count += count;
	return forecast;
}

/*
 * forecastsummary_accum(state, renewal_probability, mrr [, confidence [,
 * overdispersion]]): one more contract.  Strict.
 */
static void
get_contract(FunctionCallInfo fcinfo, uint64 *key)
{
	double		probability = PG_GETARG_FLOAT8(1);
	int64		mrr = chs_money_from_numeric(PG_GETARG_DATUM(2), "mrr", CHS_NO_ROW_NAME);

	chs_check_range(probability, 0, 1, "renewal_probability", "Divide percentages by 100.0.");
	if (unlikely(mrr < 0))
		chs_refuse_negative("mrr", chs_money_text(mrr), "Take a discount off the MRR of its own row, or leave such rows out with FILTER (WHERE mrr >= 0).");
	key[0] = chs_counters_word(0);
	key[1] = chs_counters_word(chs_double_key(probability));
	key[2] = chs_counters_word(mrr);
}

static inline void
get_parameters(FunctionCallInfo fcinfo, ChsForecast *forecast)
{
	set_parameters(forecast,
				   PG_NARGS() > 3 ? PG_GETARG_FLOAT8(3) : CHS_DEFAULT_CONFIDENCE,
				   PG_NARGS() > 4 ? PG_GETARG_FLOAT8(4) : 0);
}

Datum
chs_forecast_accum(PG_FUNCTION_ARGS)
{
	ChsForecast *forecast = state_arg(fcinfo);
	uint64		key[3];

	get_contract(fcinfo, key);
	get_parameters(fcinfo, forecast);
	return return_state(fcinfo, count_contracts(forecast, key, 1));
}

pg_noreturn static void
refuse_missing(const uint64 *key)
{
	const ChsContracts *contracts = (const ChsContracts *) key;

	chs_summary_refuse_missing("contracts", "forecast_agg(renewal_probability, mrr) OVER (...)",
							   psprintf("Their amount is %s.", chs_money_text(chs_contracts_mrr(contracts))));
}

/*
 * forecastsummary_accum_inv(...): one contract less, for moving windows.
 */
Datum
chs_forecast_accum_inv(PG_FUNCTION_ARGS)
{
	ChsForecast *forecast = state_arg(fcinfo);
	uint64		key[3];
	uint64	   *entry;

	get_contract(fcinfo, key);
	forecast = chs_counters_reserve(&chs_forecast_shape, forecast, 0);
	entry = chs_counters_find(&chs_forecast_shape, &forecast->counters, key);
	if (entry[0] == 0)
		refuse_missing(key);
	((ChsContracts *) entry)->count--;
	forecast->rows--;
	(void) chs_counters_release(&chs_forecast_shape, &forecast->counters, entry);
	return return_remains(fcinfo, forecast);
}

/*
 * A number for a past period: a hash of its forecast and of what was renewed.
 * Neither 0 nor the lowest integer, which is no key.
 */
static int64
period_of(const ChsForecast *past, int64 actual)
{
	const ChsContracts *contracts = chs_forecast_contracts(past);
	uint64		hash = (uint64) actual;

	for (uint32 i = 0; i < past->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		hash = hash_bytes_extended((const unsigned char *) &contracts[i], sizeof(ChsContracts), hash);
	}
	return (int64) (hash >> 2) + 1;
}

/*
 * forecastsummary_accum_period(state, s, actual): one more past period.
 * Strict.  Contracts that renewed together by chance are told from contracts
 * that always do only by whole periods, so these stay apart.
 */
Datum
chs_forecast_accum_period(PG_FUNCTION_ARGS)
{
	ChsForecast *forecast = state_arg(fcinfo);
	const ChsForecast *past = chs_forecast_arg(fcinfo, 1);
	const ChsContracts *contracts = chs_forecast_contracts(past);
	int64		actual = chs_money_from_numeric(PG_GETARG_DATUM(2), "actual", CHS_NO_ROW_NAME);
	uint64		key[3];

	if (actual < 0)
		chs_refuse_negative("actual", chs_money_text(actual), "Pass the MRR of those contracts that were renewed.");
	set_parameters(forecast, CHS_DEFAULT_CONFIDENCE, 0);
	key[0] = chs_counters_word(period_of(past, actual));
	for (uint32 i = 0; i < past->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		if (chs_contracts_period(&contracts[i]) != 0)
			continue;
		key[1] = contracts[i].probability;
		key[2] = contracts[i].mrr;
		forecast = count_contracts(forecast, key, contracts[i].count);
	}
	key[1] = chs_counters_word(CHS_ACTUAL);
	key[2] = chs_counters_word(actual);
	return return_state(fcinfo, count_contracts(forecast, key, 1));
}

static ChsForecast *
add_forecast(ChsForecast *into, const ChsForecast *from)
{
	set_parameters(into, from->confidence, from->overdispersion);
	into = chs_counters_add(&chs_forecast_shape, into, from);
	into->rows = chs_summary_add(into->rows, from->rows, CHS_FORECAST_TYPE);
	return into;
}

static ChsForecast *
subtract_forecast(ChsForecast *into, const ChsForecast *from)
{
	const uint64 *missing;

	set_parameters(into, from->confidence, from->overdispersion);
	into = chs_counters_reserve(&chs_forecast_shape, into, 0);
	missing = chs_counters_subtract(&chs_forecast_shape, into, from);
	if (missing)
		refuse_missing(missing);
	into->rows -= from->rows;
	return into;
}

CHS_SUMMARY_COMBINE(chs_forecast, ChsForecast, is_empty, sorted, add_forecast)
CHS_SUMMARY_COMBINE_INV(chs_forecast, ChsForecast, is_empty, subtract_forecast)
CHS_SUMMARY_FINAL(chs_forecast, ChsForecast, is_empty, sorted)
