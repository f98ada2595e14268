/*-------------------------------------------------------------------------
 *
 * value_rfm.c
 *		rfm: how often and how recently one customer bought, and for how much.
 *
 * The numbers are those that models of lifetime value are fitted to: the days
 * with an order after the first one, the time from the first to the last of
 * them, the time from the first to as_of, and what was paid on the days after
 * the first.  They follow from the ledger, for any as_of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "value/value.h"

#define RFM_COLUMNS		10
#define MAX_UNIT_DAYS	1000000

PG_FUNCTION_INFO_V1(chs_purchase_rfm);

typedef struct Rfm
{
	int64		days;			/* with an order, up to as_of */
	DateADT		first_day;
	DateADT		last_day;
	int128		repeat_gross;	/* of the days after the first */
	int64		orders;
	int128		revenue;
	int64		later_orders;	/* after as_of */
} Rfm;

static void
read_ledger(Rfm *rfm, const ChsLedger *ledger, DateADT as_of)
{
	memset(rfm, 0, sizeof(*rfm));
	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		if (day->day > as_of)
		{
			rfm->later_orders += day->orders;
			continue;
		}
		rfm->revenue += (int128) day->gross - day->refunds;
		if (day->orders == 0)
			continue;
		if (rfm->days++ == 0)
			rfm->first_day = day->day;
		else
			rfm->repeat_gross += day->gross;
		rfm->last_day = day->day;
		rfm->orders += day->orders;
	}
}

pg_noreturn static void
refuse_many(ChsCursor *cursor)
{
	int64		customers = 2;

	while (chs_purchase_next(cursor) != NULL)
		customers++;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("summary holds more than one customer"),
			 errdetail("It holds " INT64_FORMAT ".", customers),
			 errhint("Build one summary per customer: SELECT customer, (r).* FROM (SELECT customer, rfm(purchase_agg(customer, day, amount), '2026-06-30') AS r FROM orders GROUP BY customer) AS x.")));
}

/*
 * rfm(s, as_of, unit_days): one row, of NULLs for a customer without an order
 * by as_of.  Strict.
 */
Datum
chs_purchase_rfm(PG_FUNCTION_ARGS)
{
	DateADT		as_of = PG_GETARG_DATEADT(1);
	float8		unit = (float8) chs_check_whole_range(PG_GETARG_INT64(2), 1, MAX_UNIT_DAYS, "unit_days",
													  "Pass the length of the unit in days: 1 for days, 7 for weeks.");
	Rfm			rfm = {0};
	ChsCursor	cursor;
	const ChsLedger *ledger;
	Datum		values[RFM_COLUMNS] = {0};
	bool		nulls[RFM_COLUMNS];

	chs_check_day(as_of, "as_of");
	chs_purchase_open(&cursor, PG_GETARG_DATUM(0), false);
	ledger = chs_purchase_next(&cursor);
	if (ledger)
		read_ledger(&rfm, ledger, as_of);
	if (ledger && chs_purchase_next(&cursor) != NULL)
		refuse_many(&cursor);
	memset(nulls, rfm.days == 0, sizeof(nulls));
	if (rfm.days > 0)
	{
		values[0] = Int64GetDatum(rfm.days - 1);
		values[1] = Float8GetDatum(((float8) rfm.last_day - rfm.first_day) / unit);
		values[2] = Float8GetDatum(((float8) as_of - rfm.first_day) / unit);
		nulls[3] = rfm.days == 1;
		if (!nulls[3])
			values[3] = chs_money_per(rfm.repeat_gross, rfm.days - 1);
		values[4] = Int64GetDatum(rfm.orders);
		values[5] = chs_money_to_numeric(rfm.revenue);
		values[6] = DateADTGetDatum(rfm.first_day);
		values[7] = DateADTGetDatum(rfm.last_day);
		values[8] = Int64GetDatum((int64) as_of - rfm.last_day);
		values[9] = Int64GetDatum(rfm.later_orders);
	}
	return chs_row(fcinfo, values, nulls);
}
