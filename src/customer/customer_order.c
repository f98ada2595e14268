/*-------------------------------------------------------------------------
 *
 * customer_order.c
 *		Rows of customers in the order of their keys.
 *
 * For evenly spread keys this takes time in proportion to the number of rows.
 * A log has divided them already, by the highest bits of the key, into
 * partitions of some thousand rows.  These are ordered one by one, each in the
 * cache: a counting sort of the rows, with as many places as there are rows,
 * and an insertion sort over the result, in which hardly a row moves.  Rows of
 * equal keys come out in no particular order.
 *
 * Keys can be chosen to crowd (customer_key.c).  More than 16 rows in one place
 * of the counting sort, unless they are of one customer, are ordered by a radix
 * sort in place (McIlroy, Bostic and McIlroy, Engineering Radix Sort, 1993), so
 * that the insertion sort moves no row by more than 16; and so is a partition
 * that has four times the rows it should have.  That sort divides rows by the
 * 8 bits that begin with the first one in which any two of their keys differ,
 * and so on.  Each division uses up 8 bits at least, so however the keys were
 * chosen a row is divided from others no more than 16 times, and as a rule as
 * often as the number of customers has digits.
 *
 * Beyond the rows it takes two copies of a partition and 4 bytes for each of
 * its rows, or one copy of a crowded one.
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

#define KEY_BITS		128
#define USUAL_ROWS		1024	/* of a partition, in all but large logs */
#define CROWDED_TIMES	4
#define CROWDED_PLACE	16
#define DIGIT_BITS		8
#define DIGITS			(1 << DIGIT_BITS)
#define FEW_ROWS		16		/* that an insertion sort orders at once */
#define USUAL_ROW_SIZE	32

static inline ChsKey
key_of(const char *row)
{
	return *(const ChsKey *) row;
}

void
chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log, uint32 from, uint32 end)
{
	uint32		n = chs_log_partitions(log);

	memset(order, 0, sizeof(*order));
	order->row_size = log->family->row_size;
	order->log = log;
	order->next = from;
	order->end = end;
	order->crowded = CROWDED_TIMES * Max(USUAL_ROWS, chs_log_rows(log, 0, n) / n);
	order->context = CurrentMemoryContext;
}

void
chs_order_rows(ChsCustomerOrder *order, void *rows, int64 nrows, Size row_size)
{
	memset(order, 0, sizeof(*order));
	order->row_size = row_size;
	order->array = rows;
	order->nrows = (uint32) nrows;
	order->context = CurrentMemoryContext;
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
 * Crowded rows.
 */

/* the first bit in which keys differ, KEY_BITS if they are of one customer */
static int
differing_bit(const char *rows, uint32 n, Size row_size)
{
	ChsKey		first = key_of(rows);
	ChsKey		differ = {0, 0};

	for (uint32 i = 1; i < n; i++)
	{
		ChsKey		key = key_of(rows + i * row_size);

		chs_check_interrupts(i);
		differ.h1 |= key.h1 ^ first.h1;
		differ.h2 |= key.h2 ^ first.h2;
	}
	if (differ.h1 != 0)
		return 63 - pg_leftmost_one_pos64(differ.h1);
	return differ.h2 != 0 ? 127 - pg_leftmost_one_pos64(differ.h2) : KEY_BITS;
}

/* The digit of a key behind so many leading bits. */
static inline uint32
digit_of(const char *row, int bits)
{
	ChsKey		key = key_of(row);

	return (uint32) (((((uint128) key.h1) << 64 | key.h2) << bits) >> (KEY_BITS - DIGIT_BITS));
}

static inline void
exchange(char *a, char *b, Size row_size)
{
	char		copy[CHS_MAX_ROW_SIZE];

	memcpy(copy, a, row_size);
	memcpy(a, b, row_size);
	memcpy(b, copy, row_size);
}

/*
 * Puts rows in the order of a digit, where each row that is not in its place
 * goes to the next free one of its digit.  "end" gets where each digit ends.
 */
static pg_attribute_always_inline void
order_by_digit(char *rows, uint32 n, int bits, uint32 *end, Size row_size)
{
	uint32		next[DIGITS] = {0};
	uint32		sum = 0;

	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		next[digit_of(rows + i * row_size, bits)]++;
	}
	for (int digit = 0; digit < DIGITS; digit++)
	{
		end[digit] = sum + next[digit];
		next[digit] = sum;
		sum = end[digit];
	}
	for (uint32 digit = 0, steps = 0; digit < DIGITS; digit++)
	{
		while (next[digit] < end[digit])
		{
			char	   *row = rows + next[digit] * row_size;
			uint32		other = digit_of(row, bits);

			chs_check_interrupts(steps++);
			if (other != digit)
				exchange(row, rows + next[other] * row_size, row_size);
			next[other]++;
		}
	}
}

static void
order_crowded(char *rows, uint32 n, Size row_size)
{
	uint32		end[DIGITS];
	uint32		from = 0;
	int			bits = differing_bit(rows, n, row_size);

	if (bits == KEY_BITS)
		return;
	CHECK_FOR_INTERRUPTS();
	if (row_size == USUAL_ROW_SIZE)
		order_by_digit(rows, n, bits, end, USUAL_ROW_SIZE);
	else
		order_by_digit(rows, n, bits, end, row_size);
	for (int digit = 0; digit < DIGITS; from = end[digit++])
	{
		uint32		ndigit = end[digit] - from;

		if (ndigit > FEW_ROWS)
			order_crowded(rows + from * row_size, ndigit, row_size);
		else if (ndigit > 1)
			insertion_sort(rows + from * row_size, ndigit, row_size);
	}
}

