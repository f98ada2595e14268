/*-------------------------------------------------------------------------
 *
 * bgnbd.c
 *		BG/NBD and MBG/NBD: the model, what is read of a customer, and the
 *		expected number of purchases.
 *
 * While alive a customer buys at random with a rate that is Gamma(r, alpha)
 * among customers; after each purchase it leaves for ever with a probability p
 * that is Beta(a, b) among them.  In BG/NBD (Fader, Hardie and Lee, "Counting
 * your customers the easy way", Marketing Science 24, 2005) only a repeat
 * purchase can be the last, so a customer without one is alive for certain; in
 * MBG/NBD (Batislam, Denizel and Filiztekin, International Journal of Research in
 * Marketing 24, 2007) the first purchase can be the last, too.  With x repeat
 * purchases, n = x or, in MBG/NBD, x + 1, is how often the customer could have
 * left.
 *
 * A customer of rate l and probability p that is alive makes
 * (1 - exp(-l p t)) / p purchases within t.  The mean over l has a closed form,
 * and that over p is
 *
 *		E(t) = integral of (1 - (alpha / (alpha + p t))^r) / p dBeta(p; a, b)
 *
 * which is summed by the rule of special.c.  The textbook form with the
 * hypergeometric function 2F1 is a difference divided by a - 1, and loses all
 * digits near a = 1.  After x purchases the same holds with r + x, alpha + age, a
 * and b + n.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/number.h"
#include "lifetime/bgnbd.h"
#include "lifetime/lifetime_model.h"

#define VARIANT		0			/* columns of bgnbd_model */
#define UNIT_DAYS	1
#define FIRST_PARAM	2
#define COVARIANCE	7
#define STATUS		11

/* exp(-x) is below the precision of one, from here on */
#define NO_DIGITS_LEFT	38.0

static const char *const param_names[] = {"r", "alpha", "a", "b"};

/*
 * The variant of a model: 'bg' or 'mbg'.
 */
bool
chs_is_modified_bgnbd(Datum variant)
{
	text	   *word = DatumGetTextPP(variant);
	const char *data = VARDATA_ANY(word);
	int			length = VARSIZE_ANY_EXHDR(word);

	if (length == 2 && memcmp(data, "bg", 2) == 0)
		return false;
	if (length == 3 && memcmp(data, "mbg", 3) == 0)
		return true;
	chs_refuse_word("variant of BG/NBD", data, length,
					"Pass 'bg' (Fader, Hardie and Lee 2005), or 'mbg', in which one-time buyers can be gone.");
}

float8
chs_check_unit_days(int64 unit_days)
{
	return (float8) chs_check_whole_range(unit_days, 1, CHS_MAX_UNIT_DAYS, "unit_days",
										  "It is how many days one unit of recency and age has: 7 for weeks, 1 for days.");
}

/*
 * A model, argument argno, which is not NULL.  False if there is none to
 * predict with.
 */
bool
chs_get_bgnbd_model(FunctionCallInfo fcinfo, int argno, ChsBgnbdModel *model)
{
	ChsModelRow row;
	float8		params[CHS_BGNBD_PARAMS];

	chs_get_model_row(fcinfo, argno, CHS_BGNBD_COLUMNS, &row);
	if (row.nulls[VARIANT] || row.nulls[UNIT_DAYS] ||
		!chs_get_model_params(&row, FIRST_PARAM, CHS_BGNBD_PARAMS, "bgnbd_model", param_names, STATUS, params))
		return false;
	model->modified = chs_is_modified_bgnbd(row.values[VARIANT]);
	model->unit_days = chs_check_unit_days(DatumGetInt64(row.values[UNIT_DAYS]));
	model->r = params[0];
	model->alpha = params[1];
	model->a = params[2];
	model->b = params[3];
	model->has_covariance = chs_get_model_covariance(&row, COVARIANCE, CHS_BGNBD_PARAMS, model->covariance);
	return true;
}

