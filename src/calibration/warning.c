/*-------------------------------------------------------------------------
 *
 * warning.c
 *		Early warning: how many of those who left had a low score before, how
 *		long before, and what that costs in false alarms.
 *
 * warning_agg(customer, day, score, churned_on) takes a row per snapshot of a
 * score; warning_table asks what an alarm below a threshold would have done:
 *
 *	churned		customers who left by as_of and had a snapshot before
 *	caught		of those, who had one below the threshold in the horizon
 *				before they left
 *	alarms		months of a customer with a mature snapshot below it; a
 *				snapshot is mature when its horizon is over by as_of
 *	false alarms	of those, the months of which no such snapshot was followed
 *				by leaving within the horizon
 *
 * All thresholds are answered in one pass.  A month has two numbers: its
 * lowest score, and the lowest that was right.  Every threshold above the
 * first raises an alarm, every one above the second a right one, so it is
 * enough to count months by the place of these numbers among the sorted
 * thresholds.  The same way a new lowest score before a departure warns all
 * thresholds between it and the lowest one so far, which is why a lower
 * threshold can never catch more.  Days of warning are counted by their number
 * for each threshold, from which the median follows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "shared/calendar.h"
#include "shared/check.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/number.h"
#include "shared/report.h"
#include "customer/customer_args.h"
#include "calibration/warning.h"

#define MAX_THRESHOLDS	1000
#define MAX_HORIZON		3660	/* days; ten years */

PG_FUNCTION_INFO_V1(chs_warning_table);

/*
 * Rows.
 */
static inline bool
is_skipped(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3);
}

pg_noreturn static void
refuse_score(double score, ChsRowName name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("\"score\" must be finite"),
			 errdetail("The value%s is %s.", chs_row_text(name), chs_double_text(score)),
			 errhint("Turn it into NULL, for instance with CASE WHEN abs(score) < 1e300 THEN score END. "
					 "All such rows: SELECT ... WHERE score IN ('NaN', 'Infinity', '-Infinity').")));
}

/*
 * warningsummary_accum(state, customer, day, score, churned_on): one more
 * snapshot.  Not strict: churned_on is NULL of a customer who has not left.
 */
static inline Datum
accum_row(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key)
{
	ChsRowName	name = chs_customer_row(fcinfo, key_kind);
	ChsWarningRow row;

	row.key = key;
	row.day = PG_GETARG_DATEADT(2);
	chs_check_day_of_row(row.day, "day", name);
	row.score = PG_GETARG_FLOAT8(3);
	if (unlikely(!isfinite(row.score)))
		refuse_score(row.score, name);
	if (row.score == 0)
		row.score = 0;			/* -0 too */
	row.churned_on = DATEVAL_NOEND;
	if (!PG_ARGISNULL(4))
	{
		row.churned_on = PG_GETARG_DATEADT(4);
		chs_check_day_of_row(row.churned_on, "churned_on", name);
	}
	return chs_warning_accum(fcinfo, key_kind, &row, name);
}

CHS_ACCUM(chs_warning_accum, is_skipped, accum_row)

CHS_CUSTOMER_TYPE(chs_warning, chs_warning_family)

/*
 * The table.
 */
typedef struct WarningTable
{
	int			n;				/* thresholds */
	const double *given;		/* as they were passed */
	double	   *thresholds;		/* sorted */
	int			horizon;
	DateADT		as_of;
	int64		churned;
	int64		months;
	/* by the first of the sorted thresholds that is above a score; the last
	 * place is that of scores above all */
	int64	   *alarms;
	int64	   *right_alarms;
	/* for each threshold, how many customers it warned of 1, 2, ... days before */
	int64	   *warned;
} WarningTable;

static int
compare_doubles(const void *a, const void *b)
{
	double		first = *(const double *) a;
	double		second = *(const double *) b;

	return first < second ? -1 : first > second;
}

static void
get_thresholds(WarningTable *table, ArrayType *array)
{
	const char *hint = "Pass the scores below which an alarm would be raised: ARRAY[30, 40, 50].";

	chs_check_list(array, "thresholds", hint);
	table->n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	(void) chs_check_whole_range(table->n, 1, MAX_THRESHOLDS, "number of thresholds", hint);
	table->given = (const double *) ARR_DATA_PTR(array);
	for (int i = 0; i < table->n; i++)
		chs_check_finite(table->given[i], "thresholds");
	table->thresholds = palloc(table->n * sizeof(double));
	memcpy(table->thresholds, table->given, table->n * sizeof(double));
	qsort(table->thresholds, table->n, sizeof(double), compare_doubles);
}

