/*-------------------------------------------------------------------------
 *
 * health_model.c
 *		The type healthmodel: JSON into the flat form of health.h, and back.
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
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "health/health_json.h"
#include "shared/number.h"
#include "shared/type_ops.h"

static const char *const model_keys[] = {
	"signals", "method", "base", "missing", "min_coverage", "groups", "caps",
	"floors", "bands", "alerts", NULL
};
static const char *const limit_keys[] = {
	"signal", "above", "below", "score", "reason", NULL
};
static const char *const band_keys[] = {"name", "color", "from", NULL};
static const char *const alert_keys[] = {
	"drop", "within_days", "hysteresis", NULL
};
static const char *const method_names[] = {"mean", "points", NULL};

/* ---------------- caps, floors, bands, alerts ---------------- */

pg_noreturn static void
unknown_signal(const ModelBuilder *builder, const ModelObject *object,
			   const JsonbValue *name)
{
	ChsNearest	nearest;
	char	   *near_names;

	chs_nearest_start(&nearest, pnstrdup(name->val.string.val, name->val.string.len));
	for (int i = 0; i < builder->header.nsignals; i++)
	{
		ChsHealthText	own = builder->signals[i].name;

		chs_nearest_add(&nearest,
						pnstrdup((char *) builder->json + own.offset -
								 MAXALIGN(sizeof(ChsHealthModel)), own.length));
	}
	near_names = chs_nearest_list(&nearest);
	chs_model_bad_value(object, "signal", name, "there is no such signal",
						near_names ? psprintf("Perhaps you meant %s.", near_names) :
						"Name one of the model's signals.");
}

static void
read_limit(ModelBuilder *builder, ModelObject *object, bool is_cap,
		   ChsHealthLimit *limit)
{
	JsonbValue	name;
	JsonbValue	value;
	int			i = 0;
	bool		above;

	chs_model_check_keys(object, limit_keys);
	if (!chs_model_get_string(object, "signal", &name))
		chs_model_absent_key(object, "signal",
							 "Write, for instance, {\"signal\": \"days_overdue\", \"above\": 60, \"score\": 30}.");
	while (i < builder->header.nsignals &&
		   !chs_model_same_text(builder, builder->signals[i].name,
								name.val.string.val, name.val.string.len))
		i++;
	if (i == builder->header.nsignals)
		unknown_signal(builder, object, &name);
	if (builder->signals[i].rule == HEALTH_VALUES)
		chs_model_bad_value(object, "signal", &name,
							"a signal with \"values\" has no number to compare",
							"Give the state its score in \"values\".");

	above = chs_model_get_number(object, "above", &limit->threshold);
	if (above == chs_model_get_value(object, "below", &value))
		chs_model_error("exactly one of \"above\" and \"below\" is needed",
						psprintf("%s has %s.", object->where,
								 above ? "both" : "neither"),
						"Write, for instance, \"above\": 60.");
	if (!above)
		(void) chs_model_get_number(object, "below", &limit->threshold);
	if (!chs_model_get_number_between(object, "score", 0, 100, &limit->score))
		chs_model_absent_key(object, "score", "Give the score at which it holds.");
	limit->signal = i;
	limit->above = above;
	limit->is_cap = is_cap;
	limit->reason = chs_model_get_text(builder, object, "reason");
}

static void
read_limits(ModelBuilder *builder, const ModelObject *model)
{
	JsonbContainer *floors = NULL;
	JsonbContainer *caps = NULL;
	int			nfloors = 0;
	int			ncaps = 0;

	if (chs_model_get_container(model, "floors", true, &floors))
		nfloors = JsonContainerSize(floors);
	if (chs_model_get_container(model, "caps", true, &caps))
		ncaps = JsonContainerSize(caps);
	if (nfloors + ncaps > HEALTH_MAX_SIGNALS)
		chs_model_error("it has too many caps and floors",
						psprintf("There are %d, not at most %d.", nfloors + ncaps,
								 HEALTH_MAX_SIGNALS),
						"Keep those that matter; of caps the lowest acts, of floors the highest.");
	builder->header.nlimits = nfloors + ncaps;
	builder->limits = palloc0((nfloors + ncaps + 1) * sizeof(ChsHealthLimit));
	for (int i = 0; i < nfloors + ncaps; i++)
	{
		bool		is_cap = i >= nfloors;
		ModelObject limit;

		chs_model_get_element(is_cap ? caps : floors, is_cap ? i - nfloors : i,
							  is_cap ? "cap" : "floor", &limit);
		read_limit(builder, &limit, is_cap, &builder->limits[i]);
	}
}

