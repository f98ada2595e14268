/*-------------------------------------------------------------------------
 *
 * activity_days.c
 *		The active days of one customer: together, and encoded.
 *
 * In memory they are chunks of 64 days, a bit a day.  Encoded, for disk and
 * wire, they are varints:
 *
 *		bytes that follow * 2, + 1 if they are bits
 *		list: first day since 2020-01-01, folded; days since the one before,
 *				less 1 (each further day)
 *		bits: first chunk since that of 2020-01-01, folded, and 8 bytes;
 *				chunks since the one before, less 1, and 8 bytes (each further)
 *
 * They are a list when there are at most 9 days for each chunk, which is
 * about when the list is shorter.  A customer of one day takes 3 bytes,
 * one of 41 days about 43.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "activity/activity_days.h"
#include "shared/calendar.h"
#include "shared/summary.h"
#include "shared/varint.h"

#define BASE_CHUNK			(CHS_BASE_DAY >> 6)
#define LIST_PER_CHUNK		9
#define FIRST_CHUNKS		16
#define WINDOW_CHUNKS		64	/* eleven years */

/* all that dates fall into, and one that is begun */
#define MAX_CHUNKS			((CHS_LAST_DAY >> 6) - (CHS_FIRST_DAY >> 6) + 2)

/* the longest number */
#define MAX_NUMBER			5

pg_noreturn static void
refuse_days(const char *detail)
{
	chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, detail);
}

int32
chs_days_checked_chunk(int64 chunk)
{
	if (unlikely(chunk < CHS_FIRST_DAY >> 6 || chunk > CHS_LAST_DAY >> 6))
		refuse_days("A day is not a date.");
	return (int32) chunk;
}

void
chs_days_init(void *content)
{
	ChsActivityCustomer *days = content;

	days->nchunks = 0;
	days->max = FIRST_CHUNKS;
	days->chunks = palloc(FIRST_CHUNKS * sizeof(ChsDayChunk));
}

void
chs_days_reserve(ChsActivityCustomer *days, int64 max)
{
	if (likely(max <= days->max))
		return;
	max = Max(max, (int64) days->max * 2);
	days->chunks = repalloc_huge(days->chunks, max * sizeof(ChsDayChunk));
	days->max = (int) max;
}

/*
 * Sets of days, one behind the other, become one set.  As a rule they are
 * within a few years, and a bit map of that time is faster than any merge.
 */
static int
compare_chunks(const void *a, const void *b)
{
	int32		first = ((const ChsDayChunk *) a)->chunk;
	int32		second = ((const ChsDayChunk *) b)->chunk;

	CHECK_FOR_INTERRUPTS();
	return first < second ? -1 : first > second;
}

static void
join_by_sorting(ChsActivityCustomer *days)
{
	ChsDayChunk *to = days->chunks;

	qsort(days->chunks, days->nchunks, sizeof(ChsDayChunk), compare_chunks);
	for (int i = 1; i < days->nchunks; i++)
	{
		if (days->chunks[i].chunk == to->chunk)
			to->bits |= days->chunks[i].bits;
		else
			*++to = days->chunks[i];
	}
	days->nchunks = to + 1 - days->chunks;
}

void
chs_days_join_end(void *content)
{
	ChsActivityCustomer *days = content;
	ChsDayChunk *to = days->chunks;
	int32		first = to->chunk;
	int32		last = first;
	uint64		window[WINDOW_CHUNKS];

	for (int i = 1; i < days->nchunks; i++)
	{
		first = Min(first, days->chunks[i].chunk);
		last = Max(last, days->chunks[i].chunk);
	}
	if ((int64) last - first >= WINDOW_CHUNKS)
	{
		join_by_sorting(days);
		return;
	}

	memset(window, 0, (last - first + 1) * sizeof(uint64));
	for (int i = 0; i < days->nchunks; i++)
		window[days->chunks[i].chunk - first] |= days->chunks[i].bits;
	for (int32 i = 0; i <= last - first; i++)
	{
		to->chunk = first + i;
		to->bits = window[i];
		to += window[i] != 0;
	}
	days->nchunks = to - days->chunks;
}

