/*
 * attach.c - data tables that the catalogs do not know, such as those of a dump of one table
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "nodes/primnodes.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/jsonout.h"
#include "base/namespace.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/attach.h"
#include "tables/catalog.h"
#include "tables/columns.h"
#include "tables/ddl.h"
#include "tables/lifecycle.h"
#include "tables/relation.h"

#define SAMPLE_ROWS "100"		/* whose attributes are looked at for the keys */
#define MIN_NAME 3				/* characters of the name of an index */

#define HINT_REQUEST "Give the request that CreateTable would get as the second argument."

/* ---- the relation ---- */

static void
require_table(Oid relid)
{
	char		kind = get_rel_relkind(relid);

	if (kind == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
	dyn_catalog_require_owner(relid);
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a table", get_rel_name(relid))));
}

void
dyn_attach_lock(Oid relid)
{
	Oid			schema = dyn_installation_table_schema();
	const DynTableDef *def;

	require_table(relid);
	LockRelationOid(relid, ShareRowExclusiveLock);
	require_table(relid);		/* it may have changed until it was locked */
	if (get_rel_namespace(relid) != schema)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" is not in schema " DYN_TABLE_SCHEMA, get_rel_name(relid)),
						errhint("ALTER TABLE ... SET SCHEMA " DYN_TABLE_SCHEMA " takes it there.")));
	if (!dyn_compat_may_create_in(schema, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, DYN_TABLE_SCHEMA);
	def = dyn_catalog_read_relid(relid);
	if (def)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("table \"%s\" is the DynamoDB table \"%s\" already", get_rel_name(relid), def->name)));
}

/* A column of the relation; the result is to be released, or NULL. */
static HeapTuple
find_column(Oid relid, const char *name)
{
	return SearchSysCacheAttName(relid, name);
}

/* The type of the key that the column holds; 0 where there is no such column. */
static uint8
column_tag(Oid relid, const char *name)
{
	HeapTuple	tuple = find_column(relid, name);
	Oid			type;

	if (!HeapTupleIsValid(tuple))
		return 0;
	type = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid;
	ReleaseSysCache(tuple);
	if (type != TEXTOID && type != NUMERICOID && type != BYTEAOID)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of table \"%s\" does not have the type of a key", name, get_rel_name(relid))));
	return type == TEXTOID ? DYN_S : type == NUMERICOID ? DYN_N : DYN_B;
}

/* What dyn_columns_check does not look at. */
static void
check_column(Oid relid, const char *name, uint8 tag)
{
	HeapTuple	tuple = find_column(relid, name);
	Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(tuple);
	bool		is_null = !column->attnotnull;
	Oid			collation = column->attcollation;

	ReleaseSysCache(tuple);
	if (is_null)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("column \"%s\" of table \"%s\" is not NOT NULL", name, get_rel_name(relid))));
	if (tag == DYN_S && collation != C_COLLATION_OID)
		ereport(ERROR, (errcode(ERRCODE_COLLATION_MISMATCH),
						errmsg("column \"%s\" of table \"%s\" is not of collation \"C\"", name, get_rel_name(relid))));
}

static void
check_columns(const DynTableDef *def)
{
	dyn_columns_check(def->relid, def->pk.tag, def->sk.tag);
	check_column(def->relid, "item", 0);
	check_column(def->relid, "pk", def->pk.tag);
	if (def->sk.tag)
		check_column(def->relid, "sk", def->sk.tag);
	else if (column_tag(def->relid, "sk") != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" has a column \"sk\", but no sort key", get_rel_name(def->relid))));
}

static void
check_primary_key(const DynTableDef *def)
{
	DynSqlArgs	args = {0};
	char	   *columns[] = {"pk", "sk"};

	dyn_sql_oid(&args, def->relid);
	dyn_sql_text_array(&args, columns, def->sk.tag ? 2 : 1);
	if (dyn_sql_run("SELECT FROM pg_catalog.pg_constraint c WHERE c.conrelid OPERATOR(pg_catalog.=) $1 "
					"AND c.contype OPERATOR(pg_catalog.=) 'p' AND NOT c.condeferrable AND "
					"(SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.position) "
					"FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY k (number, position) "
					"JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid "
					"AND a.attnum OPERATOR(pg_catalog.=) k.number) OPERATOR(pg_catalog.=) $2", &args, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" does not have the primary key %s", get_rel_name(def->relid),
							   def->sk.tag ? "(pk, sk)" : "(pk)")));
}

