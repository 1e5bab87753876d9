/*
 * cancellation.h - what TransactGetItems and TransactWriteItems share: why a transaction was cancelled
 */
#ifndef DYNAPG_STORE_CANCELLATION_H
#define DYNAPG_STORE_CANCELLATION_H

#include "postgres.h"

#include "base/compat.h"

/* Why an action cancelled its transaction; zeroed it is "None". */
typedef struct DynReason
{
	const char *code;			/* NULL: None */
	const char *message;
	const struct varlena *item; /* the item that failed the condition, if the request asks for it */
} DynReason;

/* Raises the error for a transaction of more than DYN_MAX_TRANSACTION_BYTES. */
extern void dyn_cancellation_too_large(void) pg_attribute_noreturn();

/* Has an action a reason? */
extern bool dyn_cancellation_is_due(const DynReason *reasons, int count);

/* Raises TransactionCanceledException with the reasons of all actions, unless none has one. */
extern void dyn_cancellation_raise(const DynReason *reasons, int count);

/*
 * To be called in PG_CATCH, in the memory context for the reason: makes the error that is being handled the action's reason if
 * it can be one (a violation by the action, or a conflict, including a lock timeout), and raises it again if not. A client of the
 * wire gets what a constraint or trigger refuses as a reason, too; SQL gets PostgreSQL's own error. writes: the action does. After
 * a statement's error the caller has to raise.
 */
extern void dyn_cancellation_catch(DynReason *reason, bool writes);

#endif							/* DYNAPG_STORE_CANCELLATION_H */
