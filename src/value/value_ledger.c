/*-------------------------------------------------------------------------
 *
 * value_ledger.c
 *		The ledger of one customer: from rows, together, and encoded.
 *
 * A ledger has a day for each one on which the customer ordered or got money
 * back.  Rows and ledgers of one customer are put behind each other, sorted by
 * day, and the entries of one day are added up.  That is done again whenever
 * the room is full, since a placeholder in place of a customer may have any
 * number of rows, but has only as many days as the calendar.
 *
 * Encoded, for disk and wire, in varints:
 *
 *		days * 8 + flags
 *		first day since 2020-01-01, folded; its amounts
 *		days since the day before; its amounts			(each further day)
 *
 * The amounts of a day are its gross, the number of its orders if COUNTS is
 * set, its refunds if REFUNDS is set; in whole hundredths if HUNDREDTHS is set,
 * otherwise in hundred-millionths.  A flag is set for all days of a customer:
 * COUNTS unless each has one order, REFUNDS if any has a refund, HUNDREDTHS if
 * all amounts are whole ones.  A customer of one order over 29.33 takes 5
 * bytes, and 3 or 4 more for each further order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/calendar.h"
#include "shared/interrupts.h"
#include "shared/summary.h"
#include "shared/varint.h"
#include "value/value_ledger.h"

#define FIRST_DAYS		32

/* days that are sorted by comparing each with each */
#define FEW_DAYS		12

/* flags of an encoded ledger */
#define HUNDREDTHS		1
#define COUNTS			2
#define REFUNDS			4
#define FLAG_BITS		3

/* bytes of the longest numbers */
#define HEAD_SPACE		10
#define DAY_SPACE		(5 + 9 + 5 + 9)

void
chs_ledger_init(void *content)
{
	ChsLedger  *ledger = content;

	ledger->ndays = 0;
	ledger->max = FIRST_DAYS;
	ledger->days = palloc(FIRST_DAYS * sizeof(ChsPurchaseDay));
	ledger->any_order = false;
}

static void
reserve(ChsLedger *ledger, uint64 ndays)
{
	uint64		max;

	if (likely(ndays <= (uint64) ledger->max))
		return;
	max = Max(ndays, (uint64) ledger->max * 2);
	if (max > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many days of one customer"),
				 errdetail("There are " UINT64_FORMAT ".", ndays),
				 errhint("Look for rows whose customer is a placeholder, and leave them out with FILTER (WHERE ...).")));
	ledger->days = repalloc_huge(ledger->days, max * sizeof(ChsPurchaseDay));
	ledger->max = (int) max;
}

pg_noreturn static void
refuse_ledger(const char *detail)
{
	chs_summary_damaged_binary(CHS_PURCHASE_TYPE, detail);
}

/*
 * Days that were put behind each other become a ledger.
 */
#define ST_SORT sort_days
#define ST_ELEMENT_TYPE ChsPurchaseDay
#define ST_COMPARE(a, b) ((a)->day < (b)->day ? -1 : (a)->day > (b)->day)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Most customers have a few days, and the branches of a sort can hardly be
 * foretold.  So each of them counts those before it, without a branch.
 */
static inline void
sort_few_days(ChsPurchaseDay *days, int n)
{
	ChsPurchaseDay unsorted[FEW_DAYS];
	int			place[FEW_DAYS];

	for (int i = 0; i < n; i++)
	{
		unsorted[i] = days[i];
		place[i] = 0;
		for (int j = 0; j < i; j++)
		{
			bool		behind = days[i].day >= unsorted[j].day;

			place[i] += behind;
			place[j] += !behind;
		}
	}
	for (int i = 0; i < n; i++)
		days[place[i]] = unsorted[i];
}

pg_noreturn static void
refuse_amount(const char *what, DateADT day)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s of one customer and day are out of range", what),
			 errdetail("On %s they are more than %s.", chs_day_text(day), chs_money_text(PG_INT64_MAX)),
			 errhint("Keep all amounts in thousands: amount / 1000.0. "
					 "All such days: SELECT customer, day ... GROUP BY customer, day HAVING sum(abs(amount)) > %s.",
					 chs_money_text(PG_INT64_MAX))));
}

pg_noreturn static void
refuse_orders(DateADT day)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many orders of one customer and day"),
			 errdetail("On %s there are more than %u.", chs_day_text(day), PG_UINT32_MAX),
			 errhint("Merge disjoint parts only, and leave out rows whose customer is a placeholder with FILTER (WHERE ...).")));
}

/* Adds another entry of the same day. */
static inline void
add_to_day(ChsPurchaseDay *day, const ChsPurchaseDay *more)
{
	if (unlikely(pg_add_s64_overflow(day->gross, more->gross, &day->gross)))
		refuse_amount("orders", day->day);
	if (unlikely(pg_add_s64_overflow(day->refunds, more->refunds, &day->refunds)))
		refuse_amount("refunds", day->day);
	if (unlikely(pg_add_u32_overflow(day->orders, more->orders, &day->orders)))
		refuse_orders(day->day);
}

