/*
 * cache.c - the LRU of parsed statements
 *
 * Each statement has a memory context of its own.  Users of a statement pin it by a callback of their memory context, so that
 * the pin ends with them, also by an error. An entry that is evicted while it is pinned goes with its last user.
 *
 * A text that does not parse leaves nothing behind: the statement's context belongs to the caller's until it is complete.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "partiql/cache.h"

typedef struct CacheEntry
{
	dlist_node	lru;
	MemoryContext context;		/* of the statement, this entry included */
	DynPartiqlStatement *statement;
	Size		bytes;
	uint32		pins;
	bool		evicted;		/* not in the cache any more */
} CacheEntry;

typedef struct CacheSlot
{
	DynSlice	text;			/* in the statement's memory */
	uint32		hash;
	char		status;
	CacheEntry *entry;
} CacheSlot;

#define SH_PREFIX statement_slots
#define SH_ELEMENT_TYPE CacheSlot
#define SH_KEY_TYPE DynSlice
#define SH_KEY text
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key).data, (int) (key).len)
#define SH_EQUAL(table, a, b) dyn_slice_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, slot) (slot)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

static MemoryContext cache_context;
static statement_slots_hash *slots;
static dlist_head lru = DLIST_STATIC_INIT(lru);	/* most recently used first */
static Size cached_bytes;

static void
unpin(void *arg)
{
	CacheEntry *entry = arg;

	if (--entry->pins == 0 && entry->evicted)
		MemoryContextDelete(entry->context);
}

static void
pin(CacheEntry *entry)
{
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));

	callback->func = unpin;
	callback->arg = entry;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	entry->pins++;
}

static void
evict(CacheEntry *entry)
{
	statement_slots_delete(slots, entry->statement->text);
	dlist_delete(&entry->lru);
	cached_bytes -= entry->bytes;
	entry->evicted = true;
	if (entry->pins == 0)
		MemoryContextDelete(entry->context);
}

static void
make_room(Size bytes)
{
	while (slots->members > 0 &&
		   (slots->members >= DYN_PARTIQL_CACHE_ENTRIES || cached_bytes + bytes > DYN_PARTIQL_CACHE_BYTES))
		evict(dlist_container(CacheEntry, lru, dlist_tail_node(&lru)));
}

/* An entry that is not in the cache yet. */
static CacheEntry *
parse(DynSlice text)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "dynapg PartiQL statement", ALLOCSET_SMALL_SIZES);
	CacheEntry *entry;
	char	   *copy;

	MemoryContextSwitchTo(context);
	entry = palloc0(sizeof(CacheEntry));
	copy = palloc(Max(text.len, 1));
	memcpy(copy, text.data, text.len);
	entry->context = context;
	entry->statement = dyn_partiql_parse((DynSlice) {copy, text.len}, caller);
	entry->bytes = MemoryContextMemAllocated(context, true) + sizeof(CacheSlot);
	MemoryContextSwitchTo(caller);
	return entry;
}

static CacheEntry *
add_entry(DynSlice text)
{
	CacheEntry *entry = parse(text);
	CacheSlot  *slot;
	bool		found;

	make_room(entry->bytes);
	slot = statement_slots_insert(slots, entry->statement->text, &found);
	slot->entry = entry;
	MemoryContextSetParent(entry->context, cache_context);
	dlist_push_head(&lru, &entry->lru);
	cached_bytes += entry->bytes;
	return entry;
}

static void
init_cache(void)
{
	cache_context = AllocSetContextCreate(TopMemoryContext, "dynapg PartiQL cache", ALLOCSET_SMALL_SIZES);
	slots = statement_slots_create(cache_context, DYN_PARTIQL_CACHE_ENTRIES, NULL);
}

const DynPartiqlStatement *
dyn_partiql_statement(DynSlice text)
{
	CacheSlot  *slot;
	CacheEntry *entry;

	if (slots == NULL)
		init_cache();
	slot = statement_slots_lookup(slots, text);
	entry = slot != NULL ? slot->entry : add_entry(text);
	if (slot != NULL)
		dlist_move_head(&lru, &entry->lru);
	pin(entry);
	return entry->statement;
}
