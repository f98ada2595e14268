/*-------------------------------------------------------------------------
 *
 * activity_span.h
 *		Spans of days, and what a customer does in them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_ACTIVITY_SPAN_H
#define CHS_ACTIVITY_SPAN_H

#include "port/pg_bitutils.h"
#include "utils/date.h"

#include "activity/activity.h"
#include "shared/buckets.h"

/* the chunk of a day, and its place there */
#define CHS_DAY_CHUNK(day)	((int32) (day) >> 6)
#define CHS_DAY_BIT(day)	((int32) (day) & 63)

/*
 * Days next to each other: whole chunks, but for the first and the last one.
 */
typedef struct ChsDaySpan
{
	int32		first_chunk;
	int32		last_chunk;		/* before the first when there is no day */
	uint64		first_mask;
	uint64		last_mask;
} ChsDaySpan;

/*
 * The days from first to before end.
 */
static inline ChsDaySpan
chs_day_span(DateADT first, DateADT end)
{
	ChsDaySpan	span = {0, -1, 0, 0};

	if (first < end)
	{
		span.first_chunk = CHS_DAY_CHUNK(first);
		span.last_chunk = CHS_DAY_CHUNK(end - 1);
		span.first_mask = ~UINT64CONST(0) << CHS_DAY_BIT(first);
		span.last_mask = ~UINT64CONST(0) >> (63 - CHS_DAY_BIT(end - 1));
	}
	return span;
}

/*
 * A pass over the chunks of a customer that reach into a span:
 *
 *		for (i = chs_span_start(...); chs_span_reaches(...); i++)
 *			bits = chs_span_bits(span, &customer->chunks[i]);
 */
static inline int
chs_span_start(const ChsDaySpan *span, const ChsActivityCustomer *customer)
{
	int			i = 0;

	while (i < customer->nchunks && customer->chunks[i].chunk < span->first_chunk)
		i++;
	return i;
}

static inline bool
chs_span_reaches(const ChsDaySpan *span, const ChsActivityCustomer *customer, int i)
{
	return i < customer->nchunks && customer->chunks[i].chunk <= span->last_chunk;
}

static inline uint64
chs_span_bits(const ChsDaySpan *span, const ChsDayChunk *chunk)
{
	uint64		bits = chunk->bits;

	if (chunk->chunk == span->first_chunk)
		bits &= span->first_mask;
	if (chunk->chunk == span->last_chunk)
		bits &= span->last_mask;
	return bits;
}

/*
 * The first day of a chunk, and of a customer.
 */
static inline DateADT
chs_chunk_start(const ChsDayChunk *chunk)
{
	return chunk->chunk * 64;
}

static inline DateADT
chs_first_day(const ChsActivityCustomer *customer)
{
	return chs_chunk_start(&customer->chunks[0]) + pg_rightmost_one_pos64(customer->chunks[0].bits);
}

/*
 * The last day up to a day, which is not before the customer's first.
 */
static inline DateADT
chs_last_day(const ChsActivityCustomer *customer, DateADT up_to)
{
	const ChsDayChunk *chunk = &customer->chunks[customer->nchunks - 1];
	uint64		bits;

	while (chunk->chunk > CHS_DAY_CHUNK(up_to))
		chunk--;
	bits = chunk->bits;
	if (chunk->chunk == CHS_DAY_CHUNK(up_to))
	{
		bits &= ~UINT64CONST(0) >> (63 - CHS_DAY_BIT(up_to));
		if (bits == 0)
			bits = (--chunk)->bits;
	}
	return chs_chunk_start(chunk) + pg_leftmost_one_pos64(bits);
}

/*
 * How many days of a span is the customer active on?
 */
static inline int64
chs_count_days(const ChsDaySpan *span, const ChsActivityCustomer *customer)
{
	int64		days = 0;

	for (int i = chs_span_start(span, customer); chs_span_reaches(span, customer, i); i++)
		days += pg_popcount64(chs_span_bits(span, &customer->chunks[i]));
	return days;
}

static inline bool
chs_is_active(const ChsDaySpan *span, const ChsActivityCustomer *customer)
{
	for (int i = chs_span_start(span, customer); chs_span_reaches(span, customer, i); i++)
	{
		if (chs_span_bits(span, &customer->chunks[i]) != 0)
			return true;
	}
	return false;
}

/*
 * Buckets that customers are active in.
 */
typedef struct ChsActiveBuckets
{
	ChsBuckets	buckets;
	DateADT		as_of;
	ChsDaySpan	known;			/* days of the buckets up to as_of */
	uint64	   *last_days;		/* of each chunk: which days are the last of a bucket; or NULL */
	int			n;				/* of a customer, which chs_active_buckets() sets */
	int		   *active;
	int		   *days;			/* in each, which chs_active_buckets_and_days() sets */
} ChsActiveBuckets;

extern void chs_active_buckets_init(ChsActiveBuckets *buckets, int64 customers);
extern void chs_active_buckets(ChsActiveBuckets *buckets, const ChsActivityCustomer *customer);
extern void chs_active_buckets_and_days(ChsActiveBuckets *buckets, const ChsActivityCustomer *customer);

/*
 * How many days of a bucket are known?  0 for one that begins after as_of.
 */
static inline int64
chs_known_days(const ChsActiveBuckets *buckets, int bucket)
{
	int64		end = Min((int64) buckets->buckets.bounds[bucket + 1], (int64) buckets->as_of + 1);

	return Max(end - buckets->buckets.bounds[bucket], 0);
}

static inline bool
chs_is_complete(const ChsActiveBuckets *buckets, int bucket)
{
	return buckets->buckets.bounds[bucket + 1] - 1 <= buckets->as_of;
}

/*
 * A second summary, read beside a first one that is read in the order of
 * keys: what it has on the same customers.
 */
typedef struct ChsActivityBeside
{
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;	/* where the cursor stands; NULL at the end */
} ChsActivityBeside;

extern void chs_beside_open(ChsActivityBeside *beside, Datum value, ChsKeyKind first_kind);

/*
 * NULL when the second summary does not have the customer.  Keys rise.
 */
static inline const ChsActivityCustomer *
chs_beside(ChsActivityBeside *beside, ChsKey key)
{
	while (beside->customer && chs_key_less(beside->customer->key, key))
		beside->customer = chs_activity_next(&beside->cursor);
	if (beside->customer && chs_key_equal(beside->customer->key, key))
		return beside->customer;
	return NULL;
}

#endif							/* CHS_ACTIVITY_SPAN_H */
