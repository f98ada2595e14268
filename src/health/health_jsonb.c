/*-------------------------------------------------------------------------
 *
 * health_jsonb.c
 *		Reading the signals of a customer from a jsonb, by key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "health/health_jsonb.h"
#include "shared/calendar.h"
#include "shared/check.h"
#include "shared/number.h"

pg_noreturn static void
bad_json_value(const ChsHealthModel *model, ChsHealthText key, const char *problem,
			   const JsonbValue *value, const char *hint)
{
	char	   *shown;

	switch (value->type)
	{
		case jbvString:
			shown = chs_shown_text(value->val.string.val,
								   value->val.string.len);
			break;
		case jbvNumeric:
			shown = chs_shown_numeric(NumericGetDatum(value->val.numeric));
			break;
		case jbvBool:
			shown = value->val.boolean ? "true" : "false";
			break;
		default:
			shown = JsonContainerIsArray(value->val.binary.data) ?
				"an array" : "an object";
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("key \"%s\" of the signals %s",
					chs_health_cstring(model, key), problem),
			 errdetail("The value is %s.", shown),
			 errhint("%s", hint)));
}

static DateADT
json_date(const ChsHealthModel *model, ChsHealthText key, const JsonbValue *value)
{
	DateADT		day;

	if (value->type != jbvString ||
		!chs_day_from_text(value->val.string.val, value->val.string.len, &day))
		bad_json_value(model, key, "must be a date", value,
					   "Write it as year-month-day, for instance \"2026-11-01\".");
	return day;
}

/*
 * Whether the keys are f1, f2, ... without a gap.  A jsonb holds its keys by
 * length, then by bytes, so the n-th is the one with the number n.
 */
static bool
has_row_names(JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbIteratorToken token;
	int			n = 0;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
		if (token == WJB_KEY &&
			!chs_health_is_row_name(key.val.string.val, key.val.string.len, ++n))
			return false;
	return n > 0;
}

pg_noreturn static void
refuse_row_names(const ChsHealthModel *model)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the keys of the signals are no names"),
			 errdetail("They are f1, f2 and so on; the health model asks for \"%s\".",
					   chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[0].name)),
			 errhint(CHS_HEALTH_ROW_NAMES_HINT)));
}

/* Whether there is a key of that name, be it null. */
static bool
read_jsonb_signal(const ChsHealthModel *model, const ChsHealthSignal *signal,
				  JsonbContainer *object, ChsHealthInput *input)
{
	JsonbValue	value;

	input->is_null = true;
	input->at_is_null = true;
	if (!getKeyJsonValueFromContainer(object, CHS_HEALTH_TEXT(model, signal->name),
									  signal->name.length, &value))
		return false;
	if (value.type == jbvNull)
		return true;
	input->is_bool = value.type == jbvBool;
	if (signal->rule == CHS_HEALTH_VALUES)
	{
		if (value.type != jbvString)
			bad_json_value(model, signal->name, "is not text", &value,
						   "Its signal lists texts in \"values\"; write the value in double quotes.");
		input->text = value.val.string.val;
		input->length = value.val.string.len;
		input->is_null = false;
	}
	else if (value.type == jbvNumeric)
		chs_health_set_number(model, signal,
							  chs_numeric_to_double(NumericGetDatum(value.val.numeric)),
							  input);
	else if (value.type == jbvBool)
		chs_health_set_number(model, signal, value.val.boolean ? 1 : 0, input);
	else
		bad_json_value(model, signal->name, "gives no score", &value,
					   "A signal is a number, a boolean or null; texts need \"values\" in the model.");

	if (signal->at.offset != 0 &&
		getKeyJsonValueFromContainer(object, CHS_HEALTH_TEXT(model, signal->at),
									 signal->at.length, &value) &&
		value.type != jbvNull)
		chs_health_set_at(model, signal, json_date(model, signal->at, &value), input);
	return true;
}

void
chs_health_read_jsonb(const ChsHealthModel *model, Jsonb *json, ChsHealthInput *inputs)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	bool		found = false;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the signals must be a JSON object"),
				 errdetail("They are %s.", JB_ROOT_IS_SCALAR(json) ?
						   "a single value" : "an array"),
				 errhint("Write {\"logins\": 12, \"nps\": 9}, or use to_jsonb(row).")));
	for (int i = 0; i < model->nsignals; i++)
		found |= read_jsonb_signal(model, &signals[i], &json->root, &inputs[i]);
	if (unlikely(!found) && has_row_names(&json->root))
		refuse_row_names(model);
}
