/*-------------------------------------------------------------------------
 *
 * expanded.c
 *		States that are expanded objects: their life.
 *
 * A state that grows large is an expanded object below the aggregate's context:
 * its transitions return the same read-write pointer and the executor copies
 * nothing.  It ends with that context.  The flat form is made when the
 * state is stored, sent or handed over by a parallel worker, or when it is
 * worth it for its readers, and is remembered until the next change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/expanded.h"
#include "shared/interrupts.h"
#include "shared/summary.h"

#define SHARED_CONTEXT	"chs states"

static Size flat_size(ExpandedObjectHeader *hdr);
static void flatten_into(ExpandedObjectHeader *hdr, void *result, Size size);

const ExpandedObjectMethods chs_expanded_methods = {
	flat_size,
	flatten_into
};

static ChsExpanded *
make_state(const ChsExpandedType *type, MemoryContext context)
{
	ChsExpanded *state = MemoryContextAllocZero(context, type->size);

	EOH_init_header(&state->hdr, &chs_expanded_methods, context);
	state->type = type;
	type->init(state);
	return state;
}

/*
 * A new state, in the context that states of this call belong to.
 */
ChsExpanded *
chs_expanded_make(const ChsExpandedType *type, FunctionCallInfo fcinfo)
{
	MemoryContext parent;
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &parent))
		parent = CurrentMemoryContext;
	context = AllocSetContextCreate(parent, "chs state", ALLOCSET_START_SMALL_SIZES);
	MemoryContextSetIdentifier(context, type->name);
	return make_state(type, context);
}

/*
 * A new state beside those of other groups, in one context: for a type that has
 * no smaller form for groups of few rows.  A hash aggregate looks at all contexts
 * below its own for each new group, so one for each would take time by the square
 * of the groups.  The executor asks that the context of a state be a child of the
 * aggregate's, no more, and deletes a state only if another one takes its place,
 * which no transition does.
 */
ChsExpanded *
chs_expanded_make_beside(const ChsExpandedType *type, FunctionCallInfo fcinfo)
{
	MemoryContext parent;
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &parent))
		return chs_expanded_make(type, fcinfo);
	for (context = parent->firstchild; context; context = context->nextchild)
		if (strcmp(context->name, SHARED_CONTEXT) == 0)
			return make_state(type, context);
	return make_state(type, AllocSetContextCreate(parent, SHARED_CONTEXT, ALLOCSET_DEFAULT_SIZES));
}

/*
 * The result of an aggregate.  A state is not flattened, since storing the value
 * flattens it, and a function that reads it does better without.  PostgreSQL
 * 15 flattens an expanded result that is not in the result's context; a copy
 * of the pointer is.
 */
Datum
chs_expanded_result(Datum value)
{
	void	   *pointer = palloc(EXPANDED_POINTER_SIZE);

	memcpy(pointer, DatumGetPointer(EOHPGetRODatum(DatumGetEOHP(value))), EXPANDED_POINTER_SIZE);
	return PointerGetDatum(pointer);
}

/*
 * The result of a function that made or changed a state: for an aggregate the
 * state, for SQL a flat value.
 */
Datum
chs_expanded_return(FunctionCallInfo fcinfo, ChsExpanded *state)
{
	struct varlena *flat;

	if (chs_summary_in_place(fcinfo))
		return EOHPGetRWDatum(&state->hdr);
	flat = state->type->flatten(state, CurrentMemoryContext);
	MemoryContextDelete(state->hdr.eoh_context);
	return PointerGetDatum(flat);
}

/*
 * The flat form of the content, in the state's context, was made; NULL: it
 * does not fit.
 */
void
chs_expanded_keep(ChsExpanded *state, struct varlena *flat)
{
	if (state->condition == CHS_FLAT)
		pfree(flat);			/* another reader was faster */
	else
	{
		state->flat = flat;
		state->condition = flat ? CHS_FLAT : CHS_TOO_LARGE;
	}
}

/*
 * Forgets the flat form, because the content changes.
 */
void
chs_expanded_forget(ChsExpanded *state)
{
	if (state->flat)
		pfree(state->flat);
	state->flat = NULL;
	state->condition = CHS_CHANGED;
}

/*
 * Methods of the expanded object.
 */
static Size
flat_size(ExpandedObjectHeader *hdr)
{
	ChsExpanded *state = (ChsExpanded *) hdr;

	if (state->condition != CHS_FLAT)
	{
		MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "flattening", ALLOCSET_DEFAULT_SIZES);
		MemoryContext before = MemoryContextSwitchTo(scratch);
		struct varlena *flat = state->type->flatten(state, hdr->eoh_context);

		MemoryContextSwitchTo(before);
		MemoryContextDelete(scratch);
		chs_expanded_keep(state, flat);
	}
	return VARSIZE(state->flat);
}

static void
flatten_into(ExpandedObjectHeader *hdr, void *result, Size size)
{
	ChsExpanded *state = (ChsExpanded *) hdr;

	/* the caller has the flat form now; as a rule the state is not read again */
	chs_copy_bytes(result, state->flat, size);
	pfree(state->flat);
	state->flat = NULL;
	state->condition = CHS_READ;
}
