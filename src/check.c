/*-------------------------------------------------------------------------
 *
 * check.c
 *		Checks of arguments: one function and one wording per rule.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "check.h"
#include "number.h"

#define MAX_NEAREST		((int) lengthof(((ChsNearest *) 0)->names))

/* the edit distance takes time in the product of both lengths */
#define MAX_COMPARED	255

/* a name further off than this helps nobody */
#define MAX_DISTANCE(length)	Min(Max(2, (length) / 2), (length) - 1)

void
chs_nearest_start(ChsNearest *nearest, const char *wanted)
{
	nearest->wanted = wanted;
	nearest->count = 0;
}

/*
 * Keeps the name if it is among the nearest so far, by edit distance; of
 * equal ones the first stays first.
 */
void
chs_nearest_add(ChsNearest *nearest, const char *name)
{
	int			length = strlen(nearest->wanted);
	int			name_length = strlen(name);
	int			limit = MAX_DISTANCE(length);
	int			distance;
	int			place;

	if (length > MAX_COMPARED || name_length > MAX_COMPARED)
		return;
	if (pg_strcasecmp(name, nearest->wanted) == 0)
		distance = 0;			/* quoted where it should not be, or the reverse */
	else
		distance = varstr_levenshtein_less_equal(nearest->wanted, length,
												 name, name_length,
												 1, 1, 1, limit, true);
	if (distance > limit)
		return;

	for (place = nearest->count; place > 0; place--)
		if (nearest->distances[place - 1] <= distance)
			break;
	if (place == MAX_NEAREST)
		return;

	nearest->count = Min(nearest->count + 1, MAX_NEAREST);
	for (int i = nearest->count - 1; i > place; i--)
	{
		nearest->names[i] = nearest->names[i - 1];
		nearest->distances[i] = nearest->distances[i - 1];
	}
	nearest->names[place] = name;
	nearest->distances[place] = distance;
}

/* '"a", "b" or "c"', or NULL when nothing was near. */
char *
chs_nearest_list(const ChsNearest *nearest)
{
	StringInfoData list;

	if (nearest->count == 0)
		return NULL;
	initStringInfo(&list);
	for (int i = 0; i < nearest->count; i++)
	{
		if (i > 0)
			appendStringInfoString(&list,
								   i == nearest->count - 1 ? " or " : ", ");
		appendStringInfo(&list, "\"%s\"", nearest->names[i]);
	}
	return list.data;
}

/* A text for a message, in double quotes and shortened. */
char *
chs_shown_text(const char *text, int length)
{
	if (length <= MAX_SHOWN_BYTES)
		return psprintf("\"%.*s\"", length, text);
	return psprintf("\"%.*s...\"", pg_mbcliplen(text, length, MAX_SHOWN_BYTES),
					text);
}

/* Refuses NaN and the infinities. */
void
chs_check_finite(double value, const char *what)
{
	if (unlikely(!isfinite(value)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite", what),
				 errdetail("The value is %s.", chs_double_text(value)),
				 errhint("Turn it into NULL, for instance with CASE WHEN abs(%s) < 1e300 THEN %s END.",
						 what, what)));
}

/* Refuses what lies outside low..high; NaN does too. */
void
chs_check_range(double value, double low, double high,
				const char *what, const char *hint)
{
	if (unlikely(!(value >= low && value <= high)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be between %s and %s", what,
						chs_double_text(low), chs_double_text(high)),
				 errdetail("The value is %s.", chs_double_text(value)),
				 errhint("%s", hint)));
}
