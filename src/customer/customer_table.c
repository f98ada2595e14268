/*-------------------------------------------------------------------------
 *
 * customer_table.c
 *		A hash table of customers in the order of their keys, and blocks for
 *		what does not fit into its slots.
 *
 * Open addressing with linear probing, where the home of a key is the leading
 * part of its hash in proportion to the table, the slots from there on are in
 * the order of keys (Amble and Knuth, 1974), and spare slots behind the last
 * home take what would have to wrap.  So the whole table is in the order of
 * keys at all times: reading it in that order is a walk, growing is one pass
 * over both tables, and a key that is not there is missed as soon as a larger
 * one is met.  A new key moves the slots behind it up to the next empty one,
 * with at most three quarters of the homes taken a few of them.
 *
 * A table doubles while it is small and grows by half from 65,536 homes on.
 * Slots take 32 bytes: 43 to 64 for a customer, 85 while a small table has
 * just doubled.
 *
 * Blocks hold what a customer needs beyond its slot.  They are cut from
 * segments that never move, and given back to a list for each size, so that a
 * customer whose block is replaced by a longer one leaves no hole.  None lies
 * in two lines of the cache if it fits into one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer_table.h"
#include "shared/interrupts.h"

#define CACHE_LINE		64
#define LEAST_HOMES		1024
#define SPARE_SLOTS		64
#define FIRST_SEGMENTS	8
#define MAX_SEGMENTS	((uint32) 1 << (32 - CHS_SEGMENT_BITS))

/* from here on a table grows by half */
#define MANY_HOMES		65536

/*
 * Makes the slot empty by moving it and what follows up to the next empty
 * slot; false if there is no such slot.
 */
bool
chs_slot_make_room(ChsSlot *slots, uint32 at, uint32 nslots)
{
	uint32		empty = at;

	while (empty < nslots && slots[empty].value != 0)
		empty++;
	if (empty >= nslots)
		return false;
	memmove(slots + at + 1, slots + at, (empty - at) * sizeof(ChsSlot));
	slots[at].value = 0;
	return true;
}

/*
 * All slots into another table, which is empty; false if they do not fit.
 */
bool
chs_slots_copy(const ChsSlot *from, uint32 nfrom, ChsSlot *to, uint32 nhomes, uint32 nslots)
{
	uint32		next = 0;

	for (uint32 i = 0; i < nfrom; i++)
	{
		chs_check_interrupts(i);
		if (from[i].value == 0)
			continue;
		next = Max(next, chs_slot_home(from[i].key, nhomes));
		if (next >= nslots)
			return false;
		to[next++] = from[i];
	}
	return true;
}

/*
 * Tables.
 */
static void
set_homes(ChsCustomerTable *table, uint64 nhomes, uint64 spare)
{
	Size		size;

	if (nhomes + spare > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many customers in one summary"),
				 errdetail("There are more than %u.", table->used),
				 errhint("Build one summary per part of the customers and add up their answers: GROUP BY hashtext(customer::text) & 15.")));
	size = (nhomes + spare) * sizeof(ChsSlot) + CACHE_LINE;
	table->space = MemoryContextAllocHuge(table->context, size);
	chs_zero_bytes(table->space, size);
	table->slots = (ChsSlot *) TYPEALIGN(CACHE_LINE, table->space);
	table->nhomes = nhomes;
	table->nslots = nhomes + spare;
	table->max_used = nhomes - nhomes / 4;
}

/*
 * A table with room for so many customers.
 */
void
chs_table_init(ChsCustomerTable *table, MemoryContext context, uint32 customers)
{
	uint64		nhomes = LEAST_HOMES;

	memset(table, 0, sizeof(*table));
	table->context = context;
	while (nhomes - nhomes / 4 <= customers)
		nhomes *= 2;
	set_homes(table, nhomes, SPARE_SLOTS);
}

