/*
 * transact_token.h - ClientRequestToken of TransactWriteItems and ExecuteTransaction
 *
 * What tells requests apart is a digest of their parameters as they are given, without the token: all that the service model
 * knows of, in an order of its own, since SDKs write the members of maps in any order.  Members that are null are absent, unknown
 * ones are ignored, as everywhere.  AWS documents that a change in any other parameter is a mismatch, so
 * ReturnConsumedCapacity is one of them, a table's ARN is another parameter than its name, and the number 1.0 than 1.
 */
#ifndef DYNAPG_API_TRANSACT_TOKEN_H
#define DYNAPG_API_TRANSACT_TOKEN_H

#include "api/shapes.h"
#include "store/tokens.h"

/* A request's token; zeroed it is none. */
typedef struct DynTransactToken
{
	DynToken	token;			/* text.data NULL: there is none */
	int			nactions;
	struct varlena *units;		/* bytea, a byte of each action; NULL: nothing was noted */
} DynTransactToken;

/*
 * Looks the token of a request of so many actions up.  The prefix keeps tokens of one operation apart from those of others.
 * True: the request has been done before.  False: it is to be done, and dyn_transact_token_keep to be called when it is.
 * Raises IdempotentParameterMismatchException when the token was another request's, TransactionInProgressException while a
 * request of it is under way.
 */
extern bool dyn_transact_token_find(DynTransactToken *token, const DynJson *request, const DynShape *shape, const char *prefix,
									int nactions);

/*
 * Notes the size of an action's item, the larger one of those before and after it, for the reply when the request comes
 * again.  Only needed where the request asks for its capacity, as it will then.
 */
extern void dyn_transact_token_note(DynTransactToken *token, int action, uint32 bytes);

/* Keeps the token, if there is one, and what was noted. */
extern void dyn_transact_token_keep(const DynTransactToken *token);

/* Of a request that has been done before: units of reading the action's item in a transaction, as it was then. */
extern double dyn_transact_token_units(const DynTransactToken *token, int action);

#endif							/* DYNAPG_API_TRANSACT_TOKEN_H */
