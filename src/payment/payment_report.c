/*-------------------------------------------------------------------------
 *
 * payment_report.c
 *		Questions about a paymentsummary: the on-time rate, days late, what is
 *		overdue, and the ageing of what is open.
 *
 * With the statuses of payment_state.c:
 *
 *		due		paid, and open with days above 0: due before as_of
 *		on time	of them paid, with days of 0 or less
 *		late	of them the others, so that on time + late = due
 *		known	due, and prepaid: those whose delay is known
 *
 * The amounts of a kind may be outweighed by credit notes; a share or a mean
 * of an amount that is not above zero would mean nothing and is NULL.
 *
 * All sums are integers of 128 bits and do not depend on the order of the
 * entries, so both forms of a summary are read as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "payment/payment_state.h"

/* bounds of an ageing */
#define MAX_AGEING		1000

/* days between two dates need 33 bits with their sign, and leave 94 for an amount */
#define MAX_DAYS		((int64) 1 << 32)
#define MAX_WEIGHT		((int128) 1 << 94)

PG_FUNCTION_INFO_V1(chs_payment_on_time_rate);
PG_FUNCTION_INFO_V1(chs_payment_average_days_late);
PG_FUNCTION_INFO_V1(chs_payment_average_delay);
PG_FUNCTION_INFO_V1(chs_payment_overdue_amount);
PG_FUNCTION_INFO_V1(chs_payment_overdue_count);
PG_FUNCTION_INFO_V1(chs_payment_open_amount);
PG_FUNCTION_INFO_V1(chs_payment_ageing);

/*
 * Invoices of one kind, their amount, and the sum of their days by either.
 */
typedef struct PaymentSums
{
	int64		invoices;
	uint64		amount[2];
	uint64		days[2];
	uint64		amount_days[2];
} PaymentSums;

/*
 * The next entry of a walk over all slots, or NULL.
 */
static const ChsPaymentEntry *
next_entry(const ChsPayments *payments, uint32 *slot, ChsPaymentStatus *status, int64 *days)
{
	while (*slot < payments->counters.nslots)
	{
		const ChsPaymentEntry *entry = &chs_payment_entries(payments)[(*slot)++];

		chs_check_interrupts(*slot);
		if (entry->key == 0)
			continue;
		*status = chs_payment_status(entry, days);
		if (unlikely(*days < -MAX_DAYS || *days > MAX_DAYS))
			chs_summary_damaged_stored(CHS_PAYMENT_TYPE, "A number of days is out of range.");
		return entry;
	}
	return NULL;
}

static void
add_amount(uint64 *sum, const ChsPaymentEntry *entry)
{
	chs_counters_add_sum(&chs_payment_shape, sum, chs_counters_sum(entry->amount));
}

static void
add_entry(PaymentSums *sums, const ChsPaymentEntry *entry, int64 days)
{
	int128		amount = chs_counters_sum(entry->amount);

	if (unlikely(amount > MAX_WEIGHT || amount < -MAX_WEIGHT))
		chs_counters_refuse_sum(&chs_payment_shape);
	sums->invoices = chs_summary_add(sums->invoices, entry->invoices, CHS_PAYMENT_TYPE);
	add_amount(sums->amount, entry);
	chs_counters_add_sum(&chs_payment_shape, sums->days, (int128) entry->invoices * days);
	chs_counters_add_sum(&chs_payment_shape, sums->amount_days, amount * days);
}

/* Which invoices a question is about. */
typedef bool (*PaymentKind) (ChsPaymentStatus status, int64 days);

static bool
is_due(ChsPaymentStatus status, int64 days)
{
	return status == CHS_PAYMENT_PAID || (status == CHS_PAYMENT_OPEN && days > 0);
}

static bool
is_on_time(ChsPaymentStatus status, int64 days)
{
	return status == CHS_PAYMENT_PAID && days <= 0;
}

