/*-------------------------------------------------------------------------
 *
 * subscription_state.c
 *		The forms of a subscriptionsummary while it grows.
 *
 *	1.	Working: a flat varlena with the rows as they came, up to 2,048 of
 *		them (64 kB).  It grows by doubling in the short-lived context, from
 *		where the executor copies it.  A group of few customers costs its rows
 *		and nothing else; with a memory context of its own it would, and
 *		aggregation by hash would walk over all those contexts again and again.
 *	2.	State: an expanded object in a child of the aggregate's context, for
 *		more rows.  Rows are appended to a log (customer.c).  Sorted summaries
 *		that are merged into it are copied and stay sorted: runs, merged when
 *		somebody reads.  Sixteen runs of one level make one of the next, as in
 *		a log-structured merge tree (O'Neil et al., 1996), so their number
 *		stays small and each customer is copied a few times only.  A log of
 *		four million rows becomes a run too, which bounds what sorting takes.
 *	3.	Sorted: the canonical flat form, what is stored and compared.
 *
 * All three are accepted everywhere.  Reading a state changes nothing of it
 * but "flat", which remembers the sorted form until the next change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "interrupts.h"
#include "subscription.h"

#define MAX_WORKING_ROWS	CHS_LOG_CHUNK_ROWS
#define MAX_LOG_ROWS		(4 * 1024 * 1024)
#define MAX_SMALL			(MAX_WORKING_ROWS * sizeof(ChsCustomerRow))
#define RUNS_OF_A_LEVEL		16
#define MAX_MERGED			MaxAllocSize
#define FIRST_RUNS			16

static Size state_flat_size(ExpandedObjectHeader *hdr);
static void state_flatten(ExpandedObjectHeader *hdr, void *result, Size size);

static const ExpandedObjectMethods state_methods = {
	state_flat_size,
	state_flatten
};

/*
 * Values.
 */
bool
chs_subs_is_state(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &state_methods;
}

/* A value that is no state of ours. */
ChsSubs *
chs_subs_flat(Datum value)
{
	return chs_checked_subs(PG_DETOAST_DATUM(value));
}

/*
 * The canonical form of a value.
 */
ChsSubs *
chs_subs_sorted(Datum value)
{
	ChsSubsCursor cursor;

	if (chs_subs_is_state(value))
	{
		ChsSubsState *state = (ChsSubsState *) DatumGetEOHP(value);

		if (state->flat)
			return state->flat;
	}
	else
	{
		ChsSubs    *subs = chs_subs_flat(value);

		if (subs->form == CHS_SUBS_SORTED)
			return subs;
	}
	chs_subs_open(&cursor, value, true);
	return chs_subs_write(&cursor, CurrentMemoryContext);
}

/*
 * A working form without rows.
 */
ChsSubs *
chs_subs_working(ChsKeyKind key_kind, int64 max_rows)
{
	Size		size = CHS_SUBS_HEADER + max_rows * sizeof(ChsCustomerRow);
	ChsSubs    *subs = palloc(size);

	SET_VARSIZE(subs, size);
	subs->version = CHS_SUMMARY_VERSION;
	subs->form = CHS_SUBS_WORKING;
	subs->key_kind = key_kind;
	subs->unused = 0;
	subs->count = 0;
	return subs;
}

static inline int64
working_room(const ChsSubs *subs)
{
	return (VARSIZE(subs) - CHS_SUBS_HEADER) / sizeof(ChsCustomerRow) - subs->count;
}

/*
 * States.
 */
static ChsSubsState *
make_state(MemoryContext parent, ChsKeyKind key_kind)
{
	MemoryContext context = AllocSetContextCreate(parent, CHS_SUBS_TYPE, ALLOCSET_START_SMALL_SIZES);
	ChsSubsState *state = MemoryContextAllocZero(context, sizeof(ChsSubsState));

	EOH_init_header(&state->hdr, &state_methods, context);
	state->key_kind = key_kind;
	chs_log_init(&state->log, context);
	return state;
}

static void
changed(ChsSubsState *state)
{
	state->was_read = false;
	state->is_too_large = false;
	if (state->flat)
	{
		pfree(state->flat);
		state->flat = NULL;
	}
}

/*
 * Runs as one; NULL when they are too large for that.
 */
