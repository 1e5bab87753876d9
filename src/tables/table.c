/*
 * table.c - what a backend knows of a DynamoDB table, cached
 *
 * Two hashes lead to an entry, by name for lookups and by relid for invalidations, so that neither gets slower with more
 * tables.  The relcache callback only marks entries; the next lookup, of any name, unlinks them, and the next one of their name
 * makes a new entry. An unlinked entry waits in a list until its transaction is over, as callers may still use it.
 *
 * While an entry is made, nothing leads to it: an invalidation that arrives then is remembered in `build`, and the entry is
 * made again. It enters the hashes last, when it is complete.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace_text.h"
#include "database/citus.h"
#include "database/code.h"
#include "database/installation.h"
#include "database/relcache.h"
#include "tables/catalog.h"
#include "tables/columns.h"
#include "tables/ddl.h"
#include "tables/hnsw.h"
#include "tables/relation.h"
#include "tables/stored_keys.h"
#include "tables/table.h"

#define INITIAL_TABLES 64

typedef struct NameEntry
{
	char		name[sizeof(((DynTable *) NULL)->name)];	/* hash key */
	DynTable   *table;
} NameEntry;

typedef struct RelidEntry
{
	Oid			relid;			/* hash key */
	DynTable   *table;
} RelidEntry;

static HTAB *tables_by_name = NULL;
static HTAB *tables_by_relid = NULL;
static DynTable *dead_tables = NULL;
static bool finds_filling = false;
static dlist_head invalid_tables = DLIST_STATIC_INIT(invalid_tables);
static dlist_head used_tables = DLIST_STATIC_INIT(used_tables);
static int	ntables = 0;		/* in used_tables */
static int	evicted = 0;		/* since PostgreSQL's catalog caches were emptied */

/* The entry in the making. */
static struct
{
	Oid			relid;
	bool		stale;			/* invalidated since it was begun */
}			build;

void
dyn_table_set_invalid(DynTable *table)
{
	if (!table->valid)
		return;
	table->valid = false;
	dlist_push_head(&invalid_tables, &table->invalid_node);
}

static void
invalidate(Datum arg, Oid relid)
{
	RelidEntry *entry;

	if (!OidIsValid(relid))
	{
		HASH_SEQ_STATUS scan;

		build.stale = true;
		hash_seq_init(&scan, tables_by_relid);
		while ((entry = hash_seq_search(&scan)) != NULL)
			dyn_table_set_invalid(entry->table);
		return;
	}
	if (relid == build.relid)
		build.stale = true;
	entry = hash_search(tables_by_relid, &relid, HASH_FIND, NULL);
	if (entry)
		dyn_table_set_invalid(entry->table);
}

static void
init_cache(void)
{
	HASHCTL		by_name = {.keysize = sizeof(((NameEntry *) NULL)->name), .entrysize = sizeof(NameEntry)};
	HASHCTL		by_relid = {.keysize = sizeof(Oid), .entrysize = sizeof(RelidEntry)};

	if (tables_by_relid)
		return;
	if (tables_by_name == NULL)
		tables_by_name = hash_create("dynapg tables by name", INITIAL_TABLES, &by_name, HASH_ELEM | HASH_STRINGS);
	tables_by_relid = hash_create("dynapg tables by relid", INITIAL_TABLES, &by_relid, HASH_ELEM | HASH_BLOBS);
	dyn_relcache_watch(invalidate, (Datum) 0);
}

/* ---- the end of an entry ---- */

/* Takes an invalid entry out of the hashes. */
static void
unlink_table(DynTable *table)
{
	RelidEntry *by_relid = hash_search(tables_by_relid, &table->relid, HASH_FIND, NULL);
	NameEntry  *by_name = hash_search(tables_by_name, table->name, HASH_FIND, NULL);

	dlist_delete(&table->invalid_node);
	dlist_delete(&table->used_node);
	ntables--;
	if (by_relid && by_relid->table == table)
		hash_search(tables_by_relid, &table->relid, HASH_REMOVE, NULL);
	if (by_name && by_name->table == table)
		hash_search(tables_by_name, table->name, HASH_REMOVE, NULL);
	table->died_in = dyn_compat_lxid();
	table->next_dead = dead_tables;
	dead_tables = table;
}

