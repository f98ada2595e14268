/*-------------------------------------------------------------------------
 *
 * cox_rows.c
 *		The rows of a proportional hazards fit: their times, and features that
 *		are scaled, centred and orthogonal.
 *
 * Features come in days, cents and shares, and may be nearly collinear.  The
 * fit sees columns q that, less their means, are orthogonal and of norm 1 over
 * all rows, made with the triangle of a QR decomposition: z = q R.  Features
 * that are constant or depend on earlier ones are found there and left out.
 *
 * The likelihood sees differences between customers only, so features may be
 * centred anywhere.  Their means will not do: beside one customer a million
 * times as large as the others it is far from all of them, and the difference
 * between the others would lose six digits.  A value in the middle will.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/linalg.h"
#include "shared/number.h"
#include "survival/cox.h"

/* rows that go into the triangle at once */
#define PIECE		128

/* rows among which a feature's value in the middle is looked for */
#define MIDDLE_ROWS	1023

/* a scale of more is no double */
#define MAX_EXPONENT	1000

/* a feature that varies by less is constant: its coefficient would be no double */
#define LEAST_RANGE		1e-305

/*
 * A feature as (x - origin) * scale, in which the origin is the value of a row:
 * a constant one is exactly zero.
 */
struct ChsCoxCentring
{
	float8		first_scale;	/* before the origin is taken, so that nothing overflows */
	float8		origin;
	float8		scale;
	float8		mean;			/* of what comes out */
};

/* the power of two that brings numbers up to "largest" below 1 */
static float8
scale_for(float8 largest)
{
	int			exponent;

	if (largest == 0)
		return 1.0;
	(void) frexp(largest, &exponent);
	return ldexp(1.0, Min(Max(-exponent, -MAX_EXPONENT), MAX_EXPONENT));
}

static inline float8
centred(const ChsCoxCentring *centring, float8 x)
{
	return (x * centring->first_scale - centring->origin) * centring->scale;
}

/*
 * The median of rows that are evenly spread over all.
 */
static float8
find_middle(const float8 *x, int64 n)
{
	float8		values[MIDDLE_ROWS];
	int			count = (int) Min(n, MIDDLE_ROWS);

	for (int i = 0; i < count; i++)
		values[i] = x[i * n / count];
	qsort(values, count, sizeof(float8), chs_compare_doubles);
	return values[count / 2];
}

static ChsCoxCentring
find_centring(const float8 *x, int64 n)
{
	ChsCoxCentring centring = {.scale = 1.0};
	float8		largest = 0;
	float8		sum = 0;

	for (int64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		largest = Max(largest, fabs(x[i]));
	}
	centring.first_scale = scale_for(largest);
	centring.origin = find_middle(x, n) * centring.first_scale;
	largest = 0;
	for (int64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		largest = Max(largest, fabs(centred(&centring, x[i])));
	}
	centring.scale = largest / centring.first_scale < LEAST_RANGE ? 0 : scale_for(largest);
	for (int64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		sum += centred(&centring, x[i]);
	}
	centring.mean = sum / (float8) n;
	return centring;
}

/*
 * Which customers are under risk when one ends: those who entered before the
 * last end up to their own duration.  Returns how many.
 */
static int64
mark_rows(const ChsSampleBlock *block, bool *is_kept)
{
	const float8 *duration = chs_sample_column(block, CHS_COX_DURATION);
	const float8 *entry = chs_sample_column(block, CHS_COX_ENTRY);
	const float8 *ended = chs_sample_column(block, CHS_COX_ENDED);
	float8		last = CHS_COX_NO_ENTRY;
	int64		count = 0;

	for (int64 i = 0; i < block->nrows;)
	{
		int64		end = i;

		for (; end < block->nrows && duration[end] == duration[i]; end++)
		{
			chs_check_interrupts(end);
			if (ended[end] != 0)
				last = duration[i];
		}
		for (; i < end; i++)
		{
			is_kept[i] = entry[i] < last;
			count += is_kept[i];
		}
	}
	return count;
}

