/*
 * result_page.c - what Query and Scan share: one page of a range of items
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "command/keys.h"
#include "command/result_page.h"
#include "expr/eval.h"
#include "store/index_build.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/projection.h"
#include "throughput/throttle.h"

/* ---- table and index ---- */

const DynIndex *
dyn_result_page_index(const DynResultPage *page, const DynTable *table, DynSlice name)
{
	for (int i = 0; i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];

		if (strlen(index->name) != name.len || memcmp(index->name, name.data, name.len) != 0)
			continue;
		if (index->status != DYN_INDEX_CREATING)
			return index;
		dyn_index_build_resume(dyn_catalog_read_relid(table->relid));
		dyn_validation("Cannot read from backfilling global secondary index: %s", index->name);
	}
	for (int i = 0; i < table->nvectors; i++)
		if (dyn_slice_is(name, table->vectors[i].name))
			dyn_validation("%s operation not supported on this index type", page->scans ? "Scan" : "Query");
	return NULL;
}

/* The name at the start of a path. */
static DynSlice
path_head(const DynProgram *program, const DynExprNode *path)
{
	const DynPathElement *first = dyn_program_elements(program) + path->arg;

	return (DynSlice) {(const char *) dyn_program_bytes(program) + first->offset, first->len};
}

void
dyn_result_page_check_projected(const DynResultPage *page)
{
	const DynRange *range = &page->range;
	const DynExprNode *nodes;
	StringInfoData missing;

	if (page->projection == NULL || dyn_projection_is_whole(range->index))
		return;
	initStringInfo(&missing);
	nodes = dyn_program_nodes(page->projection);
	for (int32 i = page->projection->projection; i >= 0; i = nodes[i].next)
	{
		DynSlice	name = path_head(page->projection, &nodes[i]);

		if (!dyn_projection_shows(range->table, range->index, name))
			appendStringInfo(&missing, "%s%.*s", missing.len > 0 ? ", " : "", (int) name.len, name.data);
	}
	if (missing.len > 0)
		dyn_validation(DYN_INVALID_PARAMETER "Global secondary index %s does not project [%s]",
					   range->index->name, missing.data);
}

/* Checks that only concern a global index: in DynamoDB it has its own copy of what it projects, which lags behind the table. */
static void
check_global(const DynResultPage *page)
{
	const DynIndex *index = page->range.index;

	if (page->consistent)
		dyn_validation("Consistent reads are not supported on global secondary indexes");
	if (page->select == DYN_SELECT_ALL && !dyn_projection_is_whole(index))
		dyn_validation(DYN_INVALID_PARAMETER "Select type ALL_ATTRIBUTES is not supported for global secondary index %s "
					   "because its projection type is not ALL", index->name);
	dyn_result_page_check_projected(page);
}

