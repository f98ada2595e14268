/*-------------------------------------------------------------------------
 *
 * laplace.h
 *		The integral of a likelihood around its maximum, under bounds.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LAPLACE_H
#define CHS_LAPLACE_H

#include "shared/newton.h"

/* logarithm of the share of a normal distribution below x */
extern float8 chs_log_normal_share(float8 x);

/*
 * At a maximum under bounds: the logarithm of the integral of exp(objective -
 * its maximum) over all coefficients, for the columns of chunks, in units of
 * the square root of 2 pi for each coefficient.
 */
extern float8 chs_laplace_log_volume(const ChsNewton *newton);

#endif							/* CHS_LAPLACE_H */
