/*-------------------------------------------------------------------------
 *
 * health_json.c
 *		Reading the JSON of a health model, with messages that name the place.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "shared/check.h"
#include "health/health_json.h"
#include "shared/number.h"

static const char *const free_text_keys[] = {
	"id", "note", "label", "unit", "action", "title", "version", "owner", NULL
};

/* ---------------- errors ---------------- */

void
chs_model_error(const char *problem, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid health model: %s", problem),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
	pg_unreachable();
}

/* A JSON value as a person wrote it, shortened. */
char *
chs_model_shown_value(const JsonbValue *value)
{
	char	   *text;

	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvBool:
			return value->val.boolean ? "true" : "false";
		case jbvNumeric:
			return chs_shown_numeric(NumericGetDatum(value->val.numeric));
		case jbvString:
			return chs_shown_text(value->val.string.val, value->val.string.len);
		default:
			text = JsonbToCString(NULL, value->val.binary.data,
								  value->val.binary.len);
			return chs_shown(text, strlen(text));
	}
}

void
chs_model_bad_value(const ChsHealthObject *object, const char *key, const JsonbValue *value,
					const char *problem, const char *hint)
{
	chs_model_error(problem,
					psprintf("%s has \"%s\": %s.", object->where, key,
							 chs_model_shown_value(value)),
					hint);
}

void
chs_model_absent_key(const ChsHealthObject *object, const char *key, const char *hint)
{
	chs_model_error(psprintf("\"%s\" is needed", key),
					psprintf("%s has no \"%s\".", object->where, key),
					hint);
}

/* The percentage to write in place of a share of 1. */
char *
chs_model_percent_hint(double fraction)
{
	return psprintf("Scores and coverage go from 0 to 100: in percent, write %s, not %s.",
					chs_double_text(rint(fraction * 1e8) / 1e6), chs_double_text(fraction));
}

/* ---------------- reading JSON ---------------- */

static bool
is_listed(const char *const *names, const char *name, int length)
{
	for (; *names; names++)
		if (strlen(*names) == (Size) length && memcmp(*names, name, length) == 0)
			return true;
	return false;
}

char *
chs_model_list_names(const char *const *names)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const char *const *name = names; *name; name++)
		appendStringInfo(&list, "%s\"%s\"", name == names ? "" : ", ", *name);
	return list.data;
}

pg_noreturn static void
unknown_key(const ChsHealthObject *object, const char *const *keys,
			const JsonbValue *key)
{
	char	   *name = pnstrdup(key->val.string.val, key->val.string.len);
	ChsNearest	nearest;
	char	   *near_names;

	chs_nearest_start(&nearest, name);
	for (const char *const *known = keys; *known; known++)
		chs_nearest_add(&nearest, *known);
	for (const char *const *known = free_text_keys; *known; known++)
		chs_nearest_add(&nearest, *known);
	near_names = chs_nearest_list(&nearest);

	chs_model_error(psprintf("unknown key %s", chs_model_shown_value(key)),
					psprintf("%s may have %s and the free texts %s.",
							 object->where, chs_model_list_names(keys),
							 chs_model_list_names(free_text_keys)),
					near_names ?
					psprintf("Perhaps you meant %s.", near_names) :
					"Remarks belong in \"note\".");
}

/* Every key must be one of keys or a free text. */
void
chs_model_check_keys(const ChsHealthObject *object, const char *const *keys)
{
	JsonbIterator *iterator = JsonbIteratorInit(object->json);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		JsonbValue	key;

		if (token != WJB_KEY)
			continue;
		key = value;
		(void) JsonbIteratorNext(&iterator, &value, true);
		if (is_listed(keys, key.val.string.val, key.val.string.len))
			continue;
		if (!is_listed(free_text_keys, key.val.string.val, key.val.string.len))
			unknown_key(object, keys, &key);
		if (value.type != jbvString && value.type != jbvNull)
			chs_model_bad_value(object, pnstrdup(key.val.string.val, key.val.string.len),
								&value, "a free text must be a string",
								"Put it into double quotes.");
	}
}

/* The value of a key; null counts as absent, as in an empty spreadsheet cell. */
bool
chs_model_get_value(const ChsHealthObject *object, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object->json, key, strlen(key),
										value) != NULL &&
		value->type != jbvNull;
}

bool
chs_model_get_number(const ChsHealthObject *object, const char *key, double *number)
{
	JsonbValue	value;

	if (!chs_model_get_value(object, key, &value))
		return false;
	if (value.type != jbvNumeric)
		chs_model_bad_value(object, key, &value, psprintf("\"%s\" must be a number", key),
							psprintf("Write, for instance, \"%s\": 10.", key));
	*number = chs_numeric_to_double(NumericGetDatum(value.val.numeric));
	if (!isfinite(*number))
		chs_model_bad_value(object, key, &value,
							psprintf("\"%s\" is out of range for double precision", key),
							"The largest numbers are about 1e308.");
	return true;
}

