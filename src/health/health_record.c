/*-------------------------------------------------------------------------
 *
 * health_record.c
 *		Reading the signals of a customer from a row, by column name.
 *
 * Which column holds which signal is resolved once for each model and row
 * type that a call site meets, and hangs at the kept model (health_cache.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "health/health_record.h"
#include "shared/check.h"

/* call sites that mix more row types than this resolve again */
#define MAX_MAPS		16

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
typedef struct ChsHealthColumnMap
{
	MemoryContext context;		/* holds all of this */
	struct ChsHealthColumnMap *next;
	Oid			type;
	int32		typmod;
	TypeCacheEntry *type_entry; /* named types only; entries live for ever */
	uint64		identifier;		/* of the row type that was resolved */
	TupleDesc	tupdesc;
	bool		all_float8;		/* nothing but float8, and no "at" */
	Datum	   *values;
	bool	   *nulls;
	Column		columns[FLEXIBLE_ARRAY_MEMBER];
} ChsHealthColumnMap;

/* ---------------- resolving names ---------------- */

/* The hint for a column of a type that gives no number. */
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
			return psprintf("Give its age in days, for instance date '2026-11-01' - local_day(%s, 'Europe/Warsaw').", name);
		case INTERVALOID:
			return psprintf("Give a number, for instance extract(epoch FROM %s) / 86400.", name);
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return psprintf("Let the model list its texts, for instance \"values\": {\"Yes\": 100, \"No\": 0}; if they are numbers, cast them: %s::float8.", name);
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
	if (signal->rule != CHS_HEALTH_VALUES)
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

static bool
has_row_names(TupleDesc tupdesc)
{
	for (int i = 0; i < tupdesc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(tupdesc, i)->attname);

		if (!chs_health_is_row_name(name, strlen(name), i + 1))
			return false;
	}
	return tupdesc->natts > 0;
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
			 has_row_names(tupdesc) ? errhint(CHS_HEALTH_ROW_NAMES_HINT) :
			 near_names ? errhint("Perhaps you meant %s; rename it with AS %s.",
								  near_names, quote_identifier(name)) :
			 errhint("Add it, for instance NULL::%s AS %s where it is not known.",
					 type, quote_identifier(name))));
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
				 errhint("Say in which time zone the day is meant: local_day(%s, 'Europe/Warsaw').",
						 quote_identifier(NameStr(attribute->attname))) :
				 errhint("Cast it: %s::date.",
						 quote_identifier(NameStr(attribute->attname)))));
	return number;
}

static bool
column_is_float8(const Column *column)
{
	return column->form == COLUMN_NUMBER && column->kind == CHS_FLOAT8 && column->at < 0;
}

static void
resolve_column(const ChsHealthModel *model, const ChsHealthSignal *signal, TupleDesc tupdesc,
			   Column *column)
{
	column->number = find_column(tupdesc, model, signal->name,
								 signal->rule == CHS_HEALTH_VALUES ? "text" : "float8");
	column->at = signal->at.offset == 0 ? -1 : find_at_column(tupdesc, model, signal);
	choose_form(model, signal, TupleDescAttr(tupdesc, column->number), column);
}

/* Resolves the names of a model against a row type. */
static ChsHealthColumnMap *
map_columns(ChsHealthSite *site, const ChsHealthModel *model, Oid type, int32 typmod)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "chs health columns",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(type, typmod);
	ChsHealthColumnMap *map;

	map = palloc0(offsetof(ChsHealthColumnMap, columns) + model->nsignals * sizeof(Column));
	map->context = context;
	map->type = type;
	map->typmod = typmod;
	if (type != RECORDOID)
	{
		map->type_entry = lookup_type_cache(type, TYPECACHE_TUPDESC);
		map->identifier = map->type_entry->tupDesc_identifier;
	}
	map->all_float8 = true;
	for (int i = 0; i < model->nsignals; i++)
	{
		resolve_column(model, &CHS_HEALTH_SIGNALS(model)[i], tupdesc, &map->columns[i]);
		map->all_float8 &= column_is_float8(&map->columns[i]);
	}
	/* with what ADD COLUMN ... DEFAULT means for older rows, which OLD of a trigger has as they are stored */
	map->tupdesc = CreateTupleDescCopyConstr(tupdesc);
	map->values = palloc(tupdesc->natts * sizeof(Datum));
	map->nulls = palloc(tupdesc->natts * sizeof(bool));
	ReleaseTupleDesc(tupdesc);
	MemoryContextSwitchTo(old);
	/* kept only now, so that an error before leaves nothing behind */
	MemoryContextSetParent(context, site->context);
	chs_health_watch_memory(site);
	return map;
}

/* ---------------- the map of a row ---------------- */

/*
 * Whether a map is for this row type as it is now: ALTER TYPE resets the
 * identifier in the type's cache entry.  An anonymous record type never
 * changes.
 */
static inline bool
map_fits_row(const ChsHealthColumnMap *map, Oid type, int32 typmod)
{
	return map->type == type && map->typmod == typmod &&
		(map->type_entry == NULL ||
		 map->type_entry->tupDesc_identifier == map->identifier);
}

static ChsHealthColumnMap *
column_map(ChsHealthSite *site, ChsHealthKept *kept, HeapTupleHeader row)
{
	Oid			type = HeapTupleHeaderGetTypeId(row);
	int32		typmod = HeapTupleHeaderGetTypMod(row);
	ChsHealthColumnMap *map = kept->maps;
	int			n = 0;

	if (likely(map && map_fits_row(map, type, typmod)))
		return map;
	for (ChsHealthColumnMap **link = &kept->maps; *link; link = &(*link)->next)
	{
		map = *link;
		if (map_fits_row(map, type, typmod))
		{
			*link = map->next;
			map->next = kept->maps;
			kept->maps = map;
			return map;
		}
		if (++n == MAX_MAPS)
		{
			*link = NULL;
			MemoryContextDelete(map->context);
			break;
		}
	}
	map = map_columns(site, kept->model, type, typmod);
	map->next = kept->maps;
	kept->maps = map;
	return map;
}

/* ---------------- reading a row ---------------- */

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
read_float8_columns(const ChsHealthModel *model, const ChsHealthColumnMap *map,
					ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);

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

/*
 * Reads the signals in a row, one input per signal of the model.
 */
void
chs_health_read_record(ChsHealthSite *site, ChsHealthKept *kept, HeapTupleHeader row,
					   ChsHealthInput *inputs)
{
	const ChsHealthModel *model = kept->model;
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	ChsHealthColumnMap *map = column_map(site, kept, row);
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
