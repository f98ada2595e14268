/*-------------------------------------------------------------------------
 *
 * health_support.c
 *		What the planner makes of health_score(constant model, whole row).
 *
 * By name is how everybody calls health_score, and by position is what is
 * fast: for a call by name the executor copies all columns of a row into a
 * tuple, only to have it taken apart again.  Where model and row type are
 * known when a query is planned, this support function writes
 *
 *		health_score('{...}', t)  as  health_score('{...}', t.logins, t.nps)
 *
 * in the plan; views keep their text.  The row type is among the dependencies
 * of the plan.  The answer is the same to the last bit, an error too, or the
 * call stays as it is written.  It stays unless all of this holds:
 *
 * - The model can be scored by position.
 * - The row is a whole-row Var of this query level, or a RowExpr, which it
 *   becomes where a view, subquery or join is flattened.  A Var of an outer
 *   level stays because LATERAL references are collected before the inner
 *   query is planned, and a PlaceHolderVar because it may be a NULL row.
 * - Each signal has exactly one column, a number or a boolean.  Otherwise
 *   the call as written says what is wrong, if it ever runs.
 * - Columns that the model leaves out are unable to fail, because those of a
 *   RowExpr are not computed any more, and those of a subquery may not be.  A
 *   RowExpr has nothing volatile, no subquery, aggregate or set either.
 * - A row without a type is in a query without sublinks, and so is any row that
 *   must not be NULL, but for that of INSERT (ON CONFLICT).  To try an EXISTS
 *   as a hashed ANY, the planner simplifies its WHERE with the root of the outer
 *   query (convert_EXISTS_to_ANY()), so a Var there may be one of another range
 *   table.  What has a type needs none to be scored right; an error of a column
 *   that is left out may be lost there.
 * - A NULL row scores NULL.  Its columns are NULL, which is as good unless the
 *   model makes an error of missing signals; with such a model the row must
 *   come from a query without outer joins.
 * - Nothing groups by rows, above GROUP BY t there is t, but not its columns;
 *   and there are no grouping sets, which make a column NULL but not the row.
 * - The user may execute both functions.
 *
 * Of several columns that fail in one row, another may be the first.  The
 * first value is cast to what is declared, float8 or numeric, the others go as
 * they are.  Privileges remain those of the query: SELECT on all columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "parser/parse_coerce.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "health/health_cache.h"
#include "health/health_eval.h"
#include "health/health_values.h"
#include "shared/number.h"

/* A row whose columns can be taken for themselves. */
typedef struct KnownRow
{
	Var		   *var;			/* it is a whole-row Var, */
	RowExpr    *expr;			/* or it is made of these */
	const Query *query;			/* NULL for an index or a constraint */
	TupleDesc	tupdesc;
	Oid			relation;		/* that the type belongs to */
	bool		may_be_null;	/* as a whole */
	Bitmapset  *used;			/* numbers of columns, from 0 */
} KnownRow;

/* ---------------- the query ---------------- */

/* Whether rows differ from their columns above GROUP BY. */
static bool
groups_otherwise(const Query *query)
{
	ListCell   *cell;

	if (query->groupingSets)
		return true;
	foreach(cell, query->groupClause)
		if (type_is_rowtype(exprType(get_sortgroupclause_expr(lfirst(cell), query->targetList))))
			return true;
	return false;
}

/* Whether a whole-row Var may be NULL, for all that is known. */
static bool
var_may_be_null(const Query *query, const Var *var)
{
	ListCell   *cell;

	if (query->commandType == CMD_MERGE || chs_is_old_or_new(var))
		return true;
	/* the arbiter of ON CONFLICT, which must look like the index */
	if (query->commandType == CMD_INSERT && (int) var->varno == query->resultRelation)
		return false;
	if (query->hasSubLinks)
		return true;
	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_JOIN && IS_OUTER_JOIN(rte->jointype))
			return true;
	}
	return false;
}

