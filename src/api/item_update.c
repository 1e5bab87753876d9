/*
 * item_update.c - UpdateItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/item_write.h"
#include "command/write_update.h"

void
dyn_api_update_item(const DynJson *request, StringInfo reply)
{
	DynItemWrite update;

	dyn_item_write_begin(&update, DYN_WRITE_UPDATE, request);
	dyn_item_write_compile(&update, request);
	dyn_item_write_find(&update);
	if (update.command.program != NULL)
		update.command.program->limits_writes = true;
	dyn_write_update_prepare(&update.command);
	dyn_item_write_execute(&update, reply);
}
