/*-------------------------------------------------------------------------
 *
 * customer_key.h
 *		Keys of customers: 128-bit hashes of what identifies them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_KEY_H
#define CHS_CUSTOMER_KEY_H

#include "port/pg_bswap.h"
#include "utils/uuid.h"

#include "shared/compat.h"

/* The type a key was made of; the values are on disk. */
typedef enum ChsKeyKind
{
	CHS_KEY_BIGINT = 'i',
	CHS_KEY_UUID = 'u',
	CHS_KEY_TEXT = 't'
} ChsKeyKind;

/*
 * A key is never zero: that is what an empty slot has.
 */
typedef struct ChsKey
{
	uint64		h1;
	uint64		h2;
} ChsKey;

static inline int
chs_key_compare(ChsKey a, ChsKey b)
{
	if (a.h1 != b.h1)
		return a.h1 < b.h1 ? -1 : 1;
	return a.h2 < b.h2 ? -1 : a.h2 > b.h2;
}

static inline bool
chs_key_equal(ChsKey a, ChsKey b)
{
	return a.h1 == b.h1 && a.h2 == b.h2;
}

static inline bool
chs_key_less(ChsKey a, ChsKey b)
{
	return a.h1 < b.h1 || (a.h1 == b.h1 && a.h2 < b.h2);
}

static inline bool
chs_key_is_zero(ChsKey key)
{
	return (key.h1 | key.h2) == 0;
}

/*
 * MurmurHash3_x64_128 mixes with these; see customer_key.c.
 */
#define CHS_MURMUR_C1	UINT64CONST(0x87c37b91114253d5)
#define CHS_MURMUR_C2	UINT64CONST(0x4cf5ad432745937f)

static inline uint64
chs_murmur_rotate(uint64 x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

/* and these undo what those do: their inverses modulo 2^64 */
#define CHS_MURMUR_C1_INVERSE	UINT64CONST(0xa98409e882ce4d7d)
#define CHS_MURMUR_C2_INVERSE	UINT64CONST(0xa81e14edd9de2c7f)

static inline uint64
chs_murmur_mix(uint64 k)
{
	k ^= k >> 33;
	k *= UINT64CONST(0xff51afd7ed558ccd);
	k ^= k >> 33;
	k *= UINT64CONST(0xc4ceb9fe1a85ec53);
	k ^= k >> 33;
	return k;
}

/* undoes chs_murmur_mix() */
static inline uint64
chs_murmur_unmix(uint64 k)
{
	k ^= k >> 33;
	k *= UINT64CONST(0x9cb4b2f8129337db);
	k ^= k >> 33;
	k *= UINT64CONST(0x4f74430c22a54005);
	k ^= k >> 33;
	return k;
}

static inline ChsKey
chs_murmur_finish(uint64 h1, uint64 h2, uint64 length)
{
	ChsKey		key;

	h1 ^= length;
	h2 ^= length;
	h1 += h2;
	h2 += h1;
	h1 = chs_murmur_mix(h1);
	h2 = chs_murmur_mix(h2);
	key.h1 = h1 + h2;
	key.h2 = h2 + key.h1;
	key.h2 |= chs_key_is_zero(key);
	return key;
}

/*
 * The key of a bigint: of its eight bytes in network order.
 */
static inline ChsKey
chs_key_of_bigint(int64 value)
{
	uint64		k1 = pg_bswap64((uint64) value);	/* as little-endian bytes read it */

	k1 = chs_murmur_rotate(k1 * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
	return chs_murmur_finish(k1, 0, sizeof(value));
}

/*
 * The bigint of a key, which takes fewer bytes; false if it is the key of none.
 * chs_murmur_finish() mixes two halves that differ by the length, and then adds
 * them up: their difference is one of them, mixed, and gives the other.
 */
static inline bool
chs_bigint_of_key(ChsKey key, int64 *value)
{
	uint64		mixed = key.h2 - key.h1;
	uint64		h1 = chs_murmur_unmix(mixed) - sizeof(*value);
	uint64		k1 = (h1 - sizeof(*value)) ^ sizeof(*value);

	k1 = chs_murmur_rotate(k1 * CHS_MURMUR_C2_INVERSE, 64 - 31) * CHS_MURMUR_C1_INVERSE;
	*value = (int64) pg_bswap64(k1);
	return key.h1 == chs_murmur_mix(h1) + mixed;
}

extern ChsKey chs_key_of_bytes(const char *bytes, Size length);
extern pg_uuid_t chs_key_uuid(ChsKey key);
extern bool chs_key_kind_is_known(int kind);
pg_noreturn extern void chs_refuse_key_mix(ChsKeyKind a, ChsKeyKind b);

static inline void
chs_check_key_kind(ChsKeyKind a, ChsKeyKind b)
{
	if (unlikely(a != b))
		chs_refuse_key_mix(a, b);
}

#endif							/* CHS_CUSTOMER_KEY_H */
