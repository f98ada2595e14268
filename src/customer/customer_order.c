/*-------------------------------------------------------------------------
 *
 * customer_order.c
 *		Rows of customers in the order of their keys.
 *
 * For evenly spread keys this takes time in proportion to the number of rows,
 * in two steps that each stay in the cache:
 *
 *	1.	A counting sort of row numbers (4 bytes each) by the highest bits of
 *		the key into partitions of about 1,000 rows.
 *	2.	Partition by partition, a counting sort of the rows themselves, with as
 *		many places as there are rows, and an insertion sort over the result,
 *		in which hardly a row moves.
 *
 * Rows of equal keys come out in no particular order.  The first step reads
 * the keys one after the other; the second fetches rows from all over the
 * log, and asks for them ahead of time.
 *
 * Keys can be chosen to crowd (customer_key.c).  A partition that has eight
 * times the rows it should have, and not all of one customer, is divided again
 * like step 1, by the first 12 bits behind those that all its keys have in
 * common, and so on.  Each level uses up 12 bits at least, so there are at most
 * 12 levels, and however the keys were chosen a row is passed over no more
 * often than that; keys that share nothing but their leading bits, however
 * many, cost one level.  More than 16 rows in one place of step 2, unless they
 * are of one customer, are given to qsort, so that the insertion sort moves no
 * row by more than 16.  These are rows of one partition, 8,192 at most.  Beyond
 * the rows it takes 4 bytes a row and 4 for each row of a partition while that
 * is divided again.
 *
 * The workers below get the size of a row as an argument and are inlined, for
 * copying 32 bytes is two instructions when the compiler knows that it is 32.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "customer/customer_order.h"

#define PARTITION_ROWS	1024	/* rows in a partition, roughly */
#define MAX_BITS		CHS_LOG_LEADING_BITS
#define MAX_LEVELS		12		/* of at least 3 bits, then 12 each, of 128 */
#define KEY_BITS		128
#define CROWDED_ROWS	(8 * PARTITION_ROWS)
#define CROWDED_PLACE	16
#define FEW_ROWS		16		/* that an insertion sort orders at once */
#define USUAL_ROW_SIZE	32
#define AHEAD			16		/* rows to ask for ahead of time */

/* The 64 bits of a key behind so many leading ones. */
static inline uint64
bits_behind(ChsKey key, int bits)
{
	return (uint64) (((((uint128) key.h1) << 64 | key.h2) << bits) >> 64);
}

static inline ChsKey
key_of(const char *row)
{
	return *(const ChsKey *) row;
}

static inline char *
row_number(const ChsCustomerOrder *order, uint32 number, Size row_size)
{
	return order->chunks[number >> CHS_LOG_CHUNK_BITS] + (number & (CHS_LOG_CHUNK_ROWS - 1)) * row_size;
}

/*
 * Counting sorts: the numbers of things in each place become where each place
 * begins.  As the things are put there, that grows to where it ends.
 */
static void
counts_to_begins(uint32 *counts, uint32 nplaces, uint32 begin)
{
	uint32		sum = begin;

	for (uint32 i = 0; i < nplaces; i++)
	{
		uint32		n = counts[i];

		counts[i] = sum;
		sum += n;
	}
}

/*
 * Step 1.
 */
static void
divide_into_partitions(ChsCustomerOrder *order, int bits)
{
	ChsOrderLevel *level = &order->levels[0];
	uint32	   *end = palloc0(((Size) 1 << bits) * sizeof(uint32));

	for (uint32 first = 0; first < order->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		const uint16 *leading = chs_log_leading(row_number(order, first, order->row_size), order->row_size);
		uint32		n = Min(order->nrows - first, CHS_LOG_CHUNK_ROWS);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
			end[leading[i] >> (MAX_BITS - bits)]++;
	}
	counts_to_begins(end, (uint32) 1 << bits, 0);

	order->numbers = palloc(order->nrows * sizeof(uint32));
	for (uint32 first = 0; first < order->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		const uint16 *leading = chs_log_leading(row_number(order, first, order->row_size), order->row_size);
		uint32		n = Min(order->nrows - first, CHS_LOG_CHUNK_ROWS);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++)
			order->numbers[end[leading[i] >> (MAX_BITS - bits)]++] = first + i;
	}
	level->end = end;
	level->npartitions = (uint32) 1 << bits;
	level->next = 0;
	level->at = 0;
	level->bits = bits;
	order->depth = 1;
}

/*
 * The same for a crowded partition.
 */
static inline ChsKey
key_ahead(const ChsCustomerOrder *order, const uint32 *numbers, uint32 i, uint32 n)
{
	chs_check_interrupts(i);
	if (i + AHEAD < n)
		__builtin_prefetch(row_number(order, numbers[i + AHEAD], order->row_size));
	return key_of(row_number(order, numbers[i], order->row_size));
}

