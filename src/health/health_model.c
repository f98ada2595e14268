/*-------------------------------------------------------------------------
 *
 * health_model.c
 *		The type healthmodel: JSON into the flat form, and back.
 *
 * Text, json and jsonb all come in through jsonb, so that one model gives
 * equal bytes whatever way it came.  The JSON is kept inside the flat form
 * and is what goes out again; the binary form is a version byte and the JSON
 * text, so reading it makes every check that text input makes.
 *
 * Everything is checked here, once, so that scoring a row checks nothing of
 * the model again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "health/health_cache.h"
#include "health/health_fit_json.h"
#include "health/health_limits.h"
#include "health/health_model.h"
#include "health/health_signals.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/json_read.h"
#include "shared/number.h"
#include "shared/type_ops.h"

static const char *const model_keys[] = {
	"signals", "method", "base", "missing", "min_coverage", "groups", "caps",
	"floors", "bands", "alerts", "fit", NULL
};
static const char *const method_names[] = {"mean", "points", NULL};

/* ---------------- the whole model ---------------- */

/* 1.0 and 1 are one number, so they must be one model. */
static Jsonb *
trim_numbers(const Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit((JsonbContainer *) &json->root);
	ChsJsonbState state;
	JsonbValue *result = NULL;
	JsonbIteratorToken token;
	JsonbValue	value;

	memset(&state, 0, sizeof(state));
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if ((token == WJB_ELEM || token == WJB_VALUE) &&
			value.type == jbvNumeric)
			value.val.numeric =
				DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale,
													NumericGetDatum(value.val.numeric)));
		result = chs_push_jsonb(&state, token,
								token < WJB_BEGIN_ARRAY ? &value : NULL);
	}
	return JsonbValueToJsonb(result);
}

/*
 * A weighted mean of linear signals without anything that needs more than one
 * look at a signal: most models, and those that large tables are scored with.
 */
static bool
is_simple(const ChsHealthBuilder *builder)
{
	const ChsHealthModel *header = &builder->header;

	if (header->method != CHS_HEALTH_MEAN || header->has_groups ||
		header->needs_as_of || header->nlimits > 0)
		return false;
	for (int i = 0; i < header->nsignals; i++)
		if (builder->signals[i].rule != CHS_HEALTH_LINEAR ||
			builder->signals[i].missing != CHS_HEALTH_SKIP)
			return false;
	return true;
}

static ChsHealthModel *
assemble(ChsHealthBuilder *builder)
{
	Size		json_size = VARSIZE(builder->json);
	ChsHealthModel *header = &builder->header;
	Size		at = MAXALIGN(sizeof(ChsHealthModel));
	ChsHealthModel *model;
	uint32		details;

	at += MAXALIGN(json_size);
	header->signals = at;
	at += header->nsignals * sizeof(ChsHealthSignal);
	header->limits = at;
	at += header->nlimits * sizeof(ChsHealthLimit);
	header->bands = at;
	at += header->nbands * sizeof(ChsHealthBand);
	details = at;
	at += builder->details.len;
	for (int i = 0; i < header->nsignals; i++)
		if (builder->signals[i].ndetails > 0)
			builder->signals[i].detail += details;

	model = palloc0(at);
	memcpy(model, header, sizeof(ChsHealthModel));
	SET_VARSIZE(model, at);
	memcpy(CHS_HEALTH_JSONB(model), builder->json, json_size);
	memcpy((char *) model + header->signals, builder->signals,
		   header->nsignals * sizeof(ChsHealthSignal));
	memcpy((char *) model + header->limits, builder->limits,
		   header->nlimits * sizeof(ChsHealthLimit));
	if (header->nbands > 0)
		memcpy((char *) model + header->bands, builder->bands,
			   header->nbands * sizeof(ChsHealthBand));
	memcpy((char *) model + details, builder->details.data,
		   builder->details.len);
	model->checksum = chs_checksum_around(model, offsetof(ChsHealthModel, checksum));
	return model;
}

