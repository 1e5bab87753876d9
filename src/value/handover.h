/*
 * handover.h - what the functions inside a write statement report to the code that runs it
 *
 * A write is one SQL statement whose condition and update run in the executor, as functions of the row
 * version that is replaced (after EvalPlanQual: the final one).  RETURNING shows only the new row before
 * PostgreSQL 18, so those functions leave here what they saw last.  store/ sets dyn_handover before it runs
 * the statement and restores the former one after, also on error; expr/ fills it.  Called by hand from SQL,
 * the functions find NULL and leave nothing.
 *
 * Why a channel of the process and not the statement's result.  RETURNING of an upsert shows the new version alone before PostgreSQL 18,
 * and nothing where the condition failed; the version that it failed for, and the one that was replaced, would come from a locking
 * read in the same statement (WITH old AS (SELECT ... FOR UPDATE) INSERT ... RETURNING (SELECT old.item FROM old)).  Measured side by
 * side on PostgreSQL 15, CPU of 20,000 upserts of items of 400 bytes: plain 0.17 s, with the old version handed over 0.17 s, with
 * RETURNING t.item 0.18 s, with the locking read 0.29 s, which is 0.58 of the speed.  Distributed tables, whose functions run on
 * another server, have no images and verdicts by this way; store/rows.c reports what it can find out without.
 *
 * program is also a proof of origin: a compiled expression that is this very pointer was made by this
 * backend and needs no verification; any other bytes do.
 */
#ifndef DYNAPG_VALUE_HANDOVER_H
#define DYNAPG_VALUE_HANDOVER_H

#include "postgres.h"

typedef struct DynHandover
{
	const struct varlena *program;	/* the statement's compiled expression, detoasted form; or NULL */
	MemoryContext context;		/* where images are kept: outlives the statement */
	bool		keep_old;		/* is the old image wanted? (held false: always kept) */
	bool		keep_new;		/* is the new image wanted? */
	bool		keep_violation;		/* does an update that does not fit leave the row as it is, and report why? (else: an error) */

	/* A statement on a list of keys calls this with each version that it replaces, instead of leaving images here. */
	void		(*replaced) (void *arg, const struct varlena *old_item);
	void	   *replaced_arg;

	bool		seen;			/* a function of the statement saw a row version */
	bool		held;			/* the condition's verdict on it; true without a condition */
	struct varlena *old_item;	/* that version, copied to context, or NULL */
	struct varlena *new_item;	/* what replaced it, copied to context, or NULL */
	const char *violation;		/* why the update does not fit that version, in context; NULL if it does */
} DynHandover;

extern DynHandover *dyn_handover;

#endif							/* DYNAPG_VALUE_HANDOVER_H */
