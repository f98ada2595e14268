/*-------------------------------------------------------------------------
 *
 * subscription_state.c
 *		The forms of a subscriptionsummary while it grows; see
 *		customer_state.c, which has what they share with other families.
 *
 * The working form holds the rows as they came, up to 2,048 of them (64 kB).
 * A big state appends rows to a log (customer_log.c).  A log of four million rows
 * becomes a run, too, which bounds what sorting it takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "subscription/subscription.h"

#define MAX_WORKING_ROWS	CHS_LOG_CHUNK_ROWS
#define MAX_LOG_ROWS		(4 * 1024 * 1024)

/*
 * Working form.
 */
static ChsCustomers *
make_working(ChsKeyKind key_kind, int64 max_rows)
{
	return chs_customers_working(key_kind, CHS_CUSTOMERS_HEADER + max_rows * sizeof(ChsSubsRow));
}

static inline int64
working_room(const ChsCustomers *flat)
{
	return (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / sizeof(ChsSubsRow) - flat->count;
}

static ChsCustomers *
combine_working(ChsCustomers *a, ChsCustomers *b)
{
	ChsCustomers *both = make_working(a->key_kind, a->count + b->count);

	memcpy(both->data, a->data, a->count * sizeof(ChsSubsRow));
	memcpy(chs_subs_rows(both) + a->count, b->data, b->count * sizeof(ChsSubsRow));
	both->count = a->count + b->count;
	return both;
}

/*
 * States.
 */
static void
init_state(ChsCustomerState *state)
{
	chs_log_init(&((ChsSubsState *) state)->log, state->hdr.eoh_context, sizeof(ChsSubsRow));
}

static void
clear_log(ChsCustomerState *state)
{
	chs_log_clear(&((ChsSubsState *) state)->log);
}

static inline void
add_row(ChsSubsState *state, const ChsSubsRow *row)
{
	chs_customer_state_changes(&state->base);
	*(ChsSubsRow *) chs_log_add(&state->log) = *row;
	if (unlikely(state->log.nchunks > MAX_LOG_ROWS / CHS_LOG_CHUNK_ROWS))
		chs_customer_state_to_run(&state->base, clear_log);
}

static void
add_rows(ChsCustomerState *state, const ChsSubsRow *rows, int64 nrows)
{
	for (int64 i = 0; i < nrows; i++)
		add_row((ChsSubsState *) state, rows + i);
}

static void
absorb_working(ChsCustomerState *state, ChsCustomers *working)
{
	add_rows(state, chs_subs_rows(working), working->count);
}

static void
absorb_rows(ChsCustomerState *state, const ChsCustomerState *other)
{
	const ChsCustomerLog *log = &((const ChsSubsState *) other)->log;

	for (int i = 0; i < log->nchunks; i++)
		add_rows(state, (const ChsSubsRow *) log->chunks[i], chs_log_chunk_rows(log, i));
}

static ChsCustomers *
sort(ChsCustomerState *state, ChsKeyKind key_kind, ChsCustomers **flats, int nflats, MemoryContext context, bool must_fit)
{
	ChsSubsCursor cursor;

	chs_subs_begin(&cursor, true);
	if (state)
		chs_subs_add_log(&cursor, &((ChsSubsState *) state)->log, key_kind);
	for (int i = 0; i < nflats; i++)
		chs_subs_add_flat(&cursor, flats[i]);
	chs_subs_start(&cursor);
	return chs_subs_write(&cursor, context, must_fit);
}

/* Binary form: a whole history, checked. */
static const char *
check_history(void **scratch, const char *from, const char *end)
{
	ChsHistory *history = *scratch;

	if (history == NULL)
	{
		*scratch = history = palloc(sizeof(ChsHistory));
		chs_history_init(history);
	}
	end = chs_history_decode(history, from, end);
	chs_history_check(history, from, end);
	return end;
}

const ChsCustomerFamily chs_subs_family = {
	.type = CHS_SUBS_TYPE,
	.state_size = sizeof(ChsSubsState),
	.row_size = sizeof(ChsSubsRow),
	.init = init_state,
	.sort = sort,
	.absorb_working = absorb_working,
	.absorb_rows = absorb_rows,
	.combine_working = combine_working,
	.skip = chs_history_skip,
	.check = check_history,
	.least = 3					/* the number of steps, a day, an amount */
};

/*
 * A row more for a flat value that has no room for it, or that may not be
 * written to.
 */
static Datum
accum_slow(FunctionCallInfo fcinfo, Datum value, const ChsSubsRow *row, bool counts)
{
	ChsCustomers *flat = chs_customers_flat(&chs_subs_family, value);
	ChsCustomerState *state;

	if (flat->form == CHS_WORKING && flat->count < MAX_WORKING_ROWS && chs_summary_in_place(fcinfo))
	{
		ChsCustomers *wide = make_working(flat->key_kind, Min(Max(flat->count * 2, 1), MAX_WORKING_ROWS));

		memcpy(wide->data, flat->data, flat->count * sizeof(ChsSubsRow));
		wide->count = flat->count;
		if (counts)
			chs_subs_rows(wide)[wide->count++] = *row;
		return PointerGetDatum(wide);
	}
	state = chs_customer_state_of(&chs_subs_family, fcinfo, value);
	if (counts)
		add_row((ChsSubsState *) state, row);
	return chs_customer_state_return(fcinfo, state);
}

/*
 * A row more; "counts" is false for one that only says that there was a row.
 */
Datum
chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts)
{
	Datum		value = PG_GETARG_DATUM(0);
	ChsCustomers *flat;

	if (unlikely(PG_ARGISNULL(0)))
	{
		flat = make_working(key_kind, 1);
		if (counts)
			chs_subs_rows(flat)[flat->count++] = *row;
		if (chs_summary_in_place(fcinfo))
			return PointerGetDatum(flat);
		return PointerGetDatum(chs_customers_sorted(&chs_subs_family, PointerGetDatum(flat)));
	}
	if (chs_is_writable_customer_state(value))
	{
		ChsSubsState *state = (ChsSubsState *) DatumGetEOHP(value);

		chs_check_key_kind(state->base.key_kind, key_kind);
		if (counts)
			add_row(state, row);
		return value;
	}
	flat = chs_is_customer_state(value) ? chs_customers_sorted(&chs_subs_family, value) :
		chs_customers_flat(&chs_subs_family, value);
	chs_check_key_kind(flat->key_kind, key_kind);
	if (flat->form != CHS_WORKING || !chs_summary_in_place(fcinfo) ||
		PointerGetDatum(flat) != value || working_room(flat) == 0)
		return accum_slow(fcinfo, PointerGetDatum(flat), row, counts);
	if (counts)
		chs_subs_rows(flat)[flat->count++] = *row;
	return value;
}

/*
 * About how many customers a value has; never too few.
 */
int64
chs_subs_customers(Datum value)
{
	ChsSubsState *state;
	int64		n;

	if (!chs_is_customer_state(value))
		return chs_customers_flat(&chs_subs_family, value)->count;
	state = (ChsSubsState *) DatumGetEOHP(value);
	n = chs_log_rows(&state->log);
	for (int i = 0; i < state->base.nruns; i++)
		n += state->base.runs[i].flat->count;
	return n;
}
