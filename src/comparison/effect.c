/*-------------------------------------------------------------------------
 *
 * effect.c
 *		Did it help?  Treated against untreated customers within strata.
 *
 * Of each stratum four counts are kept: treated or not, with the outcome or
 * without.  A stratum is kept as the 128-bit hash of its name; the answer
 * shows none.  The counters are those of shared/counters.
 *
 * With n1 treated and n2 untreated customers of a stratum, N of both, of them
 * y1 and y2 with the outcome, and sums over the strata, the difference of
 * Mantel and Haenszel is
 *
 *		d = sum (y1 n2 - y2 n1)/N / W,		W = sum n1 n2/N
 *
 * Both rates are weighted in the same way, so that their difference is d.  The
 * interval is that of B. Klingenberg, "A new and improved confidence interval
 * for the Mantel-Haenszel risk difference", Statistics in Medicine 33 (2014):
 * the d for which (d - estimate)^2 <= z^2 (d P + Q)/W^2, the variance of Sato
 * (1989), which stays right for few large strata and for many small ones,
 *
 *		P = sum (n1^2 y2 - n2^2 y1 + n1 n2 (n2 - n1)/2)/N^2
 *		Q = sum (y1 (n2 - y2) + y2 (n1 - y1))/(2N)
 *
 * The p-value is that of Cochran, Mantel and Haenszel without a continuity
 * correction.
 *
 * Sums are taken in the order of the hashes, so no answer depends on the order
 * of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/counters.h"
#include "shared/interrupts.h"
#include "shared/report.h"
#include "shared/stats.h"
#include "shared/summary.h"
#include "shared/type_ops.h"
#include "customer/customer_args.h"

#define EFFECT_TYPE		"effectsummary"

PG_FUNCTION_INFO_V1(chs_effect_accum);
PG_FUNCTION_INFO_V1(chs_effect_accum_inv);
PG_FUNCTION_INFO_V1(chs_effect);

/* an entry: see counters.h */
typedef struct Stratum
{
	uint64		key[2];
	int64		count[2][2];	/* [is treated][has the outcome] */
} Stratum;

typedef struct ChsEffect
{
	ChsCounters counters;
} ChsEffect;

static const ChsCountersShape effect_shape = {
	.type = EFFECT_TYPE,
	.hint = "Use larger strata, for instance bands instead of customers.",
	.nkeys = 2,
	.ncounts = 4,
	.nsums = 0,
};

/* sums over the strata */
typedef struct EffectSums
{
	float8		weight;			/* W */
	float8		treated;		/* weighted cases with the outcome */
	float8		untreated;
	float8		p;
	float8		q;
	float8		excess;			/* treated with the outcome, less their expected number */
	float8		variance;		/* of that */
	int64		lone_strata;	/* with customers of one kind only */
	int64		lone_rows;
} EffectSums;

#define effect_stratum(effect, i)	((Stratum *) chs_counters_slot(&effect_shape, &(effect)->counters, i))

static ChsEffect *
checked_effect(void *value)
{
	return chs_checked_counters(&effect_shape, value, sizeof(ChsEffect));
}

static inline ChsEffect *
effect_sorted(ChsEffect *effect)
{
	return chs_counters_sorted(&effect_shape, effect);
}

static inline bool
is_empty(const ChsEffect *effect)
{
	return effect->counters.nentries == 0;
}

CHS_SUMMARY_ARGUMENTS(ChsEffect, checked_effect, effect_sorted, effect_sorted)

/*
 * The key of a stratum; the first word of a slot that is free is zero.
 */
static inline void
get_stratum_key(FunctionCallInfo fcinfo, uint64 *key)
{
	text	   *stratum = PG_GETARG_TEXT_PP(3);
	ChsKey		hash = chs_key_of_text(VARDATA_ANY(stratum), VARSIZE_ANY_EXHDR(stratum));

	key[0] = hash.h1 | (hash.h1 == 0);
	key[1] = hash.h2;
}

/*
 * effectsummary_accum(state, treated, outcome, stratum): one customer more,
 * and the inverse for moving windows.  Strict.
 */
Datum
chs_effect_accum(PG_FUNCTION_ARGS)
{
	ChsEffect  *effect = state_arg(fcinfo);
	uint64	   *entry;
	int64	   *count;
	uint64		key[2];

	get_stratum_key(fcinfo, key);
	effect = chs_counters_enter(&effect_shape, effect, key, &entry);
	count = &((Stratum *) entry)->count[PG_GETARG_BOOL(1)][PG_GETARG_BOOL(2)];
	*count = chs_summary_add(*count, 1, EFFECT_TYPE);
	return return_state(fcinfo, effect);
}

pg_noreturn static void
refuse_missing(void)
{
	chs_summary_refuse_missing("customers", "rollup(s) OVER (...)", "Their stratum has fewer of them.");
}

Datum
chs_effect_accum_inv(PG_FUNCTION_ARGS)
{
	ChsEffect  *effect = chs_counters_reserve(&effect_shape, state_arg(fcinfo), 0);
	Stratum    *stratum;
	int64	   *count;
	uint64		key[2];

	get_stratum_key(fcinfo, key);
	stratum = (Stratum *) chs_counters_find(&effect_shape, &effect->counters, key);
	count = &stratum->count[PG_GETARG_BOOL(1)][PG_GETARG_BOOL(2)];
	if (stratum->key[0] == 0 || *count == 0)
		refuse_missing();
	(*count)--;
	(void) chs_counters_release(&effect_shape, &effect->counters, stratum->key);
	return return_remains(fcinfo, effect);
}

