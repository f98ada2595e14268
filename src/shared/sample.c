/*-------------------------------------------------------------------------
 *
 * sample.c
 *		Rows of float8 columns in blocks: the state of every fit.
 *
 * A fit reads its rows many times, so an aggregate keeps them and fits when it
 * is asked for the answer: one scan of the table is enough.
 *
 * State: an expanded object with blocks of rows, each column contiguous in its
 * block.  The first block has 16 rows and the next one twice as many, up to
 * 1,024, so that a state of few rows is small.  The column stride of a block
 * is eight more than its rows: with a power of two the columns of one row
 * would all fall into one set of the processor's cache.  The blocks of a large
 * state are cut from segments in huge pages.
 *
 * Flat form: a header with the fit's name and parameters, then the columns one
 * behind another, the rows in canonical order.  Equal rows give equal bytes,
 * in whatever order and in how many parts they came.
 *
 * Binary form: version, name, columns, parameters, the longer parameter, rows
 * left out, rows, then the values row by row.
 *
 * Canonical order is that of the columns, the first one first.  All rows are
 * sorted by the first column, then those that are equal in it by the next one,
 * and so on, so a comparison looks at keys that lie side by side.  Each sort is
 * a merge sort: its time does not depend on values, which strangers choose.
 *
 * The memory of a state is bounded by what a value may have (CHS_MAX_VALUE_SIZE),
 * so a fit does not fail only when its plan becomes parallel.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "shared/check.h"
#include "shared/huge_pages.h"
#include "shared/interrupts.h"
#include "shared/number.h"
#include "shared/sample.h"
#include "shared/type_ops.h"

#define FIRST_BLOCKS	8
#define STRIDE_GAP		8

/* bytes that a state takes before there are segments, each this share of them */
#define SMALL_SAMPLE	(4 * CHS_HUGE_PAGE)
#define SEGMENT_SHARE	4

/* rows that are sorted by insertion before they are merged */
#define SORTED_RUN		8

#define ORDER_SIGN	((uint64) 1 << 63)

typedef struct ChsSampleFlat
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		nparams;
	uint16		ncolumns;
	int32		extra_size;
	int32		unused;			/* 0 */
	int64		nrows;
	int64		nskipped;
	float8		params[CHS_SAMPLE_PARAMS];
	char		fit[CHS_SAMPLE_NAME];	/* filled up with zeros */
	char		data[FLEXIBLE_ARRAY_MEMBER];	/* the longer parameter, then the values */
} ChsSampleFlat;

/* A row of a state while it is sorted by one column. */
typedef struct OrderedRow
{
	uint64		key;			/* of that column */
	uint32		block;
	uint32		place;			/* in the block */
} OrderedRow;

static void init_sample(ChsExpanded *base);
static struct varlena *flatten_sample(ChsExpanded *base, MemoryContext context);

static const ChsExpandedType sample_state = {
	CHS_SAMPLE_TYPE,
	sizeof(ChsSample),
	init_sample,
	flatten_sample
};

/*
 * Kinds.
 */
static char *
describe_kind(const ChsSampleKind *kind)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s, %d values a row", kind->fit, kind->ncolumns);
	for (int i = 0; i < kind->nparams; i++)
		appendStringInfo(&text, "%s%s", i == 0 ? ", parameters " : " ", chs_double_text(kind->params[i]));
	if (kind->extra)
		appendStringInfo(&text, ", %s", chs_shown(kind->extra, kind->extra_size));
	return text.data;
}

bool
chs_sample_same_kind(const ChsSampleKind *a, const ChsSampleKind *b)
{
	return (a->fit == b->fit || strcmp(a->fit, b->fit) == 0) &&
		a->ncolumns == b->ncolumns && a->nparams == b->nparams && a->extra_size == b->extra_size &&
		memcmp(a->params, b->params, a->nparams * sizeof(float8)) == 0 &&
		(a->extra == b->extra || memcmp(a->extra, b->extra, a->extra_size) == 0);
}

