/*-------------------------------------------------------------------------
 *
 * activity_cohorts.c
 *		Who came back: cohort_retention by buckets, day_retention by days since
 *		each customer's first.
 *
 * Cohorts: a customer belongs to the bucket of its first day and adds one to
 * a cell of its cohort for each bucket it is active in; in mode on_or_after,
 * one to the bucket of its last day, and sums from the last bucket back are
 * the answer.  Cells of cohorts without customers are never made.
 *
 * With a summary of entries beside that of activity (sign-ups and use), the
 * entry's first day gives the cohort and activity the cells; both are read in
 * the order of keys, side by side.
 *
 * Days: the days N that are asked for are sorted once.  A customer with first
 * day f is eligible for those up to as_of - f, has come back by those from
 * the second active day on, and has not been lost on those up to the last
 * one: each is a range of the sorted days, found by bisection and added to a
 * row of differences.  Only mode on looks at days, those that a map of the
 * wanted ones leaves of each chunk: for mostly none of three (1, 7, 30).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "shared/compat.h"
#include "activity/activity_span.h"
#include "shared/check.h"
#include "shared/stats.h"

#define MAX_WANTED_DAYS	10000

/* days since the first that the map of wanted ones covers: 179 years, 8 kB */
#define MAP_WORDS		1024

#define COHORT_COLUMNS	5
#define DAY_COLUMNS		4

PG_FUNCTION_INFO_V1(chs_cohort_retention_by_name);
PG_FUNCTION_INFO_V1(chs_cohort_retention_by_bounds);
PG_FUNCTION_INFO_V1(chs_entry_retention_by_name);
PG_FUNCTION_INFO_V1(chs_entry_retention_by_bounds);
PG_FUNCTION_INFO_V1(chs_day_retention);

/*
 * What counts as coming back.
 */
typedef enum ReturnMode
{
	ACTIVE_ON,					/* in that bucket, on that day */
	ACTIVE_ON_OR_AFTER,
	ACTIVE_WITHIN				/* on a day after the first, up to that day */
} ReturnMode;

static const char *const mode_names[] = {"on", "on_or_after", "within"};

static ReturnMode
get_mode(text *mode, ReturnMode last)
{
	const char *name = VARDATA_ANY(mode);
	int			len = VARSIZE_ANY_EXHDR(mode);

	for (int i = ACTIVE_ON; i <= (int) last; i++)
	{
		if (len == (int) strlen(mode_names[i]) && memcmp(name, mode_names[i], len) == 0)
			return (ReturnMode) i;
	}
	chs_refuse_word("mode", name, len,
					last == ACTIVE_WITHIN ?
					"Pass 'on' (active on that very day), 'on_or_after' (on that day or later) or 'within' (on any day after the first, up to that day)." :
					"Pass 'on' (active in that very bucket) or 'on_or_after' (in that bucket or later).");
}

/*
 * cohort_retention
 */
typedef struct Cohorts
{
	ChsActiveBuckets buckets;
	int			n;				/* of them */
	DateADT		as_of;
	ReturnMode	mode;
	int64	   *sizes;
	int64	  **retained;		/* of cohort i: n - i of them */
} Cohorts;

/* Arguments from argno on: bucket or boundaries, from_day, to_day, as_of, mode. */
static void
init_cohorts(Cohorts *cohorts, FunctionCallInfo fcinfo, int argno, bool by_name, int64 customers)
{
	cohorts->mode = get_mode(PG_GETARG_TEXT_PP(argno + 4), ACTIVE_ON_OR_AFTER);
	chs_get_active_buckets(fcinfo, argno, by_name, CHS_MAX_COHORTS, customers, &cohorts->buckets);
	cohorts->n = cohorts->buckets.buckets.n;
	cohorts->as_of = cohorts->buckets.as_of;
	cohorts->sizes = palloc0(cohorts->n * sizeof(int64));
	cohorts->retained = palloc0(cohorts->n * sizeof(int64 *));
}

