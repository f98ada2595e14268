/*-------------------------------------------------------------------------
 *
 * health_limits.c
 *		Reading the caps, floors, bands and alerts of a health model.
 *
 * Scores are percentages.  A model whose caps or bands are written as shares
 * of 1 would score without an error and put every customer into one band, so
 * it is refused: when one of the numbers lies between 0 and 1 and none is
 * above 1.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "health/health_limits.h"
#include "shared/check.h"
#include "shared/number.h"

#define DEFAULT_DROP		15
#define DEFAULT_WITHIN_DAYS	31	/* so that month ends compare */
#define DEFAULT_HYSTERESIS	3

static const char *const limit_keys[] = {
	"signal", "above", "below", "is", "score", "reason", NULL
};
static const char *const band_keys[] = {"name", "color", "from", NULL};
static const char *const alert_keys[] = {
	"drop", "within_days", "hysteresis", NULL
};

/* Looks at a list of scores for shares of 1. */
typedef struct ScoreScale
{
	double		fraction;		/* the first one between 0 and 1, or 0 */
	int			place;			/* where it is, from 0 */
	bool		above_one;
} ScoreScale;

static void
look_at_scale(ScoreScale *scale, double score, int place)
{
	if (scale->fraction == 0 && score > 0 && score < 1)
	{
		scale->fraction = score;
		scale->place = place;
	}
	scale->above_one |= score > 1;
}

static void
check_scale(const ScoreScale *scale, const char *list, const char *entry, const char *key)
{
	if (scale->fraction == 0 || scale->above_one)
		return;
	chs_model_error(psprintf("\"%s\" must be in percent", list),
					psprintf("%s %d has \"%s\": %s, and none of them is above 1.", entry, scale->place + 1,
							 key, chs_double_text(scale->fraction)),
					chs_model_percent_hint(scale->fraction));
}

/* ---------------- caps and floors ---------------- */

pg_noreturn static void
unknown_signal(const ChsHealthBuilder *builder, const ChsJsonObject *object,
			   const JsonbValue *name)
{
	ChsNearest	nearest;
	char	   *near_names;

	chs_nearest_start(&nearest, pnstrdup(name->val.string.val, name->val.string.len));
	for (int i = 0; i < builder->header.nsignals; i++)
		chs_nearest_add(&nearest, chs_model_cstring(builder, builder->signals[i].name));
	near_names = chs_nearest_list(&nearest);
	chs_json_bad_value(object, "signal", name, "there is no such signal",
					   near_names ? psprintf("Perhaps you meant %s.", near_names) :
					   "Name one of the model's signals.");
}

static int
read_limited_signal(const ChsHealthBuilder *builder, const ChsJsonObject *object, JsonbValue *name)
{
	if (!chs_json_get_string(object, "signal", name))
		chs_json_absent_key(object, "signal",
							"Write, for instance, {\"signal\": \"days_overdue\", \"above\": 60, \"score\": 30}.");
	for (int i = 0; i < builder->header.nsignals; i++)
		if (chs_model_same_text(builder, builder->signals[i].name,
								name->val.string.val, name->val.string.len))
			return i;
	unknown_signal(builder, object, name);
}

/* A text that the signal does not list would be an error before any limit. */
static void
check_listed(const ChsHealthBuilder *builder, const ChsJsonObject *object,
			 const ChsHealthSignal *signal, const JsonbValue *is)
{
	const ChsHealthOption *options = (const ChsHealthOption *) (builder->details.data + signal->detail);
	ChsNearest	nearest;
	char	   *near_names;

	if (signal->has_otherwise)
		return;
	chs_nearest_start(&nearest, pnstrdup(is->val.string.val, is->val.string.len));
	for (uint32 i = 0; i < signal->ndetails; i++)
	{
		if (chs_model_same_text(builder, options[i].text, is->val.string.val, is->val.string.len))
			return;
		chs_nearest_add(&nearest, chs_model_cstring(builder, options[i].text));
	}
	near_names = chs_nearest_list(&nearest);
	chs_json_bad_value(object, "is", is, "the signal does not list this text in \"values\"",
					   near_names ? psprintf("Perhaps you meant %s.", near_names) :
					   "Name one of its texts, or give the signal \"otherwise\".");
}

