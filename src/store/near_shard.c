/*
 * near_shard.c - reads of the shards of distributed tables that lie on this node
 *
 * A shard on this node is an ordinary table here.  So the read of a key has a kept plan on the shard itself, as it has on a table that is
 * not distributed.
 *
 * It reads what Citus would read, and never an older shard.  A move commits on one node after the other, and elsewhere the shard's new
 * place can be written before this node knows of it.  So the read waits for a move that ends, as a write does, and looks again.  It waits
 * for the second phase of a transaction on several nodes, too.  The snapshot is taken after that.
 *
 * Rights and row security of the shard are PostgreSQL's to check, as in Citus's own execution.  The locks of the read end with it: a
 * statement of Citus can take a stronger one by a connection to this node, and would wait for its own transaction.
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "database/citus.h"
#include "store/near_shard.h"
#include "store/prepared.h"
#include "store/statement.h"

/* False where the shard has gone. */
static bool
read_row(const DynTable *table, const DynKeyShard *shard, const DynKey *key, DynPlanReceiver *receiver)
{
	Relation	rel;

	dyn_citus_lock_place(shard->id);
	rel = table->valid ? try_table_open(shard->table->relid, AccessShareLock) : NULL;
	if (rel == NULL)
		return false;
	dyn_prepared_wait(rel, shard->table, key);
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
dyn_near_shard_read(const DynTable *table, const DynKeyShard *shard, const DynKey *key, DynPlanReceiver *receiver)
{
	ResourceOwner outer = CurrentResourceOwner;
	ResourceOwner owner;
	bool		done;

	if (shard->table == NULL)
		return false;
	owner = ResourceOwnerCreate(outer, "dynapg read of a shard");
	CurrentResourceOwner = owner;	/* after an error it ends with the outer one */
	done = read_row(table, shard, key, receiver);
	CurrentResourceOwner = outer;
	release(owner);
	return done;
}