/* How many leading bits do the keys of all these rows have in common? */
static int
common_bits(const ChsCustomerOrder *order, const uint32 *numbers, uint32 n)
{
	ChsKey		first = key_ahead(order, numbers, 0, n);
	ChsKey		differ = {0, 0};

	for (uint32 i = 1; i < n; i++)
	{
		ChsKey		key = key_ahead(order, numbers, i, n);

		differ.h1 |= key.h1 ^ first.h1;
		differ.h2 |= key.h2 ^ first.h2;
	}
	if (differ.h1 != 0)
		return 63 - pg_leftmost_one_pos64(differ.h1);
	return differ.h2 != 0 ? 127 - pg_leftmost_one_pos64(differ.h2) : KEY_BITS;
}

static void
divide_again(ChsCustomerOrder *order, uint32 begin, uint32 n, int bits)
{
	ChsOrderLevel *level = &order->levels[order->depth];
	uint32	   *numbers = order->numbers + begin;
	uint32	   *copy = MemoryContextAlloc(order->context, n * sizeof(uint32));
	uint32	   *end = MemoryContextAllocZero(order->context, sizeof(uint32) << MAX_BITS);

	Assert(order->depth < MAX_LEVELS);
	memcpy(copy, numbers, n * sizeof(uint32));
	for (uint32 i = 0; i < n; i++)
		end[bits_behind(key_ahead(order, copy, i, n), bits) >> (64 - MAX_BITS)]++;
	counts_to_begins(end, (uint32) 1 << MAX_BITS, begin);
	for (uint32 i = 0; i < n; i++)
		order->numbers[end[bits_behind(key_ahead(order, copy, i, n), bits) >> (64 - MAX_BITS)]++] = copy[i];
	pfree(copy);
	level->end = end;
	level->npartitions = (uint32) 1 << MAX_BITS;
	level->next = 0;
	level->at = begin;
	level->bits = bits + MAX_BITS;
	order->depth++;
}

static void
make_scratch(ChsCustomerOrder *order)
{
	const ChsOrderLevel *level = &order->levels[0];
	uint32		most = 1;

	for (uint32 i = 0; i < level->npartitions; i++)
		most = Max(most, level->end[i] - (i ? level->end[i - 1] : 0));
	order->max_fetched = Min(most, CROWDED_ROWS);
	order->fetched = palloc(order->max_fetched * order->row_size);
	order->scattered = palloc(order->max_fetched * order->row_size);
	order->home_end = palloc(order->max_fetched * sizeof(uint32));
}

void
chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log)
{
	int64		nrows = chs_log_rows(log);
	int			bits = 0;

	/* "numbers" is one allocation; states order their log long before that */
	if (nrows > (int64) (MaxAllocSize / sizeof(uint32)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows of customers to be ordered at once"),
				 errdetail("There are " INT64_FORMAT ".", nrows),
				 errhint("Build one summary per part of the customers and add up their answers: GROUP BY hashtext(customer::text) & 15.")));
	memset(order, 0, sizeof(*order));
	order->chunks = log->chunks;
	order->row_size = log->row_size;
	order->nrows = (uint32) nrows;
	order->context = CurrentMemoryContext;
	order->levels = palloc(MAX_LEVELS * sizeof(ChsOrderLevel));
	while (bits < MAX_BITS && (nrows >> bits) > PARTITION_ROWS)
		bits++;
	divide_into_partitions(order, bits);
	make_scratch(order);
}

/*
 * The rows of an array, all in one partition.
 */
void
chs_order_rows(ChsCustomerOrder *order, void *rows, int64 nrows, Size row_size)
{
	memset(order, 0, sizeof(*order));
	order->array = rows;
	order->row_size = row_size;
	order->nrows = (uint32) nrows;
	order->depth = 1;
	if (nrows <= FEW_ROWS)
		order->scattered = palloc(Max(nrows, 1) * row_size);
	else
	{
		order->scattered = palloc(nrows * row_size);
		order->home_end = palloc(nrows * sizeof(uint32));
	}
}

static int
compare_rows(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return chs_key_compare(*(const ChsKey *) a, *(const ChsKey *) b);
}

/*
 * Rows that claim one place: usually of one customer.
 */
static void
order_crowded(char *rows, uint32 n, Size row_size)
{
	for (uint32 i = 1; i < n; i++)
	{
		chs_check_interrupts(i);
		if (!chs_key_equal(key_of(rows + i * row_size), key_of(rows)))
		{
			qsort(rows, n, row_size, compare_rows);
			return;
		}
	}
}

/*
 * The rows of a partition of a log as they are.
 */
static pg_attribute_always_inline void
fetch_rows(ChsCustomerOrder *order, uint32 begin, uint32 n, Size row_size)
{
	const uint32 *numbers = order->numbers + begin;
	char	   *to;

	if (unlikely(n > order->max_fetched))
	{
		pfree(order->fetched);
		order->fetched = MemoryContextAllocHuge(order->context, n * row_size);
		order->max_fetched = n;
	}
	to = order->fetched;
	for (uint32 i = 0; i < n; i++, to += row_size)
	{
		chs_check_interrupts(i);
		if (i + AHEAD < n)
			__builtin_prefetch(row_number(order, numbers[i + AHEAD], row_size));
		memcpy(to, row_number(order, numbers[i], row_size), row_size);
	}
}