static void
check_same_kind(const ChsSampleKind *a, const ChsSampleKind *b)
{
	char	   *of_a;
	char	   *of_b;
	int			i = 0;

	if (likely(chs_sample_same_kind(a, b)))
		return;
	of_a = describe_kind(a);
	of_b = describe_kind(b);
	/* longer parameters that begin alike: show where they part */
	if (strcmp(of_a, of_b) == 0)
	{
		while (i < Min(a->extra_size, b->extra_size) && a->extra[i] == b->extra[i])
			i++;
		i = pg_mbcliplen(a->extra, a->extra_size, i);
		of_a = chs_shown(a->extra + i, a->extra_size - i);
		of_b = chs_shown(b->extra + i, b->extra_size - i);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot fit rows of different shapes or parameters together"),
			 errdetail("One is of %s; the other of %s.", of_a, of_b),
			 errhint("Give every row the same parameters and as many values, or GROUP BY what differs.")));
}

static void
copy_kind(ChsSampleKind *to, const ChsSampleKind *from, MemoryContext context)
{
	*to = *from;
	to->fit = MemoryContextStrdup(context, from->fit);
	if (from->extra)
	{
		char	   *extra = MemoryContextAlloc(context, Max(from->extra_size, 1));

		memcpy(extra, from->extra, from->extra_size);
		to->extra = extra;
	}
}

/*
 * Sizes.
 */
static inline Size
extra_space(const ChsSampleKind *kind)
{
	return MAXALIGN(kind->extra_size);
}

/* Rows that a value of a kind has at most. */
static int64
max_rows_of(const ChsSampleKind *kind)
{
	return (CHS_MAX_VALUE_SIZE - offsetof(ChsSampleFlat, data) - extra_space(kind)) /
		(kind->ncolumns * sizeof(float8));
}

pg_noreturn static void
refuse_rows(const ChsSampleKind *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many rows for one %s", kind->fit),
			 errdetail("It keeps at most " INT64_FORMAT " rows of %d values, in 768 MB.",
					   max_rows_of(kind), kind->ncolumns),
			 errhint("Fit a sample of the rows, for instance FROM t TABLESAMPLE SYSTEM (10) REPEATABLE (1), or fewer columns.")));
}

/*
 * States.
 */
static void
init_sample(ChsExpanded *base)
{
	/* chs_expanded_make() has filled it with zeros */
	(void) base;
}

static ChsSample *
make_sample(FunctionCallInfo fcinfo, const ChsSampleKind *kind)
{
	ChsSample  *sample = (ChsSample *) chs_expanded_make_beside(&sample_state, fcinfo);

	Assert(kind->ncolumns >= 1 && kind->ncolumns <= CHS_SAMPLE_COLUMNS);
	copy_kind(&sample->kind, kind, sample->base.hdr.eoh_context);
	sample->max_rows = max_rows_of(kind);
	return sample;
}

/*
 * Memory for a block.  Segments grow with the state: their alignment and the
 * rest of the last one, of which nothing is written to, are a share of it.
 */
static float8 *
block_memory(ChsSample *sample, Size size)
{
	MemoryContext context = sample->base.hdr.eoh_context;
	float8	   *memory;

	sample->size += size;
	if (sample->size < SMALL_SAMPLE)
		return MemoryContextAllocHuge(context, size);
	if ((Size) (sample->segment_end - sample->segment) < size)
	{
		Size		segment = TYPEALIGN(CHS_HUGE_PAGE, Max(sample->size / SEGMENT_SHARE, size));

		sample->segment = chs_huge_pages_alloc(context, segment);
		sample->segment_end = sample->segment + segment;
	}
	memory = (float8 *) sample->segment;
	sample->segment += size;
	return memory;
}

/*
 * A block more, because the last one is full.
 */
