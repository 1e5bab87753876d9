/*
 * worker.c - transactions and utility statements of a background worker
 *
 * CREATE INDEX CONCURRENTLY commits several transactions of its own, which PostgreSQL allows only for a top-level statement:
 * the worker runs it in a portal as the main loop of a session would.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "database/citus.h"
#include "jobs/worker.h"

void
dyn_worker_begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	dyn_citus_begin_block();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
dyn_worker_commit(void)
{
	PopActiveSnapshot();
	dyn_citus_end_block();
	CommitTransactionCommand();
}

void
dyn_worker_run_utility(const char *sql)
{
	MemoryContext context = CurrentMemoryContext;
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	PlannedStmt *statement = makeNode(PlannedStmt);
	Portal		portal;

	statement->commandType = CMD_UTILITY;
	statement->canSetTag = true;
	statement->utilityStmt = raw->stmt;
	statement->stmt_location = raw->stmt_location;
	statement->stmt_len = raw->stmt_len;

	debug_query_string = sql;
	pgstat_report_activity(STATE_RUNNING, sql);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	MemoryContextSwitchTo(context);
	portal = CreatePortal("", true, true);
	PortalDefineQuery(portal, NULL, sql, CreateCommandTag(raw->stmt), list_make1(statement), NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	dyn_compat_run_portal(portal);
	PortalDrop(portal, false);
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
	pgstat_report_activity(STATE_IDLE, NULL);
	debug_query_string = NULL;
}

ErrorData *
dyn_worker_try(void (*function) (void *arg), void *arg, MemoryContext context)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		function(arg);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		HOLD_INTERRUPTS();
		EmitErrorReport();
		FlushErrorState();
		AbortOutOfAnyTransaction();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return error;
}
