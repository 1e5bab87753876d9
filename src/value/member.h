/*
 * member.h - items as members of JSON objects
 */
#ifndef DYNAPG_VALUE_MEMBER_H
#define DYNAPG_VALUE_MEMBER_H

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "value/tree.h"

/* Appends a member that holds an item, from its stored bytes. */
extern void dyn_member_item(StringInfo reply, const char *member, const struct varlena *item);

/* The same for a (part of an) item that is a map node. */
extern void dyn_member_node(StringInfo reply, const char *member, DynNode *map);

#endif							/* DYNAPG_VALUE_MEMBER_H */
