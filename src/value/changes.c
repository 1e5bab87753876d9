/*
 * changes.c - items made of others: joined, without attributes, with a value set at a path
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "value/datum.h"
#include "value/path.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

#define ARG_ROOT(n) dyn_item_root(PG_GETARG_VARLENA_PP(n))

/* The item of argument n, open. */
static DynNode
open_argument(FunctionCallInfo fcinfo, int n)
{
	DynNode		root = dyn_node_of(ARG_ROOT(n));

	dyn_node_open(&root);
	return root;
}

/* item || item: of attributes that both have, those of the right one.  Both are sorted by name. */
SQL_FUNCTION(dynapg_item_concat);
Datum
dynapg_item_concat(PG_FUNCTION_ARGS)
{
	DynValue	a = ARG_ROOT(0);
	DynValue	b = ARG_ROOT(1);
	uint32		na = dyn_value_count(a);
	uint32		nb = dyn_value_count(b);
	uint32		i = 0;
	uint32		j = 0;
	DynNode		root = dyn_node_empty(DYN_M);

	while (i < na || j < nb)
	{
		DynSlice	name_a = {0};
		DynSlice	name_b = {0};
		DynValue	value_a = {0};
		DynValue	value_b = {0};
		int			order;

		if (i < na)
			value_a = dyn_map_member(a, i, &name_a);
		if (j < nb)
			value_b = dyn_map_member(b, j, &name_b);
		order = i == na ? 1 : j == nb ? -1 : dyn_bytes_compare(name_a.data, name_a.len, name_b.data, name_b.len);
		if (order < 0)
			dyn_node_add_member(&root, name_a, dyn_node_of(value_a));
		else
			dyn_node_add_member(&root, name_b, dyn_node_of(value_b));
		i += order <= 0;
		j += order >= 0;
	}
	PG_RETURN_POINTER(dyn_node_build_item(&root));
}

/* The item of argument 0 without the attributes of these names. */
static struct varlena *
without(FunctionCallInfo fcinfo, const DynSlice *names, int count)
{
	DynValue	map = ARG_ROOT(0);
	uint32		members = dyn_value_count(map);
	bool	   *removed = palloc0(members + 1);
	DynNode		root = dyn_node_empty(DYN_M);

	for (int i = 0; i < count; i++)
	{
		uint32		at = members;

		CHECK_FOR_INTERRUPTS();
		if (dyn_map_get_near(map, names[i].data, names[i].len, &at).tag != 0)
			removed[at] = true;
	}
	for (uint32 i = 0; i < members; i++)
	{
		DynSlice	name;
		DynValue	member = dyn_map_member(map, i, &name);

		if (!removed[i])
			dyn_node_add_member(&root, name, dyn_node_of(member));
	}
	return dyn_node_build_item(&root);
}

static DynSlice
slice_of(const text *name)
{
	return (DynSlice) {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
}

/* item - text */
SQL_FUNCTION(dynapg_item_without);
Datum
dynapg_item_without(PG_FUNCTION_ARGS)
{
	DynSlice	name = slice_of(PG_GETARG_TEXT_PP(1));

	PG_RETURN_POINTER(without(fcinfo, &name, 1));
}

/* item - text[]; names that are NULL do not count */
SQL_FUNCTION(dynapg_item_without_array);
Datum
dynapg_item_without_array(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *elements;
	bool	   *nulls;
	DynSlice   *names;
	int			count;
	int			nnames = 0;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("wrong number of array subscripts")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynSlice) * ((Size) count + 1));
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			names[nnames++] = slice_of(DatumGetTextPP(elements[i]));
	}
	PG_RETURN_POINTER(without(fcinfo, names, nnames));
}

/* ---- paths ---- */

/* The child of an opened list or map that the step leads to, or NULL. */
static DynNode *
child_at(DynNode *node, const DynPathStep *step)
{
	int64		index;

	if (node->tag == DYN_M && step->by_name)
		return dyn_node_member(node, step->name.data, step->name.len);
	if (node->tag == DYN_L && (index = dyn_path_index(step, node->count)) >= 0)
		return &node->children[index].node;
	return NULL;
}

