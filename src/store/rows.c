/*
 * rows.c - items by their keys: read and written, one by one or as lists, by a SQL statement each
 *
 * The result of a write comes from three places: the number of rows processed, the handover (which row
 * version the functions saw last, and the condition's verdict on it), and RETURNING for deletes.  Under READ
 * COMMITTED the cases are:
 *
 *		INSERT ... ON CONFLICT	PostgreSQL locks the conflicting row, waits for its last version, and evaluates only
 *								that one; when it was deleted meanwhile it inserts without having evaluated anything. So rows =
 *								0 means that the condition failed for the version handed over.
 *		UPDATE, DELETE			evaluate the version that the snapshot shows, and, if that was replaced meanwhile and
 *								the condition held, the last one again.  rows = 0 is one of: no row was seen; the
 *								last evaluation failed; it held, but the row was deleted under the statement.
 *								The first and third are a missing item.
 *
 * A user's BEFORE row trigger that returns NULL makes rows = 0 too; an upsert that was skipped in this way counts as written,
 * as in plain SQL.
 *
 * An update that does not fit the version it saw last (keep_violation) is reported as such, whatever became of the row: the caller
 * gives up.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "store/explain.h"
#include "store/point.h"
#include "store/rows.h"
#include "store/sharded.h"
#include "store/sharded_lists.h"
#include "store/statement.h"

/* ---- receiving the item ---- */

/* Where a statement's item is kept. */
typedef struct KeptItem
{
	MemoryContext context;		/* NULL: it is not wanted */
	struct varlena *item;
} KeptItem;

static struct varlena *
copy_item(Datum datum)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	struct varlena *copy;

	if (VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored))
		return detoast_attr(stored);
	copy = palloc(VARSIZE_ANY(stored));
	memcpy(copy, stored, VARSIZE_ANY(stored));
	return copy;
}

static bool
keep_item(void *arg, Datum value)
{
	KeptItem   *kept = arg;
	MemoryContext old;

	if (kept->context == NULL)
		return true;
	old = MemoryContextSwitchTo(kept->context);
	kept->item = copy_item(value);
	MemoryContextSwitchTo(old);
	return true;
}

/* ---- operations ---- */

struct varlena *
dyn_row_get(DynTable *table, const DynKey *key)
{
	KeptItem	kept = {.context = CurrentMemoryContext};
	DynPlanReceiver receiver = dyn_plan_receiver(keep_item, &kept, table->item_type);
	const DynPlan *plan;

	if (unlikely(table->distributed))
		return dyn_sharded_get(table, key);
	if (dyn_point_read(table, key, keep_item, &kept))
		return kept.item;
	SPI_connect();
	plan = dyn_statement_plan(table, DYN_PLAN_GET);
	dyn_plan_run(plan, dyn_statement_params(table, DYN_PLAN_GET, key, NULL, NULL), &receiver.pub, dyn_handover);
	SPI_finish();
	return kept.item;
}

/* May the write make a new row? */
static bool
may_insert(const DynWrite *write)
{
	return write->item && (!write->has_condition || write->holds_on_missing);
}

static DynPlanKind
kind_of_write(const DynWrite *write)
{
	switch (write->kind)
	{
		case DYN_WRITE_PUT:
			if (!write->has_condition && !write->keep_old)
				return DYN_PLAN_PUT;
			return may_insert(write) ? DYN_PLAN_PUT_IF : DYN_PLAN_REPLACE_IF;
		case DYN_WRITE_UPDATE:
			return may_insert(write) ? DYN_PLAN_UPSERT : DYN_PLAN_UPDATE;
		case DYN_WRITE_DELETE:
			return DYN_PLAN_DELETE;
		case DYN_WRITE_CHECK:
			return DYN_PLAN_CHECK_IF;
	}
	elog(ERROR, "no such kind of write");
	return DYN_PLAN_COUNT;		/* for compilers that do not know that elog does not return */
}

/* Does row security decide which rows of the table the current user sees? */
static bool
has_hidden_rows(const DynTable *table)
{
	return check_enable_rls(table->relid, InvalidOid, true) == RLS_ENABLED;
}

/* PostgreSQL's error for an upsert that meets a hidden row. */
static void
raise_hidden_row(const DynTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("new row violates row-level security policy (USING expression) for table \"%s\"",
					get_rel_name(table->relid))));
}

/*
 * An upsert evaluates the condition on the conflicting row before PostgreSQL checks row security for that row (minor releases
 * differ). The caller must learn nothing about a hidden row, so the error that the update would have got is raised here.
 */
