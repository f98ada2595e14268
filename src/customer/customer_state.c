/*-------------------------------------------------------------------------
 *
 * customer_state.c
 *		What summaries that hold customers share: the forms of a value while
 *		it grows, writing and combining.
 *
 *	1.	Working: a flat varlena in a form of the family's own, up to 64 kB.  It
 *		grows by doubling in the short-lived context, from where the executor
 *		copies it.  A group of few customers costs its rows and nothing else;
 *		with a memory context of its own it would, and aggregation by hash
 *		would walk over all those contexts again and again.
 *	2.	State: an expanded object in a child of the aggregate's context, for
 *		more.  New rows go to a structure of the family's.  Sorted summaries
 *		that are merged into it are copied and stay sorted: runs, merged when
 *		somebody reads.  Sixteen runs of one level make one of the next, as in
 *		a log-structured merge tree (O'Neil et al., 1996), so their number
 *		stays small and each customer is copied a few times only.
 *	3.	Sorted: the canonical flat form, what is stored and compared: behind
 *		the header, for each customer in the order of keys, h1 and h2 of the
 *		key in the machine's order and what the family packs.
 *
 * What an aggregate of chs gives is sorted, so that equal content has equal
 * bytes; what reads a value takes any form.  Reading a state changes nothing of it but
 * "flat", which remembers the sorted form until the next change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "customer/customer_state.h"
#include "shared/interrupts.h"

#define RUNS_OF_A_LEVEL		16
#define FIRST_RUNS			16
#define FIRST_SPACE			512

/* a value must fit into the row that keeps it, which has 1 GB */
#define MAX_SIZE			(MaxAllocSize - 65536)

static Size state_flat_size(ExpandedObjectHeader *hdr);
static void state_flatten(ExpandedObjectHeader *hdr, void *result, Size size);

const ExpandedObjectMethods chs_customer_state_methods = {
	state_flat_size,
	state_flatten
};

/*
 * Values.
 */
static inline ChsCustomerState *
get_state(Datum value)
{
	return (ChsCustomerState *) DatumGetEOHP(value);
}

static inline bool
form_is_known(int form)
{
	return form == CHS_SORTED || form == CHS_WORKING;
}

