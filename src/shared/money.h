/*-------------------------------------------------------------------------
 *
 * money.h
 *		Amounts of money in fixed point: hundred-millionths in an int64, sums
 *		in 128 bits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_MONEY_H
#define CHS_MONEY_H

#include "fmgr.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "shared/compat.h"

#ifndef HAVE_INT128
#error "chs needs a compiler with 128-bit integers"
#endif

/* one unit of the currency */
#define CHS_MONEY_ONE			100000000
#define CHS_MONEY_HUNDREDTH		(CHS_MONEY_ONE / 100)

extern int64 chs_money_from_numeric(Datum numeric, const char *what, ChsRowName row);
extern Datum chs_money_to_numeric(int128 amount);
extern Datum chs_money_quotient(Datum dividend, Datum divisor);
extern Datum chs_money_per(int128 amount, int64 count);
extern char *chs_money_text(int128 amount);

/*
 * part of whole in percent; the caller has seen to whole > 0.
 */
static inline float8
chs_money_percent(int128 part, int128 whole)
{
	return 100.0 * (float8) part / (float8) whole;
}

#endif							/* CHS_MONEY_H */
