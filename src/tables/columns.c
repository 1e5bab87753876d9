/*
 * columns.c - the columns of a data table and their types
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "tables/columns.h"
#include "value/key.h"

/* dynapg.item; the extension may have been created again since the last call. */
Oid
dyn_columns_item_type(void)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("item"),
									   ObjectIdGetDatum(get_namespace_oid("dynapg", false)));

	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("type dynapg.item does not exist")));
	return type;
}

/*
 * The owner of a data table may alter it, and the functions inside its statements trust the types: a column whose type has
 * changed must not get there.
 */
static void
check_column(Oid relid, const char *column, Oid type)
{
	HeapTuple	tuple = SearchSysCacheAttName(relid, column);
	Oid			found;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of data table \"%s\" does not exist", column, get_rel_name(relid))));
	found = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid;
	ReleaseSysCache(tuple);
	if (found != type)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of data table \"%s\" is of type %s, not %s", column, get_rel_name(relid),
							   format_type_be(found), format_type_be(type))));
}

static bool
has_column(Oid relid, const char *column, Oid type)
{
	HeapTuple	tuple = SearchSysCacheAttName(relid, column);
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid == type;
	ReleaseSysCache(tuple);
	return result;
}

bool
dyn_columns_fit(Oid relid, uint8 pk, uint8 sk)
{
	return has_column(relid, "item", dyn_columns_item_type()) && has_column(relid, "pk", dyn_key_column_type(pk)) &&
		(sk == 0 || has_column(relid, "sk", dyn_key_column_type(sk)));
}

void
dyn_columns_check(Oid relid, uint8 pk, uint8 sk)
{
	check_column(relid, "item", dyn_columns_item_type());
	check_column(relid, "pk", dyn_key_column_type(pk));
	if (sk)
		check_column(relid, "sk", dyn_key_column_type(sk));
}
