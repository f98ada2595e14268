/*-------------------------------------------------------------------------
 *
 * value_state.c
 *		The forms of a purchasesummary while it grows; see customer_accum.c,
 *		which has what they share with other families.
 *
 * Rows are kept as they came: in a small summary up to 2,047 of them, 32 bytes
 * each, in a state packed in a log (customer_log_state.c).  What an order costs
 * is memory above all, and packed it takes 8 bytes instead of 32:
 *
 *		lengths		1 byte: length of the customer - 1, in 3 bits; length of the
 *					amount - 1, in 3 bits; REFUND; WHOLE_KEY
 *		customer	1 to 8 bytes: a bigint, folded; with WHOLE_KEY, 16: the key
 *		day			2 bytes: days since 1930-04-15
 *		amount		1 to 7 bytes: hundredths * 2, or hundred-millionths * 2 + 1
 *
 * WHOLE_ROW in place of the length of an amount says that the row follows as it
 * is, since a number is too large or there are several orders.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/varint.h"
#include "customer/customer_args.h"
#include "customer/customer_log_state.h"
#include "value/value_ledger.h"

#define AMOUNT_ARG		3

/* what a packed row begins with */
#define LENGTH_BITS		3
#define LENGTH_MASK		((1 << LENGTH_BITS) - 1)
#define WHOLE_ROW		(LENGTH_MASK << LENGTH_BITS)
#define REFUND			0x40
#define WHOLE_KEY		0x80

/* twice an amount that is below it takes 7 bytes at most */
#define PACKED_AMOUNT	(INT64CONST(1) << 55)

#define PACKED_DAY		(CHS_BASE_DAY - 0x8000)

/* that of a WHOLE_ROW is the longest */
#define ROW_SPACE		(1 + sizeof(ChsPurchaseRow))

static inline bool
can_pack(const ChsPurchaseRow *row)
{
	return row->orders <= 1 && row->amount >= 0 && row->amount < PACKED_AMOUNT &&
		row->day >= PACKED_DAY && row->day <= PACKED_DAY + PG_UINT16_MAX;
}

/*
 * "customer" is set if the key is that of a bigint.
 */
static pg_attribute_always_inline char *
pack_row_of(char *to, const ChsPurchaseRow *row, bool is_bigint, int64 customer)
{
	char	   *at = to + 1;
	bool		hundredths = row->amount % CHS_MONEY_HUNDREDTH == 0;
	uint64		amount = hundredths ? row->amount / CHS_MONEY_HUNDREDTH * 2 : row->amount * 2 + 1;
	uint16		day = row->day - PACKED_DAY;
	int			lengths = (chs_bytes_of(amount) - 1) << LENGTH_BITS | (row->orders == 0 ? REFUND : 0);

	if (unlikely(!can_pack(row)))
	{
		*to = WHOLE_ROW;
		memcpy(at, row, sizeof(*row));
		return at + sizeof(*row);
	}
	if (likely(is_bigint))
	{
		int			length = chs_bytes_of(chs_zigzag(customer));

		lengths |= length - 1;
		at = chs_bytes_write(at, chs_zigzag(customer), length);
	}
	else
	{
		lengths |= WHOLE_KEY;
		memcpy(at, &row->key, sizeof(ChsKey));
		at += sizeof(ChsKey);
	}
	memcpy(at, &day, sizeof(day));
	*to = (char) lengths;
	return chs_bytes_write(at + sizeof(day), amount, chs_bytes_of(amount));
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
	uint8		lengths = (uint8) *from++;
	int			length = (lengths & LENGTH_MASK) + 1;
	uint16		day;
	uint64		amount;

	if (unlikely((lengths & WHOLE_ROW) == WHOLE_ROW))
	{
		memcpy(row, from, sizeof(*row));
		return from + sizeof(*row);
	}
	if (lengths & WHOLE_KEY)
	{
		memcpy(&row->key, from, sizeof(ChsKey));
		from += sizeof(ChsKey);
	}
	else
	{
		row->key = chs_key_of_bigint(chs_unzigzag(chs_bytes_read(from, length)));
		from += length;
	}
	memcpy(&day, from, sizeof(day));
	from += sizeof(day);
	length = ((lengths & WHOLE_ROW) >> LENGTH_BITS) + 1;
	amount = chs_bytes_read(from, length);
	row->day = (DateADT) day + PACKED_DAY;
	row->orders = (lengths & REFUND) == 0;
	row->amount = (int64) (amount / 2 * ((amount & 1) ? 1 : CHS_MONEY_HUNDREDTH));
	return from + length;
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
	.row_space = ROW_SPACE,
	.pack_row = pack_row,
	.unpack_rows = unpack_rows,
	.add_row = add_row,
	.add_rows_of = chs_log_state_add_rows_of,
	.add_inputs = chs_log_state_add_inputs
};

/*
 * A row more in a state, of a customer whose number need not be found out of
 * the key.
 */
static inline Datum
add_order_of_bigint(Datum value, const ChsPurchaseRow *row, int64 customer)
{
	ChsCustomerState *state = chs_customer_state(value);
	ChsLogPartition *partition;

	chs_check_key_kind(state->key_kind, CHS_KEY_BIGINT);
	partition = chs_log_state_room(state, row->key);
	chs_log_added(partition, pack_row_of(partition->free, row, true, customer));
	return value;
}

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
	if (key_kind == CHS_KEY_BIGINT && likely(!PG_ARGISNULL(0) && chs_is_writable_expanded(PG_GETARG_DATUM(0))))
		return add_order_of_bigint(PG_GETARG_DATUM(0), &row, PG_GETARG_INT64(CHS_CUSTOMER_ARG));
	return chs_customers_accum(fcinfo, &chs_purchase_family, key_kind, &row);
}
