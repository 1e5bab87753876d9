/*
 * second_phase.c - a client hears of a transaction on several nodes of Citus when all of them have committed it
 *
 * That a node was lost is known from the warnings that Citus logs while the transaction commits; it has no other sign of it.  A warning of
 * something else costs a look at the nodes, and changes nothing.  A server that logs no warnings (log_min_messages) is not watched.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/elog.h"
#include "utils/snapmgr.h"

#include "database/citus.h"
#include "database/installation.h"
#include "database/second_phase.h"
#include "database/sql.h"

static emit_log_hook_type earlier_hook = NULL;
static bool watching = false;
static bool warned = false;

static void
on_message(ErrorData *message)
{
	if (watching && message->elevel == WARNING)
		warned = true;
	if (earlier_hook != NULL)
		earlier_hook(message);
}

void
dyn_second_phase_watch(void)
{
	static bool hooked = false;

	if (!dyn_citus_loaded())
		return;
	if (!hooked)
	{
		earlier_hook = emit_log_hook;
		emit_log_hook = on_message;
	}
	hooked = true;
	warned = false;
	watching = true;
}

/* As the extension's owner: others may not ask for it.  Citus's function looks at all nodes. */
static void
recover(void)
{
	Oid			user;
	int			security;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(dyn_installation_require()->owner, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	PG_TRY();
	{
		SPI_connect();
		dyn_sql_run("SELECT pg_catalog.recover_prepared_transactions()", NULL, 0);
		SPI_finish();
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(user, security);
	}
	PG_END_TRY();
	PopActiveSnapshot();
	CommitTransactionCommand();
}

void
dyn_second_phase_finish(void)
{
	if (!watching)
		return;
	watching = false;
	if (!warned)
		return;
	warned = false;
	watching = true;
	PG_TRY();
	{
		recover();
	}
	PG_FINALLY();
	{
		watching = false;
	}
	PG_END_TRY();
	if (warned)
		ereport(ERROR, errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN), errmsg("a node of Citus has not committed the transaction yet"));
}
