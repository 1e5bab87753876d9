/*
 * operation.c - the table of operations, and calling one
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/operation.h"

#include "access/xlog.h"
#include "api/items.h"
#include "api/reads.h"
#include "api/session.h"
#include "api/shapes.h"
#include "api/tables.h"
#include "base/errors.h"
#include "utils/memutils.h"
#include "value/value.h"

/* Sorted by name: dyn_operation_find searches by halves. */
static const DynOperation operations[] = {
	{"BatchGetItem", &dyn_shape_batch_get_item, dyn_api_batch_get_item, false},
	{"BatchWriteItem", &dyn_shape_batch_write_item, dyn_api_batch_write_item, true},
	{"CreateTable", &dyn_shape_create_table, dyn_api_create_table, true},
	{"DeleteItem", &dyn_shape_delete_item, dyn_api_delete_item, true, true},
	{"DeleteTable", &dyn_shape_delete_table, dyn_api_delete_table, true},
	{"DescribeTable", &dyn_shape_describe_table, dyn_api_describe_table, false},
	{"GetItem", &dyn_shape_get_item, dyn_api_get_item, false},
	{"ListTables", &dyn_shape_list_tables, dyn_api_list_tables, false},
	{"PutItem", &dyn_shape_put_item, dyn_api_put_item, true, true},
	{"Query", &dyn_shape_query, dyn_api_query, false},
	{"Scan", &dyn_shape_scan, dyn_api_scan, false},
	{"TransactGetItems", &dyn_shape_transact_get_items, dyn_api_transact_get_items, false},
	{"TransactWriteItems", &dyn_shape_transact_write_items, dyn_api_transact_write_items, true},
	{"UpdateItem", &dyn_shape_update_item, dyn_api_update_item, true, true},
	{"UpdateTable", &dyn_shape_update_table, dyn_api_update_table, true},
};

static const DynOperation *current_operation = NULL;
static int64 current_items = 0;

const DynOperation *
dyn_operation_find(const char *name, uint32 len)
{
	int			low = 0;
	int			high = (int) lengthof(operations) - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;
		const char *candidate = operations[middle].name;
		int			order = dyn_bytes_compare(name, len, candidate, strlen(candidate));

		if (order == 0)
			return &operations[middle];
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
dyn_operation_current(void)
{
	return current_operation->name;
}

void
dyn_operation_add_items(int64 items)
{
	current_items += items;
}

/* Shape, then handler. */
static void
run(const DynOperation *operation, const char *request, size_t len, StringInfo reply)
{
	const DynJson *parsed = len > 0 ? dyn_json_parse(request, len) : dyn_json_parse("{}", 2);

	dyn_session_require_extension();
	dyn_shape_check(operation->shape, parsed);
	if (operation->writes && RecoveryInProgress())
		dyn_error(DYN_E_SERVICE_UNAVAILABLE, "%s writes, and this server is a standby that only reads", operation->name);
	operation->handler(parsed, reply);
}

int64
dyn_api_call(const DynOperation *operation, const char *request, size_t len, StringInfo reply)
{
	const DynOperation *outer = current_operation;
	int64		outer_items = current_items;
	int64		items;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg call", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);

	/* an error leaves both set: the next call sets them anew, and outside of calls nobody asks */
	current_operation = operation;
	current_items = 0;
	run(operation, request, len, reply);
	items = current_items;
	current_operation = outer;
	current_items = outer_items;

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return items;
}
