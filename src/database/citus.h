/*
 * citus.h - what Citus knows of a relation
 *
 * Citus is another extension, which keeps the rows of a table on several nodes. It has to be in shared_preload_libraries. Its
 * catalog and its functions lie in pg_catalog, where only superusers can make anything, and they are used only if they belong to the
 * extension.
 */
#ifndef DYNAPG_DATABASE_CITUS_H
#define DYNAPG_DATABASE_CITUS_H

#include "postgres.h"

#include "access/attnum.h"

/* Is Citus in this process?  Not necessarily in this database. */
extern bool dyn_citus_loaded(void);

/*
 * Citus opens a transaction on a node only within a transaction block: without one, each statement there commits by itself.  Where it is
 * loaded, what follows StartTransactionCommand becomes a block, and what precedes CommitTransactionCommand ends it. After an error the
 * caller uses AbortOutOfAnyTransaction.
 */
extern void dyn_citus_begin_block(void);
extern void dyn_citus_end_block(void);

/*
 * Reads until dyn_citus_end_settings commit on the nodes by themselves, unless the caller has begun a transaction or written. Without this
 * Citus opens one for each function that runs statements. Returns what ends it; an error ends it, too.
 */
extern int	dyn_citus_begin_reads(void);

/* The same for a statement of several parts: Citus makes statements of its own of these, in which names are those of the search_path. */
extern int	dyn_citus_begin_subqueries(void);

/*
 * The same for a statement on a list of keys, which has a little to do on many shards: a node is asked by one connection, as a new one
 * costs more than what is to be done. Writes are made one shard after the other, in their order, so that two lists do not wait for each
 * other in a circle.
 */
extern int	dyn_citus_begin_list(bool writes);

extern void dyn_citus_end_settings(int level);

/* Is it an error of a statement on a node, which Citus has passed on?  Names of tables, columns and constraints do not come with it. */
extern bool dyn_citus_is_of_node(const ErrorData *error);

typedef enum DynCitusKind
{
	DYN_CITUS_LOCAL,			/* an ordinary table */
	DYN_CITUS_HASH,				/* distributed by the hash of one column */
	DYN_CITUS_OTHER				/* a reference table, for instance */
} DynCitusKind;

/* How Citus keeps the relation; by HASH, *column is the one. */
extern DynCitusKind dyn_citus_kind(Oid relid, AttrNumber *column);

/* Citus connects to the nodes as the current user: may it log in? */
extern bool dyn_citus_may_log_in(void);

/* Raises an error where it may not, so that the user cannot use distributed tables. */
extern void dyn_citus_require_login(void);

/*
 * Is this one of the nodes that hold shards, not the coordinator? Tables are made, changed and dropped on the coordinator, and what the
 * background does for distributed tables is done there alone.
 */
extern bool dyn_citus_is_worker(void);

/* Is the relation a distributed table on such a node? */
extern bool dyn_citus_is_kept_elsewhere(Oid relid);

/* Raises a ValidationException on such a node, which names the coordinator; what: "CreateTable". */
extern void dyn_citus_require_coordinator(const char *what);

/* The numbers of the other nodes, on the coordinator; NULL elsewhere.  Inside SPI_connect. */
extern char *dyn_citus_nodes(void);

/*
 * Runs a statement on every other node as the current user, in the transaction: by the connections of what it did there before, and
 * committed with it. Citus wants a superuser for that: one that the caller trusts. False where this version of Citus cannot.
 */
extern bool dyn_citus_run_on_nodes(Oid superuser, const char *command);

#define DYN_CITUS_MAX_HOST 256
#define DYN_CITUS_COORDINATOR 0 /* its group */

/* Where Citus's own connections to a node lead; in the current memory context. */
typedef struct DynCitusNode
{
	const char *host;
	int			port;
	const char *database;
	const char *conninfo;		/* of all connections: a connection string of libpq */
	const char *secret;			/* of the user's: another one, which comes after it */
	int			patience;		/* milliseconds that Citus waits for a connection; 0: any time */
} DynCitusNode;

/*
 * The primary of a group as a user connects to it.  False where there is none that knows the tables and where shards are, and where
 * Citus connects to something else: a connection pooler, or standbys.
 */
extern bool dyn_citus_find_node(int group, Oid user, DynCitusNode *node);

/* Milliseconds that Citus keeps a connection; negative: any time. */
extern int	dyn_citus_connection_lifetime(void);

/* Another number each time that an address of a node, a pooler or a secret may have changed. */
extern uint64 dyn_citus_nodes_epoch(void);

/* Raises a ValidationException where the relation is not a local table; what: "a stream". */
extern void dyn_citus_refuse(Oid relid, const char *what);

/*
 * Distributes the relation by the hash of the column, as the current user, who has to own it. colocate_with is the name of
 * another relation whose shards its own lie beside, "none", or NULL for Citus's choice.
 */
extern void dyn_citus_distribute(Oid relid, const char *column, const char *colocate_with);

/* Shards of a distributed relation, and the blocks of all of them; false where that cannot be known, after writes. */
extern bool dyn_citus_measure(Oid relid, int64 *shards, int64 *pages);

/*
 * Keeps the shard of the value of the distribution column where it is until the end of the transaction. Inside SPI_connect.
 */
extern void dyn_citus_hold_shard(Oid relid, Oid owner, Oid type, Datum value);

/*
 * Is the transaction one of this node alone until now, so that whatever it has written is here, or is committed?  No if this process works
 * for Citus on another node.
 */
extern bool dyn_citus_is_alone(void);

/* The number of the shard of a value of the distribution column; 0 where Citus knows none.  The user has to have a right on it. */
extern int64 dyn_citus_shard_of(Oid relid, Oid type, Datum value);

/*
 * The relation of a shard that lies on this node, or InvalidOid.  That stays true until the distributed relation becomes invalid: Citus
 * says so when its shards change.
 */
extern Oid	dyn_citus_shard_here(Oid relid, int64 shard);

/* The group of the node that has the shard, and nobody else; -1 where several have it, or none. True as long as dyn_citus_shard_here. */
extern int	dyn_citus_shard_group(int64 shard);

/*
 * Keeps a shard where it is, as each write does, until the resource owner releases the lock: waits for a move that ends on this node.
 * Relations that the move has made invalid are known to be.
 */
extern void dyn_citus_lock_place(int64 shard);

/* The condition of a statement over many rows with which a job paces itself (base/pace.h); empty where nodes would evaluate it. */
extern const char *dyn_citus_pace_condition(void);

#endif							/* DYNAPG_DATABASE_CITUS_H */
