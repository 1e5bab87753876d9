/*
 * eval.h - running a program against an item
 *
 * Pure functions of (program, item): no clock, no catalog, no state; this is what lets dynapg.holds and
 * dynapg.apply be IMMUTABLE.  A missing item is the empty map.
 */
#ifndef DYNAPG_EXPR_EVAL_H
#define DYNAPG_EXPR_EVAL_H

#include "expr/program.h"
#include "value/key.h"
#include "value/tree.h"

/* Does the condition (or filter) hold for the item?  True when the program has none. */
extern bool dyn_eval_condition(const DynProgram *program, DynValue root);

/*
 * Applies the update to the item: every right side reads the old item, then all actions take effect.
 * Returns the new item, or NULL with *error set to DynamoDB's ValidationException text ("The provided
 * expression refers to an attribute that does not exist in the item", "An operand in the update
 * expression has an incorrect data type", "Item size to update has exceeded the maximum allowed size", ...).
 * root may be the empty map with the key members added by the caller.
 *
 * The size limit holds for the new item, and where program->limits_writes also for what the update writes by itself: 3 bytes,
 * and for each action its path, with 19 bytes and the value where it sets or adds, else 1.  Attributes that the update leaves
 * unchanged do not count.
 */
extern struct varlena *dyn_update_item(const DynProgram *program, DynValue root, const char **error);

/*
 * The part of an item that the program's projection names.  The result is an open map node, empty when
 * nothing matches; list elements keep their order and close up as DynamoDB does.
 */
extern DynNode dyn_project_item(const DynProgram *program, DynValue root);

/*
 * The part of an item that the program's update paths name: UPDATED_OLD of the old item, UPDATED_NEW of the
 * new one (is_new: what REMOVE names has no new value, even where a list has closed up over it).  An open
 * map node, empty when there is nothing to show.
 */
extern DynNode dyn_project_updated(const DynProgram *program, DynValue root, bool is_new);

/* One step of a path: the member or element of a container, or a value with tag 0. */
extern DynValue dyn_eval_element(const DynProgram *program, const DynPathElement *element, DynValue container);

/* The value at a PATH node, or a value with tag 0. */
extern DynValue dyn_eval_path(const DynProgram *program, const DynExprNode *path, DynValue root);

#endif							/* DYNAPG_EXPR_EVAL_H */
