/*-------------------------------------------------------------------------
 *
 * gamma_gamma.c
 *		gamma_gamma_fit(frequency, monetary) and the mean purchase of a customer.
 *
 * Purchases of a customer are Gamma(p, nu) and nu is Gamma(q, v) among
 * customers (Fader and Hardie, "The Gamma-Gamma model of monetary value", 2013),
 * independent of how often it buys; the fit reports the correlation of both, by
 * which that can be judged.  Of a customer with x purchases of mean z, s = x z,
 * the likelihood is
 *
 *		1/(z B(p x, q)) (v / (v+s))^q (s / (v+s))^(p x)
 *
 * The expected mean purchase is p (v + s) / (p x + q - 1): of a new customer
 * p v / (q - 1), which is infinite for q <= 1.
 *
 * What depends on x alone is computed once for each x.  Amounts are divided by
 * a power of two near their geometric mean.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "shared/special.h"
#include "lifetime/gamma_gamma.h"
#include "lifetime/lifetime_maximum.h"
#include "lifetime/lifetime_model.h"

PG_FUNCTION_INFO_V1(chs_gamma_gamma_accum);
PG_FUNCTION_INFO_V1(chs_gamma_gamma_fit);
PG_FUNCTION_INFO_V1(chs_gamma_gamma_value);

#define FIT_NAME		"gamma_gamma_fit"
#define FIRST_PARAM		0		/* columns of gamma_gamma_model */
#define STATUS			7

static const char *const param_names[] = {"p", "q", "v"};

static const ChsSampleShape gamma_gamma_shape = {
	.fit = FIT_NAME,
	.min_columns = 2,
	.max_columns = 2,
	.nparams = 0,
};

/* customers in the order of frequency and monetary */
typedef struct GammaGammaData
{
	int64		n;
	const float8 *frequency;
	const float8 *monetary;
	float8		unit;
	float8		log_monetary;	/* sum of logarithms, in this unit */
} GammaGammaData;

/* sums for the likelihood and its derivatives */
typedef struct GammaGammaSums
{
	float8		value;
	float8		p,
				q,
				v;
	float8		p_p,
				p_q,
				p_v,
				q_q,
				q_v,
				v_v;
} GammaGammaSums;

/*
 * The part of customers that depends on their frequency alone: the beta
 * function.
 */
static void
add_frequency(GammaGammaSums *sums, float8 frequency, float8 customers, float8 p, float8 q)
{
	float8		shape = p * frequency;
	ChsGammaRise over_shape = chs_gamma_rise(shape, q);
	ChsGammaRise over_q = chs_gamma_rise(q, shape);

	sums->value += customers * (over_shape.log_gamma - lgamma(q));
	sums->p += customers * frequency * over_shape.digamma;
	sums->q += customers * over_q.digamma;
	sums->p_p += customers * frequency * frequency * over_shape.trigamma;
	sums->p_q += customers * frequency * chs_trigamma(shape + q);
	sums->q_q += customers * over_q.trigamma;
}

/*
 * The part that depends on what they paid.
 */
static inline void
add_amount(GammaGammaSums *sums, float8 frequency, float8 total, float8 p, float8 q, float8 v)
{
	float8		shape = p * frequency;
	float8		inverse = 1.0 / (v + total);
	float8		of_total = log1p(v / total);
	float8		of_v = log1p(total / v);

	sums->value -= q * of_v + shape * of_total;
	sums->p -= frequency * of_total;
	sums->q -= of_v;
	sums->v += (q * total / v - shape) * inverse;
	sums->p_v -= frequency * inverse;
	sums->q_v += total / v * inverse;
	sums->v_v += (shape + q) * inverse * inverse - q / (v * v);
}

static float8
gamma_gamma_likelihood(void *of, const float8 *params, float8 *gradient, float8 *second)
{
	const GammaGammaData *data = of;
	GammaGammaSums sums = {0};
	int64		first = 0;

	for (int64 i = 0; i < data->n; i++)
	{
		float8		frequency = data->frequency[i];

		chs_check_interrupts(i);
		add_amount(&sums, frequency, frequency * (data->monetary[i] / data->unit), params[0], params[1], params[2]);
		if (i + 1 == data->n || data->frequency[i + 1] != frequency)
		{
			add_frequency(&sums, frequency, (float8) (i + 1 - first), params[0], params[1]);
			first = i + 1;
		}
	}
	memcpy(gradient, (float8[]) {sums.p, sums.q, sums.v}, CHS_GAMMA_GAMMA_PARAMS * sizeof(float8));
	memcpy(second,
		   (float8[]) {sums.p_p, 0, 0,
					   sums.p_q, sums.q_q, 0,
					   sums.p_v, sums.q_v, sums.v_v},
		   CHS_GAMMA_GAMMA_PARAMS * CHS_GAMMA_GAMMA_PARAMS * sizeof(float8));
	return sums.value - data->log_monetary;
}