void
chs_sample_make_room(ChsSample *sample)
{
	MemoryContext context = sample->base.hdr.eoh_context;
	int64		nrows = CHS_SAMPLE_BLOCK_ROWS;
	ChsSampleBlock *block;

	if (sample->nrows >= sample->max_rows)
		refuse_rows(&sample->kind);
	if (sample->nblocks == sample->max_blocks)
	{
		int			max_blocks = Max(FIRST_BLOCKS, sample->max_blocks * 2);
		Size		size = max_blocks * sizeof(ChsSampleBlock);

		if (sample->blocks)
			sample->blocks = repalloc_huge(sample->blocks, size);
		else
			sample->blocks = MemoryContextAlloc(context, size);
		sample->max_blocks = max_blocks;
	}
	if (sample->nblocks < pg_leftmost_one_pos32(CHS_SAMPLE_BLOCK_ROWS / CHS_SAMPLE_FIRST_ROWS))
		nrows = CHS_SAMPLE_FIRST_ROWS << sample->nblocks;

	block = &sample->blocks[sample->nblocks];
	block->nrows = 0;
	block->stride = nrows + STRIDE_GAP;
	block->values = block_memory(sample, block->stride * sample->kind.ncolumns * sizeof(float8));
	sample->nblocks++;
	sample->next = block->values;
	sample->stride = block->stride;
	sample->room = Min(nrows, sample->max_rows - sample->nrows);
}

/*
 * Rows of another block.
 */
static void
append_block(ChsSample *sample, const ChsSampleBlock *from)
{
	for (int64 done = 0; done < from->nrows;)
	{
		ChsSampleBlock *to;
		int64		n;

		CHECK_FOR_INTERRUPTS();
		if (sample->room == 0)
			chs_sample_make_room(sample);
		to = &sample->blocks[sample->nblocks - 1];
		n = Min(sample->room, from->nrows - done);
		for (int c = 0; c < sample->kind.ncolumns; c++)
			memcpy(to->values + c * to->stride + to->nrows, chs_sample_column(from, c) + done, n * sizeof(float8));
		to->nrows += n;
		sample->next += n;
		sample->room -= n;
		sample->nrows += n;
		done += n;
	}
}

static void
append_view(ChsSample *sample, const ChsSampleView *view)
{
	check_same_kind(&sample->kind, &view->kind);
	chs_expanded_changes(&sample->base);
	sample->nskipped = chs_summary_add(sample->nskipped, view->nskipped, CHS_SAMPLE_TYPE);
	for (int i = 0; i < view->nblocks; i++)
		append_block(sample, &view->blocks[i]);
}

/*
 * The flat form.
 */
static Size
flat_size(const ChsSampleKind *kind, int64 nrows)
{
	return offsetof(ChsSampleFlat, data) + extra_space(kind) + nrows * kind->ncolumns * sizeof(float8);
}

static inline float8 *
flat_values(const ChsSampleFlat *flat)
{
	return (float8 *) (flat->data + MAXALIGN(flat->extra_size));
}

/*
 * A flat value whose rows are still to be written.
 */
static ChsSampleFlat *
make_flat(const ChsSampleKind *kind, int64 nrows, int64 nskipped, MemoryContext context)
{
	Size		size = flat_size(kind, nrows);
	ChsSampleFlat *flat = MemoryContextAlloc(context, size);

	memset(flat, 0, offsetof(ChsSampleFlat, data) + extra_space(kind));
	SET_VARSIZE(flat, size);
	flat->version = CHS_SUMMARY_VERSION;
	flat->nparams = kind->nparams;
	flat->ncolumns = kind->ncolumns;
	flat->extra_size = kind->extra_size;
	flat->nrows = nrows;
	flat->nskipped = nskipped;
	memcpy(flat->params, kind->params, kind->nparams * sizeof(float8));
	strlcpy(flat->fit, kind->fit, CHS_SAMPLE_NAME);
	if (kind->extra)
		memcpy(flat->data, kind->extra, kind->extra_size);
	return flat;
}

