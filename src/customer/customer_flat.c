/*-------------------------------------------------------------------------
 *
 * customer_flat.c
 *		The flat forms of summaries that hold customers.
 *
 * Sorted, the canonical form, is what is stored and compared: behind the
 * header, for each customer in the order of keys, h1 and h2 of the key in the
 * machine's order and what the family encodes.
 *
 * Working is the form of a state while it is small: rows, as many as "count"
 * says, and room for more behind them.  With the room, the value takes a power
 * of two less the rest of a row, since that is what palloc gives it.  The room
 * is zeros, so that working values of equal rows have equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/summary.h"
#include "customer/customer_flat.h"

#define LEAST_WORKING_SIZE	64

#define FIRST_SPACE			512

/*
 * A value that is no state, detoasted; where it is not, it is not copied.
 */
ChsCustomers *
chs_customers_flat(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers *flat = (ChsCustomers *) PG_DETOAST_DATUM(value);

	if (unlikely(VARSIZE(flat) < CHS_CUSTOMERS_HEADER))
		chs_summary_damaged_stored(family->state.name, "Its head is damaged.");
	if (unlikely(flat->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(family->state.name, flat->version);
	if (unlikely(!chs_key_kind_is_known(flat->key_kind) ||
				 (flat->form != CHS_SORTED && flat->form != CHS_WORKING)))
		chs_summary_damaged_stored(family->state.name, "Its head is damaged.");
	if (unlikely(flat->form == CHS_WORKING &&
				 (uint64) flat->count > (uint64) chs_customers_room(flat, family->row_size)))
		chs_summary_damaged_stored(family->state.name, "Its rows are cut short.");
	if (unlikely(flat->form == CHS_SORTED &&
				 (uint64) flat->count > (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / (sizeof(ChsKey) + family->least)))
		chs_summary_damaged_stored(family->state.name, "Its customers are cut short.");
	return flat;
}

static void
set_header(ChsCustomers *flat, ChsCustomersForm form, ChsKeyKind key_kind)
{
	flat->version = CHS_SUMMARY_VERSION;
	flat->form = form;
	flat->key_kind = key_kind;
	flat->unused = 0;
	flat->count = 0;
}

/*
 * A working form without rows, with room for nrows or some more.
 */
ChsCustomers *
chs_customers_working(const ChsCustomerFamily *family, ChsKeyKind key_kind, int64 nrows)
{
	Size		row_size = family->row_size;
	Size		size = pg_nextpower2_size_t(Max(CHS_CUSTOMERS_HEADER + nrows * row_size, LEAST_WORKING_SIZE));
	ChsCustomers *flat;

	size -= (size - CHS_CUSTOMERS_HEADER) % row_size;
	flat = palloc0(size);
	set_header(flat, CHS_WORKING, key_kind);
	SET_VARSIZE(flat, size);
	return flat;
}

/* Rows that a working form holds at most; more make a state. */
int64
chs_customers_max_rows(const ChsCustomerFamily *family)
{
	return (CHS_MAX_SMALL - CHS_CUSTOMERS_HEADER) / family->row_size;
}

/*
 * Writing.
 */
void
chs_customers_write(ChsCustomersWriter *writer, const ChsCustomerFamily *family, ChsKeyKind key_kind,
					MemoryContext context, bool must_fit)
{
	writer->family = family;
	writer->must_fit = must_fit;
	writer->fits = true;
	writer->space = FIRST_SPACE;
	writer->used = CHS_CUSTOMERS_HEADER;
	writer->flat = MemoryContextAlloc(context, writer->space);
	set_header(writer->flat, CHS_SORTED, key_kind);
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
	writer->fits = writer->used + more <= CHS_MAX_VALUE_SIZE;
	if (!writer->fits && writer->must_fit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text form of %s would be larger than 1 GB", writer->family->state.name),
				 errdetail("The value was full after " INT64_FORMAT " customers.  A value that is stored, sent or handed over by a parallel worker has at most %zu bytes, since its text takes a third more.",
						   writer->flat->count, (Size) CHS_MAX_VALUE_SIZE),
				 errhint("Build one per part of the customers and add up their answers: GROUP BY %s(customer) & 15.  "
						 "Or ask the aggregate in the query that builds it, without parallel workers, which has no such limit.",
						 hash_function(writer->flat->key_kind))));
	if (!writer->fits)
		return false;
	writer->space = Min(Max(writer->used + more, writer->space * 2), CHS_MAX_VALUE_SIZE);
	writer->flat = repalloc(writer->flat, writer->space);
	return true;
}

/* The sorted value; NULL when it did not fit. */
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
