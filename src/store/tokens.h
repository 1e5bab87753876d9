/*
 * tokens.h - ClientRequestToken: a request that comes again within ten minutes is not done again
 *
 * A row of dynapg.tokens per token and role, written in the transaction of the request, so that it is there exactly if what the
 * request did is.  An advisory lock until the end of the transaction tells that a request of that token is under way.
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_TOKENS_H
#define DYNAPG_STORE_TOKENS_H

#include "postgres.h"

typedef enum DynTokenUse
{
	DYN_TOKEN_NEW,				/* the request is to be done; the token is kept with it */
	DYN_TOKEN_REPEATED,			/* it has been done */
	DYN_TOKEN_MISMATCH,			/* another request had that token */
	DYN_TOKEN_BUSY				/* a request of that token is under way */
} DynTokenUse;

/* Looks the current role's token up, and keeps it if it is new; request is the text that tells requests apart. */
extern DynTokenUse dyn_token_use(const char *token, const char *request);

#endif							/* DYNAPG_STORE_TOKENS_H */
