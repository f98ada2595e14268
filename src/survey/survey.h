/*-------------------------------------------------------------------------
 *
 * survey.h
 *		The state of surveysummary: how many gave each answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SURVEY_H
#define CHS_SURVEY_H

#include "fmgr.h"

#include "shared/compat.h"
#include "shared/summary.h"

#define CHS_SURVEY_TYPE		"surveysummary"
#define CHS_MAX_ANSWER		10
#define CHS_N_ANSWERS		(CHS_MAX_ANSWER + 1)

typedef struct ChsSurvey
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	int32		version;
	int64		responses;		/* sum of count[] */
	int64		count[CHS_N_ANSWERS];
} ChsSurvey;

static inline ChsSurvey *
chs_checked_survey(void *value)
{
	ChsSurvey  *survey = value;

	chs_summary_check_head(survey, sizeof(ChsSurvey), CHS_SURVEY_TYPE);
	return survey;
}

static inline ChsSurvey *
chs_survey_arg(FunctionCallInfo fcinfo, int argno)
{
	return chs_checked_survey(chs_summary_arg(fcinfo, argno));
}

/*
 * Numbers from counts.
 */
static inline int64
chs_promoters(const ChsSurvey *survey)
{
	return survey->count[9] + survey->count[10];
}

static inline int64
chs_passives(const ChsSurvey *survey)
{
	return survey->count[7] + survey->count[8];
}

static inline int64
chs_detractors(const ChsSurvey *survey)
{
	return survey->responses - chs_promoters(survey) - chs_passives(survey);
}

#endif							/* CHS_SURVEY_H */
