/*
 * tree.h - attribute values while they are being made or changed
 *
 * A node is either packed (bytes in stored form, see value.h) or open: a list or map with an array of children.  Changing a
 * path opens only the nodes on the path; packing writes the stored form, copying
 * packed parts as they are.  Scalars and sets are always packed.
 *
 * A map's members may be in any order while open; packing sorts them.  Nodes live in the current memory
 * context and borrow the bytes that they point to.
 */
#ifndef DYNAPG_VALUE_TREE_H
#define DYNAPG_VALUE_TREE_H

#include "base/violation.h"
#include "value/value.h"

typedef struct DynNode DynNode;
typedef struct DynMember DynMember;

struct DynNode
{
	uint8		tag;			/* DynTag; 0 for "no value" */
	bool		open;
	uint32		count;			/* children, when open */
	uint32		room;			/* children that fit the array */
	DynMember  *children;		/* when open */
	DynValue	packed;			/* when not open */
};

struct DynMember
{
	DynSlice	name;			/* of a map's member; unused in a list */
	DynNode		node;
};

/* A packed node over a value. */
extern DynNode dyn_node_of(DynValue v);

/* Makes a packed L or M open (one level; children stay packed); no-op when it is open. */
extern void dyn_node_open(DynNode *node);

/* An open, empty list (DYN_L) or map (DYN_M). */
extern DynNode dyn_node_empty(DynTag tag);

/* The member of an open map, or NULL. */
extern DynNode *dyn_node_member(DynNode *map, const char *name, uint32 len);

/* Replaces or adds a member of an open map; the name's bytes are borrowed. */
extern void dyn_node_set_member(DynNode *map, DynSlice name, DynNode value);

/* Adds a member that the caller knows to be missing, which saves the search. */
extern void dyn_node_add_member(DynNode *map, DynSlice name, DynNode value);

/* Removes a member of an open map if it is there. */
extern void dyn_node_remove_member(DynNode *map, const char *name, uint32 len);

/* Appends to an open list. */
extern void dyn_node_append(DynNode *list, DynNode value);

/*
 * Packs elements (scalars of one type, any order) as a set: sorted, unique.  Returns tag 0 when two
 * elements are equal and !merge; with merge, duplicates become one element.
 */
extern DynValue dyn_tree_set_pack(DynTag set_tag, DynValue *elements, uint32 count, bool merge);

/* a UNION b, and a MINUS b (tag 0 when nothing is left), for sets of one type. */
extern DynValue dyn_tree_set_union(DynValue a, DynValue b);
extern DynValue dyn_tree_set_minus(DynValue a, DynValue b);

/* The stored form of a node, palloc'd when it was open. */
extern DynValue dyn_node_pack(DynNode *node);

/* The item whose root is the (map) node: one palloc'd varlena with version and size filled in. */
extern struct varlena *dyn_node_build_item(DynNode *root);

/*
 * Reads DynamoDB JSON for one attribute value, {"S":"x"}.  Returns true, or false with *violation set: what is wrong, in
 * the wording's text ("Supplied AttributeValue is empty, ..."; "The parameter cannot be converted to a numeric value:
 * abc"; ...) without an envelope.  JSON types that do not fit ({"S":5}, bad base64) are the SerializationException that
 * dyn_tree_json_check_types reports; this function raises it too, so that it is safe alone.  Nesting over DYN_MAX_NESTING is
 * a violation.
 */
extern bool dyn_tree_json_node(const DynJson *json, const DynWording *wording, DynNode *out, DynViolation *violation);

/* The same for a map of attribute values: an item, a key. The root is open. */
extern bool dyn_tree_json_item_node(const DynJson *json, const DynWording *wording, DynNode *out, DynViolation *violation);

/* The same for the item itself; NULL with *violation set. */
extern struct varlena *dyn_tree_json_item(const DynJson *json, const DynWording *wording, DynViolation *violation);

/*
 * DynamoDB's ValidationException text for an empty attribute name, or NULL for a good one.  Raises the error for a
 * name that is too long, which the service words the same wherever the name stands.
 */
extern const char *dyn_tree_json_name_violation(DynSlice name);

/* DynamoDB's ValidationException text for a value inside DYN_MAX_NESTING or more lists and maps. */
extern const char *const dyn_tree_json_nesting_violation;

/*
 * Raises DynamoDB's SerializationException when JSON types under an attribute value (or a map of them)
 * do not fit: the first stage of request validation, before any ValidationException.
 */
extern void dyn_tree_json_check_types(const DynJson *json);
extern void dyn_tree_json_check_map_types(const DynJson *json);

#endif							/* DYNAPG_VALUE_TREE_H */
