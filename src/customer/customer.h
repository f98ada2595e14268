/*-------------------------------------------------------------------------
 *
 * customer.h
 *		Keys of customers, the log of what happened to them, and merging.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_H
#define CHS_CUSTOMER_H

#include "fmgr.h"
#include "nodes/pg_list.h"
#include "port/pg_bswap.h"
#include "utils/date.h"

#include "shared/compat.h"

/* What a key was made of; the values are on disk. */
typedef enum ChsKeyKind
{
	CHS_KEY_BIGINT = 'i',
	CHS_KEY_UUID = 'u',
	CHS_KEY_TEXT = 't'
} ChsKeyKind;

typedef struct ChsKey
{
	uint64		h1;
	uint64		h2;
} ChsKey;

static inline int
chs_key_compare(ChsKey a, ChsKey b)
{
	if (a.h1 != b.h1)
		return a.h1 < b.h1 ? -1 : 1;
	return a.h2 < b.h2 ? -1 : a.h2 > b.h2;
}

static inline bool
chs_key_equal(ChsKey a, ChsKey b)
{
	return a.h1 == b.h1 && a.h2 == b.h2;
}

static inline bool
chs_key_less(ChsKey a, ChsKey b)
{
	return a.h1 < b.h1 || (a.h1 == b.h1 && a.h2 < b.h2);
}

/*
 * MurmurHash3_x64_128 mixes with these; see customer.c.
 */
#define CHS_MURMUR_C1	UINT64CONST(0x87c37b91114253d5)
#define CHS_MURMUR_C2	UINT64CONST(0x4cf5ad432745937f)

