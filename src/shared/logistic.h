/*-------------------------------------------------------------------------
 *
 * logistic.h
 *		Logistic regression: plain, with Gaussian priors, Firth's, bounded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LOGISTIC_H
#define CHS_LOGISTIC_H

#include "shared/newton.h"

/*
 * Coefficients with the intercept first.  NaN: there is none (aliased), and for
 * an error also that the coefficient is on its bound.
 */
typedef struct ChsLogisticFit
{
	ChsLogisticStatus status;
	int			iterations;
	int64		nrows;
	int64		nevents;
	int			nfeatures;
	int			nestimated;		/* coefficients, that of the intercept included */
	float8	   *coefficients;
	float8	   *errors;
	float8	   *covariance;		/* (nfeatures + 1) squared */
	float8		log_likelihood; /* without penalty */
	float8		null_log_likelihood;
	float8		log_volume;		/* with a penalty and bounds: laplace.h, else NaN */
} ChsLogisticFit;

/* errors: also standard errors and covariance, which are else NULL */
extern void chs_logistic_fit(const ChsLogisticProblem *problem, bool errors, ChsLogisticFit *fit);

#endif							/* CHS_LOGISTIC_H */
