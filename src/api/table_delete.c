/*
 * table_delete.c - DeleteTable
 */
#include "postgres.h"

#include "api/backups.h"
#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "changes/stream.h"
#include "store/backup.h"
#include "tables/index.h"
#include "tables/lifecycle.h"
#include "tables/name.h"
#include "tables/settings.h"

void
dyn_api_delete_table(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), true);

	if (def->deletion_protection)
		dyn_validation("Resource cannot be deleted as it is currently protected against deletion. "
					   "Disable deletion protection first.");
	if (def->filled_by == NULL && dyn_index_unfinished(def))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Cannot delete table while indexes "
				  "are being created, updated, or deleted.");
	if (dyn_backup_is_pending(def->relid))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Cannot delete table while a backup of "
				  "it is being created.");
	dyn_backups_before_delete(def);
	if (def->settings.stream)
		dyn_stream_disable(def->relid);
	dyn_lifecycle_drop(def);

	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "TableDescription", def, (DynTableView) {DYN_TABLE_DELETING});
	appendStringInfoChar(reply, '}');
}
