/*-------------------------------------------------------------------------
 *
 * json_read.h
 *		Reading types that are written as JSON, with messages that name the
 *		place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_JSON_READ_H
#define CHS_JSON_READ_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "shared/compat.h"

/* A JSON object within a value, with the words that messages have for it. */
typedef struct ChsJsonObject
{
	const char *what;			/* the value: "health model" */
	JsonbContainer *json;
	const char *where;			/* the object: "Signal \"logins\"" */
} ChsJsonObject;

/*
 * A type that is written as JSON: its binary form is a version and the text.
 * The words are those of its messages.
 */
typedef struct ChsJsonType
{
	int			version;
	const char *what;			/* "health model" */
	const char *a_binary_one;	/* "a binary health model" */
	const char *is_empty;		/* "It is empty." */
	const char *name;			/* "model" */
} ChsJsonType;

extern char *chs_json_receive(const ChsJsonType *type, StringInfo buf);
extern bytea *chs_json_send(const ChsJsonType *type, const char *text, int length);
pg_noreturn extern void chs_json_error(const char *what, const char *problem, const char *detail, const char *hint);
extern char *chs_json_shown(const JsonbValue *value);
pg_noreturn extern void chs_json_bad_value(const ChsJsonObject *object, const char *key, const JsonbValue *value,
										   const char *problem, const char *hint);
pg_noreturn extern void chs_json_absent_key(const ChsJsonObject *object, const char *key, const char *hint);
extern char *chs_json_list_names(const char *const *names);
extern void chs_json_check_keys(const ChsJsonObject *object, const char *const *keys, const char *const *free_texts);
extern bool chs_json_get_value(const ChsJsonObject *object, const char *key, JsonbValue *value);
extern bool chs_json_get_string(const ChsJsonObject *object, const char *key, JsonbValue *value);
extern bool chs_json_get_container(const ChsJsonObject *object, const char *key, bool array,
								   JsonbContainer **container);
extern void chs_json_get_element(const char *what, JsonbContainer *array, int i, const char *kind,
								 ChsJsonObject *element);

#endif							/* CHS_JSON_READ_H */
