/*-------------------------------------------------------------------------
 *
 * design.h
 *		The rows of a regression: centred, scaled, well conditioned, in chunks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_DESIGN_H
#define CHS_DESIGN_H

#include "shared/sample.h"

/* rows of a chunk, so that one of a dozen columns stays in the first cache */
#define CHS_CHUNK_ROWS	128

/*
 * Where outcome (0 or 1), weight and features are in the columns of blocks.
 */
typedef struct ChsDesignColumns
{
	int			outcome;
	int			weight;			/* -1: each row counts once */
	int			first_feature;
	int			nfeatures;
} ChsDesignColumns;

/* bits: what may be done to the features */
typedef enum ChsDesignMode
{
	CHS_KEEP_FEATURES = 0,
	CHS_DROP_ALIASED = 1,
	CHS_TRANSFORM = 2,
	CHS_DROP_AND_TRANSFORM = 3
} ChsDesignMode;

/*
 * Feature number kept[j] of a row, x, becomes z(j) = x * scale[j] - centre[j].
 * With a triangle, the columns of a chunk are not z but q = z * inverse of it.
 * Column 0 of a chunk is all ones, column j + 1 that of kept feature j.
 */
typedef struct ChsDesign
{
	ChsDesignColumns columns;
	const ChsSampleBlock *blocks;
	int			nblocks;
	int64		nrows;
	int64		nevents;		/* rows with outcome 1 */
	float8		weight_factor;	/* power of two by which weights are multiplied */
	float8		weight;			/* sum of these products, */
	float8		event_weight;	/* of those with outcome 1, */
	float8		kept_weight;	/* and of the others */
	int			nkept;			/* features that are not aliased */
	int		   *kept;
	bool	   *aliased;		/* by feature */
	float8	   *scale;			/* powers of two */
	float8	   *centre;
	float8	   *triangle;		/* nkept x nkept, or NULL */
	bool		is_good;		/* the features are nearly orthogonal */
	float8	   *values;			/* of the chunk: (nkept + 1) columns */
} ChsDesign;

/*
 * A walk over chunks, of which every step-th is loaded.  Rows behind nrows, up
 * to the end of a chunk, are zeros of weight 0.
 */
typedef struct ChsChunk
{
	const ChsDesign *design;
	int			step;
	int			block;
	int64		row;			/* the next one, in the block */
	int			nrows;
	bool		skips_centre;	/* load x * scale instead of z or q */
	float8		outcome[CHS_CHUNK_ROWS];
	float8		weight[CHS_CHUNK_ROWS];
} ChsChunk;

extern void chs_design_make(ChsDesign *design, const ChsSampleBlock *blocks, int nblocks,
							const ChsDesignColumns *columns, ChsDesignMode mode);
extern void chs_chunk_start(ChsChunk *chunk, const ChsDesign *design, int step);
extern bool chs_chunk_next(ChsChunk *chunk);

/* column j of the chunk */
static inline float8 *
chs_design_column(const ChsDesign *design, int j)
{
	return design->values + j * CHS_CHUNK_ROWS;
}

/* kernels over the rows of a chunk */
extern void chs_chunk_add_scaled(float8 *to, const float8 *from, float8 factor);
extern void chs_chunk_product(float8 *to, const float8 *a, const float8 *b);
extern void chs_chunk_add_dots(const float8 *a, const float8 *columns, int ncolumns, float8 *sums);

#endif							/* CHS_DESIGN_H */
