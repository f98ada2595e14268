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
 * inside aggregates.  A score is its key as an integer of the same order.
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

PG_FUNCTION_INFO_V1(chs_validation_accum);
PG_FUNCTION_INFO_V1(chs_validation_accum_inv);
PG_FUNCTION_INFO_V1(chs_validation_combine);
PG_FUNCTION_INFO_V1(chs_validation_combine_inv);
PG_FUNCTION_INFO_V1(chs_validation_final);

static ChsValidation *
checked_validation(void *value)
{
	ChsValidation *validation = value;

	if (unlikely(VARSIZE(validation) < sizeof(ChsValidation)))
		chs_summary_damaged_stored(CHS_VALIDATION_TYPE, "It is too short.");
	if (unlikely(validation->counters.version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(CHS_VALIDATION_TYPE, validation->counters.version);
	chs_counters_check(&chs_validation_shape, validation, sizeof(ChsValidation));
	return validation;
}

static inline ChsValidation *
checked_arg(FunctionCallInfo fcinfo, int argno)
{
	return checked_validation(chs_summary_arg(fcinfo, argno));
}

static inline ChsValidation *
sorted(ChsValidation *validation)
{
	return chs_counters_sorted(&chs_validation_shape, validation);
}

/*
 * The canonical form of an argument, for those who answer questions to it.
 */
const ChsValidation *
chs_validation_arg(FunctionCallInfo fcinfo, int argno)
{
	return sorted(checked_arg(fcinfo, argno));
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
 * The state to write into.  Inside an aggregate it is the executor's own,
 * which no page can have damaged.
 */
static inline ChsValidation *
state_arg(FunctionCallInfo fcinfo)
{
	ChsValidation *validation = chs_summary_writable_arg(fcinfo, 0);

	if (unlikely(!chs_summary_in_place(fcinfo)))
		validation = sorted(checked_validation(validation));
	return validation;
}

CHS_SUMMARY_RESULTS(ChsValidation, sorted, sorted, checked_arg)

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

CHS_BASE64_TYPE(chs_validation, CHS_VALIDATION_TYPE, validation_from_wire, validation_to_wire(checked_arg(fcinfo, 0)))

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

Datum
chs_validation_accum(PG_FUNCTION_ARGS)
{
	uint64		key = score_word(fcinfo);
	ChsValidation *validation = state_arg(fcinfo);
	ChsScore   *entry;

	if (unlikely(validation->counters.multiplier == 0))
		validation = chs_counters_reserve(&chs_validation_shape, validation, 1);
	if (unlikely(validation->rows == PG_INT64_MAX))
		(void) chs_summary_add(validation->rows, 1, CHS_VALIDATION_TYPE);
	validation->rows++;
	entry = (ChsScore *) chs_counters_find(&chs_validation_shape, &validation->counters, &key);
	if (unlikely(entry->key == 0))
	{
		validation = chs_counters_reserve(&chs_validation_shape, validation, 1);
		entry = (ChsScore *) chs_counters_claim(&chs_validation_shape, &validation->counters, &key);
	}
	entry->churned += PG_GETARG_BOOL(2);
	entry->kept += !PG_GETARG_BOOL(2);
	return return_state(fcinfo, validation);
}

pg_noreturn static void
refuse_missing(double score)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot take away customers that the summary does not hold"),
			 errdetail("Their score is %s.", chs_double_text(score)),
			 errhint("This function serves moving windows; write validation_agg(score, churned) OVER (...) instead of calling it.")));
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

/*
 * combine(a, b): both together; a NULL side counts nothing.
 */
Datum
chs_validation_combine(PG_FUNCTION_ARGS)
{
	ChsValidation *from;
	ChsValidation *into;

	if (PG_ARGISNULL(1))
		return return_arg(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return return_arg(fcinfo, 1);
	from = checked_arg(fcinfo, 1);
	into = state_arg(fcinfo);
	into = chs_counters_add(&chs_validation_shape, into, from);
	into->rows = chs_summary_add(into->rows, from->rows, CHS_VALIDATION_TYPE);
	return return_state(fcinfo, into);
}

/*
 * validationsummary_combine_inv(a, b): the inverse of combine, for moving
 * windows over stored summaries.
 */
Datum
chs_validation_combine_inv(PG_FUNCTION_ARGS)
{
	ChsValidation *from;
	ChsValidation *into;
	const uint64 *missing;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return return_arg(fcinfo, 0);
	from = checked_arg(fcinfo, 1);
	into = chs_counters_reserve(&chs_validation_shape, state_arg(fcinfo), 0);
	missing = chs_counters_subtract(&chs_validation_shape, into, from);
	if (missing)
		refuse_missing(chs_key_double(chs_counters_key(missing, 0)));
	into->rows -= from->rows;
	return return_remains(fcinfo, into);
}

/*
 * validationsummary_final(state): the canonical form, or NULL when there was
 * no row.
 */
Datum
chs_validation_final(PG_FUNCTION_ARGS)
{
	const ChsValidation *validation = chs_validation_arg(fcinfo, 0);

	if (validation->counters.nentries == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(validation);
}
