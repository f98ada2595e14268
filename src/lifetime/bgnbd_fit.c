/*-------------------------------------------------------------------------
 *
 * bgnbd_fit.c
 *		bgnbd_fit(frequency, recency, age, ...): BG/NBD and MBG/NBD by maximum
 *		likelihood.
 *
 * bgnbd.c describes the model.  Of a customer with x repeat purchases, the last
 * one at t of an age T, that could have left n times (n is x or, in MBG/NBD,
 * x + 1), the likelihood is that of its purchases until t,
 *
 *		Gamma(r+x)/Gamma(r) . Gamma(b+m) Gamma(a+b) / (Gamma(b) Gamma(a+b+m))
 *			. alpha^r / (alpha+t)^(r+x)
 *
 * with m = n - 1, times that of none since, because it left at t or did not buy:
 *
 *		a/(a+b+m) + (b+m)/(a+b+m) e^-w,		w = (r+x) log((alpha+T) / (alpha+t))
 *
 * Where n = 0, it cannot have left, and all is known until T: m = 0, with T in the
 * place of t.  The first row depends on x alone and is computed once for each x.
 * Equal customers are one group, with their number.  Derivatives by (r, alpha, a, b)
 * are those of this sum, of first and second order.
 *
 * The textbooks have a factor 1 + e^w a/(b+m) behind the gamma functions of n and
 * (alpha+T)^-(r+x).  Where nearly all leave at once, b is tiny, and log(b) and
 * log(a/b) cancel for each of these customers.
 *
 * Times are divided by a power of two near their geometric mean, so that the
 * search does not depend on the unit, and the powers of two are exact.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/sample.h"
#include "lifetime/bgnbd.h"
#include "lifetime/lifetime_maximum.h"
#include "lifetime/lifetime_model.h"

PG_FUNCTION_INFO_V1(chs_bgnbd_accum);
PG_FUNCTION_INFO_V1(chs_bgnbd_fit);

#define FIT_NAME		"bgnbd_fit"
#define DEFAULT_UNIT_DAYS	7.0

static const ChsSampleShape bgnbd_shape = {
	.fit = FIT_NAME,
	.min_columns = 3,
	.max_columns = 3,
	.nparams = 2,
};

/* customers who are alike */
typedef struct BgnbdGroup
{
	float8		recency;
	float8		age;
	float8		customers;
} BgnbdGroup;

/* all groups of one frequency: those from number "first" on */
typedef struct BgnbdFrequency
{
	float8		frequency;
	float8		before;			/* the frequency before this one, or 0 */
	float8		customers;
	int64		first;
} BgnbdFrequency;

typedef struct BgnbdData
{
	bool		modified;
	float8		unit;			/* of times, in the user's unit */
	int64		customers;
	int64		ngroups;
	BgnbdGroup *groups;
	int64		nfrequencies;
	BgnbdFrequency *frequencies;	/* one more at the end, without customers */
	float8		purchases;		/* sum of all frequencies */
} BgnbdData;

/* sums for the likelihood and its derivatives */
typedef struct BgnbdSums
{
	float8		value;
	float8		r,
				alpha,
				a,
				b;
	float8		r_r,
				r_alpha,
				r_a,
				r_b;
	float8		alpha_alpha,
				alpha_a,
				alpha_b;
	float8		a_a,
				a_b,
				b_b;
} BgnbdSums;

/*
 * The part that depends on the frequency alone.  "of_r" is the rise from r to r
 * plus the frequency before this one, "stays" how often the customer has stayed
 * for certain.
 */
static void
add_frequency(BgnbdSums *sums, ChsGammaRise *of_r, const float8 *params, const BgnbdFrequency *frequency, float8 stays)
{
	float8		customers = frequency->customers;
	ChsBetaRise of_b = chs_beta_rise(params[2], params[3], stays);

	chs_gamma_rise_further(of_r, params[0], frequency->before, frequency->frequency);
	sums->value += customers * (of_r->log_gamma + of_b.log_beta);
	sums->r += customers * of_r->digamma;
	sums->a += customers * of_b.by_a;
	sums->b += customers * of_b.by_b;
	sums->r_r += customers * of_r->trigamma;
	sums->a_a += customers * of_b.by_a_a;
	sums->a_b += customers * of_b.by_a_b;
	sums->b_b += customers * of_b.by_b_b;
}