/*
 * Days of the same customer behind those that are there.
 */
void
chs_days_join_begin(void *content pg_attribute_unused())
{
}

void
chs_days_join(void *content, const void *part)
{
	ChsActivityCustomer *days = content;
	const ChsActivityCustomer *more = part;

	chs_days_reserve(days, (int64) days->nchunks + more->nchunks);
	memcpy(days->chunks + days->nchunks, more->chunks, more->nchunks * sizeof(ChsDayChunk));
	days->nchunks += more->nchunks;
}

/*
 * Encoding.
 */
static inline bool
is_list(const ChsActivityCustomer *days)
{
	int64		most = (int64) days->nchunks * LIST_PER_CHUNK;
	int64		n = 0;

	for (int i = 0; i < days->nchunks && n <= most; i++)
		n += pg_popcount64(days->chunks[i].bits);
	return n <= most;
}

/* bytes that encoding may take; a list is at most 9 numbers a chunk */
Size
chs_days_space(const void *content)
{
	const ChsActivityCustomer *days = content;

	return 2 * MAX_NUMBER + (Size) days->nchunks * LIST_PER_CHUNK * MAX_NUMBER;
}

static char *
encode_list(const ChsActivityCustomer *days, char *to)
{
	int64		before = 0;
	bool		first = true;

	for (int i = 0; i < days->nchunks; i++)
	{
		for (uint64 bits = days->chunks[i].bits; bits != 0; bits &= bits - 1)
		{
			int64		day = (int64) days->chunks[i].chunk * 64 + pg_rightmost_one_pos64(bits);

			to = chs_varint_write(to, first ? chs_zigzag(day - CHS_BASE_DAY) : (uint64) (day - before - 1));
			before = day;
			first = false;
		}
	}
	return to;
}

static inline uint64
same_on_every_machine(uint64 bits)
{
#ifdef WORDS_BIGENDIAN
	bits = pg_bswap64(bits);
#endif
	return bits;
}

static char *
encode_bits(const ChsActivityCustomer *days, char *to)
{
	const ChsDayChunk *chunk = days->chunks;

	for (int i = 0; i < days->nchunks; i++, chunk++)
	{
		uint64		bits = same_on_every_machine(chunk->bits);

		to = chs_varint_write(to, i == 0 ? chs_zigzag(chunk->chunk - BASE_CHUNK) :
							  (uint64) ((int64) chunk->chunk - chunk[-1].chunk - 1));
		memcpy(to, &bits, sizeof(bits));
		to += sizeof(bits);
	}
	return to;
}

char *
chs_days_encode(const void *content, char *to)
{
	const ChsActivityCustomer *days = content;
	bool		list = is_list(days);
	char	   *end = list ? encode_list(days, to + 1) : encode_bits(days, to + 1);
	Size		size = end - to - 1;
	uint64		head = size * 2 + !list;

	/* one byte is left for the head, which is enough as a rule */
	if (unlikely(head >= 0x80))
	{
		char		longer[2 * MAX_NUMBER];
		Size		more = chs_varint_write(longer, head) - longer - 1;

		memmove(to + 1 + more, to + 1, size);
		end += more;
	}
	chs_varint_write(to, head);
	return end;
}

/*
 * Decoding.  What is on disk was checked on its way in, so this sees to it
 * only that a damaged page leads to nowhere else.
 */
static inline const char *
get(const char *from, const char *end, uint64 *value)
{
	from = chs_varint_read(from, end, value);
	if (unlikely(from == NULL))
		refuse_days("A number is cut short.");
	return from;
}

/* Where the days behind a head end. */
static inline const char *
get_head(const char **from, const char *end, bool *list)
{
	uint64		head;

	*from = get(*from, end, &head);
	*list = (head & 1) == 0;
	if (unlikely(head / 2 == 0 || head / 2 > (uint64) (end - *from)))
		refuse_days("The length of a customer's days is wrong.");
	return *from + head / 2;
}

