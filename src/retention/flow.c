/*-------------------------------------------------------------------------
 *
 * flow.c
 *		The state of flowsummary: customers who come and go, per day.
 *
 * A customer is a row: started, and ended or open.  Each day keeps
 *
 *		starts	customers who started on it
 *		ends	customers who ended on it
 *		passed	of those, the ones who had started in the same bucket
 *
 * so that a row touches two days at most, however long it lasts, and every
 * number of a timeline follows.  With "there on day d" meaning started <= d
 * and not ended by d, and sums over the days of bucket k = [b(k), b(k+1)):
 *
 *		at_start(k)	= there on b(k) - 1 = sum over earlier days of starts - ends
 *		new(k)		= sum of starts
 *		new_kept(k)	= sum of starts - passed
 *		lost(k)		= sum of ends - passed
 *		at_end(k)	= at_start(k) - lost(k) + new_kept(k)
 *					= at_start(k) + sum of starts - ends = at_start(k+1)
 *
 * Days after as_of do not exist: leaving them out of the sums gives what the
 * rows said on that day, when later starts were not there and later ends had
 * not happened.  A count per bucket could not be cut inside a bucket.
 *
 * A row with ended = started was never there and is not counted.
 *
 * Days that no question reaches are kept as one: those from the last boundary
 * on, and, of one period, those before it (as its day before) and those after
 * its as_of.  Starts and ends of one customer may meet there.
 *
 * The counters are those of shared/counters: a sorted list, or a hash table
 * inside aggregates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "retention/flow.h"

#define FLOW_START(nbounds)	(offsetof(ChsFlow, bounds) + (Size) (nbounds) * sizeof(DateADT))

static ChsFlow *
make_flow(const ChsFlowKind *kind)
{
	ChsFlow    *flow = chs_counters_make(&chs_flow_shape, FLOW_START(kind->nbounds));

	flow->kind = kind->kind;
	flow->one_period = kind->one_period;
	flow->as_of = kind->as_of;
	flow->nbounds = kind->nbounds;
	if (kind->nbounds > 0)
		memcpy(flow->bounds, kind->bounds, kind->nbounds * sizeof(DateADT));
	return flow;
}

static ChsFlow *
empty_flow(void)
{
	return make_flow(&(ChsFlowKind) {.kind = CHS_NO_BUCKETS, .as_of = DATEVAL_NOEND});
}

/*
 * A value that may come from a page: is it one of this version, with
 * everything in its place?
 */
ChsFlow *
chs_checked_flow(void *value)
{
	ChsFlow    *flow = value;

	chs_summary_check_head(&flow->counters, FLOW_START(0), CHS_FLOW_TYPE);
	if (unlikely(flow->nbounds < 0 || flow->nbounds > CHS_MAX_BOUNDS ||
				 (flow->nbounds > 1) != (flow->kind == CHS_BY_BOUNDS) ||
				 flow->one_period > (flow->nbounds == 2) ||
				 (!chs_bucket_kind_is_known(flow->kind) && !chs_flow_is_empty(flow))))
		chs_summary_damaged_stored(CHS_FLOW_TYPE, "It is of no known kind.");
	chs_counters_check(&chs_flow_shape, flow, FLOW_START(flow->nbounds));
	return flow;
}

/*
 * A working form without rows.
 */
ChsFlow *
chs_flow_start(const ChsFlowKind *kind)
{
	return chs_counters_reserve(&chs_flow_shape, make_flow(kind), 2);
}

/*
 * The first and the last of the days that are told apart; others are kept as
 * these.
 */
static inline DateADT
first_kept_day(const ChsFlow *flow)
{
	return flow->one_period ? flow->bounds[0] - 1 : CHS_FIRST_DAY;
}

static inline DateADT
last_kept_day(const ChsFlow *flow)
{
	DateADT		last;

	if (flow->nbounds == 0)
		return CHS_LAST_DAY;
	last = flow->bounds[flow->nbounds - 1] - 1;
	if (flow->one_period)
		last = Max(Min(last, flow->as_of), flow->bounds[0] - 1);
	return last + 1;
}

static inline DateADT
kept_day(const ChsFlow *flow, DateADT day)
{
	if (flow->nbounds > 0)
		day = Min(Max(day, first_kept_day(flow)), last_kept_day(flow));
	return day;
}

