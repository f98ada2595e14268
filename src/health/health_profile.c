/*-------------------------------------------------------------------------
 *
 * health_profile.c
 *		The state of profilesummary: what the signals of a population look
 *		like.
 *
 * health_profile(model, signals [, as_of]) looks at the data before a model is
 * trusted with it: how much of each signal is known, how much has expired, how
 * much lies beyond the values that score 0 and 100, and how scores are
 * distributed.  It counts what a model that says "missing": "fail" would
 * refuse.
 *
 * A signal has 19 numbers of 64 bits, whatever the number of rows.  Sums of
 * scores and of their squares are kept in fixed point, 36 bits behind the
 * point: sums of whole numbers do not depend on the order of rows, and up to
 * 2^40 rows none leaves 128 bits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "health/health_profile.h"
#include "health/health_row.h"
#include "shared/summary.h"
#include "shared/type_ops.h"

#define MAX_ROWS	((int64) 1 << 40)
#define MAX_SCORE	((int64) (100 * CHS_PROFILE_ONE))

static inline void
add_to_sum(uint64 *words, int128 more)
{
	int128		sum = chs_counters_sum(words) + more;

	memcpy(words, &sum, sizeof(sum));
}

static ChsProfile *
make_profile(int nsignals, uint32 names_size)
{
	Size		size = offsetof(ChsProfile, signals) + nsignals * sizeof(ChsSignalProfile) + names_size;
	ChsProfile *profile = palloc0(size);

	SET_VARSIZE(profile, size);
	profile->version = CHS_SUMMARY_VERSION;
	profile->nsignals = nsignals;
	profile->names_size = names_size;
	return profile;
}

/*
 * A value that may come from a page: is everything in its place?
 */
static ChsProfile *
checked_profile(void *value)
{
	ChsProfile *profile = value;
	const char *name;
	const char *end;

	chs_summary_check_head(profile, offsetof(ChsProfile, signals), CHS_PROFILE_TYPE);
	if (unlikely(profile->nsignals < 0 || profile->nsignals > CHS_HEALTH_MAX_SIGNALS ||
				 VARSIZE(profile) != offsetof(ChsProfile, signals) +
				 profile->nsignals * sizeof(ChsSignalProfile) + profile->names_size))
		chs_summary_damaged_stored(CHS_PROFILE_TYPE, "Its size does not fit its signals.");
	if (unlikely(profile->rows < 0 || (profile->rows == 0) != (profile->nsignals == 0)))
		chs_summary_damaged_stored(CHS_PROFILE_TYPE, "The number of its rows is wrong.");
	name = chs_profile_names(profile);
	end = name + profile->names_size;
	for (int i = 0; i < profile->nsignals; i++)
	{
		if (unlikely(memchr(name, '\0', end - name) == NULL))
			chs_summary_damaged_stored(CHS_PROFILE_TYPE, "The names of its signals are cut short.");
		name += strlen(name) + 1;
	}
	return profile;
}

static inline bool
has_no_rows(const ChsProfile *profile)
{
	return profile->rows == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsProfile, checked_profile, CHS_ONLY_FORM, CHS_ONLY_FORM)

ChsProfile *
chs_profile_arg(FunctionCallInfo fcinfo, int argno)
{
	return summary_arg(fcinfo, argno);
}

/*
 * Input and output.  Text is the binary form in base64.  Binary: version,
 * identity of the model, rows, the number of signals; for each its name in
 * UTF-8, its counts and sums.
 */
static const char *
signal_damage(const ChsSignalProfile *signal, int64 rows)
{
	int128		known = 0;
	int128		sum = chs_counters_sum(signal->sum);
	int128		squares = chs_counters_sum(signal->squares);

	for (int i = 0; i < CHS_PROFILE_BINS; i++)
	{
		if (signal->bins[i] < 0)
			return "A count is negative.";
		known += signal->bins[i];
	}
	if (signal->known < 0 || signal->stale < 0 || signal->worst < 0 || signal->best < 0 || signal->switches < 0)
		return "A count is negative.";
	if (signal->known != known)
		return "The scores are not as many as the known values.";
	if (signal->known > rows || signal->stale > rows - signal->known || signal->switches > signal->known ||
		signal->worst > signal->bins[0] || signal->best > signal->bins[CHS_PROFILE_BINS - 1])
		return "A part is larger than the whole.";
	if (sum < 0 || sum > (int128) signal->known * MAX_SCORE || squares < 0 || squares > sum * MAX_SCORE)
		return "A sum is out of range.";
	return NULL;
}

