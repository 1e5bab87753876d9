/*
 * hnsw.h - HNSW indexes of the extension vector (pgvector), where the database has it
 *
 * An HNSW index finds nearly the nearest vectors without looking at all of them.  It belongs to a vector index besides that one's own
 * relation, which finds all that this one may miss: without the extension, or after DROP EXTENSION vector CASCADE, searches are exact.
 *
 * Nothing of the extension is known by its name alone: types, operators, operator classes and the access method are members of it.
 *
 * It is an index on an expression that is never an error, so that it refuses no item: up to 2,000 dimensions the vector itself, up to
 * 4,000 and for COSINE alone the vector of length 1 as 16-bit numbers, which hold no others safely; beyond, there is none.
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

/* What an HNSW index for such vectors needs of the extension; false where there is none that could have them. */
extern bool dyn_hnsw_find(int dimensions, DynMetric metric, DynHnsw *hnsw);

/* Appends the expression over item that is indexed, and the same of a parameter that is a vector. */
extern void dyn_hnsw_append_expression(StringInfo out, const DynHnsw *hnsw, const char *attribute, int dimensions);

/* The statement that creates it, or NULL where none can or shall be. */
extern char *dyn_hnsw_create(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently);

/* The HNSW index of a vector index; InvalidOid: there is none.  *valid: it can be used. */
extern Oid	dyn_hnsw_relation(const DynTableDef *def, const DynIndex *index, bool *valid);

/* The same, where no other one of the table's vector indexes needs it. */
extern Oid	dyn_hnsw_own_relation(const DynTableDef *def, const DynIndex *index);

/* Is there an ACTIVE vector index that shall have one and has not?  NULL: there is none. */
extern const DynIndex *dyn_hnsw_missing(const DynTableDef *def);

#endif							/* DYNAPG_TABLES_HNSW_H */
