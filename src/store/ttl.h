/*
 * ttl.h - Time to Live: the items that have expired, and the index that finds them
 *
 * Model.  A table's definition (DynTableDef) has a member TimeToLive, {"AttributeName": name, "Enabled": boolean}, once Time to
 * Live was ever enabled. A btree index over that attribute's numbers finds the expired items without reading the others. The
 * status follows from what exists:
 *
 *		Enabled		index valid		ENABLED		expired items are deleted
 *		Enabled		else			ENABLING	the index is being built
 *		not Enabled	index there		DISABLING	the index is being dropped
 *		not Enabled	no index		DISABLED
 *
 * dynapg.index_build says when the index is made and dropped, as for secondary indexes: within the transaction, or by the
 * table's builder (builder.h).
 *
 * An item has expired when the attribute is a number N (seconds since 1970), N is less than the present time, and not more
 * than five years less.
 */
#ifndef DYNAPG_STORE_TTL_H
#define DYNAPG_STORE_TTL_H

#include "tables/definition.h"

typedef enum DynTtlStatus
{
	DYN_TTL_DISABLED,
	DYN_TTL_ENABLING,
	DYN_TTL_ENABLED,
	DYN_TTL_DISABLING
} DynTtlStatus;

typedef struct DynTtl
{
	DynTtlStatus status;
	char	   *attribute;		/* NULL: never had one */
} DynTtl;

/* The pending work on the index of a table, for its builder. */
typedef struct DynTtlJob
{
	char	   *create;			/* the next statement, one of the two; the other is NULL */
	char	   *drop;
} DynTtlJob;

/* What a batch found and did. */
typedef struct DynTtlBatch
{
	int64		found;			/* items that had expired and that nobody had locked */
	int64		deleted;		/* deleted ones; triggers may keep some */
	char		last[64];		/* the latest time of those found, as a number; empty: none was found */
} DynTtlBatch;

extern DynTtl dyn_ttl_read(const DynTableDef *def);

/* The status as the API has it. */
extern const char *dyn_ttl_status_name(DynTtlStatus status);

/* Makes or drops the index according to the definition, which the caller has stored.  The current user owns the table. */
extern void dyn_ttl_apply(const DynTableDef *def);

/* The same within this transaction, whatever dynapg.index_build says.  SPI is connected. */
extern void dyn_ttl_apply_now(const DynTableDef *def);

/* Is there an index, and is it over the column item (tables/stored_keys.h)? */
extern bool dyn_ttl_is_over_item(const DynTableDef *def);

/* Drops the index, if there is one; dyn_ttl_apply_now makes it again.  SPI is connected. */
extern void dyn_ttl_drop_now(const DynTableDef *def);

/* The work of a builder for the table, if any.  The texts are in the current memory context. */
extern bool dyn_ttl_job(Oid relid, DynTtlJob *job);

/* Where a batch begins. Starting at the end of the last batch avoids reading the index entries of what is already deleted. */
typedef struct DynTtlStart
{
	char		at[64];			/* a time, as a number; empty: at the oldest item */
	int64		skip;			/* items of that time to skip */
} DynTtlStart;

/*
 * Deletes up to limit expired items, the oldest first, as the current user, who owns the table; those that others have locked are
 * left for later.  start may be NULL.  When an error is raised, *batch has what is known until then.
 */
extern void dyn_ttl_expire(const DynTableDef *def, int limit, const DynTtlStart *start, DynTtlBatch *batch);

/* Makes the next batch continue after this one, which began at *start: items that are still there are skipped. */
extern void dyn_ttl_go_on(DynTtlStart *start, const DynTtlBatch *batch);

/* How many items have expired and are still there, and the earliest of their times, for the current user, who owns the table. */
typedef struct DynTtlBacklog
{
	int64		items;
	TimestampTz oldest;			/* where there are items */
} DynTtlBacklog;

extern DynTtlBacklog dyn_ttl_backlog(const DynTableDef *def);

/* Are expired items being deleted from that table? For code that records who deleted an item. */
extern bool dyn_ttl_is_deleting(Oid relid);

/*
 * The data tables with Time to Live or remains of it, in the current memory context; with SPI not connected. With an owner,
 * only that owner's tables.
 */
extern List *dyn_ttl_tables(Oid owner);

#endif							/* DYNAPG_STORE_TTL_H */
