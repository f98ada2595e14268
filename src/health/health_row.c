/*-------------------------------------------------------------------------
 *
 * health_row.c
 *		A row of signals with its model, read from arguments and evaluated.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "health/health_jsonb.h"
#include "health/health_record.h"
#include "health/health_row.h"
#include "shared/check.h"

void
chs_health_start_row(ChsHealthRow *row, const ChsHealthModel *model)
{
	row->model = model;
	row->inputs = row->few_inputs;
	row->signals = row->few_signals;
	if (model->nsignals > CHS_HEALTH_STACK_SIGNALS)
	{
		row->inputs = palloc(model->nsignals * sizeof(ChsHealthInput));
		row->signals = palloc(model->nsignals * sizeof(ChsHealthSignalResult));
	}
}

/* Whether an as_of is given, which must then be a day. */
bool
chs_health_get_as_of(FunctionCallInfo fcinfo, int argno, DateADT *as_of)
{
	if (PG_ARGISNULL(argno))
		return false;
	*as_of = PG_GETARG_DATEADT(argno);
	chs_check_day(*as_of, "as_of");
	return true;
}

/* Reads the signals in an argument, one input per signal of the model. */
void
chs_health_read_row(FunctionCallInfo fcinfo, ChsHealthSource source, ChsHealthKept *kept,
					int signals_arg, ChsHealthRow *row)
{
	chs_health_start_row(row, kept->model);
	if (source == CHS_HEALTH_FROM_JSONB)
		chs_health_read_jsonb(kept->model, PG_GETARG_JSONB_P(signals_arg), row->inputs);
	else
		chs_health_read_record(chs_health_site(fcinfo), kept,
							   PG_GETARG_HEAPTUPLEHEADER(signals_arg), row->inputs);
}

/*
 * Evaluates the arguments (model, signals, as_of) that most entry points start
 * with.  False where the model or the signals are NULL.
 */
bool
chs_health_evaluate_args(FunctionCallInfo fcinfo, ChsHealthSource source, ChsHealthRow *row)
{
	DateADT		as_of = 0;
	bool		has_as_of;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	has_as_of = chs_health_get_as_of(fcinfo, 2, &as_of);
	chs_health_read_row(fcinfo, source, chs_health_keep_arg(fcinfo, 0), 1, row);
	chs_health_evaluate(row->model, row->inputs, has_as_of, as_of, row->signals, &row->result);
	return true;
}
