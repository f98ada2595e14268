/*-------------------------------------------------------------------------
 *
 * customer_cursor.c
 *		One pass over the customers of one or more summaries, in the order of
 *		their keys, and writing what a pass finds as a sorted summary.
 *
 * An input is a sorted value, the rows of a log or of a working value, which
 * are ordered first, or a table of slots.  Any number of inputs are merged as
 * they are read (customer_merge.c), so nothing of their size is built in
 * between.  The contents of a customer who is in several inputs are joined by
 * the family.  A customer who is in a single sorted input, which is the rule
 * when parts of a company's customers are rolled up, is copied in the encoded
 * form when a summary is written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/summary.h"
#include "customer/customer_cursor.h"

#define TRIAL_CUSTOMERS	1024

typedef enum InputKind
{
	SORTED,
	ROWS,
	TABLE
} InputKind;

/*
 * One input and the customer it stands at.
 */
typedef struct ChsCursorInput
{
	InputKind	kind;
	/* SORTED */
	const char *at;				/* encoded form of the customer */
	const char *next;			/* where the customer after it begins */
	const char *end;
	/* ROWS */
	ChsCustomerOrder order;
	void	   *rows;
	uint32		nrows;
	/* TABLE */
	ChsTableScan scan;
	void	   *slot;
} ChsCursorInput;

static void *
make_content(const ChsCustomerFamily *family)
{
	void	   *content = palloc(family->content_size);

	family->init_content(content);
	return content;
}

void
chs_cursor_begin(ChsCursor *cursor, const ChsCustomerFamily *family, ChsKeyKind key_kind)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->family = family;
	cursor->key_kind = key_kind;
	cursor->content = make_content(family);
}

static ChsCursorInput *
new_input(ChsCursor *cursor, InputKind kind, int64 customers)
{
	ChsCursorInput *input;

	if (cursor->ninputs == cursor->max_inputs)
	{
		int			max = Max(1, cursor->max_inputs * 2);
		ChsCursorInput *inputs = palloc(max * sizeof(ChsCursorInput));

		if (cursor->ninputs > 0)
			memcpy(inputs, cursor->inputs, cursor->ninputs * sizeof(ChsCursorInput));
		cursor->inputs = inputs;
		cursor->max_inputs = max;
	}
	input = &cursor->inputs[cursor->ninputs++];
	input->kind = kind;
	cursor->customers += customers;
	return input;
}

void
chs_cursor_add_flat(ChsCursor *cursor, ChsCustomers *flat)
{
	ChsCursorInput *input;

	chs_check_key_kind(cursor->key_kind, flat->key_kind);
	if (flat->count == 0)
		return;
	if (flat->form == CHS_SORTED)
	{
		input = new_input(cursor, SORTED, flat->count);
		input->next = flat->data;
		input->end = (char *) flat + VARSIZE(flat);
	}
	else
	{
		input = new_input(cursor, ROWS, flat->count);
		chs_order_rows(&input->order, flat->data, flat->count, cursor->family->row_size);
	}
}

/*
 * The partitions of a log from one on up to another.
 */
void
chs_cursor_add_log(ChsCursor *cursor, const ChsCustomerLog *log, uint32 from, uint32 end)
{
	int64		nrows = chs_log_rows(log, from, end);

	if (nrows > 0)
		chs_order_log(&new_input(cursor, ROWS, nrows)->order, log, from, end);
}

void
chs_cursor_add_table(ChsCursor *cursor, const ChsCustomerTable *table)
{
	if (table->used > 0)
		chs_table_scan(&new_input(cursor, TABLE, table->used)->scan, table);
}

/*
 * Does this pass order or merge, which the next one would have to do again?
 */
bool
chs_cursor_needs_order(const ChsCursor *cursor)
{
	const ChsCursorInput *input = cursor->inputs;

	return cursor->ninputs > 1 ||
		(cursor->ninputs == 1 && (input->kind == ROWS || (input->kind == TABLE && input->scan.ordered)));
}

/*
 * Writes what the pass finds for those who read the state after it.  On trial,
 * that ends early unless a quarter of the first customers are in several
 * inputs.
 */
void
chs_cursor_keep(ChsCursor *cursor, ChsExpanded *state, bool on_trial)
{
	cursor->keep_for = state;
	cursor->on_trial = on_trial;
	chs_customers_write(&cursor->kept, cursor->family, cursor->key_kind, state->hdr.eoh_context, false);
}

/*
 * Moves an input to its next customer; false at its end.
 */
static inline bool
advance(const ChsCursor *cursor, ChsCursorInput *input, ChsKey *key)
{
	switch (input->kind)
	{
		case SORTED:
			if (input->next == input->end)
				return false;
			if (unlikely(input->end - input->next < (ptrdiff_t) sizeof(ChsKey)))
				chs_summary_damaged_stored(cursor->family->state.name, "A customer is cut short.");
			memcpy(key, input->next, sizeof(ChsKey));
			if (unlikely(chs_key_is_zero(*key)))
				chs_summary_damaged_stored(cursor->family->state.name, "The key of a customer is zero.");
			input->at = input->next + sizeof(ChsKey);
			return true;
		case ROWS:
			input->nrows = chs_order_next(&input->order, &input->rows);
			if (input->nrows == 0)
				return false;
			*key = *(ChsKey *) input->rows;
			return true;
		case TABLE:
			input->slot = chs_table_scan_next(&input->scan);
			if (input->slot == NULL)
				return false;
			*key = chs_slot_key(input->slot);
			return true;
	}
	pg_unreachable();
}

