/*-------------------------------------------------------------------------
 *
 * validation_report.c
 *		Questions to a validationsummary: how well a score tells those who
 *		churn from those who are kept.
 *
 * All of them walk once over the scores from the lowest, the riskiest, to the
 * highest, and count in whole numbers of 128 bits; a quotient is taken at the
 * end.  With m churned and n kept customers:
 *
 *	auc		the share of the m * n pairs in which the churned customer has the
 *			lower score, a tie counting half (Mann and Whitney, 1947).
 *	interval	DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under
 *			Two or More Correlated Receiver Operating Characteristic Curves",
 *			Biometrics 44 (1988).  The place of a customer is the share of
 *			the other kind on the right side of it; the variance of the AUC is
 *			that of the places of the churned over m and of the kept over n.
 *			Scores in order give all places in one pass (Sun and Xu, 2014).
 *	ks		the greatest distance of the two distributions (Kolmogorov and
 *			Smirnov).
 *	average_precision	the precision at each score, weighted by the churned
 *			who have it, without interpolation.
 *	lift, gains	where the cut lies within customers of one score, each of them
 *			counts with the part that lies before it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "calibration/validation.h"

#define MAX_BINS	1000

PG_FUNCTION_INFO_V1(chs_validation_auc);
PG_FUNCTION_INFO_V1(chs_validation_roc_auc);
PG_FUNCTION_INFO_V1(chs_validation_auc_interval);
PG_FUNCTION_INFO_V1(chs_validation_ks);
PG_FUNCTION_INFO_V1(chs_validation_average_precision);
PG_FUNCTION_INFO_V1(chs_validation_brier_score);
PG_FUNCTION_INFO_V1(chs_validation_lift);
PG_FUNCTION_INFO_V1(chs_validation_gains);
PG_FUNCTION_INFO_V1(chs_validation_calibration_table);
PG_FUNCTION_INFO_V1(chs_validation_confusion);
PG_FUNCTION_INFO_V1(chs_validation_scores_table);

/* A summary, taken apart. */
typedef struct ScoreList
{
	const ChsScore *scores;		/* they rise */
	uint32		n;
	int64		churned;
	int64		kept;
} ScoreList;

static ScoreList
list_arg(FunctionCallInfo fcinfo)
{
	const ChsValidation *validation = chs_validation_arg(fcinfo, 0);
	ScoreList	list;

	list.scores = chs_validation_scores(validation);
	list.n = validation->counters.nentries;
	list.churned = chs_validation_churned(validation);
	list.kept = validation->rows - list.churned;
	return list;
}

static inline bool
has_both_kinds(const ScoreList *list)
{
	return list->churned > 0 && list->kept > 0;
}

static inline double
pairs(const ScoreList *list)
{
	return (double) ((int128) list->churned * list->kept);
}

/*
 * Pairs of a churned and a kept customer in which the churned one has the
 * lower score, times two, so that a tie is one.
 */
static int128
twice_right_pairs(const ScoreList *list)
{
	int64		kept_above = list->kept;
	int128		sum = 0;

	for (uint32 i = 0; i < list->n; i++)
	{
		const ChsScore *entry = &list->scores[i];

		chs_check_interrupts(i);
		kept_above -= entry->kept;
		sum += entry->churned * (2 * (int128) kept_above + entry->kept);
	}
	return sum;
}

/*
 * auc(s): a high score means healthy.
 */
Datum
chs_validation_auc(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);

	if (!has_both_kinds(&list))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) twice_right_pairs(&list) / (2 * pairs(&list)));
}

/*
 * roc_auc(s): a high value means the outcome.
 */
Datum
chs_validation_roc_auc(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	int128		all;

	if (!has_both_kinds(&list))
		PG_RETURN_NULL();
	all = 2 * ((int128) list.churned * list.kept);
	PG_RETURN_FLOAT8((double) (all - twice_right_pairs(&list)) / (double) all);
}

/*
 * The standard error of the AUC; there are at least two customers of each
 * kind.
 */
static double
delong_error(const ScoreList *list, double auc)
{
	double		m = (double) list->churned;
	double		n = (double) list->kept;
	int64		churned_below = 0;
	int64		kept_above = list->kept;
	double		of_churned = 0;
	double		of_kept = 0;

	for (uint32 i = 0; i < list->n; i++)
	{
		const ChsScore *entry = &list->scores[i];
		double		place;

		chs_check_interrupts(i);
		kept_above -= entry->kept;
		place = ((double) kept_above + 0.5 * entry->kept) / n - auc;
		of_churned += entry->churned * place * place;
		place = ((double) churned_below + 0.5 * entry->churned) / m - auc;
		of_kept += entry->kept * place * place;
		churned_below += entry->churned;
	}
	return sqrt(of_churned / (m - 1) / m + of_kept / (n - 1) / n);
}

