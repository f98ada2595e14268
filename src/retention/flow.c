/*-------------------------------------------------------------------------
 *
 * flow.c
 *		The state of flowsummary: customers who come and go, per bucket.
 *
 * A customer is a row: started, and ended or open.  Each bucket of days keeps
 *
 *		kept	started in it and did not end in it
 *		lost	ended in it and had started before it
 *		passed	started and ended in it
 *
 * so that a row touches one bucket or two, however long it lasts, and every
 * number of a timeline follows.  With "there on day d" meaning started <= d
 * and not ended by d, for bucket k = [b(k), b(k+1)):
 *
 *		at_start(k)	= there on b(k) - 1
 *					= #(started < b(k)) - #(ended < b(k))
 *					= sum over j < k of kept(j) + passed(j) - lost(j) - passed(j)
 *					= sum over j < k of kept(j) - lost(j)
 *		new(k)		= kept(k) + passed(k)
 *		new_kept(k)	= kept(k), for those are there on b(k+1) - 1
 *		lost(k)		= lost(k)
 *		at_end(k)	= there on b(k+1) - 1 = at_start(k+1)
 *					= at_start(k) + kept(k) - lost(k)
 *
 * A row with ended = started was never there and is not counted.  One period
 * is a list of two boundaries: bucket -1 before it, 0 in it, 1 after it.
 *
 * Canonical form: a list of buckets sorted by number, without empty ones.
 *
 * Working form, inside aggregates: an open-addressing hash table of the same
 * entries in the same flat varlena, at most three quarters full.  Buckets
 * are not kept in a dense array because one end of 9999-12-31, which stands
 * for "open" in many tables, would make that array reach there.  When it is
 * full, a wider table is made in the current (short-lived) context; the
 * executor copies it to where states live and frees the old.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "retention/flow.h"

#define FIRST_LOG2_SLOTS	3
#define MAX_LOG2_SLOTS		24	/* 512 MB */
#define WIRE_BUCKET_BYTES	(sizeof(int32) + 3 * sizeof(int64))

/*
 * Memory.
 */
static ChsFlow *
make_flow(ChsBucketKind kind, const DateADT *bounds, int nbounds, int log2_slots, int nbuckets)
{
	Size		slots = log2_slots ? (Size) 1 << log2_slots : (Size) nbuckets;
	Size		size = CHS_FLOW_HEADER(nbounds) + slots * sizeof(ChsFlowBucket);
	ChsFlow    *flow = palloc0(size);

	SET_VARSIZE(flow, size);
	flow->version = CHS_SUMMARY_VERSION;
	flow->kind = kind;
	flow->log2_slots = log2_slots;
	flow->nbounds = nbounds;
	if (nbounds > 0)
		memcpy(flow->bounds, bounds, nbounds * sizeof(DateADT));
	return flow;
}

/*
 * A working form without rows.
 */
ChsFlow *
chs_flow_start(ChsBucketKind kind, const DateADT *bounds, int nbounds)
{
	return make_flow(kind, bounds, nbounds, FIRST_LOG2_SLOTS, 0);
}

/*
 * The slot of a bucket, or the free slot where it belongs.
 *
 * The buckets of real data are neighbours, so the number itself is the first
 * place to look: no two of a run collide.  Who finds that taken goes on from a
 * place by multiplicative hashing, which keeps any other set of numbers
 * spread.  The table is never full and nothing is ever removed.
 */
static inline ChsFlowBucket *
find_slot(ChsFlow *flow, int32 bucket)
{
	ChsFlowBucket *slots = chs_flow_buckets(flow);
	uint32		mask = ((uint32) 1 << flow->log2_slots) - 1;
	uint32		i = (uint32) bucket & mask;

	if (likely(!slots[i].used || slots[i].bucket == bucket))
		return &slots[i];
	i = ((uint32) bucket * 2654435769U) >> (32 - flow->log2_slots);
	while (slots[i].used && slots[i].bucket != bucket)
		i = (i + 1) & mask;
	return &slots[i];
}

