/*-------------------------------------------------------------------------
 *
 * customer_state.h
 *		Summaries that hold customers: their flat forms.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_STATE_H
#define CHS_CUSTOMER_STATE_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/expandeddatum.h"

#include "compat.h"
#include "customer.h"
#include "summary.h"

/* The two flat forms; the values are on disk. */
typedef enum ChsCustomersForm
{
	CHS_SORTED = 's',			/* canonical: in the order of keys */
	CHS_WORKING = 'w'			/* of a small state that grows */
} ChsCustomersForm;

typedef struct ChsCustomers
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		form;			/* ChsCustomersForm */
	uint8		key_kind;		/* ChsKeyKind */
	uint8		unused;
	int64		count;			/* of customers; in the working form of what the family keeps */
	char		data[FLEXIBLE_ARRAY_MEMBER];
} ChsCustomers;

#define CHS_CUSTOMERS_HEADER	offsetof(ChsCustomers, data)

#endif							/* CHS_CUSTOMER_STATE_H */
