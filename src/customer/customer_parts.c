/*-------------------------------------------------------------------------
 *
 * customer_parts.c
 *		The rows of a log, packed, on their way from a parallel worker.
 *
 * A worker's share is copied half a dozen times before it arrives, mostly
 * into memory that is new to a process, and has to be put in order together
 * with the other shares then.  So the worker leaves the order alone: it makes
 * the rows short and sets them down by the highest ten bits of their keys.
 * The leader reads part by part, each from a few places, and sorts in the
 * cache.
 *
 * Where customers have many rows, their histories are shorter than that.
 * A share is packed only if it has fewer than three rows a customer, by a
 * count of the customers in a small part of the keys.
 *
 * Format: the number of rows to the end of each of the 1,024 parts, whether
 * rows are long, and the rows, in the machine's order of bytes:
 *
 *		the key: h1 and h2, or for a bigint eight bytes from which both follow
 *		first day, number of days and amount
 *				short, if that holds those of all rows: 17, 15 and 32 bits, the
 *				first day from 65,536 days before 2020-01-01 on, 0 days when
 *				open, the amount in hundredths
 *				long otherwise: the 16 bytes of a log
 *
 * This never leaves the server, and is stored only where somebody makes an
 * aggregate of the transition function alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "customer/customer_parts.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/varint.h"

/* inverses of the factors in chs_murmur_mix(), modulo 2^64 */
#define UNMIX_C1	UINT64CONST(0x4f74430c22a54005)
#define UNMIX_C2	UINT64CONST(0x9cb4b2f8129337db)

#define MANY_ROWS		3		/* of a customer in a share */
#define SAMPLE_ROWS		1024

#define DAY_BITS		17
#define LENGTH_BITS		15
#define FIRST_SHORT_DAY	(CHS_BASE_DAY - (1 << (DAY_BITS - 1)))

/* bytes behind the key */
#define SHORT_SIZE		((int) sizeof(uint64))
#define LONG_AT			offsetof(ChsCustomerRow, first)
#define LONG_SIZE		((int) (sizeof(ChsCustomerRow) - LONG_AT))

/*
 * Keys.  In the key of a bigint, h2 - h1 is a number that chs_murmur_finish()
 * has mixed, and h1 less that number is the mix of another one, eight below.
 */
static inline int
key_size(ChsKeyKind key_kind)
{
	return key_kind == CHS_KEY_BIGINT ? sizeof(uint64) : sizeof(ChsKey);
}

static inline uint64
unmix(uint64 k)
{
	k ^= k >> 33;
	k *= UNMIX_C2;
	k ^= k >> 33;
	k *= UNMIX_C1;
	k ^= k >> 33;
	return k;
}

static inline char *
pack_key(char *to, ChsKey key, ChsKeyKind key_kind)
{
	if (key_kind == CHS_KEY_BIGINT)
	{
		uint64		half = key.h2 - key.h1;

		memcpy(to, &half, sizeof(half));
		return to + sizeof(half);
	}
	memcpy(to, &key, sizeof(key));
	return to + sizeof(key);
}

static inline const char *
unpack_key(const char *from, ChsKey *key, ChsKeyKind key_kind)
{
	if (key_kind == CHS_KEY_BIGINT)
	{
		uint64		half;

		memcpy(&half, from, sizeof(half));
		key->h1 = chs_murmur_mix(unmix(half) - sizeof(int64)) + half;
		key->h2 = key->h1 + half;
		return from + sizeof(half);
	}
	memcpy(key, from, sizeof(*key));
	return from + sizeof(*key);
}

/*
 * First day, number of days and amount.
 */
static inline bool
is_short(const ChsCustomerRow *row)
{
	int64		day = (int64) row->first - FIRST_SHORT_DAY;
	int64		length = (int64) row->end - row->first;

	return day >= 0 && day < 1 << DAY_BITS &&
		(row->end == DATEVAL_NOEND || (length > 0 && length < 1 << LENGTH_BITS)) &&
		row->amount % CHS_MONEY_HUNDREDTH == 0 && (uint64) row->amount / CHS_MONEY_HUNDREDTH <= PG_UINT32_MAX;
}

static inline void
pack_short(char *to, const ChsCustomerRow *row)
{
	uint64		day = row->first - FIRST_SHORT_DAY;
	uint64		length = row->end == DATEVAL_NOEND ? 0 : row->end - row->first;
	uint64		rest = (day << LENGTH_BITS | length) << 32 | row->amount / CHS_MONEY_HUNDREDTH;

	memcpy(to, &rest, sizeof(rest));
}

static inline void
unpack_short(const char *from, ChsCustomerRow *row)
{
	uint64		rest;
	int			length;

	memcpy(&rest, from, sizeof(rest));
	length = (rest >> 32) & ((1 << LENGTH_BITS) - 1);
	row->first = (DateADT) (rest >> (32 + LENGTH_BITS)) + FIRST_SHORT_DAY;
	row->end = length == 0 ? DATEVAL_NOEND : row->first + length;
	row->amount = (int64) (uint32) rest * CHS_MONEY_HUNDREDTH;
}

