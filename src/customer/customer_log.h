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
	char	  **chunks;
	int			nchunks;
	int			max_chunks;
} ChsCustomerLog;

extern void chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size);
extern void chs_log_new_chunk(ChsCustomerLog *log);
extern void chs_log_clear(ChsCustomerLog *log);
extern int64 chs_log_rows(const ChsCustomerLog *log);
extern uint32 chs_log_chunk_rows(const ChsCustomerLog *log, int i);

/* Room for one more row, which the caller fills. */
static inline void *
chs_log_add(ChsCustomerLog *log)
{
	char	   *row;

	if (unlikely(log->free == log->chunk_end))
		chs_log_new_chunk(log);
	row = log->free;
	log->free += log->row_size;
	return row;
}

#endif							/* CHS_CUSTOMER_LOG_H */