static void
check_json_size(Size size)
{
	if (size > CHS_HEALTH_MAX_JSON)
		chs_model_error("it is too large",
						psprintf("It has %zu bytes, not at most %d.", size,
								 CHS_HEALTH_MAX_JSON),
						"Make several models of it, for instance one per stage or segment.");
}

static void
read_min_coverage(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	double		percent = 0;

	(void) chs_model_get_number_between(model, "min_coverage", 0, 100, &percent);
	if (percent > 0 && percent <= 1)
		chs_model_error("\"min_coverage\" must be in percent",
						psprintf("The model has \"min_coverage\": %s.", chs_double_text(percent)),
						chs_model_percent_hint(percent));
	builder->header.min_coverage = percent;
}

ChsHealthModel *
chs_health_parse(const Jsonb *json)
{
	ChsHealthBuilder builder;
	ChsJsonObject model = {CHS_HEALTH_MODEL_NAME, NULL, "The model"};

	check_json_size(VARSIZE(json));
	if (!JB_ROOT_IS_OBJECT(json))
		chs_model_error("it must be a JSON object",
						psprintf("It is %s.", JB_ROOT_IS_SCALAR(json) ?
								 "a single value" : "an array"),
						"Write {\"signals\": [...]}.");
	memset(&builder, 0, sizeof(builder));
	builder.json = trim_numbers(json);
	builder.header.version = CHS_HEALTH_MODEL_VERSION;
	initStringInfo(&builder.details);
	model.json = &builder.json->root;

	chs_model_check_keys(&model, model_keys);
	builder.header.method = chs_model_get_choice(&model, "method", method_names,
												 CHS_HEALTH_MEAN);
	chs_health_read_missing(&builder, &model);
	if (chs_model_get_number_between(&model, "base", 0, 100, &builder.header.base) &&
		builder.header.method != CHS_HEALTH_POINTS)
		chs_model_error("\"base\" goes with the method \"points\"",
						psprintf("The model has \"base\": %s.",
								 chs_double_text(builder.header.base)),
						"Add \"method\": \"points\", or remove \"base\".");
	read_min_coverage(&builder, &model);
	chs_health_read_signals(&builder, &model);
	chs_health_read_groups(&builder, &model);
	for (int i = 0; i < builder.header.nsignals; i++)
		builder.header.total_share += builder.signals[i].share;
	if (!(builder.header.total_share > 0))
		chs_model_error("the weights add up to zero",
						"No signal has a weight above 0 in a group with a weight above 0.",
						"Give at least one signal, and its group, a weight above 0; without \"weight\" a signal has 1.");
	chs_health_read_limits(&builder, &model);
	chs_health_read_bands(&builder, &model);
	chs_health_read_alerts(&builder, &model);
	chs_health_read_fit(&builder, &model);
	builder.header.is_simple = is_simple(&builder);

	/* what comes out must be able to come in again */
	check_json_size(strlen(JsonbToCString(NULL, &builder.json->root,
										  VARSIZE(builder.json))));
	return assemble(&builder);
}

ChsHealthModel *
chs_health_parse_text(const char *text)
{
	Datum		json;

	check_json_size(strlen(text));
	json = DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
	return chs_health_parse(DatumGetJsonbP(json));
}

char *
chs_health_json(const ChsHealthModel *model)
{
	Jsonb	   *json = CHS_HEALTH_JSONB(model);

	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* ---------------- stored models ---------------- */

/*
 * A model that was read from a page: damaged bytes must not become offsets.
 */
const ChsHealthModel *
chs_health_checked(const ChsHealthModel *model)
{
	Size		size = VARSIZE(model);

	if (size >= sizeof(ChsHealthModel) && model->version != CHS_HEALTH_MODEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version of a stored health model"),
				 errdetail("The version is %d; this release reads %d.",
						   model->version, CHS_HEALTH_MODEL_VERSION),
				 errhint("If a newer release of chs wrote it, install that release here and run ALTER EXTENSION chs UPDATE.")));
	if (size < sizeof(ChsHealthModel) || model->checksum != chs_checksum_around(model, offsetof(ChsHealthModel, checksum)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("stored health model is damaged"),
				 errdetail("Its %zu bytes do not have their checksum.", size),
				 errhint("Write the model again from its JSON, or restore its row from a backup.")));
	return model;
}

