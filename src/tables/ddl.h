/*
 * ddl.h - the relations of a DynamoDB table: names, columns, indexes
 *
 * A table is dynamodb."Name" (pk, [sk], item): pk and sk are text COLLATE "C" (S), numeric (N) or bytea (B)
 * and always have these names.  One with secondary indexes has the column keys, too: see stored_keys.h.
 * PRIMARY KEY (pk [, sk]).  Storage options are given at creation.  CHECK
 * constraints hold the columns to the item's key attributes: see checks.h.  Whoever writes a data table with SQL fills pk by
 * dynapg.part_s, key_n and part_b, sk by dynapg.key_s, key_n and key_b, or both by dynapg.table_row.
 *
 * A secondary index is one btree index with the columns of tables/order.h; partial where a key attribute may be missing,
 * which makes it sparse.
 *
 * Relation names other than the table's own name contain characters that DynamoDB forbids in names (":", "~", space), so that
 * no table name can collide with them.
 *
 * Everything runs through SPI (the caller is connected) with the rights of the current user.
 */
#ifndef DYNAPG_TABLES_DDL_H
#define DYNAPG_TABLES_DDL_H

#include "lib/stringinfo.h"

#include "tables/definition.h"

/*
 * The relation name for a full name: the name itself, or, where it is longer than an identifier, its beginning with
 * a hash of the whole.  A different seed gives a different name.
 */
extern char *dyn_ddl_relation_name(const char *full_name, uint64 seed);

/* A relation name for a table's secondary index that no relation of the data table's schema has. */
extern char *dyn_ddl_index_name(const DynTableDef *def, const char *index_name);

/* Appends the condition under which an index holds an item, from WHERE on; nothing where it holds all. */
extern void dyn_ddl_append_index_condition(StringInfo out, const DynTableDef *def, const DynIndex *index);

/*
 * Creates the data table under that relation name and returns its OID: either with the rows of def->rows_from or with the constraints,
 * each after a comma.
 */
extern Oid	dyn_ddl_create_table(const DynTableDef *def, const char *relation_name, const char *constraints);

/* Fills an empty table with the rows of a relation or (query): pk, sk and item; returns their number.  SPI need not be connected. */
extern uint64 dyn_ddl_fill_table(const DynTableDef *def, const char *rows);

/*
 * "CONCURRENTLY " for a statement about an index of that table, or about that index, if wanted; PostgreSQL does not allow it
 * for partitioned ones.
 */
extern const char *dyn_ddl_concurrently(Oid relid, bool wanted);

/* The statement that creates a secondary index as it is said to be: over keys, or over item. */
extern char *dyn_ddl_index_statement(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently);

/* The statement that creates a secondary index of a data table under that relation name, over keys where the table's column serves. */
extern char *dyn_ddl_create_index(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently);

/* The statement that drops an index, or NULL when it is gone. */
extern char *dyn_ddl_drop_index(Oid relid, bool concurrently);

/* Makes autovacuum run as often as a table with a secondary index needs, unless its owner has set something else. */
extern void dyn_ddl_vacuum_indexed(Oid relid);

/* Drops the data table with its indexes; other objects that depend on it make it fail as DROP TABLE does. */
extern void dyn_ddl_drop_table(Oid relid);

/* The quoted, schema-qualified name of a relation, palloc'd; NULL when it is gone. */
extern char *dyn_ddl_qualified_name(Oid relid);

#endif							/* DYNAPG_TABLES_DDL_H */
