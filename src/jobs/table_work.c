/*
 * table_work.c - pending work for a table: indexes to build and drop, including that of Time to Live, and backups to make
 *
 * A builder (store/builder.h) does this as the table's owner. The catalogs record the work, so that a crash loses nothing:
 * after each step they show what is left.
 *
 * Ending. A failed statement is recorded in the row of the index or the backup, its remains are dropped, and the builder ends;
 * another one starts later (index.h). A builder that is cancelled (dyn_builder_stop) or terminated ends at once and leaves
 * everything as it is: the next step begins by dropping an invalid index.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "database/sql.h"
#include "jobs/table_work.h"
#include "jobs/index_check.h"
#include "jobs/worker.h"
#include "store/backup.h"
#include "store/builder.h"
#include "store/index_build.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/hnsw.h"
#include "tables/index.h"
#include "tables/relation.h"

/* What the builder works on, in a context of its own. */
typedef struct Job
{
	char	   *name;			/* of the index */
	char	   *table;
	char	   *relation_name;	/* of its relation, or of the one to make */
	DynIndexStatus status;
	bool		exists;			/* its relation, valid or not */
	bool		valid;
	char	   *create;			/* statements */
	char	   *drop;			/* NULL: nothing is there */
	bool		is_ttl;			/* it is the index of Time to Live, which has no row; only the statements are set */
	bool		is_hnsw;		/* it is the second relation of the vector index; status and relation_name are not set */
	char	   *backup;			/* a backup to make, and nothing else is set; NULL: an index */
} Job;

/*
 * The relation of the index that is to be built or dropped.  A relation that has the name by chance, and is built in another
 * way, must not become the index.
 */
static Oid
job_relation(const DynTableDef *def, const DynIndex *index)
{
	Oid			relid = dyn_relation_of_index(def, index, false);

	if (index->status == DYN_INDEX_CREATING && OidIsValid(relid) && !dyn_relation_fits(def, index, relid))
		return InvalidOid;
	return relid;
}

/* The name to build the index with: another one where a relation has taken its own. */
static char *
name_to_build(const DynTableDef *def, const DynIndex *index)
{
	if (!OidIsValid(get_relname_relid(index->relation_name, get_rel_namespace(def->relid))))
		return index->relation_name;
	return dyn_ddl_index_name(def, index->name);
}

/* The work for a secondary index. */
static bool
read_index_job(Oid relid, Job *job)
{
	const DynIndex *index;
	DynTableDef *def = dyn_index_build_job(relid, &index);
	Oid			relation;

	if (!def)
		return false;
	relation = job_relation(def, index);
	*job = (Job) {
		.name = index->name,
		.table = def->name,
		.relation_name = OidIsValid(relation) ? get_rel_name(relation) : name_to_build(def, index),
		.status = index->status,
		.exists = OidIsValid(relation),
		.valid = dyn_relation_is_valid(relation),
		.drop = dyn_ddl_drop_index(relation, true)
	};
	job->create = dyn_ddl_create_index(def, index, job->relation_name, true);
	if (job->status == DYN_INDEX_DELETING && !job->exists && index->vector)
	{
		relation = dyn_hnsw_own_relation(def, index);
		job->exists = OidIsValid(relation);
		job->drop = dyn_ddl_drop_index(relation, true);
	}
	return true;
}

/* The HNSW index that a vector index lacks, or the remains of one that could not be built. */
static bool
read_hnsw_job(Oid relid, Job *job)
{
	DynTableDef *def = dyn_catalog_read_relid(relid);
	const DynIndex *index = def ? dyn_hnsw_missing(def) : NULL;
	Oid			relation;
	bool		valid;

	if (index == NULL)
		return false;
	relation = dyn_hnsw_relation(def, index, &valid);
	*job = (Job) {.name = index->name, .table = def->name, .is_hnsw = true, .drop = dyn_ddl_drop_index(relation, true)};
	if (job->drop == NULL)
		job->create = dyn_hnsw_create(def, index, dyn_ddl_index_name(def, psprintf("%s hnsw", index->name)), true);
	return job->drop != NULL || job->create != NULL;
}

static bool
read_ttl_job(Oid relid, Job *job)
{
	DynTtlJob	ttl;

	if (!dyn_ttl_job(relid, &ttl))
		return false;
	*job = (Job) {.create = ttl.create,.drop = ttl.drop,.is_ttl = true};
	return true;
}

