/*
 * stored_keys.c - the column keys of a data table
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tupdesc.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "tables/columns.h"
#include "tables/order.h"
#include "tables/stored_keys.h"
#include "value/index_keys.h"

#define FUNCTION "index_keys"

/* ---- defining it ---- */

static int
by_name(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static List *
add_name(List *names, char *name)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return names;
	return lappend(names, name);
}

bool
dyn_stored_keys_needed(const DynTableDef *def, const DynIndex *index)
{
	DynOrder	order;

	if (index->vector)
		return false;
	dyn_order_of_index(&order, &def->pk, &def->sk, index);
	return dyn_order_needs_item(&order);
}

/* The names as a literal. */
static char *
list_literal(List *names)
{
	StringInfoData list;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, names)
		dyn_index_keys_append(&list, lfirst(cell));
	return quote_literal_cstr(list.data);
}

char *
dyn_stored_keys_definition(const DynTableDef *def, const char *attribute)
{
	List	   *names = NIL;

	for (int i = 0; i < def->nindexes; i++)
	{
		const DynIndex *index = &def->indexes[i];

		for (int j = 0; dyn_stored_keys_needed(def, index) && j < index->npk + index->nsk; j++)
			names = add_name(names, index->keys[j].name);
	}
	if (attribute)
		names = add_name(names, unconstify(char *, attribute));
	if (names == NIL)
		return NULL;
	list_sort(names, by_name);
	return psprintf(DYN_KEYS_COLUMN " dynapg.item GENERATED ALWAYS AS (dynapg." FUNCTION "(item, %s)) STORED", list_literal(names));
}

/* ---- what it holds ---- */

/* dynapg.index_keys(dynapg.item, text) */
static Oid
function(void)
{
	Oid			arguments[] = {dyn_columns_item_type(), TEXTOID};

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(FUNCTION), PointerGetDatum(buildoidvector(arguments, 2)),
						   ObjectIdGetDatum(get_namespace_oid("dynapg", false)));
}

/* The expression that generates the column, as it is stored; NULL where there is none. */
static Node *
expression_of(Relation rel)
{
	AttrNumber	column = get_attnum(RelationGetRelid(rel), DYN_KEYS_COLUMN);
	const TupleConstr *constraints = RelationGetDescr(rel)->constr;

	if (column == InvalidAttrNumber || constraints == NULL)
		return NULL;
	if (TupleDescAttr(RelationGetDescr(rel), column - 1)->attgenerated != ATTRIBUTE_GENERATED_STORED)
		return NULL;
	for (int i = 0; i < constraints->num_defval; i++)
		if (constraints->defval[i].adnum == column)
			return stringToNode(constraints->defval[i].adbin);
	return NULL;
}

/* The list of the attributes that the column holds; NULL where it is not ours. */
static text *
names_of(Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	FuncExpr   *call = (FuncExpr *) expression_of(rel);
	AttrNumber	item = get_attnum(relid, "item");
	text	   *names = NULL;

	table_close(rel, NoLock);
	if (call && IsA(call, FuncExpr) && call->funcid == function() && IsA(linitial(call->args), Var) && IsA(lsecond(call->args), Const))
	{
		const Var  *argument = linitial(call->args);
		const Const *constant = lsecond(call->args);

		if (argument->varattno == item && !constant->constisnull)
			names = DatumGetTextPP(constant->constvalue);
	}
	return names;
}

static bool
has_name(const text *names, const DynKeyAttr *attribute)
{
	DynSlice	list = {VARDATA_ANY(names), VARSIZE_ANY_EXHDR(names)};
	DynSlice	name;

	while (dyn_index_keys_next(&list, &name))
		if (name.len == attribute->len && memcmp(name.data, attribute->name, name.len) == 0)
			return true;
	return false;
}

bool
dyn_stored_keys_exist(Oid relid)
{
	return get_attnum(relid, DYN_KEYS_COLUMN) != InvalidAttrNumber;
}

bool
dyn_stored_keys_are_ours(Oid relid)
{
	return dyn_stored_keys_exist(relid) && names_of(relid) != NULL;
}

bool
dyn_stored_keys_hold(Oid relid, const DynKeyAttr *attributes, int count)
{
	text	   *names = dyn_stored_keys_exist(relid) ? names_of(relid) : NULL;

	if (names == NULL)
		return false;
	for (int i = 0; i < count; i++)
		if (!has_name(names, &attributes[i]))
			return false;
	return true;
}

bool
dyn_stored_keys_serve(const DynTableDef *def, const DynIndex *index)
{
	return dyn_stored_keys_needed(def, index) && dyn_stored_keys_hold(def->relid, index->keys, index->npk + index->nsk);
}
