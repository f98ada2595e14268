/*-------------------------------------------------------------------------
 *
 * health_sql.c
 *		A health model as one SQL expression: health_sql.
 *
 * The expression computes what chs_health_score() computes, over columns
 * named as the signals, where there is no extension:
 *
 *		CASE WHEN a value or a missing signal that raises an error THEN NULL
 *			 WHEN enough is known THEN least(greatest(score, floors), caps)
 *		END
 *
 * The terms of a signal are CASE expressions on whether it is known, since
 * arithmetic on NULL would make the whole sum NULL.  An SQL engine raises an
 * error where a double overflows, and C does not, so values are limited
 * before they are multiplied.  least() and greatest() never see a NULL, about
 * which the engines disagree.
 *
 * Speed: comparing is cheaper than least() and greatest().  In a plain mean the
 * comparisons of a linear signal also tell NaN and infinities apart: none of
 * its branches is taken, so that the sum is NULL.
 *
 * Weights that fade are kept away from the smallest doubles: where a model
 * has them, all weights are multiplied by a power of two, which cancels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "health/health_cache.h"
#include "shared/check.h"
#include "shared/number.h"

/* a double below this is finite after rounding */
#define LARGEST			"1.7976931348623158e308"

#define TINY_WEIGHT		1e-150
#define SCALE_EXPONENT	512
/* 0.5 to the power of this many half-lives is 0 */
#define MOST_HALF_LIVES	1075

/* slopes that may be computed beforehand, and their inverses */
#define STEEPEST		1e100

/* points of one signal are limited to this, so that their sum is finite */
#define MOST_POINTS		1e300

typedef struct SqlWriter
{
	const ChsHealthModel *model;
	const ChsHealthSignal *signals;
	bool		is_ansi;
	double		scale;			/* of all weights */
	bool		is_plain_mean;	/* NULL in a term makes the score NULL */
	const char *as_of;			/* the expression of the day, cast */
	StringInfoData out;
} SqlWriter;

/* ---------------- literals and names ---------------- */

/* "name", in both dialects, since keywords differ. */
static char *
sql_name(const SqlWriter *writer, ChsHealthText name)
{
	StringInfoData out;
	const char *bytes = CHS_HEALTH_TEXT(writer->model, name);

	if (!writer->is_ansi && name.length >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("signal name is too long for a column"),
				 errdetail("The name %s has %u bytes, not at most %d.", chs_shown_text(bytes, name.length),
						   name.length, NAMEDATALEN - 1),
				 errhint("Rename the signal and its column, or use the dialect 'ansi'.")));
	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	for (uint32 i = 0; i < name.length; i++)
	{
		if (bytes[i] == '"')
			appendStringInfoChar(&out, '"');
		appendStringInfoChar(&out, bytes[i]);
	}
	appendStringInfoChar(&out, '"');
	return out.data;
}

/* A text constant; a backslash is one whatever standard_conforming_strings says. */
static char *
sql_text(const SqlWriter *writer, ChsHealthText text)
{
	StringInfoData out;
	const char *bytes = CHS_HEALTH_TEXT(writer->model, text);
	bool		escape = !writer->is_ansi && memchr(bytes, '\\', text.length) != NULL;

	initStringInfo(&out);
	appendStringInfoString(&out, escape ? "E'" : "'");
	for (uint32 i = 0; i < text.length; i++)
	{
		if (bytes[i] == '\'' || (escape && bytes[i] == '\\'))
			appendStringInfoChar(&out, bytes[i]);
		appendStringInfoChar(&out, bytes[i]);
	}
	appendStringInfoChar(&out, '\'');
	return out.data;
}

/* A double constant. */
static char *
sql_number(const SqlWriter *writer, double value)
{
	char	   *text = chs_double_text(value);

	if (writer->is_ansi)
		return strpbrk(text, "eE") ? text : psprintf("%sE0", text);
	return value < 0 ? psprintf("'%s'::float8", text) : psprintf("%s::float8", text);
}

/* The value of a signal as a double. */
static char *
sql_value(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	return psprintf(writer->is_ansi ? "CAST(%s AS DOUBLE PRECISION)" : "%s::float8",
					sql_name(writer, signal->name));
}