static inline ChsFlowBucket *
find_or_make_slot(ChsFlow *flow, int32 bucket)
{
	ChsFlowBucket *slot = find_slot(flow, bucket);

	if (unlikely(!slot->used))
	{
		slot->used = 1;
		slot->bucket = bucket;
		flow->nbuckets++;
	}
	return slot;
}

static inline bool
has_room(const ChsFlow *flow, int more)
{
	return ((int64) flow->nbuckets + more) * 4 <= ((int64) 3 << flow->log2_slots);
}

static inline bool
has_counts(const ChsFlowBucket *entry)
{
	return entry->kept || entry->lost || entry->passed;
}

/*
 * A working form of the same content with room for more buckets.  What a
 * moving window has left behind is not taken along, so the form grows with
 * the buckets of the frame and not with all that ever were in it.  Half of the
 * slots are free then, so a quarter is taken before the next time.
 */
static ChsFlow *
with_room(ChsFlow *flow, int more)
{
	int			log2_slots = FIRST_LOG2_SLOTS;
	ChsFlowBucket *old = chs_flow_buckets(flow);
	int			nold = chs_flow_slots(flow);
	int64		needed = more;
	ChsFlow    *wide;

	for (int i = 0; i < nold; i++)
		needed += has_counts(&old[i]);
	while (needed * 2 > (int64) 1 << log2_slots)
		log2_slots++;
	if (log2_slots > MAX_LOG2_SLOTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many buckets for one %s", CHS_FLOW_TYPE),
				 errdetail("It would hold " INT64_FORMAT ".", needed),
				 errhint("Use a longer bucket, for instance flow_agg(started, ended, 'month').")));

	wide = make_flow(flow->kind, flow->bounds, flow->nbounds, log2_slots, 0);
	wide->rows = flow->rows;
	for (int i = 0; i < nold; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_counts(&old[i]))
			*find_or_make_slot(wide, old[i].bucket) = old[i];
	}
	return wide;
}

/*
 * One customer more; ended is started when open.  May return a new state.
 *
 * Whether a customer is still there is as good as random from row to row, so
 * the counters are moved by arithmetic and not by branches.
 */
ChsFlow *
chs_flow_count(ChsFlow *flow, DateADT started, DateADT ended, bool open)
{
	int32		first;
	int32		last;
	bool		same;
	ChsFlowBucket *came;
	ChsFlowBucket *gone;

	if (unlikely(!flow->log2_slots))
		flow = with_room(flow, 2);
	if (unlikely(flow->rows == PG_INT64_MAX))
		(void) chs_summary_add(flow->rows, 1, CHS_FLOW_TYPE);
	flow->rows++;

	if (flow->kind == CHS_BY_MONTH)
	{
		first = chs_month_of(started);
		last = chs_month_of(ended);
	}
	else
	{
		first = chs_bucket_of(flow->kind, started, flow->bounds, flow->nbounds);
		last = chs_bucket_of(flow->kind, ended, flow->bounds, flow->nbounds);
	}
	same = first == last;

	/* new buckets are rare, and only they need room */
	came = find_slot(flow, first);
	gone = find_slot(flow, last);
	if (unlikely(!came->used || !gone->used))
	{
		if (!has_room(flow, 2))
			flow = with_room(flow, 2);
		came = find_or_make_slot(flow, first);
		gone = find_or_make_slot(flow, last);
	}
	came->kept += open | !same;
	came->passed += !open & same;
	gone->lost += !same;
	return flow;
}

pg_noreturn static void
refuse_missing(const ChsFlow *flow, int32 bucket)
{
	DateADT		start = chs_bucket_start(flow->kind, bucket, flow->bounds, flow->nbounds);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot take away customers that the summary does not hold"),
			 errdetail("They came or left in the bucket that starts on %s.", chs_day_text(start)),
			 errhint("This function serves moving windows; write rollup(s) OVER (...) instead of calling it.")));
}

static inline void
take_away(ChsFlow *flow, int32 bucket, int64 kept, int64 lost, int64 passed)
{
	ChsFlowBucket *slot = find_slot(flow, bucket);

	if (!slot->used || slot->kept < kept || slot->lost < lost || slot->passed < passed)
		refuse_missing(flow, bucket);
	slot->kept -= kept;
	slot->lost -= lost;
	slot->passed -= passed;
	flow->rows -= kept + passed;
}

