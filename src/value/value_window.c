/*-------------------------------------------------------------------------
 *
 * value_window.c
 *		Where a customer stands among the others: scores of RFM, quarters.
 *
 * rfm_score cuts the partition into bins of equal counts.  With "below" the
 * values that are less, and "ties" those that are equal, of n,
 *
 *		score = 1 + floor(bins * (2 below + ties) / (2 n))
 *
 * which is the bin of the middle of the ties' places: equal values share a
 * score, whatever the order of rows.  Values are sorted once per partition,
 * and two binary searches place each row.
 *
 * State, in the partition's memory: the sorted values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/number.h"
#include "shared/quartile.h"

#define MAX_BINS	1000

PG_FUNCTION_INFO_V1(chs_rfm_score);
PG_FUNCTION_INFO_V1(chs_value_quartile);

typedef struct ScoreState
{
	double	   *values;			/* sorted; NULL before the first row */
	int64		n;
} ScoreState;

/*
 * How many values are less than the given one, or not greater.
 */
static int64
values_before(const ScoreState *state, double value, bool equal_too)
{
	int64		low = 0;
	int64		high = state->n;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;
		double		other = state->values[middle];

		if (other < value || (equal_too && other == value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * rfm_score(value, bins) OVER (...): 1 to bins, the greatest values have the
 * highest score.  NULL for NULL.
 */
Datum
chs_rfm_score(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	ScoreState *state = WinGetPartitionLocalMemory(window, sizeof(ScoreState));
	Datum		bins;
	Datum		value;
	bool		is_null;
	int64		places;

	if (state->values == NULL)
	{
		state->n = chs_partition_values(window, "value", GetMemoryChunkContext(state), &state->values);
		qsort(state->values, state->n, sizeof(double), chs_compare_doubles);
	}
	bins = WinGetFuncArgCurrent(window, 1, &is_null);
	if (is_null)
		PG_RETURN_NULL();
	chs_check_whole_range(DatumGetInt64(bins), 2, MAX_BINS, "bins", "Pass 5 for scores from 1 to 5.");
	value = WinGetFuncArgCurrent(window, 0, &is_null);
	if (is_null)
		PG_RETURN_NULL();
	places = values_before(state, DatumGetFloat8(value), false) + values_before(state, DatumGetFloat8(value), true);
	/* a volatile value may be another one by now, beyond all that were read */
	PG_RETURN_INT64(Min(1 + DatumGetInt64(bins) * places / (2 * Max(state->n, 1)), DatumGetInt64(bins)));
}

/*
 * value_quartile(value) OVER (...): 'top' for the top 25 % of the partition,
 * 'bottom' for the bottom 25 %, 'middle' between; NULL for NULL, and with
 * fewer than 4 values.
 */
Datum
chs_value_quartile(PG_FUNCTION_ARGS)
{
	switch (chs_quartile(fcinfo, "value"))
	{
		case CHS_QUARTILE_TOP:
			PG_RETURN_TEXT_P(cstring_to_text("top"));
		case CHS_QUARTILE_MIDDLE:
			PG_RETURN_TEXT_P(cstring_to_text("middle"));
		case CHS_QUARTILE_BOTTOM:
			PG_RETURN_TEXT_P(cstring_to_text("bottom"));
		case CHS_QUARTILE_NONE:
			break;
	}
	PG_RETURN_NULL();
}
