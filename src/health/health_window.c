/*-------------------------------------------------------------------------
 *
 * health_window.c
 *		Scores compared with other rows: health_quartile, health_alert.
 *
 * health_alert walks the snapshots of one customer in order of their days and
 * speaks once, on the row where something happens.  Its state, in the
 * partition's memory:
 *
 *	- the band the customer is in.  A band is left only when the score is past
 *	  its edge by the hysteresis, so that a score on the line does not flap.
 *	- the scores of the last within_days days that can still be the greatest of
 *	  them: a queue whose scores fall from front to back (the sliding-window
 *	  maximum).  So a sharp drop is found however often snapshots are taken,
 *	  in constant time per row on average.
 *
 * After 'fell to ...' or 'sharp drop' the queue starts anew, because that drop
 * has been told.
 *
 * Scores of two models are not compared: where the model is not that of the
 * last score, band and queue start anew, and only a worse band is told.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "health/health_band.h"
#include "health/health_cache.h"
#include "shared/check.h"
#include "shared/quartile.h"

#define FIRST_QUEUE		16

typedef struct DatedScore
{
	DateADT		day;
	double		score;
} DatedScore;

typedef struct AlertState
{
	ChsHealthModel *model;		/* of the last score, copied */
	bool		has_day;
	DateADT		last_day;
	bool		has_score;		/* some row had a score; model, band */
	bool		score_was_null; /* the last row had none */
	int			band;
	DatedScore *queue;			/* a ring */
	int			size;
	int			first;
	int			count;
} AlertState;

/* ---------------- the queue ---------------- */

static inline DatedScore *
queued(const AlertState *state, int i)
{
	return &state->queue[(state->first + i) % state->size];
}

static void
grow_queue(AlertState *state)
{
	int			size = state->size > 0 ? 2 * state->size : FIRST_QUEUE;
	DatedScore *queue =
		MemoryContextAllocHuge(GetMemoryChunkContext(state),
							   (Size) size * sizeof(DatedScore));

	for (int i = 0; i < state->count; i++)
		queue[i] = *queued(state, i);
	if (state->queue)
		pfree(state->queue);
	state->queue = queue;
	state->size = size;
	state->first = 0;
}

/* Forgets what is older than the model looks back. */
static void
expire_scores(AlertState *state, int64 oldest)
{
	while (state->count > 0 && queued(state, 0)->day < oldest)
	{
		state->first = (state->first + 1) % state->size;
		state->count--;
	}
}

static void
enqueue_score(AlertState *state, DateADT day, double score)
{
	while (state->count > 0 && queued(state, state->count - 1)->score <= score)
		state->count--;
	if (state->count == state->size)
		grow_queue(state);
	state->count++;
	*queued(state, state->count - 1) = (DatedScore) {day, score};
}

/* ---------------- bands ---------------- */

/* The band after a score, given the one before it. */
static int
next_band(const ChsHealthModel *model, int band, double score)
{
	int			top = chs_health_nbands(model) - 1;

	while (band > 0 &&
		   (score < chs_health_band_from(model, band) - model->hysteresis -
			CHS_HEALTH_TOLERANCE ||
			score <= 0))
		band--;
	while (band < top &&
		   score >= Min(chs_health_band_from(model, band + 1) +
						model->hysteresis, 100) - CHS_HEALTH_TOLERANCE)
		band++;
	return band;
}

/*
 * Whether a band of one model is worse than that of another.  Bands of one
 * name are alike; other bands are compared by their place between the lowest
 * and the highest of their model.
 */
static bool
band_is_worse(const ChsHealthModel *model, int band, const ChsHealthModel *old_model, int old_band)
{
	int			steps = chs_health_nbands(model) - 1;
	int			old_steps = chs_health_nbands(old_model) - 1;

	if (strcmp(text_to_cstring(chs_health_band_name(model, band)),
			   text_to_cstring(chs_health_band_name(old_model, old_band))) == 0)
		return false;
	return band * old_steps < old_band * steps;
}

static void
remember_model(AlertState *state, const ChsHealthModel *model)
{
	if (state->model)
		pfree(state->model);
	state->model = MemoryContextAlloc(GetMemoryChunkContext(state), VARSIZE(model));
	memcpy(state->model, model, VARSIZE(model));
}

/* ---------------- one row ---------------- */

/* as year-month-day, whatever DateStyle says */
static char *
day_text(DateADT day)
{
	int			year;
	int			month;
	int			of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &of_month);
	return psprintf("%04d-%02d-%02d%s", year > 0 ? year : 1 - year, month,
					of_month, year > 0 ? "" : " BC");
}

