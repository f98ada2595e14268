/*-------------------------------------------------------------------------
 *
 * warning_state.c
 *		The state of warningsummary: per customer, its scores by day and the
 *		day it left.
 *
 * Rows are kept as they came, 32 bytes each, in a small summary or in a log
 * (customer_log_state.c); customer_accum.c has what the forms of a state share
 * with other families.  Of two scores of one day the lower counts, since that is
 * the one that warns.  A customer leaves on one day: rows and parts may not
 * know it yet, but where two of them name different days, one is wrong, and
 * every answer about this customer would depend on which.
 *
 * Encoded, for disk and wire:
 *
 *		snapshots * 2 + 1 if the day of leaving is known		varint
 *		that day since 2020-01-01, folded						varint
 *		first day since 2020-01-01, folded						varint
 *		score, as a double in network order						8 bytes
 *		days since the snapshot before, score					(each further one)
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "shared/calendar.h"
#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/summary.h"
#include "shared/varint.h"
#include "customer/customer_accum.h"
#include "customer/customer_log_state.h"
#include "calibration/warning.h"

#define FIRST_SNAPSHOTS		32

/* rows before a new one among which its customer is looked for */
#define NEIGHBOURS			8

/*
 * Contents.
 */
static void
init_warned(void *content)
{
	ChsWarned  *warned = content;

	warned->churned_on = DATEVAL_NOEND;
	warned->n = 0;
	warned->max = FIRST_SNAPSHOTS;
	warned->snapshots = palloc(FIRST_SNAPSHOTS * sizeof(ChsSnapshot));
}

static inline void
reserve(ChsWarned *warned, uint64 n)
{
	if (unlikely(n > (uint64) warned->max))
	{
		uint64		max = Max(n, (uint64) warned->max * 2);

		if (max > PG_INT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows of one customer"),
					 errdetail("They are " UINT64_FORMAT ".", n),
					 errhint("Look for rows whose customer is a placeholder, and leave them out with FILTER (WHERE ...).")));
		warned->snapshots = repalloc_huge(warned->snapshots, max * sizeof(ChsSnapshot));
		warned->max = (int) max;
	}
}

pg_noreturn static void
refuse_warned(const char *detail)
{
	chs_summary_damaged_binary(CHS_WARNING_TYPE, detail);
}

static inline void
check_snapshot(int64 day, double score)
{
	if (unlikely(day < CHS_FIRST_DAY || day > CHS_LAST_DAY))
		refuse_warned("The days of a customer must be dates and rise.");
	if (unlikely(!isfinite(score)))
		refuse_warned("A score is not a finite number.");
}

static inline void
check_departure(int64 day)
{
	if (unlikely(day < CHS_FIRST_DAY || day > CHS_LAST_DAY))
		refuse_warned("The day on which a customer left is not a date.");
}

/* "who" is " of customer 42" */
pg_noreturn static void
refuse_two_departures(const char *who, DateADT a, DateADT b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a customer cannot leave on two days"),
			 errdetail("\"churned_on\"%s is %s, and %s in another row.", who, chs_day_text(Min(a, b)), chs_day_text(Max(a, b))),
			 errhint("Give all rows of a customer the same day, for instance the last one. "
					 "All such customers: SELECT customer FROM ... GROUP BY customer HAVING count(DISTINCT churned_on) > 1.")));
}

static inline bool
departures_differ(DateADT a, DateADT b)
{
	return a != b && a != DATEVAL_NOEND && b != DATEVAL_NOEND;
}

/*
 * A day of leaving for a customer of whom only the key is left.
 */
static inline void
set_departure(ChsWarned *warned, DateADT day)
{
	if (unlikely(departures_differ(warned->churned_on, day)))
	{
		pg_uuid_t	key = chs_key_uuid(warned->key);
		char	   *text = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&key)));

		refuse_two_departures(psprintf(" of the customer with the key %s", text), warned->churned_on, day);
	}
	warned->churned_on = Min(warned->churned_on, day);
}

static inline int
compare_snapshots(const ChsSnapshot *a, const ChsSnapshot *b)
{
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return a->score < b->score ? -1 : a->score > b->score;
}

#define ST_SORT sort_snapshots
#define ST_ELEMENT_TYPE ChsSnapshot
#define ST_COMPARE(a, b) compare_snapshots(a, b)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Snapshots in any order become one per day.
 */
static void
settle(void *content)
{
	ChsWarned  *warned = content;
	ChsSnapshot *snapshots = warned->snapshots;
	int			n = 0;

	sort_snapshots(snapshots, warned->n);
	for (int i = 0; i < warned->n; i++)
	{
		chs_check_interrupts(i);
		if (n == 0 || snapshots[n - 1].day != snapshots[i].day)
			snapshots[n++] = snapshots[i];
	}
	warned->n = n;
}

