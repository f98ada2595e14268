/*-------------------------------------------------------------------------
 *
 * health_input.c
 *		Reading the model and the signals of a row.
 *
 * What costs more than scoring is kept per call site, in fn_extra: which
 * column holds which signal, and models that had to be decompressed.  Both
 * are found again by comparing bytes, never pointers, for a pointer may be
 * the same while the row behind it is another.  Nothing kept is needed for a
 * right answer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "shared/check.h"
#include "health/health.h"
#include "shared/number.h"

/* call sites that mix more models or row types than this resolve again */
#define MAX_KEPT		16
#define MAX_MODEL_ARGS	2
#define MAX_READERS		3

/* A model as it was passed, and the same detoasted. */
typedef struct KeptModel
{
	MemoryContext context;		/* holds all of this */
	struct KeptModel *next;
	Size		size;
	char	   *raw;
	ChsHealthModel *model;
} KeptModel;

/* How a column is read. */
typedef enum ColumnForm
{
	COLUMN_NUMBER,
	COLUMN_TEXT,				/* a varlena of characters */
	COLUMN_OTHER_TEXT			/* enum, name, ...: by its output function */
} ColumnForm;

typedef struct Column
{
	int			number;			/* from 0 */
	int			at;				/* the "at" column, or -1 */
	ColumnForm	form;
	bool		padded;			/* character(n) */
	ChsNumberKind kind;
	FmgrInfo	output;
} Column;

/* Which column of a row type holds which signal of a model. */
typedef struct ColumnMap
{
	MemoryContext context;		/* holds all of this */
	struct ColumnMap *next;
	Oid			type;
	int32		typmod;
	TypeCacheEntry *type_entry; /* named types only; entries live for ever */
	uint64		identifier;		/* of the row type that was resolved */
	ChsHealthModel *model;
	TupleDesc	tupdesc;
	bool		all_float8;		/* nothing but float8, and no "at" */
	Datum	   *values;
	bool	   *nulls;
	Column		columns[FLEXIBLE_ARRAY_MEMBER];
} ColumnMap;

/* fn_extra of every entry point that takes a model */
typedef struct CallSite
{
	KeptModel  *models[MAX_MODEL_ARGS];
	ColumnMap  *maps[MAX_READERS];
	int			nvalues;		/* positional: kinds of the arguments */
	ChsNumberKind *kinds;
} CallSite;

static CallSite *
call_site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
	return fcinfo->flinfo->fn_extra;
}

/* Whether an argument is written in the query, so that no row changes it. */
static bool
arg_is_constant(FunctionCallInfo fcinfo, int argno)
{
	Node	   *call = fcinfo->flinfo->fn_expr;

	return call && IsA(call, FuncExpr) &&
		IsA(list_nth(((FuncExpr *) call)->args, argno), Const);
}

text *
chs_health_text(const ChsHealthModel *model, ChsHealthText string)
{
	return string.offset == 0 ? NULL :
		cstring_to_text_with_len(HEALTH_TEXT(model, string), string.length);
}

char *
chs_health_cstring(const ChsHealthModel *model, ChsHealthText string)
{
	return string.offset == 0 ? NULL :
		pnstrdup(HEALTH_TEXT(model, string), string.length);
}

/* ---------------- the model ---------------- */

static const ChsHealthModel *
checked_model(const ChsHealthModel *model)
{
	if (unlikely(model->version != HEALTH_MODEL_VERSION))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported version of a stored health model"),
				 errdetail("The version is %d; this release reads %d.",
						   model->version, HEALTH_MODEL_VERSION)));
	return model;
}

/* Keeps a compressed model decompressed. */
static KeptModel *
keep_model(FunctionCallInfo fcinfo, struct varlena *raw)
{
	MemoryContext context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
												  "chs health model",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	KeptModel  *kept = palloc(sizeof(KeptModel));

	kept->context = context;
	kept->size = VARSIZE_ANY(raw);
	kept->raw = palloc(kept->size);
	memcpy(kept->raw, raw, kept->size);
	kept->model = (ChsHealthModel *) PG_DETOAST_DATUM(PointerGetDatum(raw));
	MemoryContextSwitchTo(old);
	return kept;
}

/*
 * The model in a datum.  A model within a row or a query needs nothing; a
 * compressed one is looked up among those decompressed before, the last used
 * first; one kept outside its row is fetched.  place tells the models of one
 * call apart.
 */
