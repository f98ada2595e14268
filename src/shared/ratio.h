/*-------------------------------------------------------------------------
 *
 * ratio.h
 *		The summary of every rate of the form successes / trials.
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
	int64		successes;
	int64		trials;			/* never below successes */
} ChsRatio;

static inline ChsRatio *
chs_checked_ratio(void *value)
{
	ChsRatio   *ratio = value;

	chs_summary_check_head(ratio, sizeof(ChsRatio), CHS_RATIO_TYPE);
	return ratio;
}

/* argument 0 of a transition, to be written into */
static inline ChsRatio *
chs_ratio_state(FunctionCallInfo fcinfo)
{
	return chs_checked_ratio(chs_summary_writable_arg(fcinfo, 0));
}

extern Datum chs_interval_row(FunctionCallInfo fcinfo, int64 successes, int64 trials, float8 confidence);
pg_noreturn extern void chs_ratio_overflow(void);

/* one more case */
static inline void
chs_ratio_count(ChsRatio *ratio, bool success)
{
	if (unlikely(ratio->trials == PG_INT64_MAX))
		chs_ratio_overflow();
	ratio->trials++;
	ratio->successes += success;
}

/*
 * One more case, where it is one: whether it is, is as good as random from row
 * to row, so there is no branch on it.
 */
static inline void
chs_ratio_count_if(ChsRatio *ratio, bool is_case, bool success)
{
	if (unlikely(ratio->trials == PG_INT64_MAX && is_case))
		chs_ratio_overflow();
	ratio->trials += is_case;
	ratio->successes += is_case & success;
}

/* one case less; false if the ratio cannot hold it */
static inline bool
chs_ratio_discount(ChsRatio *ratio, bool success)
{
	if (unlikely(success ? ratio->successes == 0 : ratio->successes == ratio->trials))
		return false;
	ratio->trials--;
	ratio->successes -= success;
	return true;
}

#endif							/* CHS_RATIO_H */