/* The text of a signal, compared byte by byte where there are collations. */
static char *
sql_text_value(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	return psprintf(writer->is_ansi ? "%s" : "%s::text COLLATE \"C\"",
					sql_name(writer, signal->name));
}

/* How many days old a value is. */
static char *
sql_age(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	return psprintf(writer->is_ansi ? "CAST(%s - %s AS DOUBLE PRECISION)" : "(%s - %s)::float8",
					writer->as_of, sql_name(writer, signal->at));
}

/* ---------------- whether a signal is known ---------------- */

/* A condition that is true or false, never NULL. */
static char *
sql_known(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s IS NOT NULL", sql_name(writer, signal->name));
	if (signal->at.offset != 0)
	{
		char	   *at = sql_name(writer, signal->at);

		appendStringInfo(&out, " AND %s IS NOT NULL AND %s <= %s", at, at, writer->as_of);
		if (!isinf(signal->expires_after))
			appendStringInfo(&out, " AND %s <= %s", sql_age(writer, signal),
							 sql_number(writer, signal->expires_after));
	}
	return out.data;
}

/* A weight times what it has left of itself. */
static void
append_weight(SqlWriter *writer, const ChsHealthSignal *signal, double weight)
{
	if (signal->half_life > 0)
	{
		char	   *age = sql_age(writer, signal);

		appendStringInfo(&writer->out, "%s * CASE WHEN %s < %s THEN power(%s, %s - %s / %s) ELSE %s END",
						 sql_number(writer, weight), age,
						 sql_number(writer, Min(MOST_HALF_LIVES * signal->half_life, DBL_MAX)),
						 sql_number(writer, 2), sql_number(writer, SCALE_EXPONENT), age,
						 sql_number(writer, signal->half_life), sql_number(writer, 0));
	}
	else
		appendStringInfoString(&writer->out, sql_number(writer, weight * writer->scale));
}

/* ---------------- the score of a signal ---------------- */

/* Limited before the multiplication: what is outside scores 0 or 100. */
static void
append_linear(SqlWriter *writer, const ChsHealthSignal *signal)
{
	double		low = Min(signal->origin, signal->best);
	double		high = Max(signal->origin, signal->best);

	appendStringInfo(&writer->out, "(least(greatest(%s, %s), %s) - %s) * %s / %s",
					 sql_value(writer, signal), sql_number(writer, low), sql_number(writer, high),
					 sql_number(writer, signal->origin), sql_number(writer, 100),
					 sql_number(writer, signal->width));
}

static void
append_curve(SqlWriter *writer, const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points = CHS_HEALTH_POINT_ARRAY(writer->model, signal);
	char	   *value = sql_value(writer, signal);

	appendStringInfo(&writer->out, "CASE WHEN %s <= %s THEN %s", value,
					 sql_number(writer, points[0].x), sql_number(writer, points[0].score));
	for (uint32 i = 1; i < signal->ndetails; i++)
	{
		const ChsHealthPoint *from = &points[i - 1];
		const ChsHealthPoint *to = &points[i];
		/* halves where the distance is infinite, as in curve_score() */
		double		part = isfinite(to->x - from->x) ? 1 : 0.5;

		appendStringInfo(&writer->out, " WHEN %s <= %s THEN %s + %s * ((%s * %s - %s) / %s)", value,
						 sql_number(writer, to->x), sql_number(writer, from->score),
						 sql_number(writer, to->score - from->score), value, sql_number(writer, part),
						 sql_number(writer, from->x * part),
						 sql_number(writer, to->x * part - from->x * part));
	}
	appendStringInfo(&writer->out, " ELSE %s END", sql_number(writer, points[signal->ndetails - 1].score));
}