/* The condition that the key column of a row t does not hold the item's attribute. */
static char *
key_differs(const char *column, uint8 tag, const char *attribute)
{
	const char *function = tag == DYN_N || strcmp(column, "sk") == 0 ? "key" : "part";

	return psprintf("(dynapg.%s_%c(t.item, %s) OPERATOR(pg_catalog.=) t.%s%s) IS NOT TRUE", function,
					tag == DYN_S ? 's' : tag == DYN_N ? 'n' : 'b', attribute, column,
					tag == DYN_S ? " COLLATE pg_catalog.\"C\"" : "");
}

static void
check_rows(const DynTableDef *def, const char *column, const DynKeyAttr *attr)
{
	char	   *differs = key_differs(column, attr->tag, quote_literal_cstr(attr->name));

	if (dyn_sql_run(psprintf("SELECT t.%s::pg_catalog.text FROM %s t WHERE %s", column, dyn_ddl_qualified_name(def->relid), differs),
					NULL, 1) > 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" has rows whose column \"%s\" does not hold the key \"%s\" of the item",
							   get_rel_name(def->relid), column, attr->name)));
}

bool
dyn_attach(DynTableDef *def)
{
	SPI_connect();
	check_columns(def);
	check_primary_key(def);
	check_rows(def, "pk", &def->pk);
	if (def->sk.tag)
		check_rows(def, "sk", &def->sk);
	SPI_finish();
	return dyn_lifecycle_attach(def);
}

/* ---- keys from items ---- */

/* Removes the names from the list that do not match the key in all rows; SPI is connected. */
static List *
sieve(Oid relid, const char *column, uint8 tag, List *names)
{
	List	   *left = NIL;
	char	   *sql = psprintf("SELECT FROM %s t WHERE %s", dyn_ddl_qualified_name(relid), key_differs(column, tag, "$1"));
	ListCell   *cell;

	foreach(cell, names)
	{
		DynSqlArgs	args = {0};

		CHECK_FOR_INTERRUPTS();
		dyn_sql_text(&args, lfirst(cell));
		if (dyn_sql_run(sql, &args, 1) == 0)
			left = lappend(left, lfirst(cell));
	}
	return left;
}

/* The attribute of the items that the column holds, other than the excluded one, in the given context. */
static DynKeyAttr
find_key(Oid relid, const char *column, const char *other, MemoryContext context)
{
	uint8		tag = column_tag(relid, column);
	List	   *names = NIL;
	uint64		count;
	char	   *name;

	count = dyn_sql_run(psprintf("WITH t AS (SELECT t.%s, t.item FROM %s t LIMIT " SAMPLE_ROWS ") "
								 "SELECT a.name FROM t, LATERAL pg_catalog.json_object_keys(dynapg.item_to_json(t.item)) a (name) "
								 "WHERE NOT %s GROUP BY a.name "
								 "HAVING pg_catalog.count(*) OPERATOR(pg_catalog.=) (SELECT pg_catalog.count(*) FROM t)",
								 column, dyn_ddl_qualified_name(relid), key_differs(column, tag, "a.name")), NULL, 0);
	for (uint64 i = 0; i < count; i++)
	{
		name = dyn_sql_get_text(i, 1);
		if (other == NULL || strcmp(name, other) != 0)
			names = lappend(names, name);
	}
	names = sieve(relid, column, tag, names);
	if (list_length(names) != 1)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the rows of table \"%s\" do not show which attribute column \"%s\" holds", get_rel_name(relid), column),
						errhint(HINT_REQUEST)));
	name = MemoryContextStrdup(context, linitial(names));
	return (DynKeyAttr) {name, strlen(name), tag};
}

/* ---- keys from indexes ---- */

/* The text of a constant; NULL for anything else. */
static char *
constant_text(Node *node)
{
	Const	   *constant = (Const *) node;

	if (!IsA(node, Const) || constant->consttype != TEXTOID || constant->constisnull)
		return NULL;
	return TextDatumGetCString(constant->constvalue);
}

/* A key from its type and name; tag 0 where they do not describe one. */
static DynKeyAttr
read_key(char *type, char *name)
{
	if (type == NULL || name == NULL || strlen(type) != 1 || strchr("SNB", type[0]) == NULL)
		return (DynKeyAttr) {0};
	return (DynKeyAttr) {name, strlen(name), dyn_tag_from_name(type, 1)};
}

