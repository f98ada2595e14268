/*-------------------------------------------------------------------------
 *
 * cox_model.c
 *		cox_fit: the aggregate, and what its models answer.
 *
 * The state keeps a row as columns duration, entry, ended and features
 * (shared/sample.h); the final function fits them in their canonical order, so
 * the result is the same to the last bit for any order of rows.  The model is
 * an ordinary row, which anybody can write by hand, so whoever reads one
 * checks it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/features.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "shared/stats.h"
#include "survival/cox.h"
#include "survival/survival.h"

#define FIT_NAME		"cox_fit"

/* attributes of cox_model, from 1 on */
#define COEFFICIENTS	1
#define STANDARD_ERRORS	2
#define CHECK_CHI2		10
#define CHECK_GLOBAL	11
#define MODEL_COLUMNS	11

static const ChsSampleShape fit_shape = {FIT_NAME, CHS_COX_FEATURES, CHS_MAX_FEATURES + CHS_COX_FEATURES, 0};

static const char *const status_names[] = {"converged", "aliased", "separated", "not identified", "not converged"};

PG_FUNCTION_INFO_V1(chs_cox_accum);
PG_FUNCTION_INFO_V1(chs_cox_accum_entry);
PG_FUNCTION_INFO_V1(chs_cox_final);
PG_FUNCTION_INFO_V1(chs_cox_hazard_ratio);
PG_FUNCTION_INFO_V1(chs_cox_summary);
PG_FUNCTION_INFO_V1(chs_cox_check);

/* numbers of a model; a NULL is NaN */
typedef struct Numbers
{
	int			n;
	float8	   *values;
} Numbers;

/*
 * Rows.
 */
static bool
any_null(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * One row more, of which the features are argument "argno".
 */
static Datum
accum_row(FunctionCallInfo fcinfo, int64 entry, int64 duration, bool ended, int argno)
{
	ChsSampleKind kind = {.fit = FIT_NAME};
	ChsFeatures features;
	ChsSample  *sample;
	float8	   *row;

	chs_survival_check_times(entry, duration);
	chs_features_read(PG_GETARG_DATUM(argno), &features);
	kind.ncolumns = CHS_COX_FEATURES + features.n;
	sample = chs_sample_begin(fcinfo, &kind);
	if (features.has_nulls)
	{
		chs_sample_skip_row(sample);
		return chs_sample_return(fcinfo, sample);
	}
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, CHS_COX_DURATION, (float8) duration);
	chs_sample_set(sample, row, CHS_COX_ENTRY, (float8) entry);
	chs_sample_set(sample, row, CHS_COX_ENDED, ended ? 1 : 0);
	for (int i = 0; i < features.n; i++)
		chs_sample_set(sample, row, CHS_COX_FEATURES + i, chs_feature(&features, i));
	return chs_sample_return(fcinfo, sample);
}

/*
 * cox_fit_accum(state, duration, ended, features)
 */
Datum
chs_cox_accum(PG_FUNCTION_ARGS)
{
	if (any_null(fcinfo))
		return chs_same_state(fcinfo);
	return accum_row(fcinfo, CHS_NO_ENTRY, PG_GETARG_INT64(1), PG_GETARG_BOOL(2), 3);
}

/*
 * cox_fit_accum(state, entry, duration, ended, features)
 */
Datum
chs_cox_accum_entry(PG_FUNCTION_ARGS)
{
	if (any_null(fcinfo))
		return chs_same_state(fcinfo);
	return accum_row(fcinfo, chs_survival_check_entry(PG_GETARG_INT64(1)), PG_GETARG_INT64(2), PG_GETARG_BOOL(3), 4);
}

/*
 * The model.
 */