static void
settle(ChsLedger *ledger)
{
	ChsPurchaseDay *to = ledger->days;

	if (likely(ledger->ndays <= FEW_DAYS))
		sort_few_days(ledger->days, ledger->ndays);
	else
		sort_days(ledger->days, ledger->ndays);
	for (int i = 1; i < ledger->ndays; i++)
	{
		chs_check_interrupts(i);
		if (ledger->days[i].day == to->day)
			add_to_day(to, &ledger->days[i]);
		else
			*++to = ledger->days[i];
	}
	ledger->ndays = to + 1 - ledger->days;
}

/* Room for one more entry, behind those that are there. */
static inline ChsPurchaseDay *
new_entry(ChsLedger *ledger)
{
	if (unlikely(ledger->ndays == ledger->max))
	{
		settle(ledger);
		if (ledger->ndays > ledger->max / 2)
			reserve(ledger, (uint64) ledger->max + 1);
	}
	return &ledger->days[ledger->ndays++];
}

/*
 * Rows to a ledger, and back.  Where the order of days does not matter, it is
 * left out if no day can be out of range, which it must not be in any order.
 */
void
chs_ledger_of_rows(void *content, const void *from, uint32 nrows)
{
	ChsLedger  *ledger = content;
	const ChsPurchaseRow *row = from;
	int64		amount = 0;
	uint64		orders = 0;
	bool		too_much = false;

	ledger->ndays = 0;
	for (uint32 i = 0; i < nrows; i++, row++)
	{
		ChsPurchaseDay *day = new_entry(ledger);

		chs_check_interrupts(i);
		if (unlikely(row->amount < (row->orders == 0)))
			refuse_ledger("A row is empty.");
		if (unlikely(row->day < CHS_FIRST_DAY || row->day > CHS_LAST_DAY))
			refuse_ledger("A day is not a date.");
		day->day = row->day;
		day->orders = row->orders;
		day->gross = row->orders > 0 ? row->amount : 0;
		day->refunds = row->orders > 0 ? 0 : row->amount;
		too_much |= pg_add_s64_overflow(amount, row->amount, &amount);
		orders += row->orders;
	}
	if (nrows > 1 && (!ledger->any_order || too_much || orders > PG_UINT32_MAX))
		settle(ledger);
}

/* of a day: its orders, and its refunds */
uint32
chs_ledger_max_rows(const void *content)
{
	return 2 * (uint32) ((const ChsLedger *) content)->ndays;
}

static inline ChsPurchaseRow *
write_row(ChsPurchaseRow *row, ChsKey key, DateADT day, uint32 orders, int64 amount)
{
	row->key = key;
	row->day = day;
	row->orders = orders;
	row->amount = amount;
	return row + 1;
}

uint32
chs_ledger_to_rows(const void *content, void *to)
{
	const ChsLedger *ledger = content;
	ChsPurchaseRow *row = to;

	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		if (day->orders > 0)
			row = write_row(row, ledger->key, day->day, day->orders, day->gross);
		if (day->refunds > 0)
			row = write_row(row, ledger->key, day->day, 0, day->refunds);
	}
	return row - (ChsPurchaseRow *) to;
}

/*
 * Ledgers of the same customer.
 */
void
chs_ledger_join_begin(void *content pg_attribute_unused())
{
}

void
chs_ledger_join(void *content, const void *part)
{
	ChsLedger  *ledger = content;
	const ChsLedger *more = part;

	for (int i = 0; i < more->ndays; i++)
	{
		chs_check_interrupts(i);
		*new_entry(ledger) = more->days[i];
	}
}

void
chs_ledger_join_end(void *content)
{
	settle(content);
}

/*
 * Encoding.
 */
static int
flags_of(const ChsLedger *ledger)
{
	bool		hundredths = true;
	int			flags = 0;

	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		hundredths = hundredths && day->gross % CHS_MONEY_HUNDREDTH == 0 && day->refunds % CHS_MONEY_HUNDREDTH == 0;
		if (day->orders != 1)
			flags |= COUNTS;
		if (day->refunds != 0)
			flags |= REFUNDS;
	}
	return hundredths ? flags | HUNDREDTHS : flags;
}

static inline int64
unit_of(int flags)
{
	return (flags & HUNDREDTHS) ? CHS_MONEY_HUNDREDTH : 1;
}

Size
chs_ledger_space(const void *content)
{
	return HEAD_SPACE + (Size) ((const ChsLedger *) content)->ndays * DAY_SPACE;
}