/* The condition: above or below a number, or the one text. */
static void
read_condition(ChsHealthBuilder *builder, ChsJsonObject *object, const JsonbValue *name,
			   ChsHealthLimit *limit)
{
	const ChsHealthSignal *signal = &builder->signals[limit->signal];
	bool		is_text = signal->rule == CHS_HEALTH_VALUES;
	JsonbValue	is;
	JsonbValue	below;
	bool		has_is = chs_json_get_value(object, "is", &is);
	bool		has_below = chs_json_get_value(object, "below", &below);
	bool		has_above = chs_model_get_number(object, "above", &limit->threshold);

	if (is_text && (has_above || has_below))
		chs_json_bad_value(object, "signal", name,
						   "a signal with \"values\" has no number to compare",
						   "Name its text, for instance \"is\": \"negative\".");
	if (!is_text && has_is)
		chs_json_bad_value(object, "is", &is, "\"is\" needs a signal with \"values\"",
						   "Use \"above\" or \"below\"; a boolean is 1 or 0.");
	if (has_above + has_below + has_is != 1)
		chs_model_error("exactly one of \"above\", \"below\" and \"is\" is needed",
						psprintf("%s has %d of them.", object->where, has_above + has_below + has_is),
						is_text ? "Write, for instance, \"is\": \"negative\"." :
						"Write, for instance, \"above\": 60.");

	limit->test = has_above ? CHS_HEALTH_ABOVE : has_below ? CHS_HEALTH_BELOW : CHS_HEALTH_IS;
	if (has_below)
		(void) chs_model_get_number(object, "below", &limit->threshold);
	if (has_is)
	{
		if (is.type != jbvString)
			chs_json_bad_value(object, "is", &is, "\"is\" must be a string", "Put it into double quotes.");
		check_listed(builder, object, signal, &is);
		limit->is = chs_model_text_of(builder, &is);
	}
}

static void
read_limit(ChsHealthBuilder *builder, ChsJsonObject *object, bool is_cap,
		   ChsHealthLimit *limit)
{
	JsonbValue	name;

	chs_model_check_keys(object, limit_keys);
	limit->signal = read_limited_signal(builder, object, &name);
	limit->is_cap = is_cap;
	read_condition(builder, object, &name, limit);
	if (!chs_model_get_number_between(object, "score", 0, 100, &limit->score))
		chs_json_absent_key(object, "score", "Give the score at which it holds.");
	limit->reason = chs_model_get_text(builder, object, "reason");
}

/* The entries of one list. */
static void
read_limit_list(ChsHealthBuilder *builder, JsonbContainer *list, int n, bool is_cap,
				ChsHealthLimit *limits)
{
	ScoreScale	scale = {0};

	for (int i = 0; i < n; i++)
	{
		ChsJsonObject object;

		chs_json_get_element(CHS_HEALTH_MODEL_NAME, list, i, is_cap ? "cap" : "floor", &object);
		read_limit(builder, &object, is_cap, &limits[i]);
		look_at_scale(&scale, limits[i].score, i);
	}
	check_scale(&scale, is_cap ? "caps" : "floors", is_cap ? "Cap" : "Floor", "score");
}

void
chs_health_read_limits(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	JsonbContainer *floors = NULL;
	JsonbContainer *caps = NULL;
	int			nfloors = 0;
	int			ncaps = 0;

	if (chs_json_get_container(model, "floors", true, &floors))
		nfloors = JsonContainerSize(floors);
	if (chs_json_get_container(model, "caps", true, &caps))
		ncaps = JsonContainerSize(caps);
	if (nfloors + ncaps > CHS_HEALTH_MAX_SIGNALS)
		chs_model_error("it has too many caps and floors",
						psprintf("There are %d, not at most %d.", nfloors + ncaps,
								 CHS_HEALTH_MAX_SIGNALS),
						"Keep those that matter; of caps the lowest acts, of floors the highest.");
	builder->header.nlimits = nfloors + ncaps;
	builder->limits = palloc0((nfloors + ncaps + 1) * sizeof(ChsHealthLimit));
	read_limit_list(builder, floors, nfloors, false, builder->limits);
	read_limit_list(builder, caps, ncaps, true, builder->limits + nfloors);
}

/* ---------------- bands ---------------- */

static const char *const bands_hint =
"Write, for instance, [{\"name\": \"low\", \"from\": 0}, {\"name\": \"high\", \"from\": 60}].";

