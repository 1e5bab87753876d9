/*
 * catrow.c - rows of our own catalogs, read without SQL
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/uuid.h"

#include "database/touched.h"
#include "tables/catrow.h"

/* ---- columns ---- */

static AttrNumber
find_column(TupleDesc columns, const char *name)
{
	for (int i = 0; i < columns->natts; i++)
	{
		if (!TupleDescAttr(columns, i)->attisdropped && strcmp(NameStr(TupleDescAttr(columns, i)->attname), name) == 0)
			return i + 1;
	}
	ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" of a catalog of dynapg does not exist", name));
}

static Datum
get(const DynCatRow *row, const char *name, bool *isnull)
{
	return heap_getattr(row->tuple, find_column(row->columns, name), row->columns, isnull);
}

static Datum
get_not_null(const DynCatRow *row, const char *name)
{
	bool		isnull;
	Datum		value = get(row, name, &isnull);

	if (isnull)
		elog(ERROR, "unexpected null in column \"%s\" of a catalog row", name);
	return value;
}

char *
dyn_catrow_text(const DynCatRow *row, const char *column)
{
	bool		isnull;
	Datum		value = get(row, column, &isnull);

	if (isnull)
		return NULL;
	switch (TupleDescAttr(row->columns, find_column(row->columns, column) - 1)->atttypid)
	{
		case NAMEOID:
			return pstrdup(NameStr(*DatumGetName(value)));
		case UUIDOID:
			return DatumGetCString(DirectFunctionCall1(uuid_out, value));
		default:
			return TextDatumGetCString(value);
	}
}

char	  **
dyn_catrow_text_array(const DynCatRow *row, const char *column, int *count)
{
	Datum	   *elements;
	char	  **result;

	deconstruct_array(DatumGetArrayTypeP(get_not_null(row, column)), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, count);
	result = palloc(Max(*count, 1) * sizeof(char *));
	for (int k = 0; k < *count; k++)
		result[k] = TextDatumGetCString(elements[k]);
	return result;
}

Oid
dyn_catrow_oid(const DynCatRow *row, const char *column)
{
	return DatumGetObjectId(get_not_null(row, column));
}

int
dyn_catrow_int(const DynCatRow *row, const char *column)
{
	return DatumGetInt32(get_not_null(row, column));
}

int64
dyn_catrow_int64(const DynCatRow *row, const char *column)
{
	return DatumGetInt64(get_not_null(row, column));
}

bool
dyn_catrow_bool(const DynCatRow *row, const char *column)
{
	return DatumGetBool(get_not_null(row, column));
}

/* ---- scans ---- */

/* A unique index of all rows that begins with the column, or InvalidOid. */
static Oid
find_index(Relation rel, AttrNumber column)
{
	List	   *indexes = RelationGetIndexList(rel);
	Oid			found = InvalidOid;
	ListCell   *cell;

	foreach(cell, indexes)
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index form;

		if (!HeapTupleIsValid(tuple))
			continue;
		form = (Form_pg_index) GETSTRUCT(tuple);
		if (form->indisunique && form->indisvalid && form->indkey.values[0] == column &&
			heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
			found = lfirst_oid(cell);
		ReleaseSysCache(tuple);
		if (OidIsValid(found))
			break;
	}
	list_free(indexes);
	return found;
}

static void
scan_equal(Oid relid, const char *column, RegProcedure equal, Datum value, Oid collation, DynCatRowReader reader, void *arg)
{
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	Snapshot	snapshot;
	Oid			index;
	DynCatRow		row;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
	rel = table_open(relid, AccessShareLock);
	dyn_touched_add(relid, false);
	row.columns = RelationGetDescr(rel);
	ScanKeyInit(&key, find_column(row.columns, column), BTEqualStrategyNumber, equal, value);
	key.sk_collation = collation;
	index = find_index(rel, key.sk_attno);
	/* rows that the transaction has just written count, and nothing that is later than its snapshot where it keeps one */
	snapshot = RegisterSnapshot(GetTransactionSnapshot());
	scan = systable_beginscan(rel, index, OidIsValid(index), snapshot, 1, &key);
	do
		row.tuple = systable_getnext(scan);
	while (HeapTupleIsValid(row.tuple) && reader(arg, &row));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}

void
dyn_catrow_scan_text(Oid relid, const char *column, const char *value, DynCatRowReader reader, void *arg)
{
	scan_equal(relid, column, F_TEXTEQ, CStringGetTextDatum(value), C_COLLATION_OID, reader, arg);
}

void
dyn_catrow_scan_oid(Oid relid, const char *column, Oid value, DynCatRowReader reader, void *arg)
{
	scan_equal(relid, column, F_OIDEQ, ObjectIdGetDatum(value), InvalidOid, reader, arg);
}
