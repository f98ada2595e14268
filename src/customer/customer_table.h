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
 * A place in a table; half a line of the cache.  What the members behind the
 * key mean is the family's matter, but a slot whose value is 0 is empty.
 */
typedef struct ChsSlot
{
	ChsKey		key;
	uint64		value;
	int32		number;
	uint32		block;			/* 0: none */
} ChsSlot;

/* Where a key would like to be; rises with the key. */
static inline uint32
chs_slot_home(ChsKey key, uint32 nhomes)
{
	return (uint32) (((key.h1 >> 32) * nhomes) >> 32);
}

/*
 * The first slot from "at" on that is empty or whose key is not less;
 * nslots if there is none.
 */
static inline uint32
chs_slot_seek(const ChsSlot *slots, uint32 at, uint32 nslots, ChsKey key)
{
	while (at < nslots && slots[at].value != 0 && chs_key_less(slots[at].key, key))
		at++;
	return at;
}

extern bool chs_slot_make_room(ChsSlot *slots, uint32 at, uint32 nslots);
extern bool chs_slots_copy(const ChsSlot *from, uint32 nfrom, ChsSlot *to, uint32 nhomes, uint32 nslots);

/*
 * A table that grows.  Blocks lie in segments of 64 kB, or alone in a longer
 * one; a block's number is that of its segment and its place there, in units
 * of 16 bytes.  Their sizes are 16, 64, 128, 256 ... bytes: class 0, 1, 2 ...
 */
#define CHS_BLOCK_CLASSES		27
#define CHS_SEGMENT_SIZE		65536
#define CHS_SEGMENT_BITS		12	/* units in a segment */

typedef struct ChsCustomerTable
{
	MemoryContext context;
	ChsSlot    *slots;			/* aligned to lines of the cache */
	uint32		nhomes;
	uint32		nslots;			/* with the spare ones behind the last home */
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

extern void chs_table_init(ChsCustomerTable *table, MemoryContext context, uint32 customers);
extern ChsSlot *chs_table_add(ChsCustomerTable *table, ChsKey key);
extern uint32 chs_block_alloc(ChsCustomerTable *table, int size_class);
extern void chs_block_free(ChsCustomerTable *table, uint32 block, int size_class);

static inline uint32
chs_table_home(const ChsCustomerTable *table, ChsKey key)
{
	return chs_slot_home(key, table->nhomes);
}

/* The slot of a key, or NULL. */
static inline ChsSlot *
chs_table_find(const ChsCustomerTable *table, ChsKey key)
{
	uint32		at = chs_slot_seek(table->slots, chs_table_home(table, key), table->nslots, key);
	ChsSlot    *slot = table->slots + at;

	return at < table->nslots && slot->value != 0 && chs_key_equal(slot->key, key) ? slot : NULL;
}

/* The fetch of the slots where a key will be looked for. */
static inline void
chs_table_prefetch(const ChsCustomerTable *table, ChsKey key)
{
	__builtin_prefetch(table->slots + chs_table_home(table, key), 1);
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

#endif							/* CHS_CUSTOMER_TABLE_H */
