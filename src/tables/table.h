/*
 * table.h - what a backend knows of a DynamoDB table, cached
 *
 * The description of a table is made from its catalog row (dynapg.tables, dynapg.indexes) and kept in a
 * backend-local hash by name, together with the kept SPI plans that rows.c and range.c fill in.  It is
 * invalidated through the relcache of the data table: whoever changes a catalog row also sends
 * CacheInvalidateRelcacheByRelid of it.  An entry is marked valid last.
 *
 * A lookup takes AccessShareLock on the data table until the end of the transaction, as any statement that
 * reads it does: the table that was found cannot be dropped, or dropped and created again with other keys, during a request.
 * Entries that became invalid are freed in a later transaction, so a DynTable pointer is good until
 * the end of the transaction that looked it up, whatever runs meanwhile, errors included.
 *
 * At most dynapg.table_cache_size tables are kept; beyond that, the least recently used ones go, with what PostgreSQL caches
 * for them.  An entry does not hold the whole definition (definition.h): it has the keys, the indexes and the units, but no tags, policies
 * and other texts, which may be large and which no request on items reads.
 */
#ifndef DYNAPG_TABLES_TABLE_H
#define DYNAPG_TABLES_TABLE_H

#include "base/json.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "executor/spi.h"
#include "lib/ilist.h"
#include "tables/definition.h"
#include "value/key.h"
#include "value/printer.h"
#include "value/reals.h"

typedef struct DynTable DynTable;

/* Plans kept per table; made when first used. */
typedef enum DynPlanKind
{
	DYN_PLAN_GET,
	DYN_PLAN_PUT,				/* unconditional upsert */
	DYN_PLAN_PUT_IF,			/* upsert with a condition, or that hands the old image over */
	DYN_PLAN_REPLACE_IF,		/* update of an existing row with a condition, by a given item */
	DYN_PLAN_UPSERT,			/* insert the given item or apply the program to the row */
	DYN_PLAN_UPDATE,			/* apply the program to an existing row */
	DYN_PLAN_DELETE,
	DYN_PLAN_CHECK_IF,			/* lock a row for which the condition holds */
	DYN_PLAN_CLAIM,				/* insert unless there is a row: these three are the table owner's; see key_lock.h */
	DYN_PLAN_UNCLAIM,			/* delete the row that was inserted */
	DYN_PLAN_LOCK,				/* lock the row */
	DYN_PLAN_NODE_UPSERT,		/* these four are of distributed tables; see sharded.c */
	DYN_PLAN_NODE_UPDATE,
	DYN_PLAN_LOOK,				/* lock a row, and judge it */
	DYN_PLAN_SHARE,				/* lock a row against writers */
	DYN_PLAN_GET_MANY,			/* these take lists of keys and items */
	DYN_PLAN_PUT_MANY,
	DYN_PLAN_INSERT_MANY,		/* of keys that are not there */
	DYN_PLAN_DELETE_MANY,
	DYN_PLAN_PUT_MANY_KEEP,		/* these two return the old images, too */
	DYN_PLAN_DELETE_MANY_KEEP,
	DYN_PLAN_COUNT
} DynPlanKind;

/* A kept plan; see plan.h. */
typedef struct DynPlan
{
	SPIPlanPtr	plan;			/* NULL: not made yet */
	int			generation;		/* of the generic plan that was made with index scans forced */
	uint64		epoch;			/* of what plans depend on; see plan.c */
	struct DynPoint *point;		/* store/point.c's, of this plan; NULL: not made yet */
} DynPlan;

/* The plan of range reads of one shape; see range.c. */
typedef struct DynRangePlan
{
	uint32		shape;
	DynPlan		plan;
} DynRangePlan;

/* A shard of a distributed table; see store/key_shard.c. */
typedef struct DynKeyShard
{
	int64		id;				/* Citus's */
	DynTable   *table;			/* as a table, on which only plans of reads are made; NULL: the shard is not on this node */
	int			group;			/* of the other node that has it; -1: this one, or several, or none */
} DynKeyShard;

#define DYN_MAX_RANGE_PLANS 64	/* kept per table */
#define DYN_MAX_VECTOR_PLANS 8	/* kept per vector index */

/* The plans of the searches of a vector index; see search.c. */
typedef struct DynVectorPlans
{
	int			count;
	int			next;			/* to replace */
	DynRangePlan plans[DYN_MAX_VECTOR_PLANS];
} DynVectorPlans;

struct DynTable
{
	char		name[DYN_MAX_FULL_NAME + 1];	/* the full name, all ASCII */
	Oid			relid;			/* the data table dynamodb."..." */
	bool		valid;
	bool		evicted;		/* to make room for others */
	dlist_node	invalid_node;	/* in the list of invalid entries, from then until it is unlinked */
	dlist_node	used_node;		/* in the list of entries that the hashes lead to, last used first */
	Oid			primary_key;	/* its index; InvalidOid: no plan has asked for it yet */
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: no sort key */
	bool		pay_per_request;
	DynThroughput throughput;
	DynUnits	on_demand;
	DynWatch	watch;
	bool		watches_indexes;	/* does any index have insights? Then writes keep their images */
	bool		filling;		/* a job fills it: only that job finds it */
	bool		distributed;	/* Citus keeps its rows on several nodes, by the hash of pk */
	struct DynThrottle *throttle; /* throughput/throttle.c's, in context; NULL: not made yet */
	char	   *qualified;		/* quoted schema-qualified relation name */
	int			nindexes;
	DynIndex   *indexes;		/* sorted by name */
	int			nvectors;
	DynIndex   *vectors;
	MemoryContext context;		/* everything of this entry but the plans */
	Oid			item_type;		/* dynapg.item */
	uint64		checked_in;		/* see database/code.h */
	DynPrinter *printer;		/* of its items; see dyn_table_printer */
	TimestampTz warned_at;		/* when range.c last warned of rows that are no items; 0: never */
	LocalTransactionId died_in; /* transaction that unlinked the entry */
	struct DynTable *next_dead;
	DynPlan		plans[DYN_PLAN_COUNT];
	int			nrange_plans;
	DynRangePlan *range_plans[DYN_MAX_RANGE_PLANS]; /* in context; last used first */
	List	   *retired_plans;	/* replaced while they may have been running */
	List	   *shards;			/* DynKeyShard, in context: those of a distributed table that reads have met */
};

/* Does the table have any index whose keys an update could make invalid? */
static inline bool
dyn_table_has_indexes(const DynTable *table)
{
	return table->nindexes > 0 || table->nvectors > 0;
}

/*
 * Receives each row's item, detoasted, valid until it returns; the current memory context is reset after it.
 * Returns false to stop.
 */
typedef bool (*DynRowConsumer) (void *arg, const struct varlena *item);

/* Makes the next lookup create the entry again. */
extern void dyn_table_set_invalid(DynTable *table);

/* What prints whole items of the table, and learns from them; in its context. */
extern DynPrinter *dyn_table_printer(DynTable *table);

/* From now on this backend finds tables that jobs fill. */
extern void dyn_table_find_filling(void);

/*
 * The table of that full name (not an ARN), or NULL where there is none, its data table was dropped, or it is
 * being deleted, or a job fills it.  Raises nothing for an unknown name.  Must be called inside a transaction.
 */
extern DynTable *dyn_table_lookup(const char *name, uint32 len);

/* The same, but an error (55P03) where the lock of the data table would have to be waited for. */
extern DynTable *dyn_table_lookup_at_once(const char *name, uint32 len);

#endif							/* DYNAPG_TABLES_TABLE_H */
