/*-------------------------------------------------------------------------
 *
 * subscription_cursor.c
 *		Passes over the customers of one or more summaries, in the order of
 *		their keys, and writing what a pass finds as a sorted summary.
 *
 * An input is a sorted summary or rows, of a log or of a working form.  Any
 * number of inputs are merged as they are read (customer_merge.c), so nothing
 * of their size is built in between.  A customer who is in several inputs has the sum of what they say.
 * One who is in a single sorted input, which is the rule when parts of a
 * company's customers are rolled up, is copied in its packed form without
 * looking at its days and amounts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "customer/customer_order.h"
#include "subscription/subscription.h"

#define FIRST_INPUTS	4

/*
 * One input and the customer it stands at.
 */
typedef struct ChsSubsInput
{
	bool		sorted;			/* a sorted summary, not rows */
	const char *at;				/* packed history of the customer */
	const char *next;			/* where the customer after it begins */
	const char *end;
	void	   *rows;
	uint32		nrows;
	ChsCustomerOrder order;
} ChsSubsInput;

void
chs_subs_begin(ChsSubsCursor *cursor, bool want_encoded)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->want_encoded = want_encoded;
	chs_history_init(&cursor->history);
	chs_history_init(&cursor->part);
	chs_history_init(&cursor->sum);
}

static void
check_key_kind(ChsSubsCursor *cursor, ChsKeyKind key_kind)
{
	if (cursor->key_kind == 0)
		cursor->key_kind = key_kind;
	chs_check_key_kind(cursor->key_kind, key_kind);
}

static ChsSubsInput *
new_input(ChsSubsCursor *cursor)
{
	if (cursor->ninputs == cursor->max_inputs)
	{
		int			max = Max(FIRST_INPUTS, cursor->max_inputs * 2);
		ChsSubsInput *inputs = palloc0(max * sizeof(ChsSubsInput));

		if (cursor->ninputs > 0)
			memcpy(inputs, cursor->inputs, cursor->ninputs * sizeof(ChsSubsInput));
		cursor->inputs = inputs;
		cursor->max_inputs = max;
	}
	return &cursor->inputs[cursor->ninputs++];
}

void
chs_subs_add_flat(ChsSubsCursor *cursor, ChsCustomers *flat)
{
	ChsSubsInput *input;

	check_key_kind(cursor, flat->key_kind);
	if (flat->count == 0)
		return;
	input = new_input(cursor);
	if (flat->form == CHS_SORTED)
	{
		input->sorted = true;
		input->next = flat->data;
		input->end = (char *) flat + VARSIZE(flat);
	}
	else
		chs_order_rows(&input->order, flat->data, flat->count, sizeof(ChsSubsRow));
}

void
chs_subs_add_log(ChsSubsCursor *cursor, ChsCustomerLog *log, ChsKeyKind key_kind)
{
	check_key_kind(cursor, key_kind);
	if (chs_log_rows(log) == 0)
		return;
	chs_order_log(&new_input(cursor)->order, log);
}

/*
 * A value of any form.  A big state counts as its log and its runs.
 */
void
chs_subs_add(ChsSubsCursor *cursor, Datum value)
{
	ChsSubsState *state;

	if (!chs_is_customer_state(value))
	{
		chs_subs_add_flat(cursor, chs_customers_flat(&chs_subs_family, value));
		return;
	}
	state = (ChsSubsState *) DatumGetEOHP(value);
	chs_subs_add_log(cursor, &state->log, state->base.key_kind);
	for (int i = 0; i < state->base.nruns; i++)
		chs_subs_add_flat(cursor, state->base.runs[i].flat);
}

/*
 * Moves an input to its next customer; false at its end.
 */
static inline bool
advance(ChsSubsInput *input, ChsKey *key)
{
	if (!input->sorted)
	{
		input->nrows = chs_order_next(&input->order, &input->rows);
		if (input->nrows == 0)
			return false;
		*key = *(ChsKey *) input->rows;
		return true;
	}
	if (input->next == input->end)
		return false;
	if (unlikely(input->end - input->next < (ptrdiff_t) sizeof(ChsKey)))
		chs_summary_damaged_binary(CHS_SUBS_TYPE, "A customer is cut short.");
	memcpy(key, input->next, sizeof(ChsKey));
	input->at = input->next + sizeof(ChsKey);
	return true;
}

