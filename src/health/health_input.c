/*-------------------------------------------------------------------------
 *
 * health_input.c
 *		What a row says of one signal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "health/health_input.h"
#include "shared/check.h"
#include "shared/number.h"

/* Whether ROW(...) names its column of this number, from 1, so. */
bool
chs_health_is_row_name(const char *name, int length, int number)
{
	char		row_name[MAXINT8LEN + 1];

	return length == snprintf(row_name, sizeof(row_name), "f%d", number) &&
		memcmp(name, row_name, length) == 0;
}

void
chs_health_not_finite(const ChsHealthModel *model, const ChsHealthSignal *signal,
					  double value)
{
	char	   *name = chs_health_cstring(model, signal->name);

	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("signal \"%s\" must be finite", name),
			 errdetail("In double precision the value is %s.",
					   chs_double_text(value)),
			 errhint("Turn it into NULL, for instance with CASE WHEN abs(%s) < 1e300 THEN %s END.",
					 quote_identifier(name), quote_identifier(name))));
}

void
chs_health_set_at(const ChsHealthModel *model, const ChsHealthSignal *signal, DateADT at,
				  ChsHealthInput *input)
{
	if (DATE_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date \"%s\" of signal \"%s\" must be finite",
						chs_health_cstring(model, signal->at),
						chs_health_cstring(model, signal->name)),
				 errdetail("The value is %s.",
						   DATE_IS_NOBEGIN(at) ? "-infinity" : "infinity"),
				 errhint("Turn it into NULL, for instance with nullif(%s, '%s').",
						 quote_identifier(chs_health_cstring(model, signal->at)),
						 DATE_IS_NOBEGIN(at) ? "-infinity" : "infinity")));
	input->at = at;
	input->at_is_null = false;
}

/* A value as it was given; NULL where there is none. */
char *
chs_health_shown_input(const ChsHealthSignal *signal, const ChsHealthInput *input)
{
	if (input->is_null)
		return NULL;
	if (signal->rule == CHS_HEALTH_VALUES)
		return pnstrdup(input->text, input->length);
	if (input->is_bool)
		return input->value != 0 ? "true" : "false";
	return chs_double_text(input->value);
}
