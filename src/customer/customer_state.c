/*-------------------------------------------------------------------------
 *
 * customer_state.c
 *		Big states that hold customers, and values of any form.
 *
 * A state is an expanded object (expanded.c).  New rows go to a structure of
 * the family's: a log or a table.  Large sorted summaries that are merged into
 * it are copied and stay sorted: runs, merged when the state is read.  Sixteen
 * runs of one level make one of the next, as in a log-structured merge tree
 * (O'Neil et al., 1996), so their number stays small and each customer is
 * copied a few times only.
 *
 * Reading a state may let waiting rows of the family settle, before the pass
 * begins, and remember the sorted form; it changes nothing else.  So any
 * number of cursors may be open on one state at once: the first one settles
 * what waits, and the others find nothing that does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/summary.h"
#include "customer/customer_state.h"

#define RUNS_OF_A_LEVEL		16
#define FIRST_RUNS			16

static inline const ChsCustomerFamily *
family_of(const ChsCustomerState *state)
{
	return (const ChsCustomerFamily *) state->base.type;
}

ChsCustomerState *
chs_customer_state_make(const ChsCustomerFamily *family, FunctionCallInfo fcinfo, ChsKeyKind key_kind)
{
	ChsCustomerState *state = (ChsCustomerState *) chs_expanded_make(&family->state, fcinfo);

	state->key_kind = key_kind;
	return state;
}

/*
 * A cursor with all that a state holds as its inputs.
 */
static void
begin_state(ChsCursor *cursor, ChsCustomerState *state)
{
	chs_cursor_begin(cursor, family_of(state), state->key_kind);
	family_of(state)->add_inputs(cursor, state);
	for (int i = 0; i < state->nruns; i++)
		chs_cursor_add_flat(cursor, state->runs[i].flat);
}

static ChsCustomers *
write_state(ChsCustomerState *state, MemoryContext context, bool must_fit)
{
	ChsCursor	cursor;

	begin_state(&cursor, state);
	chs_cursor_start(&cursor);
	return chs_cursor_write(&cursor, context, must_fit);
}

/* The method of ChsExpandedType. */
struct varlena *
chs_customer_state_flatten(ChsExpanded *state, MemoryContext context)
{
	return (struct varlena *) write_state((ChsCustomerState *) state, context, true);
}

/*
 * Runs as one; NULL when they are too large for that.
 */
static ChsCustomers *
merge_runs(ChsCustomerState *state, const ChsCustomerRun *runs)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "merge of runs", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCursor	cursor;
	ChsCustomers *merged;

	chs_cursor_begin(&cursor, family_of(state), state->key_kind);
	for (int i = 0; i < RUNS_OF_A_LEVEL; i++)
		chs_cursor_add_flat(&cursor, runs[i].flat);
	chs_cursor_start(&cursor);
	merged = chs_cursor_write(&cursor, state->base.hdr.eoh_context, false);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return merged;
}

/*
 * The newest runs of one level become one run of the next; if they are too
 * large, they go there as they are and it is false.
 */
static bool
merge_newest(ChsCustomerState *state)
{
	ChsCustomerRun *runs = state->runs + state->nruns - RUNS_OF_A_LEVEL;
	Size		size = 0;
	ChsCustomers *merged = NULL;

	for (int i = 0; i < RUNS_OF_A_LEVEL; i++)
		size += VARSIZE(runs[i].flat);
	/* larger ones might fit when they are merged, but that is not tried */
	if (size <= CHS_MAX_VALUE_SIZE)
		merged = merge_runs(state, runs);
	if (merged == NULL)
	{
		for (int i = 0; i < RUNS_OF_A_LEVEL; i++)
			runs[i].level++;
		return false;
	}
	for (int i = 0; i < RUNS_OF_A_LEVEL; i++)
		pfree(runs[i].flat);
	state->nruns -= RUNS_OF_A_LEVEL - 1;
	runs->flat = merged;
	runs->level++;
	return true;
}

/*
 * One more run; flat belongs to the state's context.
 */
void
chs_customer_state_add_run(ChsCustomerState *state, ChsCustomers *flat)
{
	if (state->nruns == state->max_runs)
	{
		int			max_runs = Max(FIRST_RUNS, state->max_runs * 2);
		ChsCustomerRun *runs = MemoryContextAlloc(state->base.hdr.eoh_context, max_runs * sizeof(ChsCustomerRun));

		if (state->runs)
		{
			memcpy(runs, state->runs, state->nruns * sizeof(ChsCustomerRun));
			pfree(state->runs);
		}
		state->runs = runs;
		state->max_runs = max_runs;
	}
	state->runs[state->nruns].flat = flat;
	state->runs[state->nruns++].level = 0;

	/* levels never rise from older to newer runs */
	while (state->nruns >= RUNS_OF_A_LEVEL &&
		   state->runs[state->nruns - RUNS_OF_A_LEVEL].level == state->runs[state->nruns - 1].level)
	{
		if (!merge_newest(state))
			break;
	}
}

/*
 * The customers that one state holds outside its runs, as a run of another.
 */
static ChsCustomers *
make_run(ChsCustomerState *from, ChsCustomerState *to)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "rows to run", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCursor	cursor;
	ChsCustomers *run;

	chs_cursor_begin(&cursor, family_of(from), from->key_kind);
	family_of(from)->add_inputs(&cursor, from);
	chs_cursor_start(&cursor);
	run = chs_cursor_write(&cursor, to->base.hdr.eoh_context, true);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return run;
}

