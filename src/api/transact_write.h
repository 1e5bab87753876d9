/*
 * transact_write.h - writes and condition checks, all or none
 */
#ifndef DYNAPG_API_TRANSACT_WRITE_H
#define DYNAPG_API_TRANSACT_WRITE_H

#include "api/shapes.h"
#include "command/write.h"
#include "store/cancellation.h"
#include "throughput/consumed.h"

/* The first members are for the caller to fill in: in call the request, write.kind, write.item, program and what follows from it. */
typedef struct DynTransactAction
{
	DynWriteCall call;
	DynSlice	table_name;		/* as the request gave it */
	DynNode		map;			/* Key or Item */
	bool		inserts;		/* its condition says that there is no such item */

	DynReason  *reason;
	DynWriteResult result;
	DynConsumedTable *account;	/* of its table */
} DynTransactAction;

/* How an operation differs from the other. */
typedef struct DynTransactKind
{
	const DynShape *shape;		/* of the request */
	const char *token_prefix;	/* what precedes its tokens, so that they are not the other's */
	bool		responses;		/* the reply has an entry for each action */
} DynTransactKind;

/* Carries the actions out and appends the whole reply.  request: what it says of token and capacity. */
extern void dyn_transact_write(DynTransactAction *actions, int count, const DynJson *request, const DynTransactKind *kind,
							   StringInfo reply);

#endif							/* DYNAPG_API_TRANSACT_WRITE_H */