void
chs_cursor_start(ChsCursor *cursor)
{
	chs_merge_init(&cursor->merge, cursor->ninputs);
	for (int i = 0; i < cursor->ninputs; i++)
	{
		ChsKey		key;

		if (advance(cursor, &cursor->inputs[i], &key))
			chs_merge_add(&cursor->merge, key, i);
	}
}

/* Reads the content of the customer that an input stands at. */
static inline void
read_content(const ChsCursor *cursor, ChsCursorInput *input, void *content)
{
	const ChsCustomerFamily *family = cursor->family;

	if (likely(input->kind == SORTED))
		input->next = family->decode(content, input->at, input->end);
	else if (input->kind == ROWS)
		family->of_rows(content, input->rows, input->nrows);
	else
		family->of_slot(content, input->scan.table, input->slot);
}

static inline void
advance_top(ChsCursor *cursor)
{
	ChsKey		key;

	if (advance(cursor, &cursor->inputs[cursor->merge.heap[0].input], &key))
		chs_merge_advance(&cursor->merge, key);
	else
		chs_merge_drop(&cursor->merge);
}

/*
 * The cursor's customer is in more inputs than the one that was read.
 */
static void
gather(ChsCursor *cursor)
{
	const ChsCustomerFamily *family = cursor->family;

	if (cursor->encoded)
	{
		(void) family->decode(cursor->content, cursor->encoded, cursor->encoded + cursor->encoded_size);
		cursor->encoded = NULL;
	}
	if (cursor->part == NULL)
		cursor->part = make_content(family);
	family->join_begin(cursor->content);
	while (cursor->merge.n > 0 && chs_key_equal(cursor->merge.heap[0].key, cursor->key))
	{
		CHECK_FOR_INTERRUPTS();
		read_content(cursor, &cursor->inputs[cursor->merge.heap[0].input], cursor->part);
		family->join(cursor->content, cursor->part);
		advance_top(cursor);
	}
	family->join_end(cursor->content);
	cursor->njoined++;
}

/*
 * Writes the cursor's customer; false if there is no room for it.
 */
static inline bool
write_customer(ChsCursor *cursor, ChsCustomersWriter *writer)
{
	const ChsCustomerFamily *family = cursor->family;
	Size		space = cursor->encoded ? cursor->encoded_size : family->space(cursor->content);
	char	   *at = chs_customers_write_key(writer, cursor->key, space);

	if (unlikely(at == NULL))
		return false;
	if (cursor->encoded)
	{
		memcpy(at, cursor->encoded, cursor->encoded_size);
		at += cursor->encoded_size;
	}
	else
		at = family->encode(cursor->content, at);
	chs_customers_written(writer, at);
	return true;
}

/*
 * All customers were written for those who read the state next, or they are
 * too large for a value.
 */
static void
end_keeping(ChsCursor *cursor)
{
	chs_expanded_keep(cursor->keep_for, (struct varlena *) chs_customers_write_end(&cursor->kept));
	cursor->keep_for = NULL;
}

/* The cursor's customer is kept, if there is room, or keeping ends. */
static void
keep_customer(ChsCursor *cursor)
{
	if (!write_customer(cursor, &cursor->kept))
		end_keeping(cursor);
	else if (cursor->on_trial && cursor->kept.flat->count == TRIAL_CUSTOMERS)
	{
		cursor->on_trial = false;
		if (cursor->njoined < TRIAL_CUSTOMERS / 4)
		{
			pfree(cursor->kept.flat);
			cursor->keep_for = NULL;
		}
	}
}

/*
 * Moves to the next customer and returns its content, which stays until the
 * next call; NULL at the end.
 */
void *
chs_cursor_next(ChsCursor *cursor)
{
	ChsCursorInput *input;

	CHECK_FOR_INTERRUPTS();
	if (cursor->merge.n == 0)
	{
		if (cursor->keep_for)
			end_keeping(cursor);
		return NULL;
	}
	cursor->key = cursor->merge.heap[0].key;
	*(ChsKey *) cursor->content = cursor->key;
	input = &cursor->inputs[cursor->merge.heap[0].input];
	cursor->encoded = NULL;
	if (cursor->want_encoded && input->kind == SORTED)
	{
		input->next = cursor->family->skip(input->at, input->end);
		cursor->encoded = input->at;
		cursor->encoded_size = input->next - input->at;
	}
	else
		read_content(cursor, input, cursor->content);
	advance_top(cursor);
	if (cursor->merge.n > 0 && unlikely(chs_key_equal(cursor->merge.heap[0].key, cursor->key)))
		gather(cursor);
	if (cursor->keep_for)
		keep_customer(cursor);
	return cursor->content;
}

/*
 * Writes all customers of a pass that was just started, in the sorted form,
 * into a context.  Content too large for a value is an error, or NULL if it
 * need not fit.
 */
ChsCustomers *
chs_cursor_write(ChsCursor *cursor, MemoryContext context, bool must_fit)
{
	ChsCustomersWriter writer;

	cursor->want_encoded = true;
	chs_customers_write(&writer, cursor->family, cursor->key_kind, context, must_fit);
	while (chs_cursor_next(cursor))
	{
		if (!write_customer(cursor, &writer))
			break;
	}
	return chs_customers_write_end(&writer);
}
