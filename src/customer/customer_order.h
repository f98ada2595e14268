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

/* The partitions of a log, or of a crowded partition of one. */
typedef struct ChsOrderLevel
{
	uint32	   *end;			/* of each partition in "numbers" */
	uint32		npartitions;
	uint32		next;			/* the next one to order */
	uint32		at;				/* where it begins */
	int			bits;			/* leading bits of the key, all that divides up to here */
} ChsOrderLevel;

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
	MemoryContext context;		/* of all that is allocated */
	ChsOrderLevel *levels;		/* partitions, and those of a crowded one, ... */
	int			depth;			/* levels; 0 at the end */
	uint32	   *numbers;		/* of rows in chunks, partition by partition */
	uint32	   *home_end;		/* scratch of a partition */
	char	   *fetched;		/* the rows of a partition as they were found */
	uint32		max_fetched;
	char	   *scattered;		/* the same, nearly in order */
	char	   *ordered;		/* the rows of a partition */
	uint32		nordered;
	uint32		at;
} ChsCustomerOrder;

extern void chs_order_log(ChsCustomerOrder *order, const ChsCustomerLog *log);
extern void chs_order_rows(ChsCustomerOrder *order, void *rows, int64 nrows, Size row_size);
extern uint32 chs_order_next(ChsCustomerOrder *order, void **rows);

#endif							/* CHS_CUSTOMER_ORDER_H */
