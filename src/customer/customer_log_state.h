/*-------------------------------------------------------------------------
 *
 * customer_log_state.h
 *		States that keep every row in a log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_LOG_STATE_H
#define CHS_CUSTOMER_LOG_STATE_H

#include "customer/customer_log.h"
#include "customer/customer_state.h"

/* log chunks of a state; more rows become a run */
#define CHS_MAX_LOG_CHUNKS	(16 * 1024 * 1024 / CHS_LOG_CHUNK_ROWS)

typedef struct ChsLogState
{
	ChsCustomerState base;
	ChsCustomerLog log;
} ChsLogState;

extern void chs_log_state_init(ChsExpanded *state);
extern void chs_log_state_to_run(ChsCustomerState *state);
extern void chs_log_state_add_rows_of(ChsCustomerState *state, const ChsCustomerState *other);
extern void chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state);

/*
 * One more row.  A family that passes the size as a constant has it copied by
 * a few instructions.
 */
static inline void
chs_log_state_add_row(ChsCustomerState *base, const void *row, Size row_size)
{
	ChsLogState *state = (ChsLogState *) base;

	chs_expanded_changes(&base->base);
	memcpy(chs_log_add(&state->log, *(const ChsKey *) row), row, row_size);
	if (unlikely(state->log.nchunks > CHS_MAX_LOG_CHUNKS))
		chs_log_state_to_run(base);
}

#endif							/* CHS_CUSTOMER_LOG_STATE_H */
