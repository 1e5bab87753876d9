/*
 * backups.h - backups as requests and replies have them
 */
#ifndef DYNAPG_API_BACKUPS_H
#define DYNAPG_API_BACKUPS_H

#include "base/compat.h"
#include "base/json.h"
#include "store/backup.h"

/* The backup that the request's BackupArn names; raises BackupNotFoundException if the user sees none. */
extern DynBackup *dyn_backups_of_request(const DynJson *request, DynBackupLock lock);

/* Its ARN. */
extern char *dyn_backups_arn(const DynBackup *backup);

/*
 * Keys, indexes and settings of its table: CreateTable's members AttributeDefinitions, KeySchema, BillingMode,
 * ProvisionedThroughput (of zeros on demand), OnDemandThroughput, SSESpecification and those of indexes, and more.
 */
extern const DynJson *dyn_backups_definition(const DynBackup *backup);

/* Appends such a definition of the table in its present state. */
extern void dyn_backups_define(StringInfo out, const DynTableDef *def);

/* A table with point-in-time recovery that is about to be deleted leaves a backup for 35 days. */
extern void dyn_backups_before_delete(const DynTableDef *def);

/* Raises TableNotFoundException. */
extern void dyn_backups_table_not_found(DynSlice name) pg_attribute_noreturn();

/* Raises ContinuousBackupsUnavailableException, for a table that is being created. */
extern void dyn_backups_unavailable(const DynTableDef *def) pg_attribute_noreturn();

#endif							/* DYNAPG_API_BACKUPS_H */