/* The node around the last step, with all on the way opened; NULL where the path leads nowhere before it. */
static DynNode *
open_parent(DynNode *root, const DynPath *path)
{
	DynNode    *node = root;

	for (uint32 i = 0; i + 1 < path->count; i++)
	{
		node = child_at(node, &path->steps[i]);
		if (node == NULL)
			return NULL;
		if (node->tag == DYN_M || node->tag == DYN_L)
			dyn_node_open(node);
	}
	return node->tag == DYN_M || node->tag == DYN_L ? node : NULL;
}

static void
remove_element(DynNode *list, int64 index)
{
	memmove(&list->children[index], &list->children[index + 1], sizeof(DynMember) * (list->count - index - 1));
	list->count--;
}

/* item #- path */
static Datum
delete_path(FunctionCallInfo fcinfo, bool is_array)
{
	const DynPath *path = dyn_path_argument(fcinfo, 1, is_array);
	DynNode		root = open_argument(fcinfo, 0);
	const DynPathStep *last;
	DynNode    *parent;
	int64		index;

	if (path == NULL)
		PG_RETURN_NULL();
	if (path->count == 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	last = &path->steps[path->count - 1];
	parent = open_parent(&root, path);
	if (parent == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (parent->tag == DYN_M && last->by_name)
		dyn_node_remove_member(parent, last->name.data, last->name.len);
	else if (parent->tag == DYN_L && (index = dyn_path_index(last, parent->count)) >= 0)
		remove_element(parent, index);
	PG_RETURN_POINTER(dyn_node_build_item(&root));
}

SQL_FUNCTION(dynapg_item_delete_path);
Datum
dynapg_item_delete_path(PG_FUNCTION_ARGS)
{
	return delete_path(fcinfo, false);
}

SQL_FUNCTION(dynapg_item_delete_path_array);
Datum
dynapg_item_delete_path_array(PG_FUNCTION_ARGS)
{
	return delete_path(fcinfo, true);
}

/* Puts a new element at the end, or, for a number before the first one, at the beginning: as jsonb_set does. */
static void
add_element(DynNode *list, const DynPathStep *step, DynNode value)
{
	dyn_node_append(list, value);
	if (step->index >= 0)
		return;
	memmove(&list->children[1], &list->children[0], sizeof(DynMember) * (list->count - 1));
	list->children[0].node = value;
}

static void
set_child(DynNode *parent, const DynPathStep *step, DynNode value, bool create)
{
	DynNode    *child = child_at(parent, step);
	const char *flaw;

	if (child != NULL)
	{
		*child = value;
		return;
	}
	if (!create)
		return;
	if (parent->tag == DYN_L)
	{
		if (!step->by_index)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("path element is not an integer: \"%.*s\"", (int) step->name.len, step->name.data)));
		add_element(parent, step, value);
		return;
	}
	if (!step->by_name)
		return;
	flaw = dyn_tree_json_name_violation(step->name);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
	dyn_node_add_member(parent, step->name, value);
}

/* item_set(item, path, value "any", create_missing): not strict, since a value may be NULL, which is the type NULL */
static Datum
set_path(FunctionCallInfo fcinfo, bool is_array)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 2);
	const DynPath *path;
	DynNode		root;
	DynNode    *parent;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	path = dyn_path_argument(fcinfo, 1, is_array);
	if (path == NULL)
		PG_RETURN_NULL();
	root = open_argument(fcinfo, 0);
	if (path->count == 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	parent = open_parent(&root, path);
	if (parent == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	set_child(parent, &path->steps[path->count - 1],
			  dyn_datum_node(PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2), type, PG_ARGISNULL(2)), PG_GETARG_BOOL(3));
	PG_RETURN_POINTER(dyn_datum_item(&root));
}

SQL_FUNCTION(dynapg_item_set);
Datum
dynapg_item_set(PG_FUNCTION_ARGS)
{
	return set_path(fcinfo, false);
}

SQL_FUNCTION(dynapg_item_set_array);
Datum
dynapg_item_set_array(PG_FUNCTION_ARGS)
{
	return set_path(fcinfo, true);
}
