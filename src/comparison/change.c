/*-------------------------------------------------------------------------
 *
 * change.c
 *		The state of changesummary: values and sizes of segments, before and
 *		after.
 *
 * Segments have names, which the answer shows, so they are kept as they are
 * and not as hashes.
 *
 * Working form, inside aggregates: segments one behind the other as they
 * came, with room behind them; the value grows by doubling.  Canonical form:
 * the same in the order of their names, as bytes, NULL last, without room.
 * That a segment came twice is found when they are ordered, which every way
 * out of an aggregate does, and each doubling of a large value, lest rows of
 * one segment fill the memory first.
 *
 * Binary form: version, how many segments, then of each the length of its
 * name (-1: NULL), the name in UTF-8, and value and size before, value and
 * size after.  Names rise as UTF-8 does, so that equal values have one binary
 * form in every encoding.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "comparison/change.h"

#define FIRST_BYTES		256

/* up to this size it is enough to look for segments that came twice at the end */
#define UNCHECKED_BYTES	(1024 * 1024)

static ChsSegment **order_segments(const ChsChange *change);

/*
 * A value that may come from a page: does each segment lie within it?
 */
ChsChange *
chs_checked_change(void *value)
{
	ChsChange  *change = value;
	Size		left;
	ChsSegment *segment;

	chs_summary_check_head(change, sizeof(ChsChange), CHS_CHANGE_TYPE);
	if (unlikely(change->used < sizeof(ChsChange) || change->used > VARSIZE(change) ||
				 (change->is_sorted && change->used != VARSIZE(change))))
		chs_summary_damaged_stored(CHS_CHANGE_TYPE, "Its size does not fit its segments.");
	left = change->used - sizeof(ChsChange);
	segment = chs_first_segment(change);
	for (uint32 i = 0; i < change->nsegments; i++)
	{
		chs_check_interrupts(i);
		if (left < chs_segment_size(0) || segment->length < -1 || chs_segment_size(segment->length) > left)
			chs_summary_damaged_stored(CHS_CHANGE_TYPE, "Its size does not fit its segments.");
		left -= chs_segment_size(segment->length);
		segment = chs_next_segment(segment);
	}
	if (left != 0)
		chs_summary_damaged_stored(CHS_CHANGE_TYPE, "Its size does not fit its segments.");
	return change;
}

static ChsChange *
make_change(Size size)
{
	ChsChange  *change = palloc(size);

	chs_zero_bytes(change, size);
	SET_VARSIZE(change, size);
	change->version = CHS_SUMMARY_VERSION;
	change->used = sizeof(ChsChange);
	return change;
}

pg_noreturn static void
refuse_size(const ChsChange *change)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many segments in one %s", CHS_CHANGE_TYPE),
			 errdetail("There are more than %u.", change->nsegments),
			 errhint("Use larger segments, for instance plans instead of customers.")));
}

/*
 * The value itself, or one with room for more bytes.
 */
static ChsChange *
reserve(ChsChange *change, Size more)
{
	Size		size = FIRST_BYTES;
	ChsChange  *larger;

	if (likely(!change->is_sorted && VARSIZE(change) - change->used >= more))
		return change;
	while (size < change->used + more)
		size *= 2;
	if (size > CHS_MAX_VALUE_SIZE)
		size = CHS_MAX_VALUE_SIZE / MAXIMUM_ALIGNOF * MAXIMUM_ALIGNOF;
	if (size < change->used + more)
		refuse_size(change);
	if (size > UNCHECKED_BYTES)
		pfree(order_segments(change));
	larger = make_change(size);
	larger->nsegments = change->nsegments;
	larger->used = change->used;
	chs_copy_bytes(chs_first_segment(larger), chs_first_segment(change), change->used - sizeof(ChsChange));
	return larger;
}

/*
 * One segment more, with the numbers and the length of "numbers".  May return
 * a new state.
 */