/*
 * Bytes of the runs.
 */
Size
chs_customer_state_runs_size(const ChsCustomerState *state)
{
	Size		size = 0;

	for (int i = 0; i < state->nruns; i++)
		size += VARSIZE(state->runs[i].flat);
	return size;
}

/*
 * Everything that the state holds becomes one run.  False, and nothing happens,
 * if it is too large for a run.
 */
bool
chs_customer_state_fold(ChsCustomerState *state, void (*clear) (ChsCustomerState *state))
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "fold", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCustomers *run = write_state(state, state->base.hdr.eoh_context, false);

	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	if (run == NULL)
		return false;
	clear(state);
	for (int i = 0; i < state->nruns; i++)
		pfree(state->runs[i].flat);
	state->nruns = 0;
	chs_customer_state_add_run(state, run);
	return true;
}

static void
copy_run(ChsCustomerState *state, const ChsCustomers *flat)
{
	ChsCustomers *run = MemoryContextAlloc(state->base.hdr.eoh_context, VARSIZE(flat));

	chs_copy_bytes(run, flat, VARSIZE(flat));
	chs_customer_state_add_run(state, run);
}

/*
 * Another state, such as the share of a parallel plan's leader, is not put into
 * order for that if the family can do without.
 */
static void
add_state(ChsCustomerState *state, ChsCustomerState *other)
{
	const ChsCustomerFamily *family = family_of(state);

	chs_check_key_kind(state->key_kind, other->key_kind);
	if (family->add_rows_of)
		family->add_rows_of(state, other);
	else
		chs_customer_state_add_run(state, make_run(other, state));
	for (int i = 0; i < other->nruns; i++)
		copy_run(state, other->runs[i].flat);
}

/*
 * Everything of a state or of a flat value into a state, the latter as a run.
 * A value that has to be fetched or unpacked is at once where it will stay.
 */
void
chs_customer_state_add(ChsCustomerState *state, Datum value)
{
	MemoryContext before;
	ChsCustomers *flat;

	chs_expanded_changes(&state->base);
	if (chs_is_expanded(value))
	{
		add_state(state, chs_customer_state(value));
		return;
	}
	before = MemoryContextSwitchTo(state->base.hdr.eoh_context);
	flat = chs_customers_sorted(family_of(state), value);
	MemoryContextSwitchTo(before);
	chs_check_key_kind(state->key_kind, flat->key_kind);
	if (PointerGetDatum(flat) != value)
		chs_customer_state_add_run(state, flat);
	else
		copy_run(state, flat);
}

/*
 * Values of any form.
 */
ChsKeyKind
chs_customers_key_kind(const ChsCustomerFamily *family, Datum value)
{
	return chs_is_expanded(value) ? chs_customer_state(value)->key_kind : chs_customers_flat(family, value)->key_kind;
}

/*
 * The canonical form of a value.
 */
ChsCustomers *
chs_customers_sorted(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers *flat;
	ChsCursor	cursor;

	if (chs_is_expanded(value))
	{
		ChsExpanded *state = (ChsExpanded *) DatumGetEOHP(value);

		if (state->condition == CHS_FLAT)
			return (ChsCustomers *) state->flat;
		return (ChsCustomers *) chs_customer_state_flatten(state, CurrentMemoryContext);
	}
	flat = chs_customers_flat(family, value);
	if (flat->form == CHS_SORTED)
		return flat;
	chs_cursor_begin(&cursor, family, flat->key_kind);
	chs_cursor_add_flat(&cursor, flat);
	chs_cursor_start(&cursor);
	return chs_cursor_write(&cursor, CurrentMemoryContext, true);
}

/*
 * The result of an aggregate: sorted, so that equal content has equal bytes,
 * or a state.
 */
Datum
chs_customers_result(const ChsCustomerFamily *family, Datum value)
{
	if (chs_is_expanded(value))
		return chs_expanded_result(value);
	return PointerGetDatum(chs_customers_sorted(family, value));
}

/*
 * Opens a pass over a value of any form, which is detoasted here and nowhere
 * else.  to_end: it will not be left before its end.
 *
 * A pass may keep the sorted form of a state for the next reader.
 * The second reader writes it on the way whenever reading takes more than a
 * walk over a table that is in order, as many states are read but once.  The
 * first reader does so if it has to join customers of several inputs, which
 * costs several times what writing does: a dashboard asks one rollup of months
 * many things.
 */
void
chs_customers_open(ChsCursor *cursor, const ChsCustomerFamily *family, Datum value, bool to_end)
{
	if (chs_is_expanded(value) && chs_customer_state(value)->base.condition != CHS_FLAT)
	{
		ChsCustomerState *state = chs_customer_state(value);

		begin_state(cursor, state);
		if (to_end && state->base.condition != CHS_TOO_LARGE &&
			(cursor->ninputs > 1 || (state->base.condition == CHS_READ && chs_cursor_needs_order(cursor))))
			chs_cursor_keep(cursor, &state->base, state->base.condition == CHS_CHANGED);
		if (state->base.condition == CHS_CHANGED)
			state->base.condition = CHS_READ;
	}
	else
	{
		ChsCustomers *flat = chs_is_expanded(value) ? (ChsCustomers *) chs_customer_state(value)->base.flat :
			chs_customers_flat(family, value);

		chs_cursor_begin(cursor, family, flat->key_kind);
		chs_cursor_add_flat(cursor, flat);
	}
	chs_cursor_start(cursor);
}
