/*-------------------------------------------------------------------------
 *
 * health_json.h
 *		What the files that read a model's JSON share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_JSON_H
#define CHS_HEALTH_JSON_H

#include "lib/stringinfo.h"

#include "health/health.h"

#define HEALTH_MAX_NAME		255
#define HEALTH_MAX_DETAILS	1000	/* points of a curve, entries of values */

/* A JSON object of the model with the words that name it in a message. */
typedef struct ModelObject
{
	JsonbContainer *json;
	const char *where;
} ModelObject;

typedef struct ModelBuilder
{
	Jsonb	   *json;
	ChsHealthModel header;
	ChsHealthMissing missing;		/* default of the signals */
	ChsHealthSignal *signals;
	ChsHealthLimit *limits;
	ChsHealthBand *bands;
	StringInfoData details;
} ModelBuilder;

extern const char *const chs_model_missing_names[];

pg_noreturn extern void chs_model_error(const char *problem, const char *detail, const char *hint);
extern char *chs_model_shown_value(const JsonbValue *value);
pg_noreturn extern void chs_model_bad_value(const ModelObject *object, const char *key, const JsonbValue *value,
											const char *problem, const char *hint);
pg_noreturn extern void chs_model_absent_key(const ModelObject *object, const char *key, const char *hint);
extern void chs_model_check_keys(const ModelObject *object, const char *const *keys);
extern bool chs_model_get_value(const ModelObject *object, const char *key, JsonbValue *value);
extern bool chs_model_get_number(const ModelObject *object, const char *key, double *number);
extern bool chs_model_get_number_between(const ModelObject *object, const char *key,
										 double low, double high, double *number);
extern ChsHealthText chs_model_text_of(const ModelBuilder *builder, const JsonbValue *string);
extern bool chs_model_get_string(const ModelObject *object, const char *key, JsonbValue *value);
extern bool chs_model_get_name(const ModelObject *object, const char *key, JsonbValue *value);
extern ChsHealthText chs_model_get_text(const ModelBuilder *builder, const ModelObject *object,
										const char *key);
extern int chs_model_get_choice(const ModelObject *object, const char *key,
								const char *const *names, int fallback);
extern bool chs_model_get_container(const ModelObject *object, const char *key, bool array,
									JsonbContainer **container);
extern void chs_model_get_element(JsonbContainer *array, int i, const char *kind,
								  ModelObject *element);
extern bool chs_model_same_text(const ModelBuilder *builder, ChsHealthText text, const char *bytes,
								int length);
extern bool chs_model_same_texts(const ModelBuilder *builder, ChsHealthText a, ChsHealthText b);

extern void chs_model_read_signals(ModelBuilder *builder,
								   const ModelObject *model);
extern void chs_model_read_groups(ModelBuilder *builder,
								  const ModelObject *model);

#endif							/* CHS_HEALTH_JSON_H */
