/*
 * item_put.c - PutItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/item_write.h"

void
dyn_api_put_item(const DynJson *request, StringInfo reply)
{
	DynItemWrite put;

	dyn_item_write_begin(&put, DYN_WRITE_PUT, request);
	dyn_item_write_compile(&put, request);
	dyn_item_write_find(&put);
	dyn_item_write_execute(&put, reply);
}