static bool
is_fit_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < CHS_SAMPLE_NAME &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/*
 * A value that may come from a page: is everything in its place?
 */
static ChsSampleFlat *
checked_flat(Datum value)
{
	ChsSampleFlat *flat = (ChsSampleFlat *) PG_DETOAST_DATUM(value);
	Size		size = VARSIZE(flat);
	Size		row_size;

	if (size < offsetof(ChsSampleFlat, data))
		chs_summary_damaged_stored(CHS_SAMPLE_TYPE, "It is too short.");
	if (flat->version != CHS_SUMMARY_VERSION)
		chs_summary_foreign_version(CHS_SAMPLE_TYPE, flat->version);
	size -= offsetof(ChsSampleFlat, data);
	row_size = flat->ncolumns * sizeof(float8);
	if (flat->ncolumns < 1 || flat->ncolumns > CHS_SAMPLE_COLUMNS || flat->nparams > CHS_SAMPLE_PARAMS ||
		flat->nskipped < 0 || flat->nrows < 0 || flat->extra_size < 0 ||
		MAXALIGN(flat->extra_size) > size || (size - MAXALIGN(flat->extra_size)) % row_size != 0 ||
		(size - MAXALIGN(flat->extra_size)) / row_size != (Size) flat->nrows)
		chs_summary_damaged_stored(CHS_SAMPLE_TYPE, "Its size does not fit its rows.");
	if (flat->fit[CHS_SAMPLE_NAME - 1] != '\0' || !is_fit_name(flat->fit))
		chs_summary_damaged_stored(CHS_SAMPLE_TYPE, "It is of no fit.");
	return flat;
}

static void
kind_of_flat(ChsSampleKind *kind, const ChsSampleFlat *flat)
{
	memset(kind, 0, sizeof(*kind));
	kind->fit = flat->fit;
	kind->ncolumns = flat->ncolumns;
	kind->nparams = flat->nparams;
	memcpy(kind->params, flat->params, flat->nparams * sizeof(float8));
	kind->extra = flat->extra_size > 0 ? flat->data : NULL;
	kind->extra_size = flat->extra_size;
}

/*
 * Views.
 */
static void
view_flat(ChsSampleView *view, const ChsSampleFlat *flat)
{
	ChsSampleBlock *block = palloc(sizeof(ChsSampleBlock));

	block->nrows = block->stride = flat->nrows;
	block->values = flat_values(flat);
	kind_of_flat(&view->kind, flat);
	view->nrows = flat->nrows;
	view->nskipped = flat->nskipped;
	view->nblocks = 1;
	view->blocks = block;
}

static void
view_value(ChsSampleView *view, Datum value)
{
	if (chs_is_expanded(value))
	{
		const ChsSample *sample = (const ChsSample *) DatumGetEOHP(value);

		view->kind = sample->kind;
		view->nrows = sample->nrows;
		view->nskipped = sample->nskipped;
		view->nblocks = sample->nblocks;
		view->blocks = sample->blocks;
	}
	else
		view_flat(view, checked_flat(value));
}

static void
check_shape(const ChsSampleView *view, const ChsSampleShape *shape)
{
	const ChsSampleKind *kind = &view->kind;

	if (strcmp(kind->fit, shape->fit) != 0 || kind->nparams != shape->nparams ||
		kind->ncolumns < shape->min_columns || kind->ncolumns > shape->max_columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s does not belong to %s", CHS_SAMPLE_TYPE, shape->fit),
				 errdetail("It is of %s.", describe_kind(kind)),
				 errhint("Call the aggregate %s over rows.", shape->fit)));
}

void
chs_sample_open(ChsSampleView *view, Datum value, const ChsSampleShape *shape)
{
	view_value(view, value);
	check_shape(view, shape);
}

