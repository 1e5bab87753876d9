/*
 * item_put.c - PutItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/write.h"

void
dyn_api_put_item(const DynJson *request, StringInfo reply)
{
	DynWriteCall call;

	dyn_write_begin(&call, DYN_WRITE_PUT, request);
	if (dyn_item_size(call.write.item) > DYN_MAX_ITEM_SIZE)
		dyn_validation("Item size has exceeded the maximum allowed size");
	dyn_write_compile(&call);
	dyn_write_find(&call);
	call.write.key = dyn_keys_of_item(call.write.table, dyn_item_root(call.write.item));
	dyn_write_execute(&call, reply);
}
