/*
 * backup.c - backups of tables: copies of their rows, and the catalog dynapg.backups
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "database/installation.h"
#include "database/sql.h"
#include "store/backup.h"
#include "store/builder.h"
#include "store/copy.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/ddl.h"

#define BACKUP_COLUMNS \
	"b.id, b.name, b.table_name, b.table_id::pg_catalog.text, COALESCE(b.source::pg_catalog.oid, 0), " \
	"COALESCE(b.copy::pg_catalog.oid, 0), b.created_at, b.items, b.item_bytes, b.copy_bytes, b.definition::pg_catalog.text, " \
	"b.failures OPERATOR(pg_catalog.>) 0, COALESCE(b.expires_at, '2000-01-01 00:00+00')"

/* The backups that $1, a role, sees of the namespace whose names begin with $2. */
#define VISIBLE_BACKUPS \
	"dynapg.backups b JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) COALESCE(b.copy, b.source) " \
	"WHERE pg_catalog.pg_has_role($1, c.relowner, 'USAGE') AND " DYN_IN_NAMESPACE("b.table_name", "$2")

/* Is the next attempt due? As for indexes. */
#define IS_DUE \
	"(b.failed_at IS NULL OR pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (b.failed_at OPERATOR(pg_catalog.+) " \
	"pg_catalog.make_interval(secs => LEAST(3600, 5 OPERATOR(pg_catalog.*) pg_catalog.pow(2, LEAST(b.failures, 10))))))"

/* ---- rows ---- */

static void
read_row(uint64 row, DynBackup *backup)
{
	*backup = (DynBackup) {
		.id = dyn_sql_get_text(row, 1),
		.name = dyn_sql_get_text(row, 2),
		.table_name = dyn_sql_get_text(row, 3),
		.table_id = dyn_sql_get_text(row, 4),
		.source = dyn_sql_get_oid(row, 5),
		.copy = dyn_sql_get_oid(row, 6),
		.created_at = dyn_sql_get_int64(row, 7),
		.items = dyn_sql_get_int64(row, 8),
		.item_bytes = dyn_sql_get_int64(row, 9),
		.copy_bytes = dyn_sql_get_int64(row, 10),
		.definition = dyn_sql_get_text(row, 11),
		.failed = dyn_sql_get_bool(row, 12),
		.expires_at = dyn_sql_get_int64(row, 13)
	};
}

DynBackup *
dyn_backup_find(const char *id, DynBackupLock lock)
{
	static const char *const clauses[] = {"", " FOR KEY SHARE OF b", " FOR UPDATE OF b"};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	DynBackup  *backup = NULL;

	SPI_connect();
	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, dyn_namespace_prefix());
	dyn_sql_text(&args, id);
	if (dyn_catalog_run(psprintf("SELECT " BACKUP_COLUMNS " FROM " VISIBLE_BACKUPS " AND b.id OPERATOR(pg_catalog.=) $3%s",
								 clauses[lock]), &args) > 0)
	{
		old = MemoryContextSwitchTo(caller);
		backup = palloc(sizeof(DynBackup));
		read_row(0, backup);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return backup;
}

DynBackup *
dyn_backup_list(const DynBackupFilter *filter, int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	DynBackup  *backups;

	SPI_connect();
	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, dyn_namespace_prefix());
	dyn_sql_text(&args, filter->table_name);
	dyn_sql_timestamptz(&args, filter->from);
	dyn_sql_timestamptz(&args, filter->until);
	dyn_sql_text(&args, filter->after ? filter->after : "");
	dyn_sql_int(&args, filter->limit);
	dyn_sql_bool(&args, filter->type != DYN_BACKUP_USER);
	dyn_sql_bool(&args, filter->type != DYN_BACKUP_SYSTEM);
	*count = dyn_catalog_run("SELECT " BACKUP_COLUMNS " FROM " VISIBLE_BACKUPS
							 " AND ($3 IS NULL OR b.table_name OPERATOR(pg_catalog.=) $3) "
							 "AND b.created_at OPERATOR(pg_catalog.>=) $4 AND b.created_at OPERATOR(pg_catalog.<) $5 "
							 "AND CASE WHEN b.expires_at IS NULL THEN $9 ELSE $8 END "
							 "AND b.id OPERATOR(pg_catalog.>) $6 ORDER BY b.id LIMIT $7", &args);
	old = MemoryContextSwitchTo(caller);
	backups = palloc(Max(*count, 1) * sizeof(DynBackup));
	for (int i = 0; i < *count; i++)
		read_row(i, &backups[i]);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return backups;
}