/*
 * One customer less, the inverse of chs_flow_count().
 */
ChsFlow *
chs_flow_discount(ChsFlow *flow, DateADT started, DateADT ended, bool open)
{
	int32		first = chs_bucket_of(flow->kind, started, flow->bounds, flow->nbounds);
	int32		last = chs_bucket_of(flow->kind, ended, flow->bounds, flow->nbounds);

	if (!flow->log2_slots)
		flow = with_room(flow, 0);
	if (open || first != last)
		take_away(flow, first, 1, 0, 0);
	else
		take_away(flow, first, 0, 0, 1);
	if (first != last)
		take_away(flow, last, 0, 1, 0);
	return flow;
}

/*
 * Are both of the same buckets?
 */
static void
check_mix(const ChsFlow *a, const ChsFlow *b)
{
	if (a->kind != b->kind || a->nbounds != b->nbounds ||
		memcmp(a->bounds, b->bounds, a->nbounds * sizeof(DateADT)) != 0)
		chs_flow_refuse_mix(a, b);
}

/*
 * Everything of "from" into "into", which the caller may write to.  Neither
 * is without rows.  May return a new state; "from" stays as it is.
 */
ChsFlow *
chs_flow_add(ChsFlow *into, ChsFlow *from)
{
	ChsFlowBucket *entry = chs_flow_buckets(from);
	int			nslots = chs_flow_slots(from);

	check_mix(into, from);
	if (!into->log2_slots || !has_room(into, from->nbuckets))
		into = with_room(into, from->nbuckets);

	/* no sum of counters is above the number of customers */
	into->rows = chs_summary_add(into->rows, from->rows, CHS_FLOW_TYPE);
	for (int i = 0; i < nslots; i++, entry++)
	{
		ChsFlowBucket *slot;

		CHECK_FOR_INTERRUPTS();
		if (!entry->used)
			continue;
		slot = find_or_make_slot(into, entry->bucket);
		slot->kept += entry->kept;
		slot->lost += entry->lost;
		slot->passed += entry->passed;
	}
	return into;
}

/*
 * The inverse of chs_flow_add().
 */
ChsFlow *
chs_flow_subtract(ChsFlow *into, ChsFlow *from)
{
	ChsFlowBucket *entry = chs_flow_buckets(from);
	int			nslots = chs_flow_slots(from);

	check_mix(into, from);
	if (!into->log2_slots)
		into = with_room(into, 0);
	for (int i = 0; i < nslots; i++, entry++)
	{
		CHECK_FOR_INTERRUPTS();
		if (entry->used)
			take_away(into, entry->bucket, entry->kept, entry->lost, entry->passed);
	}
	return into;
}

/*
 * Canonical form.
 */
static int
compare_buckets(const void *a, const void *b)
{
	int32		first = ((const ChsFlowBucket *) a)->bucket;
	int32		second = ((const ChsFlowBucket *) b)->bucket;

	CHECK_FOR_INTERRUPTS();
	return first < second ? -1 : first > second;
}

ChsFlow *
chs_flow_sorted(ChsFlow *flow)
{
	ChsFlowBucket *slots = chs_flow_buckets(flow);
	int			nslots = chs_flow_slots(flow);
	int			nbuckets = 0;
	ChsFlow    *sorted;
	ChsFlowBucket *list;

	if (!flow->log2_slots)
		return flow;
	if (flow->rows == 0)
		return make_flow(CHS_NO_BUCKETS, NULL, 0, 0, 0);

	for (int i = 0; i < nslots; i++)
		nbuckets += has_counts(&slots[i]);
	sorted = make_flow(flow->kind, flow->bounds, flow->nbounds, 0, nbuckets);
	sorted->rows = flow->rows;
	sorted->nbuckets = nbuckets;
	list = chs_flow_buckets(sorted);
	for (int i = 0; i < nslots; i++)
	{
		if (has_counts(&slots[i]))
			*list++ = slots[i];
	}
	qsort(chs_flow_buckets(sorted), nbuckets, sizeof(ChsFlowBucket), compare_buckets);
	return sorted;
}

