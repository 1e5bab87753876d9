/*
 * sharded.c - items of distributed tables by their keys
 *
 * The cases of a write:
 *
 *		put or update that may make a row	INSERT ... ON CONFLICT DO UPDATE SET item = node_write(...) RETURNING node_outcome(...)
 *		other put, update or check			UPDATE SET item = node_write(...) WHERE key RETURNING node_outcome(...)
 *		delete								DELETE WHERE key AND holds(...) RETURNING item
 *
 * A check is an UPDATE that changes nothing, since a row lock alone does not keep Citus from moving the shard to another node, where
 * the row would not be locked.  A put that asks for nothing is the plain statement of rows.c.
 *
 * A statement that meets no row proves nothing where the shard is on this node and has come to it while the statement waited: its snapshot
 * is older than the rows. So a write that finds nothing runs once more; by its first statement it holds the shard in its place.
 *
 * A delete that meets no row can have met one for which the condition failed. Then a locking read looks and judges; where it finds
 * that the condition holds, the delete runs again.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"

#include "base/errors.h"
#include "database/citus.h"
#include "store/far_shard.h"
#include "store/key_lock.h"
#include "store/near_shard.h"
#include "store/key_shard.h"
#include "store/sharded.h"
#include "store/statement.h"
#include "tables/catalog.h"
#include "value/index_schema.h"
#include "value/outcome.h"

/* More attempts would only fail if others make and delete the item at exactly the wrong moments each time. */
#define MAX_ATTEMPTS 100

/* ---- receiving ---- */

/* The row of a statement that has one at the most. */
typedef struct Row
{
	DynPlanReceiver receiver;
	MemoryContext context;
	bool		found;
	struct varlena *value;		/* the first column, detoasted */
	bool		held;			/* the second column of a look */
} Row;

/* DynPlanReceive */
static bool
keep_value(void *arg, Datum value)
{
	Row		   *row = arg;
	MemoryContext old = MemoryContextSwitchTo(row->context);

	row->found = true;
	row->value = PG_DETOAST_DATUM_COPY(value);
	MemoryContextSwitchTo(old);
	return true;
}

static bool
keep_look(TupleTableSlot *slot, DestReceiver *self)
{
	Row		   *row = (Row *) self;
	bool		null;
	Datum		item = slot_getattr(slot, 1, &null);
	bool		no_verdict;
	Datum		held = slot_getattr(slot, 2, &no_verdict);

	row->held = !no_verdict && DatumGetBool(held);
	return null || keep_value(row, item);
}

/* SPI's functions leave the memory context at their own. */
static uint64
run(DynTable *table, DynPlanKind kind, ParamListInfo params, Row *row)
{
	MemoryContext caller = CurrentMemoryContext;
	uint64		rows = dyn_plan_run(dyn_statement_plan(table, kind), params, &row->receiver.pub, dyn_handover);

	MemoryContextSwitchTo(caller);
	return rows;
}

static void
row_begin(Row *row, Oid type)
{
	*row = (Row) {.receiver = dyn_plan_receiver(keep_value, row, type), .context = CurrentMemoryContext};
}

/* ---- writes ---- */

static bool
may_insert(const DynWrite *write)
{
	return write->item != NULL && (!write->has_condition || write->holds_on_missing);
}

static const struct varlena *
program_of(const DynWrite *write)
{
	return write->program != NULL ? write->program : dyn_statement_no_program();
}

/* Does the node judge what the update makes of the keys of indexes?  The CHECK constraints there would raise another text. */
static bool
judges_indexes(const DynWrite *write)
{
	return write->kind == DYN_WRITE_UPDATE && write->table->nindexes > 0;
}

static const struct varlena *
node_program_of(const DynWrite *write)
{
	const DynTable *table = write->table;
	DynIndexSchema *schemas;

	if (!judges_indexes(write))
		return program_of(write);
	schemas = palloc_array(DynIndexSchema, table->nindexes);
	for (int i = 0; i < table->nindexes; i++)
		schemas[i] = dyn_definition_schema(&table->indexes[i]);
	return dyn_index_schema_pack(program_of(write), schemas, table->nindexes);
}

