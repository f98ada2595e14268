/*-------------------------------------------------------------------------
 *
 * quartile.c
 *		Where in its partition a row's value lies.
 *
 * A value's place is p = (rank below + (ties - 1) / 2) / (n - 1): 0 for the
 * least, 1 for the greatest, and one place for all that tie.  Top is p >= 0.75,
 * bottom p <= 0.25; fewer than four values have no quarters.
 *
 * p rises with the value, so two limits, the greatest value at the bottom and
 * the least at the top, sort every row.  They are found once per partition
 * among the values nearest the quartiles: no row is sorted into order by the
 * executor, and the array is only partitioned (C. A. R. Hoare, "Algorithm 65:
 * find", CACM 4(7), 1961), which is why this beats percent_rank().
 *
 * State, in the partition's memory: the two limits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/quartile.h"

#define MIN_VALUES	4

typedef struct QuartileState
{
	bool		ready;
	bool		enough;
	double		bottom;			/* at or below: bottom; -infinity: none is */
	double		top;
} QuartileState;

/*
 * All values of the first argument, a float8, in the partition that are not
 * NULL; their number is returned.  "what" names the argument in messages.
 *
 * The argument may be any expression, for instance a score of a whole row; what
 * it leaves behind is freed row by row, because the executor frees it only
 * after the whole partition.
 */
int64
chs_partition_values(WindowObject window, const char *what, MemoryContext context, double **values)
{
	int64		rows = WinGetPartitionRowCount(window);
	int64		n = 0;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "values of a partition",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;

	*values = MemoryContextAllocHuge(context, Max(rows, 1) * sizeof(double));
	old = MemoryContextSwitchTo(scratch);
	for (int64 i = 0; i < rows; i++)
	{
		bool		is_null;
		bool		is_out;
		Datum		value;

		CHECK_FOR_INTERRUPTS();
		value = WinGetFuncArgInPartition(window, 0, i, WINDOW_SEEK_HEAD, false,
										 &is_null, &is_out);
		if (!is_null)
		{
			chs_check_finite(DatumGetFloat8(value), what);
			(*values)[n++] = DatumGetFloat8(value);
		}
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return n;
}

static inline void
swap(double *a, double *b)
{
	double		held = *a;

	*a = *b;
	*b = held;
}

/*
 * Moves values about until values[k] is what sorting would put there, with
 * none greater before and none less behind it.  Three-way partitioning round
 * the median of three keeps ties from making it slow; a pseudo-random third
 * keeps any order of rows from doing so.
 */
static void
select_value(double *values, int64 n, int64 k)
{
	int64		low = 0;
	int64		high = n;		/* excluded */
	uint64		seed = 0x9E3779B97F4A7C15;

	while (high - low > 1)
	{
		int64		less = low;
		int64		greater = high;
		int64		i = low;
		double		pivot;

		CHECK_FOR_INTERRUPTS();
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		{
			double		a = values[low];
			double		b = values[low + (high - low) / 2];
			double		c = values[low + (int64) (seed % (uint64) (high - low))];

			pivot = Max(Min(a, b), Min(Max(a, b), c));
		}
		for (uint64 looks = 0; i < greater; looks++)
		{
			chs_check_interrupts(looks);
			if (values[i] < pivot)
				swap(&values[less++], &values[i++]);
			else if (values[i] > pivot)
				swap(&values[i], &values[--greater]);
			else
				i++;
		}
		if (k < less)
			high = less;
		else if (k >= greater)
			low = greater;
		else
			return;
	}
}

/* Four times (n - 1) times the place p of a value, which is a whole number
 * twice over, so that 0.75 and 0.25 are met exactly. */
static int64
place(const double *values, int64 n, double value)
{
	int64		below = 0;
	int64		ties = 0;

	for (int64 i = 0; i < n; i++)
	{
		below += values[i] < value;
		ties += values[i] == value;
	}
	return 2 * (2 * below + ties - 1);
}

/* The greatest value below the given one, or the least above it. */
static double
neighbour(const double *values, int64 n, double value, bool above)
{
	double		found = above ? INFINITY : -INFINITY;

	for (int64 i = 0; i < n; i++)
	{
		if (above && values[i] > value && values[i] < found)
			found = values[i];
		if (!above && values[i] < value && values[i] > found)
			found = values[i];
	}
	return found;
}

/*
 * Finds the limits.  The value at rank (n - 1)/4 is the only candidate to
 * straddle the limit: every value below it has a place below 1/4, every value
 * above it one above.  If its ties push its own place over, the next value
 * below is the limit.  The top mirrors it.
 */
static void
find_limits(double *values, int64 n, QuartileState *state)
{
	int64		last = n - 1;
	int64		low = last / 4;
	int64		high = last - last / 4;

	select_value(values, n, low);
	state->bottom = values[low];
	select_value(values, n, high);
	state->top = values[high];
	if (place(values, n, state->bottom) > last)
		state->bottom = neighbour(values, n, state->bottom, false);
	if (place(values, n, state->top) < 3 * last)
		state->top = neighbour(values, n, state->top, true);
}

/*
 * The quarter of the current row's first argument, a float8, in its window
 * partition.  what names the argument in messages.
 */
ChsQuartile
chs_quartile(FunctionCallInfo fcinfo, const char *what)
{
	WindowObject window = PG_WINDOW_OBJECT();
	QuartileState *state = WinGetPartitionLocalMemory(window,
													  sizeof(QuartileState));
	bool		is_null;
	Datum		value;

	if (!state->ready)
	{
		double	   *values;
		int64		n = chs_partition_values(window, what, CurrentMemoryContext, &values);

		state->enough = n >= MIN_VALUES;
		if (state->enough)
			find_limits(values, n, state);
		state->ready = true;
		pfree(values);
	}
	value = WinGetFuncArgCurrent(window, 0, &is_null);
	if (is_null || !state->enough)
		return CHS_QUARTILE_NONE;
	if (DatumGetFloat8(value) >= state->top)
		return CHS_QUARTILE_TOP;
	if (DatumGetFloat8(value) <= state->bottom)
		return CHS_QUARTILE_BOTTOM;
	return CHS_QUARTILE_MIDDLE;
}
