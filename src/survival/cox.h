/*-------------------------------------------------------------------------
 *
 * cox.h
 *		Proportional hazards: what a fit works on and what comes out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_COX_H
#define CHS_COX_H

#include "shared/sample.h"

/* columns of a sample of cox_fit, behind which the features are */
#define CHS_COX_DURATION	0
#define CHS_COX_ENTRY		1
#define CHS_COX_ENDED		2
#define CHS_COX_FEATURES	3

/* the entry of a customer who was there from the beginning */
#define CHS_COX_NO_ENTRY	(-1.0)

typedef enum ChsCoxStatus
{
	CHS_COX_CONVERGED,
	CHS_COX_ALIASED,			/* converged, without some of the features */
	CHS_COX_SEPARATED,			/* the likelihood rises for ever */
	CHS_COX_NOT_IDENTIFIED,		/* nothing tells customers who end from others */
	CHS_COX_NOT_CONVERGED
} ChsCoxStatus;

/* customers who end at one time */
typedef struct ChsCoxTime
{
	float8		t;
	int64		first;			/* rows from here on have this duration ... */
	int64		end;			/* ... and from here on a longer one */
	int64		ended;
	float8		g;				/* Kaplan-Meier: the share that ended before t, less its mean */
} ChsCoxTime;

/* how a feature is scaled and centred (cox_rows.c) */
typedef struct ChsCoxCentring ChsCoxCentring;

/*
 * Rows, sorted by duration, of customers who are under risk when one ends.
 * Their features are transformed to columns q; of feature kept[j], scaled and
 * centred, z = q * triangle.
 */
typedef struct ChsCoxRows
{
	ChsSampleBlock block;		/* of them alone */
	int64		n;
	int			nfeatures;
	int			nkept;
	ChsCoxCentring *centrings;	/* of each feature */
	bool	   *is_left_out;	/* features without information, which the caller names */
	int		   *kept;
	float8	   *scale;			/* of each kept feature, a power of two */
	float8	   *triangle;		/* nkept x nkept, upper */
	const float8 *duration;
	const float8 *entry;
	const float8 *ended;
	float8	   *q;				/* n x nkept, row by row */
	int64		nlate;
	int64	   *late;			/* rows with an entry, the latest first */
	int64		ntimes;
	ChsCoxTime *times;			/* they rise */
	int64		nevents;
} ChsCoxRows;

/*
 * The logarithm of the partial likelihood with its derivatives; matrices are
 * nkept x nkept, lower triangles.  With g: also the moments of g times each
 * feature.
 */
typedef struct ChsCoxSums
{
	float8		log_likelihood;
	float8	   *score;
	float8	   *information;
	bool		with_g;
	float8	   *score_g;
	float8	   *information_g;	/* of coefficients and theta */
	float8	   *information_gg; /* of theta */
} ChsCoxSums;

typedef struct ChsCoxFit
{
	ChsCoxStatus status;
	int			nfeatures;
	int			nkept;
	int64		nevents;
	int			iterations;
	float8		log_likelihood;
	float8		null_log_likelihood;
	float8		concordance;	/* NaN: no pair can be compared */
	float8	   *coefficients;	/* of all features; NaN: none */
	float8	   *errors;
	float8	   *covariance;		/* nfeatures x nfeatures */
	float8	   *check_chi2;
	float8		check_global;
} ChsCoxFit;

/* cox_rows.c */
extern void chs_cox_rows_make(ChsCoxRows *rows, const ChsSampleBlock *block, int nfeatures);
extern void chs_cox_rows_leave_out(ChsCoxRows *rows);
extern void chs_cox_rows_transform(ChsCoxRows *rows, const float8 *l);

/* cox_likelihood.c */
/* x b of each row, and the largest less the smallest */
extern void chs_cox_predictors(const ChsCoxRows *rows, const float8 *coefficients, float8 *predictors);
extern float8 chs_cox_range(const float8 *predictors, int64 n);
extern ChsCoxSums *chs_cox_sums_make(const ChsCoxRows *rows, bool with_g);
extern bool chs_cox_evaluate(const ChsCoxRows *rows, const float8 *coefficients, ChsCoxSums *sums);

/* cox_separation.c */
extern bool chs_cox_is_separated(const ChsCoxRows *rows, const float8 *direction, float8 no_loss);

/* cox_concordance.c */
extern float8 chs_cox_concordance(const ChsCoxRows *rows, const float8 *coefficients);

/* cox.c */
extern void chs_cox_fit(const ChsSampleBlock *block, int nfeatures, ChsCoxFit *fit);

#endif							/* CHS_COX_H */
