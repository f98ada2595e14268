/*-------------------------------------------------------------------------
 *
 * survival_curve.c
 *		The share of customers, or of MRR, that is still there after t days.
 *
 * With n at risk and d of them ended at each time,
 *
 *		S(t) = product of (1 - d/n)
 *
 * (E. L. Kaplan and P. Meier, JASA 53, 1958).  Its variance is
 *
 *		S^2 sum of d / (n (n - d))									(Greenwood)
 *
 * An MRR of 100 is not a hundred customers, so a weighted curve has the
 * infinitesimal jackknife in its place, the sum over the customers of w^2 U^2
 * with the derivative U of S with respect to the weight w of a customer:
 *
 *		U/S = A(end) - A(entry) - 1/(n - d) if ended,	A(t) = sum of d / (n (n - d))
 *
 * where A counts to t at most.  Those who left are added up as they leave.  For
 * those still at risk it is A(t)^2 times the sum of w^2, as long as nobody came
 * under risk after the first event; for those who did, the sums of w^2, w^2 U/S
 * and w^2 (U/S)^2 are kept, which a step of A changes in three operations.
 * Without weights it would give Greenwood's formula.
 *
 * A large customer must leave nothing behind in these sums, for one that is a
 * billion times larger than the others would leave a rounding larger than they
 * are.  So the sums of w^2 are exact, and those who leave at a time do so before
 * its step, which for the others may be a billion times larger than A.
 *
 * The restricted mean is the area under S up to t; what an event at t(i) takes
 * from it is the area behind, R(i) = area from t(i) to t.  So its variance has
 * the same form with d R / (n (n - d)) in the place of d / (n (n - d)), and
 * R/(n - d) in that of 1/(n - d).
 *
 * Limits are those of log(-log S), which stay between 0 and 1.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "survival/survival_cursor.h"

/*
 * A product that is 1/2 but for rounding counts as 1/2.
 */
#define HALF	(0.5 * (1.0 + 1e-12))

PG_FUNCTION_INFO_V1(chs_survival_curve);
PG_FUNCTION_INFO_V1(chs_survival_at);
PG_FUNCTION_INFO_V1(chs_survival_median);
PG_FUNCTION_INFO_V1(chs_survival_median_interval);
PG_FUNCTION_INFO_V1(chs_survival_restricted_mean);
PG_FUNCTION_INFO_V1(chs_survival_restricted_mean_error);

/*
 * A sum of w^2, which may need more than 128 bits: high 2^64 + low.
 */
typedef struct Squares
{
	int128		high;
	int128		low;
} Squares;

/*
 * The variance of the logarithm of S, or of an area.
 */
typedef struct Spread
{
	float8		total;			/* A */
	float8		greenwood;		/* without weights */
	float8		gone;			/* of w^2 (U/S)^2, of those who left */
	Squares		early;			/* of w^2, of those at risk whose A(entry) is 0 */
	Squares		late;			/* of w^2, of the others at risk */
	float8		cross;			/* of w^2 U/S, of the late ones */
	float8		both;			/* of w^2 (U/S)^2, of the late ones */
	float8	   *at_entry;		/* A at the entry of each life; NULL without entries */
} Spread;

typedef struct Curve
{
	ChsLivesCursor cursor;
	float8		survival;
	float8		log_survival;
	bool		any_ended;
	Spread		spread;
} Curve;

/* what a step shows; which of them are known */
typedef struct Limits
{
	float8		std_err;
	float8		low;
	float8		high;
	bool		has_error;
	bool		has_limits;
} Limits;

static inline void
squares_add(Squares *squares, const ChsLives *lives, int sign)
{
	int128		square = chs_counters_sum(lives->squares);

	squares->high += sign * (square >> 64);
	squares->low += sign * (int128) (uint64) square;
}

static inline float8
squares_value(const Squares *squares)
{
	return ldexp((float8) squares->high, 64) + (float8) squares->low;
}

static void
spread_start(Spread *spread, const ChsLivesCursor *cursor)
{
	*spread = (Spread) {0};
	if (!cursor->with_weights)
		return;
	if (cursor->nlate > 0)
	{
		spread->at_entry = MemoryContextAllocHuge(CurrentMemoryContext, cursor->nlives * sizeof(float8));
		chs_zero_bytes(spread->at_entry, cursor->nlives * sizeof(float8));
	}
	for (uint32 i = 0; i < cursor->nlives; i++)
	{
		const ChsLives *lives = chs_survival_lives(cursor->survival, i);

		chs_check_interrupts(i);
		if (chs_lives_key(lives, CHS_LIFE_ENTRY) == CHS_NO_ENTRY)
			squares_add(&spread->early, lives, 1);
	}
}

/*
 * One life has its last day, whose step is not in A yet.  If it ended, A with
 * the step less 1/(n - d) is A less 1/n, which subtracts no large numbers.
 */