/* Whether an output of a subquery, or of those below, is no more than a constant or a column. */
static bool
output_cannot_fail(const Query *query, int number)
{
	TargetEntry *entry = get_tle_by_resno(query->targetList, number);
	Var		   *var = entry ? (Var *) entry->expr : NULL;
	RangeTblEntry *rte;
	ListCell   *cell;

	check_stack_depth();
	if (query->setOperations)
	{
		foreach(cell, query->rtable)
		{
			rte = lfirst_node(RangeTblEntry, cell);
			if (rte->rtekind != RTE_SUBQUERY || !output_cannot_fail(rte->subquery, number))
				return false;
		}
		return true;
	}
	if (var == NULL || !IsA(var, Var) || var->varlevelsup > 0 || var->varattno <= 0)
		return var && IsA(var, Const);
	rte = rt_fetch(var->varno, query->rtable);
	return rte->rtekind == RTE_RELATION || chs_is_group_rte(rte) ||
		(rte->rtekind == RTE_SUBQUERY && output_cannot_fail(rte->subquery, var->varattno));
}

/* Whether an expression reads what a subquery of this query, or another level, might fail to compute. */
static bool
reads_what_can_fail(Node *node, void *query)
{
	const Var  *var = (const Var *) node;
	const RangeTblEntry *rte;

	if (node == NULL || !IsA(node, Var))
		return expression_tree_walker(node, reads_what_can_fail, query);
	if (query == NULL)
		return false;
	if (var->varlevelsup > 0 || IS_SPECIAL_VARNO(var->varno) ||
		var->varno > list_length(((const Query *) query)->rtable))
		return true;
	rte = rt_fetch(var->varno, ((const Query *) query)->rtable);
	return rte->rtekind == RTE_SUBQUERY && (rte->subquery == NULL || !output_cannot_fail(rte->subquery, var->varattno));
}

/* ---------------- the row ---------------- */

/* A column of what a whole-row Var stands for, with what may make it NULL. */
static Var *
column_of_var(const Var *row, AttrNumber number, Oid type, int32 typmod, Oid collation)
{
	Var		   *var = (Var *) copyObjectImpl(row);

	var->varattno = number;
	var->vartype = type;
	var->vartypmod = typmod;
	var->varcollid = collation;
	if (var->varnosyn > 0)
		var->varattnosyn = number;
	return var;
}

/* A row without a type, of a subquery, a function, VALUES, ..., column by column. */
static RowExpr *
expand_anonymous_row(RangeTblEntry *rte, const Var *row)
{
	RowExpr    *expr = makeNode(RowExpr);
	List	   *names;
	List	   *columns;
	ListCell   *cell;

	if (rte->rtekind != RTE_SUBQUERY && rte->rtekind != RTE_FUNCTION && rte->rtekind != RTE_TABLEFUNC &&
		rte->rtekind != RTE_VALUES && rte->rtekind != RTE_CTE && rte->rtekind != RTE_NAMEDTUPLESTORE)
		return NULL;
	chs_expand_rte(rte, row->varno, &names, &columns);
	foreach(cell, columns)
	{
		Var		   *var = lfirst_node(Var, cell);

		lfirst(cell) = column_of_var(row, var->varattno, var->vartype, var->vartypmod, var->varcollid);
	}
	expr->args = columns;
	expr->colnames = names;
	expr->row_typeid = RECORDOID;
	return expr;
}

static bool
read_var(Var *var, KnownRow *row)
{
	if (var->varattno != InvalidAttrNumber || var->varlevelsup > 0 || IS_SPECIAL_VARNO(var->varno))
		return false;
	/* rows of an index or a constraint exist */
	row->may_be_null = row->query && var_may_be_null(row->query, var);
	if (var->vartype != RECORDOID)
		row->var = var;
	else if (row->query && !row->query->hasSubLinks)
		row->expr = expand_anonymous_row(rt_fetch(var->varno, row->query->rtable), var);
	return row->var || row->expr;
}

