/*-------------------------------------------------------------------------
 *
 * activity.c
 *		Active days of customers: building the summary.
 *
 * activity_agg(customer, day) takes a row per event: the customer was active
 * on that day.  The same day twice counts once.  The day may come as a
 * timestamp, of which it is the calendar day, or as a moment (timestamptz) and
 * the time zone whose calendar counts.  What can be asked of the summary is in
 * the other files of the family.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "activity/activity.h"
#include "customer/customer_args.h"

CHS_CUSTOMER_TYPE(chs_activity, chs_activity_family)

/*
 * activitysummary_accum(state, customer, day): the customer was active on the
 * day.
 */
CHS_DAY_ACCUM(chs_activity_accum, chs_activity_accum, "activity_agg(customer, ", "")
