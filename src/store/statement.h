/*
 * statement.h - the statements on the rows of given keys: texts, parameters, kept plans
 *
 * Model.  A DynPlanKind is a statement of each table; tables/table.h lists them. Its parameters are the partition key, the sort
 * key if the table has one, the item if it writes a given one, and the compiled condition and update if it may have those; a
 * statement on a list takes arrays of them.  Every condition is on the primary key.
 *
 * Writes with and without a condition share a statement, since each statement is an entry of pg_stat_statements for each table.
 * Only a put that needs nothing from the old item has a statement of its own, which does not fetch that item.
 *
 * rows.c and key_lock.c know what it means whether a statement finds a row.
 */
#ifndef DYNAPG_STORE_STATEMENT_H
#define DYNAPG_STORE_STATEMENT_H

#include "store/plan.h"

/* The table's plan of that kind, ready to be run.  Inside SPI_connect ... SPI_finish, like everything in plan.h. */
extern const DynPlan *dyn_statement_plan(DynTable *table, DynPlanKind kind);

/* The program of a write that has neither condition nor update: one without bytes. */
extern const struct varlena *dyn_statement_no_program(void);

/* The parameters of a statement on one row; those that it does not have are ignored. */
extern ParamListInfo dyn_statement_params(const DynTable *table, DynPlanKind kind, const DynKey *key, const struct varlena *item,
										  const struct varlena *program);

/* The same of a statement with wishes, those of value/outcome.h; item may be NULL. */
extern ParamListInfo dyn_statement_node_params(const DynTable *table, DynPlanKind kind, const DynKey *key, const struct varlena *item,
											   const struct varlena *program, int wishes);

/* The same of a statement on a list; items is ignored where it takes none. */
extern ParamListInfo dyn_statement_list_params(const DynTable *table, DynPlanKind kind, const DynKey *keys,
											   struct varlena *const *items, int count);

/* The index of the item's key in the keys of a list, searched from `first` on and wrapping around; -1 if it is not there. */
extern int	dyn_statement_find_key(const DynTable *table, const DynKey *keys, int nkeys, int first, const struct varlena *item);

#endif							/* DYNAPG_STORE_STATEMENT_H */
