/*-------------------------------------------------------------------------
 *
 * customer_log_state.c
 *		States that keep every row in a log (customer_log.c).
 *
 * They suit families whose rows of one customer seldom merge.  A log becomes a
 * run when it has sixteen million rows, which bounds the time that ordering it
 * takes, or a quarter of a million in one partition, which bounds the memory: a
 * partition is unpacked as a whole.  Chosen keys make such partitions, and so
 * does a placeholder in place of a customer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_log_state.h"

void
chs_log_state_init(ChsExpanded *state)
{
	chs_log_init(&((ChsLogState *) state)->log, state->hdr.eoh_context, (const ChsCustomerFamily *) state->type);
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
		uint32		n = log->partitions[i].nrows;
		ChsLogChunk *chunk = chs_log_newest_chunk(&log->partitions[i]);

		for (; chunk; chunk = chunk->before)
		{
			const char *from = chs_log_chunk_rows(chunk);
			uint64		row[CHS_MAX_ROW_SIZE / sizeof(uint64)];

			for (; n > chunk->first; n--)
			{
				from = chs_log_get_rows(log, from, 1, row);
				log->family->add_row(state, row);
			}
		}
	}
}

void
chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state)
{
	chs_cursor_add_log(cursor, &((ChsLogState *) state)->log);
}
