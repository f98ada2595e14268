/*-------------------------------------------------------------------------
 *
 * customer_log_state.c
 *		States that keep every row in a log (customer_log.c).
 *
 * They suit families whose rows of one customer seldom merge.  A log of
 * sixteen million rows becomes a run, which bounds what ordering it takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_log_state.h"

void
chs_log_state_init(ChsExpanded *state)
{
	const ChsCustomerFamily *family = (const ChsCustomerFamily *) state->type;

	chs_log_init(&((ChsLogState *) state)->log, state->hdr.eoh_context, family->row_size);
}

static void
clear_log(ChsCustomerState *state)
{
	chs_log_clear(&((ChsLogState *) state)->log);
}

void
chs_log_state_to_run(ChsCustomerState *state)
{
	chs_customer_state_to_run(state, clear_log);
}

void
chs_log_state_add_rows_of(ChsCustomerState *state, const ChsCustomerState *other)
{
	const ChsCustomerLog *log = &((const ChsLogState *) other)->log;

	for (uint32 i = 0; i < chs_log_partitions(log); i++)
	{
		uint32		n = chs_log_partition_rows(&log->partitions[i], log->row_size);
		ChsLogChunk *chunk = chs_log_newest_chunk(&log->partitions[i], log->row_size);

		for (; chunk; chunk = chunk->before)
		{
			const char *row = chs_log_chunk_rows(chunk);

			for (; n > chunk->first; n--, row += log->row_size)
				chs_log_state_add_row(state, row, log->row_size);
		}
	}
}

void
chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state)
{
	chs_cursor_add_log(cursor, &((ChsLogState *) state)->log);
}