void
chs_subs_start(ChsSubsCursor *cursor)
{
	chs_merge_init(&cursor->merge, cursor->ninputs);
	for (int i = 0; i < cursor->ninputs; i++)
	{
		ChsSubsInput *input = &cursor->inputs[i];
		ChsKey		key;

		if (advance(input, &key))
			chs_merge_add(&cursor->merge, key, i);
	}
}

/* The history of the customer that an input stands at. */
static inline void
read_history(ChsSubsInput *input, ChsHistory *history)
{
	if (input->sorted)
		input->next = chs_history_decode(history, input->at, input->end);
	else
		chs_history_of_rows(history, input->rows, input->nrows);
}

static inline void
advance_top(ChsSubsCursor *cursor)
{
	ChsKey		key;

	if (advance(&cursor->inputs[cursor->merge.heap[0].input], &key))
		chs_merge_advance(&cursor->merge, key);
	else
		chs_merge_drop(&cursor->merge);
}

/*
 * The cursor's customer is in more inputs than the one that was read.
 */
static void
gather(ChsSubsCursor *cursor)
{
	if (cursor->encoded)
	{
		(void) chs_history_decode(&cursor->history, cursor->encoded,
								  cursor->encoded + cursor->encoded_size);
		cursor->encoded = NULL;
	}
	while (cursor->merge.n > 0 && chs_key_equal(cursor->merge.heap[0].key, cursor->key))
	{
		ChsHistory	swap;

		CHECK_FOR_INTERRUPTS();
		read_history(&cursor->inputs[cursor->merge.heap[0].input], &cursor->part);
		chs_history_sum(&cursor->sum, &cursor->history, &cursor->part);
		swap = cursor->history;
		cursor->history = cursor->sum;
		cursor->sum = swap;
		advance_top(cursor);
	}
}

/*
 * Moves to the next customer; false at the end.
 */
bool
chs_subs_next(ChsSubsCursor *cursor)
{
	ChsSubsInput *input;

	CHECK_FOR_INTERRUPTS();
	if (cursor->merge.n == 0)
		return false;
	cursor->key = cursor->merge.heap[0].key;
	input = &cursor->inputs[cursor->merge.heap[0].input];
	cursor->encoded = NULL;
	if (cursor->want_encoded && input->sorted)
	{
		input->next = chs_history_skip(input->at, input->end);
		cursor->encoded = input->at;
		cursor->encoded_size = input->next - input->at;
	}
	else
		read_history(input, &cursor->history);
	advance_top(cursor);
	if (cursor->merge.n > 0 && unlikely(chs_key_equal(cursor->merge.heap[0].key, cursor->key)))
		gather(cursor);
	return true;
}

/*
 * What a pass that was just started finds, in the sorted form, in a context.
 * What is too large for a value is an error, or NULL if it need not fit.
 */
ChsCustomers *
chs_subs_write(ChsSubsCursor *cursor, MemoryContext context, bool must_fit)
{
	ChsCustomersWriter writer;

	chs_customers_write(&writer, CHS_SUBS_TYPE, cursor->key_kind, context, must_fit);
	while (chs_subs_next(cursor))
	{
		char	   *at;

		if (cursor->encoded)
		{
			at = chs_customers_write_key(&writer, cursor->key, cursor->encoded_size);
			if (unlikely(at == NULL))
				break;
			memcpy(at, cursor->encoded, cursor->encoded_size);
			at += cursor->encoded_size;
		}
		else
		{
			at = chs_customers_write_key(&writer, cursor->key, CHS_HISTORY_SPACE(cursor->history.nsteps));
			if (unlikely(at == NULL))
				break;
			at = chs_history_encode(&cursor->history, at);
		}
		chs_customers_written(&writer, at);
	}
	return chs_customers_write_end(&writer);
}
