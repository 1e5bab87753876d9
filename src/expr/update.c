/*
 * update.c - update actions applied to an item
 *
 * Two passes.  The first computes what every action stores, reading the old item only.  The second applies
 * the actions to a tree in which just the containers on their paths are open; everything else stays packed
 * and is copied as bytes.  List positions are the old ones throughout: a removed element leaves a hole until
 * all actions are done, and elements set past the end are appended last, in the order of their indices.
 *
 * A failure is a static or palloc'd text in Update.error; nothing is raised, so that the caller can distinguish an update that
 * does not fit the item from other errors.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/limits.h"
#include "expr/eval.h"
#include "value/number.h"

/* Actions up to this number need no allocation of their own. */
#define FEW_ACTIONS 8

/* What an update writes beyond its names and values, as measured on the service. */
#define COST_OF_UPDATE		3
#define COST_OF_SETTING		19	/* SET, ADD */
#define COST_OF_REMOVING	1	/* REMOVE, DELETE */
#define COST_OF_STEP		2	/* of a path into a list or map, beside its text */

static const char no_attribute[] =
"The provided expression refers to an attribute that does not exist in the item";
static const char wrong_type[] = "An operand in the update expression has an incorrect data type";
static const char legacy_wrong_type[] = "Type mismatch for attribute to update";
static const char invalid_path[] = "The document path provided in the update expression is invalid for update";
static const char too_large[] = "Item size to update has exceeded the maximum allowed size";

/* What an action does to its path, known after the first pass. */
typedef enum Effect
{
	EFFECT_NONE,				/* nothing, but the path must still be a valid one */
	EFFECT_STORE,
	EFFECT_REMOVE
} Effect;

typedef struct Action
{
	const DynExprNode *path;
	Effect		effect;
	bool		append;			/* stores past the end of a list: applied last */
	DynNode		value;			/* of EFFECT_STORE */
} Action;

typedef struct Update
{
	const DynProgram *program;
	DynValue	old;			/* root of the old item */
	DynNode		root;			/* of the new one */
	uint32		nappends;
	bool		holes;			/* a list has elements with tag 0 */
	const char *error;			/* NULL: all well so far */
} Update;

static bool operand_node(Update *u, const DynExprNode *node, DynNode *out);

static bool
fail(Update *u, const char *error)
{
	u->error = error;
	return false;
}

/* A value has a type that the node cannot take. */
static bool
fail_type(Update *u, const DynExprNode *node)
{
	return fail(u, (node->flags & DYN_NODE_LEGACY) ? legacy_wrong_type : wrong_type);
}

static inline const DynExprNode *
node_at(const Update *u, int32 index)
{
	return dyn_program_nodes(u->program) + index;
}

static inline const DynPathElement *
elements_of(const Update *u, const DynExprNode *path)
{
	return dyn_program_elements(u->program) + path->arg;
}

static inline DynSlice
element_name(const Update *u, const DynPathElement *element)
{
	return (DynSlice) {(const char *) dyn_program_bytes(u->program) + element->offset, element->len};
}

/* ---- first pass: values ---- */

static bool
add_numbers(Update *u, DynValue a, DynValue b, bool subtract, DynNode *out)
{
	uint8	   *sum = palloc(DYN_NUMBER_MAX_BYTES);
	int			len = dyn_number_add(a.data, a.len, b.data, b.len, subtract, sum, &u->error);

	if (len < 0)
		return false;
	*out = dyn_node_of((DynValue) {DYN_N, (uint32) len, sum});
	return true;
}

/* Appends the elements of the list value to the open list. */
static void
append_elements(DynNode *list, const DynNode *more)
{
	if (more->open)
	{
		for (uint32 i = 0; i < more->count; i++)
			dyn_node_append(list, more->children[i].node);
		return;
	}
	for (uint32 i = 0, count = dyn_value_count(more->packed); i < count; i++)
		dyn_node_append(list, dyn_node_of(dyn_list_element(more->packed, i)));
}

