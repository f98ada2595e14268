/*-------------------------------------------------------------------------
 *
 * value_state.c
 *		The forms of a purchasesummary while it grows; see customer_accum.c,
 *		which has what they share with other families.
 *
 * Rows are kept as they came: in a small summary up to 2,047 of them, 32 bytes
 * each, in a state packed (customer_pack.h) in a log (customer_log_state.c).
 * The flag of a packed row is REFUND, its day takes two bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_log_state.h"
#include "customer/customer_pack.h"
#include "value/value_ledger.h"

#define AMOUNT_ARG		3

static pg_attribute_always_inline char *
pack_row(char *to, const void *from, bool is_bigint, int64 customer)
{
	const ChsPurchaseRow *row = from;
	uint16		day = row->day - CHS_PACK_DAY;

	if (unlikely(row->orders > 1 || !chs_can_pack(row->day, row->amount)))
		return chs_pack_whole_row(to, row, sizeof(*row));
	return chs_pack_row(to, row->key, is_bigint, customer, row->orders == 0, &day, sizeof(day), row->amount);
}

static inline const char *
unpack_row(const char *from, ChsPurchaseRow *row)
{
	uint16		day;
	bool		refund;

	if (unlikely(chs_is_whole_row(from)))
		return chs_unpack_whole_row(from, row, sizeof(*row));
	from = chs_unpack_row(from, &row->key, &refund, &day, sizeof(day), &row->amount);
	row->day = (DateADT) day + CHS_PACK_DAY;
	row->orders = !refund;
	return from;
}

static const char *
unpack_rows(const char *from, uint32 nrows, void *rows)
{
	ChsPurchaseRow *row = rows;

	for (; nrows > 0; nrows--)
		from = unpack_row(from, row++);
	return from;
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
	.row_space = CHS_PACK_SPACE(sizeof(ChsPurchaseRow)),
	.pack_row = pack_row,
	.unpack_rows = unpack_rows,
	.add_row = chs_log_state_pack_row,
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
	return chs_log_state_accum(fcinfo, &chs_purchase_family, key_kind, &row, pack_row);
}
