/*-------------------------------------------------------------------------
 *
 * customer_log.c
 *		Rows of customers, divided by the first bits of their keys.
 *
 * Rows are appended to the partition of their key, in log chunks of 2 kB:
 * nothing is looked up, moved or rehashed while rows stream in, and a state
 * takes little more than its rows.  The rows are ordered when they are read,
 * partition by partition in the cache (customer_order.c).
 *
 * There are 16 partitions at first, and eight times as many as soon as they
 * have 1,024 rows on the average, up to 1,024 partitions.  The rows that are
 * there move then, one log chunk after the other, into log chunks that are free
 * by then.  So a row moves twice at most, few rows of a large log move at all,
 * and a partition wastes half a log chunk.  With more partitions, the lines of
 * the cache to which rows are appended would leave the cache nearest to the
 * processor, and their pages its table of addresses.
 *
 * Most of what a row of a large log costs is the first write to its page, so a
 * family may pack its rows.  Log chunks are cut from segments, which are in huge
 * pages as soon as the log takes more than two of those.
 *
 * An open-addressing table of customers with blocks of rows would keep the
 * same rows, and pay for each of them the cache miss of a lookup while they
 * stream in, growing, and the room of empty slots.  The log is for states that
 * keep every row; it has nothing to offer where rows of a customer merge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/huge_pages.h"
#include "customer/customer_log.h"

/* rows of a partition, on the average, at which partitions are divided */
#define FULL_ROWS	1024
#define STEP_BITS	3

#define SMALL_SEGMENT	((Size) 64 * 1024 - 64)
#define LARGE_SEGMENT	(2 * CHS_HUGE_PAGE)

/* bytes of small segments before there are large ones */
#define SMALL_LOG		(2 * CHS_HUGE_PAGE)

void
chs_log_init(ChsCustomerLog *log, MemoryContext parent, const ChsCustomerFamily *family)
{
	memset(log, 0, sizeof(*log));
	log->family = family;
	log->row_space = family->pack_row ? family->row_space : family->row_size;
	log->parent = parent;
	log->bits = CHS_LOG_FIRST_BITS;
	log->partitions = log->first;
}

static void
new_segment(ChsCustomerLog *log)
{
	bool		large = log->segments >= SMALL_LOG;
	Size		size = large ? LARGE_SEGMENT : SMALL_SEGMENT;

	if (large)
		log->segment = chs_huge_pages_alloc(log->context, size);
	else
		log->segment = (char *) TYPEALIGN(CHS_CACHE_LINE, MemoryContextAlloc(log->context, size + CHS_CACHE_LINE));
	log->segment_end = log->segment + size;
	log->segments += size;
}

static ChsLogChunk *
free_chunk(ChsCustomerLog *log)
{
	Size		size = CHS_CACHE_LINE + CHS_LOG_CHUNK_SIZE;
	ChsLogChunk *chunk = log->spare;

	if (chunk)
	{
		log->spare = chunk->before;
		return chunk;
	}
	if ((Size) (log->segment_end - log->segment) < size)
		new_segment(log);
	chunk = (ChsLogChunk *) log->segment;
	log->segment += size;
	return chunk;
}

static void
add_chunk(ChsCustomerLog *log, ChsLogPartition *partition)
{
	ChsLogChunk *before = chs_log_newest_chunk(partition);
	ChsLogChunk *chunk = free_chunk(log);

	if (before)
		log->nfilled += partition->nrows - before->first;
	chunk->before = before;
	chunk->first = partition->nrows;
	partition->free = chs_log_chunk_rows(chunk);
	partition->end = partition->free + CHS_LOG_CHUNK_SIZE;
}

/*
 * Reads rows that lie at "from"; returns where the next one lies.
 */
const char *
chs_log_get_rows(const ChsCustomerLog *log, const char *from, uint32 nrows, void *rows)
{
	Size		size = nrows * log->family->row_size;

	if (log->family->unpack_rows)
		return log->family->unpack_rows(from, nrows, rows);
	memcpy(rows, from, size);
	return from + size;
}

