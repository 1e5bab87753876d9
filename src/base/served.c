/*
 * served.c - the databases that this server serves, each over HTTP on a port of its own and with a housekeeper
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "base/limits.h"
#include "base/served.h"

static DynPort served[DYN_MAX_SERVED];
static int	count = 0;			/* 0: not read yet */

/* Settings are fixed when a server has preloaded the module; elsewhere nothing is served. */
static void
read_once(void)
{
	MemoryContext caller;
	const char *problem;

	if (count > 0)
		return;
	caller = MemoryContextSwitchTo(TopMemoryContext);
	count = dyn_port_list_read(dyn_guc_http_databases, served, &problem);
	if (count <= 0)
	{
		served[0] = (DynPort) {pstrdup(dyn_guc_http_database), dyn_guc_http_port};
		count = 1;
	}
	MemoryContextSwitchTo(caller);
}

int
dyn_served_count(void)
{
	read_once();
	return count;
}

const char *
dyn_served_database(int number)
{
	read_once();
	return served[number].database;
}

int
dyn_served_port(int number)
{
	read_once();
	return served[number].port;
}

int
dyn_served_find(const char *database)
{
	for (int i = 0; i < dyn_served_count(); i++)
		if (strcmp(served[i].database, database) == 0)
			return i;
	return -1;
}

int
dyn_served_workers(void)
{
	return Min(dyn_served_count() * dyn_guc_http_workers, DYN_MAX_HTTP_WORKERS);
}

int
dyn_served_by(int worker)
{
	return worker / dyn_guc_http_workers;
}
