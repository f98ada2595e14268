/*-------------------------------------------------------------------------
 *
 * payment_scalars.c
 *		Days sales outstanding and collection effectiveness, from balances.
 *
 * All arithmetic is that of numeric, so that a balance of which three months
 * of sales are taken away ends at zero and not next to it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/number.h"

/* days of a period: ten thousand years */
#define MAX_PERIOD		3652500

PG_FUNCTION_INFO_V1(chs_dso);
PG_FUNCTION_INFO_V1(chs_best_possible_dso);
PG_FUNCTION_INFO_V1(chs_dso_countback);
PG_FUNCTION_INFO_V1(chs_collection_effectiveness);

static void
check_days(int64 days)
{
	chs_check_whole_range(days, 1, MAX_PERIOD, "days",
						  "Pass the days in which the credit sales were made: 90 for a quarter, 365 for a year.");
}

/*
 * part * factor / whole as a double.  The caller checked that whole is not 0.
 */
static Datum
scaled_quotient(const char *name, Datum part, Datum factor, Datum whole)
{
	Datum		product = DirectFunctionCall2(numeric_mul, part, factor);
	float8		quotient = chs_numeric_to_double(DirectFunctionCall2(numeric_div, product, whole));

	if (isinf(quotient))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", name),
				 errdetail("The quotient of %s and %s does not fit into double precision.", chs_shown_numeric(part), chs_shown_numeric(whole)),
				 errhint("Leave out periods whose sales are next to zero: nullif(round(sales, 6), 0).")));
	return Float8GetDatum(quotient);
}

static Datum
subtract(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

/*
 * dso(receivables, credit_sales, days) and best_possible_dso(current_receivables,
 * credit_sales, days): the days of sales that the balance is worth.
 */
static Datum
days_of_sales(FunctionCallInfo fcinfo, const char *name, const char *what)
{
	Datum		balance = chs_amount_arg(fcinfo, 0, what);
	Datum		sales = chs_amount_arg(fcinfo, 1, "credit_sales");
	int64		days = PG_GETARG_INT64(2);

	check_days(days);
	if (chs_numeric_sign(sales) == 0)
		PG_RETURN_NULL();
	return scaled_quotient(name, balance, chs_int64_to_numeric(days), sales);
}

Datum
chs_dso(PG_FUNCTION_ARGS)
{
	return days_of_sales(fcinfo, "dso", "receivables");
}

Datum
chs_best_possible_dso(PG_FUNCTION_ARGS)
{
	return days_of_sales(fcinfo, "best_possible_dso", "current_receivables");
}

/*
 * Both lists of dso_countback, of one length, which is returned.  All months
 * are checked, also those that the receivables do not reach, so that a call
 * does not fail one day for a list that it took the day before.
 */
static int
get_months(FunctionCallInfo fcinfo, Datum **sales, int64 **days)
{
	ArrayType  *sales_array = PG_GETARG_ARRAYTYPE_P(1);
	ArrayType  *days_array = PG_GETARG_ARRAYTYPE_P(2);
	const char *hint = "Pass a value per month, the latest first, for instance with array_agg(... ORDER BY month DESC).";
	int			nsales;
	int			ndays;

	chs_check_list(sales_array, "sales", hint);
	chs_check_list(days_array, "days", hint);
	deconstruct_array(sales_array, NUMERICOID, -1, false, TYPALIGN_INT, sales, NULL, &nsales);
	ndays = ArrayGetNItems(ARR_NDIM(days_array), ARR_DIMS(days_array));
	*days = (int64 *) ARR_DATA_PTR(days_array);
	if (nsales != ndays)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"sales\" and \"days\" must be of the same months"),
				 errdetail("There are %d sales and %d days.", nsales, ndays),
				 errhint("%s", hint)));
	for (int i = 0; i < nsales; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) chs_check_amount(DatumGetNumeric((*sales)[i]), "sales");
		check_days((*days)[i]);
	}
	return nsales;
}

/*
 * dso_countback(receivables, sales, days): the days of the latest months whose
 * sales make up the receivables, of the last of them a part.  Months are taken
 * from the latest one back, those without sales in full.  NULL if the
 * receivables are more than all sales given.
 */
Datum
chs_dso_countback(PG_FUNCTION_ARGS)
{
	Datum		left = chs_amount_arg(fcinfo, 0, "receivables");
	Datum	   *sales;
	int64	   *days;
	int			nmonths = get_months(fcinfo, &sales, &days);
	int64		whole_days = 0;

	for (int i = 0; i < nmonths && chs_numeric_sign(left) > 0; i++)
	{
		Datum		rest = subtract(left, sales[i]);

		CHECK_FOR_INTERRUPTS();
		if (chs_numeric_sign(rest) < 0)
			PG_RETURN_FLOAT8((float8) whole_days +
							 DatumGetFloat8(scaled_quotient("dso_countback", left, chs_int64_to_numeric(days[i]), sales[i])));
		whole_days += days[i];
		left = rest;
	}
	if (chs_numeric_sign(left) > 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) whole_days);
}

pg_noreturn static void
refuse_balances(const char *problem, const char *what_a, Datum a, const char *what_b, Datum b, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s is %s, %s is %s.", what_a, chs_shown_numeric(a), what_b, chs_shown_numeric(b)),
			 errhint("%s", hint)));
}

/*
 * collection_effectiveness(opening, sales, closing, closing_current): of what
 * could have been collected, the part that was, in percent.
 */
Datum
chs_collection_effectiveness(PG_FUNCTION_ARGS)
{
	Datum		opening = chs_amount_arg(fcinfo, 0, "opening");
	Datum		sales = chs_amount_arg(fcinfo, 1, "sales");
	Datum		closing = chs_amount_arg(fcinfo, 2, "closing");
	Datum		current = chs_amount_arg(fcinfo, 3, "closing_current");
	Datum		whole = DirectFunctionCall2(numeric_add, opening, sales);
	Datum		collected = subtract(whole, closing);
	Datum		collectable = subtract(whole, current);

	if (chs_numeric_sign(subtract(closing, current)) < 0)
		refuse_balances("\"closing_current\" must not be greater than \"closing\"", "closing_current", current, "closing", closing,
						"Pass as closing_current the part of closing that is not due yet.");
	if (chs_numeric_sign(collected) < 0)
		refuse_balances("\"closing\" must not be greater than \"opening\" and \"sales\" together", "closing", closing, "opening + sales", whole,
						"Pass all credit sales of the period, and the receivables at its start.");
	if (chs_numeric_sign(collectable) == 0)
		PG_RETURN_NULL();
	return scaled_quotient("collection_effectiveness", collected, chs_int64_to_numeric(100), collectable);
}
