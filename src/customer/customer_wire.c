/*-------------------------------------------------------------------------
 *
 * customer_wire.c
 *		Binary form of summaries that hold customers.
 *
 * Version and kind of key (a byte each), number of customers (8 bytes), then
 * for each customer h1 and h2 of the key (8 bytes each, network order) and
 * what the family encodes, which is the same on every machine.  It is therefore
 * as long as the sorted form, and checked customer by customer on the way in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/summary.h"
#include "customer/customer_wire.h"

/* kind of key and number of customers */
#define WIRE_HEADER		(1 + sizeof(int64))

bytea *
chs_customers_to_wire(const ChsCustomerFamily *family, Datum value)
{
	ChsCustomers *flat = chs_customers_sorted(family, value);
	const char *at = flat->data;
	const char *end = (const char *) flat + VARSIZE(flat);
	StringInfoData buf;

	chs_wire_begin(&buf);
	enlargeStringInfo(&buf, WIRE_HEADER + (end - at));
	pq_sendbyte(&buf, flat->key_kind);
	pq_sendint64(&buf, flat->count);
	while (at < end)
	{
		const char *next;
		ChsKey		key;

		CHECK_FOR_INTERRUPTS();
		if (unlikely(end - at < (ptrdiff_t) sizeof(key)))
			chs_summary_damaged_stored(family->state.name, "A customer is cut short.");
		next = family->skip(at + sizeof(key), end);
		memcpy(&key, at, sizeof(key));
		pq_sendint64(&buf, key.h1);
		pq_sendint64(&buf, key.h2);
		appendBinaryStringInfo(&buf, at + sizeof(key), next - at - sizeof(key));
		at = next;
	}
	return pq_endtypsend(&buf);
}

/*
 * Is this content, read from these bytes, encoded as this release does it?
 * Encoding it again must give the same bytes, which finds numbers that are
 * longer than they need be, other units and other forms.
 */
static void
check_encoding(const ChsCustomerFamily *family, const void *content, const char *from, const char *end)
{
	Size		space = family->space(content);
	char		few[256];
	char	   *again = space > sizeof(few) ? palloc_extended(space, MCXT_ALLOC_HUGE) : few;

	if (family->encode(content, again) - again != end - from ||
		chs_compare_bytes(again, from, end - from) != 0)
		chs_summary_damaged_binary(family->state.name, family->not_shortest);
	if (again != few)
		pfree(again);
}

static void
receive_customers(const ChsCustomerFamily *family, StringInfo buf, ChsCustomers *flat)
{
	const char *end = buf->data + buf->len;
	char	   *to = flat->data;
	ChsKey		before = {0, 0};
	void	   *content = palloc(family->content_size);

	family->init_content(content);
	for (int64 i = 0; i < flat->count; i++)
	{
		const char *from;
		const char *next;
		ChsKey		key;

		CHECK_FOR_INTERRUPTS();
		chs_wire_need(buf, sizeof(ChsKey) + family->least, family->state.name);
		key.h1 = pq_getmsgint64(buf);
		key.h2 = pq_getmsgint64(buf);
		if (!chs_key_less(before, key))
			chs_summary_damaged_binary(family->state.name, "Keys of customers must rise.");
		before = key;

		from = buf->data + buf->cursor;
		next = family->decode(content, from, end);
		family->check(content);
		check_encoding(family, content, from, next);
		memcpy(to, &key, sizeof(key));
		memcpy(to + sizeof(key), from, next - from);
		to += sizeof(key) + (next - from);
		buf->cursor = next - buf->data;
	}
	SET_VARSIZE(flat, to - (char *) flat);
}

ChsCustomers *
chs_customers_from_wire(const ChsCustomerFamily *family, StringInfo buf)
{
	int64		least = sizeof(ChsKey) + family->least;
	int			key_kind;
	int64		count;
	ChsCustomers *flat;

	chs_wire_version(buf, family->state.name);
	chs_wire_need(buf, WIRE_HEADER, family->state.name);
	key_kind = pq_getmsgbyte(buf);
	if (!chs_key_kind_is_known(key_kind))
		chs_summary_damaged_binary(family->state.name, psprintf("There is no customer of kind %d.", key_kind));
	count = pq_getmsgint64(buf);
	if (count < 0 || count > (buf->len - buf->cursor) / least)
		chs_summary_damaged_binary(family->state.name, psprintf("The number of customers is " INT64_FORMAT ".", count));
	if (CHS_CUSTOMERS_HEADER + buf->len - buf->cursor > CHS_MAX_VALUE_SIZE)
		chs_summary_damaged_binary(family->state.name, psprintf("It has %d bytes, more than a value may have.", buf->len));

	flat = palloc(CHS_CUSTOMERS_HEADER + buf->len - buf->cursor);
	memset(flat, 0, CHS_CUSTOMERS_HEADER);
	flat->version = CHS_SUMMARY_VERSION;
	flat->form = CHS_SORTED;
	flat->key_kind = key_kind;
	flat->count = count;
	receive_customers(family, buf, flat);
	chs_wire_end(buf, family->state.name);
	return flat;
}
