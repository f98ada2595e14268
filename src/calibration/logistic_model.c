/*-------------------------------------------------------------------------
 *
 * logistic_model.c
 *		The composite logistic_model: a fitted regression as a row.
 *
 * A model is an ordinary row, which anybody can write by hand, so whoever reads
 * one checks it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "shared/compat.h"
#include "shared/report.h"
#include "calibration/logistic_model.h"

/* attributes of logistic_model */
#define COEFFICIENTS	1
#define STANDARD_ERRORS	2

#define MODEL_COLUMNS	11

static const char *const status_names[] = {"converged", "aliased", "separated", "not converged"};

/*
 * An array of numbers, NaN as NULL; of "rows" rows, or plain.
 */
static Datum
make_array(const float8 *values, int n, int rows)
{
	Datum	   *elements = palloc((Size) n * rows * sizeof(Datum));
	bool	   *nulls = palloc((Size) n * rows * sizeof(bool));
	int			dims[2] = {n, n};
	int			bounds[2] = {1, 1};

	for (int i = 0; i < n * rows; i++)
	{
		elements[i] = Float8GetDatum(values[i]);
		nulls[i] = isnan(values[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, rows > 1 ? 2 : 1, dims, bounds,
											  FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
chs_logistic_model_make(FunctionCallInfo fcinfo, const ChsLogisticFit *fit, int64 nskipped)
{
	Datum		values[MODEL_COLUMNS];
	bool		nulls[MODEL_COLUMNS] = {false};
	int			n = fit->nfeatures + 1;
	bool		found = fit->status == CHS_LOGISTIC_CONVERGED || fit->status == CHS_LOGISTIC_ALIASED;

	values[0] = make_array(fit->coefficients, n, 1);
	values[1] = make_array(fit->errors, n, 1);
	values[2] = make_array(fit->covariance, n, n);
	values[3] = Float8GetDatum(fit->log_likelihood);
	values[4] = Float8GetDatum(fit->null_log_likelihood);
	values[5] = Float8GetDatum(2 * (fit->nestimated - fit->log_likelihood));
	values[6] = Int64GetDatum(fit->nrows);
	values[7] = Int64GetDatum(nskipped);
	values[8] = Int64GetDatum(fit->nevents);
	values[9] = Int64GetDatum(fit->iterations);
	values[10] = CStringGetTextDatum(status_names[fit->status]);
	nulls[3] = nulls[5] = !found;
	return chs_row(fcinfo, values, nulls);
}

/*
 * Reads an array of numbers; false if it is NULL.
 */
static bool
read_array(HeapTupleHeader row, int attribute, Datum **values, bool **nulls, int *n)
{
	bool		isnull;
	Datum		datum = GetAttributeByNum(row, attribute, &isnull);

	if (isnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(datum), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  values, nulls, n);
	return true;
}

/*
 * Reads a model; false if it has no coefficients.
 */
bool
chs_logistic_model_read(FunctionCallInfo fcinfo, int argno, ChsLogisticModel *model)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(argno);
	int			nerrors;

	if (!read_array(row, COEFFICIENTS, &model->coefficients, &model->coefficient_nulls, &model->n) ||
		!read_array(row, STANDARD_ERRORS, &model->errors, &model->error_nulls, &nerrors))
		return false;
	if (model->n < 1 || nerrors != model->n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("logistic_model is not one that logistic_fit returned"),
				 errdetail("It has %d coefficients and %d standard errors.", model->n, nerrors),
				 errhint("Pass the result of logistic_fit unchanged.")));
	return true;
}