static void
refuse_hidden_row(const DynWrite *write)
{
	if (has_hidden_rows(write->table) && dyn_row_get(write->table, &write->key) == NULL)
		raise_hidden_row(write->table);
}

void
dyn_row_refuse_hidden(const DynTable *table)
{
	if (has_hidden_rows(table))
		raise_hidden_row(table);
}

/* The meaning of a statement that processed no row. */
static DynChange
result_without_row(const DynWrite *write, const DynHandover *handover)
{
	if (handover->seen && !handover->held)
	{
		if (may_insert(write))
			refuse_hidden_row(write);
		return (DynChange) {.status = DYN_CONDITION_FAILED, .before = handover->old_item};
	}
	if (write->has_condition && !write->holds_on_missing)
		return (DynChange) {.status = DYN_CONDITION_FAILED};
	if (write->kind == DYN_WRITE_CHECK || (write->kind == DYN_WRITE_UPDATE && !may_insert(write)))
		return (DynChange) {.status = DYN_MISSING};
	return (DynChange) {.status = DYN_WRITTEN};
}

static DynChange
result_of_row(const DynWrite *write, const DynHandover *handover, struct varlena *deleted)
{
	DynChange	result = {.status = DYN_WRITTEN};

	if (write->keep_old)
		result.before = write->kind == DYN_WRITE_DELETE || write->kind == DYN_WRITE_CHECK ? deleted : handover->old_item;
	if (write->keep_new && write->kind == DYN_WRITE_UPDATE)
		result.after = handover->seen ? handover->new_item : write->item;
	return result;
}

/* A put stores what it was given, a check leaves the item as it is. */
static DynChange
with_image_after(const DynWrite *write, DynChange result)
{
	if (write->kind == DYN_WRITE_PUT)
		result.after = write->item;
	else if (write->kind == DYN_WRITE_CHECK)
		result.after = result.before;
	return result;
}

DynChange
dyn_row_write(const DynWrite *write)
{
	DynPlanKind kind = kind_of_write(write);
	const struct varlena *program = write->program ? write->program : dyn_statement_no_program();
	DynHandover handover = {
		.program = program,
		.context = CurrentMemoryContext,
		.keep_old = write->keep_old,
		.keep_new = write->keep_new,
		.keep_violation = write->keep_violation
	};
	KeptItem	kept = {.context = write->keep_old ? CurrentMemoryContext : NULL};
	DynPlanReceiver receiver = dyn_plan_receiver(keep_item, &kept, write->table->item_type);
	const DynPlan *plan;
	uint64		rows;

	if (unlikely(write->table->distributed))
		return dyn_sharded_write(write);
	SPI_connect();
	plan = dyn_statement_plan(write->table, kind);
	rows = dyn_plan_run(plan, dyn_statement_params(write->table, kind, &write->key, write->item, program),
						&receiver.pub, &handover);
	SPI_finish();
	if (handover.violation != NULL)
		return (DynChange) {.status = DYN_UNFIT, .before = handover.old_item, .violation = handover.violation};
	return with_image_after(write, rows > 0 ? result_of_row(write, &handover, kept.item) : result_without_row(write, &handover));
}

static void
explain(DynTable *table, DynPlanKind kind, ParamListInfo params, StringInfo out)
{
	SPI_connect();
	dyn_explain_plan(out, dyn_statement_plan(table, kind), params);
	SPI_finish();
}

void
dyn_row_explain_get(DynTable *table, const DynKey *key, StringInfo out)
{
	explain(table, DYN_PLAN_GET, dyn_statement_params(table, DYN_PLAN_GET, key, NULL, NULL), out);
}

void
dyn_row_explain_write(const DynWrite *write, StringInfo out)
{
	DynPlanKind kind = kind_of_write(write);
	const struct varlena *program = write->program ? write->program : dyn_statement_no_program();

	explain(write->table, kind, dyn_statement_params(write->table, kind, &write->key, write->item, program), out);
}

bool
dyn_row_try_write(const DynWrite *write, DynChange *result, DynWriteJudge judge, void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool stays = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		*result = dyn_row_write(write);
		stays = judge(arg, write, result);
		if (stays)
			ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	if (!stays)
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return stays;
}

