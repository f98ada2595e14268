/*-------------------------------------------------------------------------
 *
 * tickets_state.c
 *		The state of ticketsummary: tickets opened and resolved, per day.
 *
 * A ticket is a row: opened, and resolved or open.  Each day keeps
 *
 *		opened			tickets opened on it
 *		resolved		tickets resolved on it
 *		opening_days	the sum of the days on which those resolved were opened
 *
 * so that a row touches two days at most, however long it stays open.  With
 * sums over the days up to d,
 *
 *		backlog(d)	= sum of opened - resolved
 *		age(d)		= d - (sum of opened * day - opening_days) / backlog(d)
 *
 * because the tickets that are open on d are those opened by then without
 * those resolved by then, and so are the days on which they were opened.  The
 * mean age needs nothing about a single ticket.  Days are whole numbers, so
 * the sums are exact and do not depend on the order of the rows.
 *
 * Days after as_of do not exist: leaving them out of the sums gives what the
 * rows said on that day.
 *
 * The counters are those of shared/counters: a sorted list, or a hash table
 * inside aggregates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "support/tickets_state.h"

/*
 * A value that may come from a page: is it one of this version, with
 * everything in its place?
 */
ChsTickets *
chs_checked_tickets(void *value)
{
	return chs_checked_counters(&chs_tickets_shape, value, sizeof(ChsTickets));
}

/*
 * A summary without tickets.
 */
ChsTickets *
chs_tickets_make(void)
{
	return chs_counters_make(&chs_tickets_shape, sizeof(ChsTickets));
}

static inline ChsTicketDay *
find_day(const ChsTickets *tickets, DateADT day)
{
	uint64		key = chs_counters_word(day);

	return (ChsTicketDay *) chs_counters_find(&chs_tickets_shape, &tickets->counters, &key);
}

static ChsTicketDay *
claim_day(ChsTickets *tickets, DateADT day)
{
	uint64		key = chs_counters_word(day);

	return (ChsTicketDay *) chs_counters_claim(&chs_tickets_shape, &tickets->counters, &key);
}

static inline void
set_opening_days(ChsTicketDay *entry, int128 sum)
{
	memcpy(entry->opening_days, &sum, sizeof(sum));
}

/*
 * One ticket more; resolved is opened when it is open.  May return a new
 * state.
 *
 * Whether a ticket is open is as good as random from row to row, so the
 * counters are moved by arithmetic and not by branches.
 */
ChsTickets *
chs_tickets_count(ChsTickets *tickets, DateADT opened, DateADT resolved, bool open)
{
	ChsTicketDay *came;
	ChsTicketDay *gone;

	if (unlikely(!tickets->counters.multiplier))
		tickets = chs_counters_reserve(&chs_tickets_shape, tickets, 2);
	if (unlikely(tickets->tickets == PG_INT64_MAX))
		(void) chs_summary_add(tickets->tickets, 1, CHS_TICKETS_TYPE);
	tickets->tickets++;

	/* new days are rare, and only they need room */
	came = find_day(tickets, opened);
	gone = find_day(tickets, resolved);
	if (unlikely(!came->key || !gone->key))
	{
		tickets = chs_counters_reserve(&chs_tickets_shape, tickets, 2);
		came = claim_day(tickets, opened);
		gone = claim_day(tickets, resolved);
	}
	came->opened++;
	gone->resolved += !open;
	set_opening_days(gone, chs_ticket_opening_days(gone) + (open ? 0 : opened));
	return tickets;
}

pg_noreturn static void
refuse_missing(DateADT day)
{
	chs_summary_refuse_missing("tickets", "rollup(s) OVER (...)",
							   psprintf("They were opened or resolved on %s.", chs_day_text(day)));
}

static void
take_away(ChsTickets *tickets, DateADT day, int opened, int resolved, DateADT opening_day)
{
	ChsTicketDay *entry = find_day(tickets, day);

	if (!entry->key || entry->opened < opened || entry->resolved < resolved)
		refuse_missing(day);
	entry->opened -= opened;
	entry->resolved -= resolved;
	set_opening_days(entry, chs_ticket_opening_days(entry) - opening_day);
	(void) chs_counters_release(&chs_tickets_shape, &tickets->counters, &entry->key);
}

/*
 * One ticket less, the inverse of chs_tickets_count().
 */