static void
warned_of_rows(void *content, const void *from, uint32 nrows)
{
	ChsWarned  *warned = content;
	const ChsWarningRow *rows = from;

	reserve(warned, nrows);
	warned->churned_on = DATEVAL_NOEND;
	warned->n = (int) nrows;
	for (uint32 i = 0; i < nrows; i++)
	{
		chs_check_interrupts(i);
		check_snapshot(rows[i].day, rows[i].score);
		if (rows[i].churned_on != DATEVAL_NOEND)
		{
			check_departure(rows[i].churned_on);
			set_departure(warned, rows[i].churned_on);
		}
		warned->snapshots[i].day = rows[i].day;
		warned->snapshots[i].score = rows[i].score;
	}
	if (nrows > 1)
		settle(warned);
}

static uint32
max_rows(const void *content)
{
	return ((const ChsWarned *) content)->n;
}

static uint32
rows_of_warned(const void *content, void *to)
{
	const ChsWarned *warned = content;
	ChsWarningRow *row = to;

	for (int i = 0; i < warned->n; i++, row++)
	{
		chs_check_interrupts(i);
		row->key = warned->key;
		row->day = warned->snapshots[i].day;
		row->churned_on = warned->churned_on;
		row->score = warned->snapshots[i].score;
	}
	return warned->n;
}

/*
 * Contents of the same customer, put behind each other.
 */
static void
join_begin(void *content pg_attribute_unused())
{
}

static void
join(void *content, const void *part)
{
	ChsWarned  *warned = content;
	const ChsWarned *more = part;

	reserve(warned, (uint64) warned->n + more->n);
	chs_copy_bytes(warned->snapshots + warned->n, more->snapshots, more->n * sizeof(ChsSnapshot));
	warned->n += more->n;
	set_departure(warned, more->churned_on);
}

/*
 * Encoding.
 */
static Size
warned_space(const void *content)
{
	return 20 + (Size) Max(((const ChsWarned *) content)->n, 1) * 18;
}

static inline char *
write_score(char *to, double score)
{
	uint64		bits;

	memcpy(&bits, &score, sizeof(bits));
	bits = pg_hton64(bits);
	memcpy(to, &bits, sizeof(bits));
	return to + sizeof(bits);
}