/* May both the start and the end of a customer be kept as this day? */
static inline bool
is_many_days(const ChsFlow *flow, DateADT day)
{
	return flow->nbounds > 0 && (day == first_kept_day(flow) || day == last_kept_day(flow));
}

static inline int32
bucket_of(const ChsFlow *flow, DateADT day)
{
	return chs_bucket_of(flow->kind, day, flow->bounds, flow->nbounds);
}

/*
 * Do two days, the first not after the second, lie in one bucket?  Few do in
 * a table of customers, so the calendar is asked only about days that are no
 * further apart than the longest bucket.
 */
static inline bool
in_one_bucket(const ChsFlow *flow, DateADT started, DateADT ended)
{
	uint32		days = (uint32) ended - (uint32) started;
	uint32		longest;

	switch (flow->kind)
	{
		case CHS_BY_DAY:
			return days == 0;
		case CHS_BY_WEEK:
			longest = 7;
			break;
		case CHS_BY_MONTH:
			longest = 31;
			break;
		case CHS_BY_QUARTER:
			longest = 92;
			break;
		case CHS_BY_YEAR:
			longest = 366;
			break;
		default:
			longest = PG_UINT32_MAX;
			break;
	}
	return days < longest && bucket_of(flow, started) == bucket_of(flow, ended);
}

static inline ChsFlowDay *
find_day(const ChsFlow *flow, DateADT day)
{
	uint64		key = chs_counters_word(day);

	return (ChsFlowDay *) chs_counters_find(&chs_flow_shape, &flow->counters, &key);
}

static ChsFlowDay *
claim_day(ChsFlow *flow, DateADT day)
{
	uint64		key = chs_counters_word(day);

	return (ChsFlowDay *) chs_counters_claim(&chs_flow_shape, &flow->counters, &key);
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
	ChsFlowDay *came;
	ChsFlowDay *gone;

	if (unlikely(!flow->counters.multiplier))
		flow = chs_counters_reserve(&chs_flow_shape, flow, 2);
	if (unlikely(flow->customers == PG_INT64_MAX))
		(void) chs_summary_add(flow->customers, 1, CHS_FLOW_TYPE);
	flow->customers++;

	started = kept_day(flow, started);
	ended = kept_day(flow, ended);
	/* new days are rare, and only they need room */
	came = find_day(flow, started);
	gone = find_day(flow, ended);
	if (unlikely(!came->key || !gone->key))
	{
		flow = chs_counters_reserve(&chs_flow_shape, flow, 2);
		came = claim_day(flow, started);
		gone = claim_day(flow, ended);
	}
	came->starts++;
	gone->ends += !open;
	gone->passed += !open & in_one_bucket(flow, started, ended);
	return flow;
}

pg_noreturn static void
refuse_missing(const ChsFlow *flow, DateADT day)
{
	bool		before = flow->one_period && day < flow->bounds[0];

	chs_summary_refuse_missing("customers", "rollup(s) OVER (...)",
							   psprintf("They started or ended %s %s.", before ? "before" : "on",
										chs_day_text(before ? flow->bounds[0] : day)));
}

static void
take_away(ChsFlow *flow, DateADT day, int starts, int ends, int passed)
{
	ChsFlowDay *entry = find_day(flow, day);

	if (!entry->key || entry->starts < starts || entry->ends < ends || entry->passed < passed)
		refuse_missing(flow, day);
	entry->starts -= starts;
	entry->ends -= ends;
	entry->passed -= passed;
	(void) chs_counters_release(&chs_flow_shape, &flow->counters, &entry->key);
}

/*
 * One customer less, the inverse of chs_flow_count().
 */
ChsFlow *
chs_flow_discount(ChsFlow *flow, DateADT started, DateADT ended, bool open)
{
	flow = chs_counters_reserve(&chs_flow_shape, flow, 0);
	started = kept_day(flow, started);
	ended = kept_day(flow, ended);
	take_away(flow, started, 1, 0, 0);
	if (!open)
		take_away(flow, ended, 0, 1, in_one_bucket(flow, started, ended));
	flow->customers--;
	return flow;
}

/*
 * Are both of the same buckets?
 */
static void
check_mix(const ChsFlow *a, const ChsFlow *b)
{
	ChsFlowKind first = chs_flow_kind(a);
	ChsFlowKind second = chs_flow_kind(b);

	if (a->kind != b->kind || a->one_period != b->one_period || a->as_of != b->as_of || a->nbounds != b->nbounds ||
		memcmp(a->bounds, b->bounds, a->nbounds * sizeof(DateADT)) != 0)
		chs_flow_refuse_mix(&first, &second);
}

