/*-------------------------------------------------------------------------
 *
 * customer_log.h
 *		Rows of customers in the order they came.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_LOG_H
#define CHS_CUSTOMER_LOG_H

#include "customer/customer_key.h"

/* rows in a log chunk */
#define CHS_LOG_CHUNK_BITS	11
#define CHS_LOG_CHUNK_ROWS	(1 << CHS_LOG_CHUNK_BITS)

/* leading bits of the keys that are kept apart, by which rows are divided */
#define CHS_LOG_LEADING_BITS	12

/*
 * A row begins with the ChsKey of its customer; what follows is the family's.
 */
typedef struct ChsCustomerLog
{
	MemoryContext parent;
	MemoryContext context;		/* of the log chunks; made with the first */
	Size		row_size;		/* a multiple of 8 */
	char	   *free;			/* the next row to fill */
	char	   *chunk_end;
	uint16	   *leading;		/* bits of the next row's key to fill */
	char	  **chunks;
	int			nchunks;
	int			max_chunks;
	char	   *segment;		/* what is left of the one that chunks are cut from */
	char	   *segment_end;
} ChsCustomerLog;

extern void chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size);
extern void chs_log_new_chunk(ChsCustomerLog *log);
extern void chs_log_clear(ChsCustomerLog *log);
extern int64 chs_log_rows(const ChsCustomerLog *log);
extern uint32 chs_log_chunk_rows(const ChsCustomerLog *log, int i);

/* The leading bits of the keys of a chunk; they lie behind its rows. */
static inline uint16 *
chs_log_leading(char *chunk, Size row_size)
{
	return (uint16 *) (chunk + CHS_LOG_CHUNK_ROWS * row_size);
}

/* Room for one more row of a customer, which the caller fills. */
static inline void *
chs_log_add(ChsCustomerLog *log, ChsKey key)
{
	char	   *row;

	if (unlikely(log->free == log->chunk_end))
		chs_log_new_chunk(log);
	row = log->free;
	log->free += log->row_size;
	*log->leading++ = key.h1 >> (64 - CHS_LOG_LEADING_BITS);
	return row;
}

#endif							/* CHS_CUSTOMER_LOG_H */
