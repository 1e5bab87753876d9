/*
 * write_update.c - what an update may do, and its effect on a missing item
 *
 * Whether the item exists is not known before the statement runs, so the case of a missing item is decided first: what to
 * insert for it, or why nothing can be. The statement then inserts that, or applies the update to the row that it finds.
 */
#include "postgres.h"

#include "command/keys.h"
#include "command/write_update.h"
#include "expr/compile.h"
#include "expr/eval.h"

/* An update that only removes does not create an item; one without any action creates an item with only the key. */
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
image_for_missing(DynWriteCommand *command)
{
	struct varlena *key_item = dyn_node_build_item(&command->map);
	struct varlena *item;

	if (command->program == NULL || command->program->update < 0)
		return key_item;
	item = dyn_update_item(command->program, dyn_item_root(key_item), &command->missing_violation);
	if (item == NULL || only_removes(command->program))
		return NULL;
	command->missing_violation = dyn_keys_update_violation(command->write.table, dyn_empty_map, dyn_item_root(item));
	return command->missing_violation == NULL ? item : NULL;
}

/* What an update may do to the table's keys, once the table is known. */
static void
check_update(DynWriteCommand *command)
{
	const DynTable *table = command->write.table;
	DynKeyAttr	keys[2] = {table->pk, table->sk};

	if (command->program == NULL || command->program->update < 0)
		return;
	dyn_expr_check_update_keys(command->program, keys, table->sk.tag ? 2 : 1);
	dyn_keys_check_constants(table, command->program);
}

void
dyn_write_update_prepare(DynWriteCommand *command)
{
	check_update(command);
	if (command->write.holds_on_missing)
		command->write.item = image_for_missing(command);
}
