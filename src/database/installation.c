/*
 * installation.c - the extension of this database: is it there, is it ours, is it of the module's version
 *
 * The answer is kept in a static variable, with the generation in which it was read; see iam/access_key.c for that model. Other
 * sessions notice an update of the extension because every update script changes the catalog dynapg.tables (it grants SELECT
 * again).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "commands/dbcommands.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "database/installation.h"
#include "database/relcache.h"

#define EXTENSION	"dynapg"
#define SCHEMA		"dynapg"

#define MAX_VERSION 64

PGDLLEXPORT Datum dynapg_version(PG_FUNCTION_ARGS);

typedef enum State
{
	STATE_ABSENT,
	STATE_OTHER_SCHEMA,			/* the schema of that name is not the extension's */
	STATE_SCHEMA_OWNER,			/* the schema's owner is not a superuser */
	STATE_OTHER_VERSION,
	STATE_INCOMPLETE,			/* a catalog is not a member of the extension */
	STATE_USABLE
} State;

/* What pg_extension says. */
typedef struct Extension
{
	Oid			oid;
	Oid			schema;
	char		version[MAX_VERSION];
} Extension;

static struct
{
	uint64		generation;		/* in which it was read */
	State		state;
	char		version[MAX_VERSION];
	DynInstallation found;
}			known;

static uint64 generation = 1;

/* ---- what makes it unknown ---- */

static void
on_relation_change(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || relid == known.found.tables || relid == known.found.indexes ||
		relid == known.found.access_keys || relid == known.found.access_secrets || relid == known.found.streams)
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
	CacheRegisterSyscacheCallback(NAMESPACEOID, on_catalog_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, on_catalog_change, (Datum) 0);
	registered = true;
}

/* ---- reading ---- */

static bool
read_extension(Extension *extension)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		isnull;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(EXTENSION));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_extension row = (Form_pg_extension) GETSTRUCT(tuple);
		Datum		version = heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(rel), &isnull);

		extension->oid = row->oid;
		extension->schema = row->extnamespace;
		strlcpy(extension->version, isnull ? "" : TextDatumGetCString(version), MAX_VERSION);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return HeapTupleIsValid(tuple);
}

static bool
owner_is_superuser(Oid schema)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = superuser_arg(((Form_pg_namespace) GETSTRUCT(tuple))->nspowner);
	ReleaseSysCache(tuple);
	return result;
}

/* The table of that name if it is a member of the extension, with its owner. */
static Oid
member(const Extension *extension, const char *name, Oid *owner)
{
	Oid			relid = get_relname_relid(name, extension->schema);
	HeapTuple	tuple;
	Form_pg_class row;
	bool		is_table;

	if (!OidIsValid(relid) || getExtensionOfObject(RelationRelationId, relid) != extension->oid)
		return InvalidOid;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	row = (Form_pg_class) GETSTRUCT(tuple);
	is_table = row->relkind == RELKIND_RELATION;
	*owner = row->relowner;
	ReleaseSysCache(tuple);
	return is_table ? relid : InvalidOid;
}

/* The schema dynamodb if it is a member of the extension. */
static Oid
table_schema(const Extension *extension)
{
	Oid			schema = get_namespace_oid(DYN_TABLE_SCHEMA, true);

	return OidIsValid(schema) && getExtensionOfObject(NamespaceRelationId, schema) == extension->oid ? schema : InvalidOid;
}

static State
read_members(const Extension *extension, DynInstallation *found)
{
	Oid			owners[5];

	found->tables = member(extension, "tables", &owners[0]);
	found->indexes = member(extension, "indexes", &owners[1]);
	found->access_keys = member(extension, "access_keys", &owners[2]);
	found->access_secrets = member(extension, "access_secrets", &owners[3]);
	found->streams = member(extension, "streams", &owners[4]);
	if (!OidIsValid(found->tables) || !OidIsValid(found->indexes) || !OidIsValid(found->access_keys) ||
		!OidIsValid(found->access_secrets) || !OidIsValid(found->streams))
		return STATE_INCOMPLETE;
	found->owner = owners[0];
	found->table_schema = table_schema(extension);
	return STATE_USABLE;
}