/*
 * auc_interval(s, confidence) -> low, high
 */
Datum
chs_validation_auc_interval(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	double		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (list.churned > 1 && list.kept > 1)
	{
		double		auc = (double) twice_right_pairs(&list) / (2 * pairs(&list));
		double		margin = z * delong_error(&list, auc);

		values[0] = Float8GetDatum(Max(auc - margin, 0));
		values[1] = Float8GetDatum(Min(auc + margin, 1));
		nulls[0] = nulls[1] = false;
	}
	return chs_row(fcinfo, values, nulls);
}

/*
 * ks(s)
 */
Datum
chs_validation_ks(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	int64		churned = 0;
	int64		kept = 0;
	int128		greatest = 0;

	if (!has_both_kinds(&list))
		PG_RETURN_NULL();
	for (uint32 i = 0; i < list.n; i++)
	{
		int128		distance;

		chs_check_interrupts(i);
		churned += list.scores[i].churned;
		kept += list.scores[i].kept;
		distance = (int128) churned * list.kept - (int128) kept * list.churned;
		greatest = Max(greatest, distance < 0 ? -distance : distance);
	}
	PG_RETURN_FLOAT8((double) greatest / pairs(&list));
}

/*
 * average_precision(s): NULL without a churned customer.
 */
Datum
chs_validation_average_precision(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	int64		churned = 0;
	int64		rows = 0;
	double		sum = 0;

	if (list.churned == 0)
		PG_RETURN_NULL();
	for (uint32 i = 0; i < list.n; i++)
	{
		const ChsScore *entry = &list.scores[i];

		chs_check_interrupts(i);
		churned += entry->churned;
		rows += entry->churned + entry->kept;
		sum += entry->churned * ((double) churned / (double) rows);
	}
	PG_RETURN_FLOAT8(sum / list.churned);
}

/*
 * brier_score(s): the values are probabilities of the outcome.
 */
Datum
chs_validation_brier_score(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	double		sum = 0;

	if (list.n == 0)
		PG_RETURN_NULL();
	for (uint32 i = 0; i < list.n; i++)
	{
		const ChsScore *entry = &list.scores[i];
		double		probability = chs_score_value(entry);

		chs_check_interrupts(i);
		chs_check_range(probability, 0, 1, "probability", "Divide percentages by 100.0.");
		sum += entry->churned * ((1 - probability) * (1 - probability)) + entry->kept * (probability * probability);
	}
	PG_RETURN_FLOAT8(sum / ((double) list.churned + (double) list.kept));
}

/*
 * The riskiest customers, from the lowest score on.
 */
typedef struct ScoreCut
{
	uint32		i;				/* the score that the cut lies in */
	int64		rows;			/* of lower scores */
	int64		churned;
} ScoreCut;

/*
 * Moves the cut on to "rows" customers; returns how many of them churned.
 */
static double
cut_at(const ScoreList *list, ScoreCut *cut, double rows)
{
	const ChsScore *entry;
	double		part;

	for (;; cut->i++)
	{
		int64		here;

		if (cut->i == list->n)
			return (double) cut->churned;
		chs_check_interrupts(cut->i);
		entry = &list->scores[cut->i];
		here = entry->churned + entry->kept;
		if ((double) (cut->rows + here) > rows)
			break;
		cut->rows += here;
		cut->churned += entry->churned;
	}
	part = (rows - (double) cut->rows) / ((double) entry->churned + (double) entry->kept);
	return (double) cut->churned + part * entry->churned;
}

/* how many times as many churned as among as many customers taken at random */
static inline double
lift_of(const ScoreList *list, double captured, double rows)
{
	double		all = (double) list->churned + (double) list->kept;

	return captured / rows / ((double) list->churned / all);
}

/*
 * lift(s, top_percent)
 */