/* The two operands of list_append, plus, minus, both of the type. */
static bool
operand_pair(Update *u, const DynExprNode *node, uint8 tag, DynNode *a, DynNode *b)
{
	const DynExprNode *left = node_at(u, node->child);

	if (!operand_node(u, left, a) || !operand_node(u, node_at(u, left->next), b))
		return false;
	if (a->tag != tag || b->tag != tag)
		return fail_type(u, node);
	return true;
}

/* The value of a right side. */
static bool
operand_node(Update *u, const DynExprNode *node, DynNode *out)
{
	DynNode		right;
	DynValue	v;

	check_stack_depth();
	switch (node->op)
	{
		case DYN_OP_VALUE:
			*out = dyn_node_of(dyn_program_value(u->program, node->arg));
			return true;
		case DYN_OP_PATH:
			v = dyn_eval_path(u->program, node, u->old);
			if (v.tag == 0)
				return fail(u, no_attribute);
			*out = dyn_node_of(v);
			return true;
		case DYN_OP_IF_NOT_EXISTS:
			node = node_at(u, node->child);
			v = dyn_eval_path(u->program, node, u->old);
			if (v.tag == 0)
				return operand_node(u, node_at(u, node->next), out);
			*out = dyn_node_of(v);
			return true;
		case DYN_OP_LIST_APPEND:
			if (!operand_pair(u, node, DYN_L, out, &right))
				return false;
			dyn_node_open(out);
			append_elements(out, &right);
			return true;
		case DYN_OP_PLUS:
		case DYN_OP_MINUS:
			return operand_pair(u, node, DYN_N, out, &right) &&
				add_numbers(u, out->packed, right.packed, node->op == DYN_OP_MINUS, out);
		default:
			elog(ERROR, "dynapg: node %u is not an operand of an update", node->op);
	}
}

/* ADD: a number to a number, members to a set. */
static bool
add_value(Update *u, const DynExprNode *node, DynValue value, Action *action)
{
	DynValue	old = dyn_eval_path(u->program, action->path, u->old);

	if ((value.tag != DYN_N && dyn_set_element_tag(value.tag) == 0) || (old.tag != 0 && old.tag != value.tag))
		return fail_type(u, node);
	action->effect = EFFECT_STORE;
	if (old.tag == DYN_N)
		return add_numbers(u, old, value, false, &action->value);
	action->value = dyn_node_of(old.tag == 0 ? value : dyn_tree_set_union(old, value));
	return true;
}

/* DELETE: members from a set; when the last member goes, so does the attribute. */
static bool
delete_value(Update *u, const DynExprNode *node, DynValue value, Action *action)
{
	DynValue	old = dyn_eval_path(u->program, action->path, u->old);
	DynValue	rest;

	action->effect = EFFECT_NONE;
	if (old.tag == 0)
		return true;
	if (old.tag != value.tag || dyn_set_element_tag(old.tag) == 0)
		return fail_type(u, node);
	rest = dyn_tree_set_minus(old, value);
	action->effect = rest.tag == 0 ? EFFECT_REMOVE : EFFECT_STORE;
	action->value = dyn_node_of(rest);
	return true;
}

/* Finds out what the action does. */
static bool
prepare(Update *u, const DynExprNode *node, Action *action)
{
	const DynExprNode *right;

	action->path = node_at(u, node->child);
	action->append = false;
	if (node->op == DYN_OP_REMOVE)
	{
		action->effect = EFFECT_REMOVE;
		return true;
	}

	right = node_at(u, action->path->next);
	if (node->op == DYN_OP_SET)
	{
		action->effect = EFFECT_STORE;
		return operand_node(u, right, &action->value);
	}
	if (node->op == DYN_OP_ADD)
		return add_value(u, node, dyn_program_value(u->program, right->arg), action);
	return delete_value(u, node, dyn_program_value(u->program, right->arg), action);
}

/* ---- second pass: the tree ---- */

/* The child of an open container at a path element, or NULL. */
static DynNode *
child_at(Update *u, DynNode *container, const DynPathElement *element)
{
	if (element->offset != DYN_ELEMENT_INDEX)
	{
		DynSlice	name = element_name(u, element);

		return dyn_node_member(container, name.data, name.len);
	}
	if (element->len >= container->count || container->children[element->len].node.tag == 0)
		return NULL;
	return &container->children[element->len].node;
}

