/*-------------------------------------------------------------------------
 *
 * health.h
 *		The flat form of a health model, and what the files of the family
 *		tell each other.  No other family includes this.
 *
 * A model lies in memory and on disk as one varlena without pointers:
 *
 *		HealthModel		header
 *		Jsonb			the model as its owner wrote it, numbers trimmed
 *		HealthSignal[]	one per signal, in model order
 *		HealthLimit[]	floors, then caps
 *		HealthBand[]
 *		HealthPoint[], HealthOption[]	what curves, steps and values need
 *
 * Strings are offsets into the Jsonb, so nothing is kept twice.  A row is
 * scored straight from these bytes: a model that comes from a table costs no
 * parsing, however many models a query mixes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_H
#define CHS_HEALTH_H

#include <math.h>

#include "access/htup.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "shared/compat.h"

#define HEALTH_MODEL_VERSION	1
#define HEALTH_MAX_SIGNALS		1000
#define HEALTH_MAX_JSON			(1024 * 1024)
#define HEALTH_MAX_WEIGHT		1e15
/* from worst to best: a hundred times a value between them stays finite */
#define HEALTH_MAX_WIDTH		1e300

typedef enum HealthMethod
{
	HEALTH_MEAN,
	HEALTH_POINTS
} HealthMethod;

typedef enum HealthRule
{
	HEALTH_LINEAR,				/* worst, best */
	HEALTH_CURVE,
	HEALTH_STEPS,
	HEALTH_VALUES,				/* text to score */
	HEALTH_POINTS_EACH			/* method points */
} HealthRule;

typedef enum HealthMissing
{
	HEALTH_SKIP,
	HEALTH_WORST,
	HEALTH_NEUTRAL,
	HEALTH_FAIL
} HealthMissing;

#define HEALTH_NEUTRAL_SCORE	50.0

/*
 * Scores and coverages are quotients of sums of decimal weights: what is 70 on
 * paper may miss 70 by less than this, and is not to miss its band for it.
 */
#define HEALTH_TOLERANCE	1e-11

/* A string of the model: an offset from its start; 0 means absent. */
typedef struct HealthText
{
	uint32		offset;
	uint32		length;
} HealthText;

typedef struct HealthPoint
{
	float8		x;
	float8		score;
} HealthPoint;

typedef struct HealthOption
{
	HealthText	text;
	float8		score;
} HealthOption;

typedef struct HealthSignal
{
	float8		weight;			/* as written */
	float8		share;			/* its part of the coverage: the weight, or with
								 * groups its part of the group's weight */
	float8		group_weight;	/* weight of its group, 0 without groups */
	float8		origin;			/* linear: worst.  points: points each */
	float8		best;			/* linear */
	float8		width;			/* linear: best - worst */
	float8		low;			/* limits: linear 0 and 100; points: "min" and
								 * "max", or infinite */
	float8		high;
	float8		half_life;		/* days, 0: does not fade */
	float8		expires_after;	/* days, infinity: never */
	HealthText	name;
	HealthText	label;
	HealthText	unit;
	HealthText	group;
	HealthText	action;
	HealthText	at;
	uint32		detail;			/* offset of its HealthPoint or HealthOption
								 * array, 0 without */
	uint32		ndetails;
	uint16		rule;			/* HealthRule */
	uint16		missing;		/* HealthMissing */
	uint16		group_no;		/* same number: same group name */
	uint16		has_max;
} HealthSignal;

typedef struct HealthLimit
{
	float8		threshold;
	float8		score;
	HealthText	reason;
	uint16		signal;
	uint8		above;			/* else below */
	uint8		is_cap;			/* else a floor */
	uint32		unused;
} HealthLimit;

typedef struct HealthBand
{
	float8		from;
	HealthText	name;
	HealthText	color;
} HealthBand;

typedef struct HealthModel
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint16		version;
	uint16		method;			/* HealthMethod */
	uint16		nsignals;
	uint16		nlimits;
	uint16		nbands;			/* 0: the default bands */
	uint16		ngroups;		/* distinct group names, none included */
	uint16		has_groups;		/* "groups" was given */
	uint16		needs_as_of;	/* some signal has "at" */
	uint16		is_simple;		/* see chs_health_score() */
	int32		within_days;
	uint32		signals;		/* offsets from the start of the model */
	uint32		limits;
	uint32		bands;
	float8		total_share;	/* of all signals, summed in model order */
	float8		min_coverage;
	float8		base;
	float8		drop;
	float8		hysteresis;
} HealthModel;

#define HEALTH_SIGNALS(m) \
	((const HealthSignal *) ((const char *) (m) + (m)->signals))
#define HEALTH_LIMITS(m) \
	((const HealthLimit *) ((const char *) (m) + (m)->limits))
#define HEALTH_BANDS(m) \
	((const HealthBand *) ((const char *) (m) + (m)->bands))
#define HEALTH_DETAIL(m, signal) ((const char *) (m) + (signal)->detail)
#define HEALTH_JSONB(m) \
	((Jsonb *) ((char *) (m) + MAXALIGN(sizeof(HealthModel))))