/*
 * The purchases of a group until t: -(r+x) log((alpha+t) / alpha) - x log(alpha),
 * of which the last term is the caller's.
 */
static inline void
add_purchases(BgnbdSums *sums, const BgnbdGroup *group, float8 t, float8 frequency, float8 r, float8 alpha)
{
	float8		after = 1.0 / (alpha + t);
	float8		fall = t * after / alpha;	/* 1/alpha - 1/(alpha+t) */
	float8		growth = log1p(t / alpha);

	sums->value -= group->customers * (r + frequency) * growth;
	sums->r -= group->customers * growth;
	sums->alpha += group->customers * (r * fall - frequency * after);
	sums->r_alpha += group->customers * fall;
	sums->alpha_alpha += group->customers * (frequency * after * after - r * fall * (1.0 / alpha + after));
}

/* how likely a customer has left at a purchase, before what follows is known */
typedef struct Departure
{
	float8		of_both;		/* 1 / (a+b+m) */
	float8		left;			/* a / (a+b+m) */
	float8		stayed;			/* (b+m) / (a+b+m) */
} Departure;

/*
 * log(left + stayed e^-w) of a group, where it takes no difference of numbers
 * that are nearly equal: 1 - e^-w is "faded", the sum is "silent".
 */
static inline void
add_silence(BgnbdSums *sums, const BgnbdGroup *group, float8 purchases, float8 alpha, const Departure *departure)
{
	float8		customers = group->customers;
	float8		before = 1.0 / (alpha + group->recency);
	float8		after = 1.0 / (alpha + group->age);
	float8		gap = (group->age - group->recency) * before;
	float8		w_r = log1p(gap);
	float8		w_alpha = -purchases * gap * after;
	float8		faded = -expm1(-purchases * w_r);
	float8		decay = faded < 0.5 ? 1.0 - faded : exp(-purchases * w_r);
	float8		silent = departure->left + departure->stayed * decay;
	float8		by_both = departure->of_both / silent;
	float8		by_a = departure->stayed * faded * by_both;
	float8		by_b = -departure->left * faded * by_both;
	float8		alive = customers * departure->stayed * decay / silent;
	float8		spread = alive * departure->left / silent;
	/* of w and a, of w and b */
	float8		w_a = alive * by_both;
	float8		w_b = -customers * departure->left * decay / silent * by_both;

	sums->value += customers * (silent > 0.5 ? log1p(-departure->stayed * faded) : log(silent));
	sums->r -= alive * w_r;
	sums->alpha -= alive * w_alpha;
	sums->a += customers * by_a;
	sums->b += customers * by_b;
	sums->r_r += spread * w_r * w_r;
	sums->r_alpha += spread * w_r * w_alpha + alive * gap * after;
	sums->r_a += w_a * w_r;
	sums->r_b += w_b * w_r;
	sums->alpha_alpha += spread * w_alpha * w_alpha + alive * w_alpha * (before + after);
	sums->alpha_a += w_a * w_alpha;
	sums->alpha_b += w_b * w_alpha;
	sums->a_a -= customers * by_a * (departure->of_both + by_both);
	sums->a_b += customers * faded * (departure->left - departure->stayed * silent) * by_both * by_both;
	sums->b_b -= customers * by_b * (departure->of_both + decay * by_both);
}

/*
 * The log-likelihood and its derivatives.
 */
