/*-------------------------------------------------------------------------
 *
 * design.c
 *		The rows of a regression: centred, scaled, well conditioned, in chunks.
 *
 * Newton's method for a regression walks over all rows a few times.  Each walk
 * loads chunks of 128 rows, as columns of a small buffer, and works on these.
 *
 * A feature is centred and scaled by a power of two, which is exact, into
 * -1..1.  Its centre is its mean, though any number near it would do: what
 * counts is that coefficients are turned back with the very same numbers.  Where
 * a few values are of another size than the others, the centre is among the
 * others, which would lose the digits in which they differ.
 *
 * Whether a feature is a linear combination of earlier ones is decided in the
 * order of the columns, with the intercept first.  Cross products are enough
 * where their Cholesky factor has no pivot below 1e-4 of its diagonal: then no
 * column has less than 1e-2 of its norm to itself.  Otherwise the triangle
 * comes from Householder reflections (linalg.c), which see 1e-9.
 *
 * Features that are not nearly orthogonal are multiplied by the inverse of
 * their triangle on the way into the chunk.  Cross products of the result are
 * well conditioned, whatever those of the features are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "miscadmin.h"

#include "shared/design.h"
#include "shared/linalg.h"
#include "shared/number.h"

/* columns of a smaller range cannot be told from constant ones */
#define SMALLEST_RANGE	1e-290

/* pivots of cross products that are trusted, as a share of their diagonal */
#define TRUSTED_PIVOT	1e-4

/* pivots with which features are orthogonal enough */
#define GOOD_PIVOT		0.02

/* values are few and of another size if half of the others are as close as this share of the range */
#define CLOSE			1e-4

/* rows of which half are looked for */
#define LOOKED_AT		127

/* rows side by side, which the compiler multiplies in one instruction */
typedef float8 Pair __attribute__((vector_size(16)));

#define PAIRS			(CHS_CHUNK_ROWS / 2)

/* values of a line of 64 bytes of the cache */
#define CACHE_LINE_VALUES	8

/*
 * Kernels.
 */
void
chs_chunk_add_scaled(float8 *to, const float8 *from, float8 factor)
{
	Pair	   *into = (Pair *) to;
	const Pair *pair = (const Pair *) from;

	for (int i = 0; i < PAIRS; i++)
		into[i] += pair[i] * factor;
}

void
chs_chunk_product(float8 *to, const float8 *a, const float8 *b)
{
	Pair	   *into = (Pair *) to;
	const Pair *first = (const Pair *) a;
	const Pair *second = (const Pair *) b;

	for (int i = 0; i < PAIRS; i++)
		into[i] = first[i] * second[i];
}

static inline float8
sum_of(Pair a, Pair b)
{
	return (a[0] + a[1]) + (b[0] + b[1]);
}

static void
add_four_dots(const Pair *a, const Pair *b, float8 *sums)
{
	Pair		even[4] = {{0}};
	Pair		odd[4] = {{0}};

	for (int i = 0; i < PAIRS; i += 2)
	{
		even[0] += a[i] * b[i];
		odd[0] += a[i + 1] * b[i + 1];
		even[1] += a[i] * b[PAIRS + i];
		odd[1] += a[i + 1] * b[PAIRS + i + 1];
		even[2] += a[i] * b[2 * PAIRS + i];
		odd[2] += a[i + 1] * b[2 * PAIRS + i + 1];
		even[3] += a[i] * b[3 * PAIRS + i];
		odd[3] += a[i + 1] * b[3 * PAIRS + i + 1];
	}
	for (int c = 0; c < 4; c++)
		sums[c] += sum_of(even[c], odd[c]);
}

static void
add_dot(const Pair *a, const Pair *b, float8 *sum)
{
	Pair		even = {0};
	Pair		odd = {0};

	for (int i = 0; i < PAIRS; i += 2)
	{
		even += a[i] * b[i];
		odd += a[i + 1] * b[i + 1];
	}
	*sum += sum_of(even, odd);
}

/*
 * Adds the products of one column with several, which lie one behind another.
 */
void
chs_chunk_add_dots(const float8 *a, const float8 *columns, int ncolumns, float8 *sums)
{
	int			c = 0;

	for (; c + 4 <= ncolumns; c += 4)
		add_four_dots((const Pair *) a, (const Pair *) (columns + c * CHS_CHUNK_ROWS), sums + c);
	for (; c < ncolumns; c++)
		add_dot((const Pair *) a, (const Pair *) (columns + c * CHS_CHUNK_ROWS), sums + c);
}

/*
 * Chunks.
 */
