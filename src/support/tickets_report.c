/*-------------------------------------------------------------------------
 *
 * tickets_report.c
 *		Questions about a ticketsummary: the backlog of a day, its age, and a row
 *		per bucket.
 *
 * The state on a day counts the tickets opened on or before it that were not
 * resolved by then; tickets_state.c says how it follows from the counters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "support/tickets_state.h"

PG_FUNCTION_INFO_V1(chs_tickets_backlog);
PG_FUNCTION_INFO_V1(chs_tickets_backlog_age);

/* sums over some days */
typedef struct TicketSums
{
	int64		opened;
	int64		resolved;
	int128		opening_days;	/* of the tickets opened, without the resolved */
} TicketSums;

static inline void
add_day(TicketSums *sums, const ChsTicketDay *entry)
{
	sums->opened += entry->opened;
	sums->resolved += entry->resolved;
	sums->opening_days += (int128) entry->opened * chs_ticket_day(entry) - chs_ticket_opening_days(entry);
}

/*
 * The sums up to a day, argument 1, of which argument 2, if there is one, says
 * whether it is known; false if it is not.  Both forms of a summary are read
 * as they are.
 */
static bool
get_state_on_day(FunctionCallInfo fcinfo, DateADT *day, TicketSums *sums)
{
	ChsTickets *tickets = chs_checked_tickets(chs_summary_arg(fcinfo, 0));
	const ChsTicketDay *entry = chs_ticket_days(tickets);

	*day = PG_GETARG_DATEADT(1);
	chs_check_day(*day, "day");
	if (PG_NARGS() > 2)
	{
		chs_check_day(PG_GETARG_DATEADT(2), "as_of");
		if (*day > PG_GETARG_DATEADT(2))
			return false;
	}
	*sums = (TicketSums) {0};
	for (uint32 i = 0; i < tickets->counters.nslots; i++, entry++)
	{
		chs_check_interrupts(i);
		if (entry->key != 0 && chs_ticket_day(entry) <= *day)
			add_day(sums, entry);
	}
	return true;
}

/*
 * A walk over the days of a sorted list that are known.
 */
typedef struct TicketWalk
{
	const ChsTicketDay *next;
	const ChsTicketDay *end;
	DateADT		as_of;
} TicketWalk;

/*
 * The sums over the days before a day, from where the walk stands.
 */
static TicketSums
walk_to(TicketWalk *walk, DateADT day)
{
	TicketSums	sums = {0};

	day = Min(day - 1, walk->as_of);
	for (; walk->next < walk->end && chs_ticket_day(walk->next) <= day; walk->next++)
	{
		CHECK_FOR_INTERRUPTS();
		add_day(&sums, walk->next);
	}
	return sums;
}

/*
 * ticket_flow(s, bucket | boundaries, from_day, to_day, as_of): a row per
 * bucket.
 */
static Datum
ticket_flow(FunctionCallInfo fcinfo, bool by_name)
{
	ChsTickets *tickets = chs_tickets_sorted(chs_checked_tickets(chs_summary_arg(fcinfo, 0)));
	TicketWalk	walk;
	TicketSums	sums;
	int64		backlog;
	ChsBuckets	buckets;
	ChsReport	report;

	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &buckets, &walk.as_of);
	chs_report_begin(&report, fcinfo);
	if (tickets->counters.nentries == 0)
		return (Datum) 0;

	walk.next = chs_ticket_days(tickets);
	walk.end = walk.next + tickets->counters.nentries;
	sums = walk_to(&walk, buckets.bounds[0]);
	backlog = sums.opened - sums.resolved;
	for (int i = 0; i < buckets.n; i++)
	{
		sums = walk_to(&walk, buckets.bounds[i + 1]);
		backlog += sums.opened - sums.resolved;

		chs_report_start_row(&report);
		chs_report_day(&report, buckets.bounds[i]);
		chs_report_int64(&report, sums.opened);
		chs_report_int64(&report, sums.resolved);
		chs_report_int64(&report, backlog);
		chs_report_bool(&report, buckets.bounds[i + 1] - 1 <= walk.as_of);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(ticket_flow);

/*
 * backlog(s, day [, as_of]): tickets that are open at the end of a day.
 */
Datum
chs_tickets_backlog(PG_FUNCTION_ARGS)
{
	DateADT		day;
	TicketSums	sums;

	if (!get_state_on_day(fcinfo, &day, &sums))
		PG_RETURN_NULL();
	PG_RETURN_INT64(sums.opened - sums.resolved);
}

/*
 * backlog_age(s, day [, as_of]): how many days they have been open, on average.
 */
Datum
chs_tickets_backlog_age(PG_FUNCTION_ARGS)
{
	DateADT		day;
	TicketSums	sums;
	int64		backlog;

	if (!get_state_on_day(fcinfo, &day, &sums))
		PG_RETURN_NULL();
	backlog = sums.opened - sums.resolved;
	if (backlog <= 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) ((int128) backlog * day - sums.opening_days) / (float8) backlog);
}
