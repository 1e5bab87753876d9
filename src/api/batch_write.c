/*
 * batch_write.c - BatchWriteItem
 *
 * The whole request is checked before anything is written.  Writes that throughput does not admit are returned as
 * UnprocessedItems.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "base/call.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "command/write_each.h"
#include "tables/name.h"

/* What the request says of a table. */
typedef struct TableWrites
{
	DynSlice	name;			/* as the request gave it */
	const DynJson *requests;
	DynTable   *table;
	DynConsumedTable *consumed;
} TableWrites;

/* One PutRequest or DeleteRequest. */
typedef struct BatchWrite
{
	DynWriteOfSet of_set;		/* first: the set has pointers to it */
	const TableWrites *of;
	const DynJson *request;
} BatchWrite;

typedef struct Batch
{
	int			ntables;
	TableWrites *tables;
	int			nwrites;
	BatchWrite	writes[DYN_MAX_BATCH_WRITES];	/* in the request's order, then in the order in which they run */
	DynWriteOfSet *ordered[DYN_MAX_BATCH_WRITES];
	DynConsumed consumed;
} Batch;

/* ---- the request ---- */

static void
read_write(DynWriteCommand *command, const DynJson *request)
{
	const DynJson *put = dyn_request_member(request, "PutRequest");
	const DynJson *delete = dyn_request_member(request, "DeleteRequest");

	if ((put != NULL) == (delete != NULL))
		dyn_validation("Supplied AttributeValue has more than one datatypes set, "
					   "must contain exactly one of the supported datatypes");
	command->write.kind = put != NULL ? DYN_WRITE_PUT : DYN_WRITE_DELETE;
	if (delete != NULL)
	{
		command->map = dyn_params_attributes(delete, "Key", &dyn_wording_older);
		return;
	}
	dyn_write_set_item(command, dyn_params_item(put, &dyn_wording_older));
}

static void
list_tables(Batch *batch, const DynJson *request)
{
	const DynJson *tables = dyn_request_member(request, "RequestItems");
	int			total = 0;

	batch->tables = palloc0_array(TableWrites, dyn_json_count(tables));
	for (const DynJson *part = dyn_json_first(tables); part != NULL; part = dyn_json_next(part))
	{
		TableWrites *writes = &batch->tables[batch->ntables++];

		writes->name = dyn_json_name(part);
		writes->requests = part;
		total += dyn_json_count(part);
	}
	if (total > DYN_MAX_BATCH_WRITES)
		dyn_validation("Too many items requested for the BatchWriteItem call");
}

static void
read_writes(Batch *batch)
{
	for (int i = 0; i < batch->ntables; i++)
	{
		for (const DynJson *request = dyn_json_first(batch->tables[i].requests); request != NULL; request = dyn_json_next(request))
		{
			BatchWrite *write = &batch->writes[batch->nwrites];

			batch->ordered[batch->nwrites++] = &write->of_set;
			write->of = &batch->tables[i];
			write->request = request;
			read_write(&write->of_set.command, request);
		}
	}
}

static void
find_tables(Batch *batch)
{
	for (int i = 0; i < batch->ntables; i++)
		batch->tables[i].table = dyn_name_find_table(batch->tables[i].name, DYN_NAME_DATA);
	for (int i = 0; i < batch->nwrites; i++)
		batch->writes[i].of_set.command.write.table = batch->writes[i].of->table;
}

static void
begin_consumed(Batch *batch, const DynJson *request)
{
	batch->consumed = dyn_params_consumed(request, DYN_CAPACITY_PLAIN, batch->nwrites);
	batch->consumed.shows_none = batch->consumed.metrics;
	for (int i = 0; i < batch->ntables; i++)
		batch->tables[i].consumed = dyn_consumed_add(&batch->consumed, batch->tables[i].name, batch->tables[i].table);
	for (int i = 0; i < batch->nwrites; i++)
		batch->writes[i].of_set.consumed = batch->writes[i].of->consumed;
}

/* ---- the reply ---- */

/* Appends the remaining writes of a table, as the request gave them, in the order in which they would have run. */
static void
reply_left(StringInfo reply, const Batch *batch, const TableWrites *table, bool *any)
{
	bool		first = true;

	for (int i = 0; i < batch->nwrites; i++)
	{
		const BatchWrite *write = (const BatchWrite *) batch->ordered[i];

		if (write->of != table || !write->of_set.left)
			continue;
		if (first)
		{
			appendStringInfoString(reply, *any ? "," : "");
			dyn_jsonout_string(reply, table->name.data, table->name.len);
			appendStringInfoString(reply, ":[");
			*any = true;
		}
		else
			appendStringInfoChar(reply, ',');
		first = false;
		dyn_jsonout_tree(reply, write->request);
	}
	if (!first)
		appendStringInfoChar(reply, ']');
}

void
dyn_api_batch_write_item(const DynJson *request, StringInfo reply)
{
	Batch	   *batch = palloc0_object(Batch);
	bool		any = false;
	int			left;

	list_tables(batch, request);
	read_writes(batch);
	find_tables(batch);
	dyn_write_each_order(batch->ordered, batch->nwrites);
	begin_consumed(batch, request);
	left = dyn_write_each(batch->ordered, batch->nwrites, &batch->consumed);
	dyn_call_add_items(batch->nwrites - left);

	appendStringInfoString(reply, "{\"UnprocessedItems\":{");
	for (int i = 0; left > 0 && i < batch->ntables; i++)
		reply_left(reply, batch, &batch->tables[i], &any);
	appendStringInfoChar(reply, '}');
	dyn_consumed_reply(reply, &batch->consumed);
	appendStringInfoChar(reply, '}');
}
