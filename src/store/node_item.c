/*
 * node_item.c - what a node of Citus answers another one that asks for an item
 *
 * The other end of far_shard.c.  The answer is what a client of this node would get, with the rights of the user that the other node has
 * connected as.
 *
 * It does not wait for a lock of the distributed table.  The node that asks holds its own lock of that table, and a statement that changes
 * the table locks it on one node after the other: if it has been here and not there yet, each would wait for the other, which nobody
 * sees.  Citus does not need this node's lock.
 *
 * A table of that name which is this node's alone is another one.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "store/sharded.h"
#include "tables/table.h"

PGDLLEXPORT Datum dynapg_node_item(PG_FUNCTION_ARGS);

/* The attribute of the key item; an error where it has none of the type. */
static DynValue
key_value(DynValue root, const DynKeyAttr *attr)
{
	DynValue	value = dyn_map_get(root, attr->name, attr->len);

	if (value.tag != attr->tag)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the key has no attribute %s of type %s", attr->name, dyn_tag_name(attr->tag)));
	return value;
}

/*
 * dynapg.node_item(table_name, key) - the stored item of a key, or NULL: what another node of Citus asks this one for a shard that it has.
 * It needs the right to SELECT from the table, and says what a SELECT would say.  42P01 where there is no such distributed table, 55P03
 * where its lock would have to be waited for, 22023 where the key is not one of the table.
 */
PG_FUNCTION_INFO_V1(dynapg_node_item);
Datum
dynapg_node_item(PG_FUNCTION_ARGS)
{
	const text *name = PG_GETARG_TEXT_PP(0);
	DynValue	root = dyn_item_root(PG_GETARG_VARLENA_PP(1));
	DynTable   *table = dyn_table_lookup_at_once(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	DynKey		key = {0};
	struct varlena *item;

	if (table == NULL || !table->distributed)
		ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no such table"));
	key.pk = key_value(root, &table->pk);
	if (table->sk.tag != 0)
		key.sk = key_value(root, &table->sk);
	item = dyn_sharded_get_here(table, &key);
	if (item == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(item);
}
