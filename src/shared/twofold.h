/*-------------------------------------------------------------------------
 *
 * twofold.h
 *		Sums of two doubles, for twice the digits.
 *
 * A number is high + low, where low is at most half a unit in the last place
 * of high.  Sums are Knuth's, products Dekker's (A Floating-Point Technique
 * for Extending the Available Precision, 1971), which needs no fused
 * multiply-add.  Factors stay below 1e300.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_TWOFOLD_H
#define CHS_TWOFOLD_H

typedef struct ChsTwofold
{
	float8		high;
	float8		low;
} ChsTwofold;

/* 2^27 + 1 */
#define CHS_TWOFOLD_SPLIT	134217729.0

static inline ChsTwofold
chs_twofold_sum(float8 a, float8 b)
{
	ChsTwofold	sum;
	float8		part;

	sum.high = a + b;
	part = sum.high - a;
	sum.low = (a - (sum.high - part)) + (b - part);
	return sum;
}

static inline ChsTwofold
chs_twofold_product(float8 a, float8 b)
{
	ChsTwofold	product;
	float8		split = CHS_TWOFOLD_SPLIT * a;
	float8		a_high = split - (split - a);
	float8		a_low = a - a_high;
	float8		b_high;
	float8		b_low;

	split = CHS_TWOFOLD_SPLIT * b;
	b_high = split - (split - b);
	b_low = b - b_high;
	product.high = a * b;
	product.low = ((a_high * b_high - product.high) + a_high * b_low + a_low * b_high) + a_low * b_low;
	return product;
}

static inline ChsTwofold
chs_twofold_add(ChsTwofold a, ChsTwofold b)
{
	ChsTwofold	sum = chs_twofold_sum(a.high, b.high);

	return chs_twofold_sum(sum.high, sum.low + (a.low + b.low));
}

static inline ChsTwofold
chs_twofold_multiply(ChsTwofold a, ChsTwofold b)
{
	ChsTwofold	product = chs_twofold_product(a.high, b.high);

	return chs_twofold_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

#endif							/* CHS_TWOFOLD_H */
