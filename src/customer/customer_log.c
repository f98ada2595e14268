/*-------------------------------------------------------------------------
 *
 * customer_log.c
 *		Rows of customers, divided by the first bits of their keys.
 *
 * Rows are appended to the partition of their key, in log chunks of 64:
 * nothing is looked up, moved or rehashed while rows stream in, and a state
 * takes little more than its rows.  The rows are ordered when they are read,
 * partition by partition in the cache (customer_order.c).
 *
 * There are 16 partitions at first, and eight times as many as soon as they
 * have 1,024 rows on the average, up to 1,024 partitions.  The rows that are
 * there move then, one log chunk after the other, into log chunks that are free
 * by then.  So a row moves twice at most, few rows of a large log move at all,
 * and a partition wastes half a log chunk, a quarter of its rows at most.  With
 * more partitions, the lines of the cache to which rows are appended would
 * leave the cache nearest to the processor, and their pages its table of
 * addresses.
 *
 * Log chunks are cut from segments, which are in huge pages as soon as the log
 * takes more than two of those.
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
chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size)
{
	memset(log, 0, sizeof(*log));
	log->parent = parent;
	log->row_size = row_size;
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
	Size		size = CHS_CACHE_LINE + CHS_LOG_CHUNK_ROWS * log->row_size;
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
	ChsLogChunk *chunk = free_chunk(log);

	chunk->before = chs_log_newest_chunk(partition, log->row_size);
	chunk->first = chs_log_partition_rows(partition, log->row_size);
	partition->free = chs_log_chunk_rows(chunk);
	partition->end = partition->free + CHS_LOG_CHUNK_ROWS * log->row_size;
	log->nchunks++;
}

/*
 * The rows of a partition move to where their keys belong now.
 */
static void
move_partition(ChsCustomerLog *log, const ChsLogPartition *partition)
{
	uint32		n = chs_log_partition_rows(partition, log->row_size);
	ChsLogChunk *chunk = chs_log_newest_chunk(partition, log->row_size);

	while (chunk)
	{
		ChsLogChunk *before = chunk->before;
		const char *row = chs_log_chunk_rows(chunk);

		CHECK_FOR_INTERRUPTS();
		for (; n > chunk->first; n--, row += log->row_size)
			memcpy(chs_log_add(log, *(const ChsKey *) row), row, log->row_size);
		chunk->before = log->spare;
		log->spare = chunk;
		log->nchunks--;
		chunk = before;
	}
}

static void
divide_partitions(ChsCustomerLog *log)
{
	ChsLogPartition *partitions = log->partitions;
	uint32		n = chs_log_partitions(log);

	log->bits += STEP_BITS;
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
	if (log->bits < CHS_LOG_MOST_BITS &&
		log->nchunks >= (int64) chs_log_partitions(log) * (FULL_ROWS / CHS_LOG_CHUNK_ROWS))
		divide_partitions(log);
	partition = chs_log_partition(log, key);
	if (partition->free == partition->end)
		add_chunk(log, partition);
	return partition;
}

void
chs_log_clear(ChsCustomerLog *log)
{
	if (log->context)
		MemoryContextDelete(log->context);
	chs_log_init(log, log->parent, log->row_size);
}

int64
chs_log_rows(const ChsCustomerLog *log)
{
	int64		rows = 0;

	for (uint32 i = 0; i < chs_log_partitions(log); i++)
		rows += chs_log_partition_rows(&log->partitions[i], log->row_size);
	return rows;
}
