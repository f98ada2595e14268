/*-------------------------------------------------------------------------
 *
 * health_model.h
 *		The flat form of a health model.
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
 * scored straight from these bytes, without parsing.
 *
 * The checksum covers every other byte.  It stands near the front, where
 * compression leaves it as it is, so that a few bytes of a compressed model
 * tell it from another (health_cache.c).  It is all that a stored model is
 * checked by: chance damage passes once in 2^64, and who can forge the bytes
 * of a page can as well forge a plain jsonb, which the server trusts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_MODEL_H
#define CHS_HEALTH_MODEL_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "shared/compat.h"

#define CHS_HEALTH_MODEL_VERSION	1
#define CHS_HEALTH_MAX_SIGNALS	1000
#define CHS_HEALTH_MAX_JSON		(1024 * 1024)
#define CHS_HEALTH_MAX_WEIGHT	1e15
/* from worst to best: a hundred times a value between them stays finite */
#define CHS_HEALTH_MAX_WIDTH	1e300

typedef enum ChsHealthMethod
{
	CHS_HEALTH_MEAN,
	CHS_HEALTH_POINTS
} ChsHealthMethod;

typedef enum ChsHealthRule
{
	CHS_HEALTH_LINEAR,			/* worst, best */
	CHS_HEALTH_CURVE,
	CHS_HEALTH_STEPS,
	CHS_HEALTH_VALUES,			/* text to score */
	CHS_HEALTH_POINTS_EACH		/* method points */
} ChsHealthRule;

typedef enum ChsHealthMissing
{
	CHS_HEALTH_SKIP,
	CHS_HEALTH_WORST,
	CHS_HEALTH_NEUTRAL,
	CHS_HEALTH_FAIL,
	CHS_HEALTH_SCORE			/* a number */
} ChsHealthMissing;

#define CHS_HEALTH_NEUTRAL_SCORE	50.0

/*
 * Scores and coverages are quotients of sums of decimal weights: what is 70 on
 * paper may miss 70 by less than this, and is not to miss its band because of it.
 */
#define CHS_HEALTH_TOLERANCE	1e-11

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
	ChsHealthText text;
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
	float8		otherwise;		/* values: score of texts not listed */
	float8		missing_score;	/* mean: score when missing and not skipped */
	float8		half_life;		/* days, 0: does not fade */
	float8		expires_after;	/* days, infinity: never */
	ChsHealthText name;
	ChsHealthText label;
	ChsHealthText unit;
	ChsHealthText group;
	ChsHealthText action;
	ChsHealthText at;
	uint32		detail;			/* offset of its ChsHealthPoint or
								 * ChsHealthOption array, 0 without */
	uint32		ndetails;
	uint16		rule;			/* ChsHealthRule */
	uint16		missing;		/* ChsHealthMissing */
	uint16		group_no;		/* same number: same group name */
	uint8		has_max;
	uint8		has_otherwise;
} ChsHealthSignal;

typedef enum ChsHealthTest
{
	CHS_HEALTH_ABOVE,
	CHS_HEALTH_BELOW,
	CHS_HEALTH_IS				/* values: this text */
} ChsHealthTest;

typedef struct ChsHealthLimit
{
	float8		threshold;
	float8		score;
	ChsHealthText is;
	ChsHealthText reason;
	uint16		signal;
	uint8		test;			/* ChsHealthTest */
	uint8		is_cap;			/* else a floor */
	uint32		unused;
} ChsHealthLimit;

typedef struct ChsHealthBand
{
	float8		from;
	ChsHealthText name;
	ChsHealthText color;
} ChsHealthBand;

typedef struct ChsHealthModel
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint16		version;
	uint16		method;			/* ChsHealthMethod */
	uint64		checksum;
	uint16		nsignals;
	uint16		nlimits;
	uint16		nbands;			/* 0: the default bands */
	uint16		ngroups;		/* distinct group names, none included */
	uint16		has_groups;		/* "groups" was given */
	uint16		needs_as_of;	/* some signal has "at" */
	uint16		is_simple;		/* see chs_health_score() */
	uint16		has_fit;		/* "fit" says what a score means */
	int32		within_days;
	uint32		signals;		/* offsets from the start of the model */
	uint32		limits;
	uint32		bands;
	float8		total_share;	/* of all signals, summed in model order */
	float8		min_coverage;
	float8		base;
	float8		drop;
	float8		hysteresis;
	float8		fit_intercept;	/* log odds of churn: intercept - slope * score */
	float8		fit_slope;
} ChsHealthModel;

#define CHS_HEALTH_SIGNALS(m) \
	((const ChsHealthSignal *) ((const char *) (m) + (m)->signals))
#define CHS_HEALTH_LIMITS(m) \
	((const ChsHealthLimit *) ((const char *) (m) + (m)->limits))
#define CHS_HEALTH_BANDS(m) \
	((const ChsHealthBand *) ((const char *) (m) + (m)->bands))
#define CHS_HEALTH_DETAIL(m, signal) ((const char *) (m) + (signal)->detail)
#define CHS_HEALTH_POINT_ARRAY(m, signal) \
	((const ChsHealthPoint *) CHS_HEALTH_DETAIL(m, signal))
#define CHS_HEALTH_OPTION_ARRAY(m, signal) \
	((const ChsHealthOption *) CHS_HEALTH_DETAIL(m, signal))
#define CHS_HEALTH_JSONB(m) \
	((Jsonb *) ((char *) (m) + MAXALIGN(sizeof(ChsHealthModel))))
#define CHS_HEALTH_TEXT(m, text) ((const char *) (m) + (text).offset)

extern const ChsHealthModel *chs_health_checked(const ChsHealthModel *model);
extern ChsHealthModel *chs_health_parse(const Jsonb *json);
extern ChsHealthModel *chs_health_parse_text(const char *text);
extern char *chs_health_json(const ChsHealthModel *model);
extern bool chs_health_same_model(const ChsHealthModel *a, const ChsHealthModel *b);

/* a string of the model, NULL where absent */
extern text *chs_health_text(const ChsHealthModel *model, ChsHealthText string);
extern char *chs_health_cstring(const ChsHealthModel *model, ChsHealthText string);
extern char *chs_health_label(const ChsHealthModel *model, const ChsHealthSignal *signal);
extern bool chs_health_text_is(const ChsHealthModel *model, ChsHealthText string,
							   const char *bytes, int length);
extern int	chs_health_find_signal(const ChsHealthModel *model, const char *name, int length);

#endif							/* CHS_HEALTH_MODEL_H */
