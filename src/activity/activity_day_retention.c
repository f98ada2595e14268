/*-------------------------------------------------------------------------
 *
 * activity_day_retention.c
 *		Who came back on day N, counted from each customer's first: day_retention.
 *
 * The days that are asked for are sorted once.  A customer with first day f
 * is eligible for those up to as_of - f, has come back by those from its
 * first return on, and has not been lost on those up to its last day: each is
 * a range of the sorted days, found by bisection and added to a row of
 * differences.  Only mode on looks at days, those that a map of the wanted
 * ones leaves of each chunk: mostly none of three (1, 7, 30).
 *
 * In mode between, wanted day i begins a bracket that ends before wanted day
 * i + 1.  The search for active days goes on behind the bracket of the one
 * found last, so that a customer costs its brackets, not its days.
 *
 * With a summary of entries beside that of activity (sign-ups and use), the
 * entry's first day is day 0, and use on it is a return; of activity alone,
 * the first day is what everybody has.
 *
 * A calendar's buckets, where the call has one, give each cohort of first
 * days rows of differences of its own, which are made with its first
 * customer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "shared/compat.h"
#include "activity/activity_cohorts.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/report.h"

#define MAX_WANTED_DAYS	10000
#define MAX_DAY_ROWS	1000000

/* days since the first that the map of wanted ones covers: 179 years, 8 kB */
#define MAP_WORDS		1024

PG_FUNCTION_INFO_V1(chs_day_retention);
PG_FUNCTION_INFO_V1(chs_entry_day_retention);

/*
 * Counters of a cohort: differences to the wanted day before, then the sums.
 */
typedef struct DayCounts
{
	int64	   *eligible;		/* NULL while the cohort has no customer */
	int64	   *retained;
} DayCounts;

typedef struct DayRetention
{
	ChsReturnMode mode;
	bool		by_entry;
	DateADT		from_day;		/* first days: from here */
	DateADT		to_day;			/* to before here */
	DateADT		as_of;
	ChsDaySpan	known;
	int			nasked;
	const int64 *asked;			/* as they were asked for */
	int			n;
	int32	   *wanted;			/* sorted, each once */
	uint64	   *map;			/* wanted days, a bit each; behind an empty word */
	int			map_words;		/* 0: no map, because the days reach too far */
	bool		by_cohort;
	ChsBuckets	buckets;		/* the cohorts, if by_cohort */
	int			ncohorts;		/* 1 if not */
	DayCounts  *counts;			/* of each */
} DayRetention;

static const char *const days_hint = "Pass the days to look at, counted from each customer's first: ARRAY[1, 7, 30].";

pg_noreturn static void
refuse_days(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s", detail),
			 errhint("%s", days_hint)));
}

pg_noreturn static void
refuse_brackets(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s", detail),
			 errhint("Pass the first day of each bracket and the day after the last: ARRAY[1, 8, 15] is days 1 to 7 and 8 to 14.")));
}

static void
check_brackets(const DayRetention *days)
{
	if (days->nasked < 2)
		refuse_brackets("mode 'between' needs two days or more", psprintf("The number of days is %d.", days->nasked));
	for (int i = 1; i < days->nasked; i++)
	{
		if (days->asked[i] <= days->asked[i - 1])
			refuse_brackets("days must rise in mode 'between'",
							psprintf("The day " INT64_FORMAT " follows " INT64_FORMAT ".", days->asked[i], days->asked[i - 1]));
	}
}

static void
get_days(DayRetention *days, ArrayType *array)
{
	chs_check_list(array, "days", days_hint);
	days->nasked = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	days->asked = (const int64 *) ARR_DATA_PTR(array);
	if (days->nasked > MAX_WANTED_DAYS)
		refuse_days(psprintf("days must be at most %d", MAX_WANTED_DAYS), psprintf("There are %d.", days->nasked));
	for (int i = 0; i < days->nasked; i++)
	{
		if (days->asked[i] < 0)
			refuse_days("days must not be negative", psprintf("One of them is " INT64_FORMAT ".", days->asked[i]));
		if (days->asked[i] > PG_INT32_MAX)
			refuse_days(psprintf("a day must be at most %d", PG_INT32_MAX),
						psprintf("One of them is " INT64_FORMAT ".", days->asked[i]));
	}
	if (days->mode == CHS_RETURN_BETWEEN)
		check_brackets(days);
}

static int
compare_days(const void *a, const void *b)
{
	int32		day_a = *(const int32 *) a;
	int32		day_b = *(const int32 *) b;

	return day_a < day_b ? -1 : day_a > day_b;
}