static void
read_bands(ModelBuilder *builder, const ModelObject *model)
{
	JsonbContainer *array;
	int			n;
	const char *hint = "Write, for instance, [{\"name\": \"low\", \"from\": 0}, {\"name\": \"high\", \"from\": 60}].";

	if (!chs_model_get_container(model, "bands", true, &array))
		return;
	n = JsonContainerSize(array);
	if (n < 1 || n > HEALTH_MAX_DETAILS)
		chs_model_error(n < 1 ? "\"bands\" is empty" : "\"bands\" is too long",
						psprintf("\"bands\" has %d entries, not 1 to %d.", n,
								 HEALTH_MAX_DETAILS), hint);
	builder->header.nbands = n;
	builder->bands = palloc0(n * sizeof(ChsHealthBand));
	for (int i = 0; i < n; i++)
	{
		ChsHealthBand *band = &builder->bands[i];
		ModelObject object;
		JsonbValue	name;

		chs_model_get_element(array, i, "band", &object);
		chs_model_check_keys(&object, band_keys);
		if (!chs_model_get_string(&object, "name", &name))
			chs_model_absent_key(&object, "name", hint);
		object.where = psprintf("Band %s", chs_model_shown_value(&name));
		for (int j = 0; j < i; j++)
			if (chs_model_same_text(builder, builder->bands[j].name,
									name.val.string.val, name.val.string.len))
				chs_model_error(psprintf("band %s occurs twice", chs_model_shown_value(&name)),
								psprintf("Bands %d and %d have the same name.",
										 j + 1, i + 1), hint);
		band->name = chs_model_text_of(builder, &name);
		band->color = chs_model_get_text(builder, &object, "color");
		if (!chs_model_get_number_between(&object, "from", 0, 100, &band->from))
			chs_model_absent_key(&object, "from", hint);
		if (i == 0 && band->from != 0)
			chs_model_error("the bands leave a gap",
							psprintf("%s, the first, starts at %s, so scores below have no band.",
									 object.where, chs_double_text(band->from)),
							"Let the first band start at 0.");
		if (i > 0 && band->from <= builder->bands[i - 1].from)
			chs_model_error("the bands must ascend strictly",
							psprintf("%s starts at %s, the one before it at %s.",
									 object.where, chs_double_text(band->from),
									 chs_double_text(builder->bands[i - 1].from)),
							"Sort the bands by \"from\".");
	}
}

static void
read_alerts(ModelBuilder *builder, const ModelObject *model)
{
	ModelObject alerts = {NULL, "The object \"alerts\""};
	double		days = 30;
	JsonbValue	value;

	builder->header.drop = 15;
	builder->header.hysteresis = 3;
	if (chs_model_get_container(model, "alerts", false, &alerts.json))
	{
		chs_model_check_keys(&alerts, alert_keys);
		if (chs_model_get_number_between(&alerts, "drop", 0, 100, &builder->header.drop) &&
			builder->header.drop == 0)
		{
			(void) chs_model_get_value(&alerts, "drop", &value);
			chs_model_bad_value(&alerts, "drop", &value, "\"drop\" must be above 0",
								"Write, for instance, \"drop\": 15.");
		}
		if (chs_model_get_number_between(&alerts, "within_days", 1, 100000, &days) &&
			days != floor(days))
		{
			(void) chs_model_get_value(&alerts, "within_days", &value);
			chs_model_bad_value(&alerts, "within_days", &value,
								"\"within_days\" must be a whole number",
								"Write, for instance, \"within_days\": 30.");
		}
		(void) chs_model_get_number_between(&alerts, "hysteresis", 0, 50,
											&builder->header.hysteresis);
	}
	builder->header.within_days = (int32) days;
}

/* ---------------- the whole model ---------------- */

/* 1.0 and 1 are one number, so they must be one model. */
static Jsonb *
trim_numbers(const Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit((JsonbContainer *) &json->root);
	JsonbParseState *state = NULL;
	JsonbValue *result = NULL;
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if ((token == WJB_ELEM || token == WJB_VALUE) &&
			value.type == jbvNumeric)
			value.val.numeric =
				DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale,
													NumericGetDatum(value.val.numeric)));
		result = pushJsonbValue(&state, token,
								token < WJB_BEGIN_ARRAY ? &value : NULL);
	}
	return JsonbValueToJsonb(result);
}

/*
 * A weighted mean of linear signals without anything that needs more than one
 * look at a signal: most models, and those that large tables are scored with.
 */
static bool
is_simple(const ModelBuilder *builder)
{
	const ChsHealthModel *header = &builder->header;

	if (header->method != HEALTH_MEAN || header->has_groups ||
		header->needs_as_of || header->nlimits > 0)
		return false;
	for (int i = 0; i < header->nsignals; i++)
		if (builder->signals[i].rule != HEALTH_LINEAR ||
			builder->signals[i].missing != HEALTH_SKIP)
			return false;
	return true;
}

static ChsHealthModel *
assemble(ModelBuilder *builder)
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
	memcpy(HEALTH_JSONB(model), builder->json, json_size);
	memcpy((char *) model + header->signals, builder->signals,
		   header->nsignals * sizeof(ChsHealthSignal));
	memcpy((char *) model + header->limits, builder->limits,
		   header->nlimits * sizeof(ChsHealthLimit));
	if (header->nbands > 0)
		memcpy((char *) model + header->bands, builder->bands,
			   header->nbands * sizeof(ChsHealthBand));
	memcpy((char *) model + details, builder->details.data,
		   builder->details.len);
	return model;
}

