/*-------------------------------------------------------------------------
 *
 * subscription_report.c
 *		Tables over many buckets: mrr_movements, mrr_reconcile and
 *		revenue_cohorts.
 *
 * Each has two entry points, for a named bucket and for boundaries.  They
 * read the summary once and give their rows in a tuplestore.
 *
 * Cohorts keep, for each cohort and bucket, by how much the number of its
 * paying customers and their MRR change in that bucket; running sums over
 * the buckets give the cells.  A customer again touches only the buckets in
 * which something changes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/stats.h"
#include "subscription/subscription.h"
#include "subscription/subscription_movements.h"

#define MOVEMENT_COLUMNS	23
#define RECONCILE_COLUMNS	5
#define COHORT_COLUMNS		7

PG_FUNCTION_INFO_V1(chs_mrr_movements_by_name);
PG_FUNCTION_INFO_V1(chs_mrr_movements_by_bounds);
PG_FUNCTION_INFO_V1(chs_mrr_reconcile_by_name);
PG_FUNCTION_INFO_V1(chs_mrr_reconcile_by_bounds);
PG_FUNCTION_INFO_V1(chs_revenue_cohorts_by_name);
PG_FUNCTION_INFO_V1(chs_revenue_cohorts_by_bounds);

static void
open_summary(FunctionCallInfo fcinfo, ChsSubsCursor *cursor, ChsBuckets *buckets)
{
	Datum		value = chs_customers_to_read(&chs_subs_family, PG_GETARG_DATUM(0));

	chs_subs_open(cursor, value, false);
	chs_buckets_prepare(buckets, chs_subs_customers(value));
}

/* definition: 'boundary' or 'event' */
static bool
wants_events(text *definition)
{
	const char *name = VARDATA_ANY(definition);
	int			len = VARSIZE_ANY_EXHDR(definition);

	if (len == 8 && memcmp(name, "boundary", 8) == 0)
		return false;
	if (len == 5 && memcmp(name, "event", 5) == 0)
		return true;
	chs_refuse_word("definition of movements", name, len,
					"Pass 'boundary' (compares both ends of a bucket) or 'event' (counts every change).");
}

static int64
get_reactivation_days(FunctionCallInfo fcinfo, int argno)
{
	int64		days;

	if (PG_ARGISNULL(argno))
		return PG_INT64_MAX;
	days = PG_GETARG_INT64(argno);
	if (days < 0)
		chs_refuse_negative("reactivation_days", psprintf(INT64_FORMAT, days),
							"Pass the longest gap in days after which a customer counts as coming back, for instance 90, or NULL for any gap.");
	return days;
}

/*
 * What making a row leaves behind is freed row by row: a triangle of days has
 * millions of them.
 */
static MemoryContext
make_row_context(void)
{
	return AllocSetContextCreate(CurrentMemoryContext, "row of a report", ALLOCSET_DEFAULT_SIZES);
}

/*
 * mrr_movements
 */
typedef struct MovementRow
{
	int			n;
	Datum		values[MOVEMENT_COLUMNS];
	bool		nulls[MOVEMENT_COLUMNS];
} MovementRow;

static inline void
put(MovementRow *row, Datum value)
{
	row->nulls[row->n] = false;
	row->values[row->n++] = value;
}

static inline void
put_null(MovementRow *row)
{
	row->nulls[row->n] = true;
	row->values[row->n++] = (Datum) 0;
}

static inline void
put_money(MovementRow *row, int128 amount)
{
	put(row, chs_money_to_numeric(amount));
}

static inline void
put_percent(MovementRow *row, int128 part, int128 whole)
{
	if (whole == 0)
		put_null(row);
	else
		put(row, Float8GetDatum(chs_money_percent(part, whole)));
}

static int128
net_mrr(const ChsMoved *moved)
{
	return moved->mrr[CHS_NEW] + moved->mrr[CHS_EXPANSION] + moved->mrr[CHS_REACTIVATION] -
		moved->mrr[CHS_CONTRACTION] - moved->mrr[CHS_CHURNED];
}