static ChsSubs *
merge_runs(ChsSubsState *state, const ChsSubsRun *runs, int n)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "merge of runs", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsSubsCursor cursor;
	ChsSubs    *merged;

	chs_subs_begin(&cursor, true);
	for (int i = 0; i < n; i++)
		chs_subs_add_flat(&cursor, runs[i].subs);
	chs_subs_start(&cursor);
	merged = chs_subs_write_if_fits(&cursor, state->hdr.eoh_context);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return merged;
}

/*
 * The newest runs of one level become one run of the next; if they are too
 * large, they go there as they are and it is false.
 */
static bool
merge_newest(ChsSubsState *state, int n)
{
	ChsSubsRun *runs = state->runs + state->nruns - n;
	Size		size = 0;
	ChsSubs    *merged = NULL;

	for (int i = 0; i < n; i++)
		size += VARSIZE(runs[i].subs);
	if (size < MAX_MERGED)
		merged = merge_runs(state, runs, n);
	if (merged == NULL)
	{
		for (int i = 0; i < n; i++)
			runs[i].level++;
		return false;
	}
	for (int i = 0; i < n; i++)
		pfree(runs[i].subs);
	state->nruns -= n - 1;
	runs->subs = merged;
	runs->level++;
	return true;
}

/*
 * One more run; subs belongs to the state's context.
 */
static void
add_run(ChsSubsState *state, ChsSubs *subs)
{
	if (state->nruns == state->max_runs)
	{
		int			max_runs = Max(FIRST_RUNS, state->max_runs * 2);
		ChsSubsRun *runs = MemoryContextAlloc(state->hdr.eoh_context, max_runs * sizeof(ChsSubsRun));

		if (state->runs)
		{
			memcpy(runs, state->runs, state->nruns * sizeof(ChsSubsRun));
			pfree(state->runs);
		}
		state->runs = runs;
		state->max_runs = max_runs;
	}
	state->runs[state->nruns].subs = subs;
	state->runs[state->nruns++].level = 0;

	/* levels never rise from older to newer runs */
	while (state->nruns >= RUNS_OF_A_LEVEL &&
		   state->runs[state->nruns - RUNS_OF_A_LEVEL].level == state->runs[state->nruns - 1].level)
	{
		if (!merge_newest(state, RUNS_OF_A_LEVEL))
			break;
	}
}

static void
log_to_run(ChsSubsState *state)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "log to run", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsSubsCursor cursor;
	ChsSubs    *run;

	chs_subs_begin(&cursor, true);
	chs_subs_add_log(&cursor, &state->log, state->key_kind);
	chs_subs_start(&cursor);
	run = chs_subs_write(&cursor, state->hdr.eoh_context);
	chs_log_clear(&state->log);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	add_run(state, run);
}

static inline void
add_row(ChsSubsState *state, const ChsCustomerRow *row)
{
	if (unlikely(state->was_read))
		changed(state);
	*chs_log_add(&state->log) = *row;
	if (unlikely(state->log.nchunks > MAX_LOG_ROWS / CHS_LOG_CHUNK_ROWS))
		log_to_run(state);
}

static void
check_key_kind(ChsKeyKind a, ChsKeyKind b)
{
	if (unlikely(a != b))
		chs_refuse_key_mix(a, b);
}

/*
 * Everything of a flat value into a state.
 */
static void
absorb(ChsSubsState *state, ChsSubs *subs)
{
	ChsSubs    *run;

	check_key_kind(state->key_kind, subs->key_kind);
	if (subs->count == 0)
		return;
	if (subs->form == CHS_SUBS_WORKING)
	{
		for (int64 i = 0; i < subs->count; i++)
			add_row(state, chs_subs_rows(subs) + i);
		return;
	}
	changed(state);
	run = MemoryContextAlloc(state->hdr.eoh_context, VARSIZE(subs));
	chs_copy_bytes(run, subs, VARSIZE(subs));
	add_run(state, run);
}

/*
 * Expanded object.
 */
static void
make_flat(ChsSubsState *state, bool must_fit)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "flattening", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsSubsCursor cursor;

	chs_subs_open(&cursor, EOHPGetRODatum(&state->hdr), true);
	if (must_fit)
		state->flat = chs_subs_write(&cursor, state->hdr.eoh_context);
	else
		state->flat = chs_subs_write_if_fits(&cursor, state->hdr.eoh_context);
	state->is_too_large = state->flat == NULL;
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
}

