/*-------------------------------------------------------------------------
 *
 * lifetime_maximum.h
 *		The maximum of a likelihood of a few positive parameters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LIFETIME_MAXIMUM_H
#define CHS_LIFETIME_MAXIMUM_H

#define CHS_MAXIMUM_PARAMS	4

/*
 * A log-likelihood with its derivatives by the parameters: the gradient, and the
 * lower triangle of the matrix of second derivatives (row i, column j <= i at
 * i * n + j).
 */
typedef float8 (*ChsLikelihood) (void *data, const float8 *params, float8 *gradient, float8 *second);

typedef enum ChsMaximumStatus
{
	CHS_CONVERGED,
	CHS_NOT_IDENTIFIED,			/* it rises towards the edge, or is flat */
	CHS_NOT_CONVERGED
} ChsMaximumStatus;

typedef struct ChsMaximum
{
	ChsMaximumStatus status;
	int			iterations;
	float8		value;
	float8		params[CHS_MAXIMUM_PARAMS];
	/* the inverse of minus the second derivatives, both halves */
	float8		covariance[CHS_MAXIMUM_PARAMS * CHS_MAXIMUM_PARAMS];
} ChsMaximum;

extern void chs_find_maximum(ChsMaximum *maximum, ChsLikelihood likelihood, void *data, int n,
							 const float8 *starts, int nstarts);
extern const char *chs_maximum_status(ChsMaximumStatus status);

#endif							/* CHS_LIFETIME_MAXIMUM_H */
