/*-------------------------------------------------------------------------
 *
 * customer_flat.h
 *		The flat forms of summaries that hold customers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_FLAT_H
#define CHS_CUSTOMER_FLAT_H

#include "customer/customer_family.h"

/* The values are on disk. */
typedef enum ChsCustomersForm
{
	CHS_SORTED = 's',			/* canonical: in the order of keys */
	CHS_WORKING = 'w'			/* rows of a small state that grows */
} ChsCustomersForm;

typedef struct ChsCustomers
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		form;			/* ChsCustomersForm */
	uint8		key_kind;		/* ChsKeyKind */
	uint8		unused;
	int64		count;			/* of customers, or of rows unless sorted */
	char		data[FLEXIBLE_ARRAY_MEMBER];
} ChsCustomers;

#define CHS_CUSTOMERS_HEADER	offsetof(ChsCustomers, data)

/* bytes to which a flat value grows before it becomes a state */
#define CHS_MAX_SMALL			65536

extern ChsCustomers *chs_customers_flat(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_working(const ChsCustomerFamily *family, ChsKeyKind key_kind, int64 nrows);
extern int64 chs_customers_max_rows(const ChsCustomerFamily *family);

/* How many rows a working form has room for. */
static inline int64
chs_customers_room(const ChsCustomers *flat, Size row_size)
{
	return (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / row_size;
}

/*
 * Writing the sorted form, customer by customer.
 */
typedef struct ChsCustomersWriter
{
	const ChsCustomerFamily *family;
	ChsCustomers *flat;
	Size		used;
	Size		space;
	bool		must_fit;		/* too large for a value is an error */
	bool		fits;
} ChsCustomersWriter;

extern void chs_customers_write(ChsCustomersWriter *writer, const ChsCustomerFamily *family, ChsKeyKind key_kind,
								MemoryContext context, bool must_fit);
extern bool chs_customers_write_more(ChsCustomersWriter *writer, Size more);
extern ChsCustomers *chs_customers_write_end(ChsCustomersWriter *writer);

/*
 * One more customer; returns where what follows its key belongs, for which
 * there is room for "more" bytes.  NULL when it does not fit and need not.
 */
static inline char *
chs_customers_write_key(ChsCustomersWriter *writer, ChsKey key, Size more)
{
	char	   *at;

	more += sizeof(ChsKey);
	if (unlikely(writer->used + more > writer->space) && !chs_customers_write_more(writer, more))
		return NULL;
	at = (char *) writer->flat + writer->used;
	memcpy(at, &key, sizeof(ChsKey));
	writer->flat->count++;
	return at + sizeof(ChsKey);
}

static inline void
chs_customers_written(ChsCustomersWriter *writer, const char *end)
{
	writer->used = end - (char *) writer->flat;
}

#endif							/* CHS_CUSTOMER_FLAT_H */
