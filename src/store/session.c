/*
 * session.c - what a session that serves many users, request by request, needs of the database
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "store/session.h"

static DynSessionLeave leave_database = NULL;
static ProcessUtility_hook_type next_utility = NULL;

bool
dyn_session_extension_exists(void)
{
	Oid			schema = get_namespace_oid("dynapg", true);

	return OidIsValid(schema) && OidIsValid(get_relname_relid("tables", schema));
}

void
dyn_session_fire_deferred(void)
{
	AfterTriggerFireDeferred();
}

/* The template of CREATE DATABASE, which is copied while nobody uses it. */
static const char *
template_of(const CreatedbStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->options)
	{
		DefElem    *option = lfirst(cell);

		if (strcmp(option->defname, "template") == 0 && option->arg)
			return defGetString(option);
	}
	return NULL;
}

/* Does ALTER DATABASE move it to another tablespace? */
static bool
moves(const AlterDatabaseStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->options)
	{
		if (strcmp(((DefElem *) lfirst(cell))->defname, "tablespace") == 0)
			return true;
	}
	return false;
}

/* The database that the statement needs without sessions, or NULL. */
static const char *
exclusive_database(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_DropdbStmt:
			return ((const DropdbStmt *) statement)->dbname;
		case T_CreatedbStmt:
			return template_of((const CreatedbStmt *) statement);
		case T_RenameStmt:
			if (((const RenameStmt *) statement)->renameType == OBJECT_DATABASE)
				return ((const RenameStmt *) statement)->subname;
			return NULL;
		case T_AlterDatabaseStmt:
			if (moves((const AlterDatabaseStmt *) statement))
				return ((const AlterDatabaseStmt *) statement)->dbname;
			return NULL;
		default:
			return NULL;
	}
}

/* Somebody who may not do it shall not end anything. */
static bool
is_ours(const char *database)
{
	Oid			oid = get_database_oid(database, true);

	return OidIsValid(oid) && dyn_compat_owns_database(oid, GetUserId());
}

static void
utility(PlannedStmt *statement, const char *query, bool read_only_tree, ProcessUtilityContext context, ParamListInfo params,
		QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion)
{
	const char *database = exclusive_database(statement->utilityStmt);

	if (database && is_ours(database))
		leave_database(database);
	if (next_utility)
		next_utility(statement, query, read_only_tree, context, params, environment, dest, completion);
	else
		standard_ProcessUtility(statement, query, read_only_tree, context, params, environment, dest, completion);
}

void
dyn_session_on_exclusive(DynSessionLeave leave)
{
	leave_database = leave;
	next_utility = ProcessUtility_hook;
	ProcessUtility_hook = utility;
}
