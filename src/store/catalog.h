/*
 * catalog.h - dynapg.tables and dynapg.indexes: what a table was created with and is described back from
 *
 * One row of dynapg.tables per DynamoDB table; what the API only keeps and describes back is JSON in the API's
 * own member names (definition), what the store needs is columns.  Rows refer to the data table by regclass,
 * so that pg_dump carries them; a row whose data table is gone is no table.
 *
 * Rights: anybody may read the catalogs.  Creating needs CREATE on schema dynamodb, changing and deleting needs
 * ownership of the data table; the catalog rows themselves are written as the catalog's owner after that
 * check.
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_CATALOG_H
#define DYNAPG_STORE_CATALOG_H

#include "store/sql.h"
#include "store/table.h"
#include "utils/timestamp.h"

typedef enum DynIndexStatus
{
	DYN_INDEX_ACTIVE,
	DYN_INDEX_CREATING,
	DYN_INDEX_DELETING
} DynIndexStatus;

/* A secondary index as created; keys in order, partition attributes first. */
typedef struct DynIndexDef
{
	char	   *name;
	bool		is_global;
	int			npk;			/* partition attributes (1..4; LSI: 1) */
	int			nsk;			/* sort attributes (0..4) */
	DynKeyAttr	keys[8];
	char	   *projection;		/* "ALL", "KEYS_ONLY", "INCLUDE" */
	int			ninclude;
	char	  **include;		/* NonKeyAttributes */
	char	   *definition;		/* JSON: what is only described back (throughput, warm throughput) */
	DynIndexStatus status;		/* out; see index.h */
	char	   *relation_name;	/* out */
} DynIndexDef;

/* A table as created, or as stored. */
typedef struct DynTableDef
{
	char	   *name;
	Oid			relid;			/* out */
	char	   *table_id;		/* out: the uuid's text */
	TimestampTz created_at;		/* out */
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: none */
	bool		deletion_protection;
	char	   *attribute_definitions;	/* JSON array as given */
	char	   *definition;		/* JSON object: billing, throughput, stream, SSE, class, tags ... */
	char	   *filled_by;		/* the id of the job that fills the table, which is CREATING until it is done; or NULL */
	Oid			rows_from;		/* of a new table: a relation that has the rows to begin with, or InvalidOid */
	int			nindexes;
	DynIndexDef *indexes;
} DynTableDef;

/*
 * Creates the data table, its indexes and the catalog rows.  Returns false when the name is taken (also by
 * a concurrent creator, after waiting for it).
 */
extern bool dyn_catalog_create(DynTableDef *def);

/* The table is filled: from now on it is like any other. */
extern void dyn_catalog_set_filled(const DynTableDef *def);

/*
 * Makes an existing relation, def->relid, the data table, with its indexes and the catalog rows: indexes that are built as defined are
 * taken, others made.  False when the name is taken.
 */
extern bool dyn_catalog_attach(DynTableDef *def);

/* The stored definition in the current memory context, indexes in name order; or NULL. */
extern DynTableDef *dyn_catalog_read(const char *name);

/* The same by the data table. */
extern DynTableDef *dyn_catalog_read_relid(Oid relid);

/* The data table of that name, or InvalidOid. */
extern Oid	dyn_catalog_relid(const char *name);

/*
 * The same with the catalog row locked, for a change or drop that follows.  The current user must own the
 * data table (42501).
 */
extern DynTableDef *dyn_catalog_read_for_update(const char *name);

/*
 * Stores deletion_protection, attribute_definitions and definition of a table read for update, and the definition
 * of each of its indexes.
 */
extern void dyn_catalog_update(const DynTableDef *def);

/* Drops the data table and the catalog rows of a table read for update. */
extern void dyn_catalog_drop(const DynTableDef *def);

/* Raises 42501 unless the current user owns the relation. */
extern void dyn_catalog_require_owner(Oid relid);

/* The owner of a relation; InvalidOid where there is no such relation. */
extern Oid	dyn_catalog_owner(Oid relid);

/* May the current user see all rows of the relation, with all columns? */
extern bool dyn_catalog_may_read_all(Oid relid);

/*
 * Up to limit names in byte order that follow start_after (NULL: from the first), of tables whose data table
 * exists.  Returns the number put into names (palloc'd).
 */
extern int	dyn_catalog_list(const char *start_after, int limit, char **names);

/*
 * Items and their bytes.  Exact for a table of few pages, else an estimate from a fixed number of pages and PostgreSQL's
 * own figures: the cost does not grow with the table.
 */
extern void dyn_catalog_count(Oid relid, int64 *items, int64 *bytes);

/* The same for the items that an index holds; bytes are those of the attributes that it projects. */
extern void dyn_catalog_count_index(const DynTableDef *def, const DynIndexDef *index, int64 *items, int64 *bytes);

/*
 * Bytes of the items of a partition key and of what local indexes that hold whole items hold of them: zero where those of
 * the whole table are below enough, else an estimate from PostgreSQL's statistics.  Nothing is read for it.
 */
extern double dyn_catalog_collection_bytes(const DynTable *table, DynValue pk, double enough);

/*
 * Runs a statement on the catalogs, and on nothing else, as their owner: dyn_sql_run with his rights.  Checking what the
 * current user may do comes before.  An error ends the (sub)transaction, which restores the user.
 */
extern uint64 dyn_catalog_run(const char *sql, DynSqlArgs *args);

#endif							/* DYNAPG_STORE_CATALOG_H */
