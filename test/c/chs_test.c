/*-------------------------------------------------------------------------
 *
 * chs_test.c
 *		What the tests of chs need and SQL cannot do: values whose stored bytes
 *		are damaged, and customers whose keys were chosen.
 *
 * tools/test.sh builds this into build/; it is never installed.
 *
 * Damage.  test_damaged(value, seed) takes a value of any type of variable
 * length as it lies in memory, changes some of its bytes and perhaps its
 * length, and gives it back as a value of that type: what a broken disk would
 * do, behind the back of input functions.  Every seed is another damage, the
 * same on every machine.
 *
 * Change.  test_changed(value, at, bytes) gives the value with these bytes in
 * place of its own, "at" so many bytes behind its length word: a version of
 * tomorrow, for instance.
 *
 * Chosen keys.  MurmurHash3 has no secret, so whoever chooses an identifier
 * can choose its hash.  test_crafted_bigints(bits, n) finds n customers whose
 * key begins with the given 14 bits by trying one after the other, and
 * test_crafted_texts(bits, n) e-mail addresses.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "shared/compat.h"
#include "customer/customer_key.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(test_damaged);
PG_FUNCTION_INFO_V1(test_changed);
PG_FUNCTION_INFO_V1(test_crafted_bigints);
PG_FUNCTION_INFO_V1(test_crafted_texts);

#define CRAFTED_BITS	14
#define MOST_CHANGES	4
#define HEAD			48		/* bytes that damage hits more often */

/*
 * Chance: splitmix64 (Steele, Lea and Flood, 2014).
 */
static uint64
next_random(uint64 *state)
{
	uint64		z = (*state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static Size
random_below(uint64 *state, Size n)
{
	return next_random(state) % n;
}

/*
 * Damage.
 */
static const int64 extremes[] = {
	0, 1, -1, 127, 128, 255, 32767, PG_INT16_MIN, 65535, 65536,
	PG_INT32_MAX, PG_INT32_MIN, PG_INT32_MAX - 1, PG_INT64_MAX, PG_INT64_MIN, PG_INT64_MAX / 16
};

/* An extreme number of 1, 2, 4 or 8 bytes in a place where one may stand. */
static void
put_extreme(char *bytes, Size size, Size at, uint64 *state)
{
	int64		number = extremes[random_below(state, lengthof(extremes))];
	Size		width = (Size) 1 << random_below(state, 4);

	/* numbers are aligned in the value, whose bytes begin behind the length word */
	at = TYPEALIGN_DOWN(width, at + VARHDRSZ);
	if (at < VARHDRSZ || at - VARHDRSZ + width > size)
		return;
#ifdef WORDS_BIGENDIAN
	memcpy(bytes + at - VARHDRSZ, (char *) &number + sizeof(number) - width, width);
#else
	memcpy(bytes + at - VARHDRSZ, &number, width);
#endif
}

static void
change_bytes(char *bytes, Size size, uint64 *state)
{
	Size		at = random_below(state, random_below(state, 2) ? size : Min(size, HEAD));

	switch (random_below(state, 5))
	{
		case 0:
			bytes[at] ^= 1 << random_below(state, 8);
			break;
		case 1:
			bytes[at] = (char) next_random(state);
			break;
		case 2:					/* bytes of another place */
			{
				Size		from = random_below(state, size);

				memmove(bytes + at, bytes + from, Min(8, size - Max(at, from)));
			}
			break;
		default:
			put_extreme(bytes, size, at, state);
	}
}

Datum
test_damaged(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	uint64		state = (uint64) PG_GETARG_INT64(1);
	Size		size = VARSIZE(value) - VARHDRSZ;
	int			changes = 1 + (int) random_below(&state, MOST_CHANGES);

	if (size == 0)
		PG_RETURN_POINTER(value);
	for (int i = 0; i < changes; i++)
		change_bytes(VARDATA(value), size, &state);
	/* one of eight is cut short */
	if (random_below(&state, 8) == 0)
		SET_VARSIZE(value, VARHDRSZ + random_below(&state, size));
	PG_RETURN_POINTER(value);
}

/*
 * Change.
 */
Datum
test_changed(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
	int			at = PG_GETARG_INT32(1);
	bytea	   *bytes = PG_GETARG_BYTEA_PP(2);

	if (at < 0 || (Size) at + VARSIZE_ANY_EXHDR(bytes) > VARSIZE(value) - VARHDRSZ)
		elog(ERROR, "there is no such place in the value");
	memcpy(VARDATA(value) + at, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	PG_RETURN_POINTER(value);
}

/*
 * Chosen keys: a row each.  The state of the scan is the number to try next.
 */
typedef struct Search
{
	uint64		bits;			/* that the key begins with */
	int64		number;
} Search;

static Search *
next_search(FunctionCallInfo fcinfo, FuncCallContext **call)
{
	Search	   *search;

	if (SRF_IS_FIRSTCALL())
	{
		*call = SRF_FIRSTCALL_INIT();
		search = MemoryContextAllocZero((*call)->multi_call_memory_ctx, sizeof(Search));
		search->bits = (uint64) PG_GETARG_INT32(0);
		(*call)->max_calls = (uint64) PG_GETARG_INT32(1);
		(*call)->user_fctx = search;
	}
	*call = SRF_PERCALL_SETUP();
	return (*call)->call_cntr < (*call)->max_calls ? (*call)->user_fctx : NULL;
}

static bool
is_crafted(const Search *search, ChsKey key)
{
	CHECK_FOR_INTERRUPTS();
	return key.h1 >> (64 - CRAFTED_BITS) == search->bits;
}

Datum
test_crafted_bigints(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Search	   *search = next_search(fcinfo, &call);

	if (search == NULL)
		SRF_RETURN_DONE(call);
	do
		search->number++;
	while (!is_crafted(search, chs_key_of_bigint(search->number)));
	SRF_RETURN_NEXT(call, Int64GetDatum(search->number));
}

Datum
test_crafted_texts(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Search	   *search = next_search(fcinfo, &call);
	char		text[64];
	int			length;

	if (search == NULL)
		SRF_RETURN_DONE(call);
	do
		length = snprintf(text, sizeof(text), "ana+" INT64_FORMAT "@example.com", ++search->number);
	while (!is_crafted(search, chs_key_of_bytes(text, length)));
	SRF_RETURN_NEXT(call, PointerGetDatum(cstring_to_text_with_len(text, length)));
}
