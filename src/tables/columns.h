/*
 * columns.h - the columns of a data table and their types
 */
#ifndef DYNAPG_TABLES_COLUMNS_H
#define DYNAPG_TABLES_COLUMNS_H

#include "postgres.h"

/*
 * Raises an error unless the data table has the columns item, pk and, unless sk is 0, sk, of the types for keys with those
 * tags; the second function only asks.
 */
extern void dyn_columns_check(Oid relid, uint8 pk, uint8 sk);
extern bool dyn_columns_fit(Oid relid, uint8 pk, uint8 sk);

/* dynapg.item; raises where there is none. */
extern Oid	dyn_columns_item_type(void);

#endif							/* DYNAPG_TABLES_COLUMNS_H */
