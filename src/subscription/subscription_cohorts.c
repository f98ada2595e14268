/*-------------------------------------------------------------------------
 *
 * subscription_cohorts.c
 *		revenue_cohorts: customers by the bucket of their first paid day, and
 *		what is left of them and of their MRR at the close of each bucket
 *		since.
 *
 * Each cohort keeps, per bucket, by how much the number of its paying
 * customers and their MRR change in that bucket; running sums over the
 * buckets give the cells.  A customer again touches only the buckets in which
 * something changes.  Both rates are of what the cohort began with: all its
 * customers, and what each of them paid on its first paid day.
 *
 * from_day and to_day choose the cohorts.  Each is followed up to the bucket
 * that contains as_of, whose cells are not known while it runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/report.h"
#include "subscription/subscription.h"

typedef struct CohortCell
{
	int128		mrr;			/* change in this bucket, then the sum */
	int64		customers;
} CohortCell;

typedef struct Cohort
{
	int64		customers;
	int128		initial_mrr;	/* of each on its first paid day */
	CohortCell *cells;			/* of its own bucket and each one after it */
} Cohort;

typedef struct CohortTable
{
	const ChsBuckets *buckets;
	DateADT		end;			/* the day after the last one that is read */
	int			n;				/* cohorts */
	DateADT		last_first_day; /* of customers in the cohorts */
	Cohort	   *cohorts;
} CohortTable;

static void
init_cohorts(CohortTable *table, const ChsBuckets *buckets, int n, DateADT as_of)
{
	table->buckets = buckets;
	table->end = Min(buckets->end, as_of + 1);
	table->n = n;
	table->last_first_day = Min(buckets->bounds[n], table->end) - 1;
	table->cohorts = palloc0(n * sizeof(Cohort));
}

static void
add_to_cohort(CohortTable *table, const ChsHistory *history)
{
	const ChsBuckets *buckets = table->buckets;
	const ChsStep *steps = history->steps;
	Cohort	   *cohort;
	int64		mrr = 0;
	int			first;

	if (steps[0].day < buckets->first || steps[0].day > table->last_first_day)
		return;
	first = chs_bucket_among(buckets, steps[0].day);
	cohort = &table->cohorts[first];
	if (cohort->cells == NULL)
		cohort->cells = palloc0((buckets->n - first) * sizeof(CohortCell));
	cohort->customers++;
	cohort->initial_mrr += steps[0].mrr;
	for (int i = 0; i < history->nsteps && steps[i].day < table->end; i++)
	{
		CohortCell *cell = &cohort->cells[chs_bucket_among(buckets, steps[i].day) - first];

		chs_check_interrupts(i);
		cell->mrr += (int128) steps[i].mrr - mrr;
		cell->customers += (steps[i].mrr > 0) - (mrr > 0);
		mrr = steps[i].mrr;
	}
}

static void
put_cell(ChsReport *report, const CohortTable *table, int first, int period, DateADT as_of)
{
	const ChsBuckets *buckets = table->buckets;
	const Cohort *cohort = &table->cohorts[first];
	const CohortCell *cell = &cohort->cells[period];

	chs_report_start_row(report);
	chs_report_day(report, buckets->bounds[first]);
	chs_report_int32(report, period);
	chs_report_int64(report, cohort->customers);
	chs_report_money(report, cohort->initial_mrr);
	if (buckets->bounds[first + period + 1] - 1 <= as_of)
	{
		chs_report_int64(report, cell->customers);
		chs_report_percent(report, cell->customers, cohort->customers);
		chs_report_money(report, cell->mrr);
		chs_report_percent(report, cell->mrr, cohort->initial_mrr);
	}
	else
		chs_report_nulls(report, 4);
	chs_report_end_row(report);
}

static void
put_cohort(ChsReport *report, const CohortTable *table, int first, DateADT as_of)
{
	CohortCell *cells = table->cohorts[first].cells;

	for (int i = 0; i < table->buckets->n - first; i++)
	{
		if (i > 0)
		{
			cells[i].mrr += cells[i - 1].mrr;
			cells[i].customers += cells[i - 1].customers;
		}
		put_cell(report, table, first, i, as_of);
	}
}

/*
 * revenue_cohorts(s, bucket | boundaries, from_day, to_day, as_of): a row per
 * cohort that has customers and bucket from its own on.  Strict.
 */
static Datum
revenue_cohorts(FunctionCallInfo fcinfo, bool by_name)
{
	ChsReport	report;
	ChsBuckets	buckets;
	ChsCursor	cursor;
	const ChsHistory *history;
	CohortTable table;
	DateADT		as_of;
	int			ncohorts;

	chs_report_begin(&report, fcinfo);
	ncohorts = chs_get_cohort_buckets(fcinfo, 1, by_name, &buckets, &as_of);
	if (ncohorts == 0)
		return (Datum) 0;
	init_cohorts(&table, &buckets, ncohorts, as_of);
	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	chs_buckets_prepare(&buckets, cursor.customers);
	while ((history = chs_subs_next(&cursor)) != NULL)
		add_to_cohort(&table, history);

	for (int i = 0; i < ncohorts; i++)
	{
		if (table.cohorts[i].customers > 0)
			put_cohort(&report, &table, i, as_of);
	}
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(revenue_cohorts);
