/*-------------------------------------------------------------------------
 *
 * tickets.c
 *		Tickets as SQL sees them: the type ticketsummary, ticket_agg, merging.
 *
 * tickets_state.c has the state, tickets_report.c the questions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/type_ops.h"
#include "support/tickets_state.h"

PG_FUNCTION_INFO_V1(chs_tickets_accum);
PG_FUNCTION_INFO_V1(chs_tickets_accum_inv);

pg_noreturn static void
refuse_resolved(DateADT opened, DateADT resolved)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"resolved\" is before \"opened\""),
			 errdetail("The ticket was opened on %s and resolved on %s.", chs_day_text(opened), chs_day_text(resolved)),
			 errhint("Correct the row, or leave it out with FILTER (WHERE resolved IS NULL OR resolved >= opened). "
					 "All such rows: SELECT ... WHERE resolved < opened.")));
}

/*
 * The arguments of a transition after the state; an open ticket is resolved
 * on the day it was opened.  False if the row is none of a ticket: not opened.
 */
static inline bool
get_ticket(FunctionCallInfo fcinfo, DateADT *opened, DateADT *resolved, bool *open)
{
	int32		use_opened;		/* all bits or none */

	if (PG_ARGISNULL(1))
		return false;
	*opened = PG_GETARG_DATEADT(1);
	chs_check_day_of_row(*opened, "opened", CHS_NO_ROW_NAME);
	*open = PG_ARGISNULL(2);

	/* without a branch: see chs_tickets_count() */
	use_opened = -(int32) *open;
	*resolved = (PG_GETARG_DATEADT(2) & ~use_opened) | (*opened & use_opened);
	chs_check_day_of_row(*resolved, "resolved", CHS_NO_ROW_NAME);
	if (unlikely(*resolved < *opened))
		refuse_resolved(*opened, *resolved);
	return true;
}

CHS_SUMMARY_ARGUMENTS(ChsTickets, chs_checked_tickets, chs_tickets_sorted, chs_tickets_sorted_remains)

/*
 * The state to count a ticket in.
 */
static inline ChsTickets *
tickets_state(FunctionCallInfo fcinfo)
{
	ChsTickets *tickets = state_arg(fcinfo);

	return likely(tickets) ? tickets : chs_tickets_make();
}

CHS_BASE64_TYPE(chs_tickets, CHS_TICKETS_TYPE, chs_tickets_from_wire, chs_tickets_to_wire(summary_arg(fcinfo, 0)))

/* The content: the entries of the canonical form */
CHS_SORTED_CONTENT(tickets_content, ChsTickets, chs_counters_are_sorted, chs_tickets_sorted, chs_checked_tickets, sizeof(ChsTickets))

CHS_TYPE_OPERATORS(chs_tickets, tickets_content)

/*
 * ticketsummary_accum(state, opened, resolved): one more ticket;
 * ticketsummary_accum_inv: one less, for moving windows.  Not strict: resolved
 * may be NULL, which means open.
 */
Datum
chs_tickets_accum(PG_FUNCTION_ARGS)
{
	DateADT		opened;
	DateADT		resolved;
	bool		open;

	if (!get_ticket(fcinfo, &opened, &resolved, &open))
		return return_same_state(fcinfo);
	return return_state(fcinfo, chs_tickets_count(tickets_state(fcinfo), opened, resolved, open));
}

Datum
chs_tickets_accum_inv(PG_FUNCTION_ARGS)
{
	DateADT		opened;
	DateADT		resolved;
	bool		open;

	if (!get_ticket(fcinfo, &opened, &resolved, &open))
		return return_same_state(fcinfo);
	return return_remains(fcinfo, chs_tickets_discount(tickets_state(fcinfo), opened, resolved, open));
}

CHS_SUMMARY_COMBINE(chs_tickets, ChsTickets, chs_tickets_are_none, chs_tickets_sorted, chs_tickets_add)
CHS_SUMMARY_COMBINE_INV(chs_tickets, ChsTickets, chs_tickets_are_none, chs_tickets_subtract)
CHS_SUMMARY_FINAL(chs_tickets, ChsTickets, chs_tickets_are_none, chs_tickets_sorted)
