/*-------------------------------------------------------------------------
 *
 * sla.c
 *		sla_rate(opened, responded, target, known_until [, calendar]): tickets
 *		answered by their deadline.
 *
 * Its state is a ratiosummary.  A ticket's deadline is opened + target, and
 * its trial begins when the deadline has come: a ticket is a case only if its
 * deadline is at or before known_until, and then a success if the answer came
 * by the deadline.  A ticket that is not due yet is left out even if it was
 * answered.  Otherwise only the answered ones of the last hours would be
 * known, and the running hour would always show 100 %.
 *
 * An answer after known_until comes after the deadline too, so it makes no
 * difference whether the row already shows it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/timestamp.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/ratio.h"
#include "shared/timezone.h"
#include "support/business_time.h"

PG_FUNCTION_INFO_V1(chs_sla_accum);
PG_FUNCTION_INFO_V1(chs_sla_accum_inv);
PG_FUNCTION_INFO_V1(chs_sla_accum_calendar);
PG_FUNCTION_INFO_V1(chs_sla_accum_inv_calendar);
PG_FUNCTION_INFO_V1(chs_sla_refuse);

/* arguments of a transition */
#define ARG_OPENED		1
#define ARG_RESPONDED	2
#define ARG_TARGET		3
#define ARG_KNOWN_UNTIL	4
#define ARG_CALENDAR	5

typedef struct SlaTicket
{
	TimestampTz opened;
	TimestampTz responded;
	bool		is_answered;
	TimestampTz known_until;
} SlaTicket;

pg_noreturn static void
refuse_responded(TimestampTz opened, TimestampTz responded)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("\"responded\" is before \"opened\""),
			 errdetail("In UTC, the ticket was opened at %s and responded to at %s.",
					   chs_moment_text(opened), chs_moment_text(responded)),
			 errhint("Correct the row, or leave it out with FILTER (WHERE responded IS NULL OR responded >= opened). "
					 "All such rows: SELECT ... WHERE responded < opened.")));
}

/*
 * The arguments of a row; false if it is none of a ticket with a target.
 */
static inline bool
get_ticket(FunctionCallInfo fcinfo, SlaTicket *ticket)
{
	if (PG_ARGISNULL(ARG_OPENED) || PG_ARGISNULL(ARG_TARGET) || PG_ARGISNULL(ARG_KNOWN_UNTIL))
		return false;
	ticket->opened = PG_GETARG_TIMESTAMPTZ(ARG_OPENED);
	ticket->is_answered = !PG_ARGISNULL(ARG_RESPONDED);
	ticket->responded = ticket->is_answered ? PG_GETARG_TIMESTAMPTZ(ARG_RESPONDED) : ticket->opened;
	ticket->known_until = PG_GETARG_TIMESTAMPTZ(ARG_KNOWN_UNTIL);
	chs_check_timestamp_of_row(ticket->opened, "opened", CHS_NO_ROW_NAME);
	chs_check_timestamp_of_row(ticket->responded, "responded", CHS_NO_ROW_NAME);
	chs_check_timestamp(ticket->known_until, "known_until");
	if (unlikely(ticket->responded < ticket->opened))
		refuse_responded(ticket->opened, ticket->responded);
	return true;
}

/*
 * Microseconds of a target by the clock, with days of 24 hours.
 */
static inline int128
get_target(const Interval *target)
{
	int128		length = (int128) target->day * USECS_PER_DAY + target->time;

	if (unlikely(target->month != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"target\" must not have months or years"),
				 errdetail("The value is %s.", chs_interval_text(target->month, target->day, target->time)),
				 errhint("A month has no fixed length: write days or hours, for instance '30 days'.")));
	if (unlikely(length < 0))
		chs_refuse_negative("target", chs_interval_text(target->month, target->day, target->time),
							"Pass the time within which a ticket must be answered, for instance '4 hours'.");
	return length;
}

/*
 * Is the ticket due, and was it answered in time?  The differences are of 128
 * bits, because a deadline may lie beyond the last timestamp.
 */
