/*
 * table_describe.h - TableDescription, the reply of the table operations
 */
#ifndef DYNAPG_API_TABLE_DESCRIBE_H
#define DYNAPG_API_TABLE_DESCRIBE_H

#include "lib/stringinfo.h"

#include "api/table_view.h"
#include "tables/definition.h"

/* Appends "member":{the description}. */
extern void dyn_table_describe_print(StringInfo reply, const char *member, const DynTableDef *def, DynTableView view);

/* Is it CREATING, since a job fills it? */
extern bool dyn_table_describe_is_filling(const DynTableDef *def);

/*
 * Raises ResourceNotFoundException as the control plane words it, or returns the stored definition.  For an update of a table that a
 * job fills, raises ResourceInUseException.
 */
extern DynTableDef *dyn_table_describe_find(DynSlice name, bool for_update);

#endif							/* DYNAPG_API_TABLE_DESCRIBE_H */
