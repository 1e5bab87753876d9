/*
 * code.c - whose code a statement on a table runs
 *
 * Expressions are read as they are stored in the catalogs. Those of the relcache do not serve: they have been simplified, which
 * calls functions. What functions call in turn is not checked: the owner of a function is responsible for it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "database/code.h"
#include "database/relcache.h"
#include "database/session.h"

/* What is looked for, and what was found. */
typedef struct Search
{
	bool		(*is_wanted) (Oid function);	/* ends the search */
	bool		(*is_wanted_type) (Oid domain);
	bool		for_replicas;	/* of the triggers those alone */
	Oid			function;		/* what was found, if it was one */
} Search;

/* ---- expressions ---- */

/* check_function_callback */
static bool
visit_function(Oid function, void *arg)
{
	Search	   *search = arg;

	if (!search->is_wanted(function))
		return false;
	search->function = function;
	return true;
}

static bool
visit_node(Node *node, void *arg)
{
	Search	   *search = arg;

	if (node == NULL)
		return false;
	if (check_functions_in_node(node, visit_function, search))
		return true;
	if (IsA(node, CoerceToDomain) && search->is_wanted_type(((CoerceToDomain *) node)->resulttype))
		return true;
	return expression_tree_walker(node, visit_node, search);
}

static bool
visit_text(const char *expression, Search *search)
{
	return expression && visit_node(stringToNode(expression), search);
}

/* ---- what a relation has ---- */

static bool
visit_columns(Relation rel, Search *search)
{
	TupleDesc	columns = RelationGetDescr(rel);
	TupleConstr *constraints = columns->constr;

	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		if (!column->attisdropped && get_typtype(column->atttypid) == TYPTYPE_DOMAIN && search->is_wanted_type(column->atttypid))
			return true;
	}
	for (int i = 0; constraints && i < constraints->num_defval; i++)
	{
		if (visit_text(constraints->defval[i].adbin, search))
			return true;
	}
	for (int i = 0; constraints && i < constraints->num_check; i++)
	{
		if (visit_text(constraints->check[i].ccbin, search))
			return true;
	}
	return false;
}

/* An expression in a column of pg_index. */
static bool
visit_index_column(HeapTuple tuple, int column, Search *search)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(INDEXRELID, tuple, column, &isnull);

	return !isnull && visit_text(TextDatumGetCString(value), search);
}

static bool
visit_index(Oid index, Search *search)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool		found;

	if (!HeapTupleIsValid(tuple))
		return false;
	found = visit_index_column(tuple, Anum_pg_index_indexprs, search) || visit_index_column(tuple, Anum_pg_index_indpred, search);
	ReleaseSysCache(tuple);
	return found;
}

static bool
visit_indexes(Relation rel, Search *search)
{
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;
	bool		found = false;

	foreach(cell, indexes)
	{
		found = visit_index(lfirst_oid(cell), search);
		if (found)
			break;
	}
	list_free(indexes);
	return found;
}

static bool
visit_partition_key(Relation rel, Search *search)
{
	PartitionKey key = rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ? RelationGetPartitionKey(rel) : NULL;

	return key && visit_node((Node *) key->partexprs, search);
}

static bool
is_fired(const Trigger *trigger, const Search *search)
{
	switch (trigger->tgenabled)
	{
		case TRIGGER_DISABLED:
			return false;
		case TRIGGER_FIRES_ON_ORIGIN:
			return !search->for_replicas;
		default:
			return true;
	}
}

/* Functions of triggers and of their conditions; PostgreSQL's own triggers are for foreign keys. */
static bool
visit_triggers(Relation rel, Search *search)
{
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (!is_fired(trigger, search))
			continue;
		if (visit_function(trigger->tgfoid, search) || visit_text(trigger->tgqual, search))
			return true;
	}
	return false;
}

static bool
visit_relation(Relation rel, Search *search)
{
	return visit_triggers(rel, search) || visit_columns(rel, search) || visit_indexes(rel, search) || visit_partition_key(rel, search);
}

/* The relation and what inherits from it, including its partitions; locks them. */
static List *
family(Relation rel, LOCKMODE mode)
{
	if (!rel->rd_rel->relhassubclass)
		return list_make1_oid(RelationGetRelid(rel));
	return find_all_inheritors(RelationGetRelid(rel), mode, NULL);
}

/* ---- superusers ---- */

/* Functions of the module and of PostgreSQL itself need no check. */
static bool
is_of_other_owner(Oid function)
{
	HeapTuple	tuple;
	bool		other;

	if (function < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return false;
	other = !superuser_arg(((Form_pg_proc) GETSTRUCT(tuple))->proowner);
	ReleaseSysCache(tuple);
	return other;
}

static bool
is_type_of_other_owner(Oid type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	bool		other;

	if (!HeapTupleIsValid(tuple))
		return false;
	other = !superuser_arg(((Form_pg_type) GETSTRUCT(tuple))->typowner);
	ReleaseSysCache(tuple);
	return other;
}

static void
refuse(Oid relid, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("a request of a superuser does not touch table \"%s\"", get_rel_name(relid)),
			 errdetail_internal("%s", detail),
			 errhint("Use the access key of an ordinary role, or set dynapg.http_trust_role.")));
}

