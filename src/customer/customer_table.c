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
 * Crowding.  Keys can be chosen to have homes close together (customer_key.c).
 * A key is added only if an empty slot is at most MAX_DISTANCE slots behind its
 * home.  Then no key is ever further from its home than that: a key that was
 * there and moves has a home not before that of the new one, and moves up to
 * the empty slot at most.  Looking for a key therefore passes over at most
 * MAX_DISTANCE slots, and adding one moves as many.  With evenly spread keys
 * and three quarters of the homes taken, the chance of a longer distance falls
 * by exp(0.75 - 1 - ln 0.75) = 0.963 a slot, to less than 1e-12; to overrun the
 * spare slots takes a queue of 64, with a chance of exp(-0.55 * 64) = 5e-16.
 * So keys that meet either bound were chosen.  From then on the home of a key
 * is that of its hash by a secret number, which keys cannot be chosen for: the
 * table is an ordinary hash table with as many homes as before, in which all
 * distances are as if by chance, and its slots are sorted when they are read.
 *
 * A table doubles while it is small and grows by half from 65,536 homes on.
 * With slots of 32 bytes a customer takes 43 to 64, and 85 while a small table
 * has just doubled.
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
#define MAX_DISTANCE	768
#define FIRST_SEGMENTS	8
#define MAX_SEGMENTS	((uint32) 1 << (32 - CHS_SEGMENT_BITS))

/* from here on a table grows by half */
#define MANY_HOMES		65536

static void
set_homes(ChsCustomerTable *table, uint64 nhomes)
{
	uint64		nslots = nhomes + SPARE_SLOTS;
	Size		size = nslots * table->slot_size + CACHE_LINE;

	if (nslots > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many customers in one summary"),
				 errdetail("There are more than %u.", table->used),
				 errhint("Build one summary per part of the customers and add up their answers: GROUP BY hashtext(customer::text) & 15.")));
	table->space = MemoryContextAllocHuge(table->context, size);
	chs_zero_bytes(table->space, size);
	table->slots = (char *) TYPEALIGN(CACHE_LINE, table->space);
	table->end = table->slots + nslots * table->slot_size;
	table->nhomes = nhomes;
	table->max_used = nhomes - nhomes / 4;
}

void
chs_table_init(ChsCustomerTable *table, MemoryContext context, Size slot_size)
{
	memset(table, 0, sizeof(*table));
	table->context = context;
	table->slot_size = slot_size;
	set_homes(table, LEAST_HOMES);
}

/*
 * All slots of a table into another one, which is empty.  Both are in the order
 * of keys; false if they meet crowding.
 */
static bool
copy_in_order(const ChsCustomerTable *from, ChsCustomerTable *to)
{
	char	   *next = to->slots;
	uint64		i = 0;

	for (const char *slot = from->slots; slot < from->end; slot += from->slot_size)
	{
		char	   *home;

		chs_check_interrupts(i++);
		if (chs_slot_is_empty(slot))
			continue;
		home = to->slots + chs_table_home(to, chs_slot_key(slot)) * to->slot_size;
		next = Max(next, home);
		if (unlikely(next == to->end || next - home > (ptrdiff_t) (MAX_DISTANCE * to->slot_size)))
			return false;
		memcpy(next, slot, to->slot_size);
		next += to->slot_size;
	}
	return true;
}

/* The same by a secret number, in any order; false if it was a bad one. */
static bool
copy_scattered(const ChsCustomerTable *from, ChsCustomerTable *to)
{
	uint64		i = 0;

	for (const char *slot = from->slots; slot < from->end; slot += from->slot_size)
	{
		char	   *place;

		chs_check_interrupts(i++);
		if (chs_slot_is_empty(slot))
			continue;
		place = chs_table_seek(to, chs_slot_key(slot));
		if (unlikely(place == to->end))
			return false;
		memcpy(place, slot, to->slot_size);
	}
	return true;
}

static uint64
new_secret(void)
{
	uint64		secret;

	if (!pg_strong_random(&secret, sizeof(secret)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	return Max(secret, 1);
}

/*
 * Moves everything to new slots.  An error on the way leaves the table as it
 * is, since a subtransaction may catch it.
 */
static void
rebuild(ChsCustomerTable *table, uint64 nhomes, bool crowded)
{
	ChsCustomerTable other = *table;

	set_homes(&other, nhomes);
	if (crowded || table->secret != 0 || !copy_in_order(table, &other))
	{
		do
		{
			chs_zero_bytes(other.slots, other.end - other.slots);
			other.secret = new_secret();
		} while (!copy_scattered(table, &other));
	}
	pfree(table->space);
	*table = other;
}

/*
 * Makes a slot empty by moving it and those behind it up to the next empty
 * one; false if that is too far from the home of the key that wants it.
 */
static inline bool
make_room(ChsCustomerTable *table, ChsKey key, char *slot)
{
	char	   *home = table->slots + chs_table_home(table, key) * table->slot_size;
	char	   *last = Min(table->end - table->slot_size, home + MAX_DISTANCE * table->slot_size);
	char	   *empty = slot;

	while (empty <= last && !chs_slot_is_empty(empty))
		empty += table->slot_size;
	if (unlikely(empty > last))
		return false;
	memmove(slot + table->slot_size, slot, empty - slot);
	return true;
}

/*
 * A slot for a key that is not there, zeros behind the key.
 */
void *
chs_table_add(ChsCustomerTable *table, ChsKey key)
{
	char	   *slot;

	Assert(!chs_key_is_zero(key));
	if (unlikely(table->used >= table->max_used))
		rebuild(table, table->nhomes < MANY_HOMES ? (uint64) table->nhomes * 2 : (uint64) table->nhomes + table->nhomes / 2, false);
	slot = chs_table_seek(table, key);
	while (unlikely(!make_room(table, key, slot)))
	{
		rebuild(table, table->nhomes, true);
		slot = chs_table_seek(table, key);
	}
	memset(slot, 0, table->slot_size);
	*(ChsKey *) slot = key;
	table->used++;
	return slot;
}

/*
 * Scans.
 */
static int
compare_slots(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return chs_key_compare(chs_slot_key(*(char *const *) a), chs_slot_key(*(char *const *) b));
}

void
chs_table_scan(ChsTableScan *scan, const ChsCustomerTable *table)
{
	uint32		n = 0;

	scan->table = table;
	scan->slot = table->slots;
	scan->ordered = NULL;
	scan->at = 0;
	if (table->secret == 0)
		return;
	scan->ordered = MemoryContextAllocHuge(CurrentMemoryContext, table->used * sizeof(char *));
	for (char *slot = table->slots; slot < table->end; slot += table->slot_size)
	{
		chs_check_interrupts(n);
		if (!chs_slot_is_empty(slot))
			scan->ordered[n++] = slot;
	}
	qsort(scan->ordered, n, sizeof(char *), compare_slots);
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
