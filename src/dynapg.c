/*
 * dynapg.c - the module's entry: magic block and _PG_init; nothing else
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/bulk.h"
#include "api/import_table.h"
#include "api/recorder.h"
#include "api/restore.h"
#include "base/guc.h"
#include "base/shmem.h"
#include "database/session.h"
#include "http/worker.h"
#include "iam/access_key.h"
#include "iam/key_sync.h"
#include "jobs/export.h"
#include "jobs/housekeeper.h"
#include "jobs/node_work.h"
#include "throughput/allowance.h"
#include "throughput/contributors.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	dyn_guc_init();
	dyn_session_init();
	dyn_session_on_roles_gone(dyn_access_key_sweep_due, dyn_access_key_roles_dropped);
	dyn_allowance_register();
	dyn_contributors_register();
	dyn_recorder_register();
	dyn_http_register();
	dyn_housekeeper_register();
	dyn_node_work_add(dyn_key_sync_run);
	dyn_job_register(&dyn_job_export);
	dyn_import_job_register();
	dyn_bulk_job_register();
	dyn_apply_export_register();
	dyn_restore_job_register();
	dyn_shmem_install();
}
