/*-------------------------------------------------------------------------
 *
 * activity_state.c
 *		The forms of an activitysummary while it grows; see customer_accum.c,
 *		which has what they share with other families.
 *
 * A row of a small summary is 64 days of a customer: the key, the number of
 * the day chunk and its bits, 32 bytes.  Up to 15 rows are looked through for
 * one that takes up the next; from then on only the newest one is.
 *
 * A state has a table that grows (customer_table.c), in which a customer has
 * one slot of 32 bytes:
 *
 *		key (16 bytes), bits and number of the newest day chunk, block
 *		block: how many, size class; {chunk, bits} of older chunks, 12 bytes
 *				each, in blocks of 1, 5, 10, 21 ...
 *
 * Events as a rule come in the order of time, so that they find the newest
 * chunk; in any other order they look into a short sorted list.
 *
 * When the table does not fit into the cache any more, rows wait in partitions
 * by the highest bits of their keys until there are 64 of a partition.  They
 * all go to one stretch of the table: a few pages, whose addresses are
 * translated once and not for each row, which costs more than the rest.  A
 * cursor lets the waiting rows settle before it begins.
 *
 * Bytes per customer, measured, in memory and in the sorted form: 54 and 19
 * for one who came on one day (a million of them); 221 and 52 for one with 41
 * active days over a year on average (200,000 of them, in the order of time;
 * 198 in random order, because blocks that were outgrown are used again).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer_accum.h"
#include "activity/activity_days.h"

/* rows of a working form that are looked through */
#define FEW_ROWS		15

/* homes of a table (32 bytes each) that is too big for the cache */
#define BIG_TABLE		16384

/* rows that go to the table together */
#define BATCH			16

/* slots whose blocks are asked for ahead of time */
#define AHEAD			16

#define PARTITION_BITS	6
#define PARTITIONS		(1 << PARTITION_BITS)
#define WAITING_ROWS	64		/* in each partition */

typedef struct ChsActivityRow
{
	ChsKey		key;
	int32		chunk;
	uint32		unused;			/* 0 */
	uint64		bits;
} ChsActivityRow;

typedef struct ChsActivitySlot
{
	ChsKey		key;
	uint64		bits;			/* of the newest chunk */
	int32		chunk;
	uint32		block;			/* older ones; 0: none */
} ChsActivitySlot;

typedef struct ChsOlderChunk
{
	int32		chunk;
	uint32		bits[2];		/* in halves, for 12 bytes instead of 16 */
} ChsOlderChunk;

typedef struct ChsOlderDays
{
	uint32		n:27;
	uint32		size_class:5;
	ChsOlderChunk days[FLEXIBLE_ARRAY_MEMBER];	/* chunks rise */
} ChsOlderDays;

typedef struct ChsActivityWaiting
{
	int			n[PARTITIONS];
	ChsActivityRow rows[PARTITIONS][WAITING_ROWS];
} ChsActivityWaiting;

typedef struct ChsActivityState
{
	ChsCustomerState base;
	ChsCustomerTable table;
	ChsActivityWaiting *waiting;	/* NULL while the table is small */
} ChsActivityState;

/*
 * Rows and contents.
 */
static inline bool
merge_row(void *rows, int64 nrows, const void *new_row)
{
	const ChsActivityRow *row = new_row;
	ChsActivityRow *last = (ChsActivityRow *) rows + nrows - 1;
	ChsActivityRow *first = nrows <= FEW_ROWS ? rows : last;

	for (; last >= first; last--)
	{
		if (last->chunk == row->chunk && chs_key_equal(last->key, row->key))
		{
			last->bits |= row->bits;
			return true;
		}
	}
	return false;
}

static void
days_of_rows(void *content, const void *rows, uint32 nrows)
{
	ChsActivityCustomer *days = content;
	const ChsActivityRow *row = rows;

	chs_days_reserve(days, nrows);
	for (uint32 i = 0; i < nrows; i++, row++)
	{
		if (unlikely(row->bits == 0))
			chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, "64 days without an active one.");
		days->chunks[i].chunk = chs_days_checked_chunk(row->chunk);
		days->chunks[i].bits = row->bits;
	}
	days->nchunks = nrows;
	if (nrows > 1)
		chs_days_join_end(days);
}

static uint32
max_rows(const void *content)
{
	return ((const ChsActivityCustomer *) content)->nchunks;
}

