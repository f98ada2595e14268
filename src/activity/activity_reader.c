/*-------------------------------------------------------------------------
 *
 * activity_reader.c
 *		Passes over the customers of one or more summaries, and writing what a
 *		pass finds as a sorted summary.
 *
 * An input is a sorted summary or a table of slots; any number of them are
 * merged as they are read (customer_merge.c), so nothing of their size
 * is built in between.  A customer who is in several inputs has the days of
 * all of them: their chunks are put behind each other and joined at the end.
 * One who is in a single sorted input is copied in the packed form without
 * looking at the days when a summary is written.
 *
 * To merge many runs takes several times as long as to read what comes out.
 * So whoever reads a state of several runs first writes the sorted form on
 * the way, for those who come next: a dashboard asks one rollup many things.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "activity/activity.h"

#define FIRST_INPUTS	4
#define AHEAD			16		/* slots to ask for ahead of time */

/*
 * One input and the customer it stands at.
 */
typedef struct ChsActivityInput
{
	const char *at;				/* packed days of the customer */
	const char *next;			/* where the customer after it begins */
	const char *end;
	const ChsSlot *slot;		/* NULL for a sorted summary */
	const ChsSlot *end_slot;
	const ChsCustomerTable *table;	/* of the slots, NULL for a working form */
} ChsActivityInput;

void
chs_activity_begin(ChsActivityReader *reader, ChsKeyKind key_kind, bool want_packed)
{
	memset(reader, 0, sizeof(*reader));
	reader->key_kind = key_kind;
	reader->want_packed = want_packed;
	chs_days_init(&reader->days);
}

static ChsActivityInput *
new_input(ChsActivityReader *reader)
{
	if (reader->ninputs == reader->max_inputs)
	{
		int			max = Max(FIRST_INPUTS, reader->max_inputs * 2);
		ChsActivityInput *inputs = palloc0(max * sizeof(ChsActivityInput));

		if (reader->ninputs > 0)
			memcpy(inputs, reader->inputs, reader->ninputs * sizeof(ChsActivityInput));
		reader->inputs = inputs;
		reader->max_inputs = max;
	}
	return &reader->inputs[reader->ninputs++];
}

static inline const ChsSlot *
next_used(const ChsSlot *slot, const ChsSlot *end)
{
	while (slot < end && slot->value == 0)
		slot++;
	return slot;
}

void
chs_activity_add_flat(ChsActivityReader *reader, ChsCustomers *flat)
{
	ChsActivityInput *input;

	chs_check_key_kind(reader->key_kind, flat->key_kind);
	if (flat->count == 0)
		return;
	input = new_input(reader);
	if (flat->form == CHS_SORTED)
	{
		input->next = flat->data;
		input->end = (char *) flat + VARSIZE(flat);
	}
	else
	{
		input->end_slot = (ChsSlot *) flat->data + chs_activity_nslots(flat);
		input->slot = next_used((ChsSlot *) flat->data, input->end_slot);
	}
}

void
chs_activity_add_table(ChsActivityReader *reader, ChsActivityState *state)
{
	ChsActivityInput *input;

	chs_activity_settle(state);
	if (state->table.used == 0)
		return;
	input = new_input(reader);
	input->table = &state->table;
	input->end_slot = state->table.slots + state->table.nslots;
	input->slot = next_used(state->table.slots, input->end_slot);
}

/*
 * Moves an input to its next customer; false at its end.
 */
static inline bool
advance(ChsActivityInput *input, ChsKey *key)
{
	if (input->slot)
	{
		if (input->slot == input->end_slot)
			return false;
		*key = input->slot->key;
		return true;
	}
	if (input->next == input->end)
		return false;
	if (unlikely(input->end - input->next < (ptrdiff_t) sizeof(ChsKey)))
		chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, "A customer is cut short.");
	memcpy(key, input->next, sizeof(ChsKey));
	input->at = input->next + sizeof(ChsKey);
	return true;
}

void
chs_activity_start(ChsActivityReader *reader)
{
	chs_merge_init(&reader->merge, reader->ninputs);
	for (int i = 0; i < reader->ninputs; i++)
	{
		ChsKey		key;

		if (advance(&reader->inputs[i], &key))
			chs_merge_add(&reader->merge, key, i);
	}
}

/* In a working form a customer has a slot for each chunk. */
static void
read_working(ChsActivityInput *input, ChsDays *days)
{
	ChsKey		key = input->slot->key;

	do
	{
		chs_days_reserve(days, days->n + 1);
		days->chunks[days->n].chunk = input->slot->number;
		days->chunks[days->n++].bits = input->slot->value;
		input->slot = next_used(input->slot + 1, input->end_slot);
	} while (input->slot < input->end_slot && chs_key_equal(input->slot->key, key));
}

static inline void
read_table(ChsActivityInput *input, ChsDays *days)
{
	const ChsSlot *slot = input->slot;
	ChsDayChunk *to = days->chunks + days->n;

	if (slot->block)
	{
		const ChsOlderDays *older = chs_block(input->table, slot->block);
		uint32		n = older->n;

		chs_days_reserve(days, (int64) days->n + n + 1);
		to = days->chunks + days->n;
		for (uint32 i = 0; i < n; i++, to++)
		{
			to->chunk = older->days[i].chunk;
			to->bits = chs_older_bits(&older->days[i]);
		}
	}
	else
	{
		chs_days_reserve(days, (int64) days->n + 1);
		to = days->chunks + days->n;
	}
	to->chunk = slot->number;
	to->bits = slot->value;
	days->n = to + 1 - days->chunks;

	if (input->end_slot - slot > AHEAD && slot[AHEAD].value != 0 && slot[AHEAD].block != 0)
		__builtin_prefetch(chs_block(input->table, slot[AHEAD].block));
	input->slot = next_used(slot + 1, input->end_slot);
}

