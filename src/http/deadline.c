/*
 * deadline.c - the time that a request may take, whatever users' code does in it
 */
#include "postgres.h"

#include <limits.h>
#include <signal.h>

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/timeout.h"

#include "http/deadline.h"

/* Milliseconds that code has to clean up after the cancel. */
#define DYN_DEADLINE_GRACE	5000

static TimeoutId deadline;
static volatile sig_atomic_t passed = false;
static const char *request;		/* the operation that runs */

/* Runs in a signal handler. Acts like a request to end the process: the next check for interrupts raises FATAL. */
static void
on_deadline(void)
{
	passed = true;
	ProcDiePending = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

/* The log already has PostgreSQL's line about the end, with the code that ran; this one says why. */
static void
tell_reason(int code, Datum argument)
{
	if (!passed)
		return;
	ereport(LOG,
			errmsg("an HTTP worker ends because its request %s did not stop when it was cancelled", request),
			errhint("Look for a trigger or function that catches query_canceled and goes on."),
			errhidestmt(true));
}

void
dyn_deadline_init(void)
{
	deadline = RegisterTimeout(USER_TIMEOUT, on_deadline);
	before_shmem_exit(tell_reason, (Datum) 0);
}

void
dyn_deadline_start(const char *operation)
{
	EnableTimeoutParams timeouts[] = {
		{.id = STATEMENT_TIMEOUT,.type = TMPARAM_AFTER,.delay_ms = StatementTimeout},
		{.id = deadline,.type = TMPARAM_AFTER,.delay_ms = Min(StatementTimeout, INT_MAX - DYN_DEADLINE_GRACE) + DYN_DEADLINE_GRACE},
	};

	request = operation;
	if (StatementTimeout > 0)
		enable_timeouts(timeouts, lengthof(timeouts));
}

void
dyn_deadline_stop(void)
{
	DisableTimeoutParams timeouts[] = {{STATEMENT_TIMEOUT, false}, {deadline, false}};

	disable_timeouts(timeouts, lengthof(timeouts));
}
