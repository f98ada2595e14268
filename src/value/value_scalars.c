/*-------------------------------------------------------------------------
 *
 * value_scalars.c
 *		Customer value from plain numbers: CLV at one churn rate, what may be
 *		spent on a new customer and when it comes back, cost and revenue per
 *		customer.
 *
 * With margin m per period, retention r and discount d as shares, a customer
 * who pays at once and then stays with probability r each period is worth
 *
 *		sum over t >= 0 of m (r / (1 + d))^t = m (1 + d) / (1 + d - r)
 *
 * (Gupta and Lehmann start a period later, which is the same less one m).
 * 1 + d - r is computed as d + churn, which loses no digit where churn is
 * small.  Money is numeric, and so is all arithmetic; a percentage that comes
 * as a double takes part with the digits that it prints.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/money.h"
#include "shared/number.h"

/* a margin may be negative, and is at most the revenue */
#define LEAST_MARGIN		(-1000.0)
#define GREATEST_DISCOUNT	1000.0

PG_FUNCTION_INFO_V1(chs_clv);
PG_FUNCTION_INFO_V1(chs_acquisition_limit);
PG_FUNCTION_INFO_V1(chs_payback_months);
PG_FUNCTION_INFO_V1(chs_retention_cost);
PG_FUNCTION_INFO_V1(chs_arpa);

static inline Datum
add(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_add, a, b);
}

static inline Datum
multiply(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_mul, a, b);
}

/*
 * A percentage of the revenue.
 */
static Datum
margin_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	float8		margin = PG_GETARG_FLOAT8(argno);

	chs_check_range(margin, LEAST_MARGIN, 100, what,
					"A margin is in percent of the revenue: write 80, not 0.8; 100 gives revenue.");
	return chs_double_to_numeric(margin);
}

/*
 * clv(arpa, gross_margin, churn_rate, discount_rate): NULL where customers
 * stay for ever and nothing is discounted.
 */
Datum
chs_clv(PG_FUNCTION_ARGS)
{
	Datum		arpa = chs_amount_arg(fcinfo, 0, "arpa");
	Datum		margin = margin_arg(fcinfo, 1, "gross_margin");
	float8		churn = PG_GETARG_FLOAT8(2);
	float8		discount = PG_GETARG_FLOAT8(3);
	Datum		discounted;
	Datum		leaving;

	chs_check_range(churn, 0, 100, "churn_rate",
					"A churn rate is in percent of a period: write 3.1, not 0.031; churn_rate() and retention_timeline() give it so.");
	chs_check_range(discount, -100, GREATEST_DISCOUNT, "discount_rate",
					"A discount rate is in percent of a period: 0.8 a month is about 10 a year.");
	discounted = chs_double_to_numeric(discount);
	leaving = add(discounted, chs_double_to_numeric(churn));
	if (chs_numeric_sign(leaving) <= 0)
		PG_RETURN_NULL();
	return chs_money_quotient(multiply(multiply(arpa, margin), add(chs_int64_to_numeric(100), discounted)),
							  multiply(leaving, chs_int64_to_numeric(100)));
}

/*
 * acquisition_limit(clv, ratio): what a new customer may cost.
 */
Datum
chs_acquisition_limit(PG_FUNCTION_ARGS)
{
	Datum		clv = PG_GETARG_DATUM(0);
	float8		ratio = chs_check_amount_float8(PG_GETARG_FLOAT8(1), "ratio");

	if (numeric_is_nan(DatumGetNumeric(clv)) || numeric_is_inf(DatumGetNumeric(clv)))
		chs_refuse_not_finite(clv, "clv");
	if (ratio == 0)
		PG_RETURN_NULL();
	return chs_money_quotient(clv, chs_double_to_numeric(ratio));
}

/*
 * payback_months(cac, arpa, margin): NULL where it never comes back.
 */
Datum
chs_payback_months(PG_FUNCTION_ARGS)
{
	Datum		cac = chs_amount_arg(fcinfo, 0, "cac");
	Datum		monthly = multiply(chs_amount_arg(fcinfo, 1, "arpa"), margin_arg(fcinfo, 2, "margin"));
	float8		months;

	if (chs_numeric_sign(monthly) <= 0)
		PG_RETURN_NULL();
	months = chs_numeric_to_double(DirectFunctionCall2(numeric_div, multiply(cac, chs_int64_to_numeric(100)), monthly));
	if (isinf(months))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("payback_months is out of range"),
				 errdetail("The cost is %s, %s a month come back.", chs_shown_numeric(cac),
						   chs_shown_numeric(DirectFunctionCall2(numeric_div, monthly, chs_int64_to_numeric(100)))),
				 errhint("Leave out customers whose revenue is next to zero: nullif(round(arpa, 6), 0).")));
	PG_RETURN_FLOAT8(months);
}

/*
 * An amount divided by a number of customers; NULL without customers.
 */
static Datum
per_customer(FunctionCallInfo fcinfo, const char *what)
{
	Datum		amount = chs_amount_arg(fcinfo, 0, what);
	int64		customers = chs_check_count(PG_GETARG_NUMERIC(1), "customers");

	if (customers == 0)
		PG_RETURN_NULL();
	return chs_money_quotient(amount, chs_int64_to_numeric(customers));
}

/*
 * retention_cost(spend, customers)
 */
Datum
chs_retention_cost(PG_FUNCTION_ARGS)
{
	return per_customer(fcinfo, "spend");
}

/*
 * arpa(mrr, customers)
 */
Datum
chs_arpa(PG_FUNCTION_ARGS)
{
	return per_customer(fcinfo, "mrr");
}
