/*-------------------------------------------------------------------------
 *
 * survival_cursor.c
 *		A pass over the times at which customers end: who is at risk, who
 *		ended.
 *
 * Lives are sorted by duration.  Those with an entry come under risk in
 * another order, so their places are sorted by entry first.  Sums are exact,
 * in 128 bits: a customer more or less leaves no rounding behind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/number.h"
#include "survival/survival_cursor.h"

static inline int64
entry_of(const ChsSurvival *survival, uint32 i)
{
	return chs_lives_key(chs_survival_lives(survival, i), CHS_LIFE_ENTRY);
}

static int
compare_entries(const void *a, const void *b, void *survival)
{
	uint32		first = *(const uint32 *) a;
	uint32		second = *(const uint32 *) b;
	int64		entry_a = entry_of(survival, first);
	int64		entry_b = entry_of(survival, second);

	CHECK_FOR_INTERRUPTS();
	if (entry_a != entry_b)
		return entry_a < entry_b ? -1 : 1;
	return (first > second) - (first < second);
}

/*
 * The last time of all; -1 without customers, and where no customer has a
 * weight, for then every share is one of nothing.
 */
int64
chs_lives_last_time(const ChsSurvival *survival)
{
	uint32		n = survival->counters.nentries;

	for (uint32 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		if (survival->kind != CHS_WEIGHTED_LIVES || chs_counters_sum(chs_survival_lives(survival, i)->weight) > 0)
			return chs_lives_key(chs_survival_lives(survival, n - 1), CHS_LIFE_DURATION);
	}
	return -1;
}

/*
 * A cursor before the first time; "survival" is in the canonical form.
 */
void
chs_lives_open(ChsLivesCursor *cursor, const ChsSurvival *survival, bool with_weights)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->survival = survival;
	cursor->with_weights = with_weights && survival->kind == CHS_WEIGHTED_LIVES;
	cursor->nlives = survival->counters.nentries;
	for (uint32 i = 0; i < cursor->nlives; i++)
	{
		chs_check_interrupts(i);
		if (entry_of(survival, i) == CHS_NO_ENTRY)
			cursor->at_risk += chs_lives_weight(cursor, chs_survival_lives(survival, i));
		else
			cursor->nlate++;
	}
	if (cursor->nlate == 0)
		return;
	cursor->late = MemoryContextAllocHuge(CurrentMemoryContext, cursor->nlate * sizeof(uint32));
	cursor->nlate = 0;
	for (uint32 i = 0; i < cursor->nlives; i++)
	{
		chs_check_interrupts(i);
		if (entry_of(survival, i) != CHS_NO_ENTRY)
			cursor->late[cursor->nlate++] = i;
	}
	qsort_arg(cursor->late, cursor->nlate, sizeof(uint32), compare_entries, (void *) survival);
}

/*
 * To time t, which is not before the one where the cursor stands and not
 * behind the next one.
 */
void
chs_lives_move(ChsLivesCursor *cursor, int64 t)
{
	const ChsSurvival *survival = cursor->survival;

	CHECK_FOR_INTERRUPTS();
	for (uint32 i = cursor->first; i < cursor->end; i++)
	{
		chs_check_interrupts(i);
		cursor->at_risk -= chs_lives_weight(cursor, chs_survival_lives(survival, i));
	}
	cursor->first_late = cursor->end_late;
	for (; cursor->end_late < cursor->nlate && entry_of(survival, cursor->late[cursor->end_late]) < t; cursor->end_late++)
	{
		chs_check_interrupts(cursor->end_late);
		cursor->at_risk += chs_lives_weight(cursor, chs_survival_lives(survival, cursor->late[cursor->end_late]));
	}
	cursor->t = t;
	cursor->ended = 0;
	cursor->censored = 0;
	for (cursor->first = cursor->end; chs_lives_has_next(cursor) && chs_lives_next_time(cursor) == t; cursor->end++)
	{
		const ChsLives *lives = chs_survival_lives(survival, cursor->end);

		chs_check_interrupts(cursor->end);
		if (chs_lives_key(lives, CHS_LIFE_CAUSE) == 0)
			cursor->censored += chs_lives_weight(cursor, lives);
		else
			cursor->ended += chs_lives_weight(cursor, lives);
	}
}

/*
 * A column: customers, or the sum of their weights.
 */
void
chs_report_lives(ChsReport *report, const ChsLivesCursor *cursor, int128 number)
{
	if (cursor->with_weights)
		chs_report_money(report, number);
	else
		chs_report_datum(report, chs_int64_to_numeric((int64) number));
}