static void
sort_days(DayRetention *days)
{
	days->wanted = palloc(days->nasked * sizeof(int32));
	for (int i = 0; i < days->nasked; i++)
		days->wanted[i] = (int32) days->asked[i];
	qsort(days->wanted, days->nasked, sizeof(int32), compare_days);
	days->n = 0;
	for (int i = 0; i < days->nasked; i++)
	{
		if (i == 0 || days->wanted[i] != days->wanted[days->n - 1])
			days->wanted[days->n++] = days->wanted[i];
	}
}

/*
 * Windows of 64 days are read from the map at any place; so there is a word
 * before the first day and one after the last.
 */
static void
map_days(DayRetention *days)
{
	days->map_words = 0;
	if (days->n == 0 || days->wanted[days->n - 1] >= MAP_WORDS * 64)
		return;
	days->map_words = days->wanted[days->n - 1] / 64 + 1;
	days->map = palloc0((days->map_words + 2) * sizeof(uint64));
	for (int i = 0; i < days->n; i++)
		days->map[days->wanted[i] / 64 + 1] |= UINT64CONST(1) << (days->wanted[i] % 64);
}

/*
 * The wanted days among 64, which begin offset days after the first day, at
 * least -63; all 64 if there is no map.
 */
static inline uint64
wanted_bits(const DayRetention *days, int32 offset)
{
	int			word = CHS_DAY_CHUNK(offset) + 1;
	int			shift = CHS_DAY_BIT(offset);

	if (days->map_words == 0)
		return ~UINT64CONST(0);
	if (word > days->map_words)
		return 0;
	if (shift == 0)
		return days->map[word];
	return days->map[word] >> shift | days->map[word + 1] << (64 - shift);
}

/* How many wanted days are there up to this one? */
static inline int
wanted_up_to(const DayRetention *days, int32 day)
{
	return chs_bucket_between(day, days->wanted, days->n) + 1;
}

static inline void
add_range(int64 *differences, int first, int end)
{
	differences[first]++;
	differences[end]--;
}

/* Where the days of a customer from its first one on begin. */
static inline int
start_of_returns(const ChsActivityCustomer *customer, DateADT first_day)
{
	int			i = 0;

	while (i < customer->nchunks && customer->chunks[i].chunk < CHS_DAY_CHUNK(first_day))
		i++;
	return i;
}

/* The wanted days that the customer is active on. */
static inline void
add_returns_on(const DayRetention *days, int64 *retained, const ChsActivityCustomer *customer, DateADT first_day)
{
	for (int i = start_of_returns(customer, first_day); chs_span_reaches(&days->known, customer, i); i++)
	{
		int32		offset = chs_chunk_start(&customer->chunks[i]) - first_day;
		uint64		bits = chs_span_bits(&days->known, &customer->chunks[i]) & wanted_bits(days, offset);

		for (; bits != 0; bits &= bits - 1)
		{
			int32		day = offset + pg_rightmost_one_pos64(bits);
			int			place = wanted_up_to(days, day) - 1;

			if (place >= 0 && days->wanted[place] == day)
				add_range(retained, place, place + 1);
		}
	}
}

/* The wanted days up to the customer's last one. */
static inline void
add_returns_up_to_last(const DayRetention *days, int64 *retained, const ChsActivityCustomer *customer, DateADT first_day)
{
	if (chs_first_day(customer) <= days->as_of)
		add_range(retained, 0, wanted_up_to(days, chs_last_day(customer, days->as_of) - first_day));
}

/*
 * The wanted days from the first return on, as far as the customer is
 * eligible.
 */
static inline void
add_returns_within(const DayRetention *days, int64 *retained, const ChsActivityCustomer *customer, DateADT first_day,
				   int eligible)
{
	DateADT		from_day = days->by_entry ? first_day : first_day + 1;

	for (int i = start_of_returns(customer, from_day); chs_span_reaches(&days->known, customer, i); i++)
	{
		uint64		bits = chs_span_bits(&days->known, &customer->chunks[i]);
		DateADT		day;

		if (customer->chunks[i].chunk == CHS_DAY_CHUNK(from_day))
			bits &= ~UINT64CONST(0) << CHS_DAY_BIT(from_day);
		if (bits == 0)
			continue;
		day = chs_chunk_start(&customer->chunks[i]) + pg_rightmost_one_pos64(bits);
		add_range(retained, wanted_up_to(days, day - first_day - 1), eligible);
		return;
	}
}

