/*-------------------------------------------------------------------------
 *
 * activity_cohorts.h
 *		Cohorts of customers, and what counts as coming back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_ACTIVITY_COHORTS_H
#define CHS_ACTIVITY_COHORTS_H

/*
 * Modes: which activity counts as coming back.
 */
typedef enum ChsReturnMode
{
	CHS_RETURN_ON,				/* in that bucket, on that day */
	CHS_RETURN_ON_OR_AFTER,
	CHS_RETURN_WITHIN,			/* up to that day */
	CHS_RETURN_BETWEEN			/* from that day to before the next one given */
} ChsReturnMode;

extern ChsReturnMode chs_return_mode(text *mode, ChsReturnMode last);

#endif							/* CHS_ACTIVITY_COHORTS_H */
