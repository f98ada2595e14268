/*-------------------------------------------------------------------------
 *
 * survival.c
 *		The state of survivalsummary: how long customers stayed.
 *
 * A customer is a row: how many days it stayed, whether and why it ended, how
 * old it was when records begin, and perhaps a weight.  The state counts the
 * customers of each (duration, entry, cause); a weighted one also adds up
 * their weights and the squares of these, which the standard error of a
 * weighted curve needs.  Weights are fixed-point money and sums are 128 bits,
 * so nothing depends on the order of rows.
 *
 * The counters are those of shared/counters: a list sorted by duration, or a
 * hash table inside aggregates.
 *
 * Binary form: version, kind, and unless it is without rows the counters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/type_ops.h"
#include "survival/survival.h"

PG_FUNCTION_INFO_V1(chs_survival_accum);
PG_FUNCTION_INFO_V1(chs_survival_accum_entry);
PG_FUNCTION_INFO_V1(chs_survival_accum_weight);
PG_FUNCTION_INFO_V1(chs_survival_accum_entry_weight);
PG_FUNCTION_INFO_V1(chs_survival_accum_cause);
PG_FUNCTION_INFO_V1(chs_survival_accum_entry_cause);
PG_FUNCTION_INFO_V1(chs_survival_accum_entry_cause_weight);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_entry);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_weight);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_entry_weight);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_cause);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_entry_cause);
PG_FUNCTION_INFO_V1(chs_survival_accum_inv_entry_cause_weight);

/* a row */
typedef struct Life
{
	int64		entry;
	int64		duration;
	int64		cause;
	bool		is_weighted;
	int64		weight;
} Life;

static ChsSurvival *
make_survival(ChsSurvivalKind kind)
{
	const ChsCountersShape *shape = kind == CHS_WEIGHTED_LIVES ? &chs_weighted_lives_shape : &chs_counted_lives_shape;
	ChsSurvival *survival = chs_counters_make(shape, sizeof(ChsSurvival));

	survival->kind = kind;
	return survival;
}

static inline bool
is_empty(const ChsSurvival *survival)
{
	return survival->kind == CHS_NO_LIVES;
}

/*
 * A value that may come from a page: is it one of this version, with
 * everything in its place?
 */
ChsSurvival *
chs_checked_survival(void *value)
{
	ChsSurvival *survival = value;

	chs_summary_check_head(&survival->counters, sizeof(ChsSurvival), CHS_SURVIVAL_TYPE);
	if (unlikely(survival->kind > CHS_WEIGHTED_LIVES ||
				 (is_empty(survival) && survival->counters.nentries > 0)))
		chs_summary_damaged_stored(CHS_SURVIVAL_TYPE, "It is of no known kind.");
	chs_counters_check(chs_survival_shape(survival), survival, sizeof(ChsSurvival));
	return survival;
}

/*
 * Canonical form.
 */
ChsSurvival *
chs_survival_sorted(ChsSurvival *survival)
{
	if (!survival->counters.multiplier)
		return survival;
	if (survival->counters.nentries == 0)
		return make_survival(CHS_NO_LIVES);
	return chs_counters_sorted(chs_survival_shape(survival), survival);
}

CHS_SUMMARY_ARGUMENTS(ChsSurvival, chs_checked_survival, chs_survival_sorted, chs_survival_sorted)

/*
 * An entry that was given.
 */
int64
chs_survival_check_entry(int64 entry)
{
	if (unlikely(entry < 0))
		chs_refuse_negative("entry", psprintf(INT64_FORMAT, entry),
							"Pass how many days old the customer was when records begin: greatest(entry, 0).");
	return entry;
}

void
chs_survival_check_times(int64 entry, int64 duration)
{
	if (unlikely(duration < 0))
		chs_refuse_negative("duration", psprintf(INT64_FORMAT, duration),
							"Correct the days, or leave such rows out with FILTER (WHERE duration >= 0).");
	if (unlikely(entry >= duration))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("\"entry\" must be below \"duration\""),
				 errdetail("They are " INT64_FORMAT " and " INT64_FORMAT ".", entry, duration),
				 errhint("Leave out customers who ended before records begin: FILTER (WHERE entry < duration).")));
}

static void
check_life(const Life *life)
{
	chs_survival_check_times(life->entry, life->duration);
	if (unlikely(life->cause < 0))
		chs_refuse_negative("cause", psprintf(INT64_FORMAT, life->cause),
							"Number the reasons from 1 on; 0 is a customer who has not ended.");
	if (unlikely(life->weight < 0))
		chs_refuse_negative("weight", chs_money_text(life->weight),
							"Leave such rows out with FILTER (WHERE weight >= 0).");
}