/* All of them, whatever their names: those of dropped tables may never be looked up again. */
static void
unlink_invalid_tables(void)
{
	while (!dlist_is_empty(&invalid_tables))
		unlink_table(dlist_container(DynTable, invalid_node, dlist_head_node(&invalid_tables)));
}

/*
 * PostgreSQL caches what it knows of a relation until something changes it. An evicted entry drops that too; for an entry that
 * is only invalid its successor would need the same again.
 */
static void
forget_relations(const DynTable *table)
{
	RelationCacheInvalidateEntry(table->relid);
	if (OidIsValid(table->primary_key))
		RelationCacheInvalidateEntry(table->primary_key);
	for (int i = 0; i < table->nindexes; i++)
	{
		if (OidIsValid(table->indexes[i].relid))
			RelationCacheInvalidateEntry(table->indexes[i].relid);
	}
}

static void
free_vector_plans(DynVectorPlans *kept)
{
	for (int i = 0; i < kept->count; i++)
		if (kept->plans[i].plan.plan)
			SPI_freeplan(kept->plans[i].plan.plan);
}

static void
free_item_plans(DynTable *table)
{
	ListCell   *cell;

	for (int i = 0; i < DYN_PLAN_COUNT; i++)
	{
		if (table->plans[i].plan)
			SPI_freeplan(table->plans[i].plan);
	}
	foreach(cell, table->retired_plans)
		SPI_freeplan(lfirst(cell));
}

static void
free_table(DynTable *table)
{
	ListCell   *cell;

	free_item_plans(table);
	foreach(cell, table->shards)
	{
		DynKeyShard   *shard = lfirst(cell);

		if (shard->table != NULL)
			free_item_plans(shard->table);
	}
	for (int i = 0; i < table->nrange_plans; i++)
	{
		if (table->range_plans[i]->plan.plan)
			SPI_freeplan(table->range_plans[i]->plan.plan);
	}
	for (int i = 0; i < table->nvectors; i++)
		free_vector_plans(table->vectors[i].vector->plans);
	if (table->evicted)
		forget_relations(table);
	MemoryContextDelete(table->context);
}

/* Frees the entries that died in an earlier transaction. */
static void
free_dead_tables(void)
{
	DynTable  **link = &dead_tables;
	LocalTransactionId now = dyn_compat_lxid();

	while (*link)
	{
		DynTable   *table = *link;

		if (table->died_in == now)
			link = &table->next_dead;
		else
		{
			*link = table->next_dead;
			free_table(table);
		}
	}
}

/* ---- the making of an entry ---- */

static DynKeyAttr
copy_key(DynKeyAttr key)
{
	if (key.tag)
		key.name = pstrdup(key.name);
	return key;
}

static DynSlice
copy_slice(DynSlice text)
{
	return (DynSlice) {pnstrdup(text.data, text.len), text.len};
}

static DynWatch
watch_of(const DynInsights *insights)
{
	return (DynWatch)
	{
		.accessed = insights->enabled && strcmp(insights->mode, "ACCESSED_AND_THROTTLED_KEYS") == 0,
		.throttled = insights->enabled,
		.since = insights->since
	};
}

static DynVector *
make_vector(const DynVector *def)
{
	DynVector  *vector = palloc_object(DynVector);

	*vector = *def;
	vector->attribute = copy_slice(def->attribute);
	vector->keys = palloc0_array(DynKeyAttr, Max(def->nkeys, 1));
	for (int i = 0; i < def->nkeys; i++)
		vector->keys[i] = copy_key(def->keys[i]);
	vector->plans = palloc0_object(DynVectorPlans);
	return vector;
}

/* What requests on items need of an index. */
static DynIndex
make_index(const DynIndex *def)
{
	DynIndex	index = {
		.name = pstrdup(def->name),
		.kind = def->kind,
		.status = def->status,
		.npk = def->npk,
		.nsk = def->nsk,
		.projection = def->projection,
		.ninclude = def->ninclude,
		.include = palloc0(Max(def->ninclude, 1) * sizeof(DynSlice)),
		.settings.throughput = def->settings.throughput,
		.settings.on_demand = def->settings.on_demand,
		.watch = watch_of(&def->settings.insights),
		.vector = def->vector ? make_vector(def->vector) : NULL
	};

	for (int i = 0; i < def->npk + def->nsk; i++)
		index.keys[i] = copy_key(def->keys[i]);
	for (int i = 0; i < def->ninclude; i++)
		index.include[i] = copy_slice(def->include[i]);
	return index;
}

