/*-------------------------------------------------------------------------
 *
 * logistic_fit.c
 *		logistic_fit: the aggregate, and what its models answer.
 *
 * The state keeps a row as columns outcome, features, and its weight if weights
 * are given (shared/sample.h); the final function fits (shared/logistic.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "shared/check.h"
#include "shared/features.h"
#include "shared/logistic.h"
#include "shared/number.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "calibration/logistic_model.h"

#define FIT_NAME	"logistic_fit"

/* the fit's parameters */
#define L2			0
#define IS_FIRTH	1
#define HAS_WEIGHT	2
#define NPARAMS		3

/* arguments of the transitions, behind the state */
#define OUTCOME_ARG		1
#define FEATURES_ARG	2
#define L2_ARG			3
#define WEIGHT_ARG		4

/* rows up to which they are sorted */
#define SORTED_ROWS		100000

/* features that a message lists */
#define LISTED_FEATURES	10

static const ChsSampleShape fit_shape = {FIT_NAME, 1, CHS_MAX_FEATURES + 2, NPARAMS};

PG_FUNCTION_INFO_V1(chs_logistic_accum);
PG_FUNCTION_INFO_V1(chs_logistic_accum_firth);
PG_FUNCTION_INFO_V1(chs_logistic_accum_firth_refused);
PG_FUNCTION_INFO_V1(chs_logistic_final);
PG_FUNCTION_INFO_V1(chs_logistic_probability);
PG_FUNCTION_INFO_V1(chs_logistic_summary);

/*
 * Rows.
 */
/*
 * One more row of a fit whose parameters are given.
 */
static Datum
accum_row(FunctionCallInfo fcinfo, ChsSampleKind *kind, bool has_weight)
{
	ChsFeatures features;
	ChsSample  *sample;
	float8	   *row;
	float8		weight = has_weight ? PG_GETARG_FLOAT8(WEIGHT_ARG) : 1;

	if (has_weight)
	{
		(void) chs_check_amount_float8(weight, "weight");
		if (weight == 0)
			return chs_same_state(fcinfo);
	}
	chs_features_read(PG_GETARG_DATUM(FEATURES_ARG), &features);
	kind->fit = FIT_NAME;
	kind->ncolumns = 1 + features.n + has_weight;
	kind->nparams = NPARAMS;
	sample = chs_sample_begin(fcinfo, kind);
	if (features.has_nulls)
	{
		chs_sample_skip_row(sample);
		return chs_sample_return(fcinfo, sample);
	}
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, 0, PG_GETARG_BOOL(OUTCOME_ARG) ? 1 : 0);
	for (int i = 0; i < features.n; i++)
		chs_sample_set(sample, row, i + 1, chs_feature(&features, i));
	if (has_weight)
		chs_sample_set(sample, row, features.n + 1, weight);
	return chs_sample_return(fcinfo, sample);
}

static bool
any_null(FunctionCallInfo fcinfo)
{
	for (int i = OUTCOME_ARG; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * Notices.
 */

/* "feature 2" or "features 2, 5, 6" */
static char *
list_aliased(const ChsLogisticFit *fit)
{
	StringInfoData list;
	int			n = 0;

	initStringInfo(&list);
	for (int i = 1; i <= fit->nfeatures; i++)
	{
		if (!isnan(fit->coefficients[i]))
			continue;
		if (n++ < LISTED_FEATURES)
			appendStringInfo(&list, "%s%d", n == 1 ? "" : ", ", i);
	}
	if (n > LISTED_FEATURES)
		appendStringInfo(&list, " and %d more", n - LISTED_FEATURES);
	return psprintf("feature%s %s", n == 1 ? "" : "s", list.data);
}

static void
tell_status(const ChsLogisticFit *fit)
{
	if (fit->status == CHS_LOGISTIC_ALIASED)
		ereport(NOTICE,
				(errmsg("%s left out of the fit: constant, or a linear combination of features before it",
						list_aliased(fit)),
				 errdetail("A feature that is left out has a NULL coefficient."),
				 errhint("Where a category has a feature per value, leave one value out.")));
	if (fit->status == CHS_LOGISTIC_SEPARATED && (fit->nevents == 0 || fit->nevents == fit->nrows))
		ereport(NOTICE,
				(errmsg("the likelihood has no maximum, because all outcomes are equal"),
				 errdetail("The outcome is true in " INT64_FORMAT " of " INT64_FORMAT " rows. The coefficients are NULL.",
						   fit->nevents, fit->nrows),
				 errhint("Pass rows of both outcomes.")));
	else if (fit->status == CHS_LOGISTIC_SEPARATED)
		ereport(NOTICE,
				(errmsg("the likelihood has no maximum, because features separate the outcomes"),
				 errdetail("The outcome is true in " INT64_FORMAT " of " INT64_FORMAT " rows. The coefficients are NULL.",
						   fit->nevents, fit->nrows),
				 errhint("Use Firth's penalty: logistic_fit(outcome, features, 'firth').")));
	if (fit->status == CHS_LOGISTIC_NOT_CONVERGED)
		ereport(NOTICE,
				(errmsg("the fit did not converge"),
				 errdetail("It ended after %d steps. The coefficients are NULL.", fit->iterations),
				 errhint("Look for features of extreme size, or which tell nearly all outcomes apart, or give a penalty: logistic_fit(outcome, features, 1).")));
}

static float8
check_l2(float8 l2)
{
	chs_check_finite(l2, "l2");
	if (unlikely(l2 < 0))
		chs_refuse_negative("l2", chs_double_text(l2), "Pass 0 where no penalty is meant, or its strength, for instance 1.");
	return l2;
}

/*
 * SQL entry points.
 */

/*
 * logistic_fit_accum(samplesummary, outcome boolean, features float8[] [, l2 float8 [, weight float8]])
 */
Datum
chs_logistic_accum(PG_FUNCTION_ARGS)
{
	ChsSampleKind kind = {0};

	if (any_null(fcinfo))
		return chs_same_state(fcinfo);
	if (PG_NARGS() > L2_ARG)
	{
		kind.params[L2] = check_l2(PG_GETARG_FLOAT8(L2_ARG)) + 0.0;
		kind.params[HAS_WEIGHT] = PG_NARGS() > WEIGHT_ARG;
	}
	return accum_row(fcinfo, &kind, PG_NARGS() > WEIGHT_ARG);
}

/*
 * logistic_fit_accum(samplesummary, outcome boolean, features float8[], penalty text)
 */
Datum
chs_logistic_accum_firth(PG_FUNCTION_ARGS)
{
	ChsSampleKind kind = {0};
	text	   *penalty;

	if (any_null(fcinfo))
		return chs_same_state(fcinfo);
	penalty = PG_GETARG_TEXT_PP(L2_ARG);
	if (VARSIZE_ANY_EXHDR(penalty) != 5 || memcmp(VARDATA_ANY(penalty), "firth", 5) != 0)
		chs_refuse_word("penalty", VARDATA_ANY(penalty), VARSIZE_ANY_EXHDR(penalty),
						"Pass 'firth', or a number: l2, half of which times the squared coefficients is the penalty.");
	kind.params[IS_FIRTH] = 1;
	return accum_row(fcinfo, &kind, false);
}

/*
 * The same with a weight, which Firth's penalty has no meaning for: n rows of
 * weight 1 and one of weight n have different leverages.
 */
Datum
chs_logistic_accum_firth_refused(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("Firth's penalty does not go with weights"),
			 errdetail("It is made of the leverages of single rows."),
			 errhint("Repeat the rows, or give a number as l2: logistic_fit(outcome, features, 1, weight).")));
	PG_RETURN_NULL();
}

