/*-------------------------------------------------------------------------
 *
 * type_ops.c
 *		Equality, order and hash of the types of chs, by their content.
 *
 * Every type can show its content in bytes that are equal where the content
 * is equal, so one set of functions serves them all: DISTINCT, GROUP BY, UNION
 * and IS DISTINCT FROM work.  A type brings the function that finds these
 * bytes in a value.  They leave out the version, so that a value of this
 * release equals the same one of a later release, and whatever is derived.
 * The order means nothing; it is only total, and the same everywhere.  Values
 * of up to 1 GB come here, so all of it can be cancelled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "shared/interrupts.h"
#include "shared/type_ops.h"

/*
 * The content of a flat value: everything behind a header of "header" bytes,
 * the length word among them.
 */
void
chs_content_from(Datum value, Size header, ChsContent *content)
{
	struct varlena *flat = PG_DETOAST_DATUM_PACKED(value);
	Size		size = VARSIZE_ANY_EXHDR(flat);
	Size		skipped = Min(header - VARHDRSZ, size);

	content->bytes = VARDATA_ANY(flat) + skipped;
	content->size = size - skipped;
	content->made = PointerGetDatum(flat) == value ? NULL : flat;
}

/*
 * The content of "canonical", the canonical form of "flat", which is "value"
 * detoasted.  All three may be one.
 */
void
chs_content_from_form(Datum value, void *flat, void *canonical, Size header, ChsContent *content)
{
	if (canonical != flat && PointerGetDatum(flat) != value)
		pfree(flat);
	chs_content_from(PointerGetDatum(canonical), header, content);
	content->made = PointerGetDatum(canonical) == value ? NULL : canonical;
}

static void
free_content(ChsContent *content)
{
	if (content->made)
		pfree(content->made);
}

/* less than, equal to or greater than zero, as memcmp() */
int
chs_content_compare(FunctionCallInfo fcinfo, ChsContentFunction find)
{
	ChsContent	a;
	ChsContent	b;
	int			result;

	find(PG_GETARG_DATUM(0), &a);
	find(PG_GETARG_DATUM(1), &b);
	result = chs_compare_bytes(a.bytes, b.bytes, Min(a.size, b.size));
	if (result == 0)
		result = (a.size > b.size) - (a.size < b.size);

	free_content(&a);
	free_content(&b);
	/* memcmp() tells the sign; how large its result is may change from call to call */
	return (result > 0) - (result < 0);
}

/*
 * The hash of content that is longer than one step is that of its
 * pieces, each seeded with the hash of those before it.
 */
uint64
chs_content_hash(FunctionCallInfo fcinfo, ChsContentFunction find, uint64 seed)
{
	ChsContent	content;
	const unsigned char *bytes;
	Size		size;
	uint64		hash = seed;

	find(PG_GETARG_DATUM(0), &content);
	bytes = (const unsigned char *) content.bytes;
	for (size = content.size; size > CHS_INTERRUPT_BYTES; size -= CHS_INTERRUPT_BYTES, bytes += CHS_INTERRUPT_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		hash = hash_bytes_extended(bytes, CHS_INTERRUPT_BYTES, hash);
	}
	hash = hash_bytes_extended(bytes, (int) size, hash);
	free_content(&content);
	return hash;
}

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