/* Copies those that are not being deleted; returns their number. */
static int
make_indexes(const DynIndex *defs, int count, DynIndex **indexes)
{
	int			n = 0;

	*indexes = palloc0_array(DynIndex, Max(count, 1));
	for (int i = 0; i < count; i++)
		if (defs[i].status != DYN_INDEX_DELETING)
			(*indexes)[n++] = make_index(&defs[i]);
	return n;
}

static void
set_relations(DynTable *table, const DynTableDef *def)
{
	int			n = 0;
	bool		valid;

	for (int i = 0; i < def->nindexes; i++)
	{
		DynIndex   *index = &table->indexes[n];

		if (def->indexes[i].status == DYN_INDEX_DELETING)
			continue;
		index->relid = dyn_relation_of_index(def, &def->indexes[i], true);
		/* the table's owner may have changed what the column holds */
		index->over_keys = OidIsValid(index->relid) && dyn_relation_is_over_keys(def, index->relid) &&
			dyn_stored_keys_serve(def, &def->indexes[i]);
		n++;
	}
	n = 0;
	for (int i = 0; i < def->nvectors; i++)
	{
		DynIndex   *index = &table->vectors[n];
		Oid			hnsw;

		if (def->vectors[i].status == DYN_INDEX_DELETING)
			continue;
		hnsw = dyn_hnsw_relation(def, &def->vectors[i], &valid);
		index->vector->hnsw_relid = valid ? hnsw : InvalidOid;
		index->relid = dyn_relation_of_index(def, &def->vectors[i], true);
		n++;
	}
}

/* By the partition key: the API knows no other way. */
static bool
is_distributed(const DynTableDef *def)
{
	AttrNumber	column;
	DynCitusKind kind = dyn_citus_kind(def->relid, &column);

	if (kind == DYN_CITUS_LOCAL)
		return false;
	if (kind != DYN_CITUS_HASH || column != get_attnum(def->relid, "pk"))
		dyn_validation("Table %s is distributed in a way that the API does not know: it has to be by the hash of column pk",
					   dyn_namespace_text_name(def->name));
	return true;
}

/* An entry in a context of its own below the current one. */
static DynTable *
make_table(const DynTableDef *def)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg table", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	DynTable   *table = palloc0(sizeof(DynTable));

	MemoryContextCopyAndSetIdentifier(context, def->name);
	strlcpy(table->name, def->name, sizeof(table->name));
	table->context = context;
	table->relid = def->relid;
	table->item_type = dyn_columns_item_type();
	table->pk = copy_key(def->pk);
	table->sk = copy_key(def->sk);
	dyn_columns_check(table->relid, table->pk.tag, table->sk.tag);
	table->pay_per_request = def->settings.pay_per_request;
	table->throughput = def->settings.throughput;
	table->on_demand = def->settings.on_demand;
	table->watch = watch_of(&def->settings.insights);
	table->filling = def->filled_by != NULL;
	table->distributed = is_distributed(def);
	table->qualified = dyn_ddl_qualified_name(def->relid);
	table->nindexes = make_indexes(def->indexes, def->nindexes, &table->indexes);
	table->nvectors = make_indexes(def->vectors, def->nvectors, &table->vectors);
	for (int i = 0; i < table->nindexes; i++)
		table->watches_indexes |= table->indexes[i].watch.throttled;
	MemoryContextSwitchTo(old);
	set_relations(table, def);
	return table;
}

/* Locks the data table against changes; without waits, an error where somebody else's lock would have to be waited for. */
static void
lock_table(Oid relid, bool waits)
{
	if (waits)
		LockRelationOid(relid, AccessShareLock);
	else if (!ConditionalLockRelationOid(relid, AccessShareLock))
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("could not obtain lock on relation with OID %u", relid)));
}

/*
 * Reads the catalogs with the data table locked.  NULL where there is no such table; *again is set when something has changed
 * meanwhile.
 */