Datum
chs_logistic_final(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	ChsLogisticProblem problem = {0};
	ChsLogisticFit fit;
	bool		has_weight;
	float8	   *penalty = NULL;

	/* the same to the last bit in any order of rows, where sorting costs little */
	chs_sample_open(&view, PG_GETARG_DATUM(0), &fit_shape);
	if (view.nrows <= SORTED_ROWS)
		chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), &fit_shape);
	has_weight = view.kind.params[HAS_WEIGHT] != 0 && view.kind.ncolumns > 1;
	chs_features_tell_skipped(view.nskipped);
	if (view.nrows == 0)
		PG_RETURN_NULL();
	problem.blocks = view.blocks;
	problem.nblocks = view.nblocks;
	problem.columns.outcome = 0;
	problem.columns.first_feature = 1;
	problem.columns.nfeatures = view.kind.ncolumns - 1 - has_weight;
	problem.columns.weight = has_weight ? view.kind.ncolumns - 1 : -1;
	problem.firth = view.kind.params[IS_FIRTH] != 0;
	if (view.kind.params[L2] > 0 && !problem.firth)
	{
		penalty = palloc(Max(problem.columns.nfeatures, 1) * sizeof(float8));
		for (int i = 0; i < problem.columns.nfeatures; i++)
			penalty[i] = view.kind.params[L2];
		problem.penalty = penalty;
	}
	chs_logistic_fit(&problem, true, &fit);
	tell_status(&fit);
	return chs_logistic_model_make(fcinfo, &fit, view.nskipped);
}

/*
 * logistic_probability(model logistic_model, features float8[]) -> float8
 *
 * NULL where a feature is, or the model has no coefficients.  The feature of a
 * NULL coefficient, which is aliased, counts nothing.
 */
Datum
chs_logistic_probability(PG_FUNCTION_ARGS)
{
	ChsLogisticModel model;
	ChsFeatures features;
	float8		predictor;

	if (!chs_logistic_model_read(fcinfo, 0, &model))
		PG_RETURN_NULL();
	chs_features_read(PG_GETARG_DATUM(1), &features);
	chs_features_check_number(&features, model.n - 1, FIT_NAME);
	if (features.has_nulls || model.coefficient_nulls[0])
		PG_RETURN_NULL();
	predictor = DatumGetFloat8(model.coefficients[0]);
	for (int i = 0; i < features.n; i++)
	{
		float8		feature = chs_feature(&features, i);

		if (!model.coefficient_nulls[i + 1])
			predictor += DatumGetFloat8(model.coefficients[i + 1]) * feature;
	}
	PG_RETURN_FLOAT8(1 / (1 + exp(-predictor)));
}

/*
 * logistic_summary(model logistic_model [, names text[]]) -> rows
 */
Datum
chs_logistic_summary(PG_FUNCTION_ARGS)
{
	ChsLogisticModel model;
	ChsReport	report;
	Datum	   *names;

	chs_report_begin(&report, fcinfo);
	if (!chs_logistic_model_read(fcinfo, 0, &model))
		return (Datum) 0;
	names = PG_NARGS() > 1 ? chs_feature_names(PG_GETARG_ARRAYTYPE_P(1), model.n - 1) : NULL;
	for (int i = 0; i < model.n; i++)
	{
		chs_report_start_row(&report);
		if (i == 0)
			chs_report_text(&report, "intercept");
		else
			chs_report_feature_name(&report, names, i - 1);
		if (model.coefficient_nulls[i] || model.error_nulls[i])
			chs_report_nulls(&report, CHS_COEFFICIENT_COLUMNS);
		else
			chs_report_coefficient(&report, DatumGetFloat8(model.coefficients[i]), DatumGetFloat8(model.errors[i]));
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
