/*
 * write_update.c - what an update may do, and what it makes of an item that is not there
 *
 * Whether the item exists is not known before the statement runs, so the missing item is judged first: what
 * would be inserted for it, or why nothing can be.  The statement then does that or applies the update to the row,
 * whichever it finds.
 */
#include "postgres.h"

#include "command/keys.h"
#include "command/write_update.h"
#include "expr/compile.h"
#include "expr/eval.h"

/* An update that only takes away does not create an item; one without any action creates its key. */
static bool
only_removes(const DynProgram *program)
{
	const DynExprNode *nodes = dyn_program_nodes(program);

	if (program->update < 0)
		return false;
	for (int32 i = program->update; i >= 0; i = nodes[i].next)
	{
		if (nodes[i].op != DYN_OP_REMOVE && nodes[i].op != DYN_OP_DELETE)
			return false;
	}
	return true;
}

/* The item to insert where there is none, or NULL. */
static struct varlena *
image_for_missing(DynWriteCall *call, DynNode *key)
{
	struct varlena *key_item = dyn_item_build(key);
	struct varlena *item;

	if (call->program == NULL || call->program->update < 0)
		return key_item;
	item = dyn_update_item(call->program, dyn_item_root(key_item), &call->missing_error);
	if (item == NULL || only_removes(call->program))
		return NULL;
	call->missing_error = dyn_keys_update_violation(call->write.table, dyn_empty_map, dyn_item_root(item));
	return call->missing_error == NULL ? item : NULL;
}

/* What an update may do to the table's keys, once the table is known. */
static void
check_update(DynWriteCall *call)
{
	const DynTable *table = call->write.table;
	DynKeyAttr	keys[2] = {table->pk, table->sk};

	if (call->program == NULL || call->program->update < 0)
		return;
	dyn_expr_check_update_keys(call->program, keys, table->sk.tag ? 2 : 1);
	dyn_keys_check_constants(table, call->program);
}

void
dyn_write_update_prepare(DynWriteCall *call, DynNode *key)
{
	check_update(call);
	if (call->write.holds_on_missing)
		call->write.item = image_for_missing(call, key);
}
