/*-------------------------------------------------------------------------
 *
 * health_signals.c
 *		Reading the signals of a health model: rules, staleness, groups.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"

#include "health/health_signals.h"
#include "shared/number.h"

static const char *const signal_keys[] = {
	"name", "group", "weight", "worst", "best", "curve", "steps", "values",
	"otherwise", "points", "max", "min", "missing", "at", "half_life_days",
	"expires_after_days", NULL
};
static const char *const group_keys[] = {"weight", NULL};
static const char *const missing_names[] = {
	"skip", "worst", "neutral", "fail", NULL
};

/* ---------------- what an unknown value means ---------------- */

/* One of the names, or the score that an unknown value gets. */
static void
read_missing(const ChsJsonObject *object, ChsHealthMethod method,
			 ChsHealthMissing *missing, double *score)
{
	JsonbValue	value;

	if (!chs_json_get_value(object, "missing", &value))
		return;
	if (value.type == jbvNumeric)
	{
		if (method == CHS_HEALTH_POINTS)
			chs_json_bad_value(object, "missing", &value,
							   "a score in \"missing\" does not go with the method \"points\"",
							   "Use \"skip\" or \"neutral\", which add nothing, or \"worst\" with \"min\".");
		(void) chs_model_get_number_between(object, "missing", 0, 100, score);
		*missing = CHS_HEALTH_SCORE;
		return;
	}
	if (value.type == jbvString)
		for (int i = 0; missing_names[i]; i++)
			if (strlen(missing_names[i]) == (Size) value.val.string.len &&
				memcmp(missing_names[i], value.val.string.val, value.val.string.len) == 0)
			{
				*missing = i;
				*score = i == CHS_HEALTH_NEUTRAL ? CHS_HEALTH_NEUTRAL_SCORE : 0;
				return;
			}
	chs_json_bad_value(object, "missing", &value, "unknown \"missing\"",
					   psprintf("Use one of %s, or a score such as 40.",
								chs_json_list_names(missing_names)));
}

/* The default of the signals. */
void
chs_health_read_missing(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	builder->missing = CHS_HEALTH_SKIP;
	builder->missing_score = 0;
	read_missing(model, builder->header.method, &builder->missing, &builder->missing_score);
}

/* ---------------- the rule of a signal ---------------- */

static double
point_number(const ChsJsonObject *object, const char *key,
			 const JsonbValue *point, int i)
{
	JsonbValue *value = NULL;
	double		number;

	if (point->type == jbvBinary && JsonContainerIsArray(point->val.binary.data) &&
		JsonContainerSize(point->val.binary.data) == 2)
		value = getIthJsonbValueFromContainer(point->val.binary.data, i);
	if (value == NULL || value->type != jbvNumeric)
		chs_json_bad_value(object, key, point,
						   psprintf("each entry of \"%s\" must be a pair of numbers", key),
						   psprintf("Write, for instance, \"%s\": [[0, 0], [20, 100]].", key));
	number = chs_numeric_to_double(NumericGetDatum(value->val.numeric));
	if (!isfinite(number))
		chs_json_bad_value(object, key, point,
						   psprintf("\"%s\" is out of range for double precision", key),
						   "The largest numbers are about 1e308.");
	return number;
}

