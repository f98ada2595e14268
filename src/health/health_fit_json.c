/*-------------------------------------------------------------------------
 *
 * health_fit_json.c
 *		The member "fit" of a health model: what was learnt from customers.
 *
 * A fitted model is the hand-made one with other weights, in percent, and with
 * the member "fit", of which churn_probability() needs "intercept" and "slope".
 * The rest is for people.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "health/health_fit_json.h"
#include "shared/number.h"

static const char *const fit_keys[] = {
	"status", "prior", "rows", "events", "horizon_days", "prior_strength", "unscored_rows", "capped_rows",
	"auc_apparent", "auc_corrected", "auc_low", "auc_high", "calibration_slope", "brier_skill",
	"intercept", "slope", "coefficients", "standard_errors", "missing_percent", "dropped", NULL
};

static const char *const fit_numbers[] = {
	"rows", "events", "horizon_days", "prior_strength", "unscored_rows", "capped_rows", "auc_apparent",
	"auc_corrected", "auc_low", "auc_high", "calibration_slope", "brier_skill", NULL
};

/*
 * Reading.
 */
void
chs_health_read_fit(ChsHealthBuilder *builder, const ChsJsonObject *model)
{
	ChsJsonObject fit = {CHS_HEALTH_MODEL_NAME, NULL, "\"fit\""};
	ChsHealthModel *header = &builder->header;
	JsonbContainer *unused;
	JsonbValue	text;
	double		number;

	if (!chs_json_get_container(model, "fit", false, &fit.json))
		return;
	chs_json_check_keys(&fit, fit_keys, NULL);
	for (const char *const *key = fit_numbers; *key; key++)
		(void) chs_model_get_number(&fit, *key, &number);
	(void) chs_json_get_string(&fit, "status", &text);
	(void) chs_json_get_string(&fit, "prior", &text);
	(void) chs_json_get_container(&fit, "coefficients", false, &unused);
	(void) chs_json_get_container(&fit, "standard_errors", false, &unused);
	(void) chs_json_get_container(&fit, "missing_percent", false, &unused);
	(void) chs_json_get_container(&fit, "dropped", true, &unused);
	if (!chs_model_get_number(&fit, "intercept", &header->fit_intercept))
		chs_json_absent_key(&fit, "intercept", "Take the whole member from a model that health_fit returned.");
	if (!chs_model_get_number(&fit, "slope", &header->fit_slope))
		chs_json_absent_key(&fit, "slope", "Take the whole member from a model that health_fit returned.");
	header->has_fit = 1;
}

/*
 * Writing.
 */
Jsonb *
chs_health_set_json(const Jsonb *json, int nwords, const char *const *words, const char *value)
{
	Datum	   *path = palloc(nwords * sizeof(Datum));

	for (int i = 0; i < nwords; i++)
		path[i] = CStringGetTextDatum(words[i]);
	return DatumGetJsonbP(DirectFunctionCall4(jsonb_set, JsonbPGetDatum(json),
											  PointerGetDatum(construct_array(path, nwords, TEXTOID, -1, false, TYPALIGN_INT)),
											  DirectFunctionCall1(jsonb_in, CStringGetDatum(value)),
											  BoolGetDatum(true)));
}

/* The same without that place. */
Jsonb *
chs_health_delete_json(const Jsonb *json, int nwords, const char *const *words)
{
	Datum	   *path = palloc(nwords * sizeof(Datum));

	for (int i = 0; i < nwords; i++)
		path[i] = CStringGetTextDatum(words[i]);
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_delete_path, JsonbPGetDatum(json),
											  PointerGetDatum(construct_array(path, nwords, TEXTOID, -1, false, TYPALIGN_INT))));
}

/*
 * The model with other weights, in percent of their sum, which is above zero.
 * A group weighs what its signals do.
 */
Jsonb *
chs_health_with_weights(const ChsHealthModel *model, const double *weights)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	Jsonb	   *json = CHS_HEALTH_JSONB(model);
	double		sum = 0;

	for (int i = 0; i < model->nsignals; i++)
		sum += weights[i];
	for (int i = 0; i < model->nsignals; i++)
	{
		const char *words[] = {"signals", psprintf("%d", i), "weight"};

		json = chs_health_set_json(json, 3, words, chs_double_text(100 * weights[i] / sum));
	}
	for (int i = 0; i < model->nsignals && model->has_groups; i++)
	{
		const char *words[] = {"groups", chs_health_cstring(model, signals[i].group), "weight"};
		double		of_group = 0;

		for (int j = 0; j < model->nsignals; j++)
			of_group += signals[j].group_no == signals[i].group_no ? weights[j] : 0;
		json = chs_health_set_json(json, 3, words, chs_double_text(100 * of_group / sum));
	}
	return json;
}

static void
write_key(StringInfo text, const char *key)
{
	if (text->data[text->len - 1] != '{')
		appendStringInfoString(text, ", ");
	escape_json(text, key);
	appendStringInfoString(text, ": ");
}

static void
write_number(StringInfo text, const char *key, double value)
{
	write_key(text, key);
	appendStringInfoString(text, isfinite(value) ? chs_double_text(value) : "null");
}

static void
write_text(StringInfo text, const char *key, const char *value)
{
	write_key(text, key);
	escape_json(text, value);
}

/* A number for each signal, by its name. */
static void
write_by_signal(StringInfo text, const char *key, const ChsHealthModel *model, const double *values)
{
	write_key(text, key);
	appendStringInfoChar(text, '{');
	for (int i = 0; i < model->nsignals; i++)
		write_number(text, chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[i].name), values[i]);
	appendStringInfoChar(text, '}');
}

/* The names of the signals without a weight. */
static void
write_dropped(StringInfo text, const ChsHealthModel *model, const double *weights)
{
	int			n = 0;

	write_key(text, "dropped");
	appendStringInfoChar(text, '[');
	for (int i = 0; i < model->nsignals; i++)
	{
		if (weights[i] > 0)
			continue;
		if (n++ > 0)
			appendStringInfoString(text, ", ");
		escape_json(text, chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[i].name));
	}
	appendStringInfoChar(text, ']');
}

Jsonb *
chs_health_with_fit(const ChsHealthModel *model, const Jsonb *json, const ChsHealthFit *fit)
{
	const char *words[] = {"fit"};
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	write_text(&text, "status", fit->status);
	write_text(&text, "prior", fit->prior);
	write_number(&text, "rows", (double) fit->rows);
	write_number(&text, "events", (double) fit->events);
	if (fit->horizon_days > 0)
		write_number(&text, "horizon_days", (double) fit->horizon_days);
	write_number(&text, "prior_strength", fit->prior_strength);
	write_number(&text, "unscored_rows", (double) fit->unscored_rows);
	write_number(&text, "capped_rows", (double) fit->capped_rows);
	write_number(&text, "auc_apparent", fit->auc_apparent);
	write_number(&text, "auc_corrected", fit->auc_corrected);
	write_number(&text, "auc_low", fit->auc_low);
	write_number(&text, "auc_high", fit->auc_high);
	write_number(&text, "calibration_slope", fit->calibration_slope);
	write_number(&text, "brier_skill", fit->brier_skill);
	write_number(&text, "intercept", fit->intercept);
	write_number(&text, "slope", fit->slope);
	write_by_signal(&text, "coefficients", model, fit->weights);
	write_by_signal(&text, "standard_errors", model, fit->errors);
	write_by_signal(&text, "missing_percent", model, fit->missing);
	write_dropped(&text, model, fit->weights);
	appendStringInfoChar(&text, '}');
	return chs_health_set_json(json, 1, words, text.data);
}
