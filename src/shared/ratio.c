/*-------------------------------------------------------------------------
 *
 * ratio.c
 *		The summary of every rate of the form successes / trials.
 *
 * Renewal, first contact resolution, service level, paid on time: all of them
 * count the cases and those that went well.  They share this state, its
 * merging and its interval; each brings only the transition that says what a
 * case is.
 *
 * State: 24 fixed bytes, written in place.  Text: 1:37/100.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/ratio.h"
#include "shared/type_ops.h"

PG_FUNCTION_INFO_V1(chs_ratio_in);
PG_FUNCTION_INFO_V1(chs_ratio_out);
PG_FUNCTION_INFO_V1(chs_ratio_recv);
PG_FUNCTION_INFO_V1(chs_ratio_send);
PG_FUNCTION_INFO_V1(chs_ratio_accum);
PG_FUNCTION_INFO_V1(chs_ratio_accum_inv);
PG_FUNCTION_INFO_V1(chs_ratio_successes);
PG_FUNCTION_INFO_V1(chs_ratio_trials);
PG_FUNCTION_INFO_V1(chs_ratio_rate);
PG_FUNCTION_INFO_V1(chs_ratio_interval);

static ChsRatio *
make_ratio(void)
{
	ChsRatio   *ratio = palloc0(sizeof(ChsRatio));

	SET_VARSIZE(ratio, sizeof(ChsRatio));
	ratio->version = CHS_SUMMARY_VERSION;
	return ratio;
}

static inline bool
has_no_trials(const ChsRatio *ratio)
{
	return ratio->trials == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsRatio, chs_checked_ratio, CHS_ONLY_FORM, CHS_ONLY_FORM)

/*
 * The row (low, high) of a Wilson interval in percent; both NULL without
 * trials.
 */
Datum
chs_interval_row(FunctionCallInfo fcinfo, int64 successes, int64 trials, float8 confidence)
{
	float8		z = chs_confidence_z(chs_check_confidence(confidence));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (trials > 0)
	{
		float8		low;
		float8		high;

		chs_wilson(successes, trials, z, &low, &high);
		values[0] = Float8GetDatum(low);
		values[1] = Float8GetDatum(high);
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

void
chs_ratio_overflow(void)
{
	(void) chs_summary_add(PG_INT64_MAX, 1, CHS_RATIO_TYPE);
	pg_unreachable();
}

/*
 * The fault of the counts, or NULL.  Text and binary input ask this.
 */
static const char *
ratio_damage(const ChsRatio *ratio)
{
	if (ratio->successes < 0 || ratio->trials < 0)
		return "A count is negative.";
	if (ratio->successes > ratio->trials)
		return "There are more successes than trials.";
	return NULL;
}

Datum
chs_ratio_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ChsRatio   *ratio = make_ratio();
	ChsTextCursor cursor;
	const char *damage;

	chs_text_begin(&cursor, CHS_RATIO_TYPE, text);
	ratio->successes = chs_text_count(&cursor);
	chs_text_expect(&cursor, '/');
	ratio->trials = chs_text_count(&cursor);
	chs_text_end(&cursor);

	damage = ratio_damage(ratio);
	if (damage)
		chs_summary_damaged_text(CHS_RATIO_TYPE, text, damage);
	PG_RETURN_POINTER(ratio);
}

Datum
chs_ratio_out(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = summary_arg(fcinfo, 0);

	PG_RETURN_CSTRING(psprintf("%d:" INT64_FORMAT "/" INT64_FORMAT,
							   CHS_SUMMARY_VERSION, ratio->successes, ratio->trials));
}

Datum
chs_ratio_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ChsRatio   *ratio = make_ratio();
	const char *damage;

	chs_wire_version(buf, CHS_RATIO_TYPE);
	chs_wire_need(buf, 2 * sizeof(int64), CHS_RATIO_TYPE);
	ratio->successes = pq_getmsgint64(buf);
	ratio->trials = pq_getmsgint64(buf);
	chs_wire_end(buf, CHS_RATIO_TYPE);

	damage = ratio_damage(ratio);
	if (damage)
		chs_summary_damaged_binary(CHS_RATIO_TYPE, damage);
	PG_RETURN_POINTER(ratio);
}

Datum
chs_ratio_send(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = summary_arg(fcinfo, 0);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendint64(&buf, ratio->successes);
	pq_sendint64(&buf, ratio->trials);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static void
ratio_content(Datum value, ChsContent *content)
{
	chs_content_from(value, offsetof(ChsRatio, successes), content);
}

CHS_TYPE_OPERATORS(chs_ratio, ratio_content)

/*
 * ratiosummary_accum(state, outcome): one more case, and the inverse for
 * moving windows.  Strict: an outcome that is not known is no case.
 */
Datum
chs_ratio_accum(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	chs_ratio_count(ratio, PG_GETARG_BOOL(1));
	PG_RETURN_POINTER(ratio);
}

Datum
chs_ratio_accum_inv(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = chs_ratio_state(fcinfo);

	if (!chs_ratio_discount(ratio, PG_GETARG_BOOL(1)))
		chs_summary_refuse_missing("a case", "rate(outcome) OVER (...)",
								   psprintf("It holds " INT64_FORMAT "/" INT64_FORMAT ".",
											ratio->successes, ratio->trials));
	PG_RETURN_POINTER(ratio);
}

static ChsRatio *
add_ratio(ChsRatio *into, const ChsRatio *from)
{
	into->trials = chs_summary_add(into->trials, from->trials, CHS_RATIO_TYPE);
	into->successes += from->successes;
	return into;
}

static ChsRatio *
subtract_ratio(ChsRatio *into, const ChsRatio *from)
{
	if (from->successes > into->successes || from->trials - from->successes > into->trials - into->successes)
		chs_summary_refuse_missing("cases", "rollup(s) OVER (...)",
								   psprintf("It holds " INT64_FORMAT "/" INT64_FORMAT ", and " INT64_FORMAT "/" INT64_FORMAT " was to be taken away.",
											into->successes, into->trials, from->successes, from->trials));
	into->trials -= from->trials;
	into->successes -= from->successes;
	return into;
}

CHS_SUMMARY_COMBINE(chs_ratio, ChsRatio, has_no_trials, CHS_ONLY_FORM, add_ratio)
CHS_SUMMARY_COMBINE_INV(chs_ratio, ChsRatio, has_no_trials, subtract_ratio)
CHS_SUMMARY_FINAL(chs_ratio, ChsRatio, has_no_trials, CHS_ONLY_FORM)

Datum
chs_ratio_successes(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(summary_arg(fcinfo, 0)->successes);
}

Datum
chs_ratio_trials(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(summary_arg(fcinfo, 0)->trials);
}

/*
 * rate(s): successes of trials in percent.
 */
Datum
chs_ratio_rate(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = summary_arg(fcinfo, 0);

	if (ratio->trials == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(chs_percent(ratio->successes, ratio->trials));
}

/*
 * rate_interval(s, confidence): Wilson, in percent.
 */
Datum
chs_ratio_interval(PG_FUNCTION_ARGS)
{
	ChsRatio   *ratio = summary_arg(fcinfo, 0);

	return chs_interval_row(fcinfo, ratio->successes, ratio->trials, PG_GETARG_FLOAT8(1));
}
