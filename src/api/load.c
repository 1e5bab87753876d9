/*
 * load.c - records of objects in S3 into a table, for jobs: see load.h
 *
 * Reading a record is pure computation, so its errors are caught without a subtransaction.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "api/handlers.h"
#include "api/load.h"
#include "api/params.h"
#include "api/shapes.h"
#include "base/call.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/pace.h"
#include "command/keys.h"
#include "database/sql.h"
#include "jobs/job.h"
#include "store/load_errors.h"
#include "store/rows.h"
#include "tables/name.h"
#include "tables/projection.h"
#include "throughput/capacity.h"

#define BATCH_ITEMS		1000
#define BATCH_BYTES		(4 * 1024 * 1024)
#define MAX_COLLISIONS	5		/* after which keys are no longer assumed to be new */
#define KEPT_ERRORS		1000	/* of a job */
#define PENDING_ERRORS	100
#define MAX_ERROR_TEXT	200		/* bytes of a record that are shown with its error */
#define RETRY_MILLISECONDS 100

typedef struct Pending
{
	DynKey		key;
	struct varlena *item;		/* NULL: the key is deleted */
	int64		record;
	int			order;			/* in which they came */
} Pending;

struct DynLoad
{
	DynLoadOptions options;
	DynLoadCounts counts;
	MemoryContext context;
	MemoryContext scratch;		/* of a record */
	MemoryContext batch;		/* of what is pending */
	MemoryContext errors_context;	/* of errors that are not stored yet */
	char	   *object;			/* its key */
	int64		record;			/* the last one taken */
	int64		taken;			/* bytes */
	int			npending;
	size_t		pending_bytes;
	Pending		pending[BATCH_ITEMS];
	int			nerrors;
	DynLoadError errors[PENDING_ERRORS];
	TimestampTz since;			/* when counting of units began */
	double		units;			/* written since then */
	int			collisions;		/* runs into a fresh table that met existing keys */
};

bool
dyn_load_concerns_item(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_WITH_CHECK_OPTION_VIOLATION:
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
			return true;
	}
	return sqlstate == ERRCODE_RAISE_EXCEPTION || sqlstate == dyn_error_info(DYN_E_VALIDATION)->sqlstate ||
		sqlstate == dyn_error_info(DYN_E_SERIALIZATION)->sqlstate;
}

static bool
is_throttled(int sqlstate)
{
	return sqlstate == dyn_error_info(DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED)->sqlstate ||
		sqlstate == dyn_error_info(DYN_E_THROTTLING)->sqlstate;
}

DynLoad *
dyn_load_begin(const DynLoadOptions *options)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg load", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	DynLoad    *load = palloc0_object(DynLoad);

	load->options = *options;
	load->context = context;
	load->scratch = AllocSetContextCreate(context, "dynapg load record", ALLOCSET_DEFAULT_SIZES);
	load->batch = AllocSetContextCreate(context, "dynapg load batch", ALLOCSET_DEFAULT_SIZES);
	load->errors_context = AllocSetContextCreate(context, "dynapg load errors", ALLOCSET_DEFAULT_SIZES);
	load->since = GetCurrentTimestamp();
	MemoryContextSwitchTo(caller);
	return load;
}

DynLoadCounts *
dyn_load_counts(DynLoad *load)
{
	return &load->counts;
}

void
dyn_load_object(DynLoad *load, const char *key)
{
	if (load->object != NULL)
		pfree(load->object);
	load->object = MemoryContextStrdup(load->context, key);
	load->record = 0;
}

int64
dyn_load_taken(DynLoad *load)
{
	int64		taken = load->taken;

	load->taken = 0;
	return taken;
}

/* ---- errors ---- */

static void
store_errors(DynLoad *load)
{
	dyn_load_errors_add(load->options.job, load->errors, load->nerrors);
	load->nerrors = 0;
	MemoryContextReset(load->errors_context);
}

/* The beginning of a record as text of the database; invalid bytes are dropped. */
static char *
shown_text(DynSlice text)
{
	char	   *shown = palloc(Min(text.len, MAX_ERROR_TEXT) + 1);
	int			len = 0;

	for (uint32 i = 0; i < text.len && i < MAX_ERROR_TEXT;)
	{
		int			char_len = pg_utf_mblen((const unsigned char *) text.data + i);

		if (i + char_len > Min(text.len, MAX_ERROR_TEXT))
			break;
		if (text.data[i] != '\0' && pg_utf8_islegal((const unsigned char *) text.data + i, char_len))
		{
			memcpy(shown + len, text.data + i, char_len);
			len += char_len;
			i += char_len;
		}
		else
			i++;
	}
	shown[len] = '\0';
	return shown;
}

