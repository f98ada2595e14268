/*-------------------------------------------------------------------------
 *
 * activity_span.c
 *		Spans of days, and what a customer does in them.
 *
 * Days come as bits, 64 to a chunk.  Which buckets a customer is active in
 * must not cost a visit to each day.  With a bit for the last day of each
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
 * Makes buckets, which the caller has set together with as_of, ready for the
 * customers of a summary.
 */
void
chs_active_buckets_init(ChsActiveBuckets *active, int64 customers)
{
	ChsBuckets *buckets = &active->buckets;

	chs_buckets_prepare(buckets, customers);
	active->known = chs_day_span(buckets->first, Min(buckets->end, active->as_of + 1));
	active->last_days = NULL;
	if (buckets->of_day)
		mark_last_days(active);
	active->n = 0;
	active->active = palloc((buckets->n + 1) * sizeof(int));
	active->days = palloc((buckets->n + 1) * sizeof(int));
}

/*
 * Sets which buckets hold known days of a customer, and how many; the buckets
 * rise.  A bucket's days within a chunk are all that are left up to its last.
 */
static pg_attribute_always_inline void
find_active_buckets(ChsActiveBuckets *buckets, const ChsActivityCustomer *customer, bool want_days)
{
	const ChsDaySpan *known = &buckets->known;
	const uint64 *last_days = buckets->last_days;
	int			before = -1;
	int			n = 0;

	for (int i = chs_span_start(known, customer); chs_span_reaches(known, customer, i); i++)
	{
		const ChsDayChunk *chunk = &customer->chunks[i];
		DateADT		start = chs_chunk_start(chunk);
		uint64		days = chs_span_bits(known, chunk);
		uint64		ends = days;

		if (last_days)
		{
			uint64		last = last_days[chunk->chunk - known->first_chunk];

			ends = (((days & ~last) + ~last) | days) & last;
		}
		for (; ends != 0; ends &= ends - 1)
		{
			int			place = pg_rightmost_one_pos64(ends);
			int			bucket = chs_bucket_among(&buckets->buckets, start + place);

			buckets->active[n] = bucket;
			if (want_days)
				buckets->days[n] = 0;
			n += bucket != before;
			before = bucket;
			if (want_days)
			{
				uint64		up_to_end = days & (~UINT64CONST(0) >> (63 - place));

				buckets->days[n - 1] += pg_popcount64(up_to_end);
				days ^= up_to_end;
			}
		}
	}
	buckets->n = n;
}

void
chs_active_buckets(ChsActiveBuckets *buckets, const ChsActivityCustomer *customer)
{
	find_active_buckets(buckets, customer, false);
}

void
chs_active_buckets_and_days(ChsActiveBuckets *buckets, const ChsActivityCustomer *customer)
{
	find_active_buckets(buckets, customer, true);
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
