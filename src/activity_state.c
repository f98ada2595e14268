/*-------------------------------------------------------------------------
 *
 * activity_state.c
 *		The forms of an activitysummary while it grows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "activity.h"

/* tables of so few slots are plain sorted lists */
#define LIST_SLOTS		8

ChsCustomers *
chs_activity_flat(Datum value)
{
	ChsCustomers *flat = (ChsCustomers *) PG_DETOAST_DATUM(value);

	if (unlikely(flat->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(CHS_ACTIVITY_TYPE, flat->version);
	return flat;
}

/*
 * The canonical form of a value.
 */
ChsCustomers *
chs_activity_sorted(Datum value)
{
	ChsCustomers *flat = chs_activity_flat(value);
	ChsActivityReader reader;

	if (flat->form == CHS_SORTED)
		return flat;
	chs_activity_begin(&reader, true);
	chs_activity_add_flat(&reader, flat);
	chs_activity_start(&reader);
	return chs_activity_write(&reader, CurrentMemoryContext);
}

Datum
chs_activity_result(Datum value)
{
	return PointerGetDatum(chs_activity_sorted(value));
}

void
chs_activity_open(ChsActivityReader *reader, Datum value, bool in_order pg_attribute_unused())
{
	chs_activity_begin(reader, false);
	chs_activity_add_flat(reader, chs_activity_flat(value));
	chs_activity_start(reader);
}

int64
chs_activity_customers(Datum value)
{
	return chs_activity_flat(value)->count;
}

ChsKeyKind
chs_activity_key_kind(Datum value)
{
	return chs_activity_flat(value)->key_kind;
}

/*
 * Working form: a table of slots, of which a customer has one for each chunk
 * of days, ordered by key and chunk.
 */
static ChsCustomers *
make_working(ChsKeyKind key_kind, uint32 nslots)
{
	Size		size = CHS_CUSTOMERS_HEADER + (Size) nslots * sizeof(ChsSlot);
	ChsCustomers *flat = palloc0(size);

	SET_VARSIZE(flat, size);
	flat->version = CHS_SUMMARY_VERSION;
	flat->form = CHS_WORKING;
	flat->key_kind = key_kind;
	return flat;
}

static inline uint32
working_homes(uint32 nslots)
{
	return nslots <= LIST_SLOTS ? 1 : nslots - nslots / 8;
}

/*
 * Adds days of a chunk; false if there is no room.
 */
static inline bool
working_add(ChsCustomers *flat, ChsKey key, int32 chunk, uint64 bits)
{
	ChsSlot    *slots = (ChsSlot *) flat->data;
	uint32		nslots = chs_activity_nslots(flat);
	uint32		at = chs_slot_seek(slots, chs_slot_home(key, working_homes(nslots)), nslots, key);

	while (at < nslots && slots[at].value != 0 && slots[at].number < chunk && chs_key_equal(slots[at].key, key))
		at++;
	if (at < nslots && slots[at].value != 0 && slots[at].number == chunk && chs_key_equal(slots[at].key, key))
	{
		slots[at].value |= bits;
		return true;
	}
	if ((nslots > LIST_SLOTS && flat->count >= nslots - nslots / 4) || !chs_slot_make_room(slots, at, nslots))
		return false;
	slots[at].key = key;
	slots[at].number = chunk;
	slots[at].value = bits;
	flat->count++;
	return true;
}

static ChsCustomers *
working_grow(ChsCustomers *flat)
{
	uint32		nslots = chs_activity_nslots(flat);

	for (uint32 more = nslots * 2;; more += more / 2)
	{
		ChsCustomers *wide = make_working(flat->key_kind, more);

		if (chs_slots_copy((ChsSlot *) flat->data, nslots, (ChsSlot *) wide->data, working_homes(more), more))
		{
			wide->count = flat->count;
			return wide;
		}
		pfree(wide);
	}
}

Datum
chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day)
{
	ChsCustomers *flat;
	ChsActivityReader reader;

	if (PG_ARGISNULL(0))
		flat = make_working(key_kind, 1);
	else
	{
		flat = chs_activity_flat(PG_GETARG_DATUM(0));
		if (flat->key_kind != key_kind)
			chs_refuse_key_mix(flat->key_kind, key_kind);
	}
	if (!chs_summary_in_place(fcinfo) || flat->form == CHS_SORTED)
	{
		ChsCustomers *one = make_working(key_kind, 1);

		(void) working_add(one, key, day >> 6, UINT64CONST(1) << (day & 63));
		chs_activity_begin(&reader, true);
		chs_activity_add_flat(&reader, flat);
		chs_activity_add_flat(&reader, one);
		chs_activity_start(&reader);
		return PointerGetDatum(chs_activity_write(&reader, CurrentMemoryContext));
	}
	while (!working_add(flat, key, day >> 6, UINT64CONST(1) << (day & 63)))
		flat = working_grow(flat);
	return PointerGetDatum(flat);
}

Datum
chs_activity_combine(FunctionCallInfo fcinfo)
{
	ChsActivityReader reader;

	if (PG_ARGISNULL(0))
		return PointerGetDatum(chs_activity_sorted(PG_GETARG_DATUM(1)));
	chs_activity_begin(&reader, true);
	chs_activity_add_flat(&reader, chs_activity_flat(PG_GETARG_DATUM(0)));
	chs_activity_add_flat(&reader, chs_activity_flat(PG_GETARG_DATUM(1)));
	chs_activity_start(&reader);
	return PointerGetDatum(chs_activity_write(&reader, CurrentMemoryContext));
}
