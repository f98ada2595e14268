/*-------------------------------------------------------------------------
 *
 * customer.c
 *		Keys of customers, the log of what happened to them, and merging.
 *
 * Keys.  A summary keeps no raw identifier but a 128-bit hash of its bytes:
 * MurmurHash3_x64_128 with seed 0 (Austin Appleby, 2011, public domain), over
 * the eight bytes of a bigint in network order, the sixteen of a uuid, or the
 * bytes of a text.  Among a billion customers the chance that any two share
 * one is below 2e-21.  The order of keys is the order of (h1, h2) as unsigned
 * numbers; it means nothing, but it is the same everywhere.
 *
 * Log.  Rows are appended as they come, 32 bytes each, in chunks of 64 kB:
 * nothing is looked up, moved or rehashed while rows stream in, and a state
 * never takes more than its rows and one chunk.  Only when it is read are the
 * rows ordered, which for evenly spread keys takes time in proportion to
 * their number, in two steps that each stay in the cache:
 *
 *	1.	A counting sort of row numbers (4 bytes each) by the highest bits of
 *		the key into parts of about 1,000 rows.
 *	2.	Part by part, a counting sort of the rows themselves, with as many
 *		places as there are rows, and an insertion sort over the result, in
 *		which hardly a row moves.  A place that many different keys claim (a
 *		customer with very many rows beside another) is given to qsort.
 *
 * Rows of equal keys come out in no particular order.  The first step reads
 * the keys one after the other; the second fetches rows from all over the
 * log, and asks for them ahead of time.  Rows that parallel workers packed
 * come divided into parts (customer_parts.c) and join in the second step.
 *
 * An open-addressing table of customers with blocks of rows would keep the
 * same rows, and pay for each of them the cache miss of a lookup while they
 * stream in, growing, and the room of empty slots.  The log is for states that
 * keep every row; it has nothing to offer where rows of a customer merge.
 *
 * Merge.  Sorted inputs are merged by a heap of their next keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer.h"
#include "customer/customer_parts.h"
#include "shared/interrupts.h"
#include "shared/summary.h"

#define PART_ROWS		1024	/* rows in a part, roughly */
#define MAX_PART_BITS	12
#define CROWDED			16		/* rows in one place that are worth a look */
#define AHEAD			16		/* rows to ask for ahead of time */
#define FIRST_CHUNKS	8
#define CACHE_LINE		64

/*
 * Keys.
 */
static inline uint64
read_little_endian(const char *bytes)
{
	uint64		value;

	memcpy(&value, bytes, sizeof(value));
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	return value;
}

ChsKey
chs_key_of_bytes(const char *bytes, Size length)
{
	Size		left = length;
	uint64		h1 = 0;
	uint64		h2 = 0;
	char		tail[16] = {0};

	for (; left >= 16; left -= 16, bytes += 16)
	{
		uint64		k1 = read_little_endian(bytes);
		uint64		k2 = read_little_endian(bytes + 8);

		h1 ^= chs_murmur_rotate(k1 * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
		h1 = (chs_murmur_rotate(h1, 27) + h2) * 5 + 0x52dce729;
		h2 ^= chs_murmur_rotate(k2 * CHS_MURMUR_C2, 33) * CHS_MURMUR_C1;
		h2 = (chs_murmur_rotate(h2, 31) + h1) * 5 + 0x38495ab5;
	}

	/* zeros where there are no bytes change nothing */
	memcpy(tail, bytes, left);
	h2 ^= chs_murmur_rotate(read_little_endian(tail + 8) * CHS_MURMUR_C2, 33) * CHS_MURMUR_C1;
	h1 ^= chs_murmur_rotate(read_little_endian(tail) * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
	return chs_murmur_finish(h1, h2, length);
}

bool
chs_key_kind_is_known(int kind)
{
	return kind == CHS_KEY_BIGINT || kind == CHS_KEY_UUID || kind == CHS_KEY_TEXT;
}

const char *
chs_key_kind_name(ChsKeyKind kind)
{
	switch (kind)
	{
		case CHS_KEY_BIGINT:
			return "bigint";
		case CHS_KEY_UUID:
			return "uuid";
		default:
			return "text";
	}
}

void
chs_refuse_key_mix(ChsKeyKind a, ChsKeyKind b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge customers of different types"),
			 errdetail("One summary was built from customers of type %s, the other from %s.",
					   chs_key_kind_name(a), chs_key_kind_name(b)),
			 errhint("Build both from the same type, for instance with customer::%s in the aggregate's call.",
					 chs_key_kind_name(a))));
}