static Datum
make_array(const float8 *values, int n, int rows)
{
	Datum	   *elements = palloc(Max((Size) n * rows, 1) * sizeof(Datum));
	bool	   *nulls = palloc(Max((Size) n * rows, 1) * sizeof(bool));
	int			dims[2] = {rows > 1 ? rows : n, n};
	int			bounds[2] = {1, 1};

	if (n == 0)
		return PointerGetDatum(construct_empty_array(FLOAT8OID));
	for (int i = 0; i < n * rows; i++)
	{
		elements[i] = Float8GetDatum(values[i]);
		nulls[i] = isnan(values[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, rows > 1 ? 2 : 1, dims, bounds,
											  FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void
set_number(Datum *values, bool *nulls, int column, float8 number)
{
	values[column] = Float8GetDatum(number);
	nulls[column] = isnan(number);
}

static void
tell_fit(const ChsCoxFit *fit)
{
	if (fit->status == CHS_COX_ALIASED)
		ereport(NOTICE,
				(errmsg("features were left out of the fit: constant among customers at risk together, or a linear combination of features before them"),
				 errdetail("%d of %d were; they have a NULL coefficient.", fit->nfeatures - fit->nkept, fit->nfeatures),
				 errhint("Where a category has a feature per value, leave one value out.")));
	if (fit->status == CHS_COX_SEPARATED)
		ereport(NOTICE,
				(errmsg("the likelihood has no maximum, because features separate customers who end from all others"),
				 errdetail("There are " INT64_FORMAT " ends. The coefficients are NULL.", fit->nevents),
				 errhint("Look for a feature that only customers who end have, or only others, and leave it out.")));
	if (fit->status == CHS_COX_NOT_IDENTIFIED)
		ereport(NOTICE,
				(errmsg("nothing tells customers who end from others"),
				 errdetail("There are " INT64_FORMAT " ends. The coefficients are NULL.", fit->nevents),
				 errhint("Pass rows of customers who ended and of others, and features that differ between them.")));
	if (fit->status == CHS_COX_NOT_CONVERGED)
		ereport(NOTICE,
				(errmsg("the fit did not converge"),
				 errdetail("It ended after %d steps. The coefficients are NULL.", fit->iterations),
				 errhint("Look for features of extreme size.")));
}

/*
 * cox_fit_final(state) -> cox_model
 */
Datum
chs_cox_final(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	ChsCoxFit	fit;
	Datum		values[MODEL_COLUMNS];
	bool		nulls[MODEL_COLUMNS] = {false};

	chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), &fit_shape);
	chs_features_tell_skipped(view.nskipped);
	if (view.nrows == 0)
		PG_RETURN_NULL();
	chs_cox_fit(&view.blocks[0], view.kind.ncolumns - CHS_COX_FEATURES, &fit);
	tell_fit(&fit);
	values[0] = make_array(fit.coefficients, fit.nfeatures, 1);
	values[1] = make_array(fit.errors, fit.nfeatures, 1);
	values[2] = make_array(fit.covariance, fit.nfeatures, fit.nfeatures);
	set_number(values, nulls, 3, fit.log_likelihood);
	set_number(values, nulls, 4, fit.null_log_likelihood);
	values[5] = Int64GetDatum(fit.nevents);
	values[6] = Int64GetDatum(fit.iterations);
	values[7] = CStringGetTextDatum(status_names[fit.status]);
	set_number(values, nulls, 8, fit.concordance);
	values[CHECK_CHI2 - 1] = make_array(fit.check_chi2, fit.nfeatures, 1);
	set_number(values, nulls, CHECK_GLOBAL - 1, fit.check_global);
	return chs_row(fcinfo, values, nulls);
}

/*
 * Reading a model.
 */
static Numbers
read_numbers(HeapTupleHeader row, int attribute)
{
	Numbers		numbers = {0};
	Datum	   *elements;
	bool	   *nulls;
	bool		isnull;
	Datum		datum = GetAttributeByNum(row, attribute, &isnull);

	if (isnull)
		return numbers;
	deconstruct_array(DatumGetArrayTypeP(datum), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, &numbers.n);
	numbers.values = palloc(Max(numbers.n, 1) * sizeof(float8));
	for (int i = 0; i < numbers.n; i++)
		numbers.values[i] = nulls[i] ? get_float8_nan() : DatumGetFloat8(elements[i]);
	return numbers;
}

/*
 * The coefficients, and beside them another attribute of as many numbers.
 */
static Numbers
read_beside(HeapTupleHeader row, int attribute, const Numbers *coefficients)
{
	Numbers		numbers = read_numbers(row, attribute);

	if (numbers.n != coefficients->n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cox_model is not one that cox_fit returned"),
				 errdetail("Beside %d coefficients it has %d standard errors or tests.", coefficients->n, numbers.n),
				 errhint("Pass the result of cox_fit unchanged.")));
	return numbers;
}

/*
 * cox_hazard_ratio(model, features): against a customer whose features are all
 * zero.
 */
Datum
chs_cox_hazard_ratio(PG_FUNCTION_ARGS)
{
	Numbers		coefficients = read_numbers(PG_GETARG_HEAPTUPLEHEADER(0), COEFFICIENTS);
	bool		any = false;
	float8		sum = 0;
	ChsFeatures features;

	chs_features_read(PG_GETARG_DATUM(1), &features);
	chs_features_check_number(&features, coefficients.n, FIT_NAME);
	if (features.has_nulls)
		PG_RETURN_NULL();
	for (int i = 0; i < features.n; i++)
	{
		float8		feature = chs_feature(&features, i);

		if (isnan(coefficients.values[i]))
			continue;
		any = true;
		sum += coefficients.values[i] * feature;
	}
	if (!any)
		PG_RETURN_NULL();
	if (!isfinite(exp(sum)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the hazard ratio is out of range"),
				 errdetail("Its logarithm is %s.", chs_double_text(sum)),
				 errhint("Compare customers by the logarithm, the sum of coefficients times features, or measure features from a typical customer.")));
	PG_RETURN_FLOAT8(exp(sum));
}

/*
 * cox_summary(model [, names]): a row per feature.
 */
Datum
chs_cox_summary(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	Numbers		coefficients = read_numbers(row, COEFFICIENTS);
	Numbers		errors = read_beside(row, STANDARD_ERRORS, &coefficients);
	Datum	   *names = PG_NARGS() > 1 ? chs_feature_names(PG_GETARG_ARRAYTYPE_P(1), coefficients.n) : NULL;
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < coefficients.n; i++)
	{
		chs_report_start_row(&report);
		chs_report_feature_name(&report, names, i);
		if (isnan(coefficients.values[i]) || isnan(errors.values[i]))
			chs_report_nulls(&report, CHS_COEFFICIENT_COLUMNS);
		else
			chs_report_coefficient(&report, coefficients.values[i], errors.values[i]);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

static void
report_test(ChsReport *report, float8 chi2, int df)
{
	if (isnan(chi2))
		chs_report_nulls(report, 3);
	else
	{
		chs_report_float8(report, chi2);
		chs_report_int64(report, df);
		chs_report_float8(report, chs_chi_square_tail(chi2, df));
	}
	chs_report_end_row(report);
}

/*
 * cox_check(model [, names]): a row per feature, and GLOBAL.
 */
Datum
chs_cox_check(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	Numbers		coefficients = read_numbers(row, COEFFICIENTS);
	Numbers		chi2 = read_beside(row, CHECK_CHI2, &coefficients);
	Datum	   *names = PG_NARGS() > 1 ? chs_feature_names(PG_GETARG_ARRAYTYPE_P(1), coefficients.n) : NULL;
	bool		isnull;
	Datum		global = GetAttributeByNum(row, CHECK_GLOBAL, &isnull);
	int			df = 0;
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < coefficients.n; i++)
	{
		df += !isnan(coefficients.values[i]);
		chs_report_start_row(&report);
		chs_report_feature_name(&report, names, i);
		report_test(&report, chi2.values[i], 1);
	}
	chs_report_start_row(&report);
	chs_report_text(&report, "GLOBAL");
	report_test(&report, isnull ? get_float8_nan() : DatumGetFloat8(global), df);
	return (Datum) 0;
}
