/*
 * refusal.h - what a table's owner has made refuses a request: constraints, triggers, indexes and expressions
 *
 * Such an error is PostgreSQL's, and its text is not for clients: it may hold values of other rows and names of what the client may
 * not see.  A client learns the name of the constraint.  An owner who wants a client to read a text raises an exception
 * of the API by its SQLSTATE (errors.def); that is no refusal in this sense.
 */
#ifndef DYNAPG_BASE_REFUSAL_H
#define DYNAPG_BASE_REFUSAL_H

#include "postgres.h"

/*
 * The text of the ValidationException for that error; NULL where the error is no refusal.  writes: the statement wrote items, so a value
 * that an expression cannot take is one of the request.
 */
extern const char *dyn_refusal_text(const ErrorData *error, bool writes);

/* Writes the error to the server's log as that of `what`, without the details that hold items. */
extern void dyn_refusal_log(const ErrorData *error, const char *what);

#endif							/* DYNAPG_BASE_REFUSAL_H */