/* The brackets, among the first eligible ones, that hold a day of the customer. */
static inline void
add_returns_between(const DayRetention *days, int64 *retained, const ChsActivityCustomer *customer, DateADT first_day,
					int eligible)
{
	int64		next = days->wanted[0]; /* where the first bracket that is not done begins */

	for (int i = start_of_returns(customer, first_day); chs_span_reaches(&days->known, customer, i); i++)
	{
		int32		offset = chs_chunk_start(&customer->chunks[i]) - first_day;
		uint64		bits = chs_span_bits(&days->known, &customer->chunks[i]);

		while (next - offset < 64)
		{
			int			bracket;

			if (next > offset)
				bits &= ~UINT64CONST(0) << (next - offset);
			if (bits == 0)
				break;
			bracket = wanted_up_to(days, offset + pg_rightmost_one_pos64(bits)) - 1;
			if (bracket >= eligible)
				return;
			add_range(retained, bracket, bracket + 1);
			next = days->wanted[bracket + 1];
		}
	}
}

static void
init_counts(const DayRetention *days, DayCounts *counts)
{
	counts->eligible = palloc0((days->n + 1) * sizeof(int64));
	counts->retained = palloc0((days->n + 1) * sizeof(int64));
}

/* Counters of the cohort of a first day; NULL if that day is not shown. */
static inline DayCounts *
join_cohort(DayRetention *days, DateADT first_day)
{
	DayCounts  *counts = days->counts;

	if (first_day < days->from_day || first_day >= days->to_day || first_day > days->as_of)
		return NULL;
	if (days->by_cohort)
		counts += chs_bucket_among(&days->buckets, first_day);
	if (unlikely(counts->eligible == NULL))
		init_counts(days, counts);
	return counts;
}

/* How many of the wanted days, or brackets, of a customer are known? */
static inline int
eligible_days(const DayRetention *days, DateADT first_day)
{
	if (days->mode == CHS_RETURN_BETWEEN)
		return Max(wanted_up_to(days, days->as_of - first_day + 1) - 1, 0);
	return wanted_up_to(days, days->as_of - first_day);
}

/*
 * A customer's returns; customer is NULL where an entry never came.
 */
static inline void
add_customer(const DayRetention *days, DayCounts *counts, DateADT first_day, const ChsActivityCustomer *customer)
{
	int			eligible = eligible_days(days, first_day);

	add_range(counts->eligible, 0, eligible);
	if (customer == NULL || eligible == 0)
		return;
	switch (days->mode)
	{
		case CHS_RETURN_ON:
			add_returns_on(days, counts->retained, customer, first_day);
			break;
		case CHS_RETURN_ON_OR_AFTER:
			add_returns_up_to_last(days, counts->retained, customer, first_day);
			break;
		case CHS_RETURN_WITHIN:
			add_returns_within(days, counts->retained, customer, first_day, eligible);
			break;
		case CHS_RETURN_BETWEEN:
			add_returns_between(days, counts->retained, customer, first_day, eligible);
			break;
	}
}

/* The rows of a cohort: one for each day, or bracket, that was asked for. */
static void
put_days(ChsReport *report, const DayRetention *days, int cohort)
{
	const DayCounts *counts = &days->counts[cohort];
	int			nrows = days->mode == CHS_RETURN_BETWEEN ? days->nasked - 1 : days->nasked;

	for (int i = 1; i < days->n; i++)
	{
		counts->eligible[i] += counts->eligible[i - 1];
		counts->retained[i] += counts->retained[i - 1];
	}
	for (int i = 0; i < nrows; i++)
	{
		int			place = wanted_up_to(days, (int32) days->asked[i]) - 1;

		chs_report_start_row(report);
		if (days->by_cohort)
			chs_report_day(report, days->buckets.bounds[cohort]);
		chs_report_int32(report, (int32) days->asked[i]);
		chs_report_int64(report, counts->eligible[place]);
		chs_report_int64(report, counts->retained[place]);
		chs_report_percent(report, counts->retained[place], counts->eligible[place]);
		chs_report_end_row(report);
	}
}

pg_noreturn static void
refuse_number_of_rows(const DayRetention *days)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("too many rows to show"),
			 errdetail("From %s to %s there are %d cohorts, each with %d days; at most %d rows are shown.",
					   chs_day_text(days->from_day), chs_day_text(days->to_day), days->ncohorts, days->nasked, MAX_DAY_ROWS),
			 errhint("Ask for fewer days or for a longer bucket, for instance 'month'.")));
}

