/*
 * operation.h - the operations of the API and their dispatch
 *
 * One row per operation: its name on the wire, its shape (shapes.h), its handler.  SQL functions and the HTTP
 * front both call dyn_api_call; nothing else knows handlers.
 */
#ifndef DYNAPG_API_OPERATION_H
#define DYNAPG_API_OPERATION_H

#include "lib/stringinfo.h"

#include "api/shapes.h"
#include "base/json.h"

typedef void (*DynHandler) (const DynJson *request, StringInfo reply);

typedef struct DynOperation
{
	const char *name;			/* "GetItem" */
	const DynShape *shape;		/* of the request */
	DynHandler	handler;		/* called with a request that passed the shape; appends the reply's JSON */
	bool		writes;			/* changes data or catalogs: refused on a hot standby */
	bool		writes_item;	/* PutItem and similar ones, which can raise TransactionConflictException */
	bool		coordinates;	/* refused on the nodes of Citus that are not its coordinator */
} DynOperation;

/* The operation of that wire name, or NULL. */
extern const DynOperation *dyn_operation_find(const char *name, uint32 len);

/*
 * Parses the request text, validates it against the shape (SerializationException, then all constraint
 * violations in one ValidationException), runs the handler, appends the reply to reply.  An empty text is the
 * empty request.
 *
 * The handler runs in a memory context of its own, which is gone when the call returns; when it raises an
 * error, the context goes with the caller's current one.
 *
 * Returns the number of items that the reply returns or that were written, for statistics.
 */
extern int64 dyn_api_call(const DynOperation *operation, const char *request, size_t len, StringInfo reply);

/* Raises an error for a text that is not JSON. */
typedef void (*DynJsonCheck) (const char *text, size_t len);

/* The same, but `check` chooses the error of a text that is not JSON, which the empty one is not either. It does not see valid requests. */
extern int64 dyn_api_call_checked(const DynOperation *operation, const char *request, size_t len, DynJsonCheck check, StringInfo reply);

#endif							/* DYNAPG_API_OPERATION_H */
