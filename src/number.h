/*-------------------------------------------------------------------------
 *
 * number.h
 *		A column of any numeric SQL type, read as a double.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_NUMBER_H
#define CHS_NUMBER_H

#include "fmgr.h"
#include "utils/numeric.h"

#include "compat.h"

typedef enum ChsNumberKind
{
	CHS_NOT_A_NUMBER = 0,
	CHS_FLOAT8,
	CHS_FLOAT4,
	CHS_INT2,
	CHS_INT4,
	CHS_INT8,
	CHS_NUMERIC,
	CHS_BOOL
} ChsNumberKind;

extern ChsNumberKind chs_number_kind(Oid type);
extern double chs_numeric_to_double(Datum numeric);
extern char *chs_shown_numeric(Datum numeric);
extern char *chs_double_text(double value);

/* The value of a datum whose kind chs_number_kind() told; may be infinite. */
static inline double
chs_number_value(ChsNumberKind kind, Datum datum)
{
	switch (kind)
	{
		case CHS_FLOAT8:
			return DatumGetFloat8(datum);
		case CHS_FLOAT4:
			return DatumGetFloat4(datum);
		case CHS_INT2:
			return DatumGetInt16(datum);
		case CHS_INT4:
			return DatumGetInt32(datum);
		case CHS_INT8:
			return (double) DatumGetInt64(datum);
		case CHS_NUMERIC:
			return chs_numeric_to_double(datum);
		case CHS_BOOL:
			return DatumGetBool(datum) ? 1.0 : 0.0;
		case CHS_NOT_A_NUMBER:
			break;
	}
	pg_unreachable();
}

#endif							/* CHS_NUMBER_H */