static void
check_day(const AlertState *state, DateADT day)
{
	chs_check_day_of_row(day, "day", CHS_NO_ROW_NAME);
	if (state->has_day && day <= state->last_day)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the days of health_alert must ascend"),
				 errdetail("%s comes after %s.", day_text(day),
						   day_text(state->last_day)),
				 errhint("Write OVER (PARTITION BY customer ORDER BY day), with one row per customer and day.")));
}

static text *
alert_text(const char *what, const ChsHealthModel *model, int band)
{
	text	   *name = chs_health_band_name(model, band);

	return cstring_to_text(psprintf("%s %s", what, text_to_cstring(name)));
}

/* The alert of a score after the scores before it, or NULL. */
static text *
judge_score(AlertState *state, const ChsHealthModel *model, DateADT day,
			double score)
{
	int			band = next_band(model, state->band, score);
	int			top = chs_health_nbands(model) - 1;
	text	   *alert = NULL;

	expire_scores(state, (int64) day - model->within_days);
	if (band < state->band && band == 0)
		alert = alert_text("fell to", model, band);
	else if (state->count > 0 &&
			 score <= queued(state, 0)->score - model->drop + CHS_HEALTH_TOLERANCE)
		alert = cstring_to_text("sharp drop");
	if (alert)
		state->count = 0;
	else if (band > state->band && band == top)
		alert = alert_text("recovered to", model, band);
	state->band = band;
	return alert;
}

/* The first score, or the first one by another model. */
static text *
start_anew(AlertState *state, const ChsHealthModel *model, double score)
{
	int			band = chs_health_band_of(model, score);
	text	   *alert = NULL;

	if (state->has_score && band_is_worse(model, band, state->model, state->band))
		alert = alert_text("new model:", model, band);
	remember_model(state, model);
	state->band = band;
	state->count = 0;
	return alert;
}

static text *
judge_row(AlertState *state, const ChsHealthModel *model, DateADT day, double score)
{
	text	   *alert;

	if (state->has_score && chs_health_same_model(state->model, model))
		alert = judge_score(state, model, day, score);
	else
		alert = start_anew(state, model, score);
	state->has_score = true;
	state->score_was_null = false;
	enqueue_score(state, day, score);
	return alert;
}

/* A row without a score: whether it is the first one after a score. */
static bool
score_is_lost(AlertState *state)
{
	bool		lost = state->has_score && !state->score_was_null;

	state->score_was_null = true;
	return lost;
}

/*
 * health_alert(model, score float8, day date) OVER (PARTITION BY customer
 *		ORDER BY day) -> text
 *
 * 'fell to <lowest band>', 'recovered to <highest band>', 'sharp drop',
 * 'score lost', 'new model: <band>', or NULL.  A row with a NULL model or day is passed over.
 * Errors: a score outside 0-100, days that do not ascend.
 */
PG_FUNCTION_INFO_V1(chs_health_alert);
Datum
chs_health_alert(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	AlertState *state = WinGetPartitionLocalMemory(window, sizeof(AlertState));
	const ChsHealthModel *model;
	text	   *alert = NULL;
	Datum		value;
	DateADT		day;
	bool		is_null;

	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	value = WinGetFuncArgCurrent(window, 2, &is_null);
	if (is_null)
		PG_RETURN_NULL();
	day = DatumGetDateADT(value);
	value = WinGetFuncArgCurrent(window, 0, &is_null);
	if (is_null)
		PG_RETURN_NULL();
	model = chs_health_keep(fcinfo, 0, value)->model;
	check_day(state, day);
	state->has_day = true;
	state->last_day = day;

	value = WinGetFuncArgCurrent(window, 1, &is_null);
	if (!is_null)
		alert = judge_row(state, model, day, chs_health_check_score(DatumGetFloat8(value)));
	else if (score_is_lost(state))
		alert = cstring_to_text("score lost");
	if (alert == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(alert);
}

/*
 * health_quartile(score float8) OVER (...) -> text
 *
 * 'healthy' for the top 25 % of the partition, 'unhealthy' for the bottom
 * 25 %, 'at risk' between; NULL for NULL, and with fewer than 4 scores.
 */
PG_FUNCTION_INFO_V1(chs_health_quartile);
Datum
chs_health_quartile(PG_FUNCTION_ARGS)
{
	switch (chs_quartile(fcinfo, "score"))
	{
		case CHS_QUARTILE_TOP:
			PG_RETURN_TEXT_P(cstring_to_text("healthy"));
		case CHS_QUARTILE_MIDDLE:
			PG_RETURN_TEXT_P(cstring_to_text("at risk"));
		case CHS_QUARTILE_BOTTOM:
			PG_RETURN_TEXT_P(cstring_to_text("unhealthy"));
		case CHS_QUARTILE_NONE:
			break;
	}
	PG_RETURN_NULL();
}
