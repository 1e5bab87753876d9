/*
 * link.h - asking other nodes of Citus by connections of our own
 *
 * A link is a connection to a node as a role, for a statement that is prepared there.  Citus's own connections carry texts, which
 * both sides write, parse and plan for each request.  A link carries reads alone, each of which is a transaction of its own, so
 * whatever goes wrong with it, the caller can ask Citus instead.
 *
 * Links lead where Citus's connections lead, with the same rights: to the addresses in its catalog, with citus.node_conninfo and what
 * pg_dist_authinfo has for the role.  Where Citus uses a connection pooler or standbys, there are none.
 */
#ifndef DYNAPG_DATABASE_LINK_H
#define DYNAPG_DATABASE_LINK_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* A parameter, in PostgreSQL's binary form. */
typedef struct DynLinkParam
{
	const char *value;
	int			length;
} DynLinkParam;

typedef enum DynLinkAnswer
{
	DYN_LINK_NONE,				/* the node could not be asked, or refused: Citus knows what to do or to say */
	DYN_LINK_NULL,				/* SQL's NULL */
	DYN_LINK_VALUE
} DynLinkAnswer;

/*
 * Asks the node of that group (as in pg_dist_placement) as the current user.  The statement has to be a constant, and to return
 * one row with one column; the node learns the parameters' types from it.  A value is appended to *out
 * in its binary form.  Waits for the node as long as it takes; interrupts are served.
 */
extern DynLinkAnswer dyn_link_ask(int group, const char *statement, const DynLinkParam *params, int count, StringInfo out);

#endif							/* DYNAPG_DATABASE_LINK_H */
