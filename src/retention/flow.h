/*-------------------------------------------------------------------------
 *
 * flow.h
 *		The state of flowsummary: customers who come and go, per bucket.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FLOW_H
#define CHS_FLOW_H

#include "fmgr.h"

#include "shared/buckets.h"
#include "shared/calendar.h"
#include "shared/summary.h"

#define CHS_FLOW_TYPE	"flowsummary"

typedef struct ChsFlowBucket
{
	int32		bucket;
	int32		used;			/* 1; 0 marks a free slot of the working form */
	int64		kept;			/* started here, did not end here */
	int64		lost;			/* ended here, started before */
	int64		passed;			/* started and ended here */
} ChsFlowBucket;

typedef struct ChsFlow
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		kind;			/* ChsBucketKind */
	uint8		log2_slots;		/* 0: sorted list, else size of the hash table */
	uint8		unused;
	int64		rows;			/* customers: sum of kept and passed */
	int32		nbounds;		/* 2 for a period; 0 unless CHS_BY_BOUNDS */
	int32		nbuckets;
	DateADT		bounds[FLEXIBLE_ARRAY_MEMBER];
	/* ChsFlowBucket array follows, aligned */
} ChsFlow;

/* what one bucket shows */
typedef struct ChsFlowCounts
{
	int64		at_start;
	int64		new;
	int64		new_kept;
	int64		lost;
	int64		at_end;
} ChsFlowCounts;

#define CHS_FLOW_HEADER(nbounds) \
	MAXALIGN(offsetof(ChsFlow, bounds) + (Size) (nbounds) * sizeof(DateADT))

static inline ChsFlowBucket *
chs_flow_buckets(ChsFlow *flow)
{
	return (ChsFlowBucket *) ((char *) flow + CHS_FLOW_HEADER(flow->nbounds));
}

/* slots to walk over, free ones included */
static inline int
chs_flow_slots(const ChsFlow *flow)
{
	return flow->log2_slots ? 1 << flow->log2_slots : flow->nbuckets;
}

static inline ChsFlow *
chs_checked_flow(void *value)
{
	ChsFlow    *flow = value;

	if (unlikely(flow->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(CHS_FLOW_TYPE, flow->version);
	return flow;
}

extern ChsFlow *chs_flow_start(ChsBucketKind kind, const DateADT *bounds, int nbounds);
extern ChsFlow *chs_flow_count(ChsFlow *flow, DateADT started, DateADT ended, bool open);
extern ChsFlow *chs_flow_discount(ChsFlow *flow, DateADT started, DateADT ended, bool open);
extern ChsFlow *chs_flow_add(ChsFlow *into, ChsFlow *from);
extern ChsFlow *chs_flow_subtract(ChsFlow *into, ChsFlow *from);
extern ChsFlow *chs_flow_sorted(ChsFlow *flow);
extern ChsFlow *chs_flow_sorted_remains(ChsFlow *flow);
extern char *chs_flow_describe(const ChsFlow *flow);
pg_noreturn extern void chs_flow_refuse_mix(const ChsFlow *a, const ChsFlow *b);
extern bytea *chs_flow_to_wire(ChsFlow *flow);
extern ChsFlow *chs_flow_from_wire(StringInfo buf);

#endif							/* CHS_FLOW_H */
