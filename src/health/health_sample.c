/*-------------------------------------------------------------------------
 *
 * health_sample.c
 *		Signals of customers as rows of a sample.
 *
 * A number is kept as it is, NaN for NULL; a text as its number among those
 * that the model lists, or below zero; an "at" as its age in days, so that rows
 * of many days can stand side by side.  So a row can be scored again, by the
 * same code, with a model that differs in its weights.  The model is kept as
 * its JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "health/health_sample.h"
#include "shared/check.h"

/* texts that the model does not list: one that no limit names, or that limit i does */
#define UNLISTED		(-1)
#define UNLISTED_OF(i)	(-2 - (i))

static int
count_dated(const ChsHealthModel *model)
{
	int			n = 0;

	for (int i = 0; i < model->nsignals; i++)
		n += CHS_HEALTH_SIGNALS(model)[i].at.offset != 0;
	return n;
}

void
chs_health_check_method(const ChsHealthModel *model, const char *done)
{
	if (model->method == CHS_HEALTH_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a health model of the method \"points\" cannot be %s", done),
				 errdetail("Its signals add points and have no scores of their own."),
				 errhint("Give each signal \"worst\" and \"best\" and leave \"method\" out, or call logistic_fit.")));
}

/*
 * What rows of a model are; the fit's name and parameters are the caller's.
 */
void
chs_health_sample_kind(ChsSampleKind *kind, ChsHealthSite *site, ChsHealthKept *kept)
{
	const ChsHealthModel *model = kept->model;

	kind->ncolumns = CHS_HEALTH_FIRST_SIGNAL + model->nsignals + count_dated(model);
	if (kind->ncolumns > CHS_SAMPLE_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many signals for one %s", kind->fit),
				 errdetail("The model has %d signals, %d of them with \"at\".", model->nsignals, count_dated(model)),
				 errhint("Fit a model of the signals that matter.")));
	chs_health_keep_json(site, kept);
	kind->extra = kept->json;
	kind->extra_size = kept->json_size;
}

static double
number_of_text(const ChsHealthModel *model, int signal, const ChsHealthInput *input)
{
	int			option = chs_health_find_option(model, &CHS_HEALTH_SIGNALS(model)[signal], input->text, input->length);

	if (option >= 0)
		return option;
	for (int i = 0; i < model->nlimits; i++)
	{
		const ChsHealthLimit *limit = &CHS_HEALTH_LIMITS(model)[i];

		if (limit->signal == signal && limit->test == CHS_HEALTH_IS &&
			chs_health_text_is(model, limit->is, input->text, input->length))
			return UNLISTED_OF(i);
	}
	return UNLISTED;
}

void
chs_health_sample_add(ChsSample *sample, const ChsHealthModel *model, const ChsHealthInput *inputs,
					  bool has_as_of, DateADT as_of, bool outcome)
{
	float8	   *row = chs_sample_add_row(sample);
	int			age_column = CHS_HEALTH_FIRST_SIGNAL + model->nsignals;

	chs_sample_set(sample, row, CHS_HEALTH_OUTCOME, outcome ? 1 : 0);
	for (int i = 0; i < model->nsignals; i++)
	{
		const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];
		const ChsHealthInput *input = &inputs[i];

		chs_sample_set(sample, row, CHS_HEALTH_FIRST_SIGNAL + i,
					   input->is_null ? get_float8_nan() :
					   signal->rule == CHS_HEALTH_VALUES ? number_of_text(model, i, input) : input->value);
		if (signal->at.offset != 0)
			chs_sample_set(sample, row, age_column++,
						   input->at_is_null || !has_as_of ? get_float8_nan() : (double) as_of - input->at);
	}
}

/*
 * Reading.
 */
const ChsHealthModel *
chs_health_sample_model(const ChsSampleView *view)
{
	char	   *json = pnstrdup(view->kind.extra ? view->kind.extra : "", view->kind.extra_size);
	const ChsHealthModel *model = chs_health_parse_text(json);

	/* only a value that no fit has made */
	if (view->kind.ncolumns != CHS_HEALTH_FIRST_SIGNAL + model->nsignals + count_dated(model))
		chs_summary_damaged_stored(CHS_SAMPLE_TYPE, "Its columns are not those of its health model.");
	return model;
}

static void
set_text(const ChsHealthModel *model, const ChsHealthSignal *signal, double number, ChsHealthInput *input)
{
	const ChsHealthText *text = NULL;

	if (number >= 0 && number < signal->ndetails)
		text = &CHS_HEALTH_OPTION_ARRAY(model, signal)[(int) number].text;
	else if (number <= UNLISTED_OF(0) && number > UNLISTED_OF(model->nlimits))
		text = &CHS_HEALTH_LIMITS(model)[UNLISTED_OF((int) number)].is;
	if (text)
	{
		input->text = CHS_HEALTH_TEXT(model, *text);
		input->length = text->length;
	}
	else
	{
		/* a text that the model cannot list, for JSON has no such character */
		input->text = "\001";
		input->length = 1;
	}
}

void
chs_health_sample_read(const ChsHealthModel *model, const ChsSampleBlock *block, int64 row,
					   ChsHealthInput *inputs)
{
	int			age_column = CHS_HEALTH_FIRST_SIGNAL + model->nsignals;

	for (int i = 0; i < model->nsignals; i++)
	{
		const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];
		ChsHealthInput *input = &inputs[i];
		double		value = chs_sample_column(block, CHS_HEALTH_FIRST_SIGNAL + i)[row];

		input->is_null = isnan(value);
		input->is_bool = false;
		input->at_is_null = true;
		input->value = value;
		if (signal->rule == CHS_HEALTH_VALUES && !input->is_null)
			set_text(model, signal, value, input);
		if (signal->at.offset != 0)
		{
			double		age = chs_sample_column(block, age_column++)[row];

			if (isnan(age) || fabs(age) > PG_INT32_MAX / 2)
				continue;
			input->at = CHS_HEALTH_SAMPLE_DAY - (DateADT) age;
			input->at_is_null = false;
		}
	}
}

/*
 * In a memory context of its own, since it may need much more than the result.
 */
Datum
chs_health_sample_final(FunctionCallInfo fcinfo, const ChsSampleShape *shape,
						Datum (*make) (const ChsSampleView *view))
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "health sample", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	ChsSampleView view;
	bool		has_rows;
	Datum		result = (Datum) 0;

	chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), shape);
	has_rows = view.nrows > 0;
	if (has_rows)
		result = make(&view);
	MemoryContextSwitchTo(before);
	if (has_rows)
		result = PointerGetDatum(PG_DETOAST_DATUM_COPY(result));
	MemoryContextDelete(context);
	if (!has_rows)
		PG_RETURN_NULL();
	return result;
}
