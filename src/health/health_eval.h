/*-------------------------------------------------------------------------
 *
 * health_eval.h
 *		From the signals of one customer to a score and what made it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_EVAL_H
#define CHS_HEALTH_EVAL_H

#include "health/health_input.h"

typedef enum ChsHealthStatus
{
	CHS_HEALTH_OK,
	CHS_HEALTH_IS_MISSING,
	CHS_HEALTH_IS_STALE
} ChsHealthStatus;

typedef struct ChsHealthSignalResult
{
	ChsHealthStatus status;
	bool		has_score;
	double		score;			/* mean: 0-100 */
	double		inside;			/* mean: what it weighs within its group */
	double		weight;			/* mean: what it weighs in this row */
	double		share;			/* what it adds to the coverage */
	double		contribution;	/* points of the whole score */
} ChsHealthSignalResult;

typedef struct ChsHealthResult
{
	bool		has_weight;		/* the score before limits exists */
	bool		is_null;		/* the final score is NULL */
	double		weight;			/* mean: sum of what the signals weigh */
	double		coverage;		/* percent */
	double		raw;			/* before clamp, floors and caps */
	double		clamped;
	double		floored;
	double		score;			/* after caps */
	int			floor;			/* the limit that acts, or -1 */
	int			cap;
} ChsHealthResult;

/* signals up to which a row needs no memory */
#define CHS_HEALTH_STACK_SIGNALS	32

extern int chs_health_find_option(const ChsHealthModel *model, const ChsHealthSignal *signal,
								  const char *text, int length);
extern double chs_health_rule_score(const ChsHealthModel *model, const ChsHealthSignal *signal,
									const ChsHealthInput *input);
extern void chs_health_evaluate(const ChsHealthModel *model, const ChsHealthInput *inputs,
								bool has_as_of, DateADT as_of,
								ChsHealthSignalResult *signals, ChsHealthResult *result);
extern void chs_health_judge(const ChsHealthModel *model, const ChsHealthInput *inputs,
							 bool has_as_of, DateADT as_of, ChsHealthSignalResult *signals);
extern bool chs_health_score(const ChsHealthModel *model, const ChsHealthInput *inputs,
							 bool has_as_of, DateADT as_of, double *score);
extern bool chs_health_scores_null(const ChsHealthModel *model);
extern void chs_health_explain_weights(const ChsHealthModel *model, const ChsHealthResult *result,
									   ChsHealthSignalResult *signals);

#endif							/* CHS_HEALTH_EVAL_H */
