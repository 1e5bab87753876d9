/*
 * reads.h - the handlers of the operations that read many items
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_READS_H
#define DYNAPG_API_READS_H

#include "api/operation.h"

extern void dyn_api_query(const DynJson *request, StringInfo reply);
extern void dyn_api_scan(const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_READS_H */
