/*
 * idempotency.h - a request with a token that comes again is not done again
 */
#ifndef DYNAPG_COMMAND_IDEMPOTENCY_H
#define DYNAPG_COMMAND_IDEMPOTENCY_H

#include "store/tokens.h"

/* A request's token; zeroed it is none. */
typedef struct DynIdempotency
{
	DynToken	token;			/* text.data NULL: there is none */
	int			nactions;
	struct varlena *units;		/* bytea, a byte of each action; NULL: nothing was noted */
} DynIdempotency;

/*
 * Looks the token up.  True: the request has been done before.  False: it is to be done, and dyn_idempotency_keep to be called when
 * it is.  Raises IdempotentParameterMismatchException when the token was another request's, TransactionInProgressException while
 * a request of it is under way.
 */
extern bool dyn_idempotency_find(DynIdempotency *idempotency);

/*
 * Notes the size of an action's item, the larger one of those before and after it, for the reply when the request comes
 * again.  Only needed where the request asks for its capacity, as it will then.
 */
extern void dyn_idempotency_note(DynIdempotency *idempotency, int action, uint32 bytes);

/* Keeps the token, if there is one, and what was noted. */
extern void dyn_idempotency_keep(const DynIdempotency *idempotency);

/* Of a request that has been done before: units of reading the action's item in a transaction, as it was then. */
extern double dyn_idempotency_units(const DynIdempotency *idempotency, int action);

#endif							/* DYNAPG_COMMAND_IDEMPOTENCY_H */
