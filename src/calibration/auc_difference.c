/*-------------------------------------------------------------------------
 *
 * auc_difference.c
 *		auc_difference: do two scores of the same customers tell them apart
 *		equally well?
 *
 * The two AUCs are of the same customers, so their errors go together, and
 * intervals of each say nothing about the difference.  DeLong, DeLong and
 * Clarke-Pearson (1988) give each customer a place by either score: a churned
 * one the share of the kept who have a higher score, a kept one the share of
 * the churned who have a lower score, ties counting half.  An AUC is the mean
 * place of the churned, and of the kept; the variance of the difference is
 * that of the differences of places, of the churned over their number and of
 * the kept over theirs.
 *
 * Places are counted in halves, so sums of them and of their squares are whole
 * numbers, which do not depend on the order of rows.  The state keeps a row as
 * columns score_a, score_b and churned (shared/sample.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "shared/stats.h"

#define FIT_NAME	"auc_difference"
#define CONFIDENCE	95

static const ChsSampleShape fit_shape = {FIT_NAME, 3, 3, 0};

PG_FUNCTION_INFO_V1(chs_auc_difference_accum);
PG_FUNCTION_INFO_V1(chs_auc_difference_final);

/* a customer, when they are in the order of a score */
typedef struct Placed
{
	float8		score;
	int64		row;
} Placed;

typedef struct PairedScores
{
	int64		n;
	bool	   *churned;
	int64	   *difference;		/* twice the place by the first score less that by the second, not divided yet */
	int64		nchurned;
} PairedScores;

/*
 * auc_difference_accum(state, score_a, score_b, churned): one more customer.
 * Not strict: the first state is NULL.
 */
Datum
chs_auc_difference_accum(PG_FUNCTION_ARGS)
{
	ChsSampleKind kind = {.fit = FIT_NAME, .ncolumns = 3};
	ChsSample  *sample;
	float8	   *row;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	chs_check_finite(PG_GETARG_FLOAT8(1), "score_a");
	chs_check_finite(PG_GETARG_FLOAT8(2), "score_b");
	sample = chs_sample_begin(fcinfo, &kind);
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, 0, PG_GETARG_FLOAT8(1));
	chs_sample_set(sample, row, 1, PG_GETARG_FLOAT8(2));
	chs_sample_set(sample, row, 2, PG_GETARG_BOOL(3) ? 1 : 0);
	return chs_sample_return(fcinfo, sample);
}

static int
compare_scores(const void *a, const void *b)
{
	float8		first = ((const Placed *) a)->score;
	float8		second = ((const Placed *) b)->score;

	CHECK_FOR_INTERRUPTS();
	return first < second ? -1 : first > second;
}

/* the rows in the order of a column */
static void
order_rows(const ChsSampleView *view, int column, Placed *placed)
{
	int64		n = 0;

	for (int i = 0; i < view->nblocks; i++)
	{
		const ChsSampleBlock *block = &view->blocks[i];
		const float8 *scores = chs_sample_column(block, column);

		for (int64 j = 0; j < block->nrows; j++, n++)
		{
			chs_check_interrupts(n);
			placed[n].score = scores[j];
			placed[n].row = n;
		}
	}
	qsort(placed, n, sizeof(Placed), compare_scores);
}

/*
 * Adds the places by one score, times a sign, to the differences.
 */
static void
add_places(PairedScores *scores, const Placed *placed, int sign)
{
	int64		churned_below = 0;
	int64		kept_below = 0;
	int64		nkept = scores->n - scores->nchurned;

	for (int64 first = 0, end; first < scores->n; first = end)
	{
		int64		churned = 0;
		int64		kept = 0;

		for (end = first; end < scores->n && placed[end].score == placed[first].score; end++)
		{
			chs_check_interrupts(end);
			churned += scores->churned[placed[end].row];
			kept += !scores->churned[placed[end].row];
		}
		for (int64 i = first; i < end; i++)
		{
			bool		left = scores->churned[placed[i].row];

			chs_check_interrupts(i);
			scores->difference[placed[i].row] += sign * (left ? 2 * (nkept - kept_below) - kept :
														 2 * churned_below + churned);
		}
		churned_below += churned;
		kept_below += kept;
	}
}

static void
read_scores(const ChsSampleView *view, PairedScores *scores)
{
	Placed	   *placed = palloc_extended(Max(view->nrows, 1) * sizeof(Placed), MCXT_ALLOC_HUGE);
	int64		n = 0;

	scores->n = view->nrows;
	scores->nchurned = 0;
	scores->churned = palloc_extended(Max(view->nrows, 1) * sizeof(bool), MCXT_ALLOC_HUGE);
	scores->difference = palloc_extended(Max(view->nrows, 1) * sizeof(int64), MCXT_ALLOC_HUGE);
	for (int i = 0; i < view->nblocks; i++)
	{
		const float8 *churned = chs_sample_column(&view->blocks[i], 2);

		for (int64 j = 0; j < view->blocks[i].nrows; j++, n++)
		{
			chs_check_interrupts(n);
			scores->churned[n] = churned[j] != 0;
			scores->nchurned += scores->churned[n];
			scores->difference[n] = 0;
		}
	}
	order_rows(view, 0, placed);
	add_places(scores, placed, 1);
	order_rows(view, 1, placed);
	add_places(scores, placed, -1);
	pfree(placed);
}

/*
 * Of the differences of one kind of customers: their sum, and the variance of
 * their mean, both in halves of a place that is not divided yet.
 */
static int128
sum_of_kind(const PairedScores *scores, bool churned, double *variance)
{
	int64		n = churned ? scores->nchurned : scores->n - scores->nchurned;
	int128		sum = 0;
	int128		squares = 0;

	for (int64 i = 0; i < scores->n; i++)
	{
		chs_check_interrupts(i);
		if (scores->churned[i] != churned)
			continue;
		sum += scores->difference[i];
		squares += (int128) scores->difference[i] * scores->difference[i];
	}
	*variance = (double) (n * squares - sum * sum) / ((double) n * n * (n - 1));
	return sum;
}

/*
 * auc_difference_final(state) -> difference, low, high, p_value
 */
Datum
chs_auc_difference_final(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	PairedScores scores;
	double		m;
	double		n;
	double		of_churned;
	double		of_kept;
	double		difference;
	double		error;
	Datum		values[4] = {0};
	bool		nulls[4] = {false, true, true, true};

	chs_sample_open(&view, PG_GETARG_DATUM(0), &fit_shape);
	read_scores(&view, &scores);
	m = (double) scores.nchurned;
	n = (double) (scores.n - scores.nchurned);
	if (m == 0 || n == 0)
		PG_RETURN_NULL();
	difference = (double) sum_of_kind(&scores, true, &of_churned) / (2 * m * n);
	(void) sum_of_kind(&scores, false, &of_kept);
	error = sqrt(of_churned / (4 * n * n) + of_kept / (4 * m * m));
	values[0] = Float8GetDatum(difference);
	if (m > 1 && n > 1)
	{
		double		margin = chs_confidence_z(CONFIDENCE) * error;

		values[1] = Float8GetDatum(Max(difference - margin, -1));
		values[2] = Float8GetDatum(Min(difference + margin, 1));
		nulls[1] = nulls[2] = false;
	}
	if (m > 1 && n > 1 && error > 0)
	{
		values[3] = Float8GetDatum(chs_normal_two_sided_p(difference / error));
		nulls[3] = false;
	}
	return chs_row(fcinfo, values, nulls);
}