void
chs_sample_open_sorted(ChsSampleView *view, Datum value, const ChsSampleShape *shape)
{
	chs_sample_open(view, value, shape);
	if (chs_is_expanded(value))
	{
		ChsExpanded *state = (ChsExpanded *) DatumGetEOHP(value);

		view_flat(view, (const ChsSampleFlat *) flatten_sample(state, CurrentMemoryContext));
	}
}

/*
 * Order.
 */

/* A number whose order as an integer is that of the double; NaN comes last. */
static inline uint64
order_key(float8 value)
{
	uint64		bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits & ORDER_SIGN ? ~bits : bits | ORDER_SIGN;
}

/* Is row i of columns of nrows values not before the row in front of it? */
static bool
is_in_order(const float8 *values, int64 nrows, int64 i, int ncolumns)
{
	for (int c = 0; c < ncolumns; c++)
	{
		uint64		key = order_key(values[c * nrows + i]);
		uint64		before = order_key(values[c * nrows + i - 1]);

		if (key != before)
			return key > before;
	}
	return true;
}

static void
insertion_sort(OrderedRow *rows, int64 n)
{
	for (int64 i = 1; i < n; i++)
	{
		OrderedRow	row = rows[i];
		int64		place = i;

		for (; place > 0 && row.key < rows[place - 1].key; place--)
			rows[place] = rows[place - 1];
		rows[place] = row;
	}
}

static void
merge_runs(const OrderedRow *a, const OrderedRow *end_a, const OrderedRow *b, const OrderedRow *end_b,
		   OrderedRow *to)
{
	while (a < end_a && b < end_b)
	{
		chs_check_interrupts(end_a - a);
		*to++ = b->key < a->key ? *b++ : *a++;
	}
	while (a < end_a)
		*to++ = *a++;
	while (b < end_b)
		*to++ = *b++;
}

/*
 * Sorts rows by their keys; "other" is as much memory again.
 */
static void
sort_rows(OrderedRow *rows, OrderedRow *other, int64 n)
{
	OrderedRow *from = rows;

	for (int64 start = 0; start < n; start += SORTED_RUN)
	{
		chs_check_interrupts(start / SORTED_RUN);
		insertion_sort(rows + start, Min(SORTED_RUN, n - start));
	}
	for (int64 run = SORTED_RUN; run < n; run *= 2)
	{
		OrderedRow *to = from == rows ? other : rows;

		for (int64 start = 0; start < n; start += 2 * run)
		{
			int64		middle = Min(start + run, n);

			CHECK_FOR_INTERRUPTS();
			merge_runs(from + start, from + middle, from + middle, from + Min(start + 2 * run, n), to + start);
		}
		from = to;
	}
	if (from != rows)
		chs_copy_bytes(rows, from, n * sizeof(OrderedRow));
}

static inline float8
row_value(const ChsSample *sample, const OrderedRow *row, int column)
{
	return chs_sample_column(&sample->blocks[row->block], column)[row->place];
}

/*
 * Sorts rows that are equal in the columns before.  The depth of the recursion
 * is at most the number of columns.
 */
static void
order_rows(const ChsSample *sample, OrderedRow *rows, OrderedRow *other, int64 n, int column)
{
	for (; column < sample->kind.ncolumns; column++)
	{
		bool		rises = true;

		for (int64 i = 0; i < n; i++)
		{
			chs_check_interrupts(i);
			rows[i].key = order_key(row_value(sample, &rows[i], column));
			rises &= rows[i].key >= rows[Max(i, 1) - 1].key;
		}
		if (!rises)
			sort_rows(rows, other, n);
		if (rows[0].key != rows[n - 1].key)
			break;
	}
	for (int64 start = 0, end; start < n && column < sample->kind.ncolumns; start = end)
	{
		for (end = start + 1; end < n && rows[end].key == rows[start].key; end++)
			chs_check_interrupts(end);
		if (end - start > 1)
			order_rows(sample, rows + start, other + start, end - start, column + 1);
	}
}

