/*
 * relation.c - which relation is the btree of a secondary index
 *
 * To check that an index is built as defined, the statement that would create it is analysed, and its expressions are compared
 * with those that PostgreSQL has stored. Neither is simplified: that would call functions of the table's owner, which must not
 * happen when somebody only looks at a table.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "optimizer/optimizer.h"
#include "parser/parse_utilcmd.h"
#include "parser/parser.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "tables/columns.h"
#include "tables/ddl.h"
#include "tables/order.h"
#include "tables/relation.h"
#include "tables/stored_keys.h"
#include "tables/vector.h"

bool
dyn_relation_is_valid(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relid));
	bool		valid;

	if (!HeapTupleIsValid(tuple))
		return false;
	valid = ((Form_pg_index) GETSTRUCT(tuple))->indisvalid;
	ReleaseSysCache(tuple);
	return valid;
}

/* ---- what an index is built of ---- */

/* A statement that creates an index of the table, analysed. */
static IndexStmt *
analyse(const DynTableDef *def, const char *sql)
{
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));

	return transformIndexStmt(def->relid, castNode(IndexStmt, raw->stmt), sql);
}

/* An expression of the index as it is stored. */
static Node *
stored(Oid relid, AttrNumber column)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relid));
	Node	   *result = NULL;
	Datum		value;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	value = SysCacheGetAttr(INDEXRELID, tuple, column, &isnull);
	if (!isnull)
		result = stringToNode(TextDatumGetCString(value));
	ReleaseSysCache(tuple);
	return result;
}

Node *
dyn_relation_predicate(Oid relid)
{
	return stored(relid, Anum_pg_index_indpred);
}

bool
dyn_relation_is_over_keys(const DynTableDef *def, Oid relid)
{
	AttrNumber	keys = get_attnum(def->relid, DYN_KEYS_COLUMN);
	Bitmapset  *columns = NULL;

	if (keys == InvalidAttrNumber)
		return false;
	pull_varattnos(stored(relid, Anum_pg_index_indexprs), 1, &columns);
	return bms_is_member(keys - FirstLowInvalidHeapAttributeNumber, columns);
}

static bool
columns_fit(Relation rel, Oid table, List *columns)
{
	List	   *expressions = castNode(List, stored(RelationGetRelid(rel), Anum_pg_index_indexprs));
	int			nexpressions = 0;
	int			i = 0;
	ListCell   *cell;

	foreach(cell, columns)
	{
		IndexElem  *column = lfirst_node(IndexElem, cell);
		AttrNumber	number = rel->rd_index->indkey.values[i++];

		if (column->expr == NULL && number != get_attnum(table, column->name))
			return false;
		if (column->expr == NULL)
			continue;
		if (number != 0 || nexpressions >= list_length(expressions) || !equal(list_nth(expressions, nexpressions++), column->expr))
			return false;
	}
	return true;
}

/* Does the index sort its columns as it has to: ascending, strings by their bytes? */
static bool
order_fits(Relation rel, const DynOrder *order)
{
	for (int i = 0; i < order->count; i++)
	{
		Oid			collation = order->columns[i].attr->tag == DYN_S ? C_COLLATION_OID : InvalidOid;
		Oid			class = GetDefaultOpClass(TupleDescAttr(RelationGetDescr(rel), i)->atttypid, BTREE_AM_OID);

		if (rel->rd_indcollation[i] != collation || rel->rd_indoption[i] != 0 || !OidIsValid(class) ||
			rel->rd_opfamily[i] != get_opclass_family(class))
			return false;
	}
	return true;
}

/* The same for an index of another access method than btree, by the statement that would create it: its operator classes are the same. */
static bool
classes_fit(Relation rel, const IndexStmt *statement)
{
	int			i = 0;
	ListCell   *cell;

	foreach(cell, statement->indexParams)
	{
		IndexElem  *column = lfirst_node(IndexElem, cell);
		Oid			type = TupleDescAttr(RelationGetDescr(rel), i)->atttypid;
		Oid			class = ResolveOpClass(column->opclass, type, statement->accessMethod, rel->rd_rel->relam);

		if (rel->rd_opfamily[i++] != get_opclass_family(class))
			return false;
	}
	return true;
}

static bool
fits_statement(const DynTableDef *def, const char *sql, Relation rel)
{
	IndexStmt  *statement = analyse(def, sql);
	Form_pg_index form = rel->rd_index;
	int			count = list_length(statement->indexParams);

	return rel->rd_rel->relam == get_index_am_oid(statement->accessMethod, true) && !form->indisunique &&
		form->indnatts == count && form->indnkeyatts == count && columns_fit(rel, def->relid, statement->indexParams) &&
		classes_fit(rel, statement) && equal(dyn_relation_predicate(RelationGetRelid(rel)), statement->whereClause);
}

