/*
 * near_shard.c - reads of the shards of distributed tables that lie on this node
 *
 * Citus copies, deparses and plans a statement on a distributed table for each execution, which takes several times as long as the read
 * of a row.  A shard on this node is an ordinary table here.  So the read of a key has a kept plan on the shard itself, as it has on a
 * table that is not distributed.
 *
 * It reads what Citus would read, and never an older shard.  Citus finds a shard by its cache of its catalogs, which ends when the
 * distributed relation becomes invalid; the list of a table's shards ends with the table's entry, which becomes invalid then, too.  The
 * lookup of the table, which has locked the relation, has seen every change that was committed on this node before the request.  A move
 * commits on one node after the other, and elsewhere the shard's new place can be written before this node knows of it.  So the read
 * waits for a move that ends, as a write does, and looks again.  The snapshot is taken after that.
 *
 * Citus does it
 *	- once it takes part in the transaction, which may have written on other nodes or by a connection to this one;
 *	- under a snapshot of the whole transaction, which can be older than the shard's place;
 *	- where the user's right or row security is more than a right to read the whole table;
 *	- while the request is explained.
 *
 * Rights and row security of the shard are PostgreSQL's to check, as in Citus's own execution.  The locks of the read end with it: a
 * statement of Citus can take a stronger one by a connection to this node, and would wait for its own transaction.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class_d.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/rls.h"

#include "database/citus.h"
#include "store/explain.h"
#include "store/near_shard.h"
#include "store/statement.h"
#include "tables/catalog.h"

/* ---- which shards ---- */

/* The shard as a table.  It is never looked up, so that it is valid or not as the entry of its table is. */
static DynTable *
as_table(const DynTable *table, Oid relid)
{
	DynTable   *shard = palloc_object(DynTable);

	*shard = *table;
	shard->valid = false;
	shard->relid = relid;
	shard->qualified = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
	shard->primary_key = InvalidOid;
	shard->shards = NIL;
	shard->retired_plans = NIL;
	shard->nrange_plans = 0;
	memset(shard->plans, 0, sizeof(shard->plans));
	return shard;
}

/* Citus finds it by its name, so it has to be a table of the same owner. */
static bool
is_shard_of(Oid relid, Oid distributed)
{
	return get_rel_relkind(relid) == RELKIND_RELATION && dyn_catalog_owner(relid) == dyn_catalog_owner(distributed);
}

static DynNearShard *
add_shard(DynTable *table, int64 id)
{
	Oid			here = dyn_citus_shard_here(table->relid, id);
	MemoryContext old = MemoryContextSwitchTo(table->context);
	DynNearShard   *shard = palloc0_object(DynNearShard);

	shard->id = id;
	if (OidIsValid(here) && is_shard_of(here, table->relid))
		shard->table = as_table(table, here);
	table->shards = lappend(table->shards, shard);
	MemoryContextSwitchTo(old);
	return shard;
}

/* The shard of the key, or NULL where Citus knows none. */
static DynNearShard *
shard_of(DynTable *table, const DynKey *key)
{
	int64		id = dyn_citus_shard_of(table->relid, dyn_key_column_type(table->pk.tag), dyn_key_datum(key->pk, DYN_KEY_PART));
	ListCell   *cell;

	foreach(cell, table->shards)
	{
		DynNearShard   *shard = lfirst(cell);

		if (shard->id == id)
			return shard;
	}
	return id > 0 ? add_shard(table, id) : NULL;
}

/* ---- reading ---- */

static bool
is_free_to_read(const DynTable *table)
{
	return dyn_citus_is_alone() && !IsolationUsesXactSnapshot() && !RecoveryInProgress() && dyn_explain_watching == NULL &&
		get_rel_relkind(table->relid) == RELKIND_RELATION &&
		pg_class_aclcheck(table->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(table->relid, InvalidOid, true) == RLS_NONE;
}

/* Without a shard on this node, false. */
static bool
read_row(DynTable *table, const DynKey *key, DynPlanReceiver *receiver)
{
	DynNearShard *shard = shard_of(table, key);
	Relation	rel;

	if (shard == NULL || shard->table == NULL)
		return false;
	dyn_citus_lock_place(shard->id);
	rel = table->valid ? try_table_open(shard->table->relid, AccessShareLock) : NULL;
	if (rel == NULL)
		return false;
	table_close(rel, NoLock);
	dyn_plan_run(dyn_statement_plan(shard->table, DYN_PLAN_GET), dyn_statement_params(shard->table, DYN_PLAN_GET, key, NULL, NULL),
				 &receiver->pub, dyn_handover);
	return true;
}

static void
release(ResourceOwner owner)
{
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_BEFORE_LOCKS, true, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_LOCKS, false, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_AFTER_LOCKS, true, false);
	ResourceOwnerDelete(owner);
}

bool
dyn_near_shard_read(DynTable *table, const DynKey *key, DynPlanReceiver *receiver)
{
	ResourceOwner outer = CurrentResourceOwner;
	ResourceOwner owner;
	bool		done;

	if (!is_free_to_read(table))
		return false;
	owner = ResourceOwnerCreate(outer, "dynapg read of a shard");
	CurrentResourceOwner = owner;	/* after an error it ends with the outer one */
	done = read_row(table, key, receiver);
	CurrentResourceOwner = outer;
	release(owner);
	return done;
}
