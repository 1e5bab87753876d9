/*
 * account.c - ConsumedCapacity and ItemCollectionMetrics of a request on several tables
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/account.h"
#include "base/jsonout.h"

void
dyn_account_begin(DynAccount *account, const DynJson *request, DynCapacityKind kind, int nitems)
{
	account->report = dyn_capacity_report(request);
	account->kind = kind;
	account->metrics = dyn_request_is(request, "ReturnItemCollectionMetrics", "SIZE");
	account->shows_none = false;
	account->nitems = nitems;
	account->ntables = 0;
	account->tables = palloc_array(DynAccountTable, nitems);
}

DynAccountTable *
dyn_account_add(DynAccount *account, DynSlice name, const DynTable *table)
{
	DynAccountTable *added = &account->tables[account->ntables++];

	*added = (DynAccountTable) {
		.table = table,
		.capacity = {.report = account->report, .kind = account->kind, .table_name = name}
	};
	return added;
}

DynAccountTable *
dyn_account_table(DynAccount *account, DynSlice name, const DynTable *table)
{
	for (int i = 0; i < account->ntables; i++)
	{
		if (account->tables[i].table->relid == table->relid)
			return &account->tables[i];
	}
	return dyn_account_add(account, name, table);
}

void
dyn_account_written(const DynAccount *account, DynAccountTable *table, DynValue pk)
{
	if (!account->metrics || !dyn_capacity_has_metrics(table->table))
		return;
	for (int i = 0; i < table->nwritten; i++)
	{
		if (dyn_value_equal(table->written[i], pk))
			return;
	}
	if (table->written == NULL)
		table->written = palloc_array(DynValue, account->nitems);
	table->written[table->nwritten++] = pk;
}

static void
reply_capacity(StringInfo reply, const DynAccount *account)
{
	if (account->report == DYN_CAPACITY_NONE)
		return;
	dyn_jsonout_member(reply, "ConsumedCapacity");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < account->ntables; i++)
	{
		if (i > 0)
			appendStringInfoChar(reply, ',');
		dyn_capacity_print(reply, &account->tables[i].capacity, account->tables[i].table);
	}
	appendStringInfoChar(reply, ']');
}

static void
reply_collections(StringInfo reply, const DynAccountTable *table)
{
	dyn_jsonout_string(reply, table->capacity.table_name.data, table->capacity.table_name.len);
	appendStringInfoString(reply, ":[");
	for (int i = 0; i < table->nwritten; i++)
	{
		if (i > 0)
			appendStringInfoChar(reply, ',');
		dyn_capacity_print_metrics(reply, table->table, table->written[i]);
	}
	appendStringInfoChar(reply, ']');
}

static void
reply_metrics(StringInfo reply, const DynAccount *account)
{
	const char *separator = "";
	bool		any = account->shows_none;

	for (int i = 0; i < account->ntables; i++)
		any = any || account->tables[i].nwritten > 0;
	if (!any)
		return;
	dyn_jsonout_member(reply, "ItemCollectionMetrics");
	appendStringInfoChar(reply, '{');
	for (int i = 0; i < account->ntables; i++)
	{
		if (account->tables[i].nwritten == 0)
			continue;
		appendStringInfoString(reply, separator);
		separator = ",";
		reply_collections(reply, &account->tables[i]);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_account_reply(StringInfo reply, const DynAccount *account)
{
	reply_metrics(reply, account);
	reply_capacity(reply, account);
}
