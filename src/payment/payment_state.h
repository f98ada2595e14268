/*-------------------------------------------------------------------------
 *
 * payment_state.h
 *		The state of paymentsummary: invoices per number of days early or late.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_PAYMENT_STATE_H
#define CHS_PAYMENT_STATE_H

#include "utils/date.h"

#include "shared/counters.h"
#include "shared/money.h"
#include "shared/summary.h"

#define CHS_PAYMENT_TYPE	"paymentsummary"

/*
 * What an invoice is at the end of the day as_of.  The days of an open one
 * run from due to as_of, those of a paid one from due to paid; they are
 * negative before the due day.
 */
typedef enum ChsPaymentStatus
{
	CHS_PAYMENT_OPEN,			/* not paid by as_of, due or not */
	CHS_PAYMENT_PAID,			/* paid, and due before as_of */
	CHS_PAYMENT_PREPAID			/* paid, and not due before as_of */
} ChsPaymentStatus;

#define CHS_PAYMENT_STATUSES	3

/* an entry: see counters.h */
typedef struct ChsPaymentEntry
{
	uint64		key;			/* days * CHS_PAYMENT_STATUSES + status */
	int64		invoices;		/* rows with an amount of 0 or more */
	int64		credits;		/* credit notes: rows with a negative amount */
	uint64		amount[2];		/* sum of both, by chs_counters_sum() */
} ChsPaymentEntry;

typedef struct ChsPayments
{
	ChsCounters counters;
	int64		rows;			/* sum of invoices and credits */
	DateADT		as_of;			/* 0 without rows */
	int32		unused;
	/* ChsPaymentEntry array follows */
} ChsPayments;

static const ChsCountersShape chs_payment_shape = {
	.type = CHS_PAYMENT_TYPE,
	.hint = "Leave out rows whose days are wrong, for instance with FILTER (WHERE due BETWEEN as_of - 3650 AND as_of + 3650).",
	.nkeys = 1,
	.ncounts = 2,
	.nsums = 1,
};

/* entries from here on, and slots to walk over; those of which the key is 0 are free */
#define chs_payment_entries(payments) \
	((ChsPaymentEntry *) chs_counters_slot(&chs_payment_shape, &(payments)->counters, 0))

/* a summary that holds no row */
#define chs_payments_is_empty(payments)	((payments)->counters.nentries == 0)

/*
 * Takes the key of an entry apart; the quotient is rounded down.
 */
static inline ChsPaymentStatus
chs_payment_status(const ChsPaymentEntry *entry, int64 *days)
{
	int64		key = chs_counters_key(&entry->key, 0);
	int64		rest = key % CHS_PAYMENT_STATUSES;

	*days = key / CHS_PAYMENT_STATUSES - (rest < 0);
	return (ChsPaymentStatus) (rest < 0 ? rest + CHS_PAYMENT_STATUSES : rest);
}

extern ChsPayments *chs_payments_empty(void);
extern ChsPayments *chs_checked_payments(void *value);
extern ChsPayments *chs_payments_count(ChsPayments *payments, DateADT due, DateADT paid, int64 amount);
extern ChsPayments *chs_payments_discount(ChsPayments *payments, DateADT due, DateADT paid, int64 amount);
extern void chs_payments_check_as_of(const ChsPayments *payments, DateADT as_of);
extern ChsPayments *chs_payments_add(ChsPayments *into, const ChsPayments *from);
extern ChsPayments *chs_payments_subtract(ChsPayments *into, const ChsPayments *from);
extern ChsPayments *chs_payments_sorted(ChsPayments *payments);
extern ChsPayments *chs_payments_sorted_remains(ChsPayments *payments);
extern bytea *chs_payments_to_wire(ChsPayments *payments);
extern ChsPayments *chs_payments_from_wire(StringInfo buf);

#endif							/* CHS_PAYMENT_STATE_H */
