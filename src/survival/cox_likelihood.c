/*-------------------------------------------------------------------------
 *
 * cox_likelihood.c
 *		The partial likelihood of D. R. Cox, with its derivatives.
 *
 * With r = exp(x b), at a time at which d customers end let S0, m and M2 be the
 * sum of r over all at risk, the mean of x weighted by r, and the sum of
 * r (x - m)(x - m)', and D0, D1, D2 the sums of r, r (x - m) and
 * r (x - m)(x - m)' over the d.  Customers who end on the same day are no
 * exception but the rule, so ties are B. Efron's (JASA 72, 1977): the logarithm
 * of the likelihood is the sum over the d of x b less, for f = 0, 1/d, ...,
 * (d - 1)/d,
 *
 *		log(S0 - f D0),		with mean m - f D1/(S0 - f D0) of x
 *
 * and the covariance of x accordingly.  All that depends on f is in sums of
 * 1/(S0 - f D0) and its square, so a time costs d steps and a matrix, however
 * many end.
 *
 * Moments about the mean are kept up to date row by row (D. H. D. West,
 * Communications of the ACM 22, 1979).  Sums of r x x' less the square of the
 * mean would leave rounding where x is the same for all at risk, and rounding
 * would pass for information.
 *
 * Times are walked from the last to the first: customers come under risk
 * with their last day and leave it with their entry.  Taking a customer away
 * leaves rounding of the size of the largest sums behind.  When a sum has
 * become small beside its largest value, all are made anew.
 *
 * Risks are relative to the largest that came under risk, which the likelihood
 * does not see.  The largest of all rows may be so large that all others vanish
 * beside it, at times at which its customer is not under risk.
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

/* a sum below this share of its largest value is made anew */
#define SMALL_SHARE		0.1

/* rows that are summed anew whenever m2 is small; more have to come and go in between */
#define FEW_MEMBERS		1024

/* those at risk; their risks are exp(x b - shift) */
typedef struct AtRisk
{
	float8		shift;
	float8		s0;
	float8	   *mean;			/* nkept */
	float8	   *m2;				/* nkept x nkept, lower triangle */
	float8		peak;			/* largest s0 since the sums were made */
	float8	   *m2_peaks;		/* and largest diagonal of m2 */
	bool		is_stale;		/* so much was taken away that the sums are rounding */
} AtRisk;

/* those who end at a time, about the mean of those at risk */
typedef struct Ended
{
	float8		d0;
	float8	   *d1;				/* nkept */
	float8	   *d2;				/* nkept x nkept, lower triangle */
} Ended;

typedef struct Walk
{
	const ChsCoxRows *rows;
	const float8 *eta;			/* x b of each row */
	float8	   *risk;			/* of each row, with the shift of when it came under risk or was summed anew */
	float8	   *delta;			/* scratch: a row less the mean */
	AtRisk		at_risk;
	Ended		ended;
	int64		next;			/* rows from here on have come under risk */
	int64		late;			/* places in late before here have left */
	int64		moved;			/* rows that came and went since the sums were made */
	int64		nmembers;
	int64	   *members;		/* rows at risk, in any order, if rows leave */
	int64	   *place;			/* of each row in members */
	int64		work;
} Walk;

static float8 *
make_numbers(Size n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(n, 1) * sizeof(float8));
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

static inline const float8 *
row_features(const Walk *walk, int64 i)
{
	return walk->rows->q + i * walk->rows->nkept;
}

static void
clear_at_risk(AtRisk *at_risk, int k)
{
	at_risk->shift = -get_float8_infinity();
	at_risk->s0 = at_risk->peak = 0;
	at_risk->is_stale = false;
	memset(at_risk->mean, 0, k * sizeof(float8));
	memset(at_risk->m2, 0, (Size) k * k * sizeof(float8));
	memset(at_risk->m2_peaks, 0, k * sizeof(float8));
}

