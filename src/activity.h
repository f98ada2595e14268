/*-------------------------------------------------------------------------
 *
 * activity.h
 *		The state of activitysummary: per customer, the set of active days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_ACTIVITY_H
#define CHS_ACTIVITY_H

#include "fmgr.h"
#include "utils/date.h"

#include "compat.h"
#include "customer.h"
#include "customer_state.h"
#include "customer_table.h"

#define CHS_ACTIVITY_TYPE	"activitysummary"

/*
 * 64 days: bit i is day chunk * 64 + i.  chunk = day >> 6, rounded down for
 * days before 2000.
 */
typedef struct ChsDayChunk
{
	int32		chunk;
	uint64		bits;			/* never 0 */
} ChsDayChunk;

/* The active days of a customer; chunks rise. */
typedef struct ChsDays
{
	int			n;
	int			max;
	ChsDayChunk *chunks;
} ChsDays;

extern void chs_days_init(ChsDays *days);
extern void chs_days_reserve(ChsDays *days, int64 max);
extern void chs_days_merge(ChsDays *days, int n, ChsDays *scratch);
extern Size chs_days_space(const ChsDays *days);
extern char *chs_days_pack(const ChsDays *days, char *to);
extern const char *chs_days_unpack(ChsDays *days, const char *from, const char *end);
extern const char *chs_days_skip(const char *from, const char *end);
extern void chs_days_check(const ChsDays *days, const char *from, const char *end);

/* The customer that a reader stands at. */
typedef struct ChsActivityCustomer
{
	ChsKey		key;
	int			nchunks;		/* at least 1 */
	const ChsDayChunk *chunks;	/* days rise; valid until the next call */
} ChsActivityCustomer;

struct ChsActivityInput;

/*
 * A pass over the customers of one or more values.
 */
typedef struct ChsActivityReader
{
	ChsActivityCustomer customer;
	ChsKeyKind	key_kind;
	int			ninputs;
	int			max_inputs;
	struct ChsActivityInput *inputs;
	ChsMerge	merge;
	ChsDays		days;			/* of the customer */
	ChsDays		scratch;
	bool		want_packed;	/* leave days packed where possible */
	const char *packed;			/* the customer's days, packed, or NULL: see customer */
	Size		packed_size;
} ChsActivityReader;

/*
 * For accessors: a pass over the customers of a value in any form.  in_order:
 * by key, which a join of two values needs.
 */
extern void chs_activity_open(ChsActivityReader *reader, Datum value, bool in_order);
extern bool chs_activity_next(ChsActivityReader *reader);
extern int64 chs_activity_customers(Datum value);
extern ChsKeyKind chs_activity_key_kind(Datum value);

/* passes over several values */
extern void chs_activity_begin(ChsActivityReader *reader, bool want_packed);
extern void chs_activity_add_flat(ChsActivityReader *reader, ChsCustomers *flat);
extern void chs_activity_start(ChsActivityReader *reader);
extern ChsCustomers *chs_activity_write(ChsActivityReader *reader, MemoryContext context);

/* slots of a working form */
static inline uint32
chs_activity_nslots(const ChsCustomers *flat)
{
	return (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / sizeof(ChsSlot);
}

/* states */
extern ChsCustomers *chs_activity_flat(Datum value);
extern ChsCustomers *chs_activity_sorted(Datum value);
extern Datum chs_activity_result(Datum value);
extern Datum chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day);
extern Datum chs_activity_combine(FunctionCallInfo fcinfo);

/* binary form */
extern bytea *chs_activity_to_wire(ChsCustomers *flat);
extern ChsCustomers *chs_activity_from_wire(StringInfo buf);

#endif							/* CHS_ACTIVITY_H */