static void
append_steps(SqlWriter *writer, const ChsHealthSignal *signal)
{
	const ChsHealthPoint *points = CHS_HEALTH_POINT_ARRAY(writer->model, signal);
	char	   *value = sql_value(writer, signal);

	if (signal->ndetails == 1)
	{
		appendStringInfoString(&writer->out, sql_number(writer, points[0].score));
		return;
	}
	appendStringInfoString(&writer->out, "CASE");
	for (uint32 i = 1; i < signal->ndetails; i++)
		appendStringInfo(&writer->out, " WHEN %s < %s THEN %s", value, sql_number(writer, points[i].x),
						 sql_number(writer, points[i - 1].score));
	appendStringInfo(&writer->out, " ELSE %s END", sql_number(writer, points[signal->ndetails - 1].score));
}

static void
append_options(SqlWriter *writer, const ChsHealthSignal *signal)
{
	const ChsHealthOption *options = CHS_HEALTH_OPTION_ARRAY(writer->model, signal);
	char	   *value = sql_text_value(writer, signal);

	appendStringInfoString(&writer->out, "CASE");
	for (uint32 i = 0; i < signal->ndetails; i++)
		appendStringInfo(&writer->out, " WHEN %s = %s THEN %s", value,
						 sql_text(writer, options[i].text), sql_number(writer, options[i].score));
	if (signal->has_otherwise)
		appendStringInfo(&writer->out, " ELSE %s", sql_number(writer, signal->otherwise));
	appendStringInfoString(&writer->out, " END");
}

/* Where the product would overflow, its limit; a row without one is refused before. */
static void
append_points(SqlWriter *writer, const ChsHealthSignal *signal)
{
	double		most = MOST_POINTS / Max(fabs(signal->origin), 1);

	appendStringInfo(&writer->out, "least(greatest(%s * least(greatest(%s, %s), %s), %s), %s)",
					 sql_number(writer, signal->origin), sql_value(writer, signal),
					 sql_number(writer, -most), sql_number(writer, most),
					 sql_number(writer, Max(signal->low, -MOST_POINTS)),
					 sql_number(writer, Min(signal->high, MOST_POINTS)));
}

static void
append_score(SqlWriter *writer, const ChsHealthSignal *signal)
{
	switch ((ChsHealthRule) signal->rule)
	{
		case CHS_HEALTH_LINEAR:
			append_linear(writer, signal);
			break;
		case CHS_HEALTH_CURVE:
			append_curve(writer, signal);
			break;
		case CHS_HEALTH_STEPS:
			append_steps(writer, signal);
			break;
		case CHS_HEALTH_VALUES:
			append_options(writer, signal);
			break;
		case CHS_HEALTH_POINTS_EACH:
			append_points(writer, signal);
			break;
	}
}

/* ---------------- sums over signals ---------------- */

typedef enum SqlSum
{
	SUM_OF_WEIGHTS,
	SUM_OF_SCORES,				/* times weights */
	SUM_OF_POINTS,
	SUM_OF_SHARES				/* what is known, for the coverage */
} SqlSum;

/* The term of a signal that is not known. */
static double
missing_term(const SqlWriter *writer, const ChsHealthSignal *signal, SqlSum sum)
{
	bool		counts = signal->missing != CHS_HEALTH_SKIP && signal->missing != CHS_HEALTH_FAIL;

	switch (sum)
	{
		case SUM_OF_WEIGHTS:
			return counts ? signal->weight * writer->scale : 0;
		case SUM_OF_SCORES:
			return counts ? signal->weight * writer->scale * signal->missing_score : 0;
		case SUM_OF_POINTS:
			return signal->missing == CHS_HEALTH_WORST ? signal->low : 0;
		case SUM_OF_SHARES:
			return 0;
	}
	pg_unreachable();
}

/* What a linear signal adds to the sum for each unit of its value. */
static double
slope_of(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	return signal->weight * writer->scale * 100 / signal->width;
}

/* Is the term of a signal NULL for NaN and infinities? */
static bool
refuses_by_itself(const SqlWriter *writer, const ChsHealthSignal *signal)
{
	return writer->is_plain_mean && signal->rule == CHS_HEALTH_LINEAR && signal->at.offset == 0 &&
		fabs(slope_of(writer, signal)) < STEEPEST && fabs(slope_of(writer, signal)) > 1 / STEEPEST;
}

/* A number to compare a column with, in whichever type the engine compares both. */
static char *
sql_bound(const SqlWriter *writer, double value)
{
	return writer->is_ansi ? sql_number(writer, value) : chs_double_text(value);
}

