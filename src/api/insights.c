/*
 * insights.c - DescribeContributorInsights, UpdateContributorInsights, ListContributorInsights
 *
 * What is switched on here is counted for dynapg.contributor_insights (throughput/contributors.h).  A page of
 * ListContributorInsights has a token of its last summary: TABLE or TABLE/INDEX.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

#define DEFAULT_MODE "ACCESSED_AND_THROTTLED_KEYS"

/* The global index that the request names; NULL: it names none. Insights are of tables and global indexes. */
static DynIndex *
find_index(const DynJson *request, DynTableDef *def)
{
	DynSlice	name = dyn_request_string(request, "IndexName");

	if (!name.data)
		return NULL;
	for (int i = 0; i < def->nindexes; i++)
	{
		if (def->indexes[i].kind == DYN_INDEX_GLOBAL && dyn_slice_is(name, def->indexes[i].name))
			return &def->indexes[i];
	}
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Index: %.*s not found for table: %s", (int) name.len, name.data,
			  dyn_namespace_text_name(def->name));
}

static void
check_index_name(const DynJson *request)
{
	DynSlice	name = dyn_request_string(request, "IndexName");

	if (name.data && (name.len < DYN_MIN_TABLE_NAME || name.len > DYN_MAX_TABLE_NAME))
		dyn_validation("IndexName must be at least %d characters long and at most %d characters long", DYN_MIN_TABLE_NAME,
					   DYN_MAX_TABLE_NAME);
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
						 dyn_namespace_text_name(def->name), index ? "-" : "", index ? index->name : "", insights->on_since * 1000);
		any = true;
	}
	appendStringInfoChar(out, ']');
}

void
dyn_api_describe_contributor_insights(const DynJson *request, StringInfo reply)
{
	DynTableDef *def;
	const DynIndex *index;
	DynInsights insights;

	check_index_name(request);
	def = dyn_table_describe_find(dyn_params_table_name(request), false);
	index = find_index(request, def);
	insights = index ? index->settings.insights : def->settings.insights;

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

/* The status in a reply: one that moves where there is something to change. */
static const char *
status_shown(const DynInsights *insights, bool changes)
{
	if (!changes)
		return insights->enabled ? "ENABLED" : "DISABLED";
	return insights->enabled ? "ENABLING" : "DISABLING";
}

void
dyn_api_update_contributor_insights(const DynJson *request, StringInfo reply)
{
	bool		enable = dyn_request_is(request, "ContributorInsightsAction", "ENABLE");
	char	   *mode = dyn_request_cstring(request, "ContributorInsightsMode");
	DynTableDef *def;
	DynIndex   *index;
	DynInsights *insights;
	bool		changes;

	check_index_name(request);
	def = dyn_table_describe_find(dyn_params_table_name(request), false);
	if (dyn_table_describe_is_filling(def))
		dyn_validation("Table or Index is not in a valid state to update Key Access Insights: TableStatus must be ACTIVE to enable "
					   "ContributorInsights.");
	def = dyn_table_describe_find(dyn_params_table_name(request), true);
	index = find_index(request, def);
	insights = index ? &index->settings.insights : &def->settings.insights;
	if (!mode)
		mode = !enable && insights->mode ? insights->mode : DEFAULT_MODE;
	changes = insights->enabled != enable || (enable && strcmp(mode, insights->mode) != 0);
	if (changes)
	{
		double		now = dyn_settings_now();
		double		on = insights->enabled ? insights->on_since : now;

		*insights = (DynInsights) {.enabled = enable,.mode = mode,.since = now,.on_since = on};
		dyn_catalog_update(def);
	}
	appendStringInfoChar(reply, '{');
	print_names(reply, def, index ? index->name : NULL);
	dyn_settings_print_text(reply, "ContributorInsightsStatus", status_shown(insights, changes));
	if (insights->mode)
		dyn_settings_print_text(reply, "ContributorInsightsMode", insights->mode);
	appendStringInfoChar(reply, '}');
}

/* ---- the list ---- */

typedef struct ListPage
{
	StringInfo	out;
	char	   *after_table;	/* where the page before ended, without namespace; NULL: there is none */
	char	   *after_index;
	int			limit;
	int			count;
	char	   *last;			/* of the last summary, as a token */
	bool		more;
} ListPage;

/* Appends a summary; false where the page has no room for it. */
static bool
add_summary(ListPage *page, const DynTableDef *def, const char *index, const DynInsights *insights)
{
	const char *name = dyn_namespace_text_name(def->name);

	if (!insights->enabled)
		return true;
	page->more = page->count == page->limit;
	if (page->more)
		return false;
	appendStringInfoString(page->out, page->count++ > 0 ? ",{" : "{");
	print_names(page->out, def, index);
	dyn_settings_print_text(page->out, "ContributorInsightsStatus", "ENABLED");
	dyn_settings_print_text(page->out, "ContributorInsightsMode", insights->mode);
	appendStringInfoChar(page->out, '}');
	page->last = index ? psprintf("%s/%s", name, index) : pstrdup(name);
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const DynIndex *) a)->name, ((const DynIndex *) b)->name);
}

/*
 * The summaries of a table and its indexes, after those on the page before.  They are in the order of their names, as the index at which
 * that page ended may be gone.
 */
static bool
add_table(ListPage *page, DynTableDef *def)
{
	bool		began = page->after_table && strcmp(page->after_table, dyn_namespace_text_name(def->name)) == 0;
	const char *after = began && page->after_index ? page->after_index : "";

	if (!began && !add_summary(page, def, NULL, &def->settings.insights))
		return false;
	qsort(def->indexes, def->nindexes, sizeof(DynIndex), compare_names);
	for (int i = 0; i < def->nindexes; i++)
	{
		const DynIndex *index = &def->indexes[i];

		if (strcmp(index->name, after) > 0 && !add_summary(page, def, index->name, &index->settings.insights))
			return false;
	}
	return true;
}

static bool
add_named(ListPage *page, const char *name)
{
	DynTableDef *def = dyn_catalog_read(name);

	CHECK_FOR_INTERRUPTS();
	return !def || add_table(page, def);
}

/* The summaries of all tables. */
static void
add_tables(ListPage *page)
{
	const char *after = page->after_table;
	char	   *names[DYN_MAX_LIST_TABLES];
	int			found = lengthof(names);

	if (after && !add_named(page, dyn_namespace_full_name(after)))
		return;
	while (found == lengthof(names))
	{
		found = dyn_catalog_list(after, lengthof(names), names);
		for (int i = 0; i < found; i++)
			if (!add_named(page, names[i]))
				return;
		after = found > 0 ? dyn_namespace_text_name(names[found - 1]) : after;
	}
}

void
dyn_api_list_contributor_insights(const DynJson *request, StringInfo reply)
{
	ListPage	page = {
		.out = reply,
		.after_table = dyn_request_cstring(request, "NextToken"),
		.limit = Max((int) dyn_request_integer(request, "MaxResults", DYN_MAX_LIST_INSIGHTS), 1)
	};
	char	   *separator = page.after_table ? strchr(page.after_table, '/') : NULL;

	if (separator)
	{
		*separator = '\0';
		page.after_index = separator + 1;
	}
	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "ContributorInsightsSummaries");
	appendStringInfoChar(reply, '[');
	if (dyn_request_member(request, "TableName"))
		(void) add_table(&page, dyn_table_describe_find(dyn_params_table_name(request), false));
	else
		add_tables(&page);
	appendStringInfoChar(reply, ']');
	if (page.more)
		dyn_settings_print_text(reply, "NextToken", page.last);
	appendStringInfoChar(reply, '}');
}
