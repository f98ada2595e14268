/*-------------------------------------------------------------------------
 *
 * bgnbd_predict.c
 *		What BG/NBD and MBG/NBD expect of one customer: is it alive, and how
 *		many purchases will it make?
 *
 * bgnbd.c has the model and the expected number.  A customer that is alive is
 * still alive after further time t with probability
 *
 *		integral of (alpha / (alpha + p t))^r dBeta(p; a, b)
 *
 * with the customer's own parameters.
 *
 * The interval is that of the expected number, by the delta method: the
 * derivatives of its logarithm by the four parameters, taken under the integral
 * sign, and the covariance of the fit.  It says how well the data fix the
 * parameters, not how far the purchases of one customer scatter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "lifetime/bgnbd.h"

PG_FUNCTION_INFO_V1(chs_bgnbd_alive);
PG_FUNCTION_INFO_V1(chs_bgnbd_purchases);
PG_FUNCTION_INFO_V1(chs_bgnbd_purchases_interval);
PG_FUNCTION_INFO_V1(chs_bgnbd_purchases_new);

/*
 * Purchases within a horizon, 0 or above.
 */
static float8
expected_purchases(const ChsBgnbdPosterior *posterior, float8 horizon)
{
	ChsBetaRule rule;

	if (horizon == 0)
		return 0.0;
	chs_beta_rule_make(&rule, posterior->a, posterior->b, chs_bgnbd_log_scale(posterior, horizon), 1.0);
	return posterior->alive * chs_bgnbd_expected(&rule, posterior, horizon);
}

/*
 * The probability to be alive still after a time, 0 or above.
 */
static float8
alive_after(const ChsBgnbdPosterior *posterior, float8 time)
{
	float8		log_ratio = log(time) - log(posterior->alpha);
	float8		share = 0.0;
	ChsBetaRule rule;

	if (time == 0)
		return posterior->alive;
	chs_beta_rule_make(&rule, posterior->a, posterior->b, chs_bgnbd_log_scale(posterior, time), posterior->r);
	for (int i = 0; i < rule.n; i++)
		share += rule.weight[i] * exp(-posterior->r * chs_log_one_plus_exp(rule.log_p[i] + log_ratio));
	return posterior->alive * share;
}

/*
 * Means under the density of p that the derivatives consist of.
 */
typedef struct GradientSums
{
	float8		value;
	float8		by_r;
	float8		by_alpha;
	float8		log_p;			/* mean of log p */
	float8		log_q;
	float8		value_log_p;	/* mean of the value times log p */
	float8		value_log_q;
} GradientSums;

static GradientSums
sum_for_gradient(const ChsBetaRule *rule, const ChsBgnbdPosterior *posterior, float8 horizon)
{
	float8		log_ratio = log(horizon) - log(posterior->alpha);
	GradientSums sums = {0};

	for (int i = 0; i < rule->n; i++)
	{
		float8		log_share = rule->log_p[i] + log_ratio;
		float8		growth = chs_log_one_plus_exp(log_share);
		float8		weight = rule->weight[i];
		float8		decay = exp(-posterior->r * growth);
		/* each over p, and p itself may be too small for a double */
		float8		value = exp(log(-expm1(-posterior->r * growth)) - rule->log_p[i]);
		float8		growth_over_p = exp(log(growth) - rule->log_p[i]);
		float8		share_over_p = exp(log_ratio - growth);

		if (growth <= 0)
		{
			growth_over_p = share_over_p = exp(log_ratio);
			value = posterior->r * growth_over_p;
		}
		sums.value += weight * value;
		sums.by_r += weight * decay * growth_over_p;
		sums.by_alpha -= weight * decay * share_over_p * posterior->r / posterior->alpha;
		sums.log_p += weight * rule->log_p[i];
		sums.log_q += weight * rule->log_q[i];
		sums.value_log_p += weight * value * rule->log_p[i];
		sums.value_log_q += weight * value * rule->log_q[i];
	}
	return sums;
}

/*
 * Derivatives of the logarithm of expected purchases by r, alpha, a and b.
 */