static bool
is_late(ChsPaymentStatus status, int64 days)
{
	return status != CHS_PAYMENT_PREPAID && days > 0;
}

static bool
is_known(ChsPaymentStatus status, int64 days)
{
	return status != CHS_PAYMENT_OPEN || days > 0;
}

static bool
is_open(ChsPaymentStatus status, int64 days pg_attribute_unused())
{
	return status == CHS_PAYMENT_OPEN;
}

static bool
is_overdue(ChsPaymentStatus status, int64 days)
{
	return status == CHS_PAYMENT_OPEN && days > 0;
}

static PaymentSums
sum_up(const ChsPayments *payments, PaymentKind is_asked)
{
	PaymentSums sums = {0};
	uint32		slot = 0;
	ChsPaymentStatus status;
	int64		days;
	const ChsPaymentEntry *entry;

	while ((entry = next_entry(payments, &slot, &status, &days)) != NULL)
	{
		if (is_asked(status, days))
			add_entry(&sums, entry, days);
	}
	return sums;
}

static inline ChsPayments *
payments_arg(FunctionCallInfo fcinfo)
{
	return chs_checked_payments(chs_summary_arg(fcinfo, 0));
}

/*
 * Does argument 1, 'invoices' or 'amount', ask for the amount?
 */
static bool
is_by_amount(FunctionCallInfo fcinfo)
{
	text	   *by = PG_GETARG_TEXT_PP(1);
	int			length = VARSIZE_ANY_EXHDR(by);

	if (length == 6 && memcmp(VARDATA_ANY(by), "amount", 6) == 0)
		return true;
	if (length == 8 && memcmp(VARDATA_ANY(by), "invoices", 8) == 0)
		return false;
	chs_refuse_word("weight", VARDATA_ANY(by), length, "Pass 'invoices' or 'amount'.");
}

/*
 * on_time_rate(s, by): paid by due, of what was due before as_of, in percent.
 */
Datum
chs_payment_on_time_rate(PG_FUNCTION_ARGS)
{
	ChsPayments *payments = payments_arg(fcinfo);
	PaymentSums due = sum_up(payments, is_due);
	PaymentSums on_time = sum_up(payments, is_on_time);

	if (is_by_amount(fcinfo))
	{
		int128		amount = chs_counters_sum(due.amount);

		if (amount <= 0)
			PG_RETURN_NULL();
		PG_RETURN_FLOAT8(chs_money_percent(chs_counters_sum(on_time.amount), amount));
	}
	if (due.invoices == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(on_time.invoices, due.invoices));
}

/* mean days by invoices */
static Datum
mean_days(FunctionCallInfo fcinfo, const PaymentSums *sums)
{
	if (sums->invoices == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) chs_counters_sum(sums->days) / (float8) sums->invoices);
}

/*
 * average_days_late(s): over the late invoices.
 */
Datum
chs_payment_average_days_late(PG_FUNCTION_ARGS)
{
	PaymentSums late = sum_up(payments_arg(fcinfo), is_late);

	return mean_days(fcinfo, &late);
}

/*
 * average_payment_delay(s, by): over all invoices whose delay is known, early
 * ones with their days before due.
 */
Datum
chs_payment_average_delay(PG_FUNCTION_ARGS)
{
	PaymentSums known = sum_up(payments_arg(fcinfo), is_known);
	int128		amount = chs_counters_sum(known.amount);

	if (!is_by_amount(fcinfo))
		return mean_days(fcinfo, &known);
	if (amount <= 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) chs_counters_sum(known.amount_days) / (float8) amount);
}

Datum
chs_payment_overdue_amount(PG_FUNCTION_ARGS)
{
	PaymentSums overdue = sum_up(payments_arg(fcinfo), is_overdue);

	PG_RETURN_DATUM(chs_money_to_numeric(chs_counters_sum(overdue.amount)));
}

Datum
chs_payment_overdue_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(sum_up(payments_arg(fcinfo), is_overdue).invoices);
}

