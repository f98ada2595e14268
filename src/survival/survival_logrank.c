/*-------------------------------------------------------------------------
 *
 * survival_logrank.c
 *		Do groups of customers stay equally long?
 *
 * The logrank test (N. Mantel, Cancer Chemotherapy Reports 50, 1966).  At each
 * time at which d of n customers end, group g with n(g) at risk expects d
 * n(g)/n of them, with covariances
 *
 *		d (n - d)/(n - 1) n(g)/n (1 if g = h else 0, less n(h)/n)
 *
 * Observed less expected, squared in the metric of the covariances' inverse,
 * is chi-square.  Groups that are under risk together, or are linked by others
 * that are, form a block, and one of each block follows from the others: there
 * is a degree of freedom less than groups for each block.
 *
 * One group may be a million times larger than the others.  Its excess and its
 * variance are as small as theirs, so neither is a difference of numbers of its own
 * size: both are made of products with the number of the others.  The covariances
 * of a block add up to 0 in each row, and without the group of the largest variance,
 * which is the one with most at risk, they are solved without loss of digits.
 *
 * Weights are not looked at: an MRR of 100 is not a hundred customers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/array.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/linalg.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/twofold.h"
#include "survival/survival_cursor.h"

#define MAX_GROUPS		1000

PG_FUNCTION_INFO_V1(chs_logrank_pair);
PG_FUNCTION_INFO_V1(chs_logrank_array);

typedef struct Logrank
{
	int			ngroups;
	ChsLivesCursor *cursors;
	int64	   *observed;
	float8	   *expected;
	float8	   *excess;			/* observed less expected */
	float8	   *covariance;		/* ngroups x ngroups */
	float8		chi2;
	int			df;				/* 0: nothing to compare */
} Logrank;

/*
 * All cursors to the next time of any; false when there is none.
 */
static bool
move_all(Logrank *logrank)
{
	int64		t = PG_INT64_MAX;
	bool		any = false;

	for (int i = 0; i < logrank->ngroups; i++)
	{
		if (chs_lives_has_next(&logrank->cursors[i]))
		{
			t = Min(t, chs_lives_next_time(&logrank->cursors[i]));
			any = true;
		}
	}
	for (int i = 0; any && i < logrank->ngroups; i++)
		chs_lives_move(&logrank->cursors[i], t);
	return any;
}

static void
add_covariances(Logrank *logrank, int128 at_risk, int128 ended)
{
	float8		n = (float8) at_risk;
	float8		variance = (float8) ended * ((float8) (at_risk - ended) / (float8) (at_risk - 1));

	for (int i = 0; i < logrank->ngroups; i++)
	{
		float8		share = (float8) logrank->cursors[i].at_risk / n;
		float8	   *row = logrank->covariance + (Size) i * logrank->ngroups;

		CHECK_FOR_INTERRUPTS();
		if (share == 0)
			continue;
		for (int j = 0; j < logrank->ngroups; j++)
		{
			if (j != i)
				row[j] -= variance * (share * ((float8) logrank->cursors[j].at_risk / n));
		}
		row[i] += variance * (share * ((float8) (at_risk - logrank->cursors[i].at_risk) / n));
	}
}

/*
 * Observed less expected of a group, d(g) - d n(g)/n, as a difference of exact
 * products: d(g) times the others at risk, less the others that ended times n(g).
 */
static float8
excess_of(const ChsLivesCursor *cursor, int128 at_risk, int128 ended)
{
	ChsTwofold	more = chs_twofold_product((float8) cursor->ended, (float8) (at_risk - cursor->at_risk));
	ChsTwofold	less = chs_twofold_product(-(float8) (ended - cursor->ended), (float8) cursor->at_risk);

	return chs_twofold_add(more, less).high / (float8) at_risk;
}

static void
add_time(Logrank *logrank)
{
	int128		at_risk = 0;
	int128		ended = 0;
	float8		n;
	float8		d;

	for (int i = 0; i < logrank->ngroups; i++)
	{
		at_risk += logrank->cursors[i].at_risk;
		ended += logrank->cursors[i].ended;
	}
	if (ended <= 0 || at_risk <= 0)
		return;
	n = (float8) at_risk;
	d = (float8) ended;
	for (int i = 0; i < logrank->ngroups; i++)
	{
		logrank->observed[i] += (int64) logrank->cursors[i].ended;
		logrank->expected[i] += d * ((float8) logrank->cursors[i].at_risk / n);
		logrank->excess[i] += excess_of(&logrank->cursors[i], at_risk, ended);
	}
	if (at_risk > 1)
		add_covariances(logrank, at_risk, ended);
}

static inline float8
variance_of(const Logrank *logrank, int i)
{
	return logrank->covariance[(Size) i * logrank->ngroups + i];
}