/*
 * Log.
 */
void
chs_log_init(ChsCustomerLog *log, MemoryContext parent)
{
	memset(log, 0, sizeof(*log));
	log->parent = parent;
}

void
chs_log_new_chunk(ChsCustomerLog *log)
{
	char	   *space;

	CHECK_FOR_INTERRUPTS();
	if (log->context == NULL)
		log->context = AllocSetContextCreate(log->parent, "log of customers", ALLOCSET_START_SMALL_SIZES);
	if (log->nchunks == log->max_chunks)
	{
		int			max_chunks = Max(FIRST_CHUNKS, log->max_chunks * 2);
		Size		size = max_chunks * sizeof(ChsCustomerRow *);

		if (log->chunks == NULL)
			log->chunks = MemoryContextAlloc(log->context, size);
		else
			log->chunks = repalloc(log->chunks, size);
		log->max_chunks = max_chunks;
	}

	/* two rows a line of the cache, and none in two lines */
	space = MemoryContextAlloc(log->context, CHS_LOG_CHUNK_ROWS * sizeof(ChsCustomerRow) + CACHE_LINE);
	log->free = (ChsCustomerRow *) TYPEALIGN(CACHE_LINE, space);
	log->chunks[log->nchunks++] = log->free;
	log->chunk_end = log->free + CHS_LOG_CHUNK_ROWS;
}

void
chs_log_clear(ChsCustomerLog *log)
{
	if (log->context)
		MemoryContextDelete(log->context);
	chs_log_init(log, log->parent);
}

/*
 * Reading in the order of keys.
 */
static inline ChsCustomerRow *
row_number(const ChsLogReader *reader, uint32 number)
{
	return &reader->chunks[number >> CHS_LOG_CHUNK_BITS][number & (CHS_LOG_CHUNK_ROWS - 1)];
}

/* the rows of a chunk */
static inline uint32
chunk_rows(const ChsLogReader *reader, uint32 first)
{
	return Min(reader->nrows - first, CHS_LOG_CHUNK_ROWS);
}

/*
 * Step 1.  part_end[i] is first where part i begins, and where it ends when
 * its rows have been put there.
 */
static void
divide_into_parts(ChsLogReader *reader)
{
	uint32		nparts = (uint32) 1 << reader->part_bits;
	uint32	   *end = palloc0(nparts * sizeof(uint32));

	for (uint32 first = 0; first < reader->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		ChsCustomerRow *row = row_number(reader, first);
		uint32		n = chunk_rows(reader, first);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
			end[chs_key_part(row[i].key.h1, reader->part_bits)]++;
	}
	chs_counts_to_begins(end, nparts);

	reader->order = palloc(reader->nrows * sizeof(uint32));
	for (uint32 first = 0; first < reader->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		ChsCustomerRow *row = row_number(reader, first);
		uint32		n = chunk_rows(reader, first);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
			reader->order[end[chs_key_part(row[i].key.h1, reader->part_bits)]++] = first + i;
	}
	reader->part_end = end;
}

/*
 * The rows of a part that are in chunks.
 */
static inline uint32
rows_in_chunks(const ChsLogReader *reader, uint32 part)
{
	return reader->part_end[part] - (part ? reader->part_end[part - 1] : 0);
}

/*
 * Where the packed rows of a part begin; they may be divided further than the
 * reader divides.
 */
static inline uint32
begin_of_packed(const ChsLogReader *reader, const ChsParts *packed, uint32 part)
{
	return chs_parts_begin(packed, part << (CHS_PARTS_BITS - reader->part_bits));
}