static void
keep_error(DynLoad *load, int64 record, const char *message, DynSlice text)
{
	MemoryContext caller;

	if (load->counts.errors > KEPT_ERRORS)
		return;
	if (load->nerrors == PENDING_ERRORS)
		store_errors(load);
	caller = MemoryContextSwitchTo(load->errors_context);
	load->errors[load->nerrors++] = (DynLoadError) {
		.number = load->counts.errors,
		.object = pstrdup(load->object),
		.record = record,
		.message = pstrdup(message),
		.text = shown_text(text)
	};
	MemoryContextSwitchTo(caller);
}

static void
refuse(DynLoad *load, int64 record, const char *message, DynSlice text, const DynJson *document)
{
	load->counts.errors++;
	keep_error(load, record, message, text);
	if (load->options.report != NULL)
		load->options.report(load->options.report_arg, DYN_LOAD_ERROR, load->object, record, message, document);
}

void
dyn_load_broken(DynLoad *load, const char *flaw)
{
	load->counts.broken++;
	refuse(load, 0, psprintf("The object cannot be read further, after record " INT64_FORMAT ": %s", load->record, flaw),
		   (DynSlice) {"", 0}, NULL);
}

/* Counts an error of a record; raises any other error again. */
static char *
judge_error(ErrorData *error)
{
	if (!dyn_load_concerns_item(error->sqlerrcode))
		ReThrowError(error);
	return error->message;
}

/* ---- writing ---- */

