/*
 * params.h - which expression and legacy parameters a request has
 *
 * The same rules hold for every operation on items: expressions and the legacy parameters that they replaced
 * exclude each other, and names and values need an expression that could use them.
 */
#ifndef DYNAPG_API_PARAMS_H
#define DYNAPG_API_PARAMS_H

#include "throughput/consumed.h"
#include "value/tree.h"

/* What an operation takes; arrays end with NULL, in the order of DynamoDB's messages. */
typedef struct DynParams
{
	const char *const *expressions;
	const char *const *legacy;
	const char *no_values;		/* how the message about unused values ends: ": FilterExpression is null"; NULL: no values */
	const DynWording *wording;
} DynParams;

/*
 * Raises ValidationException when the request mixes both kinds, or has ExpressionAttributeNames or
 * ExpressionAttributeValues without any expression.  Returns whether it has expressions.
 */
extern bool dyn_params_check(const DynParams *params, const DynJson *request);

/* Raises ValidationException when one of the parts of a request, its members, has expressions and another one legacy parameters. */
extern void dyn_params_check_parts(const DynParams *params, const DynJson *parts);

/* The request's Item.  Raises ValidationException for a bad attribute value. */
extern struct varlena *dyn_params_item(const DynJson *request, const DynWording *wording);

/* The request's member that holds a key, as an open map.  Raises as dyn_params_item. */
extern DynNode dyn_params_attributes(const DynJson *request, const char *member, const DynWording *wording);

/* The name of the table in TableName, which is there since the shape demands it; see tables/name.h. */
extern DynSlice dyn_params_table_name(const DynJson *request);

/* ReturnConsumedCapacity. */
extern DynCapacityReport dyn_params_capacity(const DynJson *request);

/* ReturnItemCollectionMetrics: does the request ask for them? */
extern bool dyn_params_metrics(const DynJson *request);

/* The accounts of a request that names at most that number of items, with both as it asks for them. */
extern DynConsumed dyn_params_consumed(const DynJson *request, DynCapacityKind kind, int nitems);

#endif							/* DYNAPG_API_PARAMS_H */
