/*-------------------------------------------------------------------------
 *
 * ratio.h
 *		The summary of every rate of the form hits / total.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_RATIO_H
#define CHS_RATIO_H

#include "fmgr.h"

#include "shared/summary.h"

#define CHS_RATIO_TYPE	"ratiosummary"

typedef struct ChsRatio
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	int32		version;
	int64		hits;
	int64		total;			/* never below hits */
} ChsRatio;

static inline ChsRatio *
chs_checked_ratio(void *value)
{
	ChsRatio   *ratio = value;

	if (unlikely(ratio->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(CHS_RATIO_TYPE, ratio->version);
	return ratio;
}

/* argument 0 of a transition, to be written into */
static inline ChsRatio *
chs_ratio_state(FunctionCallInfo fcinfo)
{
	return chs_checked_ratio(chs_summary_writable_arg(fcinfo, 0));
}

pg_noreturn extern void chs_ratio_overflow(void);

/* one more case */
static inline void
chs_ratio_count(ChsRatio *ratio, bool hit)
{
	if (unlikely(ratio->total == PG_INT64_MAX))
		chs_ratio_overflow();
	ratio->total++;
	ratio->hits += hit;
}

/* one case less; false if the ratio cannot hold it */
static inline bool
chs_ratio_discount(ChsRatio *ratio, bool hit)
{
	if (unlikely(hit ? ratio->hits == 0 : ratio->hits == ratio->total))
		return false;
	ratio->total--;
	ratio->hits -= hit;
	return true;
}

#endif							/* CHS_RATIO_H */
