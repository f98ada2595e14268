/*-------------------------------------------------------------------------
 *
 * customer_accum.h
 *		How summaries that hold customers grow.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_ACCUM_H
#define CHS_CUSTOMER_ACCUM_H

#include "customer/customer_state.h"
#include "shared/summary.h"

extern Datum chs_customers_accum_slow(FunctionCallInfo fcinfo, const ChsCustomerFamily *family,
									  ChsKeyKind key_kind, const void *row);
extern Datum chs_customers_combine(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);

/*
 * One more row for the state that is argument 0; NULL for a row that only says
 * that there was one.  Inlined where a family's functions are, so that they
 * are, too: a transition comes here once per row.
 */
static pg_attribute_always_inline Datum
chs_customers_accum(FunctionCallInfo fcinfo, const ChsCustomerFamily *family, ChsKeyKind key_kind, const void *row)
{
	Datum		value = PG_GETARG_DATUM(0);
	ChsCustomers *flat;
	int64		room;

	if (unlikely(PG_ARGISNULL(0)))
		return chs_customers_accum_slow(fcinfo, family, key_kind, row);
	if (likely(chs_is_writable_expanded(value)))
	{
		ChsCustomerState *state = chs_customer_state(value);

		chs_check_key_kind(state->key_kind, key_kind);
		if (row)
			family->add_row(state, row);
		return value;
	}
	flat = (ChsCustomers *) DatumGetPointer(value);
	/* outside of an aggregate it may be cut short */
	if (!chs_summary_in_place(fcinfo) || VARATT_IS_EXTENDED(flat) || flat->form != CHS_WORKING ||
		flat->key_kind != key_kind || flat->version != CHS_SUMMARY_VERSION)
		return chs_customers_accum_slow(fcinfo, family, key_kind, row);
	room = chs_customers_room(flat, family->row_size);
	if (row == NULL)
		return value;
	if (family->merge_row && (uint64) flat->count <= (uint64) room && family->merge_row(flat->data, flat->count, row))
		return value;
	if (unlikely((uint64) flat->count >= (uint64) room))
		return chs_customers_accum_slow(fcinfo, family, key_kind, row);
	memcpy(flat->data + flat->count++ * family->row_size, row, family->row_size);
	return value;
}

#endif							/* CHS_CUSTOMER_ACCUM_H */