static void
refuse_recency(const ChsBgnbdCustomer *customer)
{
	if (customer->recency > customer->age)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"recency\" must not be greater than \"age\""),
				 errdetail("The recency is %s, the age %s.",
						   chs_double_text(customer->recency), chs_double_text(customer->age)),
				 errhint("Measure both from the first purchase in one unit, recency to the last purchase by as_of and age to as_of, as rfm(s, as_of) does. All such rows: SELECT ... WHERE recency > age.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"recency\" must be 0 where \"frequency\" is 0"),
			 errdetail("The recency is %s.", chs_double_text(customer->recency)),
			 errhint("Frequency counts the purchases after the first one, and recency is the time from the first to the last, not the time since the last. All such rows: SELECT ... WHERE frequency = 0 AND recency > 0.")));
}

void
chs_check_bgnbd_customer(const ChsBgnbdCustomer *customer)
{
	(void) chs_check_count_float8(customer->frequency, "frequency");
	(void) chs_check_amount_float8(customer->recency, "recency");
	(void) chs_check_amount_float8(customer->age, "age");
	if (unlikely(customer->recency > customer->age || (customer->frequency == 0 && customer->recency > 0)))
		refuse_recency(customer);
}

/* arguments frequency, recency and age from argno on */
ChsBgnbdCustomer
chs_get_bgnbd_customer(FunctionCallInfo fcinfo, int argno)
{
	ChsBgnbdCustomer customer;

	customer.frequency = PG_GETARG_FLOAT8(argno);
	customer.recency = PG_GETARG_FLOAT8(argno + 1);
	customer.age = PG_GETARG_FLOAT8(argno + 2);
	chs_check_bgnbd_customer(&customer);
	return customer;
}

/* a time ahead, in units of the model */
float8
chs_check_horizon(float8 horizon, const char *what)
{
	chs_check_finite(horizon, what);
	if (unlikely(horizon < 0))
		chs_refuse_negative(what, chs_double_text(horizon), "It is a time from now on, in units of unit_days days.");
	return horizon;
}

/*
 * What is known of a customer now.
 */
ChsBgnbdPosterior
chs_bgnbd_posterior(const ChsBgnbdModel *model, const ChsBgnbdCustomer *customer)
{
	float8		n = customer->frequency + (model->modified ? 1.0 : 0.0);
	ChsBgnbdPosterior posterior;

	posterior.r = model->r + customer->frequency;
	posterior.alpha = model->alpha + customer->age;
	posterior.a = model->a;
	posterior.b = model->b + n;
	posterior.b_before = model->b + (n - 1.0);
	posterior.alive = 1.0;
	posterior.left = 0.0;
	if (n > 0)
	{
		/* the odds that it left at its last purchase */
		float8		log_odds = log(model->a) - log(posterior.b_before) +
			posterior.r * log1p((customer->age - customer->recency) / (model->alpha + customer->recency));

		posterior.alive = 1.0 / (1.0 + exp(log_odds));
		posterior.left = 1.0 / (1.0 + exp(-log_odds));
	}
	return posterior;
}

/* the same of a customer at its first purchase */
ChsBgnbdPosterior
chs_bgnbd_newcomer(const ChsBgnbdModel *model)
{
	return chs_bgnbd_posterior(model, &(ChsBgnbdCustomer) {0, 0, 0});
}

/*
 * The scale of a rule for expectations up to a horizon, see special.c.
 */
float8
chs_bgnbd_log_scale(const ChsBgnbdPosterior *posterior, float8 horizon)
{
	return log(posterior->r + 1.0) + log(horizon) - log(posterior->alpha);
}

/*
 * Purchases within a horizon above zero, if alive: E of above.  The rule is of
 * the posterior's a and b.
 */
float8
chs_bgnbd_expected(const ChsBetaRule *rule, const ChsBgnbdPosterior *posterior, float8 horizon)
{
	float8		log_ratio = log(horizon) - log(posterior->alpha);
	float8		constant = posterior->r * (horizon / posterior->alpha);
	float8		smallest = -NO_DIGITS_LEFT - log(posterior->r + 1.0);
	float8		expected = 0.0;

	for (int i = 0; i < rule->n; i++)
	{
		float8		log_share = rule->log_p[i] + log_ratio;

		if (log_share < smallest)
			expected += rule->weight[i] * constant;
		else
			expected += rule->weight[i] * exp(-rule->log_p[i]) *
				-expm1(-posterior->r * chs_log_one_plus_exp(log_share));
	}
	return expected;
}
