/*-------------------------------------------------------------------------
 *
 * change.h
 *		The state of changesummary: values and sizes of segments, before and
 *		after.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CHANGE_H
#define CHS_CHANGE_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "shared/summary.h"

#define CHS_CHANGE_TYPE		"changesummary"

/* a segment; on a side where it is absent, both its numbers are zero */
typedef struct ChsSegment
{
	int32		length;			/* of its name in bytes; -1: NULL */
	uint32		unused;
	float8		value[2];		/* before, after */
	float8		size[2];
	char		name[FLEXIBLE_ARRAY_MEMBER];	/* then bytes up to the next multiple of eight */
} ChsSegment;

typedef struct ChsChange
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		is_sorted;		/* 1: by name, and without room behind */
	uint8		unused[2];
	uint32		nsegments;
	uint32		used;			/* bytes, these included */
	/* ChsSegment structs follow */
} ChsChange;

static inline Size
chs_segment_size(int32 length)
{
	return MAXALIGN(offsetof(ChsSegment, name) + Max(length, 0));
}

#define chs_first_segment(change)	((ChsSegment *) ((char *) (change) + sizeof(ChsChange)))

static inline ChsSegment *
chs_next_segment(const ChsSegment *segment)
{
	return (ChsSegment *) ((char *) segment + chs_segment_size(segment->length));
}

extern ChsChange *chs_checked_change(void *value);
extern ChsChange *chs_change_add_segment(ChsChange *change, const ChsSegment *numbers, const char *name);
extern ChsChange *chs_change_add(ChsChange *into, const ChsChange *from);
extern ChsChange *chs_change_sorted(ChsChange *change);
extern bytea *chs_change_to_wire(ChsChange *change);
extern ChsChange *chs_change_from_wire(StringInfo buf);

#endif							/* CHS_CHANGE_H */
