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

#include "shared/compat.h"

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
extern char *chs_double_text(double value);
extern Datum chs_double_to_numeric(double value);
extern int	chs_numeric_sign(Datum numeric);
extern int	chs_compare_doubles(const void *a, const void *b);

static inline Datum
chs_int64_to_numeric(int64 value)
{
	return NumericGetDatum(int64_to_numeric(value));
}

/*
 * The packed form of a numeric, taken apart: digits of base 10,000, the first
 * one worth 10,000^weight.
 */
typedef struct ChsPackedNumeric
{
	bool		negative;
	int			weight;
	int			ndigits;
	const char *digits;			/* int16 each, perhaps unaligned */
} ChsPackedNumeric;

/* the header's bits, as numeric.c writes them */
#define CHS_NUMERIC_KIND			0xC000
#define CHS_NUMERIC_NEGATIVE		0x4000
#define CHS_NUMERIC_SHORT			0x8000
#define CHS_NUMERIC_SPECIAL			0xC000
#define CHS_NUMERIC_SHORT_NEGATIVE	0x2000
#define CHS_NUMERIC_SHORT_WEIGHT_SIGN	0x0040
#define CHS_NUMERIC_SHORT_WEIGHT	0x003F

/*
 * False for NaN and the infinities.
 */
static inline bool
chs_unpack_numeric(const char *packed, int size, ChsPackedNumeric *number)
{
	uint16		header;
	int			offset = sizeof(uint16);

	memcpy(&header, packed, sizeof(header));
	if ((header & CHS_NUMERIC_KIND) == CHS_NUMERIC_SPECIAL)
		return false;
	if ((header & CHS_NUMERIC_KIND) == CHS_NUMERIC_SHORT)
	{
		number->negative = (header & CHS_NUMERIC_SHORT_NEGATIVE) != 0;
		number->weight = header & CHS_NUMERIC_SHORT_WEIGHT;
		if (header & CHS_NUMERIC_SHORT_WEIGHT_SIGN)
			number->weight -= CHS_NUMERIC_SHORT_WEIGHT + 1;
	}
	else
	{
		int16		weight;

		number->negative = (header & CHS_NUMERIC_KIND) == CHS_NUMERIC_NEGATIVE;
		memcpy(&weight, packed + offset, sizeof(weight));
		number->weight = weight;
		offset += sizeof(weight);
	}
	number->ndigits = (size - offset) / (int) sizeof(int16);
	number->digits = packed + offset;
	return true;
}

static inline int
chs_packed_digit(const ChsPackedNumeric *number, int i)
{
	int16		digit;

	memcpy(&digit, number->digits + i * sizeof(int16), sizeof(digit));
	return digit;
}

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

/*
 * A finite double as an integer of the same order, and back; both zeros are
 * one.  The lowest integer is that of no double but NaN.
 */
static inline int64
chs_double_key(double value)
{
	int64		bits;

	if (value == 0)
		value = 0;				/* -0 too */
	memcpy(&bits, &value, sizeof(bits));
	return bits ^ ((bits >> 63) & PG_INT64_MAX);
}

static inline double
chs_key_double(int64 key)
{
	double		value;

	key ^= (key >> 63) & PG_INT64_MAX;
	memcpy(&value, &key, sizeof(value));
	return value;
}

#endif							/* CHS_NUMBER_H */
