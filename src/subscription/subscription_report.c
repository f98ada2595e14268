/*-------------------------------------------------------------------------
 *
 * subscription_report.c
 *		Tables over many buckets: mrr_movements and mrr_reconcile; and
 *		subscription_rows, which shows the content of a summary.
 *
 * Those over buckets have two entry points, for a named bucket and for
 * boundaries.  They read the summary once; what moved in each bucket is
 * counted in subscription_movements.c.
 *
 * The definition of movements changes the columns of movements and the quick
 * ratio, which is made of them.  All rates of those who were there at the
 * opening read both ends of the bucket: they are quotients of movements by
 * the boundary definition.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/uuid.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/money.h"
#include "shared/report.h"
#include "subscription/subscription.h"
#include "subscription/subscription_movements.h"

PG_FUNCTION_INFO_V1(chs_subscription_rows);

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

/* Reads the summary, argument 0, into a table whose buckets are not prepared yet. */
static void
read_movements(FunctionCallInfo fcinfo, ChsMovementTable *table, ChsBuckets *buckets, bool want_trailing)
{
	ChsCursor	cursor;

	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	chs_buckets_prepare(buckets, cursor.customers);
	if (want_trailing)
		chs_movements_want_trailing(table);
	chs_movements_read(table, &cursor);
}

/*
 * mrr_movements
 */
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

/* A state: what a bucket opens with, and what it closes with. */
typedef struct MovementState
{
	int128		mrr;
	int64		customers;
} MovementState;

/*
 * Rates of the customers who were there at the opening.  Those who did not
 * churn between the ends were kept; contraction and churn were lost.
 */
static void
put_rates_of_ends(ChsReport *report, const MovementState *opening, const ChsMoved *ends)
{
	int128		lost = ends->mrr[CHS_CONTRACTION] + ends->mrr[CHS_CHURNED];
	int128		expansion = ends->mrr[CHS_EXPANSION];

	chs_report_percent(report, opening->customers - ends->customers[CHS_CHURNED], opening->customers);
	chs_report_percent(report, ends->customers[CHS_CHURNED], opening->customers);
	chs_report_percent(report, opening->mrr - lost, opening->mrr);
	chs_report_percent(report, opening->mrr + expansion - lost, opening->mrr);
	chs_report_percent(report, lost, opening->mrr);
	chs_report_percent(report, lost - expansion, opening->mrr);
	chs_report_percent(report, expansion + ends->mrr[CHS_REACTIVATION] - lost, opening->mrr);
}

static void
put_quick_ratio(ChsReport *report, const ChsMoved *moved)
{
	int128		won = moved->mrr[CHS_NEW] + moved->mrr[CHS_EXPANSION] + moved->mrr[CHS_REACTIVATION];
	int128		lost = moved->mrr[CHS_CONTRACTION] + moved->mrr[CHS_CHURNED];

	if (lost == 0)
		chs_report_null(report);
	else
		chs_report_float8(report, (float8) won / (float8) lost);
}

/* The columns from retention_rate to nrr_12m. */
#define QUOTIENTS	11

static void
put_quotients(ChsReport *report, const ChsMovementTable *table, int bucket,
			  const MovementState *opening, const MovementState *closing, const ChsMoved *moved)
{
	const ChsTrailing *trailing;

	if (bucket >= table->nknown)
	{
		chs_report_nulls(report, QUOTIENTS);
		return;
	}
	trailing = &table->trailing[bucket];
	put_rates_of_ends(report, opening, &table->boundary[bucket]);
	put_quick_ratio(report, moved);
	chs_report_money_per(report, closing->mrr, closing->customers);
	chs_report_percent(report, trailing->kept, trailing->then);
	chs_report_percent(report, trailing->now, trailing->then);
}

