/*
 * call.c - the call of the API that this backend works on
 *
 * Why this is a static and no parameter.  A backend works on one call at a time, as PostgreSQL has one CurrentUserId; a call within
 * a call (a function in a trigger, dynapg.partiql) nests: dyn_call_begin hands the outer one to its caller to put back.  Nothing
 * decides by it what a request does: the operation's name and the host stand in texts, the items in statistics.  As a parameter it
 * would go through every handler and every look-up of a table's name, down to the one function that words a foreign ARN and the few
 * that count.  A call that ends in an error leaves its name behind until the next one begins; outside of calls nobody asks.
 */
#include "postgres.h"

#include "access/xlog.h"

#include "base/call.h"
#include "base/errors.h"

static DynCall current;
static DynSlice current_host = {"", 0};
static bool next_is_remote = false;

DynCall
dyn_call_begin(const char *operation)
{
	DynCall		outer = current;

	current = (DynCall) {.operation = operation, .remote = next_is_remote};
	next_is_remote = false;
	return outer;
}

int64
dyn_call_end(DynCall outer)
{
	int64		items = current.items;

	current = outer;
	return items;
}

const char *
dyn_call_operation(void)
{
	return current.operation ? current.operation : "*";
}

DynSlice
dyn_call_host(void)
{
	return current_host;
}

bool
dyn_call_is_remote(void)
{
	return current.remote;
}

void
dyn_call_begin_remote(DynSlice host)
{
	current_host = host;
	next_is_remote = true;
}

void
dyn_call_end_remote(void)
{
	current_host = DYN_SLICE("");
	next_is_remote = false;
}

void
dyn_call_add_items(int64 items)
{
	current.items += items;
}

void
dyn_call_require_primary(void)
{
	if (RecoveryInProgress())
		dyn_error(DYN_E_SERVICE_UNAVAILABLE, "%s writes, and this server is a standby that only reads", dyn_call_operation());
}
