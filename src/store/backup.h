/*
 * backup.h - backups of tables: copies of their rows, and the catalog dynapg.backups
 *
 * Model.  A backup is a table in the schema of the data tables, under a name that no DynamoDB table can have, with the rows of the
 * data table as one snapshot sees them.  It belongs to the owner of the data table and nobody else has rights on it.  Its row
 * in dynapg.backups has the definition of the table, which the layer above writes, and is in one of two states:
 *
 *		CREATING	source is the data table, there is no copy yet
 *		AVAILABLE	copy is the copy; nothing refers to the data table any more, so the backup outlives it
 *
 * dynapg.index_build says when the copy is made: within the transaction of the request, or by the table's builder (builder.h), in one
 * transaction with the change of the state.  So a crash leaves no half copy, and the next builder starts again; a call that
 * reads a backup in state CREATING starts a builder.  After a failure the next attempt waits, as for indexes (index.h).
 *
 * A row whose relation is gone does not count as a backup.  Only members of the owner's role see one.
 */
#ifndef DYNAPG_STORE_BACKUP_H
#define DYNAPG_STORE_BACKUP_H

#include "tables/definition.h"

typedef struct DynBackup
{
	char	   *id;				/* the last part of its ARN: the time and a random number */
	char	   *name;
	char	   *table_name;
	char	   *table_id;
	Oid			source;			/* the data table; InvalidOid once the copy is there */
	Oid			copy;			/* InvalidOid until then */
	TimestampTz created_at;		/* of whole milliseconds */
	int64		items;
	int64		item_bytes;		/* as TableSizeBytes counts */
	int64		copy_bytes;		/* on disk */
	char	   *definition;		/* JSON */
	bool		failed;			/* an attempt to make it has failed */
	TimestampTz expires_at;		/* of a system backup, which was made as its table was deleted; else 0 */
} DynBackup;

typedef enum DynBackupType
{
	DYN_BACKUP_USER,
	DYN_BACKUP_SYSTEM,
	DYN_BACKUP_ALL
} DynBackupType;

/* Which backups are listed; all are of tables that the current user owns, in the current namespace. */
typedef struct DynBackupFilter
{
	DynBackupType type;
	const char *table_name;		/* NULL: of all */
	TimestampTz from;			/* inclusive */
	TimestampTz until;			/* exclusive */
	const char *after;			/* an id, or NULL */
	int			limit;
} DynBackupFilter;

/*
 * Makes a backup of the table with that name and definition, now or by the table's builder.  The current user owns the table (42501).
 * The result has what is known at the beginning.
 */
extern DynBackup *dyn_backup_create(const DynTableDef *def, const char *name, const char *definition);

/* Makes a backup of a table that is about to be dropped, within the transaction that drops it. */
extern void dyn_backup_create_system(const DynTableDef *def, const char *name, const char *definition, TimestampTz expires_at);

/* For the jobs: drops those that have expired. */
extern void dyn_backup_expire(void);

/* How a backup that is found is locked, to the end of the transaction. */
typedef enum DynBackupLock
{
	DYN_BACKUP_FREE,			/* nothing */
	DYN_BACKUP_KEEP,			/* being deleted; others may keep it, too */
	DYN_BACKUP_CHANGE			/* all others that lock it */
} DynBackupLock;

/* The backup of that id, or NULL. */
extern DynBackup *dyn_backup_find(const char *id, DynBackupLock lock);

/* The backups in the order of their ids; *count is their number. */
extern DynBackup *dyn_backup_list(const DynBackupFilter *filter, int *count);

/* Drops a backup that was found and locked. */
extern void dyn_backup_drop(const DynBackup *backup);

/* Is a backup of the table being made? */
extern bool dyn_backup_is_pending(Oid relid);

/* Starts a builder for a backup that is CREATING, if none is at work and the next attempt is due. */
extern void dyn_backup_resume(const DynBackup *backup);

/*
 * For the builder, as the table's owner: finds the id of a backup of the table that is due, or NULL; makes it; records why that
 * failed. Each within a transaction of its own.
 */
extern char *dyn_backup_job(Oid relid);
extern void dyn_backup_make(const char *id);
extern void dyn_backup_note_failure(const char *id, const char *failure);

#endif							/* DYNAPG_STORE_BACKUP_H */
