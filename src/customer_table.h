/*-------------------------------------------------------------------------
 *
 * customer_table.h
 *		A hash table of customers in the order of their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_TABLE_H
#define CHS_CUSTOMER_TABLE_H

#include "customer.h"

/*
 * A place in a table; half a line of the cache.  What the members behind the
 * key mean is the family's matter, but a slot whose value is 0 is empty.
 */
typedef struct ChsSlot
{
	ChsKey		key;
	uint64		value;
	int32		number;
	uint32		block;
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

#endif							/* CHS_CUSTOMER_TABLE_H */
