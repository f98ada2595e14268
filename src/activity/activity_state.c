/*-------------------------------------------------------------------------
 *
 * activity_state.c
 *		The forms of an activitysummary while it grows; see customer_state.c,
 *		which has what they share with other families.
 *
 * The working form is a small table (customer_table.c) inside the value, in
 * which a customer has a slot for each chunk of 64 days, ordered by key and
 * chunk.  Up to eight slots make a plain sorted list, up to 1,024 (32 kB) a
 * hash table; then it becomes a state.
 *
 * A state has a table that grows, in which a customer has one slot of 32
 * bytes:
 *
 *		key (16 bytes), bits and number of the newest chunk, block
 *		block: how many, size class; {chunk, bits} of older chunks, 12 bytes
 *				each, in blocks of 1, 5, 10, 21 ...
 *
 * Events as a rule come in the order of time, so that they find the newest
 * chunk; in any other order they look into a short sorted list.
 *
 * When the table does not fit into the cache any more, rows wait in parts by
 * the highest bits of their keys until there are 64 of a part.  They all go to
 * one stretch of the table: a few pages, whose addresses are translated once
 * and not for each row, which costs more than the rest.  Whoever reads the
 * state sees to the waiting rows first.
 *
 * Bytes per customer, measured, in memory and in the sorted form: 54 and 19
 * for one who came on one day (a million of them); 221 and 52 for one with 41
 * active days over a year on average (200,000 of them, in the order of time;
 * 198 in random order, for then blocks that were outgrown are used again).
 * A group of one customer and chunk takes 48 bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "activity/activity.h"

/* tables of so few slots are plain sorted lists */
#define LIST_SLOTS		8

/* homes of a table (32 bytes each) that is too big for the cache */
#define BIG_TABLE		16384

/* rows that go to the table together */
#define BATCH			16

/*
 * Working form.
 */
static ChsCustomers *
make_working(ChsKeyKind key_kind, uint32 nslots)
{
	return chs_customers_working(key_kind, CHS_CUSTOMERS_HEADER + (Size) nslots * sizeof(ChsSlot));
}

static inline uint32
working_homes(uint32 nslots)
{
	return nslots <= LIST_SLOTS ? 1 : nslots - nslots / 8;
}

static inline bool
is_of(const ChsSlot *slot, ChsKey key)
{
	return slot->value != 0 && chs_key_equal(slot->key, key);
}

/*
 * Adds days of a chunk; false if there is no room.
 */
static inline bool
working_add(ChsCustomers *flat, ChsKey key, int32 chunk, uint64 bits)
{
	ChsSlot    *slots = (ChsSlot *) flat->data;
	uint32		nslots = chs_activity_nslots(flat);
	uint32		at = chs_slot_seek(slots, chs_slot_home(key, working_homes(nslots)), nslots, key);

	while (at < nslots && slots[at].number < chunk && is_of(slots + at, key))
		at++;
	if (at < nslots && slots[at].number == chunk && is_of(slots + at, key))
	{
		slots[at].value |= bits;
		return true;
	}
	if ((nslots > LIST_SLOTS && flat->count >= nslots - nslots / 4) ||
		!chs_slot_make_room(slots, at, nslots))
		return false;
	slots[at].key = key;
	slots[at].number = chunk;
	slots[at].value = bits;
	slots[at].block = 0;
	flat->count++;
	return true;
}

/* The same with at least so many slots. */
static ChsCustomers *
working_grow(ChsCustomers *flat, uint32 nslots)
{
	for (nslots = Max(nslots, 1);; nslots += nslots / 2 + 1)
	{
		ChsCustomers *wide = make_working(flat->key_kind, nslots);

		if (chs_slots_copy((ChsSlot *) flat->data, chs_activity_nslots(flat),
						   (ChsSlot *) wide->data, working_homes(nslots), nslots))
		{
			wide->count = flat->count;
			return wide;
		}
		pfree(wide);
	}
}

static ChsCustomers *
combine_working(ChsCustomers *a, ChsCustomers *b)
{
	ChsCustomers *both = working_grow(a, Max(chs_activity_nslots(a), chs_activity_nslots(b)));
	ChsSlot    *slot = (ChsSlot *) b->data;
	ChsSlot    *end = slot + chs_activity_nslots(b);

	for (; slot < end; slot++)
	{
		while (slot->value != 0 && !working_add(both, slot->key, slot->number, slot->value))
			both = working_grow(both, chs_activity_nslots(both) * 2);
	}
	return both;
}

/*
 * Older chunks of a customer in a table.
 */
static inline int
room_of_class(int size_class)
{
	return (chs_block_size(size_class) - offsetof(ChsOlderDays, days)) / sizeof(ChsOlderChunk);
}