static inline bool
is_due_by_clock(FunctionCallInfo fcinfo, bool *met)
{
	SlaTicket	ticket;
	int128		target;

	if (!get_ticket(fcinfo, &ticket))
		return false;
	target = get_target(PG_GETARG_INTERVAL_P(ARG_TARGET));
	*met = ticket.is_answered && (int128) ticket.responded - ticket.opened <= target;
	return (int128) ticket.known_until - ticket.opened >= target;
}

/*
 * The same in business time.  A ticket of the future is not due, whatever its
 * calendar says.
 */
static inline bool
is_due_in_business_time(FunctionCallInfo fcinfo, bool *met)
{
	SlaTicket	ticket;
	int64		target;
	TimestampTz deadline;

	if (PG_ARGISNULL(ARG_CALENDAR) || !get_ticket(fcinfo, &ticket))
		return false;
	target = chs_business_duration(PG_GETARG_INTERVAL_P(ARG_TARGET), "target");
	if (ticket.opened > ticket.known_until)
		return false;
	chs_business_check_moment(ticket.opened, "opened", NULL);
	deadline = chs_business_add(chs_business_clock(fcinfo, PG_GETARG_DATUM(ARG_CALENDAR)), ticket.opened, target);
	*met = ticket.is_answered && ticket.responded <= deadline;
	return deadline <= ticket.known_until;
}

static inline Datum
sla_accum(FunctionCallInfo fcinfo, bool due, bool met)
{
	ChsRatio   *ratio;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	ratio = chs_ratio_state(fcinfo);
	chs_ratio_count_if(ratio, due, met);
	PG_RETURN_POINTER(ratio);
}

static inline Datum
sla_accum_inv(FunctionCallInfo fcinfo, bool due, bool met)
{
	ChsRatio   *ratio;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	ratio = chs_ratio_state(fcinfo);
	if (due && !chs_ratio_discount(ratio, met))
		chs_summary_refuse_missing("a ticket", "sla_rate(opened, responded, target, known_until) OVER (...)",
								   psprintf("It was opened at %s in UTC.",
											chs_moment_text(PG_GETARG_TIMESTAMPTZ(ARG_OPENED))));
	PG_RETURN_POINTER(ratio);
}

/*
 * ratiosummary_sla_accum(state, opened, responded, target, known_until [,
 * calendar]): one more ticket, if it is due; ratiosummary_sla_accum_inv: one
 * less, for moving windows.  Not strict: responded may be NULL, which means not
 * answered.
 */
#define DEFINE_SLA_TRANSITIONS(suffix, is_due) \
Datum \
chs_sla_accum##suffix(PG_FUNCTION_ARGS) \
{ \
	bool		met = false; \
	bool		due = is_due(fcinfo, &met); \
\
	return sla_accum(fcinfo, due, met); \
} \
\
Datum \
chs_sla_accum_inv##suffix(PG_FUNCTION_ARGS) \
{ \
	bool		met = false; \
	bool		due = is_due(fcinfo, &met); \
\
	return sla_accum_inv(fcinfo, due, met); \
}

DEFINE_SLA_TRANSITIONS(, is_due_by_clock)
DEFINE_SLA_TRANSITIONS(_calendar, is_due_in_business_time)

/*
 * ratiosummary_sla_refuse(state, opened, responded, target, known_until [,
 * calendar]): the forms of sla_rate that refuse, also for NULL.
 */
Datum
chs_sla_refuse(PG_FUNCTION_ARGS)
{
	static const int args[] = {ARG_OPENED, ARG_RESPONDED, ARG_KNOWN_UNTIL};
	static const char *const names[] = {"opened", "responded", "known_until"};

	for (int i = 0; i < (int) lengthof(args); i++)
	{
		switch (get_fn_expr_argtype(fcinfo->flinfo, args[i]))
		{
			case TIMESTAMPOID:
				chs_refuse_timestamp_as_moment(names[i]);
			case DATEOID:
				chs_refuse_date_as_moment(names[i]);
			default:
				break;
		}
	}
	chs_refuse_timestamp_as_moment(names[0]);
}
