/*-------------------------------------------------------------------------
 *
 * counters.c
 *		A key of one to three integers to counters, in one varlena.
 *
 * Customers per day, invoices per days late, lives per (entry, duration,
 * cause): such summaries count rows by a small key.  Here are their growth,
 * merging, order, and binary form; counters.h has the layout.
 *
 * Canonical form: a list of entries sorted by key, without entries of which
 * all counters are zero, and without free room.
 *
 * Working form, inside aggregates: a table of the same entries in the same
 * flat varlena.  Its size in bytes is a power of two, head included, since
 * that is what a memory context hands out.  A full table is copied into a new
 * one in the current (short-lived) context; the executor copies that to where
 * states live and frees the old one.
 *
 * Days, ages and the like are mostly neighbours.  So three quarters of the
 * slots are direct if at least a quarter of these would be in use: the key of
 * slot i is origin + i, and nothing is searched.  All other keys, such as an
 * end of 9999-12-31, lie in the slots behind, a hash table with linear probing
 * that is at most three quarters full.  A key of several integers is always
 * hashed.  When the hash table is full, entries are counted anew: the new
 * table is of the size that they need, and its direct slots are where most of
 * them are.  It is at most half full behind the direct slots, or else has
 * none, so it takes a share of its size before the next time.
 *
 * Keys that are hardly ever neighbours, such as scores with many decimals, are
 * hashed too, and their table grows without being put in order in between.
 *
 * An entry whose counters have all become zero is removed, and those behind
 * it in the hash table move up, so there are no tombstones, and a moving
 * window takes the memory of its frame.
 *
 * Crowding.  Keys come from strangers, and with a known hash function they
 * could be chosen to lie in one place, where every search would walk through
 * all of them.  So each table hashes with a multiplier of its own, drawn at
 * random when the table is made.  Two keys x and y that were chosen without
 * knowing it agree in the leading b bits of multiplier * x with a probability
 * of at most 2 / 2^b (Dietzfelbinger, Hagerup, Katajainen and Penttonen, A
 * Reliable Randomized Algorithm for the Closest-Pair Problem, 1997), and a
 * second round spreads what one multiplication leaves in rows.  The canonical
 * form, and with it every result, does not depend on the multiplier.
 *
 * Values that were stored are not trusted: chs_counters_check() makes sure
 * that every entry lies within the value, no loop over them is guided by
 * their content, and a hash table that comes from outside is sorted before it
 * is written to.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "shared/compat.h"
#include "shared/counters.h"
#include "shared/interrupts.h"
#include "shared/summary.h"

#define FIRST_BYTES		256

/* a table of fewer slots has no direct ones */
#define FIRST_DIRECT	32

/* entries of a hash table; one slot at least stays free, where a search ends */
#define HASH_LIMIT(nslots)		((nslots) - (nslots) / 4 - 1)

static inline Size
entry_size(const ChsCountersShape *shape)
{
	return chs_counters_words(shape) * sizeof(uint64);
}

static inline bool
is_zero(const ChsCountersShape *shape, const uint64 *entry)
{
	for (int i = shape->nkeys; i < chs_counters_words(shape); i++)
	{
		if (entry[i] != 0)
			return false;
	}
	return true;
}

static int
compare_keys(const void *a, const void *b, void *shape)
{
	const uint64 *first = a;
	const uint64 *second = b;
	int			nkeys = ((const ChsCountersShape *) shape)->nkeys;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < nkeys; i++)
	{
		if (first[i] != second[i])
			return first[i] < second[i] ? -1 : 1;
	}
	return 0;
}

/*
 * A list from outside may be damaged, and a table cannot be made of one in
 * which a key comes twice.
 */
static void
check_rising(const ChsCountersShape *shape, const ChsCounters *sorted)
{
	for (uint32 i = 0; i < sorted->nslots; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, sorted, i);

		chs_check_interrupts(i);
		if (i == 0 ? entry[0] == 0 : compare_keys(entry - chs_counters_words(shape), entry, (void *) shape) >= 0)
			chs_summary_damaged_stored(shape->type, "Its keys do not rise.");
	}
}

