/*-------------------------------------------------------------------------
 *
 * lifetime_clv.c
 *		clv(bgnbd_model, gamma_gamma_model, ...): the value of a customer's
 *		purchases to come.
 *
 * The purchases that BG/NBD expects in each month from now on, times the mean
 * purchase that Gamma-Gamma expects, discounted from the month's end.  A month is
 * 365.25 / 12 days.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "lifetime/bgnbd.h"
#include "lifetime/gamma_gamma.h"

PG_FUNCTION_INFO_V1(chs_lifetime_clv);

#define DAYS_OF_MONTH	(365.25 / 12.0)
#define MAX_MONTHS		1200

/*
 * Purchases of the months to come, discounted, if the customer is alive.
 */
static float8
discounted_purchases(const ChsBgnbdPosterior *posterior, float8 month, int64 months, float8 discount)
{
	float8		before = 0.0;
	float8		factor = 1.0;
	float8		sum = 0.0;
	ChsBetaRule rule;

	chs_beta_rule_make(&rule, posterior->a, posterior->b, chs_bgnbd_log_scale(posterior, months * month), 1.0);
	for (int64 k = 1; k <= months; k++)
	{
		float8		by_then = chs_bgnbd_expected(&rule, posterior, k * month);

		CHECK_FOR_INTERRUPTS();
		factor /= 1.0 + discount;
		sum += (by_then - before) * factor;
		before = by_then;
	}
	return sum;
}

/*
 * clv(bgnbd_model, gamma_gamma_model, frequency, recency, age, monetary, months,
 * monthly_discount, margin).  Only monetary may be NULL, at frequency 0.
 */
Datum
chs_lifetime_clv(PG_FUNCTION_ARGS)
{
	ChsBgnbdModel model;
	ChsGammaGammaModel spending;
	ChsBgnbdCustomer customer;
	ChsBgnbdPosterior posterior;
	int64		months;
	float8		discount;
	float8		margin;
	float8		value;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i) && i != 5)
			PG_RETURN_NULL();
	}
	customer = chs_get_bgnbd_customer(fcinfo, 2);
	months = chs_check_whole_range(PG_GETARG_INT64(6), 1, MAX_MONTHS, "months", "Pass a number of months: 12 for a year.");
	discount = PG_GETARG_FLOAT8(7);
	margin = PG_GETARG_FLOAT8(8);
	chs_check_range(discount, 0, 100, "monthly_discount", "It is in percent a month: 1 is about 12.7 percent a year.");
	chs_check_range(margin, 0, 100, "margin", "It is in percent: write 80, not 0.8.");
	if (!chs_get_bgnbd_model(fcinfo, 0, &model) || !chs_get_gamma_gamma_model(fcinfo, 1, &spending) ||
		!chs_get_gamma_gamma_value(fcinfo, 5, &spending, customer.frequency, &value))
		PG_RETURN_NULL();
	posterior = chs_bgnbd_posterior(&model, &customer);
	value *= margin / 100.0 * posterior.alive *
		discounted_purchases(&posterior, DAYS_OF_MONTH / model.unit_days, months, discount / 100.0);
	return chs_expected_amount("clv", value);
}
