/*-------------------------------------------------------------------------
 *
 * validation.h
 *		The state of validationsummary: who churned and who was kept, per
 *		score.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_VALIDATION_H
#define CHS_VALIDATION_H

#include "fmgr.h"

#include "shared/counters.h"
#include "shared/number.h"

#define CHS_VALIDATION_TYPE	"validationsummary"

/* an entry: see counters.h */
typedef struct ChsScore
{
	uint64		key;			/* the score */
	int64		churned;
	int64		kept;
} ChsScore;

typedef struct ChsValidation
{
	ChsCounters counters;
	int64		rows;			/* sum of churned and kept */
	/* ChsScore array follows; in the canonical form scores rise */
} ChsValidation;

static const ChsCountersShape chs_validation_shape = {
	.type = CHS_VALIDATION_TYPE,
	.hint = "Round the scores, for instance round(score::numeric, 2): as many different scores tell no more.",
	.nkeys = 1,
	.ncounts = 2,
	.nsums = 0,
	.scattered = true,
};

#define chs_validation_scores(validation) \
	((const ChsScore *) chs_counters_slot(&chs_validation_shape, &(validation)->counters, 0))
#define chs_score_value(entry)	chs_key_double(chs_counters_key(&(entry)->key, 0))

extern const ChsValidation *chs_validation_arg(FunctionCallInfo fcinfo, int argno);
extern int64 chs_validation_churned(const ChsValidation *validation);

#endif							/* CHS_VALIDATION_H */