/* The score of such a signal times its weight. */
static void
append_linear_term(SqlWriter *writer, const ChsHealthSignal *signal)
{
	char	   *name = sql_name(writer, signal->name);
	double		most = signal->weight * writer->scale * 100;
	bool		is_rising = signal->width > 0;

	appendStringInfo(&writer->out, "CASE WHEN %s < %s THEN CASE WHEN %s > %s THEN ",
					 name, sql_bound(writer, Max(signal->origin, signal->best)),
					 name, sql_bound(writer, Min(signal->origin, signal->best)));
	if (signal->origin == 0)
		appendStringInfoString(&writer->out, sql_value(writer, signal));
	else
		appendStringInfo(&writer->out, "(%s - %s)", sql_value(writer, signal), sql_number(writer, signal->origin));
	appendStringInfo(&writer->out, " * %s WHEN %s >= -%s THEN %s END WHEN %s <= %s THEN %s WHEN %s IS NULL THEN %s END",
					 sql_number(writer, slope_of(writer, signal)),
					 name, LARGEST, sql_number(writer, is_rising ? 0 : most),
					 name, LARGEST, sql_number(writer, is_rising ? most : 0),
					 name, sql_number(writer, missing_term(writer, signal, SUM_OF_SCORES)));
}

static void
append_term(SqlWriter *writer, const ChsHealthSignal *signal, SqlSum sum)
{
	if (sum == SUM_OF_SCORES && refuses_by_itself(writer, signal))
	{
		append_linear_term(writer, signal);
		return;
	}
	appendStringInfo(&writer->out, "CASE WHEN %s THEN ", sql_known(writer, signal));
	switch (sum)
	{
		case SUM_OF_WEIGHTS:
			append_weight(writer, signal, signal->weight);
			break;
		case SUM_OF_SCORES:
			append_weight(writer, signal, signal->weight);
			appendStringInfoString(&writer->out, " * (");
			append_score(writer, signal);
			appendStringInfoString(&writer->out, ")");
			break;
		case SUM_OF_POINTS:
			append_score(writer, signal);
			break;
		case SUM_OF_SHARES:
			append_weight(writer, signal, signal->share);
			break;
	}
	appendStringInfo(&writer->out, " ELSE %s END",
					 sql_number(writer, missing_term(writer, signal, sum)));
}

/* Over the signals of a group, or over all where group is negative. */
static void
append_sum(SqlWriter *writer, SqlSum sum, int group)
{
	bool		first = true;

	appendStringInfoChar(&writer->out, '(');
	if (sum == SUM_OF_POINTS)
	{
		appendStringInfoString(&writer->out, sql_number(writer, writer->model->base));
		first = false;
	}
	for (int i = 0; i < writer->model->nsignals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (group >= 0 && writer->signals[i].group_no != group)
			continue;
		if (!first)
			appendStringInfoString(&writer->out, "\n    + ");
		first = false;
		append_term(writer, &writer->signals[i], sum);
	}
	appendStringInfoChar(&writer->out, ')');
}

/* ---------------- the score of the row ---------------- */

static double
weight_of_group(const SqlWriter *writer, int group)
{
	for (int i = 0; i < writer->model->nsignals; i++)
		if (writer->signals[i].group_no == group)
			return writer->signals[i].group_weight;
	return 0;
}

/* The weighted mean of the means of the groups that have some weight left. */
static void
append_group_means(SqlWriter *writer)
{
	const char *zero = sql_number(writer, 0);
	int			n = writer->model->ngroups;

	appendStringInfoChar(&writer->out, '(');
	for (int i = 0; i < n; i++)
	{
		appendStringInfo(&writer->out, "%scoalesce(%s * (", i > 0 ? " + " : "",
						 sql_number(writer, weight_of_group(writer, i)));
		append_sum(writer, SUM_OF_SCORES, i);
		appendStringInfoString(&writer->out, " / nullif(");
		append_sum(writer, SUM_OF_WEIGHTS, i);
		appendStringInfo(&writer->out, ", %s)), %s)", zero, zero);
	}
	appendStringInfoString(&writer->out, ") / nullif(");
	for (int i = 0; i < n; i++)
	{
		appendStringInfo(&writer->out, "%sCASE WHEN ", i > 0 ? " + " : "");
		append_sum(writer, SUM_OF_WEIGHTS, i);
		appendStringInfo(&writer->out, " > %s THEN %s ELSE %s END", zero,
						 sql_number(writer, weight_of_group(writer, i)), zero);
	}
	appendStringInfo(&writer->out, ", %s)", zero);
}