/* the first of the sorted thresholds that is above a score */
static inline int
place_of(const WarningTable *table, double score)
{
	int			low = 0;
	int			high = table->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (table->thresholds[middle] > score)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * A customer who left: from which day on would each threshold have warned?
 */
static void
count_warnings(WarningTable *table, const ChsWarned *warned, int n)
{
	int			covered = table->n;

	for (int i = 0; i < n; i++)
	{
		const ChsSnapshot *snapshot = &warned->snapshots[i];
		int			days = warned->churned_on - snapshot->day;

		chs_check_interrupts(i);
		if (days > table->horizon)
			continue;
		for (int place = place_of(table, snapshot->score); place < covered; covered--)
			table->warned[(Size) (covered - 1) * table->horizon + days - 1]++;
	}
}

/*
 * The months of a customer.
 */
static void
count_month(WarningTable *table, double lowest, double lowest_right)
{
	table->months++;
	table->alarms[place_of(table, lowest)]++;
	table->right_alarms[place_of(table, lowest_right)]++;
}

static void
count_alarms(WarningTable *table, const ChsWarned *warned, int n, bool gone)
{
	int32		month = 0;
	double		lowest = INFINITY;
	double		lowest_right = INFINITY;

	for (int i = 0; i < n; i++)
	{
		const ChsSnapshot *snapshot = &warned->snapshots[i];
		int64		end = (int64) snapshot->day + table->horizon;
		int32		own_month = chs_month_of(snapshot->day);

		chs_check_interrupts(i);
		if (end > table->as_of)
			break;
		if (i > 0 && own_month != month)
		{
			count_month(table, lowest, lowest_right);
			lowest = lowest_right = INFINITY;
		}
		month = own_month;
		lowest = Min(lowest, snapshot->score);
		if (gone && warned->churned_on <= end)
			lowest_right = Min(lowest_right, snapshot->score);
	}
	if (!isinf(lowest))
		count_month(table, lowest, lowest_right);
}

static void
read_customers(WarningTable *table, Datum value)
{
	ChsCursor	cursor;
	const ChsWarned *warned;

	chs_warning_open(&cursor, value);
	while ((warned = chs_warning_next(&cursor)) != NULL)
	{
		bool		gone = warned->churned_on <= table->as_of;
		int			n = 0;

		/* what came on the day of leaving or later is no snapshot of a customer */
		while (n < warned->n && warned->snapshots[n].day <= table->as_of &&
			   !(gone && warned->snapshots[n].day >= warned->churned_on))
			n++;
		if (gone && n > 0)
		{
			table->churned++;
			count_warnings(table, warned, n);
		}
		count_alarms(table, warned, n, gone);
	}
}

/*
 * Columns.
 */

/* the number of days that customer k of those in order was warned, from 1 */
static int
days_of(const WarningTable *table, const int64 *warned, int64 k)
{
	int			days = 0;

	while (days < table->horizon - 1 && k > warned[days])
		k -= warned[days++];
	return days + 1;
}

static void
put_median(ChsReport *report, const WarningTable *table, const int64 *warned, int64 caught)
{
	if (caught == 0)
		chs_report_null(report);
	else
		chs_report_float8(report, (days_of(table, warned, (caught + 1) / 2) +
								   days_of(table, warned, caught / 2 + 1)) / 2.0);
}

static void
put_row(ChsReport *report, const WarningTable *table, double threshold)
{
	int			place = 0;
	int64		caught = 0;
	int64		alarms = 0;
	int64		right_alarms = 0;
	const int64 *warned;

	/* a score equal to a threshold is not below it */
	while (table->thresholds[place] < threshold)
		place++;
	for (int i = 0; i <= place; i++)
	{
		alarms += table->alarms[i];
		right_alarms += table->right_alarms[i];
	}
	warned = table->warned + (Size) place * table->horizon;
	for (int i = 0; i < table->horizon; i++)
		caught += warned[i];

	chs_report_start_row(report);
	chs_report_float8(report, threshold);
	chs_report_int64(report, table->churned);
	chs_report_int64(report, caught);
	chs_report_int64(report, table->churned - caught);
	chs_report_percent(report, caught, table->churned);
	chs_report_int64(report, alarms);
	chs_report_int64(report, alarms - right_alarms);
	chs_report_int64(report, table->months);
	chs_report_percent(report, alarms - right_alarms, table->months);
	put_median(report, table, warned, caught);
	chs_report_end_row(report);
}

/*
 * warning_table(s, thresholds, horizon_days, as_of)
 */
Datum
chs_warning_table(PG_FUNCTION_ARGS)
{
	WarningTable table = {0};
	ChsReport	report;

	get_thresholds(&table, PG_GETARG_ARRAYTYPE_P(1));
	table.horizon = (int) chs_check_whole_range(PG_GETARG_INT64(2), 1, MAX_HORIZON, "horizon_days",
												"Pass the days before leaving in which an alarm counts, for instance 90.");
	table.as_of = PG_GETARG_DATEADT(3);
	chs_check_day(table.as_of, "as_of");
	table.alarms = palloc0((table.n + 1) * sizeof(int64));
	table.right_alarms = palloc0((table.n + 1) * sizeof(int64));
	table.warned = palloc0((Size) table.n * table.horizon * sizeof(int64));
	read_customers(&table, PG_GETARG_DATUM(0));

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < table.n; i++)
		put_row(&report, &table, table.given[i]);
	return (Datum) 0;
}
