/*
 * reply.h - what replies to item operations are made of
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_REPLY_H
#define DYNAPG_API_REPLY_H

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "value/tree.h"

/* Appends a member that holds an item, from its stored bytes. */
extern void dyn_reply_item(StringInfo reply, const char *member, const struct varlena *item);

/* The same for a (part of an) item that is a map node. */
extern void dyn_reply_node(StringInfo reply, const char *member, DynNode *map);

/* Raises ConditionalCheckFailedException, with the item (NULL: without) in its detail. */
extern void dyn_reply_condition_failed(const struct varlena *item) pg_attribute_noreturn();

#endif							/* DYNAPG_API_REPLY_H */
