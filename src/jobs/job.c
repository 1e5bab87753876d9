/*
 * job.c - jobs: long work on request, and the catalog dynapg.long_jobs
 */
#include "postgres.h"

#include "access/xlog.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"

#include "base/guc.h"
#include "base/namespace.h"
#include "database/installation.h"
#include "database/sql.h"
#include "jobs/job.h"
#include "store/builder.h"
#include "tables/catalog.h"

#define MAX_KINDS 16

/* From the second attempt that ended without an error on, the next one waits, longer each time, but no longer than about half an hour. */
#define IS_DUE_AGAIN \
	"(j.attempts OPERATOR(pg_catalog.<) 2 OR pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (j.tried_at OPERATOR(pg_catalog.+) " \
	"pg_catalog.make_interval(secs => 2 OPERATOR(pg_catalog.*) pg_catalog.pow(2, LEAST(j.attempts, 10)))))"

#define JOB_COLUMNS \
	"j.id, j.kind, j.role::pg_catalog.oid, COALESCE(j.relation::pg_catalog.oid, 0::pg_catalog.oid), j.table_name, " \
	"j.table_id::pg_catalog.text, j.token, j.request::pg_catalog.text, j.notes::pg_catalog.text, j.state, j.items, j.bytes, j.errors, " \
	"COALESCE(j.total_items, -1), COALESCE(j.total_bytes, -1), j.created_at, COALESCE(j.started_at, '2000-01-01 00:00+00'), " \
	"COALESCE(j.finished_at, '2000-01-01 00:00+00'), j.failure_code, j.failure, " IS_DUE_AGAIN ", j.attempts"

#define IS_UNFINISHED "j.state OPERATOR(pg_catalog.=) ANY ('{IN_PROGRESS,CANCELLING}')"

/* $1 is a role: its jobs, and those of roles that it is a member of. */
#define IS_VISIBLE "pg_catalog.pg_has_role($1, j.role::pg_catalog.oid, 'USAGE')"

static const char *const states[] = {"IN_PROGRESS", "CANCELLING", "CANCELLED", "COMPLETED", "FAILED"};

/* ---- kinds ---- */

static const DynJobKind *kinds[MAX_KINDS];
static int	nkinds = 0;

void
dyn_job_register(const DynJobKind *kind)
{
	if (nkinds == MAX_KINDS)
		elog(ERROR, "too many kinds of jobs");
	kinds[nkinds++] = kind;
}

