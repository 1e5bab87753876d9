/*
 * import.c - writes the content of lines, in batches: see import.h
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/resowner.h"

#include "api/import.h"
#include "api/load.h"
#include "api/operation.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"

#define MAX_ERRORS			100 /* that are listed */
#define MAX_ERROR_TEXT		200 /* bytes of an entry that are shown with its error */
#define MAX_PENDING_BYTES	(4 * 1024 * 1024)
#define RETRY_MILLISECONDS	100 /* before another attempt on a table that is throttled */

typedef struct Entry
{
	int64		line;
	int			number;			/* of the entry within the line, from 1 on */
	bool		delete;
	char	   *attributes;		/* JSON text of item or key */
} Entry;

typedef struct Error
{
	int64		line;
	int			number;
	char	   *json;			/* as it is listed */
} Error;

typedef enum Outcome
{
	WRITTEN,
	REFUSED,					/* by what is in import->code and import->message */
	THROTTLED
} Outcome;

struct DynImport
{
	MemoryContext context;
	MemoryContext pending_context;	/* entries that are not written yet */
	MemoryContext scratch;		/* of a line, or of a write */
	List	   *names;			/* of all tables so far; the next three are among them */
	char	   *given;			/* the table of the import, or NULL */
	char	   *target;			/* of the line's next entries, or NULL */
	char	   *table;			/* of the pending entries, or NULL */
	char	   *known;			/* the last table that was found, or NULL */
	int			npending;
	size_t		pending_bytes;
	Entry		pending[DYN_MAX_BATCH_WRITES];
	int64		line;
	int			number;
	int64		put;
	int64		deleted;
	int64		nerrors;
	Error		errors[MAX_ERRORS]; /* the first of them */
	const char *code;
	char	   *message;
};

DynImport *
dyn_import_begin(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg import", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	DynImport  *import = palloc0_object(DynImport);

	import->context = context;
	import->pending_context = AllocSetContextCreate(context, "dynapg import entries", ALLOCSET_DEFAULT_SIZES);
	import->scratch = AllocSetContextCreate(context, "dynapg import line", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(caller);
	return import;
}

/* ---- errors ---- */

static bool
is_throttled(int sqlstate)
{
	return sqlstate == dyn_error_info(DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED)->sqlstate ||
		sqlstate == dyn_error_info(DYN_E_THROTTLING)->sqlstate;
}

/* Counts an error, and adds it to the list unless there are too many. */
static void
add_error(DynImport *import, int64 line, int number, const char *code, const char *message, const char *text, size_t len)
{
	StringInfoData out;
	MemoryContext caller;

	if (++import->nerrors > MAX_ERRORS)
		return;
	caller = MemoryContextSwitchTo(import->context);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"Line\":" INT64_FORMAT ",\"Entry\":%d", line, number);
	dyn_jsonout_member(&out, "Code");
	dyn_jsonout_string(&out, code, strlen(code));
	dyn_jsonout_member(&out, "Message");
	dyn_jsonout_string(&out, message, strlen(message));
	dyn_jsonout_member(&out, "Text");
	dyn_jsonout_string(&out, text, pg_encoding_mbcliplen(PG_UTF8, text, (int) len, MAX_ERROR_TEXT));
	appendStringInfoChar(&out, '}');
	import->errors[import->nerrors - 1] = (Error) {line, number, out.data};
	MemoryContextSwitchTo(caller);
}

static int
compare_errors(const void *a, const void *b)
{
	const Error *left = a;
	const Error *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return left->number < right->number ? -1 : left->number > right->number ? 1 : 0;
}

void
dyn_import_refuse(DynImport *import, const DynJson *entry, const char *message)
{
	StringInfoData text;

	initStringInfo(&text);
	dyn_jsonout_tree(&text, entry);
	add_error(import, import->line, ++import->number, "SerializationException", message, text.data, text.len);
}

/* ---- writes ---- */

/* The result of a write that raised this error; raises it again if it does not belong to an entry. */
static Outcome
judge_error(DynImport *import, ErrorData *error)
{
	const DynErrInfo *info = dyn_error_by_sqlstate(error->sqlerrcode);

	if (!dyn_load_concerns_item(error->sqlerrcode) && !is_throttled(error->sqlerrcode))
		ReThrowError(error);
	import->code = info != NULL ? info->name : pstrdup(unpack_sql_state(error->sqlerrcode));
	import->message = error->message;
	return is_throttled(error->sqlerrcode) ? THROTTLED : REFUSED;
}

/* Runs the operation in a subtransaction, which an error undoes; it must write at least `least` items. */
static Outcome
attempt(DynImport *import, const char *operation_name, StringInfo request, int64 least)
{
	const DynOperation *operation = dyn_operation_find(operation_name, strlen(operation_name));
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;
	StringInfoData reply;
	volatile int64 items = 0;

	CHECK_FOR_INTERRUPTS();
	initStringInfo(&reply);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		items = dyn_api_call(operation, request->data, request->len, &reply);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();
	if (error != NULL)
		return judge_error(import, error);
	return items < least ? THROTTLED : WRITTEN;
}

static void
count_written(DynImport *import, const Entry *entry)
{
	if (entry->delete)
		import->deleted++;
	else
		import->put++;
}

static Outcome
write_batch(DynImport *import)
{
	StringInfoData request;

	initStringInfo(&request);
	appendStringInfoString(&request, "{\"RequestItems\":{");
	dyn_jsonout_string(&request, import->table, strlen(import->table));
	appendStringInfoString(&request, ":[");
	for (int i = 0; i < import->npending; i++)
		appendStringInfo(&request, "%s{\"%s\":{\"%s\":%s}}", i > 0 ? "," : "",
						 import->pending[i].delete ? "DeleteRequest" : "PutRequest",
						 import->pending[i].delete ? "Key" : "Item", import->pending[i].attributes);
	appendStringInfoString(&request, "]}}");
	return attempt(import, "BatchWriteItem", &request, import->npending);
}

