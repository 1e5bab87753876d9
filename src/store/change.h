/*
 * change.h - the write of one item as it is asked for, and what became of it
 */
#ifndef DYNAPG_STORE_CHANGE_H
#define DYNAPG_STORE_CHANGE_H

#include "tables/table.h"

typedef enum DynWriteKind
{
	DYN_WRITE_PUT,
	DYN_WRITE_UPDATE,
	DYN_WRITE_DELETE,
	DYN_WRITE_CHECK				/* writes nothing: the row is locked against writers if the condition holds */
} DynWriteKind;

typedef struct DynWrite
{
	DynWriteKind kind;
	DynTable   *table;
	DynKey		key;

	/*
	 * PUT: the item to store.  UPDATE: the item to insert when there is none, or NULL when a missing item must
	 * not be created (the condition fails for it, or the update cannot be applied to it).
	 */
	struct varlena *item;

	/* The compiled condition and update; NULL when there is neither (an UPDATE then leaves an existing item as it is). */
	const struct varlena *program;
	bool		has_condition;
	bool		holds_on_missing;	/* the condition's verdict on the missing item; true without a condition */

	bool		keep_old;		/* wanted: the image before, after */
	bool		keep_new;
	bool		keep_violation;		/* UPDATE: one that does not fit the row is DYN_UNFIT, not an error */
} DynWrite;

typedef enum DynWriteStatus
{
	DYN_WRITTEN,				/* done; for DELETE also when there was no item and the condition held */
	DYN_CONDITION_FAILED,		/* before is the item that failed it, NULL when it was missing */
	DYN_MISSING,				/* CHECK, or UPDATE with item NULL: condition true or absent for it, and no row there */
	DYN_UNFIT					/* keep_violation: the update cannot be applied to the row, which is left as it is */
} DynWriteStatus;

/* What a write found and left of one item. Images are in the caller's memory context, if they were wanted. */
typedef struct DynChange
{
	DynWriteStatus status;
	struct varlena *before;		/* NULL: there was none */
	struct varlena *after;		/* the item of a PUT always; NULL: there is none */
	const char *violation;		/* why the write is impossible, as ValidationException text; set for DYN_UNFIT */
} DynChange;

#endif							/* DYNAPG_STORE_CHANGE_H */
