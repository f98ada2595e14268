/*-------------------------------------------------------------------------
 *
 * cox_concordance.c
 *		How often does the customer with the higher hazard end first?
 *
 * Of a customer who ends at t, every other one under risk at t who ends later,
 * or is last seen on t, is a pair.  It counts 1 if the hazard of the one that
 * ends is higher and 1/2 if it is equal (F. E. Harrell, JAMA 247, 1982).
 * Hazards that differ by rounding are equal: a coefficient of zero is 1e-17 as
 * often as not, and would rank all customers.
 *
 * Times are walked from the last to the first, and a Fenwick tree over the
 * ranks of hazards counts those under risk with a lower one: n log n steps.
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

/* logarithms of hazards that differ by this share of 1 + their size are equal */
#define EQUAL		1e-12

typedef struct Ranks
{
	int64		n;				/* distinct hazards */
	int64	   *of_row;			/* 1, 2, ... */
	int64	   *tree;			/* how many are under risk, as a Fenwick tree */
	int64		total;
} Ranks;

static int
compare_hazards(const void *a, const void *b)
{
	float8		first = *(const float8 *) a;
	float8		second = *(const float8 *) b;

	CHECK_FOR_INTERRUPTS();
	return (first > second) - (first < second);
}

/*
 * From 1 on: the last of the lowest hazards of each rank that is not above.
 */
static int64
find_rank(const float8 *sorted, int64 n, float8 value)
{
	int64		low = 0;
	int64		high = n;

	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (sorted[middle] <= value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
rank_hazards(Ranks *ranks, const ChsCoxRows *rows, const float8 *coefficients)
{
	float8	   *hazards = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(float8));
	float8	   *sorted = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(float8));

	chs_cox_predictors(rows, coefficients, hazards);
	chs_copy_bytes(sorted, hazards, rows->n * sizeof(float8));
	qsort(sorted, rows->n, sizeof(float8), compare_hazards);
	ranks->n = 0;
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		if (i == 0 || sorted[i] - sorted[ranks->n - 1] > EQUAL * (1.0 + fabs(sorted[i])))
			sorted[ranks->n++] = sorted[i];
	}
	ranks->of_row = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(int64));
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		ranks->of_row[i] = find_rank(sorted, ranks->n, hazards[i]);
	}
	ranks->tree = MemoryContextAllocHuge(CurrentMemoryContext, (ranks->n + 1) * sizeof(int64));
	chs_zero_bytes(ranks->tree, (ranks->n + 1) * sizeof(int64));
	ranks->total = 0;
	pfree(hazards);
	pfree(sorted);
}

static void
count_rank(Ranks *ranks, int64 rank, int64 more)
{
	ranks->total += more;
	for (; rank <= ranks->n; rank += rank & -rank)
		ranks->tree[rank] += more;
}

/* how many under risk have this rank or a lower one */
static int64
count_up_to(const Ranks *ranks, int64 rank)
{
	int64		count = 0;

	for (; rank > 0; rank -= rank & -rank)
		count += ranks->tree[rank];
	return count;
}

/*
 * Rows of one duration come under risk: first those last seen, who are pairs
 * of the ones that end, then these.
 */
static void
add_rows(Ranks *ranks, const ChsCoxRows *rows, int64 first, int64 end, bool ended)
{
	for (int64 i = first; i < end; i++)
	{
		chs_check_interrupts(i);
		if ((rows->ended[i] != 0) == ended)
			count_rank(ranks, ranks->of_row[i], 1);
	}
}

/*
 * NaN where no pair can be compared.
 */
float8
chs_cox_concordance(const ChsCoxRows *rows, const float8 *coefficients)
{
	int64		late = 0;		/* places in late before here have left */
	int64		next = rows->n; /* rows from here on have come under risk */
	float8		pairs = 0;
	float8		wins = 0;
	Ranks		ranks;

	rank_hazards(&ranks, rows, coefficients);
	for (int64 k = rows->ntimes - 1; k >= 0; k--)
	{
		const ChsCoxTime *time = &rows->times[k];

		add_rows(&ranks, rows, time->end, next, true);
		add_rows(&ranks, rows, time->end, next, false);
		add_rows(&ranks, rows, time->first, time->end, false);
		for (; late < rows->nlate && rows->entry[rows->late[late]] >= time->t; late++)
			count_rank(&ranks, ranks.of_row[rows->late[late]], -1);
		for (int64 i = time->first; i < time->end; i++)
		{
			int64		lower;
			int64		not_higher;

			chs_check_interrupts(i);
			if (rows->ended[i] == 0)
				continue;
			lower = count_up_to(&ranks, ranks.of_row[i] - 1);
			not_higher = count_up_to(&ranks, ranks.of_row[i]);
			pairs += (float8) ranks.total;
			wins += (float8) lower + (float8) (not_higher - lower) / 2.0;
		}
		add_rows(&ranks, rows, time->first, time->end, true);
		next = time->first;
	}
	pfree(ranks.of_row);
	pfree(ranks.tree);
	return pairs > 0 ? wins / pairs : get_float8_nan();
}
