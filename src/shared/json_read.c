/*-------------------------------------------------------------------------
 *
 * json_read.c
 *		Reading types that are written as JSON, with messages that name the
 *		place.
 *
 * The JSON comes as jsonb, whichever way the value came.  A key that is not
 * listed is an error, so that a slip of the pen cannot go unseen.  null counts
 * as absent, as an empty cell of a spreadsheet does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "shared/check.h"
#include "shared/json_read.h"
#include "shared/summary.h"

void
chs_json_error(const char *what, const char *problem, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid %s: %s", what, problem),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
	pg_unreachable();
}

/* A JSON value as a person wrote it, shortened. */
char *
chs_json_shown(const JsonbValue *value)
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
chs_json_bad_value(const ChsJsonObject *object, const char *key, const JsonbValue *value,
				   const char *problem, const char *hint)
{
	chs_json_error(object->what, problem,
				   psprintf("%s has \"%s\": %s.", object->where, key,
							chs_json_shown(value)),
				   hint);
}

void
chs_json_absent_key(const ChsJsonObject *object, const char *key, const char *hint)
{
	chs_json_error(object->what, psprintf("\"%s\" is needed", key),
				   psprintf("%s has no \"%s\".", object->where, key),
				   hint);
}

static bool
is_listed(const char *const *names, const char *name, int length)
{
	for (; *names; names++)
		if (strlen(*names) == (Size) length && memcmp(*names, name, length) == 0)
			return true;
	return false;
}

char *
chs_json_list_names(const char *const *names)
{
	StringInfoData list;

	initStringInfo(&list);
	for (const char *const *name = names; *name; name++)
		appendStringInfo(&list, "%s\"%s\"", name == names ? "" : ", ", *name);
	return list.data;
}

pg_noreturn static void
unknown_key(const ChsJsonObject *object, const char *const *keys, const char *const *free_texts,
			const JsonbValue *key)
{
	char	   *name = pnstrdup(key->val.string.val, key->val.string.len);
	ChsNearest	nearest;
	char	   *near_names;

	chs_nearest_start(&nearest, name);
	for (const char *const *known = keys; *known; known++)
		chs_nearest_add(&nearest, *known);
	for (const char *const *known = free_texts; known && *known; known++)
		chs_nearest_add(&nearest, *known);
	near_names = chs_nearest_list(&nearest);

	chs_json_error(object->what, psprintf("unknown key %s", chs_json_shown(key)),
				   free_texts ?
				   psprintf("%s may have %s and the free texts %s.",
							object->where, chs_json_list_names(keys), chs_json_list_names(free_texts)) :
				   psprintf("%s may have %s.", object->where, chs_json_list_names(keys)),
				   near_names ? psprintf("Perhaps you meant %s.", near_names) :
				   free_texts ? "Remarks belong in \"note\"." : "Remove it.");
}

/* Every key must be one of keys or, unless that is NULL, of the free texts. */
void
chs_json_check_keys(const ChsJsonObject *object, const char *const *keys, const char *const *free_texts)
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
		if (free_texts == NULL || !is_listed(free_texts, key.val.string.val, key.val.string.len))
			unknown_key(object, keys, free_texts, &key);
		if (value.type != jbvString && value.type != jbvNull)
			chs_json_bad_value(object, pnstrdup(key.val.string.val, key.val.string.len),
							   &value, "a free text must be a string",
							   "Put it into double quotes.");
	}
}

/* The value of a key. */
bool
chs_json_get_value(const ChsJsonObject *object, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object->json, key, strlen(key),
										value) != NULL &&
		value->type != jbvNull;
}

bool
chs_json_get_string(const ChsJsonObject *object, const char *key, JsonbValue *value)
{
	if (!chs_json_get_value(object, key, value))
		return false;
	if (value->type != jbvString)
		chs_json_bad_value(object, key, value, psprintf("\"%s\" must be a string", key),
						   "Put it into double quotes.");
	if (value->val.string.len == 0)
		chs_json_bad_value(object, key, value, psprintf("\"%s\" is empty", key),
						   "Write a text, or remove the key.");
	return true;
}

bool
chs_json_get_container(const ChsJsonObject *object, const char *key, bool array,
					   JsonbContainer **container)
{
	JsonbValue	value;

	if (!chs_json_get_value(object, key, &value))
		return false;
	if (value.type != jbvBinary ||
		JsonContainerIsArray(value.val.binary.data) != array)
		chs_json_bad_value(object, key, &value,
						   psprintf("\"%s\" must be %s", key,
									array ? "an array" : "an object"),
						   psprintf("Write \"%s\": %s.", key, array ? "[...]" : "{...}"));
	*container = value.val.binary.data;
	return true;
}

/* The i-th element of an array of objects, each a "kind". */
void
chs_json_get_element(const char *what, JsonbContainer *array, int i, const char *kind,
					 ChsJsonObject *element)
{
	JsonbValue *value = getIthJsonbValueFromContainer(array, i);

	element->what = what;
	element->where = psprintf("%c%s %d", pg_toupper((unsigned char) kind[0]),
							  kind + 1, i + 1);
	if (value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		chs_json_error(what, psprintf("each %s must be an object", kind),
					   psprintf("%s is %s.", element->where, chs_json_shown(value)),
					   "Write it with its keys in braces.");
	element->json = value->val.binary.data;
}

/*
 * The text in a binary value.
 */
char *
chs_json_receive(const ChsJsonType *type, StringInfo buf)
{
	int			length = buf->len - buf->cursor - 1;
	int			version;
	const char *text;

	if (length < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary %s", type->what),
				 errdetail("%s", type->is_empty),
				 errhint("Send the byte %d and the JSON text.", type->version)));
	version = pq_getmsgbyte(buf);
	if (version != type->version)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version of %s", type->a_binary_one),
				 errdetail("The version is %d; this release reads %d.", version, type->version),
				 errhint("Send the %s as text, or update the extension.", type->name)));
	text = pq_getmsgbytes(buf, length);
	/* refuses bytes that are no text, zero bytes among them */
	pg_verify_mbstr(chs_wire_encoding(), text, length, false);
	return chs_wire_text_to_server(text, length);
}

bytea *
chs_json_send(const ChsJsonType *type, const char *text, int length)
{
	const char *sent = chs_wire_text(text, &length);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, type->version);
	pq_sendbytes(&buf, sent, length);
	return pq_endtypsend(&buf);
}