static char *
warned_encode(const void *content, char *to)
{
	const ChsWarned *warned = content;
	const ChsSnapshot *snapshot = warned->snapshots;
	bool		gone = warned->churned_on != DATEVAL_NOEND;

	to = chs_varint_write(to, (uint64) warned->n * 2 + gone);
	if (gone)
		to = chs_varint_write(to, chs_zigzag((int64) warned->churned_on - CHS_BASE_DAY));
	to = chs_varint_write(to, chs_zigzag((int64) snapshot->day - CHS_BASE_DAY));
	to = write_score(to, snapshot->score);
	for (int i = 1; i < warned->n; i++)
	{
		chs_check_interrupts(i);
		to = chs_varint_write(to, (int64) snapshot[i].day - snapshot[i - 1].day);
		to = write_score(to, snapshot[i].score);
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
		refuse_warned("A number is cut short.");
	return from;
}

static inline const char *
get_day(const char *from, const char *end, int64 *day)
{
	uint64		value;

	from = get(from, end, &value);
	*day = chs_unzigzag_day(value);
	return from;
}

static inline const char *
get_score(const char *from, const char *end, double *score)
{
	uint64		bits;

	if (unlikely(end - from < (ptrdiff_t) sizeof(bits)))
		refuse_warned("A score is cut short.");
	memcpy(&bits, from, sizeof(bits));
	bits = pg_ntoh64(bits);
	memcpy(score, &bits, sizeof(bits));
	return from + sizeof(bits);
}

static inline const char *
get_head(const char *from, const char *end, uint64 *n, bool *gone)
{
	uint64		head;

	from = get(from, end, &head);
	*n = head / 2;
	*gone = head & 1;
	if (unlikely(*n == 0 || *n > (uint64) (end - from) / 9))
		refuse_warned("The number of snapshots is wrong.");
	return from;
}

static const char *
warned_decode(void *content, const char *from, const char *end)
{
	ChsWarned  *warned = content;
	uint64		n;
	bool		gone;
	int64		day;

	from = get_head(from, end, &n, &gone);
	reserve(warned, n);
	warned->n = (int) n;
	warned->churned_on = DATEVAL_NOEND;
	if (gone)
	{
		from = get_day(from, end, &day);
		check_departure(day);
		warned->churned_on = (DateADT) day;
	}
	from = get_day(from, end, &day);
	for (uint64 i = 0; i < n; i++)
	{
		ChsSnapshot *snapshot = &warned->snapshots[i];
		uint64		step;

		chs_check_interrupts(i);
		if (i > 0)
		{
			from = get(from, end, &step);
			if (unlikely(step - 1 >= CHS_LAST_DAY - CHS_FIRST_DAY))
				step = CHS_LAST_DAY - CHS_FIRST_DAY + 1;
			day += step;
		}
		from = get_score(from, end, &snapshot->score);
		check_snapshot(day, snapshot->score);
		snapshot->day = (DateADT) day;
	}
	return from;
}

static const char *
warned_skip(const char *from, const char *end)
{
	uint64		n;
	bool		gone;
	uint64		value;

	from = get_head(from, end, &n, &gone);
	if (gone)
		from = get(from, end, &value);
	for (uint64 i = 0; i < n; i++)
	{
		chs_check_interrupts(i);
		from = get(from, end, &value);
		if (unlikely(end - from < (ptrdiff_t) sizeof(double)))
			refuse_warned("A score is cut short.");
		from += sizeof(double);
	}
	return from;
}

/*
 * Of the two zeros only one is written.
 */
static void
warned_check(const void *content)
{
	const ChsWarned *warned = content;

	for (int i = 0; i < warned->n; i++)
	{
		chs_check_interrupts(i);
		if (warned->snapshots[i].score == 0 && signbit(warned->snapshots[i].score))
			refuse_warned("A score is a negative zero.");
	}
}

/*
 * States.
 */
static void
add_row(ChsCustomerState *state, const void *row)
{
	chs_log_state_add_row(state, row, sizeof(ChsWarningRow));
}

const ChsCustomerFamily chs_warning_family = {
	.state = {
		.name = CHS_WARNING_TYPE,
		.size = sizeof(ChsLogState),
		.init = chs_log_state_init,
		.flatten = chs_customer_state_flatten
	},
	.least = 10,				/* the number of snapshots, a day, a score */
	.skip = warned_skip,
	.decode = warned_decode,
	.check = warned_check,
	.not_shortest = "A customer is not in its shortest form.",
	.space = warned_space,
	.encode = warned_encode,
	.content_size = sizeof(ChsWarned),
	.init_content = init_warned,
	.join_begin = join_begin,
	.join = join,
	.join_end = settle,
	.row_size = sizeof(ChsWarningRow),
	.of_rows = warned_of_rows,
	.max_rows = max_rows,
	.to_rows = rows_of_warned,
	.add_row = add_row,
	.add_rows_of = chs_log_state_add_rows_of,
	.add_inputs = chs_log_state_add_inputs
};

/*
 * Of the rows that lie together with those of a customer, the ones that came
 * last: from *first to before the one that is returned.
 */
static const ChsWarningRow *
last_rows(Datum value, ChsKey key, const ChsWarningRow **first)
{
	const ChsCustomers *flat;

	if (chs_is_expanded(value))
	{
		const ChsLogPartition *partition = chs_log_partition(&((ChsLogState *) DatumGetEOHP(value))->log, key);
		ChsLogChunk *newest = chs_log_newest_chunk(partition);

		*first = (const ChsWarningRow *) (newest ? chs_log_chunk_rows(newest) : partition->free);
		return (const ChsWarningRow *) partition->free;
	}
	flat = (const ChsCustomers *) DatumGetPointer(value);
	*first = (const ChsWarningRow *) flat->data;
	if (VARATT_IS_EXTENDED(flat) || flat->form != CHS_WORKING)
		return *first;
	return *first + flat->count;
}

/*
 * Once rows are ordered, only the key of a customer is left.  Rows of a
 * customer as a rule follow each other, so a look at the rows before finds
 * most customers with two days of leaving while their name is there.
 */
static inline void
check_neighbours(FunctionCallInfo fcinfo, const ChsWarningRow *row, ChsRowName name)
{
	const ChsWarningRow *first;
	const ChsWarningRow *other = last_rows(PG_GETARG_DATUM(0), row->key, &first);

	for (int i = 0; i < NEIGHBOURS && other-- > first; i++)
	{
		if (chs_key_equal(other->key, row->key) && unlikely(departures_differ(other->churned_on, row->churned_on)))
			refuse_two_departures(chs_row_text(name), other->churned_on, row->churned_on);
	}
}

/*
 * One more row.
 */
Datum
chs_warning_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsWarningRow *row, ChsRowName name)
{
	if (!PG_ARGISNULL(0) && chs_summary_in_place(fcinfo))
		check_neighbours(fcinfo, row, name);
	return chs_customers_accum(fcinfo, &chs_warning_family, key_kind, row);
}
