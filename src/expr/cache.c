/*
 * cache.c - the LRU of parsed expression texts
 *
 * A text that does not parse leaves nothing behind.  A new entry is complete before it is linked, so an error at any
 * point loses at most the chunk that was being made.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "expr/cache.h"
#include "expr/parse.h"

typedef struct CacheKey
{
	DynExprKind kind;
	DynSlice	text;
} CacheKey;

/* What the hash table holds; the LRU's list runs through the entry itself, which never moves. */
typedef struct CacheEntry
{
	dlist_node	lru;
	DynTemplate *template;
} CacheEntry;

typedef struct CacheSlot
{
	CacheKey	key;			/* text in the template's own memory */
	uint32		hash;
	char		status;
	CacheEntry *entry;
} CacheSlot;

static inline uint32
hash_key(CacheKey key)
{
	return hash_combine(hash_bytes((const unsigned char *) key.text.data, (int) key.text.len), (uint32) key.kind);
}

static inline bool
equal_keys(CacheKey a, CacheKey b)
{
	return a.kind == b.kind && a.text.len == b.text.len && memcmp(a.text.data, b.text.data, a.text.len) == 0;
}

#define SH_PREFIX cache_slots
#define SH_ELEMENT_TYPE CacheSlot
#define SH_KEY_TYPE CacheKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key(key)
#define SH_EQUAL(table, a, b) equal_keys(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, slot) (slot)->hash
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

static MemoryContext cache_context;
static cache_slots_hash *slots;
static dlist_head lru = DLIST_STATIC_INIT(lru);	/* most recently used first */
static Size cached_bytes;

static void
init_cache(void)
{
	cache_context = AllocSetContextCreate(TopMemoryContext, "dynapg expression cache", ALLOCSET_DEFAULT_SIZES);
	slots = cache_slots_create(cache_context, DYN_CACHE_MAX_ENTRIES, NULL);
}

/* What a template takes, as the allocator rounds it, with its entry. */
static Size
entry_bytes(DynTemplate *template)
{
	return GetMemoryChunkSpace(template) + sizeof(CacheEntry) + sizeof(CacheSlot);
}

static void
evict(CacheEntry *entry)
{
	DynTemplate *template = entry->template;

	cache_slots_delete(slots, (CacheKey) {template->kind, template->text});
	dlist_delete(&entry->lru);
	cached_bytes -= entry_bytes(template);
	pfree(template);
	pfree(entry);
}

/* Makes room for one more entry of that size, sparing the most recent ones. */
static void
make_room(Size bytes)
{
	while (slots->members >= DYN_CACHE_MIN_ENTRIES &&
		   (slots->members >= DYN_CACHE_MAX_ENTRIES || cached_bytes + bytes > DYN_CACHE_MAX_BYTES))
		evict(dlist_container(CacheEntry, lru, dlist_tail_node(&lru)));
}

static const DynTemplate *
add_template(CacheKey key, const DynWording *wording)
{
	DynTemplate *template = dyn_expr_parse(key.kind, key.text, cache_context, wording);
	CacheEntry *entry;
	CacheSlot  *slot;
	bool		found;

	make_room(entry_bytes(template));
	entry = MemoryContextAlloc(cache_context, sizeof(CacheEntry));
	entry->template = template;
	slot = cache_slots_insert(slots, (CacheKey) {template->kind, template->text}, &found);
	slot->entry = entry;
	dlist_push_head(&lru, &entry->lru);
	cached_bytes += entry_bytes(template);
	return template;
}

const DynTemplate *
dyn_expr_template(DynExprKind kind, DynSlice text, const DynWording *wording)
{
	CacheKey	key = {kind, text};
	CacheSlot  *slot;

	if (!slots)
		init_cache();
	slot = cache_slots_lookup(slots, key);
	if (!slot)
		return add_template(key, wording);
	dlist_move_head(&lru, &slot->entry->lru);
	return slot->entry->template;
}
