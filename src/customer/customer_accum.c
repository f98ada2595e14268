/*-------------------------------------------------------------------------
 *
 * customer_accum.c
 *		How summaries that hold customers grow.
 *
 * A summary grows through these forms; rows or other summaries make it grow:
 *
 *	1.	None: NULL.
 *	2.	Working: a flat value with rows, up to 64 kB (customer_flat.c).  It
 *		grows by doubling in the short-lived context, from where the executor
 *		copies it.  A group of few customers costs its rows and nothing else.
 *		A memory context of its own would take several times that, and
 *		aggregation by hash walks over all contexts again and again.
 *	3.	State: an expanded object in a child of the aggregate's context, for
 *		more (customer_state.c).
 *
 * Rows are appended to a working form; nothing is looked up in it but the few
 * rows of a tiny one.  Where rows of a customer merge, a full one is ordered by
 * customers and merged, and it grows if more than three quarters of its rows
 * are left: ordering n rows is paid for by the n / 4 that came since the last
 * time, whatever their keys are.
 *
 * A sorted summary that is small becomes rows, in a working form or a state.
 * To merge it as a run would take a pass over its neighbours each time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "customer/customer_accum.h"

/* a sorted value of more bytes is better off as a run of a state */
#define TINY_SORTED		4096

/*
 * The growing value: a working form that may be written to, or a state.
 */
typedef struct Growing
{
	FunctionCallInfo fcinfo;
	const ChsCustomerFamily *family;
	ChsKeyKind	key_kind;
	ChsCustomers *flat;
	ChsCustomerState *state;	/* instead of flat, or NULL */
} Growing;

static inline char *
row_of(const Growing *growing, ChsCustomers *flat, int64 i)
{
	return flat->data + i * growing->family->row_size;
}

/*
 * Rows of a flat value go to the state; a damaged page may have any.
 */
static void
add_rows_to_state(Growing *growing, ChsCustomers *flat)
{
	for (int64 i = 0; i < flat->count; i++)
	{
		const char *row = row_of(growing, flat, i);

		chs_check_interrupts(i);
		if (unlikely(chs_key_is_zero(*(const ChsKey *) row)))
			chs_summary_damaged_stored(growing->family->state.name, "The key of a customer is zero.");
		growing->family->add_row(growing->state, row);
	}
}

static void
become_state(Growing *growing)
{
	if (growing->state)
		return;
	growing->state = chs_customer_state_make(growing->family, growing->fcinfo, growing->key_kind);
	if (growing->flat)
		add_rows_to_state(growing, growing->flat);
	growing->flat = NULL;
}

/*
 * Merges rows of the same customer.
 */
static void
merge_rows(Growing *growing)
{
	const ChsCustomerFamily *family = growing->family;
	ChsCustomers *flat = growing->flat;
	char	   *to = flat->data;
	void	   *content = palloc(family->content_size);
	ChsCustomerOrder order;
	void	   *rows;
	uint32		n;

	family->init_content(content);
	chs_order_rows(&order, flat->data, flat->count, family->row_size);
	/* the order has a copy of the rows */
	while ((n = chs_order_next(&order, &rows)) > 0)
	{
		*(ChsKey *) content = *(ChsKey *) rows;
		family->of_rows(content, rows, n);
		to += family->to_rows(content, to) * family->row_size;
	}
	memset(to, 0, row_of(growing, flat, flat->count) - to);
	flat->count = (to - flat->data) / family->row_size;
}

/*
 * Makes room for a row in a working form that is full, or a state.
 */
static void
make_room(Growing *growing)
{
	ChsCustomers *flat = growing->flat;
	int64		room = chs_customers_room(flat, growing->family->row_size);
	ChsCustomers *wide;

	if (growing->family->rows_merge && flat->count > 1)
	{
		merge_rows(growing);
		if (flat->count <= room - (room + 3) / 4)
			return;
	}
	if (room >= chs_customers_max_rows(growing->family))
	{
		become_state(growing);
		return;
	}
	wide = chs_customers_working(growing->family, growing->key_kind, room + 1);
	memcpy(wide->data, flat->data, flat->count * growing->family->row_size);
	wide->count = flat->count;
	growing->flat = wide;
}

static void
add_row(Growing *growing, const void *row)
{
	const ChsCustomerFamily *family = growing->family;

	if (growing->state == NULL)
	{
		ChsCustomers *flat = growing->flat;

		if (family->merge_row && family->merge_row(flat->data, flat->count, row))
			return;
		if (flat->count >= chs_customers_room(flat, family->row_size))
			make_room(growing);
	}
	if (growing->state)
		family->add_row(growing->state, row);
	else
		memcpy(row_of(growing, growing->flat, growing->flat->count++), row, family->row_size);
}

/*
 * Every customer of a sorted value as rows.
 */
static void
add_sorted(Growing *growing, ChsCustomers *flat)
{
	const ChsCustomerFamily *family = growing->family;
	char	   *rows = NULL;
	uint32		room = 0;
	ChsCursor	cursor;
	void	   *content;

	chs_cursor_begin(&cursor, family, flat->key_kind);
	chs_cursor_add_flat(&cursor, flat);
	chs_cursor_start(&cursor);
	while ((content = chs_cursor_next(&cursor)) != NULL)
	{
		uint32		n = family->max_rows(content);

		if (n > room)
		{
			room = n;
			rows = palloc(room * family->row_size);
		}
		n = family->to_rows(content, rows);
		for (uint32 i = 0; i < n; i++)
			add_row(growing, rows + i * family->row_size);
	}
}