const ChsHealthModel *
chs_health_model_datum(FunctionCallInfo fcinfo, int place, Datum datum)
{
	struct varlena *raw = (struct varlena *) DatumGetPointer(datum);
	KeptModel **first;
	KeptModel  *kept;
	int			n = 0;

	if (likely(!VARATT_IS_EXTENDED(raw)))
		return checked_model((ChsHealthModel *) raw);
	if (VARATT_IS_EXTERNAL(raw))
		return checked_model((ChsHealthModel *)
							 PG_DETOAST_DATUM(PointerGetDatum(raw)));

	first = &call_site(fcinfo)->models[place];
	for (KeptModel **link = first; *link; link = &(*link)->next)
	{
		kept = *link;
		if (kept->size == VARSIZE_ANY(raw) &&
			memcmp(kept->raw, raw, kept->size) == 0)
		{
			*link = kept->next;
			kept->next = *first;
			*first = kept;
			return checked_model(kept->model);
		}
		if (++n == MAX_KEPT)
		{
			*link = NULL;
			MemoryContextDelete(kept->context);
			break;
		}
	}
	kept = keep_model(fcinfo, raw);
	kept->next = *first;
	*first = kept;
	return checked_model(kept->model);
}

const ChsHealthModel *
chs_health_model_arg(FunctionCallInfo fcinfo, int argno)
{
	return chs_health_model_datum(fcinfo, argno == 0 ? 0 : 1,
								  PG_GETARG_DATUM(argno));
}

/* ---------------- values in general ---------------- */

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
	pg_unreachable();
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

/* ---------------- records ---------------- */

/* What to do with a column of a type that gives no number. */
static const char *
type_hint(Oid type, const char *column)
{
	const char *name = quote_identifier(column);

	switch (type)
	{
		case DATEOID:
			return psprintf("Give its age in days, for instance date '2026-11-01' - %s.", name);
		case TIMESTAMPOID:
			return psprintf("Give its age in days, for instance date '2026-11-01' - %s::date.", name);
		case TIMESTAMPTZOID:
			return psprintf("Give its age in days, for instance date '2026-11-01' - (%s AT TIME ZONE 'Europe/Warsaw')::date.", name);
		case INTERVALOID:
			return psprintf("Give a number, for instance extract(epoch FROM %s) / 86400.", name);
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return psprintf("Cast it, for instance %s::float8, or let the model list its texts in \"values\".", name);
		case JSONBOID:
			return psprintf("Cast it, for instance %s::float8.", name);
		case CASHOID:
			return psprintf("Cast it, for instance %s::numeric.", name);
		default:
			return "Select a number or a boolean under this name instead.";
	}
}

static void
choose_form(const ChsHealthModel *model, const ChsHealthSignal *signal,
			Form_pg_attribute attribute, Column *column)
{
	Oid			type = getBaseType(attribute->atttypid);
	char		category;
	bool		preferred;
	Oid			output;
	bool		varlena;

	column->kind = chs_number_kind(type);
	if (signal->rule != HEALTH_VALUES)
	{
		if (column->kind == CHS_NOT_A_NUMBER)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" has a type that gives no score",
							NameStr(attribute->attname)),
					 errdetail("Its type is %s; a signal is a number or a boolean.",
							   format_type_be(attribute->atttypid)),
					 errhint("%s", type_hint(type, NameStr(attribute->attname)))));
		column->form = COLUMN_NUMBER;
		return;
	}

	get_type_category_preferred(type, &category, &preferred);
	if (category != TYPCATEGORY_STRING && category != TYPCATEGORY_ENUM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" is not text",
						NameStr(attribute->attname)),
				 errdetail("Its type is %s, but signal \"%s\" lists texts in \"values\".",
						   format_type_be(attribute->atttypid),
						   chs_health_cstring(model, signal->name)),
				 errhint("Cast it, for instance %s::text.",
						 quote_identifier(NameStr(attribute->attname)))));
	column->form = (type == TEXTOID || type == VARCHAROID) ?
		COLUMN_TEXT : COLUMN_OTHER_TEXT;
	column->padded = type == BPCHAROID;
	if (column->form == COLUMN_OTHER_TEXT)
	{
		getTypeOutputInfo(type, &output, &varlena);
		fmgr_info_cxt(output, &column->output, CurrentMemoryContext);
	}
}

pg_noreturn static void
no_such_column(TupleDesc tupdesc, const char *name, const char *type)
{
	ChsNearest	nearest;
	char	   *near_names;

	chs_nearest_start(&nearest, name);
	for (int i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			chs_nearest_add(&nearest, NameStr(TupleDescAttr(tupdesc, i)->attname));
	near_names = chs_nearest_list(&nearest);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the signals have no column \"%s\"", name),
			 errdetail("The health model asks for it."),
			 near_names ? errhint("Perhaps you meant %s; rename it with AS %s.",
								  near_names, quote_identifier(name)) :
			 errhint("Add it, for instance NULL::%s AS %s where it is not known.",
					 type, quote_identifier(name))));
	pg_unreachable();
}