static struct varlena *
flatten_sample(ChsExpanded *base, MemoryContext context)
{
	const ChsSample *sample = (const ChsSample *) base;
	ChsSampleFlat *flat = make_flat(&sample->kind, sample->nrows, sample->nskipped, context);
	Size		size = Max(sample->nrows, 1) * sizeof(OrderedRow);
	OrderedRow *rows = MemoryContextAllocHuge(CurrentMemoryContext, size);
	OrderedRow *other = MemoryContextAllocHuge(CurrentMemoryContext, size);
	float8	   *to = flat_values(flat);
	int64		n = 0;

	for (int b = 0; b < sample->nblocks; b++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < sample->blocks[b].nrows; i++)
			rows[n++] = (OrderedRow) {0, b, i};
	}
	if (n > 0)
		order_rows(sample, rows, other, n, 0);
	pfree(other);
	for (int c = 0; c < sample->kind.ncolumns; c++)
	{
		for (int64 i = 0; i < n; i++)
		{
			chs_check_interrupts(i);
			*to++ = row_value(sample, &rows[i], c);
		}
	}
	pfree(rows);
	return (struct varlena *) flat;
}

/*
 * Transitions.
 */
ChsSample *
chs_sample_begin_slow(FunctionCallInfo fcinfo, const ChsSampleKind *kind)
{
	ChsSample  *sample;
	ChsSampleView view;

	if (PG_ARGISNULL(0))
		return make_sample(fcinfo, kind);
	if (chs_summary_in_place(fcinfo) && chs_is_writable_expanded(PG_GETARG_DATUM(0)))
	{
		sample = (ChsSample *) DatumGetEOHP(PG_GETARG_DATUM(0));
		check_same_kind(&sample->kind, kind);
		return sample;
	}
	view_value(&view, PG_GETARG_DATUM(0));
	sample = make_sample(fcinfo, kind);
	append_view(sample, &view);
	return sample;
}

Datum
chs_sample_return(FunctionCallInfo fcinfo, ChsSample *sample)
{
	return chs_expanded_return(fcinfo, &sample->base);
}

/*
 * Binary form.
 */