static int64
net_customers(const ChsMoved *moved)
{
	return moved->customers[CHS_NEW] + moved->customers[CHS_REACTIVATION] -
		moved->customers[CHS_CHURNED];
}

/*
 * What a bucket opens with; turned into what the next one opens with.
 */
typedef struct Opening
{
	int128		mrr;
	int64		customers;
} Opening;

/*
 * Rates of those who were there at the opening are of the boundary
 * definition, whichever one the columns show: who did not churn between the
 * ends was kept, and contraction and churn is what was lost of the opening.
 */
static void
put_rates(MovementRow *row, const Opening *opening, const ChsMoved *moved, const ChsMoved *ends)
{
	int128		lost = moved->mrr[CHS_CONTRACTION] + moved->mrr[CHS_CHURNED];
	int128		lost_at_ends = ends->mrr[CHS_CONTRACTION] + ends->mrr[CHS_CHURNED];
	int128		won = moved->mrr[CHS_NEW] + moved->mrr[CHS_EXPANSION] + moved->mrr[CHS_REACTIVATION];

	put_percent(row, opening->customers - ends->customers[CHS_CHURNED], opening->customers);
	put_percent(row, ends->customers[CHS_CHURNED], opening->customers);
	put_percent(row, opening->mrr - lost_at_ends, opening->mrr);
	put_percent(row, opening->mrr + ends->mrr[CHS_EXPANSION] - lost_at_ends, opening->mrr);
	put_percent(row, lost, opening->mrr);
	put_percent(row, lost - moved->mrr[CHS_EXPANSION], opening->mrr);
	put_percent(row, moved->mrr[CHS_EXPANSION] + moved->mrr[CHS_REACTIVATION] - lost, opening->mrr);
	if (lost == 0)
		put_null(row);
	else
		put(row, Float8GetDatum((float8) won / (float8) lost));
}

static void
put_movements(ReturnSetInfo *result, const ChsMovementTable *table, int bucket,
			  Opening *opening, DateADT as_of, MemoryContext row_context)
{
	MemoryContext before = MemoryContextSwitchTo(row_context);
	const ChsBuckets *buckets = table->buckets;
	const ChsMoved *ends = &table->boundary[bucket];
	const ChsMoved *moved = table->event ? &table->event[bucket] : ends;
	Opening		closing = {opening->mrr + net_mrr(moved), opening->customers + net_customers(moved)};
	MovementRow row;

	row.n = 0;
	put(&row, DateADTGetDatum(buckets->bounds[bucket]));
	put_money(&row, opening->mrr);
	put_money(&row, moved->mrr[CHS_NEW]);
	put_money(&row, moved->mrr[CHS_EXPANSION]);
	put_money(&row, moved->mrr[CHS_CONTRACTION]);
	put_money(&row, moved->mrr[CHS_CHURNED]);
	put_money(&row, moved->mrr[CHS_REACTIVATION]);
	put_money(&row, closing.mrr);
	put(&row, Int64GetDatum(opening->customers));
	put(&row, Int64GetDatum(moved->customers[CHS_NEW]));
	put(&row, Int64GetDatum(moved->customers[CHS_CHURNED]));
	put(&row, Int64GetDatum(moved->customers[CHS_REACTIVATION]));
	put(&row, Int64GetDatum(closing.customers));
	put_rates(&row, opening, moved, ends);
	if (closing.customers == 0)
		put_null(&row);
	else
		put(&row, chs_money_per(closing.mrr, closing.customers));
	put(&row, BoolGetDatum(buckets->bounds[bucket + 1] - 1 <= as_of));
	Assert(row.n == MOVEMENT_COLUMNS);
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
	*opening = closing;
	MemoryContextSwitchTo(before);
	MemoryContextReset(row_context);
}

/*
 * mrr_movements(s, bucket | boundaries, from_day, to_day, as_of, definition,
 * reactivation_days): a row per bucket.  NULL anywhere but in
 * reactivation_days: no rows.
 */