char *
chs_ledger_encode(const void *content, char *to)
{
	const ChsLedger *ledger = content;
	int			flags = flags_of(ledger);
	int64		unit = unit_of(flags);

	to = chs_varint_write(to, (uint64) ledger->ndays << FLAG_BITS | flags);
	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		to = chs_varint_write(to, i == 0 ? chs_zigzag((int64) day->day - CHS_BASE_DAY) :
							  (uint64) ((int64) day->day - day[-1].day));
		to = chs_varint_write(to, day->gross / unit);
		if (flags & COUNTS)
			to = chs_varint_write(to, day->orders);
		if (flags & REFUNDS)
			to = chs_varint_write(to, day->refunds / unit);
	}
	return to;
}

/*
 * Decoding.  What is on disk was checked on its way in, so this sees to it
 * only that a damaged page leads to nowhere else.
 */
static inline const char *
get(const char *from, const char *end, uint64 *value)
{
	from = chs_varint_read(from, end, value);
	if (unlikely(from == NULL))
		refuse_ledger("A number is cut short.");
	return from;
}

/* Numbers of a day in an encoded ledger. */
static inline int
numbers_of_day(int flags)
{
	return 2 + ((flags & COUNTS) != 0) + ((flags & REFUNDS) != 0);
}

static inline const char *
get_head(const char *from, const char *end, uint64 *ndays, int *flags)
{
	uint64		head;

	from = get(from, end, &head);
	*ndays = head >> FLAG_BITS;
	*flags = (int) (head & ((1 << FLAG_BITS) - 1));
	if (unlikely(*ndays == 0 || *ndays > (uint64) (end - from) / numbers_of_day(*flags)))
		refuse_ledger("The number of days is wrong.");
	return from;
}

/* The amounts of a day; *wrong is set if one is out of range. */
static pg_attribute_always_inline const char *
get_amounts(const char *from, const char *end, int flags, ChsPurchaseDay *day, bool *wrong)
{
	int64		unit = unit_of(flags);
	uint64		most = PG_INT64_MAX / unit;
	uint64		value;

	from = get(from, end, &value);
	*wrong |= value > most;
	day->gross = (int64) (value * unit);
	day->orders = 1;
	day->refunds = 0;
	if (flags & COUNTS)
	{
		from = get(from, end, &value);
		*wrong |= value > PG_UINT32_MAX;
		day->orders = (uint32) value;
	}
	if (flags & REFUNDS)
	{
		from = get(from, end, &value);
		*wrong |= value > most;
		day->refunds = (int64) (value * unit);
	}
	return from;
}

/*
 * Reads a ledger; returns where the next one begins.  Its days are checked,
 * since they lead to places in tables.
 */
const char *
chs_ledger_decode(void *content, const char *from, const char *end)
{
	ChsLedger  *ledger = content;
	uint64		ndays;
	int			flags;
	uint64		value;
	int64		date;
	bool		wrong;
	bool		wrong_number = false;
	ChsPurchaseDay *day;

	from = get_head(from, end, &ndays, &flags);
	reserve(ledger, ndays);
	ledger->ndays = (int) ndays;
	day = ledger->days;

	from = get(from, end, &value);
	date = chs_unzigzag_day(value);
	wrong = date < CHS_FIRST_DAY || date > CHS_LAST_DAY;
	day->day = (DateADT) date;
	from = get_amounts(from, end, flags, day, &wrong_number);
	for (uint64 i = 1; i < ndays; i++)
	{
		chs_check_interrupts(i);
		from = get(from, end, &value);
		wrong |= value - 1 >= CHS_LAST_DAY - CHS_FIRST_DAY;
		date += value;
		wrong |= date > CHS_LAST_DAY;
		day++;
		day->day = (DateADT) date;
		from = get_amounts(from, end, flags, day, &wrong_number);
	}
	if (unlikely(wrong))
		refuse_ledger("The days of a customer must be dates and rise.");
	if (unlikely(wrong_number))
		refuse_ledger("A number is out of range.");
	return from;
}

/*
 * Passes over a ledger; returns where the next one begins.
 */
const char *
chs_ledger_skip(const char *from, const char *end)
{
	uint64		ndays;
	int			flags;

	from = get_head(from, end, &ndays, &flags);
	from = chs_varint_skip(from, end, ndays * numbers_of_day(flags));
	if (unlikely(from == NULL))
		refuse_ledger("A number is cut short.");
	return from;
}

/*
 * Could rows make these days?
 */
void
chs_ledger_check(const void *content)
{
	const ChsLedger *ledger = content;

	for (int i = 0; i < ledger->ndays; i++)
	{
		const ChsPurchaseDay *day = &ledger->days[i];

		chs_check_interrupts(i);
		if (day->orders == 0 && day->gross != 0)
			refuse_ledger("A day without orders has a gross.");
		if (day->orders == 0 && day->refunds == 0)
			refuse_ledger("A day has neither an order nor a refund.");
	}
}
