/*-------------------------------------------------------------------------
 *
 * health_values.c
 *		Reading the signals of a customer by position.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "health/health_cache.h"
#include "health/health_values.h"

/* The first names of the signals, for a message. */
static char *
list_signals(const ChsHealthModel *model)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < Min(model->nsignals, 10); i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[i].name));
	if (model->nsignals > 10)
		appendStringInfo(&list, " and %d more", model->nsignals - 10);
	return list.data;
}

/*
 * Whether the values of a row can be given by position, one an argument.
 */
bool
chs_health_is_positional(const ChsHealthModel *model)
{
	if (model->needs_as_of || model->nsignals >= FUNC_MAX_ARGS)
		return false;
	for (int i = 0; i < model->nsignals; i++)
		if (CHS_HEALTH_SIGNALS(model)[i].rule == CHS_HEALTH_VALUES)
			return false;
	return true;
}

static void
check_positional(const ChsHealthModel *model, int given)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);

	if (given != model->nsignals)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_plural("the health model needs %d value by position",
							   "the health model needs %d values by position",
							   model->nsignals, model->nsignals),
				 errdetail("Given: %d. The signals are: %s.", given,
						   list_signals(model)),
				 errhint("Give one value per signal in the order of the model, or a whole row to match by column name.")));
	if (model->needs_as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a health model with \"at\" cannot be scored by position"),
				 errdetail("The dates that tell how old its values are have no position."),
				 errhint("Give a row or a jsonb, and the day: health_score(model, t, date '2026-11-01') FROM table t.")));
	for (int i = 0; i < given; i++)
		if (signals[i].rule == CHS_HEALTH_VALUES)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("signal \"%s\" takes text, which cannot be given by position",
							chs_health_cstring(model, signals[i].name)),
					 errdetail("By position every value is a number."),
					 errhint("Give a row or a jsonb instead: health_score(model, t) FROM table t.")));
}

static ChsNumberKind
value_kind(FunctionCallInfo fcinfo, int argno)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, argno);
	ChsNumberKind kind = chs_number_kind(OidIsValid(type) ? getBaseType(type) : type);

	if (kind == CHS_NOT_A_NUMBER && type == UNKNOWNOID && PG_ARGISNULL(argno))
		return CHS_FLOAT8;		/* a bare NULL */
	if (kind == CHS_NOT_A_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value %d has a type that gives no score", argno),
				 errdetail("Its type is %s; by position every value is a number or a boolean.",
						   OidIsValid(type) ? format_type_be(type) : "unknown"),
				 errhint("Cast it, for instance with ::float8.")));
	return kind;
}

static ChsHealthSite *
positional_site(FunctionCallInfo fcinfo)
{
	ChsHealthSite *site = chs_health_site(fcinfo);

	if (unlikely(site->kinds == NULL))
	{
		ChsNumberKind *kinds;
		int			n = PG_NARGS() - 1;

		if (get_fn_expr_variadic(fcinfo->flinfo))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("an array of values goes without VARIADIC"),
					 errdetail("Values by position are given one by one, or all in one array."),
					 errhint("Write health_score(model, ARRAY[...]::float8[]).")));
		kinds = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
								   n * sizeof(ChsNumberKind));
		for (int i = 0; i < n; i++)
			kinds[i] = value_kind(fcinfo, i + 1);
		site->nvalues = n;
		site->kinds = kinds;
	}
	return site;
}

/*
 * Reads the values in arguments 1, 2, ..., one per signal.
 */
void
chs_health_read_values(FunctionCallInfo fcinfo, const ChsHealthModel *model,
					   ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	ChsHealthSite *site = positional_site(fcinfo);

	if (unlikely(site->positional != model))
	{
		check_positional(model, site->nvalues);
		site->positional = model;
	}
	for (int i = 0; i < site->nvalues; i++)
	{
		inputs[i].is_null = true;
		inputs[i].at_is_null = true;
		if (!PG_ARGISNULL(i + 1))
			chs_health_set_number(model, &signals[i],
								  chs_number_value(site->kinds[i],
												   PG_GETARG_DATUM(i + 1)), &inputs[i]);
	}
}

/* The same from an array of float8. */
void
chs_health_read_array(const ChsHealthModel *model, const Datum *values,
					  const bool *nulls, int n, ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);

	check_positional(model, n);
	for (int i = 0; i < n; i++)
	{
		inputs[i].is_null = true;
		inputs[i].at_is_null = true;
		if (!nulls[i])
			chs_health_set_number(model, &signals[i], DatumGetFloat8(values[i]),
								  &inputs[i]);
	}
}
