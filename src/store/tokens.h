/*
 * tokens.h - ClientRequestToken: a request that is repeated within ten minutes is not carried out again
 *
 * Model.  A row of dynapg.tokens per token and role, written in the transaction of the request when its work is done, so that
 * it exists exactly if the request's work does: for other sessions, after a crash, after a rollback to a savepoint. A request
 * that fails stores nothing.
 *
 * From dyn_token_find to the end of its transaction a request holds the token's lock, which others only try to take: no request
 * waits for another one with its token, and of several concurrent ones only one is carried out. The lock takes a place in
 * PostgreSQL's lock table, like one of pg_advisory_xact_lock.
 *
 * Nobody but the catalog's owner may read or write the table; a role reaches its own tokens, and by this module alone.
 */
#ifndef DYNAPG_STORE_TOKENS_H
#define DYNAPG_STORE_TOKENS_H

#include "postgres.h"

#include "base/json.h"

#define DYN_TOKEN_DIGEST_LEN	32

/* Behind a namespace at the beginning of a token's text: a byte that no token has, as tokens are UTF-8. */
#define DYN_TOKEN_SEPARATOR "\xFF"

/* Of a row t: is its token one of the namespace whose prefix (dyn_token_prefix) is $2? No backslash: sessions differ in what it means. */
#define DYN_TOKEN_HAS_PREFIX \
	"pg_catalog.substring(t.token, 1, pg_catalog.position(t.token, pg_catalog.decode('ff', 'hex'))) OPERATOR(pg_catalog.=) $2"

/* A token as a request gives it. */
typedef struct DynToken
{
	DynSlice	text;			/* any characters, U+0000 too */
	uint8		digest[DYN_TOKEN_DIGEST_LEN];	/* distinguishes requests */

	/* Set when it is looked up; what runs inside the request may change the session's role. */
	Oid			role;
	uint64		hash;			/* of role and text */
} DynToken;

typedef enum DynTokenUse
{
	DYN_TOKEN_NEW,				/* carry out the request, then call dyn_token_keep */
	DYN_TOKEN_REPEATED,			/* it has been done */
	DYN_TOKEN_MISMATCH,			/* another request had that token */
	DYN_TOKEN_BUSY				/* a request with that token is running */
} DynTokenUse;

/*
 * Looks up the current role's token, as it is known at this moment whatever the isolation level.  For a repeated request, *note
 * gets the note that was stored with it, in the current memory context, or NULL.  Raises 25006 where nothing can be written.
 */
extern DynTokenUse dyn_token_find(DynToken *token, struct varlena **note);

/* Stores a token that was found to be new, for that role, with a note for its repetition, a bytea or NULL. */
extern void dyn_token_keep(const DynToken *token, struct varlena *note);

/* What stands before the tokens of requests in a namespace (api/request_token.c): a bytea, empty for the namespace without a name. */
extern struct varlena *dyn_token_prefix(const char *namespace);

#endif							/* DYNAPG_STORE_TOKENS_H */