bool
dyn_rows_read(DynRowRead *reads, int nreads, uint64 max_bytes, volatile int *at)
{
	MemoryContext caller = CurrentMemoryContext;
	uint64		bytes = 0;

	SPI_connect();
	CommandCounterIncrement();	/* makes the transaction's own writes visible, as for any statement */
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < nreads && bytes <= max_bytes; i++)
	{
		KeptItem	kept = {.context = caller};
		DynPlanReceiver receiver = dyn_plan_receiver(keep_item, &kept, reads[i].table->item_type);
		const DynPlan *plan;

		*at = i;
		plan = dyn_statement_plan(reads[i].table, DYN_PLAN_GET);
		dyn_plan_read(plan, dyn_statement_params(reads[i].table, DYN_PLAN_GET, &reads[i].key, NULL, NULL), &receiver.pub);
		reads[i].item = kept.item;
		bytes += dyn_image_size(kept.item);
	}
	PopActiveSnapshot();
	SPI_finish();
	return bytes <= max_bytes;
}

/* ---- lists ---- */

void
dyn_rows_get(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg)
{
	DynPlanItems items;
	const DynPlan *plan;

	if (unlikely(table->distributed))
	{
		dyn_sharded_lists_get(table, keys, nkeys, consume, arg);
		return;
	}
	SPI_connect();
	dyn_plan_items_begin(&items, table, consume, arg);
	plan = dyn_statement_plan(table, DYN_PLAN_GET_MANY);
	dyn_plan_run(plan, dyn_statement_list_params(table, DYN_PLAN_GET_MANY, keys, NULL, nkeys), &items.receiver.pub, dyn_handover);
	SPI_finish();
}

/* The images before the writes of a list. */
typedef struct OldItems
{
	const DynTable *table;
	const DynKey *keys;
	int			nkeys;
	struct varlena **items;		/* by the keys; NULL: they are not wanted */
	int			next;			/* the key after the last one with an image: images mostly come in the order of the keys */
	MemoryContext context;
} OldItems;

/* Keeps an image, which is detoasted. */
static void
keep_old_item(void *arg, const struct varlena *item)
{
	OldItems   *old = arg;
	int			key = dyn_statement_find_key(old->table, old->keys, old->nkeys, old->next, item);

	if (key < 0)
		return;
	old->items[key] = MemoryContextAlloc(old->context, VARSIZE_ANY(item));
	memcpy(old->items[key], item, VARSIZE_ANY(item));
	old->next = key + 1;
}

/* DynRowConsumer: what a delete returns. */
static bool
take_old_item(void *arg, const struct varlena *item)
{
	keep_old_item(arg, item);
	return true;
}

static void
write_many(DynTable *table, DynPlanKind kind, ParamListInfo params, OldItems *old)
{
	DynHandover handover = {.replaced = keep_old_item, .replaced_arg = old};
	DynPlanItems items;

	SPI_connect();
	dyn_plan_items_begin(&items, table, take_old_item, old);
	dyn_plan_run(dyn_statement_plan(table, kind), params, &items.receiver.pub, old->items != NULL ? &handover : dyn_handover);
	SPI_finish();
}

void
dyn_rows_put(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys, struct varlena **old_items)
{
	OldItems	old = {table, keys, nkeys, old_items, 0, CurrentMemoryContext};
	DynPlanKind kind = old_items != NULL ? DYN_PLAN_PUT_MANY_KEEP : DYN_PLAN_PUT_MANY;

	if (unlikely(table->distributed))
		dyn_sharded_lists_put(table, keys, items, nkeys, old_items);
	else
		write_many(table, kind, dyn_statement_list_params(table, kind, keys, items, nkeys), &old);
}

void
dyn_rows_insert(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys)
{
	OldItems	old = {table, keys, nkeys, NULL, 0, CurrentMemoryContext};

	if (unlikely(table->distributed))
		dyn_sharded_lists_put(table, keys, items, nkeys, NULL);
	else
		write_many(table, DYN_PLAN_INSERT_MANY, dyn_statement_list_params(table, DYN_PLAN_INSERT_MANY, keys, items, nkeys), &old);
}

void
dyn_rows_delete(DynTable *table, const DynKey *keys, int nkeys, struct varlena **old_items)
{
	OldItems	old = {table, keys, nkeys, old_items, 0, CurrentMemoryContext};
	DynPlanKind kind = old_items != NULL ? DYN_PLAN_DELETE_MANY_KEEP : DYN_PLAN_DELETE_MANY;

	if (unlikely(table->distributed))
		dyn_sharded_lists_delete(table, keys, nkeys, old_items);
	else
		write_many(table, kind, dyn_statement_list_params(table, kind, keys, NULL, nkeys), &old);
}
