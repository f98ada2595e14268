/*-------------------------------------------------------------------------
 *
 * customer_log_state.h
 *		States that keep every row in a log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_LOG_STATE_H
#define CHS_CUSTOMER_LOG_STATE_H

#include "customer/customer_accum.h"
#include "customer/customer_args.h"
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
extern void chs_log_state_pack_row(ChsCustomerState *state, const void *row);
extern void chs_log_state_add_rows_of(ChsCustomerState *state, const ChsCustomerState *other);
extern void chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state);

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

/*
 * chs_customers_accum() for a family that packs its rows by "pack", which is
 * put here.  The number of a bigint customer need not be found out of the key.
 */
static pg_attribute_always_inline Datum
chs_log_state_accum(FunctionCallInfo fcinfo, const ChsCustomerFamily *family, ChsKeyKind key_kind, const void *row,
					char *(*pack) (char *to, const void *row, bool is_bigint, int64 customer))
{
	if (row && key_kind == CHS_KEY_BIGINT && likely(!PG_ARGISNULL(0) && chs_is_writable_expanded(PG_GETARG_DATUM(0))))
	{
		ChsCustomerState *state = chs_customer_state(PG_GETARG_DATUM(0));
		ChsLogPartition *partition;

		chs_check_key_kind(state->key_kind, CHS_KEY_BIGINT);
		partition = chs_log_state_room(state, *(const ChsKey *) row);
		chs_log_added(partition, pack(partition->free, row, true, PG_GETARG_INT64(CHS_CUSTOMER_ARG)));
		return PG_GETARG_DATUM(0);
	}
	return chs_customers_accum(fcinfo, family, key_kind, row);
}

#endif							/* CHS_CUSTOMER_LOG_STATE_H */
