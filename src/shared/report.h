/*-------------------------------------------------------------------------
 *
 * report.h
 *		Results of functions: tables, written row by row, and single rows.
 *
 * A function that returns a table:
 *
 *		chs_report_begin(&report, fcinfo);
 *		for each row
 *		{
 *			chs_report_start_row(&report);
 *			chs_report_day(&report, day);
 *			chs_report_int64(&report, count);
 *			chs_report_end_row(&report);
 *		}
 *		return (Datum) 0;
 *
 * Between start and end of a row the memory context is one that the end
 * resets, so values may be made with any function.  Columns are put in the
 * order of the declaration.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_REPORT_H
#define CHS_REPORT_H

#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "shared/money.h"

#define CHS_REPORT_COLUMNS	32	/* at most */

typedef struct ChsReport
{
	ReturnSetInfo *result;
	MemoryContext row_context;
	MemoryContext before;		/* the context outside of rows */
	int			n;				/* columns put so far */
	Datum		values[CHS_REPORT_COLUMNS];
	bool		nulls[CHS_REPORT_COLUMNS];
} ChsReport;

extern void chs_report_begin(ChsReport *report, FunctionCallInfo fcinfo);
extern void chs_report_start_row(ChsReport *report);
extern void chs_report_end_row(ChsReport *report);

extern Datum chs_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/* columns */
static inline void
chs_report_datum(ChsReport *report, Datum value)
{
	Assert(report->n < CHS_REPORT_COLUMNS);
	report->nulls[report->n] = false;
	report->values[report->n++] = value;
}

static inline void
chs_report_null(ChsReport *report)
{
	Assert(report->n < CHS_REPORT_COLUMNS);
	report->nulls[report->n] = true;
	report->values[report->n++] = (Datum) 0;
}

static inline void
chs_report_nulls(ChsReport *report, int n)
{
	for (int i = 0; i < n; i++)
		chs_report_null(report);
}

static inline void
chs_report_day(ChsReport *report, DateADT day)
{
	chs_report_datum(report, DateADTGetDatum(day));
}

static inline void
chs_report_bool(ChsReport *report, bool value)
{
	chs_report_datum(report, BoolGetDatum(value));
}

static inline void
chs_report_int32(ChsReport *report, int32 value)
{
	chs_report_datum(report, Int32GetDatum(value));
}

static inline void
chs_report_int64(ChsReport *report, int64 value)
{
	chs_report_datum(report, Int64GetDatum(value));
}

static inline void
chs_report_float8(ChsReport *report, float8 value)
{
	chs_report_datum(report, Float8GetDatum(value));
}

static inline void
chs_report_float8_if(ChsReport *report, bool is_known, float8 value)
{
	if (is_known)
		chs_report_float8(report, value);
	else
		chs_report_null(report);
}

/* part of whole in percent; NULL when whole is 0 */
static inline void
chs_report_percent(ChsReport *report, int128 part, int128 whole)
{
	if (whole == 0)
		chs_report_null(report);
	else
		chs_report_float8(report, 100.0 * (float8) part / (float8) whole);
}

static inline void
chs_report_money(ChsReport *report, int128 amount)
{
	chs_report_datum(report, chs_money_to_numeric(amount));
}

/* amount / count; NULL when count is 0 */
static inline void
chs_report_money_per(ChsReport *report, int128 amount, int64 count)
{
	if (count == 0)
		chs_report_null(report);
	else
		chs_report_datum(report, chs_money_per(amount, count));
}

/* NULL for NULL */
static inline void
chs_report_text(ChsReport *report, const char *value)
{
	if (value == NULL)
		chs_report_null(report);
	else
		chs_report_datum(report, CStringGetTextDatum(value));
}

/*
 * The two entry points of a function that takes the name of a bucket or
 * boundaries: static Datum name(FunctionCallInfo fcinfo, bool by_name) does
 * the work.
 */
#define CHS_BY_NAME_AND_BOUNDS(name) \
PG_FUNCTION_INFO_V1(chs_##name##_by_name); \
PG_FUNCTION_INFO_V1(chs_##name##_by_bounds); \
Datum \
chs_##name##_by_name(PG_FUNCTION_ARGS) \
{ \
	return name(fcinfo, true); \
} \
Datum \
chs_##name##_by_bounds(PG_FUNCTION_ARGS) \
{ \
	return name(fcinfo, false); \
} \
extern Datum chs_##name##_by_bounds(PG_FUNCTION_ARGS)

#endif							/* CHS_REPORT_H */
