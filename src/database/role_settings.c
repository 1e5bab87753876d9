/*
 * role_settings.c - the values of ALTER DATABASE ... SET and ALTER ROLE ... SET in a session that lasts
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_db_role_setting.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "database/role_settings.h"

/* A value of the command line, which the configuration file does not replace. */
typedef struct Given
{
	const char *name;
	char	   *value;
} Given;

static Given *given = NULL;
static int	ngiven = 0;
static StringInfo known = NULL;	/* the rows as they were applied; NULL: nothing was applied yet */

/* The rows that apply, the strongest first, as in PostgreSQL's process_settings. */
static const struct
{
	bool		of_database;
	bool		of_role;
	GucSource	source;
}			kinds[] = {
	{true, true, PGC_S_DATABASE_USER},
	{false, true, PGC_S_USER},
	{true, false, PGC_S_DATABASE},
	{false, false, PGC_S_GLOBAL},
};

static Oid
database_of(int kind)
{
	return kinds[kind].of_database ? MyDatabaseId : InvalidOid;
}

static Oid
role_of(int kind)
{
	return kinds[kind].of_role ? BOOTSTRAP_SUPERUSERID : InvalidOid;
}

void
dyn_role_settings_init(void)
{
	int			count;
	struct config_generic **all = dyn_compat_settings(&count);

	given = MemoryContextAlloc(TopMemoryContext, sizeof(Given) * count);
	for (int i = 0; i < count; i++)
	{
		const char *value = all[i]->source == PGC_S_ARGV ? GetConfigOption(all[i]->name, true, false) : NULL;

		if (value)
			given[ngiven++] = (Given) {all[i]->name, MemoryContextStrdup(TopMemoryContext, value)};
	}
}

/* Appends the settings of a row of that kind, if there is one. */
static void
read_kind(StringInfo rows, Relation rel, int kind)
{
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(database_of(kind)));
	ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(role_of(kind)));
	scan = systable_beginscan(rel, DbRoleSettingDatidRolidIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		settings = heap_getattr(tuple, Anum_pg_db_role_setting_setconfig, RelationGetDescr(rel), &isnull);
		struct varlena *bytes = isnull ? NULL : pg_detoast_datum((struct varlena *) DatumGetPointer(settings));

		appendBinaryStringInfo(rows, (char *) &kind, sizeof(kind));
		if (bytes)
			appendBinaryStringInfo(rows, (char *) bytes, VARSIZE(bytes));
	}
	systable_endscan(scan);
}

/* All rows that apply, in the current memory context. */
static StringInfo
read_rows(Relation rel)
{
	StringInfo	rows = makeStringInfo();

	for (int kind = 0; kind < lengthof(kinds); kind++)
		read_kind(rows, rel, kind);
	return rows;
}

static bool
is_source(GucSource source)
{
	return source >= PGC_S_GLOBAL && source <= PGC_S_DATABASE_USER;
}

/* Lets the configuration file replace the values that were applied. */
static void
give_up_values(void)
{
	int			count;
	struct config_generic **all = dyn_compat_settings(&count);

	for (int i = 0; i < count; i++)
	{
		if (is_source(all[i]->source))
			all[i]->source = PGC_S_FILE;
		if (is_source(all[i]->reset_source))
			all[i]->reset_source = PGC_S_FILE;
	}
	/* where nothing was applied, that is already the value */
	for (int i = 0; i < ngiven; i++)
		SetConfigOption(given[i].name, given[i].value, PGC_POSTMASTER, PGC_S_ARGV);
}

bool
dyn_role_settings_changed(void)
{
	Relation	rel;
	StringInfo	rows;
	bool		changed;

	StartTransactionCommand();
	rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	rows = read_rows(rel);
	changed = known == NULL || rows->len != known->len || memcmp(rows->data, known->data, rows->len) != 0;
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
	if (changed)
		give_up_values();
	return changed;
}

static void
remember(const StringInfoData *rows)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

	if (known == NULL)
		known = makeStringInfo();
	resetStringInfo(known);
	appendBinaryStringInfo(known, rows->data, rows->len);
	MemoryContextSwitchTo(caller);
}

void
dyn_role_settings_apply(void)
{
	Relation	rel;
	Snapshot	snapshot;

	StartTransactionCommand();
	rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	remember(read_rows(rel));
	snapshot = RegisterSnapshot(GetCatalogSnapshot(DbRoleSettingRelationId));
	for (int kind = 0; kind < lengthof(kinds); kind++)
		ApplySetting(snapshot, database_of(kind), role_of(kind), rel, kinds[kind].source);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
}