/*
 * The canonical form of what is left after customers were taken away by hand:
 * counters that were there may still not be those of customers.
 */
ChsFlow *
chs_flow_sorted_remains(ChsFlow *flow)
{
	ChsFlow    *sorted = chs_flow_sorted(flow);
	ChsFlowBucket *slots = chs_flow_buckets(flow);
	ChsFlowBucket *list = chs_flow_buckets(sorted);
	int64		there = 0;

	for (int i = 0; i < sorted->nbuckets; i++, list++)
	{
		if (list->lost > there)
			refuse_missing(flow, list->bucket);
		there += list->kept - list->lost;
	}
	for (int i = 0; sorted->rows == 0 && i < chs_flow_slots(flow); i++)
	{
		if (has_counts(&slots[i]))
			refuse_missing(flow, slots[i].bucket);
	}
	return sorted;
}

/*
 * Words.
 */
char *
chs_flow_describe(const ChsFlow *flow)
{
	char	   *from;
	char	   *to;

	if (flow->kind != CHS_BY_BOUNDS)
		return psprintf("buckets by %s", chs_bucket_name(flow->kind));
	from = chs_day_text(flow->bounds[0]);
	to = chs_day_text(flow->bounds[flow->nbounds - 1]);
	if (flow->nbounds == 2)
		return psprintf("the period [%s,%s)", from, to);
	return psprintf("%d boundaries from %s to %s", flow->nbounds, from, to);
}

void
chs_flow_refuse_mix(const ChsFlow *a, const ChsFlow *b)
{
	char	   *of_a = chs_flow_describe(a);
	char	   *of_b = chs_flow_describe(b);

	/* as many boundaries with the same ends: name those that differ */
	if (strcmp(of_a, of_b) == 0)
	{
		int			i = 0;

		while (a->bounds[i] == b->bounds[i])
			i++;
		of_a = psprintf("%s with %s", of_a, chs_day_text(a->bounds[i]));
		of_b = psprintf("%s with %s", of_b, chs_day_text(b->bounds[i]));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge flows of different periods"),
			 errdetail("One is of %s, the other of %s.", of_a, of_b),
			 errhint("Use one period or bucket for all rows, or GROUP BY it.")));
}

/*
 * Binary form: version, kind; unless it is without rows: customers, the
 * boundaries with their number, the buckets with theirs.
 */
bytea *
chs_flow_to_wire(ChsFlow *flow)
{
	ChsFlow    *sorted = chs_flow_sorted(flow);
	ChsFlowBucket *entry = chs_flow_buckets(sorted);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendbyte(&buf, sorted->kind);
	if (sorted->kind == CHS_NO_BUCKETS)
		return pq_endtypsend(&buf);

	pq_sendint64(&buf, sorted->rows);
	pq_sendint32(&buf, sorted->nbounds);
	for (int i = 0; i < sorted->nbounds; i++)
		pq_sendint32(&buf, sorted->bounds[i]);
	pq_sendint32(&buf, sorted->nbuckets);
	for (int i = 0; i < sorted->nbuckets; i++, entry++)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendint32(&buf, entry->bucket);
		pq_sendint64(&buf, entry->kept);
		pq_sendint64(&buf, entry->lost);
		pq_sendint64(&buf, entry->passed);
	}
	return pq_endtypsend(&buf);
}

static int
receive_size(StringInfo buf, int low, int high, Size bytes_each, const char *what)
{
	int32		size;

	chs_wire_need(buf, sizeof(int32), CHS_FLOW_TYPE);
	size = (int32) pq_getmsgint(buf, sizeof(int32));
	if (size < low || size > high)
		chs_summary_damaged_binary(CHS_FLOW_TYPE, psprintf("The number of %s is %d.", what, size));
	chs_wire_need(buf, (int64) size * bytes_each, CHS_FLOW_TYPE);
	return size;
}