void
chs_chunk_start(ChsChunk *chunk, const ChsDesign *design, int step)
{
	chunk->design = design;
	chunk->step = step;
	chunk->block = 0;
	chunk->row = 0;
	chunk->nrows = 0;
	chunk->skips_centre = false;
}

/*
 * Values of a feature, which may begin anywhere; rows that there are none of
 * are zeros.
 */
static inline void
load_column(float8 *to, const float8 *from, int nrows, float8 scale, float8 centre)
{
	if (likely(nrows == CHS_CHUNK_ROWS))
	{
		for (int i = 0; i < PAIRS; i++)
		{
			Pair		pair;

			memcpy(&pair, from + 2 * i, sizeof(pair));
			((Pair *) to)[i] = pair * scale - centre;
		}
		return;
	}
	for (int i = 0; i < nrows; i++)
		to[i] = from[i] * scale - centre;
	for (int i = nrows; i < CHS_CHUNK_ROWS; i++)
		to[i] = 0;
}

static void
load_features(ChsChunk *chunk, const ChsSampleBlock *block)
{
	const ChsDesign *design = chunk->design;

	for (int j = 0; j < design->nkept; j++)
	{
		const float8 *from = chs_sample_column(block, design->columns.first_feature + design->kept[j]) + chunk->row;

		load_column(chs_design_column(design, j + 1), from, chunk->nrows, design->scale[j],
					chunk->skips_centre ? 0 : design->centre[j]);
	}
	if (design->triangle == NULL || chunk->skips_centre)
		return;
	for (int j = 0; j < design->nkept; j++)
	{
		float8	   *to = chs_design_column(design, j + 1);
		float8		own = 1 / design->triangle[j * design->nkept + j];

		for (int k = 0; k < j; k++)
			chs_chunk_add_scaled(to, chs_design_column(design, k + 1), -design->triangle[k * design->nkept + j]);
		for (int i = 0; i < CHS_CHUNK_ROWS; i++)
			to[i] *= own;
	}
}

static void
load_outcome(ChsChunk *chunk, const ChsSampleBlock *block)
{
	const ChsDesignColumns *columns = &chunk->design->columns;
	const float8 *outcome = chs_sample_column(block, columns->outcome) + chunk->row;
	float8	   *ones = chs_design_column(chunk->design, 0);

	for (int i = 0; i < CHS_CHUNK_ROWS; i++)
	{
		bool		there = i < chunk->nrows;

		chunk->outcome[i] = there ? outcome[i] : 0;
		chunk->weight[i] = ones[i] = there ? 1 : 0;
	}
	if (columns->weight >= 0)
		load_column(chunk->weight, chs_sample_column(block, columns->weight) + chunk->row, chunk->nrows,
					chunk->design->weight_factor, 0);
}

/*
 * Asks for the rows behind those that were loaded.  They are in pieces of 1 kB,
 * too short for the processor to guess the next ones in time.
 */
static void
prefetch_rows(const ChsChunk *chunk)
{
	const ChsDesign *design = chunk->design;
	const ChsSampleBlock *block = &design->blocks[chunk->block];
	int64		row = chunk->row;

	if (row >= block->nrows && chunk->block + 1 < design->nblocks)
	{
		block++;
		row = 0;
	}
	if (row + CHS_CHUNK_ROWS > block->nrows)
		return;
	for (int j = 0; j < design->nkept; j++)
	{
		const float8 *column = chs_sample_column(block, design->columns.first_feature + design->kept[j]) + row;

		for (int i = 0; i < CHS_CHUNK_ROWS; i += CACHE_LINE_VALUES)
			__builtin_prefetch(column + i);
	}
}

/*
 * The next chunk; false behind the last one.  The rows of a block, which may be
 * of any number, are divided evenly from its beginning.
 */
bool
chs_chunk_next(ChsChunk *chunk)
{
	const ChsDesign *design = chunk->design;

	CHECK_FOR_INTERRUPTS();
	while (chunk->block < design->nblocks)
	{
		const ChsSampleBlock *block = &design->blocks[chunk->block];

		if (chunk->row < block->nrows)
		{
			chunk->nrows = (int) Min(CHS_CHUNK_ROWS, block->nrows - chunk->row);
			load_features(chunk, block);
			load_outcome(chunk, block);
			chunk->row += (int64) CHS_CHUNK_ROWS * chunk->step;
			prefetch_rows(chunk);
			return true;
		}
		/* what is left over of the step is taken in the next block */
		chunk->row -= (block->nrows + CHS_CHUNK_ROWS - 1) / CHS_CHUNK_ROWS * CHS_CHUNK_ROWS;
		chunk->row = Max(chunk->row, 0);
		chunk->block++;
	}
	return false;
}