static bool
same_name(const DynKeyAttr *a, const DynKeyAttr *b)
{
	return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

/* Adds a key attribute of the table unless the index has it. */
static void
add_table_key(DynResultPage *page, const DynKeyAttr *attr)
{
	for (int i = 0; i < page->nkeys; i++)
	{
		if (same_name(page->keys[i], attr))
			return;
	}
	page->keys[page->nstart++] = attr;
}

static void
collect_keys(DynResultPage *page)
{
	const DynTable *table = page->range.table;
	const DynIndex *index = page->range.index;

	if (index == NULL)
	{
		page->npk = 1;
		page->keys[page->nkeys++] = &table->pk;
		if (table->sk.tag)
			page->keys[page->nkeys++] = &table->sk;
		page->nstart = page->nkeys;
		return;
	}
	page->npk = index->npk;
	for (int i = 0; i < index->npk + index->nsk; i++)
		page->keys[page->nkeys++] = &index->keys[i];
	page->nstart = page->nkeys;
	add_table_key(page, &table->pk);
	if (table->sk.tag)
		add_table_key(page, &table->sk);
}

void
dyn_result_page_use(DynResultPage *page, DynTable *table, const DynIndex *index)
{
	page->range.table = table;
	page->range.index = index;
	collect_keys(page);
}

void
dyn_result_page_find(DynResultPage *page)
{
	DynTable   *table = dyn_name_find_table(page->capacity.table_name, DYN_NAME_DATA);
	const DynIndex *index = NULL;

	if (page->index_name.data != NULL)
	{
		index = dyn_result_page_index(page, table, page->index_name);
		if (index == NULL)
			dyn_validation(DYN_INDEX_UNKNOWN, (int) page->index_name.len, page->index_name.data);
	}
	dyn_result_page_use(page, table, index);
	if (index != NULL && index->kind == DYN_INDEX_GLOBAL)
		check_global(page);
}

/* ---- the start key ---- */

static void
refuse_start(bool say_why, const char *why)
{
	if (say_why)
		dyn_validation(DYN_START_KEY_INVALID ": %s", why);
	dyn_validation(DYN_START_KEY_INVALID);
}

/* The start key's value of an attribute, or a value with tag 0. */
static DynValue
start_value(DynResultPage *page, const DynKeyAttr *attr)
{
	DynNode    *node = dyn_node_member(&page->start_map, attr->name, attr->len);

	return node != NULL && node->tag == attr->tag ? node->packed : (DynValue) {0};
}

/* Raises an error unless each attribute is there, of its type and not empty, and there is no other. */
static void
check_start_members(DynResultPage *page, bool say_why)
{
	bool		fits = page->start_map.count == page->nstart;

	for (int i = 0; i < page->nstart && fits; i++)
		fits = start_value(page, page->keys[i]).tag != 0;
	if (!fits)
		refuse_start(say_why, DYN_KEY_MISFIT);
	for (int i = 0; i < page->nstart; i++)
	{
		const char *flaw = dyn_keys_empty_violation(page->keys[i], start_value(page, page->keys[i]));

		if (flaw != NULL)
			refuse_start(say_why, flaw);
	}
}

static void
check_start_sizes(const DynResultPage *page, bool say_why)
{
	uint32		hash_size = 0;
	uint32		range_size = 0;
	const char *flaw = dyn_keys_size_violation(page->start.key.pk.len, page->start.key.sk.len);

	for (int i = 0; page->range.index != NULL && i < page->nkeys; i++)
	{
		if (i < page->npk)
			hash_size += page->start.index[i].len;
		else
			range_size += page->start.index[i].len;
	}
	if (flaw == NULL)
		flaw = dyn_keys_size_violation(hash_size, range_size);
	if (flaw != NULL)
		refuse_start(say_why, flaw);
}

void
dyn_result_page_start(DynResultPage *page, bool say_why)
{
	const DynTable *table = page->range.table;

	if (!page->has_start)
		return;
	check_start_members(page, say_why);
	for (int i = 0; page->range.index != NULL && i < page->nkeys; i++)
		page->start.index[i] = start_value(page, page->keys[i]);
	page->start.key.pk = start_value(page, &table->pk);
	if (table->sk.tag)
		page->start.key.sk = start_value(page, &table->sk);
	check_start_sizes(page, say_why);
	page->range.start = &page->start;
}

/* ---- paths of the filter and the projection ---- */

typedef bool (*PathTest) (const DynProgram *program, const DynExprNode *path, const void *arg);

/* Does the test say yes to any path of a tree? */
static bool
any_path(const DynProgram *program, int32 root, PathTest test, const void *arg)
{
	const DynExprNode *nodes = dyn_program_nodes(program);

	check_stack_depth();
	if (nodes[root].op == DYN_OP_PATH)
		return test(program, &nodes[root], arg);
	for (int32 i = nodes[root].child; i >= 0; i = nodes[i].next)
	{
		if (any_path(program, i, test, arg))
			return true;
	}
	return false;
}

static bool
any_filter_path(const DynResultPage *page, PathTest test, const void *arg)
{
	return page->filter != NULL && page->filter->condition >= 0 &&
		any_path(page->filter, page->filter->condition, test, arg);
}

static bool
any_projection_path(const DynResultPage *page, PathTest test, const void *arg)
{
	const DynExprNode *nodes;

	if (page->projection == NULL)
		return false;
	nodes = dyn_program_nodes(page->projection);
	for (int32 i = page->projection->projection; i >= 0; i = nodes[i].next)
	{
		if (test(page->projection, &nodes[i], arg))
			return true;
	}
	return false;
}

static bool
names_attribute(const DynProgram *program, const DynExprNode *path, const void *arg)
{
	const DynKeyAttr *attr = arg;
	DynSlice	name = path_head(program, path);

	return name.len == attr->len && memcmp(name.data, attr->name, name.len) == 0;
}

/* Is the attribute one that the range's index does not project? */
static bool
is_hidden(const DynProgram *program, const DynExprNode *path, const void *arg)
{
	const DynRange *range = arg;

	return !dyn_projection_shows(range->table, range->index, path_head(program, path));
}

/* What an index does not project of the names in a filter, in their order and each once. */
typedef struct Hidden
{
	const DynRange *range;
	StringInfo	list;			/* "a, b" */
	List	  **names;			/* of DynSlice */
} Hidden;

static bool
list_hidden(const DynProgram *program, const DynExprNode *path, const void *arg)
{
	const Hidden *hidden = arg;
	DynSlice   *name = palloc(sizeof(DynSlice));
	ListCell   *cell;

	*name = path_head(program, path);
	if (!is_hidden(program, path, hidden->range))
		return false;
	foreach(cell, *hidden->names)
	{
		if (dyn_slice_equal(*(DynSlice *) lfirst(cell), *name))
			return false;
	}
	appendStringInfo(hidden->list, "%s%.*s", *hidden->names ? ", " : "", (int) name->len, name->data);
	*hidden->names = lappend(*hidden->names, name);
	return false;
}

void
dyn_result_page_check_filtered(const DynResultPage *page)
{
	StringInfoData list;
	List	   *names = NIL;
	Hidden		hidden = {&page->range, &list, &names};

	if (page->range.index == NULL || dyn_projection_is_whole(page->range.index))
		return;
	initStringInfo(&list);
	any_filter_path(page, list_hidden, &hidden);
	if (names != NIL)
		dyn_validation(DYN_INVALID_PARAMETER "Secondary index %s does not project one or more filter attributes: [%s]",
					   page->range.index->name, list.data);
}

void
dyn_result_page_check_paths(const DynResultPage *page)
{
	dyn_keys_check_paths(page->range.table, page->projection);
	if (page->filter != page->projection)
		dyn_keys_check_paths(page->range.table, page->filter);
}

bool
dyn_result_page_filter_names(const DynResultPage *page, const DynKeyAttr *attr)
{
	return any_filter_path(page, names_attribute, attr);
}

/* ---- reading and the reply ---- */

/* Must a local index fetch items from the table? */
static bool
needs_fetch(const DynResultPage *page)
{
	return page->select == DYN_SELECT_ALL || any_projection_path(page, is_hidden, &page->range) ||
		any_filter_path(page, is_hidden, &page->range);
}

static void
print_last_key(DynResultPageReader *reader, DynValue item)
{
	const DynResultPage *page = reader->page;
	StringInfo	out = &reader->last_key;

	appendStringInfoChar(out, '{');
	for (int i = 0; i < page->nstart; i++)
	{
		dyn_jsonout_member(out, page->keys[i]->name);
		dyn_value_print(out, dyn_map_get(item, page->keys[i]->name, page->keys[i]->len));
	}
	appendStringInfoChar(out, '}');
}

/* ---- looking ahead ---- */

/*
 * Does the key condition exclude items of the partition that come after the range, in the direction of reading?
 */
static bool
ends_within_partition(const DynResultPage *page)
{
	const DynRange *range = &page->range;

	if (range->nequal > page->npk)
		return true;
	switch (range->op)
	{
		case DYN_RANGE_LT:
		case DYN_RANGE_LE:
			return !range->backward;
		case DYN_RANGE_GT:
		case DYN_RANGE_GE:
			return range->backward;
		case DYN_RANGE_BETWEEN:
		case DYN_RANGE_BEGINS_WITH:
			return true;
		default:
			return false;
	}
}

static DynValue
kept_key(const DynResultPageReader *reader, DynValue item, const DynKeyAttr *attr)
{
	DynValue	v = dyn_map_get(item, attr->name, attr->len);

	if (v.tag != 0)
		v.data = memcpy(MemoryContextAlloc(reader->context, Max(v.len, 1)), v.data, v.len);
	return v;
}

static void
keep_place(DynResultPageReader *reader, DynValue item)
{
	const DynResultPage *page = reader->page;
	const DynTable *table = page->range.table;

	for (int i = 0; page->range.index != NULL && i < page->nkeys; i++)
		reader->place.index[i] = kept_key(reader, item, page->keys[i]);
	reader->place.key.pk = kept_key(reader, item, &table->pk);
	if (table->sk.tag)
		reader->place.key.sk = kept_key(reader, item, &table->sk);
}

/* DynRowConsumer: there is an item. */
static bool
note_item(void *arg, const struct varlena *item)
{
	*(bool *) arg = true;
	return false;
}

/*
 * The service reads the item after the page before it replies. If that is an item of the partition that the condition on the
 * sort key excludes, it knows that the range has ended; at the end of the partition it does not know.
 */
static void
look_ahead(DynResultPageReader *reader)
{
	DynRange	rest = reader->page->range;
	bool		any = false;

	if (!reader->looks_ahead || reader->last_key.len == 0 || reader->follows)
		return;
	rest.nequal = reader->page->npk;
	rest.op = DYN_RANGE_NONE;
	rest.start = &reader->place;
	dyn_range_read(&rest, note_item, &any);
	if (any)
		resetStringInfo(&reader->last_key);
}

/* ---- items ---- */

static void
print_item(DynResultPageReader *reader, DynValue whole, DynValue shown)
{
	const DynResultPage *page = reader->page;
	DynNode		part;

	if (page->select == DYN_SELECT_COUNT)
		return;
	if (reader->count > 1)
		appendStringInfoChar(reader->reply, ',');
	switch (page->select)
	{
		case DYN_SELECT_ALL:
			dyn_printer_item(reader->printer, reader->reply, whole);
			break;
		case DYN_SELECT_SHOWN:
			dyn_printer_item(reader->printer, reader->reply, shown);
			break;
		case DYN_SELECT_SPECIFIC:
			part = page->project ? page->project(page->projection, whole) : dyn_project_item(page->projection, whole);
			dyn_item_print(reader->reply, dyn_node_pack(&part));
			break;
		case DYN_SELECT_COUNT:
			break;
	}
}

/* Counts what was read of an item. */
static void
count_item(DynResultPageReader *reader, const struct varlena *item, DynValue shown)
{
	uint32		size = reader->viewed ? dyn_map_item_size(shown) : dyn_item_size(item);

	reader->scanned++;
	reader->bytes += size;
	if (reader->fetches)
	{
		reader->fetched_bytes += TYPEALIGN64(DYN_READ_UNIT_BYTES, (uint64) dyn_item_size(item));
		reader->fetched_units += dyn_capacity_of_read(dyn_item_size(item), reader->page->consistent);
	}
}

/* What the page holds, for its limit of 1 MB. */
static uint64
page_bytes(const DynResultPageReader *reader)
{
	if (!reader->fetches)
		return reader->bytes;
	return TYPEALIGN64(DYN_READ_UNIT_BYTES, reader->bytes) + reader->fetched_bytes;
}

bool
dyn_result_page_is_full(const DynResultPageReader *reader)
{
	return (reader->limit > 0 && reader->scanned >= reader->limit) || page_bytes(reader) >= DYN_MAX_PAGE_BYTES;
}

/* DynRowConsumer: evaluates one item. */
static bool
consume(void *arg, const struct varlena *item)
{
	DynResultPageReader *reader = arg;
	const DynResultPage *page = reader->page;
	DynValue	root = dyn_item_root(item);
	DynValue	shown = reader->viewed ? dyn_projection_of(page->range.table, page->range.index, root) : root;
	DynValue	whole = reader->viewed && !reader->fetches ? shown : root;

	reader->follows = reader->last_key.len > 0;
	if (reader->follows)
		return false;
	count_item(reader, item, shown);
	if (page->filter == NULL || dyn_eval_condition(page->filter, whole))
	{
		reader->count++;
		print_item(reader, whole, shown);
	}
	if (!dyn_result_page_is_full(reader))
		return true;
	print_last_key(reader, root);
	if (reader->looks_ahead)
		keep_place(reader, root);
	return reader->looks_ahead;
}

void
dyn_result_page_reader_begin(DynResultPageReader *reader, const DynResultPage *page, StringInfo reply, int64 limit)
{
	const DynIndex *index = page->range.index;

	*reader = (DynResultPageReader) {.page = page, .reply = reply, .limit = limit};
	reader->viewed = index != NULL && !dyn_projection_is_whole(index);
	reader->fetches = reader->viewed && index->kind == DYN_INDEX_LOCAL && needs_fetch(page);
	reader->looks_ahead = ends_within_partition(page);
	reader->context = CurrentMemoryContext;
	reader->printer = reader->viewed && !reader->fetches ? dyn_printer_create() : dyn_table_printer(page->range.table);
	initStringInfo(&reader->last_key);
}

void
dyn_result_page_read(DynResultPageReader *reader)
{
	uint64		before = reader->bytes;

	dyn_range_read(&reader->page->range, consume, reader);
	look_ahead(reader);
	dyn_contributors_read_range(&reader->page->range);
	reader->units += dyn_capacity_of_read(reader->bytes - before, reader->page->consistent);
}

/* Adds the units of all reads to the page's. */
static void
charge_page(DynResultPage *page, const DynResultPageReader *reader)
{
	DynCapacity *capacity = &page->capacity;
	const DynTable *table = page->range.table;

	if (page->range.index == NULL)
	{
		capacity->table_units = reader->units;
		return;
	}
	capacity->table_units = reader->fetched_units;
	capacity->index_units = palloc0_array(double, table->nindexes);
	capacity->index_units[page->range.index - table->indexes] = reader->units;
}

void
dyn_result_page_charge(DynResultPage *page, const DynResultPageReader *reader)
{
	if (page->capacity.report != DYN_CAPACITY_NONE || dyn_throttle_applies(page->range.table, DYN_ALLOWANCE_READ))
		charge_page(page, reader);
	dyn_throttle_read_page(&page->range, &page->capacity);
	dyn_call_add_items(reader->count);
}

void
dyn_result_page_reply(DynResultPage *page, StringInfo reply)
{
	DynResultPageReader reader;

	dyn_result_page_reader_begin(&reader, page, reply, page->limit);
	appendStringInfoChar(reply, '{');
	if (page->select != DYN_SELECT_COUNT)
		appendStringInfoString(reply, "\"Items\":[");
	dyn_throttle_require_page(&page->range);
	dyn_result_page_read(&reader);
	dyn_result_page_charge(page, &reader);
	if (page->select != DYN_SELECT_COUNT)
		appendStringInfoChar(reply, ']');
	dyn_jsonout_member(reply, "Count");
	appendStringInfo(reply, INT64_FORMAT, reader.count);
	dyn_jsonout_member(reply, "ScannedCount");
	appendStringInfo(reply, INT64_FORMAT, reader.scanned);
	if (reader.last_key.len > 0)
	{
		dyn_jsonout_member(reply, "LastEvaluatedKey");
		appendBinaryStringInfo(reply, reader.last_key.data, reader.last_key.len);
	}
	dyn_capacity_reply(reply, &page->capacity, page->range.table);
	appendStringInfoChar(reply, '}');
}

/* ---- a range without pages ---- */

typedef struct Stream
{
	DynResultPageReader reader;
	DynRowConsumer consumer;
	void	   *arg;
} Stream;

/* DynRowConsumer: hands an item on. */
static bool
stream_item(void *arg, const struct varlena *item)
{
	Stream	   *stream = arg;
	DynResultPageReader *reader = &stream->reader;
	const DynResultPage *page = reader->page;
	DynValue	root = dyn_item_root(item);
	DynValue	shown = reader->viewed ? dyn_projection_of(page->range.table, page->range.index, root) : root;
	DynValue	whole = reader->viewed && !reader->fetches ? shown : root;
	DynNode		part;

	CHECK_FOR_INTERRUPTS();
	count_item(reader, item, shown);
	if (page->filter != NULL && !dyn_eval_condition(page->filter, whole))
		return true;
	reader->count++;
	if (page->select == DYN_SELECT_SPECIFIC)
	{
		part = dyn_project_item(page->projection, whole);
		item = dyn_node_build_item(&part);
	}
	else if (page->select == DYN_SELECT_SHOWN && reader->viewed)
	{
		part = dyn_node_of(shown);
		item = dyn_node_build_item(&part);
	}
	return stream->consumer(stream->arg, item);
}

void
dyn_result_page_stream(DynResultPage *page, DynRowConsumer consumer, void *arg)
{
	Stream		stream = {.consumer = consumer, .arg = arg};

	dyn_result_page_reader_begin(&stream.reader, page, NULL, 0);
	dyn_throttle_require_page(&page->range);
	dyn_range_read(&page->range, stream_item, &stream);
	stream.reader.units = dyn_capacity_of_read(stream.reader.bytes, page->consistent);
	dyn_result_page_charge(page, &stream.reader);
}