static DateADT *
receive_bounds(StringInfo buf, ChsBucketKind kind, int *nbounds)
{
	int			low = kind == CHS_BY_BOUNDS ? 2 : 0;
	int			high = kind == CHS_BY_BOUNDS ? CHS_MAX_BOUNDS : 0;
	int			n = receive_size(buf, low, high, sizeof(int32), "boundaries");
	DateADT    *bounds = palloc(Max(n, 1) * sizeof(DateADT));

	for (int i = 0; i < n; i++)
	{
		bounds[i] = (DateADT) pq_getmsgint(buf, sizeof(int32));
		if (bounds[i] < CHS_FIRST_DAY || bounds[i] > CHS_LAST_DAY)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "A boundary is not a date.");
		if (i > 0 && bounds[i] <= bounds[i - 1])
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "Boundaries must rise.");
	}
	*nbounds = n;
	return bounds;
}

/*
 * All buckets, with every check: their order, counts that are not negative,
 * nobody lost who was not there, and the number of customers.
 */
static void
receive_buckets(StringInfo buf, ChsFlow *flow)
{
	int32		lowest = flow->kind == CHS_BY_BOUNDS ? -1 : chs_bucket_of(flow->kind, CHS_FIRST_DAY, NULL, 0);
	int32		highest = flow->kind == CHS_BY_BOUNDS ? flow->nbounds - 1 : chs_bucket_of(flow->kind, CHS_LAST_DAY, NULL, 0);
	ChsFlowBucket *entry = chs_flow_buckets(flow);
	int64		there = 0;
	int64		customers = 0;

	for (int i = 0; i < flow->nbuckets; i++, entry++)
	{
		CHECK_FOR_INTERRUPTS();
		entry->bucket = (int32) pq_getmsgint(buf, sizeof(int32));
		entry->used = 1;
		entry->kept = pq_getmsgint64(buf);
		entry->lost = pq_getmsgint64(buf);
		entry->passed = pq_getmsgint64(buf);

		if (entry->bucket < lowest || entry->bucket > highest)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "A bucket lies outside the calendar.");
		if (i > 0 && entry->bucket <= entry[-1].bucket)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "Buckets must rise.");
		if (entry->kept < 0 || entry->lost < 0 || entry->passed < 0)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "A count is negative.");
		if (entry->kept == 0 && entry->lost == 0 && entry->passed == 0)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "A bucket is empty.");
		if (entry->lost > there)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "More customers are lost than were there.");
		if (pg_add_s64_overflow(customers, entry->kept, &customers) ||
			pg_add_s64_overflow(customers, entry->passed, &customers) ||
			customers > flow->rows)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "The buckets add up to more than the number of customers.");
		there += entry->kept - entry->lost;
	}
	if (customers < flow->rows)
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "The buckets add up to less than the number of customers.");
}

ChsFlow *
chs_flow_from_wire(StringInfo buf)
{
	ChsBucketKind kind;
	int64		rows;
	DateADT    *bounds;
	int			nbounds;
	int			nbuckets;
	ChsFlow    *flow;

	chs_wire_version(buf, CHS_FLOW_TYPE);
	chs_wire_need(buf, 1, CHS_FLOW_TYPE);
	kind = pq_getmsgbyte(buf);
	if (kind == CHS_NO_BUCKETS)
	{
		chs_wire_end(buf, CHS_FLOW_TYPE);
		return make_flow(CHS_NO_BUCKETS, NULL, 0, 0, 0);
	}
	if (!chs_bucket_kind_is_known(kind))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, psprintf("There is no bucket of kind %d.", kind));

	chs_wire_need(buf, sizeof(int64), CHS_FLOW_TYPE);
	rows = pq_getmsgint64(buf);
	if (rows <= 0)
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "The number of customers is not positive.");
	bounds = receive_bounds(buf, kind, &nbounds);
	nbuckets = receive_size(buf, 1, 1 << (MAX_LOG2_SLOTS - 1), WIRE_BUCKET_BYTES, "buckets");

	flow = make_flow(kind, bounds, nbounds, 0, nbuckets);
	flow->rows = rows;
	flow->nbuckets = nbuckets;
	receive_buckets(buf, flow);
	chs_wire_end(buf, CHS_FLOW_TYPE);
	return flow;
}
