/*-------------------------------------------------------------------------
 *
 * sbg.c
 *		sbg_fit(periods, churned [, customers]): the shifted-beta-geometric model of
 *		contracts that are renewed or not, and its answers.
 *
 * At each renewal a customer leaves with a probability of its own, which is
 * Beta(alpha, beta) among customers (Fader and Hardie, "How to project customer
 * retention", Journal of Interactive Marketing 21, 2007).  Those who leave early
 * are the ones who were likely to, so retention rises with the number of the
 * renewal, t, although no customer changes:
 *
 *		retention(t) = (beta + t - 1) / (alpha + beta + t - 1)
 *
 * The likelihood of having made t renewals is S(t) = Gamma(beta+t)/Gamma(beta)
 * Gamma(alpha+beta)/Gamma(alpha+beta+t), of having left at renewal t it is S(t-1)
 * alpha / (alpha+beta+t-1).  S(t) alpha / (beta+t-1) is the same, but where nearly all
 * leave at the first renewal, beta is tiny and log(beta) cancels for each of them.
 *
 * The lifetime to come after k renewals, in periods, each discounted by d, is the
 * mean of (1-p) (1+d) / (d+p) over Beta(alpha, beta+k), which is summed by the rule
 * of special.c: the hypergeometric series converges slowly for small d.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "shared/special.h"
#include "lifetime/lifetime_maximum.h"
#include "lifetime/lifetime_model.h"

PG_FUNCTION_INFO_V1(chs_sbg_accum);
PG_FUNCTION_INFO_V1(chs_sbg_fit);
PG_FUNCTION_INFO_V1(chs_sbg_retention);
PG_FUNCTION_INFO_V1(chs_sbg_survival);
PG_FUNCTION_INFO_V1(chs_sbg_residual_lifetime);

#define FIT_NAME		"sbg_fit"
#define SBG_PARAMS		2		/* alpha, beta, in this order */
#define SBG_COLUMNS		7		/* of sbg_model */
#define FIRST_PARAM		0
#define STATUS			6
#define MAX_PERIODS		INT64CONST(1000000000)
#define MAX_CUSTOMERS	INT64CONST(1000000000000)

static const char *const param_names[] = {"alpha", "beta"};

static const ChsSampleShape sbg_shape = {
	.fit = FIT_NAME,
	.min_columns = 3,
	.max_columns = 3,
	.nparams = 0,
};

typedef struct SbgModel
{
	float8		alpha;
	float8		beta;
} SbgModel;

/* customers who left at a renewal, or made so many */
typedef struct SbgGroup
{
	float8		periods;
	bool		churned;
	float8		customers;
} SbgGroup;

typedef struct SbgData
{
	int64		ngroups;
	SbgGroup   *groups;
	float8		customers;
} SbgData;

static float8
sbg_likelihood(void *of, const float8 *params, float8 *gradient, float8 *second)
{
	const SbgData *data = of;
	float8		alpha = params[0];
	float8		beta = params[1];
	float8		value = 0.0;

	gradient[0] = gradient[1] = 0.0;
	second[0] = second[2] = second[3] = 0.0;
	for (int64 i = 0; i < data->ngroups; i++)
	{
		const SbgGroup *group = &data->groups[i];
		float8		n = group->customers;
		float8		made = group->periods - (group->churned ? 1.0 : 0.0);
		ChsBetaRise rise = chs_beta_rise(alpha, beta, made);

		chs_check_interrupts(i);
		value += n * rise.log_beta;
		gradient[0] += n * rise.by_a;
		gradient[1] += n * rise.by_b;
		second[0] += n * rise.by_a_a;
		second[2] += n * rise.by_a_b;
		second[3] += n * rise.by_b_b;
		if (group->churned)
		{
			float8		stays = beta + made;
			float8		of_both = 1.0 / (alpha + stays);
			float8		by_alpha = stays / alpha * of_both;

			value -= n * log1p(stays / alpha);
			gradient[0] += n * by_alpha;
			gradient[1] -= n * of_both;
			second[0] -= n * by_alpha * (1.0 / alpha + of_both);
			second[2] += n * of_both * of_both;
			second[3] += n * of_both * of_both;
		}
	}
	return value;
}

/*
 * Arguments, and rows of a sample.
 */
static void
check_row(int64 periods, bool churned, int64 customers)
{
	(void) chs_check_whole_range(periods, churned ? 1 : 0, MAX_PERIODS, "periods",
								 churned ? "Of a churned customer it is the renewal at which it left, counted from 1." :
								 "Of a customer that is still there it is how many renewals it made.");
	(void) chs_check_whole_range(customers, 0, MAX_CUSTOMERS, "customers", "Pass a count of customers.");
}

/*
 * Groups of a sorted sample, which may come from outside.
 */
static void
make_groups(SbgData *data, const ChsSampleView *view)
{
	const float8 *periods = chs_sample_column(&view->blocks[0], 0);
	const float8 *churned = chs_sample_column(&view->blocks[0], 1);
	const float8 *customers = chs_sample_column(&view->blocks[0], 2);
	SbgGroup   *group;

	data->groups = MemoryContextAllocHuge(CurrentMemoryContext, view->nrows * sizeof(SbgGroup));
	group = data->groups - 1;
	for (int64 i = 0; i < view->nrows; i++)
	{
		chs_check_interrupts(i);
		if (!(periods[i] >= (churned[i] != 0 ? 1 : 0) && periods[i] <= MAX_PERIODS &&
			  customers[i] >= 0 && customers[i] <= MAX_CUSTOMERS))
			chs_summary_damaged_stored(CHS_SAMPLE_TYPE, "It holds a row that is none of " FIT_NAME ".");
		if (i == 0 || periods[i] != periods[i - 1] || churned[i] != churned[i - 1])
			*++group = (SbgGroup) {periods[i], churned[i] != 0, 0};
		group->customers += customers[i];
		data->customers += customers[i];
	}
	data->ngroups = group + 1 - data->groups;
}