/*
 * The block without customers who are under risk when nobody ends, which tell
 * nothing.  If a feature varied among them alone, rounding would pass for
 * information; if it is large for one of them, the others would lose digits.
 */
static ChsSampleBlock
keep_rows(const ChsSampleBlock *block, int ncolumns)
{
	bool	   *is_kept = MemoryContextAllocHuge(CurrentMemoryContext, block->nrows * sizeof(bool));
	int64		count = mark_rows(block, is_kept);
	ChsSampleBlock kept = {.nrows = count, .stride = count};

	if (count == block->nrows)
		return *block;
	kept.values = MemoryContextAllocHuge(CurrentMemoryContext, Max((Size) count * ncolumns, 1) * sizeof(float8));
	for (int c = 0; c < ncolumns; c++)
	{
		const float8 *from = chs_sample_column(block, c);
		float8	   *to = kept.values + c * kept.stride;

		for (int64 i = 0; i < block->nrows; i++)
		{
			chs_check_interrupts(i);
			if (is_kept[i])
				*to++ = from[i];
		}
	}
	return kept;
}

static inline const float8 *
feature_of(const ChsCoxRows *rows, int feature)
{
	return chs_sample_column(&rows->block, CHS_COX_FEATURES + feature);
}

/*
 * The triangle of all features, and which of them are kept.
 */
static void
find_triangle(ChsCoxRows *rows)
{
	int			p = rows->nfeatures;
	const ChsCoxCentring *centrings = rows->centrings;
	float8	   *whole = palloc0((Size) p * p * sizeof(float8));
	float8	   *piece = palloc((Size) p * PIECE * sizeof(float8));
	bool	   *aliased = palloc(p * sizeof(bool));

	for (int64 start = 0; start < rows->n; start += PIECE)
	{
		int			count = (int) Min(rows->n - start, PIECE);

		for (int j = 0; j < p; j++)
		{
			const float8 *column = feature_of(rows, j) + start;

			for (int i = 0; i < count; i++)
				piece[j * PIECE + i] = rows->is_left_out[j] ? 0 : centred(&centrings[j], column[i]) - centrings[j].mean;
		}
		chs_qr_add_rows(whole, p, piece, count, PIECE);
	}
	rows->triangle = palloc((Size) p * p * sizeof(float8));
	rows->nkept = chs_qr_rank(whole, p, aliased, rows->triangle);
	rows->kept = palloc(p * sizeof(int));
	rows->scale = palloc(p * sizeof(float8));
	for (int j = 0, k = 0; j < p; j++)
	{
		if (aliased[j])
			continue;
		rows->kept[k] = j;
		rows->scale[k++] = centrings[j].first_scale * centrings[j].scale;
	}
	pfree(whole);
	pfree(piece);
	pfree(aliased);
}

static void
transform_features(ChsCoxRows *rows)
{
	int			k = rows->nkept;
	int64		work = 0;

	for (int64 i = 0; i < rows->n; i++)
	{
		float8	   *q = rows->q + i * k;

		work += 1 + (int64) k * k;
		if (work > CHS_INTERRUPT_STEPS)
		{
			CHECK_FOR_INTERRUPTS();
			work = 0;
		}
		for (int j = 0; j < k; j++)
			q[j] = centred(&rows->centrings[rows->kept[j]], feature_of(rows, rows->kept[j])[i]);
		chs_upper_solve_transposed(rows->triangle, k, q);
	}
}

static void
make_features(ChsCoxRows *rows)
{
	find_triangle(rows);
	rows->q = MemoryContextAllocHuge(CurrentMemoryContext, Max((Size) rows->n * rows->nkept, 1) * sizeof(float8));
	transform_features(rows);
}

static int
compare_late(const void *a, const void *b, void *entry)
{
	int64		first = *(const int64 *) a;
	int64		second = *(const int64 *) b;
	const float8 *entries = entry;

	CHECK_FOR_INTERRUPTS();
	if (entries[first] != entries[second])
		return entries[first] > entries[second] ? -1 : 1;
	return (first > second) - (first < second);
}

