/*
 * transact_get.h - reads of several items at one moment
 */
#ifndef DYNAPG_API_TRANSACT_GET_H
#define DYNAPG_API_TRANSACT_GET_H

#include "lib/stringinfo.h"

#include "expr/program.h"
#include "value/tree.h"

typedef struct DynTransactGet
{
	DynSlice	table_name;		/* as the request gave it */
	DynNode		map;			/* Key */
	DynProgram *projection;		/* NULL: the whole item */
	DynProgram *filter;			/* NULL: none; an item that it leaves out is as if it were not there */
	DynNode		(*project) (const DynProgram *projection, DynValue item);	/* what stands for the projection; NULL: it does */
} DynTransactGet;

/* Reads the items and appends the whole reply.  request: what it says of capacity. */
extern void dyn_transact_get(const DynTransactGet *gets, int count, const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_TRANSACT_GET_H */