Datum
chs_payment_open_amount(PG_FUNCTION_ARGS)
{
	PaymentSums open = sum_up(payments_arg(fcinfo), is_open);

	PG_RETURN_DATUM(chs_money_to_numeric(chs_counters_sum(open.amount)));
}

/*
 * Ageing.  Buckets: current, then one up to each bound, then what is over the
 * last one.
 */
typedef struct AgeingBucket
{
	int64		invoices;
	uint64		amount[2];
} AgeingBucket;

static const char *const ageing_hint = "Pass the last day of each bucket, rising: '{30,60,90}' for 1-30, 31-60, 61-90 and over 90.";

/*
 * The bounds, which rise from 1 on; their number is returned.
 */
static int
get_ageing_bounds(ArrayType *array, const int64 **bounds)
{
	int			n;

	chs_check_list(array, "bounds", ageing_hint);
	n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*bounds = (const int64 *) ARR_DATA_PTR(array);
	if (n < 1 || n > MAX_AGEING)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an ageing needs between 1 and %d bounds", MAX_AGEING),
				 errdetail("There are %d.", n),
				 errhint("%s", ageing_hint)));
	for (int i = 0; i < n; i++)
	{
		chs_check_whole_range((*bounds)[i], 1, MAX_DAYS, "bounds", ageing_hint);
		if (i > 0 && (*bounds)[i] <= (*bounds)[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("bounds must rise"),
					 errdetail("After " INT64_FORMAT " comes " INT64_FORMAT ".", (*bounds)[i - 1], (*bounds)[i]),
					 errhint("%s", ageing_hint)));
	}
	return n;
}

/*
 * The bucket of a number of days: how many bounds lie before it, plus one.
 */
static int
ageing_bucket(int64 days, const int64 *bounds, int n)
{
	int			low = 0;
	int			high = n;

	if (days <= 0)
		return 0;
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (days > bounds[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

/* the name of bucket i of n + 2 */
static char *
ageing_name(int i, const int64 *bounds, int n)
{
	int64		first = i > 1 ? bounds[i - 2] + 1 : 1;

	if (i == 0)
		return "current";
	if (i > n)
		return psprintf("over " INT64_FORMAT, bounds[n - 1]);
	if (first == bounds[i - 1])
		return psprintf(INT64_FORMAT, first);
	return psprintf(INT64_FORMAT "-" INT64_FORMAT, first, bounds[i - 1]);
}

/*
 * ageing(s, bounds): a row per bucket of what is open, the empty ones too.
 */
Datum
chs_payment_ageing(PG_FUNCTION_ARGS)
{
	ChsPayments *payments = payments_arg(fcinfo);
	const int64 *bounds;
	int			n = get_ageing_bounds(PG_GETARG_ARRAYTYPE_P(1), &bounds);
	AgeingBucket *buckets = palloc0((n + 2) * sizeof(AgeingBucket));
	AgeingBucket whole = {0};
	uint32		slot = 0;
	ChsPaymentStatus status;
	int64		days;
	const ChsPaymentEntry *entry;
	ChsReport	report;

	while ((entry = next_entry(payments, &slot, &status, &days)) != NULL)
	{
		AgeingBucket *bucket = &buckets[ageing_bucket(days, bounds, n)];

		if (status != CHS_PAYMENT_OPEN)
			continue;
		bucket->invoices = chs_summary_add(bucket->invoices, entry->invoices, CHS_PAYMENT_TYPE);
		add_amount(bucket->amount, entry);
		add_amount(whole.amount, entry);
	}
	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < n + 2; i++)
	{
		chs_report_start_row(&report);
		chs_report_text(&report, ageing_name(i, bounds, n));
		chs_report_int64(&report, buckets[i].invoices);
		chs_report_money(&report, chs_counters_sum(buckets[i].amount));
		chs_report_percent(&report, chs_counters_sum(buckets[i].amount), Max(chs_counters_sum(whole.amount), 0));
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