static void
spread_leave(Spread *spread, const ChsLivesCursor *cursor, uint32 i, float8 step, float8 of_end)
{
	const ChsLives *lives = chs_survival_lives(cursor->survival, i);
	float8		square = (float8) chs_counters_sum(lives->squares);
	float8		at_entry = spread->at_entry ? spread->at_entry[i] : 0;
	float8		change = spread->total - at_entry;
	float8		left = chs_lives_key(lives, CHS_LIFE_CAUSE) == 0 ? change + step : change - of_end;

	spread->gone += square * left * left;
	if (at_entry == 0)
		squares_add(&spread->early, lives, -1);
	else
	{
		squares_add(&spread->late, lives, -1);
		spread->cross -= square * change;
		spread->both -= square * change * change;
	}
}

/*
 * A time at which d of n ended; "effect" is 1 for log S, and the area behind
 * for the restricted mean.  Not all at risk have ended.
 */
static void
spread_step(Spread *spread, const ChsLivesCursor *cursor, float8 effect)
{
	float8		n = (float8) cursor->at_risk;
	float8		rest = (float8) (cursor->at_risk - cursor->ended);
	float8		share = cursor->ended > 0 ? (float8) cursor->ended / n / rest : 0;
	float8		step = effect * share;
	float8		before;
	float8		square;

	spread->greenwood += effect * effect * share;
	if (!cursor->with_weights)
		return;
	for (uint32 i = cursor->first_late; i < cursor->end_late; i++)
	{
		uint32		late = cursor->late[i];

		chs_check_interrupts(i);
		spread->at_entry[late] = spread->total;
		squares_add(spread->total == 0 ? &spread->early : &spread->late, chs_survival_lives(cursor->survival, late), 1);
	}
	for (uint32 i = cursor->first; i < cursor->end; i++)
	{
		chs_check_interrupts(i);
		spread_leave(spread, cursor, i, step, n > 0 ? effect / n : 0);
	}
	before = spread->total;
	spread->total += step;
	/* as A has it, so that who leaves later takes away what came here */
	step = spread->total - before;
	square = squares_value(&spread->late);
	spread->both += step * (2.0 * spread->cross + step * square);
	spread->cross += step * square;
}

static float8
spread_error(const Spread *spread, const ChsLivesCursor *cursor)
{
	float8		early = squares_value(&spread->early) * spread->total * spread->total;

	return sqrt(cursor->with_weights ? spread->gone + early + Max(spread->both, 0.0) : spread->greenwood);
}

static void
curve_start(Curve *curve, const ChsSurvival *survival)
{
	chs_lives_open(&curve->cursor, survival, true);
	curve->survival = 1.0;
	curve->log_survival = 0.0;
	curve->any_ended = false;
	spread_start(&curve->spread, &curve->cursor);
}

/*
 * The survival after the time where the cursor stands.
 */
static inline void
curve_survival(Curve *curve)
{
	const ChsLivesCursor *cursor = &curve->cursor;

	if (cursor->ended <= 0)
		return;
	curve->any_ended = true;
	if (cursor->ended >= cursor->at_risk)
		curve->survival = 0.0;
	else
	{
		curve->survival *= (float8) (cursor->at_risk - cursor->ended) / (float8) cursor->at_risk;
		/* log((n - d)/n), which is far from 0 where most have ended and near it where few have */
		curve->log_survival -= log1p((float8) cursor->ended / (float8) (cursor->at_risk - cursor->ended));
	}
}

static bool
curve_next(Curve *curve)
{
	if (!chs_lives_next(&curve->cursor))
		return false;
	curve_survival(curve);
	if (curve->survival > 0)
		spread_step(&curve->spread, &curve->cursor, 1.0);
	return true;
}

/*
 * The error is that of S; at S = 1 it is 0, at S = 0 there is none.
 */
static Limits
curve_limits(const Curve *curve, float8 z)
{
	Limits		limits = {0};
	float8		error;
	float8		factor;

	limits.has_error = curve->survival > 0;
	limits.has_limits = curve->survival > 0 && curve->any_ended;
	if (!limits.has_limits)
		return limits;
	error = spread_error(&curve->spread, &curve->cursor);
	factor = exp(z * error / -curve->log_survival);
	limits.std_err = curve->survival * error;
	limits.low = exp(curve->log_survival * factor);
	limits.high = exp(curve->log_survival / factor);
	return limits;
}

/*
 * survival_curve(s, confidence): a row per time at which a customer ended or
 * was last seen.
 */