pg_noreturn static void
refuse_monetary(float8 monetary)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"monetary\" must be above zero"),
			 errdetail("The value is %s.", chs_double_text(monetary)),
			 errhint("Leave such rows out with FILTER (WHERE monetary > 0). All of them: SELECT ... WHERE frequency > 0 AND monetary <= 0.")));
}

static float8
check_monetary(float8 monetary)
{
	chs_check_finite(monetary, "monetary");
	if (unlikely(monetary <= 0))
		refuse_monetary(monetary);
	return monetary;
}

/*
 * The unit of amounts, and their logarithms.  What the sample holds is checked
 * on the way, since it may come from outside.
 */
static void
choose_unit(GammaGammaData *data)
{
	float8		logs = 0.0;

	for (int64 i = 0; i < data->n; i++)
	{
		chs_check_interrupts(i);
		(void) chs_check_count_float8(data->frequency[i], "frequency");
		logs += log(check_monetary(data->monetary[i]));
	}
	data->unit = exp2(rint(logs / data->n * M_LOG2E));
	data->log_monetary = logs - data->n * log(data->unit);
}

/*
 * Pearson's correlation of frequency and monetary.  False when one of them does
 * not vary.
 */
static bool
get_correlation(const GammaGammaData *data, float8 *correlation)
{
	float8		mean_x = 0.0;
	float8		mean_z = 0.0;
	float8		xx = 0.0;
	float8		xz = 0.0;
	float8		zz = 0.0;

	for (int64 i = 0; i < data->n; i++)
	{
		float8		dx = data->frequency[i] - mean_x;
		float8		dz = data->monetary[i] / data->unit - mean_z;

		chs_check_interrupts(i);
		mean_x += dx / (i + 1);
		mean_z += dz / (i + 1);
		xx += dx * (data->frequency[i] - mean_x);
		zz += dz * (data->monetary[i] / data->unit - mean_z);
		xz += dx * (data->monetary[i] / data->unit - mean_z);
	}
	*correlation = xz / (sqrt(xx) * sqrt(zz));
	return isfinite(*correlation);
}

static void
find_maximum(ChsMaximum *maximum, GammaGammaData *data)
{
	/* of each the mean purchase is 1; in the fourth customers hardly differ, in the last they do by far */
	float8		starts[][CHS_GAMMA_GAMMA_PARAMS] = {
		{6.0, 4.0, 0.5},
		{1.0, 1.5, 0.5},
		{50.0, 51.0, 1.0},
		{0.5, 1001.0, 2000.0},
		{0.2, 1.2, 1.0},
	};

	chs_find_maximum(maximum, gamma_gamma_likelihood, data, CHS_GAMMA_GAMMA_PARAMS, starts[0], lengthof(starts));
	maximum->value -= data->n * log(data->unit);
	maximum->params[2] *= data->unit;
	for (int i = 0; i < CHS_GAMMA_GAMMA_PARAMS; i++)
	{
		maximum->covariance[2 * CHS_GAMMA_GAMMA_PARAMS + i] *= data->unit;
		maximum->covariance[i * CHS_GAMMA_GAMMA_PARAMS + 2] *= data->unit;
	}
}

/*
 * The model of an argument, which is not NULL; false if there is none to predict
 * with.
 */
bool
chs_get_gamma_gamma_model(FunctionCallInfo fcinfo, int argno, ChsGammaGammaModel *model)
{
	ChsModelRow row;
	float8		params[CHS_GAMMA_GAMMA_PARAMS];

	chs_get_model_row(fcinfo, argno, CHS_GAMMA_GAMMA_COLUMNS, &row);
	if (!chs_get_model_params(&row, FIRST_PARAM, CHS_GAMMA_GAMMA_PARAMS, "gamma_gamma_model", param_names,
							  STATUS, params))
		return false;
	*model = (ChsGammaGammaModel) {params[0], params[1], params[2]};
	return true;
}

