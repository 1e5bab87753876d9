/*
 * node.c - the functions of a write that runs on a node of a distributed table
 *
 * The statement is
 *
 *		INSERT INTO t ... ON CONFLICT ... DO UPDATE SET item = dynapg.node_write(t.item, EXCLUDED.item, program, wishes)
 *			RETURNING dynapg.node_outcome(t.item)
 *
 * or an UPDATE with the same functions. node_write always gives an item, the old one where the condition fails, so that
 * RETURNING has a row in every case in which there is one.
 *
 * What node_write found waits for node_outcome in the memory of the statement, and in a list that leads to it: its
 * context ends with the statement, and takes it out of the list. Where PostgreSQL evaluates the update again, for a newer version
 * of the row, it does so in a context below the statement's own; the last one counts. A statement may write several rows: each outcome is
 * returned once, and a row without one was inserted.
 *
 * They are IMMUTABLE, as Citus demands of a write's functions.  Called by hand, node_outcome finds nothing.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/ilist.h"

#include "expr/compile.h"
#include "expr/eval.h"
#include "value/index_schema.h"
#include "value/outcome.h"

PGDLLEXPORT Datum dynapg_node_write(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_node_outcome(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(dynapg_node_write);
PG_FUNCTION_INFO_V1(dynapg_node_outcome);

typedef struct Kept
{
	dlist_node	node;
	MemoryContext context;
	MemoryContextCallback ended;
	struct varlena *outcome;	/* NULL: it was returned */
} Kept;

static dlist_head all_kept = DLIST_STATIC_INIT(all_kept);	/* the last one first */

static void
forget(void *arg)
{
	dlist_delete(&((Kept *) arg)->node);
}

static void
keep(MemoryContext context, const DynOutcome *outcome)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Kept	   *kept = palloc0(sizeof(Kept));

	kept->context = context;
	kept->outcome = dyn_outcome_pack(outcome);
	kept->ended = (MemoryContextCallback) {.func = forget, .arg = kept};
	MemoryContextRegisterResetCallback(context, &kept->ended);
	dlist_push_head(&all_kept, &kept->node);
	MemoryContextSwitchTo(old);
}

static bool
is_within(MemoryContext context, MemoryContext outer)
{
	while (context != NULL && context != outer)
		context = context->parent;
	return context != NULL;
}

static const DynProgram *
program_argument(const struct varlena *program)
{
	const char *flaw;

	if (VARSIZE(program) == VARHDRSZ)
		return NULL;
	flaw = dyn_verify_program(program);
	if (flaw != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid compiled expression: %s", flaw)));
	return (const DynProgram *) program;
}

/* A write's program, and the schemas of indexes that come with it. */
typedef struct Task
{
	const DynProgram *program;	/* NULL: neither condition nor update */
	DynIndexSchema *schemas;
	int			nschemas;
} Task;

static Task
task_argument(const struct varlena *bytes, int wishes)
{
	Task		task = {0};

	if (wishes & DYN_NODE_INDEXES)
		bytes = dyn_index_schema_unpack(bytes, &task.schemas, &task.nschemas);
	task.program = program_argument(bytes);
	return task;
}

static const char *
index_violation(const Task *task, const struct varlena *new_item)
{
	const char *flaw = NULL;

	for (int i = 0; i < task->nschemas && flaw == NULL; i++)
		flaw = dyn_index_schema_violation(&task->schemas[i], dyn_item_root(new_item));
	return flaw;
}

/* What becomes of the old item; NULL where it stays. */
static struct varlena *
replacement(const Task *task, struct varlena *old_item, struct varlena *given, int wishes, DynOutcome *outcome)
{
	const DynProgram *program = task->program;
	bool		changes = program != NULL && program->update >= 0;
	struct varlena *result;

	outcome->verdict = DYN_VERDICT_HELD;
	if (program != NULL && program->condition >= 0 && !dyn_eval_condition(program, dyn_item_root(old_item)))
	{
		outcome->verdict = DYN_VERDICT_FAILED;
		return NULL;
	}
	if (wishes & DYN_NODE_CHECK)
		return NULL;
	if (!(wishes & DYN_NODE_UPDATE))
		return given;
	result = changes ? dyn_update_item(program, dyn_item_root(old_item), &outcome->violation) : old_item;
	if (result != NULL)
		outcome->violation = index_violation(task, result);
	if (outcome->violation == NULL)
		return changes ? result : NULL;
	outcome->verdict = DYN_VERDICT_VIOLATION;
	return NULL;
}

/*
 * node_write(old, given, program, wishes) -> item: what the row becomes; given is NULL where the write has no item of its own
 */
Datum
dynapg_node_write(PG_FUNCTION_ARGS)
{
	DynOutcome	outcome = {0};
	struct varlena *old_item;
	struct varlena *given;
	struct varlena *result;
	int			wishes;
	Task		task;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	old_item = PG_GETARG_VARLENA_PP(0);
	given = PG_ARGISNULL(1) ? NULL : PG_GETARG_VARLENA_PP(1);
	wishes = PG_GETARG_INT32(3);
	task = task_argument((struct varlena *) PG_GETARG_BYTEA_P(2), wishes);
	result = replacement(&task, old_item, given, wishes, &outcome);
	if ((wishes & DYN_NODE_KEEP_OLD) || outcome.verdict != DYN_VERDICT_HELD)
		outcome.old_item = old_item;
	if (wishes & DYN_NODE_KEEP_NEW)
		outcome.new_item = result != NULL ? result : old_item;
	keep(fcinfo->flinfo->fn_mcxt, &outcome);
	if (result == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_POINTER(result);
}

/*
 * node_outcome(item) -> bytea: what node_write found for this row; that there was none where it has not run
 */
Datum
dynapg_node_outcome(PG_FUNCTION_ARGS)
{
	DynOutcome	inserted = {.verdict = DYN_VERDICT_INSERTED};
	struct varlena *outcome = NULL;
	dlist_iter	iter;

	dlist_foreach(iter, &all_kept)
	{
		Kept	   *kept = dlist_container(Kept, node, iter.cur);

		if (!is_within(kept->context, fcinfo->flinfo->fn_mcxt))
			continue;
		if (outcome == NULL)
			outcome = kept->outcome;
		kept->outcome = NULL;
	}
	PG_RETURN_POINTER(outcome != NULL ? outcome : dyn_outcome_pack(&inserted));
}
