/*
 * get.c - the read of one item by its key
 *
 * The hottest read: without a projection the stored bytes are printed straight into the reply.
 */
#include "postgres.h"

#include "base/call.h"
#include "command/get.h"
#include "command/keys.h"
#include "expr/eval.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/throttle.h"

void
dyn_get_find_table(DynGet *get)
{
	if (get->table == NULL)
		get->table = dyn_name_find_table(get->table_name, DYN_NAME_DATA);
}

void
dyn_get_find_key(DynGet *get)
{
	get->key = dyn_keys_of_key(get->table, &get->map);
	dyn_keys_check_paths(get->table, get->filter);
	if (get->projection != get->filter)
		dyn_keys_check_paths(get->table, get->projection);
}

bool
dyn_get_shows(const DynGet *get, const struct varlena *item)
{
	if (item == NULL || (get->filter != NULL && !dyn_eval_condition(get->filter, dyn_item_root(item))))
		return false;
	dyn_call_add_items(1);
	return true;
}

struct varlena *
dyn_get_run(const DynGet *get, DynCapacity *capacity)
{
	struct varlena *item;

	dyn_throttle_require(get->table, &get->key, DYN_ALLOWANCE_READ);
	item = dyn_row_get(get->table, &get->key);
	if (capacity->report != DYN_CAPACITY_NONE || dyn_throttle_applies(get->table, DYN_ALLOWANCE_READ))
		capacity->table_units = dyn_capacity_of_read(dyn_image_size(item), get->consistent);
	dyn_throttle_read(get->table, &get->key, capacity);
	return dyn_get_shows(get, item) ? item : NULL;
}

void
dyn_get_print(StringInfo reply, const DynGet *get, const struct varlena *item)
{
	DynNode		part;

	if (get->projection == NULL)
	{
		dyn_printer_item(dyn_table_printer(get->table), reply, dyn_item_root(item));
		return;
	}
	part = get->project != NULL ? get->project(get->projection, dyn_item_root(item)) :
		dyn_project_item(get->projection, dyn_item_root(item));
	dyn_item_print(reply, dyn_node_pack(&part));
}
