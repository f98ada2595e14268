/*-------------------------------------------------------------------------
 *
 * expanded.h
 *		States that are expanded objects: their life.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_EXPANDED_H
#define CHS_EXPANDED_H

#include "fmgr.h"
#include "utils/expandeddatum.h"

/*
 * Condition of a state's flat form.  A change leads back to CHS_CHANGED;
 * reading leads on, and changes nothing else of a state.
 */
typedef enum ChsExpandedCondition
{
	CHS_CHANGED,				/* the content was not read since it changed */
	CHS_READ,					/* it was; the next reader may keep the flat form */
	CHS_FLAT,					/* "flat" is the content */
	CHS_TOO_LARGE				/* a value cannot hold the content */
} ChsExpandedCondition;

struct ChsExpanded;

typedef struct ChsExpandedType
{
	const char *name;			/* of the SQL type */
	Size		size;			/* of a state, which begins with ChsExpanded */
	void		(*init) (struct ChsExpanded *state);

	/*
	 * The content in the flat form, in a context.  A content that is too large
	 * for a value is an error.
	 */
	struct varlena *(*flatten) (struct ChsExpanded *state, MemoryContext context);
} ChsExpandedType;

typedef struct ChsExpanded
{
	ExpandedObjectHeader hdr;
	const ChsExpandedType *type;
	ChsExpandedCondition condition;
	struct varlena *flat;		/* NULL unless the condition is CHS_FLAT */
} ChsExpanded;

extern const ExpandedObjectMethods chs_expanded_methods;

/* Is a value of one of our types a state? */
static inline bool
chs_is_expanded(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &chs_expanded_methods;
}

static inline bool
chs_is_writable_expanded(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &chs_expanded_methods;
}

extern ChsExpanded *chs_expanded_make(const ChsExpandedType *type, FunctionCallInfo fcinfo);
extern ChsExpanded *chs_expanded_make_beside(const ChsExpandedType *type, FunctionCallInfo fcinfo);
extern Datum chs_expanded_result(Datum value);
extern Datum chs_expanded_return(FunctionCallInfo fcinfo, ChsExpanded *state);
extern void chs_expanded_keep(ChsExpanded *state, struct varlena *flat);
extern void chs_expanded_forget(ChsExpanded *state);

/* A state is about to change. */
static inline void
chs_expanded_changes(ChsExpanded *state)
{
	if (unlikely(state->condition != CHS_CHANGED))
		chs_expanded_forget(state);
}

#endif							/* CHS_EXPANDED_H */
