/*-------------------------------------------------------------------------
 *
 * quartile.h
 *		Which quarter of its partition a row's value lies in.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_QUARTILE_H
#define CHS_QUARTILE_H

#include "fmgr.h"

typedef enum ChsQuartile
{
	CHS_QUARTILE_NONE,			/* NULL value, or too few values */
	CHS_QUARTILE_BOTTOM,
	CHS_QUARTILE_MIDDLE,
	CHS_QUARTILE_TOP
} ChsQuartile;

extern ChsQuartile chs_quartile(FunctionCallInfo fcinfo, const char *what);

#endif							/* CHS_QUARTILE_H */
