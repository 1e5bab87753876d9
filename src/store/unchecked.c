/*
 * unchecked.c - statements whose rows need no CHECK constraint of ours
 *
 * The executor prepares a relation's constraints when it has the first row of a statement, unless they are prepared already; one that
 * is NULL holds.  The hook prepares them when the executor starts.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "rewrite/rewriteHandler.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "store/executor.h"
#include "store/unchecked.h"

#define CALL "{FUNCEXPR :funcid "	/* how an expression begins that is a call, as it is stored */

#define NAMES "dynapg "			/* how the constraints' names begin */

#define MAX_FUNCTIONS 8

static const char *const names[] = {"row_fits", "index_fits", "vector_fits"};

/* Functions of those names in schema dynapg, with any arguments. */
static Oid	functions[MAX_FUNCTIONS];
static int	nfunctions = -1;	/* -1: to be looked up */

static const CachedPlanSource *unchecked = NULL;
static ExecutorStart_hook_type next_hook = NULL;

const CachedPlanSource *
dyn_unchecked_set(const CachedPlanSource *source)
{
	const CachedPlanSource *before = unchecked;

	unchecked = source;
	return before;
}

/* ---- which constraints are ours ---- */

static void
on_change(Datum arg, int cache, uint32 hash)
{
	nfunctions = -1;
}

static void
add_functions(const char *name, Oid schema)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc row = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (row->pronamespace == schema && nfunctions < MAX_FUNCTIONS)
			functions[nfunctions++] = row->oid;
	}
	ReleaseSysCacheList(list);
}

static void
find_functions(void)
{
	Oid			schema = get_namespace_oid("dynapg", true);

	nfunctions = 0;
	for (int i = 0; OidIsValid(schema) && i < lengthof(names); i++)
		add_functions(names[i], schema);
}

/* An owner may call the functions in constraints of other names; those ask for more than a table's definition does. */
static bool
is_ours(const ConstrCheck *check)
{
	const char *expression = check->ccbin;
	Oid			function;

	if (strncmp(check->ccname, NAMES, strlen(NAMES)) != 0 || strncmp(expression, CALL, strlen(CALL)) != 0)
		return false;
	function = (Oid) strtoul(expression + strlen(CALL), NULL, 10);
	for (int i = 0; i < nfunctions; i++)
		if (functions[i] == function)
			return true;
	return false;
}

/* ---- the executor's start ---- */

static void
prepare(ResultRelInfo *target, EState *estate)
{
	Relation	rel = target->ri_RelationDesc;
	TupleConstr *constraints = rel->rd_att->constr;
	TriggerDesc *triggers = target->ri_TrigDesc;
	ExprState **prepared;
	MemoryContext old;

	if (constraints == NULL || constraints->num_check == 0 || dyn_compat_prepared_checks(target) != NULL)
		return;
	if (triggers && (triggers->trig_insert_before_row || triggers->trig_update_before_row))
		return;
	if (nfunctions < 0)
		find_functions();
	old = MemoryContextSwitchTo(estate->es_query_cxt);
	prepared = palloc0_array(ExprState *, constraints->num_check);
	for (int i = 0; i < constraints->num_check; i++)
		if (!is_ours(&constraints->check[i]))
			prepared[i] = dyn_compat_prepare_check(rel, i, estate);
	dyn_compat_prepared_checks(target) = prepared;
	MemoryContextSwitchTo(old);
}

/* Is this the statement itself?  A rule of the table puts others into the plan, which write what its author likes, anywhere. */
static bool
is_unchecked(const PlannedStmt *statement)
{
	if (unchecked == NULL || unchecked->gplan == NULL || !list_member_ptr(unchecked->gplan->stmt_list, statement))
		return false;
	return list_length(unchecked->query_list) == 1 && linitial_node(Query, unchecked->query_list)->querySource == QSRC_ORIGINAL;
}

static void
on_start(QueryDesc *query, int flags)
{
	ListCell   *cell;

	if (next_hook)
		next_hook(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if ((flags & EXEC_FLAG_EXPLAIN_ONLY) || !is_unchecked(query->plannedstmt))
		return;
	foreach(cell, query->estate->es_opened_result_relations)
		prepare(lfirst(cell), query->estate);
}

void
dyn_unchecked_init(void)
{
	static bool installed = false;

	if (installed)
		return;
	CacheRegisterSyscacheCallback(PROCOID, on_change, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, on_change, (Datum) 0);
	next_hook = dyn_executor_hook_start(on_start);
	installed = true;
}
