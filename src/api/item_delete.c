/*
 * item_delete.c - DeleteItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/item_write.h"

void
dyn_api_delete_item(const DynJson *request, StringInfo reply)
{
	DynItemWrite delete;

	dyn_item_write_begin(&delete, DYN_WRITE_DELETE, request);
	dyn_item_write_compile(&delete, request);
	dyn_item_write_find(&delete);
	dyn_item_write_execute(&delete, reply);
}
