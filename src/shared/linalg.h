/*-------------------------------------------------------------------------
 *
 * linalg.h
 *		Small dense matrices: QR with the rank in column order, Cholesky.
 *
 * Matrices are in row order: element (i, j) of one with n columns is
 * a[i * n + j].  n is at most CHS_SAMPLE_COLUMNS.  Squares of elements must
 * neither overflow nor vanish: scale columns by a power of two before.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LINALG_H
#define CHS_LINALG_H

/* a column is aliased if less than this share of its norm is its own */
#define CHS_ALIASED		1e-9

/*
 * Upper triangle R (n x n) with R'R = A'A, of a matrix A whose rows come in
 * pieces.  R starts as all zeros.  "rows" are in columns: row i of column j is
 * rows[j * stride + i]; they are overwritten.
 */
extern void chs_qr_add_rows(float8 *r, int n, float8 *rows, int nrows, int stride);

/*
 * Which columns are linear combinations of the columns before them?  Column j
 * is, if what is left of it after these are projected out has a norm below
 * CHS_ALIASED times its own.  Returns how many columns are not; "rest" becomes
 * the triangle of these columns, in their order.
 */
extern int	chs_qr_rank(const float8 *r, int n, bool *aliased, float8 *rest);

/* solutions with the upper triangle R: R x = b, and R' x = b, in place of b */
extern void chs_upper_solve(const float8 *r, int n, float8 *b);
extern void chs_upper_solve_transposed(const float8 *r, int n, float8 *b);

/*
 * The lower triangle L with LL' = A of a symmetric positive definite matrix, in
 * place of A, of which the lower triangle is read.  False if A is not positive
 * definite (or not finite); the content is undefined then.
 */
extern bool chs_cholesky_above(float8 *a, int n, float8 least);
extern bool chs_cholesky(float8 *a, int n);

/*
 * The same, of which column i is aliased if what is left of its diagonal
 * element, squared, is not more than least[i].  Its row and column of L are
 * zero.  Returns how many columns are not aliased.
 */
extern int	chs_cholesky_rank(float8 *a, int n, const float8 *least, bool *aliased);

/* the solution of L x = b, and of A x = b, in place of b */
extern void chs_lower_solve(const float8 *l, int n, float8 *b);
extern void chs_cholesky_solve(const float8 *l, int n, float8 *b);

/* logarithm of the determinant of A */
extern float8 chs_cholesky_log_determinant(const float8 *l, int n);

#endif							/* CHS_LINALG_H */