/* Are a value's customers better off as rows? */
static bool
becomes_rows(const Growing *growing, const ChsCustomers *flat)
{
	if (flat->form == CHS_WORKING)
		return true;
	if (growing->state)
		return VARSIZE(flat) <= TINY_SORTED;
	return flat->count + (growing->flat ? growing->flat->count : 0) <= chs_customers_max_rows(growing->family);
}

/*
 * Everything of a value.
 */
static void
add_value(Growing *growing, Datum value)
{
	const ChsCustomerFamily *family = growing->family;

	if (!chs_is_expanded(value) && toast_raw_datum_size(value) <= CHS_MAX_SMALL)
	{
		ChsCustomers *flat = chs_customers_flat(family, value);

		chs_check_key_kind(growing->key_kind, flat->key_kind);
		if (flat->count == 0)
			return;
		value = PointerGetDatum(flat);
		if (growing->state)
			chs_expanded_changes(&growing->state->base);
		if (becomes_rows(growing, flat))
		{
			if (growing->state == NULL && growing->flat == NULL)
				growing->flat = chs_customers_working(family, growing->key_kind, flat->count);
			if (flat->form == CHS_SORTED)
				add_sorted(growing, flat);
			else if (growing->state)
				add_rows_to_state(growing, flat);
			else
			{
				for (int64 i = 0; i < flat->count; i++)
					add_row(growing, row_of(growing, flat, i));
			}
			return;
		}
	}
	become_state(growing);
	chs_customer_state_add(growing->state, value);
}

/*
 * Begins with argument 0, which may be NULL.  Inside an aggregate it may be
 * written to.
 */
static void
begin(Growing *growing, FunctionCallInfo fcinfo, const ChsCustomerFamily *family)
{
	Datum		value = PG_GETARG_DATUM(0);
	bool		in_place = chs_summary_in_place(fcinfo);

	growing->fcinfo = fcinfo;
	growing->family = family;
	growing->flat = NULL;
	growing->state = NULL;
	if (PG_ARGISNULL(0))
		return;
	if (chs_is_expanded(value))
	{
		growing->key_kind = chs_customer_state(value)->key_kind;
		if (in_place && chs_is_writable_expanded(value))
		{
			growing->state = chs_customer_state(value);
			return;
		}
	}
	else
	{
		ChsCustomers *flat = chs_customers_flat(family, value);

		growing->key_kind = flat->key_kind;
		if (in_place && flat->form == CHS_WORKING)
		{
			growing->flat = flat;
			return;
		}
		value = PointerGetDatum(flat);
	}
	add_value(growing, value);
}

/*
 * The result of a function: for an aggregate the form that has grown, for SQL
 * the sorted form.
 */
static Datum
result(Growing *growing)
{
	if (growing->state)
		return chs_expanded_return(growing->fcinfo, &growing->state->base);
	if (growing->flat == NULL)
		growing->flat = chs_customers_working(growing->family, growing->key_kind, 0);
	if (chs_summary_in_place(growing->fcinfo))
		return PointerGetDatum(growing->flat);
	return PointerGetDatum(chs_customers_sorted(growing->family, PointerGetDatum(growing->flat)));
}

/*
 * The rest of chs_customers_accum().
 */
Datum
chs_customers_accum_slow(FunctionCallInfo fcinfo, const ChsCustomerFamily *family, ChsKeyKind key_kind, const void *row)
{
	Growing		growing;

	begin(&growing, fcinfo, family);
	if (PG_ARGISNULL(0))
		growing.key_kind = key_kind;
	chs_check_key_kind(growing.key_kind, key_kind);
	if (growing.state == NULL && growing.flat == NULL)
		growing.flat = chs_customers_working(family, key_kind, 1);
	if (row)
		add_row(&growing, row);
	return result(&growing);
}

/*
 * The kind of a value's customers.  Of a big flat value, which is fetched when
 * it is where it will stay, only the head is fetched.
 */
static ChsKeyKind
key_kind_of(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers head;
	struct varlena *slice;

	if (chs_is_expanded(value) || toast_raw_datum_size(value) < CHS_CUSTOMERS_HEADER)
		return chs_customers_key_kind(family, value);
	slice = PG_DETOAST_DATUM_SLICE(value, 0, CHS_CUSTOMERS_HEADER - VARHDRSZ);
	memcpy((char *) &head + VARHDRSZ, VARDATA_ANY(slice), CHS_CUSTOMERS_HEADER - VARHDRSZ);
	return head.key_kind;
}

/*
 * combine(a, b), where a may be NULL.  The first small value of an aggregate
 * stays as it is; a big one becomes a state at once, since the executor's copy
 * of it would be copied again.
 */
Datum
chs_customers_combine(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	Datum		b = PG_GETARG_DATUM(1);
	Growing		growing;

	if (PG_ARGISNULL(0) && !chs_is_expanded(b) &&
		(!chs_summary_in_place(fcinfo) || toast_raw_datum_size(b) <= CHS_MAX_SMALL))
		return PointerGetDatum(chs_customers_flat(family, b));
	begin(&growing, fcinfo, family);
	if (PG_ARGISNULL(0))
		growing.key_kind = key_kind_of(family, b);
	add_value(&growing, b);
	return result(&growing);
}