/*
 * A value of nslots slots with the head of another one.
 */
static ChsCounters *
make_like(const ChsCountersShape *shape, const ChsCounters *head, uint32 nslots)
{
	Size		size = head->start + nslots * entry_size(shape);
	ChsCounters *counters = palloc(size);

	memcpy(counters, head, head->start);
	chs_zero_bytes((char *) counters + head->start, size - head->start);
	SET_VARSIZE(counters, size);
	counters->multiplier = 0;
	counters->origin = 0;
	counters->nslots = nslots;
	counters->ndirect = 0;
	counters->nentries = 0;
	counters->room = 0;
	return counters;
}

/*
 * A value without entries.
 */
void *
chs_counters_make(const ChsCountersShape *shape, Size start)
{
	ChsCounters head = {.version = CHS_SUMMARY_VERSION};
	ChsCounters *counters = palloc0(MAXALIGN(start));

	head.start = MAXALIGN(start);
	memcpy(counters, &head, sizeof(head));
	return make_like(shape, counters, 0);
}

/*
 * The table.
 */
pg_noreturn static void
refuse_number(const ChsCountersShape *shape, int64 needed)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many different values for one %s", shape->type),
			 errdetail("It would keep counts of " INT64_FORMAT " different values.", needed),
			 errhint("%s", shape->hint)));
}

/*
 * Slots of the smallest table that takes the entries needed.
 */
static uint32
slots_for(const ChsCountersShape *shape, const ChsCounters *counters, int64 needed)
{
	for (Size size = FIRST_BYTES; size <= CHS_MAX_VALUE_SIZE; size *= 2)
	{
		int64		nslots = ((int64) size - counters->start) / (int64) entry_size(shape);

		if (nslots >= 4 && HASH_LIMIT(nslots) >= needed)
			return (uint32) nslots;
	}
	refuse_number(shape, needed);
}

/*
 * Chooses the direct slots of a table for the entries of a sorted list: the
 * range of their width that holds most of the keys.
 */
static void
choose_direct(const ChsCountersShape *shape, ChsCounters *table, const ChsCounters *sorted, int64 more)
{
	uint32		width = table->nslots / 4 * 3;
	uint32		first = 0;
	uint32		most = 0;
	uint64		span = 0;

	if (shape->nkeys > 1 || shape->scattered || table->nslots < FIRST_DIRECT)
		return;
	for (uint32 last = 0; last < sorted->nslots; last++)
	{
		uint64		key = chs_counters_slot(shape, sorted, last)[0];

		chs_check_interrupts(last);
		while (key - chs_counters_slot(shape, sorted, first)[0] >= width)
			first++;
		if (last - first + 1 > most)
		{
			most = last - first + 1;
			table->origin = chs_counters_slot(shape, sorted, first)[0];
			span = key - table->origin + 1;
		}
	}
	if (most < width / 4 || (sorted->nslots - most + more) * 2 > HASH_LIMIT(table->nslots - width))
		return;
	table->ndirect = width;
	table->origin -= (width - span) / 2;
}

/*
 * The entries of another value, which the table has room for.
 */
static void
claim_all(const ChsCountersShape *shape, ChsCounters *table, const ChsCounters *from)
{
	for (uint32 i = 0; i < from->nslots; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, from, i);

		chs_check_interrupts(i);
		if (entry[0] != 0)
			memcpy(chs_counters_claim(shape, table, entry), entry, entry_size(shape));
	}
}

/*
 * The same entries in a table with room for more.  It keeps the multiplier, so
 * that the entries stay in their order and the memory is written from its
 * beginning to its end.
 */
static ChsCounters *
wider_table(const ChsCountersShape *shape, const ChsCounters *old, int64 more)
{
	ChsCounters *table = make_like(shape, old, slots_for(shape, old, old->nentries + more));

	table->room = HASH_LIMIT(table->nslots);
	table->multiplier = old->multiplier;
	claim_all(shape, table, old);
	return table;
}

