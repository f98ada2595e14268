/*-------------------------------------------------------------------------
 *
 * health_json.h
 *		Reading the JSON of a health model, with messages that name the place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_JSON_H
#define CHS_HEALTH_JSON_H

#include "lib/stringinfo.h"

#include "health/health_model.h"
#include "shared/json_read.h"

#define CHS_HEALTH_MAX_NAME		255
#define CHS_HEALTH_MAX_DETAILS	1000	/* points of a curve, entries of values */

/* the name of the type in messages */
#define CHS_HEALTH_MODEL_NAME	"health model"

typedef struct ChsHealthBuilder
{
	Jsonb	   *json;
	ChsHealthModel header;
	ChsHealthMissing missing;	/* default of the signals */
	double		missing_score;
	ChsHealthSignal *signals;
	ChsHealthLimit *limits;
	ChsHealthBand *bands;
	StringInfoData details;
} ChsHealthBuilder;

pg_noreturn extern void chs_model_error(const char *problem, const char *detail, const char *hint);
extern void chs_model_check_keys(const ChsJsonObject *object, const char *const *keys);
extern bool chs_model_get_number(const ChsJsonObject *object, const char *key, double *number);
extern bool chs_model_get_number_between(const ChsJsonObject *object, const char *key,
										 double low, double high, double *number);
extern ChsHealthText chs_model_text_of(const ChsHealthBuilder *builder, const JsonbValue *string);
extern bool chs_model_get_name(const ChsJsonObject *object, const char *key, JsonbValue *value);
extern ChsHealthText chs_model_get_text(const ChsHealthBuilder *builder, const ChsJsonObject *object,
										const char *key);
extern int chs_model_get_choice(const ChsJsonObject *object, const char *key,
								const char *const *names, int fallback);
extern bool chs_model_same_text(const ChsHealthBuilder *builder, ChsHealthText text, const char *bytes,
								int length);
extern bool chs_model_same_texts(const ChsHealthBuilder *builder, ChsHealthText a, ChsHealthText b);
extern char *chs_model_cstring(const ChsHealthBuilder *builder, ChsHealthText text);
extern char *chs_model_percent_hint(double fraction);

#endif							/* CHS_HEALTH_JSON_H */
