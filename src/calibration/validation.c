/*-------------------------------------------------------------------------
 *
 * validation.c
 *		The state of validationsummary: who churned and who was kept, per
 *		score.
 *
 * Everything that says how well a score tells those who will churn from those
 * who will be kept depends on how many of each have which score, and on
 * nothing else.  So two counts per distinct score are the whole state, and
 * every answer is computed from whole numbers in the order of scores: it is
 * the same for any order of rows and any number of workers.
 *
 * The same state serves probabilities: roc_auc and brier_score take the
 * probability of an outcome where the others take a score.
 *
 * The counters are those of shared/counters: a sorted list, or a hash table
 * inside aggregates, which becomes a log when it is large (validation_log.c).
 * A score is its key as an integer of the same order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/summary.h"
#include "shared/type_ops.h"
#include "calibration/validation.h"
#include "calibration/validation_log.h"

PG_FUNCTION_INFO_V1(chs_validation_accum);
PG_FUNCTION_INFO_V1(chs_validation_accum_inv);

static ChsValidation *
checked_validation(void *value)
{
	return chs_checked_counters(&chs_validation_shape, value, sizeof(ChsValidation));
}

static inline ChsValidation *
sorted(ChsValidation *validation)
{
	return chs_counters_sorted(&chs_validation_shape, validation);
}

static inline bool
is_empty(const ChsValidation *validation)
{
	return validation->counters.nentries == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsValidation, checked_validation, sorted, sorted)

/*
 * The canonical form of an argument, for those who answer questions to it.
 */
const ChsValidation *
chs_validation_arg(FunctionCallInfo fcinfo, int argno)
{
	Datum		value = PG_GETARG_DATUM(argno);

	if (chs_is_expanded(value))
		return chs_validation_log_read((ChsValidationLog *) DatumGetEOHP(value));
	return sorted(summary_arg(fcinfo, argno));
}

int64
chs_validation_churned(const ChsValidation *validation)
{
	const ChsScore *scores = chs_validation_scores(validation);
	int64		churned = 0;

	for (uint32 i = 0; i < validation->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		churned += scores[i].churned;
	}
	return churned;
}

/*
 * Input and output.  Text is the binary form in base64.  Binary: version, the
 * scores with their counts.
 */
static ChsValidation *
validation_from_wire(StringInfo buf)
{
	ChsValidation *validation = chs_counters_make(&chs_validation_shape, sizeof(ChsValidation));
	const ChsScore *scores;

	chs_wire_version(buf, CHS_VALIDATION_TYPE);
	validation = chs_counters_receive(&chs_validation_shape, validation, buf);
	chs_wire_end(buf, CHS_VALIDATION_TYPE);

	scores = chs_validation_scores(validation);
	for (uint32 i = 0; i < validation->counters.nentries; i++)
	{
		double		score = chs_score_value(&scores[i]);

		chs_check_interrupts(i);
		if (!isfinite(score) || chs_double_key(score) != chs_counters_key(&scores[i].key, 0))
			chs_summary_damaged_binary(CHS_VALIDATION_TYPE, "A score is not a finite number.");
		validation->rows = chs_summary_add(validation->rows,
										   chs_summary_add(scores[i].churned, scores[i].kept, CHS_VALIDATION_TYPE),
										   CHS_VALIDATION_TYPE);
	}
	return validation;
}

static bytea *
validation_to_wire(ChsValidation *validation)
{
	StringInfoData buf;

	chs_wire_begin(&buf);
	chs_counters_send(&chs_validation_shape, sorted(validation), &buf);
	return pq_endtypsend(&buf);
}

CHS_BASE64_TYPE(chs_validation, CHS_VALIDATION_TYPE, validation_from_wire, validation_to_wire(summary_arg(fcinfo, 0)))

/* The content: the entries of the canonical form */
CHS_SORTED_CONTENT(validation_content, ChsValidation, chs_counters_are_sorted, sorted, checked_validation, sizeof(ChsValidation))

CHS_TYPE_OPERATORS(chs_validation, validation_content)

/*
 * validationsummary_accum(state, score, churned): one more customer.  Strict.
 */
