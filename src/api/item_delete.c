/*
 * item_delete.c - DeleteItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "command/keys.h"
#include "command/write.h"

void
dyn_api_delete_item(const DynJson *request, StringInfo reply)
{
	DynWriteCall call;
	DynNode		key;

	key = dyn_write_begin(&call, DYN_WRITE_DELETE, request);
	dyn_write_compile(&call);
	dyn_write_find(&call);
	call.write.key = dyn_keys_of_key(call.write.table, &key);
	dyn_write_execute(&call, reply);
}