static void
receive_signal(StringInfo buf, ChsSignalProfile *signal)
{
	int64	   *counts = &signal->known;
	int128		sum;

	chs_wire_need(buf, sizeof(ChsSignalProfile), CHS_PROFILE_TYPE);
	for (int i = 0; i < 5 + CHS_PROFILE_BINS; i++)
		counts[i] = pq_getmsgint64(buf);
	sum = chs_wire_get_int128(buf);
	memcpy(signal->sum, &sum, sizeof(sum));
	sum = chs_wire_get_int128(buf);
	memcpy(signal->squares, &sum, sizeof(sum));
}

static ChsProfile *
profile_from_wire(StringInfo buf)
{
	ChsSignalProfile *signals;
	StringInfoData names;
	ChsProfile *profile;
	uint64		model;
	int64		rows;
	int64		nsignals;

	chs_wire_version(buf, CHS_PROFILE_TYPE);
	chs_wire_need(buf, 2 * sizeof(int64) + sizeof(int32), CHS_PROFILE_TYPE);
	model = pq_getmsgint64(buf);
	rows = pq_getmsgint64(buf);
	nsignals = (uint32) pq_getmsgint(buf, sizeof(int32));
	if (nsignals > CHS_HEALTH_MAX_SIGNALS || (nsignals == 0) != (rows == 0) || (rows == 0 && model != 0))
		chs_summary_damaged_binary(CHS_PROFILE_TYPE, "The number of its signals is wrong.");
	if (rows < 0 || rows > MAX_ROWS)
		chs_summary_damaged_binary(CHS_PROFILE_TYPE, "The number of its rows is out of range.");

	signals = palloc0(Max(nsignals, 1) * sizeof(ChsSignalProfile));
	initStringInfo(&names);
	for (int i = 0; i < nsignals; i++)
	{
		const char *name = chs_wire_get_text(buf, CHS_PROFILE_TYPE, "The name of a signal is not UTF-8.");
		const char *damage;

		appendBinaryStringInfo(&names, name, strlen(name) + 1);
		receive_signal(buf, &signals[i]);
		damage = signal_damage(&signals[i], rows);
		if (damage)
			chs_summary_damaged_binary(CHS_PROFILE_TYPE, damage);
	}
	chs_wire_end(buf, CHS_PROFILE_TYPE);

	profile = make_profile((int) nsignals, names.len);
	profile->model = model;
	profile->rows = rows;
	memcpy(profile->signals, signals, nsignals * sizeof(ChsSignalProfile));
	memcpy(chs_profile_names(profile), names.data, names.len);
	return profile;
}

static bytea *
profile_to_wire(const ChsProfile *profile)
{
	const char *name = chs_profile_names(profile);
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendint64(&buf, profile->model);
	pq_sendint64(&buf, profile->rows);
	pq_sendint32(&buf, profile->nsignals);
	for (int i = 0; i < profile->nsignals; i++)
	{
		const ChsSignalProfile *signal = &profile->signals[i];
		const int64 *counts = &signal->known;

		chs_wire_send_text(&buf, name, strlen(name));
		for (int j = 0; j < 5 + CHS_PROFILE_BINS; j++)
			pq_sendint64(&buf, counts[j]);
		chs_wire_send_int128(&buf, chs_counters_sum(signal->sum));
		chs_wire_send_int128(&buf, chs_counters_sum(signal->squares));
		name += strlen(name) + 1;
	}
	return pq_endtypsend(&buf);
}

CHS_BASE64_TYPE(chs_profile, CHS_PROFILE_TYPE, profile_from_wire, profile_to_wire(summary_arg(fcinfo, 0)))

static void
profile_content(Datum value, ChsContent *content)
{
	chs_content_from(value, offsetof(ChsProfile, model), content);
}

CHS_TYPE_OPERATORS(chs_profile, profile_content)

/*
 * Rows.
 */
static ChsProfile *
profile_of_model(const ChsHealthModel *model, uint64 identity)
{
	const ChsHealthSignal *signals = CHS_HEALTH_SIGNALS(model);
	uint32		names_size = 0;
	ChsProfile *profile;
	char	   *name;

	if (model->method != CHS_HEALTH_MEAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("signals of method \"points\" have no scores to profile"),
				 errdetail("Their points are added as they are; they have no worst and best."),
				 errhint("Profile them with a model of method \"mean\" that gives each signal its \"worst\" and \"best\".")));
	for (int i = 0; i < model->nsignals; i++)
		names_size += signals[i].name.length + 1;
	profile = make_profile(model->nsignals, names_size);
	profile->model = identity;
	name = chs_profile_names(profile);
	for (int i = 0; i < model->nsignals; i++)
	{
		memcpy(name, CHS_HEALTH_TEXT(model, signals[i].name), signals[i].name.length);
		name += signals[i].name.length + 1;
	}
	return profile;
}

