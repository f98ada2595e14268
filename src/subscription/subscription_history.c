/*-------------------------------------------------------------------------
 *
 * subscription_history.c
 *		What one customer paid, as steps: from rows, together, and encoded.
 *
 * Rows of a customer may overlap, touch and leave gaps.  Each raises the MRR
 * on its first day and lowers it on the day after its last; these changes,
 * sorted by day and netted within a day, make a step function whose equal
 * neighbours are one step.  Whatever rows describe the same payments give the
 * same steps.  Sums are taken in 128 bits, and an MRR that no int64 of
 * hundred-millionths holds is an error.
 *
 * Encoded, for disk and wire, in varints:
 *
 *		steps * 2 + 1 when all amounts are whole hundredths, which is the unit
 *				then, otherwise hundred-millionths
 *		first day since 2020-01-01, folded; first MRR
 *		days since the step before; change of MRR, folded		(each further step)
 *
 * A subscription that began, changed its price and ended takes 14 bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/check.h"
#include "shared/interrupts.h"
#include "shared/calendar.h"
#include "shared/summary.h"
#include "shared/varint.h"
#include "subscription/subscription_history.h"

#define FIRST_STEPS		64

void
chs_history_init(void *content)
{
	ChsHistory *history = content;

	history->nsteps = 0;
	history->max = FIRST_STEPS;
	history->steps = palloc(FIRST_STEPS * sizeof(ChsStep));
}

static inline void
reserve(ChsHistory *history, uint64 nsteps)
{
	if (unlikely(nsteps > (uint64) history->max))
	{
		uint64		max = Max(nsteps, (uint64) history->max * 2);

		if (max > PG_INT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows of one customer"),
					 errdetail("They make " UINT64_FORMAT " changes.", nsteps),
					 errhint("Look for rows whose customer is a placeholder, and leave them out with FILTER (WHERE ...).")));
		history->steps = repalloc_huge(history->steps, max * sizeof(ChsStep));
		history->max = (int) max;
	}
}

pg_noreturn static void
refuse_history(const char *detail)
{
	chs_summary_damaged_binary(CHS_SUBS_TYPE, detail);
}

/*
 * Changes to steps.
 */
#define ST_SORT sort_changes
#define ST_ELEMENT_TYPE ChsStep
#define ST_COMPARE(a, b) ((a)->day < (b)->day ? -1 : (a)->day > (b)->day)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

pg_noreturn static void
refuse_level(int128 level, DateADT day)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("MRR of one customer is out of range"),
			 errdetail("It would be %s on %s; at most %s are kept.",
					   chs_money_text(level), chs_day_text(day), chs_money_text(PG_INT64_MAX)),
			 errhint("Keep all amounts in thousands: mrr / 1000.0. Customers to look at: SELECT customer, sum(mrr) ... GROUP BY customer ORDER BY 2 DESC.")));
}

/*
 * Turns changes in history->steps into steps, in place: there are never more
 * steps than changes.
 */
static void
settle(ChsHistory *history)
{
	ChsStep    *steps = history->steps;
	int			n = history->nsteps;
	int128		level = 0;
	int64		before = 0;
	int			nsteps = 0;

	sort_changes(steps, n);
	for (int i = 0; i < n;)
	{
		DateADT		day = steps[i].day;

		for (; i < n && steps[i].day == day; i++)
		{
			chs_check_interrupts(i);
			level += steps[i].mrr;
		}
		if (unlikely(level > PG_INT64_MAX))
			refuse_level(level, day);
		if ((int64) level != before)
		{
			steps[nsteps].day = day;
			steps[nsteps++].mrr = before = (int64) level;
		}
	}
	history->nsteps = nsteps;
}

/*
 * The history that rows make.  None that was logged is empty or of no amount.
 */
void
chs_history_of_rows(void *content, const void *from, uint32 nrows)
{
	ChsHistory *history = content;
	const ChsSubsRow *rows = from;
	ChsStep    *step;

	reserve(history, 2 * (uint64) nrows);
	step = history->steps;
	for (uint32 i = 0; i < nrows; i++)
	{
		chs_check_interrupts(i);
		if (unlikely(rows[i].end <= rows[i].first || rows[i].amount <= 0))
			refuse_history("A row is empty.");
		step->day = rows[i].first;
		step++->mrr = rows[i].amount;
		if (rows[i].end != DATEVAL_NOEND)
		{
			step->day = rows[i].end;
			step++->mrr = -rows[i].amount;
		}
	}
	history->nsteps = step - history->steps;
	if (nrows == 1)
		history->steps[1].mrr = 0;	/* one row has its steps in order */
	else
		settle(history);
}

/*
 * Rows that make a history: one for each step that is not to zero.
 */
uint32
chs_history_max_rows(const void *content)
{
	return ((const ChsHistory *) content)->nsteps;
}

uint32
chs_history_to_rows(const void *content, void *to)
{
	const ChsHistory *history = content;
	ChsSubsRow *row = to;

	for (int i = 0; i < history->nsteps; i++)
	{
		const ChsStep *step = &history->steps[i];

		chs_check_interrupts(i);
		if (step->mrr == 0)
			continue;
		row->key = history->key;
		row->first = step->day;
		row->end = i + 1 < history->nsteps ? step[1].day : DATEVAL_NOEND;
		row++->amount = step->mrr;
	}
	return row - (ChsSubsRow *) to;
}

