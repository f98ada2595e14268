/*-------------------------------------------------------------------------
 *
 * survival_cursor.h
 *		A pass over the times at which customers end: who is at risk, who
 *		ended.
 *
 *		chs_lives_open(&cursor, survival, true);
 *		while (chs_lives_next(&cursor))
 *			use cursor.t, cursor.at_risk, cursor.ended, cursor.censored
 *
 * Several summaries are walked side by side with chs_lives_next_time() and
 * chs_lives_move().
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SURVIVAL_CURSOR_H
#define CHS_SURVIVAL_CURSOR_H

#include "shared/report.h"
#include "survival/survival.h"

typedef struct ChsLivesCursor
{
	const ChsSurvival *survival;
	bool		with_weights;	/* else customers are counted */
	uint32		nlives;
	uint32		nlate;			/* of those, the ones with an entry, */
	uint32	   *late;			/* in the order of their entries */
	int128		at_risk;		/* at t: entry < t <= duration */
	int128		ended;			/* at t */
	int128		censored;		/* at t, that is, last seen on it */
	int64		t;
	uint32		first;			/* the lives that end at t ... */
	uint32		end;			/* ... and the first one behind them */
	uint32		first_late;		/* places in late: those that came under risk since the time before ... */
	uint32		end_late;		/* ... and the first one behind them */
} ChsLivesCursor;

extern int64 chs_lives_last_time(const ChsSurvival *survival);
extern void chs_lives_open(ChsLivesCursor *cursor, const ChsSurvival *survival, bool with_weights);
extern void chs_lives_move(ChsLivesCursor *cursor, int64 t);
extern void chs_report_lives(ChsReport *report, const ChsLivesCursor *cursor, int128 number);

static inline bool
chs_lives_has_next(const ChsLivesCursor *cursor)
{
	return cursor->end < cursor->nlives;
}

/* the next time at which a customer ends or is last seen */
static inline int64
chs_lives_next_time(const ChsLivesCursor *cursor)
{
	return chs_lives_key(chs_survival_lives(cursor->survival, cursor->end), CHS_LIFE_DURATION);
}

static inline bool
chs_lives_next(ChsLivesCursor *cursor)
{
	if (!chs_lives_has_next(cursor))
		return false;
	chs_lives_move(cursor, chs_lives_next_time(cursor));
	return true;
}

static inline int128
chs_lives_weight(const ChsLivesCursor *cursor, const ChsLives *lives)
{
	return cursor->with_weights ? chs_counters_sum(lives->weight) : lives->count;
}

#endif							/* CHS_SURVIVAL_CURSOR_H */