/* Backups come first: one that fails waits for its next attempt, while an index that fails is there all the time. */
static bool
read_backup_job(Oid relid, Job *job)
{
	*job = (Job) {.backup = dyn_backup_job(relid)};
	return job->backup != NULL;
}

/* Reads the next work; false when there is none. */
static bool
read_job(Oid relid, Job *job, MemoryContext context)
{
	MemoryContext old;
	bool		found;

	MemoryContextReset(context);
	dyn_worker_begin();
	old = MemoryContextSwitchTo(context);
	found = read_backup_job(relid, job) || read_index_job(relid, job) || read_ttl_job(relid, job) ||
		read_hnsw_job(relid, job);
	MemoryContextSwitchTo(old);
	dyn_worker_commit();
	MemoryContextSwitchTo(context);
	return found;
}

/* Prepares the table for the index, with the lock that building it also takes, and records the name of the new relation. */
static void
prepare_table(Oid relid, const Job *job)
{
	MemoryContext context = CurrentMemoryContext;

	dyn_worker_begin();
	SPI_connect();
	dyn_ddl_vacuum_indexed(relid);
	SPI_finish();
	if (!job->is_ttl && !job->is_hnsw)
		dyn_index_set_relation_name(relid, job->name, job->relation_name);
	dyn_worker_commit();
	MemoryContextSwitchTo(context);
}

/* One step of the work; afterwards the catalogs show what is left. */
static void
work_on_table(Oid relid, const Job *job)
{
	MemoryContext context = CurrentMemoryContext;

	if (job->backup)
	{
		dyn_worker_begin();
		dyn_backup_make(job->backup);
		dyn_worker_commit();
	}
	else if (job->is_ttl || job->is_hnsw)
	{
		if (job->create)
			prepare_table(relid, job);
		dyn_worker_run_utility(job->create ? job->create : job->drop);
	}
	else if (job->status == DYN_INDEX_CREATING && job->valid)
	{
		dyn_index_check_add(relid, job->name, context);
		dyn_worker_begin();
		dyn_index_set_relation_name(relid, job->name, job->relation_name);
		dyn_index_activate(relid, job->name);
		dyn_worker_commit();
		ereport(LOG, errmsg("index \"%s\" of table \"%s\" is built", job->name, job->table));
	}
	else if (job->exists)
		dyn_worker_run_utility(job->drop);
	else if (job->status == DYN_INDEX_CREATING)
	{
		prepare_table(relid, job);
		dyn_worker_run_utility(job->create);
	}
	else
	{
		dyn_index_check_drop(relid, job->name, context);
		dyn_worker_begin();
		dyn_index_forget(relid, job->name);
		dyn_worker_commit();
	}
}

/* Records why the work failed and drops its remains: only an invalid index of the table. */
static void
clean_up(Oid relid, Job *job, const char *failure, MemoryContext context)
{
	if (job->backup)
	{
		dyn_worker_begin();
		dyn_backup_note_failure(job->backup, failure);
		dyn_worker_commit();
		return;
	}
	if (!job->is_ttl)
	{
		dyn_worker_begin();
		dyn_index_note_failure(relid, job->name, failure);
		dyn_worker_commit();
		MemoryContextSwitchTo(context);
	}
	if (read_job(relid, job, context) && (job->is_ttl || job->is_hnsw ? job->create == NULL && job->drop != NULL :
										  job->status == DYN_INDEX_CREATING && job->exists && !job->valid))
		dyn_worker_run_utility(job->drop);
}

/* A step. */
typedef struct Step
{
	Oid			relid;
	Job		   *job;
} Step;

static void
take_step(void *arg)
{
	Step	   *step = arg;

	work_on_table(step->relid, step->job);
}

/*
 * Does one step; false when it failed.  A failure ends the transaction here, as in the main loop of a session, since there is
 * no caller to report it to.  After a cancellation nothing more is done.
 */
static bool
try_work(Oid relid, Job *job, MemoryContext context)
{
	Step		step = {relid, job};
	ErrorData  *error = dyn_worker_try(take_step, &step, context);

	if (error == NULL)
		return true;
	if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		clean_up(relid, job, error->message, context);
	return false;
}

void
dyn_table_work(Oid relid, MemoryContext context)
{
	Job			job;

	while (read_job(relid, &job, context) && try_work(relid, &job, context))
		CHECK_FOR_INTERRUPTS();
}
