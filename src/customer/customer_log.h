/*-------------------------------------------------------------------------
 *
 * customer_log.h
 *		Rows of customers, divided by the first bits of their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_LOG_H
#define CHS_CUSTOMER_LOG_H

#include "customer/customer_family.h"

#define CHS_CACHE_LINE		64

/* bytes for the rows of a log chunk: 64 that are not packed */
#define CHS_LOG_CHUNK_SIZE	2048

/* leading bits of the keys, by which rows are divided: at first, at most */
#define CHS_LOG_FIRST_BITS	4
#define CHS_LOG_MOST_BITS	10

/*
 * The rows lie behind this head, from the next line of the cache on, as they
 * are or as the family packs them.  All but the newest chunk of a partition
 * are full.
 */
typedef struct ChsLogChunk
{
	struct ChsLogChunk *before; /* the one that was filled before, or NULL */
	uint32		first;			/* rows of the partition in those before */
} ChsLogChunk;

typedef struct ChsLogPartition
{
	char	   *free;			/* where the next row belongs */
	char	   *end;			/* of the newest log chunk; both are NULL without a row */
	uint32		nrows;
} ChsLogPartition;

/*
 * A row begins with the ChsKey of its customer; what follows is the family's.
 */
typedef struct ChsCustomerLog
{
	const ChsCustomerFamily *family;
	Size		row_space;		/* bytes that a row takes at most */
	MemoryContext parent;
	MemoryContext context;		/* of what follows; made with the first log chunk */
	int			bits;			/* leading bits of the keys that divide rows */
	ChsLogPartition *partitions;
	int64		nfilled;		/* rows in log chunks that are full */
	ChsLogChunk *spare;			/* log chunks in no partition */
	Size		segments;		/* bytes of them */
	char	   *segment;		/* what is left of the one that log chunks are cut from */
	char	   *segment_end;
	ChsLogPartition first[1 << CHS_LOG_FIRST_BITS];
} ChsCustomerLog;

extern void chs_log_init(ChsCustomerLog *log, MemoryContext parent, const ChsCustomerFamily *family);
extern ChsLogPartition *chs_log_make_room(ChsCustomerLog *log, ChsKey key);
extern void chs_log_put_row(const ChsCustomerLog *log, ChsLogPartition *partition, const void *row);
extern const char *chs_log_get_rows(const ChsCustomerLog *log, const char *from, uint32 nrows, void *rows);
extern void chs_log_clear(ChsCustomerLog *log);
extern void chs_log_reuse(ChsCustomerLog *log);
extern int64 chs_log_rows(const ChsCustomerLog *log, uint32 from, uint32 end);

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
chs_log_newest_chunk(const ChsLogPartition *partition)
{
	if (partition->end == NULL)
		return NULL;
	return (ChsLogChunk *) (partition->end - CHS_LOG_CHUNK_SIZE - CHS_CACHE_LINE);
}

static inline bool
chs_log_has_room(const ChsCustomerLog *log, const ChsLogPartition *partition)
{
	return (Size) (partition->end - partition->free) >= log->row_space;
}

/*
 * A row was put where the next one belonged, up to "end".  The line of the
 * cache that the partition comes to next is asked for ahead of time.
 */
static inline void
chs_log_added(ChsLogPartition *partition, char *end)
{
	partition->free = end;
	partition->nrows++;
	__builtin_prefetch(end + CHS_CACHE_LINE, 1);
}

#endif							/* CHS_CUSTOMER_LOG_H */