/*
 * The cohort of a customer's first day, where the customer is counted; -1 if
 * it is not shown.
 */
static inline int
join_cohort(Cohorts *cohorts, DateADT first_day)
{
	const ChsBuckets *buckets = &cohorts->buckets.buckets;
	int			cohort;

	if (first_day < buckets->first || first_day >= buckets->end || first_day > cohorts->as_of)
		return -1;
	cohort = chs_bucket_among(buckets, first_day);
	if (unlikely(cohorts->sizes[cohort]++ == 0))
		cohorts->retained[cohort] = palloc0((cohorts->n - cohort) * sizeof(int64));
	return cohort;
}

/* Mode on_or_after: active up to the bucket of the last day. */
static inline void
add_last_bucket(Cohorts *cohorts, int cohort, const ChsActivityCustomer *customer)
{
	const ChsBuckets *buckets = &cohorts->buckets.buckets;
	int			last = cohorts->n - 1;
	DateADT		day;

	if (chs_first_day(customer) > cohorts->as_of)
		return;
	day = chs_last_day(customer, cohorts->as_of);
	if (day < buckets->bounds[cohort])
		return;
	if (day < buckets->end)
		last = chs_bucket_among(buckets, day);
	cohorts->retained[cohort][last - cohort]++;
}

static inline void
add_activity(Cohorts *cohorts, int cohort, const ChsActivityCustomer *customer)
{
	ChsActiveBuckets *buckets = &cohorts->buckets;

	if (cohorts->mode == ACTIVE_ON_OR_AFTER)
	{
		add_last_bucket(cohorts, cohort, customer);
		return;
	}
	chs_active_buckets(buckets, customer);
	for (int i = 0; i < buckets->n; i++)
	{
		if (buckets->active[i] >= cohort)
			cohorts->retained[cohort][buckets->active[i] - cohort]++;
	}
}

static void
put_cohort(ReturnSetInfo *result, const Cohorts *cohorts, int cohort)
{
	int64	   *retained = cohorts->retained[cohort];
	int			n = cohorts->n - cohort;

	if (cohorts->mode == ACTIVE_ON_OR_AFTER)
	{
		for (int i = n - 2; i >= 0; i--)
			retained[i] += retained[i + 1];
	}
	for (int i = 0; i < n; i++)
	{
		bool		complete = chs_is_complete(&cohorts->buckets, cohort + i);
		Datum		values[COHORT_COLUMNS] = {0};
		bool		nulls[COHORT_COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(cohorts->buckets.buckets.bounds[cohort]);
		values[1] = Int64GetDatum(cohorts->sizes[cohort]);
		values[2] = Int32GetDatum(i);
		nulls[3] = nulls[4] = !complete;
		if (complete)
		{
			values[3] = Int64GetDatum(retained[i]);
			values[4] = Float8GetDatum(chs_percent(retained[i], cohorts->sizes[cohort]));
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

static void
put_cohorts(ReturnSetInfo *result, const Cohorts *cohorts)
{
	for (int i = 0; i < cohorts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cohorts->sizes[i] > 0)
			put_cohort(result, cohorts, i);
	}
}

/*
 * cohort_retention([entry, ] activity, bucket | boundaries, from_day, to_day,
 * as_of, mode): a row per cohort that has customers and bucket from its own
 * on: size and retained in customers, rate in percent; both NULL where as_of
 * has not reached the bucket's last day.  With entry, its customers and their
 * first days make the cohorts; summaries of different kinds of keys are an
 * error.  Days after as_of are unknown.  Strict.
 */
static Datum
cohort_retention(FunctionCallInfo fcinfo, bool by_entry, bool by_name)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Cohorts		cohorts;
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;
	ChsActivityBeside activity;

	InitMaterializedSRF(fcinfo, 0);
	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	init_cohorts(&cohorts, fcinfo, by_entry ? 2 : 1, by_name, cursor.customers);
	if (by_entry)
		chs_beside_open(&activity, PG_GETARG_DATUM(1), cursor.key_kind);
	while ((customer = chs_activity_next(&cursor)) != NULL)
	{
		int			cohort = join_cohort(&cohorts, chs_first_day(customer));

		if (cohort < 0)
			continue;
		if (by_entry)
			customer = chs_beside(&activity, customer->key);
		if (customer)
			add_activity(&cohorts, cohort, customer);
	}
	put_cohorts(result, &cohorts);
	return (Datum) 0;
}

Datum
chs_cohort_retention_by_name(PG_FUNCTION_ARGS)
{
	return cohort_retention(fcinfo, false, true);
}

Datum
chs_cohort_retention_by_bounds(PG_FUNCTION_ARGS)
{
	return cohort_retention(fcinfo, false, false);
}

Datum
chs_entry_retention_by_name(PG_FUNCTION_ARGS)
{
	return cohort_retention(fcinfo, true, true);
}

Datum
chs_entry_retention_by_bounds(PG_FUNCTION_ARGS)
{
	return cohort_retention(fcinfo, true, false);
}

/*
 * day_retention
 */
typedef struct DayRetention
{
	ReturnMode	mode;
	DateADT		from_day;		/* first days: from here */
	DateADT		to_day;			/* to before here */
	DateADT		as_of;
	ChsDaySpan	known;
	int			nasked;
	const int32 *asked;			/* as they were asked for */
	int			n;
	int32	   *wanted;			/* sorted, each once */
	/* differences to the wanted day before, then the sums */
	int64	   *eligible;
	int64	   *retained;
	uint64	   *map;			/* wanted days, a bit each; behind an empty word */
	int			map_words;		/* 0: no map, for the days reach too far */
} DayRetention;

pg_noreturn static void
refuse_days(const char *problem, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", problem),
			 errdetail("%s", detail),
			 errhint("Pass the days to look at, counted from each customer's first: ARRAY[1, 7, 30].")));
}