ChsTickets *
chs_tickets_discount(ChsTickets *tickets, DateADT opened, DateADT resolved, bool open)
{
	tickets = chs_counters_reserve(&chs_tickets_shape, tickets, 0);
	take_away(tickets, opened, 1, 0, 0);
	if (!open)
		take_away(tickets, resolved, 0, 1, opened);
	tickets->tickets--;
	return tickets;
}

/*
 * Everything of "from" into "into", which the caller may write to.  May
 * return a new state; "from" stays as it is.
 */
ChsTickets *
chs_tickets_add(ChsTickets *into, ChsTickets *from)
{
	into = chs_counters_add(&chs_tickets_shape, into, from);
	into->tickets = chs_summary_add(into->tickets, from->tickets, CHS_TICKETS_TYPE);
	return into;
}

/*
 * The inverse of chs_tickets_add().
 */
ChsTickets *
chs_tickets_subtract(ChsTickets *into, ChsTickets *from)
{
	const uint64 *missing;

	into = chs_counters_reserve(&chs_tickets_shape, into, 0);
	missing = chs_counters_subtract(&chs_tickets_shape, into, from);
	if (missing)
		refuse_missing((DateADT) chs_counters_key(missing, 0));
	into->tickets -= from->tickets;
	return into;
}

/*
 * Canonical form.
 */
ChsTickets *
chs_tickets_sorted(ChsTickets *tickets)
{
	return chs_counters_sorted(&chs_tickets_shape, tickets);
}

/*
 * The first day of a sorted list whose counters cannot be those of tickets, or
 * NULL.
 *
 * On no day are more tickets resolved than are open, and neither those
 * resolved nor those that stay were opened before the first day or after this
 * one.  So no backlog is negative, and no age.
 */
static const ChsTicketDay *
first_impossible_day(const ChsTickets *tickets)
{
	const ChsTicketDay *entry = chs_ticket_days(tickets);
	int64		open = 0;
	int128		opening_days = 0;	/* of those that are open */

	for (uint32 i = 0; i < tickets->counters.nentries; i++, entry++)
	{
		int64		first = chs_ticket_day(chs_ticket_days(tickets));
		int64		day = chs_ticket_day(entry);
		int128		resolved = entry->resolved;
		int128		gone = chs_ticket_opening_days(entry);

		chs_check_interrupts(i);
		open += entry->opened;
		if (resolved > open || gone < resolved * first || gone > resolved * day)
			return entry;
		open -= entry->resolved;
		opening_days += (int128) entry->opened * day - gone;
		if (opening_days < (int128) open * first || opening_days > (int128) open * day)
			return entry;
	}
	return NULL;
}

/*
 * The canonical form of what is left after tickets were taken away by hand:
 * counters that were there may still not be those of tickets.
 */
ChsTickets *
chs_tickets_sorted_remains(ChsTickets *tickets)
{
	ChsTickets *sorted = chs_tickets_sorted(tickets);
	const ChsTicketDay *impossible = first_impossible_day(sorted);

	if (impossible)
		refuse_missing(chs_ticket_day(impossible));
	return sorted;
}

/*
 * Binary form: version, days.
 */
bytea *
chs_tickets_to_wire(ChsTickets *tickets)
{
	StringInfoData buf;

	chs_wire_begin(&buf);
	chs_counters_send(&chs_tickets_shape, chs_tickets_sorted(tickets), &buf);
	return pq_endtypsend(&buf);
}

ChsTickets *
chs_tickets_from_wire(StringInfo buf)
{
	ChsTickets *tickets;
	const ChsTicketDay *days;
	uint32		n;

	chs_wire_version(buf, CHS_TICKETS_TYPE);
	tickets = chs_counters_receive(&chs_tickets_shape, chs_tickets_make(), buf);
	chs_wire_end(buf, CHS_TICKETS_TYPE);

	days = chs_ticket_days(tickets);
	n = tickets->counters.nentries;
	/* keys rise, so the ends tell of all */
	if (n > 0 && (chs_counters_key(&days[0].key, 0) < CHS_FIRST_DAY ||
				  chs_counters_key(&days[n - 1].key, 0) > CHS_LAST_DAY))
		chs_summary_damaged_binary(CHS_TICKETS_TYPE, "A day lies outside the calendar.");
	for (uint32 i = 0; i < n; i++)
		tickets->tickets = chs_summary_add(tickets->tickets, days[i].opened, CHS_TICKETS_TYPE);
	if (first_impossible_day(tickets))
		chs_summary_damaged_binary(CHS_TICKETS_TYPE,
								   "More tickets are resolved than are open, or the days of their opening are wrong.");
	return tickets;
}