/*
 * The expected mean purchase of a customer; monetary, an argument that may be
 * NULL, counts from one repeat purchase on.  False if there is none.
 */
bool
chs_get_gamma_gamma_value(FunctionCallInfo fcinfo, int monetary_arg, const ChsGammaGammaModel *model,
						  float8 frequency, float8 *value)
{
	float8		total = 0.0;
	float8		shape = model->p * frequency + model->q - 1.0;

	if (frequency > 0)
	{
		if (PG_ARGISNULL(monetary_arg))
			return false;
		total = frequency * check_monetary(PG_GETARG_FLOAT8(monetary_arg));
	}
	if (!(shape > 0))
		return false;
	*value = model->p * (model->v + total) / shape;
	return true;
}

/*
 * Transition: the state, frequency, monetary.  A row with a NULL counts nothing,
 * and one without a repeat purchase neither.
 */
Datum
chs_gamma_gamma_accum(PG_FUNCTION_ARGS)
{
	static const ChsSampleKind kind = {.fit = FIT_NAME, .ncolumns = 2, .nparams = 0};
	float8		frequency;
	ChsSample  *sample;
	float8	   *row;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return chs_unchanged_state(fcinfo);
	frequency = chs_check_count_float8(PG_GETARG_FLOAT8(1), "frequency");
	if (frequency == 0)
		return chs_unchanged_state(fcinfo);
	(void) check_monetary(PG_GETARG_FLOAT8(2));

	sample = chs_sample_begin(fcinfo, &kind);
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, 0, frequency);
	chs_sample_set(sample, row, 1, PG_GETARG_FLOAT8(2));
	return chs_sample_return(fcinfo, sample);
}

/*
 * End of the aggregate: the model.
 */
Datum
chs_gamma_gamma_fit(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	GammaGammaData data = {0};
	ChsMaximum	maximum;
	ChsModelRow model = {0};
	float8		correlation;

	chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), &gamma_gamma_shape);
	if (view.nrows == 0)
		PG_RETURN_NULL();
	data.n = view.nrows;
	data.frequency = chs_sample_column(&view.blocks[0], 0);
	data.monetary = chs_sample_column(&view.blocks[0], 1);
	choose_unit(&data);
	find_maximum(&maximum, &data);

	chs_put_model_params(&model, &maximum, CHS_GAMMA_GAMMA_PARAMS);
	chs_put_model_covariance(&model, &maximum, CHS_GAMMA_GAMMA_PARAMS);
	if (get_correlation(&data, &correlation))
		chs_put_model_datum(&model, Float8GetDatum(correlation));
	else
		chs_put_model_null(&model);
	chs_put_model_likelihood(&model, &maximum);
	chs_put_model_datum(&model, Int64GetDatum(data.n));
	if (maximum.status == CHS_CONVERGED && maximum.params[1] <= 1.0)
		chs_put_model_datum(&model, CStringGetTextDatum(CHS_MEAN_NOT_FINITE));
	else
		chs_put_model_datum(&model, CStringGetTextDatum(chs_maximum_status(maximum.status)));
	return chs_row(fcinfo, model.values, model.nulls);
}

/*
 * An expected amount as it is returned.
 */
Datum
chs_expected_amount(const char *name, float8 value)
{
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", name),
				 errdetail("The amount does not fit into double precision."),
				 errhint("Use a larger unit for the amounts, such as thousands, and fit the model in it.")));
	return DirectFunctionCall1(float8_numeric, Float8GetDatum(value));
}

/*
 * gamma_gamma_value(model, frequency, monetary)
 */
Datum
chs_gamma_gamma_value(PG_FUNCTION_ARGS)
{
	ChsGammaGammaModel model;
	float8		frequency;
	float8		value;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	frequency = chs_check_count_float8(PG_GETARG_FLOAT8(1), "frequency");
	if (!chs_get_gamma_gamma_model(fcinfo, 0, &model) ||
		!chs_get_gamma_gamma_value(fcinfo, 2, &model, frequency, &value))
		PG_RETURN_NULL();
	return chs_expected_amount("gamma_gamma_value", value);
}