bool
chs_model_get_number_between(const ChsHealthObject *object, const char *key,
							 double low, double high, double *number)
{
	if (!chs_model_get_number(object, key, number))
		return false;
	if (!(*number >= low && *number <= high))
	{
		JsonbValue	value;

		(void) chs_model_get_value(object, key, &value);
		chs_model_bad_value(object, key, &value,
							isinf(high) ?
							psprintf("\"%s\" must not be below %s", key,
									 chs_double_text(low)) :
							psprintf("\"%s\" must be between %s and %s", key,
									 chs_double_text(low), chs_double_text(high)),
							psprintf("Write, for instance, \"%s\": 10.", key));
	}
	return true;
}

ChsHealthText
chs_model_text_of(const ChsHealthBuilder *builder, const JsonbValue *string)
{
	ChsHealthText	text;

	text.offset = MAXALIGN(sizeof(ChsHealthModel)) +
		(string->val.string.val - (const char *) builder->json);
	text.length = string->val.string.len;
	return text;
}

bool
chs_model_get_string(const ChsHealthObject *object, const char *key, JsonbValue *value)
{
	if (!chs_model_get_value(object, key, value))
		return false;
	if (value->type != jbvString)
		chs_model_bad_value(object, key, value, psprintf("\"%s\" must be a string", key),
							"Put it into double quotes.");
	if (value->val.string.len == 0)
		chs_model_bad_value(object, key, value, psprintf("\"%s\" is empty", key),
							"Write a text, or remove the key.");
	return true;
}

/* A string that messages show and columns may have. */
bool
chs_model_get_name(const ChsHealthObject *object, const char *key, JsonbValue *value)
{
	if (!chs_model_get_string(object, key, value))
		return false;
	if (value->val.string.len > CHS_HEALTH_MAX_NAME)
		chs_model_error(psprintf("\"%s\" is too long", key),
						psprintf("%s has \"%s\" with %d bytes, not at most %d.",
								 object->where, key, value->val.string.len,
								 CHS_HEALTH_MAX_NAME), "Shorten it, and rename the column or key.");
	return true;
}

ChsHealthText
chs_model_get_text(const ChsHealthBuilder *builder, const ChsHealthObject *object,
				   const char *key)
{
	JsonbValue	value;
	ChsHealthText	absent = {0, 0};

	return chs_model_get_string(object, key, &value) ? chs_model_text_of(builder, &value) : absent;
}

/* One of names; returns its number, or fallback when the key is absent. */
int
chs_model_get_choice(const ChsHealthObject *object, const char *key,
					 const char *const *names, int fallback)
{
	JsonbValue	value;

	if (!chs_model_get_string(object, key, &value))
		return fallback;
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == (Size) value.val.string.len &&
			memcmp(names[i], value.val.string.val, value.val.string.len) == 0)
			return i;
	chs_model_bad_value(object, key, &value, psprintf("unknown \"%s\"", key),
						psprintf("Use one of %s.", chs_model_list_names(names)));
}

bool
chs_model_get_container(const ChsHealthObject *object, const char *key, bool array,
						JsonbContainer **container)
{
	JsonbValue	value;

	if (!chs_model_get_value(object, key, &value))
		return false;
	if (value.type != jbvBinary ||
		JsonContainerIsArray(value.val.binary.data) != array)
		chs_model_bad_value(object, key, &value,
							psprintf("\"%s\" must be %s", key,
									 array ? "an array" : "an object"),
							psprintf("Write \"%s\": %s.", key, array ? "[...]" : "{...}"));
	*container = value.val.binary.data;
	return true;
}

/* The i-th element of an array of objects. */
void
chs_model_get_element(JsonbContainer *array, int i, const char *kind,
					  ChsHealthObject *element)
{
	JsonbValue *value = getIthJsonbValueFromContainer(array, i);

	element->where = psprintf("%c%s %d", pg_toupper((unsigned char) kind[0]),
							  kind + 1, i + 1);
	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		chs_model_error(psprintf("each %s must be an object", kind),
						psprintf("%s is %s.", element->where,
								 chs_model_shown_value(value)),
						"Write it with its keys in braces.");
	element->json = value->val.binary.data;
}

bool
chs_model_same_text(const ChsHealthBuilder *builder, ChsHealthText text, const char *bytes,
					int length)
{
	const char *own = (const char *) builder->json +
		(text.offset - MAXALIGN(sizeof(ChsHealthModel)));

	return text.offset != 0 && text.length == (uint32) length &&
		memcmp(own, bytes, length) == 0;
}

bool
chs_model_same_texts(const ChsHealthBuilder *builder, ChsHealthText a, ChsHealthText b)
{
	if (a.offset == 0 || b.offset == 0)
		return a.offset == b.offset;
	return chs_model_same_text(builder, a,
							   (const char *) builder->json +
							   (b.offset - MAXALIGN(sizeof(ChsHealthModel))), b.length);
}

/* A string of the model while it is being read. */
char *
chs_model_cstring(const ChsHealthBuilder *builder, ChsHealthText text)
{
	return pnstrdup((const char *) builder->json + (text.offset - MAXALIGN(sizeof(ChsHealthModel))),
					text.length);
}