static Size
rows_of_part(const ChsLogReader *reader, uint32 part)
{
	Size		n = rows_in_chunks(reader, part);
	ListCell   *cell;

	foreach(cell, reader->packed)
		n += begin_of_packed(reader, lfirst(cell), part + 1) - begin_of_packed(reader, lfirst(cell), part);
	return n;
}

/*
 * Begins to read, once it is known where all rows are.
 */
void
chs_log_read_start(ChsLogReader *reader)
{
	int64		nrows = reader->nrows;
	int			max_bits = reader->packed ? CHS_PARTS_BITS : MAX_PART_BITS;
	Size		room = 1;
	ListCell   *cell;

	foreach(cell, reader->packed)
		nrows += chs_parts_begin(lfirst(cell), CHS_PARTS);
	while (reader->part_bits < max_bits && (nrows >> reader->part_bits) > PART_ROWS)
		reader->part_bits++;
	divide_into_parts(reader);
	for (uint32 i = 0; i < (uint32) 1 << reader->part_bits; i++)
		room = Max(room, rows_of_part(reader, i));
	reader->fetched = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(ChsCustomerRow));
	reader->sorted = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(ChsCustomerRow));
	reader->home_end = MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(uint32));
}

void
chs_log_read(ChsLogReader *reader, ChsCustomerRow **chunks, int64 nrows)
{
	/* "order" is one allocation; states sort their log long before that */
	if (nrows > (int64) (MaxAllocSize / sizeof(uint32)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows of customers to be ordered at once"),
				 errdetail("There are " INT64_FORMAT ".", nrows),
				 errhint("Build one summary per part of the customers and add up their answers: GROUP BY hashtext(customer::text) & 15.")));
	reader->chunks = chunks;
	reader->nrows = (uint32) nrows;
}

/*
 * More rows, packed.
 */
void
chs_packed_read(ChsLogReader *reader, ChsParts *packed, ChsKeyKind key_kind, const char *type)
{
	reader->packed = lappend(reader->packed, packed);
	reader->key_kind = key_kind;
	reader->type = type;
}

/* The rows of a log, but from an array. */
void
chs_rows_read(ChsLogReader *reader, ChsCustomerRow *rows, int64 nrows)
{
	int64		nchunks = nrows / CHS_LOG_CHUNK_ROWS + 1;
	ChsCustomerRow **chunks = palloc(nchunks * sizeof(ChsCustomerRow *));

	for (int64 i = 0; i < nchunks; i++)
		chunks[i] = rows + i * CHS_LOG_CHUNK_ROWS;
	chs_log_read(reader, chunks, nrows);
}

static int
compare_rows(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return chs_key_compare(((const ChsCustomerRow *) a)->key, ((const ChsCustomerRow *) b)->key);
}

/*
 * Rows that claim one place: usually of one customer.
 */
static void
sort_crowded(ChsCustomerRow *rows, uint32 n)
{
	for (uint32 i = 1; i < n; i++)
	{
		chs_check_interrupts(i);
		if (!chs_key_equal(rows[i].key, rows[0].key))
		{
			qsort(rows, n, sizeof(ChsCustomerRow), compare_rows);
			return;
		}
	}
}

static inline uint32
home_of(const ChsLogReader *reader, uint64 h1, uint32 nhomes)
{
	return (uint32) (((uint128) (h1 << reader->part_bits) * nhomes) >> 64);
}

/*
 * Are unpacked rows in the part where they belong?  Order relies on it.
 */
static void
check_part(const ChsLogReader *reader, const ChsCustomerRow *rows, uint32 n)
{
	uint32		wrong = 0;

	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		wrong |= chs_key_part(rows[i].key.h1, reader->part_bits) ^ reader->part;
	}
	if (wrong)
		chs_summary_damaged_binary(reader->type, "A packed row is in the wrong part.");
}

/*
 * The rows of the next part, from wherever they are; how many there are.
 */
