/*
 * restore.h - restoring tables from backups and to points in time: within the request, or by a job
 *
 * With dynapg.index_build = immediate the table is made within the request's transaction. Otherwise the request makes an empty
 * table, which is CREATING and hidden, and a job that fills it, builds its indexes and opens it, all in one transaction: after
 * a crash the table is empty again, and the job starts over.  A job that fails or is cancelled drops the table.
 */
#ifndef DYNAPG_API_RESTORE_H
#define DYNAPG_API_RESTORE_H

#include "lib/stringinfo.h"

#include "base/json.h"
#include "changes/cut.h"
#include "store/backup.h"

/* The source of a restore. */
typedef struct DynRestoreSource
{
	const DynJson *definition;	/* see dyn_backups_definition */
	char	   *table_name;		/* of the table that it was */
	char	   *backup_arn;		/* or NULL */
	TimestampTz moment;			/* as it was then */
	char	   *rows;			/* a relation or (query) with the rows: pk, sk, item */
	char	   *job;			/* JSON: where the job finds them */
} DynRestoreSource;

/* Raises ValidationException where TargetTableName is no table's name. */
extern void dyn_backup_restore_check_target(const DynJson *request);

/* Makes the table that the request names, with its overrides, or starts a job for it, and appends the reply. */
extern void dyn_backup_restore_table(const DynJson *request, const DynRestoreSource *source, StringInfo reply);

/* The rows of a backup and of a table at a cut, for DynRestoreSource. */
extern char *dyn_restore_job_backup_rows(const DynBackup *backup);
extern char *dyn_restore_job_table_rows(const DynTableDef *def, const DynCut *cut);

/* Starts the job that fills the new table def. */
extern void dyn_restore_job_start(const DynTableDef *def, const char *request, TimestampTz created_at);

/* Registers the kind of job; from _PG_init. */
extern void dyn_restore_job_register(void);

#endif							/* DYNAPG_API_RESTORE_H */