/* Writes a single entry; waits for throughput as long as it takes. */
static void
write_entry(DynImport *import, const Entry *entry)
{
	StringInfoData request;
	Outcome		outcome;

	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	dyn_jsonout_member(&request, "TableName");
	dyn_jsonout_string(&request, import->table, strlen(import->table));
	appendStringInfo(&request, ",\"%s\":%s}", entry->delete ? "Key" : "Item", entry->attributes);
	while ((outcome = attempt(import, entry->delete ? "DeleteItem" : "PutItem", &request, 0)) == THROTTLED)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, RETRY_MILLISECONDS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
	if (outcome == WRITTEN)
		count_written(import, entry);
	else
		add_error(import, entry->line, entry->number, import->code, import->message, entry->attributes, strlen(entry->attributes));
}

/* Raises an error that concerns all entries of a table, before the first of them. */
static void
find_table(DynImport *import)
{
	const DynOperation *operation = dyn_operation_find("DescribeTable", strlen("DescribeTable"));
	StringInfoData request;
	StringInfoData reply;

	if (import->known == import->table)
		return;
	initStringInfo(&request);
	initStringInfo(&reply);
	appendStringInfoChar(&request, '{');
	dyn_jsonout_member(&request, "TableName");
	dyn_jsonout_string(&request, import->table, strlen(import->table));
	appendStringInfoChar(&request, '}');
	dyn_api_call(operation, request.data, request.len, &reply);
	import->known = import->table;
}

/* Writes the pending entries. */
static void
flush(DynImport *import)
{
	MemoryContext writes;
	MemoryContext caller;

	if (import->npending == 0)
		return;
	writes = AllocSetContextCreate(import->context, "dynapg import write", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(writes);
	find_table(import);
	if (write_batch(import) == WRITTEN)
	{
		for (int i = 0; i < import->npending; i++)
			count_written(import, &import->pending[i]);
	}
	else
	{
		for (int i = 0; i < import->npending; i++)
			write_entry(import, &import->pending[i]);
	}
	import->npending = 0;
	import->pending_bytes = 0;
	MemoryContextReset(import->pending_context);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(writes);
}

static void
add_write(DynImport *import, const DynJson *attributes, bool delete)
{
	Entry	   *entry;
	MemoryContext caller;
	StringInfoData text;

	if (import->target == NULL)
	{
		dyn_import_refuse(import, attributes, "the line does not name its table");
		return;
	}
	if (import->target != import->table || import->npending == DYN_MAX_BATCH_WRITES || import->pending_bytes > MAX_PENDING_BYTES)
		flush(import);
	import->table = import->target;
	caller = MemoryContextSwitchTo(import->pending_context);
	initStringInfo(&text);
	dyn_jsonout_tree(&text, attributes);
	MemoryContextSwitchTo(caller);
	entry = &import->pending[import->npending++];
	*entry = (Entry) {import->line, ++import->number, delete, text.data};
	import->pending_bytes += text.len;
}

void
dyn_import_put(DynImport *import, const DynJson *item)
{
	add_write(import, item, false);
}

void
dyn_import_delete(DynImport *import, const DynJson *key)
{
	add_write(import, key, true);
}

/* ---- tables ---- */

/* The import's own copy of the name, the same one for the same name. */
static char *
keep_name(DynImport *import, DynSlice name)
{
	MemoryContext caller;
	ListCell   *cell;
	char	   *copy;

	foreach(cell, import->names)
	{
		if (dyn_slice_is(name, lfirst(cell)))
			return lfirst(cell);
	}
	caller = MemoryContextSwitchTo(import->context);
	copy = pnstrdup(name.data, name.len);
	import->names = lappend(import->names, copy);
	MemoryContextSwitchTo(caller);
	return copy;
}

void
dyn_import_into(DynImport *import, DynSlice table)
{
	import->given = table.data != NULL ? keep_name(import, table) : NULL;
}

bool
dyn_import_switch(DynImport *import, DynSlice table)
{
	if (import->given != NULL)
		return dyn_slice_is(table, import->given);
	import->target = keep_name(import, table);
	return true;
}

void
dyn_import_next_line(DynImport *import)
{
	CHECK_FOR_INTERRUPTS();
	import->line++;
	import->number = 0;
	import->target = import->given;
}

void
dyn_import_refuse_line(DynImport *import, const char *text, size_t len)
{
	add_error(import, import->line, 1, "SerializationException", "this is no JSON", text, len);
}

MemoryContext
dyn_import_scratch(DynImport *import)
{
	return import->scratch;
}

void
dyn_import_finish(DynImport *import, StringInfo reply)
{
	int			listed;

	flush(import);
	listed = (int) Min(import->nerrors, MAX_ERRORS);
	qsort(import->errors, listed, sizeof(Error), compare_errors);
	appendStringInfo(reply, "\"ImportedItemCount\":" INT64_FORMAT ",\"DeletedItemCount\":" INT64_FORMAT ",\"ErrorCount\":" INT64_FORMAT
					 ",\"Errors\":[", import->put, import->deleted, import->nerrors);
	for (int i = 0; i < listed; i++)
		appendStringInfo(reply, "%s%s", i > 0 ? "," : "", import->errors[i].json);
	appendStringInfoChar(reply, ']');
}
