/*
 * write.h - the write of one item: a command, and the change that it makes
 *
 * A command describes a write completely: PutItem, UpdateItem, DeleteItem, an action of a transaction, a member of a batch and
 * a PartiQL statement each fill one in. It is carried out alone here (dyn_write_run), or with others: each on its own
 * (write_each.h), or all or none (write_all.h). In each case, the functions of this file choose the images that the statement
 * keeps, charge what it used, and check its result.
 */
#ifndef DYNAPG_COMMAND_WRITE_H
#define DYNAPG_COMMAND_WRITE_H

#include "expr/program.h"
#include "store/rows.h"
#include "throughput/capacity.h"
#include "value/tree.h"

/* The error of a PartiQL INSERT whose item exists. */
#define DYN_DUPLICATE_ITEM "Duplicate primary key exists in table"

#define DYN_CONDITION_FAILED_TEXT "The conditional request failed"

typedef struct DynWriteCommand
{
	DynSlice	table_name;		/* as the request gave it */
	DynNode		map;			/* Key, open; of a PUT empty */
	DynProgram *program;		/* condition and update; NULL: neither */
	const char *flaw;			/* of an action in a transaction: why it has no program and cannot be done; or NULL */
	bool		wants_before;	/* the reply shows the item before, after */
	bool		wants_after;
	bool		shows_failed;	/* the error shows the item that failed the condition */
	bool		inserts;		/* its condition is that there is no such item */

	/*
	 * UPDATE with write.item NULL although the condition holds for a missing item: why it cannot be created, as
	 * ValidationException text, or NULL if nothing happens then.
	 */
	const char *missing_violation;
	DynWrite	write;			/* the decoder fills in kind and item, the steps below fill in the rest */
} DynWriteCommand;

/* Fills in the parts of a command that depend on its program, which may be NULL. */
extern void dyn_write_set_program(DynWriteCommand *command, DynProgram *program);

/* The item of a PUT.  Raises ValidationException for one that is too large. */
extern void dyn_write_set_item(DynWriteCommand *command, struct varlena *item);

/* Looks the table up; raises ResourceNotFoundException. */
extern void dyn_write_find_table(DynWriteCommand *command);

/* The key, once the table is known.  Raises ValidationException. */
extern void dyn_write_find_key(DynWriteCommand *command);

/* Decides which images the statement keeps: those that are charged, that are measured, that the reply or the verdict needs. */
extern void dyn_write_choose_images(DynWriteCommand *command, bool charged, bool measured);

/* Runs the statement and checks the result: a change whose violation is not NULL must be undone. */
extern DynChange dyn_write_carry_out(const DynWriteCommand *command);

/* Adds what the change used. */
extern void dyn_write_charge(DynCapacity *capacity, const DynWriteCommand *command, const DynChange *change);

/* A write alone: throughput, images, statement, verdict.  charged: the images are wanted for its capacity. */
extern DynChange dyn_write_run(DynWriteCommand *command, bool charged);

/* Raises the error for the verdict, if any; this undoes the statement. */
extern void dyn_write_check(const DynWriteCommand *command, const DynChange *change);

#endif							/* DYNAPG_COMMAND_WRITE_H */