/* ---- creating ---- */

/* A new backup: its id contains its time. */
static DynBackup *
new_backup(const DynTableDef *def, const char *name, const char *definition)
{
	DynBackup  *backup = palloc0(sizeof(DynBackup));
	int64		milliseconds = (GetCurrentTimestamp() + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY) / 1000;
	uint32		number;

	if (!pg_strong_random(&number, sizeof(number)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random number")));
	backup->id = psprintf("0%013lld-%08x", (long long) milliseconds, number);
	backup->name = pstrdup(name);
	backup->table_name = def->name;
	backup->table_id = def->table_id;
	backup->source = def->relid;
	backup->created_at = milliseconds * 1000 - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	backup->definition = pstrdup(definition);
	return backup;
}

static void
insert_row(const DynBackup *backup)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, backup->id);
	dyn_sql_text(&args, backup->name);
	dyn_sql_text(&args, backup->table_name);
	dyn_sql_text(&args, backup->table_id);
	dyn_sql_oid(&args, backup->source);
	dyn_sql_timestamptz(&args, backup->created_at);
	dyn_sql_text(&args, backup->definition);
	dyn_sql_timestamptz(&args, backup->expires_at);
	SPI_connect();
	dyn_catalog_run("INSERT INTO dynapg.backups (id, name, table_name, table_id, source, created_at, definition, expires_at) "
					"VALUES ($1, $2, $3, $4::pg_catalog.uuid, $5, $6, $7::pg_catalog.json, NULLIF($8, '2000-01-01 00:00+00'))", &args);
	SPI_finish();
}

/* Writes the row, checks rights, and makes the copy if that is due now; as the table's owner. */
static void
begin_backup(const DynTableDef *def, const DynBackup *backup, bool now)
{
	Oid			user;
	int			context;

	dyn_catalog_require_owner(def->relid);
	insert_row(backup);

	/* An error ends the (sub)transaction, which restores the user. */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(dyn_catalog_owner(def->relid), context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	dyn_copy_require_rights(def->relid);
	if (now)
		dyn_backup_make(backup->id);
	SetUserIdAndSecContext(user, context);
}

DynBackup *
dyn_backup_create(const DynTableDef *def, const char *name, const char *definition)
{
	DynBackup  *backup = new_backup(def, name, definition);
	bool		now = dyn_guc_index_build == DYN_INDEX_BUILD_IMMEDIATE;

	begin_backup(def, backup, now);
	if (!now)
		dyn_builder_start_at_commit(def->relid);
	return backup;
}

void
dyn_backup_create_system(const DynTableDef *def, const char *name, const char *definition, TimestampTz expires_at)
{
	DynBackup  *backup = new_backup(def, name, definition);

	backup->expires_at = expires_at;
	begin_backup(def, backup, true);
}

/* ---- the copy; SPI is connected ---- */

static void
finish_row(const char *id, Oid copy, int64 items)
{
	DynSqlArgs	args = {0};
	int64		counted;
	int64		bytes;

	dyn_count_table(copy, &counted, &bytes);
	dyn_sql_text(&args, id);
	dyn_sql_oid(&args, copy);
	dyn_sql_int64(&args, items);
	dyn_sql_int64(&args, counted > 0 ? (int64) ((double) bytes * items / counted) : 0);
	dyn_catalog_run("DELETE FROM dynapg.backups b WHERE b.copy OPERATOR(pg_catalog.=) $2", &args);	/* of a relation that is gone */
	dyn_catalog_run("UPDATE dynapg.backups b SET source = NULL, copy = $2, items = $3, item_bytes = $4, "
					"copy_bytes = pg_catalog.pg_table_size($2), failures = 0, failed_at = NULL, failure = NULL "
					"WHERE b.id OPERATOR(pg_catalog.=) $1", &args);
}

void
dyn_backup_make(const char *id)
{
	DynSqlArgs	args = {0};
	DynTableDef *def;
	Oid			source;
	Oid			copy;
	uint64		rows;

	SPI_connect();
	dyn_sql_text(&args, id);
	if (dyn_catalog_run("SELECT b.source::pg_catalog.oid FROM dynapg.backups b WHERE b.id OPERATOR(pg_catalog.=) $1 "
						"AND b.source IS NOT NULL FOR UPDATE", &args) > 0)
	{
		source = dyn_sql_get_oid(0, 1);
		def = dyn_catalog_read_relid(source);
		if (def == NULL)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the table of backup \"%s\" is gone", id)));
		dyn_catalog_require_owner(source);
		dyn_copy_require_rights(source);
		rows = dyn_copy_make(def, psprintf("backup %s", id), &copy);
		finish_row(id, copy, rows);
	}
	SPI_finish();
}