#define HEALTH_TEXT(m, text) ((const char *) (m) + (text).offset)

/* What a row says of one signal. */
typedef struct HealthInput
{
	double		value;			/* where the rule wants a number */
	const char *text;			/* where the rule is "values", or NULL */
	int			length;
	DateADT		at;
	bool		is_null;
	bool		at_is_null;
	bool		is_bool;		/* only for showing it again */
} HealthInput;

typedef enum HealthStatus
{
	HEALTH_OK,
	HEALTH_IS_MISSING,
	HEALTH_IS_STALE
} HealthStatus;

typedef struct HealthSignalResult
{
	HealthStatus status;
	bool		has_score;
	double		score;			/* mean: 0-100 */
	double		inside;			/* mean: what it weighs within its group */
	double		weight;			/* mean: what it weighs in this row */
	double		share;			/* what it adds to the coverage */
	double		contribution;	/* points of the whole score */
} HealthSignalResult;

typedef struct HealthResult
{
	bool		has_weight;		/* the score before limits exists */
	bool		is_null;		/* the final score is NULL */
	double		weight;			/* mean: sum of what the signals weigh */
	double		coverage;		/* percent */
	double		raw;			/* before clamp, floors and caps */
	double		clamped;
	double		floored;
	double		score;			/* after caps */
	int			floor;			/* the limit that acts, or -1 */
	int			cap;
} HealthResult;

/* health_model.c */
extern HealthModel *chs_health_parse(const Jsonb *json);

/* health_eval.c */
extern void chs_health_evaluate(const HealthModel *model,
								const HealthInput *inputs,
								bool has_as_of, DateADT as_of,
								HealthSignalResult *signals,
								HealthResult *result);
extern bool chs_health_score(const HealthModel *model,
							 const HealthInput *inputs,
							 bool has_as_of, DateADT as_of, double *score);
extern void chs_health_explain_weights(const HealthModel *model,
									   const HealthResult *result,
									   HealthSignalResult *signals);
extern int	chs_health_nbands(const HealthModel *model);
extern double chs_health_band_from(const HealthModel *model, int band);
extern text *chs_health_band_name(const HealthModel *model, int band);
extern text *chs_health_band_color(const HealthModel *model, int band);
extern double chs_health_check_score(double score);
extern int	chs_health_band_of(const HealthModel *model, double score);

/* health_input.c */
typedef enum HealthSource
{
	HEALTH_FROM_RECORD,
	HEALTH_FROM_JSONB
} HealthSource;

extern const HealthModel *chs_health_model_datum(FunctionCallInfo fcinfo,
												 int place, Datum datum);
extern const HealthModel *chs_health_model_arg(FunctionCallInfo fcinfo,
											   int argno);
extern void chs_health_read(FunctionCallInfo fcinfo, HealthSource source,
							int model_arg, int signals_arg, int reader,
							const HealthModel *model, HealthInput *inputs);
extern void chs_health_read_jsonb(const HealthModel *model, Jsonb *json,
								  HealthInput *inputs);
pg_noreturn extern void chs_health_not_finite(const HealthModel *model,
											  const HealthSignal *signal,
											  double value);
extern void chs_health_set_at(const HealthModel *model,
							  const HealthSignal *signal, DateADT at,
							  HealthInput *input);
extern void chs_health_read_values(FunctionCallInfo fcinfo,
								   const HealthModel *model,
								   HealthInput *inputs);
extern void chs_health_read_array(const HealthModel *model,
								  const Datum *values, const bool *nulls,
								  int n, HealthInput *inputs);

static inline void
chs_health_set_number(const HealthModel *model, const HealthSignal *signal,
					  double value, HealthInput *input)
{
	if (unlikely(!isfinite(value)))
		chs_health_not_finite(model, signal, value);
	input->value = value;
	input->is_null = false;
}

/* A row with its model, evaluated. */
#define HEALTH_STACK_SIGNALS	32

typedef struct HealthRow
{
	const HealthModel *model;
	HealthInput *inputs;
	HealthSignalResult *signals;
	HealthResult result;
	HealthInput few_inputs[HEALTH_STACK_SIGNALS];
	HealthSignalResult few_signals[HEALTH_STACK_SIGNALS];
} HealthRow;

extern void chs_health_start_row(HealthRow *row, const HealthModel *model);
extern bool chs_health_read_args(FunctionCallInfo fcinfo, HealthSource source,
								 int model_arg, int signals_arg, int reader,
								 HealthRow *row);
extern bool chs_health_as_of_arg(FunctionCallInfo fcinfo, int argno,
								 DateADT *as_of);
extern bool chs_health_evaluate_at(FunctionCallInfo fcinfo,
								   HealthSource source, int model_arg,
								   int signals_arg, int as_of_arg, int reader,
								   HealthRow *row);
extern bool chs_health_evaluate_args(FunctionCallInfo fcinfo,
									 HealthSource source, HealthRow *row);

/* a string of the model as text, NULL where absent */
extern text *chs_health_text(const HealthModel *model, HealthText string);
extern char *chs_health_cstring(const HealthModel *model, HealthText string);

#endif							/* CHS_HEALTH_H */