static inline uint64
chs_murmur_rotate(uint64 x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static inline uint64
chs_murmur_mix(uint64 k)
{
	k ^= k >> 33;
	k *= UINT64CONST(0xff51afd7ed558ccd);
	k ^= k >> 33;
	k *= UINT64CONST(0xc4ceb9fe1a85ec53);
	k ^= k >> 33;
	return k;
}

static inline ChsKey
chs_murmur_finish(uint64 h1, uint64 h2, uint64 length)
{
	ChsKey		key;

	h1 ^= length;
	h2 ^= length;
	h1 += h2;
	h2 += h1;
	h1 = chs_murmur_mix(h1);
	h2 = chs_murmur_mix(h2);
	key.h1 = h1 + h2;
	key.h2 = h2 + key.h1;
	return key;
}

/*
 * The key of a bigint: of its eight bytes in network order.
 */
static inline ChsKey
chs_key_of_bigint(int64 value)
{
	uint64		k1 = pg_bswap64((uint64) value);	/* as little-endian bytes read it */

	k1 = chs_murmur_rotate(k1 * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
	return chs_murmur_finish(k1, 0, sizeof(value));
}

extern ChsKey chs_key_of_bytes(const char *bytes, Size length);
extern bool chs_key_kind_is_known(int kind);
extern const char *chs_key_kind_name(ChsKeyKind kind);
pg_noreturn extern void chs_refuse_key_mix(ChsKeyKind a, ChsKeyKind b);

/*
 * A row of a customer: from a day to before another, and how much.
 */
typedef struct ChsCustomerRow
{
	ChsKey		key;
	DateADT		first;
	DateADT		end;			/* first day after; DATEVAL_NOEND when open */
	int64		amount;
} ChsCustomerRow;

/* rows in a chunk of a log: 64 kB */
#define CHS_LOG_CHUNK_BITS	11
#define CHS_LOG_CHUNK_ROWS	(1 << CHS_LOG_CHUNK_BITS)

/*
 * Rows in the order they came, in chunks.
 */
typedef struct ChsCustomerLog
{
	MemoryContext parent;
	MemoryContext context;		/* of the chunks; made with the first */
	ChsCustomerRow *free;		/* the next one to fill */
	ChsCustomerRow *chunk_end;
	ChsCustomerRow **chunks;
	int			nchunks;
	int			max_chunks;
} ChsCustomerLog;

extern void chs_log_init(ChsCustomerLog *log, MemoryContext parent);
extern void chs_log_new_chunk(ChsCustomerLog *log);
extern void chs_log_clear(ChsCustomerLog *log);

static inline int64
chs_log_rows(const ChsCustomerLog *log)
{
	return ((int64) log->nchunks << CHS_LOG_CHUNK_BITS) - (log->chunk_end - log->free);
}

/* The rows of its chunk i. */
static inline uint32
chs_log_chunk_rows(const ChsCustomerLog *log, int i)
{
	return Min(chs_log_rows(log) - ((int64) i << CHS_LOG_CHUNK_BITS), CHS_LOG_CHUNK_ROWS);
}

/* Room for one more row, which the caller fills. */
static inline ChsCustomerRow *
chs_log_add(ChsCustomerLog *log)
{
	if (unlikely(log->free == log->chunk_end))
		chs_log_new_chunk(log);
	return log->free++;
}

/*
 * Counting sorts: the numbers of things in each place, in place, to where
 * each place begins.  As the things are put there, that grows to where it
 * ends.
 */
static inline void
chs_counts_to_begins(uint32 *counts, uint32 nplaces)
{
	uint32		sum = 0;

	for (uint32 i = 0; i < nplaces; i++)
	{
		uint32		n = counts[i];

		counts[i] = sum;
		sum += n;
	}
}

/* Which part a key is in, by so many of its highest bits. */
static inline uint32
chs_key_part(uint64 h1, int bits)
{
	return bits ? h1 >> (64 - bits) : 0;
}

struct ChsParts;

/*
 * Reads rows, customer by customer in the order of their keys: those of a log,
 * or any array of chunks, and packed ones (customer_parts.h).  All stay as
 * they are.
 */
typedef struct ChsLogReader
{
	ChsCustomerRow **chunks;
	uint32		nrows;			/* in the chunks */
	List	   *packed;			/* of ChsParts */
	ChsKeyKind	key_kind;		/* of those */
	const char *type;			/* of those, for errors */
	int			part_bits;		/* parts by the highest bits of the key */
	uint32		part;			/* the next one to sort */
	uint32	   *part_end;
	uint32	   *order;			/* numbers of rows in chunks, part by part */
	uint32	   *home_end;		/* scratch of a part */
	ChsCustomerRow *fetched;	/* the rows of a part as they were found */
	ChsCustomerRow *sorted;		/* the rows of a part */
	uint32		nsorted;
	uint32		at;
} ChsLogReader;

extern void chs_log_read(ChsLogReader *reader, ChsCustomerRow **chunks, int64 nrows);
extern void chs_rows_read(ChsLogReader *reader, ChsCustomerRow *rows, int64 nrows);
extern void chs_packed_read(ChsLogReader *reader, struct ChsParts *packed, ChsKeyKind key_kind, const char *type);
extern void chs_log_read_start(ChsLogReader *reader);
extern uint32 chs_log_next_customer(ChsLogReader *reader, ChsCustomerRow **rows);

/*
 * The smallest key of many sorted inputs: a binary heap.
 */
typedef struct ChsMergeEntry
{
	ChsKey		key;
	int			input;
} ChsMergeEntry;

typedef struct ChsMerge
{
	int			n;
	ChsMergeEntry *heap;		/* heap[0] is the smallest */
} ChsMerge;

extern void chs_merge_init(ChsMerge *merge, int max_inputs);
extern void chs_merge_add(ChsMerge *merge, ChsKey key, int input);
extern void chs_merge_sift(ChsMerge *merge);

/* The input of the smallest key has moved on to another key. */
static inline void
chs_merge_advance(ChsMerge *merge, ChsKey key)
{
	merge->heap[0].key = key;
	if (merge->n > 1)
		chs_merge_sift(merge);
}

/* The input of the smallest key is at its end. */
static inline void
chs_merge_drop(ChsMerge *merge)
{
	merge->heap[0] = merge->heap[--merge->n];
	if (merge->n > 1)
		chs_merge_sift(merge);
}

#endif							/* CHS_CUSTOMER_H */