static Size
state_flat_size(ExpandedObjectHeader *hdr)
{
	ChsSubsState *state = (ChsSubsState *) hdr;

	state->was_read = true;
	if (state->flat == NULL)
		make_flat(state, true);
	return VARSIZE(state->flat);
}

static void
state_flatten(ExpandedObjectHeader *hdr, void *result, Size size)
{
	ChsSubsState *state = (ChsSubsState *) hdr;

	/* who asked keeps it; nobody reads the state after that, as a rule */
	chs_copy_bytes(result, state->flat, size);
	pfree(state->flat);
	state->flat = NULL;
}

/*
 * What an aggregate gives.  A state is not flattened, for whoever stores the
 * value flattens it, and a function that reads it does better without.
 * PostgreSQL 15 flattens an expanded result that is not in the result's
 * context; a copy of the pointer is.
 */
Datum
chs_subs_result(Datum value)
{
	void	   *pointer;

	if (!chs_subs_is_state(value))
		return PointerGetDatum(chs_subs_sorted(value));
	pointer = palloc(EXPANDED_POINTER_SIZE);
	memcpy(pointer, DatumGetPointer(EOHPGetRODatum(DatumGetEOHP(value))), EXPANDED_POINTER_SIZE);
	return PointerGetDatum(pointer);
}

/*
 * The form of a value to read.  Ordering a state is worth it for one reader;
 * when another comes, the sorted form is made once for all that follow, unless
 * it is too large for a value.
 */
Datum
chs_subs_to_read(Datum value)
{
	ChsSubsState *state;

	if (!chs_subs_is_state(value))
		return PointerGetDatum(chs_subs_flat(value));
	state = (ChsSubsState *) DatumGetEOHP(value);
	if (state->was_read && state->flat == NULL && !state->is_too_large)
		make_flat(state, false);
	state->was_read = true;
	return state->flat ? PointerGetDatum(state->flat) : value;
}

/*
 * The context that states of this call belong to.
 */
static MemoryContext
context_of_states(FunctionCallInfo fcinfo)
{
	MemoryContext context = CurrentMemoryContext;

	(void) AggCheckCallContext(fcinfo, &context);
	return context;
}

/*
 * Transition.
 */
static inline bool
is_writable_state(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &state_methods;
}

/*
 * A state with everything of a value that is not one to write to.
 */
static ChsSubsState *
state_of(FunctionCallInfo fcinfo, Datum value)
{
	ChsSubs    *subs = chs_subs_is_state(value) ? chs_subs_sorted(value) : chs_subs_flat(value);
	ChsSubsState *state = make_state(context_of_states(fcinfo), subs->key_kind);

	absorb(state, subs);
	return state;
}

/* What a function gives back: an aggregate its state, SQL a flat value. */
static inline Datum
return_state(FunctionCallInfo fcinfo, ChsSubsState *state)
{
	if (chs_summary_in_place(fcinfo))
		return EOHPGetRWDatum(&state->hdr);
	return PointerGetDatum(chs_subs_sorted(EOHPGetRODatum(&state->hdr)));
}

/*
 * A row more for a flat value that has no room for it, or that may not be
 * written to.
 */
static Datum
accum_elsewhere(FunctionCallInfo fcinfo, Datum value, const ChsCustomerRow *row, bool counts)
{
	ChsSubs    *subs = chs_subs_is_state(value) ? NULL : chs_subs_flat(value);
	ChsSubsState *state;

	if (subs && subs->form == CHS_SUBS_WORKING &&
		subs->count < MAX_WORKING_ROWS && chs_summary_in_place(fcinfo))
	{
		ChsSubs    *wide = chs_subs_working(subs->key_kind, Min(Max(subs->count * 2, 1), MAX_WORKING_ROWS));

		memcpy(wide->data, subs->data, subs->count * sizeof(ChsCustomerRow));
		wide->count = subs->count;
		if (counts)
			chs_subs_rows(wide)[wide->count++] = *row;
		return PointerGetDatum(wide);
	}
	state = state_of(fcinfo, value);
	if (counts)
		add_row(state, row);
	return return_state(fcinfo, state);
}

/*
 * A row more; "counts" is false for one that only says that there was a row.
 */
