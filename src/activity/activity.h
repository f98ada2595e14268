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

#include "shared/compat.h"
#include "customer/customer_merge.h"
#include "customer/customer_state.h"
#include "customer/customer_table.h"

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
extern void chs_days_join(ChsDays *days);
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

/*
 * A big state: a table of customers beside its runs.  A slot's number is the
 * newest chunk and its value the bits of that; its block has older ones.
 */
typedef struct ChsOlderChunk
{
	int32		chunk;
	uint32		bits[2];		/* in halves, for 12 bytes instead of 16 */
} ChsOlderChunk;

typedef struct ChsOlderDays
{
	uint32		n:27;
	uint32		size_class:5;
	ChsOlderChunk days[FLEXIBLE_ARRAY_MEMBER];	/* chunks rise */
} ChsOlderDays;

static inline uint64
chs_older_bits(const ChsOlderChunk *older)
{
	return (uint64) older->bits[1] << 32 | older->bits[0];
}

static inline void
chs_older_set(ChsOlderChunk *older, int32 chunk, uint64 bits)
{
	older->chunk = chunk;
	older->bits[0] = (uint32) bits;
	older->bits[1] = (uint32) (bits >> 32);
}

typedef struct ChsActivityRow
{
	ChsKey		key;
	DateADT		day;
} ChsActivityRow;

/*
 * Rows on their way to a table, in parts by the highest bits of their keys.
 */
#define CHS_WAITING_PART_BITS	6
#define CHS_WAITING_PARTS		(1 << CHS_WAITING_PART_BITS)
#define CHS_WAITING_ROWS		64	/* in each part */

typedef struct ChsActivityWaiting
{
	int			n[CHS_WAITING_PARTS];
	ChsActivityRow rows[CHS_WAITING_PARTS][CHS_WAITING_ROWS];
} ChsActivityWaiting;

typedef struct ChsActivityState
{
	ChsCustomerState base;
	ChsCustomerTable table;
	ChsActivityWaiting *waiting;	/* NULL while the table is small */
} ChsActivityState;

extern const ChsCustomerFamily chs_activity_family;
extern Datum chs_activity_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, ChsKey key, DateADT day);
extern void chs_activity_settle(ChsActivityState *state);

/* slots of a working form */
static inline uint32
chs_activity_nslots(const ChsCustomers *flat)
{
	return (VARSIZE(flat) - CHS_CUSTOMERS_HEADER) / sizeof(ChsSlot);
}

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
	bool		want_packed;	/* leave days packed where possible */
	const char *packed;			/* the customer's days, packed, or NULL: see customer */
	Size		packed_size;
	ChsCustomerState *keep_for; /* write what is merged for those who read this state next; or NULL */
	ChsCustomersWriter kept;
} ChsActivityReader;

/*
 * For accessors: a pass over the customers of a value in any form, in the
 * order of keys.  to_end: it will not be left before its end.
 */
extern void chs_activity_open(ChsActivityReader *reader, Datum value, bool to_end);
extern bool chs_activity_next(ChsActivityReader *reader);
extern int64 chs_activity_customers(Datum value);
extern ChsKeyKind chs_activity_key_kind(Datum value);

/* passes over several values */
extern void chs_activity_begin(ChsActivityReader *reader, ChsKeyKind key_kind, bool want_packed);
extern void chs_activity_add_flat(ChsActivityReader *reader, ChsCustomers *flat);
extern void chs_activity_add_table(ChsActivityReader *reader, ChsActivityState *state);
extern void chs_activity_start(ChsActivityReader *reader);
extern ChsCustomers *chs_activity_write(ChsActivityReader *reader, MemoryContext context, bool must_fit);

#endif							/* CHS_ACTIVITY_H */