/* Before floors and caps. */
static void
append_raw_score(SqlWriter *writer)
{
	if (writer->model->method == CHS_HEALTH_POINTS)
	{
		appendStringInfoString(&writer->out, "least(greatest(");
		append_sum(writer, SUM_OF_POINTS, -1);
		appendStringInfo(&writer->out, ", %s), %s)", sql_number(writer, 0), sql_number(writer, 100));
	}
	else if (writer->model->has_groups)
		append_group_means(writer);
	else
	{
		append_sum(writer, SUM_OF_SCORES, -1);
		appendStringInfoString(&writer->out, " / nullif(");
		append_sum(writer, SUM_OF_WEIGHTS, -1);
		appendStringInfo(&writer->out, ", %s)", sql_number(writer, 0));
	}
}

/* ---------------- limits ---------------- */

static int
count_limits(const ChsHealthModel *model, bool caps)
{
	int			n = 0;

	for (int i = 0; i < model->nlimits; i++)
		n += CHS_HEALTH_LIMITS(model)[i].is_cap == caps;
	return n;
}

/* The lowest caps and the highest floors first. */
static int
compare_limits(const void *a, const void *b)
{
	const ChsHealthLimit *left = *(const ChsHealthLimit *const *) a;
	const ChsHealthLimit *right = *(const ChsHealthLimit *const *) b;
	int			order = (left->score > right->score) - (left->score < right->score);

	return left->is_cap ? order : -order;
}

static void
append_condition(SqlWriter *writer, const ChsHealthLimit *limit)
{
	const ChsHealthSignal *signal = &writer->signals[limit->signal];

	appendStringInfo(&writer->out, "%s AND ", sql_known(writer, signal));
	if (limit->test == CHS_HEALTH_IS)
		appendStringInfo(&writer->out, "%s = %s", sql_text_value(writer, signal),
						 sql_text(writer, limit->is));
	else
		appendStringInfo(&writer->out, "%s %c %s", sql_value(writer, signal),
						 limit->test == CHS_HEALTH_ABOVE ? '>' : '<',
						 sql_number(writer, limit->threshold));
}

/* The limit that acts: the first of those that fire, in order of their scores. */
static void
append_limit(SqlWriter *writer, bool caps)
{
	const ChsHealthModel *model = writer->model;
	const ChsHealthLimit **limits = palloc(model->nlimits * sizeof(ChsHealthLimit *));
	int			n = 0;

	for (int i = 0; i < model->nlimits; i++)
		if (CHS_HEALTH_LIMITS(model)[i].is_cap == caps)
			limits[n++] = &CHS_HEALTH_LIMITS(model)[i];
	qsort(limits, n, sizeof(ChsHealthLimit *), compare_limits);
	appendStringInfoString(&writer->out, "CASE");
	for (int i = 0; i < n; i++)
	{
		appendStringInfoString(&writer->out, " WHEN ");
		append_condition(writer, limits[i]);
		appendStringInfo(&writer->out, " THEN %s", sql_number(writer, limits[i]->score));
	}
	appendStringInfo(&writer->out, " ELSE %s END", sql_number(writer, caps ? 100 : 0));
}

/* A score of NULL must stay one: least() and greatest() may pass over it. */
static void
append_limited_score(SqlWriter *writer)
{
	bool		floors = count_limits(writer->model, false) > 0;
	bool		caps = count_limits(writer->model, true) > 0;

	if (caps)
		appendStringInfoString(&writer->out, "least(");
	if (floors)
		appendStringInfoString(&writer->out, "greatest(");
	append_raw_score(writer);
	if (floors)
	{
		appendStringInfoString(&writer->out, ", ");
		append_limit(writer, false);
		appendStringInfoChar(&writer->out, ')');
	}
	if (caps)
	{
		appendStringInfoString(&writer->out, ", ");
		append_limit(writer, true);
		appendStringInfoChar(&writer->out, ')');
	}
}

