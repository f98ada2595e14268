/*-------------------------------------------------------------------------
 *
 * customer_args.c
 *		What SQL sees of a family that holds customers: the arguments of its
 *		X_agg(customer, ...), and the entry points that every such type has.
 *
 * A family writes what is in its rows and what a row does to its state; the
 * macros of customer_args.h make the transitions for three kinds of keys and
 * three forms of a day of that, and the functions of its type.
 *
 * Text.  Databases of different encodings must agree on who a customer is, so
 * a text is hashed in the form in which texts leave the server, UTF-8.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "shared/interrupts.h"
#include "shared/summary.h"
#include "customer/customer_args.h"

/* in the flat form: the kind of key, the number of customers, and they */
#define CONTENT_AT		offsetof(ChsCustomers, key_kind)

/*
 * The customer.
 */
ChsKey
chs_key_of_text(const char *text, Size length)
{
	int			hashed_length = (int) length;
	const char *hashed;
	ChsKey		key;

	if (likely(GetDatabaseEncoding() == PG_UTF8))
		return chs_key_of_bytes(text, length);
	hashed = chs_wire_text(text, &hashed_length);
	key = chs_key_of_bytes(hashed, hashed_length);
	if (hashed != text)
		pfree(unconstify(char *, hashed));
	return key;
}

char *
chs_bigint_customer_text(FunctionCallInfo fcinfo)
{
	return psprintf(" of customer " INT64_FORMAT, PG_GETARG_INT64(CHS_CUSTOMER_ARG));
}

char *
chs_uuid_customer_text(FunctionCallInfo fcinfo)
{
	Datum		text = DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(CHS_CUSTOMER_ARG));

	return psprintf(" of customer %s", DatumGetCString(text));
}

char *
chs_text_customer_text(FunctionCallInfo fcinfo)
{
	text	   *customer = PG_GETARG_TEXT_PP(CHS_CUSTOMER_ARG);

	return psprintf(" of customer %s", chs_shown_text(VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer)));
}

/*
 * Entry points.  Text is the binary form in base64.
 */
Datum
chs_customers_in(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	StringInfoData buf;

	chs_text_to_wire(family->state.name, PG_GETARG_CSTRING(0), &buf);
	PG_RETURN_POINTER(chs_customers_from_wire(family, &buf));
}

Datum
chs_customers_out(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	PG_RETURN_CSTRING(chs_text_from_wire(chs_customers_to_wire(family, PG_GETARG_DATUM(0))));
}

Datum
chs_customers_recv(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	PG_RETURN_POINTER(chs_customers_from_wire(family, (StringInfo) PG_GETARG_POINTER(0)));
}

Datum
chs_customers_send(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	PG_RETURN_BYTEA_P(chs_customers_to_wire(family, PG_GETARG_DATUM(0)));
}

/* combine(a, b): both together; a NULL side counts nothing */
Datum
chs_customers_combine_args(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1))
		return chs_same_state(fcinfo);
	return chs_customers_combine(family, fcinfo);
}

/* X_final(state): the value of an aggregate */
Datum
chs_customers_final(const ChsCustomerFamily *family, FunctionCallInfo fcinfo)
{
	PG_RETURN_DATUM(chs_customers_result(family, PG_GETARG_DATUM(0)));
}

/*
 * The content of a value in another form than the sorted one, sorted.  What
 * that takes is freed at once, for one sort of a column comes here again and
 * again.
 */
static ChsCustomers *
sorted_copy(const ChsCustomerFamily *family, Datum value)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "compared summary", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	ChsCustomers *sorted = chs_customers_sorted(family, value);
	ChsCustomers *copy;

	MemoryContextSwitchTo(before);
	copy = MemoryContextAllocHuge(before, VARSIZE(sorted));
	chs_copy_bytes(copy, sorted, VARSIZE(sorted));
	MemoryContextDelete(scratch);
	return copy;
}

static bool
is_sorted(struct varlena *flat)
{
	return VARSIZE_ANY_EXHDR(flat) >= CHS_CUSTOMERS_HEADER - VARHDRSZ &&
		VARDATA_ANY(flat)[offsetof(ChsCustomers, form) - VARHDRSZ] == CHS_SORTED;
}

void
chs_customers_content(const ChsCustomerFamily *family, Datum value, ChsContent *content)
{
	struct varlena *flat = NULL;

	if (!chs_is_expanded(value))
		flat = PG_DETOAST_DATUM_PACKED(value);
	if (flat == NULL || !is_sorted(flat))
		flat = (struct varlena *) sorted_copy(family, flat ? PointerGetDatum(flat) : value);
	chs_content_from(PointerGetDatum(flat), CONTENT_AT, content);
	content->made = PointerGetDatum(flat) == value ? NULL : flat;
}
