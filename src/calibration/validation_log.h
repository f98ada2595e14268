/*-------------------------------------------------------------------------
 *
 * validation_log.h
 *		The state of validationsummary for many different scores.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_VALIDATION_LOG_H
#define CHS_VALIDATION_LOG_H

#include "fmgr.h"

#include "shared/expanded.h"
#include "calibration/validation.h"

typedef struct ChsValidationLog
{
	ChsExpanded base;
	int64		rows;
	int64		nentries;		/* of the list, */
	int64		max_entries;	/* which has memory for more */
	ChsValidation *list;		/* in the canonical form when it is read */
	int64		room;			/* keys that each log takes */
	int64		nkept;			/* rows that the list does not count yet, */
	int64		nchurned;
	uint64	   *kept;			/* and their keys */
	uint64	   *churned;
	uint64	   *scratch;		/* for sorting both */
} ChsValidationLog;

/* slots of a table from which on a log takes its place: 1 MB */
#define CHS_VALIDATION_LARGE	((1 << 20) / sizeof(ChsScore))

extern ChsValidationLog *chs_validation_log_make(FunctionCallInfo fcinfo, ChsValidation *table);
extern void chs_validation_log_merge(ChsValidationLog *log);

/* the content, which is valid until the next row */
extern const ChsValidation *chs_validation_log_read(ChsValidationLog *log);

/*
 * One more row.
 */
static inline void
chs_validation_log_add(ChsValidationLog *log, uint64 key, bool churned)
{
	chs_expanded_changes(&log->base);
	if (unlikely(log->nkept == log->room || log->nchurned == log->room))
		chs_validation_log_merge(log);
	if (churned)
		log->churned[log->nchurned++] = key;
	else
		log->kept[log->nkept++] = key;
	log->rows++;
}

#endif							/* CHS_VALIDATION_LOG_H */