/*
 * A table that has room for more entries: the value itself, or another one.
 */
void *
chs_counters_reserve(const ChsCountersShape *shape, void *value, int64 more)
{
	ChsCounters *old = value;
	ChsCounters *table;

	if (likely(old->multiplier != 0 && old->room >= more))
		return old;
	if (shape->scattered && old->multiplier != 0)
		return wider_table(shape, old, more);
	old = chs_counters_sorted(shape, old);
	check_rising(shape, old);
	table = make_like(shape, old, slots_for(shape, old, old->nslots + more));
	choose_direct(shape, table, old, more);
	table->room = HASH_LIMIT(table->nslots - table->ndirect);
	table->multiplier = pg_prng_uint64(&pg_global_prng_state) | 1;
	claim_all(shape, table, old);
	return table;
}

/*
 * The entry of a key in a table, made if it is not there; room was reserved,
 * and no other entry moves.
 */
uint64 *
chs_counters_claim(const ChsCountersShape *shape, ChsCounters *counters, const uint64 *key)
{
	uint64	   *entry = chs_counters_find(shape, counters, key);

	if (entry[0] == 0)
	{
		memcpy(entry, key, shape->nkeys * sizeof(uint64));
		counters->nentries++;
		counters->room -= entry >= chs_counters_slot(shape, counters, counters->ndirect);
	}
	return entry;
}

/*
 * Removes an entry if all its counters are zero; those behind it that would
 * not be found any more move up.  Other entries may have moved then.
 */
bool
chs_counters_release(const ChsCountersShape *shape, ChsCounters *counters, uint64 *entry)
{
	uint32		hole = (uint32) ((entry - chs_counters_slot(shape, counters, 0)) / chs_counters_words(shape));
	bool		is_hashed = hole >= counters->ndirect;
	uint32		next = hole;

	if (!is_zero(shape, entry))
		return false;
	while (is_hashed)
	{
		uint64	   *other;
		uint32		home;

		next = next + 1 < counters->nslots ? next + 1 : counters->ndirect;
		other = chs_counters_slot(shape, counters, next);
		if (other[0] == 0)
			break;
		/* it may move up unless its home lies behind the hole */
		home = chs_counters_home(shape, counters, other);
		if (hole <= next ? home <= hole || home > next : home <= hole && home > next)
		{
			memcpy(chs_counters_slot(shape, counters, hole), other, entry_size(shape));
			hole = next;
		}
	}
	memset(chs_counters_slot(shape, counters, hole), 0, entry_size(shape));
	counters->nentries--;
	counters->room += is_hashed;
	return true;
}

void
chs_counters_refuse_sum(const ChsCountersShape *shape)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sum in %s is out of range", shape->type),
			 errdetail("It would not fit into 128 bits."),
			 errhint("Use a larger unit for the amounts, such as thousands, unless a summary was merged into itself again and again: the stored one is replaced with DO UPDATE SET s = excluded.s.")));
}

/*
 * Adds to a sum, of the words where it stands.
 */
void
chs_counters_add_sum(const ChsCountersShape *shape, uint64 *words, int128 more)
{
	int128		before = chs_counters_sum(words);
	int128		sum = (int128) ((uint128) before + (uint128) more);

	if (unlikely((before < 0) == (more < 0) && (sum < 0) != (before < 0)))
		chs_counters_refuse_sum(shape);
	memcpy(words, &sum, sizeof(sum));
}

static void
add_entry(const ChsCountersShape *shape, uint64 *into, const uint64 *from)
{
	int			word = shape->nkeys;

	for (int i = 0; i < shape->ncounts; i++, word++)
		into[word] = chs_summary_add(into[word], from[word], shape->type);
	for (int i = 0; i < shape->nsums; i++, word += 2)
		chs_counters_add_sum(shape, &into[word], chs_counters_sum(&from[word]));
}

/*
 * Everything of "from" into "into", which the caller may write to.  May
 * return another value than "into"; "from" stays as it is.
 */
