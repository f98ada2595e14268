/*-------------------------------------------------------------------------
 *
 * check.h
 *		Checks of arguments: one function and one wording per rule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CHECK_H
#define CHS_CHECK_H

#include "fmgr.h"

/* Candidates for "perhaps you meant", nearest first */
typedef struct ChsNearest
{
	const char *wanted;
	int			count;
	const char *names[3];
	int			distances[3];
} ChsNearest;

extern void chs_nearest_start(ChsNearest *nearest, const char *wanted);
extern void chs_nearest_add(ChsNearest *nearest, const char *name);
extern char *chs_nearest_list(const ChsNearest *nearest);

/* bytes of a value that a message shows */
#define MAX_SHOWN_BYTES		60

extern char *chs_shown_text(const char *text, int length);

extern void chs_check_finite(double value, const char *what);
extern void chs_check_range(double value, double low, double high,
							const char *what, const char *hint);

#endif							/* CHS_CHECK_H */