static uint32
fetch_rows(ChsLogReader *reader)
{
	uint32		part = reader->part;
	uint32		n = rows_in_chunks(reader, part);
	const uint32 *order = reader->order + (reader->part_end[part] - n);
	ChsCustomerRow *to = reader->fetched;
	ListCell   *cell;

	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		if (i + AHEAD < n)
			__builtin_prefetch(row_number(reader, order[i + AHEAD]));
		*to++ = *row_number(reader, order[i]);
	}
	foreach(cell, reader->packed)
	{
		uint32		first = begin_of_packed(reader, lfirst(cell), part);
		uint32		end = begin_of_packed(reader, lfirst(cell), part + 1);

		chs_parts_unpack(lfirst(cell), first, end, reader->key_kind, to);
		check_part(reader, to, end - first);
		to += end - first;
	}
	return to - reader->fetched;
}

/*
 * Rows that are nearly in order.
 */
static void
finish_order(ChsCustomerRow *rows, uint32 n, const uint32 *home_end)
{
	for (uint32 i = 0, from = 0; i < n; from = home_end[i++])
	{
		chs_check_interrupts(i);
		if (unlikely(home_end[i] - from > CROWDED))
			sort_crowded(rows + from, home_end[i] - from);
	}
	for (uint32 i = 1; i < n; i++)
	{
		ChsCustomerRow row = rows[i];
		uint32		j = i;

		chs_check_interrupts(i);
		for (; j > 0 && chs_key_less(row.key, rows[j - 1].key); j--)
			rows[j] = rows[j - 1];
		if (j < i)
			rows[j] = row;
	}
}

/*
 * Step 2: the rows of the next part into "sorted".
 */
static void
sort_part(ChsLogReader *reader)
{
	const ChsCustomerRow *rows = reader->fetched;
	uint32		n = fetch_rows(reader);
	uint32	   *end = reader->home_end;

	chs_zero_bytes(end, n * sizeof(uint32));
	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		end[home_of(reader, rows[i].key.h1, n)]++;
	}
	chs_counts_to_begins(end, n);
	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		reader->sorted[end[home_of(reader, rows[i].key.h1, n)]++] = rows[i];
	}
	CHECK_FOR_INTERRUPTS();
	finish_order(reader->sorted, n, end);
	reader->nsorted = n;
	reader->at = 0;
	reader->part++;
}

/*
 * The rows of the next customer and their number, or 0 at the end.  They stay
 * until the next call.
 */
uint32
chs_log_next_customer(ChsLogReader *reader, ChsCustomerRow **rows)
{
	ChsCustomerRow *first;
	ChsCustomerRow *row;
	ChsCustomerRow *end;

	while (reader->at == reader->nsorted)
	{
		if (reader->part == (uint32) 1 << reader->part_bits)
			return 0;
		sort_part(reader);
	}
	first = reader->sorted + reader->at;
	end = reader->sorted + reader->nsorted;
	for (row = first + 1; row < end && chs_key_equal(row->key, first->key); row++)
		chs_check_interrupts(row - first);
	reader->at = row - reader->sorted;
	*rows = first;
	return row - first;
}

/*
 * Merge.
 */
void
chs_merge_init(ChsMerge *merge, int max_inputs)
{
	merge->n = 0;
	merge->heap = palloc(Max(max_inputs, 1) * sizeof(ChsMergeEntry));
}

void
chs_merge_add(ChsMerge *merge, ChsKey key, int input)
{
	int			at = merge->n++;

	for (; at > 0 && chs_key_less(key, merge->heap[(at - 1) / 2].key); at = (at - 1) / 2)
		merge->heap[at] = merge->heap[(at - 1) / 2];
	merge->heap[at].key = key;
	merge->heap[at].input = input;
}

/*
 * Puts the top entry, which may have grown, where it belongs.
 */
void
chs_merge_sift(ChsMerge *merge)
{
	ChsMergeEntry *heap = merge->heap;
	ChsMergeEntry entry = heap[0];
	int			at = 0;

	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= merge->n)
			break;
		if (child + 1 < merge->n && chs_key_less(heap[child + 1].key, heap[child].key))
			child++;
		if (!chs_key_less(heap[child].key, entry.key))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = entry;
}
