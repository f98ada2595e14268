/*-------------------------------------------------------------------------
 *
 * cox_rows.c
 *		The rows of a proportional hazards fit: their times, and features that
 *		are scaled, centred and orthogonal.
 *
 * Features come in days, cents and shares, and may be nearly collinear.  The
 * fit sees columns q that are orthogonal and of norm 1 over all rows, made
 * with the triangle of a QR decomposition: z = q R.  Features that are constant
 * or depend on earlier ones are found there and left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/linalg.h"
#include "survival/cox.h"

/* rows that go into the triangle at once */
#define PIECE		128

/* a scale of more is no double */
#define MAX_EXPONENT	1000

/* a feature that varies by less is constant: its coefficient would be no double */
#define LEAST_RANGE		1e-305

/*
 * A feature as (x - origin) * scale - mean, in which the first row is the
 * origin: a constant one is exactly zero.
 */
typedef struct Centring
{
	float8		first_scale;	/* before the origin is taken, so that nothing overflows */
	float8		origin;
	float8		scale;
	float8		mean;
} Centring;

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
centred(const Centring *centring, float8 x)
{
	return (x * centring->first_scale - centring->origin) * centring->scale - centring->mean;
}

static Centring
find_centring(const float8 *x, int64 n)
{
	Centring	centring = {.scale = 1.0};
	float8		largest = 0;
	float8		sum = 0;

	for (int64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		largest = Max(largest, fabs(x[i]));
	}
	centring.first_scale = scale_for(largest);
	centring.origin = x[0] * centring.first_scale;
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

static inline const float8 *
column_of(const ChsCoxRows *rows, const ChsSampleBlock *block, int column)
{
	return chs_sample_column(block, column) + rows->start;
}

/*
 * Who is last seen before anybody ends is never under risk.  With a feature
 * that varies among them alone, rounding would pass for information.
 */
static int64
find_start(const ChsSampleBlock *block)
{
	const float8 *duration = chs_sample_column(block, CHS_COX_DURATION);
	const float8 *ended = chs_sample_column(block, CHS_COX_ENDED);
	int64		start = 0;

	for (int64 i = 0; i < block->nrows; i++)
	{
		chs_check_interrupts(i);
		if (duration[i] != duration[start])
			start = i;
		if (ended[i] != 0)
			return start;
	}
	return 0;
}

/*
 * The triangle of all features, and which of them are kept.
 */
static void
find_triangle(ChsCoxRows *rows, const ChsSampleBlock *block, const Centring *centrings)
{
	int			p = rows->nfeatures;
	float8	   *whole = palloc0((Size) p * p * sizeof(float8));
	float8	   *piece = palloc((Size) p * PIECE * sizeof(float8));
	bool	   *aliased = palloc(p * sizeof(bool));

	for (int64 start = 0; start < rows->n; start += PIECE)
	{
		int			count = (int) Min(rows->n - start, PIECE);

		for (int j = 0; j < p; j++)
		{
			const float8 *column = column_of(rows, block, CHS_COX_FEATURES + j) + start;

			for (int i = 0; i < count; i++)
				piece[j * PIECE + i] = centred(&centrings[j], column[i]);
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
}

static void
transform_features(ChsCoxRows *rows, const ChsSampleBlock *block, const Centring *centrings)
{
	int			k = rows->nkept;
	int64		work = 0;

	rows->q = MemoryContextAllocHuge(CurrentMemoryContext, Max((Size) rows->n * k, 1) * sizeof(float8));
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
			q[j] = centred(&centrings[rows->kept[j]], column_of(rows, block, CHS_COX_FEATURES + rows->kept[j])[i]);
		chs_upper_solve_transposed(rows->triangle, k, q);
	}
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
	Centring   *centrings = palloc(nfeatures * sizeof(Centring));

	memset(rows, 0, sizeof(*rows));
	rows->start = find_start(block);
	rows->n = block->nrows - rows->start;
	rows->nfeatures = nfeatures;
	rows->duration = column_of(rows, block, CHS_COX_DURATION);
	rows->entry = column_of(rows, block, CHS_COX_ENTRY);
	rows->ended = column_of(rows, block, CHS_COX_ENDED);
	for (int j = 0; j < nfeatures; j++)
		centrings[j] = find_centring(column_of(rows, block, CHS_COX_FEATURES + j), rows->n);
	find_triangle(rows, block, centrings);
	transform_features(rows, block, centrings);
	list_late(rows);
	list_times(rows);
}