static void
read_band_name(ChsHealthBuilder *builder, ChsJsonObject *object, int i)
{
	JsonbValue	name;

	if (!chs_json_get_string(object, "name", &name))
		chs_json_absent_key(object, "name", bands_hint);
	object->where = psprintf("Band %s", chs_json_shown(&name));
	for (int j = 0; j < i; j++)
		if (chs_model_same_text(builder, builder->bands[j].name,
								name.val.string.val, name.val.string.len))
			chs_model_error(psprintf("band %s occurs twice", chs_json_shown(&name)),
							psprintf("Bands %d and %d have the same name.",
									 j + 1, i + 1), bands_hint);
	builder->bands[i].name = chs_model_text_of(builder, &name);
}

static void
read_band(ChsHealthBuilder *builder, ChsJsonObject *object, int i)
{
	ChsHealthBand *band = &builder->bands[i];
	JsonbValue	to;

	if (chs_json_get_value(object, "to", &to))
		chs_json_bad_value(object, "to", &to, "unknown key \"to\"",
						   "A band reaches to the \"from\" of the next one, the last to 100; remove \"to\".");
	chs_model_check_keys(object, band_keys);
	read_band_name(builder, object, i);
	band->color = chs_model_get_text(builder, object, "color");
	if (!chs_model_get_number_between(object, "from", 0, 100, &band->from))
		chs_json_absent_key(object, "from", bands_hint);
	if (i == 0 && band->from != 0)
		chs_model_error("the bands leave a gap",
						psprintf("%s, the first, starts at %s, so scores below have no band.",
								 object->where, chs_double_text(band->from)),
						"Let the first band start at 0.");
	if (i > 0 && band->from <= band[-1].from)
		chs_model_error("the bands must ascend strictly",
						psprintf("%s starts at %s, the one before it at %s.",
								 object->where, chs_double_text(band->from),
								 chs_double_text(band[-1].from)),
						"Sort the bands by \"from\".");
}

void
chs_health_read_bands(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	JsonbContainer *array;
	ScoreScale	scale = {0};
	int			n;

	if (!chs_json_get_container(model, "bands", true, &array))
		return;
	n = JsonContainerSize(array);
	if (n < 1 || n > CHS_HEALTH_MAX_DETAILS)
		chs_model_error(n < 1 ? "\"bands\" is empty" : "\"bands\" is too long",
						psprintf("\"bands\" has %d entries, not 1 to %d.", n,
								 CHS_HEALTH_MAX_DETAILS), bands_hint);
	builder->header.nbands = n;
	builder->bands = palloc0(n * sizeof(ChsHealthBand));
	for (int i = 0; i < n; i++)
	{
		ChsJsonObject object;

		chs_json_get_element(CHS_HEALTH_MODEL_NAME, array, i, "band", &object);
		read_band(builder, &object, i);
		look_at_scale(&scale, builder->bands[i].from, i);
	}
	check_scale(&scale, "bands", "Band", "from");
}

/* ---------------- alerts ---------------- */

void
chs_health_read_alerts(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	ChsJsonObject alerts = {CHS_HEALTH_MODEL_NAME, NULL, "The object \"alerts\""};
	double		days = DEFAULT_WITHIN_DAYS;
	JsonbValue	value;

	builder->header.drop = DEFAULT_DROP;
	builder->header.hysteresis = DEFAULT_HYSTERESIS;
	if (chs_json_get_container(model, "alerts", false, &alerts.json))
	{
		chs_model_check_keys(&alerts, alert_keys);
		if (chs_model_get_number_between(&alerts, "drop", 0, 100, &builder->header.drop) &&
			builder->header.drop == 0)
		{
			(void) chs_json_get_value(&alerts, "drop", &value);
			chs_json_bad_value(&alerts, "drop", &value, "\"drop\" must be above 0",
							   "Write, for instance, \"drop\": 15.");
		}
		if (chs_model_get_number_between(&alerts, "within_days", 1, 100000, &days) &&
			days != floor(days))
		{
			(void) chs_json_get_value(&alerts, "within_days", &value);
			chs_json_bad_value(&alerts, "within_days", &value,
							   "\"within_days\" must be a whole number",
							   "Write, for instance, \"within_days\": 31.");
		}
		(void) chs_model_get_number_between(&alerts, "hysteresis", 0, 50,
											&builder->header.hysteresis);
	}
	builder->header.within_days = (int32) days;
}