static void
grow(ChsCustomerTable *table)
{
	ChsCustomerTable wide = *table;
	uint64		nhomes = table->nhomes < MANY_HOMES ? (uint64) table->nhomes * 2 : (uint64) table->nhomes + table->nhomes / 2;

	/* an error on the way leaves the table as it is, for somebody may catch it */
	set_homes(&wide, nhomes, SPARE_SLOTS);
	if (!chs_slots_copy(table->slots, table->nslots, wide.slots, wide.nhomes, wide.nslots))
	{
		/* so many keys at the end are no chance; with a slot for each, they fit */
		pfree(wide.space);
		set_homes(&wide, nhomes, SPARE_SLOTS + 2 * (uint64) table->used);
		(void) chs_slots_copy(table->slots, table->nslots, wide.slots, wide.nhomes, wide.nslots);
	}
	pfree(table->space);
	*table = wide;
}

/*
 * A slot for a key that is not there.  The caller gives it a value at once.
 */
ChsSlot *
chs_table_add(ChsCustomerTable *table, ChsKey key)
{
	ChsSlot    *slot;
	uint32		at;

	if (table->used >= table->max_used)
		grow(table);
	for (;;)
	{
		at = chs_slot_seek(table->slots, chs_table_home(table, key), table->nslots, key);
		if (likely(chs_slot_make_room(table->slots, at, table->nslots)))
			break;
		grow(table);
	}
	slot = table->slots + at;
	slot->key = key;
	slot->block = 0;
	table->used++;
	return slot;
}

/*
 * Blocks.
 */
static uint32
new_segment(ChsCustomerTable *table, Size size)
{
	char	   *space;

	if (table->nsegments == table->max_segments)
	{
		uint32		max = Max(FIRST_SEGMENTS, table->max_segments * 2);

		if (table->nsegments >= MAX_SEGMENTS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many customers in one summary"),
					 errdetail("What is kept of %u customers fills all the room there is.", table->used),
					 errhint("Build one summary per part of the customers and add up their answers: GROUP BY hashtext(customer::text) & 15.")));
		if (table->segments)
			table->segments = repalloc(table->segments, max * sizeof(char *));
		else
			table->segments = MemoryContextAlloc(table->context, max * sizeof(char *));
		table->max_segments = max;
	}
	space = MemoryContextAllocExtended(table->context, size + CACHE_LINE, MCXT_ALLOC_HUGE);
	table->segments[table->nsegments] = (char *) TYPEALIGN(CACHE_LINE, space);
	return table->nsegments++;
}

static inline uint32
block_number(uint32 segment, uint32 offset)
{
	return (segment << CHS_SEGMENT_BITS) + (offset >> 4);
}

static uint32
cut_block(ChsCustomerTable *table, Size size)
{
	uint32		block;

	if (size > CHS_SEGMENT_SIZE)
		return block_number(new_segment(table, size), 0);
	if (table->nsegments == 0 || table->segment_used + size > CHS_SEGMENT_SIZE)
	{
		table->segment = new_segment(table, CHS_SEGMENT_SIZE);
		/* block 0 is none */
		table->segment_used = table->segment == 0 ? CACHE_LINE : 0;
	}
	if (table->segment_used + size > CHS_SEGMENT_SIZE)
		return block_number(new_segment(table, size), 0);
	block = block_number(table->segment, table->segment_used);
	table->segment_used += size;
	return block;
}

uint32
chs_block_alloc(ChsCustomerTable *table, int size_class)
{
	uint32		block = table->free[size_class];

	Assert(size_class < CHS_BLOCK_CLASSES);
	if (block != 0)
	{
		memcpy(&table->free[size_class], chs_block(table, block), sizeof(uint32));
		return block;
	}
	if (size_class > 0)
		return cut_block(table, chs_block_size(size_class));

	/* a line of the cache has four of the smallest */
	block = cut_block(table, CACHE_LINE);
	for (int i = 3; i > 0; i--)
		chs_block_free(table, block + i, 0);
	return block;
}

void
chs_block_free(ChsCustomerTable *table, uint32 block, int size_class)
{
	memcpy(chs_block(table, block), &table->free[size_class], sizeof(uint32));
	table->free[size_class] = block;
}
