/*-------------------------------------------------------------------------
 *
 * health.h
 *		The flat form of a health model, and what the files of the family
 *		tell each other.  No other family includes this.
 *
 * A model lies in memory and on disk as one varlena without pointers:
 *
 *		ChsHealthModel		header
 *		Jsonb			the model as its owner wrote it, numbers trimmed
 *		ChsHealthSignal[]	one per signal, in model order
 *		ChsHealthLimit[]	floors, then caps
 *		ChsHealthBand[]
 *		ChsHealthPoint[], ChsHealthOption[]	what curves, steps and values need
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

typedef enum ChsHealthMethod
{
	HEALTH_MEAN,
	HEALTH_POINTS
} ChsHealthMethod;

typedef enum ChsHealthRule
{
	HEALTH_LINEAR,				/* worst, best */
	HEALTH_CURVE,
	HEALTH_STEPS,
	HEALTH_VALUES,				/* text to score */
	HEALTH_POINTS_EACH			/* method points */
} ChsHealthRule;

typedef enum ChsHealthMissing
{
	HEALTH_SKIP,
	HEALTH_WORST,
	HEALTH_NEUTRAL,
	HEALTH_FAIL
} ChsHealthMissing;

#define HEALTH_NEUTRAL_SCORE	50.0

/*
 * Scores and coverages are quotients of sums of decimal weights: what is 70 on
 * paper may miss 70 by less than this, and is not to miss its band for it.
 */
#define HEALTH_TOLERANCE	1e-11

/* A string of the model: an offset from its start; 0 means absent. */
typedef struct ChsHealthText
{
	uint32		offset;
	uint32		length;
} ChsHealthText;

typedef struct ChsHealthPoint
{
	float8		x;
	float8		score;
} ChsHealthPoint;

typedef struct ChsHealthOption
{
	ChsHealthText	text;
	float8		score;
} ChsHealthOption;

typedef struct ChsHealthSignal
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
	ChsHealthText	name;
	ChsHealthText	label;
	ChsHealthText	unit;
	ChsHealthText	group;
	ChsHealthText	action;
	ChsHealthText	at;
	uint32		detail;			/* offset of its ChsHealthPoint or ChsHealthOption
								 * array, 0 without */
	uint32		ndetails;
	uint16		rule;			/* ChsHealthRule */
	uint16		missing;		/* ChsHealthMissing */
	uint16		group_no;		/* same number: same group name */
	uint16		has_max;
} ChsHealthSignal;

typedef struct ChsHealthLimit
{
	float8		threshold;
	float8		score;
	ChsHealthText	reason;
	uint16		signal;
	uint8		above;			/* else below */
	uint8		is_cap;			/* else a floor */
	uint32		unused;
} ChsHealthLimit;

typedef struct ChsHealthBand
{
	float8		from;
	ChsHealthText	name;
	ChsHealthText	color;
} ChsHealthBand;

typedef struct ChsHealthModel
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint16		version;
	uint16		method;			/* ChsHealthMethod */
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
} ChsHealthModel;

#define HEALTH_SIGNALS(m) \
	((const ChsHealthSignal *) ((const char *) (m) + (m)->signals))
#define HEALTH_LIMITS(m) \
	((const ChsHealthLimit *) ((const char *) (m) + (m)->limits))
#define HEALTH_BANDS(m) \
	((const ChsHealthBand *) ((const char *) (m) + (m)->bands))
#define HEALTH_DETAIL(m, signal) ((const char *) (m) + (signal)->detail)
#define HEALTH_JSONB(m) \
	((Jsonb *) ((char *) (m) + MAXALIGN(sizeof(ChsHealthModel))))
#define HEALTH_TEXT(m, text) ((const char *) (m) + (text).offset)

/* What a row says of one signal. */
typedef struct ChsHealthInput
{
	double		value;			/* where the rule wants a number */
	const char *text;			/* where the rule is "values", or NULL */
	int			length;
	DateADT		at;
	bool		is_null;
	bool		at_is_null;
	bool		is_bool;		/* only for showing it again */
} ChsHealthInput;

typedef enum ChsHealthStatus
{
	HEALTH_OK,
	HEALTH_IS_MISSING,
	HEALTH_IS_STALE
} ChsHealthStatus;

typedef struct ChsHealthSignalResult
{
	ChsHealthStatus status;
	bool		has_score;
	double		score;			/* mean: 0-100 */
	double		inside;			/* mean: what it weighs within its group */
	double		weight;			/* mean: what it weighs in this row */
	double		share;			/* what it adds to the coverage */
	double		contribution;	/* points of the whole score */
} ChsHealthSignalResult;

