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

/* rows of a partition; with more the log becomes runs */
#define CHS_MAX_PARTITION_ROWS	(256 * 1024)

typedef struct ChsLogState
{
	ChsCustomerState base;
	ChsCustomerLog log;
	int64		full_rows;		/* in full log chunks, at which the log is */
} ChsLogState;

extern void chs_log_state_init(ChsExpanded *state);
extern void chs_log_state_full(ChsCustomerState *state, ChsKey key);
extern void chs_log_state_add_rows_of(ChsCustomerState *state, const ChsCustomerState *other);
extern void chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state);

/*
 * The state of an aggregate over customers who are bigints: their numbers need
 * not be found out of the keys.  NULL: something else.
 */
static inline ChsCustomerState *
chs_log_state_of_bigints(FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	ChsCustomerState *state;

	if (key_kind != CHS_KEY_BIGINT || PG_ARGISNULL(0) || !chs_is_writable_expanded(PG_GETARG_DATUM(0)))
		return NULL;
	state = chs_customer_state(PG_GETARG_DATUM(0));
	chs_check_key_kind(state->key_kind, CHS_KEY_BIGINT);
	return state;
}

/*
 * The partition of one more row, with room for it.
 */
static inline ChsLogPartition *
chs_log_state_room(ChsCustomerState *base, ChsKey key)
{
	ChsLogState *state = (ChsLogState *) base;
	ChsCustomerLog *log = &state->log;
	ChsLogPartition *partition = chs_log_partition(log, key);

	chs_expanded_changes(&base->base);
	if (likely(chs_log_has_room(log, partition)))
		return partition;
	if (unlikely(log->nfilled > state->full_rows || partition->nrows > CHS_MAX_PARTITION_ROWS))
		chs_log_state_full(base, key);
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