/*
 * Everything of "from" into "into", which the caller may write to.  Neither
 * is without rows.  May return a new state; "from" stays as it is.
 */
ChsFlow *
chs_flow_add(ChsFlow *into, ChsFlow *from)
{
	check_mix(into, from);
	into = chs_counters_add(&chs_flow_shape, into, from);
	into->customers = chs_summary_add(into->customers, from->customers, CHS_FLOW_TYPE);
	return into;
}

/*
 * The inverse of chs_flow_add().
 */
ChsFlow *
chs_flow_subtract(ChsFlow *into, ChsFlow *from)
{
	const uint64 *missing;

	if (chs_flow_is_empty(into))
	{
		ChsFlowKind kind = chs_flow_kind(from);

		into = chs_flow_start(&kind);
	}
	check_mix(into, from);
	into = chs_counters_reserve(&chs_flow_shape, into, 0);
	missing = chs_counters_subtract(&chs_flow_shape, into, from);
	if (missing)
		refuse_missing(into, (DateADT) chs_counters_key(missing, 0));
	into->customers -= from->customers;
	return into;
}

/*
 * Canonical form.
 */
ChsFlow *
chs_flow_sorted(ChsFlow *flow)
{
	if (!flow->counters.multiplier)
		return flow;
	if (flow->counters.nentries == 0)
		return empty_flow();
	return chs_counters_sorted(&chs_flow_shape, flow);
}

/*
 * The first day of a sorted list whose counters cannot be those of customers,
 * or NULL.
 *
 * An end takes a customer who is there: one who started in this bucket if it
 * passed, otherwise one of an earlier bucket.  That is enough: as long as
 * there is one to take, starts and ends can be joined to customers.
 */
static const ChsFlowDay *
first_impossible_day(const ChsFlow *flow)
{
	const ChsFlowDay *entry = chs_flow_days(flow);
	int64		earlier = 0;	/* there, started in an earlier bucket */
	int64		here = 0;		/* there, started in this bucket */
	int32		bucket = 0;

	for (uint32 i = 0; i < flow->counters.nentries; i++, entry++)
	{
		int32		next = bucket_of(flow, chs_flow_day(entry));
		int64		same_day = is_many_days(flow, chs_flow_day(entry)) ? entry->starts : 0;

		chs_check_interrupts(i);
		if (next != bucket || i == 0)
		{
			bucket = next;
			earlier += here;
			here = 0;
		}
		if (entry->passed > entry->ends || entry->passed > here + same_day || entry->ends - entry->passed > earlier)
			return entry;
		earlier -= entry->ends - entry->passed;
		here += entry->starts - entry->passed;
	}
	return NULL;
}

/*
 * The canonical form of what is left after customers were taken away by hand:
 * counters that were there may still not be those of customers.
 */
ChsFlow *
chs_flow_sorted_remains(ChsFlow *flow)
{
	ChsFlow    *sorted = chs_flow_sorted(flow);
	const ChsFlowDay *impossible = first_impossible_day(sorted);

	if (impossible)
		refuse_missing(flow, chs_flow_day(impossible));
	return sorted;
}

/*
 * Words.
 */
char *
chs_flow_describe(const ChsFlowKind *kind)
{
	char	   *from;
	char	   *to;

	if (kind->kind != CHS_BY_BOUNDS)
		return psprintf("buckets by %s", chs_bucket_name(kind->kind));
	from = chs_day_text(kind->bounds[0]);
	to = chs_day_text(kind->bounds[kind->nbounds - 1]);
	if (!kind->one_period)
		return psprintf("%d boundaries from %s to %s", kind->nbounds, from, to);
	if (kind->as_of == DATEVAL_NOEND)
		return psprintf("the period [%s,%s)", from, to);
	return psprintf("the period [%s,%s) as of %s", from, to, chs_day_text(kind->as_of));
}

void
chs_flow_refuse_mix(const ChsFlowKind *a, const ChsFlowKind *b)
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
			 errhint("Use one period, as_of or bucket for all rows, or GROUP BY it.")));
}

/*
 * Binary form: version, kind; unless it is without rows: whether it is of one
 * period, its as_of, the boundaries with their number, the days.
 */
