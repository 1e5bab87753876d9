/*
 * reply.c - what replies to item operations are made of
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/reply.h"
#include "base/errors.h"
#include "base/jsonout.h"

#define CONDITION_FAILED "The conditional request failed"

void
dyn_reply_item(StringInfo reply, const char *member, const struct varlena *item)
{
	dyn_jsonout_member(reply, member);
	dyn_item_print(reply, dyn_item_root(item));
}

void
dyn_reply_node(StringInfo reply, const char *member, DynNode *map)
{
	dyn_jsonout_member(reply, member);
	dyn_item_print(reply, dyn_node_pack(map));
}

void
dyn_reply_condition_failed(const struct varlena *item)
{
	StringInfoData detail;

	if (item == NULL)
		dyn_error(DYN_E_CONDITIONAL_CHECK_FAILED, CONDITION_FAILED);
	initStringInfo(&detail);
	appendStringInfoChar(&detail, '{');
	dyn_reply_item(&detail, "Item", item);
	appendStringInfoChar(&detail, '}');
	dyn_error_detail(DYN_E_CONDITIONAL_CHECK_FAILED, detail.data, CONDITION_FAILED);
}
