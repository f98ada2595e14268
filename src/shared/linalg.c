/*-------------------------------------------------------------------------
 *
 * linalg.c
 *		Small dense matrices: QR with the rank in column order, Cholesky.
 *
 * A fit has a million rows and a dozen columns.  Their triangle R is built up
 * from pieces of the rows: Householder reflections turn the triangle so far
 * with the next rows below it into the next triangle (Golub and Van Loan,
 * Matrix Computations, section 5.2 and, for pieces, TSQR of Demmel et al.,
 * 2012).  That is backward stable, so R shows a column that depends on earlier
 * ones at 1e-9 of its norm, which cross products, being squares, show at 1e-8
 * at best.
 *
 * Everything here is cubic in columns, of which there may be a thousand, so
 * the outer loops check for interrupts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "shared/linalg.h"

static float8
dot(const float8 *a, const float8 *b, int n)
{
	float8		sum[4] = {0};
	int			i = 0;

	for (; i + 4 <= n; i += 4)
	{
		for (int lane = 0; lane < 4; lane++)
			sum[lane] += a[i + lane] * b[i + lane];
	}
	for (; i < n; i++)
		sum[0] += a[i] * b[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/*
 * Column j of the triangle and of the rows below it: the reflection that turns
 * it into a multiple of the unit vector, applied to the later columns.
 */
static void
reflect_column(float8 *r, int n, float8 *rows, int nrows, int stride, int j)
{
	float8	   *below = rows + (Size) j * stride;
	float8		tail = dot(below, below, nrows);
	float8		head = r[j * n + j];
	float8		norm;
	float8		pivot;

	if (tail == 0)
		return;
	norm = sqrt(head * head + tail);
	if (head > 0)
		norm = -norm;
	pivot = head - norm;
	r[j * n + j] = norm;

	/* the vector is (pivot, below), and 2 / |vector|^2 = -1 / (norm * pivot) */
	for (int k = j + 1; k < n; k++)
	{
		float8	   *column = rows + (Size) k * stride;
		float8		factor = (pivot * r[j * n + k] + dot(below, column, nrows)) / (norm * pivot);

		r[j * n + k] += factor * pivot;
		for (int i = 0; i < nrows; i++)
			column[i] += factor * below[i];
	}
}

void
chs_qr_add_rows(float8 *r, int n, float8 *rows, int nrows, int stride)
{
	for (int j = 0; j < n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		reflect_column(r, n, rows, nrows, stride, j);
	}
}

/*
 * A column goes through the reflections of the kept columns before it, and
 * what is left of it from row "rank" on is its own.  An aliased one makes no
 * reflection, so its rest goes nowhere.
 */
int
chs_qr_rank(const float8 *r, int n, bool *aliased, float8 *rest)
{
	float8	   *vectors = palloc(Max((Size) n * n, 1) * sizeof(float8));
	float8	   *kept = palloc(Max((Size) n * n, 1) * sizeof(float8));
	float8	   *scales = palloc(Max(n, 1) * sizeof(float8));
	int			rank = 0;

	for (int j = 0; j < n; j++)
	{
		float8	   *column = kept + (Size) rank * n;
		float8	   *vector = vectors + (Size) rank * n;
		float8		whole;
		float8		own;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			column[i] = i <= j ? r[(Size) i * n + j] : 0;
		whole = sqrt(dot(column, column, n));
		for (int k = 0; k < rank; k++)
		{
			const float8 *before = vectors + (Size) k * n;
			float8		factor = scales[k] * dot(before + k, column + k, n - k);

			for (int i = k; i < n; i++)
				column[i] -= factor * before[i];
		}
		own = sqrt(dot(column + rank, column + rank, n - rank));
		aliased[j] = !(own > CHS_ALIASED * whole);
		if (aliased[j])
			continue;
		if (column[rank] > 0)
			own = -own;
		memcpy(vector + rank, column + rank, (n - rank) * sizeof(float8));
		vector[rank] -= own;
		scales[rank] = -1 / (own * vector[rank]);
		column[rank++] = own;
	}
	for (int i = 0; i < rank; i++)
	{
		for (int j = 0; j < rank; j++)
			rest[i * rank + j] = i <= j ? kept[(Size) j * n + i] : 0;
	}
	pfree(vectors);
	pfree(kept);
	pfree(scales);
	return rank;
}

void
chs_upper_solve(const float8 *r, int n, float8 *b)
{
	for (int i = n - 1; i >= 0; i--)
	{
		for (int j = i + 1; j < n; j++)
			b[i] -= r[i * n + j] * b[j];
		b[i] /= r[i * n + i];
	}
}

void
chs_upper_solve_transposed(const float8 *r, int n, float8 *b)
{
	for (int i = 0; i < n; i++)
	{
		b[i] /= r[i * n + i];
		for (int j = i + 1; j < n; j++)
			b[j] -= r[i * n + j] * b[i];
	}
}

/*
 * Cholesky.  What is left of a diagonal element, squared, must be more than
 * "least": below is rounding.
 */
bool
chs_cholesky_above(float8 *a, int n, float8 least)
{
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
			a[i * n + j] = (a[i * n + j] - dot(a + i * n, a + j * n, j)) / a[j * n + j];
		a[i * n + i] -= dot(a + i * n, a + i * n, i);
		if (!(a[i * n + i] > least) || isinf(a[i * n + i]))
			return false;
		a[i * n + i] = sqrt(a[i * n + i]);
	}
	return true;
}

bool
chs_cholesky(float8 *a, int n)
{
	return chs_cholesky_above(a, n, 0);
}

int
chs_cholesky_rank(float8 *a, int n, const float8 *least, bool *aliased)
{
	int			rank = 0;

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
			a[i * n + j] = aliased[j] ? 0 : (a[i * n + j] - dot(a + i * n, a + j * n, j)) / a[j * n + j];
		a[i * n + i] -= dot(a + i * n, a + i * n, i);
		aliased[i] = !(a[i * n + i] > least[i]) || isinf(a[i * n + i]);
		a[i * n + i] = aliased[i] ? 0 : sqrt(a[i * n + i]);
		rank += !aliased[i];
	}
	return rank;
}

void
chs_lower_solve(const float8 *l, int n, float8 *b)
{
	for (int i = 0; i < n; i++)
		b[i] = (b[i] - dot(l + i * n, b, i)) / l[i * n + i];
}

void
chs_cholesky_solve(const float8 *l, int n, float8 *b)
{
	chs_lower_solve(l, n, b);
	for (int i = n - 1; i >= 0; i--)
	{
		b[i] /= l[i * n + i];
		for (int j = 0; j < i; j++)
			b[j] -= l[i * n + j] * b[i];
	}
}

float8
chs_cholesky_log_determinant(const float8 *l, int n)
{
	float8		sum = 0;

	for (int i = 0; i < n; i++)
		sum += 2 * log(l[i * n + i]);
	return sum;
}
