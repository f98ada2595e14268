/*-------------------------------------------------------------------------
 *
 * cox_likelihood.c
 *		The partial likelihood of D. R. Cox, with its derivatives.
 *
 * With r = exp(x b), at a time at which d customers end let S0, S1, S2 be the
 * sums of r, r x and r x x' over all at risk, and D0, D1, D2 those over the d.
 * Customers who end on the same day are no exception but the rule, so ties are
 * B. Efron's (JASA 72, 1977): the logarithm of the likelihood is the sum over
 * the d of x b less, for f = 0, 1/d, ..., (d - 1)/d,
 *
 *		log(S0 - f D0),		with mean (S1 - f D1)/(S0 - f D0) of x
 *
 * and the covariance of x accordingly.  All that depends on f is in sums of
 * 1/(S0 - f D0) and its square, so a time costs d steps and a matrix, however
 * many end.
 *
 * Times are walked from the last to the first: customers come under risk
 * with their last day and leave it with their entry.  Taking a customer away
 * leaves rounding of the size of the largest sums behind.  When the sum has
 * become small beside its largest value, it is made anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "survival/cox.h"

/* a risk below this share of its largest value is summed anew */
#define SMALL_SHARE		1e-3

/* sums over customers */
typedef struct RiskSums
{
	float8		s0;
	float8	   *s1;				/* nkept */
	float8	   *s2;				/* nkept x nkept, lower triangle */
} RiskSums;

typedef struct Walk
{
	const ChsCoxRows *rows;
	const float8 *risk;			/* exp(x b) of each row */
	RiskSums	at_risk;
	RiskSums	ended;
	int64		next;			/* rows from here on have come under risk */
	int64		late;			/* places in late before here have left */
	float8		peak;			/* largest s0 since the sums were made */
	float8	   *left;			/* to be added: columns of an outer product */
	float8	   *right;
	int64		work;
} Walk;

static void
make_risk_sums(RiskSums *sums, int k)
{
	sums->s1 = palloc(Max(k, 1) * sizeof(float8));
	sums->s2 = palloc(Max((Size) k * k, 1) * sizeof(float8));
}

static void
clear_risk_sums(RiskSums *sums, int k)
{
	sums->s0 = 0;
	memset(sums->s1, 0, k * sizeof(float8));
	memset(sums->s2, 0, (Size) k * k * sizeof(float8));
}

static inline void
count_work(Walk *walk)
{
	walk->work += 1 + (int64) walk->rows->nkept * walk->rows->nkept;
	if (unlikely(walk->work > CHS_INTERRUPT_STEPS * 16))
	{
		CHECK_FOR_INTERRUPTS();
		walk->work = 0;
	}
}

/*
 * A row more, or, with a negative weight, one less.
 */
static inline void
add_row(RiskSums *sums, const float8 *x, int k, float8 weight)
{
	sums->s0 += weight;
	for (int i = 0; i < k; i++)
	{
		float8		wx = weight * x[i];
		float8	   *row = sums->s2 + (Size) i * k;

		sums->s1[i] += wx;
		for (int j = 0; j <= i; j++)
			row[j] += wx * x[j];
	}
}

static inline const float8 *
row_features(const Walk *walk, int64 i)
{
	return walk->rows->q + i * walk->rows->nkept;
}

/*
 * The sums over all at risk at t, anew.
 */
static void
sum_anew(Walk *walk, float8 t)
{
	clear_risk_sums(&walk->at_risk, walk->rows->nkept);
	for (int64 i = walk->rows->n - 1; i >= walk->next; i--)
	{
		count_work(walk);
		if (walk->rows->entry[i] < t)
			add_row(&walk->at_risk, row_features(walk, i), walk->rows->nkept, walk->risk[i]);
	}
	walk->peak = walk->at_risk.s0;
}

/*
 * To a time before the one where the walk stands.
 */
static void
walk_to(Walk *walk, const ChsCoxTime *time)
{
	const ChsCoxRows *rows = walk->rows;
	int64		late = walk->late;

	for (; walk->next > time->first; walk->next--)
	{
		count_work(walk);
		add_row(&walk->at_risk, row_features(walk, walk->next - 1), rows->nkept, walk->risk[walk->next - 1]);
	}
	walk->peak = Max(walk->peak, walk->at_risk.s0);
	for (; walk->late < rows->nlate && rows->entry[rows->late[walk->late]] >= time->t; walk->late++)
	{
		int64		i = rows->late[walk->late];

		count_work(walk);
		add_row(&walk->at_risk, row_features(walk, i), rows->nkept, -walk->risk[i]);
	}
	if (walk->late > late && walk->at_risk.s0 < SMALL_SHARE * walk->peak)
		sum_anew(walk, time->t);
	clear_risk_sums(&walk->ended, time->ended > 1 ? rows->nkept : 0);
	for (int64 i = time->first; i < time->end && time->ended > 1; i++)
	{
		if (rows->ended[i] == 0)
			continue;
		count_work(walk);
		add_row(&walk->ended, row_features(walk, i), rows->nkept, walk->risk[i]);
	}
}

/* sums over f of f^i / (S0 - f D0)^j */
typedef struct TieSums
{
	float8		logs;
	float8		one;			/* i = 0, j = 1 */
	float8		one_f;
	float8		two;			/* j = 2 */
	float8		two_f;
	float8		two_ff;
} TieSums;