/* Days rise by what is left of the calendar at most. */
static inline void
check_rise(uint64 rise)
{
	if (unlikely(rise > CHS_LAST_DAY - CHS_FIRST_DAY))
		refuse_days((int64) rise < 0 ? "The days of a customer must rise." : "A day is not a date.");
}

static inline int64
sum(int64 value, uint64 change)
{
	return (int64) ((uint64) value + change);
}

/*
 * Whether a day begins a new chunk cannot be foretold, so there is no branch
 * on it: the unfinished chunk is written each time, and left behind when the day
 * is of another.
 */
static void
decode_list(ChsActivityCustomer *days, const char *from, const char *end)
{
	ChsDayChunk *to;
	uint64		value;
	int64		day;
	int64		chunk;
	uint64		bits;

	/* a day of a list takes a byte or more, and the calendar has MAX_CHUNKS chunks */
	chs_days_reserve(days, Min(end - from, MAX_CHUNKS));
	to = days->chunks;
	from = get(from, end, &value);
	day = chs_unzigzag_day(value);
	chunk = chs_days_checked_chunk(day >> 6);
	bits = UINT64CONST(1) << (day & 63);
	while (from < end)
	{
		int64		next_chunk;

		if (likely((uint8) *from < 0x80))
			value = (uint8) *from++;
		else
		{
			from = get(from, end, &value);
			check_rise(value);
		}
		day += value + 1;
		if (unlikely(day > CHS_LAST_DAY))
			refuse_days("A day is not a date.");
		next_chunk = day >> 6;
		to->chunk = (int32) chunk;
		to->bits = bits;
		to += next_chunk != chunk;
		bits &= -(uint64) (next_chunk == chunk);
		bits |= UINT64CONST(1) << (day & 63);
		chunk = next_chunk;
	}
	to->chunk = (int32) chunk;
	to->bits = bits;
	days->nchunks = to + 1 - days->chunks;
}

static void
decode_bits(ChsActivityCustomer *days, const char *from, const char *end)
{
	ChsDayChunk *to;
	int64		chunk = BASE_CHUNK;

	chs_days_reserve(days, (end - from) / 8 + 1);
	to = days->chunks;
	for (bool first = true; from < end; first = false, to++)
	{
		uint64		value;

		from = get(from, end, &value);
		if (!first)
			check_rise(value);
		chunk = sum(chunk, first ? (uint64) chs_unzigzag(value) : value + 1);
		if (unlikely(end - from < (ptrdiff_t) sizeof(uint64)))
			refuse_days("64 days are cut short.");
		memcpy(&value, from, sizeof(value));
		from += sizeof(value);
		to->chunk = chs_days_checked_chunk(chunk);
		to->bits = same_on_every_machine(value);
		if (unlikely(to->bits == 0))
			refuse_days("64 days without an active one.");
	}
	days->nchunks = to - days->chunks;
}

/*
 * Reads the days of a customer; returns where the next customer begins.
 */
const char *
chs_days_decode(void *content, const char *from, const char *end)
{
	ChsActivityCustomer *days = content;
	bool		list;

	days->nchunks = 0;
	end = get_head(&from, end, &list);
	if (likely(list))
		decode_list(days, from, end);
	else
		decode_bits(days, from, end);
	return end;
}

/*
 * Passes over days; returns where the next customer begins.
 */
const char *
chs_days_skip(const char *from, const char *end)
{
	bool		list;

	return get_head(&from, end, &list);
}

/*
 * Are these days of a calendar, and do they rise?
 */
void
chs_days_check(const void *content)
{
	const ChsActivityCustomer *days = content;
	const ChsDayChunk *last = days->chunks + days->nchunks - 1;

	for (int i = 1; i < days->nchunks; i++)
	{
		if (days->chunks[i].chunk <= days->chunks[i - 1].chunk)
			refuse_days("The days of a customer must rise.");
	}
	if ((int64) days->chunks[0].chunk * 64 + pg_rightmost_one_pos64(days->chunks[0].bits) < CHS_FIRST_DAY ||
		(int64) last->chunk * 64 + pg_leftmost_one_pos64(last->bits) > CHS_LAST_DAY)
		refuse_days("A day is not a date.");
}