/*
 * Arguments from argno on: days, from_day, to_day, as_of, mode [, bucket |
 * boundaries].
 */
static void
init_days(DayRetention *days, FunctionCallInfo fcinfo, int argno)
{
	days->from_day = PG_GETARG_DATEADT(argno + 1);
	days->to_day = PG_GETARG_DATEADT(argno + 2);
	days->as_of = PG_GETARG_DATEADT(argno + 3);
	days->mode = chs_return_mode(PG_GETARG_TEXT_PP(argno + 4), CHS_RETURN_BETWEEN);
	get_days(days, PG_GETARG_ARRAYTYPE_P(argno));
	sort_days(days);
	map_days(days);
}

static void
init_cohorts(DayRetention *days, FunctionCallInfo fcinfo, int argno, bool by_name)
{
	ChsBuckets *buckets = &days->buckets;

	chs_get_buckets_apart(fcinfo, argno + 5, argno + 1, by_name, CHS_MAX_COHORTS, buckets, &days->as_of);
	days->from_day = buckets->first;
	days->to_day = buckets->end;
	days->ncohorts = buckets->n;
	if ((int64) days->ncohorts * days->nasked > MAX_DAY_ROWS)
		refuse_number_of_rows(days);
	days->counts = palloc0(days->ncohorts * sizeof(DayCounts));
}

/* All first days together, which are shown without customers, too. */
static void
init_single_group(DayRetention *days)
{
	chs_check_days(days->from_day, days->to_day);
	chs_check_day(days->as_of, "as_of");
	days->ncohorts = 1;
	days->counts = palloc(sizeof(DayCounts));
	init_counts(days, days->counts);
}

static void
add_customers(DayRetention *days, FunctionCallInfo fcinfo)
{
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;
	ChsActivityBeside activity;

	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	if (days->by_entry)
		chs_beside_open(&activity, PG_GETARG_DATUM(1), cursor.key_kind);
	if (days->by_cohort)
		chs_buckets_prepare(&days->buckets, cursor.customers);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		DateADT		first_day = chs_first_day(customer);
		DayCounts  *counts = join_cohort(days, first_day);

		if (counts == NULL)
			continue;
		if (days->by_entry)
			customer = chs_beside(&activity, customer->key);
		add_customer(days, counts, first_day, customer);
	}
}

/*
 * The forms: of activity or from entries, in one group or by cohorts.
 */
static Datum
report_days(FunctionCallInfo fcinfo, bool by_entry, bool by_cohort, bool by_name)
{
	ChsReport	report;
	DayRetention days = {0};
	int			argno = by_entry ? 2 : 1;

	chs_report_begin(&report, fcinfo);
	days.by_entry = by_entry;
	days.by_cohort = by_cohort;
	init_days(&days, fcinfo, argno);
	if (by_cohort)
		init_cohorts(&days, fcinfo, argno, by_name);
	else
		init_single_group(&days);
	days.known = chs_day_span(days.from_day, days.as_of + 1);
	if (days.n > 0)
		add_customers(&days, fcinfo);
	for (int i = 0; i < days.ncohorts; i++)
	{
		if (days.counts[i].eligible)
			put_days(&report, &days, i);
	}
	return (Datum) 0;
}

/*
 * day_retention(s, days, from_day, to_day, as_of, mode): a row per day that
 * is asked for, counted from each customer's first, of the customers whose
 * first day lies from from_day to before to_day: eligible (the day is known
 * by as_of) and retained in customers, rate in percent, NULL where no
 * customer is eligible.  In mode between a row per bracket: from one of the
 * days to before the next.  Strict; a NULL or negative day is an error.
 */
Datum
chs_day_retention(PG_FUNCTION_ARGS)
{
	return report_days(fcinfo, false, false, false);
}

/*
 * day_retention(entry, activity, days, from_day, to_day, as_of, mode): the
 * same counted from the first day in entry.
 */
Datum
chs_entry_day_retention(PG_FUNCTION_ARGS)
{
	return report_days(fcinfo, true, false, false);
}

/*
 * Both with bucket or boundaries as the last argument: rows per cohort.
 */
static Datum
cohort_days(FunctionCallInfo fcinfo, bool by_name)
{
	return report_days(fcinfo, false, true, by_name);
}

CHS_BY_NAME_AND_BOUNDS(cohort_days);

static Datum
entry_cohort_days(FunctionCallInfo fcinfo, bool by_name)
{
	return report_days(fcinfo, true, true, by_name);
}

CHS_BY_NAME_AND_BOUNDS(entry_cohort_days);
