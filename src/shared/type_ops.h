/*-------------------------------------------------------------------------
 *
 * type_ops.h
 *		Equality, order and hash of the types of chs, by their content.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_TYPE_OPS_H
#define CHS_TYPE_OPS_H

#include "fmgr.h"

#include "shared/compat.h"

/*
 * The bytes of a value that say what it holds: equal content has equal bytes.
 * Neither the version of its form nor numbers that follow from the others are
 * among them.
 */
typedef struct ChsContent
{
	const char *bytes;
	Size		size;
	void	   *made;			/* by detoasting or sorting; to be freed, or NULL */
} ChsContent;

/* how a type finds them in a value of any form */
typedef void (*ChsContentFunction) (Datum value, ChsContent *content);

extern void chs_content_from(Datum value, Size header, ChsContent *content);
extern void chs_content_from_form(Datum value, void *flat, void *canonical, Size header, ChsContent *content);
extern int	chs_content_compare(FunctionCallInfo fcinfo, ChsContentFunction find);
extern uint64 chs_content_hash(FunctionCallInfo fcinfo, ChsContentFunction find, uint64 seed);

extern uint64 chs_checksum_around(const void *value, Size at);

/*
 * The function "find" of a type with a canonical form, whose content is
 * everything behind a header of "header" bytes of this form.  A value that is
 * in it, as "is_sorted" tells, is compared in every version; any other is
 * checked and sorted first.
 */
#define CHS_SORTED_CONTENT(find, State, is_sorted, sorted, checked, header) \
static void \
find(Datum value, ChsContent *content) \
{ \
	State	   *flat = (State *) PG_DETOAST_DATUM(value); \
	State	   *canonical = is_sorted(flat) ? flat : sorted(checked(flat)); \
\
	chs_content_from_form(value, flat, canonical, header, content); \
}

/*
 * The functions PREFIX_eq, _ne, _lt, _le, _ge, _gt, _cmp, _hash and
 * _hash_extended, which sql/type.sql.in declares for a type.
 */
#define CHS_COMPARISON(function, find, test) \
PG_FUNCTION_INFO_V1(function); \
Datum \
function(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(chs_content_compare(fcinfo, find) test 0); \
}

#define CHS_TYPE_OPERATORS(prefix, find) \
CHS_COMPARISON(prefix##_eq, find, ==) \
CHS_COMPARISON(prefix##_ne, find, !=) \
CHS_COMPARISON(prefix##_lt, find, <) \
CHS_COMPARISON(prefix##_le, find, <=) \
CHS_COMPARISON(prefix##_ge, find, >=) \
CHS_COMPARISON(prefix##_gt, find, >) \
\
PG_FUNCTION_INFO_V1(prefix##_cmp); \
Datum \
prefix##_cmp(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_INT32(chs_content_compare(fcinfo, find)); \
} \
\
/* the lower half of the extended hash with seed 0, as hash indexes want it */ \
PG_FUNCTION_INFO_V1(prefix##_hash); \
Datum \
prefix##_hash(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_INT32((int32) chs_content_hash(fcinfo, find, 0)); \
} \
\
PG_FUNCTION_INFO_V1(prefix##_hash_extended); \
Datum \
prefix##_hash_extended(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_INT64((int64) chs_content_hash(fcinfo, find, (uint64) PG_GETARG_INT64(1))); \
}

#endif							/* CHS_TYPE_OPS_H */
