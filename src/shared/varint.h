/*-------------------------------------------------------------------------
 *
 * varint.h
 *		Whole numbers in as few bytes as they need.
 *
 * Seven bits a byte, the lowest first, the highest bit set in all bytes but
 * the last (LEB128).  Numbers that may be negative are folded first (zigzag:
 * 0, -1, 1, -2 ... become 0, 1, 2, 3 ...).
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_VARINT_H
#define CHS_VARINT_H

#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"

#include "shared/interrupts.h"

/* days are counted from here when they are packed: 2020-01-01 */
#define CHS_BASE_DAY		7305

static inline uint64
chs_zigzag(int64 value)
{
	return ((uint64) value << 1) ^ (uint64) (value >> 63);
}

static inline int64
chs_unzigzag(uint64 value)
{
	return (int64) (value >> 1) ^ -(int64) (value & 1);
}

/* A day that was folded as its distance from CHS_BASE_DAY; any number may be read. */
static inline int64
chs_unzigzag_day(uint64 value)
{
	return (int64) ((uint64) chs_unzigzag(value) + CHS_BASE_DAY);
}

static inline char *
chs_varint_write(char *to, uint64 value)
{
	while (value >= 0x80)
	{
		*to++ = (char) (value | 0x80);
		value >>= 7;
	}
	*to++ = (char) value;
	return to;
}

/*
 * Reads a number; returns what follows it, or NULL if it is cut short.
 *
 * How long a number is cannot be foretold, so up to eight bytes are taken
 * together without a branch: the first byte without its highest bit set ends
 * the number, and three steps close the gaps that those bits leave.
 */
static inline const char *
chs_varint_read(const char *from, const char *end, uint64 *value)
{
	uint64		result = 0;

	if (likely(end - from >= (ptrdiff_t) sizeof(uint64)))
	{
		uint64		word;
		uint64		last;

		memcpy(&word, from, sizeof(word));
#ifdef WORDS_BIGENDIAN
		word = pg_bswap64(word);
#endif
		last = ~word & UINT64CONST(0x8080808080808080);
		if (likely(last != 0))
		{
			int			bit = pg_rightmost_one_pos64(last);

			word &= PG_UINT64_MAX >> (63 - bit);
			word = (word & UINT64CONST(0x007f007f007f007f)) | ((word & UINT64CONST(0x7f007f007f007f00)) >> 1);
			word = (word & UINT64CONST(0x00003fff00003fff)) | ((word & UINT64CONST(0x3fff00003fff0000)) >> 2);
			*value = (word & UINT64CONST(0x0fffffff)) | ((word & UINT64CONST(0x0fffffff00000000)) >> 4);
			return from + bit / 8 + 1;
		}
	}
	for (int shift = 0; likely(from < end && shift < 64); shift += 7)
	{
		uint8		byte = (uint8) *from++;

		result |= (uint64) (byte & 0x7f) << shift;
		if (byte < 0x80)
		{
			*value = result;
			return from;
		}
	}
	return NULL;
}

/*
 * Passes over n numbers; returns what follows them, or NULL if they are cut
 * short.
 */
static inline const char *
chs_varint_skip(const char *from, const char *end, uint64 n)
{
	while (n > 0)
	{
		uint64		now = Min(n, CHS_INTERRUPT_STEPS);

		n -= now;
		if (unlikely(n > 0))
			CHECK_FOR_INTERRUPTS();
		for (; now > 0; from++)
		{
			if (unlikely(from >= end))
				return NULL;
			now -= !(*from & 0x80);
		}
	}
	return from;
}

/*
 * Where the length of a number is known otherwise, it takes whole bytes, the
 * lowest first.  There must be room for eight.
 */
static inline int
chs_bytes_of(uint64 value)
{
	return pg_leftmost_one_pos64(value | 1) / 8 + 1;
}

static inline char *
chs_bytes_write(char *to, uint64 value, int length)
{
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	memcpy(to, &value, sizeof(value));
	return to + length;
}

static inline uint64
chs_bytes_read(const char *from, int length)
{
	uint64		value;

	memcpy(&value, from, sizeof(value));
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	return value & (PG_UINT64_MAX >> (64 - 8 * length));
}

#endif							/* CHS_VARINT_H */
