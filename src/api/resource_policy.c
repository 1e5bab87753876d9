/*
 * resource_policy.c - PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy
 *
 * A policy of a table or of its latest stream is stored and returned but not enforced: PostgreSQL's privileges on the data table
 * decide.  A revision is the time of the last change in milliseconds.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/policy_text.h"
#include "api/resource_arn.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/settings.h"

#define NO_POLICY "NO_POLICY"
#define NOT_FOUND "Resource-based policy not found for the provided ResourceArn: "

/* The definition of the table, and the policy in it that the request is about. */
static DynPolicy *
find_policy(const DynJson *request, bool for_update, DynTableDef **def)
{
	DynResource resource = dyn_resource_arn_of_policy(request);

	*def = dyn_table_describe_find(resource.table, for_update);
	if (!resource.label.data)
		return &(*def)->settings.policy;
	if (!(*def)->settings.stream_label || !dyn_slice_is(resource.label, (*def)->settings.stream_label))
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Stream: %.*s not found for Table: %s",
				  (int) resource.label.len, resource.label.data, dyn_namespace_text_name((*def)->name));
	return &(*def)->settings.stream_policy;
}

/* ExpectedRevisionId has to be the present revision, or NO_POLICY where there is none. */
static void
check_revision(const DynJson *request, const DynPolicy *policy, const char *table)
{
	char	   *expected = dyn_request_cstring(request, "ExpectedRevisionId");

	if (!expected || strcmp(expected, policy->text ? policy->revision : NO_POLICY) == 0)
		return;
	if (strcmp(expected, NO_POLICY) == 0)
		dyn_error(DYN_E_POLICY_NOT_FOUND, NOT_FOUND "Requested policy update expecting none to be present for table %s, but a policy "
				  "exists with revision id %s.", table, policy->revision);
	if (!policy->text)
		dyn_error(DYN_E_POLICY_NOT_FOUND, NOT_FOUND "Requested update for policy with revision id %s, but table %s has no "
				  "associated policy.", expected, table);
	dyn_error(DYN_E_POLICY_NOT_FOUND, NOT_FOUND "Requested update for policy with revision id %s, but the policy associated to "
			  "target table %s has revision id %s.", expected, table, policy->revision);
}

static void
reply_revision(StringInfo reply, const char *revision)
{
	appendStringInfoChar(reply, '{');
	if (revision)
		dyn_settings_print_text(reply, "RevisionId", revision);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_put_resource_policy(const DynJson *request, StringInfo reply)
{
	char	   *text = dyn_policy_text(dyn_request_string(request, "Policy"));
	DynTableDef *def;
	DynPolicy  *policy = find_policy(request, true, &def);

	check_revision(request, policy, dyn_namespace_text_name(def->name));
	if (!policy->text || strcmp(policy->text, text) != 0)
	{
		dyn_settings_set_policy(policy, text);
		dyn_catalog_update(def);
	}
	reply_revision(reply, policy->revision);
}

/* A policy without a version has IAM's oldest.  One that version 0.4.0 or an earlier one has stored is as it was given. */
static const char *
with_version(const char *text)
{
	const DynJson *document = dyn_json_try(text, strlen(text));

	if (!document || dyn_json_count(document) == 0 || dyn_json_member(document, "Version"))
		return text;
	return psprintf("{\"Version\":\"2008-10-17\",%s", strchr(text, '{') + 1);
}

void
dyn_api_get_resource_policy(const DynJson *request, StringInfo reply)
{
	DynTableDef *def;
	const DynPolicy *policy = find_policy(request, false, &def);
	DynSlice	arn = dyn_request_string(request, "ResourceArn");

	if (!policy->text)
		dyn_error(DYN_E_POLICY_NOT_FOUND, NOT_FOUND "%.*s", (int) arn.len, arn.data);
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "Policy", with_version(policy->text));
	dyn_settings_print_text(reply, "RevisionId", policy->revision);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_delete_resource_policy(const DynJson *request, StringInfo reply)
{
	DynTableDef *def;
	DynPolicy  *policy = find_policy(request, true, &def);

	check_revision(request, policy, dyn_namespace_text_name(def->name));
	reply_revision(reply, policy->text ? policy->revision : NULL);
	if (!policy->text)
		return;
	policy->text = NULL;
	dyn_catalog_update(def);
}
