/*-------------------------------------------------------------------------
 *
 * subscription_state.c
 *		The forms of a subscriptionsummary while it grows; see
 *		customer_accum.c, which has what they share with other families.
 *
 * Rows are kept as they came, 32 bytes each: in a small summary up to 2,047 of
 * them, in a state in a log (customer_log_state.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_accum.h"
#include "customer/customer_log_state.h"
#include "subscription/subscription_history.h"

static void
add_row(ChsCustomerState *state, const void *row)
{
	chs_log_state_add_row(state, row, sizeof(ChsSubsRow));
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
	.add_row = add_row,
	.add_rows_of = chs_log_state_add_rows_of,
	.add_inputs = chs_log_state_add_inputs
};

/*
 * A row more; "counts" is false for one that only says that there was a row.
 */
Datum
chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts)
{
	return chs_customers_accum(fcinfo, &chs_subs_family, key_kind, counts ? row : NULL);
}
