/*
 * node_tokens.h - the tokens of transactions on distributed tables, which every node of Citus has to know; see tokens.h
 *
 * Model.  A request that comes again may come to another node's front. So such a token is a row of dynapg.node_tokens, which Citus
 * distributes by the hash, written in the transaction of the request. Of two requests that run at once on different nodes, the second
 * one waits when it stores the row, and is then undone.
 */
#ifndef DYNAPG_STORE_NODE_TOKENS_H
#define DYNAPG_STORE_NODE_TOKENS_H

#include "store/tokens.h"

/* Is dynapg.node_tokens distributed?  Until the coordinator's housekeeper has done that, each node has its own tokens alone. */
extern bool dyn_node_tokens_shared(void);

/* As dyn_token_find, of a token that this node does not have; never BUSY. */
extern DynTokenUse dyn_node_tokens_find(const DynToken *token, struct varlena **note);

/* As dyn_token_keep; false where another request has stored the token meanwhile. */
extern bool dyn_node_tokens_keep(const DynToken *token, struct varlena *note);

/* Forgets the namespace's tokens of the current user and of the roles that it is a member of. */
extern void dyn_node_tokens_forget(const char *namespace);

/* As a superuser: distributes the table on a coordinator that has other nodes; deletes what has expired. */
extern void dyn_node_tokens_distribute(void);
extern void dyn_node_tokens_sweep(void);

#endif							/* DYNAPG_STORE_NODE_TOKENS_H */