/* The one column of that exact name; type is what a message suggests. */
static int
find_column(TupleDesc tupdesc, const ChsHealthModel *model, ChsHealthText wanted,
			const char *type)
{
	const char *name = chs_health_cstring(model, wanted);
	int			found = -1;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped ||
			strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		if (found >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" occurs twice in the signals", name),
					 errdetail("Columns %d and %d have that name.",
							   found + 1, i + 1),
					 errhint("Select the columns that the model uses by name instead of with *, each once.")));
		found = i;
	}
	if (found < 0)
		no_such_column(tupdesc, name, type);
	return found;
}

static int
find_at_column(TupleDesc tupdesc, const ChsHealthModel *model,
			   const ChsHealthSignal *signal)
{
	int			number = find_column(tupdesc, model, signal->at, "date");
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, number);

	if (getBaseType(attribute->atttypid) != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" must be a date",
						NameStr(attribute->attname)),
				 errdetail("Its type is %s; it is the \"at\" of signal \"%s\".",
						   format_type_be(attribute->atttypid),
						   chs_health_cstring(model, signal->name)),
				 getBaseType(attribute->atttypid) == TIMESTAMPTZOID ?
				 errhint("Say in which time zone the day is meant: (%s AT TIME ZONE 'Europe/Warsaw')::date.",
						 quote_identifier(NameStr(attribute->attname))) :
				 errhint("Cast it: %s::date.",
						 quote_identifier(NameStr(attribute->attname)))));
	return number;
}

/* Resolves the names of a model against a row type. */
static ColumnMap *
map_columns(FunctionCallInfo fcinfo, const ChsHealthModel *model,
			Oid type, int32 typmod)
{
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "chs health columns",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(type, typmod);
	ColumnMap  *map;

	map = palloc0(offsetof(ColumnMap, columns) +
				  model->nsignals * sizeof(Column));
	map->context = context;
	map->type = type;
	map->typmod = typmod;
	if (type != RECORDOID)
	{
		map->type_entry = lookup_type_cache(type, TYPECACHE_TUPDESC);
		map->identifier = map->type_entry->tupDesc_identifier;
	}
	map->model = palloc(VARSIZE(model));
	memcpy(map->model, model, VARSIZE(model));
	for (int i = 0; i < model->nsignals; i++)
	{
		Column	   *column = &map->columns[i];

		column->number = find_column(tupdesc, model, signals[i].name,
									 signals[i].rule == HEALTH_VALUES ? "text" : "float8");
		column->at = signals[i].at.offset == 0 ? -1 :
			find_at_column(tupdesc, model, &signals[i]);
		choose_form(model, &signals[i],
					TupleDescAttr(tupdesc, column->number), column);
	}
	map->tupdesc = CreateTupleDescCopy(tupdesc);
	map->all_float8 = true;
	for (int i = 0; i < model->nsignals; i++)
		if (map->columns[i].form != COLUMN_NUMBER ||
			map->columns[i].kind != CHS_FLOAT8 || map->columns[i].at >= 0)
			map->all_float8 = false;
	map->values = palloc(tupdesc->natts * sizeof(Datum));
	map->nulls = palloc(tupdesc->natts * sizeof(bool));
	ReleaseTupleDesc(tupdesc);
	MemoryContextSwitchTo(old);
	/* kept only now, so that an error before leaves nothing behind */
	MemoryContextSetParent(context, fcinfo->flinfo->fn_mcxt);
	return map;
}

/*
 * Whether a map is for this row type as it is now: ALTER TYPE resets the
 * identifier in the type's cache entry.  An anonymous record type never
 * changes.
 */
static inline bool
map_fits_row(const ColumnMap *map, Oid type, int32 typmod)
{
	return map->type == type && map->typmod == typmod &&
		(map->type_entry == NULL ||
		 map->type_entry->tupDesc_identifier == map->identifier);
}

static inline bool
map_fits_model(const ColumnMap *map, const ChsHealthModel *model)
{
	return VARSIZE(map->model) == VARSIZE(model) &&
		memcmp(map->model, model, VARSIZE(model)) == 0;
}

