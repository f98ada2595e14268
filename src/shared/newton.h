/*-------------------------------------------------------------------------
 *
 * newton.h
 *		The maximum of the likelihood of a logistic regression, step by step.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_NEWTON_H
#define CHS_NEWTON_H

#include "shared/design.h"

typedef enum ChsLogisticStatus
{
	CHS_LOGISTIC_CONVERGED,
	CHS_LOGISTIC_ALIASED,		/* converged, without some features */
	CHS_LOGISTIC_SEPARATED,		/* the likelihood has no maximum */
	CHS_LOGISTIC_NOT_CONVERGED
} ChsLogisticStatus;

/*
 * What is maximised: the log-likelihood, minus penalty/2 times the squared
 * distance of each feature's coefficient from its prior; the intercept is
 * free.
 */
typedef struct ChsLogisticProblem
{
	const ChsSampleBlock *blocks;
	int			nblocks;
	ChsDesignColumns columns;
	const float8 *penalty;		/* by feature, in its own units; NULL: none */
	const float8 *prior;		/* by feature; NULL: 0 */
	bool		firth;			/* Firth's penalty, and no other */
	bool		non_negative;	/* the features' coefficients */
	const float8 *start;		/* coefficients to begin with, or NULL */
} ChsLogisticProblem;

#define CHS_LARGEST_PENALTY	1e200

typedef struct ChsNewton
{
	const ChsLogisticProblem *problem;
	ChsDesign	design;
	int			n;				/* coefficients in use */
	int			chunk_step;		/* every how many chunks are walked over */
	float8	   *penalty;		/* n x n, in the columns of chunks; NULL: none */
	float8	   *prior;			/* n */
	float8	   *at;
	float8	   *gradient;		/* with penalties, */
	float8	   *hessian;		/* as is this, negative: its lower triangle */
	float8	   *factor;			/* of it, or of its part for free coefficients */
	float8	   *step;
	float8	   *before;			/* the place that a step started from */
	float8	   *least;			/* information of each column that a step has to leave */
	bool	   *aliased;		/* columns that have none */
	float8	   *scratch;		/* n x n */
	bool	   *bound;			/* coefficients at 0 that want to be below */
	float8	   *copy;			/* columns of a chunk, for leverages */
	float8		log_likelihood; /* of weights that are scaled, */
	float8		objective;		/* as is this */
} ChsNewton;

/*
 * The square of a length in standard errors, for weights as they are scaled.
 * Weights below 1 make the errors large, so there the scaled ones count.
 */
static inline float8
chs_newton_length(const ChsNewton *newton, float8 length)
{
	return length * Min(newton->design.weight_factor, 1);
}

extern void chs_newton_start(ChsNewton *newton, const ChsLogisticProblem *problem);
extern bool chs_newton_evaluate(ChsNewton *newton);
extern ChsLogisticStatus chs_newton_maximise(ChsNewton *newton, int max_steps, int *steps);

/* residuals and curvatures of a chunk at predictors; returns its log-likelihood */
extern float8 chs_newton_residuals(const ChsNewton *newton, const ChsChunk *chunk, const float8 *predictor,
								   float8 *residual, float8 *curvature);

#endif							/* CHS_NEWTON_H */
