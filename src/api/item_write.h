/*
 * item_write.h - what PutItem, DeleteItem and UpdateItem share: from the request to a command, from the change to the reply
 *
 * A request goes through these steps, in the order in which the service checks it; the third and later ones know no JSON of it:
 *
 *		dyn_item_write_begin	which parameters may be combined; attribute values of Item or Key; the item's size
 *		dyn_item_write_compile	ReturnValues, then expressions or legacy parameters
 *		dyn_item_write_find		the table, the key
 *		(the operation)			the image to store
 *		dyn_item_write_execute	the command, its verdict, the reply
 */
#ifndef DYNAPG_API_ITEM_WRITE_H
#define DYNAPG_API_ITEM_WRITE_H

#include "lib/stringinfo.h"

#include "base/violation.h"
#include "command/write.h"

typedef enum DynReturnValues
{
	DYN_RETURN_NONE,
	DYN_RETURN_ALL_OLD,
	DYN_RETURN_UPDATED_OLD,
	DYN_RETURN_ALL_NEW,
	DYN_RETURN_UPDATED_NEW
} DynReturnValues;

typedef struct DynItemWrite
{
	DynReturnValues return_values;
	bool		metrics;		/* the reply shows the item collection */
	DynCapacity capacity;
	DynWriteCommand command;
} DynItemWrite;

/*
 * Raises an error for legacy parameters together with expressions, and for names or values without an expression; then reads
 * Item (PUT) or Key.
 */
extern void dyn_item_write_begin(DynItemWrite *item_write, DynWriteKind kind, const DynJson *request);

/* Checks ReturnValues and compiles the request's condition and update. */
extern void dyn_item_write_compile(DynItemWrite *item_write, const DynJson *request);

/* Finds the table and the key. */
extern void dyn_item_write_find(DynItemWrite *item_write);

/* Carries the command out and appends the whole reply.  Raises ConditionalCheckFailedException, or the error of the update. */
extern void dyn_item_write_execute(DynItemWrite *item_write, StringInfo reply);

/* The program of the expressions in an object of a request, or NULL. */
extern DynProgram *dyn_item_write_expressions(DynWriteKind kind, const DynJson *object, const DynWording *wording);

#endif							/* DYNAPG_API_ITEM_WRITE_H */
