/*
 * insights.c - DescribeContributorInsights, UpdateContributorInsights, ListContributorInsights
 *
 * The setting of a table or an index is stored and reported, without effect.  A page of ListContributorInsights ends with a
 * whole table;
 * its token is the table's name.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

#define DEFAULT_MODE "ACCESSED_AND_THROTTLED_KEYS"

/* Raises where the table has no such index. */
static int
find_index(const DynTableDef *def, DynSlice name)
{
	for (int i = 0; i < def->nindexes; i++)
	{
		if (dyn_slice_is(name, def->indexes[i].name))
			return i;
	}
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Index: %.*s not found", (int) name.len, name.data);
}

static void
print_names(StringInfo out, const DynTableDef *def, const char *index)
{
	dyn_settings_print_text(out, "TableName", dyn_namespace_text_name(def->name));
	if (index)
		dyn_settings_print_text(out, "IndexName", index);
}

/* The names of CloudWatch's rules: of partition keys and, where there is one, of sort keys, accessed and throttled. */
static void
print_rules(StringInfo out, const DynTableDef *def, const DynIndex *index, const DynInsights *insights)
{
	bool		has_sort_key = index ? index->nsk > 0 : def->sk.tag != 0;
	bool		accessed = strcmp(insights->mode, DEFAULT_MODE) == 0;
	static const char *const kinds[] = {"PKC", "PKT", "SKC", "SKT"};
	bool		any = false;

	dyn_jsonout_member(out, "ContributorInsightsRuleList");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < (has_sort_key ? 4 : 2); i++)
	{
		if (!accessed && i % 2 == 0)
			continue;
		appendStringInfo(out, "%s\"DynamoDBContributorInsights-%s-%s%s%s-%.0f\"", any ? "," : "", kinds[i],
						 dyn_namespace_text_name(def->name), index ? "-" : "", index ? index->name : "", insights->since * 1000);
		any = true;
	}
	appendStringInfoChar(out, ']');
}

void
dyn_api_describe_contributor_insights(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), false);
	DynSlice	index_name = dyn_request_string(request, "IndexName");
	const DynIndex *index = index_name.data ? &def->indexes[find_index(def, index_name)] : NULL;
	DynInsights insights = index ? index->settings.insights :
		def->settings.insights;

	appendStringInfoChar(reply, '{');
	print_names(reply, def, index ? index->name : NULL);
	if (insights.enabled)
		print_rules(reply, def, index, &insights);
	dyn_settings_print_text(reply, "ContributorInsightsStatus", insights.enabled ? "ENABLED" : "DISABLED");
	if (insights.since > 0)
	{
		dyn_settings_print_time(reply, "LastUpdateDateTime", insights.since);
		dyn_settings_print_text(reply, "ContributorInsightsMode", insights.mode);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_api_update_contributor_insights(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), true);
	DynSlice	index_name = dyn_request_string(request, "IndexName");
	char	   *mode = dyn_request_cstring(request, "ContributorInsightsMode");
	DynIndex *index = index_name.data ? &def->indexes[find_index(def, index_name)] : NULL;
	DynInsights changed = {
		.enabled = dyn_request_is(request, "ContributorInsightsAction", "ENABLE"),
		.mode = mode ? mode : DEFAULT_MODE,
		.since = dyn_settings_now(),
	};

	if (index)
	{
		DynIndexSettings *settings = &index->settings;

		settings->insights = changed;
	}
	else
	{
		DynTableSettings *settings = &def->settings;

		settings->insights = changed;
	}
	dyn_catalog_update(def);

	appendStringInfoChar(reply, '{');
	print_names(reply, def, index ? index->name : NULL);
	dyn_settings_print_text(reply, "ContributorInsightsStatus", changed.enabled ? "ENABLING" : "DISABLING");
	dyn_settings_print_text(reply, "ContributorInsightsMode", changed.mode);
	appendStringInfoChar(reply, '}');
}

static void
print_summary(StringInfo out, const DynTableDef *def, const char *index, const DynInsights *insights, int *count)
{
	if (insights->since == 0)
		return;
	appendStringInfoString(out, (*count)++ > 0 ? ",{" : "{");
	print_names(out, def, index);
	dyn_settings_print_text(out, "ContributorInsightsStatus", insights->enabled ? "ENABLED" : "DISABLED");
	dyn_settings_print_text(out, "ContributorInsightsMode", insights->mode);
	appendStringInfoChar(out, '}');
}

/* The summaries of a table and its indexes. */
static void
print_summaries(StringInfo out, const DynTableDef *def, int *count)
{
	print_summary(out, def, NULL, &def->settings.insights, count);
	for (int i = 0; i < def->nindexes; i++)
		print_summary(out, def, def->indexes[i].name, &def->indexes[i].settings.insights, count);
}

/* The summaries of the tables that follow the token, until there are enough; the last table's name where more follow. */
static char *
print_page(StringInfo out, const char *after, int limit)
{
	int			count = 0;

	for (;;)
	{
		char	   *names[DYN_MAX_LIST_TABLES];
		int			found = dyn_catalog_list(after, lengthof(names), names);

		for (int i = 0; i < found; i++)
		{
			DynTableDef *def = dyn_catalog_read(names[i]);

			CHECK_FOR_INTERRUPTS();
			if (def)
				print_summaries(out, def, &count);
			if (count >= limit)
				return pstrdup(dyn_namespace_text_name(names[i]));
		}
		if (found < lengthof(names))
			return NULL;
		after = dyn_namespace_text_name(names[found - 1]);
	}
}

void
dyn_api_list_contributor_insights(const DynJson *request, StringInfo reply)
{
	int			limit = (int) dyn_request_integer(request, "MaxResults", DYN_MAX_LIST_INSIGHTS);
	char	   *last = NULL;

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "ContributorInsightsSummaries");
	appendStringInfoChar(reply, '[');
	if (dyn_request_member(request, "TableName"))
	{
		int			count = 0;

		print_summaries(reply, dyn_table_describe_find(dyn_params_table_name(request), false), &count);
	}
	else
		last = print_page(reply, dyn_request_cstring(request, "NextToken"), Max(limit, 1));
	appendStringInfoChar(reply, ']');
	if (last)
		dyn_settings_print_text(reply, "NextToken", last);
	appendStringInfoChar(reply, '}');
}
