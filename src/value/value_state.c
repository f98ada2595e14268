/*-------------------------------------------------------------------------
 *
 * value_state.c
 *		The forms of a purchasesummary while it grows; see customer_accum.c,
 *		which has what they share with other families.
 *
 * Rows are kept as they came, 32 bytes each: in a small summary up to 2,047 of
 * them, in a state in a log (customer_log_state.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_args.h"
#include "customer/customer_log_state.h"
#include "value/value_ledger.h"

#define AMOUNT_ARG		3

static void
add_row(ChsCustomerState *state, const void *row)
{
	chs_log_state_add_row(state, row, sizeof(ChsPurchaseRow));
}

const ChsCustomerFamily chs_purchase_family = {
	.state = {
		.name = CHS_PURCHASE_TYPE,
		.size = sizeof(ChsLogState),
		.init = chs_log_state_init,
		.flatten = chs_customer_state_flatten
	},
	.least = 3,					/* the number of days, a day, its gross */
	.skip = chs_ledger_skip,
	.decode = chs_ledger_decode,
	.check = chs_ledger_check,
	.not_shortest = "A ledger is not in its shortest form.",
	.space = chs_ledger_space,
	.encode = chs_ledger_encode,
	.content_size = sizeof(ChsLedger),
	.init_content = chs_ledger_init,
	.join_begin = chs_ledger_join_begin,
	.join = chs_ledger_join,
	.join_end = chs_ledger_join_end,
	.row_size = sizeof(ChsPurchaseRow),
	.of_rows = chs_ledger_of_rows,
	.max_rows = chs_ledger_max_rows,
	.to_rows = chs_ledger_to_rows,
	.add_row = add_row,
	.add_rows_of = chs_log_state_add_rows_of,
	.add_inputs = chs_log_state_add_inputs
};

/*
 * One more order or refund of a customer on a day.  An amount that rounds to
 * zero is an order.
 */
Datum
chs_purchase_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day)
{
	int64		amount = chs_money_from_numeric(PG_GETARG_DATUM(AMOUNT_ARG), "amount", chs_customer_row(fcinfo, key_kind));
	ChsPurchaseRow row;

	row.key = key;
	row.day = day;
	row.orders = amount >= 0;
	row.amount = amount >= 0 ? amount : -amount;
	return chs_customers_accum(fcinfo, &chs_purchase_family, key_kind, &row);
}