ChsChange *
chs_change_add_segment(ChsChange *change, const ChsSegment *numbers, const char *name)
{
	Size		size = chs_segment_size(numbers->length);
	ChsSegment *segment;

	change = reserve(change, size);
	segment = (ChsSegment *) ((char *) change + change->used);
	memset(segment, 0, size);
	memcpy(segment, numbers, offsetof(ChsSegment, name));
	if (numbers->length > 0)
		memcpy(segment->name, name, numbers->length);
	change->used += size;
	change->nsegments++;
	return change;
}

/*
 * Everything of "from" into "into", which the caller may write to.  May return
 * a new state; "from" stays as it is.
 */
ChsChange *
chs_change_add(ChsChange *into, const ChsChange *from)
{
	Size		more = from->used - sizeof(ChsChange);

	into = reserve(into, more);
	chs_copy_bytes((char *) into + into->used, chs_first_segment(from), more);
	into->used += more;
	into->nsegments += from->nsegments;
	return into;
}

/*
 * Order.
 */
static int
compare_segments(const void *a, const void *b)
{
	const ChsSegment *first = *(ChsSegment *const *) a;
	const ChsSegment *second = *(ChsSegment *const *) b;
	int			result;

	CHECK_FOR_INTERRUPTS();
	if (first->length < 0 || second->length < 0)
		return (first->length < 0) - (second->length < 0);
	result = memcmp(first->name, second->name, Min(first->length, second->length));
	if (result == 0)
		result = (first->length > second->length) - (first->length < second->length);
	return result;
}

pg_noreturn static void
refuse_repeated(const ChsSegment *segment)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a segment has more than one row"),
			 segment->length < 0 ? errdetail("It is NULL.") :
			 errdetail("It is %s.", chs_shown_text(segment->name, segment->length)),
			 errhint("Aggregate to one row per segment first, with GROUP BY segment, and merge only summaries of different segments.")));
}

/* The segments by name, each once. */
static ChsSegment **
order_segments(const ChsChange *change)
{
	ChsSegment **list = MemoryContextAllocHuge(CurrentMemoryContext, Max(change->nsegments, 1) * sizeof(ChsSegment *));
	ChsSegment *segment = chs_first_segment(change);

	for (uint32 i = 0; i < change->nsegments; i++, segment = chs_next_segment(segment))
	{
		chs_check_interrupts(i);
		list[i] = segment;
	}
	qsort(list, change->nsegments, sizeof(ChsSegment *), compare_segments);
	for (uint32 i = 1; i < change->nsegments; i++)
	{
		chs_check_interrupts(i);
		if (compare_segments(&list[i - 1], &list[i]) == 0)
			refuse_repeated(list[i]);
	}
	return list;
}

/*
 * Canonical form.
 */
ChsChange *
chs_change_sorted(ChsChange *change)
{
	ChsSegment **list;
	ChsChange  *sorted;

	if (change->is_sorted)
		return change;
	list = order_segments(change);
	sorted = make_change(change->used);
	for (uint32 i = 0; i < change->nsegments; i++)
	{
		Size		size = chs_segment_size(list[i]->length);

		chs_check_interrupts(i);
		memcpy((char *) sorted + sorted->used, list[i], size);
		sorted->used += size;
	}
	sorted->nsegments = change->nsegments;
	sorted->is_sorted = 1;
	pfree(list);
	return sorted;
}

/*
 * The same with names in another encoding: only then may the order change.
 */
static ChsChange *
sorted_with_names(ChsChange *sorted, const char *(*convert) (const char *name, int *length))
{
	ChsChange  *converted = make_change(FIRST_BYTES);
	ChsSegment *segment = chs_first_segment(sorted);

	for (uint32 i = 0; i < sorted->nsegments; i++, segment = chs_next_segment(segment))
	{
		ChsSegment	numbers = *segment;
		const char *name = segment->name;

		chs_check_interrupts(i);
		if (segment->length > 0)
			name = convert(segment->name, &numbers.length);
		converted = chs_change_add_segment(converted, &numbers, name);
	}
	return chs_change_sorted(converted);
}

static const char *
name_to_server(const char *name, int *length)
{
	char	   *converted = chs_wire_text_to_server(name, *length);

	*length = strlen(converted);
	return converted;
}

/*
 * Binary form.
 */
