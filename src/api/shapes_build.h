/*
 * shapes_build.h - initialisers for the tables of shapes, and the shapes that several of them share
 *
 * Included by the shapes_*.c files only.
 */
#ifndef DYNAPG_API_SHAPES_BUILD_H
#define DYNAPG_API_SHAPES_BUILD_H

#include "api/shapes.h"
#include "base/limits.h"

/* A string of low to high characters. */
#define STRING_OF(shape_name, low, high) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRING, .has_min = true, .min = (low), .has_max = true, .max = (high)}

/* The name of a table or an index. */
#define NAME_OF(shape_name) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRING, .has_min = true, .min = DYN_MIN_TABLE_NAME, \
	 .has_max = true, .max = DYN_MAX_TABLE_NAME, .pattern = DYN_PATTERN_NAME}

/* A name whose length is reported before its characters. */
#define LENGTH_FIRST_NAME_OF(shape_name) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRING, .has_min = true, .min = DYN_MIN_TABLE_NAME, \
	 .has_max = true, .max = DYN_MAX_TABLE_NAME, .pattern = DYN_PATTERN_NAME, .length_first = true}

/* The same, or an ARN. */
#define NAME_OR_ARN_OF(shape_name) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRING, .has_min = true, .min = DYN_MIN_TABLE_NAME, \
	 .has_max = true, .max = DYN_MAX_TABLE_NAME, .pattern = DYN_PATTERN_NAME, .length_first = true, .or_arn = true}

#define ENUM_OF(shape_name, texts) {.name = (shape_name), .kind = DYN_SHAPE_STRING, .values = (texts)}

/* The number of a structure's members; does not compile if there are more than the checks have room for. */
#define COUNT_OF(members) \
	(lengthof(members) + 0 * sizeof(char[lengthof(members) <= DYN_MAX_SHAPE_FIELDS ? 1 : -1]))

#define STRUCTURE_OF(shape_name, members) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRUCTURE, .fields = (members), .nfields = COUNT_OF(members)}

/* A structure that messages show with its members, followed by this text. */
#define SHOWN_STRUCTURE_OF(shape_name, members, after) \
	{.name = (shape_name), .kind = DYN_SHAPE_STRUCTURE, .fields = (members), .nfields = COUNT_OF(members), .shown = (after)}

#define LIST_OF(shape_name, of) {.name = (shape_name), .kind = DYN_SHAPE_LIST, .element = &(of)}

#define BOUNDED_LIST_OF(shape_name, of, low, high) \
	{.name = (shape_name), .kind = DYN_SHAPE_LIST, .has_min = true, .min = (low), .has_max = true, .max = (high), \
	 .element = &(of)}

#define MAP_OF(shape_name, by, of) {.name = (shape_name), .kind = DYN_SHAPE_MAP, .key = &(by), .element = &(of)}

#define BOUNDED_MAP_OF(shape_name, by, of, low, high) \
	{.name = (shape_name), .kind = DYN_SHAPE_MAP, .has_min = true, .min = (low), .has_max = true, .max = (high), \
	 .key = &(by), .element = &(of)}

extern const DynShape dyn_shape_boolean;
extern const DynShape dyn_shape_string;	/* without constraints */
extern const DynShape dyn_shape_table_arn;	/* a TableName member, name or ARN, as the item operations check it */
extern const DynShape dyn_shape_table;	/* the same as the table operations check it */
extern const DynShape dyn_shape_table_name; /* a name only */
extern const DynShape dyn_shape_index_name;
extern const DynShape dyn_shape_backup_arn;
extern const DynShape dyn_shape_tags;
extern const DynShape dyn_shape_table_creation; /* of an import */

#endif							/* DYNAPG_API_SHAPES_BUILD_H */