/*
 * A row goes where the next one of its partition belongs.
 */
void
chs_log_put_row(const ChsCustomerLog *log, ChsLogPartition *partition, const void *row)
{
	const ChsCustomerFamily *family = log->family;

	if (family->pack_row)
	{
		int64		customer;
		bool		is_bigint = chs_bigint_of_key(*(const ChsKey *) row, &customer);

		chs_log_added(partition, family->pack_row(partition->free, row, is_bigint, customer));
	}
	else
	{
		memcpy(partition->free, row, family->row_size);
		chs_log_added(partition, partition->free + family->row_size);
	}
}

/*
 * The rows of a partition move to where their keys belong now.
 */
static void
move_partition(ChsCustomerLog *log, const ChsLogPartition *partition)
{
	uint32		n = partition->nrows;
	ChsLogChunk *chunk = chs_log_newest_chunk(partition);

	while (chunk)
	{
		ChsLogChunk *before = chunk->before;
		const char *from = chs_log_chunk_rows(chunk);
		uint64		row[CHS_MAX_ROW_SIZE / sizeof(uint64)];

		CHECK_FOR_INTERRUPTS();
		for (; n > chunk->first; n--)
		{
			from = chs_log_get_rows(log, from, 1, row);
			chs_log_put_row(log, chs_log_make_room(log, *(const ChsKey *) row), row);
		}
		chunk->before = log->spare;
		log->spare = chunk;
		chunk = before;
	}
}

static void
divide_partitions(ChsCustomerLog *log)
{
	ChsLogPartition *partitions = log->partitions;
	uint32		n = chs_log_partitions(log);

	log->bits += STEP_BITS;
	log->nfilled = 0;
	log->partitions = MemoryContextAllocZero(log->context, chs_log_partitions(log) * sizeof(ChsLogPartition));
	for (uint32 i = 0; i < n; i++)
		move_partition(log, &partitions[i]);
	if (partitions != log->first)
		pfree(partitions);
}

/*
 * The partition of a key, with room for one more row.
 */
ChsLogPartition *
chs_log_make_room(ChsCustomerLog *log, ChsKey key)
{
	ChsLogPartition *partition;

	CHECK_FOR_INTERRUPTS();
	if (log->context == NULL)
		log->context = AllocSetContextCreate(log->parent, "log of customers", ALLOCSET_START_SMALL_SIZES);
	if (log->bits < CHS_LOG_MOST_BITS && log->nfilled >= (int64) chs_log_partitions(log) * FULL_ROWS)
		divide_partitions(log);
	partition = chs_log_partition(log, key);
	if (!chs_log_has_room(log, partition))
		add_chunk(log, partition);
	return partition;
}

/*
 * Forgets all rows.
 */
void
chs_log_clear(ChsCustomerLog *log)
{
	if (log->context)
		MemoryContextDelete(log->context);
	chs_log_init(log, log->parent, log->family);
}

/*
 * The same, but the memory stays for the rows that come next.
 */
void
chs_log_reuse(ChsCustomerLog *log)
{
	for (uint32 i = 0; i < chs_log_partitions(log); i++)
	{
		ChsLogChunk *newest = chs_log_newest_chunk(&log->partitions[i]);

		for (ChsLogChunk *chunk = newest; chunk;)
		{
			ChsLogChunk *before = chunk->before;

			chunk->before = log->spare;
			log->spare = chunk;
			chunk = before;
		}
	}
	memset(log->partitions, 0, chs_log_partitions(log) * sizeof(ChsLogPartition));
	log->nfilled = 0;
}

/*
 * Rows in the partitions from one on up to another.
 */
int64
chs_log_rows(const ChsCustomerLog *log, uint32 from, uint32 end)
{
	int64		rows = 0;

	for (uint32 i = from; i < end; i++)
		rows += log->partitions[i].nrows;
	return rows;
}
