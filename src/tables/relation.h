/*
 * relation.h - which relation is the btree of a secondary index, and what relations are
 *
 * dynapg.indexes has a relation's name, and a name proves nothing: somebody else can have given it to a relation of his own, and
 * the owner of the index can rename it.  The relation of an index is always one of the indexes of its data table: the one that
 * has the name, unless it is built in another way than the index is defined and there is one that is built so.
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

/*
 * An index of the table that is built as the statement, a CREATE INDEX of another access method than btree, says: a valid one where there
 * is one; InvalidOid: there is none.
 */
extern Oid	dyn_relation_of_statement(const DynTableDef *def, const char *sql, bool *valid);

/* The condition of an index as it is stored, or NULL. */
extern Node *dyn_relation_predicate(Oid relid);

/* Is it an ordinary table, and stays one to the end of the transaction? */
extern bool dyn_relation_is_plain(Oid relid);

/* The same with partitioned tables: is it no view, which would run its owner's code as whoever reads it? */
extern bool dyn_relation_has_rows(Oid relid);

/* Can reads use the relation, an index? */
extern bool dyn_relation_is_valid(Oid relid);

#endif							/* DYNAPG_TABLES_RELATION_H */
