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
	chs_json_error(CHS_HEALTH_MODEL_NAME, problem, detail, hint);
}

/* The percentage to write in place of a share of 1. */
char *
chs_model_percent_hint(double fraction)
{
	return psprintf("Scores and coverage go from 0 to 100: in percent, write %s, not %s.",
					chs_double_text(rint(fraction * 1e8) / 1e6), chs_double_text(fraction));
}

/* ---------------- reading JSON ---------------- */

/* Every key must be one of keys or a free text. */
void
chs_model_check_keys(const ChsJsonObject *object, const char *const *keys)
{
	chs_json_check_keys(object, keys, free_text_keys);
}

bool
chs_model_get_number(const ChsJsonObject *object, const char *key, double *number)
{
	JsonbValue	value;

	if (!chs_json_get_value(object, key, &value))
		return false;
	if (value.type != jbvNumeric)
		chs_json_bad_value(object, key, &value, psprintf("\"%s\" must be a number", key),
						   psprintf("Write, for instance, \"%s\": 10.", key));
	*number = chs_numeric_to_double(NumericGetDatum(value.val.numeric));
	if (!isfinite(*number))
		chs_json_bad_value(object, key, &value,
						   psprintf("\"%s\" is out of range for double precision", key),
						   "The largest numbers are about 1e308.");
	return true;
}

bool
chs_model_get_number_between(const ChsJsonObject *object, const char *key,
							 double low, double high, double *number)
{
	if (!chs_model_get_number(object, key, number))
		return false;
	if (!(*number >= low && *number <= high))
	{
		JsonbValue	value;

		(void) chs_json_get_value(object, key, &value);
		chs_json_bad_value(object, key, &value,
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

/* A string that messages show and columns may have. */
bool
chs_model_get_name(const ChsJsonObject *object, const char *key, JsonbValue *value)
{
	if (!chs_json_get_string(object, key, value))
		return false;
	if (value->val.string.len > CHS_HEALTH_MAX_NAME)
		chs_model_error(psprintf("\"%s\" is too long", key),
						psprintf("%s has \"%s\" with %d bytes, not at most %d.",
								 object->where, key, value->val.string.len,
								 CHS_HEALTH_MAX_NAME), "Shorten it, and rename the column or key.");
	return true;
}

ChsHealthText
chs_model_get_text(const ChsHealthBuilder *builder, const ChsJsonObject *object,
				   const char *key)
{
	JsonbValue	value;
	ChsHealthText	absent = {0, 0};

	return chs_json_get_string(object, key, &value) ? chs_model_text_of(builder, &value) : absent;
}

/* One of names; returns its number, or fallback when the key is absent. */
int
chs_model_get_choice(const ChsJsonObject *object, const char *key,
					 const char *const *names, int fallback)
{
	JsonbValue	value;

	if (!chs_json_get_string(object, key, &value))
		return fallback;
	for (int i = 0; names[i]; i++)
		if (strlen(names[i]) == (Size) value.val.string.len &&
			memcmp(names[i], value.val.string.val, value.val.string.len) == 0)
			return i;
	chs_json_bad_value(object, key, &value, psprintf("unknown \"%s\"", key),
					   psprintf("Use one of %s.", chs_json_list_names(names)));
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