/*
 * Histories of the same customer: their changes, put behind each other, make
 * the steps.
 */
void
chs_history_join_begin(void *content)
{
	ChsHistory *history = content;

	for (int i = history->nsteps - 1; i > 0; i--)
	{
		chs_check_interrupts(i);
		history->steps[i].mrr -= history->steps[i - 1].mrr;
	}
}

void
chs_history_join(void *content, const void *part)
{
	ChsHistory *history = content;
	const ChsHistory *more = part;
	int64		before = 0;
	ChsStep    *to;

	reserve(history, (uint64) history->nsteps + more->nsteps);
	to = history->steps + history->nsteps;
	for (int i = 0; i < more->nsteps; i++, to++)
	{
		chs_check_interrupts(i);
		to->day = more->steps[i].day;
		to->mrr = more->steps[i].mrr - before;
		before = more->steps[i].mrr;
	}
	history->nsteps += more->nsteps;
}

void
chs_history_join_end(void *content)
{
	settle(content);
}

/*
 * Encoding.
 */
static inline bool
whole_hundredths(const ChsHistory *history)
{
	for (int i = 0; i < history->nsteps; i++)
	{
		chs_check_interrupts(i);
		if (history->steps[i].mrr % CHS_MONEY_HUNDREDTH != 0)
			return false;
	}
	return true;
}

/* bytes that encoding may take, whatever a damaged value says */
Size
chs_history_space(const void *content)
{
	return 5 + (Size) Max(((const ChsHistory *) content)->nsteps, 1) * 20;
}

char *
chs_history_encode(const void *content, char *to)
{
	const ChsHistory *history = content;
	const ChsStep *step = history->steps;
	const ChsStep *end = step + history->nsteps;
	bool		hundredths = whole_hundredths(history);

	to = chs_varint_write(to, (uint64) history->nsteps * 2 + hundredths);
	to = chs_varint_write(to, chs_zigzag((int64) step->day - CHS_BASE_DAY));
	to = chs_varint_write(to, hundredths ? step->mrr / CHS_MONEY_HUNDREDTH : step->mrr);
	for (step++; step < end; step++)
	{
		int64		change = step->mrr - step[-1].mrr;

		chs_check_interrupts(step - history->steps);
		to = chs_varint_write(to, (int64) step->day - step[-1].day);
		to = chs_varint_write(to, chs_zigzag(hundredths ? change / CHS_MONEY_HUNDREDTH : change));
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
		refuse_history("A number is cut short.");
	return from;
}

static inline const char *
get_nsteps(const char *from, const char *end, uint64 *nsteps, int64 *unit)
{
	uint64		head;

	from = get(from, end, &head);
	*nsteps = head / 2;
	*unit = (head & 1) ? CHS_MONEY_HUNDREDTH : 1;
	if (unlikely(*nsteps == 0 || *nsteps > (uint64) (end - from) / 2))
		refuse_history("The number of steps is wrong.");
	return from;
}

/*
 * Reads a history; returns where the next one begins.  Its days are checked,
 * since they lead to places in tables.
 */
const char *
chs_history_decode(void *content, const char *from, const char *end)
{
	ChsHistory *history = content;
	uint64		nsteps;
	uint64		value;
	int64		unit;
	int64		day;
	uint64		mrr;
	bool		wrong;
	ChsStep    *step;

	from = get_nsteps(from, end, &nsteps, &unit);
	reserve(history, nsteps);
	history->nsteps = (int) nsteps;
	step = history->steps;

	from = get(from, end, &value);
	day = chs_unzigzag_day(value);
	wrong = day < CHS_FIRST_DAY || day > CHS_LAST_DAY;
	from = get(from, end, &value);
	mrr = value * unit;
	step->day = (DateADT) day;
	step->mrr = (int64) mrr;
	for (uint64 i = 1; i < nsteps; i++)
	{
		chs_check_interrupts(i);
		from = get(from, end, &value);
		wrong |= value - 1 >= CHS_LAST_DAY - CHS_FIRST_DAY;
		day += value;
		from = get(from, end, &value);
		mrr += (uint64) chs_unzigzag(value) * unit;
		step++;
		step->day = (DateADT) day;
		step->mrr = (int64) mrr;
		wrong |= day > CHS_LAST_DAY;
	}
	if (unlikely(wrong))
		refuse_history("The days of a customer must be dates and rise.");
	return from;
}

/*
 * Passes over a history; returns where the next one begins.
 */
const char *
chs_history_skip(const char *from, const char *end)
{
	uint64		nsteps;
	int64		unit;

	from = get_nsteps(from, end, &nsteps, &unit);
	from = chs_varint_skip(from, end, nsteps * 2);
	if (unlikely(from == NULL))
		refuse_history("A number is cut short.");
	return from;
}

/*
 * Could rows make these steps?
 */
void
chs_history_check(const void *content)
{
	const ChsHistory *history = content;
	const ChsStep *step = history->steps;
	int64		before = 0;

	for (int i = 0; i < history->nsteps; i++, step++)
	{
		chs_check_interrupts(i);
		if (step->mrr < 0)
			refuse_history("An MRR is negative.");
		if (step->mrr == before)
			refuse_history("A step changes nothing.");
		before = step->mrr;
	}
}
