/*
 * table_list.c - ListTables
 */
#include "postgres.h"

#include "api/handlers.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/settings.h"

void
dyn_api_list_tables(const DynJson *request, StringInfo reply)
{
	char	   *names[DYN_MAX_LIST_TABLES + 1];
	int			limit = (int) dyn_request_integer(request, "Limit", DYN_MAX_LIST_TABLES);
	int			found;
	int			shown;

	/* one more than wanted, to see whether there are more */
	found = dyn_catalog_list(dyn_request_cstring(request, "ExclusiveStartTableName"), limit + 1, names);
	shown = Min(found, limit);

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "TableNames");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < shown; i++)
	{
		const char *name = dyn_namespace_text_name(names[i]);

		if (i > 0)
			appendStringInfoChar(reply, ',');
		dyn_jsonout_string(reply, name, strlen(name));
	}
	appendStringInfoChar(reply, ']');
	if (found > limit)
		dyn_settings_print_text(reply, "LastEvaluatedTableName", dyn_namespace_text_name(names[shown - 1]));
	appendStringInfoChar(reply, '}');
}