/* Why the item of an update must not be inserted, or NULL. */
static const char *
violation_of_new(const DynWrite *write)
{
	const char *flaw = NULL;

	for (int i = 0; judges_indexes(write) && i < write->table->nindexes && flaw == NULL; i++)
	{
		DynIndexSchema schema = dyn_definition_schema(&write->table->indexes[i]);

		flaw = dyn_index_schema_violation(&schema, dyn_item_root(write->item));
	}
	return flaw;
}

static int
wishes_of(const DynWrite *write)
{
	return (write->keep_old ? DYN_NODE_KEEP_OLD : 0) | (write->keep_new ? DYN_NODE_KEEP_NEW : 0) |
		(write->kind == DYN_WRITE_UPDATE ? DYN_NODE_UPDATE : 0) | (write->kind == DYN_WRITE_CHECK ? DYN_NODE_CHECK : 0) |
		(judges_indexes(write) ? DYN_NODE_INDEXES : 0);
}

static DynChange
change_unfit(const DynWrite *write, struct varlena *before, const char *violation)
{
	if (!write->keep_violation)
		dyn_validation("%s", violation);
	return (DynChange) {.status = DYN_UNFIT, .before = before, .violation = violation};
}

/* There was no row, and none was made; violation: why it could not be. */
static DynChange
change_of_missing(const DynWrite *write, const char *violation)
{
	if (write->has_condition && !write->holds_on_missing)
		return (DynChange) {.status = DYN_CONDITION_FAILED};
	if (violation != NULL)
		return change_unfit(write, NULL, violation);
	return (DynChange) {.status = DYN_MISSING};
}

/* A put stores what it was given, a check leaves the item as it is. */
static struct varlena *
image_after(const DynWrite *write, const DynOutcome *outcome)
{
	switch (write->kind)
	{
		case DYN_WRITE_PUT:
			return write->item;
		case DYN_WRITE_CHECK:
			return outcome->old_item;
		default:
			if (!write->keep_new)
				return NULL;
			return outcome->verdict == DYN_VERDICT_INSERTED ? write->item : outcome->new_item;
	}
}

static DynChange
change_of_outcome(const DynWrite *write, const DynOutcome *outcome)
{
	if (outcome->verdict == DYN_VERDICT_FAILED)
		return (DynChange) {.status = DYN_CONDITION_FAILED, .before = outcome->old_item};
	if (outcome->verdict == DYN_VERDICT_VIOLATION)
		return change_unfit(write, outcome->old_item, outcome->violation);
	return (DynChange) {.status = DYN_WRITTEN, .before = outcome->old_item, .after = image_after(write, outcome)};
}

/* A put, an update or a check. */
static DynChange
store(const DynWrite *write)
{
	bool		inserts = may_insert(write) && write->kind != DYN_WRITE_CHECK;
	const char *violation = inserts ? violation_of_new(write) : NULL;
	DynPlanKind kind = inserts && violation == NULL ? DYN_PLAN_NODE_UPSERT : DYN_PLAN_NODE_UPDATE;
	const struct varlena *program = node_program_of(write);
	Row			row;
	DynOutcome	outcome;

	row.found = false;
	for (int i = 0; i < 2 && !row.found; i++)
	{
		row_begin(&row, BYTEAOID);
		run(write->table, kind,
			dyn_statement_node_params(write->table, kind, &write->key, write->item, program, wishes_of(write)), &row);
	}
	if (!row.found)
		return change_of_missing(write, violation);
	outcome = dyn_outcome_unpack(row.value);
	return change_of_outcome(write, &outcome);
}

/* A put that asks for nothing of the old item. */
static DynChange
put(const DynWrite *write)
{
	Row			row;

	row_begin(&row, InvalidOid);
	run(write->table, DYN_PLAN_PUT, dyn_statement_params(write->table, DYN_PLAN_PUT, &write->key, write->item, NULL), &row);
	return (DynChange) {.status = DYN_WRITTEN, .after = write->item};
}

