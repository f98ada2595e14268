/*-------------------------------------------------------------------------
 *
 * customer_cursor.h
 *		One pass over the customers of one or more summaries.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_CURSOR_H
#define CHS_CUSTOMER_CURSOR_H

#include "customer/customer_family.h"
#include "customer/customer_flat.h"
#include "customer/customer_merge.h"
#include "customer/customer_order.h"
#include "customer/customer_table.h"

struct ChsCursorInput;

typedef struct ChsCursor
{
	const ChsCustomerFamily *family;
	ChsKeyKind	key_kind;
	int64		customers;		/* about how many; never too few */
	int			ninputs;
	int			max_inputs;
	struct ChsCursorInput *inputs;
	ChsMerge	merge;
	/* the customer it stands at */
	ChsKey		key;
	void	   *content;		/* of the family */
	void	   *part;			/* scratch: the content in one of several inputs */
	bool		want_encoded;	/* set "encoded" instead of the content if possible */
	const char *encoded;		/* NULL when the content is set */
	Size		encoded_size;
	/* writing the sorted form for those who read the state next */
	ChsExpanded *keep_for;		/* or NULL */
	ChsCustomersWriter kept;
	bool		on_trial;		/* only if many customers have to be joined */
	int			njoined;		/* of them */
} ChsCursor;

extern void chs_cursor_begin(ChsCursor *cursor, const ChsCustomerFamily *family, ChsKeyKind key_kind);
extern void chs_cursor_add_flat(ChsCursor *cursor, ChsCustomers *flat);
extern void chs_cursor_add_log(ChsCursor *cursor, const ChsCustomerLog *log, uint32 from, uint32 end);
extern void chs_cursor_add_table(ChsCursor *cursor, const ChsCustomerTable *table);
extern bool chs_cursor_needs_order(const ChsCursor *cursor);
extern void chs_cursor_keep(ChsCursor *cursor, ChsExpanded *state, bool on_trial);
extern void chs_cursor_start(ChsCursor *cursor);
extern void *chs_cursor_next(ChsCursor *cursor);
extern ChsCustomers *chs_cursor_write(ChsCursor *cursor, MemoryContext context, bool must_fit);

#endif							/* CHS_CUSTOMER_CURSOR_H */
