/*-------------------------------------------------------------------------
 *
 * payment_state.c
 *		The state of paymentsummary: invoices per number of days early or late.
 *
 * A row is an invoice: due, paid or open, an amount.  Days after as_of do not
 * exist, so an invoice that is paid later is open.  What every question needs
 * of a row is its number of days and its status:
 *
 *		open	as_of - due days: overdue above 0, current otherwise
 *		paid	paid - due days, due before as_of: late above 0, on time otherwise
 *		prepaid	the same, not due before as_of: left out of the on-time rate, because
 *				in a running month only the early payers are known
 *
 * Days and status make one key, days * 3 + kind, so neighbouring days are
 * neighbouring keys, which the table of counters.c finds without a search.  An
 * entry keeps how many invoices, how many credit notes, and the sum of both
 * amounts.  A credit note has a negative amount and is no invoice; its number
 * is kept so that a moving window gives back exactly what it took.
 *
 * as_of is a part of the state: numbers of days under another one cannot be
 * added.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "shared/calendar.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "payment/payment_state.h"

/*
 * The canonical form of no rows.
 */
ChsPayments *
chs_payments_empty(void)
{
	return chs_counters_make(&chs_payment_shape, sizeof(ChsPayments));
}

/*
 * A value that may come from a page: is it one of this version, with
 * everything in its place?
 */
ChsPayments *
chs_checked_payments(void *value)
{
	return chs_checked_counters(&chs_payment_shape, value, sizeof(ChsPayments));
}

/*
 * The key of an invoice; "paid" is DATEVAL_NOEND where it was never paid.
 */
static inline uint64
invoice_key(const ChsPayments *payments, DateADT due, DateADT paid)
{
	ChsPaymentStatus status = CHS_PAYMENT_OPEN;
	DateADT		until = payments->as_of;

	if (paid <= payments->as_of)
	{
		status = due < payments->as_of ? CHS_PAYMENT_PAID : CHS_PAYMENT_PREPAID;
		until = paid;
	}
	return chs_counters_word(((int64) until - due) * CHS_PAYMENT_STATUSES + status);
}

/*
 * One invoice or credit note more.  May return a new state.
 */
ChsPayments *
chs_payments_count(ChsPayments *payments, DateADT due, DateADT paid, int64 amount)
{
	uint64		key = invoice_key(payments, due, paid);
	uint64	   *words;
	ChsPaymentEntry *entry;

	payments = chs_counters_enter(&chs_payment_shape, payments, &key, &words);
	payments->rows = chs_summary_add(payments->rows, 1, CHS_PAYMENT_TYPE);
	entry = (ChsPaymentEntry *) words;
	entry->invoices += amount >= 0;
	entry->credits += amount < 0;
	chs_counters_add_sum(&chs_payment_shape, entry->amount, amount);
	return payments;
}

pg_noreturn static void
refuse_missing(const ChsPayments *payments, const ChsPaymentEntry *entry)
{
	int64		days;
	ChsPaymentStatus status = chs_payment_status(entry, &days);

	chs_summary_refuse_missing("invoices", "rollup(s) OVER (...)",
							   psprintf("They are %s with " INT64_FORMAT " days from due to %s.",
										status == CHS_PAYMENT_OPEN ? "open" : "paid", days,
										status == CHS_PAYMENT_OPEN ? chs_day_text(payments->as_of) : "paid"));
}

/*
 * Can its counters be those of rows?  Each invoice has at least 0, each credit
 * note less, and no amount is beyond what an int64 holds.
 */
static inline bool
is_possible(const ChsPaymentEntry *entry)
{
	int128		amount = chs_counters_sum(entry->amount);

	return amount >= -((int128) entry->credits * PG_INT64_MAX) &&
		amount <= (int128) entry->invoices * PG_INT64_MAX - entry->credits;
}

/*
 * One invoice or credit note less, the inverse of chs_payments_count().
 */
ChsPayments *
chs_payments_discount(ChsPayments *payments, DateADT due, DateADT paid, int64 amount)
{
	ChsPaymentEntry sought = {.key = invoice_key(payments, due, paid)};
	ChsPaymentEntry *entry;

	payments = chs_counters_reserve(&chs_payment_shape, payments, 0);
	entry = (ChsPaymentEntry *) chs_counters_find(&chs_payment_shape, &payments->counters, &sought.key);
	if (!entry->key || (amount >= 0 ? entry->invoices : entry->credits) == 0)
		refuse_missing(payments, &sought);
	entry->invoices -= amount >= 0;
	entry->credits -= amount < 0;
	chs_counters_add_sum(&chs_payment_shape, entry->amount, -(int128) amount);
	if (!is_possible(entry))
		refuse_missing(payments, &sought);
	payments->rows--;
	(void) chs_counters_release(&chs_payment_shape, &payments->counters, &entry->key);
	return payments;
}

/*
 * Numbers of days under two as_of do not add up.
 */
void
chs_payments_check_as_of(const ChsPayments *payments, DateADT as_of)
{
	if (unlikely(payments->as_of != as_of))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot merge payments of different as_of"),
				 errdetail("One is as of %s, the other as of %s.", chs_day_text(payments->as_of), chs_day_text(as_of)),
				 errhint("Use one as_of for all rows, or GROUP BY it; summaries are rebuilt from the invoices for another day.")));
}

/*
 * Everything of "from" into "into", which the caller may write to.  Neither
 * is without rows.  May return a new state; "from" stays as it is.
 */
