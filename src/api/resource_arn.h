/*
 * resource_arn.h - the resource that a ResourceArn member names
 */
#ifndef DYNAPG_API_RESOURCE_ARN_H
#define DYNAPG_API_RESOURCE_ARN_H

#include "base/json.h"

/* A table, or a stream of it: then label is not NULL. */
typedef struct DynResource
{
	DynSlice	table;
	DynSlice	label;
} DynResource;

/*
 * The resource of a request about tags, or about a policy.  Both raise the service's errors for what is no ARN of a table or
 * a stream of this server; for an ARN of another account or region the two have errors of their own.
 */
extern DynResource dyn_resource_arn_of_tags(const DynJson *request);
extern DynResource dyn_resource_arn_of_policy(const DynJson *request);

#endif							/* DYNAPG_API_RESOURCE_ARN_H */
