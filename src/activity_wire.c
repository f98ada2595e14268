/*-------------------------------------------------------------------------
 *
 * activity_wire.c
 *		Binary form of activitysummary.
 *
 * Version and kind of key (a byte each), number of customers (8 bytes), then
 * for each customer h1 and h2 of the key (8 bytes each, network order) and
 * the days as activity_days.c packs them, which is the same on every
 * machine.  It is therefore as long as the sorted form, and checked customer
 * by customer on the way in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "compat.h"
#include "activity.h"

/* kind of key and number of customers */
#define WIRE_HEADER		(1 + sizeof(int64))

/* no customer takes less: a key, a length, a day */
#define LEAST_CUSTOMER	(sizeof(ChsKey) + 2)

bytea *
chs_activity_to_wire(ChsCustomers *subs)
{
	const char *at = subs->data;
	const char *end = (const char *) subs + VARSIZE(subs);
	StringInfoData buf;

	Assert(subs->form == CHS_SORTED);
	chs_wire_begin(&buf);
	enlargeStringInfo(&buf, WIRE_HEADER + (end - at));
	pq_sendbyte(&buf, subs->key_kind);
	pq_sendint64(&buf, subs->count);
	while (at < end)
	{
		const char *next = chs_days_skip(at + sizeof(ChsKey), end);
		ChsKey		key;

		CHECK_FOR_INTERRUPTS();
		memcpy(&key, at, sizeof(key));
		pq_sendint64(&buf, key.h1);
		pq_sendint64(&buf, key.h2);
		appendBinaryStringInfo(&buf, at + sizeof(key), next - at - sizeof(key));
		at = next;
	}
	return pq_endtypsend(&buf);
}

static void
receive_customers(StringInfo buf, ChsCustomers *subs)
{
	const char *end = buf->data + buf->len;
	char	   *to = subs->data;
	ChsDays	days;
	ChsKey		before = {0, 0};

	chs_days_init(&days);
	for (int64 i = 0; i < subs->count; i++)
	{
		const char *from;
		const char *next;
		ChsKey		key;

		CHECK_FOR_INTERRUPTS();
		chs_wire_need(buf, LEAST_CUSTOMER, CHS_ACTIVITY_TYPE);
		key.h1 = pq_getmsgint64(buf);
		key.h2 = pq_getmsgint64(buf);
		if (i > 0 && !chs_key_less(before, key))
			chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, "Keys of customers must rise.");
		before = key;

		from = buf->data + buf->cursor;
		days.n = 0;
		next = chs_days_unpack(&days, from, end);
		chs_days_check(&days, from, next);
		memcpy(to, &key, sizeof(key));
		memcpy(to + sizeof(key), from, next - from);
		to += sizeof(key) + (next - from);
		buf->cursor = next - buf->data;
	}
	SET_VARSIZE(subs, to - (char *) subs);
}

ChsCustomers *
chs_activity_from_wire(StringInfo buf)
{
	int			key_kind;
	int64		count;
	ChsCustomers *subs;

	chs_wire_version(buf, CHS_ACTIVITY_TYPE);
	chs_wire_need(buf, WIRE_HEADER, CHS_ACTIVITY_TYPE);
	key_kind = pq_getmsgbyte(buf);
	if (!chs_key_kind_is_known(key_kind))
		chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, psprintf("There is no customer of kind %d.", key_kind));
	count = pq_getmsgint64(buf);
	if (count < 0 || count > (buf->len - buf->cursor) / (int64) LEAST_CUSTOMER)
		chs_summary_damaged_binary(CHS_ACTIVITY_TYPE, psprintf("The number of customers is " INT64_FORMAT ".", count));

	subs = palloc0(CHS_CUSTOMERS_HEADER + buf->len - buf->cursor);
	subs->version = CHS_SUMMARY_VERSION;
	subs->form = CHS_SORTED;
	subs->key_kind = key_kind;
	subs->count = count;
	receive_customers(buf, subs);
	chs_wire_end(buf, CHS_ACTIVITY_TYPE);
	return subs;
}
