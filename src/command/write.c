/*
 * write.c - the write of one item: a command, and the change that it makes
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/write.h"
#include "expr/eval.h"
#include "tables/name.h"
#include "throughput/throttle.h"
#include "value/member.h"

void
dyn_write_set_program(DynWriteCommand *command, DynProgram *program)
{
	DynWrite   *write = &command->write;

	command->program = program;
	if (program == NULL)
	{
		write->holds_on_missing = true;
		return;
	}
	write->has_condition = program->condition >= 0;
	write->holds_on_missing = dyn_eval_condition(program, dyn_empty_map);
	if (write->has_condition || program->update >= 0)
		write->program = (const struct varlena *) program;
}

void
dyn_write_set_item(DynWriteCommand *command, struct varlena *item)
{
	command->write.item = item;
	if (dyn_item_size(item) > DYN_MAX_ITEM_SIZE)
		dyn_validation(DYN_ITEM_TOO_LARGE);
}

void
dyn_write_find_table(DynWriteCommand *command)
{
	command->write.table = dyn_name_find_table(command->table_name, DYN_NAME_DATA);
}

void
dyn_write_find_key(DynWriteCommand *command)
{
	DynWrite   *write = &command->write;

	write->key = write->kind == DYN_WRITE_PUT ? dyn_keys_of_item(write->table, dyn_item_root(write->item)) :
		dyn_keys_of_key(write->table, &command->map);
}

void
dyn_write_choose_images(DynWriteCommand *command, bool charged, bool measured)
{
	DynWrite   *write = &command->write;
	bool		updates = write->kind == DYN_WRITE_UPDATE;
	bool		judged = updates && dyn_table_has_indexes(write->table);

	charged |= write->table->watches_indexes;
	write->keep_old = charged || judged || command->wants_before || (measured && write->kind != DYN_WRITE_PUT);
	write->keep_new = updates && (charged || judged || command->wants_after || measured);
}

/* Why the result of a write is not allowed: an update that does not fit the item, or an invalid key of an index. */
static const char *
violation_of(const DynWriteCommand *command, const DynChange *change)
{
	const DynWrite *write = &command->write;

	if (change->status == DYN_MISSING)
		return command->missing_violation;
	if (change->status == DYN_UNFIT)
		return change->violation;
	if (write->kind != DYN_WRITE_UPDATE || !dyn_table_has_indexes(write->table) || change->after == NULL)
		return NULL;
	return dyn_keys_update_violation(write->table, change->before ? dyn_item_root(change->before) : dyn_empty_map,
									 dyn_item_root(change->after));
}

DynChange
dyn_write_carry_out(const DynWriteCommand *command)
{
	DynChange	change = dyn_row_write(&command->write);

	change.violation = violation_of(command, &change);
	return change;
}

void
dyn_write_charge(DynCapacity *capacity, const DynWriteCommand *command, const DynChange *change)
{
	if (capacity->kind == DYN_CAPACITY_TRANSACT_WRITE)
		dyn_capacity_add_transact_write(capacity, command->write.table, change->before, change->after);
	else
		dyn_capacity_add_write(capacity, command->write.table, change->before, change->after);
}

DynChange
dyn_write_run(DynWriteCommand *command, bool charged)
{
	DynTable   *table = command->write.table;
	DynChange	change;

	dyn_keys_check_paths(table, command->program);
	dyn_throttle_require(table, &command->write.key, DYN_ALLOWANCE_WRITE);
	dyn_write_choose_images(command, charged || dyn_throttle_applies(table, DYN_ALLOWANCE_WRITE), false);
	change = dyn_write_carry_out(command);
	dyn_throttle_written(&command->write, &change);
	dyn_contributors_written(table, &command->write.key, &change);
	return change;
}

static void
fail_condition(const struct varlena *item)
{
	StringInfoData detail;

	if (item == NULL)
		dyn_error(DYN_E_CONDITIONAL_CHECK_FAILED, DYN_CONDITION_FAILED_TEXT);
	initStringInfo(&detail);
	appendStringInfoChar(&detail, '{');
	dyn_member_item(&detail, "Item", item);
	appendStringInfoChar(&detail, '}');
	dyn_error_detail(DYN_E_CONDITIONAL_CHECK_FAILED, detail.data, DYN_CONDITION_FAILED_TEXT);
}

void
dyn_write_check(const DynWriteCommand *command, const DynChange *change)
{
	if (change->status == DYN_CONDITION_FAILED)
		fail_condition(command->shows_failed ? change->before : NULL);
	if (change->violation != NULL)
		dyn_validation("%s", change->violation);
}