/* The open container that holds the path's last element; NULL with the error set when there is none that fits. */
static DynNode *
open_parent(Update *u, const DynExprNode *path)
{
	const DynPathElement *element = elements_of(u, path);
	DynNode    *node = &u->root;

	for (uint32 i = 0;; i++)
	{
		uint8		wanted = element[i].offset == DYN_ELEMENT_INDEX ? DYN_L : DYN_M;

		if (node == NULL || node->tag != wanted)
		{
			u->error = invalid_path;
			return NULL;
		}
		dyn_node_open(node);
		if (i + 1 == path->narg)
			return node;
		node = child_at(u, node, &element[i]);
	}
}

/* Levels of values below a node: 0 for a scalar, a set and an empty container. */
static uint32
levels_below(const DynNode *node)
{
	uint32		levels = 0;
	uint32		count;

	if (node->tag != DYN_L && node->tag != DYN_M)
		return 0;
	check_stack_depth();
	count = node->open ? node->count : dyn_value_count(node->packed);
	for (uint32 i = 0; i < count; i++)
	{
		DynNode		child;
		DynSlice	name;
		uint32		below;

		if (node->open)
			child = node->children[i].node;
		else if (node->tag == DYN_L)
			child = dyn_node_of(dyn_list_element(node->packed, i));
		else
			child = dyn_node_of(dyn_map_member(node->packed, i, &name));
		below = levels_below(&child);
		levels = Max(levels, below + 1);
	}
	return levels;
}

static bool
apply(Update *u, Action *action)
{
	const DynPathElement *last = elements_of(u, action->path) + action->path->narg - 1;
	DynNode    *parent = open_parent(u, action->path);
	bool		is_index = last->offset == DYN_ELEMENT_INDEX;

	if (parent == NULL)
		return false;
	if (action->effect == EFFECT_NONE)
		return true;

	if (action->effect == EFFECT_REMOVE)
	{
		DynSlice	name = element_name(u, last);

		if (!is_index)
			dyn_node_remove_member(parent, name.data, name.len);
		else if (last->len < parent->count)
		{
			parent->children[last->len].node = (DynNode) {0};
			u->holes = true;
		}
		return true;
	}

	/* Below the top level, even a value of valid depth can become too deep. */
	if (action->path->narg > 1 && action->path->narg - 1 + levels_below(&action->value) >= DYN_MAX_NESTING)
		return fail(u, dyn_tree_json_nesting_violation);
	if (!is_index)
		dyn_node_set_member(parent, element_name(u, last), action->value);
	else if (last->len < parent->count)
		parent->children[last->len].node = action->value;
	else
	{
		action->append = true;
		u->nappends++;
	}
	return true;
}

/* Order of appended elements: by index; sorting is only needed within one list, but harmless across. */
static int
compare_appends(const void *left, const void *right, void *arg)
{
	const Action *a = *(const Action *const *) left;
	const Action *b = *(const Action *const *) right;
	uint32		x = (elements_of(arg, a->path) + a->path->narg - 1)->len;
	uint32		y = (elements_of(arg, b->path) + b->path->narg - 1)->len;

	return (x > y) - (x < y);
}

static bool
append_all(Update *u, Action *actions, uint32 count)
{
	const Action **appends = palloc(u->nappends * sizeof(*appends));
	uint32		n = 0;

	for (uint32 i = 0; i < count; i++)
	{
		if (actions[i].append)
			appends[n++] = &actions[i];
	}
	qsort_arg(appends, n, sizeof(*appends), compare_appends, u);
	for (uint32 i = 0; i < n; i++)
	{
		DynNode    *list = open_parent(u, appends[i]->path);

		if (list == NULL)
			return false;
		dyn_node_append(list, appends[i]->value);
	}
	return true;
}

