/*
 * compat.h - what differs between PostgreSQL 14 and 18
 */
#ifndef DYNAPG_BASE_COMPAT_H
#define DYNAPG_BASE_COMPAT_H

#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_tablespace.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/memutils.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"				/* was part of postgres.h */
#endif

/* PostgreSQL 18 has pg_noreturn instead, which stands before a declaration. */
#ifndef pg_attribute_noreturn
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

/* Early minor versions of PostgreSQL 14 and 15 lack these. */
#ifndef palloc_array
#define palloc_object(type) ((type *) palloc(sizeof(type)))
#define palloc0_object(type) ((type *) palloc0(sizeof(type)))
#define palloc_array(type, count) ((type *) palloc(sizeof(type) * (count)))
#define palloc0_array(type, count) ((type *) palloc0(sizeof(type) * (count)))
#endif

#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* Up to where the write-ahead log is on disk; users include access/xlog.h. */
#if PG_VERSION_NUM < 150000
#define dyn_compat_flushed() GetFlushRecPtr()
#else
#define dyn_compat_flushed() GetFlushRecPtr(NULL)
#endif

#if PG_VERSION_NUM >= 180000
#include "commands/explain_state.h" /* was part of commands/explain.h */
#endif

/* The clause that has a view check the rights of its reader; before PostgreSQL 15 there is none. */
#if PG_VERSION_NUM < 150000
#define DYN_COMPAT_INVOKER_VIEW ""
#else
#define DYN_COMPAT_INVOKER_VIEW "WITH (security_invoker = true)"
#endif

/* Shows a plan that is not run; users include commands/explain.h. */
#if PG_VERSION_NUM < 170000
#define dyn_compat_explain_plan(plan, state, text, params) ExplainOnePlan(plan, NULL, state, text, params, NULL, NULL, NULL)
#else
#define dyn_compat_explain_plan(plan, state, text, params) ExplainOnePlan(plan, NULL, state, text, params, NULL, NULL, NULL, NULL)
#endif

/* Does the role own the relation, or is it a superuser? */
static inline bool
dyn_compat_owns_relation(Oid relid, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_class_ownercheck(relid, role);
#else
	return object_ownercheck(RelationRelationId, relid, role);
#endif
}

/* May the role connect to this database? */
static inline bool
dyn_compat_may_connect(Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_database_aclcheck(MyDatabaseId, role, ACL_CONNECT) == ACLCHECK_OK;
#else
	return object_aclcheck(DatabaseRelationId, MyDatabaseId, role, ACL_CONNECT) == ACLCHECK_OK;
#endif
}

/* Runs a portal of one utility statement to its end, as a statement of the top level; users include tcop/pquery.h. */
#if PG_VERSION_NUM < 180000
#define dyn_compat_run_portal(portal) \
	((void) PortalRun(portal, FETCH_ALL, true, true, None_Receiver, None_Receiver, NULL))
#else
#define dyn_compat_run_portal(portal) \
	((void) PortalRun(portal, FETCH_ALL, true, None_Receiver, None_Receiver, NULL))
#endif

/*
 * The place of a relation's prepared CHECK constraints in an executor, an array of them or NULL, and the preparation of one; NULL is one
 * that holds.  Users include executor/executor.h, rewrite/rewriteHandler.h and utils/rel.h.
 */
#if PG_VERSION_NUM < 180000
#define dyn_compat_prepared_checks(target) ((target)->ri_ConstraintExprs)
#define dyn_compat_prepare_check(rel, i, estate) \
	ExecPrepareExpr(stringToNode((rel)->rd_att->constr->check[i].ccbin), estate)
#else
#define dyn_compat_prepared_checks(target) ((target)->ri_CheckConstraintExprs)
#define dyn_compat_prepare_check(rel, i, estate) \
	((rel)->rd_att->constr->check[i].ccenforced ? \
	 ExecPrepareExpr((Expr *) expand_generated_columns_in_expr(stringToNode((rel)->rd_att->constr->check[i].ccbin), rel, 1), estate) : \
	 NULL)
#endif

/* Begins a scan of an index that reads its entries alone; users include access/genam.h. */
#if PG_VERSION_NUM < 180000
#define dyn_compat_beginscan(index, snapshot, nkeys) index_beginscan_bitmap(index, snapshot, nkeys)
#else
#define dyn_compat_beginscan(index, snapshot, nkeys) index_beginscan_bitmap(index, snapshot, NULL, nkeys)
#endif

/* Begins a scan of an index for rows of its table; users include access/genam.h. */
#if PG_VERSION_NUM < 180000
#define dyn_compat_begin_index_scan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, nkeys, 0)
#else
#define dyn_compat_begin_index_scan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, NULL, nkeys, 0)
#endif

/* Raises an error unless the current user has the rights that a statement asks for; users include executor/executor.h. */
#if PG_VERSION_NUM < 160000
#define dyn_compat_check_permissions(statement) ((void) ExecCheckRTPerms((statement)->rtable, true))
#else
#define dyn_compat_check_permissions(statement) \
	((void) ExecCheckPermissions((statement)->rtable, (statement)->permInfos, true))