static inline ChsEffect *
add_effect(ChsEffect *into, const ChsEffect *from)
{
	return chs_counters_add(&effect_shape, into, from);
}

static ChsEffect *
subtract_effect(ChsEffect *into, const ChsEffect *from)
{
	into = chs_counters_reserve(&effect_shape, into, 0);
	if (chs_counters_subtract(&effect_shape, into, from))
		refuse_missing();
	return into;
}

CHS_SUMMARY_COMBINE(chs_effect, ChsEffect, is_empty, effect_sorted, add_effect)
CHS_SUMMARY_COMBINE_INV(chs_effect, ChsEffect, is_empty, subtract_effect)
CHS_SUMMARY_FINAL(chs_effect, ChsEffect, is_empty, effect_sorted)

/*
 * Input and output: version, then the counters.  Text is the binary form in
 * base64.
 */
static ChsEffect *
effect_from_wire(StringInfo buf)
{
	ChsEffect  *effect;

	chs_wire_version(buf, EFFECT_TYPE);
	effect = chs_counters_receive(&effect_shape, chs_counters_make(&effect_shape, sizeof(ChsEffect)), buf);
	chs_wire_end(buf, EFFECT_TYPE);
	return effect;
}

static bytea *
effect_to_wire(ChsEffect *effect)
{
	StringInfoData buf;

	chs_wire_begin(&buf);
	chs_counters_send(&effect_shape, effect_sorted(effect), &buf);
	return pq_endtypsend(&buf);
}

CHS_BASE64_TYPE(chs_effect, EFFECT_TYPE, effect_from_wire, effect_to_wire(summary_arg(fcinfo, 0)))

/* The content: the strata of the canonical form */
CHS_SORTED_CONTENT(effect_content, ChsEffect, chs_counters_are_sorted, effect_sorted, checked_effect, sizeof(ChsEffect))

CHS_TYPE_OPERATORS(chs_effect, effect_content)

/*
 * The answer.
 */
static void
add_stratum(EffectSums *sums, const Stratum *stratum)
{
	float8		y1 = (float8) stratum->count[true][true];
	float8		y2 = (float8) stratum->count[false][true];
	float8		n1 = y1 + (float8) stratum->count[true][false];
	float8		n2 = y2 + (float8) stratum->count[false][false];
	float8		n = n1 + n2;
	float8		weight = n1 * n2 / n;

	if (n1 == 0 || n2 == 0)
	{
		sums->lone_strata++;
		for (int i = 0; i < 4; i++)
			sums->lone_rows = chs_summary_add(sums->lone_rows, stratum->count[i / 2][i % 2], EFFECT_TYPE);
		return;
	}
	sums->weight += weight;
	sums->treated += y1 * n2 / n;
	sums->untreated += y2 * n1 / n;
	sums->p += (n1 * n1 * y2 - n2 * n2 * y1 + n1 * n2 * (n2 - n1) / 2.0) / (n * n);
	sums->q += (y1 * (n2 - y2) + y2 * (n1 - y1)) / (2.0 * n);
	sums->excess += (y1 * n2 - y2 * n1) / n;
	sums->variance += weight * ((y1 + y2) / n) * ((n - y1 - y2) / (n - 1.0));
}

static EffectSums
sum_strata(const ChsEffect *sorted)
{
	EffectSums	sums = {0};

	for (uint32 i = 0; i < sorted->counters.nentries; i++)
	{
		chs_check_interrupts(i);
		add_stratum(&sums, effect_stratum(sorted, i));
	}
	return sums;
}

/*
 * Limits of the difference, as shares.
 */
static void
find_limits(const EffectSums *sums, float8 difference, float8 z, float8 *low, float8 *high)
{
	float8		unit = z * z / (sums->weight * sums->weight);
	float8		shift = unit * sums->p / 2.0;
	float8		margin = sqrt(Max(unit * (difference * sums->p + sums->q) + shift * shift, 0.0));

	*low = Max(difference + shift - margin, -1.0);
	*high = Min(difference + shift + margin, 1.0);
}

/*
 * effect(s, confidence): treated_rate, untreated_rate, difference, low, high,
 * p_value, strata_without_overlap, rows_without_overlap.
 */
Datum
chs_effect(PG_FUNCTION_ARGS)
{
	float8		z = chs_confidence_z(chs_check_confidence(PG_GETARG_FLOAT8(1)));
	EffectSums	sums = sum_strata(effect_sorted(summary_arg(fcinfo, 0)));
	Datum		values[8] = {0};
	bool		nulls[8] = {true, true, true, true, true, true, false, false};

	if (sums.weight > 0)
	{
		float8		difference = sums.excess / sums.weight;
		float8		low;
		float8		high;

		find_limits(&sums, difference, z, &low, &high);
		values[0] = Float8GetDatum(100.0 * sums.treated / sums.weight);
		values[1] = Float8GetDatum(100.0 * sums.untreated / sums.weight);
		values[2] = Float8GetDatum(100.0 * difference);
		values[3] = Float8GetDatum(100.0 * low);
		values[4] = Float8GetDatum(100.0 * high);
		memset(nulls, false, 5);
		if (sums.variance > 0)
		{
			values[5] = Float8GetDatum(chs_normal_two_sided_p(sums.excess / sqrt(sums.variance)));
			nulls[5] = false;
		}
	}
	values[6] = Int64GetDatum(sums.lone_strata);
	values[7] = Int64GetDatum(sums.lone_rows);
	return chs_row(fcinfo, values, nulls);
}