/*
 * The arguments of a transition behind the state: entry, duration, cause or
 * ended, weight, of which the first and the last may be absent.
 */
static inline Life
get_life(FunctionCallInfo fcinfo, bool has_entry, bool has_cause, bool has_weight)
{
	Life		life = {.entry = CHS_NO_ENTRY, .is_weighted = has_weight};
	int			argno = 1;

	if (has_entry)
		life.entry = chs_survival_check_entry(PG_GETARG_INT64(argno++));
	life.duration = PG_GETARG_INT64(argno++);
	life.cause = has_cause ? PG_GETARG_INT64(argno) : PG_GETARG_BOOL(argno);
	argno++;
	if (has_weight)
		life.weight = chs_money_from_numeric(PG_GETARG_DATUM(argno), "weight", CHS_NO_ROW_NAME);
	check_life(&life);
	return life;
}

static inline void
get_key(const Life *life, uint64 *key)
{
	key[CHS_LIFE_DURATION] = chs_counters_word(life->duration);
	key[CHS_LIFE_ENTRY] = chs_counters_word(life->entry);
	key[CHS_LIFE_CAUSE] = chs_counters_word(life->cause);
}

pg_noreturn static void
refuse_mix(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge lifetimes with and without a weight"),
			 errdetail("One summary counts customers, the other adds up weights."),
			 errhint("Pass a weight for all rows or for none, for instance 1.")));
}

/*
 * A customer more.
 */
static Datum
accum(FunctionCallInfo fcinfo, Life life)
{
	ChsSurvivalKind kind = life.is_weighted ? CHS_WEIGHTED_LIVES : CHS_COUNTED_LIVES;
	ChsSurvival *survival = state_arg(fcinfo);
	const ChsCountersShape *shape;
	uint64	   *entry;
	ChsLives   *lives;
	uint64		key[3];

	if (unlikely(survival == NULL || is_empty(survival)))
		survival = make_survival(kind);
	if (unlikely(survival->kind != kind))
		refuse_mix();
	shape = chs_survival_shape(survival);
	get_key(&life, key);
	survival = chs_counters_enter(shape, survival, key, &entry);
	lives = (ChsLives *) entry;
	lives->count = chs_summary_add(lives->count, 1, CHS_SURVIVAL_TYPE);
	if (life.is_weighted)
	{
		chs_counters_add_sum(shape, lives->weight, life.weight);
		chs_counters_add_sum(shape, lives->squares, (int128) life.weight * life.weight);
	}
	return return_state(fcinfo, survival);
}

pg_noreturn static void
refuse_missing(const uint64 *key)
{
	chs_summary_refuse_missing("customers", "rollup(s) OVER (...)",
							   psprintf("They stayed for " INT64_FORMAT " days.",
										chs_counters_key(key, CHS_LIFE_DURATION)));
}

/*
 * A customer less, for moving windows.
 */
static Datum
accum_inv(FunctionCallInfo fcinfo, Life life)
{
	ChsSurvival *survival = state_arg(fcinfo);
	const ChsCountersShape *shape;
	ChsLives   *lives;
	uint64		key[3];

	get_key(&life, key);
	if (survival == NULL || is_empty(survival))
		refuse_missing(key);
	if (survival->kind != (life.is_weighted ? CHS_WEIGHTED_LIVES : CHS_COUNTED_LIVES))
		refuse_mix();
	shape = chs_survival_shape(survival);
	survival = chs_counters_reserve(shape, survival, 0);
	lives = (ChsLives *) chs_counters_find(shape, &survival->counters, key);
	if (lives->key[0] == 0 || lives->count == 0 ||
		(life.is_weighted && chs_counters_sum(lives->weight) < life.weight))
		refuse_missing(key);
	lives->count--;
	if (life.is_weighted)
	{
		chs_counters_add_sum(shape, lives->weight, -(int128) life.weight);
		chs_counters_add_sum(shape, lives->squares, -(int128) life.weight * life.weight);
	}
	(void) chs_counters_release(shape, &survival->counters, lives->key);
	return return_remains(fcinfo, survival);
}

/*
 * survivalsummary_accum(state [, entry], duration, ended or cause [, weight])
 * and survivalsummary_accum_inv(...).  Strict.
 */
#define DEFINE_TRANSITIONS(suffix, has_entry, has_cause, has_weight) \
Datum \
chs_survival_accum##suffix(PG_FUNCTION_ARGS) \
{ \
	return accum(fcinfo, get_life(fcinfo, has_entry, has_cause, has_weight)); \
} \
Datum \
chs_survival_accum_inv##suffix(PG_FUNCTION_ARGS) \
{ \
	return accum_inv(fcinfo, get_life(fcinfo, has_entry, has_cause, has_weight)); \
}

