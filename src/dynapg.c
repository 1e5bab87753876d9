/*
 * dynapg.c - the module's entry: magic block and _PG_init; nothing else
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/bulk.h"
#include "api/import_table.h"
#include "base/guc.h"
#include "http/worker.h"
#include "jobs/housekeeper.h"
#include "store/session.h"
#include "store/throttle.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	dyn_guc_init();
	dyn_session_init();
	dyn_throttle_register();
	dyn_http_register();
	dyn_housekeeper_register();
	dyn_import_register();
	dyn_bulk_register();
	dyn_apply_register();
}
