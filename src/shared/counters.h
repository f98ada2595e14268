/*-------------------------------------------------------------------------
 *
 * counters.h
 *		A key of one to three integers to counters, in one varlena.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_COUNTERS_H
#define CHS_COUNTERS_H

#include "fmgr.h"
#include "lib/stringinfo.h"

#include "shared/compat.h"

/*
 * The counters that a type keeps for each key.  Make it a static const: the inline
 * functions below then cost what hand-written ones would.
 */
typedef struct ChsCountersShape
{
	const char *type;			/* name of the SQL type */
	const char *hint;			/* what helps against too many keys */
	int			nkeys;			/* integers of a key, 1 to 3 */
	int			ncounts;		/* counts: 64 bits, never below zero */
	int			nsums;			/* sums: 128 bits, of any sign */
	bool		scattered;		/* keys are hardly ever neighbours: no direct slots */
} ChsCountersShape;

/*
 * The head of a value.  A type's own struct begins with it and goes on with
 * what it keeps besides; the entries start where "start" says.
 *
 * An entry is a row of words of 64 bits: the key, the counts, and two words
 * for each sum.  The words of a key have their sign bit turned, so that they
 * sort as unsigned numbers and that the lowest integer, which is no key, is
 * zero: a slot whose first word is zero is free.
 */
typedef struct ChsCounters
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		unused[3];
	uint64		multiplier;		/* of the hash, odd; 0: a sorted list */
	uint64		origin;			/* the word whose key is at home in slot 0 */
	uint32		start;			/* bytes before the first entry */
	uint32		nslots;			/* those that are free included */
	uint32		ndirect;		/* leading slots, where each key has its own */
	uint32		nentries;
	uint32		room;			/* entries that the slots behind take yet */
	uint32		unused_too;
} ChsCounters;

#define CHS_COUNTERS_SIGN	((uint64) 1 << 63)

/* integer number i of the key of an entry, and the word for it */
#define chs_counters_key(entry, i)	((int64) ((entry)[i] ^ CHS_COUNTERS_SIGN))
#define chs_counters_word(integer)	((uint64) (integer) ^ CHS_COUNTERS_SIGN)

static inline int
chs_counters_words(const ChsCountersShape *shape)
{
	return shape->nkeys + shape->ncounts + 2 * shape->nsums;
}

/* a sum, of the words where it stands: they are aligned for words only */
static inline int128
chs_counters_sum(const uint64 *words)
{
	int128		sum;

	memcpy(&sum, words, sizeof(sum));
	return sum;
}

static inline uint64 *
chs_counters_slot(const ChsCountersShape *shape, const ChsCounters *counters, uint32 i)
{
	return (uint64 *) ((char *) counters + counters->start) + (Size) i * chs_counters_words(shape);
}

/*
 * Where the search for a key begins among the slots that are hashed.
 */
static inline uint32
chs_counters_home(const ChsCountersShape *shape, const ChsCounters *counters, const uint64 *key)
{
	uint64		hash = key[0] * counters->multiplier;

	for (int i = 1; i < shape->nkeys; i++)
		hash = ((hash ^ (hash >> 32)) + key[i]) * counters->multiplier;
	hash = (hash ^ (hash >> 32)) * UINT64CONST(0x9E3779B97F4A7C15);
	return counters->ndirect + (uint32) (((hash >> 32) * (counters->nslots - counters->ndirect)) >> 32);
}

static inline bool
chs_counters_same_key(const ChsCountersShape *shape, const uint64 *a, const uint64 *b)
{
	for (int i = 0; i < shape->nkeys; i++)
	{
		if (a[i] != b[i])
			return false;
	}
	return true;
}

/*
 * The entry of a key in a table, or the free slot where it belongs.
 */
static pg_attribute_always_inline uint64 *
chs_counters_find(const ChsCountersShape *shape, const ChsCounters *counters, const uint64 *key)
{
	uint64		direct = key[0] - counters->origin;
	uint64	   *entry;
	uint32		i;

	if (likely(shape->nkeys == 1 && direct < counters->ndirect))
		return chs_counters_slot(shape, counters, (uint32) direct);
	i = chs_counters_home(shape, counters, key);
	entry = chs_counters_slot(shape, counters, i);
	while (entry[0] != 0 && !chs_counters_same_key(shape, entry, key))
	{
		i = i + 1 < counters->nslots ? i + 1 : counters->ndirect;
		entry = chs_counters_slot(shape, counters, i);
	}
	return entry;
}

/* in the canonical form?  Asked of values that nothing has checked yet. */
static inline bool
chs_counters_are_sorted(const void *value)
{
	return VARSIZE(value) >= sizeof(ChsCounters) && ((const ChsCounters *) value)->multiplier == 0;
}

/* a new value; what the type keeps of its own, before the entries, is zero */
extern void *chs_counters_make(const ChsCountersShape *shape, Size start);

/* the table */
extern void *chs_counters_reserve(const ChsCountersShape *shape, void *value, int64 more);
extern uint64 *chs_counters_claim(const ChsCountersShape *shape, ChsCounters *counters, const uint64 *key);
extern bool chs_counters_release(const ChsCountersShape *shape, ChsCounters *counters, uint64 *entry);
pg_noreturn extern void chs_counters_refuse_sum(const ChsCountersShape *shape);
extern void chs_counters_add_sum(const ChsCountersShape *shape, uint64 *words, int128 more);
extern void *chs_counters_add(const ChsCountersShape *shape, void *into, const void *from);
extern const uint64 *chs_counters_subtract(const ChsCountersShape *shape, void *into, const void *from);

/* the sorted list, and what is stored */
extern void chs_counters_set_list(const ChsCountersShape *shape, void *value, int64 nentries);
extern void *chs_counters_sorted(const ChsCountersShape *shape, void *value);
extern void *chs_checked_counters(const ChsCountersShape *shape, void *value, Size start);
extern void chs_counters_check(const ChsCountersShape *shape, const void *value, Size start);
extern void chs_counters_send(const ChsCountersShape *shape, const void *value, StringInfo buf);
extern void *chs_counters_receive(const ChsCountersShape *shape, const void *empty, StringInfo buf);

/*
 * The entry of a key in "value", which the caller may write to, made if it is
 * not there.  Returns the value, which may be another one then.
 */
static pg_attribute_always_inline void *
chs_counters_enter(const ChsCountersShape *shape, void *value, const uint64 *key, uint64 **entry)
{
	if (unlikely(((ChsCounters *) value)->multiplier == 0))
		value = chs_counters_reserve(shape, value, 1);
	*entry = chs_counters_find(shape, value, key);
	/* new keys are rare, and only they need room */
	if (unlikely((*entry)[0] == 0))
	{
		value = chs_counters_reserve(shape, value, 1);
		*entry = chs_counters_claim(shape, value, key);
	}
	return value;
}

#endif							/* CHS_COUNTERS_H */
