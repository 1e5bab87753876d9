/*
 * consumed.c - ConsumedCapacity and ItemCollectionMetrics of a request on several tables
 */
#include "postgres.h"

#include "base/jsonout.h"
#include "throughput/consumed.h"

void
dyn_consumed_begin(DynConsumed *account, DynCapacityKind kind, DynCapacityReport report, bool metrics, int nitems)
{
	account->report = report;
	account->kind = kind;
	account->metrics = metrics;
	account->shows_none = false;
	account->nitems = nitems;
	account->ntables = 0;
	account->tables = palloc_array(DynConsumedTable, nitems);
}

DynConsumedTable *
dyn_consumed_add(DynConsumed *account, DynSlice name, const DynTable *table)
{
	DynConsumedTable *added = &account->tables[account->ntables++];

	*added = (DynConsumedTable) {
		.table = table,
		.capacity = {.report = account->report, .kind = account->kind, .table_name = name}
	};
	return added;
}

DynConsumedTable *
dyn_consumed_table(DynConsumed *account, DynSlice name, const DynTable *table)
{
	for (int i = 0; i < account->ntables; i++)
	{
		if (account->tables[i].table->relid == table->relid)
			return &account->tables[i];
	}
	return dyn_consumed_add(account, name, table);
}

void
dyn_consumed_written(const DynConsumed *account, DynConsumedTable *table, DynValue pk)
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
reply_capacity(StringInfo reply, const DynConsumed *account)
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
reply_collections(StringInfo reply, const DynConsumedTable *table)
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
reply_metrics(StringInfo reply, const DynConsumed *account)
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
dyn_consumed_reply(StringInfo reply, const DynConsumed *account)
{
	reply_metrics(reply, account);
	reply_capacity(reply, account);
}
