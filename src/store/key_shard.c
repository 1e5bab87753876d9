/*
 * key_shard.c - the shards of distributed tables, and who may read them without Citus
 *
 * Citus copies, deparses and plans a statement on a distributed table for each execution, which takes several times as long as the read
 * of a row.  So the read of a key asks the shard itself: here (near_shard.c), or the node that has it (far_shard.c).
 *
 * Which shard a key has, and where it lies, is as Citus knows it.  Citus finds a shard by its cache of its catalogs, which ends when the
 * distributed relation becomes invalid; the list of a table's shards ends with the table's entry, which becomes invalid then, too.  The
 * lookup of the table, which has locked the relation, has seen every change that was committed on this node before the request.
 *
 * Citus does the read
 *	- once it takes part in the transaction, which may have written on other nodes or by a connection to this one;
 *	- under a snapshot of the whole transaction, which can be older than the shard's place, and which another node does not have;
 *	- where the user's right or row security is more than a right to read the whole table;
 *	- while the request is explained.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class_d.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"

#include "database/citus.h"
#include "store/explain.h"
#include "store/key_shard.h"
#include "tables/catalog.h"

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

static DynKeyShard *
add_shard(DynTable *table, int64 id)
{
	Oid			here = dyn_citus_shard_here(table->relid, id);
	int			group = OidIsValid(here) ? -1 : dyn_citus_shard_group(id);
	MemoryContext old = MemoryContextSwitchTo(table->context);
	DynKeyShard   *shard = palloc0_object(DynKeyShard);

	shard->id = id;
	shard->group = group;
	if (OidIsValid(here) && is_shard_of(here, table->relid))
		shard->table = as_table(table, here);
	table->shards = lappend(table->shards, shard);
	MemoryContextSwitchTo(old);
	return shard;
}

static DynKeyShard *
shard_of(DynTable *table, const DynKey *key)
{
	int64		id = dyn_citus_shard_of(table->relid, dyn_key_column_type(table->pk.tag), dyn_key_datum(key->pk, DYN_KEY_PART));
	ListCell   *cell;

	foreach(cell, table->shards)
	{
		DynKeyShard   *shard = lfirst(cell);

		if (shard->id == id)
			return shard;
	}
	return id > 0 ? add_shard(table, id) : NULL;
}

static bool
is_free_to_read(const DynTable *table)
{
	return dyn_citus_is_alone() && !IsolationUsesXactSnapshot() && !RecoveryInProgress() && dyn_explain_watching == NULL &&
		get_rel_relkind(table->relid) == RELKIND_RELATION &&
		pg_class_aclcheck(table->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(table->relid, InvalidOid, true) == RLS_NONE;
}

DynKeyShard *
dyn_key_shard_to_read(DynTable *table, const DynKey *key)
{
	return is_free_to_read(table) ? shard_of(table, key) : NULL;
}
