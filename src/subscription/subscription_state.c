/*-------------------------------------------------------------------------
 *
 * subscription_state.c
 *		The forms of a subscriptionsummary while it grows; see
 *		customer_accum.c, which has what they share with other families.
 *
 * Rows are kept as they came: in a small summary up to 2,047 of them, 32 bytes
 * each, in a state packed (customer_pack.h) in a log (customer_log_state.c).
 * The days of a packed row are its first one and how many there are, OPEN_END
 * if there is no end, each in two bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_log_state.h"
#include "customer/customer_pack.h"
#include "subscription/subscription_history.h"

#define OPEN_END	PG_UINT16_MAX

static pg_attribute_always_inline char *
pack_row(char *to, const void *from, bool is_bigint, int64 customer)
{
	const ChsSubsRow *row = from;
	bool		open = row->end == DATEVAL_NOEND;
	int64		ndays = open ? OPEN_END : (int64) row->end - row->first;
	uint16		days[2] = {row->first - CHS_PACK_DAY, ndays};

	if (unlikely(!chs_can_pack(row->first, row->amount) || (!open && (ndays < 0 || ndays >= OPEN_END))))
		return chs_pack_whole_row(to, row, sizeof(*row));
	return chs_pack_row(to, row->key, is_bigint, customer, false, days, sizeof(days), row->amount);
}

static inline const char *
unpack_row(const char *from, ChsSubsRow *row)
{
	uint16		days[2];
	bool		unused;

	if (unlikely(chs_is_whole_row(from)))
		return chs_unpack_whole_row(from, row, sizeof(*row));
	from = chs_unpack_row(from, &row->key, &unused, days, sizeof(days), &row->amount);
	row->first = (DateADT) days[0] + CHS_PACK_DAY;
	row->end = days[1] == OPEN_END ? DATEVAL_NOEND : row->first + days[1];
	return from;
}

static const char *
unpack_rows(const char *from, uint32 nrows, void *rows)
{
	ChsSubsRow *row = rows;

	for (; nrows > 0; nrows--)
		from = unpack_row(from, row++);
	return from;
}

const ChsCustomerFamily chs_subs_family = {
	.state = {
		.name = CHS_SUBS_TYPE,
		.size = sizeof(ChsLogState),
		.init = chs_log_state_init,
		.flatten = chs_customer_state_flatten
	},
	.least = 3,					/* the number of steps, a day, an amount */
	.skip = chs_history_skip,
	.decode = chs_history_decode,
	.check = chs_history_check,
	.not_shortest = "A history is not in its shortest form.",
	.space = chs_history_space,
	.encode = chs_history_encode,
	.content_size = sizeof(ChsHistory),
	.init_content = chs_history_init,
	.join_begin = chs_history_join_begin,
	.join = chs_history_join,
	.join_end = chs_history_join_end,
	.row_size = sizeof(ChsSubsRow),
	.of_rows = chs_history_of_rows,
	.max_rows = chs_history_max_rows,
	.to_rows = chs_history_to_rows,
	.row_space = CHS_PACK_SPACE(sizeof(ChsSubsRow)),
	.pack_row = pack_row,
	.unpack_rows = unpack_rows,
	.add_row = chs_log_state_pack_row,
	.add_rows_of = chs_log_state_add_rows_of,
	.add_inputs = chs_log_state_add_inputs
};

/*
 * A row more; "counts" is false for one that only says that there was a row.
 */
Datum
chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts)
{
	return chs_log_state_accum(fcinfo, &chs_subs_family, key_kind, counts ? row : NULL, pack_row);
}