static uint32
rows_of_days(const void *content, void *rows)
{
	const ChsActivityCustomer *days = content;
	ChsActivityRow *row = rows;

	for (int i = 0; i < days->nchunks; i++, row++)
	{
		row->key = days->key;
		row->chunk = days->chunks[i].chunk;
		row->unused = 0;
		row->bits = days->chunks[i].bits;
	}
	return days->nchunks;
}

/*
 * Older chunks of a customer in a table.
 */
static inline uint64
older_bits(const ChsOlderChunk *older)
{
	return (uint64) older->bits[1] << 32 | older->bits[0];
}

static inline void
set_older(ChsOlderChunk *older, int32 chunk, uint64 bits)
{
	older->chunk = chunk;
	older->bits[0] = (uint32) bits;
	older->bits[1] = (uint32) (bits >> 32);
}

static inline int
room_of_class(int size_class)
{
	return (chs_block_size(size_class) - offsetof(ChsOlderDays, days)) / sizeof(ChsOlderChunk);
}

/* The block with room for one chunk more; there may be none so far. */
static ChsOlderDays *
older_with_room(ChsCustomerTable *table, ChsActivitySlot *slot)
{
	ChsOlderDays *older;
	ChsOlderDays *wide;
	uint32		block;

	if (slot->block == 0)
	{
		slot->block = chs_block_alloc(table, 0);
		older = chs_block(table, slot->block);
		older->n = 0;
		older->size_class = 0;
		return older;
	}
	older = chs_block(table, slot->block);
	if (likely((int) older->n < room_of_class(older->size_class)))
		return older;
	block = chs_block_alloc(table, older->size_class + 1);
	wide = chs_block(table, block);
	memcpy(wide, older, offsetof(ChsOlderDays, days) + older->n * sizeof(ChsOlderChunk));
	wide->size_class++;
	chs_block_free(table, slot->block, older->size_class);
	slot->block = block;
	return wide;
}

/* The slot's chunk makes room for a newer one. */
static void
push_older(ChsCustomerTable *table, ChsActivitySlot *slot)
{
	ChsOlderDays *older = older_with_room(table, slot);

	set_older(&older->days[older->n++], slot->chunk, slot->bits);
}

/* Days of a chunk that is older than the slot's. */
static void
add_older(ChsCustomerTable *table, ChsActivitySlot *slot, int32 chunk, uint64 bits)
{
	ChsOlderDays *older = slot->block ? chs_block(table, slot->block) : NULL;
	uint32		low = 0;
	uint32		high = older ? older->n : 0;

	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (older->days[middle].chunk < chunk)
			low = middle + 1;
		else
			high = middle;
	}
	if (older && low < older->n && older->days[low].chunk == chunk)
	{
		set_older(&older->days[low], chunk, older_bits(&older->days[low]) | bits);
		return;
	}
	older = older_with_room(table, slot);
	memmove(&older->days[low + 1], &older->days[low], (older->n - low) * sizeof(ChsOlderChunk));
	set_older(&older->days[low], chunk, bits);
	older->n++;
}

static void
add_days(ChsCustomerTable *table, ChsKey key, int32 chunk, uint64 bits)
{
	ChsActivitySlot *slot = chs_table_find(table, key);

	if (slot == NULL)
	{
		slot = chs_table_add(table, key);
		slot->chunk = chunk;
		slot->bits = bits;
	}
	else if (slot->chunk == chunk)
		slot->bits |= bits;
	else if (slot->chunk > chunk)
		add_older(table, slot, chunk, bits);
	else
	{
		push_older(table, slot);
		slot->chunk = chunk;
		slot->bits = bits;
	}
}

static void
days_of_slot(void *content, const ChsCustomerTable *table, const void *at)
{
	ChsActivityCustomer *days = content;
	const ChsActivitySlot *slot = at;
	const ChsActivitySlot *ahead = slot + AHEAD;
	ChsDayChunk *to;

	if ((const char *) ahead < table->end && ahead->block != 0)
		__builtin_prefetch(chs_block(table, ahead->block));
	if (slot->block)
	{
		const ChsOlderDays *older = chs_block(table, slot->block);
		uint32		n = older->n;

		chs_days_reserve(days, (int64) n + 1);
		to = days->chunks;
		for (uint32 i = 0; i < n; i++, to++)
		{
			to->chunk = older->days[i].chunk;
			to->bits = older_bits(&older->days[i]);
		}
	}
	else
		to = days->chunks;
	to->chunk = slot->chunk;
	to->bits = slot->bits;
	days->nchunks = to + 1 - days->chunks;
}

