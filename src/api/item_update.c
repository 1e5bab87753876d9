/*
 * item_update.c - UpdateItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "command/keys.h"
#include "command/write.h"
#include "command/write_update.h"

void
dyn_api_update_item(const DynJson *request, StringInfo reply)
{
	DynWriteCall call;
	DynNode		key;

	key = dyn_write_begin(&call, DYN_WRITE_UPDATE, request);
	dyn_write_compile(&call);
	dyn_write_find(&call);
	call.write.key = dyn_keys_of_key(call.write.table, &key);
	if (call.program != NULL)
		call.program->limits_writes = true;
	dyn_write_update_prepare(&call, &key);
	dyn_write_execute(&call, reply);
}