static DynTable *
table_of(DynLoad *load)
{
	const char *name = load->options.table;
	DynTable   *table = dyn_table_lookup(name, strlen(name));

	if (table == NULL)
		dyn_name_not_found((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	if (table->relid != load->options.relid)
		dyn_job_fail("ResourceNotFoundException", "The table %s does not exist any more.", dyn_namespace_text_name(name));
	return table;
}

DynLoadIndexBytes *
dyn_load_index_bytes(DynLoad *load, const char *name, bool global)
{
	DynLoadIndexBytes *bytes;
	MemoryContext caller;
	ListCell   *cell;

	foreach(cell, load->counts.index_bytes)
	{
		bytes = lfirst(cell);
		if (strcmp(bytes->name, name) == 0)
			return bytes;
	}
	caller = MemoryContextSwitchTo(load->context);
	bytes = palloc0_object(DynLoadIndexBytes);
	bytes->name = pstrdup(name);
	bytes->global = global;
	load->counts.index_bytes = lappend(load->counts.index_bytes, bytes);
	MemoryContextSwitchTo(caller);
	return bytes;
}

/* What the index stores of the item. */
static int64
entry_bytes(const DynTable *table, const DynIndex *index, DynValue item)
{
	return dyn_projection_has_entry(index, item) ? dyn_projection_size(table, index, item) : 0;
}

static void
count_written(DynLoad *load, const DynTable *table, const struct varlena *item)
{
	load->counts.bytes += dyn_item_size(item);
	load->units += dyn_capacity_of_write(dyn_item_size(item));
	for (int i = 0; load->options.index_bytes && i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];

		dyn_load_index_bytes(load, index->name, index->kind == DYN_INDEX_GLOBAL)->bytes += entry_bytes(table, index, dyn_item_root(item));
	}
}

/* How a run is written. */
typedef enum RunKind
{
	RUN_INSERT,					/* keys that are not there */
	RUN_PUT,
	RUN_DELETE
} RunKind;

/* Items with different keys, or keys to delete, in the order of the keys. */
typedef struct Run
{
	DynTable   *table;
	RunKind		kind;
	int			count;
	DynKey	   *keys;
	struct varlena **items;		/* of a put */
	int64	   *records;
} Run;

static void
write_run(void *arg)
{
	const Run  *run = arg;

	if (run->kind == RUN_DELETE)
		dyn_rows_delete(run->table, run->keys, run->count, NULL);
	else if (run->kind == RUN_INSERT)
		dyn_rows_insert(run->table, run->keys, run->items, run->count);
	else
		dyn_rows_put(run->table, run->keys, run->items, run->count, NULL);
}

static int
compare_pending(const void *a, const void *b)
{
	const Pending *left = a;
	const Pending *right = b;
	int			order = dyn_keys_compare(&left->key, &right->key);

	return order != 0 ? order : left->order - right->order;
}

static void
count_run(DynLoad *load, const Run *run)
{
	for (int i = 0; i < run->count; i++)
	{
		if (run->kind == RUN_DELETE)
			load->units++;
		else
			count_written(load, run->table, run->items[i]);
	}
}

static void
write_single(DynLoad *load, const Run *run, int i)
{
	Run			single = {run->table, run->kind, 1, &run->keys[i], &run->items[i], &run->records[i]};
	ErrorData  *error = dyn_sql_catch(write_run, &single);
	StringInfoData text;

	if (error == NULL)
	{
		count_run(load, &single);
		return;
	}
	initStringInfo(&text);
	if (run->kind == RUN_PUT)
		dyn_item_print(&text, dyn_item_root(run->items[i]));
	refuse(load, run->records[i], judge_error(error), (DynSlice) {text.data, text.len}, NULL);
}

/* Writes a run as a whole, or else one by one. If keys exist that were expected to be new, the run is tried again as puts. */
static void
write_items(DynLoad *load, Run *run)
{
	ErrorData  *error = run->count > 0 ? dyn_sql_catch(write_run, run) : NULL;

	if (error != NULL && run->kind == RUN_INSERT)
	{
		(void) judge_error(error);
		load->collisions++;
		run->kind = RUN_PUT;
		error = dyn_sql_catch(write_run, run);
	}
	if (error == NULL)
	{
		count_run(load, run);
		return;
	}
	(void) judge_error(error);
	for (int i = 0; i < run->count; i++)
		write_single(load, run, i);
}

/* Waits until the rate allows what was written. */
static void
keep_rate(DynLoad *load)
{
	int64		rate = load->options.units_per_second;

	if (rate == 0)
		return;
	for (;;)
	{
		double		passed = (GetCurrentTimestamp() - load->since) / (double) USECS_PER_SEC;
		double		ahead = load->units / rate - passed;

		CHECK_FOR_INTERRUPTS();
		if (ahead <= 0)
			return;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, Min(ahead, 1.0) * 1000 + 1, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

static Run
make_run(DynTable *table, RunKind kind, int room)
{
	return (Run) {table, kind, 0, palloc_array(DynKey, room), palloc0_array(struct varlena *, room), palloc_array(int64, room)};
}

/* Writes what is pending in the order of the keys; skips an item that a later one with its key replaces. */
static void
write_pending(DynLoad *load)
{
	DynTable   *table = table_of(load);
	bool		fresh = load->options.fresh && load->collisions < MAX_COLLISIONS;
	Run			puts = make_run(table, fresh ? RUN_INSERT : RUN_PUT, load->npending);
	Run			deletes = make_run(table, RUN_DELETE, load->npending);

	qsort(load->pending, load->npending, sizeof(Pending), compare_pending);
	for (int i = 0; i < load->npending; i++)
	{
		const Pending *pending = &load->pending[i];
		Run		   *run = pending->item != NULL ? &puts : &deletes;

		if (i + 1 < load->npending && dyn_keys_compare(&pending->key, &pending[1].key) == 0)
			continue;
		run->keys[run->count] = pending->key;
		run->items[run->count] = pending->item;
		run->records[run->count++] = pending->record;
	}
	write_items(load, &puts);
	write_items(load, &deletes);
}

static void
write_batch(DynLoad *load)
{
	MemoryContext caller;

	if (load->npending == 0)
		return;
	caller = MemoryContextSwitchTo(load->batch);
	write_pending(load);
	load->npending = 0;
	load->pending_bytes = 0;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(load->batch);
	dyn_pace_log();
	keep_rate(load);
}

void
dyn_load_flush(DynLoad *load)
{
	write_batch(load);
	if (load->nerrors > 0)
		store_errors(load);
}

/* ---- conditional puts ---- */

typedef struct Call
{
	const char *request;
	size_t		len;
} Call;

static void
put_item(void *arg)
{
	const Call *call = arg;
	const DynJson *request = dyn_json_parse(call->request, call->len);
	DynCall		outer = dyn_call_begin("PutItem");
	StringInfoData reply;

	initStringInfo(&reply);
	dyn_shape_check(&dyn_shape_put_item, request);
	dyn_api_put_item(request, &reply);
	(void) dyn_call_end(outer);
}

static void
copy_member(StringInfo out, const DynJson *document, const char *name)
{
	const DynJson *member = dyn_request_member(document, name);

	if (member == NULL)
		return;
	dyn_jsonout_member(out, name);
	dyn_jsonout_tree(out, member);
}

/* Puts a record with a condition as PutItem does. */
static void
put_conditionally(DynLoad *load, const DynFormatRecord *record, const DynJson *document, const struct varlena *item)
{
	const char *name = dyn_namespace_text_name(load->options.table);
	StringInfoData request;
	Call		call;
	ErrorData  *error;

	write_batch(load);
	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	dyn_jsonout_member(&request, "TableName");
	dyn_jsonout_string(&request, name, strlen(name));
	copy_member(&request, document, "Item");
	copy_member(&request, document, "ConditionExpression");
	copy_member(&request, document, "ExpressionAttributeNames");
	copy_member(&request, document, "ExpressionAttributeValues");
	appendStringInfoChar(&request, '}');
	call = (Call) {request.data, request.len};
	while ((error = dyn_sql_catch(put_item, &call)) != NULL && is_throttled(error->sqlerrcode))
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, RETRY_MILLISECONDS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
	if (error == NULL)
		count_written(load, table_of(load), item);
	else if (error->sqlerrcode == dyn_error_info(DYN_E_CONDITIONAL_CHECK_FAILED)->sqlstate)
	{
		load->counts.conditions++;
		if (load->options.report != NULL)
			load->options.report(load->options.report_arg, DYN_LOAD_CONDITION_FAILED, load->object, record->number, error->message,
								 document);
	}
	else
		refuse(load, record->number, judge_error(error), record->text, document);
	keep_rate(load);
}

/* ---- records ---- */

/* The content of a record, in the load's context for the record. */
typedef struct Content
{
	const DynJson *document;
	struct varlena *item;		/* NULL: the key is deleted */
	DynKey		key;
} Content;

static bool
has_object(const DynJson *document, const char *member)
{
	const DynJson *value = dyn_json_kind(document) == DYN_JSON_OBJECT ? dyn_request_member(document, member) : NULL;

	return value != NULL && dyn_json_kind(value) == DYN_JSON_OBJECT;
}

static void
read_item(DynTable *table, const DynJson *document, const char *member, Content *content)
{
	DynNode		attributes = dyn_params_attributes(document, member, &dyn_wording_plain);

	content->item = dyn_node_build_item(&attributes);
	if (dyn_item_size(content->item) > DYN_MAX_ITEM_SIZE)
		dyn_validation(DYN_ITEM_TOO_LARGE);
	content->key = dyn_keys_of_item(table, dyn_item_root(content->item));
}

static void
read_keys(DynTable *table, const DynJson *document, Content *content)
{
	DynNode		attributes = dyn_params_attributes(document, "Keys", &dyn_wording_plain);

	content->key = dyn_keys_of_key(table, &attributes);
}

static void
read_content(const DynLoad *load, DynTable *table, const DynFormatRecord *record, Content *content)
{
	const DynJson *document = dyn_json_try(record->text.data, record->text.len);

	if (document == NULL)
		dyn_error(DYN_E_SERIALIZATION, "The record is no JSON");
	content->document = document;
	if (has_object(document, "Item"))
		read_item(table, document, "Item", content);
	else if (load->options.images && has_object(document, "NewImage"))
		read_item(table, document, "NewImage", content);
	else if (load->options.images && has_object(document, "Keys"))
		read_keys(table, document, content);
	else
		dyn_validation("The record has no Item");
}

/* Returns why the record cannot be an item of the table, or NULL. */
static char *
try_read(const DynLoad *load, DynTable *table, const DynFormatRecord *record, Content *content)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		read_content(load, table, record, content);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	return error != NULL ? judge_error(error) : NULL;
}

/* A copy of the value that lives until the batch is written. */
static DynValue
keep_value(DynValue value)
{
	uint8	   *copy = palloc(Max(value.len, 1));

	memcpy(copy, value.data, value.len);
	return (DynValue) {value.tag, value.len, copy};
}

static void
add_pending(DynLoad *load, const DynTable *table, int64 record, const Content *content)
{
	Pending    *pending;
	MemoryContext caller;

	if (load->npending == BATCH_ITEMS || load->pending_bytes > BATCH_BYTES)
		write_batch(load);
	pending = &load->pending[load->npending];
	caller = MemoryContextSwitchTo(load->batch);
	*pending = (Pending) {.record = record, .order = load->npending};
	pending->key.pk = keep_value(content->key.pk);
	if (table->sk.tag)
		pending->key.sk = keep_value(content->key.sk);
	if (content->item != NULL)
	{
		pending->item = palloc(VARSIZE_ANY(content->item));
		memcpy(pending->item, content->item, VARSIZE_ANY(content->item));
		load->pending_bytes += VARSIZE_ANY(content->item);
	}
	MemoryContextSwitchTo(caller);
	load->npending++;
}

static void
take_record(DynLoad *load, const DynFormatRecord *record)
{
	DynTable   *table;
	Content		content = {0};
	char	   *flaw;

	if (record->flaw != NULL)
	{
		refuse(load, record->number, record->flaw, record->text, NULL);
		return;
	}
	table = table_of(load);
	flaw = try_read(load, table, record, &content);
	if (flaw != NULL)
		refuse(load, record->number, flaw, record->text, content.document);
	else if (load->options.conditions && dyn_request_member(content.document, "ConditionExpression") != NULL)
		put_conditionally(load, record, content.document, content.item);
	else
		add_pending(load, table, record->number, &content);
}

void
dyn_load_record(DynLoad *load, const DynFormatRecord *record)
{
	MemoryContext caller = MemoryContextSwitchTo(load->scratch);

	CHECK_FOR_INTERRUPTS();
	load->counts.items++;
	load->record = record->number;
	load->taken += record->text.len;
	take_record(load, record);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(load->scratch);
}
