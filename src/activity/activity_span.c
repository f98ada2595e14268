/*-------------------------------------------------------------------------
 *
 * activity_span.c
 *		Spans of days, and what a customer does in them.
 *
 * Days come as bits, 64 to a chunk.  Which buckets a customer is active in
 * must not cost a look at each day.  With a bit for the last day of each
 * bucket (L), one addition answers it for all buckets of a chunk,
 *
 *		(((days & ~L) + ~L) | days) & L
 *
 * for the days of a bucket before its last are all ones in ~L, so that adding
 * any active one of them carries into the last, and never further.  What is
 * left is a bit for each bucket with an active day.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "activity/activity_span.h"

/* chunks of a table of last days: 260,000 days */
#define MAX_TABLE_CHUNKS	4096

/*
 * The last day of a chunk ends the part of a bucket that is in it.
 */
static void
mark_last_days(ChsActiveBuckets *active)
{
	const ChsBuckets *buckets = &active->buckets;
	int32		first = CHS_DAY_CHUNK(buckets->first);
	int32		nchunks = CHS_DAY_CHUNK(buckets->end - 1) - first + 1;

	if (nchunks > MAX_TABLE_CHUNKS)
		return;
	active->last_days = palloc(nchunks * sizeof(uint64));
	for (int i = 0; i < nchunks; i++)
		active->last_days[i] = UINT64CONST(1) << 63;
	for (int i = 1; i <= buckets->n; i++)
		active->last_days[CHS_DAY_CHUNK(buckets->bounds[i] - 1) - first] |= UINT64CONST(1) << CHS_DAY_BIT(buckets->bounds[i] - 1);
}

/*
 * Arguments of a function whose first one is a summary; from argno on: bucket
 * or boundaries, from_day, to_day, as_of.  It has about so many customers.
 */
void
chs_get_active_buckets(FunctionCallInfo fcinfo, int argno, bool by_name, int max, int64 customers,
					   ChsActiveBuckets *active)
{
	ChsBuckets *buckets = &active->buckets;

	chs_get_buckets(fcinfo, argno, by_name, max, buckets, &active->as_of);
	chs_buckets_prepare(buckets, customers);
	active->known = chs_day_span(buckets->first, Min(buckets->end, active->as_of + 1));
	active->last_days = NULL;
	if (buckets->of_day)
		mark_last_days(active);
	active->n = 0;
	active->active = palloc((buckets->n + 1) * sizeof(int));
}

/*
 * Sets which buckets hold known days of a customer; they rise.
 */
void
chs_active_buckets(ChsActiveBuckets *active, const ChsActivityCustomer *customer)
{
	const ChsDaySpan *known = &active->known;
	const uint64 *last_days = active->last_days;
	int			before = -1;
	int			n = 0;

	for (int i = chs_span_start(known, customer); chs_span_reaches(known, customer, i); i++)
	{
		const ChsDayChunk *chunk = &customer->chunks[i];
		DateADT		start = chs_chunk_start(chunk);
		uint64		bits = chs_span_bits(known, chunk);

		if (last_days)
		{
			uint64		last = last_days[chunk->chunk - known->first_chunk];

			bits = (((bits & ~last) + ~last) | bits) & last;
		}
		for (; bits != 0; bits &= bits - 1)
		{
			int			bucket = chs_bucket_among(&active->buckets, start + pg_rightmost_one_pos64(bits));

			active->active[n] = bucket;
			n += bucket != before;
			before = bucket;
		}
	}
	active->n = n;
}

/*
 * Both summaries must have the same kind of keys.
 */
void
chs_beside_open(ChsActivityBeside *beside, Datum value, ChsKeyKind first_kind)
{
	chs_activity_open(&beside->cursor, value, false);
	chs_check_key_kind(first_kind, beside->cursor.key_kind);
	beside->customer = chs_activity_next(&beside->cursor);
}