/*
 * Counting sort: the numbers of rows in each place become where each place
 * begins.  As the rows are put there, that grows to where it ends.
 */
static void
counts_to_begins(uint32 *counts, uint32 nplaces)
{
	uint32		sum = 0;

	for (uint32 i = 0; i < nplaces; i++)
	{
		uint32		n = counts[i];

		counts[i] = sum;
		sum += n;
	}
}

/* The place of a key among those with the same so many leading bits. */
static inline uint32
home_of(ChsKey key, int bits, uint32 nhomes)
{
	return (uint32) (((uint128) (key.h1 << bits) * nhomes) >> 64);
}

static void
make_scattered(ChsCustomerOrder *order, uint32 n)
{
	if (n <= order->max_scattered)
		return;
	if (order->max_scattered > 0)
	{
		pfree(order->scattered);
		pfree(order->home_end);
	}
	order->scattered = MemoryContextAlloc(order->context, n * order->row_size);
	order->home_end = MemoryContextAlloc(order->context, n * sizeof(uint32));
	order->max_scattered = n;
}

/*
 * Orders rows whose keys have so many leading bits in common.
 */
static pg_attribute_always_inline void
order_by_places(ChsCustomerOrder *order, const char *rows, uint32 n, int bits, Size row_size)
{
	uint32	   *end;

	make_scattered(order, n);
	end = order->home_end;
	memset(end, 0, n * sizeof(uint32));
	for (uint32 i = 0; i < n; i++)
		end[home_of(key_of(rows + i * row_size), bits, n)]++;
	counts_to_begins(end, n);
	for (uint32 i = 0; i < n; i++)
	{
		const char *row = rows + i * row_size;

		memcpy(order->scattered + row_size * end[home_of(key_of(row), bits, n)]++, row, row_size);
	}
	for (uint32 i = 0, from = 0; i < n; from = end[i++])
	{
		if (unlikely(end[i] - from > CROWDED_PLACE))
			order_crowded(order->scattered + from * row_size, end[i] - from, row_size);
	}
	insertion_sort(order->scattered, n, row_size);
	order->ordered = order->scattered;
}

static pg_attribute_always_inline void
order_array(ChsCustomerOrder *order, Size row_size)
{
	uint32		n = order->nrows;

	if (n > FEW_ROWS)
		order_by_places(order, order->array, n, 0, row_size);
	else
	{
		order->ordered = palloc(Max(n, 1) * row_size);
		memcpy(order->ordered, order->array, n * row_size);
		insertion_sort(order->ordered, n, row_size);
	}
	order->nordered = n;
	order->array = NULL;
}

/*
 * The rows of a partition as they were added, the newest log chunk first.  The
 * next one is asked for ahead of time.
 */
static inline void
ask_for_chunk(const ChsLogChunk *chunk)
{
	for (Size i = 0; i < CHS_CACHE_LINE + CHS_LOG_CHUNK_SIZE; i += CHS_CACHE_LINE)
		__builtin_prefetch((const char *) chunk + i);
}

static void
fetch_partition(ChsCustomerOrder *order, const ChsLogPartition *partition)
{
	Size		row_size = order->row_size;
	uint32		n = partition->nrows;
	ChsLogChunk *chunk = chs_log_newest_chunk(partition);
	char	   *to;

	if (n > order->max_fetched)
	{
		if (order->max_fetched > 0)
			pfree(order->fetched);
		order->fetched = MemoryContextAllocHuge(order->context, n * row_size);
		order->max_fetched = n;
	}
	to = order->fetched;
	for (; n > 0; chunk = chunk->before)
	{
		CHECK_FOR_INTERRUPTS();
		if (chunk->before)
			ask_for_chunk(chunk->before);
		(void) chs_log_get_rows(order->log, chs_log_chunk_rows(chunk), n - chunk->first, to);
		to += (n - chunk->first) * row_size;
		n = chunk->first;
	}
}

static pg_attribute_always_inline void
order_partition(ChsCustomerOrder *order, Size row_size)
{
	const ChsLogPartition *partition = &order->log->partitions[order->next++];
	uint32		n = partition->nrows;

	order->nordered = n;
	if (n == 0)
		return;
	fetch_partition(order, partition);
	if (likely(n <= order->crowded))
		order_by_places(order, order->fetched, n, order->log->bits, row_size);
	else
	{
		order->ordered = order->fetched;
		order_crowded(order->ordered, n, row_size);
	}
}

/*
 * Orders the next rows; false at the end.
 */
static pg_attribute_always_inline bool
order_more_of(ChsCustomerOrder *order, Size row_size)
{
	CHECK_FOR_INTERRUPTS();
	order->at = 0;
	if (order->array)
		order_array(order, row_size);
	else if (order->log && order->next < order->end)
		order_partition(order, row_size);
	else
		return false;
	return true;
}

static bool
order_more(ChsCustomerOrder *order)
{
	if (likely(order->row_size == USUAL_ROW_SIZE))
		return order_more_of(order, USUAL_ROW_SIZE);
	return order_more_of(order, order->row_size);
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
		if (!order_more(order))
			return 0;
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
