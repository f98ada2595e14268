/*-------------------------------------------------------------------------
 *
 * customer_state.h
 *		What summaries that hold customers share: their flat forms, the big
 *		state made of sorted runs, writing, combining, the binary form.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_CUSTOMER_STATE_H
#define CHS_CUSTOMER_STATE_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/expandeddatum.h"

#include "shared/compat.h"
#include "customer/customer_key.h"
#include "shared/summary.h"

/* The flat forms; the values are on disk. */
typedef enum ChsCustomersForm
{
	CHS_SORTED = 's',			/* canonical: in the order of keys */
	CHS_WORKING = 'w'			/* of a small state that grows */
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

/* a flat value grows to about so many bytes before it becomes a state */
#define CHS_MAX_SMALL			65536

struct ChsCustomerState;

/*
 * What a family does its own way.
 */
typedef struct ChsCustomerFamily
{
	const char *type;
	Size		state_size;		/* of its state, which begins with ChsCustomerState */
	Size		row_size;		/* in the working form */
	void		(*init) (struct ChsCustomerState *state);

	/*
	 * The rows that a state (or NULL) holds outside its runs and everything
	 * of some flat values in the sorted form, in a context.  What is too large
	 * for a value is an error, or NULL if it need not fit.
	 */
	ChsCustomers *(*sort) (struct ChsCustomerState *state, ChsKeyKind key_kind,
						   ChsCustomers **flats, int nflats, MemoryContext context, bool must_fit);

	/*
	 * More rows for a state: of a working form, and those that another state
	 * holds outside its runs (NULL: they come sorted).  Two working forms in
	 * one.
	 */
	void		(*absorb_working) (struct ChsCustomerState *state, ChsCustomers *working);
	void		(*absorb_rows) (struct ChsCustomerState *state, const struct ChsCustomerState *other);
	ChsCustomers *(*combine_working) (ChsCustomers *a, ChsCustomers *b);

	/*
	 * What follows a key: passing over it, and checking it; both return where
	 * the next customer begins.  scratch is NULL in the first call.
	 */
	const char *(*skip) (const char *from, const char *end);
	const char *(*check) (void **scratch, const char *from, const char *end);
	int			least;			/* it takes so many bytes at least */
} ChsCustomerFamily;

/*
 * A big state: an expanded object.  What was added last is the family's; what
 * came in sorted stays sorted.
 */
typedef struct ChsCustomerRun
{
	ChsCustomers *flat;
	int			level;			/* so often were its parts merged */
} ChsCustomerRun;

typedef struct ChsCustomerState
{
	ExpandedObjectHeader hdr;
	const ChsCustomerFamily *family;
	ChsKeyKind	key_kind;
	ChsCustomerRun *runs;
	int			nruns;
	int			max_runs;
	ChsCustomers *flat;			/* the sorted form while it is up to date, else NULL */
	bool		was_read;		/* since the last change */
	bool		is_too_large;	/* for a flat value, as somebody found since then */
} ChsCustomerState;

extern const ExpandedObjectMethods chs_customer_state_methods;

/* values */
static inline bool
chs_is_customer_state(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &chs_customer_state_methods;
}

static inline bool
chs_is_writable_customer_state(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)) &&
		DatumGetEOHP(value)->eoh_methods == &chs_customer_state_methods;
}

extern ChsCustomers *chs_customers_flat(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_sorted(const ChsCustomerFamily *family, Datum value);
extern Datum chs_customers_result(const ChsCustomerFamily *family, Datum value);
extern Datum chs_customers_to_read(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_working(ChsKeyKind key_kind, Size size);
extern Datum chs_customers_combine(const ChsCustomerFamily *family, FunctionCallInfo fcinfo);

/* states */
extern ChsCustomerState *chs_customer_state_of(const ChsCustomerFamily *family, FunctionCallInfo fcinfo, Datum value);
extern Datum chs_customer_state_return(FunctionCallInfo fcinfo, ChsCustomerState *state);
extern void chs_customer_state_to_run(ChsCustomerState *state, void (*clear) (ChsCustomerState *state));
extern void chs_customer_state_forget(ChsCustomerState *state);

/* A state is about to change. */
static inline void
chs_customer_state_changes(ChsCustomerState *state)
{
	if (unlikely(state->was_read))
		chs_customer_state_forget(state);
}

/*
 * Writing the sorted form, customer by customer.
 */
typedef struct ChsCustomersWriter
{
	const char *type;
	ChsCustomers *flat;
	Size		used;
	Size		space;
	bool		must_fit;		/* too large for a value is an error */
	bool		fits;
} ChsCustomersWriter;

extern void chs_customers_write(ChsCustomersWriter *writer, const char *type, ChsKeyKind key_kind,
								MemoryContext context, bool must_fit);
extern bool chs_customers_write_more(ChsCustomersWriter *writer, Size more);
extern ChsCustomers *chs_customers_write_end(ChsCustomersWriter *writer);

/*
 * One more customer; where what follows its key belongs, which takes up to so
 * many bytes.  NULL when it does not fit and need not.
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

/* binary form */
extern bytea *chs_customers_to_wire(const ChsCustomerFamily *family, Datum value);
extern ChsCustomers *chs_customers_from_wire(const ChsCustomerFamily *family, StringInfo buf);

#endif							/* CHS_CUSTOMER_STATE_H */
