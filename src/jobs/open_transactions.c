/*
 * open_transactions.c - warns of transactions that have been open so long that items become slow
 *
 * Each update leaves an old version of the item behind, which can be removed when no open transaction may see it any more. Until then
 * whoever looks for the item by its key passes all of its versions. The view dynapg.open_transactions shows who keeps them.
 *
 * The view is read a few times in the time that a transaction may be open. Which transactions have had their warning is remembered here,
 * for as long as they are open, by process and start.
 */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "database/sql.h"
#include "jobs/open_transactions.h"
#include "tables/catalog.h"

#define LOOKS				10	/* in the time that a transaction may be open */
#define REPEAT				600000	/* milliseconds between two warnings of one transaction */

typedef struct Warned
{
	int			pid;			/* 0: a prepared transaction */
	TimestampTz started;
	TimestampTz next;			/* when the warning is repeated */
	bool		open;			/* the last look has found it */
} Warned;

static List *warned = NIL;		/* of Warned, in TopMemoryContext */
static TimestampTz next_look = 0;

static Warned *
find_warned(int pid, TimestampTz started)
{
	ListCell   *cell;

	foreach(cell, warned)
	{
		Warned	   *one = lfirst(cell);

		if (one->pid == pid && one->started == started)
			return one;
	}
	return NULL;
}

static Warned *
remember(int pid, TimestampTz started)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Warned	   *one = palloc0(sizeof(Warned));

	one->pid = pid;
	one->started = started;
	warned = lappend(warned, one);
	MemoryContextSwitchTo(old);
	return one;
}

static void
warn(int pid, const char *role, const char *name, int seconds)
{
	char	   *who = pid ? psprintf("process %d (role \"%s\", application \"%s\")", pid, role, name)
		: psprintf("the prepared transaction \"%s\" (role \"%s\")", name, role);

	ereport(WARNING,
			errmsg("an old transaction makes items slow that are written often: that of %s, open for %d seconds", who, seconds),
			errdetail("Old versions of items cannot be removed while it is open; see the view dynapg.open_transactions."),
			errhint("End it. The setting idle_in_transaction_session_timeout ends sessions that leave a transaction open."),
			errhidestmt(true));
}

static void
look_at_row(uint64 row, TimestampTz now)
{
	int			pid = dyn_sql_get_int(row, 1);
	TimestampTz started = dyn_sql_get_int64(row, 4);
	Warned	   *one = find_warned(pid, started);

	if (one == NULL)
		one = remember(pid, started);
	one->open = true;
	if (one->next > now)
		return;
	warn(pid, dyn_sql_get_text(row, 2), dyn_sql_get_text(row, 3), (int) ((now - started) / USECS_PER_SEC));
	one->next = TimestampTzPlusMilliseconds(now, REPEAT);
}

static void
forget_ended(void)
{
	ListCell   *cell;

	foreach(cell, warned)
	{
		Warned	   *one = lfirst(cell);

		if (!one->open)
		{
			warned = foreach_delete_current(warned, cell);
			pfree(one);
		}
		else
			one->open = false;
	}
}

void
dyn_open_transactions_warn(void)
{
	TimestampTz now = GetCurrentTimestamp();
	DynSqlArgs	args = {0};
	uint64		count;

	if (dyn_guc_old_transaction_warning <= 0 || now < next_look)
		return;
	next_look = TimestampTzPlusMilliseconds(now, dyn_guc_old_transaction_warning / LOOKS);
	SPI_connect();
	dyn_sql_timestamptz(&args, TimestampTzPlusMilliseconds(now, -dyn_guc_old_transaction_warning));
	count = dyn_catalog_run("SELECT COALESCE(o.pid, 0), COALESCE(o.role, ''), COALESCE(o.name, ''), o.started "
							"FROM dynapg.open_transactions o WHERE o.started OPERATOR(pg_catalog.<) $1", &args);
	for (uint64 i = 0; i < count; i++)
		look_at_row(i, now);
	SPI_finish();
	forget_ended();
}
