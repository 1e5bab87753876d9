/*
 * restore_job.c - the job of a restore: fills the new table, builds its indexes and opens it, in one transaction
 */
#include "postgres.h"

#include "api/restore.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "database/code.h"
#include "jobs/job.h"
#include "store/backup.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/index.h"
#include "tables/lifecycle.h"
#include "tables/relation.h"
#include "tables/table.h"

#define KIND "restore"

/* A table that was replaced by a view would run its owner's code when it is read. */
static void
require_plain(Oid relid, const char *name)
{
	if (!dyn_relation_is_plain(relid))
		dyn_error(DYN_E_VALIDATION, "The relation of %s is not an ordinary table", name);
}

char *
dyn_restore_job_backup_rows(const DynBackup *backup)
{
	require_plain(backup->copy, backup->name);
	return dyn_ddl_qualified_name(backup->copy);
}

char *
dyn_restore_job_table_rows(const DynTableDef *def, const DynCut *cut)
{
	require_plain(def->relid, dyn_namespace_text_name(def->name));
	return psprintf("(%s)", dyn_cut_items_query(def, cut));
}

void
dyn_restore_job_start(const DynTableDef *def, const char *request, TimestampTz created_at)
{
	DynJob		job = {
		.kind = KIND,
		.relid = def->relid,
		.table_name = def->name,
		.table_id = def->table_id,
		.request = pstrdup(request),
		.total_items = -1,
		.total_bytes = -1,
		.created_at = created_at
	};

	strlcpy(job.id, def->filled_by, sizeof(job.id));
	(void) dyn_job_start(&job);
}

/* ---- the job, within its transaction ---- */

static char *
rows_of_backup(const char *id)
{
	const DynBackup *backup = dyn_backup_find(id, DYN_BACKUP_KEEP);

	if (backup == NULL || !OidIsValid(backup->copy))
		dyn_job_fail("BackupNotFound", "The backup that the table should be restored from no longer exists.");
	return dyn_restore_job_backup_rows(backup);
}

static char *
rows_of_table(const DynJson *request)
{
	DynTableDef *def = dyn_catalog_read_relid((Oid) dyn_request_integer(request, "Source", 0));
	const DynRecovery *recovery = def ? dyn_recovery_find(def->relid) : NULL;
	const DynCut *cut;

	if (recovery == NULL)
		dyn_job_fail("PointInTimeRecoveryUnavailable", "The table to restore no longer exists, or has no "
					 "point-in-time recovery.");
	dyn_catalog_require_owner(def->relid);
	cut = dyn_cut_at(recovery, dyn_request_integer(request, "Moment", 0));
	if (cut == NULL)
		dyn_job_fail("InvalidRestoreTime", "The history of the table %s no longer goes back to that moment.",
					 dyn_namespace_text_name(def->name));
	return dyn_restore_job_table_rows(def, cut);
}

static char *
rows_of(const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));
	const char *backup = dyn_request_cstring(request, "Backup");

	return backup ? rows_of_backup(backup) : rows_of_table(request);
}

/* The table that the job fills. */
static DynTableDef *
table_of(const DynJob *job)
{
	DynTableDef *def = dyn_catalog_read(job->table_name);

	if (def == NULL || def->filled_by == NULL || strcmp(def->filled_by, job->id) != 0)
		dyn_job_fail("TableNotFound", "The table %s that should be filled no longer exists.", dyn_namespace_text_name(job->table_name));
	return def;
}

static void
run_restore(DynJob *job)
{
	uint64		checked = 0;
	DynTableDef *def;

	dyn_table_find_filling();
	dyn_code_guard_superuser();
	dyn_job_begin(job);
	def = table_of(job);
	dyn_code_check_superuser_writes(def->relid, &checked);
	job->items = dyn_lifecycle_fill(def, rows_of(job));
	dyn_job_report(job);
	for (int i = 0; i < dyn_def_count(def); i++)
		dyn_index_make(def, dyn_def_index(def, i));
	dyn_lifecycle_set_filled(def);
	dyn_job_complete(job);
	dyn_job_commit(job);
}

static void
drop_unfinished(DynJob *job)
{
	DynTableDef *def = dyn_catalog_read(job->table_name);

	if (def != NULL && def->filled_by != NULL && strcmp(def->filled_by, job->id) == 0)
		dyn_lifecycle_drop(dyn_catalog_read_for_update(job->table_name));
}

void
dyn_restore_job_register(void)
{
	static const DynJobKind kind = {KIND, run_restore, drop_unfinished};

	dyn_job_register(&kind);
}
