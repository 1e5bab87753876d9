/*
 * member.c - items as members of JSON objects
 */
#include "postgres.h"

#include "base/jsonout.h"
#include "value/member.h"

void
dyn_member_item(StringInfo reply, const char *member, const struct varlena *item)
{
	dyn_jsonout_member(reply, member);
	dyn_item_print(reply, dyn_item_root(item));
}

void
dyn_member_node(StringInfo reply, const char *member, DynNode *map)
{
	dyn_jsonout_member(reply, member);
	dyn_item_print(reply, dyn_node_pack(map));
}
