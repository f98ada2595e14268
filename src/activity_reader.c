/*-------------------------------------------------------------------------
 *
 * activity_reader.c
 *		Passes over the customers of one or more summaries, and writing what a
 *		pass finds as a sorted summary.
 *
 * An input is a sorted summary or a table of slots; any number of them are
 * merged as they are read (the heap of customer.c), so nothing of their size
 * is built in between.  A customer who is in several inputs has the days of
 * all of them.
 *
 * Sorted form: behind the header, for each customer h1 and h2 of the key in
 * the machine's order and the packed days.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "activity.h"

#define FIRST_INPUTS	4
#define FIRST_SPACE		512

/*
 * One input and the customer it stands at.
 */
typedef struct ChsActivityInput
{
	const char *at;				/* packed days of the customer, or NULL for slots */
	const char *next;			/* where the customer after it begins */
	const char *end;
	const ChsSlot *slot;
	const ChsSlot *end_slot;
} ChsActivityInput;

void
chs_activity_begin(ChsActivityReader *reader, bool want_packed)
{
	memset(reader, 0, sizeof(*reader));
	reader->want_packed = want_packed;
	chs_days_init(&reader->days);
	chs_days_init(&reader->scratch);
}

/*
 * A new input, unless it has nothing.
 */
static ChsActivityInput *
new_input(ChsActivityReader *reader, ChsKeyKind key_kind, bool has_customers)
{
	if (reader->key_kind == 0)
		reader->key_kind = key_kind;
	else if (reader->key_kind != key_kind)
		chs_refuse_key_mix(reader->key_kind, key_kind);
	if (!has_customers)
		return NULL;

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
	ChsActivityInput *input = new_input(reader, flat->key_kind, flat->count > 0);

	if (input == NULL)
		return;
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
read_slots(ChsActivityInput *input, ChsDays *days)
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

/*
 * Days of the customer that an input stands at, behind those that are there.
 */
static inline void
read_days(ChsActivityInput *input, ChsDays *days)
{
	if (input->slot)
		read_slots(input, days);
	else
		input->next = chs_days_unpack(days, input->at, input->end);
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
		int			n = reader->days.n;

		CHECK_FOR_INTERRUPTS();
		read_days(&reader->inputs[reader->merge.heap[0].input], &reader->days);
		chs_days_merge(&reader->days, n, &reader->scratch);
		advance_top(reader);
	}
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
		return false;
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
	return true;
}

/*
 * Writing.
 */
pg_noreturn static void
refuse_size(int64 customers)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s would be larger than 1 GB", CHS_ACTIVITY_TYPE),
			 errdetail("It was full after " INT64_FORMAT " customers.", customers),
			 errhint("Build one per part of the customers and add up their answers: GROUP BY abs(hashint8(customer)) %% 16.")));
}

static inline char *
reserve(ChsCustomers *flat, Size used, Size more, Size *space)
{
	if (likely(used + more <= *space))
		return (char *) flat;
	if (used + more > MaxAllocSize)
		refuse_size(flat->count);
	*space = Min(Max(used + more, *space * 2), MaxAllocSize);
	return repalloc(flat, *space);
}

/*
 * What a pass that was just started finds, in the sorted form, in a context.
 */
ChsCustomers *
chs_activity_write(ChsActivityReader *reader, MemoryContext context)
{
	Size		space = FIRST_SPACE;
	Size		used = CHS_CUSTOMERS_HEADER;
	ChsCustomers *flat = MemoryContextAllocZero(context, space);

	flat->version = CHS_SUMMARY_VERSION;
	flat->form = CHS_SORTED;
	flat->key_kind = reader->key_kind;
	while (chs_activity_next(reader))
	{
		Size		more = reader->packed ? reader->packed_size : chs_days_space(&reader->days);
		char	   *at;

		flat = (ChsCustomers *) reserve(flat, used, sizeof(ChsKey) + more, &space);
		at = (char *) flat + used;
		memcpy(at, &reader->customer.key, sizeof(ChsKey));
		at += sizeof(ChsKey);
		if (reader->packed)
		{
			memcpy(at, reader->packed, reader->packed_size);
			at += reader->packed_size;
		}
		else
			at = chs_days_pack(&reader->days, at);
		used = at - (char *) flat;
		flat->count++;
	}
	SET_VARSIZE(flat, used);
	return flat;
}
