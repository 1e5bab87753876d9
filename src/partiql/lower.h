/*
 * lower.h - statements on one item, as what the operations on items carry out
 */
#ifndef DYNAPG_PARTIQL_LOWER_H
#define DYNAPG_PARTIQL_LOWER_H

#include "command/get.h"
#include "command/write.h"
#include "partiql/bind.h"

/*
 * INSERT, UPDATE, DELETE, EXISTS: fills in the command but for the key, which its map holds.  Returns the terms of
 * WHERE, of which those of the key are taken.  Raises ValidationException and ResourceNotFoundException.
 */
extern DynPartiqlTerms dyn_partiql_lower_write(const DynPartiqlBound *bound, DynWriteCommand *command);

/* Then the key, and what follows from it. */
extern void dyn_partiql_fit_write(DynWriteCommand *command);

/* SELECT of one item by its whole key: false when it gives no value to an attribute of the table's key, or reads an index. */
extern bool dyn_partiql_lower_get(const DynPartiqlBound *bound, DynGet *get);

/* What SELECT shows of an item: each path's value, under the path's last name and the indexes behind it. */
extern DynNode dyn_partiql_project(const DynProgram *projection, DynValue item);

/* Appends what RETURNING shows, as an item; false when that is nothing. */
extern bool dyn_partiql_print_returned(StringInfo reply, const DynPartiqlStatement *statement, const DynWriteCommand *command,
									   const DynChange *change);

/* Raises what the verdict of a write asks for. */
extern void dyn_partiql_check_change(const DynWriteCommand *command, const DynChange *change);

#endif							/* DYNAPG_PARTIQL_LOWER_H */
