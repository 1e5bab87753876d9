/*
 * sql.h - SQL statements of the store: arguments, execution, results
 *
 * A thin layer over SPI for statements that are not kept: catalog reads and writes, DDL.  Every call must be
 * inside SPI_connect ... SPI_finish.  Statements qualify every name with its schema, including operators, since they run under
 * any search_path.
 */
#ifndef DYNAPG_DATABASE_SQL_H
#define DYNAPG_DATABASE_SQL_H

#include "postgres.h"

#include "executor/spi.h"

#define DYN_SQL_MAX_ARGS 16

typedef struct DynSqlArgs
{
	int			count;
	Oid			types[DYN_SQL_MAX_ARGS];
	Datum		values[DYN_SQL_MAX_ARGS];
	char		nulls[DYN_SQL_MAX_ARGS];
} DynSqlArgs;

/* Append one argument; a NULL text or array is SQL's NULL. */
extern void dyn_sql_text(DynSqlArgs *args, const char *value);
extern void dyn_sql_text_array(DynSqlArgs *args, char **values, int count);
extern void dyn_sql_int64_array(DynSqlArgs *args, const int64 *values, int count);
extern void dyn_sql_bytea_array(DynSqlArgs *args, struct varlena **values, int count);
extern void dyn_sql_bytea(DynSqlArgs *args, struct varlena *value);	/* NULL: SQL's */
extern void dyn_sql_oid(DynSqlArgs *args, Oid value);
extern void dyn_sql_int(DynSqlArgs *args, int value);
extern void dyn_sql_int64(DynSqlArgs *args, int64 value);
extern void dyn_sql_float4(DynSqlArgs *args, float4 value);
extern void dyn_sql_timestamptz(DynSqlArgs *args, int64 value);
extern void dyn_sql_bool(DynSqlArgs *args, bool value);

/*
 * Runs one statement with a snapshot of its own, args may be NULL, and returns the number of rows processed;
 * rows returned are in SPI_tuptable. limit is the maximum number of rows, 0 for all.
 */
extern uint64 dyn_sql_run(const char *sql, DynSqlArgs *args, long limit);

/* Does the work in a subtransaction; returns the error that undid it, in the current memory context, or NULL. */
extern ErrorData *dyn_sql_catch(void (*work) (void *arg), void *arg);

/* The same.  False: it failed with that SQLSTATE; another error goes on. */
extern bool dyn_sql_attempt(void (*work) (void *arg), void *arg, int sqlstate);

/* A column (from 1) of row i of SPI_tuptable; NULL for SQL's NULL.  The result is in the current memory context. */
extern char *dyn_sql_get_text(uint64 i, int column);
extern Datum dyn_sql_get_datum(uint64 i, int column);	/* not null; borrowed from SPI_tuptable */
extern struct varlena *dyn_sql_get_bytea(uint64 i, int column, MemoryContext context);	/* a copy there; NULL for SQL's */
extern Oid	dyn_sql_get_oid(uint64 i, int column);
extern int	dyn_sql_get_int(uint64 i, int column);
extern bool dyn_sql_get_bool(uint64 i, int column);
extern int64 dyn_sql_get_int64(uint64 i, int column);

#endif							/* DYNAPG_DATABASE_SQL_H */