static pg_attribute_always_inline void
insertion_sort(char *rows, uint32 n, Size row_size)
{
	for (uint32 i = 1; i < n; i++)
	{
		char		row[CHS_MAX_ROW_SIZE];
		char	   *at = rows + i * row_size;

		chs_check_interrupts(i);
		if (!chs_key_less(key_of(at), key_of(at - row_size)))
			continue;
		memcpy(row, at, row_size);
		do
		{
			memcpy(at, at - row_size, row_size);
			at -= row_size;
		} while (at > rows && chs_key_less(*(const ChsKey *) row, key_of(at - row_size)));
		memcpy(at, row, row_size);
	}
}

/*
 * Step 2: rows into "scattered" by the place of their keys, then in order.
 */
static inline uint32
home_of(ChsKey key, int bits, uint32 nhomes)
{
	return (uint32) (((uint128) bits_behind(key, bits) * nhomes) >> 64);
}

static pg_attribute_always_inline void
order_by_places(ChsCustomerOrder *order, const char *rows, uint32 n, int bits, Size row_size)
{
	uint32	   *end = order->home_end;

	chs_zero_bytes(end, n * sizeof(uint32));
	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		end[home_of(key_of(rows + i * row_size), bits, n)]++;
	}
	counts_to_begins(end, n, 0);
	for (uint32 i = 0; i < n; i++)
	{
		const char *row = rows + i * row_size;

		chs_check_interrupts(i);
		memcpy(order->scattered + row_size * end[home_of(key_of(row), bits, n)]++, row, row_size);
	}
	for (uint32 i = 0, from = 0; i < n; from = end[i++])
	{
		chs_check_interrupts(i);
		if (unlikely(end[i] - from > CROWDED_PLACE))
			order_crowded(order->scattered + from * row_size, end[i] - from, row_size);
	}
	insertion_sort(order->scattered, n, row_size);
	order->ordered = order->scattered;
}

static pg_attribute_always_inline void
order_array(ChsCustomerOrder *order, Size row_size)
{
	if (order->nrows <= FEW_ROWS)
	{
		memcpy(order->scattered, order->array, order->nrows * row_size);
		insertion_sort(order->scattered, order->nrows, row_size);
		order->ordered = order->scattered;
	}
	else
		order_by_places(order, order->array, order->nrows, 0, row_size);
	order->nordered = order->nrows;
	order->depth = 0;
}

/*
 * The next partition: its rows in order, or the partitions that a crowded one
 * is divided into.
 */
static pg_attribute_always_inline void
order_partition_of(ChsCustomerOrder *order, Size row_size)
{
	ChsOrderLevel *level = &order->levels[order->depth - 1];
	uint32		begin = level->at;
	uint32		n;

	CHECK_FOR_INTERRUPTS();
	order->nordered = 0;
	if (level->next == level->npartitions)
	{
		pfree(level->end);
		order->depth--;
		return;
	}
	level->at = level->end[level->next++];
	n = level->at - begin;
	if (unlikely(n > CROWDED_ROWS))
	{
		int			bits = common_bits(order, order->numbers + begin, n);

		if (bits < KEY_BITS)
		{
			divide_again(order, begin, n, bits);
			return;
		}
	}
	fetch_rows(order, begin, n, row_size);
	if (n <= CROWDED_ROWS)
		order_by_places(order, order->fetched, n, Min(level->bits, KEY_BITS - 1), row_size);
	else
		order->ordered = order->fetched;	/* of one customer */
	order->nordered = n;
}

static void
order_partition(ChsCustomerOrder *order)
{
	order->at = 0;
	if (order->array)
	{
		if (likely(order->row_size == USUAL_ROW_SIZE))
			order_array(order, USUAL_ROW_SIZE);
		else
			order_array(order, order->row_size);
	}
	else if (likely(order->row_size == USUAL_ROW_SIZE))
		order_partition_of(order, USUAL_ROW_SIZE);
	else
		order_partition_of(order, order->row_size);
}

/*
 * The rows of the next customer and their number, or 0 at the end.  They stay
 * until the next call.
 */
uint32
chs_order_next(ChsCustomerOrder *order, void **rows)
{
	const char *first;
	uint32		n = 1;

	while (order->at == order->nordered)
	{
		if (order->depth == 0)
			return 0;
		order_partition(order);
	}
	first = order->ordered + order->at * order->row_size;
	while (order->at + n < order->nordered && chs_key_equal(key_of(first + n * order->row_size), key_of(first)))
	{
		chs_check_interrupts(n);
		n++;
	}
	order->at += n;
	*rows = (void *) first;
	return n;
}