DEFINE_TRANSITIONS(, false, false, false)
DEFINE_TRANSITIONS(_entry, true, false, false)
DEFINE_TRANSITIONS(_weight, false, false, true)
DEFINE_TRANSITIONS(_entry_weight, true, false, true)
DEFINE_TRANSITIONS(_cause, false, true, false)
DEFINE_TRANSITIONS(_entry_cause, true, true, false)
DEFINE_TRANSITIONS(_entry_cause_weight, true, true, true)

static ChsSurvival *
add_survival(ChsSurvival *into, const ChsSurvival *from)
{
	if (into->kind != from->kind)
		refuse_mix();
	return chs_counters_add(chs_survival_shape(into), into, from);
}

static ChsSurvival *
subtract_survival(ChsSurvival *into, const ChsSurvival *from)
{
	const uint64 *missing;

	if (is_empty(into))
		into = make_survival(from->kind);
	if (into->kind != from->kind)
		refuse_mix();
	into = chs_counters_reserve(chs_survival_shape(into), into, 0);
	missing = chs_counters_subtract(chs_survival_shape(into), into, from);
	if (missing)
		refuse_missing(missing);
	return into;
}

CHS_SUMMARY_COMBINE(chs_survival, ChsSurvival, is_empty, chs_survival_sorted, add_survival)
CHS_SUMMARY_COMBINE_INV(chs_survival, ChsSurvival, is_empty, subtract_survival)
CHS_SUMMARY_FINAL(chs_survival, ChsSurvival, is_empty, chs_survival_sorted)

/*
 * Binary form.
 */
static bytea *
survival_to_wire(ChsSurvival *sorted)
{
	StringInfoData buf;

	chs_wire_begin(&buf);
	pq_sendbyte(&buf, sorted->kind);
	if (!is_empty(sorted))
		chs_counters_send(chs_survival_shape(sorted), sorted, &buf);
	return pq_endtypsend(&buf);
}

static void
check_received(const ChsSurvival *survival, const ChsLives *lives)
{
	int64		entry = chs_lives_key(lives, CHS_LIFE_ENTRY);

	if (chs_lives_key(lives, CHS_LIFE_DURATION) < 0)
		chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "A duration is negative.");
	if (entry < CHS_NO_ENTRY || entry >= chs_lives_key(lives, CHS_LIFE_DURATION))
		chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "An entry is not before the end.");
	if (chs_lives_key(lives, CHS_LIFE_CAUSE) < 0)
		chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "A cause is negative.");
	if (lives->count == 0)
		chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "An entry counts nothing.");
	if (survival->kind == CHS_WEIGHTED_LIVES)
	{
		int128		weight = chs_counters_sum(lives->weight);
		int128		squares = chs_counters_sum(lives->squares);

		if (weight < 0 || squares < 0 || (weight == 0) != (squares == 0))
			chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "Weights and their squares do not fit.");
	}
}

static ChsSurvival *
survival_from_wire(StringInfo buf)
{
	ChsSurvival *survival;
	int64		customers = 0;
	int			kind;

	chs_wire_version(buf, CHS_SURVIVAL_TYPE);
	chs_wire_need(buf, 1, CHS_SURVIVAL_TYPE);
	kind = pq_getmsgbyte(buf);
	if (kind > CHS_WEIGHTED_LIVES)
		chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, psprintf("There are no lifetimes of kind %d.", kind));
	survival = make_survival(kind);
	if (!is_empty(survival))
	{
		survival = chs_counters_receive(chs_survival_shape(survival), survival, buf);
		if (survival->counters.nentries == 0)
			chs_summary_damaged_binary(CHS_SURVIVAL_TYPE, "There are no lifetimes.");
	}
	chs_wire_end(buf, CHS_SURVIVAL_TYPE);
	for (uint32 i = 0; i < survival->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		check_received(survival, chs_survival_lives(survival, i));
		customers = chs_summary_add(customers, chs_survival_lives(survival, i)->count, CHS_SURVIVAL_TYPE);
	}
	return survival;
}

CHS_BASE64_TYPE(chs_survival, CHS_SURVIVAL_TYPE, survival_from_wire, survival_to_wire(chs_survival_arg(fcinfo, 0)))

/* The content: all of the canonical form but the head of its counters */
CHS_SORTED_CONTENT(survival_content, ChsSurvival, chs_counters_are_sorted, chs_survival_sorted, chs_checked_survival, offsetof(ChsSurvival, kind))

CHS_TYPE_OPERATORS(chs_survival, survival_content)
