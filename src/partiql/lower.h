/*
 * lower.h - statements on one item as the commands of the operations on items
 */
#ifndef DYNAPG_PARTIQL_LOWER_H
#define DYNAPG_PARTIQL_LOWER_H

#include "command/get.h"
#include "command/write.h"
#include "partiql/bind.h"

/*
 * INSERT, UPDATE, DELETE, EXISTS: fills in the command except for the key, which its map holds. Returns the terms of WHERE,
 * with those of the key marked as taken.  Raises ValidationException and ResourceNotFoundException.
 */
extern DynPartiqlTerms dyn_partiql_lower_write(const DynPartiqlBound *bound, DynWriteCommand *command);

/* Then fills in the key, and what depends on it. */
extern void dyn_partiql_fit_write(DynWriteCommand *command);

/* SELECT of one item by its whole key: false when it gives no value to an attribute of the table's key, or reads an index. */
extern bool dyn_partiql_lower_get(const DynPartiqlBound *bound, DynGet *get);

/* What SELECT returns of an item: each path's value, under the path's last name and the indexes behind it. */
extern DynNode dyn_partiql_project(const DynProgram *projection, DynValue item);

/* Appends what RETURNING returns, as an item; false when that is nothing. */
extern bool dyn_partiql_print_returned(StringInfo reply, const DynPartiqlStatement *statement, const DynWriteCommand *command,
									   const DynChange *change);

/* Raises the error for the verdict of a write, if any. */
extern void dyn_partiql_check_change(const DynWriteCommand *command, const DynChange *change);

#endif							/* DYNAPG_PARTIQL_LOWER_H */
