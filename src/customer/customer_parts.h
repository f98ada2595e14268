/*-------------------------------------------------------------------------
 *
 * customer_parts.h
 *		The rows of a log, packed, on their way from a parallel worker.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_PARTS_H
#define CHS_CUSTOMER_PARTS_H

#include "shared/compat.h"
#include "customer/customer.h"

/* parts by so many of the highest bits of the key */
#define CHS_PARTS_BITS	10
#define CHS_PARTS		(1 << CHS_PARTS_BITS)

typedef struct ChsParts
{
	uint32		end[CHS_PARTS]; /* rows of this part and those before it */
	uint64		is_long;		/* rows are long ones */
	char		rows[FLEXIBLE_ARRAY_MEMBER];
} ChsParts;

extern Size chs_parts_size(const ChsCustomerLog *log, ChsKeyKind key_kind);
extern void chs_parts_write(ChsParts *parts, Size size, const ChsCustomerLog *log, ChsKeyKind key_kind);
extern bool chs_parts_are_whole(const ChsParts *parts, Size size, int64 nrows, ChsKeyKind key_kind);
extern void chs_parts_unpack(const ChsParts *parts, uint32 first, uint32 end, ChsKeyKind key_kind, ChsCustomerRow *to);

/* The number of the first row of a part. */
static inline uint32
chs_parts_begin(const ChsParts *parts, uint32 part)
{
	return part ? parts->end[part - 1] : 0;
}

#endif							/* CHS_CUSTOMER_PARTS_H */
