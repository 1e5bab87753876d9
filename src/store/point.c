/*
 * point.c - the read of one row by its primary key, without the executor
 *
 * The executor's start and end take longer than the read of a row.  So a kept plan that is a scan of the primary key's index for one
 * whole key, and nothing more, is carried out here, from its own parts: the rights that it asks for, checked by the executor's
 * function, its index, its comparisons and its column.  What it reads of the index and the table, with which locks and which snapshot,
 * is what the executor would read.
 *
 * A plan that is more than that is the executor's: with row security, for instance, partitions, or children.  So is every plan while
 * an extension watches the executor, or a request is explained.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_class_d.h"
#include "executor/spi_priv.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/executor.h"
#include "store/explain.h"
#include "store/point.h"

#define MAX_KEYS 2				/* pk, sk */

struct DynPoint
{
	const PlannedStmt *statement;	/* NULL: the executor runs the plan */
	Oid			index;
	AttrNumber	item;			/* its column */
	int			nkeys;
	int			params[MAX_KEYS];	/* the statement's parameters that the keys are compared with */
	ScanKeyData keys[MAX_KEYS];
};

/* ---- which plans these are ---- */

/* The plan's scan, where the statement consists of it. */
static const IndexScan *
scan_of(const PlannedStmt *statement)
{
	const IndexScan *scan = (const IndexScan *) statement->planTree;
	const RangeTblEntry *entry;

	if (statement->commandType != CMD_SELECT || statement->hasModifyingCTE || statement->rowMarks != NIL ||
		statement->subplans != NIL || list_length(statement->rtable) != 1 || !IsA(scan, IndexScan))
		return NULL;
	entry = linitial_node(RangeTblEntry, statement->rtable);
	if (entry->rtekind != RTE_RELATION || entry->relkind != RELKIND_RELATION || entry->inh || entry->securityQuals != NIL)
		return NULL;
	if (scan->scan.plan.qual != NIL || scan->scan.plan.initPlan != NIL || scan->indexorderby != NIL)
		return NULL;
	return scan;
}

/* The column that the scan returns, where it is of the type; else 0. */
static AttrNumber
column_of(const IndexScan *scan, Oid type)
{
	const TargetEntry *target;
	const Var  *column;

	if (list_length(scan->scan.plan.targetlist) != 1)
		return 0;
	target = linitial_node(TargetEntry, scan->scan.plan.targetlist);
	column = (const Var *) target->expr;
	if (target->resjunk || !IsA(column, Var) || column->varno != scan->scan.scanrelid || column->vartype != type)
		return 0;
	return column->varattno;
}

/* Fills in the comparison of a column of the index with a parameter; false where the condition is none. */
static bool
set_key(DynPoint *point, Relation index, int number, const OpExpr *condition)
{
	const Var  *column;
	const Param *param;
	int			strategy;
	Oid			left;
	Oid			right;

	if (!IsA(condition, OpExpr) || list_length(condition->args) != 2)
		return false;
	column = linitial(condition->args);
	param = lsecond(condition->args);
	if (!IsA(column, Var) || column->varno != INDEX_VAR || column->varattno != number + 1)
		return false;
	if (!IsA(param, Param) || param->paramkind != PARAM_EXTERN || param->paramid < 1 || param->paramid > MAX_KEYS)
		return false;
	get_op_opfamily_properties(condition->opno, index->rd_opfamily[number], false, &strategy, &left, &right);
	if (strategy != BTEqualStrategyNumber)
		return false;
	ScanKeyEntryInitialize(&point->keys[number], 0, number + 1, strategy, right, condition->inputcollid, condition->opfuncid, (Datum) 0);
	point->params[number] = param->paramid;
	return true;
}

/* Does the scan look for one whole key? */
static bool
set_keys(DynPoint *point, const IndexScan *scan)
{
	Relation	index = index_open(scan->indexid, AccessShareLock);
	ListCell   *cell;
	bool		whole = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisprimary &&
		list_length(scan->indexqual) == index->rd_index->indnkeyatts && list_length(scan->indexqual) <= MAX_KEYS;

	point->nkeys = 0;
	foreach(cell, scan->indexqual)
	{
		whole = whole && set_key(point, index, point->nkeys, lfirst(cell));
		point->nkeys++;
	}
	index_close(index, NoLock);
	return whole;
}

/* In the plan's memory context. */
static DynPoint *
make_point(const DynTable *table, const DynPlan *plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	MemoryContext old = MemoryContextSwitchTo(plan->plan->plancxt);
	DynPoint   *point = palloc0_object(DynPoint);
	const PlannedStmt *statement = linitial_node(PlannedStmt, source->gplan->stmt_list);
	const IndexScan *scan = NULL;

	if (!source->dependsOnRLS && list_length(source->gplan->stmt_list) == 1)
		scan = scan_of(statement);
	if (scan != NULL)
	{
		point->index = scan->indexid;
		point->item = column_of(scan, table->item_type);
		if (point->item > 0 && set_keys(point, scan))
			point->statement = statement;
	}
	MemoryContextSwitchTo(old);
	return point;
}

/* What is known of the plan; NULL where the executor has to run it. */
static const DynPoint *
point_of(const DynTable *table, DynPlan *plan)
{
	if (dyn_explain_watching != NULL || !dyn_plan_usable(table, plan) || dyn_executor_is_watched())
		return NULL;
	if (plan->point == NULL)
		plan->point = make_point(table, plan);
	return plan->point->statement != NULL ? plan->point : NULL;
}

/* ---- reading ---- */

static void
read_row(Relation rel, const DynPoint *point, const DynKey *key, DynPlanReceive receive, void *arg)
{
	Relation	index = index_open(point->index, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	IndexScanDesc scan = dyn_compat_begin_index_scan(rel, index, GetActiveSnapshot(), point->nkeys);
	ScanKeyData keys[MAX_KEYS];

	memcpy(keys, point->keys, sizeof(keys));
	for (int i = 0; i < point->nkeys; i++)
		keys[i].sk_argument = point->params[i] == 1 ? dyn_key_datum(key->pk, DYN_KEY_PART) : dyn_key_datum(key->sk, DYN_KEY_WHOLE);
	index_rescan(scan, keys, point->nkeys, NULL, 0);
	if (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		bool		null;
		Datum		item = slot_getattr(slot, point->item, &null);

		if (!null)
			(void) receive(arg, item);
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	index_close(index, NoLock);
}

/* As one statement; its errors are those of dyn_plan_run. */
static pg_noinline void
run(const DynTable *table, const DynPoint *point, const DynKey *key, DynPlanReceive receive, void *arg)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		Relation	rel = table_open(table->relid, NoLock);	/* the lookup of the table has locked it */

		dyn_compat_check_permissions(point->statement);
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		read_row(rel, point, key, receive, arg);
		PopActiveSnapshot();
		table_close(rel, NoLock);
	}
	PG_CATCH();
	{
		dyn_plan_translate_error(context);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

bool
dyn_point_read(DynTable *table, const DynKey *key, DynPlanReceive receive, void *arg)
{
	const DynPoint *point = point_of(table, &table->plans[DYN_PLAN_GET]);

	if (point == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	run(table, point, key, receive, arg);
	return true;
}