/* A value that is no state. */
ChsCustomers *
chs_customers_flat(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers *flat = (ChsCustomers *) PG_DETOAST_DATUM(value);

	if (unlikely(flat->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(family->type, flat->version);
	if (unlikely(VARSIZE(flat) < CHS_CUSTOMERS_HEADER || !form_is_known(flat->form) ||
				 !chs_key_kind_is_known(flat->key_kind)))
		chs_summary_damaged_binary(family->type, "Its head is damaged.");
	if (unlikely(flat->form == CHS_WORKING &&
				 (uint64) flat->count > (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / family->row_size))
		chs_summary_damaged_binary(family->type, "Its rows are cut short.");
	return flat;
}

static ChsCustomers *
sort_state(ChsCustomerState *state, MemoryContext context, bool must_fit)
{
	ChsCustomers **flats = palloc(Max(state->nruns, 1) * sizeof(ChsCustomers *));

	for (int i = 0; i < state->nruns; i++)
		flats[i] = state->runs[i].flat;
	return state->family->sort(state, state->key_kind, flats, state->nruns, context, must_fit);
}

/*
 * The canonical form of a value.
 */
ChsCustomers *
chs_customers_sorted(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers *flat;

	if (chs_is_customer_state(value))
	{
		ChsCustomerState *state = get_state(value);

		return state->flat ? state->flat : sort_state(state, CurrentMemoryContext, true);
	}
	flat = chs_customers_flat(family, value);
	if (flat->form == CHS_SORTED)
		return flat;
	return family->sort(NULL, flat->key_kind, &flat, 1, CurrentMemoryContext, true);
}

static void
set_header(ChsCustomers *flat, Size size, ChsCustomersForm form, ChsKeyKind key_kind, int64 count)
{
	SET_VARSIZE(flat, size);
	flat->version = CHS_SUMMARY_VERSION;
	flat->form = form;
	flat->key_kind = key_kind;
	flat->unused = 0;
	flat->count = count;
}

/*
 * A working form without rows, of "size" bytes.  They are zeros: an aggregate
 * without a final function may store it as it is, spare rows and all.
 */
ChsCustomers *
chs_customers_working(ChsKeyKind key_kind, Size size)
{
	ChsCustomers *flat = palloc0(size);

	set_header(flat, size, CHS_WORKING, key_kind, 0);
	return flat;
}

/*
 * States.
 */
static ChsCustomerState *
make_state(const ChsCustomerFamily *family, MemoryContext parent, ChsKeyKind key_kind)
{
	MemoryContext context = AllocSetContextCreate(parent, "summary of customers", ALLOCSET_START_SMALL_SIZES);
	ChsCustomerState *state = MemoryContextAllocZero(context, family->state_size);

	EOH_init_header(&state->hdr, &chs_customer_state_methods, context);
	state->family = family;
	state->key_kind = key_kind;
	family->init(state);
	return state;
}

void
chs_customer_state_forget(ChsCustomerState *state)
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
static ChsCustomers *
merge_runs(ChsCustomerState *state, const ChsCustomerRun *runs)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "merge of runs", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCustomers *flats[RUNS_OF_A_LEVEL];
	ChsCustomers *merged;

	for (int i = 0; i < RUNS_OF_A_LEVEL; i++)
		flats[i] = runs[i].flat;
	merged = state->family->sort(NULL, state->key_kind, flats, RUNS_OF_A_LEVEL, state->hdr.eoh_context, false);
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
	if (size < MAX_SIZE)
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
static void
add_run(ChsCustomerState *state, ChsCustomers *flat)
{
	if (state->nruns == state->max_runs)
	{
		int			max_runs = Max(FIRST_RUNS, state->max_runs * 2);
		ChsCustomerRun *runs = MemoryContextAlloc(state->hdr.eoh_context, max_runs * sizeof(ChsCustomerRun));

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
 * The rows outside runs become a run, too; "clear" lets the family forget
 * them.
 */
void
chs_customer_state_to_run(ChsCustomerState *state, void (*clear) (ChsCustomerState *state))
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "rows to run", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCustomers *run = state->family->sort(state, state->key_kind, NULL, 0, state->hdr.eoh_context, true);

	clear(state);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	add_run(state, run);
}

static void
copy_run(ChsCustomerState *state, const ChsCustomers *flat)
{
	ChsCustomers *run = MemoryContextAlloc(state->hdr.eoh_context, VARSIZE(flat));

	chs_copy_bytes(run, flat, VARSIZE(flat));
	add_run(state, run);
}

static void
absorb_flat(ChsCustomerState *state, ChsCustomers *flat)
{
	chs_check_key_kind(state->key_kind, flat->key_kind);
	if (flat->count == 0)
		return;
	chs_customer_state_changes(state);
	if (flat->form == CHS_WORKING)
		state->family->absorb_working(state, flat);
	else
		copy_run(state, flat);
}

/*
 * A value that has to be fetched or unpacked is at once where it will stay.
 */
static void
absorb_extended(ChsCustomerState *state, Datum value)
{
	MemoryContext before = MemoryContextSwitchTo(state->hdr.eoh_context);
	ChsCustomers *flat = chs_customers_flat(state->family, value);

	MemoryContextSwitchTo(before);
	if (flat->form != CHS_WORKING && flat->count > 0)
	{
		chs_check_key_kind(state->key_kind, flat->key_kind);
		chs_customer_state_changes(state);
		add_run(state, flat);
	}
	else
	{
		absorb_flat(state, flat);
		pfree(flat);
	}
}

static void
absorb_state(ChsCustomerState *state, const ChsCustomerState *other)
{
	chs_check_key_kind(state->key_kind, other->key_kind);
	chs_customer_state_changes(state);
	state->family->absorb_rows(state, other);
	for (int i = 0; i < other->nruns; i++)
		copy_run(state, other->runs[i].flat);
}

/*
 * Everything of a value into a state.  Another state, such as the share of a
 * parallel plan's leader, is not put into order for that if the family can do
 * without.
 */
static void
absorb(ChsCustomerState *state, Datum value)
{
	const ChsCustomerFamily *family = state->family;

	if (chs_is_customer_state(value))
	{
		if (family->absorb_rows)
			absorb_state(state, get_state(value));
		else
			absorb_flat(state, chs_customers_sorted(family, value));
	}
	else if (VARATT_IS_EXTENDED(DatumGetPointer(value)))
		absorb_extended(state, value);
	else
		absorb_flat(state, chs_customers_flat(family, value));
}

static ChsKeyKind
key_kind_of(const ChsCustomerFamily *family, Datum value)
{
	return chs_is_customer_state(value) ? get_state(value)->key_kind : chs_customers_flat(family, value)->key_kind;
}

/*
 * The context that states of this call belong to.
 */
static MemoryContext
context_of_states(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	return AggCheckCallContext(fcinfo, &context) ? context : CurrentMemoryContext;
}

/*
 * A state with everything of a value that is not one to write to.
 */
ChsCustomerState *
chs_customer_state_of(const ChsCustomerFamily *family, FunctionCallInfo fcinfo, Datum value)
{
	ChsCustomerState *state = make_state(family, context_of_states(fcinfo), key_kind_of(family, value));

	absorb(state, value);
	return state;
}

/*
 * What a function gives back: an aggregate its state, SQL a flat value.
 */
Datum
chs_customer_state_return(FunctionCallInfo fcinfo, ChsCustomerState *state)
{
	ChsCustomers *flat;

	if (chs_summary_in_place(fcinfo))
		return EOHPGetRWDatum(&state->hdr);
	flat = chs_customers_sorted(state->family, EOHPGetRODatum(&state->hdr));
	MemoryContextDelete(state->hdr.eoh_context);
	return PointerGetDatum(flat);
}

/*
 * Expanded object.
 */
static void
make_flat(ChsCustomerState *state, bool must_fit)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "flattening", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);

	state->flat = sort_state(state, state->hdr.eoh_context, must_fit);
	state->is_too_large = state->flat == NULL;
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
}

static Size
state_flat_size(ExpandedObjectHeader *hdr)
{
	ChsCustomerState *state = (ChsCustomerState *) hdr;

	state->was_read = true;
	if (state->flat == NULL)
		make_flat(state, true);
	return VARSIZE(state->flat);
}

static void
state_flatten(ExpandedObjectHeader *hdr, void *result, Size size)
{
	ChsCustomerState *state = (ChsCustomerState *) hdr;

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
chs_customers_result(const ChsCustomerFamily *family, Datum value)
{
	void	   *pointer;

	if (!chs_is_customer_state(value))
		return PointerGetDatum(chs_customers_sorted(family, value));
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
chs_customers_to_read(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomerState *state;

	if (!chs_is_customer_state(value))
		return PointerGetDatum(chs_customers_flat(family, value));
	state = get_state(value);
	if (state->was_read && state->flat == NULL && !state->is_too_large)
		make_flat(state, false);
	state->was_read = true;
	return state->flat ? PointerGetDatum(state->flat) : value;
}

/*
 * Two small values together, flat.
 */
static ChsCustomers *
combine_small(const ChsCustomerFamily *family, FunctionCallInfo fcinfo, ChsCustomers *a, ChsCustomers *b)
{
	ChsCustomers *both[2] = {a, b};

	chs_check_key_kind(a->key_kind, b->key_kind);
	if (a->form == CHS_WORKING && b->form == CHS_WORKING && chs_summary_in_place(fcinfo))
		return family->combine_working(a, b);
	return family->sort(NULL, a->key_kind, both, 2, CurrentMemoryContext, true);
}

/*
 * combine(a, b), where a may be NULL.  The first big value of an aggregate
 * becomes a state at once, for the executor's copy would be copied again.
 */
Datum
chs_customers_combine(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	Datum		a = PG_GETARG_DATUM(0);
	Datum		b = PG_GETARG_DATUM(1);
	bool		in_place = chs_summary_in_place(fcinfo);
	ChsCustomerState *state;

	if (in_place && !PG_ARGISNULL(0) && chs_is_writable_customer_state(a))
	{
		absorb(get_state(a), b);
		return a;
	}
	if (!chs_is_customer_state(b))
	{
		ChsCustomers *more = chs_customers_flat(family, b);

		b = PointerGetDatum(more);
		if (PG_ARGISNULL(0) && (!in_place || VARSIZE(more) <= CHS_MAX_SMALL))
			return b;
		if (!PG_ARGISNULL(0) && !chs_is_customer_state(a))
		{
			ChsCustomers *small = chs_customers_flat(family, a);

			if (VARSIZE(small) + VARSIZE(more) <= CHS_MAX_SMALL)
				return PointerGetDatum(combine_small(family, fcinfo, small, more));
		}
	}
	if (PG_ARGISNULL(0))
		return chs_customer_state_return(fcinfo, chs_customer_state_of(family, fcinfo, b));
	state = chs_customer_state_of(family, fcinfo, a);
	absorb(state, b);
	return chs_customer_state_return(fcinfo, state);
}

/*
 * Writing.
 */
void
chs_customers_write(ChsCustomersWriter *writer, const char *type, ChsKeyKind key_kind,
					MemoryContext context, bool must_fit)
{
	writer->type = type;
	writer->must_fit = must_fit;
	writer->fits = true;
	writer->space = FIRST_SPACE;
	writer->used = CHS_CUSTOMERS_HEADER;
	writer->flat = MemoryContextAllocZero(context, writer->space);
	writer->flat->version = CHS_SUMMARY_VERSION;
	writer->flat->form = CHS_SORTED;
	writer->flat->key_kind = key_kind;
}

static const char *
hash_function(ChsKeyKind key_kind)
{
	switch (key_kind)
	{
		case CHS_KEY_BIGINT:
			return "hashint8";
		case CHS_KEY_UUID:
			return "uuid_hash";
		default:
			return "hashtext";
	}
}

/*
 * Makes room for more bytes; false when a value has no such room.
 */
bool
chs_customers_write_more(ChsCustomersWriter *writer, Size more)
{
	writer->fits = writer->used + more <= MAX_SIZE;
	if (!writer->fits && writer->must_fit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s would be larger than 1 GB", writer->type),
				 errdetail("It was full after " INT64_FORMAT " customers; a value that is stored, sent or handed over by a parallel worker has at most 1 GB.",
						   writer->flat->count),
				 errhint("Build one per part of the customers and add up their answers: GROUP BY %s(customer) & 15.  "
						 "Or ask the aggregate in the query that builds it, without parallel workers, which has no such limit.",
						 hash_function(writer->flat->key_kind))));
	if (!writer->fits)
		return false;
	writer->space = Min(Max(writer->used + more, writer->space * 2), MAX_SIZE);
	writer->flat = repalloc(writer->flat, writer->space);
	return true;
}

/* What was written; NULL when it did not fit. */
ChsCustomers *
chs_customers_write_end(ChsCustomersWriter *writer)
{
	if (!writer->fits)
	{
		pfree(writer->flat);
		return NULL;
	}
	SET_VARSIZE(writer->flat, writer->used);
	return writer->flat;
}