/* curve and steps: pairs of a value and a score, values ascending */
static void
read_points(ChsHealthBuilder *builder, const ChsJsonObject *object, const char *key,
			JsonbContainer *array, ChsHealthSignal *signal)
{
	int			n = JsonContainerSize(array);
	double		previous = 0;

	if (n == 0 || n > CHS_HEALTH_MAX_DETAILS)
		chs_model_error(n == 0 ? psprintf("\"%s\" is empty", key) :
						psprintf("\"%s\" is too long", key),
						psprintf("%s has \"%s\" with %d entries, not 1 to %d.",
								 object->where, key, n, CHS_HEALTH_MAX_DETAILS),
						psprintf("Write, for instance, \"%s\": [[0, 0], [20, 100]].", key));
	signal->detail = builder->details.len;
	signal->ndetails = n;
	for (int i = 0; i < n; i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(array, i);
		ChsHealthPoint point;

		point.x = point_number(object, key, value, 0);
		point.score = point_number(object, key, value, 1);
		if (i > 0 && point.x <= previous)
			chs_json_bad_value(object, key, value,
							   psprintf("\"%s\" must ascend strictly", key),
							   psprintf("Sort the entries by their first number; %s does not come after %s.",
										chs_double_text(point.x),
										chs_double_text(previous)));
		if (!(point.score >= 0 && point.score <= 100))
			chs_json_bad_value(object, key, value,
							   psprintf("the scores of \"%s\" must be between 0 and 100", key),
							   "The second number of each entry is its score, 100 the best.");
		previous = point.x;
		appendBinaryStringInfo(&builder->details, (char *) &point,
							   sizeof(point));
	}
}

/*
 * values: an object from text to score.  jsonb keeps its keys ordered by
 * length and bytes, which is the order that scoring searches in.
 */
static void
read_options(ChsHealthBuilder *builder, const ChsJsonObject *object,
			 JsonbContainer *values, ChsHealthSignal *signal)
{
	JsonbIterator *iterator = JsonbIteratorInit(values);
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;
	int			n = JsonContainerSize(values);

	if (n == 0 || n > CHS_HEALTH_MAX_DETAILS)
		chs_model_error(n == 0 ? "\"values\" is empty" : "\"values\" is too long",
						psprintf("%s has \"values\" with %d entries, not 1 to %d.",
								 object->where, n, CHS_HEALTH_MAX_DETAILS),
						"Write, for instance, \"values\": {\"negative\": 0, \"positive\": 100}.");
	signal->detail = builder->details.len;
	signal->ndetails = n;
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		ChsHealthOption option;
		char	   *name;

		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&iterator, &value, true);
		option.text = chs_model_text_of(builder, &key);
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (value.type != jbvNumeric)
			chs_json_bad_value(object, name, &value,
							   "the scores of \"values\" must be numbers",
							   "Write, for instance, \"values\": {\"negative\": 0, \"positive\": 100}.");
		option.score = chs_numeric_to_double(NumericGetDatum(value.val.numeric));
		if (!(option.score >= 0 && option.score <= 100))
			chs_json_bad_value(object, name, &value,
							   "the scores of \"values\" must be between 0 and 100",
							   "The best text scores 100, the worst 0.");
		appendBinaryStringInfo(&builder->details, (char *) &option,
							   sizeof(option));
	}
}

/* The score of all texts that are not listed. */
static void
read_otherwise(const ChsJsonObject *object, ChsHealthSignal *signal)
{
	JsonbValue	value;

	if (!chs_json_get_value(object, "otherwise", &value))
		return;
	if (signal->rule != CHS_HEALTH_VALUES)
		chs_json_bad_value(object, "otherwise", &value, "\"otherwise\" goes with \"values\"",
						   "Remove it, or list the texts of the signal in \"values\".");
	(void) chs_model_get_number_between(object, "otherwise", 0, 100, &signal->otherwise);
	signal->has_otherwise = 1;
}

static void
read_linear(const ChsJsonObject *object, ChsHealthSignal *signal)
{
	double		worst;
	double		best;
	const char *hint = "Give both, for instance \"worst\": 0, \"best\": 20; \"worst\" above \"best\" means that lower is better.";

	if (!chs_model_get_number(object, "worst", &worst))
		chs_json_absent_key(object, "worst", hint);
	if (!chs_model_get_number(object, "best", &best))
		chs_json_absent_key(object, "best", hint);
	if (worst == best)
		chs_model_error("\"worst\" and \"best\" must differ",
						psprintf("%s has both at %s.", object->where,
								 chs_double_text(worst)), hint);
	signal->rule = CHS_HEALTH_LINEAR;
	signal->low = 0;
	signal->high = 100;
	signal->origin = worst;
	signal->best = best;
	signal->width = best - worst;
	if (fabs(signal->width) > CHS_HEALTH_MAX_WIDTH)
		chs_model_error("\"worst\" and \"best\" are too far apart",
						psprintf("%s has %s and %s.", object->where,
								 chs_double_text(worst), chs_double_text(best)),
						hint);
}

