/*
 * shape_pattern.h - patterns and lengths of strings in requests
 *
 * The patterns are few, so each is a function; its text is only for messages.
 */
#ifndef DYNAPG_API_SHAPE_PATTERN_H
#define DYNAPG_API_SHAPE_PATTERN_H

#include "api/shape.h"

/* Characters as Java counts them: UTF-16 code units. */
extern int64 dyn_shape_pattern_length(DynSlice text);

extern bool dyn_shape_pattern_matches(DynShapePattern pattern, DynSlice text);

/* The regular expression that messages show. */
extern const char *dyn_shape_pattern_text(DynShapePattern pattern);

#endif							/* DYNAPG_API_SHAPE_PATTERN_H */