bytea *
chs_change_to_wire(ChsChange *change)
{
	ChsChange  *sorted = chs_change_sorted(change);
	ChsSegment *segment;
	StringInfoData buf;

	if (!chs_wire_keeps_text())
		sorted = sorted_with_names(sorted, chs_wire_text);
	segment = chs_first_segment(sorted);
	chs_wire_begin(&buf);
	pq_sendint32(&buf, sorted->nsegments);
	for (uint32 i = 0; i < sorted->nsegments; i++, segment = chs_next_segment(segment))
	{
		chs_check_interrupts(i);
		pq_sendint32(&buf, segment->length);
		pq_sendbytes(&buf, segment->name, Max(segment->length, 0));
		for (int side = 0; side < 2; side++)
		{
			pq_sendfloat8(&buf, segment->value[side]);
			pq_sendfloat8(&buf, segment->size[side]);
		}
	}
	return pq_endtypsend(&buf);
}

static void
check_received(const ChsSegment *segment)
{
	for (int side = 0; side < 2; side++)
	{
		if (!isfinite(segment->value[side]) || !isfinite(segment->size[side]))
			chs_summary_damaged_binary(CHS_CHANGE_TYPE, "A number is not finite.");
		if (segment->size[side] < 0)
			chs_summary_damaged_binary(CHS_CHANGE_TYPE, "A size is negative.");
		if (segment->size[side] == 0 && (segment->value[side] != 0 || signbit(segment->value[side])))
			chs_summary_damaged_binary(CHS_CHANGE_TYPE, "A segment without a size has a value.");
	}
	if (segment->size[0] == 0 && segment->size[1] == 0)
		chs_summary_damaged_binary(CHS_CHANGE_TYPE, "A segment has no size on either side.");
}

static ChsChange *
receive_segment(ChsChange *change, StringInfo buf)
{
	ChsSegment	numbers = {0};
	const char *name = NULL;

	chs_wire_need(buf, sizeof(int32), CHS_CHANGE_TYPE);
	numbers.length = (int32) pq_getmsgint(buf, sizeof(int32));
	if (numbers.length < -1)
		chs_summary_damaged_binary(CHS_CHANGE_TYPE, "The length of a name is negative.");
	chs_wire_need(buf, (int64) Max(numbers.length, 0) + 4 * sizeof(float8), CHS_CHANGE_TYPE);
	if (numbers.length >= 0)
	{
		name = pq_getmsgbytes(buf, numbers.length);
		if (!pg_verify_mbstr(chs_wire_encoding(), name, numbers.length, true))
			chs_summary_damaged_binary(CHS_CHANGE_TYPE, "A name is not UTF-8.");
	}
	for (int side = 0; side < 2; side++)
	{
		numbers.value[side] = pq_getmsgfloat8(buf);
		numbers.size[side] = pq_getmsgfloat8(buf);
	}
	check_received(&numbers);
	return chs_change_add_segment(change, &numbers, name);
}

ChsChange *
chs_change_from_wire(StringInfo buf)
{
	ChsChange  *change = make_change(FIRST_BYTES);
	uint32		last = 0;		/* where the segment before starts */
	uint32		nsegments;

	chs_wire_version(buf, CHS_CHANGE_TYPE);
	chs_wire_need(buf, sizeof(int32), CHS_CHANGE_TYPE);
	nsegments = (uint32) pq_getmsgint(buf, sizeof(int32));
	for (uint32 i = 0; i < nsegments; i++)
	{
		uint32		start = change->used;

		chs_check_interrupts(i);
		change = receive_segment(change, buf);
		if (last > 0)
		{
			const ChsSegment *before = (ChsSegment *) ((char *) change + last);
			const ChsSegment *received = (ChsSegment *) ((char *) change + start);

			if (compare_segments(&before, &received) >= 0)
				chs_summary_damaged_binary(CHS_CHANGE_TYPE, "Names must rise.");
		}
		last = start;
	}
	chs_wire_end(buf, CHS_CHANGE_TYPE);
	if (!chs_wire_keeps_text())
		return sorted_with_names(change, name_to_server);
	return chs_change_sorted(change);
}