/* The block with room for one chunk more; there may be none so far. */
static ChsOlderDays *
older_with_room(ChsCustomerTable *table, ChsSlot *slot)
{
	ChsOlderDays *older;
	ChsOlderDays *wide;
	uint32		block;

	if (slot->block == 0)
	{
		slot->block = chs_block_alloc(table, 0);
		older = chs_block(table, slot->block);
		older->n = 0;
		older->size_class = 0;
		return older;
	}
	older = chs_block(table, slot->block);
	if (likely((int) older->n < room_of_class(older->size_class)))
		return older;
	block = chs_block_alloc(table, older->size_class + 1);
	wide = chs_block(table, block);
	memcpy(wide, older, offsetof(ChsOlderDays, days) + older->n * sizeof(ChsOlderChunk));
	wide->size_class++;
	chs_block_free(table, slot->block, older->size_class);
	slot->block = block;
	return wide;
}

/* The slot's chunk makes room for a newer one. */
static void
push_older(ChsCustomerTable *table, ChsSlot *slot)
{
	ChsOlderDays *older = older_with_room(table, slot);

	chs_older_set(&older->days[older->n++], slot->number, slot->value);
}

/* Days of a chunk that is older than the slot's. */
static void
add_older(ChsCustomerTable *table, ChsSlot *slot, int32 chunk, uint64 bits)
{
	ChsOlderDays *older = slot->block ? chs_block(table, slot->block) : NULL;
	uint32		low = 0;
	uint32		high = older ? older->n : 0;

	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (older->days[middle].chunk < chunk)
			low = middle + 1;
		else
			high = middle;
	}
	if (older && low < older->n && older->days[low].chunk == chunk)
	{
		chs_older_set(&older->days[low], chunk, chs_older_bits(&older->days[low]) | bits);
		return;
	}
	older = older_with_room(table, slot);
	memmove(&older->days[low + 1], &older->days[low], (older->n - low) * sizeof(ChsOlderChunk));
	chs_older_set(&older->days[low], chunk, bits);
	older->n++;
}

static void
add_days(ChsCustomerTable *table, ChsKey key, int32 chunk, uint64 bits)
{
	ChsSlot    *slot = chs_table_find(table, key);

	if (slot == NULL)
	{
		slot = chs_table_add(table, key);
		slot->number = chunk;
		slot->value = bits;
	}
	else if (slot->number == chunk)
		slot->value |= bits;
	else if (slot->number > chunk)
		add_older(table, slot, chunk, bits);
	else
	{
		push_older(table, slot);
		slot->number = chunk;
		slot->value = bits;
	}
}

/*
 * States.
 */
static inline int32
chunk_of(DateADT day)
{
	return day >> 6;
}

static inline uint64
bit_of(DateADT day)
{
	return UINT64CONST(1) << (day & 63);
}

/*
 * The waiting rows of a part go to the table.  While some rows do, the slots
 * of the next ones are on their way from memory; the blocks of those that need
 * one are, too, while the rest of their own batch is done.
 */
static void
settle_part(ChsActivityState *state, int part)
{
	ChsCustomerTable *table = &state->table;
	ChsActivityRow *row = state->waiting->rows[part];
	ChsActivityRow *end = row + state->waiting->n[part];

	for (ChsActivityRow *next = row; next < Min(row + BATCH, end); next++)
		chs_table_prefetch(table, next->key);
	while (row < end)
	{
		ChsActivityRow *end_batch = Min(row + BATCH, end);
		ChsActivityRow *late[BATCH];
		int			nlate = 0;

		for (ChsActivityRow *next = end_batch; next < Min(end_batch + BATCH, end); next++)
			chs_table_prefetch(table, next->key);
		for (; row < end_batch; row++)
		{
			ChsSlot    *slot = chs_table_find(table, row->key);

			if (likely(slot && slot->number == chunk_of(row->day)))
			{
				slot->value |= bit_of(row->day);
				continue;
			}
			if (slot && slot->block)
				__builtin_prefetch(chs_block(table, slot->block), 1);
			late[nlate++] = row;
		}
		for (int i = 0; i < nlate; i++)
			add_days(table, late[i]->key, chunk_of(late[i]->day), bit_of(late[i]->day));
	}
	state->waiting->n[part] = 0;
	CHECK_FOR_INTERRUPTS();
}

/*
 * All waiting rows go to the table.
 */
void
chs_activity_settle(ChsActivityState *state)
{
	if (state->waiting)
	{
		for (int part = 0; part < CHS_WAITING_PARTS; part++)
			settle_part(state, part);
	}
}

static void
init_state(ChsCustomerState *state)
{
	chs_table_init(&((ChsActivityState *) state)->table, state->hdr.eoh_context, 0);
}

static void
start_waiting(ChsActivityState *state)
{
	state->waiting = MemoryContextAllocZero(state->base.hdr.eoh_context, sizeof(ChsActivityWaiting));
}