static Datum
mrr_movements(FunctionCallInfo fcinfo, bool by_name)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsMovementTable table;
	ChsBuckets	buckets;
	ChsSubsCursor cursor;
	MemoryContext row_context;
	Opening		opening;
	DateADT		as_of;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 6; i++)
	{
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	}
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &buckets, &as_of);
	chs_movements_init(&table, &buckets, get_reactivation_days(fcinfo, 6),
					   wants_events(PG_GETARG_TEXT_PP(5)));
	open_summary(fcinfo, &cursor, &buckets);
	chs_movements_read(&table, &cursor);

	row_context = make_row_context();
	opening.mrr = table.opening_mrr;
	opening.customers = table.opening_customers;
	for (int i = 0; i < buckets.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_movements(result, &table, i, &opening, as_of, row_context);
	}
	return (Datum) 0;
}

Datum
chs_mrr_movements_by_name(PG_FUNCTION_ARGS)
{
	return mrr_movements(fcinfo, true);
}

Datum
chs_mrr_movements_by_bounds(PG_FUNCTION_ARGS)
{
	return mrr_movements(fcinfo, false);
}

/*
 * mrr_reconcile(s, bucket | boundaries, from_day, to_day, as_of): a row per
 * bucket and movement.  Strict.
 */
static Datum
mrr_reconcile(FunctionCallInfo fcinfo, bool by_name)
{
	static const char *const names[CHS_MOVEMENTS] = {
		"new", "expansion", "contraction", "churned", "reactivation"
	};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsMovementTable table;
	ChsBuckets	buckets;
	ChsSubsCursor cursor;
	MemoryContext row_context;
	MemoryContext before;
	DateADT		as_of;
	Datum		movements[CHS_MOVEMENTS];

	InitMaterializedSRF(fcinfo, 0);
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &buckets, &as_of);
	chs_movements_init(&table, &buckets, PG_INT64_MAX, true);
	open_summary(fcinfo, &cursor, &buckets);
	chs_movements_read(&table, &cursor);

	for (int j = 0; j < CHS_MOVEMENTS; j++)
		movements[j] = CStringGetTextDatum(names[j]);
	row_context = make_row_context();
	before = MemoryContextSwitchTo(row_context);
	for (int i = 0; i < buckets.n; i++)
	{
		for (int j = 0; j < CHS_MOVEMENTS; j++)
		{
			int128		boundary = table.boundary[i].mrr[j];
			int128		event = table.event[i].mrr[j];
			Datum		values[RECONCILE_COLUMNS];
			bool		nulls[RECONCILE_COLUMNS] = {false};

			CHECK_FOR_INTERRUPTS();
			values[0] = DateADTGetDatum(buckets.bounds[i]);
			values[1] = movements[j];
			values[2] = chs_money_to_numeric(boundary);
			values[3] = chs_money_to_numeric(event);
			values[4] = chs_money_to_numeric(event - boundary);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(before);
	return (Datum) 0;
}

Datum
chs_mrr_reconcile_by_name(PG_FUNCTION_ARGS)
{
	return mrr_reconcile(fcinfo, true);
}

Datum
chs_mrr_reconcile_by_bounds(PG_FUNCTION_ARGS)
{
	return mrr_reconcile(fcinfo, false);
}

/*
 * revenue_cohorts
 */
typedef struct Cell
{
	int128		mrr;			/* change in this bucket, then the sum */
	int64		customers;
} Cell;

typedef struct Cohorts
{
	const ChsBuckets *buckets;
	Cell	  **cells;			/* of cohort i: buckets->n - i of them */
	int64	   *sizes;
} Cohorts;

static void
init_cohorts(Cohorts *cohorts, const ChsBuckets *buckets)
{
	cohorts->buckets = buckets;
	cohorts->sizes = palloc0(buckets->n * sizeof(int64));
	cohorts->cells = palloc0(buckets->n * sizeof(Cell *));
}

static void
add_to_cohort(Cohorts *cohorts, const ChsHistory *history)
{
	const ChsBuckets *buckets = cohorts->buckets;
	const ChsStep *steps = history->steps;
	int			n = history->nsteps;
	int64		mrr = 0;
	int			cohort;

	if (steps[0].day < buckets->first || steps[0].day >= buckets->end)
		return;
	cohort = chs_bucket_among(buckets, steps[0].day);
	if (cohorts->cells[cohort] == NULL)
		cohorts->cells[cohort] = palloc0((buckets->n - cohort) * sizeof(Cell));
	cohorts->sizes[cohort]++;
	for (int i = 0; i < n && steps[i].day < buckets->end; i++)
	{
		Cell	   *cell = &cohorts->cells[cohort][chs_bucket_among(buckets, steps[i].day) - cohort];

		chs_check_interrupts(i);
		cell->mrr += (int128) steps[i].mrr - mrr;
		cell->customers += (steps[i].mrr > 0) - (mrr > 0);
		mrr = steps[i].mrr;
	}
}

static void
put_cell(ReturnSetInfo *result, const Cohorts *cohorts, int cohort, int period, DateADT as_of,
		 MemoryContext row_context)
{
	MemoryContext before = MemoryContextSwitchTo(row_context);
	const Cell *cell = &cohorts->cells[cohort][period];
	int128		first_mrr = cohorts->cells[cohort]->mrr;
	Datum		values[COHORT_COLUMNS] = {0};
	bool		nulls[COHORT_COLUMNS] = {false};

	values[0] = DateADTGetDatum(cohorts->buckets->bounds[cohort]);
	values[1] = Int32GetDatum(period);
	values[2] = Int64GetDatum(cohorts->sizes[cohort]);
	if (cohorts->buckets->bounds[cohort + period + 1] - 1 <= as_of)
	{
		values[3] = Int64GetDatum(cell->customers);
		values[4] = Float8GetDatum(chs_percent(cell->customers, cohorts->sizes[cohort]));
		values[5] = chs_money_to_numeric(cell->mrr);
		nulls[6] = first_mrr == 0;
		if (first_mrr > 0)
			values[6] = Float8GetDatum(chs_money_percent(cell->mrr, first_mrr));
	}
	else
		nulls[3] = nulls[4] = nulls[5] = nulls[6] = true;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	MemoryContextSwitchTo(before);
	MemoryContextReset(row_context);
}

/*
 * revenue_cohorts(s, bucket | boundaries, from_day, to_day, as_of): a row per
 * cohort that has customers and bucket from its own on.  Strict.
 */
static Datum
revenue_cohorts(FunctionCallInfo fcinfo, bool by_name)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ChsBuckets	buckets;
	ChsSubsCursor cursor;
	Cohorts		cohorts;
	MemoryContext row_context;
	DateADT		as_of;

	InitMaterializedSRF(fcinfo, 0);
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_COHORTS, &buckets, &as_of);
	init_cohorts(&cohorts, &buckets);
	open_summary(fcinfo, &cursor, &buckets);
	while (chs_subs_next(&cursor))
		add_to_cohort(&cohorts, &cursor.history);

	row_context = make_row_context();
	for (int i = 0; i < buckets.n; i++)
	{
		if (cohorts.sizes[i] == 0)
			continue;
		for (int j = 0; j < buckets.n - i; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (j > 0)
			{
				cohorts.cells[i][j].mrr += cohorts.cells[i][j - 1].mrr;
				cohorts.cells[i][j].customers += cohorts.cells[i][j - 1].customers;
			}
			put_cell(result, &cohorts, i, j, as_of, row_context);
		}
	}
	return (Datum) 0;
}

Datum
chs_revenue_cohorts_by_name(PG_FUNCTION_ARGS)
{
	return revenue_cohorts(fcinfo, true);
}

Datum
chs_revenue_cohorts_by_bounds(PG_FUNCTION_ARGS)
{
	return revenue_cohorts(fcinfo, false);
}
