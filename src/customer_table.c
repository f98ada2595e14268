/*-------------------------------------------------------------------------
 *
 * customer_table.c
 *		A hash table of customers in the order of their keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "customer_table.h"

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
		if (from[i].value == 0)
			continue;
		next = Max(next, chs_slot_home(from[i].key, nhomes));
		if (next >= nslots)
			return false;
		to[next++] = from[i];
	}
	return true;
}