void *
chs_counters_add(const ChsCountersShape *shape, void *into, const void *from)
{
	const ChsCounters *added = from;
	ChsCounters *table = chs_counters_reserve(shape, into, 1);

	for (uint32 i = 0; i < added->nslots; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, added, i);

		chs_check_interrupts(i);
		if (entry[0] == 0)
			continue;
		table = chs_counters_reserve(shape, table, 1);
		add_entry(shape, chs_counters_claim(shape, table, entry), entry);
	}
	return table;
}

static bool
subtract_entry(const ChsCountersShape *shape, uint64 *into, const uint64 *from)
{
	int			word = shape->nkeys;

	for (int i = 0; i < shape->ncounts; i++, word++)
	{
		if ((int64) into[word] < (int64) from[word])
			return false;
		into[word] -= from[word];
	}
	for (int i = 0; i < shape->nsums; i++, word += 2)
	{
		int128		sum = chs_counters_sum(&into[word]) - chs_counters_sum(&from[word]);

		memcpy(&into[word], &sum, sizeof(sum));
	}
	return true;
}

/*
 * The inverse of chs_counters_add(), into a table.  NULL, or the entry
 * of "from" that "into" does not hold.
 */
const uint64 *
chs_counters_subtract(const ChsCountersShape *shape, void *into, const void *from)
{
	const ChsCounters *taken = from;
	ChsCounters *table = into;

	for (uint32 i = 0; i < taken->nslots; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, taken, i);
		uint64	   *there;

		chs_check_interrupts(i);
		if (entry[0] == 0)
			continue;
		there = chs_counters_find(shape, table, entry);
		if (there[0] == 0 || !subtract_entry(shape, there, entry))
			return entry;
		(void) chs_counters_release(shape, table, there);
	}
	return NULL;
}

/*
 * The sorted list.
 */
/*
 * Appends the entries of some slots, of keys below the origin or of others.
 */
static void
append_slots(const ChsCountersShape *shape, ChsCounters *sorted, const ChsCounters *table,
			 uint32 first, uint32 end, bool below)
{
	for (uint32 i = first; i < end; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, table, i);

		chs_check_interrupts(i);
		if (entry[0] != 0 && (entry[0] < table->origin) == below)
			memcpy(chs_counters_slot(shape, sorted, sorted->nentries++), entry, entry_size(shape));
	}
}

static void
sort_entries(const ChsCountersShape *shape, ChsCounters *sorted, uint32 first)
{
	qsort_arg(chs_counters_slot(shape, sorted, first), sorted->nentries - first, entry_size(shape),
			  compare_keys, (void *) shape);
}

/*
 * The canonical form.  Direct slots are in order, and between the others.
 */
void *
chs_counters_sorted(const ChsCountersShape *shape, void *value)
{
	ChsCounters *table = value;
	ChsCounters *sorted;
	uint32		nentries = 0;

	if (table->multiplier == 0)
		return table;
	for (uint32 i = 0; i < table->nslots; i++)
		nentries += chs_counters_slot(shape, table, i)[0] != 0;
	sorted = make_like(shape, table, nentries);

	append_slots(shape, sorted, table, table->ndirect, table->nslots, true);
	sort_entries(shape, sorted, 0);
	append_slots(shape, sorted, table, 0, table->ndirect, false);
	nentries = sorted->nentries;
	append_slots(shape, sorted, table, table->ndirect, table->nslots, false);
	sort_entries(shape, sorted, nentries);
	if (sorted->nentries != sorted->nslots)
		chs_summary_damaged_stored(shape->type, "Its keys are not where they belong.");
	return sorted;
}

/*
 * Stored forms.
 */

/*
 * Does every entry lie within the value?  The caller has looked at what it
 * keeps before the entries, which says where they start.
 */
