/*-------------------------------------------------------------------------
 *
 * health_cache.c
 *		Models that a call site has met, kept for its next rows.
 *
 * A model of 40 signals is compressed in its table, and a larger one may lie
 * outside of its row.  To decompress it, to check it and to resolve its names
 * against the columns of a row costs many times what a score costs.  So each
 * call site keeps, in fn_extra, the models it has met, and with each the maps
 * of its columns (health_record.c).
 *
 * A model is found by the bytes of its datum as it was passed: plain,
 * compressed, or the pointer to a value outside of the row, which stands for
 * one value as long as a transaction can see it.  First the model used last
 * is compared, since most queries have one, then those of its bucket in a
 * hash table.  The hash is that of the first bytes: they include the
 * checksum, which compression leaves as it is.  All bytes are compared before
 * a model is taken for the one kept, because a pointer may be the same while
 * the row behind it is another.
 *
 * A constant of the query needs no comparison.  Every model is checked when it
 * is kept, and the page that it came from is never read again.
 *
 * The memory of a call site is bounded: when it is used up the next call
 * begins anew.  Nothing kept is needed for a right answer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/primnodes.h"
#include "utils/memutils.h"

#include "health/health_cache.h"
#include "shared/summary.h"

/* some 200 models of 40 signals with their columns */
#define MAX_KEPT_BYTES	((Size) 8 * 1024 * 1024)

#define FIRST_BUCKETS	16
#define HASHED_BYTES	64

/* The models kept for this call site. */
ChsHealthSite *
chs_health_site(FunctionCallInfo fcinfo)
{
	if (unlikely(fcinfo->flinfo->fn_extra == NULL))
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ChsHealthSite));
	return fcinfo->flinfo->fn_extra;
}

/* Whether an argument is written in the query, so that no row changes it. */
static bool
arg_is_constant(FunctionCallInfo fcinfo, int argno)
{
	Node	   *call = fcinfo->flinfo->fn_expr;

	return call && IsA(call, FuncExpr) &&
		IsA(list_nth(((FuncExpr *) call)->args, argno), Const);
}

/* ---------------- the table ---------------- */

static void
forget_models(ChsHealthSite *site)
{
	MemoryContextReset(site->context);
	memset(site->last, 0, sizeof(site->last));
	site->positional = NULL;
	site->buckets = NULL;
	site->nbuckets = 0;
	site->nmodels = 0;
	site->is_full = false;
}

/*
 * To be called after memory of the site was taken.  Models and maps of this
 * call are in use, so that they are only forgotten by the next one.
 */
void
chs_health_watch_memory(ChsHealthSite *site)
{
	if (MemoryContextMemAllocated(site->context, true) > MAX_KEPT_BYTES)
		site->is_full = true;
}

static void
grow_buckets(ChsHealthSite *site)
{
	uint32		n = site->nbuckets > 0 ? 2 * site->nbuckets : FIRST_BUCKETS;
	ChsHealthKept **buckets =
		MemoryContextAllocZero(site->context, n * sizeof(ChsHealthKept *));

	for (uint32 i = 0; i < site->nbuckets; i++)
	{
		ChsHealthKept *next;

		for (ChsHealthKept *kept = site->buckets[i]; kept; kept = next)
		{
			ChsHealthKept **bucket = &buckets[kept->hash & (n - 1)];

			next = kept->next;
			kept->next = *bucket;
			*bucket = kept;
		}
	}
	if (site->buckets)
		pfree(site->buckets);
	site->buckets = buckets;
	site->nbuckets = n;
}

static inline bool
kept_is(const ChsHealthKept *kept, const struct varlena *raw, Size size)
{
	return kept->size == size && memcmp(kept->raw, raw, size) == 0;
}

static ChsHealthKept *
find_kept(const ChsHealthSite *site, uint32 hash, const struct varlena *raw, Size size)
{
	ChsHealthKept *kept;

	if (site->nbuckets == 0)
		return NULL;
	kept = site->buckets[hash & (site->nbuckets - 1)];
	while (kept && !(kept->hash == hash && kept_is(kept, raw, size)))
		kept = kept->next;
	return kept;
}

/*
 * Keeps a model.  An error leaves nothing behind but memory of the row.
 */
