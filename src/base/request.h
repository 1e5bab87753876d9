/*
 * request.h - reading the members of a request that passed its shape, or of JSON that is stored
 *
 * An absent member and JSON null are the same: NULL, a slice with NULL data, or the given default.  So is a member of another kind, as
 * stored JSON may have: whoever may write a row of a catalog writes into it what he likes.  object may be NULL: all its members are
 * absent.
 */
#ifndef DYNAPG_BASE_REQUEST_H
#define DYNAPG_BASE_REQUEST_H

#include "base/json.h"

extern const DynJson *dyn_request_member(const DynJson *object, const char *name);
extern DynSlice dyn_request_string(const DynJson *object, const char *name);
extern bool dyn_request_bool(const DynJson *object, const char *name, bool absent);

/* Numbers with a fraction are cut, numbers out of range go to the nearest int64, as the service reads them. */
extern int64 dyn_request_integer(const DynJson *object, const char *name, int64 absent);

/* A number as the service holds it: cut to an integer, and to the range from low to high. */
extern int64 dyn_request_number(const DynJson *json, int64 low, int64 high);

/* Is the string there and equal to the literal? */
extern bool dyn_request_is(const DynJson *object, const char *name, const char *literal);

/* A member's text as a NUL-terminated palloc'd string, or NULL when it is absent; refuses one with NUL in it, which would be cut. */
extern char *dyn_request_cstring(const DynJson *object, const char *name);

#endif							/* DYNAPG_BASE_REQUEST_H */