/*
 * States.
 */

/*
 * The waiting rows of a partition go to the table.  While some rows do, the
 * slots of the next ones are on their way from memory; the blocks of those
 * that need one are, too, while the rest of their own batch is done.
 */
static void
settle_partition(ChsActivityState *state, int partition)
{
	ChsCustomerTable *table = &state->table;
	ChsActivityRow *row = state->waiting->rows[partition];
	ChsActivityRow *end = row + state->waiting->n[partition];

	for (ChsActivityRow *next = row; next < Min(row + BATCH, end); next++)
		chs_table_prefetch(table, next->key);
	while (row < end)
	{
		ChsActivityRow *end_batch = Min(row + BATCH, end);
		ChsActivityRow *late[BATCH];
		int			nlate = 0;

		for (ChsActivityRow *next = end_batch; next < Min(end_batch + BATCH, end); next++)
			chs_table_prefetch(table, next->key);
		for (; row < end_batch; row++)
		{
			ChsActivitySlot *slot = chs_table_find(table, row->key);

			if (likely(slot && slot->chunk == row->chunk))
			{
				slot->bits |= row->bits;
				continue;
			}
			if (slot && slot->block)
				__builtin_prefetch(chs_block(table, slot->block), 1);
			late[nlate++] = row;
		}
		for (int i = 0; i < nlate; i++)
			add_days(table, late[i]->key, late[i]->chunk, late[i]->bits);
	}
	state->waiting->n[partition] = 0;
	CHECK_FOR_INTERRUPTS();
}

static void
add_inputs(ChsCursor *cursor, ChsCustomerState *base)
{
	ChsActivityState *state = (ChsActivityState *) base;

	if (state->waiting)
	{
		for (int partition = 0; partition < PARTITIONS; partition++)
			settle_partition(state, partition);
	}
	chs_cursor_add_table(cursor, &state->table);
}

static void
init_state(ChsExpanded *state)
{
	chs_table_init(&((ChsActivityState *) state)->table, state->hdr.eoh_context, sizeof(ChsActivitySlot));
}

static void
start_waiting(ChsActivityState *state)
{
	state->waiting = MemoryContextAllocZero(state->base.base.hdr.eoh_context, sizeof(ChsActivityWaiting));
}

static inline void
add_row(ChsCustomerState *base, const void *new_row)
{
	ChsActivityState *state = (ChsActivityState *) base;
	const ChsActivityRow *row = new_row;

	chs_expanded_changes(&base->base);
	if (likely(state->waiting != NULL))
	{
		int			partition = row->key.h1 >> (64 - PARTITION_BITS);
		int			n = state->waiting->n[partition]++;

		state->waiting->rows[partition][n] = *row;
		if (unlikely(n + 1 == WAITING_ROWS))
			settle_partition(state, partition);
		return;
	}
	add_days(&state->table, row->key, row->chunk, row->bits);
	if (unlikely(state->table.nhomes >= BIG_TABLE))
		start_waiting(state);
}

const ChsCustomerFamily chs_activity_family = {
	.state = {
		.name = CHS_ACTIVITY_TYPE,
		.size = sizeof(ChsActivityState),
		.init = init_state,
		.flatten = chs_customer_state_flatten
	},
	.least = 2,					/* a length, a day */
	.skip = chs_days_skip,
	.decode = chs_days_decode,
	.check = chs_days_check,
	.not_shortest = "The days of a customer are not in their shortest form.",
	.space = chs_days_space,
	.encode = chs_days_encode,
	.content_size = sizeof(ChsActivityCustomer),
	.init_content = chs_days_init,
	.join_begin = chs_days_join_begin,
	.join = chs_days_join,
	.join_end = chs_days_join_end,
	.row_size = sizeof(ChsActivityRow),
	.rows_merge = true,
	.merge_row = merge_row,
	.of_rows = days_of_rows,
	.max_rows = max_rows,
	.to_rows = rows_of_days,
	.add_row = add_row,
	.add_inputs = add_inputs,
	.of_slot = days_of_slot
};

/*
 * One more day of a customer.
 */
Datum
chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day)
{
	ChsActivityRow row;

	row.key = key;
	row.chunk = day >> 6;
	row.unused = 0;
	row.bits = UINT64CONST(1) << (day & 63);
	return chs_customers_accum(fcinfo, &chs_activity_family, key_kind, &row);
}