ChsPayments *
chs_payments_add(ChsPayments *into, const ChsPayments *from)
{
	chs_payments_check_as_of(into, from->as_of);
	into = chs_counters_add(&chs_payment_shape, into, from);
	into->rows = chs_summary_add(into->rows, from->rows, CHS_PAYMENT_TYPE);
	return into;
}

/*
 * The inverse of chs_payments_add().
 */
ChsPayments *
chs_payments_subtract(ChsPayments *into, const ChsPayments *from)
{
	const uint64 *missing;

	if (chs_payments_is_empty(into))
		into->as_of = from->as_of;
	chs_payments_check_as_of(into, from->as_of);
	into = chs_counters_reserve(&chs_payment_shape, into, 0);
	missing = chs_counters_subtract(&chs_payment_shape, into, from);
	if (missing)
		refuse_missing(into, (const ChsPaymentEntry *) missing);
	into->rows -= from->rows;
	return into;
}

/*
 * Canonical form.
 */
ChsPayments *
chs_payments_sorted(ChsPayments *payments)
{
	if (!payments->counters.multiplier)
		return payments;
	if (chs_payments_is_empty(payments))
		return chs_payments_empty();
	return chs_counters_sorted(&chs_payment_shape, payments);
}

/*
 * The first entry of a sorted list whose counters cannot be those of rows, or
 * NULL.
 */
static const ChsPaymentEntry *
first_impossible_entry(const ChsPayments *payments)
{
	const ChsPaymentEntry *entry = chs_payment_entries(payments);

	for (uint32 i = 0; i < payments->counters.nentries; i++, entry++)
	{
		chs_check_interrupts(i);
		if (!is_possible(entry))
			return entry;
	}
	return NULL;
}

/*
 * The canonical form of what is left after invoices were taken away by hand:
 * counters that were there may still not be those of invoices.
 */
ChsPayments *
chs_payments_sorted_remains(ChsPayments *payments)
{
	ChsPayments *sorted = chs_payments_sorted(payments);
	const ChsPaymentEntry *impossible = first_impossible_entry(sorted);

	if (impossible)
		refuse_missing(sorted, impossible);
	return sorted;
}

/*
 * Binary form: version, whether there are rows; if so as_of and the entries.
 */
bytea *
chs_payments_to_wire(ChsPayments *payments)
{
	ChsPayments *sorted = chs_payments_sorted(payments);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendbyte(&buf, !chs_payments_is_empty(sorted));
	if (!chs_payments_is_empty(sorted))
	{
		pq_sendint32(&buf, sorted->as_of);
		chs_counters_send(&chs_payment_shape, sorted, &buf);
	}
	return pq_endtypsend(&buf);
}

/*
 * Is this number of days possible between two dates, with this status and as_of?
 */
static bool
days_are_possible(ChsPaymentStatus status, int64 days, DateADT as_of)
{
	int64		since_first = (int64) as_of - CHS_FIRST_DAY;

	switch (status)
	{
		case CHS_PAYMENT_OPEN:
			return days >= (int64) as_of - CHS_LAST_DAY && days <= since_first;
		case CHS_PAYMENT_PAID:
			return days > -since_first && days <= since_first;
		case CHS_PAYMENT_PREPAID:
			return days >= (int64) CHS_FIRST_DAY - CHS_LAST_DAY && days <= 0;
	}
	return false;
}

/*
 * Checks of what came over the wire that know what it means; counts the rows.
 */
static void
check_received(ChsPayments *payments)
{
	const ChsPaymentEntry *entry = chs_payment_entries(payments);

	if (payments->counters.nentries == 0)
		chs_summary_damaged_binary(CHS_PAYMENT_TYPE, "There are no invoices.");
	for (uint32 i = 0; i < payments->counters.nentries; i++, entry++)
	{
		int64		days;
		ChsPaymentStatus status = chs_payment_status(entry, &days);

		chs_check_interrupts(i);
		if (!days_are_possible(status, days, payments->as_of))
			chs_summary_damaged_binary(CHS_PAYMENT_TYPE, "A number of days is out of range.");
		if (!is_possible(entry))
			chs_summary_damaged_binary(CHS_PAYMENT_TYPE, "An amount does not fit its count.");
		payments->rows = chs_summary_add(payments->rows, entry->invoices, CHS_PAYMENT_TYPE);
		payments->rows = chs_summary_add(payments->rows, entry->credits, CHS_PAYMENT_TYPE);
	}
}

ChsPayments *
chs_payments_from_wire(StringInfo buf)
{
	ChsPayments *payments = chs_payments_empty();
	DateADT		as_of;
	int			has_rows;

	chs_wire_version(buf, CHS_PAYMENT_TYPE);
	chs_wire_need(buf, 1, CHS_PAYMENT_TYPE);
	has_rows = pq_getmsgbyte(buf);
	if (has_rows == 0)
	{
		chs_wire_end(buf, CHS_PAYMENT_TYPE);
		return payments;
	}
	if (has_rows != 1)
		chs_summary_damaged_binary(CHS_PAYMENT_TYPE, psprintf("There is no form %d.", has_rows));
	chs_wire_need(buf, sizeof(int32), CHS_PAYMENT_TYPE);
	as_of = (DateADT) pq_getmsgint(buf, sizeof(int32));
	if (as_of < CHS_FIRST_DAY || as_of > CHS_LAST_DAY)
		chs_summary_damaged_binary(CHS_PAYMENT_TYPE, "\"as_of\" is not a date.");
	payments->as_of = as_of;
	payments = chs_counters_receive(&chs_payment_shape, payments, buf);
	chs_wire_end(buf, CHS_PAYMENT_TYPE);
	check_received(payments);
	return payments;
}
