/*-------------------------------------------------------------------------
 *
 * subscription.c
 *		Subscriptions: building the summary, and the state of a day or of the
 *		two ends of a period.
 *
 * subscription_agg(customer, started, ended [, mrr]) takes a row per
 * subscription: paying from started to before ended (NULL: still).  Rows of
 * one customer add up.  A customer is one whose MRR is above zero.  The tables
 * over many buckets are in subscription_report.c and subscription_cohorts.c,
 * mrr(amount, billing) is in subscription_billing.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/stats.h"
#include "customer/customer_args.h"
#include "subscription/subscription.h"

PG_FUNCTION_INFO_V1(chs_subscription_mrr);
PG_FUNCTION_INFO_V1(chs_subscription_arr);
PG_FUNCTION_INFO_V1(chs_subscription_customers);
PG_FUNCTION_INFO_V1(chs_subscription_arpa);
PG_FUNCTION_INFO_V1(chs_subscription_retention_rate);
PG_FUNCTION_INFO_V1(chs_subscription_churn_rate);
PG_FUNCTION_INFO_V1(chs_subscription_net_revenue_retention);
PG_FUNCTION_INFO_V1(chs_subscription_gross_revenue_retention);

/*
 * Rows.
 */
pg_noreturn static void
refuse_negative(int64 mrr, ChsRowName row)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"mrr\" must not be negative"),
			 errdetail("The value%s is %s.", chs_row_text(row), chs_money_text(mrr)),
			 errhint("Take a discount off the MRR of its own row, or leave such rows out with FILTER (WHERE mrr >= 0). "
					 "All such rows: SELECT ... WHERE mrr < 0.")));
}

/*
 * Arguments after the customer: started, ended and perhaps mrr.  False if the
 * row changes nothing: it ended on the day it started, or its MRR is zero.
 */
static inline bool
get_row(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsSubsRow *row)
{
	ChsRowName	name = chs_customer_row(fcinfo, key_kind);

	row->first = PG_GETARG_DATEADT(2);
	chs_check_day_of_row(row->first, "started", name);
	row->end = DATEVAL_NOEND;
	if (!PG_ARGISNULL(3))
	{
		row->end = PG_GETARG_DATEADT(3);
		chs_check_day_of_row(row->end, "ended", name);
		if (unlikely(row->end < row->first))
			chs_refuse_end_of_row("subscription", row->first, row->end, name);
	}
	row->amount = CHS_MONEY_ONE;
	if (PG_NARGS() > 4)
	{
		row->amount = chs_money_from_numeric(PG_GETARG_DATUM(4), "mrr", name);
		if (unlikely(row->amount < 0))
			refuse_negative(row->amount, name);
	}
	return row->end > row->first && row->amount > 0;
}

/* Rows without customer, start or amount are skipped. */
static inline bool
is_skipped(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(1) || PG_ARGISNULL(2) || (PG_NARGS() > 4 && PG_ARGISNULL(4));
}

/*
 * subscriptionsummary_accum(state, customer, started, ended [, mrr]): one more
 * row.  Not strict: ended may be NULL, which means open.
 */
static inline Datum
accum_row(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key)
{
	ChsSubsRow	row;
	bool		counts = get_row(fcinfo, key_kind, &row);

	row.key = key;
	return chs_subs_accum(fcinfo, key_kind, &row, counts);
}

CHS_ACCUM(chs_subscription_accum, is_skipped, accum_row)

CHS_CUSTOMER_TYPE(chs_subscription, chs_subs_family)

/*
 * The state of a day.
 */
typedef struct DayState
{
	int128		mrr;
	int64		customers;
} DayState;

static inline int64
mrr_on(const ChsHistory *history, DateADT day)
{
	int64		mrr = 0;

	for (int i = 0; i < history->nsteps && history->steps[i].day <= day; i++)
	{
		chs_check_interrupts(i);
		mrr = history->steps[i].mrr;
	}
	return mrr;
}

/*
 * Arguments: a summary, a day, and perhaps as_of.  False when the day lies
 * after as_of, where there is no answer.
 */
