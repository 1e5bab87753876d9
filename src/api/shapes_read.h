/*
 * shapes_read.h - reading a request with its shape beside it
 */
#ifndef DYNAPG_API_SHAPES_READ_H
#define DYNAPG_API_SHAPES_READ_H

#include "api/shapes.h"

/*
 * The request in the text, which must outlive it; NULL for one that only dyn_json_parse can judge.  What is returned has
 * the JSON types of the shape; its constraints are still to be checked.
 */
extern const DynJson *dyn_shape_read(const DynShape *shape, const char *text, size_t len);

#endif							/* DYNAPG_API_SHAPES_READ_H */
