/*-------------------------------------------------------------------------
 *
 * lifetime_model.h
 *		Models as rows of a composite type: read and written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_LIFETIME_MODEL_H
#define CHS_LIFETIME_MODEL_H

#include "fmgr.h"

#include "lifetime/lifetime_maximum.h"

#define CHS_MODEL_COLUMNS	12	/* at most */

/* status of a gamma_gamma_model that predicts for customers with purchases alone */
#define CHS_MEAN_NOT_FINITE	"mean not finite"

/* a row; what was put into it last has the number n - 1 */
typedef struct ChsModelRow
{
	int			n;
	Datum		values[CHS_MODEL_COLUMNS];
	bool		nulls[CHS_MODEL_COLUMNS];
} ChsModelRow;

/*
 * The state of an aggregate after a row that counts nothing.
 */
static inline Datum
chs_unchanged_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

extern void chs_get_model_row(FunctionCallInfo fcinfo, int argno, int ncolumns, ChsModelRow *row);
extern bool chs_get_model_params(const ChsModelRow *row, int first, int n, const char *type,
								 const char *const *names, int status, float8 *params);
extern bool chs_get_model_covariance(const ChsModelRow *row, int column, int n, float8 *covariance);

extern void chs_put_model_datum(ChsModelRow *row, Datum value);
extern void chs_put_model_null(ChsModelRow *row);
extern void chs_put_model_params(ChsModelRow *row, const ChsMaximum *maximum, int n);
extern void chs_put_model_errors(ChsModelRow *row, const ChsMaximum *maximum, int n);
extern void chs_put_model_covariance(ChsModelRow *row, const ChsMaximum *maximum, int n);
extern void chs_put_model_likelihood(ChsModelRow *row, const ChsMaximum *maximum);

#endif							/* CHS_LIFETIME_MODEL_H */
