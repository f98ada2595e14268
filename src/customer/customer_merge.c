/*-------------------------------------------------------------------------
 *
 * customer_merge.c
 *		The smallest key of many sorted inputs: a binary heap of their next
 *		keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_merge.h"

void
chs_merge_init(ChsMerge *merge, int max_inputs)
{
	merge->n = 0;
	merge->heap = palloc(Max(max_inputs, 1) * sizeof(ChsMergeEntry));
}

void
chs_merge_add(ChsMerge *merge, ChsKey key, int input)
{
	int			at = merge->n++;

	for (; at > 0 && chs_key_less(key, merge->heap[(at - 1) / 2].key); at = (at - 1) / 2)
		merge->heap[at] = merge->heap[(at - 1) / 2];
	merge->heap[at].key = key;
	merge->heap[at].input = input;
}

/*
 * Puts the top entry, which may have grown, where it belongs.
 */
void
chs_merge_sift(ChsMerge *merge)
{
	ChsMergeEntry *heap = merge->heap;
	ChsMergeEntry entry = heap[0];
	int			at = 0;

	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= merge->n)
			break;
		if (child + 1 < merge->n && chs_key_less(heap[child + 1].key, heap[child].key))
			child++;
		if (!chs_key_less(heap[child].key, entry.key))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = entry;
}
