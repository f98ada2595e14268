/*-------------------------------------------------------------------------
 *
 * quartile.h
 *		Where in its partition a row's value lies.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_QUARTILE_H
#define CHS_QUARTILE_H

#include "fmgr.h"
#include "windowapi.h"

typedef enum ChsQuartile
{
	CHS_QUARTILE_NONE,			/* NULL value, or too few values */
	CHS_QUARTILE_BOTTOM,
	CHS_QUARTILE_MIDDLE,
	CHS_QUARTILE_TOP
} ChsQuartile;

extern int64 chs_partition_values(WindowObject window, const char *what, MemoryContext context, double **values);
extern ChsQuartile chs_quartile(FunctionCallInfo fcinfo, const char *what);

#endif							/* CHS_QUARTILE_H */