static bool
fits(const DynTableDef *def, const DynIndex *index, Relation rel)
{
	Form_pg_index form = rel->rd_index;
	DynIndex	wanted = *index;
	DynOrder	order;
	IndexStmt  *statement;

	if (index->vector)
		return fits_statement(def, dyn_vector_create_flat(dyn_ddl_qualified_name(def->relid), index, "x", ""), rel);
	wanted.over_keys = dyn_relation_is_over_keys(def, RelationGetRelid(rel));
	if (wanted.over_keys && !dyn_stored_keys_serve(def, index))
		return false;
	dyn_order_of_index(&order, &def->pk, &def->sk, &wanted);
	if (rel->rd_rel->relam != BTREE_AM_OID || form->indisunique || form->indnatts != order.count || form->indnkeyatts != order.count)
		return false;
	statement = analyse(def, dyn_ddl_index_statement(def, &wanted, "x", false));
	return columns_fit(rel, def->relid, statement->indexParams) && order_fits(rel, &order) &&
		equal(dyn_relation_predicate(RelationGetRelid(rel)), statement->whereClause);
}

bool
dyn_relation_fits(const DynTableDef *def, const DynIndex *index, Oid relid)
{
	Relation	table = try_relation_open(def->relid, AccessShareLock);
	Relation	rel = try_relation_open(relid, AccessShareLock);
	bool		result = table && rel && rel->rd_index && rel->rd_index->indrelid == def->relid &&
		dyn_columns_fit(def->relid, def->pk.tag, def->sk.tag) && fits(def, index, rel);

	if (rel)
		relation_close(rel, AccessShareLock);
	if (table)
		relation_close(table, NoLock);
	return result;
}

Oid
dyn_relation_of_statement(const DynTableDef *def, const char *sql, bool *valid)
{
	Relation	table = try_relation_open(def->relid, AccessShareLock);
	Oid			found = InvalidOid;
	ListCell   *cell;

	*valid = false;
	if (table == NULL)
		return InvalidOid;
	foreach(cell, RelationGetIndexList(table))
	{
		Relation	rel = *valid ? NULL : try_relation_open(lfirst_oid(cell), AccessShareLock);

		if (rel == NULL)
			continue;
		if (rel->rd_rel->relam != BTREE_AM_OID && fits_statement(def, sql, rel))
		{
			found = RelationGetRelid(rel);
			*valid = rel->rd_index->indisvalid;
		}
		relation_close(rel, AccessShareLock);
	}
	relation_close(table, NoLock);
	return found;
}

/* ---- finding the relation ---- */

/* The index of the table that has the name. */
static Oid
by_name(const DynTableDef *def, const char *name)
{
	Oid			relid = get_relname_relid(name, get_rel_namespace(def->relid));

	return OidIsValid(relid) && IndexGetRelation(relid, true) == def->relid ? relid : InvalidOid;
}

/* Is it another secondary index of the table, by its name and its definition? */
static bool
is_of_another(const DynTableDef *def, const DynIndex *index, Oid relid)
{
	const char *name = get_rel_name(relid);

	for (int i = 0; name && i < dyn_def_count(def); i++)
	{
		const DynIndex *other = dyn_def_index(def, i);

		if (other != index && strcmp(other->relation_name, name) == 0 && dyn_relation_fits(def, other, relid))
			return true;
	}
	return false;
}

/* The first index of the table that is built as this one is defined and that belongs to no other one. */
static Oid
by_definition(const DynTableDef *def, const DynIndex *index, bool valid)
{
	Relation	table = try_relation_open(def->relid, AccessShareLock);
	Oid			found = InvalidOid;
	ListCell   *cell;

	if (table == NULL)
		return InvalidOid;
	foreach(cell, RelationGetIndexList(table))
	{
		Oid			relid = lfirst_oid(cell);

		if (OidIsValid(found) || dyn_relation_is_valid(relid) != valid)
			continue;
		if (dyn_relation_fits(def, index, relid) && !is_of_another(def, index, relid))
			found = relid;
	}
	relation_close(table, NoLock);
	return found;
}

Oid
dyn_relation_of_index(const DynTableDef *def, const DynIndex *index, bool valid)
{
	Oid			named = by_name(def, index->relation_name);
	Oid			relid;

	if (OidIsValid(named) && dyn_relation_fits(def, index, named))
		return named;
	relid = by_definition(def, index, true);
	if (!OidIsValid(relid) && !valid)
		relid = by_definition(def, index, false);
	return OidIsValid(relid) ? relid : named;
}

bool
dyn_relation_is_plain(Oid relid)
{
	LockRelationOid(relid, AccessShareLock);
	return get_rel_relkind(relid) == RELKIND_RELATION;
}

bool
dyn_relation_has_rows(Oid relid)
{
	char		kind;

	LockRelationOid(relid, AccessShareLock);
	kind = get_rel_relkind(relid);
	return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}