static DynTable *
read_table(const char *name, bool waits, bool *again)
{
	Oid			relid = dyn_catalog_relid(name);
	DynTableDef *def;
	DynTable   *table;

	*again = false;
	if (!OidIsValid(relid))
		return NULL;
	lock_table(relid, waits);
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		return NULL;			/* an older snapshot still shows the catalog row */
	build.relid = relid;
	build.stale = false;

	def = dyn_catalog_read(name);
	if (def && def->relid == relid)
	{
		table = make_table(def);
		if (!build.stale)
			return table;
	}
	UnlockRelationOid(relid, AccessShareLock);
	*again = true;
	return NULL;
}

/* Makes the entry complete, then lets the hashes lead to it. */
static DynTable *
load_table(const char *name, bool waits)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "dynapg table lookup", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	DynTable   *table;
	bool		again;

	do
	{
		CHECK_FOR_INTERRUPTS();
		table = read_table(name, waits, &again);
	} while (again);

	if (table)
	{
		NameEntry  *by_name = hash_search(tables_by_name, table->name, HASH_ENTER, NULL);
		RelidEntry *by_relid;
		bool		found;

		by_name->table = NULL;
		by_relid = hash_search(tables_by_relid, &table->relid, HASH_ENTER, &found);
		if (found)
			dyn_table_set_invalid(by_relid->table);	/* the table's former name */
		MemoryContextSetParent(table->context, CacheMemoryContext);
		dlist_push_head(&used_tables, &table->used_node);
		ntables++;
		by_name->table = table;
		by_relid->table = table;
		table->valid = true;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return table;
}

/*
 * Makes room for one more entry. PostgreSQL's cached catalog rows cannot be released one by one; all of them are dropped
 * whenever a full cache's worth of tables has been evicted.
 */
static void
evict_tables(void)
{
	while (ntables >= dyn_guc_table_cache_size)
	{
		DynTable   *table = dlist_tail_element(DynTable, used_node, &used_tables);

		table->evicted = true;
		dyn_table_set_invalid(table);
		unlink_table(table);
		if (++evicted >= dyn_guc_table_cache_size)
		{
			ResetCatalogCaches();
			evicted = 0;
		}
	}
}

/* ---- lookup ---- */

/* The valid entry of the name with its data table locked, or NULL. */
static DynTable *
cached_table(const char *name, bool waits)
{
	NameEntry  *entry = hash_search(tables_by_name, name, HASH_FIND, NULL);
	DynTable   *table = entry ? entry->table : NULL;

	if (table == NULL)
		return NULL;
	if (table->valid)
	{
		lock_table(table->relid, waits);
		if (table->valid)
			return table;
		UnlockRelationOid(table->relid, AccessShareLock);
	}
	unlink_table(table);
	return NULL;
}

DynPrinter *
dyn_table_printer(DynTable *table)
{
	MemoryContext caller;

	if (table->printer == NULL)
	{
		caller = MemoryContextSwitchTo(table->context);
		table->printer = dyn_printer_create();
		MemoryContextSwitchTo(caller);
	}
	return table->printer;
}

void
dyn_table_find_filling(void)
{
	finds_filling = true;
}

static DynTable *
lookup(const char *name, uint32 len, bool waits)
{
	char		key[sizeof(((NameEntry *) NULL)->name)];
	DynTable   *table;

	if (len == 0 || len >= sizeof(key) || memchr(name, 0, len))
		return NULL;
	memcpy(key, name, len);
	key[len] = '\0';

	(void) dyn_installation_require();
	init_cache();
	unlink_invalid_tables();
	if (dead_tables)
		free_dead_tables();
	table = cached_table(key, waits);
	if (table != NULL)
		dlist_move_head(&used_tables, &table->used_node);
	else
	{
		evict_tables();
		table = load_table(key, waits);
	}
	if (table != NULL && table->filling && !finds_filling)
		return NULL;
	if (table)
		dyn_code_check_superuser(table->relid, &table->checked_in);
	if (table != NULL && table->distributed)
		dyn_citus_require_login();
	return table;
}

DynTable *
dyn_table_lookup(const char *name, uint32 len)
{
	return lookup(name, len, true);
}

DynTable *
dyn_table_lookup_at_once(const char *name, uint32 len)
{
	return lookup(name, len, false);
}
