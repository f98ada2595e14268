/*-------------------------------------------------------------------------
 *
 * survival_incidence.c
 *		Churn by reason: the share of customers that has ended by t for each
 *		cause, without pretending the other causes away.
 *
 * With S the survival before each time, n at risk and d(k) ended for cause k,
 *
 *		F(k, t) = sum of S d(k)/n
 *
 * (O. O. Aalen and S. Johansen, Scandinavian Journal of Statistics 5, 1978).
 * All F and the survival add up to 1.  The variance of F(k, t) is that of Aalen
 * (Annals of Statistics 6, 1978) as R's cmprsk has it, with a factor for ties: each
 * time i at which d(k) of n end for cause k, e for other causes, adds
 *
 *		d(k) (S/n)^2 (1 - (F(k, t) - F(k, i)) / S(i))^2  +  e (S/n)^2 ((F(k, t) - F(k, i)) / S(i))^2
 *
 * where S is the survival before i and S(i) the one after it.  The difference from 1
 * has no digits left where nearly all end for cause k.  With G the share that has ended
 * for other causes, and because S, F and G add up to 1, it is
 *
 *		1 - (F(k, t) - F(k, i)) / S(i) = (S(t) + G(t) - G(i)) / S(i)
 *
 * So the sums over i grow with F and with G, and nothing is subtracted.  S/n is
 * S(i) / (n - d(k) - e), which leaves whole numbers to divide by.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "survival/survival_cursor.h"

#define MAX_CAUSES	1000

PG_FUNCTION_INFO_V1(chs_cumulative_incidence);

/*
 * A sum over the times so far, of their terms times the powers 0, 1 and 2 of how
 * far an incidence has come since.
 */
typedef struct Spread
{
	float8		terms;
	float8		distance;
	float8		square;
} Spread;

typedef struct Cause
{
	int64		cause;
	int128		ended;			/* at the time where the cursor stands */
	float8		incidence;
	Spread		own;			/* of ends for this cause, by G */
	Spread		other;			/* of ends for other causes, by F */
	float8		last;			/* what ends for this cause add after which nobody is left */
} Cause;

typedef struct Causes
{
	int			n;
	Cause	   *causes;			/* they rise */
} Causes;

pg_noreturn static void
refuse_number_of_causes(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many causes for one table"),
			 errdetail("There are more than %d.", MAX_CAUSES),
			 errhint("Group the reasons to fewer numbers; 0 is a customer who has not ended.")));
}

/*
 * The place of a cause, or where it belongs.
 */
static int
find_cause(const Causes *causes, int64 cause)
{
	int			low = 0;
	int			high = causes->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (causes->causes[middle].cause < cause)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
list_causes(Causes *causes, const ChsSurvival *survival)
{
	causes->n = 0;
	causes->causes = palloc(MAX_CAUSES * sizeof(Cause));
	for (uint32 i = 0; i < survival->counters.nentries; i++)
	{
		int64		cause = chs_lives_key(chs_survival_lives(survival, i), CHS_LIFE_CAUSE);
		int			place = find_cause(causes, cause);

		chs_check_interrupts(i);
		if (cause == 0 || (place < causes->n && causes->causes[place].cause == cause))
			continue;
		if (causes->n == MAX_CAUSES)
			refuse_number_of_causes();
		memmove(causes->causes + place + 1, causes->causes + place, (causes->n - place) * sizeof(Cause));
		causes->causes[place] = (Cause) {.cause = cause};
		causes->n++;
	}
}

/*
 * How many end for each cause at the time where the cursor stands.
 */
static void
count_causes(Causes *causes, const ChsLivesCursor *cursor)
{
	for (int i = 0; i < causes->n; i++)
		causes->causes[i].ended = 0;
	for (uint32 i = cursor->first; i < cursor->end; i++)
	{
		const ChsLives *lives = chs_survival_lives(cursor->survival, i);
		int64		cause = chs_lives_key(lives, CHS_LIFE_CAUSE);

		chs_check_interrupts(i);
		if (cause != 0)
			causes->causes[find_cause(causes, cause)].ended += chs_lives_weight(cursor, lives);
	}
}

static void
spread_move(Spread *spread, float8 step)
{
	spread->square += step * (2.0 * spread->distance + step * spread->terms);
	spread->distance += step * spread->terms;
}

/*
 * What "ended" of n customers count among "of" ones, with the factor for ties.
 */
static float8
variance_term(int128 n, int128 ended, float8 of)
{
	float8		ties = ended > 1 ? (float8) (n - ended) / (float8) (n - 1) : 1.0;

	return ties * (float8) ended / of / of;
}

/*
 * The time where the cursor stands, with the survival before it.
 */
static void
move_incidence(Cause *cause, const ChsLivesCursor *cursor, float8 survival)
{
	int128		n = cursor->at_risk;
	int128		others = cursor->ended - cause->ended;
	float8		left = (float8) (n - cursor->ended);
	float8		step;

	if (cursor->ended <= 0)
		return;
	step = survival * ((float8) cause->ended / (float8) n);
	cause->incidence += step;
	spread_move(&cause->other, step);
	spread_move(&cause->own, survival * ((float8) others / (float8) n));
	if (left > 0)
	{
		cause->own.terms += variance_term(n, cause->ended, left);
		cause->other.terms += variance_term(n, others, left);
	}
	else
		cause->last += survival * survival * variance_term(n, cause->ended, (float8) n);
}

/*
 * The variance of F, with the survival after the time where the cursor stands.
 */
static float8
incidence_variance(const Cause *cause, float8 after)
{
	const Spread *own = &cause->own;

	return after * (after * own->terms + 2.0 * own->distance) + own->square + cause->other.square + cause->last;
}

static void
report_cause(ChsReport *report, const ChsLivesCursor *cursor, const Cause *cause, float8 after, bool is_known)
{
	chs_report_start_row(report);
	chs_report_int64(report, cursor->t);
	chs_report_int64(report, cause->cause);
	chs_report_lives(report, cursor, cursor->at_risk);
	chs_report_lives(report, cursor, cause->ended);
	chs_report_float8_if(report, is_known, cause->incidence);
	if (cursor->with_weights)
		chs_report_null(report);	/* the formula counts customers */
	else
		chs_report_float8(report, sqrt(incidence_variance(cause, after)));
	chs_report_end_row(report);
}

/*
 * cumulative_incidence(s): a row per time and cause.
 */
Datum
chs_cumulative_incidence(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	bool		is_known = chs_lives_last_time(survival) >= 0;
	float8		left = 1.0;
	Causes		causes;
	ChsLivesCursor cursor;
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	list_causes(&causes, survival);
	chs_lives_open(&cursor, survival, true);
	while (chs_lives_next(&cursor))
	{
		float8		after = left;

		count_causes(&causes, &cursor);
		if (cursor.ended > 0)
			after = cursor.ended >= cursor.at_risk ? 0.0 : left * ((float8) (cursor.at_risk - cursor.ended) / (float8) cursor.at_risk);
		for (int i = 0; i < causes.n; i++)
		{
			move_incidence(&causes.causes[i], &cursor, left);
			report_cause(&report, &cursor, &causes.causes[i], after, is_known);
		}
		left = after;
	}
	return (Datum) 0;
}
