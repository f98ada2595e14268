/*-------------------------------------------------------------------------
 *
 * health_weights.h
 *		Weights of signals from customers who churned and who were kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_WEIGHTS_H
#define CHS_HEALTH_WEIGHTS_H

#include "shared/logistic.h"

#define CHS_HEALTH_FOLDS	5
#define CHS_HEALTH_NO_FOLD	(-1)

/*
 * Rows by fold.  Columns: the outcome, minus the score of each signal,
 * minus the hand-made score.
 */
typedef struct ChsHealthRows
{
	int			nsignals;
	const double *shares;		/* hand-made weights, their sum being 1 */
	bool		has_prior;		/* 'expert', not 'none' */
	double		strength;		/* given; below 0: to be chosen */
	ChsSampleBlock folds[CHS_HEALTH_FOLDS];
} ChsHealthRows;

typedef struct ChsHealthWeights
{
	ChsLogisticStatus status;
	double		strength;		/* NaN: no prior */
	double		intercept;		/* the log odds of churn are intercept - sum of weight * score */
	double	   *weights;		/* not negative */
	double	   *errors;			/* NaN where the weight is on its bound */
	double		log_likelihood;
	double		null_log_likelihood;
} ChsHealthWeights;

/* from all rows but those of a fold */
extern void chs_health_weigh(const ChsHealthRows *rows, int left_out, ChsHealthWeights *weights);

#endif							/* CHS_HEALTH_WEIGHTS_H */
