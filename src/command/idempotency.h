/*
 * idempotency.h - a repeated request with a token is not carried out again
 */
#ifndef DYNAPG_COMMAND_IDEMPOTENCY_H
#define DYNAPG_COMMAND_IDEMPOTENCY_H

#include "store/tokens.h"

/* A request's token; zeroed: it has none. */
typedef struct DynIdempotency
{
	DynToken	token;			/* text.data NULL: there is none */
	bool		everywhere;		/* the request writes distributed tables: all nodes of Citus have to know its token */
	int			nactions;
	struct varlena *units;		/* bytea, a byte of each action; NULL: nothing was noted */
} DynIdempotency;

/*
 * Looks the token up.  True: the request has been carried out before. False: carry it out, then call dyn_idempotency_keep.
 * Raises IdempotentParameterMismatchException when the token belongs to a different request, TransactionInProgressException
 * while a request with it is running.
 */
extern bool dyn_idempotency_find(DynIdempotency *idempotency);

/*
 * Records the size of an action's item, the larger one of before and after, for the reply to a repetition. Only needed if the
 * request asks for its capacity, as the repetition will, too.
 */
extern void dyn_idempotency_note(DynIdempotency *idempotency, int action, uint32 bytes);

/*
 * Stores the token, if there is one, and what was recorded.  Raises TransactionInProgressException where another node has carried out
 * the request meanwhile.
 */
extern void dyn_idempotency_keep(const DynIdempotency *idempotency);

/* For a repeated request: units of reading the action's item in a transaction, as it was then. */
extern double dyn_idempotency_units(const DynIdempotency *idempotency, int action);

#endif							/* DYNAPG_COMMAND_IDEMPOTENCY_H */
