/*-------------------------------------------------------------------------
 *
 * auc.h
 *		The area under the ROC curve of scores, with DeLong's variance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_AUC_H
#define CHS_AUC_H

typedef struct ChsScored
{
	float8		score;
	bool		event;
} ChsScored;

typedef struct ChsAuc
{
	int64		nevents;
	int64		nothers;
	float8		auc;			/* NaN unless there are both */
	float8		variance;		/* NaN unless there are two of both */
} ChsAuc;

/* sorts the rows; an event should have the lower score */
extern void chs_auc(ChsScored *rows, int64 n, ChsAuc *auc);

#endif							/* CHS_AUC_H */
