/*-------------------------------------------------------------------------
 *
 * value_report.c
 *		Purchases over time: purchase_timeline; and purchase_days, which shows
 *		the content of a summary.
 *
 * A customer is new in the bucket of its first order, and what it pays and
 * gets back there is new revenue.  All other revenue is of returning
 * customers, so that both add up: also the refunds of customers who have no
 * order, or none before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/uuid.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "value/value.h"

PG_FUNCTION_INFO_V1(chs_purchase_days);

typedef struct TimelineBucket
{
	int64		buyers;
	int64		new_buyers;
	int64		orders;
	int128		gross;
	int128		refunds;
	int128		new_revenue;	/* of the new buyers */
} TimelineBucket;

typedef struct Timeline
{
	ChsBuckets	buckets;
	DateADT		as_of;
	DateADT		end;			/* the day after the last known one */
	TimelineBucket *counts;
} Timeline;

/* The bucket of a customer's first order; -1 if that is not shown. */
static inline int
bucket_of_first_order(const Timeline *timeline, const ChsLedger *ledger)
{
	int			first = chs_first_order(ledger);
	DateADT		day;

	if (first == ledger->ndays)
		return -1;
	day = ledger->days[first].day;
	if (day < timeline->buckets.first || day >= timeline->end)
		return -1;
	return chs_bucket_among(&timeline->buckets, day);
}

static inline void
add_to_timeline(Timeline *timeline, const ChsLedger *ledger)
{
	int			new_in = bucket_of_first_order(timeline, ledger);
	int			bought_in = -1;

	if (new_in >= 0)
		timeline->counts[new_in].new_buyers++;
	for (int i = 0; i < ledger->ndays && ledger->days[i].day < timeline->end; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];
		TimelineBucket *counts;
		int			bucket;

		chs_check_interrupts(i);
		if (day->day < timeline->buckets.first)
			continue;
		bucket = chs_bucket_among(&timeline->buckets, day->day);
		counts = &timeline->counts[bucket];
		counts->orders += day->orders;
		counts->gross += day->gross;
		counts->refunds += day->refunds;
		if (bucket == new_in)
			counts->new_revenue += (int128) day->gross - day->refunds;
		if (day->orders > 0 && bucket != bought_in)
		{
			counts->buyers++;
			bought_in = bucket;
		}
	}
}

static void
put_bucket(ChsReport *report, const Timeline *timeline, int bucket)
{
	const TimelineBucket *counts = &timeline->counts[bucket];
	int128		revenue = counts->gross - counts->refunds;

	chs_report_start_row(report);
	chs_report_day(report, timeline->buckets.bounds[bucket]);
	chs_report_int64(report, counts->buyers);
	chs_report_int64(report, counts->new_buyers);
	chs_report_int64(report, counts->buyers - counts->new_buyers);
	chs_report_int64(report, counts->orders);
	chs_report_money(report, counts->gross);
	chs_report_money(report, counts->refunds);
	chs_report_money(report, revenue);
	chs_report_money(report, counts->new_revenue);
	chs_report_money(report, revenue - counts->new_revenue);
	chs_report_money_per(report, counts->gross, counts->orders);
	chs_report_bool(report, timeline->buckets.bounds[bucket + 1] - 1 <= timeline->as_of);
	chs_report_end_row(report);
}

/*
 * purchase_timeline(s, bucket | boundaries, from_day, to_day, as_of): a row
 * per bucket with customers, orders and money.  Days after as_of are unknown.
 * Strict.
 */
static Datum
purchase_timeline(FunctionCallInfo fcinfo, bool by_name)
{
	ChsReport	report;
	Timeline	timeline;
	ChsCursor	cursor;
	const ChsLedger *ledger;

	chs_report_begin(&report, fcinfo);
	chs_get_buckets(fcinfo, 1, by_name, CHS_MAX_BUCKETS, &timeline.buckets, &timeline.as_of);
	timeline.end = Min(timeline.buckets.end, timeline.as_of + 1);
	timeline.counts = palloc0(timeline.buckets.n * sizeof(TimelineBucket));
	chs_purchase_open(&cursor, PG_GETARG_DATUM(0), true);
	chs_buckets_prepare(&timeline.buckets, cursor.customers);
	while ((ledger = chs_purchase_next(&cursor)) != NULL)
		add_to_timeline(&timeline, ledger);
	for (int i = 0; i < timeline.buckets.n; i++)
		put_bucket(&report, &timeline, i);
	return (Datum) 0;
}

CHS_BY_NAME_AND_BOUNDS(purchase_timeline);

/*
 * purchase_days(s): a row per customer and day with an order or a refund.  The
 * key is the hash that stands for the customer.  Strict.
 */
Datum
chs_purchase_days(PG_FUNCTION_ARGS)
{
	ChsReport	report;
	ChsCursor	cursor;
	const ChsLedger *ledger;

	chs_report_begin(&report, fcinfo);
	chs_purchase_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((ledger = chs_purchase_next(&cursor)) != NULL)
	{
		pg_uuid_t	key = chs_key_uuid(ledger->key);

		for (int i = 0; i < ledger->ndays; i++)
		{
			const ChsPurchaseDay *day = &ledger->days[i];

			chs_report_start_row(&report);
			chs_report_datum(&report, UUIDPGetDatum(&key));
			chs_report_day(&report, day->day);
			chs_report_int64(&report, day->orders);
			chs_report_money(&report, day->gross);
			chs_report_money(&report, day->refunds);
			chs_report_end_row(&report);
		}
	}
	return (Datum) 0;
}
