/*-------------------------------------------------------------------------
 *
 * customer_log.c
 *		Rows of customers in the order they came.
 *
 * Rows are appended to log chunks of 2,048: nothing is looked up, moved or
 * rehashed while rows stream in, and a state takes little more than its rows
 * and one log chunk.  The rows are ordered when they are read
 * (customer_order.c).
 *
 * The first bits of each key are kept once more behind the rows of a chunk, so
 * that dividing the rows reads two bytes of each and not its line of the cache.
 *
 * The chunks of a large log are cut from segments of 4 MB for which the kernel
 * is asked to use huge pages.  Most of what a row of such a log costs is the
 * first write to its page, and looking up the addresses of pages when rows are
 * fetched in the order of their keys.
 *
 * An open-addressing table of customers with blocks of rows would keep the
 * same rows, and pay for each of them the cache miss of a lookup while they
 * stream in, growing, and the room of empty slots.  The log is for states that
 * keep every row; it has nothing to offer where rows of a customer merge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifndef WIN32
#include <sys/mman.h>
#endif

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer_log.h"

#define FIRST_CHUNKS	8
#define CACHE_LINE		64

/* chunks that are allocated one by one, 16 MB of usual rows */
#define SMALL_CHUNKS	256

#define HUGE_PAGE		((Size) 2 * 1024 * 1024)
#define SEGMENT_SIZE	(2 * HUGE_PAGE)

void
chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size)
{
	memset(log, 0, sizeof(*log));
	log->parent = parent;
	log->row_size = row_size;
}

static char *
alloc_aligned(ChsCustomerLog *log, Size size, Size alignment)
{
	return (char *) TYPEALIGN(alignment, MemoryContextAlloc(log->context, size + alignment));
}

static void
new_segment(ChsCustomerLog *log)
{
	log->segment = alloc_aligned(log, SEGMENT_SIZE, HUGE_PAGE);
	log->segment_end = log->segment + SEGMENT_SIZE;
#ifdef MADV_HUGEPAGE
	/* a refusal only costs time */
	(void) madvise(log->segment, SEGMENT_SIZE, MADV_HUGEPAGE);
#endif
}

/* rows of 32 bytes lie two in a line of the cache, and none in two lines */
static char *
alloc_chunk(ChsCustomerLog *log)
{
	Size		size = CHS_LOG_CHUNK_ROWS * (log->row_size + sizeof(uint16));
	char	   *chunk;

	if (log->nchunks < SMALL_CHUNKS)
		return alloc_aligned(log, size, CACHE_LINE);
	if ((Size) (log->segment_end - log->segment) < size)
		new_segment(log);
	chunk = log->segment;
	log->segment += size;
	return chunk;
}

void
chs_log_new_chunk(ChsCustomerLog *log)
{
	CHECK_FOR_INTERRUPTS();
	if (log->context == NULL)
		log->context = AllocSetContextCreate(log->parent, "log of customers", ALLOCSET_START_SMALL_SIZES);
	if (log->nchunks == log->max_chunks)
	{
		int			max_chunks = Max(FIRST_CHUNKS, log->max_chunks * 2);
		Size		size = max_chunks * sizeof(char *);

		if (log->chunks == NULL)
			log->chunks = MemoryContextAlloc(log->context, size);
		else
			log->chunks = repalloc(log->chunks, size);
		log->max_chunks = max_chunks;
	}
	log->free = alloc_chunk(log);
	log->leading = chs_log_leading(log->free, log->row_size);
	log->chunks[log->nchunks++] = log->free;
	log->chunk_end = log->free + CHS_LOG_CHUNK_ROWS * log->row_size;
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
	return ((int64) log->nchunks << CHS_LOG_CHUNK_BITS) - (log->chunk_end - log->free) / (int64) log->row_size;
}

/* The rows of its log chunk i. */
uint32
chs_log_chunk_rows(const ChsCustomerLog *log, int i)
{
	return Min(chs_log_rows(log) - ((int64) i << CHS_LOG_CHUNK_BITS), CHS_LOG_CHUNK_ROWS);
}
