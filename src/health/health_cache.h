/*-------------------------------------------------------------------------
 *
 * health_cache.h
 *		Models that a call site has met, kept for its next rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_HEALTH_CACHE_H
#define CHS_HEALTH_CACHE_H

#include "health/health_model.h"
#include "shared/number.h"

/* models in the arguments of one call, at most */
#define CHS_HEALTH_PLACES	2

struct ChsHealthColumnMap;		/* see health_record.c */

/* A model as it was passed, ready to use. */
typedef struct ChsHealthKept
{
	struct ChsHealthKept *next; /* in the same bucket */
	uint32		hash;
	Size		size;			/* of raw */
	const char *raw;			/* the bytes of the datum */
	const ChsHealthModel *model;	/* the same, detoasted and checked */
	struct ChsHealthColumnMap *maps;	/* by row type, the last used first */
	const char *json;			/* its text, once it was asked for */
	int			json_size;
	uint64		identity;		/* of the text, in every encoding; 0 until it was asked for */
} ChsHealthKept;

/* fn_extra of every entry point that takes a model */
typedef struct ChsHealthSite
{
	MemoryContext context;		/* models and their column maps */
	ChsHealthKept *last[CHS_HEALTH_PLACES];	/* used last, by place */
	bool		is_constant[CHS_HEALTH_PLACES]; /* the query has no other */
	ChsHealthKept **buckets;
	uint32		nbuckets;		/* a power of two */
	uint32		nmodels;
	bool		is_full;		/* begin anew with the next call */
	const ChsHealthModel *positional;	/* was checked to suit the values */
	int			nvalues;		/* by position: kinds of the arguments */
	ChsNumberKind *kinds;
} ChsHealthSite;

extern ChsHealthSite *chs_health_site(FunctionCallInfo fcinfo);
extern ChsHealthKept *chs_health_keep(FunctionCallInfo fcinfo, int place, Datum model);
extern ChsHealthKept *chs_health_keep_arg(FunctionCallInfo fcinfo, int argno);
extern void chs_health_keep_json(ChsHealthSite *site, ChsHealthKept *kept);
extern uint64 chs_health_identity(ChsHealthSite *site, ChsHealthKept *kept);
extern void chs_health_watch_memory(ChsHealthSite *site);
extern const ChsHealthModel *chs_health_get_model(FunctionCallInfo fcinfo, int argno);
extern const ChsHealthModel *chs_health_detoast(Datum model);

#endif							/* CHS_HEALTH_CACHE_H */
