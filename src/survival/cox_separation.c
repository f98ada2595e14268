/*-------------------------------------------------------------------------
 *
 * cox_separation.c
 *		Does the likelihood of a proportional hazards fit rise for ever?
 *
 * It does along a direction in which each customer who ends has the largest
 * x b of all under risk at that time, and some of those have a smaller one: no
 * term of the likelihood falls then, however far one goes, and some rise.
 *
 * Newton's steps find such a direction, if there is one.  They may have a part
 * that does not separate, which becomes smaller by a factor e from step to
 * step, so a small loss is none.  A loss of one that does not separate is small
 * only where one customer's feature is larger than all others by as much.
 *
 * The largest x b at each time is in a tree over the times: a customer is
 * under risk from one time to another, which few nodes of the tree cover.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "survival/cox.h"

/* the number of times at or before t; with an entry: before the customer is under risk */
static int64
count_times(const ChsCoxRows *rows, float8 t)
{
	int64		low = 0;
	int64		high = rows->ntimes;

	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (rows->times[middle].t <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Leaves are behind the n - 1 inner nodes; node i is above 2 i and 2 i + 1.
 */
static void
raise_range(float8 *tree, int64 n, int64 first, int64 end, float8 value)
{
	for (first += n, end += n; first < end; first /= 2, end /= 2)
	{
		if (first % 2 == 1)
		{
			tree[first] = Max(tree[first], value);
			first++;
		}
		if (end % 2 == 1)
		{
			end--;
			tree[end] = Max(tree[end], value);
		}
	}
}

static float8
largest_at(const float8 *tree, int64 n, int64 place)
{
	float8		largest = -get_float8_infinity();

	for (place += n; place > 0; place /= 2)
		largest = Max(largest, tree[place]);
	return largest;
}

static float8 *
make_tree(const ChsCoxRows *rows, const float8 *predictors)
{
	float8	   *tree = MemoryContextAllocHuge(CurrentMemoryContext, 2 * rows->ntimes * sizeof(float8));

	for (int64 i = 0; i < 2 * rows->ntimes; i++)
	{
		chs_check_interrupts(i);
		tree[i] = -get_float8_infinity();
	}
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		raise_range(tree, rows->ntimes, count_times(rows, rows->entry[i]), count_times(rows, rows->duration[i]), predictors[i]);
	}
	return tree;
}

/*
 * "direction" is one along which the likelihood is not flat.  A loss of up to
 * the share "no_loss" of the range of x b is none.
 */
bool
chs_cox_is_separated(const ChsCoxRows *rows, const float8 *direction, float8 no_loss)
{
	float8	   *predictors = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(float8));
	bool		separated = true;
	float8	   *tree;
	float8		loss;

	chs_cox_predictors(rows, direction, predictors);
	tree = make_tree(rows, predictors);
	/* with one feature there is one direction and the other: the order of rows is right to the last digit */
	loss = rows->nkept > 1 ? no_loss * chs_cox_range(predictors, rows->n) : 0;
	for (int64 k = 0; k < rows->ntimes && separated; k++)
	{
		const ChsCoxTime *time = &rows->times[k];
		float8		least = largest_at(tree, rows->ntimes, k) - loss;

		for (int64 i = time->first; i < time->end && separated; i++)
		{
			chs_check_interrupts(i);
			separated = rows->ended[i] == 0 || predictors[i] >= least;
		}
	}
	pfree(predictors);
	pfree(tree);
	return separated;
}
