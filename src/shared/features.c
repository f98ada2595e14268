/*-------------------------------------------------------------------------
 *
 * features.c
 *		The features of a row: a float8[], read where it lies; and how the
 *		summary of a regression shows them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "shared/check.h"
#include "shared/compat.h"
#include "shared/features.h"
#include "shared/number.h"
#include "shared/stats.h"

/* of an array of one dimension: the header behind its length word, its bounds */
typedef struct ArrayHead
{
	int32		ndim;
	int32		dataoffset;		/* from the length word of four bytes on; 0: no NULL */
	Oid			elemtype;
	int32		length;
	int32		lower_bound;
} ArrayHead;

static void
refuse_shape(const ArrayHead *head)
{
	if (head->ndim > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"features\" must be a plain array"),
				 errdetail("It has %d dimensions.", head->ndim),
				 errhint("Write ARRAY[tenure, logins]::float8[].")));
	if (head->length > CHS_MAX_FEATURES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many features"),
				 errdetail("There are %d, and at most %d can be fitted.", head->length, CHS_MAX_FEATURES),
				 errhint("Choose the features that matter.")));
}

static void
find_nulls(const char *bitmap, ChsFeatures *features)
{
	for (int i = 0; i < features->n; i++)
		features->has_nulls |= (bitmap[i / BITS_PER_BYTE] & (1 << (i % BITS_PER_BYTE))) == 0;
}

/*
 * Finds the values.  Multidimensional arrays are an error.
 */
void
chs_features_read(Datum array, ChsFeatures *features)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(array);
	const char *bytes = VARDATA_ANY(packed);
	ArrayHead	head = {0};

	/* an empty array ends before its bounds */
	memcpy(&head, bytes, Min(sizeof(head), VARSIZE_ANY_EXHDR(packed)));
	features->n = 0;
	features->has_nulls = false;
	features->values = NULL;
	if (head.ndim == 0)
		return;
	refuse_shape(&head);
	features->n = head.length;
	if (head.dataoffset == 0)
		features->values = bytes + ARR_OVERHEAD_NONULLS(1) - VARHDRSZ;
	else
	{
		find_nulls(bytes + sizeof(head), features);
		features->values = bytes + head.dataoffset - VARHDRSZ;
	}
}

/*
 * Features for a model that "fit" made from "fitted" of them.
 */
void
chs_features_check_number(const ChsFeatures *features, int fitted, const char *fit)
{
	if (features->n != fitted)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model needs as many features as it was fitted with"),
				 errdetail("It was fitted with %d, and %d are given.", fitted, features->n),
				 errhint("Pass the same expressions in the same order as to %s.", fit)));
}

/*
 * Says how many rows a fit left out.
 */
void
chs_features_tell_skipped(int64 nskipped)
{
	if (nskipped > 0)
		ereport(NOTICE,
				(errmsg_plural(INT64_FORMAT " row with a NULL feature was left out",
							   INT64_FORMAT " rows with a NULL feature were left out", nskipped, nskipped),
				 errhint("Where NULL has a meaning, give it a number and a feature of its own: coalesce(x, 0), (x IS NULL)::int.")));
}

/*
 * The names of features, which a caller passed.
 */
Datum *
chs_feature_names(ArrayType *array, int nfeatures)
{
	Datum	   *names;
	int			n;

	chs_check_list(array, "names", "Pass one name per feature.");
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, &n);
	if (n != nfeatures)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("names and features must be of one number"),
				 errdetail("Features of the model: %d. Names given: %d.", nfeatures, n),
				 errhint("Pass one name per feature, none for an intercept.")));
	return names;
}

/*
 * The column with the name of feature i, counted from 0; names may be NULL.
 */
void
chs_report_feature_name(ChsReport *report, const Datum *names, int i)
{
	if (names)
		chs_report_datum(report, names[i]);
	else
		chs_report_text(report, psprintf("feature %d", i + 1));
}

static void
report_ratio(ChsReport *report, float8 logarithm)
{
	float8		ratio = exp(logarithm);

	chs_report_float8_if(report, isfinite(ratio), ratio);
}

/*
 * The columns of a coefficient: it, its standard error, z and p, and what it
 * multiplies by (a ratio of odds or hazards) with its interval of 95 %, NULL
 * where that is no double, as of a feature in very small numbers.
 */
void
chs_report_coefficient(ChsReport *report, float8 coefficient, float8 error)
{
	float8		margin = chs_confidence_z(95) * error;

	chs_report_float8(report, coefficient);
	chs_report_float8(report, error);
	chs_report_float8(report, coefficient / error);
	chs_report_float8(report, chs_normal_two_sided_p(coefficient / error));
	report_ratio(report, coefficient);
	report_ratio(report, coefficient - margin);
	report_ratio(report, coefficient + margin);
}

void
chs_refuse_feature(const ChsFeatures *features, int i)
{
	float8		value;

	memcpy(&value, features->values + i * sizeof(float8), sizeof(value));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("features must be finite"),
			 errdetail("Feature %d is %s.", i + 1, chs_double_text(value)),
			 errhint("Turn it into NULL, and the row is left out and counted: CASE WHEN abs(x) < 1e300 THEN x END.")));
}