/* ---------------- what gives NULL ---------------- */

static void
append_refused_number(SqlWriter *writer, const ChsHealthSignal *signal)
{
	char	   *name = sql_name(writer, signal->name);
	const char *e = writer->is_ansi ? "" : "::float8";

	appendStringInfo(&writer->out, "\n  WHEN %s > %s OR %s < -%s THEN NULL", name, LARGEST, name, LARGEST);
	if (signal->rule == CHS_HEALTH_POINTS_EACH && fabs(signal->origin) > 1)
	{
		double		most = DBL_MAX / fabs(signal->origin);
		bool		is_rising = signal->origin > 0;

		if (isinf(is_rising ? signal->high : signal->low))
			appendStringInfo(&writer->out, "\n  WHEN %s%s > %s THEN NULL", name, e, sql_number(writer, most));
		if (isinf(is_rising ? signal->low : signal->high))
			appendStringInfo(&writer->out, "\n  WHEN %s%s < %s THEN NULL", name, e, sql_number(writer, -most));
	}
}

/* The values and dates of a signal that health_score refuses. */
static void
append_refused(SqlWriter *writer, const ChsHealthSignal *signal)
{
	if (signal->rule != CHS_HEALTH_VALUES && !refuses_by_itself(writer, signal))
		append_refused_number(writer, signal);
	if (signal->at.offset != 0 && !writer->is_ansi)
		appendStringInfo(&writer->out, "\n  WHEN %s IS NOT NULL AND NOT isfinite(%s) THEN NULL",
						 sql_name(writer, signal->name), sql_name(writer, signal->at));
	if (signal->missing == CHS_HEALTH_FAIL)
		appendStringInfo(&writer->out, "\n  WHEN NOT (%s) THEN NULL", sql_known(writer, signal));
	if (signal->rule == CHS_HEALTH_VALUES && !signal->has_otherwise)
	{
		const ChsHealthOption *options = CHS_HEALTH_OPTION_ARRAY(writer->model, signal);

		appendStringInfo(&writer->out, "\n  WHEN %s AND %s NOT IN (", sql_known(writer, signal),
						 sql_text_value(writer, signal));
		for (uint32 i = 0; i < signal->ndetails; i++)
			appendStringInfo(&writer->out, "%s%s", i > 0 ? ", " : "", sql_text(writer, options[i].text));
		appendStringInfoString(&writer->out, ") THEN NULL");
	}
}

/* Whether nothing but what is known has a weight; without any the mean is NULL. */
static bool
only_known_weighs(const ChsHealthModel *model)
{
	for (int i = 0; i < model->nsignals; i++)
		if (CHS_HEALTH_SIGNALS(model)[i].missing != CHS_HEALTH_SKIP &&
			CHS_HEALTH_SIGNALS(model)[i].missing != CHS_HEALTH_FAIL)
			return false;
	return model->method == CHS_HEALTH_MEAN && model->nlimits == 0;
}

/* Too little known: nothing, or less than min_coverage. */
static void
append_too_little(SqlWriter *writer)
{
	const ChsHealthModel *model = writer->model;

	if (!only_known_weighs(model))
	{
		appendStringInfoString(&writer->out, "\n  WHEN NOT ");
		append_sum(writer, SUM_OF_SHARES, -1);
		appendStringInfo(&writer->out, " > %s THEN NULL", sql_number(writer, 0));
	}
	if (model->min_coverage == 0)
		return;
	appendStringInfo(&writer->out, "\n  WHEN %s * (", sql_number(writer, 100));
	append_sum(writer, SUM_OF_SHARES, -1);
	appendStringInfo(&writer->out, " / %s) < %s THEN NULL",
					 sql_number(writer, model->total_share * writer->scale),
					 sql_number(writer, model->min_coverage - CHS_HEALTH_TOLERANCE));
}