/* Whether a RowExpr is what it says, once per row. */
static bool
check_expr(Node *expr, TupleDesc tupdesc)
{
	List	   *args = ((RowExpr *) expr)->args;

	if (contain_volatile_functions(expr) || contain_subplans(expr) || contain_agg_clause(expr) ||
		contain_window_function(expr) || expression_returns_set(expr) || list_length(args) != tupdesc->natts)
		return false;
	for (int i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped &&
			TupleDescAttr(tupdesc, i)->atttypid != exprType(list_nth(args, i)))
			return false;
	return true;
}

/* False where anything is not surely understood. */
static bool
read_row(Node *node, KnownRow *row)
{
	if (IsA(node, RowExpr))
		row->expr = (RowExpr *) node;
	else if (!IsA(node, Var) || !read_var((Var *) node, row))
		return false;
	node = row->expr ? (Node *) row->expr : node;
	row->tupdesc = get_expr_result_tupdesc(node, true);
	row->relation = get_typ_typrelid(getBaseType(exprType(node)));
	return row->tupdesc && (row->var || check_expr(node, row->tupdesc));
}

/* ---------------- its columns ---------------- */

/* The value of a column, or NULL. */
static Node *
column_value(const KnownRow *row, int number)
{
	Form_pg_attribute attribute = TupleDescAttr(row->tupdesc, number);

	if (row->expr)
		return list_nth(row->expr->args, number);
	/* what is computed when it is read is not in the row */
	if (attribute->attgenerated && attribute->attgenerated != ATTRIBUTE_GENERATED_STORED)
		return NULL;
	return (Node *) column_of_var(row->var, number + 1, attribute->atttypid, attribute->atttypmod,
								  attribute->attcollation);
}

/* The one column of that name, if it is a number or a boolean, or NULL. */
static Node *
find_value(KnownRow *row, const char *name)
{
	Node	   *value = NULL;

	for (int i = 0; i < row->tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(row->tupdesc, i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		if (value || chs_number_kind(getBaseType(attribute->atttypid)) == CHS_NOT_A_NUMBER)
			return NULL;
		value = column_value(row, i);
		row->used = bms_add_member(row->used, i);
	}
	return value;
}

static bool
function_can_fail(Oid function, void *context pg_attribute_unused())
{
	return !get_func_leakproof(function);
}

/* An array of arrays fails where they differ in length. */
static bool
calls_what_can_fail(Node *node, void *context)
{
	return node && (check_functions_in_node(node, function_can_fail, context) ||
					(IsA(node, ArrayExpr) && ((ArrayExpr *) node)->multidims) ||
					expression_tree_walker(node, calls_what_can_fail, context));
}

/* As contain_leaked_vars(), which knows neither coalesce() nor calls without a column. */
static bool
can_fail(Node *node)
{
	ListCell   *cell;

	if (node == NULL || !IsA(node, CoalesceExpr))
		return contain_leaked_vars(node) || calls_what_can_fail(node, NULL);
	foreach(cell, ((CoalesceExpr *) node)->args)
		if (can_fail(lfirst(cell)))
			return true;
	return false;
}

/* Whether the columns that are left out would never have been an error. */
static bool
rest_cannot_fail(const KnownRow *row)
{
	for (int i = 0; i < row->tupdesc->natts; i++)
	{
		Node	   *value;

		if (bms_is_member(i, row->used) || TupleDescAttr(row->tupdesc, i)->attisdropped)
			continue;
		value = column_value(row, i);
		if (can_fail(value) || reads_what_can_fail(value, unconstify(Query *, row->query)))
			return false;
	}
	return true;
}

/* ---------------- the call by position ---------------- */

/* The first value as what a positional call declares, without a loss. */
static Node *
cast_first_value(Node *value)
{
	Oid			type = exprType(value);
	Oid			target = getBaseType(type) == NUMERICOID ? NUMERICOID : FLOAT8OID;

	if (getBaseType(type) == BOOLOID)
	{
		value = coerce_to_target_type(NULL, value, type, INT4OID, -1, COERCION_EXPLICIT, COERCE_EXPLICIT_CAST, -1);
		type = INT4OID;
	}
	return coerce_to_target_type(NULL, value, type, target, -1, COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, -1);
}

/* The values of all signals in the order of the model, or NIL. */
static List *
find_values(const ChsHealthModel *model, KnownRow *row)
{
	List	   *values = NIL;

	for (int i = 0; i < model->nsignals; i++)
	{
		Node	   *value = find_value(row, chs_health_cstring(model, CHS_HEALTH_SIGNALS(model)[i].name));

		if (value && i == 0)
			value = cast_first_value(value);
		if (value == NULL)
			return NIL;
		values = lappend(values, value);
	}
	return values;
}

/* The function of that name and schema for values.  One in C is a superuser's, so it is ours. */
static Oid
positional_function(Oid by_name, Oid model_type, const List *values)
{
	Oid			types[3] = {model_type, exprType(linitial(values)), ANYOID};
	oidvector  *signature = buildoidvector(types, list_length(values) > 1 ? 3 : 2);
	HeapTuple	tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(get_func_name(by_name)),
										PointerGetDatum(signature),
										ObjectIdGetDatum(get_func_namespace(by_name)));
	Form_pg_proc found = HeapTupleIsValid(tuple) ? (Form_pg_proc) GETSTRUCT(tuple) : NULL;
	Oid			function = found && found->prolang == ClanguageId ? found->oid : InvalidOid;

	if (found)
		ReleaseSysCache(tuple);
	return function;
}

