/*-------------------------------------------------------------------------
 *
 * customer_state.h
 *		Big states that hold customers, and values of any form.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_STATE_H
#define CHS_CUSTOMER_STATE_H

#include "customer/customer_cursor.h"
#include "shared/expanded.h"

/*
 * Rows that were added last are the family's; summaries that came in sorted
 * stay sorted.
 */
typedef struct ChsCustomerRun
{
	ChsCustomers *flat;
	int			level;			/* how often its parts were merged */
} ChsCustomerRun;

typedef struct ChsCustomerState
{
	ChsExpanded base;			/* of the type that begins the family */
	ChsKeyKind	key_kind;
	ChsCustomerRun *runs;
	int			nruns;
	int			max_runs;
} ChsCustomerState;

static inline ChsCustomerState *
chs_customer_state(Datum value)
{
	return (ChsCustomerState *) DatumGetEOHP(value);
}

extern ChsCustomerState *chs_customer_state_make(const ChsCustomerFamily *family, FunctionCallInfo fcinfo,
												 ChsKeyKind key_kind);
extern struct varlena *chs_customer_state_flatten(ChsExpanded *state, MemoryContext context);
extern void chs_customer_state_add_run(ChsCustomerState *state, ChsCustomers *flat);
extern Size chs_customer_state_runs_size(const ChsCustomerState *state);
extern bool chs_customer_state_fold(ChsCustomerState *state, void (*clear) (ChsCustomerState *state));
extern void chs_customer_state_add(ChsCustomerState *state, Datum value);

/* values of any form */
extern ChsKeyKind chs_customers_key_kind(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_sorted(const ChsCustomerFamily *family, Datum value);
extern Datum chs_customers_result(const ChsCustomerFamily *family, Datum value);
extern void chs_customers_open(ChsCursor *cursor, const ChsCustomerFamily *family, Datum value, bool to_end);

#endif							/* CHS_CUSTOMER_STATE_H */
