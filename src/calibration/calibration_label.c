/*-------------------------------------------------------------------------
 *
 * calibration_label.c
 *		The label of a customer, without knowledge of the future.
 *
 * A model learns from what was known on a day, as_of, and from who had left a
 * horizon later.  Customers whose horizon is not over yet cannot be told from
 * those who stay, so they have no label; those of them who have left already
 * have none either, because to take them without their neighbours would make
 * leaving look more frequent than it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/check.h"
#include "shared/compat.h"

#define MAX_HORIZON		36525	/* days; a century */

PG_FUNCTION_INFO_V1(chs_churned_within);

/*
 * churned_within(ended, as_of, horizon_days, known): did a customer of the day
 * as_of leave within the horizon?  Not strict: ended may be NULL, which means
 * still a customer.
 */
Datum
chs_churned_within(PG_FUNCTION_ARGS)
{
	DateADT		as_of = PG_GETARG_DATEADT(1);
	DateADT		known = PG_GETARG_DATEADT(3);
	int64		end;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	chs_check_day(as_of, "as_of");
	chs_check_day(known, "known");
	end = (int64) as_of + chs_check_whole_range(PG_GETARG_INT64(2), 1, MAX_HORIZON, "horizon_days",
												"Pass the days in which a customer may leave, for instance 90.");
	if (!PG_ARGISNULL(0))
		chs_check_day_of_row(PG_GETARG_DATEADT(0), "ended", CHS_NO_ROW_NAME);
	if (end > known || (!PG_ARGISNULL(0) && PG_GETARG_DATEADT(0) <= as_of))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(!PG_ARGISNULL(0) && PG_GETARG_DATEADT(0) <= end);
}