static bytea *
sample_to_wire(Datum value)
{
	ChsSampleFlat *flat = checked_flat(value);
	const float8 *values = flat_values(flat);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendbyte(&buf, strlen(flat->fit));
	pq_sendbytes(&buf, flat->fit, strlen(flat->fit));
	pq_sendint16(&buf, flat->ncolumns);
	pq_sendbyte(&buf, flat->nparams);
	for (int i = 0; i < flat->nparams; i++)
		pq_sendfloat8(&buf, flat->params[i]);
	chs_wire_send_text(&buf, flat->data, flat->extra_size);
	pq_sendint64(&buf, flat->nskipped);
	pq_sendint64(&buf, flat->nrows);
	for (int64 i = 0; i < flat->nrows; i++)
	{
		if (i % CHS_SAMPLE_BLOCK_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		for (int c = 0; c < flat->ncolumns; c++)
			pq_sendfloat8(&buf, values[c * flat->nrows + i]);
	}
	return pq_endtypsend(&buf);
}

static void
receive_kind(StringInfo buf, ChsSampleKind *kind)
{
	int			length;
	char	   *name;

	memset(kind, 0, sizeof(*kind));
	chs_wire_need(buf, 1, CHS_SAMPLE_TYPE);
	length = pq_getmsgbyte(buf);
	chs_wire_need(buf, length + sizeof(int16) + 1, CHS_SAMPLE_TYPE);
	name = pnstrdup(pq_getmsgbytes(buf, length), length);
	if ((int) strlen(name) != length || !is_fit_name(name))
		chs_summary_damaged_binary(CHS_SAMPLE_TYPE, "It is of no fit.");
	kind->fit = name;
	kind->ncolumns = (int) pq_getmsgint(buf, sizeof(int16));
	if (kind->ncolumns < 1 || kind->ncolumns > CHS_SAMPLE_COLUMNS)
		chs_summary_damaged_binary(CHS_SAMPLE_TYPE, psprintf("The number of columns is %d.", kind->ncolumns));
	kind->nparams = pq_getmsgbyte(buf);
	if (kind->nparams > CHS_SAMPLE_PARAMS)
		chs_summary_damaged_binary(CHS_SAMPLE_TYPE, psprintf("The number of parameters is %d.", kind->nparams));
	chs_wire_need(buf, kind->nparams * sizeof(float8), CHS_SAMPLE_TYPE);
	for (int i = 0; i < kind->nparams; i++)
		kind->params[i] = pq_getmsgfloat8(buf);
	kind->extra = chs_wire_get_text(buf, CHS_SAMPLE_TYPE, "Its longer parameter is not UTF-8.");
	kind->extra_size = strlen(kind->extra);
}

/*
 * The values, row by row: infinities are none, the only zero is +0, the only
 * NaN that of chs_sample_set(), and the rows are in order.
 */
static void
receive_rows(StringInfo buf, ChsSampleFlat *flat)
{
	float8	   *values = flat_values(flat);

	for (int64 i = 0; i < flat->nrows; i++)
	{
		if (i % CHS_SAMPLE_BLOCK_ROWS == 0)
			CHECK_FOR_INTERRUPTS();
		for (int c = 0; c < flat->ncolumns; c++)
		{
			float8		value = pq_getmsgfloat8(buf);

			if (isinf(value) || (value == 0 && signbit(value)))
				chs_summary_damaged_binary(CHS_SAMPLE_TYPE, "A value is infinite, or minus zero.");
			values[c * flat->nrows + i] = isnan(value) ? get_float8_nan() : value;
		}
		if (i > 0 && !is_in_order(values, flat->nrows, i, flat->ncolumns))
			chs_summary_damaged_binary(CHS_SAMPLE_TYPE, "Its rows are not in order.");
	}
}

static ChsSampleFlat *
sample_from_wire(StringInfo buf)
{
	ChsSampleKind kind;
	ChsSampleFlat *flat;
	int64		nskipped;
	int64		nrows;

	chs_wire_version(buf, CHS_SAMPLE_TYPE);
	receive_kind(buf, &kind);
	chs_wire_need(buf, 2 * sizeof(int64), CHS_SAMPLE_TYPE);
	nskipped = pq_getmsgint64(buf);
	nrows = pq_getmsgint64(buf);
	if (nskipped < 0 || nrows < 0)
		chs_summary_damaged_binary(CHS_SAMPLE_TYPE, "A count is negative.");
	if (nrows > max_rows_of(&kind))
		refuse_rows(&kind);
	chs_wire_need(buf, nrows * kind.ncolumns * sizeof(float8), CHS_SAMPLE_TYPE);
	flat = make_flat(&kind, nrows, nskipped, CurrentMemoryContext);
	receive_rows(buf, flat);
	chs_wire_end(buf, CHS_SAMPLE_TYPE);
	return flat;
}

/*
 * SQL entry points.
 */
PG_FUNCTION_INFO_V1(chs_sample_combine);

/* The version is not part of the content. */
static void
sample_content(Datum value, ChsContent *content)
{
	chs_content_from(value, offsetof(ChsSampleFlat, nparams), content);
}

CHS_TYPE_OPERATORS(chs_sample, sample_content)

CHS_BASE64_TYPE(chs_sample, CHS_SAMPLE_TYPE, sample_from_wire, sample_to_wire(PG_GETARG_DATUM(0)))

Datum
chs_sample_combine(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	ChsSample  *sample;

	if (PG_ARGISNULL(1))
		return chs_same_state(fcinfo);
	view_value(&view, PG_GETARG_DATUM(1));
	sample = chs_sample_begin(fcinfo, &view.kind);
	append_view(sample, &view);
	return chs_sample_return(fcinfo, sample);
}