static void
read_mean_rule(ChsHealthBuilder *builder, const ChsJsonObject *object,
			   ChsHealthSignal *signal)
{
	JsonbContainer *container;
	JsonbValue	value;
	int			nrules = 0;
	const char *const points_keys[] = {"points", "max", "min"};

	for (int i = 0; i < (int) lengthof(points_keys); i++)
		if (chs_json_get_value(object, points_keys[i], &value))
			chs_json_bad_value(object, points_keys[i], &value,
							   psprintf("\"%s\" goes with the method \"points\"",
										points_keys[i]),
							   "Add \"method\": \"points\" to the model, or use \"worst\" and \"best\".");
	if (chs_json_get_value(object, "worst", &value) || chs_json_get_value(object, "best", &value))
	{
		nrules++;
		read_linear(object, signal);
	}
	if (chs_json_get_container(object, "curve", true, &container))
	{
		nrules++;
		signal->rule = CHS_HEALTH_CURVE;
		read_points(builder, object, "curve", container, signal);
	}
	if (chs_json_get_container(object, "steps", true, &container))
	{
		nrules++;
		signal->rule = CHS_HEALTH_STEPS;
		read_points(builder, object, "steps", container, signal);
	}
	if (chs_json_get_container(object, "values", false, &container))
	{
		nrules++;
		signal->rule = CHS_HEALTH_VALUES;
		read_options(builder, object, container, signal);
	}
	if (nrules != 1)
		chs_model_error("a signal needs exactly one rule",
						psprintf("%s has %d of \"worst\" with \"best\", \"curve\", \"steps\" and \"values\".",
								 object->where, nrules),
						"Write, for instance, \"worst\": 0, \"best\": 20.");
	read_otherwise(object, signal);
}

static void
read_points_rule(const ChsJsonObject *object, ChsHealthSignal *signal)
{
	const char *const mean_keys[] = {"worst", "best", "curve", "steps", "values", "otherwise"};
	JsonbValue	value;
	bool		has_min;

	for (int i = 0; i < (int) lengthof(mean_keys); i++)
		if (chs_json_get_value(object, mean_keys[i], &value))
			chs_json_bad_value(object, mean_keys[i], &value,
							   psprintf("\"%s\" does not go with the method \"points\"",
										mean_keys[i]),
							   "Give \"points\" per unit of the value, or remove \"method\".");
	signal->rule = CHS_HEALTH_POINTS_EACH;
	if (!chs_model_get_number(object, "points", &signal->origin))
		chs_json_absent_key(object, "points",
							"Write, for instance, \"points\": 5, \"max\": 20.");
	signal->low = -get_float8_infinity();
	signal->high = get_float8_infinity();
	has_min = chs_model_get_number(object, "min", &signal->low);
	signal->has_max = chs_model_get_number(object, "max", &signal->high);
	if (signal->low > signal->high)
		chs_model_error("\"min\" is above \"max\"",
						psprintf("%s has \"min\": %s and \"max\": %s.",
								 object->where, chs_double_text(signal->low),
								 chs_double_text(signal->high)),
						"They limit the points of the signal, not its value; swap them.");
	if (signal->missing == CHS_HEALTH_WORST && !has_min)
		chs_model_error("\"missing\": \"worst\" needs \"min\" with the method \"points\"",
						psprintf("%s has no \"min\", so its worst is unknown.",
								 object->where),
						"Add \"min\", the least that the signal can add, or use \"missing\": \"skip\".");
}

