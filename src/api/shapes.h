/*
 * shapes.h - the shapes of requests and the engine that checks them
 *
 * Model.  A shape is a constant table that says what a request, or a part of it, may look like: JSON type,
 * members, which of them are required, lengths, ranges, pattern, enum.  The tables (shapes_table.c,
 * shapes_item.c) are written by hand in the server's order, since that order shows in messages; test/tools/shapes-check
 * compares them with AWS's service model.
 *
 * dyn_shape_check works as the service does, in two stages, each over the whole request:
 *
 *		1. JSON types of every known member, at any depth: the first mismatch is a SerializationException
 *		2. constraints: all violations (ten at most) together in one ValidationException, except those that are reported alone
 *
 * A JSON null member counts as absent; unknown members are ignored.  Nothing is allocated for a request
 * that passes.
 */
#ifndef DYNAPG_API_SHAPES_H
#define DYNAPG_API_SHAPES_H

#include "api/shape.h"

#define DYN_MAX_SHAPE_FIELDS	20	/* members of one structure */
#define DYN_MAX_VIOLATIONS		10	/* constraint violations in one message, as in the service */

/* Raises SerializationException or ValidationException when the request does not fit the shape. */
extern void dyn_shape_check(const DynShape *shape, const DynJson *request);

/* The second stage alone, for a request that is known to have the right JSON types. */
extern void dyn_shape_check_constraints(const DynShape *shape, const DynJson *request);

/* The index of the structure's field with that name, or -1. */
extern int	dyn_shape_find_field(const DynShape *shape, DynSlice name);

/* The request of each operation (shapes_*.c). */
#define DYN_OPERATION(wire_name, c_name, access) extern const DynShape dyn_shape_##c_name;
#include "api/operations.def"
#undef DYN_OPERATION

/* A reply of DescribeTable that is given as a request. */
extern const DynShape dyn_shape_description;

/* The requests of the console (inspect.h). */
extern const DynShape dyn_shape_inspect_role;
extern const DynShape dyn_shape_inspect_statistics;
extern const DynShape dyn_shape_inspect_create_key;
extern const DynShape dyn_shape_inspect_change_key;
extern const DynShape dyn_shape_inspect_drop_key;

#endif							/* DYNAPG_API_SHAPES_H */
