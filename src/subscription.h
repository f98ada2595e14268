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
#include "lib/stringinfo.h"
#include "utils/expandeddatum.h"

#include "compat.h"
#include "buckets.h"
#include "customer.h"
#include "money.h"
#include "summary.h"

#define CHS_SUBS_TYPE	"subscriptionsummary"

/* The two flat forms; the values are on disk. */
typedef enum ChsSubsForm
{
	CHS_SUBS_SORTED = 's',		/* canonical: histories in the order of keys */
	CHS_SUBS_WORKING = 'w'		/* rows as they came, of a small state */
} ChsSubsForm;

typedef struct ChsSubs
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		form;			/* ChsSubsForm */
	uint8		key_kind;		/* ChsKeyKind */
	uint8		unused;
	int64		count;			/* of customers, or of rows in the working form */
	char		data[FLEXIBLE_ARRAY_MEMBER];
} ChsSubs;

#define CHS_SUBS_HEADER		offsetof(ChsSubs, data)

static inline ChsCustomerRow *
chs_subs_rows(ChsSubs *subs)
{
	return (ChsCustomerRow *) subs->data;
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
extern void chs_history_of_rows(ChsHistory *history, const ChsCustomerRow *rows, uint32 nrows);
extern void chs_history_sum(ChsHistory *sum, const ChsHistory *a, const ChsHistory *b);
extern char *chs_history_encode(const ChsHistory *history, char *to);
extern const char *chs_history_decode(ChsHistory *history, const char *from, const char *end);
extern const char *chs_history_skip(const char *from, const char *end);
extern void chs_history_check(const ChsHistory *history, const char *from, const char *end);

/* bytes that encoding may take */
#define CHS_HISTORY_SPACE(nsteps)	(5 + (Size) (nsteps) * 15)

/*
 * A big state: an expanded object.  What was added last is a log of rows;
 * what came in sorted stays sorted.
 */
typedef struct ChsSubsRun
{
	ChsSubs    *subs;
	int			level;			/* so often were its parts merged */
} ChsSubsRun;

typedef struct ChsSubsState
{
	ExpandedObjectHeader hdr;
	ChsKeyKind	key_kind;
	ChsCustomerLog log;
	ChsSubsRun *runs;
	int			nruns;
	int			max_runs;
	ChsSubs    *flat;			/* the sorted form while it is up to date, else NULL */
	bool		was_read;		/* since the last change */
	bool		is_too_large;	/* for a flat value, as somebody found since then */
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
extern void chs_subs_add_flat(ChsSubsCursor *cursor, ChsSubs *subs);
extern void chs_subs_add_log(ChsSubsCursor *cursor, ChsCustomerLog *log, ChsKeyKind key_kind);
extern void chs_subs_start(ChsSubsCursor *cursor);
extern bool chs_subs_next(ChsSubsCursor *cursor);
extern ChsSubs *chs_subs_write(ChsSubsCursor *cursor, MemoryContext context);
extern ChsSubs *chs_subs_write_if_fits(ChsSubsCursor *cursor, MemoryContext context);

/* a pass over one value */
static inline void
chs_subs_open(ChsSubsCursor *cursor, Datum value, bool want_encoded)
{
	chs_subs_begin(cursor, want_encoded);
	chs_subs_add(cursor, value);
	chs_subs_start(cursor);
}

/* states */
extern bool chs_subs_is_state(Datum value);
extern Datum chs_subs_result(Datum value);
extern Datum chs_subs_to_read(Datum value);
extern ChsSubs *chs_subs_flat(Datum value);
extern ChsSubs *chs_subs_sorted(Datum value);
extern ChsSubs *chs_subs_working(ChsKeyKind key_kind, int64 max_rows);
extern Datum chs_subs_accum(FunctionCallInfo fcinfo, ChsKeyKind key_kind, const ChsCustomerRow *row, bool counts);
extern Datum chs_subs_combine(FunctionCallInfo fcinfo);
extern int64 chs_subs_customers(Datum value);

/* binary form */
extern bytea *chs_subs_to_wire(ChsSubs *subs);
extern ChsSubs *chs_subs_from_wire(StringInfo buf);

static inline ChsSubs *
chs_checked_subs(void *value)
{
	ChsSubs    *subs = value;

	if (unlikely(subs->version != CHS_SUMMARY_VERSION))
		chs_summary_foreign_version(CHS_SUBS_TYPE, subs->version);
	return subs;
}

#endif							/* CHS_SUBSCRIPTION_H */
