/*
 * write.h - what PutItem, DeleteItem and UpdateItem share
 *
 * A write goes through these steps, in the order in which the service checks a request:
 *
 *		dyn_write_begin		which parameters may stand together; attribute values of Item or Key
 *		(the operation)		the item's size
 *		dyn_write_compile	ReturnValues, then expressions or legacy parameters
 *		dyn_write_find		the table
 *		(the operation)		keys, the image to store
 *		dyn_write_execute	the statement, its verdict, the reply
 */
#ifndef DYNAPG_COMMAND_WRITE_H
#define DYNAPG_COMMAND_WRITE_H

#include "lib/stringinfo.h"

#include "expr/program.h"
#include "store/rows.h"
#include "throughput/capacity.h"
#include "value/tree.h"

/* What an INSERT of PartiQL is told whose item is there. */
#define DYN_DUPLICATE_ITEM "Duplicate primary key exists in table"

typedef enum DynReturnValues
{
	DYN_RETURN_NONE,
	DYN_RETURN_ALL_OLD,
	DYN_RETURN_UPDATED_OLD,
	DYN_RETURN_ALL_NEW,
	DYN_RETURN_UPDATED_NEW
} DynReturnValues;

/* One request while it is carried out; lives in the current memory context. */
typedef struct DynWriteCall
{
	const DynJson *request;
	DynReturnValues return_values;
	DynCapacity capacity;
	DynProgram *program;		/* NULL when the request has neither condition nor update */

	/*
	 * UPDATE with write.item NULL although the condition holds for a missing item: why there can be none, as
	 * ValidationException text, or NULL where nothing happens then.
	 */
	const char *missing_error;
	DynWrite	write;			/* kind, table, program and condition are filled in here, the rest by the operation */
} DynWriteCall;

/*
 * Starts a call: raises for legacy parameters beside expressions and for names or values without one, then
 * returns Item (PUT) or Key as an open map.
 */
extern DynNode dyn_write_begin(DynWriteCall *call, DynWriteKind kind, const DynJson *request);

/* Checks ReturnValues and compiles what the request says of condition and update. */
extern void dyn_write_compile(DynWriteCall *call);

/* Looks the table up; raises ResourceNotFoundException. */
extern void dyn_write_find(DynWriteCall *call);

/* Runs the statement; its verdict is in the result. */
extern DynWriteResult dyn_write_run(DynWriteCall *call);

/* Raises what the verdict asks for; the statement is undone by it. */
extern void dyn_write_check(const DynWriteCall *call, const DynWriteResult *result);

/* Runs the statement and appends the whole reply.  Raises ConditionalCheckFailedException, or what the update says. */
extern void dyn_write_execute(DynWriteCall *call, StringInfo reply);

/*
 * Why what a write found or made cannot be, as ValidationException text, or NULL: an update that does not fit the item, or
 * a key of an index that it may not have.
 */
extern const char *dyn_write_violation(const DynWriteCall *call, const DynWriteResult *result);

/* The program of what an object of a request says in expressions, or NULL. */
extern DynProgram *dyn_write_compile_expressions(DynWriteKind kind, const DynJson *object, const DynWording *wording);

/* Fills in what a write has of its program, which may be NULL. */
extern void dyn_write_set_program(DynWrite *write, const DynProgram *program);

#endif							/* DYNAPG_COMMAND_WRITE_H */
