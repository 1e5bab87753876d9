/*
 * known_tables.c - what the trigger of the change log knows of a table
 */
#include "postgres.h"


#include "changes/known_tables.h"
#include "database/relcache.h"

static void
on_relation_change(Datum arg, Oid relid)
{
	DynKnownTables *tables = (DynKnownTables *) DatumGetPointer(arg);
	HASH_SEQ_STATUS status;
	DynKnownTable *entry;

	tables->invalidations++;
	if (OidIsValid(relid))
	{
		entry = hash_search(tables->entries, &relid, HASH_FIND, NULL);
		if (entry)
			entry->valid = false;
		return;
	}
	hash_seq_init(&status, tables->entries);
	while ((entry = hash_seq_search(&status)) != NULL)
		entry->valid = false;
}

static void
init(DynKnownTables *tables)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = tables->entry_size};

	if (tables->entries)
		return;
	tables->entries = hash_create(tables->name, 16, &control, HASH_ELEM | HASH_BLOBS);
	dyn_relcache_watch(on_relation_change, PointerGetDatum(tables));
}

void *
dyn_known_tables_get(DynKnownTables *tables, Oid relid)
{
	void	   *entry;
	bool		found;

	init(tables);
	entry = hash_search(tables->entries, &relid, HASH_ENTER, &found);
	if (!found)
		memset((char *) entry + sizeof(Oid), 0, tables->entry_size - sizeof(Oid));
	return entry;
}

void
dyn_known_tables_mark(const DynKnownTables *tables, void *entry, uint64 before)
{
	((DynKnownTable *) entry)->valid = tables->invalidations == before;
}
