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

/* the error of an inverse transition, when "things" are not there; "call" is what has windows do it */
pg_noreturn extern void chs_summary_refuse_missing(const char *things, const char *call, const char *detail);

/*
 * Before anything else of a value that may come from a page is read: does it
 * have a head of "least" bytes, and is it of this version?
 */
#define chs_summary_check_head(state, least, type) \
	do { \
		if (unlikely(VARSIZE(state) < (least))) \
			chs_summary_damaged_stored(type, "It is too short."); \
		if (unlikely((state)->version != CHS_SUMMARY_VERSION)) \
			chs_summary_foreign_version(type, (state)->version); \
	} while (0)

/* binary form */
extern void chs_wire_begin(StringInfo buf);
extern void chs_wire_version(StringInfo buf, const char *type);
extern void chs_wire_need(StringInfo buf, int64 bytes, const char *type);
extern void chs_wire_end(StringInfo buf, const char *type);
extern void chs_wire_send_int128(StringInfo buf, int128 value);
extern int128 chs_wire_get_int128(StringInfo buf);
extern bool chs_wire_keeps_text(void);
extern int	chs_wire_encoding(void);
extern const char *chs_wire_text(const char *text, int *length);
extern char *chs_wire_text_to_server(const char *text, int length);
extern void chs_wire_send_text(StringInfo buf, const char *text, int length);
extern char *chs_wire_get_text(StringInfo buf, const char *type, const char *damage);

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
 * Arguments and results of the functions of a type that has a working form
 * inside aggregates and a canonical one for SQL:
 *
 * summary_arg: an argument, checked, in any form.
 * state_arg: the state to write into, NULL if there is none yet.  Inside an
 * aggregate it is the executor's own, which no page can have damaged.
 * return_state, return_remains: a state that was written into; the latter
 * after something was taken away.
 * return_same_state: what a call that changes nothing answers.
 *
 * A value that may come from a page is never taken over as a hash table.
 */
#define CHS_SUMMARY_ARGUMENTS(State, checked, sorted, sorted_remains) \
static inline State * \
summary_arg(FunctionCallInfo fcinfo, int argno) \
{ \
	return checked(chs_summary_arg(fcinfo, argno)); \
} \
\
static pg_attribute_always_inline State * \
state_arg(FunctionCallInfo fcinfo) \
{ \
	State	   *state; \
\
	if (unlikely(PG_ARGISNULL(0))) \
		return NULL; \
	state = chs_summary_writable_arg(fcinfo, 0); \
	if (unlikely(!chs_summary_in_place(fcinfo))) \
		state = sorted(checked(state)); \
	return state; \
} \
\
static inline Datum \
return_state(FunctionCallInfo fcinfo, State *state) \
{ \
	if (!chs_summary_in_place(fcinfo)) \
		state = sorted(state); \
	PG_RETURN_POINTER(state); \
} \
\
static pg_attribute_unused() Datum \
return_remains(FunctionCallInfo fcinfo, State *state) \
{ \
	if (!chs_summary_in_place(fcinfo)) \
		state = sorted_remains(state); \
	PG_RETURN_POINTER(state); \
} \
\
static pg_attribute_unused() Datum \
return_same_state(FunctionCallInfo fcinfo) \
{ \
	if (PG_ARGISNULL(0) || chs_summary_in_place(fcinfo)) \
		return chs_same_state(fcinfo); \
	PG_RETURN_POINTER(sorted(summary_arg(fcinfo, 0))); \
}

/* in place of sorted, for a type that has one form */
#define CHS_ONLY_FORM(state)	(state)

/*
 * combine(a, b) of such a type: both together; a NULL or empty side counts
 * nothing.  add() is never called with an empty one.
 */
#define CHS_SUMMARY_COMBINE(prefix, State, is_empty, sorted, add) \
PG_FUNCTION_INFO_V1(prefix##_combine); \
Datum \
prefix##_combine(PG_FUNCTION_ARGS) \
{ \
	State	   *from = PG_ARGISNULL(1) ? NULL : summary_arg(fcinfo, 1); \
	State	   *into; \
\
	if (from == NULL || (is_empty(from) && !PG_ARGISNULL(0))) \
		return return_same_state(fcinfo); \
	into = state_arg(fcinfo); \
	if (into == NULL || is_empty(into)) \
		PG_RETURN_POINTER(sorted(from)); \
	return return_state(fcinfo, add(into, from)); \
}

/*
 * combine_inv(a, b), its inverse, for moving windows over stored summaries.
 * subtract() is called with an empty "into" too, for its complaint.
 */
#define CHS_SUMMARY_COMBINE_INV(prefix, State, is_empty, subtract) \
PG_FUNCTION_INFO_V1(prefix##_combine_inv); \
Datum \
prefix##_combine_inv(PG_FUNCTION_ARGS) \
{ \
	State	   *from = PG_ARGISNULL(1) ? NULL : summary_arg(fcinfo, 1); \
\
	if (PG_ARGISNULL(0) || from == NULL || is_empty(from)) \
		return return_same_state(fcinfo); \
	return return_remains(fcinfo, subtract(state_arg(fcinfo), from)); \
}

/*
 * final(state): the canonical form, or NULL when there was nothing to count.
 */
#define CHS_SUMMARY_FINAL(prefix, State, is_empty, sorted) \
PG_FUNCTION_INFO_V1(prefix##_final); \
Datum \
prefix##_final(PG_FUNCTION_ARGS) \
{ \
	State	   *state = sorted(summary_arg(fcinfo, 0)); \
\
	if (is_empty(state)) \
		PG_RETURN_NULL(); \
	PG_RETURN_POINTER(state); \
}

#endif							/* CHS_SUMMARY_H */
