/*
 * items.h - what GetItem and BatchGetItem share
 */
#ifndef DYNAPG_API_ITEMS_H
#define DYNAPG_API_ITEMS_H

#include "api/operation.h"
#include "base/violation.h"
#include "expr/program.h"

/*
 * The projection parameters of GetItem and BatchGetItem, in one object of the request: raises an error for legacy parameters
 * together with expressions, and for names without an expression.
 */
extern void dyn_item_get_check(const DynJson *object);

/* Raises an error for legacy parameters in one of the parts of a request, its members, and expressions in another one. */
extern void dyn_item_get_check_parts(const DynJson *parts);

/* The program of the object's projection, or NULL for the whole item. */
extern DynProgram *dyn_item_get_projection(const DynJson *object);

/* The same for requests without a member AttributesToGet. */
extern DynProgram *dyn_item_get_projection_expression(const DynJson *object, const DynWording *wording);

#endif							/* DYNAPG_API_ITEMS_H */