/*
 * All groups but the one of each block whose variance is largest; returns how many.
 * Groups that were ever under risk together have a covariance below zero.
 */
static int
list_free_groups(const Logrank *logrank, int *kept)
{
	int		   *block = palloc(logrank->ngroups * sizeof(int));
	int		   *largest = palloc(logrank->ngroups * sizeof(int));
	int			n = 0;

	for (int i = 0; i < logrank->ngroups; i++)
	{
		CHECK_FOR_INTERRUPTS();
		block[i] = i;
		for (int j = 0; j < i; j++)
		{
			int			other = block[j];

			if (other == i || !(logrank->covariance[(Size) i * logrank->ngroups + j] < 0))
				continue;
			for (int k = 0; k < i; k++)
			{
				if (block[k] == other)
					block[k] = i;
			}
		}
	}
	/* a block is called by its last group */
	for (int i = logrank->ngroups - 1; i >= 0; i--)
	{
		if (block[i] == i || variance_of(logrank, i) > variance_of(logrank, largest[block[i]]))
			largest[block[i]] = i;
	}
	for (int i = 0; i < logrank->ngroups; i++)
	{
		if (largest[block[i]] != i)
			kept[n++] = i;
	}
	return n;
}

/*
 * Chi-square from the sums.
 */
static void
find_chi2(Logrank *logrank)
{
	int		   *kept = palloc(logrank->ngroups * sizeof(int));
	int			n = list_free_groups(logrank, kept);
	float8	   *matrix;
	float8	   *excess;

	if (n == 0)
		return;
	matrix = palloc((Size) n * n * sizeof(float8));
	excess = palloc(n * sizeof(float8));
	for (int i = 0; i < n; i++)
	{
		excess[i] = logrank->excess[kept[i]];
		for (int j = 0; j < n; j++)
			matrix[i * n + j] = logrank->covariance[(Size) kept[i] * logrank->ngroups + kept[j]];
	}
	if (!chs_cholesky(matrix, n))
		return;
	chs_lower_solve(matrix, n, excess);
	logrank->df = n;
	for (int i = 0; i < n; i++)
		logrank->chi2 += excess[i] * excess[i];
}

static void
report_groups(ChsReport *report, const Logrank *logrank)
{
	for (int i = 0; i < logrank->ngroups; i++)
	{
		chs_report_start_row(report);
		chs_report_int64(report, i + 1);
		chs_report_int64(report, logrank->observed[i]);
		chs_report_float8(report, logrank->expected[i]);
		if (logrank->df > 0)
		{
			chs_report_float8(report, logrank->chi2);
			chs_report_int64(report, logrank->df);
			chs_report_float8(report, chs_chi_square_tail(logrank->chi2, logrank->df));
		}
		else
			chs_report_nulls(report, 3);
		chs_report_end_row(report);
	}
}

/*
 * logrank(groups): rows of group_number, observed, expected, and the test.
 */
static Datum
logrank(FunctionCallInfo fcinfo, const Datum *groups, int ngroups)
{
	Logrank		logrank = {.ngroups = ngroups};
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	logrank.cursors = palloc(ngroups * sizeof(ChsLivesCursor));
	logrank.observed = palloc0(ngroups * sizeof(int64));
	logrank.expected = palloc0(ngroups * sizeof(float8));
	logrank.excess = palloc0(ngroups * sizeof(float8));
	logrank.covariance = palloc0((Size) ngroups * ngroups * sizeof(float8));
	for (int i = 0; i < ngroups; i++)
	{
		ChsSurvival *survival = chs_survival_sorted(chs_checked_survival(PG_DETOAST_DATUM(groups[i])));

		chs_lives_open(&logrank.cursors[i], survival, false);
	}
	while (move_all(&logrank))
		add_time(&logrank);
	find_chi2(&logrank);
	report_groups(&report, &logrank);
	return (Datum) 0;
}

/*
 * logrank(a, b)
 */
Datum
chs_logrank_pair(PG_FUNCTION_ARGS)
{
	Datum		groups[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};

	return logrank(fcinfo, groups, 2);
}

/*
 * logrank(survivalsummary[])
 */
Datum
chs_logrank_array(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *groups;
	int			ngroups;

	chs_check_list(array, "lifetimes of groups",
				   "Pass array_agg(s) FILTER (WHERE s IS NOT NULL) of one summary per group.");
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &groups, NULL, &ngroups);
	if (ngroups < 2 || ngroups > MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of groups must be between 2 and %d", MAX_GROUPS),
				 errdetail("It is %d.", ngroups),
				 errhint("Pass one summary per group: SELECT array_agg(s) FROM (SELECT survival_agg(duration, ended) AS s FROM lives GROUP BY plan) AS x.")));
	return logrank(fcinfo, groups, ngroups);
}