/*
 * Parts.
 */
static inline int
size_of_row(ChsKeyKind key_kind, bool is_long)
{
	return key_size(key_kind) + (is_long ? LONG_SIZE : SHORT_SIZE);
}

static inline Size
size_of_parts(int64 nrows, ChsKeyKind key_kind, bool is_long)
{
	return offsetof(ChsParts, rows) + nrows * size_of_row(key_kind, is_long);
}

static int
compare_halves(const void *a, const void *b)
{
	uint64		first = *(const uint64 *) a;
	uint64		second = *(const uint64 *) b;

	return first < second ? -1 : first > second;
}

static int
count_distinct(uint64 *halves, int n)
{
	int			distinct = n > 0;

	qsort(halves, n, sizeof(uint64), compare_halves);
	for (int i = 1; i < n; i++)
		distinct += halves[i] != halves[i - 1];
	return distinct;
}

/*
 * The size of a log in parts; 0 when it should be handed over sorted, since
 * its customers have many rows.
 */
Size
chs_parts_size(const ChsCustomerLog *log, ChsKeyKind key_kind)
{
	int64		nrows = chs_log_rows(log);
	uint64		sample[SAMPLE_ROWS * 2];
	int			nsample = 0;
	int			sample_bits = 0;
	bool		is_long = false;

	while ((nrows >> sample_bits) > SAMPLE_ROWS)
		sample_bits++;
	for (int i = 0; i < log->nchunks; i++)
	{
		uint32		n = chs_log_chunk_rows(log, i);

		CHECK_FOR_INTERRUPTS();
		for (uint32 j = 0; j < n; j++)
		{
			const ChsCustomerRow *row = &log->chunks[i][j];

			if (chs_key_part(row->key.h1, sample_bits) == 0 && nsample < (int) lengthof(sample))
				sample[nsample++] = row->key.h1;
			is_long |= !is_short(row);
		}
	}
	if (((int64) count_distinct(sample, nsample) << sample_bits) * MANY_ROWS < nrows)
		return 0;
	return size_of_parts(nrows, key_kind, is_long);
}

static void
divide(ChsParts *parts, const ChsCustomerLog *log)
{
	memset(parts->end, 0, sizeof(parts->end));
	for (int i = 0; i < log->nchunks; i++)
	{
		uint32		n = chs_log_chunk_rows(log, i);

		CHECK_FOR_INTERRUPTS();
		for (uint32 j = 0; j < n; j++)
			parts->end[chs_key_part(log->chunks[i][j].key.h1, CHS_PARTS_BITS)]++;
	}
	chs_counts_to_begins(parts->end, CHS_PARTS);
}

/*
 * The rows of a log into parts of the size that chs_parts_size() told.
 */
void
chs_parts_write(ChsParts *parts, Size size, const ChsCustomerLog *log, ChsKeyKind key_kind)
{
	bool		is_long = size > size_of_parts(chs_log_rows(log), key_kind, false);
	int			row_size = size_of_row(key_kind, is_long);

	divide(parts, log);
	parts->is_long = is_long;
	for (int i = 0; i < log->nchunks; i++)
	{
		uint32		n = chs_log_chunk_rows(log, i);

		CHECK_FOR_INTERRUPTS();
		for (uint32 j = 0; j < n; j++)
		{
			const ChsCustomerRow *row = &log->chunks[i][j];
			char	   *to = parts->rows + (Size) parts->end[chs_key_part(row->key.h1, CHS_PARTS_BITS)]++ * row_size;

			to = pack_key(to, row->key, key_kind);
			if (is_long)
				memcpy(to, (const char *) row + LONG_AT, LONG_SIZE);
			else
				pack_short(to, row);
		}
	}
}

/*
 * Are these parts of so many bytes and rows in all?
 */
bool
chs_parts_are_whole(const ChsParts *parts, Size size, int64 nrows, ChsKeyKind key_kind)
{
	if (size < offsetof(ChsParts, rows) || nrows != parts->end[CHS_PARTS - 1] ||
		parts->is_long > 1 || size != size_of_parts(nrows, key_kind, parts->is_long))
		return false;
	for (int i = 1; i < CHS_PARTS; i++)
	{
		if (parts->end[i] < parts->end[i - 1])
			return false;
	}
	return true;
}

/*
 * Rows from number "first" on to before "end".
 */
void
chs_parts_unpack(const ChsParts *parts, uint32 first, uint32 end, ChsKeyKind key_kind, ChsCustomerRow *to)
{
	bool		is_long = parts->is_long;
	const char *from = parts->rows + (Size) first * size_of_row(key_kind, is_long);

	for (uint32 i = first; i < end; i++, to++)
	{
		chs_check_interrupts(i);
		from = unpack_key(from, &to->key, key_kind);
		if (is_long)
			memcpy((char *) to + LONG_AT, from, LONG_SIZE);
		else
			unpack_short(from, to);
		from += is_long ? LONG_SIZE : SHORT_SIZE;
	}
}
