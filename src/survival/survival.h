/*-------------------------------------------------------------------------
 *
 * survival.h
 *		The state of survivalsummary: how long customers stayed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SURVIVAL_H
#define CHS_SURVIVAL_H

#include "fmgr.h"

#include "shared/counters.h"
#include "shared/summary.h"

#define CHS_SURVIVAL_TYPE	"survivalsummary"

/* what a summary adds up; the values are on disk */
typedef enum ChsSurvivalKind
{
	CHS_NO_LIVES = 0,
	CHS_COUNTED_LIVES = 1,		/* customers */
	CHS_WEIGHTED_LIVES = 2		/* and weights, such as MRR */
} ChsSurvivalKind;

/* the entry of a customer who was there from the beginning */
#define CHS_NO_ENTRY	(-1)

/* the key of an entry: see counters.h */
enum
{
	CHS_LIFE_DURATION,
	CHS_LIFE_ENTRY,
	CHS_LIFE_CAUSE				/* 0: has not ended */
};

/* customers of one key; an unweighted summary has no sums */
typedef struct ChsLives
{
	uint64		key[3];
	int64		count;
	uint64		weight[2];		/* sum of weights, 128 bits of fixed-point money */
	uint64		squares[2];		/* sum of their squares */
} ChsLives;

typedef struct ChsSurvival
{
	ChsCounters counters;
	uint8		kind;			/* ChsSurvivalKind */
	uint8		unused[7];
} ChsSurvival;

#define CHS_SURVIVAL_SHAPE(sums) \
	{ \
		.type = CHS_SURVIVAL_TYPE, \
		.hint = "Count longer units than days, for instance duration / 7, or fewer causes.", \
		.nkeys = 3, \
		.ncounts = 1, \
		.nsums = (sums), \
	}

static const ChsCountersShape chs_counted_lives_shape = CHS_SURVIVAL_SHAPE(0);
static const ChsCountersShape chs_weighted_lives_shape = CHS_SURVIVAL_SHAPE(2);

static inline const ChsCountersShape *
chs_survival_shape(const ChsSurvival *survival)
{
	return survival->kind == CHS_WEIGHTED_LIVES ? &chs_weighted_lives_shape : &chs_counted_lives_shape;
}

/* of a sorted list */
static inline const ChsLives *
chs_survival_lives(const ChsSurvival *survival, uint32 i)
{
	return (const ChsLives *) chs_counters_slot(chs_survival_shape(survival), &survival->counters, i);
}

static inline int64
chs_lives_key(const ChsLives *lives, int i)
{
	return chs_counters_key(lives->key, i);
}

extern int64 chs_survival_check_entry(int64 entry);
extern void chs_survival_check_times(int64 entry, int64 duration);
extern ChsSurvival *chs_checked_survival(void *value);
extern ChsSurvival *chs_survival_sorted(ChsSurvival *survival);

/* argument of an accessor, in the canonical form */
static inline ChsSurvival *
chs_survival_arg(FunctionCallInfo fcinfo, int argno)
{
	return chs_survival_sorted(chs_checked_survival(chs_summary_arg(fcinfo, argno)));
}

#endif							/* CHS_SURVIVAL_H */
