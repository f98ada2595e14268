/*-------------------------------------------------------------------------
 *
 * payment.c
 *		Invoices that are paid on time, late or not at all: the type
 *		paymentsummary, its aggregates, and the on-time rate in one step.
 *
 * payment_state.c explains what is kept of an invoice, payment_report.c
 * answers questions about it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "shared/calendar.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/ratio.h"
#include "shared/type_ops.h"
#include "payment/payment_state.h"

PG_FUNCTION_INFO_V1(chs_payment_accum);
PG_FUNCTION_INFO_V1(chs_payment_accum_inv);
PG_FUNCTION_INFO_V1(chs_on_time_accum);
PG_FUNCTION_INFO_V1(chs_on_time_accum_inv);
PG_FUNCTION_INFO_V1(chs_days_late);

CHS_SUMMARY_ARGUMENTS(ChsPayments, chs_checked_payments, chs_payments_sorted, chs_payments_sorted_remains)

/*
 * The days of an invoice, from argument "first" on: due, paid or NULL.  An
 * invoice that was never paid gets DATEVAL_NOEND, which is after every as_of.
 */
static inline void
get_days(FunctionCallInfo fcinfo, int first, DateADT *due, DateADT *paid)
{
	*due = PG_GETARG_DATEADT(first);
	chs_check_day_of_row(*due, "due", CHS_NO_ROW_NAME);
	*paid = DATEVAL_NOEND;
	if (!PG_ARGISNULL(first + 1))
	{
		*paid = PG_GETARG_DATEADT(first + 1);
		chs_check_day_of_row(*paid, "paid", CHS_NO_ROW_NAME);
	}
}

CHS_BASE64_TYPE(chs_payment, CHS_PAYMENT_TYPE, chs_payments_from_wire, chs_payments_to_wire(summary_arg(fcinfo, 0)))

/*
 * The content: all of the canonical form but the head of its counters and
 * their sum.
 */
CHS_SORTED_CONTENT(payment_content, ChsPayments, chs_counters_are_sorted, chs_payments_sorted, chs_checked_payments, offsetof(ChsPayments, as_of))

CHS_TYPE_OPERATORS(chs_payment, payment_content)

/*
 * paymentsummary_accum(state, due, paid, amount, as_of): one more invoice or
 * credit note; paymentsummary_accum_inv: one less, for moving windows.  Not
 * strict: paid is NULL where nothing was paid.
 */
#define DEFINE_PAYMENT_TRANSITION(name, count, give_back) \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	ChsPayments *payments; \
	DateADT		due; \
	DateADT		paid; \
	DateADT		as_of; \
	int64		amount; \
\
	if (PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4)) \
		return return_same_state(fcinfo); \
	get_days(fcinfo, 1, &due, &paid); \
	amount = chs_money_from_numeric(PG_GETARG_DATUM(3), "amount", CHS_NO_ROW_NAME); \
	as_of = PG_GETARG_DATEADT(4); \
	chs_check_day(as_of, "as_of"); \
	payments = state_arg(fcinfo); \
	if (payments == NULL) \
		payments = chs_payments_empty(); \
	if (chs_payments_is_empty(payments)) \
		payments->as_of = as_of; \
	chs_payments_check_as_of(payments, as_of); \
	return give_back(fcinfo, count(payments, due, paid, amount)); \
}

DEFINE_PAYMENT_TRANSITION(chs_payment_accum, chs_payments_count, return_state)
DEFINE_PAYMENT_TRANSITION(chs_payment_accum_inv, chs_payments_discount, return_remains)

CHS_SUMMARY_COMBINE(chs_payment, ChsPayments, chs_payments_is_empty, chs_payments_sorted, chs_payments_add)
CHS_SUMMARY_COMBINE_INV(chs_payment, ChsPayments, chs_payments_is_empty, chs_payments_subtract)
CHS_SUMMARY_FINAL(chs_payment, ChsPayments, chs_payments_is_empty, chs_payments_sorted)

/*
 * ratiosummary_on_time_accum(state, due, paid, as_of): an invoice that was due
 * before as_of, paid by then or not.  Not strict: paid is NULL where nothing
 * was paid.  False if a NULL leaves the row out.
 */
static inline bool
get_due_invoice(FunctionCallInfo fcinfo, bool *is_due, bool *on_time)
{
	DateADT		due;
	DateADT		paid;
	DateADT		as_of;

	if (unlikely(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3)))
		return false;
	get_days(fcinfo, 1, &due, &paid);
	as_of = PG_GETARG_DATEADT(3);
	chs_check_day(as_of, "as_of");
	*is_due = due < as_of;
	*on_time = paid <= due;
	return true;
}

static Datum
return_ratio_arg(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(chs_ratio_state(fcinfo));
}

Datum
chs_on_time_accum(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio;
	bool		is_due;
	bool		on_time;

	if (!get_due_invoice(fcinfo, &is_due, &on_time))
		return return_ratio_arg(fcinfo);
	ratio = chs_ratio_state(fcinfo);
	chs_ratio_count_if(ratio, is_due, on_time);
	PG_RETURN_POINTER(ratio);
}

Datum
chs_on_time_accum_inv(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio;
	bool		is_due;
	bool		on_time;

	if (!get_due_invoice(fcinfo, &is_due, &on_time))
		return return_ratio_arg(fcinfo);
	ratio = chs_ratio_state(fcinfo);
	if (is_due && !chs_ratio_discount(ratio, on_time))
		chs_summary_refuse_missing("an invoice", "on_time_rate(due, paid, as_of) OVER (...)",
								   psprintf("It was due on %s.", chs_day_text(PG_GETARG_DATEADT(1))));
	PG_RETURN_POINTER(ratio);
}

/*
 * days_late(due, paid, as_of): days from due to paid, or to as_of where
 * nothing was paid by then; 0 when on time or not due yet.  Not strict: paid
 * is NULL where nothing was paid.
 */
Datum
chs_days_late(PG_FUNCTION_ARGS)
{
	DateADT		due;
	DateADT		paid;
	DateADT		as_of;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	get_days(fcinfo, 0, &due, &paid);
	as_of = PG_GETARG_DATEADT(2);
	chs_check_day(as_of, "as_of");
	PG_RETURN_INT64(Max((int64) Min(paid, as_of) - due, 0));
}
