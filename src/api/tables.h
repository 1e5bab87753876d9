/*
 * tables.h - the handlers of the table operations
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_TABLES_H
#define DYNAPG_API_TABLES_H

#include "api/operation.h"

extern void dyn_api_create_table(const DynJson *request, StringInfo reply);
extern void dyn_api_describe_table(const DynJson *request, StringInfo reply);
extern void dyn_api_list_tables(const DynJson *request, StringInfo reply);
extern void dyn_api_delete_table(const DynJson *request, StringInfo reply);
extern void dyn_api_update_table(const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_TABLES_H */
