/*
 * operation.c - the table of operations, and calling one
 */
#include "postgres.h"

#include "api/operation.h"

#include "api/handlers.h"
#include "api/recorder.h"
#include "api/shapes.h"
#include "api/shapes_read.h"
#include "base/call.h"
#include "base/guc.h"
#include "database/citus.h"
#include "database/session.h"
#include "utils/memutils.h"
#include "value/value.h"

#define READS		false, false, false
#define WRITES		true, false, false
#define WRITES_ITEM true, true, false
#define CHANGES		true, false, true
#define JOBS		false, false, true
#define STATEMENT	false, true, false
#define STATEMENTS	false, false, false
#define DYN_OPERATION(wire_name, c_name, access) {#wire_name, &dyn_shape_##c_name, dyn_api_##c_name, access},

/* Sorted by name, for the binary search of dyn_operation_find. */
static const DynOperation operations[] = {
#include "api/operations.def"
};

#undef DYN_OPERATION

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

/* Shape, then handler. */
static void
run_operation(const DynOperation *operation, const char *request, size_t len, DynJsonCheck check, StringInfo reply)
{
	const DynJson *parsed;
	bool		typed;			/* known to have the right JSON types */

	dyn_json_skip_mark(&request, &len);
	if (len == 0 && check == NULL)
		request = "{}", len = 2;
	parsed = dyn_shape_read(operation->shape, request, len);
	typed = parsed != NULL;
	if (!typed)
	{
		if (check != NULL)
			check(request, len);
		parsed = dyn_json_parse(request, len);
	}
	dyn_session_require_extension();
	if (typed)
		dyn_shape_check_constraints(operation->shape, parsed);
	else
		dyn_shape_check(operation->shape, parsed);
	if (unlikely(dyn_guc_recorder))
		dyn_recorder_note(operation->name, operation->shape, parsed);
	if (operation->writes)
		dyn_call_require_primary();
	if (operation->coordinates)
		dyn_citus_require_coordinator(operation->name);
	operation->handler(parsed, reply);
}

int64
dyn_api_call(const DynOperation *operation, const char *request, size_t len, StringInfo reply)
{
	return dyn_api_call_checked(operation, request, len, NULL, reply);
}

int64
dyn_api_call_checked(const DynOperation *operation, const char *request, size_t len, DynJsonCheck check, StringInfo reply)
{
	DynCall		outer = dyn_call_begin(operation->name);
	int64		items;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg call", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);

	run_operation(operation, request, len, check, reply);
	items = dyn_call_end(outer);

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return items;
}