static void
raise_shift(AtRisk *at_risk, float8 eta, int k)
{
	float8		factor = exp(at_risk->shift - eta);

	at_risk->shift = eta;
	at_risk->s0 *= factor;
	at_risk->peak *= factor;
	for (int i = 0; i < k; i++)
	{
		at_risk->m2_peaks[i] *= factor;
		for (int j = 0; j <= i; j++)
			at_risk->m2[(Size) i * k + j] *= factor;
	}
}

/*
 * m2 plus "weight" times the outer product of x less the mean.
 */
static inline void
add_product(float8 *m2, const float8 *delta, int k, float8 weight)
{
	for (int i = 0; i < k; i++)
	{
		float8		wx = weight * delta[i];
		float8	   *row = m2 + (Size) i * k;

		for (int j = 0; j <= i; j++)
			row[j] += wx * delta[j];
	}
}

/*
 * A row more.  The mean is found from the heavier side: beside a risk that is
 * all of the sum, the mean is that row to its last digit.
 */
static inline void
add_row(Walk *walk, int64 i)
{
	AtRisk	   *at_risk = &walk->at_risk;
	const float8 *x = row_features(walk, i);
	int			k = walk->rows->nkept;
	float8		weight = exp(walk->eta[i] - at_risk->shift);
	float8		whole = at_risk->s0 + weight;
	float8		share = weight / whole;
	float8		rest = at_risk->s0 / whole;

	count_work(walk);
	walk->moved++;
	walk->risk[i] = weight;
	if (weight == 0)
		return;
	for (int j = 0; j < k; j++)
	{
		walk->delta[j] = x[j] - at_risk->mean[j];
		if (weight > at_risk->s0)
			at_risk->mean[j] = x[j] - rest * walk->delta[j];
		else
			at_risk->mean[j] += share * walk->delta[j];
	}
	add_product(at_risk->m2, walk->delta, k, share * at_risk->s0);
	at_risk->s0 = whole;
}

/*
 * A row less.  The sums become stale where hardly anything is left: they are
 * not to be divided by, and are made anew.
 */
static inline void
remove_row(Walk *walk, int64 i)
{
	AtRisk	   *at_risk = &walk->at_risk;
	const float8 *x = row_features(walk, i);
	int			k = walk->rows->nkept;
	float8		weight = exp(walk->eta[i] - at_risk->shift);
	float8		rest = at_risk->s0 - weight;
	float8		share;

	count_work(walk);
	walk->moved++;
	walk->members[walk->place[i]] = walk->members[--walk->nmembers];
	walk->place[walk->members[walk->nmembers]] = walk->place[i];
	if (!(rest >= SMALL_SHARE * at_risk->peak))
		at_risk->is_stale = true;
	if (at_risk->is_stale)
		return;
	share = weight / rest;
	for (int j = 0; j < k; j++)
	{
		walk->delta[j] = x[j] - at_risk->mean[j];
		at_risk->mean[j] -= share * walk->delta[j];
	}
	add_product(at_risk->m2, walk->delta, k, -share * at_risk->s0);
	at_risk->s0 = rest;
}

static void
note_peaks(AtRisk *at_risk, int k)
{
	at_risk->peak = Max(at_risk->peak, at_risk->s0);
	for (int i = 0; i < k; i++)
		at_risk->m2_peaks[i] = Max(at_risk->m2_peaks[i], at_risk->m2[(Size) i * k + i]);
}

/*
 * Are the sums to be made anew?  Small moments are rounding beside their peak,
 * which among very many members hardly counts until a share of them is others.
 */
static bool
is_stale(const Walk *walk)
{
	const AtRisk *at_risk = &walk->at_risk;
	int			k = walk->rows->nkept;

	if (at_risk->is_stale)
		return true;
	if (walk->nmembers > FEW_MEMBERS && walk->moved < walk->nmembers / 16)
		return false;
	for (int i = 0; i < k; i++)
	{
		if (at_risk->m2[(Size) i * k + i] < SMALL_SHARE * at_risk->m2_peaks[i])
			return true;
	}
	return false;
}

/*
 * The sums over all at risk, anew.
 */
