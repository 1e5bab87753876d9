/*
 * shape_print.h - values of requests in messages
 */
#ifndef DYNAPG_API_SHAPE_PRINT_H
#define DYNAPG_API_SHAPE_PRINT_H

#include "lib/stringinfo.h"

#include "api/shape.h"

#define DYN_JAVA_PACKAGE "com.amazonaws.dynamodb.v20120810."

/* Appends a member's name as messages write it: the first letter small. */
extern void dyn_shape_print_field(StringInfo out, const char *name);

/* Appends text of a request; a message is a C string, so U+0000 is spelt out. */
extern void dyn_shape_print_text(StringInfo out, DynSlice text);

/* A number as the service holds it. */
extern int64 dyn_shape_print_number(const DynShape *shape, const DynJson *json);

/* Appends a value as a message shows it: Java's toString of it. */
extern void dyn_shape_print(StringInfo out, const DynShape *shape, const DynJson *json);

#endif							/* DYNAPG_API_SHAPE_PRINT_H */
