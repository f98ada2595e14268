/*-------------------------------------------------------------------------
 *
 * summary.h
 *		What all summary types share: update in place, versioned wire format,
 *		text forms.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_SUMMARY_H
#define CHS_SUMMARY_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/nodes.h"
#include "utils/memutils.h"

#include "shared/compat.h"

/* The version that this release writes, on disk, in binary and in text. */
#define CHS_SUMMARY_VERSION 1

/*
 * What a value has at most, in bytes (805 MB).  What is stored must be dumped
 * and restored, and the line that COPY and pg_dump write for a row is a string,
 * which has MaxAllocSize bytes.  The text of a value is base64 of its binary
 * form, four characters for three bytes, and no binary form is longer than the
 * value.  64 kB are left for the version, the zero at the end and the other
 * columns of the row.
 */
#define CHS_MAX_VALUE_SIZE	((MaxAllocSize - 65536) / 4 * 3)

/*
 * An argument of variable length, detoasted.  A plain one is returned as it
 * stands without a call, since transitions come here once per row.
 */
static inline void *
chs_summary_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *value = (struct varlena *) PG_GETARG_POINTER(argno);

	if (unlikely(VARATT_IS_EXTENDED(value)))
		value = pg_detoast_datum(value);
	return value;
}

/*
 * May this call write into its first argument?  What AggCheckCallContext()
 * says, without the call.
 */
static inline bool
chs_summary_in_place(FunctionCallInfo fcinfo)
{
	return likely(fcinfo->context != NULL &&
				  (IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState)));
}

/*
 * A summary argument that may be written into: in an aggregate or a window
 * the executor's own state, otherwise a copy.
 */
static inline void *
chs_summary_writable_arg(FunctionCallInfo fcinfo, int argno)
{
	if (chs_summary_in_place(fcinfo))
		return chs_summary_arg(fcinfo, argno);
	return pg_detoast_datum_copy((struct varlena *) PG_GETARG_POINTER(argno));
}

/* What a transition answers to a row that changes nothing. */
static inline Datum
chs_same_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

extern int64 chs_summary_add(int64 a, int64 b, const char *type);

/* errors for damaged or foreign values */
pg_noreturn extern void chs_summary_damaged_text(const char *type, const char *text, const char *detail);
pg_noreturn extern void chs_summary_damaged_binary(const char *type, const char *detail);
pg_noreturn extern void chs_summary_damaged_stored(const char *type, const char *detail);
pg_noreturn extern void chs_summary_foreign_version(const char *type, int64 version);

/* binary form */
extern void chs_wire_begin(StringInfo buf);
extern void chs_wire_version(StringInfo buf, const char *type);
extern void chs_wire_need(StringInfo buf, int64 bytes, const char *type);
extern void chs_wire_end(StringInfo buf, const char *type);

/* text forms: readable ones by a cursor, others as base64 of the binary form */
typedef struct ChsTextCursor
{
	const char *type;
	const char *text;
	const char *at;
} ChsTextCursor;

extern void chs_text_begin(ChsTextCursor *cursor, const char *type, const char *text);
extern bool chs_text_accept(ChsTextCursor *cursor, char c);
extern void chs_text_expect(ChsTextCursor *cursor, char c);
extern int64 chs_text_count(ChsTextCursor *cursor);
extern void chs_text_end(ChsTextCursor *cursor);
extern char *chs_text_from_wire(bytea *wire);
extern void chs_text_to_wire(const char *type, const char *text, StringInfo buf);

/*
 * The functions PREFIX_in, _out, _recv and _send of a type whose text is its
 * binary form in base64.  "wire" is the bytea of argument 0, and from_wire()
 * makes a value of one.
 */
#define CHS_BASE64_TYPE(prefix, type, from_wire, wire) \
PG_FUNCTION_INFO_V1(prefix##_in); \
Datum \
prefix##_in(PG_FUNCTION_ARGS) \
{ \
	StringInfoData buf; \
\
	chs_text_to_wire(type, PG_GETARG_CSTRING(0), &buf); \
	PG_RETURN_POINTER(from_wire(&buf)); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_out); \
Datum \
prefix##_out(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_CSTRING(chs_text_from_wire(wire)); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_recv); \
Datum \
prefix##_recv(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_POINTER(from_wire((StringInfo) PG_GETARG_POINTER(0))); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_send); \
Datum \
prefix##_send(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BYTEA_P(wire); \
}

/*
 * return_state, return_remains (after something was taken away) and return_arg
 * of a type that has a working form inside aggregates and a canonical one for
 * SQL.  return_arg returns an argument as it is; one that may come from a page
 * is not taken over as a hash table.
 */
#define CHS_SUMMARY_RESULTS(State, sorted, sorted_remains, checked_arg) \
static inline Datum \
return_state(FunctionCallInfo fcinfo, State *state) \
{ \
	if (!chs_summary_in_place(fcinfo)) \
		state = sorted(state); \
	PG_RETURN_POINTER(state); \
} \
\
static Datum \
return_remains(FunctionCallInfo fcinfo, State *state) \
{ \
	if (!chs_summary_in_place(fcinfo)) \
		state = sorted_remains(state); \
	PG_RETURN_POINTER(state); \
} \
\
static Datum \
return_arg(FunctionCallInfo fcinfo, int argno) \
{ \
	if (PG_ARGISNULL(argno)) \
		PG_RETURN_NULL(); \
	if (argno == 0 && chs_summary_in_place(fcinfo)) \
		PG_RETURN_DATUM(PG_GETARG_DATUM(0)); \
	PG_RETURN_POINTER(sorted(checked_arg(fcinfo, argno))); \
}

#endif							/* CHS_SUMMARY_H */
