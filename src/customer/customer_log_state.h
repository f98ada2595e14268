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

/* rows in the full log chunks of a state; more become a run */
#define CHS_MAX_LOG_ROWS	(16 * 1024 * 1024)

/* the same for a partition, of which evenly spread keys fill a sixteenth */
#define CHS_MAX_PARTITION_ROWS	(256 * 1024)

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
 * The partition of one more row, with room for it.
 */
static inline ChsLogPartition *
chs_log_state_room(ChsCustomerState *base, ChsKey key)
{
	ChsCustomerLog *log = &((ChsLogState *) base)->log;
	ChsLogPartition *partition = chs_log_partition(log, key);

	chs_expanded_changes(&base->base);
	if (likely(chs_log_has_room(log, partition)))
		return partition;
	if (unlikely(log->nfilled > CHS_MAX_LOG_ROWS || partition->nrows > CHS_MAX_PARTITION_ROWS))
		chs_log_state_to_run(base);
	return chs_log_make_room(log, key);
}

/*
 * One more row, as it is.  A family that passes the size as a constant has it
 * copied by a few instructions.
 */
static inline void
chs_log_state_add_row(ChsCustomerState *state, const void *row, Size row_size)
{
	ChsLogPartition *partition = chs_log_state_room(state, *(const ChsKey *) row);

	memcpy(partition->free, row, row_size);
	chs_log_added(partition, partition->free + row_size);
}

#endif							/* CHS_CUSTOMER_LOG_STATE_H */
