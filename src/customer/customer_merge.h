/*-------------------------------------------------------------------------
 *
 * customer_merge.h
 *		The smallest key of many sorted inputs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_MERGE_H
#define CHS_CUSTOMER_MERGE_H

#include "customer/customer_key.h"

typedef struct ChsMergeEntry
{
	ChsKey		key;
	int			input;
} ChsMergeEntry;

typedef struct ChsMerge
{
	int			n;
	ChsMergeEntry *heap;		/* heap[0] is the smallest */
} ChsMerge;

extern void chs_merge_init(ChsMerge *merge, int max_inputs);
extern void chs_merge_add(ChsMerge *merge, ChsKey key, int input);
extern void chs_merge_sift(ChsMerge *merge);

/* The input of the smallest key has moved on to another key. */
static inline void
chs_merge_advance(ChsMerge *merge, ChsKey key)
{
	merge->heap[0].key = key;
	if (merge->n > 1)
		chs_merge_sift(merge);
}

/* The input of the smallest key is at its end. */
static inline void
chs_merge_drop(ChsMerge *merge)
{
	merge->heap[0] = merge->heap[--merge->n];
	if (merge->n > 1)
		chs_merge_sift(merge);
}

#endif							/* CHS_CUSTOMER_MERGE_H */