#endif

/* Lets a vacuum rest as its cost limit says; users include commands/vacuum.h. */
#if PG_VERSION_NUM < 180000
#define dyn_compat_vacuum_delay() vacuum_delay_point()
#else
#define dyn_compat_vacuum_delay() vacuum_delay_point(false)
#endif

/* May the role use what is in the schema? */
static inline bool
dyn_compat_may_use_schema(Oid schema, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
	return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/* May the role create objects in the tablespace? */
static inline bool
dyn_compat_may_create_in_tablespace(Oid tablespace, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_tablespace_aclcheck(tablespace, role, ACL_CREATE) == ACLCHECK_OK;
#else
	return object_aclcheck(TableSpaceRelationId, tablespace, role, ACL_CREATE) == ACLCHECK_OK;
#endif
}

/* May the role call the function? */
static inline bool
dyn_compat_may_call(Oid function, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_proc_aclcheck(function, role, ACL_EXECUTE) == ACLCHECK_OK;
#else
	return object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

/* May the role create objects in the schema? */
static inline bool
dyn_compat_may_create_in(Oid schema, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_namespace_aclcheck(schema, role, ACL_CREATE) == ACLCHECK_OK;
#else
	return object_aclcheck(NamespaceRelationId, schema, role, ACL_CREATE) == ACLCHECK_OK;
#endif
}

/* Does the role own the database, or is it a superuser? */
static inline bool
dyn_compat_owns_database(Oid database, Oid role)
{
#if PG_VERSION_NUM < 160000
	return pg_database_ownercheck(database, role);
#else
	return object_ownercheck(DatabaseRelationId, database, role);
#endif
}

/* Lets a transaction of this process take any time, whatever the configuration says; before PostgreSQL 17 nothing limits it. */
static inline void
dyn_compat_lift_transaction_timeout(void)
{
#if PG_VERSION_NUM >= 170000
	SetConfigOption("transaction_timeout", "0", PGC_SUSET, PGC_S_OVERRIDE);
#endif
}

/* A number that no other transaction of this backend has. */
static inline LocalTransactionId
dyn_compat_lxid(void)
{
#if PG_VERSION_NUM < 170000
	return MyProc->lxid;
#else
	return MyProc->vxid.lxid;
#endif
}

/* A set of `count` events that lives as long as the process. */
static inline WaitEventSet *
dyn_compat_create_wait_event_set(int count)
{
#if PG_VERSION_NUM < 170000
	return CreateWaitEventSet(TopMemoryContext, count);
#else
	return CreateWaitEventSet(NULL, count);
#endif
}

typedef void (*DynShmemRequest) (void);

/*
 * Arranges that request is called when shared memory can be requested; once, while libraries are preloaded. request must call
 * the hook's earlier value, which is returned. Before PostgreSQL 15 there is no hook, and request is called at once.
 */
static inline DynShmemRequest
dyn_compat_on_shmem_request(DynShmemRequest request)
{
#if PG_VERSION_NUM < 150000
	request();
	return NULL;
#else
	shmem_request_hook_type earlier = shmem_request_hook;

	shmem_request_hook = request;
	return earlier;
#endif
}

/* All settings. */
static inline struct config_generic **
dyn_compat_settings(int *count)
{
#if PG_VERSION_NUM < 160000
	*count = GetNumConfigOptions();
	return get_guc_variables();
#else
	return get_guc_variables(count);
#endif
}

/*
 * The arguments of ExecutorCheckPerms_hook, range_table first, and the call of a hook with these arguments; users include
 * nodes/pg_list.h.
 */
#if PG_VERSION_NUM < 160000
#define DYN_COMPAT_CHECK_PERMS_ARGS List *range_table, bool raises
#define dyn_compat_check_perms(hook) ((hook) (range_table, raises))
#else
#define DYN_COMPAT_CHECK_PERMS_ARGS List *range_table, List *permissions, bool raises
#define dyn_compat_check_perms(hook) ((hook) (range_table, permissions, raises))
#endif

/* Reports statistics as pgstat_report_stat does; returns the milliseconds after which there is more to report, or 0. */
static inline long
dyn_compat_report_stat(bool force)
{
#if PG_VERSION_NUM < 150000
	pgstat_report_stat(force);
	return force ? 0 : 1000;
#else
	return pgstat_report_stat(force);
#endif
}

/* Makes pg_stat_activity show that role as the user of this process. */
static inline void
dyn_compat_set_activity_user(Oid role)
{
	volatile PgBackendStatus *entry = MyBEEntry;

	if (entry == NULL || entry->st_userid == role)
		return;
	PGSTAT_BEGIN_WRITE_ACTIVITY(entry);
	entry->st_userid = role;
	PGSTAT_END_WRITE_ACTIVITY(entry);
}

#endif							/* DYNAPG_BASE_COMPAT_H */
