/*-------------------------------------------------------------------------
 *
 * compat.h
 *		Every test of the server's version is here and nowhere else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHS_COMPAT_H
#define CHS_COMPAT_H

/* 15.1 named InitMaterializedSRF() */
#if PG_VERSION_NUM < 150001
#error "chs needs PostgreSQL 15.1 or later"
#endif

/* from PostgreSQL 16 on the varlena macros have a header of their own */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * from PostgreSQL 18 on what never returns says so before its declaration,
 * and pg_attribute_noreturn() is gone
 */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* from PostgreSQL 18 on base64 speaks of uint8 where it spoke of char */
#if PG_VERSION_NUM >= 180000
typedef uint8 chs_b64_byte;
#else
typedef char chs_b64_byte;
#endif

/*
 * From PostgreSQL 19 on the state of a jsonb that grows holds its result, too;
 * before, each push returned it.  A caller includes utils/jsonb.h and begins
 * with a state of zeroes.
 */
#if PG_VERSION_NUM >= 190000
#define ChsJsonbState JsonbInState
#define chs_push_jsonb(state, token, value) (pushJsonbValue(state, token, value), (state)->result)
#else
#define ChsJsonbState JsonbParseState *
#define chs_push_jsonb(state, token, value) pushJsonbValue(state, token, value)
#endif

/* from PostgreSQL 16 on one function answers for all kinds of objects */
#if PG_VERSION_NUM >= 160000
#define chs_may_execute(function) \
	(object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#else
#define chs_may_execute(function) \
	(pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* from PostgreSQL 18 on grouped columns stand in a range table entry of their own */
#if PG_VERSION_NUM >= 180000
#define chs_is_group_rte(rte) ((rte)->rtekind == RTE_GROUP)
#else
#define chs_is_group_rte(rte) false
#endif

/* from PostgreSQL 18 on the columns may be those of OLD or NEW */
#if PG_VERSION_NUM >= 180000
#define chs_is_old_or_new(var) ((var)->varreturningtype != VAR_RETURNING_DEFAULT)
#define chs_expand_rte(rte, varno, names, columns) \
	expandRTE(rte, varno, 0, VAR_RETURNING_DEFAULT, -1, false, names, columns)
#else
#define chs_is_old_or_new(var) ((void) (var), false)
#define chs_expand_rte(rte, varno, names, columns) \
	expandRTE(rte, varno, 0, -1, false, names, columns)
#endif

#endif							/* CHS_COMPAT_H */
