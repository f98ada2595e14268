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

#define CHS_MAX_ROW_SIZE	64

/*
 * A pass over the rows of a log or an array, customer by customer.  They stay
 * as they are.
 */
typedef struct ChsCustomerOrder
{
	Size		row_size;
	uint32		nrows;
	char	   *array;			/* the rows, or NULL: they are in chunks */
	char	  **chunks;
	int			partition_bits; /* partitions by the highest bits of the key */
	uint32		partition;		/* the next one to order */
	uint32	   *partition_end;
	uint32	   *numbers;		/* of rows in chunks, partition by partition */
	uint32	   *home_end;		/* scratch of a partition */
	char	   *fetched;		/* the rows of a partition as they were found */
	char	   *scattered;		/* the same, nearly in order */
	char	   *ordered;		/* the rows of a partition */
	uint32		nordered;
	uint32		at;
} ChsCustomerOrder;

extern void chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log);
extern void chs_order_rows(ChsCustomerOrder *order, void *rows, int64 nrows, Size row_size);
extern uint32 chs_order_next(ChsCustomerOrder *order, void **rows);

#endif							/* CHS_CUSTOMER_ORDER_H */