static ChsHealthKept *
add_kept(ChsHealthSite *site, uint32 hash, const struct varlena *raw, Size size)
{
	const ChsHealthModel *model = chs_health_detoast(PointerGetDatum(raw));
	bool		is_plain = (const struct varlena *) model == raw;
	ChsHealthKept *kept;
	ChsHealthKept **bucket;
	char	   *copy;

	if (site->nmodels == site->nbuckets)
		grow_buckets(site);

	kept = MemoryContextAllocZero(site->context, sizeof(ChsHealthKept));
	copy = MemoryContextAlloc(site->context, size);
	memcpy(copy, raw, size);
	kept->hash = hash;
	kept->size = size;
	kept->raw = copy;
	if (!is_plain)
	{
		copy = MemoryContextAlloc(site->context, VARSIZE(model));
		memcpy(copy, model, VARSIZE(model));
	}
	kept->model = (const ChsHealthModel *) copy;

	bucket = &site->buckets[hash & (site->nbuckets - 1)];
	kept->next = *bucket;
	*bucket = kept;
	site->nmodels++;
	chs_health_watch_memory(site);
	return kept;
}

static ChsHealthKept *
keep_datum(FunctionCallInfo fcinfo, int place, Datum datum, bool is_constant)
{
	ChsHealthSite *site = chs_health_site(fcinfo);
	const struct varlena *raw = (const struct varlena *) DatumGetPointer(datum);
	ChsHealthKept *kept = site->last[place];
	Size		size;
	uint32		hash;

	if (unlikely(site->is_full && place == 0))
	{
		forget_models(site);
		kept = NULL;
	}
	if (kept && is_constant)
		return kept;
	size = VARSIZE_ANY(raw);
	if (likely(kept && kept_is(kept, raw, size)))
		return kept;

	if (site->context == NULL)
		site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "chs health models",
											  ALLOCSET_DEFAULT_SIZES);
	hash = hash_bytes((const unsigned char *) raw, (int) Min(size, HASHED_BYTES));
	kept = find_kept(site, hash, raw, size);
	if (kept == NULL)
		kept = add_kept(site, hash, raw, size);
	site->last[place] = kept;
	return kept;
}

/* ---------------- what callers ask for ---------------- */

/*
 * The kept form of a model.  place, from 0, tells the models of one call
 * apart; the first asked for has place 0.
 */
ChsHealthKept *
chs_health_keep(FunctionCallInfo fcinfo, int place, Datum model)
{
	return keep_datum(fcinfo, place, model, false);
}

/* Keeps the text of a kept model, too. */
void
chs_health_keep_json(ChsHealthSite *site, ChsHealthKept *kept)
{
	char	   *json;

	if (likely(kept->json))
		return;
	json = chs_health_json(kept->model);
	kept->json = MemoryContextStrdup(site->context, json);
	kept->json_size = strlen(json);
	chs_health_watch_memory(site);
}

/*
 * What tells a model from others, in databases of other encodings too.  There
 * jsonb may have other keys first if those of "values" or "groups" are not ASCII,
 * since it orders them by their bytes.
 */
uint64
chs_health_identity(ChsHealthSite *site, ChsHealthKept *kept)
{
	if (unlikely(kept->identity == 0))
	{
		const char *text;
		int			length;

		chs_health_keep_json(site, kept);
		length = kept->json_size;
		text = chs_wire_text(kept->json, &length);
		kept->identity = Max(hash_bytes_extended((const unsigned char *) text, length, 0), 1);
	}
	return kept->identity;
}

/* The same for an argument; only the first one has place 0. */
ChsHealthKept *
chs_health_keep_arg(FunctionCallInfo fcinfo, int argno)
{
	ChsHealthSite *site = chs_health_site(fcinfo);
	int			place = argno == 0 ? 0 : 1;

	if (unlikely(site->last[place] == NULL))
		site->is_constant[place] = arg_is_constant(fcinfo, argno);
	return keep_datum(fcinfo, place, PG_GETARG_DATUM(argno), site->is_constant[place]);
}

/* The model in an argument, of functions that need no column map. */
const ChsHealthModel *
chs_health_get_model(FunctionCallInfo fcinfo, int argno)
{
	return chs_health_keep_arg(fcinfo, argno)->model;
}

/* The model in a datum, for functions that read it once. */
const ChsHealthModel *
chs_health_detoast(Datum model)
{
	return chs_health_checked((const ChsHealthModel *) PG_DETOAST_DATUM(model));
}
