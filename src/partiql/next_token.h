/*
 * next_token.h - NextToken of ExecuteStatement
 *
 * A token says where a read goes on: in which of its ranges, after which key.  It is good for the same statement with the same
 * parameters, in the database that made it, for dynapg.partiql_token_lifetime.  A token that is changed or made elsewhere is
 * refused.  What it says is no secret: that is what LastEvaluatedKey says, and a read that goes on there runs with the caller's
 * rights.
 */
#ifndef DYNAPG_PARTIQL_NEXT_TOKEN_H
#define DYNAPG_PARTIQL_NEXT_TOKEN_H

#include "lib/stringinfo.h"

#include "partiql/bind.h"

typedef struct DynPartiqlPosition
{
	uint32		range;			/* number of the range */
	DynSlice	key;			/* JSON of the key, as LastEvaluatedKey is; len 0: the range's beginning */
} DynPartiqlPosition;

/* Appends the token, quoted. */
extern void dyn_partiql_token_print(StringInfo reply, const DynPartiqlBound *bound, const DynPartiqlPosition *position);

/* Reads a token.  Raises ValidationException for one that is none, or another statement's. */
extern DynPartiqlPosition dyn_partiql_token_read(DynSlice token, const DynPartiqlBound *bound);

#endif							/* DYNAPG_PARTIQL_NEXT_TOKEN_H */
