/*-------------------------------------------------------------------------
 *
 * customer_order.h
 *		Rows of customers in the order of their keys.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_ORDER_H
#define CHS_CUSTOMER_ORDER_H

#include "customer/customer_key.h"
#include "customer/customer_log.h"

/*
 * A pass over the rows of a log or an array, customer by customer.  They stay
 * as they are.
 */
typedef struct ChsCustomerOrder
{
	Size		row_size;
	const ChsCustomerLog *log;	/* of the rows, or NULL */
	uint32		next;			/* partition of the log */
	uint32		end;			/* before it, the pass ends */
	uint32		crowded;		/* rows above which a partition is */
	char	   *array;			/* the rows, or NULL */
	uint32		nrows;			/* of the array */
	MemoryContext context;		/* of all that is allocated */
	char	   *fetched;		/* the rows of a partition as they were found */
	uint32		max_fetched;
	char	   *scattered;		/* the same, nearly in order */
	uint32	   *home_end;		/* scratch of a partition */
	uint32		max_scattered;
	char	   *ordered;		/* the rows of a partition */
	uint32		nordered;
	uint32		at;
} ChsCustomerOrder;

extern void chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log, uint32 from, uint32 end);
extern void chs_order_rows(ChsCustomerOrder *order, void *rows, int64 nrows, Size row_size);
extern uint32 chs_order_next(ChsCustomerOrder *order, void **rows);

#endif							/* CHS_CUSTOMER_ORDER_H */