bool
chs_health_same_model(const ChsHealthModel *a, const ChsHealthModel *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

text *
chs_health_text(const ChsHealthModel *model, ChsHealthText string)
{
	return string.offset == 0 ? NULL :
		cstring_to_text_with_len(CHS_HEALTH_TEXT(model, string), string.length);
}

char *
chs_health_cstring(const ChsHealthModel *model, ChsHealthText string)
{
	return string.offset == 0 ? NULL :
		pnstrdup(CHS_HEALTH_TEXT(model, string), string.length);
}

/* The name of a signal for people. */
char *
chs_health_label(const ChsHealthModel *model, const ChsHealthSignal *signal)
{
	return chs_health_cstring(model, signal->label.offset != 0 ? signal->label : signal->name);
}

bool
chs_health_text_is(const ChsHealthModel *model, ChsHealthText string, const char *bytes, int length)
{
	return string.length == (uint32) length &&
		memcmp(CHS_HEALTH_TEXT(model, string), bytes, length) == 0;
}

/* The signal of that name, or -1. */
int
chs_health_find_signal(const ChsHealthModel *model, const char *name, int length)
{
	for (int i = 0; i < model->nsignals; i++)
		if (chs_health_text_is(model, CHS_HEALTH_SIGNALS(model)[i].name, name, length))
			return i;
	return -1;
}

/* The content of a model is its JSON, from which everything else follows. */
static void
model_content(Datum value, ChsContent *content)
{
	varattrib_4b head;

	chs_content_from(value, MAXALIGN(sizeof(ChsHealthModel)), content);
	if (content->size < VARHDRSZ)
		return;
	memcpy(&head, content->bytes, VARHDRSZ);	/* not aligned within a row */
	content->size = Min(content->size, VARSIZE(&head));
}

/* ---------------- SQL entry points ---------------- */

CHS_TYPE_OPERATORS(chs_healthmodel, model_content)

PG_FUNCTION_INFO_V1(chs_healthmodel_in);
Datum
chs_healthmodel_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(chs_health_parse_text(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_out);
Datum
chs_healthmodel_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(chs_health_json(chs_health_detoast(PG_GETARG_DATUM(0))));
}

static const ChsJsonType healthmodel_type = {
	.version = CHS_HEALTH_MODEL_VERSION,
	.what = "health model",
	.a_binary_one = "a binary health model",
	.is_empty = "It is empty.",
	.name = "model",
};

PG_FUNCTION_INFO_V1(chs_healthmodel_recv);
Datum
chs_healthmodel_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(chs_health_parse_text(chs_json_receive(&healthmodel_type, (StringInfo) PG_GETARG_POINTER(0))));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_send);
Datum
chs_healthmodel_send(PG_FUNCTION_ARGS)
{
	char	   *text = chs_health_json(chs_health_detoast(PG_GETARG_DATUM(0)));

	PG_RETURN_BYTEA_P(chs_json_send(&healthmodel_type, text, strlen(text)));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_from_jsonb);
Datum
chs_healthmodel_from_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(chs_health_parse(PG_GETARG_JSONB_P(0)));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_to_jsonb);
Datum
chs_healthmodel_to_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = CHS_HEALTH_JSONB(chs_health_detoast(PG_GETARG_DATUM(0)));
	Jsonb	   *result = palloc(VARSIZE(json));

	memcpy(result, json, VARSIZE(json));
	PG_RETURN_JSONB_P(result);
}
