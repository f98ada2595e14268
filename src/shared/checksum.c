/*-------------------------------------------------------------------------
 *
 * checksum.c
 *		The checksum of a flat value, which the value keeps itself.
 *
 * Health models and business hours are checked when they are made and read
 * for every row, so a stored one is not checked again, part by part: its
 * checksum tells that its bytes are those that were made.  Chance damage
 * passes once in 2^64.  Who can forge the bytes of a page, checksum and all,
 * could as well forge a jsonb, which the server reads without any check.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "shared/checksum.h"

/*
 * The checksum of a flat value that keeps it at offset "at": of all its other
 * bytes.
 */
uint64
chs_checksum_around(const void *value, Size at)
{
	Size		behind = at + sizeof(uint64);
	const unsigned char *bytes = value;

	return hash_bytes_extended(bytes + behind, (int) (VARSIZE(value) - behind),
							   hash_bytes_extended(bytes, (int) at, 0));
}

bool
chs_has_checksum(const void *value, Size at)
{
	uint64		kept;

	memcpy(&kept, (const char *) value + at, sizeof(kept));
	return kept == chs_checksum_around(value, at);
}