/*
 * Weights are scaled so that the largest is between 1/2 and 1: sums of weights
 * near the limits of a double stay numbers.
 */
static void
scale_weights(ChsDesign *design)
{
	float8		largest = 0;
	int			exponent;

	design->weight_factor = 1;
	if (design->columns.weight < 0)
		return;
	for (int b = 0; b < design->nblocks; b++)
	{
		const float8 *weight = chs_sample_column(&design->blocks[b], design->columns.weight);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < design->blocks[b].nrows; i++)
			largest = Max(largest, weight[i]);
	}
	(void) frexp(largest, &exponent);
	design->weight_factor = ldexp(1, -Max(exponent, DBL_MIN_EXP));
}

/*
 * What rows say of the outcome.
 */
static void
count_outcomes(ChsDesign *design)
{
	const ChsDesignColumns *columns = &design->columns;

	for (int b = 0; b < design->nblocks; b++)
	{
		const ChsSampleBlock *block = &design->blocks[b];
		const float8 *outcome = chs_sample_column(block, columns->outcome);
		const float8 *weight = columns->weight < 0 ? NULL : chs_sample_column(block, columns->weight);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < block->nrows; i++)
		{
			float8		counts = weight ? weight[i] * design->weight_factor : 1;

			design->nrows++;
			design->nevents += outcome[i] > 0;
			design->weight += counts;
			if (outcome[i] > 0)
				design->event_weight += counts;
			else
				design->kept_weight += counts;
		}
	}
}

/*
 * Centre and scale of a feature; false if it is constant.
 */
static bool
scale_feature(const ChsDesign *design, int feature, float8 *scale, float8 *centre)
{
	float8		low = DBL_MAX;
	float8		high = -DBL_MAX;
	float8		mean = 0;
	float8		half;
	int			exponent;

	for (int b = 0; b < design->nblocks; b++)
	{
		const ChsSampleBlock *block = &design->blocks[b];
		const float8 *values = chs_sample_column(block, design->columns.first_feature + feature);
		float8		sums[2] = {0};
		int64		i = 0;

		CHECK_FOR_INTERRUPTS();
		for (; i + 2 <= block->nrows; i += 2)
		{
			sums[0] += values[i] / 4;
			sums[1] += values[i + 1] / 4;
			low = Min(low, Min(values[i], values[i + 1]));
			high = Max(high, Max(values[i], values[i + 1]));
		}
		for (; i < block->nrows; i++)
		{
			sums[0] += values[i] / 4;
			low = Min(low, values[i]);
			high = Max(high, values[i]);
		}
		mean += (sums[0] + sums[1]) / design->nrows * 4;
	}
	/* sums of values near the limit of a double may overflow */
	if (!isfinite(mean))
		mean = low / 2 + high / 2;
	half = high / 2 - low / 2;
	*scale = 1;
	*centre = low;
	if (!(half > SMALLEST_RANGE))
		return false;
	(void) frexp(half, &exponent);
	*scale = ldexp(1, -exponent);
	*centre = mean * *scale;
	return true;
}

/*
 * Cross products of the centred columns, without the intercept's.
 */
static void
add_cross_products(const ChsDesign *design, float8 *products)
{
	int			n = design->nkept;
	ChsChunk	chunk;

	chs_chunk_start(&chunk, design, 1);
	while (chs_chunk_next(&chunk))
	{
		for (int j = 0; j < n; j++)
			chs_chunk_add_dots(chs_design_column(design, j + 1), chs_design_column(design, 1), j + 1,
							   products + j * n);
	}
}

/*
 * The smallest pivot of the Cholesky factor of cross products, as a share of
 * its diagonal; 0 if they have none.  Makes the factor of them.
 */
static float8
factor_products(float8 *products, int n)
{
	float8	   *diagonal = palloc(Max(n, 1) * sizeof(float8));
	float8		smallest = 1;

	for (int j = 0; j < n; j++)
		diagonal[j] = products[j * n + j];
	if (!chs_cholesky(products, n))
		return 0;
	for (int j = 0; j < n; j++)
		smallest = Min(smallest, products[j * n + j] * products[j * n + j] / diagonal[j]);
	pfree(diagonal);
	return smallest;
}

/*
 * The triangle of the centred columns by reflections.
 */
