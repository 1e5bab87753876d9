/*
 * deadline.h - the time that a request may take, whatever users' code does in it
 */
#ifndef DYNAPG_HTTP_DEADLINE_H
#define DYNAPG_HTTP_DEADLINE_H

#include "postgres.h"

/*
 * Model.  After the statement timeout a request is cancelled by an error, which triggers and functions can catch and then run
 * on for as long as they like. So DYN_DEADLINE_GRACE later the worker itself ends, which no code can catch. The postmaster
 * starts it again; its clients see closed connections.  Without a statement timeout there is no deadline.
 */

/* Once in a worker. */
extern void dyn_deadline_init(void);

/* Starts the time of a request; keeps the pointer to the operation's name. */
extern void dyn_deadline_start(const char *operation);

/* The request is over, however it ended. */
extern void dyn_deadline_stop(void);

#endif							/* DYNAPG_HTTP_DEADLINE_H */
