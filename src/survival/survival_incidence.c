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
 * All F and the survival add up to 1.  Its variance is that of Aalen (Annals
 * of Statistics 6, 1978) as R's cmprsk has it: each time adds for cause k and
 * for the other causes together a term that is spread over the time behind by
 * three sums, v1 + F^2 v3 - 2 F v2.
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

typedef struct Cause
{
	int64		cause;
	int128		ended;			/* at the time where the cursor stands */
	float8		incidence;
	float8		v1;
	float8		v2;
	float8		v3;
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

/*
 * The terms of "ended" customers of one kind; "own" is 1 if it is cause k.
 */
static void
add_variance(Cause *cause, float8 survival, float8 after, float8 n, float8 ended, float8 own)
{
	float8		ties = ended > 1.0 ? 1.0 - (ended - 1.0) / (n - 1.0) : 1.0;
	float8		term = survival * survival * ties * ended / (n * n);
	float8		t3 = after > 0 ? 1.0 / after : 0.0;
	float8		t4 = own + t3 * cause->incidence;

	if (ended <= 0 || (own == 0 && after <= 0))
		return;
	cause->v1 += t4 * t4 * term;
	cause->v2 += t3 * t4 * term;
	cause->v3 += t3 * t3 * term;
}

static void
move_incidence(Cause *cause, const ChsLivesCursor *cursor, float8 survival, float8 after)
{
	float8		n = (float8) cursor->at_risk;

	if (cursor->ended <= 0)
		return;
	cause->incidence += survival * (float8) cause->ended / n;
	add_variance(cause, survival, after, n, (float8) (cursor->ended - cause->ended), 0.0);
	add_variance(cause, survival, after, n, (float8) cause->ended, 1.0);
}

static void
report_cause(ChsReport *report, const ChsLivesCursor *cursor, const Cause *cause, bool is_known)
{
	float8		f = cause->incidence;

	chs_report_start_row(report);
	chs_report_int64(report, cursor->t);
	chs_report_int64(report, cause->cause);
	chs_report_lives(report, cursor, cursor->at_risk);
	chs_report_lives(report, cursor, cause->ended);
	chs_report_float8_if(report, is_known, f);
	if (cursor->with_weights)
		chs_report_null(report);	/* the formula counts customers */
	else
		chs_report_float8(report, sqrt(Max(cause->v1 + f * (f * cause->v3 - 2.0 * cause->v2), 0.0)));
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
			move_incidence(&causes.causes[i], &cursor, left, after);
			report_cause(&report, &cursor, &causes.causes[i], is_known);
		}
		left = after;
	}
	return (Datum) 0;
}