void
chs_counters_check(const ChsCountersShape *shape, const void *value, Size start)
{
	const ChsCounters *counters = value;

	if (counters->start != MAXALIGN(start) ||
		VARSIZE(counters) < counters->start ||
		VARSIZE(counters) - counters->start != counters->nslots * entry_size(shape) ||
		counters->nentries > counters->nslots || counters->ndirect > counters->nslots ||
		(counters->multiplier == 0 && counters->nentries != counters->nslots))
		chs_summary_damaged_stored(shape->type, "Its size does not fit its entries.");
}

/*
 * A value that may come from a page, of a type that keeps nothing that would
 * have to be looked at before the entries.
 */
void *
chs_checked_counters(const ChsCountersShape *shape, void *value, Size start)
{
	ChsCounters *counters = value;

	chs_summary_check_head(counters, start, shape->type);
	chs_counters_check(shape, counters, start);
	return counters;
}

/*
 * Binary form of a sorted list: how many entries, then their integers, counts
 * and sums (upper half first).
 */
void
chs_counters_send(const ChsCountersShape *shape, const void *value, StringInfo buf)
{
	const ChsCounters *sorted = value;

	pq_sendint32(buf, sorted->nentries);
	for (uint32 i = 0; i < sorted->nentries; i++)
	{
		const uint64 *entry = chs_counters_slot(shape, sorted, i);
		int			word = 0;

		chs_check_interrupts(i);
		for (; word < shape->nkeys; word++)
			pq_sendint64(buf, chs_counters_key(entry, word));
		for (; word < shape->nkeys + shape->ncounts; word++)
			pq_sendint64(buf, entry[word]);
		for (; word < chs_counters_words(shape); word += 2)
			chs_wire_send_int128(buf, chs_counters_sum(&entry[word]));
	}
}

/*
 * One entry, with every check that does not know what it means.
 */
static void
receive_entry(const ChsCountersShape *shape, StringInfo buf, uint64 *entry)
{
	int			word = 0;

	for (; word < shape->nkeys; word++)
		entry[word] = chs_counters_word(pq_getmsgint64(buf));
	if (entry[0] == 0)
		chs_summary_damaged_binary(shape->type, "A key is out of range.");
	for (; word < shape->nkeys + shape->ncounts; word++)
	{
		entry[word] = pq_getmsgint64(buf);
		if ((int64) entry[word] < 0)
			chs_summary_damaged_binary(shape->type, "A count is negative.");
	}
	for (; word < chs_counters_words(shape); word += 2)
	{
		int128		sum = chs_wire_get_int128(buf);

		memcpy(&entry[word], &sum, sizeof(sum));
	}
	if (is_zero(shape, entry))
		chs_summary_damaged_binary(shape->type, "An entry counts nothing.");
}

/*
 * Makes a value a sorted list of n entries, which the caller has written.
 */
void
chs_counters_set_list(const ChsCountersShape *shape, void *value, int64 nentries)
{
	ChsCounters *counters = value;

	(void) slots_for(shape, counters, nentries);
	SET_VARSIZE(counters, counters->start + nentries * entry_size(shape));
	counters->nslots = counters->nentries = (uint32) nentries;
}

/*
 * The sorted list behind the head of a value without entries.
 */
void *
chs_counters_receive(const ChsCountersShape *shape, const void *empty, StringInfo buf)
{
	const ChsCounters *head = empty;
	ChsCounters *sorted;
	int64		nentries;

	chs_wire_need(buf, sizeof(int32), shape->type);
	nentries = (uint32) pq_getmsgint(buf, sizeof(int32));
	chs_wire_need(buf, nentries * entry_size(shape), shape->type);
	(void) slots_for(shape, head, nentries);
	sorted = make_like(shape, head, (uint32) nentries);
	sorted->nentries = (uint32) nentries;
	for (uint32 i = 0; i < nentries; i++)
	{
		uint64	   *entry = chs_counters_slot(shape, sorted, i);

		chs_check_interrupts(i);
		receive_entry(shape, buf, entry);
		if (i > 0 && compare_keys(entry - chs_counters_words(shape), entry, (void *) shape) >= 0)
			chs_summary_damaged_binary(shape->type, "Keys must rise.");
	}
	return sorted;
}