/* Puts the row of a bucket; the opening becomes that of the next one. */
static void
put_movements(ChsReport *report, const ChsMovementTable *table, int bucket, MovementState *opening, DateADT as_of)
{
	const ChsMoved *moved = table->event ? &table->event[bucket] : &table->boundary[bucket];
	MovementState closing = {opening->mrr + net_mrr(moved), opening->customers + net_customers(moved)};

	chs_report_start_row(report);
	chs_report_day(report, table->buckets->bounds[bucket]);
	chs_report_money(report, opening->mrr);
	chs_report_money(report, moved->mrr[CHS_NEW]);
	chs_report_money(report, moved->mrr[CHS_EXPANSION]);
	chs_report_money(report, moved->mrr[CHS_CONTRACTION]);
	chs_report_money(report, moved->mrr[CHS_CHURNED]);
	chs_report_money(report, moved->mrr[CHS_REACTIVATION]);
	chs_report_money(report, closing.mrr);
	chs_report_int64(report, opening->customers);
	chs_report_int64(report, moved->customers[CHS_NEW]);
	chs_report_int64(report, moved->customers[CHS_CHURNED]);
	chs_report_int64(report, moved->customers[CHS_REACTIVATION]);
	chs_report_int64(report, closing.customers);
	put_quotients(report, table, bucket, opening, &closing, moved);
	chs_report_bool(report, table->buckets->bounds[bucket + 1] - 1 <= as_of);
	chs_report_end_row(report);
	*opening = closing;
}

/*
 * mrr_movements(s, bucket | boundaries, from_day, to_day, as_of, definition,
 * reactivation_days): a row per bucket.  NULL anywhere but in
 * reactivation_days: no rows.
 */
static Datum
mrr_movements(FunctionCallInfo fcinfo, bool by_name)
{
	ChsReport	report;
	ChsMovementTable table;
	ChsBuckets	buckets;
	MovementState opening;
	DateADT		as_of;

	chs_report_begin(&report, fcinfo);
	for (int i = 0; i < 6; i++)
	{
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	}
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &buckets, &as_of);
	chs_movements_init(&table, &buckets, as_of, get_reactivation_days(fcinfo, 6),
					   wants_events(PG_GETARG_TEXT_PP(5)));
	read_movements(fcinfo, &table, &buckets, true);

	opening.mrr = table.opening_mrr;
	opening.customers = table.opening_customers;
	for (int i = 0; i < buckets.n; i++)
		put_movements(&report, &table, i, &opening, as_of);
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(mrr_movements);

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
	ChsReport	report;
	ChsMovementTable table;
	ChsBuckets	buckets;
	DateADT		as_of;

	chs_report_begin(&report, fcinfo);
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &buckets, &as_of);
	chs_movements_init(&table, &buckets, as_of, PG_INT64_MAX, true);
	read_movements(fcinfo, &table, &buckets, false);

	for (int i = 0; i < buckets.n; i++)
	{
		for (int j = 0; j < CHS_MOVEMENTS; j++)
		{
			int128		boundary = table.boundary[i].mrr[j];
			int128		event = table.event[i].mrr[j];

			chs_report_start_row(&report);
			chs_report_day(&report, buckets.bounds[i]);
			chs_report_text(&report, names[j]);
			chs_report_money(&report, boundary);
			chs_report_money(&report, event);
			chs_report_money(&report, event - boundary);
			chs_report_end_row(&report);
		}
	}
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(mrr_reconcile);

/*
 * subscription_rows(s): a row per customer and day on which its MRR changes.
 * The key is the hash that stands for the customer.  Strict.
 */
Datum
chs_subscription_rows(PG_FUNCTION_ARGS)
{
	ChsReport	report;
	ChsCursor	cursor;
	const ChsHistory *history;

	chs_report_begin(&report, fcinfo);
	chs_subs_open(&cursor, PG_GETARG_DATUM(0));
	while ((history = chs_subs_next(&cursor)) != NULL)
	{
		pg_uuid_t	key = chs_key_uuid(history->key);

		for (int i = 0; i < history->nsteps; i++)
		{
			chs_report_start_row(&report);
			chs_report_datum(&report, UUIDPGetDatum(&key));
			chs_report_day(&report, history->steps[i].day);
			chs_report_money(&report, history->steps[i].mrr);
			chs_report_end_row(&report);
		}
	}
	return (Datum) 0;
}
