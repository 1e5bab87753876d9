/*
 * shapes_read.h - reading a request by its shape
 */
#ifndef DYNAPG_API_SHAPES_READ_H
#define DYNAPG_API_SHAPES_READ_H

#include "api/shapes.h"

/*
 * The request in the text, which must outlive it; NULL for one that needs dyn_json_parse. The result has the JSON types of the
 * shape; its constraints must still be checked.
 */
extern const DynJson *dyn_shape_read(const DynShape *shape, const char *text, size_t len);

#endif							/* DYNAPG_API_SHAPES_READ_H */
