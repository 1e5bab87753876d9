/*
 * execute.h - an operation as one transaction
 */
#ifndef DYNAPG_HTTP_EXECUTE_H
#define DYNAPG_HTTP_EXECUTE_H

#include "postgres.h"

#include "api/operation.h"
#include "http/request.h"

/* Sets timeouts and other settings of requests; again after a reload. */
extern void dyn_execute_init(void);
extern void dyn_execute_reload(void);

/*
 * Authenticates the request, runs the operation as its role in one transaction and appends the JSON of the reply, or of
 * the error, to body.  Returns the HTTP status.  All memory is in the current memory context, which the caller resets.
 */
extern int	dyn_execute(const DynHttpRequest *request, const DynOperation *operation, StringInfo body);

/* Is it one JSON value, or empty?  Outside of a transaction. */
extern bool dyn_execute_is_json(DynSlice text);

#endif							/* DYNAPG_HTTP_EXECUTE_H */
