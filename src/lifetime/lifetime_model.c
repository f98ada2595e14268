/*-------------------------------------------------------------------------
 *
 * lifetime_model.c
 *		Models as rows of a composite type: read and written.
 *
 * A model is a row, so that its parameters are columns for everyone and may be
 * written by hand: ROW('bg', 7, 0.243, 4.414, 0.793, 2.426, ...)::bgnbd_model.
 * One whose likelihood has no maximum has NULL for its parameters and says why
 * in its status; whatever is predicted from it is NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "shared/compat.h"
#include "shared/number.h"
#include "lifetime/lifetime_model.h"

/* statuses of models that predict */
static const char *const fitted_statuses[] = {"converged", CHS_MEAN_NOT_FINITE};

/*
 * The columns of a model, argument argno, which is not NULL.
 */
void
chs_get_model_row(FunctionCallInfo fcinfo, int argno, int ncolumns, ChsModelRow *row)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(argno);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple;

	if (desc->natts != ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("model must have the columns that chs gave its type"),
				 errdetail("It has %d columns instead of %d.", desc->natts, ncolumns),
				 errhint("Call the function that CREATE EXTENSION chs made.")));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, desc, row->values, row->nulls);
	ReleaseTupleDesc(desc);
	row->n = ncolumns;
}

/*
 * The n parameters of a model from column "first" on.  False if it did not
 * converge, according to its column "status"; one without a status was written
 * by hand.
 */
bool
chs_get_model_params(const ChsModelRow *row, int first, int n, const char *type,
					 const char *const *names, int status, float8 *params)
{
	if (!row->nulls[status])
	{
		text	   *word = DatumGetTextPP(row->values[status]);
		bool		fitted = false;

		for (int i = 0; i < (int) lengthof(fitted_statuses); i++)
			fitted |= VARSIZE_ANY_EXHDR(word) == strlen(fitted_statuses[i]) &&
				memcmp(VARDATA_ANY(word), fitted_statuses[i], strlen(fitted_statuses[i])) == 0;
		if (!fitted)
			return false;
	}
	for (int i = 0; i < n; i++)
	{
		if (row->nulls[first + i])
			return false;
		params[i] = DatumGetFloat8(row->values[first + i]);
		if (!(params[i] > 0 && isfinite(params[i])))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("parameters of type %s must be above zero and finite", type),
					 errdetail("Its %s is %s.", names[i], chs_double_text(params[i])),
					 errhint("Pass the model that the fit gave, or the parameters of such a fit.")));
	}
	return true;
}

/*
 * The covariance of n parameters, column "column".  False if there is none.
 */
bool
chs_get_model_covariance(const ChsModelRow *row, int column, int n, float8 *covariance)
{
	ArrayType  *array;

	if (row->nulls[column])
		return false;
	array = DatumGetArrayTypeP(row->values[column]);
	if (ARR_ELEMTYPE(array) != FLOAT8OID || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != n * n ||
		array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("covariance of the model must have %d rows and columns", n),
				 errdetail("The number of its elements is %d, or one is NULL.", ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))),
				 errhint("Pass the model that the fit gave.")));
	memcpy(covariance, ARR_DATA_PTR(array), n * n * sizeof(float8));
	return true;
}

void
chs_put_model_datum(ChsModelRow *row, Datum value)
{
	Assert(row->n < CHS_MODEL_COLUMNS);
	row->nulls[row->n] = false;
	row->values[row->n++] = value;
}

void
chs_put_model_null(ChsModelRow *row)
{
	Assert(row->n < CHS_MODEL_COLUMNS);
	row->nulls[row->n] = true;
	row->values[row->n++] = (Datum) 0;
}

/* numbers as an array of one dimension (columns 0) or two */
static Datum
float8_array(const float8 *numbers, int rows, int columns)
{
	Datum		elements[CHS_MAXIMUM_PARAMS * CHS_MAXIMUM_PARAMS];
	int			dims[2] = {rows, columns};
	int			bounds[2] = {1, 1};

	for (int i = 0; i < rows * Max(columns, 1); i++)
		elements[i] = Float8GetDatum(numbers[i]);
	return PointerGetDatum(construct_md_array(elements, NULL, columns > 0 ? 2 : 1, dims, bounds,
											  FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * What a fit found, NULL where it found no maximum: parameters, a column each;
 * their standard errors; their covariance; the log-likelihood.
 */
void
chs_put_model_params(ChsModelRow *row, const ChsMaximum *maximum, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (maximum->status == CHS_CONVERGED)
			chs_put_model_datum(row, Float8GetDatum(maximum->params[i]));
		else
			chs_put_model_null(row);
	}
}

void
chs_put_model_errors(ChsModelRow *row, const ChsMaximum *maximum, int n)
{
	float8		errors[CHS_MAXIMUM_PARAMS];

	if (maximum->status != CHS_CONVERGED)
	{
		chs_put_model_null(row);
		return;
	}
	for (int i = 0; i < n; i++)
		errors[i] = sqrt(maximum->covariance[i * n + i]);
	chs_put_model_datum(row, float8_array(errors, n, 0));
}

void
chs_put_model_covariance(ChsModelRow *row, const ChsMaximum *maximum, int n)
{
	if (maximum->status == CHS_CONVERGED)
		chs_put_model_datum(row, float8_array(maximum->covariance, n, n));
	else
		chs_put_model_null(row);
}

void
chs_put_model_likelihood(ChsModelRow *row, const ChsMaximum *maximum)
{
	if (maximum->status == CHS_CONVERGED)
		chs_put_model_datum(row, Float8GetDatum(maximum->value));
	else
		chs_put_model_null(row);
}
