/*
 * resource_arn.c - the resource that a ResourceArn member names
 */
#include "postgres.h"

#include "api/resource_arn.h"

#include "base/errors.h"
#include "base/namespace.h"
#include "base/request.h"
#include "tables/name.h"

static void
refuse(const char *reason, DynSlice text)
{
	dyn_validation(DYN_INVALID_PARAMETER "%s%.*s", reason, (int) text.len, text.data);
}

/* Splits the ARN of a table or a stream; its account and region are not looked at. */
static DynResource
read_arn(DynSlice text, DynArn *arn)
{
	if (!dyn_name_is_arn(text))
		refuse("ARNs must start with 'arn:': ", text);
	if (!dyn_name_split_arn(text, arn) || !dyn_slice_is(arn->vendor, "dynamodb") || !dyn_slice_is(arn->kind, "table") ||
		!dyn_name_fits_table(arn->name))
		refuse("Provided Arn is not a DynamoDB resource arn: ", text);
	if (dyn_slice_is(arn->part, "index"))
		refuse("Invalid resource arn provided, only table or stream is accepted. Provided resource arn: ", text);
	if (arn->part.data && !dyn_slice_is(arn->part, "stream"))
		refuse("Provided Arn is not a DynamoDB resource arn: ", text);
	return (DynResource) {dyn_namespace_full(arn->name), arn->id};
}

DynResource
dyn_resource_arn_of_tags(const DynJson *request)
{
	DynSlice	text = dyn_request_string(request, "ResourceArn");
	DynArn		arn;
	DynResource resource = read_arn(text, &arn);

	if (!dyn_slice_is(arn.account, DYN_ACCOUNT_ID))
		dyn_error(DYN_E_ACCESS_DENIED, DYN_ACCESS_DENIED);
	if (!dyn_slice_is(arn.region, dyn_namespace_region()) || !dyn_slice_is(arn.partition, "aws"))
		dyn_validation("Invalid TableArn: Invalid ResourceArn provided as input %.*s", (int) text.len, text.data);
	return resource;
}

DynResource
dyn_resource_arn_of_policy(const DynJson *request)
{
	DynSlice	text = dyn_request_string(request, "ResourceArn");
	DynArn		arn;
	DynResource resource = read_arn(text, &arn);

	if (!dyn_slice_is(arn.account, DYN_ACCOUNT_ID))
		dyn_validation(DYN_OTHER_ACCOUNT);
	if (!dyn_slice_is(arn.region, dyn_namespace_region()) || !dyn_slice_is(arn.partition, "aws"))
		refuse("Invalid resource Arn: ", text);
	return resource;
}
