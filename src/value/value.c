/*-------------------------------------------------------------------------
 *
 * value.c
 *		What customers buy: building the summary, and totals of a period.
 *
 * purchase_agg(customer, day, amount) takes a row per order; a row with a
 * negative amount is a refund.  The day may come as a timestamp, of which it
 * is the calendar day, or as a moment (timestamptz) and the time zone whose
 * calendar counts.
 *
 * The accessors here take a period, NULL for all days, and an as_of after
 * which no day exists, infinity for none.  The tables over many buckets are in
 * value_report.c and value_cohorts.c, one customer is in value_rfm.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/stats.h"
#include "customer/customer_args.h"
#include "value/value.h"

PG_FUNCTION_INFO_V1(chs_purchase_customers);
PG_FUNCTION_INFO_V1(chs_purchase_orders);
PG_FUNCTION_INFO_V1(chs_purchase_gross_revenue);
PG_FUNCTION_INFO_V1(chs_purchase_refunds);
PG_FUNCTION_INFO_V1(chs_purchase_revenue);
PG_FUNCTION_INFO_V1(chs_purchase_average_order_value);
PG_FUNCTION_INFO_V1(chs_purchase_purchases_per_customer);
PG_FUNCTION_INFO_V1(chs_purchase_repeat_purchase_rate);

CHS_CUSTOMER_TYPE(chs_purchase, chs_purchase_family)

/*
 * purchasesummary_accum(state, customer, day | at, amount [, zone]): one more
 * order or refund.
 */
CHS_DAY_ACCUM(chs_purchase_accum, chs_purchase_accum, "purchase_agg(customer, ", ", amount")

/*
 * Totals of a period.
 */
typedef struct PurchaseTotals
{
	int64		customers;		/* with an order in it */
	int64		repeated;		/* of them, with two of those that are asked for */
	int64		orders;
	int128		gross;
	int128		refunds;
} PurchaseTotals;

/*
 * The days from first to before end that a call is about: argument argno is
 * the period, the next one as_of.  False for NULL: as_of is NULL, or the
 * period lies wholly after it.
 */
static bool
get_known_days(FunctionCallInfo fcinfo, int argno, int64 *first, int64 *end)
{
	DateADT		bounds[2];
	DateADT		as_of;

	*first = PG_INT32_MIN;
	*end = (int64) PG_INT32_MAX + 1;
	if (PG_ARGISNULL(argno + 1))
		return false;
	if (!PG_ARGISNULL(argno))
	{
		chs_get_period((RangeType *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argno)), bounds);
		*first = bounds[0];
		*end = bounds[1];
	}
	as_of = PG_GETARG_DATEADT(argno + 1);
	if (!DATE_IS_NOEND(as_of))
	{
		chs_check_day(as_of, "as_of");
		*end = Min(*end, (int64) as_of + 1);
	}
	return *first < *end;
}

static inline void
add_ledger(PurchaseTotals *totals, const ChsLedger *ledger, int64 first, int64 end, bool by_days)
{
	int64		orders = 0;
	int64		days = 0;

	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		if (day->day < first || day->day >= end)
			continue;
		orders += day->orders;
		days += day->orders > 0;
		totals->gross += day->gross;
		totals->refunds += day->refunds;
	}
	totals->orders += orders;
	totals->customers += days > 0;
	totals->repeated += (by_days ? days : orders) > 1;
}

/*
 * Arguments: s, period at argno, as_of.  False for NULL.
 */
static bool
get_totals(FunctionCallInfo fcinfo, int argno, bool by_days, PurchaseTotals *totals)
{
	int64		first;
	int64		end;
	ChsCursor	cursor;
	const ChsLedger *ledger;

	memset(totals, 0, sizeof(*totals));
	if (PG_ARGISNULL(0) || !get_known_days(fcinfo, argno, &first, &end))
		return false;
	chs_purchase_open(&cursor, PG_GETARG_DATUM(0), true);
	if (!by_days)
		chs_purchase_in_any_order(&cursor);
	while ((ledger = chs_purchase_next(&cursor)) != NULL)
		add_ledger(totals, ledger, first, end, by_days);
	return true;
}

/* customers(s [, period [, as_of]]): with an order in the period */
Datum
chs_purchase_customers(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals))
		PG_RETURN_NULL();
	PG_RETURN_INT64(totals.customers);
}

/* orders(s [, period [, as_of]]): refunds are none */
Datum
chs_purchase_orders(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals))
		PG_RETURN_NULL();
	PG_RETURN_INT64(totals.orders);
}

/* gross_revenue(s [, period [, as_of]]): the sum of all orders */
Datum
chs_purchase_gross_revenue(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals))
		PG_RETURN_NULL();
	return chs_money_to_numeric(totals.gross);
}

/* refunds(s [, period [, as_of]]): the sum of all refunds, as a positive number */
Datum
chs_purchase_refunds(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals))
		PG_RETURN_NULL();
	return chs_money_to_numeric(totals.refunds);
}

/* revenue(s [, period [, as_of]]): gross revenue less refunds */
Datum
chs_purchase_revenue(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals))
		PG_RETURN_NULL();
	return chs_money_to_numeric(totals.gross - totals.refunds);
}

/* average_order_value(s [, period [, as_of]]): gross revenue per order; NULL without orders */
Datum
chs_purchase_average_order_value(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals) || totals.orders == 0)
		PG_RETURN_NULL();
	return chs_money_per(totals.gross, totals.orders);
}

/* purchases_per_customer(s [, period [, as_of]]): orders per customer; NULL without customers */
Datum
chs_purchase_purchases_per_customer(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;

	if (!get_totals(fcinfo, 1, false, &totals) || totals.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) totals.orders / (float8) totals.customers);
}

/* by: 'orders' or 'days' */
static bool
counts_days(text *by)
{
	const char *name = VARDATA_ANY(by);
	int			len = VARSIZE_ANY_EXHDR(by);

	if (len == 6 && memcmp(name, "orders", 6) == 0)
		return false;
	if (len == 4 && memcmp(name, "days", 4) == 0)
		return true;
	chs_refuse_word("way to count repeat purchases", name, len,
					"Pass 'orders' (two orders or more) or 'days' (orders on two days or more). A period comes after it: repeat_purchase_rate(s, 'orders', '[2026-01-01,2026-04-01)').");
}

/*
 * repeat_purchase_rate(s [, by [, period [, as_of]]]): % of the period's
 * customers with two orders in it, or orders on two of its days.
 */
Datum
chs_purchase_repeat_purchase_rate(PG_FUNCTION_ARGS)
{
	PurchaseTotals totals;
	bool		by_days;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	by_days = counts_days(PG_GETARG_TEXT_PP(1));
	if (!get_totals(fcinfo, 2, by_days, &totals) || totals.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(totals.repeated, totals.customers));
}