static void
get_gradient(const ChsBgnbdModel *model, const ChsBgnbdCustomer *customer, const ChsBgnbdPosterior *posterior,
			 float8 horizon, float8 *gradient)
{
	float8		gap = customer->age - customer->recency;
	float8		before = 1.0 / (model->alpha + customer->recency);
	float8		after = 1.0 / posterior->alpha;
	float8		left = posterior->left;
	ChsBetaRule rule;
	GradientSums sums;

	chs_beta_rule_make(&rule, posterior->a, posterior->b, chs_bgnbd_log_scale(posterior, horizon), 1.0);
	sums = sum_for_gradient(&rule, posterior, horizon);
	gradient[0] = sums.by_r / sums.value;
	gradient[1] = sums.by_alpha / sums.value;
	gradient[2] = sums.value_log_p / sums.value - sums.log_p;
	gradient[3] = sums.value_log_q / sums.value - sums.log_q;
	if (left > 0)
	{
		gradient[0] -= left * log1p(gap * before);
		gradient[1] += left * posterior->r * gap * before * after;
		gradient[2] -= left / model->a;
		gradient[3] += left / posterior->b_before;
	}
}

/*
 * The standard error of the logarithm.
 */
static float8
log_error(const ChsBgnbdModel *model, const float8 *gradient)
{
	float8		variance = 0.0;

	for (int i = 0; i < CHS_BGNBD_PARAMS; i++)
	{
		for (int j = 0; j < CHS_BGNBD_PARAMS; j++)
			variance += gradient[i] * gradient[j] * model->covariance[i * CHS_BGNBD_PARAMS + j];
	}
	return sqrt(Max(variance, 0.0));
}

/*
 * bgnbd_alive(model, frequency, recency, age [, after])
 */
Datum
chs_bgnbd_alive(PG_FUNCTION_ARGS)
{
	ChsBgnbdModel model;
	ChsBgnbdCustomer customer = chs_get_bgnbd_customer(fcinfo, 1);
	float8		after = PG_NARGS() > 4 ? chs_check_horizon(PG_GETARG_FLOAT8(4), "after") : 0.0;
	ChsBgnbdPosterior posterior;

	if (!chs_get_bgnbd_model(fcinfo, 0, &model))
		PG_RETURN_NULL();
	posterior = chs_bgnbd_posterior(&model, &customer);
	PG_RETURN_FLOAT8(alive_after(&posterior, after));
}

/*
 * bgnbd_purchases(model, horizon, frequency, recency, age)
 */
Datum
chs_bgnbd_purchases(PG_FUNCTION_ARGS)
{
	ChsBgnbdModel model;
	float8		horizon = chs_check_horizon(PG_GETARG_FLOAT8(1), "horizon");
	ChsBgnbdCustomer customer = chs_get_bgnbd_customer(fcinfo, 2);
	ChsBgnbdPosterior posterior;

	if (!chs_get_bgnbd_model(fcinfo, 0, &model))
		PG_RETURN_NULL();
	posterior = chs_bgnbd_posterior(&model, &customer);
	PG_RETURN_FLOAT8(expected_purchases(&posterior, horizon));
}

/*
 * bgnbd_purchases_interval(model, horizon, frequency, recency, age [, confidence])
 */
Datum
chs_bgnbd_purchases_interval(PG_FUNCTION_ARGS)
{
	ChsBgnbdModel model;
	float8		horizon = chs_check_horizon(PG_GETARG_FLOAT8(1), "horizon");
	ChsBgnbdCustomer customer = chs_get_bgnbd_customer(fcinfo, 2);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(5)));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (chs_get_bgnbd_model(fcinfo, 0, &model) && model.has_covariance)
	{
		ChsBgnbdPosterior posterior = chs_bgnbd_posterior(&model, &customer);
		float8		expected = expected_purchases(&posterior, horizon);
		float8		gradient[CHS_BGNBD_PARAMS] = {0};
		float8		margin;

		if (expected > 0)
			get_gradient(&model, &customer, &posterior, horizon, gradient);
		margin = z * log_error(&model, gradient);
		values[0] = Float8GetDatum(expected * exp(-margin));
		values[1] = Float8GetDatum(expected * exp(margin));
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

/*
 * bgnbd_purchases_new(model, horizon): those of a customer after its first
 * purchase.
 */
Datum
chs_bgnbd_purchases_new(PG_FUNCTION_ARGS)
{
	ChsBgnbdModel model;
	float8		horizon = chs_check_horizon(PG_GETARG_FLOAT8(1), "horizon");
	ChsBgnbdPosterior posterior;

	if (!chs_get_bgnbd_model(fcinfo, 0, &model))
		PG_RETURN_NULL();
	posterior = chs_bgnbd_newcomer(&model);
	PG_RETURN_FLOAT8(expected_purchases(&posterior, horizon));
}