const DynJobKind *
dyn_job_kind(const char *name)
{
	for (int i = 0; i < nkinds; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

/* ---- rows ---- */

static DynJobState
state_of(const char *name)
{
	for (int i = 0; i < (int) lengthof(states); i++)
		if (strcmp(states[i], name) == 0)
			return (DynJobState) i;
	elog(ERROR, "unknown state of a job: %s", name);
}

/*
 * Tokens of two namespaces are two tokens: the row has the token behind the namespace and '$', which is in no token, so that no token
 * looks like one of another namespace. Given the name of the table, returns the token.
 */
static char *
token_of(const char *table_name, char *token)
{
	const char *space = dyn_namespace_text_of(table_name);

	return token && space[0] != '\0' ? token + strlen(space) + 1 : token;
}

/* The token as the row of a job in the current namespace has it. */
static const char *
kept_token(const char *token)
{
	return token && dyn_guc_namespace[0] != '\0' ? psprintf("%s$%s", dyn_guc_namespace, token) : token;
}

static void
read_row(uint64 row, DynJob *job)
{
	memset(job, 0, sizeof(DynJob));
	strlcpy(job->id, dyn_sql_get_text(row, 1), sizeof(job->id));
	job->kind = dyn_sql_get_text(row, 2);
	job->role = dyn_sql_get_oid(row, 3);
	job->relid = dyn_sql_get_oid(row, 4);
	job->table_name = dyn_sql_get_text(row, 5);
	job->table_id = dyn_sql_get_text(row, 6);
	job->token = token_of(job->table_name, dyn_sql_get_text(row, 7));
	job->request = dyn_sql_get_text(row, 8);
	job->notes = dyn_sql_get_text(row, 9);
	job->state = state_of(dyn_sql_get_text(row, 10));
	job->items = dyn_sql_get_int64(row, 11);
	job->bytes = dyn_sql_get_int64(row, 12);
	job->errors = dyn_sql_get_int64(row, 13);
	job->total_items = dyn_sql_get_int64(row, 14);
	job->total_bytes = dyn_sql_get_int64(row, 15);
	job->created_at = dyn_sql_get_int64(row, 16);
	job->started_at = dyn_sql_get_int64(row, 17);
	job->finished_at = dyn_sql_get_int64(row, 18);
	job->failure_code = dyn_sql_get_text(row, 19);
	job->failure = dyn_sql_get_text(row, 20);
	job->due = dyn_sql_get_bool(row, 21);
	job->attempts = dyn_sql_get_int(row, 22);
}

/* Runs a query for rows of jobs; the result is in the current memory context. */
static DynJob *
query_jobs(const char *sql, DynSqlArgs *args, int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynJob	   *jobs;

	SPI_connect();
	*count = (int) dyn_catalog_run(sql, args);
	old = MemoryContextSwitchTo(caller);
	jobs = palloc_array(DynJob, Max(*count, 1));
	for (int i = 0; i < *count; i++)
		read_row(i, &jobs[i]);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return jobs;
}

static uint64
run_statement(const char *sql, DynSqlArgs *args)
{
	uint64		count;

	SPI_connect();
	count = dyn_catalog_run(sql, args);
	SPI_finish();
	return count;
}

/* ---- for requests ---- */

char *
dyn_job_new_id(TimestampTz *created_at)
{
	int64		offset = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	int64		milliseconds = (GetCurrentTimestamp() + offset) / 1000;
	uint32		number;

	if (!pg_strong_random(&number, sizeof(number)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random number")));
	*created_at = milliseconds * 1000 - offset;
	return psprintf("0%013lld-%08x", (long long) milliseconds, number);
}

bool
dyn_job_start(DynJob *job)
{
	DynSqlArgs	args = {0};

	if (job->id[0] == '\0')
		strlcpy(job->id, dyn_job_new_id(&job->created_at), sizeof(job->id));
	job->role = GetUserId();
	job->state = DYN_JOB_IN_PROGRESS;
	dyn_sql_text(&args, job->id);
	dyn_sql_text(&args, job->kind);
	dyn_sql_oid(&args, job->role);
	dyn_sql_oid(&args, job->relid);
	dyn_sql_text(&args, job->table_name);
	dyn_sql_text(&args, job->table_id);
	dyn_sql_text(&args, kept_token(job->token));
	dyn_sql_text(&args, job->request);
	dyn_sql_text(&args, job->notes);
	dyn_sql_int64(&args, job->total_items);
	dyn_sql_int64(&args, job->total_bytes);
	dyn_sql_timestamptz(&args, job->created_at);
	if (run_statement("INSERT INTO dynapg.long_jobs (id, kind, role, relation, table_name, table_id, token, request, notes, total_items, "
			"total_bytes, created_at) VALUES ($1, $2, $3::pg_catalog.regrole, NULLIF($4, 0::pg_catalog.oid)::pg_catalog.regclass, $5, "
			"$6::pg_catalog.uuid, $7, $8::pg_catalog.json, $9::pg_catalog.json, NULLIF($10, (-1)::pg_catalog.int8), "
			"NULLIF($11, (-1)::pg_catalog.int8), $12) ON CONFLICT (role, kind, token) DO NOTHING", &args) == 0)
		return false;
	dyn_launch_at_commit(dyn_launch_of_job(job->id));
	return true;
}

DynJob *
dyn_job_find(const char *kind, const char *id)
{
	DynSqlArgs	args = {0};
	DynJob	   *job;
	int			count;

	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, kind);
	dyn_sql_text(&args, id);
	dyn_sql_text(&args, dyn_namespace_prefix());
	job = query_jobs("SELECT " JOB_COLUMNS " FROM dynapg.long_jobs j WHERE " IS_VISIBLE
					 " AND ($2 IS NULL OR j.kind OPERATOR(pg_catalog.=) $2 AND " DYN_IN_NAMESPACE("j.table_name", "$4") ") "
					 "AND j.id OPERATOR(pg_catalog.=) $3", &args, &count);
	return count > 0 ? job : NULL;
}

DynJob *
dyn_job_find_token(const char *kind, const char *token)
{
	DynSqlArgs	args = {0};
	DynJob	   *job;
	int			count;

	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, kind);
	dyn_sql_text(&args, kept_token(token));
	(void) run_statement("UPDATE dynapg.long_jobs j SET token = NULL WHERE j.role::pg_catalog.oid OPERATOR(pg_catalog.=) $1 "
			   "AND j.kind OPERATOR(pg_catalog.=) $2 AND j.token OPERATOR(pg_catalog.=) $3 "
			   "AND j.created_at OPERATOR(pg_catalog.<) "
			   "(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) '8 hours'::pg_catalog.interval)", &args);
	job = query_jobs("SELECT " JOB_COLUMNS " FROM dynapg.long_jobs j WHERE j.role::pg_catalog.oid OPERATOR(pg_catalog.=) $1 "
				"AND j.kind OPERATOR(pg_catalog.=) $2 AND j.token OPERATOR(pg_catalog.=) $3", &args, &count);
	return count > 0 ? job : NULL;
}

DynJob *
dyn_job_list(const DynJobFilter *filter, int *count)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, filter->kind);
	dyn_sql_text(&args, filter->table_name);
	dyn_sql_text(&args, filter->before);
	dyn_sql_int(&args, filter->limit);
	dyn_sql_text(&args, dyn_namespace_prefix());
	return query_jobs("SELECT " JOB_COLUMNS " FROM dynapg.long_jobs j WHERE " IS_VISIBLE " AND j.kind OPERATOR(pg_catalog.=) $2 "
				 "AND " DYN_IN_NAMESPACE("j.table_name", "$6") " AND ($3 IS NULL OR j.table_name OPERATOR(pg_catalog.=) $3) "
				 "AND ($4 IS NULL OR j.id OPERATOR(pg_catalog.<) $4) "
				 "ORDER BY j.id DESC LIMIT $5", &args, count);
}