/* Every WHEN of the expression, each of which gives NULL. */
static void
append_all_refused(SqlWriter *writer)
{
	if (writer->model->needs_as_of)
		appendStringInfo(&writer->out, writer->is_ansi ? "\n  WHEN %s IS NULL THEN NULL" :
						 "\n  WHEN isfinite(%s) IS NOT TRUE THEN NULL", writer->as_of);
	for (int i = 0; i < writer->model->nsignals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		append_refused(writer, &writer->signals[i]);
	}
	append_too_little(writer);
}

static void
append_expression(SqlWriter *writer)
{
	int			begun;

	appendStringInfoString(&writer->out, writer->is_ansi ? "CAST(CASE" : "CASE");
	begun = writer->out.len;
	append_all_refused(writer);
	if (writer->out.len == begun)	/* a CASE needs a WHEN */
	{
		resetStringInfo(&writer->out);
		appendStringInfoString(&writer->out, writer->is_ansi ? "CAST(" : "(");
		append_limited_score(writer);
		appendStringInfoString(&writer->out, writer->is_ansi ? " AS DOUBLE PRECISION)" : ")");
		return;
	}
	appendStringInfoString(&writer->out, "\n  ELSE ");
	append_limited_score(writer);
	appendStringInfoString(&writer->out, writer->is_ansi ? "\nEND AS DOUBLE PRECISION)" : "\nEND");
}

/* ---------------- SQL entry point ---------------- */

/* Whether weights may come near the smallest doubles. */
static bool
needs_scale(const ChsHealthModel *model)
{
	for (int i = 0; i < model->nsignals; i++)
	{
		const ChsHealthSignal *signal = &CHS_HEALTH_SIGNALS(model)[i];

		if (signal->half_life > 0 || (signal->weight > 0 && signal->weight < TINY_WEIGHT))
			return true;
	}
	return false;
}

static bool
get_dialect(FunctionCallInfo fcinfo, int argno)
{
	text	   *dialect;

	if (PG_ARGISNULL(argno))
		return false;
	dialect = PG_GETARG_TEXT_PP(argno);
	if (VARSIZE_ANY_EXHDR(dialect) == 4 && memcmp(VARDATA_ANY(dialect), "ansi", 4) == 0)
		return true;
	if (VARSIZE_ANY_EXHDR(dialect) != 8 || memcmp(VARDATA_ANY(dialect), "postgres", 8) != 0)
		chs_refuse_word("dialect", VARDATA_ANY(dialect), VARSIZE_ANY_EXHDR(dialect),
						"Use 'postgres' or 'ansi'.");
	return false;
}

static const char *
get_day_expression(FunctionCallInfo fcinfo, int argno)
{
	char	   *expression = PG_ARGISNULL(argno) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(argno));

	if (strspn(expression, " \t\r\n") == strlen(expression))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this health model needs as_of"),
				 errdetail("Some of its signals have \"at\", so their age counts."),
				 errhint("Give the expression of the day as text, for instance health_sql(model, 'postgres', 'current_date').")));
	return psprintf("CAST((%s) AS date)", expression);
}

/*
 * health_sql(model [, dialect text [, as_of text]]) -> text
 *
 * One SQL expression over columns named as the signals, equal to health_score
 * of a row of them; NULL where health_score is NULL or an error.
 */
PG_FUNCTION_INFO_V1(chs_health_sql);
Datum
chs_health_sql(PG_FUNCTION_ARGS)
{
	SqlWriter	writer;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	writer.model = chs_health_detoast(PG_GETARG_DATUM(0));
	writer.signals = CHS_HEALTH_SIGNALS(writer.model);
	writer.is_ansi = get_dialect(fcinfo, 1);
	writer.as_of = writer.model->needs_as_of ? get_day_expression(fcinfo, 2) : NULL;
	writer.scale = needs_scale(writer.model) ? ldexp(1, SCALE_EXPONENT) : 1;
	writer.is_plain_mean = writer.model->method == CHS_HEALTH_MEAN && !writer.model->has_groups && writer.model->nlimits == 0;
	initStringInfo(&writer.out);
	append_expression(&writer);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(writer.out.data, writer.out.len));
}