static inline uint64
score_word(FunctionCallInfo fcinfo)
{
	double		score = PG_GETARG_FLOAT8(1);

	chs_check_finite(score, "score");
	return chs_counters_word(chs_double_key(score));
}

/*
 * Does a log take the place of a table that is full?
 */
static inline bool
becomes_log(FunctionCallInfo fcinfo, const ChsValidation *table)
{
	return table->counters.nslots >= CHS_VALIDATION_LARGE && table->counters.room == 0 &&
		fcinfo->context != NULL && IsA(fcinfo->context, AggState);
}

static Datum
accum_into_log(ChsValidationLog *log, uint64 key, bool churned)
{
	chs_validation_log_add(log, key, churned);
	return EOHPGetRWDatum(&log->base.hdr);
}

Datum
chs_validation_accum(PG_FUNCTION_ARGS)
{
	uint64		key = score_word(fcinfo);
	ChsValidation *validation;
	uint64	   *words;
	ChsScore   *entry;

	if (chs_summary_in_place(fcinfo) && chs_is_writable_expanded(PG_GETARG_DATUM(0)))
		return accum_into_log((ChsValidationLog *) DatumGetEOHP(PG_GETARG_DATUM(0)), key, PG_GETARG_BOOL(2));
	validation = state_arg(fcinfo);
	if (unlikely(becomes_log(fcinfo, validation)))
		return accum_into_log(chs_validation_log_make(fcinfo, validation), key, PG_GETARG_BOOL(2));
	validation = chs_counters_enter(&chs_validation_shape, validation, &key, &words);
	entry = (ChsScore *) words;
	if (unlikely(validation->rows == PG_INT64_MAX))
		(void) chs_summary_add(validation->rows, 1, CHS_VALIDATION_TYPE);
	validation->rows++;
	entry->churned += PG_GETARG_BOOL(2);
	entry->kept += !PG_GETARG_BOOL(2);
	return return_state(fcinfo, validation);
}

pg_noreturn static void
refuse_missing(double score)
{
	chs_summary_refuse_missing("customers", "validation_agg(score, churned) OVER (...)",
							   psprintf("Their score is %s.", chs_double_text(score)));
}

/*
 * validationsummary_accum_inv(state, score, churned): one customer less, for
 * moving windows.
 */
Datum
chs_validation_accum_inv(PG_FUNCTION_ARGS)
{
	uint64		key = score_word(fcinfo);
	ChsValidation *validation = chs_counters_reserve(&chs_validation_shape, state_arg(fcinfo), 0);
	ChsScore   *entry = (ChsScore *) chs_counters_find(&chs_validation_shape, &validation->counters, &key);
	bool		churned = PG_GETARG_BOOL(2);

	if (entry->key == 0 || (churned ? entry->churned : entry->kept) == 0)
		refuse_missing(PG_GETARG_FLOAT8(1));
	entry->churned -= churned;
	entry->kept -= !churned;
	validation->rows--;
	(void) chs_counters_release(&chs_validation_shape, &validation->counters, &entry->key);
	return return_remains(fcinfo, validation);
}

static ChsValidation *
add_validation(ChsValidation *into, const ChsValidation *from)
{
	into = chs_counters_add(&chs_validation_shape, into, from);
	into->rows = chs_summary_add(into->rows, from->rows, CHS_VALIDATION_TYPE);
	return into;
}

static ChsValidation *
subtract_validation(ChsValidation *into, const ChsValidation *from)
{
	const uint64 *missing;

	into = chs_counters_reserve(&chs_validation_shape, into, 0);
	missing = chs_counters_subtract(&chs_validation_shape, into, from);
	if (missing)
		refuse_missing(chs_key_double(chs_counters_key(missing, 0)));
	into->rows -= from->rows;
	return into;
}

CHS_SUMMARY_COMBINE(chs_validation, ChsValidation, is_empty, sorted, add_validation)
CHS_SUMMARY_COMBINE_INV(chs_validation, ChsValidation, is_empty, subtract_validation)
CHS_SUMMARY_FINAL(chs_validation, ChsValidation, is_empty, sorted)
