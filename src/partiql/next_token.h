/*
 * next_token.h - NextToken of ExecuteStatement
 *
 * A token says where a read continues: in which of its ranges, after which key. It is valid for the same statement with the
 * same parameters, in the database that made it, for dynapg.partiql_token_lifetime. A token that was changed or made elsewhere
 * is refused. Its content is not secret: LastEvaluatedKey has the same, and a read that continues there runs with the caller's
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

/* Reads a token.  Raises ValidationException for an invalid token, or one of another statement. */
extern DynPartiqlPosition dyn_partiql_token_read(DynSlice token, const DynPartiqlBound *bound);

#endif							/* DYNAPG_PARTIQL_NEXT_TOKEN_H */
