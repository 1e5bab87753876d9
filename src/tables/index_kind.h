/*
 * index_kind.h - the kinds of secondary indexes, and the names that the API and the catalog have for them
 */
#ifndef DYNAPG_TABLES_INDEX_KIND_H
#define DYNAPG_TABLES_INDEX_KIND_H

#include "postgres.h"

#include "base/json.h"

typedef enum DynIndexKind
{
	DYN_INDEX_LOCAL,			/* of the table's partition key: shares its throughput, is fetched from and read consistently */
	DYN_INDEX_GLOBAL,			/* of keys and a throughput of its own */
	DYN_INDEX_VECTOR
} DynIndexKind;

/* What the API shows of an item read by an index. */
typedef enum DynProjection
{
	DYN_PROJECT_ALL,
	DYN_PROJECT_KEYS_ONLY,
	DYN_PROJECT_INCLUDE
} DynProjection;

/* The member of requests and replies that lists indexes of that kind: "GlobalSecondaryIndexes". */
extern const char *dyn_index_kind_member(DynIndexKind kind);

/* ProjectionType, in requests, replies and the catalog: "KEYS_ONLY"; the name is one of these. */
extern const char *dyn_index_kind_projection_name(DynProjection projection);
extern DynProjection dyn_index_kind_projection(DynSlice name);

#endif							/* DYNAPG_TABLES_INDEX_KIND_H */
