/*-------------------------------------------------------------------------
 *
 * value_cohorts.c
 *		value_cohorts: customers by the bucket of their first order, and what
 *		they bought in it and in each bucket since.
 *
 * A cohort has a cell per bucket from its own on, which is made with its first
 * customer; a customer touches the cells of its days only.  Running sums over
 * the cells give the cumulative revenue.  Refunds before the bucket of the
 * first order belong to no cell.
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
#include "shared/report.h"
#include "value/value.h"

typedef struct CohortCell
{
	int64		buyers;
	int64		orders;
	int128		revenue;
} CohortCell;

typedef struct Cohort
{
	int64		customers;
	CohortCell *cells;			/* of its own bucket and each one after it */
} Cohort;

typedef struct CohortTable
{
	const ChsBuckets *buckets;
	DateADT		as_of;
	DateADT		end;			/* the day after the last one that is read */
	DateADT		end_of_first;	/* the same of first orders */
	int			n;				/* cohorts to show */
	Cohort	   *cohorts;
} CohortTable;

static void
init_cohorts(CohortTable *table, const ChsBuckets *buckets, int n, DateADT as_of)
{
	table->buckets = buckets;
	table->as_of = as_of;
	table->end = Min(buckets->end, as_of + 1);
	table->end_of_first = Min(buckets->bounds[n], table->end);
	table->n = n;
	table->cohorts = palloc0(n * sizeof(Cohort));
}

static inline void
add_to_cohort(CohortTable *table, const ChsLedger *ledger)
{
	const ChsBuckets *buckets = table->buckets;
	int			first = chs_first_order(ledger);
	Cohort	   *cohort;
	int			own;
	int			bought_in = -1;

	if (first == ledger->ndays || ledger->days[first].day < buckets->first ||
		ledger->days[first].day >= table->end_of_first)
		return;
	own = chs_bucket_among(buckets, ledger->days[first].day);
	while (first > 0 && ledger->days[first - 1].day >= buckets->bounds[own])
		first--;
	cohort = &table->cohorts[own];
	if (unlikely(cohort->customers++ == 0))
		cohort->cells = palloc0((buckets->n - own) * sizeof(CohortCell));
	for (int i = first; i < ledger->ndays && ledger->days[i].day < table->end; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];
		int			bucket = chs_bucket_among(buckets, day->day);
		CohortCell *cell = &cohort->cells[bucket - own];

		chs_check_interrupts(i);
		cell->buyers += day->orders > 0 && bucket != bought_in;
		if (day->orders > 0)
			bought_in = bucket;
		cell->orders += day->orders;
		cell->revenue += (int128) day->gross - day->refunds;
	}
}

static void
put_cohort(ChsReport *report, const CohortTable *table, int own)
{
	const ChsBuckets *buckets = table->buckets;
	const Cohort *cohort = &table->cohorts[own];
	int128		cumulative = 0;

	for (int i = 0; i < buckets->n - own; i++)
	{
		const CohortCell *cell = &cohort->cells[i];
		bool		complete = buckets->bounds[own + i + 1] - 1 <= table->as_of;

		cumulative += cell->revenue;
		chs_report_start_row(report);
		chs_report_day(report, buckets->bounds[own]);
		chs_report_int32(report, i);
		chs_report_int64(report, cohort->customers);
		if (complete)
		{
			chs_report_int64(report, cell->buyers);
			chs_report_int64(report, cell->orders);
			chs_report_money(report, cell->revenue);
			chs_report_money(report, cumulative);
			chs_report_money_per(report, cumulative, cohort->customers);
		}
		else
			chs_report_nulls(report, 5);
		chs_report_bool(report, complete);
		chs_report_end_row(report);
	}
}

/*
 * value_cohorts(s, bucket | boundaries, from_day, to_day, as_of): a row per
 * cohort that has customers and bucket from its own on.  Strict.
 */
static Datum
value_cohorts(FunctionCallInfo fcinfo, bool by_name)
{
	ChsReport	report;
	ChsBuckets	buckets;
	CohortTable table;
	ChsCursor	cursor;
	const ChsLedger *ledger;
	DateADT		as_of;
	int			ncohorts;

	chs_report_begin(&report, fcinfo);
	ncohorts = chs_get_cohort_buckets(fcinfo, 1, by_name, &buckets, &as_of);
	if (ncohorts == 0)
		return (Datum) 0;
	init_cohorts(&table, &buckets, ncohorts, as_of);
	chs_purchase_open(&cursor, PG_GETARG_DATUM(0), true);
	chs_buckets_prepare(&buckets, cursor.customers);
	while ((ledger = chs_purchase_next(&cursor)) != NULL)
		add_to_cohort(&table, ledger);
	for (int i = 0; i < ncohorts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (table.cohorts[i].customers > 0)
			put_cohort(&report, &table, i);
	}
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(value_cohorts);
