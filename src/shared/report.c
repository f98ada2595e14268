/*-------------------------------------------------------------------------
 *
 * report.c
 *		Results of functions: tables, written row by row, and single rows.
 *
 * A table goes into a tuplestore.  The executor hands in the descriptor that
 * it expects, and frees the copy that it gets back with the tuplestore, so a
 * function that a query calls a million times leaves nothing behind.  (What
 * InitMaterializedSRF() looks up in the catalogs stays until the query ends:
 * 1.5 kB a call.)
 *
 * Memory that a row took is freed row by row, since a triangle of
 * daily cohorts has millions of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "shared/report.h"

pg_noreturn static void
refuse_declaration(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s", problem),
			 errdetail("Its declaration or its place in the query is not that of the extension."),
			 errhint("Call the function that CREATE EXTENSION chs made, in FROM.")));
}

void
chs_report_begin(ChsReport *report, FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext before;

	if (result == NULL || !IsA(result, ReturnSetInfo) || result->expectedDesc == NULL ||
		(result->allowedModes & SFRM_Materialize) == 0)
		refuse_declaration("function must be called where a table is expected");

	before = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	result->returnMode = SFRM_Materialize;
	result->setDesc = CreateTupleDescCopy(result->expectedDesc);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	MemoryContextSwitchTo(before);

	report->result = result;
	report->row_context = AllocSetContextCreate(before, "row of a report", ALLOCSET_DEFAULT_SIZES);
	report->before = before;
	report->n = 0;
}

void
chs_report_start_row(ChsReport *report)
{
	report->before = MemoryContextSwitchTo(report->row_context);
	report->n = 0;
}

void
chs_report_end_row(ChsReport *report)
{
	ReturnSetInfo *result = report->result;

	CHECK_FOR_INTERRUPTS();
	if (unlikely(report->n != result->setDesc->natts))
		refuse_declaration("function must be declared to return other columns");
	tuplestore_putvalues(result->setResult, result->setDesc, report->values, report->nulls);
	MemoryContextSwitchTo(report->before);
	MemoryContextReset(report->row_context);
}

/*
 * The only row of a function with OUT arguments.  Its descriptor is kept in
 * fn_extra, because making it takes longer than most of these functions.
 */
Datum
chs_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	FmgrInfo   *function = fcinfo->flinfo;

	if (function->fn_extra == NULL)
	{
		TupleDesc	desc;
		MemoryContext before;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			refuse_declaration("function must be declared to return a row");
		before = MemoryContextSwitchTo(function->fn_mcxt);
		function->fn_extra = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(before);
	}
	return HeapTupleGetDatum(heap_form_tuple((TupleDesc) function->fn_extra, values, nulls));
}
