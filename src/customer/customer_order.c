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
 * Keys that were chosen to crowd (customer_key.c) gain nothing by that.  More
 * than 16 rows in one place of step 2, unless they are of one customer, are
 * given to qsort, so that the insertion sort moves no row by more than 16; and
 * a partition that has eight times the rows it should have is ordered by qsort
 * where it was fetched.  So n rows take O(n log n) at the worst, and never
 * more memory than themselves, once fetched, and 4 bytes a row.
 *
 * The workers below get the size of a row as an argument and are inlined, for
 * copying 32 bytes is two instructions when the compiler knows that it is 32.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "customer/customer_order.h"

#define PARTITION_ROWS	1024	/* rows in a partition, roughly */
#define MAX_BITS		12
#define CROWDED_ROWS	(8 * PARTITION_ROWS)
#define CROWDED_PLACE	16
#define FEW_ROWS		16		/* that an insertion sort orders at once */
#define USUAL_ROW_SIZE	32
#define AHEAD			16		/* rows to ask for ahead of time */

static inline uint32
partition_of(const ChsCustomerOrder *order, ChsKey key)
{
	return order->partition_bits ? key.h1 >> (64 - order->partition_bits) : 0;
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

/*
 * Step 1.
 */
static void
divide_into_partitions(ChsCustomerOrder *order)
{
	uint32		npartitions = (uint32) 1 << order->partition_bits;
	uint32	   *end = palloc0(npartitions * sizeof(uint32));

	for (uint32 first = 0; first < order->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		const char *row = row_number(order, first, order->row_size);
		uint32		n = Min(order->nrows - first, CHS_LOG_CHUNK_ROWS);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++, row += order->row_size)
			end[partition_of(order, key_of(row))]++;
	}
	counts_to_begins(end, npartitions);

	order->numbers = palloc(order->nrows * sizeof(uint32));
	for (uint32 first = 0; first < order->nrows; first += CHS_LOG_CHUNK_ROWS)
	{
		const char *row = row_number(order, first, order->row_size);
		uint32		n = Min(order->nrows - first, CHS_LOG_CHUNK_ROWS);

		CHECK_FOR_INTERRUPTS();
		for (uint32 i = 0; i < n; i++, row += order->row_size)
			order->numbers[end[partition_of(order, key_of(row))]++] = first + i;
	}
	order->partition_end = end;
}

static inline uint32
rows_of_partition(const ChsCustomerOrder *order, uint32 partition)
{
	return order->partition_end[partition] - (partition ? order->partition_end[partition - 1] : 0);
}

static void
make_scratch(ChsCustomerOrder *order, Size nfetched, Size nscattered)
{
	order->fetched = MemoryContextAllocHuge(CurrentMemoryContext, nfetched * order->row_size);
	order->scattered = MemoryContextAllocHuge(CurrentMemoryContext, nscattered * order->row_size);
	order->home_end = MemoryContextAllocHuge(CurrentMemoryContext, nscattered * sizeof(uint32));
}

void
chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log)
{
	int64		nrows = chs_log_rows(log);
	Size		most = 1;
	Size		most_scattered = 1;

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
	while (order->partition_bits < MAX_BITS && (nrows >> order->partition_bits) > PARTITION_ROWS)
		order->partition_bits++;
	divide_into_partitions(order);
	for (uint32 i = 0; i < (uint32) 1 << order->partition_bits; i++)
	{
		Size		n = rows_of_partition(order, i);

		most = Max(most, n);
		if (n <= CROWDED_ROWS)
			most_scattered = Max(most_scattered, n);
	}
	make_scratch(order, most, most_scattered);
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
 * The rows of the next partition of a log as they are.
 */
static pg_attribute_always_inline uint32
fetch_rows(ChsCustomerOrder *order, Size row_size)
{
	uint32		n = rows_of_partition(order, order->partition);
	const uint32 *numbers = order->numbers + (order->partition_end[order->partition] - n);
	char	   *to = order->fetched;

	for (uint32 i = 0; i < n; i++, to += row_size)
	{
		chs_check_interrupts(i);
		if (i + AHEAD < n)
			__builtin_prefetch(row_number(order, numbers[i + AHEAD], row_size));
		memcpy(to, row_number(order, numbers[i], row_size), row_size);
	}
	return n;
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
home_of(const ChsCustomerOrder *order, ChsKey key, uint32 nhomes)
{
	return (uint32) (((uint128) (key.h1 << order->partition_bits) * nhomes) >> 64);
}

static pg_attribute_always_inline void
order_by_places(ChsCustomerOrder *order, const char *rows, uint32 n, Size row_size)
{
	uint32	   *end = order->home_end;

	chs_zero_bytes(end, n * sizeof(uint32));
	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		end[home_of(order, key_of(rows + i * row_size), n)]++;
	}
	counts_to_begins(end, n);
	for (uint32 i = 0; i < n; i++)
	{
		const char *row = rows + i * row_size;

		chs_check_interrupts(i);
		memcpy(order->scattered + row_size * end[home_of(order, key_of(row), n)]++, row, row_size);
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
order_partition_of(ChsCustomerOrder *order, Size row_size)
{
	uint32		n = order->array ? order->nrows : fetch_rows(order, row_size);

	CHECK_FOR_INTERRUPTS();
	if (order->array && n <= FEW_ROWS)
	{
		memcpy(order->scattered, order->array, n * row_size);
		insertion_sort(order->scattered, n, row_size);
		order->ordered = order->scattered;
	}
	else if (order->array || n <= CROWDED_ROWS)
		order_by_places(order, order->array ? order->array : order->fetched, n, row_size);
	else
	{
		order_crowded(order->fetched, n, row_size);
		order->ordered = order->fetched;
	}
	order->nordered = n;
	order->at = 0;
	order->partition++;
}

static void
order_partition(ChsCustomerOrder *order)
{
	if (likely(order->row_size == USUAL_ROW_SIZE))
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
		if (order->partition == (uint32) 1 << order->partition_bits)
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