Datum
chs_survival_curve(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));
	bool		is_known = chs_lives_last_time(survival) >= 0;
	ChsReport	report;
	Curve		curve;

	chs_report_begin(&report, fcinfo);
	curve_start(&curve, survival);
	while (curve_next(&curve))
	{
		Limits		limits = curve_limits(&curve, z);

		chs_report_start_row(&report);
		chs_report_int64(&report, curve.cursor.t);
		chs_report_lives(&report, &curve.cursor, curve.cursor.at_risk);
		chs_report_lives(&report, &curve.cursor, curve.cursor.ended);
		chs_report_lives(&report, &curve.cursor, curve.cursor.censored);
		chs_report_float8_if(&report, is_known, curve.survival);
		chs_report_float8_if(&report, is_known && limits.has_error, limits.std_err);
		if (limits.has_limits)
		{
			chs_report_float8(&report, limits.low);
			chs_report_float8(&report, limits.high);
		}
		else
			chs_report_nulls(&report, 2);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/*
 * A time that was asked for.
 */
static int64
time_arg(FunctionCallInfo fcinfo, int argno)
{
	int64		t = PG_GETARG_INT64(argno);

	if (t < 0)
		chs_refuse_negative("t", psprintf(INT64_FORMAT, t), "Pass days since the start of a customer, for instance 365.");
	return t;
}

/*
 * survival(s, t)
 */
Datum
chs_survival_at(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	int64		t = time_arg(fcinfo, 1);
	int64		last = chs_lives_last_time(survival);
	Curve		curve = {.survival = 1.0};

	chs_lives_open(&curve.cursor, survival, true);
	while (chs_lives_has_next(&curve.cursor) && chs_lives_next_time(&curve.cursor) <= t && chs_lives_next(&curve.cursor))
		curve_survival(&curve);
	if (t > last && curve.survival > 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(curve.survival);
}

/*
 * median_survival(s): the first time at which half or less is left.
 */
Datum
chs_survival_median(PG_FUNCTION_ARGS)
{
	Curve		curve = {.survival = 1.0};

	chs_lives_open(&curve.cursor, chs_survival_arg(fcinfo, 0), true);
	while (chs_lives_next(&curve.cursor))
	{
		curve_survival(&curve);
		if (curve.survival <= HALF)
			PG_RETURN_INT64(curve.cursor.t);
	}
	PG_RETURN_NULL();
}

/*
 * median_interval(s, confidence): the first times at which the lower and the
 * upper limit are at half or below.
 */
Datum
chs_survival_median_interval(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};
	Curve		curve;

	curve_start(&curve, survival);
	while (nulls[1] && curve_next(&curve))
	{
		Limits		limits = curve_limits(&curve, z);

		if (nulls[0] && limits.has_limits && limits.low <= HALF)
		{
			values[0] = Int64GetDatum(curve.cursor.t);
			nulls[0] = false;
		}
		if (limits.has_limits && limits.high <= HALF)
		{
			values[1] = Int64GetDatum(curve.cursor.t);
			nulls[1] = false;
		}
	}
	return chs_row(fcinfo, values, nulls);
}

/*
 * The area under the curve from 0 to t.
 */
static float8
area_to(const ChsSurvival *survival, int64 t)
{
	Curve		curve = {.survival = 1.0};
	float8		area = 0;
	int64		from = 0;

	chs_lives_open(&curve.cursor, survival, true);
	while (chs_lives_has_next(&curve.cursor) && chs_lives_next_time(&curve.cursor) <= t && chs_lives_next(&curve.cursor))
	{
		area += curve.survival * (float8) (curve.cursor.t - from);
		from = curve.cursor.t;
		curve_survival(&curve);
	}
	return area + curve.survival * (float8) (t - from);
}

/*
 * restricted_mean(s, t)
 */
Datum
chs_survival_restricted_mean(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	int64		t = time_arg(fcinfo, 1);

	if (t > chs_lives_last_time(survival))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(area_to(survival, t));
}

/*
 * restricted_mean_error(s, t).  An event after which nobody is left takes
 * nothing from the area, because there is none behind it.
 */
Datum
chs_survival_restricted_mean_error(PG_FUNCTION_ARGS)
{
	ChsSurvival *survival = chs_survival_arg(fcinfo, 0);
	int64		t = time_arg(fcinfo, 1);
	Curve		curve;
	float8		behind;
	int64		from = 0;

	if (t > chs_lives_last_time(survival))
		PG_RETURN_NULL();
	behind = area_to(survival, t);
	curve_start(&curve, survival);
	while (chs_lives_has_next(&curve.cursor) && chs_lives_next_time(&curve.cursor) <= t && chs_lives_next(&curve.cursor))
	{
		behind -= curve.survival * (float8) (curve.cursor.t - from);
		from = curve.cursor.t;
		curve_survival(&curve);
		if (curve.survival == 0)
			break;
		spread_step(&curve.spread, &curve.cursor, behind);
	}
	PG_RETURN_FLOAT8(spread_error(&curve.spread, &curve.cursor));
}
