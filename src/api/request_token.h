/*
 * request_token.h - the ClientRequestToken of a request, and the digest that distinguishes requests
 *
 * Requests are compared by a digest of their parameters as given, without the token: of all members in the service model, in a
 * fixed order, since SDKs write the members of maps in any order. Members that are null count as absent, unknown ones are
 * ignored, as everywhere.  AWS documents that a change in any other parameter is a mismatch, so
 * ReturnConsumedCapacity counts, too, and a table's ARN differs from its name, and the number 1.0 from 1.
 */
#ifndef DYNAPG_API_REQUEST_TOKEN_H
#define DYNAPG_API_REQUEST_TOKEN_H

#include "api/shapes.h"
#include "command/idempotency.h"

/* The token of a request with that number of actions. The prefix separates the tokens of different operations. */
extern DynIdempotency dyn_request_token_read(const DynJson *request, const DynShape *shape, const char *prefix, int nactions);

#endif							/* DYNAPG_API_REQUEST_TOKEN_H */