int
dyn_job_count_unfinished(const char *kind)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, kind);
	return (int) run_statement("SELECT FROM dynapg.long_jobs j WHERE " IS_UNFINISHED " AND j.kind OPERATOR(pg_catalog.=) $1", &args);
}

void
dyn_job_resume(const DynJob *job)
{
	if ((job->state == DYN_JOB_IN_PROGRESS || job->state == DYN_JOB_CANCELLING) && job->due && !RecoveryInProgress())
		dyn_launch_now(dyn_launch_of_job(job->id));
}

/* Starts the builders of tables that the statement returns. */
static void
resume_tables(const char *sql, Oid role)
{
	DynSqlArgs	args = {0};
	uint64		count;

	SPI_connect();
	dyn_sql_oid(&args, role);
	count = dyn_catalog_run(sql, &args);
	for (uint64 i = 0; i < count; i++)
		dyn_builder_start_now(dyn_sql_get_oid(i, 1));
	SPI_finish();
}

#define OF_ROLE \
	"($1 OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR pg_catalog.pg_has_role($1, c.relowner, 'USAGE'))"

/* Is the next attempt due? As in index.c and backup.c. */
#define IS_DUE(row) \
	"(" row ".failed_at IS NULL OR pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (" row ".failed_at OPERATOR(pg_catalog.+) " \
	"pg_catalog.make_interval(secs => LEAST(3600, 5 OPERATOR(pg_catalog.*) pg_catalog.pow(2, LEAST(" row ".failures, 10))))))"

void
dyn_job_resume_all(Oid role)
{
	DynSqlArgs	args = {0};
	DynJob	   *jobs;
	int			count;

	if (RecoveryInProgress())
		return;
	dyn_sql_oid(&args, role);
	jobs = query_jobs("SELECT " JOB_COLUMNS " FROM dynapg.long_jobs j WHERE " IS_UNFINISHED
				 " AND ($1 OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR " IS_VISIBLE ") ORDER BY j.id", &args, &count);
	for (int i = 0; i < count; i++)
		dyn_job_resume(&jobs[i]);
	resume_tables("SELECT DISTINCT c.oid FROM dynapg.indexes i JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.table_relid "
				  "JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) i.table_relid AND t.filled_by IS NULL "
				  "WHERE i.status OPERATOR(pg_catalog.<>) 'ACTIVE' AND " OF_ROLE " AND " IS_DUE("i"), role);
	resume_tables("SELECT DISTINCT c.oid FROM dynapg.backups b JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) b.source "
				  "WHERE " OF_ROLE " AND " IS_DUE("b"), role);
}

