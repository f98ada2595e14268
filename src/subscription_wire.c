/*-------------------------------------------------------------------------
 *
 * subscription_wire.c
 *		Binary form of subscriptionsummary.
 *
 * Version and kind of key (a byte each), number of customers (8 bytes), then
 * for each customer h1 and h2 of the key (8 bytes each, network order) and
 * the history as subscription_history.c packs it, which is the same on every
 * machine.  It is therefore as long as the sorted form, and checked customer
 * by customer on the way in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "compat.h"
#include "subscription.h"

/* kind of key and number of customers */
#define WIRE_HEADER		(1 + sizeof(int64))

/* no customer takes less: a key, the number of steps, a day, an amount */
#define LEAST_CUSTOMER	(sizeof(ChsKey) + 3)

bytea *
chs_subs_to_wire(ChsSubs *subs)
{
	const char *at = subs->data;
	const char *end = (const char *) subs + VARSIZE(subs);
	StringInfoData buf;

	Assert(subs->form == CHS_SUBS_SORTED);
	chs_wire_begin(&buf);
	enlargeStringInfo(&buf, WIRE_HEADER + (end - at));
	pq_sendbyte(&buf, subs->key_kind);
	pq_sendint64(&buf, subs->count);
	while (at < end)
	{
		const char *next = chs_history_skip(at + sizeof(ChsKey), end);
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
receive_customers(StringInfo buf, ChsSubs *subs)
{
	const char *end = buf->data + buf->len;
	char	   *to = subs->data;
	ChsHistory	history;
	ChsKey		before = {0, 0};

	chs_history_init(&history);
	for (int64 i = 0; i < subs->count; i++)
	{
		const char *from;
		const char *next;
		ChsKey		key;

		CHECK_FOR_INTERRUPTS();
		chs_wire_need(buf, LEAST_CUSTOMER, CHS_SUBS_TYPE);
		key.h1 = pq_getmsgint64(buf);
		key.h2 = pq_getmsgint64(buf);
		if (i > 0 && !chs_key_less(before, key))
			chs_summary_damaged_binary(CHS_SUBS_TYPE, "Keys of customers must rise.");
		before = key;

		from = buf->data + buf->cursor;
		next = chs_history_decode(&history, from, end);
		chs_history_check(&history, from, next);
		memcpy(to, &key, sizeof(key));
		memcpy(to + sizeof(key), from, next - from);
		to += sizeof(key) + (next - from);
		buf->cursor = next - buf->data;
	}
	SET_VARSIZE(subs, to - (char *) subs);
}

ChsSubs *
chs_subs_from_wire(StringInfo buf)
{
	int			key_kind;
	int64		count;
	ChsSubs    *subs;

	chs_wire_version(buf, CHS_SUBS_TYPE);
	chs_wire_need(buf, WIRE_HEADER, CHS_SUBS_TYPE);
	key_kind = pq_getmsgbyte(buf);
	if (!chs_key_kind_is_known(key_kind))
		chs_summary_damaged_binary(CHS_SUBS_TYPE, psprintf("There is no customer of kind %d.", key_kind));
	count = pq_getmsgint64(buf);
	if (count < 0 || count > (buf->len - buf->cursor) / (int64) LEAST_CUSTOMER)
		chs_summary_damaged_binary(CHS_SUBS_TYPE, psprintf("The number of customers is " INT64_FORMAT ".", count));

	subs = palloc(CHS_SUBS_HEADER + buf->len - buf->cursor);
	memset(subs, 0, CHS_SUBS_HEADER);
	subs->version = CHS_SUMMARY_VERSION;
	subs->form = CHS_SUBS_SORTED;
	subs->key_kind = key_kind;
	subs->count = count;
	receive_customers(buf, subs);
	chs_wire_end(buf, CHS_SUBS_TYPE);
	return subs;
}
