/*
 * definition.h - a table as it is created and described, which is a row of dynapg.tables and its rows of dynapg.indexes
 */
#ifndef DYNAPG_TABLES_DEFINITION_H
#define DYNAPG_TABLES_DEFINITION_H

#include "postgres.h"

#include "base/limits.h"
#include "tables/index_kind.h"
#include "tables/settings.h"
#include "utils/timestamp.h"
#include "value/index_schema.h"
#include "value/key.h"
#include "value/reals.h"

#define DYN_KEYS_COLUMN "keys"	/* of a data table; see stored_keys.h */

/* Contributor insights that are on; see throughput/contributors.h. */
typedef struct DynWatch
{
	bool		accessed;
	bool		throttled;
	double		since;
} DynWatch;

typedef enum DynIndexStatus
{
	DYN_INDEX_ACTIVE,
	DYN_INDEX_CREATING,
	DYN_INDEX_DELETING
} DynIndexStatus;

/* What a vector index has in addition; its keys are the attributes of the SearchSchema, the HASH one first. */
typedef struct DynVector
{
	DynSlice	attribute;		/* its data ends with a zero */
	int			dimensions;
	DynMetric	metric;
	bool		has_hash;
	int			nkeys;
	DynKeyAttr *keys;

	/* in the cache of tables alone */
	Oid			hnsw_relid;		/* its HNSW index; InvalidOid: there is none */
	struct DynVectorPlans *plans;	/* of searches; see table.h */
} DynVector;

/*
 * A secondary index; keys in order, partition attributes first.  The catalog's rows are read into it, requests that make one, and
 * what the cache of tables (table.h) keeps of it.
 */
typedef struct DynIndex
{
	char	   *name;
	DynIndexKind kind;
	int			npk;			/* partition attributes (1..4; LSI: 1) */
	int			nsk;			/* sort attributes (0..4) */
	DynKeyAttr	keys[DYN_MAX_INDEX_KEY_ATTRS];
	DynProjection projection;
	int			ninclude;		/* NonKeyAttributes of DYN_PROJECT_INCLUDE */
	DynSlice   *include;
	DynIndexSettings settings;
	DynVector  *vector;			/* DYN_INDEX_VECTOR; npk and nsk are 0 then */
	DynIndexStatus status;		/* out; see index.h.  No read can use one that is CREATING */
	int			failures;		/* out: of building or dropping it */
	char	   *relation_name;	/* out */

	/*
	 * Are its expressions over the column keys (stored_keys.h)?  Set in the cache of tables, and for a statement that creates an
	 * index.
	 */
	bool		over_keys;

	/* in the cache of tables alone */
	Oid			relid;			/* its btree, or a vector index's relation of access method dynapg_flat; InvalidOid: there is none */
	DynWatch	watch;
} DynIndex;

static inline DynIndexSchema
dyn_definition_schema(const DynIndex *index)
{
	return (DynIndexSchema) {.npk = index->npk, .nkeys = index->npk + index->nsk, .keys = index->keys};
}

/* A table as created, or as stored. */
typedef struct DynTableDef
{
	char	   *name;			/* the full name; see base/namespace_text.h */
	Oid			relid;			/* out */
	char	   *table_id;		/* out: the uuid's text */
	TimestampTz created_at;		/* out */
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: none */
	bool		deletion_protection;
	char	   *attribute_definitions;	/* JSON array as given */
	DynTableSettings settings;
	char	   *filled_by;		/* the id of the job that fills the table, which is CREATING until it is done; or NULL */
	char	   *rows_from;		/* of a new table: a relation or (query) with the rows to begin with, pk, sk and item; or NULL */
	int			nindexes;
	DynIndex *indexes;		/* local and global ones */
	int			nvectors;
	DynIndex *vectors;		/* vector indexes */
} DynTableDef;

/* All indexes of a table, those on vectors last. */
static inline int
dyn_def_count(const DynTableDef *def)
{
	return def->nindexes + def->nvectors;
}

static inline DynIndex *
dyn_def_index(const DynTableDef *def, int i)
{
	return i < def->nindexes ? &def->indexes[i] : &def->vectors[i - def->nindexes];
}

/* The attributes that an index covers, besides the vector. */
static inline const DynKeyAttr *
dyn_def_keys(const DynIndex *index, int *count)
{
	*count = index->vector ? index->vector->nkeys : index->npk + index->nsk;
	return index->vector ? index->vector->keys : index->keys;
}

#endif							/* DYNAPG_TABLES_DEFINITION_H */
