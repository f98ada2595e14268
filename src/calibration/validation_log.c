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
 * table that doubles.  Merging goes from the end backwards, in the memory of
 * the list: the first touch of memory costs more than all work with it.
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

#define LIST_START	MAXALIGN(sizeof(ChsValidation))

#define KEY_BYTES	((int) sizeof(uint64))
#define BYTE_VALUES	256

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
static inline ChsScore *
entries_of(const ChsValidationLog *log)
{
	return (ChsScore *) ((char *) log->list + LIST_START);
}

/* the last one of keys that rise, or zero, which is no key */
static inline uint64
last_key(const uint64 *keys, int64 n)
{
	return n > 0 ? keys[n - 1] : 0;
}

/*
 * Merges sorted logs into the list, from the end of its memory, which is enough
 * for all of them to be different; returns how many entries it has then.
 */
static int64
merge_keys(const ChsValidationLog *log, const uint64 *kept, const uint64 *churned)
{
	ChsScore   *entries = entries_of(log);
	int64		nkept = log->nkept;
	int64		nchurned = log->nchurned;
	int64		from = log->nentries;
	int64		end = from + nkept + nchurned;
	int64		to = end;

	while (nkept > 0 || nchurned > 0)
	{
		ChsScore	entry = {.key = Max(last_key(kept, nkept), last_key(churned, nchurned))};

		chs_check_interrupts(to);
		if (from > 0 && entries[from - 1].key >= entry.key)
			entry = entries[--from];
		for (; last_key(kept, nkept) == entry.key; nkept--)
			entry.kept++;
		for (; last_key(churned, nchurned) == entry.key; nchurned--)
			entry.churned++;
		entries[--to] = entry;
	}
	/* the entries below all keys have stayed where they are */
	memmove(entries + from, entries + to, (end - to) * sizeof(ChsScore));
	return from + end - to;
}

/*
 * Memory for more entries, and logs that are as large as befits the list; what
 * is in them is gone.
 */
static void *
make_larger(ChsValidationLog *log, void *memory, Size size)
{
	return memory ? repalloc_huge(memory, size) : MemoryContextAllocHuge(log->base.hdr.eoh_context, size);
}

static void
reserve_entries(ChsValidationLog *log, int64 nentries)
{
	if (nentries <= log->max_entries)
		return;
	log->list = make_larger(log, log->list, LIST_START + nentries * sizeof(ChsScore));
	log->max_entries = nentries;
}

static void
reserve_logs(ChsValidationLog *log)
{
	int64		room = Max(FIRST_ROOM, log->nentries / 2);

	log->nkept = log->nchurned = 0;
	if (room <= log->room)
		return;
	log->kept = make_larger(log, log->kept, room * sizeof(uint64));
	log->churned = make_larger(log, log->churned, room * sizeof(uint64));
	log->scratch = make_larger(log, log->scratch, 2 * room * sizeof(uint64));
	log->room = room;
}

void
chs_validation_log_merge(ChsValidationLog *log)
{
	uint64	   *kept = sort_keys(log->kept, log->scratch, log->nkept);
	uint64	   *churned = sort_keys(log->churned, log->scratch + log->room, log->nchurned);

	reserve_entries(log, log->nentries + log->nkept + log->nchurned);
	log->nentries = merge_keys(log, kept, churned);
	chs_counters_set_list(&chs_validation_shape, log->list, log->nentries);
	reserve_logs(log);
}

/*
 * A log in place of a table, in the context of the aggregate.
 */
ChsValidationLog *
chs_validation_log_make(FunctionCallInfo fcinfo, ChsValidation *table)
{
	const ChsValidation *sorted = chs_counters_sorted(&chs_validation_shape, table);
	ChsValidationLog *log = (ChsValidationLog *) chs_expanded_make(&validation_log, fcinfo);

	Assert(sorted->counters.start == LIST_START);
	log->rows = sorted->rows;
	log->nentries = sorted->counters.nentries;
	reserve_entries(log, log->nentries);
	memcpy(log->list, sorted, VARSIZE(sorted));
	reserve_logs(log);
	return log;
}

const ChsValidation *
chs_validation_log_read(ChsValidationLog *log)
{
	if (log->nkept > 0 || log->nchurned > 0)
		chs_validation_log_merge(log);
	log->list->rows = log->rows;
	return log->list;
}

static struct varlena *
flatten_log(ChsExpanded *base, MemoryContext context)
{
	const ChsValidation *list = chs_validation_log_read((ChsValidationLog *) base);
	struct varlena *flat = MemoryContextAlloc(context, VARSIZE(list));

	chs_copy_bytes(flat, list, VARSIZE(list));
	return flat;
}
