/*-------------------------------------------------------------------------
 *
 * subscription_state.c
 *		The forms of a subscriptionsummary while it grows; see
 *		customer_accum.c, which has what they share with other families.
 *
 * Rows are kept as they came, 32 bytes each: in a small summary up to 2,047 of
 * them, in a state in a log (customer_log.c).  A log of four million rows
 * becomes a run, too, which bounds what ordering it takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_accum.h"
#include "subscription/subscription_history.h"

#define MAX_LOG_CHUNKS		(4 * 1024 * 1024 / CHS_LOG_CHUNK_ROWS)

typedef struct ChsSubsState
{
	ChsCustomerState base;
	ChsCustomerLog log;
} ChsSubsState;

static void
init_state(ChsExpanded *state)
{
	chs_log_init(&((ChsSubsState *) state)->log, state->hdr.eoh_context, sizeof(ChsSubsRow));
}

static void
clear_log(ChsCustomerState *state)
{
	chs_log_clear(&((ChsSubsState *) state)->log);
}

static inline void
add_row(ChsCustomerState *base, const void *row)
{
	ChsSubsState *state = (ChsSubsState *) base;

	chs_expanded_changes(&base->base);
	memcpy(chs_log_add(&state->log), row, sizeof(ChsSubsRow));
	if (unlikely(state->log.nchunks > MAX_LOG_CHUNKS))
		chs_customer_state_to_run(base, clear_log);
}

static void
add_rows_of(ChsCustomerState *state, const ChsCustomerState *other)
{
	const ChsCustomerLog *log = &((const ChsSubsState *) other)->log;

	for (int i = 0; i < log->nchunks; i++)
	{
		const ChsSubsRow *rows = (const ChsSubsRow *) log->chunks[i];
		uint32		n = chs_log_chunk_rows(log, i);

		for (uint32 j = 0; j < n; j++)
			add_row(state, rows + j);
	}
}

static void
add_inputs(ChsCursor *cursor, ChsCustomerState *state)
{
	chs_cursor_add_log(cursor, &((ChsSubsState *) state)->log);
}

const ChsCustomerFamily chs_subs_family = {
	.state = {
		.name = CHS_SUBS_TYPE,
		.size = sizeof(ChsSubsState),
		.init = init_state,
		.flatten = chs_customer_state_flatten
	},
	.least = 3,					/* the number of steps, a day, an amount */
	.skip = chs_history_skip,
	.decode = chs_history_decode,
	.check = chs_history_check,
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
	.add_rows_of = add_rows_of,
	.add_inputs = add_inputs
};

/*
 * A row more; "counts" is false for one that only says that there was a row.
 */
Datum
chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts)
{
	return chs_customers_accum(fcinfo, &chs_subs_family, key_kind, counts ? row : NULL);
}
