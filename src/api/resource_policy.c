/*
 * resource_policy.c - PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy
 *
 * A policy is stored and returned but not enforced: PostgreSQL's privileges on the data table decide.  A revision is
 * the time of the last change in milliseconds.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_check.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

#define NO_POLICY "NO_POLICY"

static void
not_found(DynSlice arn)
{
	dyn_error(DYN_E_POLICY_NOT_FOUND, "Resource-based policy not found for the provided ResourceArn: %.*s", (int) arn.len, arn.data);
}

/* ExpectedRevisionId has to be the present revision, or NO_POLICY where there is none. */
static void
check_revision(const DynJson *request, const DynTableSettings *settings)
{
	DynSlice	expected = dyn_request_string(request, "ExpectedRevisionId");

	if (expected.data == NULL)
		return;
	if (!dyn_slice_is(expected, settings->policy ? settings->policy_revision : NO_POLICY))
		not_found(dyn_request_string(request, "ResourceArn"));
}

static void
reply_revision(StringInfo reply, const char *revision)
{
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "RevisionId", revision);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_put_resource_policy(const DynJson *request, StringInfo reply)
{
	DynSlice	policy = dyn_request_string(request, "Policy");
	DynTableDef *def;
	DynTableSettings *settings;

	dyn_table_check_policy(policy);
	def = dyn_table_describe_find(dyn_params_resource(request), true);
	settings = &def->settings;
	check_revision(request, settings);
	if (!settings->policy || !dyn_slice_is(policy, settings->policy))
	{
		dyn_settings_set_policy(settings, policy);
		dyn_catalog_update(def);
	}
	reply_revision(reply, settings->policy_revision);
}

void
dyn_api_get_resource_policy(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_resource(request), false);
	DynTableSettings *settings = &def->settings;

	if (!settings->policy)
		not_found(dyn_request_string(request, "ResourceArn"));
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "Policy", settings->policy);
	dyn_settings_print_text(reply, "RevisionId", settings->policy_revision);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_delete_resource_policy(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_resource(request), true);
	DynTableSettings *settings = &def->settings;
	const char *revision = settings->policy ? settings->policy_revision : "";

	check_revision(request, settings);
	if (settings->policy)
	{
		settings->policy = NULL;
		dyn_catalog_update(def);
	}
	reply_revision(reply, revision);
}
