/*
 * secret.c - the secrets of access keys
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "iam/secret.h"

PGDLLEXPORT Datum dynapg_on_access_key_secret(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_on_access_secrets_change(PG_FUNCTION_ARGS);

/* The columns of dynapg.access_secrets. */
enum Column
{
	COLUMN_ID = 1,
	COLUMN_SECRET,
	COLUMNS = COLUMN_SECRET
};

/* ---- the table ---- */

/*
 * The table of that name of the extension.  By its name, since triggers call here while the extension is made or updated; the
 * name alone does not suffice, as everybody can have a schema and a trigger.
 */
static Oid
catalog(const char *name)
{
	Oid			schema = get_namespace_oid("dynapg", true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	if (!OidIsValid(relid) || getExtensionOfObject(RelationRelationId, relid) != get_extension_oid("dynapg", true))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("dynapg.%s is not a catalog of the extension dynapg", name)));
	return relid;
}

static Relation
open_secrets(LOCKMODE mode)
{
	Relation	rel = table_open(catalog("access_secrets"), mode);

	if (RelationGetDescr(rel)->natts != COLUMNS || rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		elog(ERROR, "catalog dynapg.access_secrets has been altered");
	return rel;
}

static Oid
primary_key(Relation rel)
{
	list_free(RelationGetIndexList(rel));	/* finds it */
	if (!OidIsValid(rel->rd_pkindex))
		elog(ERROR, "catalog dynapg.access_secrets has no primary key");
	return rel->rd_pkindex;
}

static SysScanDesc
begin_scan(Relation rel, const char *id, ScanKeyData *key)
{
	ScanKeyInit(key, COLUMN_ID, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(id));
	key->sk_collation = C_COLLATION_OID;
	return systable_beginscan(rel, primary_key(rel), true, NULL, 1, key);
}

/* What CatalogTupleInsert does, except that logical decoding sees no row. */
static void
add_row(Relation rel, HeapTuple tuple)
{
	Relation	index = index_open(primary_key(rel), RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(index);
	bool		nulls[INDEX_MAX_KEYS] = {false};
	Datum		values[INDEX_MAX_KEYS];
	bool		isnull;

	heap_insert(rel, tuple, GetCurrentCommandId(true), HEAP_INSERT_NO_LOGICAL, NULL);
	values[0] = heap_getattr(tuple, COLUMN_ID, RelationGetDescr(rel), &isnull);
	(void) index_insert(index, values, nulls, &tuple->t_self, rel, UNIQUE_CHECK_YES, false, info);
	index_close(index, NoLock);
}

void
dyn_secret_keep(const char *id, const char *secret)
{
	size_t		len = strlen(secret);
	Relation	rel;
	HeapTuple	tuple;
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	if (len == 0 || len > DYN_MAX_ACCESS_SECRET)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a secret access key has 1 to %d bytes", DYN_MAX_ACCESS_SECRET)));
	rel = open_secrets(RowExclusiveLock);
	values[COLUMN_ID - 1] = CStringGetTextDatum(id);
	values[COLUMN_SECRET - 1] = CStringGetTextDatum(secret);
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	explicit_bzero(DatumGetPointer(values[COLUMN_SECRET - 1]), VARHDRSZ + len);
	add_row(rel, tuple);
	explicit_bzero(tuple->t_data, tuple->t_len);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

bool
dyn_secret_read(const char *id, char secret[DYN_MAX_ACCESS_SECRET + 1])
{
	Relation	rel = open_secrets(AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan = begin_scan(rel, id, &key);
	HeapTuple	tuple = systable_getnext(scan);
	bool		found = HeapTupleIsValid(tuple);

	if (found)
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, COLUMN_SECRET, RelationGetDescr(rel), &isnull);
		char	   *copy = isnull ? pstrdup("") : TextDatumGetCString(value);

		found = copy[0] != '\0' && strlcpy(secret, copy, DYN_MAX_ACCESS_SECRET + 1) <= DYN_MAX_ACCESS_SECRET;
		explicit_bzero(copy, strlen(copy));
		pfree(copy);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* Deletes the key's secret, if it has one. */
static void
forget_secret(const char *id)
{
	Relation	rel = open_secrets(RowExclusiveLock);
	ScanKeyData key;
	SysScanDesc scan = begin_scan(rel, id, &key);
	HeapTuple	tuple = systable_getnext(scan);

	if (HeapTupleIsValid(tuple))
		simple_heap_delete(rel, &tuple->t_self);
	systable_endscan(scan);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

static void
forget_all(void)
{
	Relation	rel = open_secrets(RowExclusiveLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		simple_heap_delete(rel, &tuple->t_self);
	systable_endscan(scan);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

/* ---- the triggers ---- */

/* Refuses to be the trigger of any other table: the code here checks no rights. */
static TriggerData *
trigger_data(FunctionCallInfo fcinfo, const char *table)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || RelationGetRelid(data->tg_relation) != catalog(table))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("this function can only be called by a trigger of dynapg.%s", table)));
	return data;
}

static int
column_of(Relation rel, const char *name)
{
	int			number = SPI_fnumber(RelationGetDescr(rel), name);

	if (number <= 0)
		elog(ERROR, "catalog dynapg.access_keys has no column \"%s\"", name);
	return number;
}

/* A text of a row of access_keys, or NULL. */
static char *
text_of(Relation rel, HeapTuple tuple, const char *name)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column_of(rel, name), RelationGetDescr(rel), &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static HeapTuple
without_secret(Relation rel, HeapTuple tuple)
{
	int			column = column_of(rel, "secret");
	Datum		value = (Datum) 0;
	bool		isnull = true;

	return heap_modify_tuple_by_cols(tuple, RelationGetDescr(rel), 1, &column, &value, &isnull);
}

/* The row as it is to be written: without its secret, which is kept. */
static HeapTuple
keep_secret(Relation rel, HeapTuple old, HeapTuple new)
{
	char	   *old_id = old ? text_of(rel, old, "access_key_id") : NULL;
	char	   *id = text_of(rel, new, "access_key_id");
	char	   *secret = text_of(rel, new, "secret");
	char		kept[DYN_MAX_ACCESS_SECRET + 1];

	if (id == NULL)
		return new;				/* is refused */
	if (secret == NULL && old_id && strcmp(id, old_id) != 0 && dyn_secret_read(old_id, kept))
		secret = pstrdup(kept);
	else if (secret == NULL)
	{
		if (old == NULL && SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA && !dyn_secret_read(id, kept))
			ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("an access key needs a secret"),
							errhint("dynapg.create_access_key makes a key, dynapg.import_access_key takes one.")));
		return new;
	}
	if (old_id)
		forget_secret(old_id);
	dyn_secret_keep(id, secret);
	explicit_bzero(secret, strlen(secret));
	explicit_bzero(kept, sizeof(kept));
	return without_secret(rel, new);
}

/* Trigger of dynapg.access_keys: before each row that is inserted or updated, after each that is deleted, after TRUNCATE. */
PG_FUNCTION_INFO_V1(dynapg_on_access_key_secret);
Datum
dynapg_on_access_key_secret(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo, "access_keys");
	Relation	rel = data->tg_relation;

	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
		return PointerGetDatum(keep_secret(rel, NULL, data->tg_trigtuple));
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		return PointerGetDatum(keep_secret(rel, data->tg_trigtuple, data->tg_newtuple));
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		forget_secret(text_of(rel, data->tg_trigtuple, "access_key_id"));
	else
		forget_all();
	return PointerGetDatum(NULL);
}

/* Trigger of dynapg.access_secrets, before each row: SQL does not write it. */
PG_FUNCTION_INFO_V1(dynapg_on_access_secrets_change);
Datum
dynapg_on_access_secrets_change(PG_FUNCTION_ARGS)
{
	(void) trigger_data(fcinfo, "access_secrets");
	if (SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("dynapg.access_secrets is not written by SQL"),
						errhint("Use dynapg.create_access_key, dynapg.import_access_key and dynapg.drop_access_key.")));
	return PointerGetDatum(NULL);
}
