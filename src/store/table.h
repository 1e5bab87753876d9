/*
 * table.h - what a backend knows of a DynamoDB table, cached
 *
 * The description of a table is made from its catalog row (dynapg.tables, dynapg.indexes) and kept in a
 * backend-local hash by name, together with the kept SPI plans that rows.c and range.c fill in.  It is
 * invalidated through the relcache of the data table: whoever changes a catalog row also sends
 * CacheInvalidateRelcacheByRelid of it.  An entry is marked valid last.
 *
 * A DynTable pointer is good until the next dyn_table_lookup or statement that may process invalidations;
 * code that runs statements with it calls dyn_table_pin before and dyn_table_unpin after.
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_TABLE_H
#define DYNAPG_STORE_TABLE_H

#include "base/json.h"
#include "base/limits.h"
#include "executor/spi.h"
#include "value/key.h"

typedef struct DynTable DynTable;

/* Plans kept per table; made when first used. */
typedef enum DynPlanKind
{
	DYN_PLAN_GET,
	DYN_PLAN_PUT,				/* unconditional upsert */
	DYN_PLAN_PUT_KEEP,			/* upsert that hands the old image over */
	DYN_PLAN_PUT_IF,			/* upsert with a condition */
	DYN_PLAN_REPLACE_IF,		/* update of an existing row with a condition, by a given item */
	DYN_PLAN_UPSERT,			/* insert the given item or apply the program to the row */
	DYN_PLAN_UPSERT_IF,
	DYN_PLAN_UPDATE,			/* apply the program to an existing row */
	DYN_PLAN_UPDATE_IF,
	DYN_PLAN_DELETE,
	DYN_PLAN_DELETE_IF,
	DYN_PLAN_COUNT
} DynPlanKind;

/* What the API shows of an item read by an index. */
typedef enum DynProjection
{
	DYN_PROJECT_ALL,
	DYN_PROJECT_KEYS_ONLY,
	DYN_PROJECT_INCLUDE
} DynProjection;

/* A secondary index: key attributes in order, partition attributes first. */
typedef struct DynIndex
{
	char	   *name;
	bool		is_global;
	int			npk;			/* partition attributes (1..4; LSI: 1) */
	int			nsk;			/* sort attributes (0..4) */
	DynKeyAttr	keys[DYN_MAX_INDEX_KEY_ATTRS];
	DynProjection projection;
	int			ninclude;		/* NonKeyAttributes of DYN_PROJECT_INCLUDE */
	DynSlice   *include;
} DynIndex;

struct DynTable
{
	char		name[256];		/* DynamoDB's name; at most 255 characters, all ASCII */
	Oid			relid;			/* the data table dynamodb."..." */
	bool		valid;
	int			pins;
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: no sort key */
	bool		deletion_protection;
	char	   *qualified;		/* quoted schema-qualified relation name */
	int			nindexes;
	DynIndex   *indexes;		/* sorted by name */
	MemoryContext context;		/* everything of this entry */
	SPIPlanPtr	plans[DYN_PLAN_COUNT];
};

/*
 * The table of that name (not an ARN), or NULL where there is none, its data table was dropped, or it is
 * being deleted.  Raises nothing for an unknown name.
 */
extern DynTable *dyn_table_lookup(const char *name, uint32 len);

/* Keeps the entry's memory through statements, even when it is invalidated meanwhile. */
extern void dyn_table_pin(DynTable *table);
extern void dyn_table_unpin(DynTable *table);

#endif							/* DYNAPG_STORE_TABLE_H */
