/*
 * relation.h - which relation is the btree of a secondary index, and what relations are
 *
 * dynapg.indexes has a relation's name, and a name proves nothing: other users can give it to their own relations, and the
 * owner of the index can rename it. The relation of an index is always one of the indexes of its data table: the one with the
 * name, unless it is not built as the index is defined and another one is.
 */
#ifndef DYNAPG_TABLES_RELATION_H
#define DYNAPG_TABLES_RELATION_H

#include "tables/definition.h"

/*
 * The relation of an index of the table, or InvalidOid.  One that was renamed is found where it is valid, or where valid is
 * false.  Locks the data table against being changed, to the end of the transaction.
 */
extern Oid	dyn_relation_of_index(const DynTableDef *def, const DynIndex *index, bool valid);

/* Is that relation, an index of the table, built as the secondary index is defined? */
extern bool dyn_relation_fits(const DynTableDef *def, const DynIndex *index, Oid relid);

/* Is the relation, an index of the table, made over the column keys instead of item? */
extern bool dyn_relation_is_over_keys(const DynTableDef *def, Oid relid);

/*
 * An index of the table that is built as the statement, a CREATE INDEX of another access method than btree, says: a valid one
 * if possible; InvalidOid if there is none.
 */
extern Oid	dyn_relation_of_statement(const DynTableDef *def, const char *sql, bool *valid);

/* The condition of an index as it is stored, or NULL. */
extern Node *dyn_relation_predicate(Oid relid);

/* Is it an ordinary table, which stays one to the end of the transaction? */
extern bool dyn_relation_is_plain(Oid relid);

/* The same, but also true for partitioned tables: it excludes views, which would run their owner's code as the reader. */
extern bool dyn_relation_has_rows(Oid relid);

/* Can reads use the relation, an index? */
extern bool dyn_relation_is_valid(Oid relid);

#endif							/* DYNAPG_TABLES_RELATION_H */