static bool
get_sbg_model(FunctionCallInfo fcinfo, SbgModel *model)
{
	ChsModelRow row;
	float8		params[SBG_PARAMS];

	chs_get_model_row(fcinfo, 0, SBG_COLUMNS, &row);
	if (!chs_get_model_params(&row, FIRST_PARAM, SBG_PARAMS, "sbg_model", param_names, STATUS, params))
		return false;
	*model = (SbgModel) {params[0], params[1]};
	return true;
}

/*
 * Transition: the state, periods, churned [, customers].  A row with a NULL, and
 * one of no customers, counts nothing.
 */
Datum
chs_sbg_accum(PG_FUNCTION_ARGS)
{
	static const ChsSampleKind kind = {.fit = FIT_NAME, .ncolumns = 3, .nparams = 0};
	int64		customers = 1;
	ChsSample  *sample;
	float8	   *row;

	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return chs_unchanged_state(fcinfo);
	}
	if (PG_NARGS() > 3)
		customers = PG_GETARG_INT64(3);
	check_row(PG_GETARG_INT64(1), PG_GETARG_BOOL(2), customers);
	if (customers == 0)
		return chs_unchanged_state(fcinfo);

	sample = chs_sample_begin(fcinfo, &kind);
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, 0, (float8) PG_GETARG_INT64(1));
	chs_sample_set(sample, row, 1, PG_GETARG_BOOL(2) ? 1.0 : 0.0);
	chs_sample_set(sample, row, 2, (float8) customers);
	return chs_sample_return(fcinfo, sample);
}

/*
 * End of the aggregate: the model.
 */
Datum
chs_sbg_fit(PG_FUNCTION_ARGS)
{
	static const float8 starts[][SBG_PARAMS] = {{1.0, 2.0}, {0.2, 0.5}, {5.0, 50.0}};
	ChsSampleView view;
	SbgData		data = {0};
	ChsMaximum	maximum;
	ChsModelRow model = {0};

	chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), &sbg_shape);
	if (view.nrows == 0)
		PG_RETURN_NULL();
	make_groups(&data, &view);
	chs_find_maximum(&maximum, sbg_likelihood, &data, SBG_PARAMS, starts[0], lengthof(starts));

	chs_put_model_params(&model, &maximum, SBG_PARAMS);
	chs_put_model_errors(&model, &maximum, SBG_PARAMS);
	chs_put_model_covariance(&model, &maximum, SBG_PARAMS);
	chs_put_model_likelihood(&model, &maximum);
	chs_put_model_datum(&model, Int64GetDatum((int64) data.customers));
	chs_put_model_datum(&model, CStringGetTextDatum(chs_maximum_status(maximum.status)));
	return chs_row(fcinfo, model.values, model.nulls);
}

/*
 * sbg_retention(model, period): the share of those before it who make renewal
 * number "period".
 */
Datum
chs_sbg_retention(PG_FUNCTION_ARGS)
{
	int64		period = chs_check_whole_range(PG_GETARG_INT64(1), 1, MAX_PERIODS, "period",
											   "It is the number of a renewal, counted from 1.");
	SbgModel	model;

	if (!get_sbg_model(fcinfo, &model))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((model.beta + (period - 1)) / (model.alpha + model.beta + (period - 1)));
}

/*
 * sbg_survival(model, period): the share of all who make the renewals up to
 * number "period".
 */
Datum
chs_sbg_survival(PG_FUNCTION_ARGS)
{
	int64		period = chs_check_whole_range(PG_GETARG_INT64(1), 0, MAX_PERIODS, "period",
											   "It is a number of renewals, 0 for the start.");
	SbgModel	model;

	if (!get_sbg_model(fcinfo, &model))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(exp(chs_beta_rise(model.alpha, model.beta, (float8) period).log_beta));
}

/*
 * sbg_residual_lifetime(model, renewals, discount)
 */
Datum
chs_sbg_residual_lifetime(PG_FUNCTION_ARGS)
{
	int64		renewals = chs_check_whole_range(PG_GETARG_INT64(1), 0, MAX_PERIODS, "renewals",
												 "It is how many renewals the customer has made, 0 for a new one.");
	float8		discount = PG_GETARG_FLOAT8(2) / 100.0;
	float8		beta;
	float8		lifetime = 0.0;
	SbgModel	model;
	ChsBetaRule rule;

	chs_check_range(PG_GETARG_FLOAT8(2), 0, 1000, "discount", "It is in percent a period: write 10, not 0.1.");
	if (!get_sbg_model(fcinfo, &model))
		PG_RETURN_NULL();
	beta = model.beta + renewals;
	if (discount == 0)
	{
		if (model.alpha <= 1.0)
			PG_RETURN_NULL();
		PG_RETURN_FLOAT8(beta / (model.alpha - 1.0));
	}
	chs_beta_rule_make(&rule, model.alpha, beta, -log(discount), 1.0);
	for (int i = 0; i < rule.n; i++)
		lifetime += rule.weight[i] * exp(rule.log_q[i]) / (discount + exp(rule.log_p[i]));
	PG_RETURN_FLOAT8((1.0 + discount) * lifetime);
}