static void
sum_anew(Walk *walk)
{
	int			k = walk->rows->nkept;

	clear_at_risk(&walk->at_risk, k);
	for (int64 i = 0; i < walk->nmembers; i++)
	{
		chs_check_interrupts(i);
		walk->at_risk.shift = Max(walk->at_risk.shift, walk->eta[walk->members[i]]);
	}
	for (int64 i = 0; i < walk->nmembers; i++)
		add_row(walk, walk->members[i]);
	walk->moved = 0;
	note_peaks(&walk->at_risk, k);
}

/*
 * Those who end at a time are summed where ties need them.
 */
static void
sum_ended(Walk *walk, const ChsCoxTime *time)
{
	const ChsCoxRows *rows = walk->rows;
	Ended	   *ended = &walk->ended;
	int			k = rows->nkept;

	if (time->ended == 1)
		return;
	ended->d0 = 0;
	memset(ended->d1, 0, k * sizeof(float8));
	memset(ended->d2, 0, (Size) k * k * sizeof(float8));
	for (int64 i = time->first; i < time->end; i++)
	{
		const float8 *x = row_features(walk, i);

		if (rows->ended[i] == 0)
			continue;
		count_work(walk);
		ended->d0 += walk->risk[i];
		for (int j = 0; j < k; j++)
		{
			walk->delta[j] = x[j] - walk->at_risk.mean[j];
			ended->d1[j] += walk->risk[i] * walk->delta[j];
		}
		add_product(ended->d2, walk->delta, k, walk->risk[i]);
	}
}

/*
 * To a time before the one where the walk stands.
 */
static void
walk_to(Walk *walk, const ChsCoxTime *time)
{
	const ChsCoxRows *rows = walk->rows;
	float8		largest = walk->at_risk.shift;
	int64		late = walk->late;

	for (int64 i = time->first; i < walk->next; i++)
	{
		chs_check_interrupts(i);
		largest = Max(largest, walk->eta[i]);
	}
	if (largest > walk->at_risk.shift)
		raise_shift(&walk->at_risk, largest, rows->nkept);
	for (; walk->next > time->first; walk->next--)
	{
		add_row(walk, walk->next - 1);
		if (rows->nlate == 0)
			continue;
		walk->members[walk->nmembers] = walk->next - 1;
		walk->place[walk->next - 1] = walk->nmembers++;
	}
	note_peaks(&walk->at_risk, rows->nkept);
	for (; walk->late < rows->nlate && rows->entry[rows->late[walk->late]] >= time->t; walk->late++)
		remove_row(walk, rows->late[walk->late]);
	if (walk->late > late && is_stale(walk))
		sum_anew(walk);
	sum_ended(walk, time);
}

/* sums over f of f^i / (S0 - f D0)^j */
typedef struct TieSums
{
	float8		logs;
	float8		one;			/* i = 0, j = 1 */
	float8		one_f;			/* i = 1, j = 1 */
	float8		two_ff;			/* i = 2, j = 2 */
} TieSums;

