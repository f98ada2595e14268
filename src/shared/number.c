/*-------------------------------------------------------------------------
 *
 * number.c
 *		A column of any numeric SQL type, read as a double.
 *
 * PostgreSQL turns numeric into float8 by printing it and reading the text
 * again, which costs more than everything else a score does to a row.  Nearly
 * all numbers of a business have few digits, and for those one division is
 * exact: when the digits form an integer below 2^53 and the power of ten is
 * at most 10^22, both operands are exact doubles, so that a single IEEE
 * operation rounds correctly (W. D. Clinger, "How to read floating point
 * numbers accurately", PLDI 1990).  Everything else goes PostgreSQL's way, so
 * both ways give the same double.
 *
 * The packed form of numeric (base-10,000 digits behind a header of one or
 * two 16-bit words) is private to numeric.c, but it is also what lies on disk
 * in every PostgreSQL cluster, so pg_upgrade keeps it from changing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/number.h"

#define MAX_EXACT_POWER		22

static const double power_of_ten[MAX_EXACT_POWER + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

ChsNumberKind
chs_number_kind(Oid type)
{
	switch (type)
	{
		case FLOAT8OID:
			return CHS_FLOAT8;
		case FLOAT4OID:
			return CHS_FLOAT4;
		case INT2OID:
			return CHS_INT2;
		case INT4OID:
			return CHS_INT4;
		case INT8OID:
			return CHS_INT8;
		case NUMERICOID:
			return CHS_NUMERIC;
		case BOOLOID:
			return CHS_BOOL;
		default:
			return CHS_NOT_A_NUMBER;
	}
}

/*
 * The exact case described above.  Returns false where the number is special,
 * long, or needs more than one rounding.
 */
static bool
numeric_to_double_exactly(const char *packed, int size, double *result)
{
	ChsPackedNumeric number;
	int			power;
	uint64		digits = 0;
	double		value;

	if (!chs_unpack_numeric(packed, size, &number) || number.ndigits > 4)
		return false;
	for (int i = 0; i < number.ndigits; i++)
		digits = digits * 10000 + chs_packed_digit(&number, i);
	power = 4 * (number.weight - number.ndigits + 1);
	if (digits >= UINT64CONST(1) << 53 ||
		power < -MAX_EXACT_POWER || power > MAX_EXACT_POWER)
		return false;

	value = (double) digits;
	if (power < 0)
		value /= power_of_ten[-power];
	else
		value *= power_of_ten[power];
	*result = number.negative ? -value : value;
	return true;
}

/*
 * A numeric as the nearest double; beyond a double's range, an infinity.
 */
double
chs_numeric_to_double(Datum numeric)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(numeric);
	double		result;

	if (numeric_to_double_exactly(VARDATA_ANY(packed),
								  VARSIZE_ANY_EXHDR(packed), &result))
		return result;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  PointerGetDatum(packed)));
}

/*
 * The shortest text that reads back as the same double, whatever
 * extra_float_digits says.
 */
char *
chs_double_text(double value)
{
	char	   *text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);

	double_to_shortest_decimal_buf(value, text);
	return text;
}

/*
 * The numeric of that text: 3.1 for 3.1, where a cast would keep 15 digits.
 */
Datum
chs_double_to_numeric(double value)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(chs_double_text(value)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* -1, 0 or 1 */
int
chs_numeric_sign(Datum numeric)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, numeric, chs_int64_to_numeric(0)));
}

/*
 * For qsort(), of finite doubles.  It may be called for very many of them.
 */
int
chs_compare_doubles(const void *a, const void *b)
{
	double		first = *(const double *) a;
	double		second = *(const double *) b;

	CHECK_FOR_INTERRUPTS();
	return (first > second) - (first < second);
}
