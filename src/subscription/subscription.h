/*-------------------------------------------------------------------------
 *
 * subscription.h
 *		The state of subscriptionsummary: per customer, MRR as a step function
 *		of days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SUBSCRIPTION_H
#define CHS_SUBSCRIPTION_H

#include "fmgr.h"

#include "shared/compat.h"
#include "shared/buckets.h"
#include "customer/customer_log.h"
#include "customer/customer_merge.h"
#include "customer/customer_state.h"
#include "shared/money.h"
#include "shared/summary.h"

#define CHS_SUBS_TYPE	"subscriptionsummary"

/*
 * A row of a customer: from a day to before another, and how much a month.
 */
typedef struct ChsSubsRow
{
	ChsKey		key;
	DateADT		first;
	DateADT		end;			/* first day after; DATEVAL_NOEND when open */
	int64		amount;
} ChsSubsRow;

/* in the working form, rows as they came */
static inline ChsSubsRow *
chs_subs_rows(ChsCustomers *flat)
{
	return (ChsSubsRow *) flat->data;
}

/* From a day on, until the next step, a customer pays this much a month. */
typedef struct ChsStep
{
	DateADT		day;
	int64		mrr;
} ChsStep;

/*
 * The steps of a customer: days rise, each differs from the one before, the
 * first is above zero.
 */
typedef struct ChsHistory
{
	int			nsteps;
	int			max;
	ChsStep    *steps;
} ChsHistory;

extern void chs_history_init(ChsHistory *history);
extern void chs_history_of_rows(ChsHistory *history, const ChsSubsRow *rows, uint32 nrows);
extern void chs_history_sum(ChsHistory *sum, const ChsHistory *a, const ChsHistory *b);
extern char *chs_history_encode(const ChsHistory *history, char *to);
extern const char *chs_history_decode(ChsHistory *history, const char *from, const char *end);
extern const char *chs_history_skip(const char *from, const char *end);
extern void chs_history_check(const ChsHistory *history, const char *from, const char *end);

/* bytes that encoding may take, whatever a damaged value says */
#define CHS_HISTORY_SPACE(nsteps)	(5 + (Size) Max(nsteps, 1) * 20)

/*
 * A big state: a log of rows beside its runs.
 */
typedef struct ChsSubsState
{
	ChsCustomerState base;
	ChsCustomerLog log;
} ChsSubsState;

/*
 * A pass over the customers of one or more values, in the order of keys.
 */
struct ChsSubsInput;

typedef struct ChsSubsCursor
{
	bool		want_encoded;	/* set "encoded" instead of "history" if possible */
	ChsKeyKind	key_kind;
	int			ninputs;
	int			max_inputs;
	struct ChsSubsInput *inputs;
	ChsMerge	merge;
	ChsHistory	part;			/* scratch */
	ChsHistory	sum;			/* scratch */
	/* the customer it stands at */
	ChsKey		key;
	ChsHistory	history;
	const char *encoded;		/* NULL when history is set */
	Size		encoded_size;
} ChsSubsCursor;

extern void chs_subs_begin(ChsSubsCursor *cursor, bool want_encoded);
extern void chs_subs_add(ChsSubsCursor *cursor, Datum value);
extern void chs_subs_add_flat(ChsSubsCursor *cursor, ChsCustomers *flat);
extern void chs_subs_add_log(ChsSubsCursor *cursor, ChsCustomerLog *log, ChsKeyKind key_kind);
extern void chs_subs_start(ChsSubsCursor *cursor);
extern bool chs_subs_next(ChsSubsCursor *cursor);
extern ChsCustomers *chs_subs_write(ChsSubsCursor *cursor, MemoryContext context, bool must_fit);

/* a pass over one value */
static inline void
chs_subs_open(ChsSubsCursor *cursor, Datum value, bool want_encoded)
{
	chs_subs_begin(cursor, want_encoded);
	chs_subs_add(cursor, value);
	chs_subs_start(cursor);
}

/* states */
extern const ChsCustomerFamily chs_subs_family;
extern Datum chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsSubsRow *row, bool counts);
extern int64 chs_subs_customers(Datum value);

#endif							/* CHS_SUBSCRIPTION_H */