static bool
sum_ties(Walk *walk, const ChsCoxTime *time, TieSums *ties)
{
	*ties = (TieSums) {0};
	for (int64 l = 0; l < time->ended; l++)
	{
		float8		f = (float8) l / (float8) time->ended;
		float8		rest = walk->at_risk.s0 - (l > 0 ? f * walk->ended.d0 : 0);

		chs_check_interrupts(l);
		if (!(rest > 0))
			return false;
		ties->logs += log(rest);
		ties->one += 1.0 / rest;
		ties->one_f += f / rest;
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
	bool		tied = time->ended > 1;
	float8		g = time->g;

	for (int i = 0; i < k; i++)
	{
		float8		d1i = tied ? walk->ended.d1[i] : 0;
		float8		score = d1i * ties->one_f;
		Size		row = (Size) i * k;

		sums->score[i] += score;
		if (sums->with_g)
			sums->score_g[i] += g * score;
		for (int j = 0; j <= i; j++)
		{
			float8		value = walk->at_risk.m2[row + j] * ties->one;

			if (tied)
				value -= walk->ended.d2[row + j] * ties->one_f + d1i * walk->ended.d1[j] * ties->two_ff;
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
 * The features of those who end, less the mean.
 */
static void
add_ended(const Walk *walk, const ChsCoxTime *time, ChsCoxSums *sums)
{
	const float8 *mean = walk->at_risk.mean;

	for (int64 i = time->first; i < time->end; i++)
	{
		const float8 *x = row_features(walk, i);

		chs_check_interrupts(i);
		if (walk->rows->ended[i] == 0)
			continue;
		sums->log_likelihood += walk->eta[i] - walk->at_risk.shift;
		for (int j = 0; j < walk->rows->nkept; j++)
		{
			sums->score[j] += x[j] - mean[j];
			if (sums->with_g)
				sums->score_g[j] += time->g * (x[j] - mean[j]);
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

void
chs_cox_predictors(const ChsCoxRows *rows, const float8 *coefficients, float8 *predictors)
{
	for (int64 i = 0; i < rows->n; i++)
	{
		const float8 *x = rows->q + i * rows->nkept;

		chs_check_interrupts(i);
		predictors[i] = 0;
		for (int j = 0; j < rows->nkept; j++)
			predictors[i] += x[j] * coefficients[j];
	}
}

float8
chs_cox_range(const float8 *predictors, int64 n)
{
	float8		smallest = predictors[0];
	float8		largest = predictors[0];

	for (int64 i = 1; i < n; i++)
	{
		chs_check_interrupts(i);
		smallest = Min(smallest, predictors[i]);
		largest = Max(largest, predictors[i]);
	}
	return largest - smallest;
}

static void
walk_start(Walk *walk, const ChsCoxRows *rows, const float8 *eta)
{
	Size		k = rows->nkept;

	*walk = (Walk) {.rows = rows, .eta = eta, .next = rows->n};
	walk->risk = make_numbers(rows->n);
	walk->delta = make_numbers(k);
	walk->at_risk.mean = make_numbers(k);
	walk->at_risk.m2 = make_numbers(k * k);
	walk->at_risk.m2_peaks = make_numbers(k);
	walk->ended.d1 = make_numbers(k);
	walk->ended.d2 = make_numbers(k * k);
	if (rows->nlate > 0)
	{
		walk->members = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(int64));
		walk->place = MemoryContextAllocHuge(CurrentMemoryContext, rows->n * sizeof(int64));
	}
	clear_at_risk(&walk->at_risk, rows->nkept);
}

static void
walk_end(Walk *walk)
{
	pfree(walk->risk);
	pfree(walk->delta);
	pfree(walk->at_risk.mean);
	pfree(walk->at_risk.m2);
	pfree(walk->at_risk.m2_peaks);
	pfree(walk->ended.d1);
	pfree(walk->ended.d2);
	if (walk->members != NULL)
	{
		pfree(walk->members);
		pfree(walk->place);
	}
}

/*
 * False where the likelihood cannot be computed: coefficients too large.
 */
bool
chs_cox_evaluate(const ChsCoxRows *rows, const float8 *coefficients, ChsCoxSums *sums)
{
	float8	   *eta = make_numbers(rows->n);
	bool		is_finite = true;
	Walk		walk;
	TieSums		ties;

	chs_cox_predictors(rows, coefficients, eta);
	walk_start(&walk, rows, eta);
	clear_sums(sums, rows->nkept);
	for (int64 k = rows->ntimes - 1; k >= 0 && is_finite; k--)
	{
		walk_to(&walk, &rows->times[k]);
		is_finite = sum_ties(&walk, &rows->times[k], &ties);
		if (!is_finite)
			break;
		sums->log_likelihood -= ties.logs;
		add_time(&walk, &rows->times[k], &ties, sums);
		add_ended(&walk, &rows->times[k], sums);
	}
	walk_end(&walk);
	pfree(eta);
	return is_finite && isfinite(sums->log_likelihood);
}