pg_noreturn static void
refuse_other_model(const ChsProfile *a, const char *names_b, int nsignals_b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge profiles of different models"),
			 errdetail("One has %d signals from \"%s\" on, the other %d from \"%s\" on.",
					   a->nsignals, chs_profile_names(a), nsignals_b, names_b),
			 errhint("Use one version of one model for all rows, or GROUP BY it.")));
}

static void
count_rows(ChsProfile *profile, int64 more)
{
	if (unlikely(profile->rows > MAX_ROWS - more))
		(void) chs_summary_add(PG_INT64_MAX, more, CHS_PROFILE_TYPE);
	profile->rows += more;
}

static void
count_signal(ChsSignalProfile *profile, const ChsHealthSignal *signal, const ChsHealthInput *input,
			 const ChsHealthSignalResult *result)
{
	int64		fixed;

	profile->stale += result->status == CHS_HEALTH_IS_STALE;
	if (result->status != CHS_HEALTH_OK)
		return;
	fixed = (int64) rint(result->score * CHS_PROFILE_ONE);
	profile->known++;
	profile->worst += result->score <= 0;
	profile->best += result->score >= 100;
	profile->switches += input->is_bool || signal->rule == CHS_HEALTH_VALUES;
	profile->bins[Min((int) (result->score / (100 / CHS_PROFILE_BINS)), CHS_PROFILE_BINS - 1)]++;
	add_to_sum(profile->sum, fixed);
	add_to_sum(profile->squares, (int128) fixed * fixed);
}

/*
 * profilesummary_accum(state, model, signals [, as_of]): one more row.  Not
 * strict: as_of may be NULL where nothing becomes stale.
 */
static Datum
profile_accum(FunctionCallInfo fcinfo, ChsHealthSource source)
{
	ChsProfile *profile;
	ChsHealthKept *kept;
	ChsHealthRow row;
	uint64		identity;
	DateADT		as_of = 0;
	bool		has_as_of = PG_NARGS() > 3 && chs_health_get_as_of(fcinfo, 3, &as_of);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return chs_same_state(fcinfo);
	kept = chs_health_keep(fcinfo, 0, PG_GETARG_DATUM(1));
	identity = chs_health_identity(chs_health_site(fcinfo), kept);
	profile = state_arg(fcinfo);
	if (unlikely(has_no_rows(profile)))
		profile = profile_of_model(kept->model, identity);
	if (unlikely(profile->model != identity || profile->nsignals != kept->model->nsignals))
		refuse_other_model(profile, chs_health_cstring(kept->model, CHS_HEALTH_SIGNALS(kept->model)->name), kept->model->nsignals);
	chs_health_read_row(fcinfo, source, kept, 2, &row);
	chs_health_judge(kept->model, row.inputs, has_as_of, as_of, row.signals);
	count_rows(profile, 1);
	for (int i = 0; i < profile->nsignals; i++)
		count_signal(&profile->signals[i], &CHS_HEALTH_SIGNALS(kept->model)[i], &row.inputs[i], &row.signals[i]);
	PG_RETURN_POINTER(profile);
}

CHS_HEALTH_RECORD_AND_JSONB(chs_profile_accum, profile_accum)

static void
add_signal(ChsSignalProfile *into, const ChsSignalProfile *from)
{
	int64	   *counts = &into->known;
	const int64 *more = &from->known;

	for (int i = 0; i < 5 + CHS_PROFILE_BINS; i++)
		counts[i] += more[i];
	add_to_sum(into->sum, chs_counters_sum(from->sum));
	add_to_sum(into->squares, chs_counters_sum(from->squares));
}

static ChsProfile *
add_profile(ChsProfile *into, const ChsProfile *from)
{
	if (into->model != from->model || into->nsignals != from->nsignals)
		refuse_other_model(into, chs_profile_names(from), from->nsignals);
	count_rows(into, from->rows);
	for (int i = 0; i < into->nsignals; i++)
		add_signal(&into->signals[i], &from->signals[i]);
	return into;
}

CHS_SUMMARY_COMBINE(chs_profile, ChsProfile, has_no_rows, CHS_ONLY_FORM, add_profile)
CHS_SUMMARY_FINAL(chs_profile, ChsProfile, has_no_rows, CHS_ONLY_FORM)
