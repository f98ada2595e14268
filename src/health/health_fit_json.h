/*-------------------------------------------------------------------------
 *
 * health_fit_json.h
 *		The member "fit" of a health model: what was learnt from customers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_FIT_JSON_H
#define CHS_HEALTH_FIT_JSON_H

#include "health/health_json.h"

/*
 * What a fit found.  NaN stands for what there is none of.
 */
typedef struct ChsHealthFit
{
	const char *status;
	const char *prior;
	int64		rows;
	int64		events;
	int64		horizon_days;	/* 0: not said */
	int64		unscored_rows;
	int64		capped_rows;
	double		prior_strength;
	double		intercept;
	double		slope;			/* of the log odds per point of the score */
	double		auc_apparent;
	double		auc_corrected;
	double		auc_low;
	double		auc_high;
	double		calibration_slope;
	double		brier_skill;
	double	   *weights;		/* by signal: the log odds a point takes away */
	double	   *errors;			/* by signal */
	double	   *missing;		/* by signal: percent of rows without */
} ChsHealthFit;

extern void chs_health_read_fit(ChsHealthBuilder *builder, const ChsJsonObject *model);
extern Jsonb *chs_health_with_weights(const ChsHealthModel *model, const double *weights);
extern Jsonb *chs_health_with_fit(const ChsHealthModel *model, const Jsonb *json, const ChsHealthFit *fit);

/* jsonb_set() of a place that is given by words */
extern Jsonb *chs_health_set_json(const Jsonb *json, int nwords, const char *const *words, const char *value);
extern Jsonb *chs_health_delete_json(const Jsonb *json, int nwords, const char *const *words);

#endif							/* CHS_HEALTH_FIT_JSON_H */
