/*
 * hnsw.h - HNSW indexes of the extension vector (pgvector), where the database has it
 *
 * An HNSW index finds nearly the nearest vectors without looking at all of them.  It is a second relation of a vector index;
 * the first one finds everything that this one may miss. Without the extension, or after DROP EXTENSION vector CASCADE,
 * searches are exact.
 *
 * Nothing of the extension is identified by name alone: types, operators, operator classes and the access method must be its
 * members.
 *
 * It is an index on an expression that is never an error, so that it refuses no item: up to 2,000 dimensions the vector itself, up to
 * 4,000 and for COSINE alone the vector of length 1 as 16-bit numbers, which are not safe for other vectors; above that there
 * is no HNSW index.
 *
 * Indexes on the same attribute with the same distance share one.
 */
#ifndef DYNAPG_TABLES_HNSW_H
#define DYNAPG_TABLES_HNSW_H

#include "tables/definition.h"

/* How an HNSW index has vectors. */
typedef struct DynHnsw
{
	bool		is_half;		/* of length 1, 16-bit numbers */
	char	   *type;			/* with its schema */
	char	   *operator;		/* OPERATOR(schema.<=>) */
	char	   *opclass;		/* with its schema */
	bool		iterates;		/* can go on where a filter leaves too few */
} DynHnsw;

/* What an HNSW index for such vectors needs from the extension; false where no HNSW index can hold them. */
extern bool dyn_hnsw_find(int dimensions, DynMetric metric, DynHnsw *hnsw);

/* Appends the expression over item that is indexed, and the same of a parameter that is a vector. */
extern void dyn_hnsw_append_expression(StringInfo out, const DynHnsw *hnsw, const char *attribute, int dimensions);

/* The statement that creates it, or NULL where it cannot or should not exist. */
extern char *dyn_hnsw_create(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently);

/* The HNSW index of a vector index; InvalidOid if there is none. *valid: it can be used. */
extern Oid	dyn_hnsw_relation(const DynTableDef *def, const DynIndex *index, bool *valid);

/* The same, unless another vector index of the table needs it. */
extern Oid	dyn_hnsw_own_relation(const DynTableDef *def, const DynIndex *index);

/* The ACTIVE vector index that should have an HNSW index and lacks it; NULL if there is none. */
extern const DynIndex *dyn_hnsw_missing(const DynTableDef *def);

#endif							/* DYNAPG_TABLES_HNSW_H */
