/*-------------------------------------------------------------------------
 *
 * tickets_state.h
 *		The state of ticketsummary: tickets opened and resolved, per day.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_TICKETS_STATE_H
#define CHS_TICKETS_STATE_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "shared/calendar.h"
#include "shared/counters.h"
#include "shared/summary.h"

#define CHS_TICKETS_TYPE	"ticketsummary"

/* an entry: see counters.h */
typedef struct ChsTicketDay
{
	uint64		key;			/* the day */
	int64		opened;			/* tickets opened on it */
	int64		resolved;		/* tickets resolved on it */
	uint64		opening_days[2];	/* sum of the days on which those were opened: see chs_counters_sum() */
} ChsTicketDay;

typedef struct ChsTickets
{
	ChsCounters counters;
	int64		tickets;		/* sum of opened */
	/* ChsTicketDay array follows */
} ChsTickets;

static const ChsCountersShape chs_tickets_shape = {
	.type = CHS_TICKETS_TYPE,
	.hint = "Build a summary per year or segment: ticket_agg(opened, resolved) FILTER (WHERE opened >= '2026-01-01').",
	.nkeys = 1,
	.ncounts = 2,
	.nsums = 1,
};

/* days from here on, and slots to walk over; those of which the key is 0 are free */
#define chs_ticket_days(tickets)	((ChsTicketDay *) chs_counters_slot(&chs_tickets_shape, &(tickets)->counters, 0))
#define chs_ticket_day(entry)		((DateADT) chs_counters_key(&(entry)->key, 0))
#define chs_ticket_opening_days(entry)	chs_counters_sum((entry)->opening_days)

/* a summary that holds no ticket */
#define chs_tickets_are_none(tickets)	((tickets)->counters.nentries == 0)

extern ChsTickets *chs_checked_tickets(void *value);
extern ChsTickets *chs_tickets_make(void);
extern ChsTickets *chs_tickets_count(ChsTickets *tickets, DateADT opened, DateADT resolved, bool open);
extern ChsTickets *chs_tickets_discount(ChsTickets *tickets, DateADT opened, DateADT resolved, bool open);
extern ChsTickets *chs_tickets_add(ChsTickets *into, ChsTickets *from);
extern ChsTickets *chs_tickets_subtract(ChsTickets *into, ChsTickets *from);
extern ChsTickets *chs_tickets_sorted(ChsTickets *tickets);
extern ChsTickets *chs_tickets_sorted_remains(ChsTickets *tickets);
extern bytea *chs_tickets_to_wire(ChsTickets *tickets);
extern ChsTickets *chs_tickets_from_wire(StringInfo buf);

#endif							/* CHS_TICKETS_STATE_H */
