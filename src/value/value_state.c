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
#include "customer/customer_args.h"
#include "customer/customer_log_state.h"
#include "customer/customer_pack.h"
#include "value/value_ledger.h"

#define AMOUNT_ARG		3

/*
 * "customer" is set if the key is that of a bigint.
 */
static pg_attribute_always_inline char *
pack_row_of(char *to, const ChsPurchaseRow *row, bool is_bigint, int64 customer)
{
	uint16		day = row->day - CHS_PACK_DAY;

	if (unlikely(row->orders > 1 || !chs_can_pack(row->day, row->amount)))
		return chs_pack_whole_row(to, row, sizeof(*row));
	return chs_pack_row(to, row->key, is_bigint, customer, row->orders == 0, &day, sizeof(day), row->amount);
}

static char *
pack_row(char *to, const void *from)
{
	const ChsPurchaseRow *row = from;
	int64		customer;
	bool		is_bigint = chs_bigint_of_key(row->key, &customer);

	return pack_row_of(to, row, is_bigint, customer);
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

static void
add_row(ChsCustomerState *state, const void *row)
{
	ChsLogPartition *partition = chs_log_state_room(state, *(const ChsKey *) row);

	chs_log_added(partition, pack_row(partition->free, row));
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
	ChsCustomerState *state = chs_log_state_of_bigints(fcinfo, key_kind);
	ChsPurchaseRow row;

	row.key = key;
	row.day = day;
	row.orders = amount >= 0;
	row.amount = amount >= 0 ? amount : -amount;
	if (likely(state))
	{
		ChsLogPartition *partition = chs_log_state_room(state, key);

		chs_log_added(partition, pack_row_of(partition->free, &row, true, PG_GETARG_INT64(CHS_CUSTOMER_ARG)));
		return PG_GETARG_DATUM(0);
	}
	return chs_customers_accum(fcinfo, &chs_purchase_family, key_kind, &row);
}