/*
 * Keys from the condition of an index, dynapg.in_index(item, partition keys, type, name, ...); false for any other condition.
 *
 */
static bool
read_predicate(Node *predicate, DynIndex *index)
{
	FuncExpr   *call = (FuncExpr *) predicate;
	const char *function = IsA(call, FuncExpr) ? get_func_name(call->funcid) : NULL;
	Const	   *partition;
	ArrayExpr  *keys;
	int			count;

	if (function == NULL || strcmp(function, "in_index") != 0 || list_length(call->args) != 3)
		return false;
	partition = lsecond(call->args);
	keys = lthird(call->args);
	if (!IsA(partition, Const) || partition->consttype != INT4OID || partition->constisnull || !IsA(keys, ArrayExpr))
		return false;
	count = list_length(keys->elements);
	index->npk = DatumGetInt32(partition->constvalue);
	index->nsk = count / 2 - index->npk;
	if (count % 2 != 0 || count / 2 > DYN_MAX_INDEX_KEY_ATTRS || index->npk < 1 || index->nsk < 0)
		return false;
	for (int i = 0; i < count / 2; i++)
	{
		index->keys[i] = read_key(constant_text(list_nth(keys->elements, 2 * i)), constant_text(list_nth(keys->elements, 2 * i + 1)));
		if (index->keys[i].tag == 0)
			return false;
	}
	return true;
}

/* Keys of an index that holds all items, and so is only on the table's keys. */
static bool
guess_keys(const DynTableDef *def, DynIndex *index, Oid relid)
{
	for (int turned = 0; turned < 2; turned++)
	{
		index->keys[0] = turned ? def->sk : def->pk;
		index->keys[1] = turned ? def->pk : def->sk;
		for (int nkeys = def->sk.tag ? 2 : 1; nkeys > 0; nkeys--)
		{
			for (index->npk = 1; index->npk <= nkeys; index->npk++)
			{
				index->nsk = nkeys - index->npk;
				if (index->keys[0].tag && dyn_relation_fits(def, index, relid))
					return true;
			}
		}
	}
	return false;
}

/* Is the relation built as a secondary index, and of which keys? */
static bool
read_keys(const DynTableDef *def, DynIndex *index, Oid relid)
{
	Node	   *predicate = dyn_relation_predicate(relid);

	if (predicate == NULL)
		return guess_keys(def, index, relid);
	return read_predicate(predicate, index) && dyn_relation_fits(def, index, relid);
}

/* The name of the index whose relation has that name: "T:gsi", or with a hash if that name was taken. */
static char *
index_name(const char *table, const char *relation)
{
	size_t		prefix = strlen(table);
	const char *name = strncmp(relation, table, prefix) == 0 && relation[prefix] == ':' ? relation + prefix + 1 : relation;
	const char *hash = strrchr(name, '~');
	char	   *result = hash ? pnstrdup(name, hash - name) : pstrdup(name);

	if ((hash && strlen(relation) == NAMEDATALEN - 1) || strlen(result) < MIN_NAME ||
		strspn(result, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") != strlen(result))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the name of index \"%s\" does not show which index of the DynamoDB table it is", relation),
						errhint(HINT_REQUEST)));
	return result;
}

/* A local index has the table's partition key and one sort attribute. */
static DynIndexKind
kind_of(const DynTableDef *def, const DynIndex *index)
{
	bool		is_local = index->npk == 1 && index->nsk == 1 && def->sk.tag != 0 && strcmp(index->keys[0].name, def->pk.name) == 0;

	return is_local ? DYN_INDEX_LOCAL : DYN_INDEX_GLOBAL;
}

/* Sets the indexes of def that the table has. */
static void
find_indexes(DynTableDef *def)
{
	Relation	table = relation_open(def->relid, NoLock);
	List	   *relations = RelationGetIndexList(table);
	ListCell   *cell;

	def->indexes = palloc0(Max(list_length(relations), 1) * sizeof(DynIndex));
	foreach(cell, relations)
	{
		DynIndex *index = &def->indexes[def->nindexes];
		Oid			relid = lfirst_oid(cell);

		if (!dyn_relation_is_valid(relid) || !read_keys(def, index, relid))
			continue;
		index->name = index_name(def->name, get_rel_name(relid));
		index->kind = kind_of(def, index);
		def->nindexes++;
	}
	relation_close(table, NoLock);
}

