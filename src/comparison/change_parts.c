/*-------------------------------------------------------------------------
 *
 * change_parts.c
 *		Where a change comes from: the aggregate over segments, and its parts.
 *
 * Let v be the value of a segment and w its share of all sizes, 0 before and 1
 * after, and V = sum of w v.  Then V1 - V0 is the sum over the segments of
 *
 *		mix  = (w1 - w0) ((v0 + v1)/2 - (V0 + V1)/2)
 *		rate = (v1 - v0) (w0 + w1)/2
 *
 * The reference (V0 + V1)/2 adds nothing to the sum, because the w1 - w0 add
 * up to zero.  Without it a growing segment that is cheap would seem to raise
 * the average.  A segment that is absent on a side has no value there: it
 * takes its other one, so all it does is mix.
 *
 * Segments are taken in the order of their names, so no answer depends on the
 * order of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/type_ops.h"
#include "comparison/change.h"

/* so that no sum of two values is infinite */
#define MAX_VALUE	1e300

PG_FUNCTION_INFO_V1(chs_change_accum);
PG_FUNCTION_INFO_V1(chs_change_parts);

static const char *const value_names[] = {"before_value", "after_value"};
static const char *const size_names[] = {"before_size", "after_size"};

static inline bool
is_empty(const ChsChange *change)
{
	return change->nsegments == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsChange, chs_checked_change, chs_change_sorted, chs_change_sorted)

/*
 * Value and size of a side, arguments "argno" and the one behind it.
 */
static void
get_side(FunctionCallInfo fcinfo, int argno, int side, ChsSegment *segment)
{
	float8		size = PG_ARGISNULL(argno + 1) ? 0 : chs_check_amount_float8(PG_GETARG_FLOAT8(argno + 1), size_names[side]);
	float8		value;

	/* what is not a number points to an error in the rows, in an empty segment too */
	if (!PG_ARGISNULL(argno))
		chs_check_finite(PG_GETARG_FLOAT8(argno), value_names[side]);
	if (size == 0)
		return;
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a segment has a size and no value"),
				 errdetail("\"%s\" is %s and \"%s\" is NULL.", size_names[side], chs_double_text(size), value_names[side]),
				 errhint("Where the value is unknown make the size NULL too, so that the segment is absent on that side.")));
	value = PG_GETARG_FLOAT8(argno);
	chs_check_range(value, -MAX_VALUE, MAX_VALUE, value_names[side], "Divide all values by a power of ten.");
	segment->value[side] = value == 0 ? 0 : value;	/* there is one zero */
	segment->size[side] = size;
}

/*
 * changesummary_accum(state, segment, before_value, before_size, after_value,
 * after_size): one segment more.  Not strict: a side may be absent.
 */
Datum
chs_change_accum(PG_FUNCTION_ARGS)
{
	ChsSegment	segment = {.length = -1};
	const char *name = NULL;

	if (PG_ARGISNULL(0))
		return return_same_state(fcinfo);
	get_side(fcinfo, 2, 0, &segment);
	get_side(fcinfo, 4, 1, &segment);
	if (segment.size[0] == 0 && segment.size[1] == 0)
		return return_same_state(fcinfo);
	if (!PG_ARGISNULL(1))
	{
		text	   *given = PG_GETARG_TEXT_PP(1);

		name = VARDATA_ANY(given);
		segment.length = VARSIZE_ANY_EXHDR(given);
	}
	return return_state(fcinfo, chs_change_add_segment(state_arg(fcinfo), &segment, name));
}

CHS_SUMMARY_COMBINE(chs_change, ChsChange, is_empty, chs_change_sorted, chs_change_add)
CHS_SUMMARY_FINAL(chs_change, ChsChange, is_empty, chs_change_sorted)

CHS_BASE64_TYPE(chs_change, CHS_CHANGE_TYPE, chs_change_from_wire, chs_change_to_wire(summary_arg(fcinfo, 0)))

static inline bool
is_sorted(const ChsChange *change)
{
	return VARSIZE(change) >= sizeof(ChsChange) && change->is_sorted;
}

/* The content: the segments of the canonical form */
CHS_SORTED_CONTENT(change_content, ChsChange, is_sorted, chs_change_sorted, chs_checked_change, sizeof(ChsChange))

CHS_TYPE_OPERATORS(chs_change, change_content)

/* sizes of a side: scaled by the largest, so that their sum is finite */
typedef struct SideTotal
{
	float8		largest;
	float8		total;			/* of sizes / largest */
	float8		mean;			/* V: the overall value */
} SideTotal;

static inline float8
share_of(const SideTotal *side, float8 size)
{
	return size / side->largest / side->total;
}

/*
 * False when all segments are absent on that side.
 */
static bool
find_total(const ChsChange *change, int side, SideTotal *result)
{
	const ChsSegment *segment = chs_first_segment(change);

	*result = (SideTotal) {0};
	for (uint32 i = 0; i < change->nsegments; i++, segment = chs_next_segment(segment))
	{
		CHECK_FOR_INTERRUPTS();
		result->largest = Max(result->largest, segment->size[side]);
	}
	if (result->largest == 0)
		return false;
	segment = chs_first_segment(change);
	for (uint32 i = 0; i < change->nsegments; i++, segment = chs_next_segment(segment))
	{
		CHECK_FOR_INTERRUPTS();
		result->total += segment->size[side] / result->largest;
	}
	segment = chs_first_segment(change);
	for (uint32 i = 0; i < change->nsegments; i++, segment = chs_next_segment(segment))
	{
		CHECK_FOR_INTERRUPTS();
		result->mean += share_of(result, segment->size[side]) * segment->value[side];
	}
	return true;
}

static void
report_segment(ChsReport *report, const ChsSegment *segment, const SideTotal *before, const SideTotal *after)
{
	float8		v0 = segment->size[0] > 0 ? segment->value[0] : segment->value[1];
	float8		v1 = segment->size[1] > 0 ? segment->value[1] : segment->value[0];
	float8		w0 = share_of(before, segment->size[0]);
	float8		w1 = share_of(after, segment->size[1]);
	/* adding zero makes one of the two zeros */
	float8		mix = (w1 - w0) * ((v0 + v1) / 2.0 - (before->mean + after->mean) / 2.0) + 0.0;
	float8		rate = (v1 - v0) * ((w0 + w1) / 2.0) + 0.0;

	chs_report_float8(report, mix);
	chs_report_float8(report, rate);
	chs_report_float8(report, mix + rate);
}

/*
 * change_parts(s): a row per segment.
 */
Datum
chs_change_parts(PG_FUNCTION_ARGS)
{
	ChsChange  *change = chs_change_sorted(summary_arg(fcinfo, 0));
	const ChsSegment *segment = chs_first_segment(change);
	SideTotal	before;
	SideTotal	after;
	bool		has_before = find_total(change, 0, &before);
	bool		has_after = find_total(change, 1, &after);
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (uint32 i = 0; i < change->nsegments; i++, segment = chs_next_segment(segment))
	{
		chs_report_start_row(&report);
		if (segment->length < 0)
			chs_report_null(&report);
		else
			chs_report_datum(&report, PointerGetDatum(cstring_to_text_with_len(segment->name, segment->length)));
		if (has_before && has_after)
			report_segment(&report, segment, &before, &after);
		else
			chs_report_nulls(&report, 3);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
