/*
 * key_lock.c - a missing item stays missing until the transaction ends
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "database/code.h"
#include "database/session.h"
#include "store/key_lock.h"
#include "store/statement.h"
#include "tables/catalog.h"

/* More attempts would only fail if others make and delete the item at exactly the wrong moments each time. */
#define MAX_ATTEMPTS 100

static bool
ignore_row(void *arg, Datum value)
{
	return true;
}

/* Was there a row for the statement? */
static bool
run_statement(DynTable *table, DynPlanKind kind, const DynKey *key, const struct varlena *item)
{
	DynPlanReceiver receiver = dyn_plan_receiver(ignore_row, NULL, InvalidOid);

	return dyn_plan_run(dyn_statement_plan(table, kind), dyn_statement_params(table, kind, key, item, NULL), &receiver.pub,
						dyn_handover) > 0;
}

/* ---- the claim ---- */

/* A trigger that is enabled for replicas has skipped the insert or the delete of the row, so the key cannot be locked. */
static void
raise_kept(const DynTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_RAISE_EXCEPTION),
			 errmsg("a trigger of table \"%s\" does not let the row of a missing item be inserted and deleted",
					get_rel_name(table->relid))));
}

static bool
insert_and_delete(DynTable *table, const DynKey *key, const struct varlena *key_item)
{
	for (int i = 0; i < MAX_ATTEMPTS; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (run_statement(table, DYN_PLAN_CLAIM, key, key_item))
		{
			if (!run_statement(table, DYN_PLAN_UNCLAIM, key, NULL))
				raise_kept(table);
			return true;
		}
		if (run_statement(table, DYN_PLAN_LOCK, key, NULL))
			return false;
	}
	raise_kept(table);
	return false;				/* for compilers that do not know that ereport does not return */
}

/* ---- whose rights it is made with ---- */

/* What must be restored after the key is locked. */
typedef struct Session
{
	Oid			user;
	int			security;
	int			replication_role;
	int			settings;		/* nest level */
} Session;

/*
 * No search_path hides the temporary schema, and its contents are the caller's: a view there with the name of a table that one
 * of the owner's functions reads would run as the owner. Functions that look up no names are safe, and so are callers without
 * temporary objects.
 */
static void
refuse_traps(const DynTable *table)
{
	if (!dyn_session_has_temporary_names() || !dyn_code_looks_up_names(table->relid))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("a session with temporary relations cannot keep a missing item of table \"%s\" from being made",
					get_rel_name(table->relid)),
			 errdetail("Functions in constraints or indexes of the table would run as its owner, and could use those relations."
			 ),
			 errhint("DISCARD TEMP drops the session's temporary objects.")));
}

static void
become_owner(const DynTable *table, Session *session)
{
	Oid			owner;
	int			security = SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS;

	session->replication_role = SessionReplicationRole;
	GetUserIdAndSecContext(&session->user, &session->security);
	session->settings = NewGUCNestLevel();
	if (table->distributed)
		return;					/* one transaction cannot be of two users on a node */
	owner = dyn_catalog_owner(table->relid);
	if (owner != session->user)
	{
		refuse_traps(table);
		security |= SECURITY_RESTRICTED_OPERATION;
		(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	}
	SetUserIdAndSecContext(owner, session->security | security);
	/*
	 * not by the setting, which would invalidate every plan of the session because of rules: tables with rules allow no upserts
	 *
	 */
	SessionReplicationRole = SESSION_REPLICATION_ROLE_REPLICA;
}

/* Also in PG_FINALLY. */
static void
become_caller(const Session *session)
{
	SessionReplicationRole = session->replication_role;
	SetUserIdAndSecContext(session->user, session->security);
}

/* Otherwise the error of a constraint that refuses the row would be about a row that nobody has written. */
static void
tell_context(void *arg)
{
	const DynTable *table = arg;

	errcontext("keeping a missing item of table \"%s\" from being made", table->name);
}

bool
dyn_key_lock_missing(DynTable *table, const DynKey *key, const struct varlena *key_item)
{
	ErrorContextCallback context = {.previous = error_context_stack, .callback = tell_context, .arg = table};
	Session		session;
	volatile bool claimed;

	error_context_stack = &context;
	SPI_connect();
	become_owner(table, &session);
	PG_TRY();
	{
		claimed = insert_and_delete(table, key, key_item);
	}
	PG_FINALLY();
	{
		become_caller(&session);
	}
	PG_END_TRY();
	AtEOXact_GUC(false, session.settings);
	SPI_finish();
	error_context_stack = context.previous;
	return claimed;
}
