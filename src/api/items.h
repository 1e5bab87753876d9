/*
 * items.h - the handlers of the single-item operations
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_ITEMS_H
#define DYNAPG_API_ITEMS_H

#include "api/operation.h"

extern void dyn_api_put_item(const DynJson *request, StringInfo reply);
extern void dyn_api_get_item(const DynJson *request, StringInfo reply);
extern void dyn_api_delete_item(const DynJson *request, StringInfo reply);
extern void dyn_api_update_item(const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_ITEMS_H */