static inline void
add_row(ChsActivityState *state, ChsKey key, DateADT day)
{
	chs_customer_state_changes(&state->base);
	if (likely(state->waiting != NULL))
	{
		int			part = key.h1 >> (64 - CHS_WAITING_PART_BITS);
		int			n = state->waiting->n[part]++;
		ChsActivityRow *row = &state->waiting->rows[part][n];

		row->key = key;
		row->day = day;
		if (unlikely(n + 1 == CHS_WAITING_ROWS))
			settle_part(state, part);
		return;
	}
	add_days(&state->table, key, chunk_of(day), bit_of(day));
	if (unlikely(state->table.nhomes >= BIG_TABLE))
		start_waiting(state);
}

static void
absorb_working(ChsCustomerState *state, ChsCustomers *working)
{
	ChsSlot    *slot = (ChsSlot *) working->data;
	ChsSlot    *end = slot + chs_activity_nslots(working);

	for (; slot < end; slot++)
	{
		if (slot->value != 0)
			add_days(&((ChsActivityState *) state)->table, slot->key, slot->number, slot->value);
	}
}

static ChsCustomers *
sort(ChsCustomerState *state, ChsKeyKind key_kind, ChsCustomers **flats, int nflats, MemoryContext context, bool must_fit)
{
	ChsActivityReader reader;

	chs_activity_begin(&reader, key_kind, true);
	if (state)
		chs_activity_add_table(&reader, (ChsActivityState *) state);
	for (int i = 0; i < nflats; i++)
		chs_activity_add_flat(&reader, flats[i]);
	chs_activity_start(&reader);
	return chs_activity_write(&reader, context, must_fit);
}

/* Binary form: the days of a customer, checked. */
static const char *
check_days(void **scratch, const char *from, const char *end)
{
	ChsDays    *days = *scratch;

	if (days == NULL)
	{
		*scratch = days = palloc(sizeof(ChsDays));
		chs_days_init(days);
	}
	days->n = 0;
	end = chs_days_unpack(days, from, end);
	chs_days_check(days, from, end);
	return end;
}

const ChsCustomerFamily chs_activity_family = {
	.type = CHS_ACTIVITY_TYPE,
	.state_size = sizeof(ChsActivityState),
	.row_size = sizeof(ChsSlot),
	.init = init_state,
	.sort = sort,
	.absorb_working = absorb_working,
	.combine_working = combine_working,
	.skip = chs_days_skip,
	.check = check_days,
	.least = 2					/* a length, a day */
};

/*
 * A row for a value that is flat or may not be written to.
 */
static Datum
accum_slow(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day)
{
	bool		in_place = chs_summary_in_place(fcinfo);
	Datum		value = PG_GETARG_DATUM(0);
	ChsCustomers *flat;
	ChsCustomerState *state;

	if (PG_ARGISNULL(0))
	{
		flat = make_working(key_kind, 1);
		(void) working_add(flat, key, chunk_of(day), bit_of(day));
		return PointerGetDatum(in_place ? flat : chs_customers_sorted(&chs_activity_family, PointerGetDatum(flat)));
	}
	if (!chs_is_customer_state(value))
	{
		flat = chs_customers_flat(&chs_activity_family, value);
		chs_check_key_kind(flat->key_kind, key_kind);
		while (in_place && flat->form == CHS_WORKING)
		{
			if (working_add(flat, key, chunk_of(day), bit_of(day)))
				return PointerGetDatum(flat);
			if (VARSIZE(flat) * 2 > CHS_MAX_SMALL)
				break;
			flat = working_grow(flat, chs_activity_nslots(flat) * 2);
		}
		value = PointerGetDatum(flat);
	}
	state = chs_customer_state_of(&chs_activity_family, fcinfo, value);
	chs_check_key_kind(state->key_kind, key_kind);
	add_row((ChsActivityState *) state, key, day);
	return chs_customer_state_return(fcinfo, state);
}

/*
 * A row more.
 */
Datum
chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day)
{
	Datum		value = PG_GETARG_DATUM(0);

	if (likely(!PG_ARGISNULL(0) && chs_is_writable_customer_state(value)))
	{
		ChsActivityState *state = (ChsActivityState *) DatumGetEOHP(value);

		chs_check_key_kind(state->base.key_kind, key_kind);
		add_row(state, key, day);
		return value;
	}
	return accum_slow(fcinfo, key_kind, key, day);
}

/*
 * About how many customers a value has; never too few.
 */
int64
chs_activity_customers(Datum value)
{
	ChsActivityState *state;
	int64		n;

	if (!chs_is_customer_state(value))
		return chs_customers_flat(&chs_activity_family, value)->count;
	state = (ChsActivityState *) DatumGetEOHP(value);
	chs_activity_settle(state);
	n = state->table.used;
	for (int i = 0; i < state->base.nruns; i++)
		n += state->base.runs[i].flat->count;
	return n;
}

ChsKeyKind
chs_activity_key_kind(Datum value)
{
	if (chs_is_customer_state(value))
		return ((ChsCustomerState *) DatumGetEOHP(value))->key_kind;
	return chs_customers_flat(&chs_activity_family, value)->key_kind;
}