bool
dyn_job_cancel(const DynJob *job)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, job->id);
	if (run_statement("UPDATE dynapg.long_jobs j SET state = 'CANCELLING' WHERE j.id OPERATOR(pg_catalog.=) $1 AND "
					  IS_UNFINISHED, &args) == 0)
		return false;
	dyn_launch_cancel_at_commit(dyn_launch_of_job(job->id));
	dyn_launch_at_commit(dyn_launch_of_job(job->id));	/* where none is at work */
	return true;
}

void
dyn_job_forget_old(void)
{
	(void) run_statement("DELETE FROM dynapg.long_jobs j WHERE NOT " IS_UNFINISHED " AND j.created_at OPERATOR(pg_catalog.<) "
			   "(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) '90 days'::pg_catalog.interval)", NULL);
}

/* ---- for kinds ---- */

void
dyn_job_save(const DynJob *job)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, job->id);
	dyn_sql_int64(&args, job->items);
	dyn_sql_int64(&args, job->bytes);
	dyn_sql_int64(&args, job->errors);
	dyn_sql_text(&args, job->notes);
	dyn_sql_int64(&args, job->total_items);
	dyn_sql_int64(&args, job->total_bytes);
	(void) run_statement("UPDATE dynapg.long_jobs j SET items = $2, bytes = $3, errors = $4, notes = $5::pg_catalog.json, attempts = 1, "
			   "total_items = NULLIF($6, (-1)::pg_catalog.int8), total_bytes = NULLIF($7, (-1)::pg_catalog.int8) "
			   "WHERE j.id OPERATOR(pg_catalog.=) $1 AND " IS_UNFINISHED, &args);
	dyn_job_report(job);
}

/* The view has PostgreSQL's own progress of COPY, which any process may report. */
void
dyn_job_report(const DynJob *job)
{
	const int	index[] = {PROGRESS_COPY_BYTES_PROCESSED, PROGRESS_COPY_BYTES_TOTAL, PROGRESS_COPY_TUPLES_PROCESSED,
	PROGRESS_COPY_TUPLES_EXCLUDED};
	const int64 value[] = {job->bytes, Max(job->total_bytes, 0), job->items, job->errors};

	if (MyBEEntry && MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY)
		pgstat_progress_start_command(PROGRESS_COMMAND_COPY, job->relid);
	pgstat_progress_update_multi_param(lengthof(index), index, value);
}

void
dyn_job_complete(DynJob *job)
{
	dyn_job_save(job);
	dyn_job_end(job->id, DYN_JOB_COMPLETED, NULL, NULL);
}

/* ---- for the frame ---- */

Oid
dyn_job_role(const char *id)
{
	DynSqlArgs	args = {0};
	Oid			role = InvalidOid;

	SPI_connect();
	dyn_sql_text(&args, id);
	if (dyn_catalog_run("SELECT j.role::pg_catalog.oid FROM dynapg.long_jobs j WHERE j.id OPERATOR(pg_catalog.=) $1 AND " IS_UNFINISHED,
						&args) > 0)
		role = dyn_sql_get_oid(0, 1);
	SPI_finish();
	return role;
}

DynJob *
dyn_job_claim(const char *id)
{
	DynSqlArgs	args = {0};
	DynJob	   *job;
	int			count;

	dyn_sql_text(&args, id);
	dyn_sql_int(&args, MyProcPid);
	job = query_jobs("UPDATE dynapg.long_jobs j SET pid = $2, attempts = j.attempts OPERATOR(pg_catalog.+) 1, "
				"tried_at = pg_catalog.clock_timestamp(), "
				"started_at = COALESCE(j.started_at, pg_catalog.clock_timestamp()) "
				"WHERE j.id OPERATOR(pg_catalog.=) $1 AND " IS_UNFINISHED " RETURNING " JOB_COLUMNS, &args, &count);
	return count > 0 ? job : NULL;
}

void
dyn_job_end(const char *id, DynJobState state, const char *code, const char *failure)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, id);
	dyn_sql_text(&args, states[state]);
	dyn_sql_text(&args, code);
	dyn_sql_text(&args, failure);
	(void) run_statement("UPDATE dynapg.long_jobs j SET state = $2, failure_code = $3, failure = $4, pid = NULL, "
			   "finished_at = pg_catalog.clock_timestamp() WHERE j.id OPERATOR(pg_catalog.=) $1 AND " IS_UNFINISHED, &args);
}
