/*-------------------------------------------------------------------------
 *
 * auc.c
 *		The area under the ROC curve of scores, with DeLong's variance.
 *
 * The area is the share of pairs, of an event and another row, in which the
 * event has the lower score, ties counting half.  The share of an event's own
 * pairs is its placement, and that of another row's pairs, too; the variance of
 * the area is that of the placements of the events divided by their number, plus
 * the same of the others (DeLong, DeLong and Clarke-Pearson, Comparing the Areas
 * under Two or More Correlated ROC Curves, 1988).  One walk over the sorted
 * scores gives all placements.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/float.h"

#include "shared/auc.h"
#include "shared/interrupts.h"

/* sum and sum of squares about a mean that is known beforehand */
typedef struct Spread
{
	float8		sum;
	float8		squares;
} Spread;

static int
compare_scores(const void *a, const void *b)
{
	float8		first = ((const ChsScored *) a)->score;
	float8		second = ((const ChsScored *) b)->score;

	CHECK_FOR_INTERRUPTS();
	return (first > second) - (first < second);
}

static void
spread_add(Spread *spread, float8 placement, int64 n)
{
	spread->sum += placement * n;
	spread->squares += placement * placement * n;
}

static float8
variance_of(const Spread *spread, int64 n)
{
	return Max(spread->squares - spread->sum * spread->sum / n, 0) / (n - 1) / n;
}

void
chs_auc(ChsScored *rows, int64 n, ChsAuc *auc)
{
	int64		events_below = 0;
	int64		others_below = 0;
	Spread		of_events = {0};
	Spread		of_others = {0};

	auc->nevents = auc->nothers = 0;
	for (int64 i = 0; i < n; i++)
	{
		auc->nevents += rows[i].event;
		auc->nothers += !rows[i].event;
	}
	auc->auc = auc->variance = get_float8_nan();
	if (auc->nevents == 0 || auc->nothers == 0)
		return;
	qsort(rows, n, sizeof(ChsScored), compare_scores);
	for (int64 i = 0, end; i < n; i = end)
	{
		int64		events = 0;

		chs_check_interrupts(i);
		for (end = i; end < n && rows[end].score == rows[i].score; end++)
			events += rows[end].event;
		/* placements about one half, which keeps digits */
		spread_add(&of_events, (auc->nothers - others_below - 0.5 * (end - i - events)) / auc->nothers - 0.5, events);
		spread_add(&of_others, (events_below + 0.5 * events) / auc->nevents - 0.5, end - i - events);
		events_below += events;
		others_below += end - i - events;
	}
	auc->auc = 0.5 + of_events.sum / auc->nevents;
	if (auc->nevents > 1 && auc->nothers > 1)
		auc->variance = variance_of(&of_events, auc->nevents) + variance_of(&of_others, auc->nothers);
}
