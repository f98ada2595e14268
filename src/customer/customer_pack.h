/*-------------------------------------------------------------------------
 *
 * customer_pack.h
 *		Rows of a customer, days and an amount in few bytes, for a log.
 *
 * What such a row costs is memory above all, and packed it takes 8 or 10 bytes
 * as a rule instead of 32:
 *
 *		lengths		1 byte: length of the customer - 1, in 3 bits; length of the
 *					amount - 1, in 3 bits; a flag of the family's; WHOLE_KEY
 *		customer	1 to 8 bytes: a bigint, folded; with WHOLE_KEY, 16: the key
 *		days		the family's, of a size that does not change
 *		amount		1 to 7 bytes: hundredths * 2, or hundred-millionths * 2 + 1
 *
 * WHOLE_ROW in place of the length of an amount says that the row follows as it
 * is, since it does not fit into that.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_PACK_H
#define CHS_CUSTOMER_PACK_H

#include "shared/money.h"
#include "shared/varint.h"
#include "customer/customer_key.h"

/* what a packed row begins with */
#define CHS_PACK_LENGTH_BITS	3
#define CHS_PACK_LENGTH_MASK	((1 << CHS_PACK_LENGTH_BITS) - 1)
#define CHS_PACK_WHOLE_ROW		(CHS_PACK_LENGTH_MASK << CHS_PACK_LENGTH_BITS)
#define CHS_PACK_FLAG			0x40
#define CHS_PACK_WHOLE_KEY		0x80

/* twice an amount that is below it takes 7 bytes at most */
#define CHS_PACK_AMOUNT			(INT64CONST(1) << 55)

/* days are two bytes from here on: 1930-04-15 */
#define CHS_PACK_DAY			(CHS_BASE_DAY - 0x8000)

/* a whole row is the longest */
#define CHS_PACK_SPACE(row_size)	(1 + (row_size))

static inline bool
chs_can_pack(DateADT day, int64 amount)
{
	return amount >= 0 && amount < CHS_PACK_AMOUNT && day >= CHS_PACK_DAY && day <= CHS_PACK_DAY + PG_UINT16_MAX;
}

/*
 * "customer" is set if the key is that of a bigint.
 */
static pg_attribute_always_inline char *
chs_pack_row(char *to, ChsKey key, bool is_bigint, int64 customer, bool flag, const void *days, Size days_size, int64 amount)
{
	char	   *at = to + 1;
	bool		hundredths = amount % CHS_MONEY_HUNDREDTH == 0;
	uint64		number = hundredths ? amount / CHS_MONEY_HUNDREDTH * 2 : amount * 2 + 1;
	int			lengths = (chs_bytes_of(number) - 1) << CHS_PACK_LENGTH_BITS | (flag ? CHS_PACK_FLAG : 0);

	if (likely(is_bigint))
	{
		int			length = chs_bytes_of(chs_zigzag(customer));

		lengths |= length - 1;
		at = chs_bytes_write(at, chs_zigzag(customer), length);
	}
	else
	{
		lengths |= CHS_PACK_WHOLE_KEY;
		memcpy(at, &key, sizeof(ChsKey));
		at += sizeof(ChsKey);
	}
	memcpy(at, days, days_size);
	*to = (char) lengths;
	return chs_bytes_write(at + days_size, number, chs_bytes_of(number));
}

static inline char *
chs_pack_whole_row(char *to, const void *row, Size row_size)
{
	*to = CHS_PACK_WHOLE_ROW;
	memcpy(to + 1, row, row_size);
	return to + 1 + row_size;
}

static inline bool
chs_is_whole_row(const char *from)
{
	return (*from & CHS_PACK_WHOLE_ROW) == CHS_PACK_WHOLE_ROW;
}

static inline const char *
chs_unpack_whole_row(const char *from, void *row, Size row_size)
{
	memcpy(row, from + 1, row_size);
	return from + 1 + row_size;
}

static inline const char *
chs_unpack_row(const char *from, ChsKey *key, bool *flag, void *days, Size days_size, int64 *amount)
{
	uint8		lengths = (uint8) *from++;
	int			length = (lengths & CHS_PACK_LENGTH_MASK) + 1;
	uint64		number;

	if (lengths & CHS_PACK_WHOLE_KEY)
	{
		memcpy(key, from, sizeof(ChsKey));
		from += sizeof(ChsKey);
	}
	else
	{
		*key = chs_key_of_bigint(chs_unzigzag(chs_bytes_read(from, length)));
		from += length;
	}
	*flag = (lengths & CHS_PACK_FLAG) != 0;
	memcpy(days, from, days_size);
	from += days_size;
	length = ((lengths & CHS_PACK_WHOLE_ROW) >> CHS_PACK_LENGTH_BITS) + 1;
	number = chs_bytes_read(from, length);
	*amount = (int64) (number / 2 * ((number & 1) ? 1 : CHS_MONEY_HUNDREDTH));
	return from + length;
}

#endif							/* CHS_CUSTOMER_PACK_H */