static float8
bgnbd_likelihood(void *of, const float8 *params, float8 *gradient, float8 *second)
{
	const BgnbdData *data = of;
	float8		r = params[0];
	float8		alpha = params[1];
	float8		a = params[2];
	float8		b = params[3];
	BgnbdSums	sums = {0};
	ChsGammaRise of_r = {0};

	for (int64 k = 0; k < data->nfrequencies; k++)
	{
		const BgnbdFrequency *frequency = &data->frequencies[k];
		float8		purchases = r + frequency->frequency;
		float8		times = frequency->frequency + (data->modified ? 1.0 : 0.0);
		float8		stays = Max(times - 1.0, 0.0);
		float8		of_both = 1.0 / (a + (b + stays));
		Departure	departure = {of_both, a * of_both, (b + stays) * of_both};

		add_frequency(&sums, &of_r, params, frequency, stays);
		for (int64 i = frequency->first; i < frequency[1].first; i++)
		{
			const BgnbdGroup *group = &data->groups[i];

			chs_check_interrupts(i);
			add_purchases(&sums, group, times > 0 ? group->recency : group->age, frequency->frequency, r, alpha);
			if (times > 0)
				add_silence(&sums, group, purchases, alpha, &departure);
		}
	}
	memcpy(gradient, (float8[]) {sums.r, sums.alpha, sums.a, sums.b}, CHS_BGNBD_PARAMS * sizeof(float8));
	memcpy(second,
		   (float8[]) {sums.r_r, 0, 0, 0,
					   sums.r_alpha, sums.alpha_alpha, 0, 0,
					   sums.r_a, sums.alpha_a, sums.a_a, 0,
					   sums.r_b, sums.alpha_b, sums.a_b, sums.b_b},
		   CHS_BGNBD_PARAMS * CHS_BGNBD_PARAMS * sizeof(float8));
	return sums.value - data->purchases * log(alpha);
}

/*
 * Groups of a sorted sample.
 */
typedef struct BgnbdRows
{
	int64		n;
	const float8 *frequency;
	const float8 *recency;
	const float8 *age;
} BgnbdRows;

static inline bool
is_new_frequency(const BgnbdRows *rows, int64 i)
{
	return i == 0 || rows->frequency[i] != rows->frequency[i - 1];
}

static inline bool
is_new_group(const BgnbdRows *rows, int64 i)
{
	return is_new_frequency(rows, i) || rows->recency[i] != rows->recency[i - 1] || rows->age[i] != rows->age[i - 1];
}

/*
 * A unit of times in which their geometric mean is about 1: a power of two.
 * What the sample holds is checked on the way, since it may come from outside.
 */
static float8
choose_unit(const BgnbdRows *rows)
{
	float8		logs = 0.0;
	int64		positive = 0;

	for (int64 i = 0; i < rows->n; i++)
	{
		ChsBgnbdCustomer customer = {rows->frequency[i], rows->recency[i], rows->age[i]};

		chs_check_interrupts(i);
		if (!is_new_group(rows, i))
			continue;
		chs_check_bgnbd_customer(&customer);
		if (customer.age > 0)
		{
			logs += log(customer.age);
			positive++;
		}
	}
	return positive > 0 ? exp2(rint(logs / positive * M_LOG2E)) : 1.0;
}

static void
count_groups(BgnbdData *data, const BgnbdRows *rows)
{
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		data->nfrequencies += is_new_frequency(rows, i);
		data->ngroups += is_new_group(rows, i);
	}
}

static void
make_groups(BgnbdData *data, const BgnbdRows *rows)
{
	BgnbdGroup *group;
	BgnbdFrequency *frequency;

	data->unit = choose_unit(rows);
	count_groups(data, rows);
	data->groups = MemoryContextAllocHuge(CurrentMemoryContext, data->ngroups * sizeof(BgnbdGroup));
	data->frequencies = MemoryContextAllocHuge(CurrentMemoryContext, (data->nfrequencies + 1) * sizeof(BgnbdFrequency));
	group = data->groups - 1;
	frequency = data->frequencies - 1;
	for (int64 i = 0; i < rows->n; i++)
	{
		chs_check_interrupts(i);
		if (is_new_group(rows, i))
			*++group = (BgnbdGroup) {rows->recency[i] / data->unit, rows->age[i] / data->unit, 0};
		if (is_new_frequency(rows, i))
			*++frequency = (BgnbdFrequency) {rows->frequency[i], i == 0 ? 0 : rows->frequency[i - 1], 0, group - data->groups};
		group->customers++;
		frequency->customers++;
		data->purchases += rows->frequency[i];
	}
	data->customers = rows->n;
	frequency[1] = (BgnbdFrequency) {0, 0, 0, data->ngroups};
}