Datum
chs_validation_lift(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	double		percent = PG_GETARG_FLOAT8(1);
	double		rows;
	ScoreCut	cut = {0};

	chs_check_range(percent, 0, 100, "top_percent", "Pass how many of the customers count as the riskiest, in percent: 10 for a tenth.");
	rows = ((double) list.churned + (double) list.kept) * percent / 100;
	if (list.churned == 0 || rows == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(lift_of(&list, cut_at(&list, &cut, rows), rows));
}

static int64
get_bins(FunctionCallInfo fcinfo)
{
	return chs_check_whole_range(PG_GETARG_INT64(1), 1, MAX_BINS, "bins", "Ten bins are usual.");
}

/*
 * gains(s, bins): a row for the riskiest 1/bins of the customers, 2/bins, ...
 */
Datum
chs_validation_gains(PG_FUNCTION_ARGS)
{
	int64		bins = get_bins(fcinfo);
	ScoreList	list = list_arg(fcinfo);
	double		all = (double) list.churned + (double) list.kept;
	ScoreCut	cut = {0};
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (int64 bin = 1; list.n > 0 && bin <= bins; bin++)
	{
		double		rows = all * bin / bins;
		double		captured = cut_at(&list, &cut, rows);

		chs_report_start_row(&report);
		chs_report_int64(&report, bin);
		chs_report_float8(&report, 100.0 * bin / bins);
		chs_report_float8(&report, captured);
		if (list.churned == 0)
			chs_report_nulls(&report, 2);
		else
		{
			chs_report_float8(&report, 100.0 * captured / list.churned);
			chs_report_float8(&report, lift_of(&list, captured, rows));
		}
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/*
 * The bin of a score when all customers are shared out evenly: that of the
 * middle one of those who have it.
 */
static inline int64
bin_of(int64 bins, int64 rows_below, int64 rows, int64 all)
{
	return (int64) ((int128) bins * (2 * (int128) rows_below + rows) / (2 * (int128) all));
}

/*
 * calibration_table(s, bins)
 */
Datum
chs_validation_calibration_table(PG_FUNCTION_ARGS)
{
	int64		bins = get_bins(fcinfo);
	ScoreList	list = list_arg(fcinfo);
	int64		all = list.churned + list.kept;
	int64		below = 0;
	int64		number = 0;
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (uint32 i = 0; i < list.n;)
	{
		uint32		first = i;
		int64		bin = -1;
		int64		churned = 0;
		int64		customers = 0;

		for (; i < list.n; i++)
		{
			const ChsScore *entry = &list.scores[i];
			int64		here = entry->churned + entry->kept;
			int64		next = bin_of(bins, below, here, all);

			chs_check_interrupts(i);
			if (bin >= 0 && next != bin)
				break;
			bin = next;
			below += here;
			customers += here;
			churned += entry->churned;
		}
		chs_report_start_row(&report);
		chs_report_int64(&report, ++number);
		chs_report_float8(&report, chs_score_value(&list.scores[first]));
		chs_report_float8(&report, chs_score_value(&list.scores[i - 1]));
		chs_report_int64(&report, customers);
		chs_report_int64(&report, churned);
		chs_report_percent(&report, churned, customers);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}

/*
 * confusion(s, threshold) -> caught, false_alarms, missed, passed: a score
 * below the threshold is an alarm.
 */
Datum
chs_validation_confusion(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	double		threshold = PG_GETARG_FLOAT8(1);
	int64		caught = 0;
	int64		false_alarms = 0;
	Datum		values[4];
	bool		nulls[4] = {0};

	chs_check_finite(threshold, "threshold");
	for (uint32 i = 0; i < list.n && chs_score_value(&list.scores[i]) < threshold; i++)
	{
		chs_check_interrupts(i);
		caught += list.scores[i].churned;
		false_alarms += list.scores[i].kept;
	}
	values[0] = Int64GetDatum(caught);
	values[1] = Int64GetDatum(false_alarms);
	values[2] = Int64GetDatum(list.churned - caught);
	values[3] = Int64GetDatum(list.kept - false_alarms);
	return chs_row(fcinfo, values, nulls);
}

/*
 * validation_scores(s): what the summary holds.
 */
Datum
chs_validation_scores_table(PG_FUNCTION_ARGS)
{
	ScoreList	list = list_arg(fcinfo);
	ChsReport	report;

	chs_report_begin(&report, fcinfo);
	for (uint32 i = 0; i < list.n; i++)
	{
		chs_report_start_row(&report);
		chs_report_float8(&report, chs_score_value(&list.scores[i]));
		chs_report_int64(&report, list.scores[i].churned);
		chs_report_int64(&report, list.scores[i].kept);
		chs_report_end_row(&report);
	}
	return (Datum) 0;
}
