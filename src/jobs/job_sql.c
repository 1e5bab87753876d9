/*
 * job_sql.c - functions for SQL of jobs: dynapg.cancel_job, and the guard of their catalog
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "jobs/job.h"

PGDLLEXPORT Datum dynapg_cancel_job(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_on_long_jobs_change(PG_FUNCTION_ARGS);

/*
 * dynapg.cancel_job(id text) returns boolean: cancels a job that a role of the current user has requested; false where it is
 * over.
 */
PG_FUNCTION_INFO_V1(dynapg_cancel_job);
Datum
dynapg_cancel_job(PG_FUNCTION_ARGS)
{
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	DynJob	   *job = dyn_job_find(NULL, id);

	if (job == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job \"%s\" does not exist", id)));
	PG_RETURN_BOOL(dyn_job_cancel(job));
}

/* Trigger of dynapg.long_jobs, before each row: a row decides which role a worker runs as, so SQL must not write it. */
PG_FUNCTION_INFO_V1(dynapg_on_long_jobs_change);
Datum
dynapg_on_long_jobs_change(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.on_long_jobs_change can only be called by the trigger of dynapg.long_jobs")));
	if (!dyn_compat_owns_relation(RelationGetRelid(data->tg_relation), GetUserId()))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("dynapg.long_jobs is not written by SQL"),
						errhint("dynapg.cancel_job() cancels a job.")));
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple);
}
