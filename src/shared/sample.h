/*-------------------------------------------------------------------------
 *
 * sample.h
 *		Rows of float8 columns in blocks: the state of every fit.
 *
 * A transition of a fit:
 *
 *		sample = chs_sample_begin(fcinfo, &kind);
 *		row = chs_sample_add_row(sample);
 *		for each column
 *			chs_sample_set(sample, row, column, value);
 *		return chs_sample_return(fcinfo, sample);
 *
 * and its final function:
 *
 *		chs_sample_open(&view, PG_GETARG_DATUM(0), &shape);
 *		for each block of the view, for each of its columns: chs_sample_column()
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SAMPLE_H
#define CHS_SAMPLE_H

#include "fmgr.h"

#include "shared/expanded.h"
#include "shared/summary.h"

#define CHS_SAMPLE_TYPE		"samplesummary"

#define CHS_SAMPLE_NAME		32	/* bytes of a fit's name, the zero included */
#define CHS_SAMPLE_PARAMS	8	/* of a fit, at most */
#define CHS_SAMPLE_COLUMNS	1024	/* at most */

/* rows of a block: those of the first one, doubled from block to block up to ... */
#define CHS_SAMPLE_FIRST_ROWS	16
#define CHS_SAMPLE_BLOCK_ROWS	1024

/*
 * What rows are of: they can be put together when all of this is equal.
 */
typedef struct ChsSampleKind
{
	const char *fit;			/* name of the SQL function, [a-z0-9_]+ */
	int			ncolumns;		/* 1 to CHS_SAMPLE_COLUMNS */
	int			nparams;
	float8		params[CHS_SAMPLE_PARAMS];	/* of which nparams count; zero for NULL or none */
	const char *extra;			/* a longer parameter in a form that may leave the server, as JSON; or NULL */
	int			extra_size;
} ChsSampleKind;

/*
 * What a final function expects; a value that came from outside may be of
 * another fit.
 */
typedef struct ChsSampleShape
{
	const char *fit;
	int			min_columns;
	int			max_columns;
	int			nparams;
} ChsSampleShape;

/*
 * Rows side by side, the columns one behind another: row i of column c is
 * values[c * stride + i].
 */
typedef struct ChsSampleBlock
{
	int64		nrows;
	int64		stride;
	float8	   *values;
} ChsSampleBlock;

typedef struct ChsSample
{
	ChsExpanded base;
	ChsSampleKind kind;			/* its texts are in the state's context */
	int64		nrows;
	int64		nskipped;		/* rows that the fit leaves out, counted */
	int64		max_rows;
	int64		room;			/* rows that the last block takes yet */
	int64		stride;			/* of the last block */
	float8	   *next;			/* the next row, in the last block */
	int			nblocks;
	int			max_blocks;
	ChsSampleBlock *blocks;
	Size		size;			/* of the values' memory */
	char	   *segment;		/* what is left of the one that blocks are cut from */
	char	   *segment_end;
} ChsSample;

/*
 * All rows of a value, to be read.
 */
typedef struct ChsSampleView
{
	ChsSampleKind kind;
	int64		nrows;
	int64		nskipped;
	int			nblocks;
	const ChsSampleBlock *blocks;
} ChsSampleView;

extern ChsSample *chs_sample_begin_slow(FunctionCallInfo fcinfo, const ChsSampleKind *kind);
extern bool chs_sample_same_kind(const ChsSampleKind *a, const ChsSampleKind *b);
extern void chs_sample_make_room(ChsSample *sample);
extern Datum chs_sample_return(FunctionCallInfo fcinfo, ChsSample *sample);

/*
 * The rows in any order, which differs between plans: for results that do not
 * depend on it beyond rounding.
 */
extern void chs_sample_open(ChsSampleView *view, Datum value, const ChsSampleShape *shape);

/*
 * The rows in their canonical order, as one block: by the first column, then by
 * the next one and so on; NaN, which stands for NULL, comes last.
 */
extern void chs_sample_open_sorted(ChsSampleView *view, Datum value, const ChsSampleShape *shape);

static inline const float8 *
chs_sample_column(const ChsSampleBlock *block, int column)
{
	return block->values + column * block->stride;
}

/*
 * The state to add a row to: argument 0, or a new one if that is NULL.  Rows of
 * another kind are an error.
 */
static inline ChsSample *
chs_sample_begin(FunctionCallInfo fcinfo, const ChsSampleKind *kind)
{
	if (likely(!PG_ARGISNULL(0) && chs_summary_in_place(fcinfo) && chs_is_writable_expanded(PG_GETARG_DATUM(0))))
	{
		ChsSample  *sample = (ChsSample *) DatumGetEOHP(PG_GETARG_DATUM(0));

		if (likely(chs_sample_same_kind(&sample->kind, kind)))
			return sample;
	}
	return chs_sample_begin_slow(fcinfo, kind);
}

/*
 * A row more, whose columns the caller sets, all of them.
 */
static inline float8 *
chs_sample_add_row(ChsSample *sample)
{
	chs_expanded_changes(&sample->base);
	if (unlikely(sample->room == 0))
		chs_sample_make_room(sample);
	sample->room--;
	sample->nrows++;
	sample->blocks[sample->nblocks - 1].nrows++;
	return sample->next++;
}

/*
 * Adding zero makes one of the two zeros, so that equal rows have equal bytes.
 * NULL, where a fit has use for it, is get_float8_nan().
 */
static inline void
chs_sample_set(const ChsSample *sample, float8 *row, int column, float8 value)
{
	row[column * sample->stride] = value + 0.0;
}

/* A row that is left out and reported. */
static inline void
chs_sample_skip_row(ChsSample *sample)
{
	chs_expanded_changes(&sample->base);
	sample->nskipped++;
}

#endif							/* CHS_SAMPLE_H */