static ColumnMap *
column_map(FunctionCallInfo fcinfo, int reader, const ChsHealthModel *model,
		   bool constant_model, HeapTupleHeader row)
{
	ColumnMap **first = &call_site(fcinfo)->maps[reader];
	Oid			type = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	ColumnMap  *map;
	int			n = 0;

	for (ColumnMap **link = first; *link; link = &(*link)->next)
	{
		map = *link;
		if (map_fits_row(map, type, typmod) &&
			(constant_model || map_fits_model(map, model)))
		{
			*link = map->next;
			map->next = *first;
			*first = map;
			return map;
		}
		if (++n == MAX_KEPT)
		{
			*link = NULL;
			MemoryContextDelete(map->context);
			break;
		}
	}
	map = map_columns(fcinfo, model, type, typmod);
	map->next = *first;
	*first = map;
	return map;
}

static void
set_text(const Column *column, Datum value, ChsHealthInput *input)
{
	if (column->form == COLUMN_TEXT)
	{
		text	   *string = DatumGetTextPP(value);

		input->text = VARDATA_ANY(string);
		input->length = VARSIZE_ANY_EXHDR(string);
	}
	else
	{
		input->text = OutputFunctionCall(unconstify(FmgrInfo *, &column->output),
										 value);
		input->length = strlen(input->text);
		while (column->padded && input->length > 0 &&
			   input->text[input->length - 1] == ' ')
			input->length--;
	}
	input->is_null = false;
}

/* The same as below for float8 columns, without asking each what it is. */
static void
read_float8_columns(const ChsHealthModel *model, const ColumnMap *map,
					ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);

	for (int i = 0; i < model->nsignals; i++)
	{
		int			number = map->columns[i].number;

		inputs[i].is_null = true;
		inputs[i].at_is_null = true;
		inputs[i].is_bool = false;
		if (!map->nulls[number])
			chs_health_set_number(model, &signals[i],
								  DatumGetFloat8(map->values[number]),
								  &inputs[i]);
	}
}

static void
read_record(FunctionCallInfo fcinfo, int reader, const ChsHealthModel *model,
			bool constant_model, HeapTupleHeader row, ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);
	ColumnMap  *map = column_map(fcinfo, reader, model, constant_model, row);
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, map->tupdesc, map->values, map->nulls);
	if (map->all_float8)
	{
		read_float8_columns(model, map, inputs);
		return;
	}

	for (int i = 0; i < model->nsignals; i++)
	{
		const Column *column = &map->columns[i];
		ChsHealthInput *input = &inputs[i];

		input->is_null = true;
		input->at_is_null = true;
		if (map->nulls[column->number])
			continue;
		input->is_bool = column->kind == CHS_BOOL;
		if (column->form == COLUMN_NUMBER)
			chs_health_set_number(model, &signals[i],
								  chs_number_value(column->kind,
												   map->values[column->number]), input);
		else
			set_text(column, map->values[column->number], input);
		if (column->at >= 0 && !map->nulls[column->at])
			chs_health_set_at(model, &signals[i],
							  DatumGetDateADT(map->values[column->at]), input);
	}
}

/* ---------------- either ---------------- */

/*
 * Reads the signals in an argument, one input per signal of the model.
 */
void
chs_health_read(FunctionCallInfo fcinfo, ChsHealthSource source, int model_arg,
				int signals_arg, int reader, const ChsHealthModel *model,
				ChsHealthInput *inputs)
{
	if (source == HEALTH_FROM_JSONB)
		chs_health_read_jsonb(model, PG_GETARG_JSONB_P(signals_arg), inputs);
	else
		read_record(fcinfo, reader, model, arg_is_constant(fcinfo, model_arg),
					PG_GETARG_HEAPTUPLEHEADER(signals_arg), inputs);
}

/* ---------------- by position ---------------- */

/* The first names of the signals, for a message. */
static char *
list_signals(const ChsHealthModel *model)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < Min(model->nsignals, 10); i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 chs_health_cstring(model, HEALTH_SIGNALS(model)[i].name));
	if (model->nsignals > 10)
		appendStringInfo(&list, " and %d more", model->nsignals - 10);
	return list.data;
}

static void
check_positional(const ChsHealthModel *model, int given)
{
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);

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
		if (signals[i].rule == HEALTH_VALUES)
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

static CallSite *
positional_call_site(FunctionCallInfo fcinfo)
{
	CallSite   *site = call_site(fcinfo);

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
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);
	CallSite   *site = positional_call_site(fcinfo);

	check_positional(model, site->nvalues);
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
	const ChsHealthSignal *signals = HEALTH_SIGNALS(model);

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
