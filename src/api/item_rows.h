/*
 * item_rows.h - Query and Scan as rows, without pages
 *
 * The request is that of the operation and goes through all of its checks.  What stands for the reply is the beginning of a
 * DynItemRows, which takes the items instead.
 */
#ifndef DYNAPG_API_ITEM_ROWS_H
#define DYNAPG_API_ITEM_ROWS_H

#include "lib/stringinfo.h"

#include "base/json.h"
#include "tables/table.h"

typedef struct DynItemRows
{
	StringInfoData reply;		/* stays empty */
	DynRowConsumer consumer;	/* called with each item and this struct */
} DynItemRows;

/* Handlers, called with the reply of a DynItemRows. */
extern void dyn_api_query_rows(const DynJson *request, StringInfo reply);
extern void dyn_api_scan_rows(const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_ITEM_ROWS_H */
