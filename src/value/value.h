/*-------------------------------------------------------------------------
 *
 * value.h
 *		The state of purchasesummary: per customer and day, the orders and what
 *		was paid and refunded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_VALUE_H
#define CHS_VALUE_H

#include "utils/date.h"

#include "customer/customer_state.h"
#include "shared/money.h"

#define CHS_PURCHASE_TYPE	"purchasesummary"

/*
 * A row of a customer: orders of a day, or refunds if there are none.
 */
typedef struct ChsPurchaseRow
{
	ChsKey		key;
	DateADT		day;
	uint32		orders;
	int64		amount;			/* of them together; not negative */
} ChsPurchaseRow;

typedef struct ChsPurchaseDay
{
	DateADT		day;
	uint32		orders;
	int64		gross;			/* of the orders; 0 without them */
	int64		refunds;		/* above zero on a day without orders */
} ChsPurchaseDay;

/*
 * The ledger of a customer.
 */
typedef struct ChsLedger
{
	ChsKey		key;
	int			ndays;			/* at least 1 */
	int			max;
	ChsPurchaseDay *days;		/* they rise */
	bool		any_order;		/* unless this is set; then days may also repeat */
} ChsLedger;

extern const ChsCustomerFamily chs_purchase_family;
extern Datum chs_purchase_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day);

/*
 * A pass over the customers of a value in any form, in the order of keys.
 * to_end: it will not be left before its end.
 */
static inline void
chs_purchase_open(ChsCursor *cursor, Datum value, bool to_end)
{
	chs_customers_open(cursor, &chs_purchase_family, value, to_end);
}

/*
 * The caller only adds days up.  Putting them in order is left out, unless the
 * pass keeps the sorted form for the next reader.
 */
static inline void
chs_purchase_in_any_order(ChsCursor *cursor)
{
	((ChsLedger *) cursor->content)->any_order = cursor->keep_for == NULL;
}

/* The next customer, who stays until the next call, or NULL. */
static inline const ChsLedger *
chs_purchase_next(ChsCursor *cursor)
{
	return (const ChsLedger *) chs_cursor_next(cursor);
}

/*
 * The place of the first day with an order; ndays if there is none.
 */
static inline int
chs_first_order(const ChsLedger *ledger)
{
	int			i = 0;

	while (i < ledger->ndays && ledger->days[i].orders == 0)
		i++;
	return i;
}

#endif							/* CHS_VALUE_H */
