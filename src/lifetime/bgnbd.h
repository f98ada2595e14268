/*-------------------------------------------------------------------------
 *
 * bgnbd.h
 *		BG/NBD and MBG/NBD: the model, and what is read of a customer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_BGNBD_H
#define CHS_BGNBD_H

#include "fmgr.h"

#include "shared/special.h"

#define CHS_BGNBD_PARAMS	4	/* r, alpha, a, b, in this order */
#define CHS_BGNBD_COLUMNS	12
#define CHS_MAX_UNIT_DAYS	100000

typedef struct ChsBgnbdModel
{
	bool		modified;		/* MBG/NBD: a customer may be gone before the first repeat purchase */
	float8		unit_days;
	float8		r;
	float8		alpha;
	float8		a;
	float8		b;
	bool		has_covariance;
	float8		covariance[CHS_BGNBD_PARAMS * CHS_BGNBD_PARAMS];
} ChsBgnbdModel;

/* a customer, in units of unit_days */
typedef struct ChsBgnbdCustomer
{
	float8		frequency;		/* purchases after the first one */
	float8		recency;		/* from the first to the last */
	float8		age;			/* from the first one to now */
} ChsBgnbdCustomer;

/*
 * What follows for purchases of a customer from now on: alive with a
 * probability, and if so, with these parameters in place of the model's.
 */
typedef struct ChsBgnbdPosterior
{
	float8		alive;
	float8		left;			/* 1 - alive, which may be tiny */
	float8		r;
	float8		alpha;
	float8		a;
	float8		b;
	float8		b_before;		/* b less the last time it stayed, if it did; may be tiny beside 1 */
} ChsBgnbdPosterior;

extern bool chs_is_modified_bgnbd(Datum variant);
extern float8 chs_check_unit_days(int64 unit_days);
extern bool chs_get_bgnbd_model(FunctionCallInfo fcinfo, int argno, ChsBgnbdModel *model);
extern void chs_check_bgnbd_customer(const ChsBgnbdCustomer *customer);
extern ChsBgnbdCustomer chs_get_bgnbd_customer(FunctionCallInfo fcinfo, int argno);
extern float8 chs_check_horizon(float8 horizon, const char *what);

extern ChsBgnbdPosterior chs_bgnbd_posterior(const ChsBgnbdModel *model, const ChsBgnbdCustomer *customer);
extern ChsBgnbdPosterior chs_bgnbd_newcomer(const ChsBgnbdModel *model);
extern float8 chs_bgnbd_log_scale(const ChsBgnbdPosterior *posterior, float8 horizon);
extern float8 chs_bgnbd_expected(const ChsBetaRule *rule, const ChsBgnbdPosterior *posterior, float8 horizon);

#endif							/* CHS_BGNBD_H */
