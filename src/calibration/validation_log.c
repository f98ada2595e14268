/*-------------------------------------------------------------------------
 *
 * validation_log.c
 *		The state of validationsummary for many different scores.
 *
 * A table of a million different scores lies outside of the caches, so each
 * row waits for memory, and growing copies it again and again.  Where a table
 * of an aggregate would become larger than 1 MB, a state takes its place that
 * writes and reads memory in order only: a list of scores that rise, and two
 * logs of the scores of rows that the list does not count yet, those of
 * customers who were kept and those of customers who churned.  A full log is
 * sorted and merged into the list.  It has half as many places as the list,
 * so each row is sorted once, and the list is written anew as rarely as a
 * table that doubles.
 *
 * Sorting goes by the bytes of the keys, the least significant first, so its
 * time does not depend on the scores.
 *
 * Moving windows keep the table, from which a row can be taken away.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "shared/interrupts.h"
#include "calibration/validation_log.h"

/* places of a log, at least */
#define FIRST_ROOM	32768

#define KEY_BYTES	((int) sizeof(uint64))
#define BYTE_VALUES	256

/* keys that rise, and the next one of them */
typedef struct KeyCursor
{
	const uint64 *keys;
	int64		n;
	int64		next;
} KeyCursor;

static void init_log(ChsExpanded *base);
static struct varlena *flatten_log(ChsExpanded *base, MemoryContext context);

static const ChsExpandedType validation_log = {
	CHS_VALIDATION_TYPE,
	sizeof(ChsValidationLog),
	init_log,
	flatten_log
};

static void
init_log(ChsExpanded *base)
{
	/* chs_expanded_make() has filled it with zeros */
	(void) base;
}

/*
 * Sorting.
 */
static inline int
byte_of(uint64 key, int byte)
{
	return (key >> (byte * BITS_PER_BYTE)) & (BYTE_VALUES - 1);
}

/*
 * Sorts n keys with the help of as much memory again; returns which of both
 * they are in then.
 */
static uint64 *
sort_keys(uint64 *keys, uint64 *other, int64 n)
{
	int64		starts[KEY_BYTES][BYTE_VALUES] = {{0}};

	for (int64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		for (int byte = 0; byte < KEY_BYTES; byte++)
			starts[byte][byte_of(keys[i], byte)]++;
	}
	for (int byte = 0; byte < KEY_BYTES; byte++)
	{
		int64	   *start = starts[byte];
		uint64	   *from = keys;
		int64		before = 0;

		/* a byte that all keys have in common */
		if (n == 0 || start[byte_of(keys[0], byte)] == n)
			continue;
		for (int value = 0; value < BYTE_VALUES; value++)
		{
			int64		count = start[value];

			start[value] = before;
			before += count;
		}
		for (int64 i = 0; i < n; i++)
		{
			chs_check_interrupts(i);
			other[start[byte_of(from[i], byte)]++] = from[i];
		}
		keys = other;
		other = from;
	}
	return keys;
}

/*
 * Merging.
 */

/* the next key, or the largest number, which is that of no score: a NaN's */
static inline uint64
next_key(const KeyCursor *cursor)
{
	return cursor->next < cursor->n ? cursor->keys[cursor->next] : PG_UINT64_MAX;
}

static inline int64
take_key(KeyCursor *cursor, uint64 key)
{
	int64		before = cursor->next;

	while (cursor->next < cursor->n && cursor->keys[cursor->next] == key)
		cursor->next++;
	return cursor->next - before;
}

/*
 * The list with both sorted logs in it, into "to"; returns its entries.
 */
static int64
merge_keys(const ChsValidationLog *log, KeyCursor *kept, KeyCursor *churned, ChsScore *to)
{
	int64		next = 0;
	int64		n = 0;

	for (;; n++)
	{
		ChsScore	entry = {.key = Min(next_key(kept), next_key(churned))};

		chs_check_interrupts(n);
		if (next < log->nentries && log->entries[next].key <= entry.key)
			entry = log->entries[next++];
		else if (entry.key == PG_UINT64_MAX)
			return n;
		entry.kept += take_key(kept, entry.key);
		entry.churned += take_key(churned, entry.key);
		to[n] = entry;
	}
}

/*
 * Empty logs, which are as large as befits the list.
 */
static void
make_logs(ChsValidationLog *log)
{
	MemoryContext context = log->base.hdr.eoh_context;
	int64		room = Max(FIRST_ROOM, log->nentries / 2);

	log->nkept = log->nchurned = 0;
	if (room == log->room)
		return;
	if (log->kept)
	{
		pfree(log->kept);
		pfree(log->churned);
	}
	log->kept = MemoryContextAllocHuge(context, room * sizeof(uint64));
	log->churned = MemoryContextAllocHuge(context, room * sizeof(uint64));
	log->room = room;
}

void
chs_validation_log_merge(ChsValidationLog *log)
{
	int64		most = log->nentries + log->nkept + log->nchurned;
	uint64	   *scratch = MemoryContextAllocHuge(CurrentMemoryContext, 2 * log->room * sizeof(uint64));
	ChsScore   *merged = MemoryContextAllocHuge(log->base.hdr.eoh_context, most * sizeof(ChsScore));
	KeyCursor	kept = {sort_keys(log->kept, scratch, log->nkept), log->nkept, 0};
	KeyCursor	churned = {sort_keys(log->churned, scratch + log->room, log->nchurned), log->nchurned, 0};
	int64		n = merge_keys(log, &kept, &churned, merged);

	chs_counters_check_number(&chs_validation_shape, sizeof(ChsValidation), n);
	pfree(scratch);
	pfree(log->entries);
	log->entries = merged;
	log->nentries = n;
	make_logs(log);
}

/*
 * A log in place of a table, in the context of the aggregate.
 */
ChsValidationLog *
chs_validation_log_make(FunctionCallInfo fcinfo, ChsValidation *table)
{
	const ChsValidation *sorted = chs_counters_sorted(&chs_validation_shape, table);
	ChsValidationLog *log = (ChsValidationLog *) chs_expanded_make(&validation_log, fcinfo);
	Size		size = sorted->counters.nentries * sizeof(ChsScore);

	log->rows = sorted->rows;
	log->nentries = sorted->counters.nentries;
	log->entries = MemoryContextAllocHuge(log->base.hdr.eoh_context, size);
	memcpy(log->entries, chs_validation_scores(sorted), size);
	make_logs(log);
	return log;
}

/*
 * The canonical form.
 */
ChsValidation *
chs_validation_log_flatten(ChsValidationLog *log)
{
	ChsValidation *flat = chs_counters_make(&chs_validation_shape, sizeof(ChsValidation));

	if (log->nkept > 0 || log->nchurned > 0)
		chs_validation_log_merge(log);
	flat->rows = log->rows;
	flat = chs_counters_list(&chs_validation_shape, flat, log->nentries);
	chs_copy_bytes(chs_counters_slot(&chs_validation_shape, &flat->counters, 0), log->entries,
				   log->nentries * sizeof(ChsScore));
	return flat;
}

static struct varlena *
flatten_log(ChsExpanded *base, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	ChsValidation *flat = chs_validation_log_flatten((ChsValidationLog *) base);

	MemoryContextSwitchTo(before);
	return (struct varlena *) flat;
}