static void
check_relation(Oid table, Relation rel)
{
	Search		search = {.is_wanted = is_of_other_owner, .is_wanted_type = is_type_of_other_owner};

	if (!superuser_arg(rel->rd_rel->relowner))
		refuse(table, psprintf("Relation \"%s\" belongs to role \"%s\", whose code would run as a superuser.", RelationGetRelationName(rel),
							   GetUserNameFromId(rel->rd_rel->relowner, true)));
	if (!visit_relation(rel, &search))
		return;
	if (OidIsValid(search.function))
		refuse(table, psprintf("Relation \"%s\" calls function \"%s\", whose owner is not a superuser.",
		RelationGetRelationName(rel),
							   get_func_name(search.function)));
	refuse(table, psprintf("Relation \"%s\" has a domain whose owner is not a superuser.", RelationGetRelationName(rel)));
}

static bool
writes_referencing_table(Oid function)
{
	return function == F_RI_FKEY_CASCADE_DEL || function == F_RI_FKEY_CASCADE_UPD || function == F_RI_FKEY_SETNULL_DEL ||
		function == F_RI_FKEY_SETNULL_UPD || function == F_RI_FKEY_SETDEFAULT_DEL || function == F_RI_FKEY_SETDEFAULT_UPD;
}

/* Appends the tables that foreign keys change along with the relation. */
static List *
add_referencing(List *relids, Relation rel)
{
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (writes_referencing_table(trigger->tgfoid))
			relids = list_append_unique_oid(relids, trigger->tgconstrrelid);
	}
	return relids;
}

/* ---- what is known ---- */

/* The generation of relations, functions, types and roles; see iam/access_key.c for that model. */
static uint64 generation = 1;

static void
on_relation_change(Datum arg, Oid relid)
{
	generation++;
}

static void
on_catalog_change(Datum arg, int cache, uint32 hash)
{
	generation++;
}

static void
watch(void)
{
	static bool registered = false;

	if (registered)
		return;
	dyn_relcache_watch(on_relation_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, on_catalog_change, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, on_catalog_change, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, on_catalog_change, (Datum) 0);
	registered = true;
}

/* Checks the table and the tables that change along with it; returns the number of relations. */
static int
check_all(Oid relid, LOCKMODE mode)
{
	List	   *relids = list_make1_oid(relid);
	int			count;

	for (int i = 0; i < list_length(relids); i++)	/* which grows meanwhile */
	{
		Relation	rel = try_table_open(list_nth_oid(relids, i), mode);

		if (rel == NULL)
			continue;
		check_relation(relid, rel);
		if (rel->rd_rel->relhassubclass)
			relids = list_concat_unique_oid(relids, family(rel, mode));
		relids = add_referencing(relids, rel);
		table_close(rel, NoLock);
	}
	count = list_length(relids);
	list_free(relids);
	return count;
}

static void
check(Oid relid, LOCKMODE mode, uint64 *checked_in)
{
	uint64		read_in;

	if (*checked_in == generation)
		return;
	watch();
	read_in = generation;
	if (check_all(relid, mode) == 1)	/* others would have to be locked each time */
		*checked_in = read_in;
}

static bool guarded = false;

void
dyn_code_guard_superuser(void)
{
	guarded = true;
}

/* Does the backend run as a superuser for somebody who cannot see whose code it runs? */
static bool
works_as_superuser(void)
{
	return (guarded || dyn_session_serves()) && superuser();
}

void
dyn_code_check_superuser(Oid relid, uint64 *checked_in)
{
	if (works_as_superuser())
		check(relid, AccessShareLock, checked_in);
}

void
dyn_code_check_superuser_writes(Oid relid, uint64 *checked_in)
{
	if (!works_as_superuser())
		return;
	LockRelationOid(relid, RowExclusiveLock);
	check(relid, RowExclusiveLock, checked_in);
}

/* ---- names ---- */

static bool
looks_up_names(Oid function)
{
	HeapTuple	tuple;
	Oid			language;

	if (function < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return false;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	ReleaseSysCache(tuple);
	return language != ClanguageId && language != INTERNALlanguageId;
}

/* Its constraints may. */
static bool
is_any_domain(Oid type)
{
	return get_typtype(type) == TYPTYPE_DOMAIN;
}

bool
dyn_code_looks_up_names(Oid relid)
{
	Search		search = {.is_wanted = looks_up_names, .is_wanted_type = is_any_domain, .for_replicas = true};
	Relation	rel = table_open(relid, AccessShareLock);
	List	   *relids = family(rel, AccessShareLock);
	bool		found = false;
	ListCell   *cell;

	foreach(cell, relids)
	{
		Relation	member = try_table_open(lfirst_oid(cell), AccessShareLock);

		if (member == NULL)
			continue;
		found = visit_relation(member, &search);
		table_close(member, NoLock);
		if (found)
			break;
	}
	table_close(rel, NoLock);
	return found;
}
