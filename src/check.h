/*-------------------------------------------------------------------------
 *
 * check.h
 *		Argument checks: one function and one wording per rule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CHECK_H
#define CHS_CHECK_H

#include "utils/date.h"
#include "utils/numeric.h"

extern char *chs_float8_text(float8 value);
extern int64 chs_check_count(Numeric value, const char *what);
extern float8 chs_check_amount(Numeric value, const char *what);
extern float8 chs_check_confidence(float8 confidence);
extern void chs_refuse_day_of_row(DateADT day, const char *what) pg_attribute_noreturn();
extern void chs_refuse_day(DateADT day, const char *what) pg_attribute_noreturn();

/*
 * A day must be a real one.  Inline, for transitions call it for every row.
 */
static inline void
chs_check_day_of_row(DateADT day, const char *what)
{
	if (unlikely(DATE_NOT_FINITE(day)))
		chs_refuse_day_of_row(day, what);
}

/*
 * The same for a parameter, where NULL is no way out.
 */
static inline void
chs_check_day(DateADT day, const char *what)
{
	if (unlikely(DATE_NOT_FINITE(day)))
		chs_refuse_day(day, what);
}

#endif							/* CHS_CHECK_H */
