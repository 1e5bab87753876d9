/*
 * call.h - the call of the API that this backend works on
 */
#ifndef DYNAPG_BASE_CALL_H
#define DYNAPG_BASE_CALL_H

#include "base/json.h"

typedef struct DynCall
{
	const char *operation;		/* its name, "GetItem"; NULL: none */
	int64		items;			/* returned or written so far, for statistics */
	bool		remote;			/* a request over HTTP, not a call that SQL makes, also within such a request */
} DynCall;

/*
 * Begins a call and returns the one that it interrupts, which dyn_call_end continues; dyn_call_end returns the items of the
 * call that ends. After an error nobody ends the call; the next dyn_call_begin replaces it, and nothing looks at it in between.
 */
extern DynCall dyn_call_begin(const char *operation);
extern int64 dyn_call_end(DynCall outer);

/* The name of the current call's operation, for messages; "*" outside of a call, as in other SQL functions. */
extern const char *dyn_call_operation(void);

/* Did the current call come over HTTP?  Then its caller reads the exceptions of the API alone, and no errors of PostgreSQL. */
extern bool dyn_call_is_remote(void);

/* The host that the request was sent to, as its client wrote it; empty for a call by SQL. */
extern DynSlice dyn_call_host(void);

/* Begins a request over HTTP: the next call is the remote one.  The other ends it. */
extern void dyn_call_begin_remote(DynSlice host);
extern void dyn_call_end_remote(void);

/* Adds to the number of items that the current call returned or wrote. */
extern void dyn_call_add_items(int64 items);

/* Raises the error of a write operation on a hot standby. */
extern void dyn_call_require_primary(void);

#endif							/* DYNAPG_BASE_CALL_H */
