/*-------------------------------------------------------------------------
 *
 * customer_log_state.c
 *		States that keep every row in a log (customer_log.c).
 *
 * They suit families whose rows of one customer seldom merge.  A log becomes
 * runs when it has a quarter of a million rows in one partition, since a
 * partition is unpacked as a whole.  Chosen keys make such partitions, and so
 * does a placeholder in place of a customer; with evenly spread keys it takes a
 * quarter of a billion rows.  To order them at the end costs each row little
 * more than in a small log, whereas runs have to be merged.
 *
 * Where few customers have many rows of each day, most of the log is rows that
 * merge.  So at 64 thousand rows, and at each doubling, some partitions are put
 * in order to see what would be left.  If that and the runs together took at
 * most a quarter of the log's memory, all become one run, and the log is filled
 * again at the same size.  A state then takes a few times what it takes when it
 * is stored, however many rows it saw.  Folding orders rows, as reading would
 * have; what it costs besides is writing what is left and merging it with the
 * next rows, up to a quarter of a row's instructions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer_log_state.h"

#define FIRST_FULL_ROWS		(64 * 1024)

/* rows of a run: they fit into one value, whatever they are */
#define MAX_RUN_ROWS		(16 * 1024 * 1024)

/* parts of the log's memory of which one may be left for folding to pay */
#define FOLD_PARTS			4

/* rows that are ordered to estimate that */
#define SAMPLE_ROWS			1024

void
chs_log_state_init(ChsExpanded *base)
{
	ChsLogState *state = (ChsLogState *) base;

	chs_log_init(&state->log, base->hdr.eoh_context, (const ChsCustomerFamily *) base->type);
	state->full_rows = FIRST_FULL_ROWS;
}

static void
reuse_log(ChsCustomerState *state)
{
	chs_log_reuse(&((ChsLogState *) state)->log);
}

/*
 * Bytes that the rows of some partitions take in a run.
 */
static Size
size_in_run(const ChsCustomerLog *log, uint32 from, uint32 end)
{
	const ChsCustomerFamily *family = log->family;
	void	   *content = palloc(family->content_size);
	Size		size = 0;
	ChsCustomerOrder order;
	void	   *rows;
	uint32		n;

	family->init_content(content);
	chs_order_log(&order, log, from, end);
	while ((n = chs_order_next(&order, &rows)) > 0)
	{
		char	   *encoded;

		*(ChsKey *) content = *(ChsKey *) rows;
		family->of_rows(content, rows, n);
		encoded = palloc(family->space(content));
		size += sizeof(ChsKey) + (family->encode(content, encoded) - encoded);
		pfree(encoded);
	}
	return size;
}

/*
 * About how many bytes the log takes in a run: the partition of the newest row,
 * which is more likely to be one with many rows, and neighbours until there are
 * enough rows stand for all.
 */
static Size
estimate_run(const ChsCustomerLog *log, ChsKey key)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "sample of a log", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	uint32		from = (uint32) (chs_log_partition(log, key) - log->partitions);
	uint32		end = from;
	int64		rows = 0;
	double		size;

	for (; rows < SAMPLE_ROWS && end < chs_log_partitions(log); end++)
		rows += log->partitions[end].nrows;
	while (rows < SAMPLE_ROWS && from > 0)
		rows += log->partitions[--from].nrows;
	size = (double) size_in_run(log, from, end);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return (Size) (size * chs_log_rows(log, 0, chs_log_partitions(log)) / rows);
}

static bool
is_small(const ChsLogState *state, Size run)
{
	return run + chs_customer_state_runs_size(&state->base) <= state->log.segments / FOLD_PARTS;
}

/*
 * Some partitions as a run.
 */
static ChsCustomers *
make_run(ChsLogState *state, uint32 from, uint32 end)
{
	ChsCustomerLog *log = &state->log;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "log to run", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCursor	cursor;
	ChsCustomers *run;

	chs_cursor_begin(&cursor, log->family, state->base.key_kind);
	chs_cursor_add_log(&cursor, log, from, end);
	chs_cursor_start(&cursor);
	run = chs_cursor_write(&cursor, log->parent, true);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return run;
}

/*
 * All rows become runs, of neighbouring partitions.
 */
static void
become_runs(ChsLogState *state)
{
	ChsCustomerLog *log = &state->log;
	uint32		n = chs_log_partitions(log);
	uint32		end;

	for (uint32 from = 0; from < n; from = end)
	{
		int64		rows = log->partitions[from].nrows;

		for (end = from + 1; end < n && rows + log->partitions[end].nrows <= MAX_RUN_ROWS; end++)
			rows += log->partitions[end].nrows;
		chs_customer_state_add_run(&state->base, make_run(state, from, end));
	}
	chs_log_clear(log);
}

/*
 * A log chunk of the key's partition is full, and so is the log, or the
 * partition.
 */
void
chs_log_state_full(ChsCustomerState *base, ChsKey key)
{
	ChsLogState *state = (ChsLogState *) base;
	ChsCustomerLog *log = &state->log;

	if (chs_log_partition(log, key)->nrows > CHS_MAX_PARTITION_ROWS)
		become_runs(state);
	else if (!is_small(state, 0) || !is_small(state, estimate_run(log, key)) ||
			 !chs_customer_state_fold(base, reuse_log) || !is_small(state, 0))
		state->full_rows *= 2;
}

/*
 * One more row, packed.  The method of ChsCustomerFamily.
 */
void
chs_log_state_pack_row(ChsCustomerState *state, const void *row)
{
	ChsLogPartition *partition = chs_log_state_room(state, *(const ChsKey *) row);

	chs_log_put_row(&((ChsLogState *) state)->log, partition, row);
}

void
chs_log_state_add_rows_of(ChsCustomerState *state, const ChsCustomerState *other)
{
	const ChsCustomerLog *log = &((const ChsLogState *) other)->log;

	for (uint32 i = 0; i < chs_log_partitions(log); i++)
	{
		uint32		n = log->partitions[i].nrows;
		ChsLogChunk *chunk = chs_log_newest_chunk(&log->partitions[i]);

		for (; chunk; chunk = chunk->before)
		{
			const char *from = chs_log_chunk_rows(chunk);
			uint64		row[CHS_MAX_ROW_SIZE / sizeof(uint64)];

			for (; n > chunk->first; n--)
			{
				from = chs_log_get_rows(log, from, 1, row);
				log->family->add_row(state, row);
			}
		}
	}
}

void
chs_log_state_add_inputs(ChsCursor *cursor, ChsCustomerState *state)
{
	const ChsCustomerLog *log = &((ChsLogState *) state)->log;

	chs_cursor_add_log(cursor, log, 0, chs_log_partitions(log));
}
