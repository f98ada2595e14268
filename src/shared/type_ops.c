/*-------------------------------------------------------------------------
 *
 * type_ops.c
 *		Equality, order and hash of the types of chs, by their bytes.
 *
 * Every type keeps equal content in equal bytes, so one set of functions
 * serves them all: DISTINCT, GROUP BY, UNION and IS DISTINCT FROM work.  The
 * order means nothing; it is only total, and the same everywhere.  Values of
 * up to 1 GB come here, so all of it can be cancelled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"

#include "shared/compat.h"
#include "shared/interrupts.h"

static int
compare_bytes(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size		a_size = VARSIZE_ANY_EXHDR(a);
	Size		b_size = VARSIZE_ANY_EXHDR(b);
	int			result;

	result = chs_compare_bytes(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_size, b_size));
	if (result == 0)
		result = (a_size > b_size) - (a_size < b_size);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	/* memcmp() tells the sign; how large its result is may change from call to call */
	return (result > 0) - (result < 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_eq);
Datum
chs_bytes_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_ne);
Datum
chs_bytes_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_lt);
Datum
chs_bytes_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_le);
Datum
chs_bytes_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_gt);
Datum
chs_bytes_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_ge);
Datum
chs_bytes_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_bytes(fcinfo) >= 0);
}

PG_FUNCTION_INFO_V1(chs_bytes_cmp);
Datum
chs_bytes_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_bytes(fcinfo));
}

/*
 * The hash of a value that is longer than one look takes is that of its
 * pieces, each seeded with the hash of those before it.
 */
static uint64
hash_bytes_of(struct varlena *value, uint64 seed)
{
	const unsigned char *bytes = (const unsigned char *) VARDATA_ANY(value);
	Size		size = VARSIZE_ANY_EXHDR(value);
	uint64		hash = seed;

	for (; size > CHS_INTERRUPT_BYTES; size -= CHS_INTERRUPT_BYTES, bytes += CHS_INTERRUPT_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		hash = hash_bytes_extended(bytes, CHS_INTERRUPT_BYTES, hash);
	}
	return hash_bytes_extended(bytes, (int) size, hash);
}

/* The lower half of the extended hash with seed 0, as hash indexes want it. */
PG_FUNCTION_INFO_V1(chs_bytes_hash);
Datum
chs_bytes_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	uint64		hash = hash_bytes_of(value, 0);

	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_INT32((int32) hash);
}

PG_FUNCTION_INFO_V1(chs_bytes_hash_extended);
Datum
chs_bytes_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	uint64		hash = hash_bytes_of(value, (uint64) PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_INT64((int64) hash);
}