/*
 * Days of the customer that an input stands at, behind those that are there.
 */
static inline void
read_days(ChsActivityInput *input, ChsDays *days)
{
	if (input->slot == NULL)
		input->next = chs_days_unpack(days, input->at, input->end);
	else if (input->table)
		read_table(input, days);
	else
		read_working(input, days);
}

static inline void
advance_top(ChsActivityReader *reader)
{
	ChsKey		key;

	if (advance(&reader->inputs[reader->merge.heap[0].input], &key))
		chs_merge_advance(&reader->merge, key);
	else
		chs_merge_drop(&reader->merge);
}

/*
 * The reader's customer is in more inputs than the one that was read.
 */
static void
gather(ChsActivityReader *reader)
{
	if (reader->packed)
	{
		(void) chs_days_unpack(&reader->days, reader->packed,
							   reader->packed + reader->packed_size);
		reader->packed = NULL;
	}
	while (reader->merge.n > 0 && chs_key_equal(reader->merge.heap[0].key, reader->customer.key))
	{
		CHECK_FOR_INTERRUPTS();
		read_days(&reader->inputs[reader->merge.heap[0].input], &reader->days);
		advance_top(reader);
	}
	chs_days_join(&reader->days);
}

/*
 * Writes the reader's customer; false if there is no room for it.
 */
static bool
write_customer(ChsActivityReader *reader, ChsCustomersWriter *writer)
{
	char	   *at;

	if (reader->packed)
	{
		at = chs_customers_write_key(writer, reader->customer.key, reader->packed_size);
		if (unlikely(at == NULL))
			return false;
		memcpy(at, reader->packed, reader->packed_size);
		at += reader->packed_size;
	}
	else
	{
		at = chs_customers_write_key(writer, reader->customer.key, chs_days_space(&reader->days));
		if (unlikely(at == NULL))
			return false;
		at = chs_days_pack(&reader->days, at);
	}
	chs_customers_written(writer, at);
	return true;
}

/*
 * All customers were written for those who read the state next, or they are
 * too large for a value.
 */
static void
end_keeping(ChsActivityReader *reader)
{
	ChsCustomerState *state = reader->keep_for;
	ChsCustomers *flat = chs_customers_write_end(&reader->kept);

	reader->keep_for = NULL;
	if (flat == NULL)
		state->is_too_large = true;
	else if (state->flat == NULL)
		state->flat = flat;
	else
		pfree(flat);
}

/*
 * Moves to the next customer; false at the end.
 */
bool
chs_activity_next(ChsActivityReader *reader)
{
	ChsActivityInput *input;

	CHECK_FOR_INTERRUPTS();
	if (reader->merge.n == 0)
	{
		if (reader->keep_for)
			end_keeping(reader);
		return false;
	}
	reader->customer.key = reader->merge.heap[0].key;
	input = &reader->inputs[reader->merge.heap[0].input];
	reader->packed = NULL;
	reader->days.n = 0;
	if (reader->want_packed && input->slot == NULL)
	{
		input->next = chs_days_skip(input->at, input->end);
		reader->packed = input->at;
		reader->packed_size = input->next - input->at;
	}
	else
		read_days(input, &reader->days);
	advance_top(reader);
	if (reader->merge.n > 0 && unlikely(chs_key_equal(reader->merge.heap[0].key, reader->customer.key)))
		gather(reader);
	reader->customer.nchunks = reader->days.n;
	reader->customer.chunks = reader->days.chunks;
	if (reader->keep_for && !write_customer(reader, &reader->kept))
		end_keeping(reader);
	return true;
}

/*
 * Has a value to be merged to be read?  Otherwise it is read as it is, however
 * often, for its sorted form would be no faster.
 */
static bool
needs_merging(Datum value)
{
	const ChsActivityState *state;

	if (!chs_is_customer_state(value))
		return false;
	state = (const ChsActivityState *) DatumGetEOHP(value);
	return state->base.nruns + (state->table.used > 0 || state->waiting) > 1;
}

/*
 * A pass over one value.
 */
void
chs_activity_open(ChsActivityReader *reader, Datum value, bool to_end)
{
	if (needs_merging(value))
		value = chs_customers_to_read(&chs_activity_family, value);
	chs_activity_begin(reader, chs_activity_key_kind(value), false);
	if (chs_is_customer_state(value))
	{
		ChsActivityState *state = (ChsActivityState *) DatumGetEOHP(value);

		chs_activity_add_table(reader, state);
		for (int i = 0; i < state->base.nruns; i++)
			chs_activity_add_flat(reader, state->base.runs[i].flat);
		if (to_end && reader->ninputs > 1 && !state->base.is_too_large)
		{
			reader->keep_for = &state->base;
			chs_customers_write(&reader->kept, CHS_ACTIVITY_TYPE, reader->key_kind, state->base.hdr.eoh_context, false);
		}
	}
	else
		chs_activity_add_flat(reader, chs_customers_flat(&chs_activity_family, value));
	chs_activity_start(reader);
}

/*
 * What a pass that was just started finds, in the sorted form, in a context.
 * What is too large for a value is an error, or NULL if it need not fit.
 */
ChsCustomers *
chs_activity_write(ChsActivityReader *reader, MemoryContext context, bool must_fit)
{
	ChsCustomersWriter writer;

	chs_customers_write(&writer, CHS_ACTIVITY_TYPE, reader->key_kind, context, must_fit);
	while (chs_activity_next(reader))
	{
		if (!write_customer(reader, &writer))
			break;
	}
	return chs_customers_write_end(&writer);
}
