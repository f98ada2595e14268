/*-------------------------------------------------------------------------
 *
 * customer_log.c
 *		Rows of customers in the order they came.
 *
 * Rows are appended to log chunks of 2,048: nothing is looked up, moved or
 * rehashed while rows stream in, and a state never takes more than its rows
 * and one log chunk.  The rows are ordered when they are read
 * (customer_order.c).
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
#include "customer/customer_log.h"

#define FIRST_CHUNKS	8
#define CACHE_LINE		64

void
chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size)
{
	memset(log, 0, sizeof(*log));
	log->parent = parent;
	log->row_size = row_size;
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
		Size		size = max_chunks * sizeof(char *);

		if (log->chunks == NULL)
			log->chunks = MemoryContextAlloc(log->context, size);
		else
			log->chunks = repalloc(log->chunks, size);
		log->max_chunks = max_chunks;
	}

	/* rows of 32 bytes lie two in a line of the cache, and none in two lines */
	space = MemoryContextAlloc(log->context, CHS_LOG_CHUNK_ROWS * log->row_size + CACHE_LINE);
	log->free = (char *) TYPEALIGN(CACHE_LINE, space);
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
