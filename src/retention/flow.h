/*-------------------------------------------------------------------------
 *
 * flow.h
 *		The state of flowsummary: customers who come and go, per day.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FLOW_H
#define CHS_FLOW_H

#include "fmgr.h"

#include "shared/buckets.h"
#include "shared/calendar.h"
#include "shared/counters.h"
#include "shared/summary.h"

#define CHS_FLOW_TYPE	"flowsummary"

/* an entry: see counters.h */
typedef struct ChsFlowDay
{
	uint64		key;			/* the day */
	int64		starts;			/* customers who started on it */
	int64		ends;			/* who ended on it */
	int64		passed;			/* of those, who had started in the same bucket */
} ChsFlowDay;

/*
 * Which buckets a flow is of.
 */
typedef struct ChsFlowKind
{
	uint8		kind;			/* ChsBucketKind */
	bool		one_period;		/* kept from the day before it on */
	DateADT		as_of;			/* last day of one period that is known; DATEVAL_NOEND: all are */
	int			nbounds;		/* 0 unless CHS_BY_BOUNDS */
	const DateADT *bounds;
} ChsFlowKind;

typedef struct ChsFlow
{
	ChsCounters counters;
	int64		customers;		/* sum of starts */
	uint8		kind;
	uint8		one_period;		/* 1 or 0 */
	uint8		unused[2];
	DateADT		as_of;
	int32		nbounds;
	DateADT		bounds[FLEXIBLE_ARRAY_MEMBER];
	/* ChsFlowDay array follows, aligned */
} ChsFlow;

static const ChsCountersShape chs_flow_shape = {
	.type = CHS_FLOW_TYPE,
	.hint = "Build one flow per period: flow_agg(started, ended, daterange('2026-01-01', '2027-01-01')).",
	.nkeys = 1,
	.ncounts = 3,
	.nsums = 0,
};

/* days from here on, and slots to walk over; those of which the key is 0 are free */
#define chs_flow_days(flow)		((ChsFlowDay *) chs_counters_slot(&chs_flow_shape, &(flow)->counters, 0))
#define chs_flow_day(entry)		((DateADT) chs_counters_key(&(entry)->key, 0))

/* a summary that has seen no row */
#define chs_flow_is_empty(flow)	((flow)->kind == CHS_NO_BUCKETS)

static inline ChsFlowKind
chs_flow_kind(const ChsFlow *flow)
{
	return (ChsFlowKind) {flow->kind, flow->one_period, flow->as_of, flow->nbounds, flow->bounds};
}

extern ChsFlow *chs_checked_flow(void *value);
extern ChsFlow *chs_flow_start(const ChsFlowKind *kind);
extern ChsFlow *chs_flow_count(ChsFlow *flow, DateADT started, DateADT ended, bool open);
extern ChsFlow *chs_flow_discount(ChsFlow *flow, DateADT started, DateADT ended, bool open);
extern ChsFlow *chs_flow_add(ChsFlow *into, ChsFlow *from);
extern ChsFlow *chs_flow_subtract(ChsFlow *into, ChsFlow *from);
extern ChsFlow *chs_flow_sorted(ChsFlow *flow);
extern ChsFlow *chs_flow_sorted_remains(ChsFlow *flow);
extern char *chs_flow_describe(const ChsFlowKind *kind);
pg_noreturn extern void chs_flow_refuse_mix(const ChsFlowKind *a, const ChsFlowKind *b);
extern bytea *chs_flow_to_wire(ChsFlow *flow);
extern ChsFlow *chs_flow_from_wire(StringInfo buf);

#endif							/* CHS_FLOW_H */