/* ---- deleting ---- */

void
dyn_backup_drop(const DynBackup *backup)
{
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(OidIsValid(backup->copy) ? backup->copy : backup->source);
	SPI_connect();
	if (OidIsValid(backup->copy))
		dyn_ddl_drop_table(backup->copy);
	dyn_sql_text(&args, backup->id);
	/* for a copy the event trigger has done this, unless it is disabled */
	dyn_catalog_run("DELETE FROM dynapg.backups b WHERE b.id OPERATOR(pg_catalog.=) $1", &args);
	SPI_finish();
}

/* Drops a copy; an error, such as for a view on it, stops nothing else. */
static void
try_drop(const char *id, Oid copy)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	DynSqlArgs	args = {0};

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		dyn_ddl_drop_table(copy);
		dyn_sql_text(&args, id);
		dyn_catalog_run("DELETE FROM dynapg.backups b WHERE b.id OPERATOR(pg_catalog.=) $1", &args);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

void
dyn_backup_expire(void)
{
	uint64		count;
	char	  **ids;
	Oid		   *copies;

	SPI_connect();
	count = dyn_catalog_run("SELECT b.id, b.copy::pg_catalog.oid FROM dynapg.backups b WHERE b.copy IS NOT NULL "
							"AND b.expires_at OPERATOR(pg_catalog.<) pg_catalog.clock_timestamp() FOR UPDATE SKIP LOCKED", NULL);
	ids = palloc(Max(count, 1) * sizeof(char *));
	copies = palloc(Max(count, 1) * sizeof(Oid));
	for (uint64 i = 0; i < count; i++)
	{
		ids[i] = dyn_sql_get_text(i, 1);
		copies[i] = dyn_sql_get_oid(i, 2);
	}
	for (uint64 i = 0; i < count; i++)
		try_drop(ids[i], copies[i]);
	SPI_finish();
}

/* ---- backups that are being made ---- */

bool
dyn_backup_is_pending(Oid relid)
{
	DynSqlArgs	args = {0};
	bool		pending;

	dyn_sql_oid(&args, relid);
	SPI_connect();
	pending = dyn_catalog_run("SELECT FROM dynapg.backups b WHERE b.source OPERATOR(pg_catalog.=) $1", &args) > 0;
	SPI_finish();
	return pending;
}

char *
dyn_backup_job(Oid relid)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	char	   *id = NULL;

	dyn_sql_oid(&args, relid);
	SPI_connect();
	if (dyn_catalog_run("SELECT b.id FROM dynapg.backups b WHERE b.source OPERATOR(pg_catalog.=) $1 AND " IS_DUE " ORDER BY b.id LIMIT 1",
						&args) > 0)
	{
		old = MemoryContextSwitchTo(caller);
		id = dyn_sql_get_text(0, 1);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return id;
}

void
dyn_backup_resume(const DynBackup *backup)
{
	if (OidIsValid(backup->source) && !RecoveryInProgress() && dyn_backup_job(backup->source))
		dyn_builder_start_now(backup->source);
}

void
dyn_backup_note_failure(const char *id, const char *failure)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, id);
	dyn_sql_text(&args, failure);
	SPI_connect();
	dyn_catalog_run("UPDATE dynapg.backups b SET failures = b.failures OPERATOR(pg_catalog.+) 1, failed_at = pg_catalog.clock_timestamp(), "
					"failure = $2 WHERE b.id OPERATOR(pg_catalog.=) $1", &args);
	SPI_finish();
}
