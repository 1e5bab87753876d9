/*
 * checks.h - the CHECK constraints of a data table
 *
 * One keeps each row a row of the table: its key columns agree with the item's key attributes, which have their types and lengths, and
 * the item is no larger than DynamoDB allows.  One for each secondary and vector index keeps out items that the index cannot have.  All
 * are calls of the functions of command/fit.c, which say what is wrong with a row.
 *
 * Writes of the API are checked before, with DynamoDB's texts and its rules for items that were there before an index; they do not
 * evaluate the constraints again (store/unchecked.h).  So these are for everybody else who writes.  A table that has rows that do not
 * fit has constraints that are not valid: PostgreSQL asks them of new row versions only.  A distributed table has none of these, as Citus
 * copies rows as new ones when it moves a shard.
 *
 * Whatever runs does so through SPI (the caller is connected) with the rights of the current user, who owns the table.
 */
#ifndef DYNAPG_TABLES_CHECKS_H
#define DYNAPG_TABLES_CHECKS_H

#include "lib/stringinfo.h"

#include "tables/definition.h"

/* Appends the constraints of a new table, each after a comma, for CREATE TABLE. */
extern void dyn_checks_append(StringInfo out, const DynTableDef *def);

/* Appends an expression that is NULL for a row t that fits, or a text that says what is wrong with it. */
extern void dyn_checks_append_problem(StringInfo out, const DynTableDef *def);

/*
 * The statement that gives the table the constraint for an index, or, for NULL, for its rows; one of that name is replaced.  It does
 * not look at rows, so that it holds its lock for a moment only; and the statement that looks at them, while others write.
 */
extern char *dyn_checks_add_statement(const DynTableDef *def, const DynIndex *index);
extern char *dyn_checks_validate_statement(const DynTableDef *def, const DynIndex *index);

/*
 * Adds the constraints that the table lacks and, if so asked, validates those that are not valid.  Returns how many are not valid in the
 * end, as there are rows that do not fit.
 */
extern int	dyn_checks_add_all(const DynTableDef *def, bool validate);

/* The same for an index alone, with validation; is it valid? */
extern bool dyn_checks_add_index(const DynTableDef *def, const DynIndex *index);

/* The statement that drops the constraint of an index; and does the table have it? */
extern char *dyn_checks_drop_statement(Oid relid, const char *index_name);
extern bool dyn_checks_has_index(Oid relid, const char *index_name);

/* Validates those that are not valid, and drops those that rows violate: the table is to be distributed. */
extern void dyn_checks_drop_violated(const DynTableDef *def);

/* Drops all constraints, for filling the table with rows that may not fit. */
extern void dyn_checks_drop_all(const DynTableDef *def);

#endif							/* DYNAPG_TABLES_CHECKS_H */