static void
get_days(DayRetention *days, ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
		refuse_days("days must be a plain array", psprintf("It has %d dimensions.", ARR_NDIM(array)));
	if (array_contains_nulls(array))
		refuse_days("days must not be NULL", "One of them is.");
	days->nasked = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	days->asked = (const int32 *) ARR_DATA_PTR(array);
	if (days->nasked > MAX_WANTED_DAYS)
		refuse_days(psprintf("days must be at most %d", MAX_WANTED_DAYS), psprintf("There are %d.", days->nasked));
	for (int i = 0; i < days->nasked; i++)
	{
		if (days->asked[i] < 0)
			refuse_days("days must not be negative", psprintf("One of them is %d.", days->asked[i]));
	}
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
	memcpy(days->wanted, days->asked, days->nasked * sizeof(int32));
	qsort(days->wanted, days->nasked, sizeof(int32), compare_days);
	days->n = 0;
	for (int i = 0; i < days->nasked; i++)
	{
		if (i == 0 || days->wanted[i] != days->wanted[days->n - 1])
			days->wanted[days->n++] = days->wanted[i];
	}
	days->eligible = palloc0((days->n + 1) * sizeof(int64));
	days->retained = palloc0((days->n + 1) * sizeof(int64));
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
 * The wanted days among 64, beginning so many days after the first day, which
 * is at most 63 days later; all 64 if there is no map.
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

/* The wanted days that the customer is active on. */
static inline void
add_returns_on(DayRetention *days, const ChsActivityCustomer *customer, DateADT first_day)
{
	const ChsDaySpan *known = &days->known;

	for (int i = 0; chs_span_reaches(known, customer, i); i++)
	{
		int32		offset = chs_chunk_start(&customer->chunks[i]) - first_day;
		uint64		bits = chs_span_bits(known, &customer->chunks[i]) & wanted_bits(days, offset);

		for (; bits != 0; bits &= bits - 1)
		{
			int32		day = offset + pg_rightmost_one_pos64(bits);
			int			place = wanted_up_to(days, day) - 1;

			if (place >= 0 && days->wanted[place] == day)
				add_range(days->retained, place, place + 1);
		}
	}
}

/* The second active day; false if there is none by as_of. */
static inline bool
find_second_day(const DayRetention *days, const ChsActivityCustomer *customer, DateADT *second_day)
{
	for (int i = 0; i < 2 && chs_span_reaches(&days->known, customer, i); i++)
	{
		uint64		bits = chs_span_bits(&days->known, &customer->chunks[i]);

		if (i == 0)
			bits &= bits - 1;
		if (bits != 0)
		{
			*second_day = chs_chunk_start(&customer->chunks[i]) + pg_rightmost_one_pos64(bits);
			return true;
		}
	}
	return false;
}

static inline void
add_customer(DayRetention *days, const ChsActivityCustomer *customer)
{
	DateADT		first_day = chs_first_day(customer);
	DateADT		second_day;
	int			eligible;

	if (first_day < days->from_day || first_day >= days->to_day || first_day > days->as_of)
		return;
	eligible = wanted_up_to(days, days->as_of - first_day);
	add_range(days->eligible, 0, eligible);
	switch (days->mode)
	{
		case ACTIVE_ON:
			add_returns_on(days, customer, first_day);
			break;
		case ACTIVE_ON_OR_AFTER:
			add_range(days->retained, 0, wanted_up_to(days, chs_last_day(customer, days->as_of) - first_day));
			break;
		case ACTIVE_WITHIN:
			if (find_second_day(days, customer, &second_day))
				add_range(days->retained, wanted_up_to(days, second_day - first_day - 1), eligible);
			break;
	}
}

static void
put_days(ReturnSetInfo *result, DayRetention *days)
{
	for (int i = 1; i < days->n; i++)
	{
		days->eligible[i] += days->eligible[i - 1];
		days->retained[i] += days->retained[i - 1];
	}
	for (int i = 0; i < days->nasked; i++)
	{
		int			place = wanted_up_to(days, days->asked[i]) - 1;
		int64		eligible = days->eligible[place];
		Datum		values[DAY_COLUMNS] = {0};
		bool		nulls[DAY_COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(days->asked[i]);
		values[1] = Int64GetDatum(eligible);
		values[2] = Int64GetDatum(days->retained[place]);
		nulls[3] = eligible == 0;
		if (eligible > 0)
			values[3] = Float8GetDatum(chs_percent(days->retained[place], eligible));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * day_retention(s, days, from_day, to_day, as_of, mode): a row per day that
 * is asked for, counted from each customer's first, of the customers whose
 * first day lies from from_day to before to_day: eligible (the day is known
 * by as_of) and retained in customers, rate in percent, NULL where nobody is
 * eligible.  Strict; a NULL or negative day is an error.
 */
Datum
chs_day_retention(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	DayRetention days = {0};
	ChsCursor	cursor;
	const ChsActivityCustomer *customer;

	InitMaterializedSRF(fcinfo, 0);
	days.from_day = PG_GETARG_DATEADT(2);
	days.to_day = PG_GETARG_DATEADT(3);
	days.as_of = PG_GETARG_DATEADT(4);
	days.mode = get_mode(PG_GETARG_TEXT_PP(5), ACTIVE_WITHIN);
	chs_check_days(days.from_day, days.to_day);
	chs_check_day(days.as_of, "as_of");
	days.known = chs_day_span(days.from_day, days.as_of + 1);
	get_days(&days, PG_GETARG_ARRAYTYPE_P(1));
	sort_days(&days);
	map_days(&days);

	chs_activity_open(&cursor, PG_GETARG_DATUM(0), true);
	while ((customer = chs_activity_next(&cursor)) != NULL)
		add_customer(&days, customer);
	put_days(result, &days);
	return (Datum) 0;
}
