/*
 * notify.h - NOTIFY for clients that wait for records of a stream
 *
 * A stream may have a channel: each transaction that writes records of the stream notifies it once, with the table's name, when
 * it commits.  PostgreSQL commits such transactions one after the other, and refuses to prepare them.
 */
#ifndef DYNAPG_CHANGES_NOTIFY_H
#define DYNAPG_CHANGES_NOTIFY_H

#include "postgres.h"

#include "changes/stream.h"

/* Gives the stream a channel, or takes it away (NULL). */
extern void dyn_notify_set(const DynStream *stream, const char *channel);

/* For the trigger: makes this transaction notify the stream's channel, if it has one. */
extern void dyn_notify_add(const DynStream *stream);

#endif							/* DYNAPG_CHANGES_NOTIFY_H */