static DynChange
delete(const DynWrite *write)
{
	const struct varlena *program = program_of(write);
	Row			row;

	for (int i = 0; i < MAX_ATTEMPTS; i++)
	{
		CHECK_FOR_INTERRUPTS();
		row_begin(&row, write->table->item_type);
		if (run(write->table, DYN_PLAN_DELETE, dyn_statement_params(write->table, DYN_PLAN_DELETE, &write->key, NULL, program), &row) > 0)
			return (DynChange) {.status = DYN_WRITTEN, .before = write->keep_old ? row.value : NULL};
		if (!write->has_condition)
		{
			if (i > 0)
				return (DynChange) {.status = DYN_WRITTEN};
			continue;
		}
		row_begin(&row, write->table->item_type);
		row.receiver.pub.receiveSlot = keep_look;
		if (run(write->table, DYN_PLAN_LOOK, dyn_statement_params(write->table, DYN_PLAN_LOOK, &write->key, NULL, program), &row) == 0)
			return (DynChange) {.status = write->holds_on_missing ? DYN_WRITTEN : DYN_CONDITION_FAILED};
		if (!row.held)
			return (DynChange) {.status = DYN_CONDITION_FAILED, .before = row.value};
	}
	dyn_error(DYN_E_TRANSACTION_CONFLICT, DYN_ITEM_ONGOING);
}

DynChange
dyn_sharded_write(const DynWrite *write)
{
	MemoryContext caller = CurrentMemoryContext;
	DynChange	change;

	SPI_connect();
	MemoryContextSwitchTo(caller);	/* images outlive the statement */
	if (write->kind == DYN_WRITE_DELETE)
		change = delete(write);
	else if (write->kind == DYN_WRITE_PUT && !write->has_condition && !write->keep_old)
		change = put(write);
	else
		change = store(write);
	SPI_finish();
	return change;
}

/* ---- reads ---- */

/* links: may another node be asked by a link? Else this node and Citus do it. */
static struct varlena *
get(DynTable *table, const DynKey *key, bool links)
{
	MemoryContext caller = CurrentMemoryContext;
	const DynKeyShard *shard = dyn_key_shard_to_read(table, key);
	Row			row;
	bool		read = false;

	if (links && shard != NULL && dyn_far_shard_read(table, shard, key, &row.value))
		return row.value;
	SPI_connect();
	MemoryContextSwitchTo(caller);
	row_begin(&row, table->item_type);
	if (shard != NULL)
		read = dyn_near_shard_read(table, shard, key, &row.receiver);
	MemoryContextSwitchTo(caller);
	if (!read)
	{
		int			level = dyn_citus_begin_reads();

		run(table, DYN_PLAN_GET, dyn_statement_params(table, DYN_PLAN_GET, key, NULL, NULL), &row);
		dyn_citus_end_settings(level);
	}
	SPI_finish();
	return row.value;
}

struct varlena *
dyn_sharded_get(DynTable *table, const DynKey *key)
{
	return get(table, key, true);
}

struct varlena *
dyn_sharded_get_here(DynTable *table, const DynKey *key)
{
	return get(table, key, false);
}

static struct varlena *
share(DynTable *table, const DynKey *key)
{
	MemoryContext caller = CurrentMemoryContext;
	Row			row;

	SPI_connect();
	MemoryContextSwitchTo(caller);
	if (table->distributed)
		dyn_citus_hold_shard(table->relid, dyn_catalog_owner(table->relid), dyn_key_column_type(table->pk.tag),
							 dyn_key_datum(key->pk, DYN_KEY_PART));
	MemoryContextSwitchTo(caller);
	row_begin(&row, table->item_type);
	run(table, DYN_PLAN_SHARE, dyn_statement_params(table, DYN_PLAN_SHARE, key, NULL, NULL), &row);
	SPI_finish();
	return row.value;
}

struct varlena *
dyn_sharded_read_locked(DynTable *table, const DynKey *key, const struct varlena *key_item)
{
	for (int i = 0; i < MAX_ATTEMPTS; i++)
	{
		struct varlena *item;

		CHECK_FOR_INTERRUPTS();
		item = share(table, key);
		if (item != NULL || dyn_key_lock_missing(table, key, key_item))
			return item;
	}
	dyn_error(DYN_E_TRANSACTION_CONFLICT, DYN_ITEM_ONGOING);
}