static bool
state_of_day(FunctionCallInfo fcinfo, DayState *state)
{
	DateADT		day = PG_GETARG_DATEADT(1);
	ChsCursor	cursor;
	const ChsHistory *history;

	chs_check_day(day, "day");
	if (PG_NARGS() > 2)
	{
		chs_check_day(PG_GETARG_DATEADT(2), "as_of");
		if (day > PG_GETARG_DATEADT(2))
			return false;
	}
	state->mrr = 0;
	state->customers = 0;
	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	while ((history = chs_subs_next(&cursor)) != NULL)
	{
		int64		mrr = mrr_on(history, day);

		state->mrr += mrr;
		state->customers += mrr > 0;
	}
	return true;
}

/* mrr(s, day [, as_of]) */
Datum
chs_subscription_mrr(PG_FUNCTION_ARGS)
{
	DayState	state;

	if (!state_of_day(fcinfo, &state))
		PG_RETURN_NULL();
	return chs_money_to_numeric(state.mrr);
}

/* arr(s, day [, as_of]): twelve times the MRR */
Datum
chs_subscription_arr(PG_FUNCTION_ARGS)
{
	DayState	state;

	if (!state_of_day(fcinfo, &state))
		PG_RETURN_NULL();
	return chs_money_to_numeric(state.mrr * 12);
}

/* customers(s, day [, as_of]) */
Datum
chs_subscription_customers(PG_FUNCTION_ARGS)
{
	DayState	state;

	if (!state_of_day(fcinfo, &state))
		PG_RETURN_NULL();
	PG_RETURN_INT64(state.customers);
}

/* arpa(s, day [, as_of]): MRR per customer; NULL when there is none */
Datum
chs_subscription_arpa(PG_FUNCTION_ARGS)
{
	DayState	state;

	if (!state_of_day(fcinfo, &state) || state.customers == 0)
		PG_RETURN_NULL();
	return chs_money_per(state.mrr, state.customers);
}

/*
 * Those who were there at the opening of a period, at both ends.
 */
typedef struct PeriodState
{
	int64		customers;
	int64		kept_customers;
	int128		mrr;
	int128		kept_mrr;		/* at most what each paid at the opening */
	int128		closing_mrr;
} PeriodState;

/*
 * Arguments: a summary, a period, and perhaps as_of, where the period is cut.
 * No customer is there when the period lies after as_of.
 */
static PeriodState
state_of_period(FunctionCallInfo fcinfo)
{
	PeriodState state = {0};
	DateADT		bounds[2];
	ChsCursor	cursor;
	const ChsHistory *history;

	if (!chs_get_known_period(fcinfo, 1, 2, bounds))
		return state;
	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	while ((history = chs_subs_next(&cursor)) != NULL)
	{
		int64		opening = mrr_on(history, bounds[0] - 1);
		int64		closing;

		if (opening == 0)
			continue;
		closing = mrr_on(history, bounds[1] - 1);
		state.customers++;
		state.kept_customers += closing > 0;
		state.mrr += opening;
		state.kept_mrr += Min(opening, closing);
		state.closing_mrr += closing;
	}
	return state;
}

/* retention_rate(s, period [, as_of]): % of the customers at the opening who pay at the closing */
Datum
chs_subscription_retention_rate(PG_FUNCTION_ARGS)
{
	PeriodState state = state_of_period(fcinfo);

	if (state.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(state.kept_customers, state.customers));
}

/* churn_rate(s, period [, as_of]): % of the customers at the opening who do not */
Datum
chs_subscription_churn_rate(PG_FUNCTION_ARGS)
{
	PeriodState state = state_of_period(fcinfo);

	if (state.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(state.customers - state.kept_customers, state.customers));
}

/* net_revenue_retention(s, period [, as_of]): their closing MRR in % of their opening MRR */
Datum
chs_subscription_net_revenue_retention(PG_FUNCTION_ARGS)
{
	PeriodState state = state_of_period(fcinfo);

	if (state.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_money_percent(state.closing_mrr, state.mrr));
}

/* gross_revenue_retention(s, period [, as_of]): the same without what they pay more */
Datum
chs_subscription_gross_revenue_retention(PG_FUNCTION_ARGS)
{
	PeriodState state = state_of_period(fcinfo);

	if (state.customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_money_percent(state.kept_mrr, state.mrr));
}
