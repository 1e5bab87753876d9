/*
 * inspect.h - the requests of the console in the browser that are no operations of the API
 */
#ifndef DYNAPG_API_INSPECT_H
#define DYNAPG_API_INSPECT_H

#include "api/operation.h"

/* The request of that name, or NULL. It is run as an operation is: as the caller's role, with what that role may see. */
extern const DynOperation *dyn_inspect_find(const char *name, uint32 len);

#endif							/* DYNAPG_API_INSPECT_H */