static float8 *
triangle_by_reflections(const ChsDesign *design)
{
	int			n = design->nkept;
	float8	   *triangle = palloc0(Max((Size) n * n, 1) * sizeof(float8));
	ChsChunk	chunk;

	chs_chunk_start(&chunk, design, 1);
	while (chs_chunk_next(&chunk))
		chs_qr_add_rows(triangle, n, chs_design_column(design, 1), CHS_CHUNK_ROWS, CHS_CHUNK_ROWS);
	return triangle;
}

static void
drop_aliased(ChsDesign *design, const bool *aliased)
{
	int			n = 0;

	for (int j = 0; j < design->nkept; j++)
	{
		if (aliased[j])
		{
			design->aliased[design->kept[j]] = true;
			continue;
		}
		design->kept[n] = design->kept[j];
		design->scale[n] = design->scale[j];
		design->centre[n++] = design->centre[j];
	}
	design->nkept = n;
}

/*
 * Finds aliased features, and the triangle if it is needed.
 */
static void
condition_design(ChsDesign *design, ChsDesignMode mode)
{
	int			n = design->nkept;
	float8	   *triangle = palloc0(Max((Size) n * n, 1) * sizeof(float8));
	float8		size = sqrt((float8) Max(design->nrows, 1));
	float8		pivot;

	add_cross_products(design, triangle);
	pivot = factor_products(triangle, n);
	design->is_good = pivot >= GOOD_PIVOT;
	if (design->is_good)
		return;
	if (pivot >= TRUSTED_PIVOT)
	{
		/* the factor is the lower triangle */
		for (int i = 0; i < n; i++)
		{
			for (int j = i + 1; j < n; j++)
				triangle[i * n + j] = triangle[j * n + i];
		}
	}
	else if (mode & CHS_DROP_ALIASED)
	{
		float8	   *whole = triangle_by_reflections(design);
		bool	   *aliased = palloc(n * sizeof(bool));

		n = chs_qr_rank(whole, n, aliased, triangle);
		drop_aliased(design, aliased);
	}
	else
		return;
	for (int i = 0; i < n * n; i++)
		triangle[i] /= size;
	if (mode & CHS_TRANSFORM)
		design->triangle = triangle;
}

/* The value of a feature in a row of all blocks. */
static float8
value_of_row(const ChsDesign *design, int feature, int64 row)
{
	const ChsSampleBlock *block = design->blocks;

	for (; row >= block->nrows; block++)
		row -= block->nrows;
	return chs_sample_column(block, design->columns.first_feature + feature)[row];
}

/*
 * Moves centres to where most values are.  That a feature is a combination of
 * others is seen at their means, so this comes after it.
 */
static void
centre_among_most(ChsDesign *design)
{
	float8		values[LOOKED_AT];

	for (int j = 0; j < design->nkept; j++)
	{
		for (int i = 0; i < LOOKED_AT; i++)
			values[i] = value_of_row(design, design->kept[j], (int64) ((i + 0.5) / LOOKED_AT * design->nrows)) *
				design->scale[j];
		qsort(values, LOOKED_AT, sizeof(float8), chs_compare_doubles);
		if (values[LOOKED_AT * 3 / 4] - values[LOOKED_AT / 4] < CLOSE)
			design->centre[j] = values[LOOKED_AT / 2];
	}
}

void
chs_design_make(ChsDesign *design, const ChsSampleBlock *blocks, int nblocks,
				const ChsDesignColumns *columns, ChsDesignMode mode)
{
	int			n = columns->nfeatures;

	memset(design, 0, sizeof(*design));
	design->columns = *columns;
	design->blocks = blocks;
	design->nblocks = nblocks;
	design->kept = palloc(Max(n, 1) * sizeof(int));
	design->aliased = palloc0(Max(n, 1) * sizeof(bool));
	design->scale = palloc(Max(n, 1) * sizeof(float8));
	design->centre = palloc(Max(n, 1) * sizeof(float8));
	/* kernels read pairs, which lie at multiples of their size */
	design->values = (float8 *) TYPEALIGN(sizeof(Pair), palloc(((Size) (n + 1) * CHS_CHUNK_ROWS + 2) * sizeof(float8)));

	scale_weights(design);
	count_outcomes(design);
	for (int j = 0; j < n; j++)
	{
		int			k = design->nkept;
		bool		varies = scale_feature(design, j, &design->scale[k], &design->centre[k]);

		design->kept[k] = j;
		design->aliased[j] = !varies && (mode & CHS_DROP_ALIASED);
		design->nkept += !design->aliased[j];
	}
	condition_design(design, mode);
	if (design->nrows > 0)
		centre_among_most(design);
}