typedef struct ChsHealthResult
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
} ChsHealthResult;

/* health_model.c */
extern ChsHealthModel *chs_health_parse(const Jsonb *json);

/* health_eval.c */
extern void chs_health_evaluate(const ChsHealthModel *model,
								const ChsHealthInput *inputs,
								bool has_as_of, DateADT as_of,
								ChsHealthSignalResult *signals,
								ChsHealthResult *result);
extern bool chs_health_score(const ChsHealthModel *model,
							 const ChsHealthInput *inputs,
							 bool has_as_of, DateADT as_of, double *score);
extern void chs_health_explain_weights(const ChsHealthModel *model,
									   const ChsHealthResult *result,
									   ChsHealthSignalResult *signals);
extern int	chs_health_nbands(const ChsHealthModel *model);
extern double chs_health_band_from(const ChsHealthModel *model, int band);
extern text *chs_health_band_name(const ChsHealthModel *model, int band);
extern text *chs_health_band_color(const ChsHealthModel *model, int band);
extern double chs_health_check_score(double score);
extern int	chs_health_band_of(const ChsHealthModel *model, double score);

/* health_input.c */
typedef enum ChsHealthSource
{
	HEALTH_FROM_RECORD,
	HEALTH_FROM_JSONB
} ChsHealthSource;

extern const ChsHealthModel *chs_health_model_datum(FunctionCallInfo fcinfo,
													int place, Datum datum);
extern const ChsHealthModel *chs_health_model_arg(FunctionCallInfo fcinfo,
												  int argno);
extern void chs_health_read(FunctionCallInfo fcinfo, ChsHealthSource source,
							int model_arg, int signals_arg, int reader,
							const ChsHealthModel *model, ChsHealthInput *inputs);
extern void chs_health_read_jsonb(const ChsHealthModel *model, Jsonb *json,
								  ChsHealthInput *inputs);
pg_noreturn extern void chs_health_not_finite(const ChsHealthModel *model,
											  const ChsHealthSignal *signal,
											  double value);
extern void chs_health_set_at(const ChsHealthModel *model,
							  const ChsHealthSignal *signal, DateADT at,
							  ChsHealthInput *input);
extern void chs_health_read_values(FunctionCallInfo fcinfo,
								   const ChsHealthModel *model,
								   ChsHealthInput *inputs);
extern void chs_health_read_array(const ChsHealthModel *model,
								  const Datum *values, const bool *nulls,
								  int n, ChsHealthInput *inputs);

static inline void
chs_health_set_number(const ChsHealthModel *model, const ChsHealthSignal *signal,
					  double value, ChsHealthInput *input)
{
	if (unlikely(!isfinite(value)))
		chs_health_not_finite(model, signal, value);
	input->value = value;
	input->is_null = false;
}

/* A row with its model, evaluated. */
#define HEALTH_STACK_SIGNALS	32

typedef struct ChsHealthRow
{
	const ChsHealthModel *model;
	ChsHealthInput *inputs;
	ChsHealthSignalResult *signals;
	ChsHealthResult result;
	ChsHealthInput few_inputs[HEALTH_STACK_SIGNALS];
	ChsHealthSignalResult few_signals[HEALTH_STACK_SIGNALS];
} ChsHealthRow;

extern void chs_health_start_row(ChsHealthRow *row, const ChsHealthModel *model);
extern bool chs_health_read_args(FunctionCallInfo fcinfo, ChsHealthSource source,
								 int model_arg, int signals_arg, int reader,
								 ChsHealthRow *row);
extern bool chs_health_as_of_arg(FunctionCallInfo fcinfo, int argno,
								 DateADT *as_of);
extern bool chs_health_evaluate_at(FunctionCallInfo fcinfo,
								   ChsHealthSource source, int model_arg,
								   int signals_arg, int as_of_arg, int reader,
								   ChsHealthRow *row);
extern bool chs_health_evaluate_args(FunctionCallInfo fcinfo,
									 ChsHealthSource source, ChsHealthRow *row);

/* a string of the model as text, NULL where absent */
extern text *chs_health_text(const ChsHealthModel *model, ChsHealthText string);
extern char *chs_health_cstring(const ChsHealthModel *model, ChsHealthText string);

#endif							/* CHS_HEALTH_H */
