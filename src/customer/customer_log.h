/*-------------------------------------------------------------------------
 *
 * customer_log.h
 *		Rows of customers, divided by the first bits of their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_LOG_H
#define CHS_CUSTOMER_LOG_H

#include "customer/customer_key.h"

#define CHS_CACHE_LINE		64

/* rows in a log chunk */
#define CHS_LOG_CHUNK_ROWS	64

/* leading bits of the keys, by which rows are divided: at first, at most */
#define CHS_LOG_FIRST_BITS	4
#define CHS_LOG_MOST_BITS	10

/*
 * The rows lie behind this head, from the next line of the cache on.  All but
 * the newest chunk of a partition are full.
 */
typedef struct ChsLogChunk
{
	struct ChsLogChunk *before; /* the one that was filled before, or NULL */
	uint32		first;			/* rows of the partition in those before */
} ChsLogChunk;

/* Both are NULL as long as there is no row. */
typedef struct ChsLogPartition
{
	char	   *free;			/* the next row to fill */
	char	   *end;			/* of the newest log chunk */
} ChsLogPartition;

/*
 * A row begins with the ChsKey of its customer; what follows is the family's.
 */
typedef struct ChsCustomerLog
{
	MemoryContext parent;
	MemoryContext context;		/* of what follows; made with the first log chunk */
	Size		row_size;		/* a multiple of 8 */
	int			bits;			/* leading bits of the keys that divide rows */
	ChsLogPartition *partitions;
	int64		nchunks;		/* in partitions */
	ChsLogChunk *spare;			/* log chunks in none */
	Size		segments;		/* bytes of them */
	char	   *segment;		/* what is left of the one that log chunks are cut from */
	char	   *segment_end;
	ChsLogPartition first[1 << CHS_LOG_FIRST_BITS];
} ChsCustomerLog;

extern void chs_log_init(ChsCustomerLog *log, MemoryContext parent, Size row_size);
extern ChsLogPartition *chs_log_make_room(ChsCustomerLog *log, ChsKey key);
extern void chs_log_clear(ChsCustomerLog *log);
extern int64 chs_log_rows(const ChsCustomerLog *log);

static inline uint32
chs_log_partitions(const ChsCustomerLog *log)
{
	return (uint32) 1 << log->bits;
}

static inline ChsLogPartition *
chs_log_partition(const ChsCustomerLog *log, ChsKey key)
{
	return &log->partitions[key.h1 >> (64 - log->bits)];
}

static inline char *
chs_log_chunk_rows(ChsLogChunk *chunk)
{
	return (char *) chunk + CHS_CACHE_LINE;
}

static inline ChsLogChunk *
chs_log_newest_chunk(const ChsLogPartition *partition, Size row_size)
{
	if (partition->end == NULL)
		return NULL;
	return (ChsLogChunk *) (partition->end - CHS_LOG_CHUNK_ROWS * row_size - CHS_CACHE_LINE);
}

static inline uint32
chs_log_partition_rows(const ChsLogPartition *partition, Size row_size)
{
	ChsLogChunk *newest = chs_log_newest_chunk(partition, row_size);

	return newest ? newest->first + (partition->free - chs_log_chunk_rows(newest)) / row_size : 0;
}

/*
 * Room for one more row of a customer, which the caller fills.  The line of the
 * cache that the partition comes to next is asked for ahead of time.
 */
static inline void *
chs_log_add(ChsCustomerLog *log, ChsKey key)
{
	ChsLogPartition *partition = chs_log_partition(log, key);
	char	   *row;

	if (unlikely(partition->free == partition->end))
		partition = chs_log_make_room(log, key);
	row = partition->free;
	partition->free += log->row_size;
	__builtin_prefetch(row + CHS_CACHE_LINE, 1);
	return row;
}

#endif							/* CHS_CUSTOMER_LOG_H */