/*
 * Where to start: at rates that give the mean number of purchases in the mean
 * time, from moderate to strong differences among customers and the reverse; then
 * where all customers leave with the same probability.
 */
static void
find_maximum(ChsMaximum *maximum, BgnbdData *data)
{
	float8		rate = Min(Max(data->purchases / data->customers, 1e-6), 1e6);
	float8		starts[][CHS_BGNBD_PARAMS] = {
		{0.5, 0.5 / rate, 1.0, 2.0},
		{0.1, 0.1 / rate, 0.2, 5.0},
		{5.0, 5.0 / rate, 0.5, 0.5},
		{0.1, 0.1 / rate, 100.0, 1500.0},
	};

	chs_find_maximum(maximum, bgnbd_likelihood, data, CHS_BGNBD_PARAMS, starts[0], lengthof(starts));
	maximum->value -= data->purchases * log(data->unit);
	maximum->params[1] *= data->unit;
	for (int i = 0; i < CHS_BGNBD_PARAMS; i++)
	{
		maximum->covariance[CHS_BGNBD_PARAMS + i] *= data->unit;
		maximum->covariance[i * CHS_BGNBD_PARAMS + 1] *= data->unit;
	}
}

/*
 * Transition: argument 0 the state, then frequency, recency, age [, unit_days [,
 * variant]].  A row with a NULL counts nothing.
 */
Datum
chs_bgnbd_accum(PG_FUNCTION_ARGS)
{
	ChsSampleKind kind = {.fit = FIT_NAME, .ncolumns = 3, .nparams = 2, .params = {0, DEFAULT_UNIT_DAYS}};
	ChsBgnbdCustomer customer;
	ChsSample  *sample;
	float8	   *row;

	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return chs_unchanged_state(fcinfo);
	}
	customer = chs_get_bgnbd_customer(fcinfo, 1);
	if (PG_NARGS() > 4)
		kind.params[1] = chs_check_unit_days(PG_GETARG_INT64(4));
	if (PG_NARGS() > 5)
		kind.params[0] = chs_is_modified_bgnbd(PG_GETARG_DATUM(5)) ? 1.0 : 0.0;

	sample = chs_sample_begin(fcinfo, &kind);
	row = chs_sample_add_row(sample);
	chs_sample_set(sample, row, 0, customer.frequency);
	chs_sample_set(sample, row, 1, customer.recency);
	chs_sample_set(sample, row, 2, customer.age);
	return chs_sample_return(fcinfo, sample);
}

/*
 * End of the aggregate: the model.
 */
Datum
chs_bgnbd_fit(PG_FUNCTION_ARGS)
{
	ChsSampleView view;
	BgnbdRows	rows;
	BgnbdData	data = {0};
	ChsMaximum	maximum;
	ChsModelRow model = {0};

	chs_sample_open_sorted(&view, PG_GETARG_DATUM(0), &bgnbd_shape);
	if (view.nrows == 0)
		PG_RETURN_NULL();
	rows.n = view.nrows;
	rows.frequency = chs_sample_column(&view.blocks[0], 0);
	rows.recency = chs_sample_column(&view.blocks[0], 1);
	rows.age = chs_sample_column(&view.blocks[0], 2);
	data.modified = view.kind.params[0] != 0.0;
	make_groups(&data, &rows);
	find_maximum(&maximum, &data);

	chs_put_model_datum(&model, CStringGetTextDatum(data.modified ? "mbg" : "bg"));
	chs_put_model_datum(&model, Int64GetDatum((int64) view.kind.params[1]));
	chs_put_model_params(&model, &maximum, CHS_BGNBD_PARAMS);
	chs_put_model_errors(&model, &maximum, CHS_BGNBD_PARAMS);
	chs_put_model_covariance(&model, &maximum, CHS_BGNBD_PARAMS);
	chs_put_model_likelihood(&model, &maximum);
	chs_put_model_datum(&model, Int64GetDatum(data.customers));
	chs_put_model_datum(&model, Int64GetDatum(maximum.iterations));
	chs_put_model_datum(&model, CStringGetTextDatum(chs_maximum_status(maximum.status)));
	return chs_row(fcinfo, model.values, model.nulls);
}
