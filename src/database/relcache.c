/*
 * relcache.c - being called when a relation changes
 */
#include "postgres.h"

#include "utils/inval.h"

#include "database/relcache.h"

#define MAX_WATCHERS 8

typedef struct Watcher
{
	DynRelcacheChange changed;
	Datum		arg;
} Watcher;

static Watcher watchers[MAX_WATCHERS];
static int	nwatchers = 0;

static void
on_change(Datum arg, Oid relid)
{
	for (int i = 0; i < nwatchers; i++)
		watchers[i].changed(watchers[i].arg, relid);
}

void
dyn_relcache_watch(DynRelcacheChange changed, Datum arg)
{
	if (nwatchers == MAX_WATCHERS)
		elog(ERROR, "too many functions that watch relations");
	if (nwatchers == 0)
		CacheRegisterRelcacheCallback(on_change, (Datum) 0);
	watchers[nwatchers++] = (Watcher) {changed, arg};
}
