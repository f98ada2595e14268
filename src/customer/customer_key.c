/*-------------------------------------------------------------------------
 *
 * customer_key.c
 *		Keys of customers: 128-bit hashes of what identifies them.
 *
 * A summary keeps no raw identifier but a 128-bit hash of its bytes:
 * MurmurHash3_x64_128 with seed 0 (Austin Appleby, 2011, public domain), over
 * the eight bytes of a bigint in network order, the sixteen of a uuid, or the
 * bytes of a text in UTF-8 (customer_args.c).  Among a billion customers the
 * chance that any two share one is below 2e-21.  The order of keys is the
 * order of (h1, h2) as unsigned numbers; it means nothing, but it is the same
 * everywhere.
 *
 * The hash has no secret, since summaries must merge across servers, and it
 * can be inverted: customers who choose their identifiers can choose their
 * keys.  Nothing may take more time or memory because of the values of keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "customer/customer_key.h"

static inline uint64
read_little_endian(const char *bytes)
{
	uint64		value;

	memcpy(&value, bytes, sizeof(value));
#ifdef WORDS_BIGENDIAN
	value = pg_bswap64(value);
#endif
	return value;
}

ChsKey
chs_key_of_bytes(const char *bytes, Size length)
{
	Size		left = length;
	uint64		h1 = 0;
	uint64		h2 = 0;
	char		tail[16] = {0};

	for (; left >= 16; left -= 16, bytes += 16)
	{
		uint64		k1 = read_little_endian(bytes);
		uint64		k2 = read_little_endian(bytes + 8);

		h1 ^= chs_murmur_rotate(k1 * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
		h1 = (chs_murmur_rotate(h1, 27) + h2) * 5 + 0x52dce729;
		h2 ^= chs_murmur_rotate(k2 * CHS_MURMUR_C2, 33) * CHS_MURMUR_C1;
		h2 = (chs_murmur_rotate(h2, 31) + h1) * 5 + 0x38495ab5;
	}

	/* zeros where there are no bytes change nothing */
	memcpy(tail, bytes, left);
	h2 ^= chs_murmur_rotate(read_little_endian(tail + 8) * CHS_MURMUR_C2, 33) * CHS_MURMUR_C1;
	h1 ^= chs_murmur_rotate(read_little_endian(tail) * CHS_MURMUR_C1, 31) * CHS_MURMUR_C2;
	return chs_murmur_finish(h1, h2, length);
}

/*
 * A key for people to look at: its sixteen bytes, in an order that sorts as
 * keys do.
 */
pg_uuid_t
chs_key_uuid(ChsKey key)
{
	uint64		halves[2] = {pg_hton64(key.h1), pg_hton64(key.h2)};
	pg_uuid_t	uuid;

	memcpy(uuid.data, halves, UUID_LEN);
	return uuid;
}

bool
chs_key_kind_is_known(int kind)
{
	return kind == CHS_KEY_BIGINT || kind == CHS_KEY_UUID || kind == CHS_KEY_TEXT;
}

static const char *
key_kind_name(ChsKeyKind kind)
{
	switch (kind)
	{
		case CHS_KEY_BIGINT:
			return "bigint";
		case CHS_KEY_UUID:
			return "uuid";
		default:
			return "text";
	}
}

void
chs_refuse_key_mix(ChsKeyKind a, ChsKeyKind b)
{
	bool		text = a == CHS_KEY_TEXT || b == CHS_KEY_TEXT;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge customers of different types"),
			 errdetail("One summary was built from customers of type %s, the other from %s.",
					   key_kind_name(a), key_kind_name(b)),
			 errhint("Build both from the same type, for instance with customer::%s in the aggregate's call.%s",
					 key_kind_name(a),
					 text ? " A quoted id, or a parameter without a type, is text until it is cast: $1::bigint." : "")));
}