static bool
sum_ties(Walk *walk, const ChsCoxTime *time, TieSums *ties)
{
	*ties = (TieSums) {0};
	for (int64 l = 0; l < time->ended; l++)
	{
		float8		f = (float8) l / (float8) time->ended;
		float8		rest = walk->at_risk.s0 - f * walk->ended.s0;

		chs_check_interrupts(l);
		if (!(rest > 0))
			return false;
		ties->logs += log(rest);
		ties->one += 1.0 / rest;
		ties->one_f += f / rest;
		ties->two += 1.0 / rest / rest;
		ties->two_f += f / rest / rest;
		ties->two_ff += f / rest * (f / rest);
	}
	return true;
}

/*
 * Adds a time's score and information, times 1, g and g^2.
 */
static void
add_time(Walk *walk, const ChsCoxTime *time, const TieSums *ties, ChsCoxSums *sums)
{
	int			k = walk->rows->nkept;
	const float8 *s1 = walk->at_risk.s1;
	const float8 *d1 = walk->ended.s1;
	bool		tied = time->ended > 1;
	float8		g = time->g;

	for (int i = 0; i < k; i++)
	{
		float8		d1i = tied ? d1[i] : 0;
		float8		score = -(s1[i] * ties->one - d1i * ties->one_f);
		float8		left = ties->two * s1[i] - ties->two_f * d1i;
		float8		right = ties->two_ff * d1i - ties->two_f * s1[i];
		Size		row = (Size) i * k;

		sums->score[i] += score;
		if (sums->with_g)
			sums->score_g[i] += g * score;
		for (int j = 0; j <= i; j++)
		{
			float8		value = walk->at_risk.s2[row + j] * ties->one - left * s1[j];

			if (tied)
				value -= walk->ended.s2[row + j] * ties->one_f + right * d1[j];
			sums->information[row + j] += value;
			if (sums->with_g)
			{
				sums->information_g[row + j] += g * value;
				sums->information_gg[row + j] += g * g * value;
			}
		}
	}
}

/*
 * The features of those who end.
 */
static void
add_ended(const Walk *walk, const ChsCoxTime *time, const float8 *eta, ChsCoxSums *sums)
{
	for (int64 i = time->first; i < time->end; i++)
	{
		const float8 *x = row_features(walk, i);

		chs_check_interrupts(i);
		if (walk->rows->ended[i] == 0)
			continue;
		sums->log_likelihood += eta[i];
		for (int j = 0; j < walk->rows->nkept; j++)
		{
			sums->score[j] += x[j];
			if (sums->with_g)
				sums->score_g[j] += time->g * x[j];
		}
	}
}

ChsCoxSums *
chs_cox_sums_make(const ChsCoxRows *rows, bool with_g)
{
	ChsCoxSums *sums = palloc0(sizeof(ChsCoxSums));
	Size		k = Max(rows->nkept, 1);

	sums->with_g = with_g;
	sums->score = palloc(k * sizeof(float8));
	sums->information = palloc(k * k * sizeof(float8));
	if (with_g)
	{
		sums->score_g = palloc(k * sizeof(float8));
		sums->information_g = palloc(k * k * sizeof(float8));
		sums->information_gg = palloc(k * k * sizeof(float8));
	}
	return sums;
}

static void
clear_sums(ChsCoxSums *sums, int k)
{
	Size		square = (Size) k * k * sizeof(float8);

	sums->log_likelihood = 0;
	memset(sums->score, 0, k * sizeof(float8));
	memset(sums->information, 0, square);
	if (sums->with_g)
	{
		memset(sums->score_g, 0, k * sizeof(float8));
		memset(sums->information_g, 0, square);
		memset(sums->information_gg, 0, square);
	}
}

/*
 * x b of each row, and its exponential after the largest x b is taken away,
 * which changes the likelihood by nothing.
 */
static void
find_risks(const ChsCoxRows *rows, const float8 *coefficients, float8 *eta, float8 *risk)
{
	float8		largest = -get_float8_infinity();

	for (int64 i = 0; i < rows->n; i++)
	{
		const float8 *x = rows->q + i * rows->nkept;

		chs_check_interrupts(i);
		eta[i] = 0;
		for (int j = 0; j < rows->nkept; j++)
			eta[i] += x[j] * coefficients[j];
		largest = Max(largest, eta[i]);
	}
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		eta[i] -= largest;
		risk[i] = exp(eta[i]);
	}
}

/*
 * False where the likelihood cannot be computed: coefficients too large.
 */
bool
chs_cox_evaluate(const ChsCoxRows *rows, const float8 *coefficients, ChsCoxSums *sums)
{
	float8	   *eta = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(float8));
	float8	   *risk = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(float8));
	Walk		walk = {.rows = rows, .risk = risk, .next = rows->n};
	bool		is_finite = true;
	TieSums		ties;

	find_risks(rows, coefficients, eta, risk);
	make_risk_sums(&walk.at_risk, rows->nkept);
	make_risk_sums(&walk.ended, rows->nkept);
	clear_risk_sums(&walk.at_risk, rows->nkept);
	clear_sums(sums, rows->nkept);
	for (int64 k = rows->ntimes - 1; k >= 0 && is_finite; k--)
	{
		walk_to(&walk, &rows->times[k]);
		is_finite = sum_ties(&walk, &rows->times[k], &ties);
		if (!is_finite)
			break;
		sums->log_likelihood -= ties.logs;
		add_time(&walk, &rows->times[k], &ties, sums);
		add_ended(&walk, &rows->times[k], eta, sums);
	}
	pfree(eta);
	pfree(risk);
	pfree(walk.at_risk.s1);
	pfree(walk.at_risk.s2);
	pfree(walk.ended.s1);
	pfree(walk.ended.s2);
	return is_finite && isfinite(sums->log_likelihood);
}