Datum
chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsCustomerRow *row, bool counts)
{
	Datum		value = PG_GETARG_DATUM(0);
	ChsSubs    *subs;

	if (unlikely(PG_ARGISNULL(0)))
	{
		subs = chs_subs_working(key_kind, 1);
		if (counts)
			chs_subs_rows(subs)[subs->count++] = *row;
		if (chs_summary_in_place(fcinfo))
			return PointerGetDatum(subs);
		return PointerGetDatum(chs_subs_sorted(PointerGetDatum(subs)));
	}
	if (is_writable_state(value))
	{
		ChsSubsState *state = (ChsSubsState *) DatumGetEOHP(value);

		check_key_kind(state->key_kind, key_kind);
		if (counts)
			add_row(state, row);
		return value;
	}
	subs = chs_subs_is_state(value) ? chs_subs_sorted(value) : chs_subs_flat(value);
	check_key_kind(subs->key_kind, key_kind);
	if (subs->form != CHS_SUBS_WORKING || !chs_summary_in_place(fcinfo) ||
		PointerGetDatum(subs) != value || working_room(subs) == 0)
		return accum_elsewhere(fcinfo, PointerGetDatum(subs), row, counts);
	if (counts)
		chs_subs_rows(subs)[subs->count++] = *row;
	return value;
}

/*
 * Two small values together, flat.
 */
static ChsSubs *
combine_small(FunctionCallInfo fcinfo, ChsSubs *a, ChsSubs *b)
{
	ChsSubsCursor cursor;
	ChsSubs    *both;

	if (a->form == CHS_SUBS_WORKING && b->form == CHS_SUBS_WORKING && chs_summary_in_place(fcinfo))
	{
		check_key_kind(a->key_kind, b->key_kind);
		both = chs_subs_working(a->key_kind, a->count + b->count);
		memcpy(both->data, a->data, a->count * sizeof(ChsCustomerRow));
		memcpy(chs_subs_rows(both) + a->count, b->data, b->count * sizeof(ChsCustomerRow));
		both->count = a->count + b->count;
		return both;
	}
	chs_subs_begin(&cursor, true);
	chs_subs_add_flat(&cursor, a);
	chs_subs_add_flat(&cursor, b);
	chs_subs_start(&cursor);
	return chs_subs_write(&cursor, CurrentMemoryContext);
}

static bool
is_small(const ChsSubs *a, const ChsSubs *b)
{
	if (a->form == CHS_SUBS_WORKING && b->form == CHS_SUBS_WORKING)
		return a->count + b->count <= MAX_WORKING_ROWS;
	return VARSIZE(a) + VARSIZE(b) <= MAX_SMALL;
}

/*
 * combine(a, b), where a may be NULL.  The first big value of an aggregate
 * becomes a state at once, for the executor's copy would be copied again.
 */
Datum
chs_subs_combine(FunctionCallInfo fcinfo)
{
	Datum		a = PG_GETARG_DATUM(0);
	Datum		b = PG_GETARG_DATUM(1);
	ChsSubs    *more = chs_subs_is_state(b) ? chs_subs_sorted(b) : chs_subs_flat(b);
	ChsSubsState *state;

	if (PG_ARGISNULL(0))
	{
		if (!chs_summary_in_place(fcinfo) || VARSIZE(more) <= MAX_SMALL)
			return PointerGetDatum(more);
		return return_state(fcinfo, state_of(fcinfo, PointerGetDatum(more)));
	}
	if (chs_summary_in_place(fcinfo) && is_writable_state(a))
		state = (ChsSubsState *) DatumGetEOHP(a);
	else
	{
		if (!chs_subs_is_state(a) && is_small(chs_subs_flat(a), more))
			return PointerGetDatum(combine_small(fcinfo, chs_subs_flat(a), more));
		state = state_of(fcinfo, a);
	}
	absorb(state, more);
	return return_state(fcinfo, state);
}

/*
 * About how many customers a value has; never too few.
 */
int64
chs_subs_customers(Datum value)
{
	ChsSubsState *state;
	int64		n;

	if (!chs_subs_is_state(value))
		return chs_subs_flat(value)->count;
	state = (ChsSubsState *) DatumGetEOHP(value);
	n = chs_log_rows(&state->log);
	for (int i = 0; i < state->nruns; i++)
		n += state->runs[i].subs->count;
	return n;
}
