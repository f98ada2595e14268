/*-------------------------------------------------------------------------
 *
 * features.h
 *		The features of a row: a float8[], read where it lies.
 *
 * A stored array of a dozen numbers has a short header, and so would be copied
 * to be aligned before PostgreSQL's functions could read it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_FEATURES_H
#define CHS_FEATURES_H

#include "fmgr.h"

#include "utils/array.h"

#include "shared/compat.h"
#include "shared/report.h"

/* of a regression, at most */
#define CHS_MAX_FEATURES	1000

/* the columns that a summary of a regression has behind the name of a feature */
#define CHS_COEFFICIENT_COLUMNS	7

typedef struct ChsFeatures
{
	int			n;
	bool		has_nulls;		/* then there are no values */
	const char *values;			/* n of float8, perhaps unaligned */
} ChsFeatures;

extern void chs_features_read(Datum array, ChsFeatures *features);
extern void chs_features_check_number(const ChsFeatures *features, int fitted, const char *fit);
extern void chs_features_tell_skipped(int64 nskipped);
extern Datum *chs_feature_names(ArrayType *array, int nfeatures);
extern void chs_report_feature_name(ChsReport *report, const Datum *names, int i);
extern void chs_report_coefficient(ChsReport *report, float8 coefficient, float8 error);
pg_noreturn extern void chs_refuse_feature(const ChsFeatures *features, int i);

/* a value, which must be finite */
static inline float8
chs_feature(const ChsFeatures *features, int i)
{
	float8		value;

	memcpy(&value, features->values + i * sizeof(float8), sizeof(value));
	/* infinities and NaN minus themselves are not zero */
	if (unlikely(value - value != 0))
		chs_refuse_feature(features, i);
	return value;
}

#endif							/* CHS_FEATURES_H */
