/*-------------------------------------------------------------------------
 *
 * customer_table.h
 *		A hash table of customers in the order of their keys, and blocks for
 *		what does not fit into its slots.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_TABLE_H
#define CHS_CUSTOMER_TABLE_H

#include "customer/customer_key.h"

/*
 * A table that grows.  A slot begins with the key of its customer, zeros when
 * it is empty; what follows is the family's.
 *
 * Blocks lie in segments of 64 kB, or alone in a longer one; a block's number
 * is that of its segment and its place there, in units of 16 bytes.  Their
 * sizes are 16, 64, 128, 256 ... bytes: class 0, 1, 2 ...
 */
#define CHS_BLOCK_CLASSES		27
#define CHS_SEGMENT_SIZE		65536
#define CHS_SEGMENT_BITS		12	/* units in a segment */

typedef struct ChsCustomerTable
{
	MemoryContext context;
	Size		slot_size;
	char	   *slots;			/* aligned to lines of the cache */
	char	   *end;
	uint64		secret;			/* 0: slots are in the order of keys */
	uint32		nhomes;
	uint32		used;
	uint32		max_used;
	void	   *space;			/* that the slots are in */
	char	  **segments;
	uint32		nsegments;
	uint32		max_segments;
	uint32		segment;		/* the one that is being filled */
	uint32		segment_used;	/* bytes */
	uint32		free[CHS_BLOCK_CLASSES];	/* lists of blocks that were given back */
} ChsCustomerTable;

extern void chs_table_init(ChsCustomerTable *table, MemoryContext context, Size slot_size);
extern void *chs_table_add(ChsCustomerTable *table, ChsKey key);
extern uint32 chs_block_alloc(ChsCustomerTable *table, int size_class);
extern void chs_block_free(ChsCustomerTable *table, uint32 block, int size_class);

static inline ChsKey
chs_slot_key(const void *slot)
{
	return *(const ChsKey *) slot;
}

static inline bool
chs_slot_is_empty(const void *slot)
{
	return chs_key_is_zero(chs_slot_key(slot));
}

/* Where a key would like to be. */
static inline uint32
chs_table_home(const ChsCustomerTable *table, ChsKey key)
{
	uint64		place = key.h1;

	if (unlikely(table->secret != 0))
		place = chs_murmur_mix((chs_murmur_mix(key.h1 ^ table->secret) + key.h2) * (table->secret | 1));
	return (uint32) (((place >> 32) * table->nhomes) >> 32);
}

/*
 * Where a key is or belongs: the first slot from its home on that is empty or
 * has the key, or a larger one where slots are in the order of keys; "end" if
 * there is none.
 */
static inline char *
chs_table_seek(const ChsCustomerTable *table, ChsKey key)
{
	char	   *slot = table->slots + chs_table_home(table, key) * table->slot_size;

	if (likely(table->secret == 0))
	{
		while (slot < table->end && !chs_slot_is_empty(slot) && chs_key_less(chs_slot_key(slot), key))
			slot += table->slot_size;
	}
	else
	{
		while (slot < table->end && !chs_slot_is_empty(slot) && !chs_key_equal(chs_slot_key(slot), key))
			slot += table->slot_size;
	}
	return slot;
}

/* The slot of a key, or NULL. */
static inline void *
chs_table_find(const ChsCustomerTable *table, ChsKey key)
{
	char	   *slot = chs_table_seek(table, key);

	return slot < table->end && chs_key_equal(chs_slot_key(slot), key) ? slot : NULL;
}

/* The fetch of the slots where a key will be looked for. */
static inline void
chs_table_prefetch(const ChsCustomerTable *table, ChsKey key)
{
	__builtin_prefetch(table->slots + chs_table_home(table, key) * table->slot_size, 1);
}

static inline void *
chs_block(const ChsCustomerTable *table, uint32 block)
{
	return table->segments[block >> CHS_SEGMENT_BITS] + ((Size) (block & ((1 << CHS_SEGMENT_BITS) - 1)) << 4);
}

static inline Size
chs_block_size(int size_class)
{
	return size_class == 0 ? 16 : (Size) 32 << size_class;
}

/*
 * A pass over the slots in the order of keys.  The table must not change.
 */
typedef struct ChsTableScan
{
	const ChsCustomerTable *table;
	char	   *slot;			/* the next one to look at */
	char	  **ordered;		/* slots in the order of keys, when the table is not */
	uint32		at;
} ChsTableScan;

extern void chs_table_scan(ChsTableScan *scan, const ChsCustomerTable *table);

/* The next slot, or NULL. */
static inline void *
chs_table_scan_next(ChsTableScan *scan)
{
	const ChsCustomerTable *table = scan->table;
	char	   *slot = scan->slot;

	if (unlikely(scan->ordered != NULL))
		return scan->at < table->used ? scan->ordered[scan->at++] : NULL;
	while (slot < table->end && chs_slot_is_empty(slot))
		slot += table->slot_size;
	if (slot == table->end)
		return NULL;
	scan->slot = slot + table->slot_size;
	return slot;
}

#endif							/* CHS_CUSTOMER_TABLE_H */
