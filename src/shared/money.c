/*-------------------------------------------------------------------------
 *
 * money.c
 *		Amounts of money in fixed point: hundred-millionths in an int64, sums
 *		in 128 bits.
 *
 * An amount enters a summary once per row, so it is read straight from the
 * packed digits of the numeric, without numeric arithmetic and without a
 * float8 on the way.  A digit of base 10,000 is four decimals: the first two
 * behind the point are the eight that are kept, and the rest decides the
 * rounding, which is half to even.  Eight decimals keep twelve twelfths of a
 * price right to the cent for tens of thousands of customers, and an int64
 * still holds 92 billion.  Sums of int64 in 128 bits are exact and do not
 * depend on the order of rows; they cannot overflow before 10^19 rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/money.h"
#include "shared/number.h"

#define DECIMALS		8
#define LEAST_SHOWN		2		/* decimals */

/* 128 bits have 39 digits; with sign, point and end */
#define TEXT_SPACE		44

pg_noreturn static void
refuse_out_of_range(Datum numeric, const char *what, ChsRowName row)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"%s\" is out of range", what),
			 errdetail("The value%s is %s; amounts are kept with eight decimals up to %s.",
					   chs_row_text(row), chs_shown_numeric(numeric), chs_money_text(PG_INT64_MAX)),
			 errhint("Correct the row, or keep all amounts in thousands: %s / 1000.0. All such rows: SELECT ... WHERE abs(%s) > %s.",
					 what, what, chs_money_text(PG_INT64_MAX))));
}

/*
 * Are the digits from "from" on more than zeros?
 */
static bool
anything_left(const ChsPackedNumeric *number, int from)
{
	for (int i = from; i < number->ndigits; i++)
	{
		if (chs_packed_digit(number, i) != 0)
			return true;
	}
	return false;
}

/* The digit in a place, which may lie before or behind all digits. */
static inline int
digit_at(const ChsPackedNumeric *number, int place)
{
	return place >= 0 && place < number->ndigits ? chs_packed_digit(number, place) : 0;
}

/*
 * The decimals that are kept, rounded: 0 to a whole CHS_MONEY_ONE.  "point" is
 * the place of the first digit behind the point, negative when zeros come
 * before the digits.
 */
static inline int
read_decimals(const ChsPackedNumeric *number, int point)
{
	int			kept;
	int			rest;

	if (point >= number->ndigits)
		return 0;
	kept = digit_at(number, point) * 10000 + digit_at(number, point + 1);
	rest = digit_at(number, point + 2);

	/* a whole is an even number of units, so "kept" alone says odd or even */
	if (rest > 5000 || (rest == 5000 && ((kept & 1) || anything_left(number, point + 3))))
		kept++;
	return kept;
}

/*
 * The amount in hundred-millionths, rounded half to even.  "what" names the
 * argument and "row" the row in errors.
 */
int64
chs_money_from_numeric(Datum numeric, const char *what, ChsRowName row)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(numeric);
	ChsPackedNumeric number;
	int64		whole = 0;
	int128		amount;

	if (!chs_unpack_numeric(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), &number))
		chs_refuse_amount_of_row(numeric, what, row);
	if (number.weight > 2 && number.ndigits > 0)
		refuse_out_of_range(numeric, what, row);
	for (int i = 0; i <= number.weight; i++)
		whole = whole * 10000 + (i < number.ndigits ? chs_packed_digit(&number, i) : 0);
	amount = (int128) whole * CHS_MONEY_ONE + read_decimals(&number, number.weight + 1);
	if (unlikely(amount > PG_INT64_MAX))
		refuse_out_of_range(numeric, what, row);
	return number.negative ? -(int64) amount : (int64) amount;
}

/*
 * With as many decimals as it takes, and at least two.
 */
char *
chs_money_text(int128 amount)
{
	char	   *text = palloc(TEXT_SPACE);
	char	   *at = text + TEXT_SPACE;
	bool		negative = amount < 0;
	uint128		left = negative ? -(uint128) amount : (uint128) amount;
	int			decimals = DECIMALS;

	for (; decimals > LEAST_SHOWN && left % 10 == 0; decimals--)
		left /= 10;
	*--at = '\0';
	for (int digits = 0; left > 0 || digits <= decimals; digits++)
	{
		if (digits == decimals)
			*--at = '.';
		*--at = '0' + (int) (left % 10);
		left /= 10;
	}
	if (negative)
		*--at = '-';
	return at;
}

Datum
chs_money_to_numeric(int128 amount)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(chs_money_text(amount)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * A quotient with the digits that division has in SQL, those left out that
 * are only zeros.
 */
Datum
chs_money_quotient(Datum dividend, Datum divisor)
{
	Datum		quotient = DirectFunctionCall2(numeric_div, dividend, divisor);
	Datum		trimmed = DirectFunctionCall1(numeric_trim_scale, quotient);
	int			scale = DatumGetInt32(DirectFunctionCall1(numeric_scale, trimmed));

	if (scale >= LEAST_SHOWN)
		return trimmed;
	return DirectFunctionCall2(numeric_round, trimmed, Int32GetDatum(LEAST_SHOWN));
}

/*
 * amount / count, to eight decimals at least.
 */
Datum
chs_money_per(int128 amount, int64 count)
{
	Datum		dividend = DirectFunctionCall2(numeric_round, chs_money_to_numeric(amount),
											   Int32GetDatum(DECIMALS));

	return chs_money_quotient(dividend, chs_int64_to_numeric(count));
}
