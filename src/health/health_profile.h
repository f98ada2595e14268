/*-------------------------------------------------------------------------
 *
 * health_profile.h
 *		The state of profilesummary: what the signals of a population look
 *		like.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_PROFILE_H
#define CHS_HEALTH_PROFILE_H

#include "fmgr.h"

#include "shared/compat.h"
#include "shared/counters.h"

#define CHS_PROFILE_TYPE	"profilesummary"
#define CHS_PROFILE_BINS	10

/* a score of 1, in the sums: 2^36 */
#define CHS_PROFILE_ONE		68719476736.0

/* One signal.  Sums are of 128 bits: see chs_counters_sum(). */
typedef struct ChsSignalProfile
{
	int64		known;			/* values neither missing nor stale */
	int64		stale;
	int64		worst;			/* of the known, with score 0 */
	int64		best;			/* of the known, with score 100 */
	int64		switches;		/* of the known, of type boolean or text */
	int64		bins[CHS_PROFILE_BINS]; /* of the known, by score */
	uint64		sum[2];			/* of the scores, in fixed point */
	uint64		squares[2];
} ChsSignalProfile;

typedef struct ChsProfile
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		unused[3];
	uint64		model;			/* its identity; 0 without rows */
	int64		rows;
	int32		nsignals;
	uint32		names_size;		/* of the names, each with a zero at its end */
	ChsSignalProfile signals[FLEXIBLE_ARRAY_MEMBER];
	/* the names follow, in the order of signals */
} ChsProfile;

static inline char *
chs_profile_names(const ChsProfile *profile)
{
	return (char *) &profile->signals[profile->nsignals];
}

extern ChsProfile *chs_profile_arg(FunctionCallInfo fcinfo, int argno);

#endif							/* CHS_HEALTH_PROFILE_H */
