/*
 * node_work.c - what the housekeeper does for tables on several nodes
 */
#include "postgres.h"

#include "database/citus.h"
#include "jobs/node_work.h"
#include "store/node_tokens.h"
#include "tables/distribute.h"
#include "utils/timestamp.h"

#define SWEEP_INTERVAL 60000	/* milliseconds between two looks for tokens that have expired */

static MemoryContext context;	/* of the list */
static List *unknown_tables;	/* to nodes that were added */
static Oid	unknown_table;

static void (*added) (void) = NULL;

void
dyn_node_work_add(void (*work) (void))
{
	added = work;
}

static void
look_at_nodes(void)
{
	MemoryContext old = MemoryContextSwitchTo(context);

	unknown_tables = dyn_distribute_unknown_tables();
	MemoryContextSwitchTo(old);
	dyn_node_tokens_distribute();
}

static void
inform_nodes(void)
{
	(void) dyn_distribute_inform(unknown_table);
}

static void
sweep_tokens(DynAttempt attempt)
{
	static TimestampTz swept = 0;
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(swept, now, SWEEP_INTERVAL))
		return;
	swept = now;
	(void) attempt(dyn_node_tokens_sweep);
}

/* A table for which that fails, as when somebody changes it at that moment, has its turn the next time. */
void
dyn_node_work_run(DynAttempt attempt)
{
	bool		succeeded;
	ListCell   *cell;

	if (!dyn_citus_loaded())
		return;
	context = CurrentMemoryContext;
	unknown_tables = NIL;
	succeeded = attempt(look_at_nodes);
	foreach(cell, unknown_tables)
	{
		unknown_table = lfirst_oid(cell);
		succeeded &= attempt(inform_nodes);
	}
	if (!succeeded)
		dyn_distribute_forget_nodes();
	sweep_tokens(attempt);
	if (added != NULL)
		(void) attempt(added);
}
