/*
 * index_check.c - adding the CHECK constraint of a secondary index to a table in use, and dropping it
 *
 * ALTER TABLE takes a lock that excludes everybody, and whoever comes while it waits for one waits behind it.  So it does not wait: it
 * is tried again and again, and in the end with a wait that is short.  Rows are looked at afterwards, under a lock that excludes
 * nobody who reads or writes.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "database/citus.h"
#include "database/sql.h"
#include "jobs/index_check.h"
#include "jobs/worker.h"
#include "tables/catalog.h"
#include "tables/checks.h"

#define ATTEMPTS 100
#define PAUSE 20000				/* microseconds */
#define LAST_WAIT "200ms"

typedef struct Change
{
	Oid			relid;
	const char *index_name;
	bool		drop;
	bool		if_distributed;	/* only then is it dropped */
	bool		wait;			/* for the lock, a little */
	bool		done;			/* out */
	char	   *validate;		/* out, in context: the statement that validates what was added */
	MemoryContext context;
} Change;

static const DynIndex *
find_index(const DynTableDef *def, const char *name)
{
	for (int i = 0; def && i < dyn_def_count(def); i++)
		if (strcmp(dyn_def_index(def, i)->name, name) == 0)
			return dyn_def_index(def, i);
	return NULL;
}

/* The statement; NULL where there is nothing to do. */
static char *
statement_of(Change *change)
{
	DynTableDef *def;
	const DynIndex *index;
	AttrNumber	column;
	MemoryContext old;

	if (change->if_distributed && dyn_citus_kind(change->relid, &column) == DYN_CITUS_LOCAL)
		return NULL;
	if (change->drop)
		return dyn_checks_has_index(change->relid, change->index_name) ?
			dyn_checks_drop_statement(change->relid, change->index_name) : NULL;
	def = dyn_catalog_read_relid(change->relid);
	index = find_index(def, change->index_name);
	if (index == NULL)
		return NULL;
	old = MemoryContextSwitchTo(change->context);
	change->validate = dyn_checks_validate_statement(def, index);
	MemoryContextSwitchTo(old);
	return dyn_checks_add_statement(def, index);
}

/* A step of dyn_worker_try: one attempt, in a transaction. */
static void
attempt(void *arg)
{
	Change	   *change = arg;
	char	   *sql;

	dyn_worker_begin();
	if (change->wait)
		(void) set_config_option("lock_timeout", LAST_WAIT, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	else if (!ConditionalLockRelationOid(change->relid, AccessExclusiveLock))
	{
		dyn_worker_commit();
		return;
	}
	SPI_connect();
	sql = get_rel_name(change->relid) ? statement_of(change) : NULL;
	if (sql)
		dyn_sql_run(sql, NULL, 0);
	SPI_finish();
	dyn_worker_commit();
	change->done = true;
}

/* False where it failed, or the table was never free. */
static bool
run(Change *change)
{
	for (int i = 0; i <= ATTEMPTS && !change->done; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			pg_usleep(PAUSE);
		change->wait = i == ATTEMPTS;
		if (dyn_worker_try(attempt, change, change->context) != NULL)
			return false;
	}
	return change->done;
}

static void
warn(const Change *change, const char *done)
{
	ereport(LOG,
			errmsg("the CHECK constraint of index \"%s\" could not be %s", change->index_name, done),
			errhint("SELECT dynapg.add_checks(%u::regclass) brings the constraints of the table up to date.", change->relid));
}

static void
run_validate(void *arg)
{
	dyn_worker_run_utility(arg);
}

void
dyn_index_check_add(Oid relid, const char *index_name, MemoryContext context)
{
	Change		change = {.relid = relid, .index_name = index_name, .context = context};

	if (!run(&change))
		warn(&change, "added");
	else if (change.validate != NULL && dyn_worker_try(run_validate, change.validate, context) != NULL)
	{
		Change		drop = {.relid = relid, .index_name = index_name, .drop = true, .if_distributed = true, .context = context};

		ereport(LOG,
				errmsg("the CHECK constraint of index \"%s\" stays not valid", index_name),
				errdetail("The table has items that are not in the index, as their attributes have other types than its keys."));
		/* see tables/checks.h */
		if (!run(&drop))
			warn(&drop, "dropped");
	}
}

void
dyn_index_check_drop(Oid relid, const char *index_name, MemoryContext context)
{
	Change		change = {.relid = relid, .index_name = index_name, .drop = true, .context = context};

	if (!run(&change))
		warn(&change, "dropped");
}