static void
read_staleness(ChsHealthBuilder *builder, const ChsJsonObject *object,
			   ChsHealthSignal *signal)
{
	JsonbValue	value;
	const char *const keys[] = {"half_life_days", "expires_after_days"};

	signal->expires_after = get_float8_infinity();
	if (chs_model_get_name(object, "at", &value))
		signal->at = chs_model_text_of(builder, &value);
	else
	{
		for (int i = 0; i < (int) lengthof(keys); i++)
			if (chs_json_get_value(object, keys[i], &value))
				chs_json_bad_value(object, keys[i], &value,
								   psprintf("\"%s\" needs \"at\"", keys[i]),
								   "Name in \"at\" the date column that tells how old the value is.");
		return;
	}
	builder->header.needs_as_of = 1;
	if (chs_model_get_number(object, keys[0], &signal->half_life) &&
		signal->half_life <= 0)
	{
		(void) chs_json_get_value(object, keys[0], &value);
		chs_json_bad_value(object, keys[0], &value,
						   "\"half_life_days\" must be above 0",
						   "Remove it if the value does not fade.");
	}
	(void) chs_model_get_number_between(object, keys[1], 0, get_float8_infinity(),
										&signal->expires_after);
}

/* ---------------- signals and groups ---------------- */

static void
read_signal(ChsHealthBuilder *builder, ChsJsonObject *object, int i)
{
	ChsHealthSignal *signal = &builder->signals[i];
	ChsHealthMissing missing;
	JsonbValue	name;
	JsonbValue	value;

	chs_model_check_keys(object, signal_keys);
	if (!chs_model_get_name(object, "name", &name))
		chs_json_absent_key(object, "name",
							"The name is the column or key that holds the signal.");
	object->where = psprintf("Signal %s", chs_json_shown(&name));
	for (int j = 0; j < i; j++)
		if (chs_model_same_text(builder, builder->signals[j].name, name.val.string.val,
								name.val.string.len))
			chs_model_error(psprintf("signal %s occurs twice", chs_json_shown(&name)),
							psprintf("Signals %d and %d have the same name.",
									 j + 1, i + 1),
							"Merge them, or give the column a second name in the query.");
	signal->name = chs_model_text_of(builder, &name);
	signal->label = chs_model_get_text(builder, object, "label");
	signal->unit = chs_model_get_text(builder, object, "unit");
	if (chs_model_get_name(object, "group", &value))
		signal->group = chs_model_text_of(builder, &value);
	signal->action = chs_model_get_text(builder, object, "action");
	signal->weight = 1;
	(void) chs_model_get_number_between(object, "weight", 0, CHS_HEALTH_MAX_WEIGHT,
										&signal->weight);
	missing = builder->missing;
	signal->missing_score = builder->missing_score;
	read_missing(object, builder->header.method, &missing, &signal->missing_score);
	signal->missing = missing;
	read_staleness(builder, object, signal);
	if (builder->header.method == CHS_HEALTH_POINTS)
		read_points_rule(object, signal);
	else
		read_mean_rule(builder, object, signal);
}

static void
number_groups(ChsHealthBuilder *builder)
{
	for (int i = 0; i < builder->header.nsignals; i++)
	{
		int			j = 0;

		while (j < i && !chs_model_same_texts(builder, builder->signals[j].group,
											  builder->signals[i].group))
			j++;
		builder->signals[i].group_no = j < i ?
			builder->signals[j].group_no : builder->header.ngroups++;
	}
}

void
chs_health_read_signals(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	JsonbContainer *array;
	int			n;

	if (!chs_json_get_container(model, "signals", true, &array))
		chs_json_absent_key(model, "signals",
							"Write, for instance, {\"signals\": [{\"name\": \"logins\", \"weight\": 10, \"worst\": 0, \"best\": 20}]}.");
	n = JsonContainerSize(array);
	if (n < 1 || n > CHS_HEALTH_MAX_SIGNALS)
		chs_model_error(n < 1 ? "it has no signals" : "it has too many signals",
						psprintf("\"signals\" has %d entries, not 1 to %d.", n,
								 CHS_HEALTH_MAX_SIGNALS),
						n < 1 ? "Write, for instance, {\"signals\": [{\"name\": \"logins\", \"weight\": 10, \"worst\": 0, \"best\": 20}]}." :
						"Make several models of it, for instance one per stage or segment.");
	builder->header.nsignals = n;
	builder->signals = palloc0(n * sizeof(ChsHealthSignal));
	for (int i = 0; i < n; i++)
	{
		ChsJsonObject signal;

		chs_json_get_element(CHS_HEALTH_MODEL_NAME, array, i, "signal", &signal);
		read_signal(builder, &signal, i);
	}
	number_groups(builder);
}

