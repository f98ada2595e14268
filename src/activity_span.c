/*-------------------------------------------------------------------------
 *
 * activity_span.c
 *		Spans of days, and what a customer does in them.
 *
 * Days come as bits, 64 to a chunk.  Which buckets a customer is active in is
 * answered bucket by bucket, not day by day: the lowest bit of a chunk names a
 * bucket, and the mask of that bucket's days then clears them all.  So a
 * customer costs its active buckets and its chunks, however often it came.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "activity_span.h"

/*
 * The buckets that hold active days of a span, which lies within the buckets.
 * They rise; "active" has room for one more than there are buckets.
 */
int
chs_active_buckets(const ChsBuckets *buckets, const ChsDaySpan *span,
				   const ChsActivityCustomer *customer, int *active)
{
	int			n = 0;

	for (int i = chs_span_start(span, customer); chs_span_reaches(span, customer, i); i++)
	{
		DateADT		start = chs_chunk_start(&customer->chunks[i]);
		uint64		bits = chs_span_bits(span, &customer->chunks[i]);

		while (bits != 0)
		{
			int			bucket = chs_bucket_among(buckets, start + pg_rightmost_one_pos64(bits));
			int64		end = (int64) buckets->bounds[bucket + 1] - start;

			/* the bucket that the chunk before ended with counts once */
			active[n] = bucket;
			n += n == 0 || active[n - 1] != bucket;
			if (end >= 64)
				break;
			bits &= ~UINT64CONST(0) << end;
		}
	}
	return n;
}

/*
 * Both summaries must have the same kind of keys.
 */
void
chs_beside_open(ChsActivityBeside *beside, Datum value, Datum first)
{
	ChsKeyKind	kind = chs_activity_key_kind(value);
	ChsKeyKind	first_kind = chs_activity_key_kind(first);

	if (kind != first_kind)
		chs_refuse_key_mix(first_kind, kind);
	chs_activity_open(&beside->reader, value, true);
	beside->more = chs_activity_next(&beside->reader);
}