/* ---- the request ---- */

static void
append_text(StringInfo out, const char *member, const char *text)
{
	dyn_jsonout_member(out, member);
	dyn_jsonout_string(out, text, strlen(text));
}

/* "KeySchema":[...] */
static void
append_schema(StringInfo out, const DynKeyAttr *keys, int npk, int count)
{
	dyn_jsonout_member(out, "KeySchema");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(out, i > 0 ? ",{" : "{");
		append_text(out, "AttributeName", keys[i].name);
		append_text(out, "KeyType", i < npk ? "HASH" : "RANGE");
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* An attribute's definition, unless names has it already. */
static void
append_definition(StringInfo out, List **names, const DynKeyAttr *attr)
{
	ListCell   *cell;

	foreach(cell, *names)
		if (strcmp(lfirst(cell), attr->name) == 0)
			return;
	appendStringInfoString(out, *names == NIL ? "{" : ",{");
	append_text(out, "AttributeName", attr->name);
	append_text(out, "AttributeType", dyn_tag_name(attr->tag));
	appendStringInfoChar(out, '}');
	*names = lappend(*names, attr->name);
}

static void
append_definitions(StringInfo out, const DynTableDef *def)
{
	List	   *names = NIL;

	dyn_jsonout_member(out, "AttributeDefinitions");
	appendStringInfoChar(out, '[');
	append_definition(out, &names, &def->pk);
	if (def->sk.tag)
		append_definition(out, &names, &def->sk);
	for (int i = 0; i < def->nindexes; i++)
		for (int k = 0; k < def->indexes[i].npk + def->indexes[i].nsk; k++)
			append_definition(out, &names, &def->indexes[i].keys[k]);
	appendStringInfoChar(out, ']');
}

/* The member with the local or global indexes, if there are any. */
static void
append_indexes(StringInfo out, const DynTableDef *def, DynIndexKind kind)
{
	bool		any = false;

	for (int i = 0; i < def->nindexes; i++)
	{
		const DynIndex *index = &def->indexes[i];

		if (index->kind != kind)
			continue;
		if (!any)
		{
			dyn_jsonout_member(out, dyn_index_kind_member(kind));
			appendStringInfoChar(out, '[');
		}
		appendStringInfoString(out, any ? ",{" : "{");
		any = true;
		append_text(out, "IndexName", index->name);
		append_schema(out, index->keys, index->npk, index->npk + index->nsk);
		appendStringInfoString(out, ",\"Projection\":{\"ProjectionType\":\"ALL\"}}");
	}
	if (any)
		appendStringInfoChar(out, ']');
}

char *
dyn_attach_request(Oid relid)
{
	MemoryContext context = CurrentMemoryContext;
	DynTableDef def = {.relid = relid, .name = get_rel_name(relid)};
	StringInfoData out;
	DynKeyAttr	keys[2];

	if (column_tag(relid, "pk") == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("table \"%s\" has no column \"pk\"", def.name)));
	if (!dyn_namespace_has(def.name))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" is in another namespace", def.name),
						errhint("SET dynapg.namespace = %s is for its tables.", quote_literal_cstr(dyn_namespace_text_of(def.name)))));
	if (strchr(def.name, '~'))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the name of table \"%s\" does not show which DynamoDB table it is", def.name), errhint(HINT_REQUEST)));
	SPI_connect();
	dyn_columns_check(relid, column_tag(relid, "pk"), column_tag(relid, "sk"));
	def.pk = find_key(relid, "pk", NULL, context);
	if (column_tag(relid, "sk") != 0)
		def.sk = find_key(relid, "sk", def.pk.name, context);
	SPI_finish();
	find_indexes(&def);

	keys[0] = def.pk;
	keys[1] = def.sk;
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	append_text(&out, "TableName", dyn_namespace_text_name(def.name));
	append_text(&out, "BillingMode", "PAY_PER_REQUEST");
	append_schema(&out, keys, 1, def.sk.tag ? 2 : 1);
	append_definitions(&out, &def);
	append_indexes(&out, &def, DYN_INDEX_LOCAL);
	append_indexes(&out, &def, DYN_INDEX_GLOBAL);
	appendStringInfoChar(&out, '}');
	return out.data;
}