static void
list_late(ChsCoxRows *rows)
{
	rows->nlate = 0;
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		rows->nlate += rows->entry[i] != CHS_COX_NO_ENTRY;
	}
	if (rows->nlate == 0)
		return;
	rows->late = MemoryContextAllocHuge(CurrentMemoryContext, rows->nlate * sizeof(int64));
	rows->nlate = 0;
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		if (rows->entry[i] != CHS_COX_NO_ENTRY)
			rows->late[rows->nlate++] = i;
	}
	qsort_arg(rows->late, rows->nlate, sizeof(int64), compare_late, (void *) rows->entry);
}

/*
 * The times at which customers end, with g: one less the Kaplan-Meier estimate
 * just before.
 */
static void
list_times(ChsCoxRows *rows)
{
	int64		late = rows->nlate; /* those from here on have come under risk */
	float8		survival = 1.0;
	float8		sum = 0;

	rows->times = MemoryContextAllocHuge(CurrentMemoryContext, Max(rows->n, 1) * sizeof(ChsCoxTime));
	for (int64 i = 0; i < rows->n;)
	{
		ChsCoxTime *time = &rows->times[rows->ntimes];
		float8		at_risk;

		*time = (ChsCoxTime) {.t = rows->duration[i], .first = i, .g = 1.0 - survival};
		for (; i < rows->n && rows->duration[i] == time->t; i++)
		{
			chs_check_interrupts(i);
			time->ended += rows->ended[i] != 0;
		}
		time->end = i;
		while (late > 0 && rows->entry[rows->late[late - 1]] < time->t)
			late--;
		at_risk = (float8) (rows->n - time->first - late);
		if (time->ended == 0)
			continue;
		survival *= 1.0 - (float8) time->ended / at_risk;
		sum += time->g * (float8) time->ended;
		rows->nevents += time->ended;
		rows->ntimes++;
	}
	for (int64 k = 0; k < rows->ntimes; k++)
		rows->times[k].g -= sum / (float8) rows->nevents;
}

/*
 * From a block in the canonical order, with one row at least.
 */
void
chs_cox_rows_make(ChsCoxRows *rows, const ChsSampleBlock *block, int nfeatures)
{
	memset(rows, 0, sizeof(*rows));
	rows->block = keep_rows(block, CHS_COX_FEATURES + nfeatures);
	rows->n = rows->block.nrows;
	rows->nfeatures = nfeatures;
	rows->duration = chs_sample_column(&rows->block, CHS_COX_DURATION);
	rows->entry = chs_sample_column(&rows->block, CHS_COX_ENTRY);
	rows->ended = chs_sample_column(&rows->block, CHS_COX_ENDED);
	if (rows->n == 0)
		return;
	rows->is_left_out = palloc0(Max(nfeatures, 1) * sizeof(bool));
	rows->centrings = palloc(Max(nfeatures, 1) * sizeof(ChsCoxCentring));
	for (int j = 0; j < nfeatures; j++)
		rows->centrings[j] = find_centring(feature_of(rows, j), rows->n);
	make_features(rows);
	list_late(rows);
	list_times(rows);
}

/*
 * Without features that the caller has marked.
 */
void
chs_cox_rows_leave_out(ChsCoxRows *rows)
{
	pfree(rows->q);
	pfree(rows->triangle);
	pfree(rows->kept);
	pfree(rows->scale);
	make_features(rows);
}

/*
 * With columns L^-1 q in place of q: z = q R = L^-1 q L'R.
 */
void
chs_cox_rows_transform(ChsCoxRows *rows, const float8 *l)
{
	int			k = rows->nkept;
	float8	   *triangle = rows->triangle;

	for (int i = 0; i < k; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = i; j < k; j++)
		{
			float8		sum = 0;

			/* rows of the triangle below i are the old ones still */
			for (int m = i; m <= j; m++)
				sum += l[(Size) m * k + i] * triangle[(Size) m * k + j];
			triangle[(Size) i * k + j] = sum;
		}
	}
	transform_features(rows);
}