/* Removes the holes from all open lists. */
static void
close_up(DynNode *node)
{
	uint32		kept = 0;

	check_stack_depth();
	for (uint32 i = 0; i < node->count; i++)
	{
		if (node->children[i].node.tag == 0)
			continue;
		if (kept != i)
			node->children[kept] = node->children[i];
		if (node->children[kept].node.open)
			close_up(&node->children[kept].node);
		kept++;
	}
	node->count = kept;
}

static uint32
decimal_digits(uint32 number)
{
	uint32		digits = 1;

	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

/* What a path counts: its text, a.b[10], and something for each step beyond the attribute. */
static uint64
path_cost(Update *u, const DynExprNode *path)
{
	const DynPathElement *element = elements_of(u, path);
	uint64		cost = element[0].len;

	for (uint32 i = 1; i < path->narg; i++)
	{
		bool		is_index = element[i].offset == DYN_ELEMENT_INDEX;

		cost += COST_OF_STEP + (is_index ? strlen("[]") + decimal_digits(element[i].len) : strlen(".") + element[i].len);
	}
	return cost;
}

/* What the action at that node counts without its value. */
static uint64
action_cost(Update *u, const DynExprNode *node)
{
	bool		sets = node->op == DYN_OP_SET || node->op == DYN_OP_ADD;

	return path_cost(u, node_at(u, node->child)) + (sets ? COST_OF_SETTING : COST_OF_REMOVING);
}

/* The value that the action writes: what SET stores, what ADD adds. */
static uint64
value_cost(Update *u, const DynExprNode *node, const Action *action)
{
	DynNode		stored = action->value;

	if (node->op == DYN_OP_SET)
		return dyn_value_size(dyn_node_pack(&stored));
	if (node->op == DYN_OP_ADD)
		return dyn_value_size(dyn_program_value(u->program, node_at(u, action->path->next)->arg));
	return 0;
}

/* The limits on the size of the item and of what the statement writes; see eval.h. */
static bool
size_allowed(Update *u, const struct varlena *item, const Action *actions, uint32 count)
{
	uint64		size = dyn_item_size(item);
	uint64		written = COST_OF_UPDATE;
	int32		index = u->program->update;

	if (size > DYN_MAX_ITEM_SIZE)
		return false;
	if (!u->program->limits_writes)
		return true;
	for (uint32 i = 0; i < count; i++, index = node_at(u, index)->next)
		written += action_cost(u, node_at(u, index));

	/* Most updates are small: what they set is part of the item, except a number that ADD adds. */
	if (written + size + count * DYN_NUMBER_MAX_BYTES <= DYN_MAX_ITEM_SIZE)
		return true;
	index = u->program->update;
	for (uint32 i = 0; i < count; i++, index = node_at(u, index)->next)
		written += value_cost(u, node_at(u, index), &actions[i]);
	return written <= DYN_MAX_ITEM_SIZE;
}

static struct varlena *
run_actions(Update *u, Action *actions, uint32 count)
{
	struct varlena *item;
	int32		index = u->program->update;

	for (uint32 i = 0; i < count; i++, index = node_at(u, index)->next)
	{
		if (!prepare(u, node_at(u, index), &actions[i]))
			return NULL;
	}
	u->root = dyn_node_of(u->old);
	dyn_node_open(&u->root);
	for (uint32 i = 0; i < count; i++)
	{
		if (!apply(u, &actions[i]))
			return NULL;
	}
	if (u->nappends > 0 && !append_all(u, actions, count))
		return NULL;
	if (u->holes)
		close_up(&u->root);
	item = dyn_node_build_item(&u->root);
	if (!size_allowed(u, item, actions, count))
	{
		u->error = too_large;
		return NULL;
	}
	return item;
}

struct varlena *
dyn_update_item(const DynProgram *program, DynValue root, const char **error)
{
	Update		u = {.program = program, .old = root};
	Action		few[FEW_ACTIONS];
	Action	   *actions = few;
	uint32		count = 0;
	struct varlena *item;

	for (int32 i = program->update; i >= 0; i = node_at(&u, i)->next)
		count++;
	if (count > FEW_ACTIONS)
		actions = palloc(count * sizeof(Action));
	item = run_actions(&u, actions, count);
	if (actions != few)
		pfree(actions);
	*error = u.error;
	return item;
}
