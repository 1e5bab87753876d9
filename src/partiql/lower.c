/*
 * lower.c - statements on one item as the commands of the operations on items
 *
 * INSERT is a put of an item that must not be there, UPDATE an update of one that must exist, DELETE a delete that does nothing
 * where there is none, EXISTS a condition check.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/write_update.h"
#include "expr/eval.h"
#include "partiql/lower.h"
#include "partiql/program.h"
#include "tables/name.h"

/* Takes the values of the table's key attributes out of the terms; false when one has none. */
static bool
take_key(const DynPartiqlBound *bound, const DynTable *table, DynPartiqlTerms *terms, DynNode *map)
{
	const DynKeyAttr *keys[] = {&table->pk, &table->sk};

	*map = dyn_node_empty(DYN_M);
	for (int i = 0; i < (table->sk.tag ? 2 : 1); i++)
	{
		DynValue	value;

		if (!dyn_partiql_take_equal(bound, terms, keys[i], &value))
			return false;
		dyn_node_add_member(map, (DynSlice) {keys[i]->name, keys[i]->len}, dyn_node_of(value));
	}
	return true;
}

static void
lower_insert(const DynPartiqlBound *bound, DynWriteCommand *command)
{
	DynNode		item = dyn_partiql_item_value(bound, bound->statement->item);

	dyn_write_set_item(command, dyn_node_build_item(&item));
}

/* The presence that a statement's condition asks for. */
static DynPartiqlPresence
presence_of(DynPartiqlKind kind)
{
	switch (kind)
	{
		case DYN_PARTIQL_INSERT:
			return DYN_PARTIQL_ABSENT;
		case DYN_PARTIQL_UPDATE:
			return DYN_PARTIQL_PRESENT;
		case DYN_PARTIQL_DELETE:
			return DYN_PARTIQL_OR_ABSENT;
		default:
			return DYN_PARTIQL_WHATEVER;
	}
}

static DynWriteKind
write_kind(DynPartiqlKind kind)
{
	switch (kind)
	{
		case DYN_PARTIQL_INSERT:
			return DYN_WRITE_PUT;
		case DYN_PARTIQL_UPDATE:
			return DYN_WRITE_UPDATE;
		case DYN_PARTIQL_DELETE:
			return DYN_WRITE_DELETE;
		default:
			return DYN_WRITE_CHECK;
	}
}

DynPartiqlTerms
dyn_partiql_lower_write(const DynPartiqlBound *bound, DynWriteCommand *command)
{
	const DynPartiqlStatement *statement = bound->statement;
	DynPartiqlReturning returning = statement->returning;
	DynPartiqlTerms terms = dyn_partiql_terms(bound);
	DynProgram *program;
	DynTable   *table;

	memset(command, 0, sizeof(*command));
	command->table_name = statement->table;
	command->wants_before = returning == DYN_PARTIQL_ALL_OLD || returning == DYN_PARTIQL_MODIFIED_OLD;
	command->wants_after = returning == DYN_PARTIQL_ALL_NEW || returning == DYN_PARTIQL_MODIFIED_NEW;
	command->shows_failed = bound->shows_failed;
	command->inserts = statement->kind == DYN_PARTIQL_INSERT;
	command->write.kind = write_kind(statement->kind);
	if (command->inserts)
		lower_insert(bound, command);
	dyn_write_find_table(command);
	table = command->write.table;
	if (statement->index.data != NULL)
		dyn_validation("Operation not supported on an index: %.*s", (int) statement->index.len, statement->index.data);
	if (!command->inserts && !take_key(bound, table, &terms, &command->map))
		dyn_validation("Where clause does not contain a mandatory equality on all key attributes");
	program = dyn_partiql_program(bound, &terms, presence_of(statement->kind), &table->pk);
	if (statement->kind == DYN_PARTIQL_EXISTS && (program == NULL || program->condition < 0))
		dyn_validation("EXISTS statement must have a condition in addition to the primary key in the where clause");
	dyn_write_set_program(command, program);
	return terms;
}

void
dyn_partiql_fit_write(DynWriteCommand *command)
{
	dyn_write_find_key(command);
	if (command->write.kind == DYN_WRITE_UPDATE)
		dyn_write_update_prepare(command);
}

bool
dyn_partiql_lower_get(const DynPartiqlBound *bound, DynGet *get)
{
	const DynPartiqlStatement *statement = bound->statement;
	DynPartiqlTerms terms = dyn_partiql_terms(bound);
	DynProgram *program;

	*get = (DynGet) {.table_name = statement->table, .project = dyn_partiql_project, .consistent = bound->consistent};
	dyn_get_find_table(get);
	if (statement->index.data != NULL || !take_key(bound, get->table, &terms, &get->map))
		return false;
	program = dyn_partiql_program(bound, &terms, DYN_PARTIQL_WHATEVER, NULL);
	if (program != NULL && program->condition >= 0)
		get->filter = program;
	if (program != NULL && program->projection >= 0)
		get->projection = program;
	return true;
}

/* ---- what is shown ---- */

/* The name that a path's value has in the result. */
static DynSlice
shown_name(const DynProgram *program, const DynExprNode *path)
{
	const DynPathElement *elements = dyn_program_elements(program) + path->arg;
	StringInfoData text;
	DynSlice	name;
	uint32		last = path->narg - 1;

	while (elements[last].offset == DYN_ELEMENT_INDEX)
		last--;
	name = (DynSlice) {(const char *) dyn_program_bytes(program) + elements[last].offset, elements[last].len};
	if (last + 1 == path->narg)
		return name;
	initStringInfo(&text);
	appendBinaryStringInfo(&text, name.data, (int) name.len);
	for (uint32 i = last + 1; i < path->narg; i++)
		appendStringInfo(&text, "[%u]", elements[i].len);
	return (DynSlice) {text.data, (uint32) text.len};
}

DynNode
dyn_partiql_project(const DynProgram *projection, DynValue item)
{
	const DynExprNode *nodes = dyn_program_nodes(projection);
	DynNode		shown = dyn_node_empty(DYN_M);

	for (int32 i = projection->projection; i >= 0; i = nodes[i].next)
	{
		DynValue	value = dyn_eval_path(projection, &nodes[i], item);

		if (value.tag != 0)
			dyn_node_set_member(&shown, shown_name(projection, &nodes[i]), dyn_node_of(value));
	}
	return shown;
}

bool
dyn_partiql_print_returned(StringInfo reply, const DynPartiqlStatement *statement, const DynWriteCommand *command,
						   const DynChange *change)
{
	const struct varlena *item = command->wants_after ? change->after : change->before;
	DynNode		part;

	if (statement->returning == DYN_PARTIQL_NOTHING || item == NULL)
		return false;
	if (statement->returning == DYN_PARTIQL_ALL_OLD || statement->returning == DYN_PARTIQL_ALL_NEW)
	{
		dyn_item_print(reply, dyn_item_root(item));
		return true;
	}
	part = dyn_project_updated(command->program, dyn_item_root(item), command->wants_after);
	if (part.count == 0)
		return false;
	dyn_item_print(reply, dyn_node_pack(&part));
	return true;
}

void
dyn_partiql_check_change(const DynWriteCommand *command, const DynChange *change)
{
	if (change->status == DYN_CONDITION_FAILED && command->inserts)
		dyn_error(DYN_E_DUPLICATE_ITEM, DYN_DUPLICATE_ITEM);
	dyn_write_check(command, change);
}