static State
read_installation(Extension *extension, DynInstallation *found)
{
	if (!read_extension(extension))
		return STATE_ABSENT;
	if (get_namespace_oid(SCHEMA, true) != extension->schema)
		return STATE_OTHER_SCHEMA;
	if (!owner_is_superuser(extension->schema))
		return STATE_SCHEMA_OWNER;
	if (strcmp(extension->version, DYN_VERSION) != 0)
	{
		/* so that an update invalidates this */
		Oid			owner;

		found->tables = member(extension, "tables", &owner);
		return STATE_OTHER_VERSION;
	}
	return read_members(extension, found);
}

const DynInstallation *
dyn_installation_find(void)
{
	uint64		read_in = generation;
	Extension	extension = {0};
	DynInstallation found = {0};
	State		state;

	if (known.generation == generation)
		return known.state == STATE_USABLE ? &known.found : NULL;
	watch();
	state = read_installation(&extension, &found);
	known.state = state;
	known.found = found;
	memcpy(known.version, extension.version, sizeof(known.version));
	/* no invalidation announces that something missing has appeared, so it is looked for each time */
	known.generation = state == STATE_USABLE || state == STATE_OTHER_VERSION ? read_in : 0;
	return state == STATE_USABLE ? &known.found : NULL;
}

/* ---- refusing ---- */

static void
refuse(void)
{
	switch (known.state)
	{
		case STATE_ABSENT:
			dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The extension dynapg is not in database %s.", get_database_name(MyDatabaseId));
		case STATE_OTHER_SCHEMA:
			dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The extension dynapg of database %s is not in a schema of that name.",
					  get_database_name(MyDatabaseId));
		case STATE_SCHEMA_OWNER:
			dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The owner of schema dynapg of database %s is not a superuser: "
					  "ALTER SCHEMA dynapg OWNER TO "
					  "a superuser, after a look at what is in it.", get_database_name(MyDatabaseId));
		case STATE_OTHER_VERSION:
			dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The extension dynapg of database %s is of version %s, the server's library dynapg of "
					  "version " DYN_VERSION ". ALTER EXTENSION dynapg UPDATE updates an older extension.",
					  get_database_name(MyDatabaseId), known.version);
		case STATE_INCOMPLETE:
		case STATE_USABLE:
			break;
	}
	dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The extension dynapg of database %s lacks a catalog of its own.",
			  get_database_name(MyDatabaseId));
}

const DynInstallation *
dyn_installation_require(void)
{
	const DynInstallation *found = dyn_installation_find();

	if (found == NULL)
		refuse();
	return found;
}

Oid
dyn_installation_table_schema(void)
{
	Oid			schema = dyn_installation_require()->table_schema;

	if (!OidIsValid(schema))
		dyn_error(DYN_E_SERVICE_UNAVAILABLE, "The schema " DYN_TABLE_SCHEMA " of the extension dynapg of database %s has another name: "
				  "ALTER SCHEMA ... RENAME TO " DYN_TABLE_SCHEMA ".", get_database_name(MyDatabaseId));
	return schema;
}

bool
dyn_installation_may_call(const char *function, Oid role)
{
	List	   *name = list_make2(makeString(SCHEMA), makeString(pstrdup(function)));
	Oid			oid = LookupFuncName(name, -1, NULL, true);

	(void) dyn_installation_require();
	return OidIsValid(oid) && dyn_compat_may_call(oid, role);
}

void
dyn_installation_check_schema(Oid schema)
{
	Extension	extension = {0};
	const char *is = get_namespace_name(schema);
	const char *was;

	if (is == NULL || !read_extension(&extension))
		return;
	was = schema == extension.schema ? SCHEMA :
		getExtensionOfObject(NamespaceRelationId, schema) == extension.oid ? DYN_TABLE_SCHEMA : is;
	if (strcmp(is, was) != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("schema \"%s\" of the extension dynapg cannot be renamed", was),
						errdetail("The extension finds it by its name, and so do dumps.")));
}

/*
 * dynapg.version() - the version of the module that this server has loaded, such as 0.7.0. That of the database is extversion in
 * pg_extension; after an upgrade they differ until the server restarts or ALTER EXTENSION updates the database.
 */
PG_FUNCTION_INFO_V1(dynapg_version);
Datum
dynapg_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(DYN_VERSION));
}