bytea *
chs_flow_to_wire(ChsFlow *flow)
{
	ChsFlow    *sorted = chs_flow_sorted(flow);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendbyte(&buf, sorted->kind);
	if (chs_flow_is_empty(sorted))
		return pq_endtypsend(&buf);

	pq_sendbyte(&buf, sorted->one_period);
	pq_sendint32(&buf, sorted->as_of);
	pq_sendint32(&buf, sorted->nbounds);
	for (int i = 0; i < sorted->nbounds; i++)
		pq_sendint32(&buf, sorted->bounds[i]);
	chs_counters_send(&chs_flow_shape, sorted, &buf);
	return pq_endtypsend(&buf);
}

static DateADT *
receive_bounds(StringInfo buf, ChsFlowKind *kind)
{
	DateADT    *bounds;

	if (kind->nbounds != 0 && kind->kind != CHS_BY_BOUNDS)
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "A named bucket has boundaries.");
	if (kind->kind == CHS_BY_BOUNDS && (kind->nbounds < 2 || kind->nbounds > CHS_MAX_BOUNDS))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, psprintf("The number of boundaries is %d.", kind->nbounds));
	chs_wire_need(buf, kind->nbounds * sizeof(int32), CHS_FLOW_TYPE);
	bounds = palloc(Max(kind->nbounds, 1) * sizeof(DateADT));
	for (int i = 0; i < kind->nbounds; i++)
	{
		bounds[i] = (DateADT) pq_getmsgint(buf, sizeof(int32));
		if (bounds[i] < CHS_FIRST_DAY || bounds[i] > CHS_LAST_DAY)
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "A boundary is not a date.");
		if (i > 0 && bounds[i] <= bounds[i - 1])
			chs_summary_damaged_binary(CHS_FLOW_TYPE, "Boundaries must rise.");
	}
	return bounds;
}

static ChsFlowKind
receive_kind(StringInfo buf, int bucket_kind)
{
	ChsFlowKind kind = {.kind = bucket_kind};
	int			one_period;

	if (!chs_bucket_kind_is_known(bucket_kind))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, psprintf("There is no bucket of kind %d.", bucket_kind));
	chs_wire_need(buf, 1 + 2 * sizeof(int32), CHS_FLOW_TYPE);
	one_period = pq_getmsgbyte(buf);
	kind.one_period = one_period;
	kind.as_of = (DateADT) pq_getmsgint(buf, sizeof(int32));
	kind.nbounds = (int32) pq_getmsgint(buf, sizeof(int32));
	kind.bounds = receive_bounds(buf, &kind);
	if (one_period > (kind.nbounds == 2))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "One period has two boundaries.");
	if (kind.as_of != DATEVAL_NOEND && (!one_period || kind.as_of < CHS_FIRST_DAY || kind.as_of > CHS_LAST_DAY))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "\"as_of\" is not a day of one period.");
	return kind;
}

ChsFlow *
chs_flow_from_wire(StringInfo buf)
{
	int			bucket_kind;
	ChsFlowKind kind;
	ChsFlow    *flow;

	chs_wire_version(buf, CHS_FLOW_TYPE);
	chs_wire_need(buf, 1, CHS_FLOW_TYPE);
	bucket_kind = pq_getmsgbyte(buf);
	if (bucket_kind == CHS_NO_BUCKETS)
	{
		chs_wire_end(buf, CHS_FLOW_TYPE);
		return empty_flow();
	}
	kind = receive_kind(buf, bucket_kind);
	flow = chs_counters_receive(&chs_flow_shape, make_flow(&kind), buf);
	chs_wire_end(buf, CHS_FLOW_TYPE);

	if (flow->counters.nentries == 0)
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "There are no days.");
	/* keys rise, so the ends tell of all */
	if (chs_counters_key(&chs_flow_days(flow)[0].key, 0) < first_kept_day(flow) ||
		chs_counters_key(&chs_flow_days(flow)[flow->counters.nentries - 1].key, 0) > last_kept_day(flow))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "A day lies outside the calendar.");
	for (uint32 i = 0; i < flow->counters.nentries; i++)
		flow->customers = chs_summary_add(flow->customers, chs_flow_days(flow)[i].starts, CHS_FLOW_TYPE);
	if (first_impossible_day(flow))
		chs_summary_damaged_binary(CHS_FLOW_TYPE, "More customers end than are there.");
	return flow;
}
