/*
 * table_delete.c - DeleteTable
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/names.h"
#include "api/table_describe.h"
#include "api/table_settings.h"
#include "base/errors.h"
#include "changes/stream.h"
#include "store/backup.h"
#include "store/index.h"

void
dyn_api_delete_table(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_describe_find(dyn_name_of_request(request), true);

	if (def->deletion_protection)
		dyn_validation("Resource cannot be deleted as it is currently protected against deletion. "
					   "Disable deletion protection first.");
	if (def->filled_by == NULL && dyn_index_unfinished(def))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Cannot delete table while indexes "
				  "are being created, updated, or deleted.");
	if (dyn_backup_is_pending(def->relid))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Cannot delete table while a backup of "
				  "it is being created.");
	if (dyn_settings_read(def->definition)->stream)
		dyn_stream_disable(def->relid);
	dyn_catalog_drop(def);

	appendStringInfoChar(reply, '{');
	dyn_describe_table(reply, "TableDescription", def, (DynTableView) {DYN_TABLE_DELETING});
	appendStringInfoChar(reply, '}');
}