static Node *
simplify_call(PlannerInfo *root, const FuncExpr *call)
{
	Const	   *model_arg = linitial(call->args);
	Const	   *as_of = lthird(call->args);
	const ChsHealthModel *model;
	KnownRow	row = {.query = root ? root->parse : NULL};
	List	   *values;
	Oid			function;

	if (!IsA(model_arg, Const) || model_arg->constisnull || !IsA(as_of, Const) ||
		(!as_of->constisnull && DATE_NOT_FINITE(DatumGetDateADT(as_of->constvalue))) ||
		FmgrHookIsNeeded(call->funcid) || !chs_may_execute(call->funcid))
		return NULL;
	model = chs_health_detoast(model_arg->constvalue);
	if (!chs_health_is_positional(model) || (row.query && groups_otherwise(row.query)) || !read_row(lsecond(call->args), &row) ||
		(row.may_be_null && !chs_health_scores_null(model)))
		return NULL;
	values = find_values(model, &row);
	if (values == NIL || !rest_cannot_fail(&row))
		return NULL;
	function = positional_function(call->funcid, model_arg->consttype, values);
	if (!OidIsValid(function) || !chs_may_execute(function))
		return NULL;

	if (root)
	{
		record_plan_function_dependency(root, call->funcid);
		root->glob->dependsOnRole = true;
		if (OidIsValid(row.relation))
			root->glob->relationOids = lappend_oid(root->glob->relationOids, row.relation);
	}
	return (Node *) makeFuncExpr(function, call->funcresulttype, lcons(model_arg, values),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/*
 * health_score_support(internal) -> internal
 *
 * Called by the planner for health_score(model, record, as_of).
 */
PG_FUNCTION_INFO_V1(chs_health_score_support);
Datum
chs_health_score_support(PG_FUNCTION_ARGS)
{
	SupportRequestSimplify *request = (SupportRequestSimplify *) PG_GETARG_POINTER(0);
	Node	   *result = NULL;

	if (IsA(request, SupportRequestSimplify) && list_length(request->fcall->args) == 3)
		result = simplify_call(request->root, request->fcall);
	PG_RETURN_POINTER(result);
}