/* Hands the weight of a group to the signals in it. */
static void
read_group(ChsHealthBuilder *builder, const JsonbValue *name,
		   const ChsJsonObject *group)
{
	double		weight = 0;
	double		inside = 0;
	int			members = 0;

	chs_model_check_keys(group, group_keys);
	if (!chs_model_get_number_between(group, "weight", 0, CHS_HEALTH_MAX_WEIGHT, &weight))
		chs_json_absent_key(group, "weight", "Write, for instance, {\"weight\": 50}.");
	for (int i = 0; i < builder->header.nsignals; i++)
		if (chs_model_same_text(builder, builder->signals[i].group,
								name->val.string.val, name->val.string.len))
		{
			members++;
			inside += builder->signals[i].weight;
		}
	if (members == 0)
		chs_model_error(psprintf("group %s has no signals", chs_json_shown(name)),
						psprintf("No signal has \"group\": %s.", chs_json_shown(name)),
						"Remove the group, or name it in a signal.");
	for (int i = 0; i < builder->header.nsignals; i++)
	{
		ChsHealthSignal *signal = &builder->signals[i];

		if (!chs_model_same_text(builder, signal->group, name->val.string.val,
								 name->val.string.len))
			continue;
		signal->group_weight = weight;
		signal->share = inside > 0 ? weight * (signal->weight / inside) : 0;
	}
}

void
chs_health_read_groups(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	JsonbContainer *groups;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;

	for (int i = 0; i < builder->header.nsignals; i++)
		builder->signals[i].share = builder->signals[i].weight;
	if (!chs_json_get_container(model, "groups", false, &groups))
		return;
	if (builder->header.method == CHS_HEALTH_POINTS)
		chs_model_error("\"groups\" does not go with the method \"points\"",
						"Points of all signals are added up.",
						"Remove \"groups\"; the signals may keep their \"group\".");
	builder->header.has_groups = 1;
	for (int i = 0; i < builder->header.nsignals; i++)
	{
		ChsHealthSignal *signal = &builder->signals[i];
		ChsJsonObject object = {CHS_HEALTH_MODEL_NAME, groups, NULL};
		char	   *name = chs_model_cstring(builder, signal->name);
		char	   *group;

		if (signal->group.offset == 0)
			chs_model_error("with \"groups\" every signal needs a \"group\"",
							psprintf("Signal \"%s\" has none.", name),
							"Name one of them in the signal, or remove \"groups\".");
		group = chs_model_cstring(builder, signal->group);
		if (!chs_json_get_value(&object, group, &value))
			chs_model_error(psprintf("group \"%s\" is not in \"groups\"", group),
							psprintf("Signal \"%s\" belongs to it.", name),
							psprintf("Add \"%s\": {\"weight\": 10} to \"groups\".", group));
	}
	iterator = JsonbIteratorInit(groups);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		ChsJsonObject group = {CHS_HEALTH_MODEL_NAME, NULL, NULL};

		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&iterator, &value, true);
		group.where = psprintf("Group %s", chs_json_shown(&key));
		if (value.type != jbvBinary ||
			!JsonContainerIsObject(value.val.binary.data))
			chs_model_error("each group must be an object",
							psprintf("%s is %s.", group.where, chs_json_shown(&value)),
							"Write, for instance, {\"weight\": 50}.");
		group.json = value.val.binary.data;
		read_group(builder, &key, &group);
	}
}
