/*
 * request_token.h - the ClientRequestToken of a request, and what tells requests apart
 *
 * What tells requests apart is a digest of their parameters as they are given, without the token: all that the service model
 * knows of, in an order of its own, since SDKs write the members of maps in any order.  Members that are null are absent, unknown
 * ones are ignored, as everywhere.  AWS documents that a change in any other parameter is a mismatch, so
 * ReturnConsumedCapacity is one of them, a table's ARN is another parameter than its name, and the number 1.0 than 1.
 */
#ifndef DYNAPG_API_REQUEST_TOKEN_H
#define DYNAPG_API_REQUEST_TOKEN_H

#include "api/shapes.h"
#include "command/idempotency.h"

/* The token of a request of so many actions.  The prefix keeps tokens of one operation apart from those of others. */
extern DynIdempotency dyn_request_token_read(const DynJson *request, const DynShape *shape, const char *prefix, int nactions);

#endif							/* DYNAPG_API_REQUEST_TOKEN_H */