static void
check_json_size(Size size)
{
	if (size > HEALTH_MAX_JSON)
		chs_model_error("it is too large",
						psprintf("It has %zu bytes, not at most %d.", size,
								 HEALTH_MAX_JSON),
						"Make several models of it, for instance one per stage or segment.");
}

ChsHealthModel *
chs_health_parse(const Jsonb *json)
{
	ModelBuilder builder;
	ModelObject model = {NULL, "The model"};

	check_json_size(VARSIZE(json));
	if (!JB_ROOT_IS_OBJECT(json))
		chs_model_error("it must be a JSON object",
						psprintf("It is %s.", JB_ROOT_IS_SCALAR(json) ?
								 "a single value" : "an array"),
						"Write {\"signals\": [...]}.");
	memset(&builder, 0, sizeof(builder));
	builder.json = trim_numbers(json);
	builder.header.version = HEALTH_MODEL_VERSION;
	initStringInfo(&builder.details);
	model.json = &builder.json->root;

	chs_model_check_keys(&model, model_keys);
	builder.header.method = chs_model_get_choice(&model, "method", method_names,
												 HEALTH_MEAN);
	builder.missing = chs_model_get_choice(&model, "missing", chs_model_missing_names, HEALTH_SKIP);
	if (chs_model_get_number_between(&model, "base", 0, 100, &builder.header.base) &&
		builder.header.method != HEALTH_POINTS)
		chs_model_error("\"base\" goes with the method \"points\"",
						psprintf("The model has \"base\": %s.",
								 chs_double_text(builder.header.base)),
						"Add \"method\": \"points\", or remove \"base\".");
	(void) chs_model_get_number_between(&model, "min_coverage", 0, 100,
										&builder.header.min_coverage);
	chs_model_read_signals(&builder, &model);
	chs_model_read_groups(&builder, &model);
	for (int i = 0; i < builder.header.nsignals; i++)
		builder.header.total_share += builder.signals[i].share;
	if (!(builder.header.total_share > 0))
		chs_model_error("the weights add up to zero",
						"No signal has a weight above 0 in a group with a weight above 0.",
						"Give at least one signal, and its group, a weight above 0; without \"weight\" a signal has 1.");
	read_limits(&builder, &model);
	read_bands(&builder, &model);
	read_alerts(&builder, &model);
	builder.header.is_simple = is_simple(&builder);

	/* what comes out must be able to come in again */
	check_json_size(strlen(JsonbToCString(NULL, &builder.json->root,
										  VARSIZE(builder.json))));
	return assemble(&builder);
}

static ChsHealthModel *
parse_text(const char *text)
{
	Datum		json;

	check_json_size(strlen(text));
	json = DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
	return chs_health_parse(DatumGetJsonbP(json));
}

static char *
model_json_text(const ChsHealthModel *model)
{
	Jsonb	   *json = HEALTH_JSONB(model);

	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* The content of a model is its JSON, from which everything else follows. */
static void
model_content(Datum value, ChsContent *content)
{
	int32		length_word;

	chs_content_from(value, MAXALIGN(sizeof(ChsHealthModel)), content);
	if (content->size < VARHDRSZ)
		return;
	memcpy(&length_word, content->bytes, VARHDRSZ); /* not aligned within a row */
	content->size = Min(content->size, VARSIZE(&length_word));
}

/* ---------------- SQL entry points ---------------- */

CHS_TYPE_OPERATORS(chs_healthmodel, model_content)

PG_FUNCTION_INFO_V1(chs_healthmodel_in);
Datum
chs_healthmodel_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(parse_text(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_out);
Datum
chs_healthmodel_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(model_json_text(chs_health_model_arg(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_recv);
Datum
chs_healthmodel_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version;
	char	   *text;
	int			length;

	if (buf->len == buf->cursor)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary health model"),
				 errdetail("It is empty."),
				 errhint("Send the byte %d and the JSON text.",
						 HEALTH_MODEL_VERSION)));
	version = pq_getmsgbyte(buf);
	if (version != HEALTH_MODEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version of a binary health model"),
				 errdetail("The version is %d; this release reads %d.",
						   version, HEALTH_MODEL_VERSION),
				 errhint("Send the model as text, or update the extension.")));
	/* refuses bytes that are no text, zero bytes among them */
	text = pq_getmsgtext(buf, buf->len - buf->cursor, &length);
	PG_RETURN_POINTER(parse_text(text));
}

PG_FUNCTION_INFO_V1(chs_healthmodel_send);
Datum
chs_healthmodel_send(PG_FUNCTION_ARGS)
{
	const ChsHealthModel *model = chs_health_model_arg(fcinfo, 0);
	StringInfoData buf;
	char	   *text = model_json_text(model);

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, HEALTH_MODEL_VERSION);
	pq_sendtext(&buf, text, strlen(text));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
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
	Jsonb	   *json = HEALTH_JSONB(chs_health_model_arg(fcinfo, 0));
	Jsonb	   *result = palloc(VARSIZE(json));

	memcpy(result, json, VARSIZE(json));
	PG_RETURN_JSONB_P(result);
}
