/*
 * sharded_lists.c - lists of items of distributed tables
 *
 * The statements:
 *
 *		get			SELECT ... FROM t [, lists k] WHERE pk = ANY (list) [AND pk, sk = k.pk, k.sk]
 *		put			INSERT ... VALUES (key, item), ... ON CONFLICT DO UPDATE [RETURNING node_outcome(...)]
 *		delete		DELETE ... WHERE pk = ANY (list), or WHERE (pk = ... AND sk = ...) OR ...
 *
 * An insert sends each node its own rows; of the others every shard gets all keys, and finds its own.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/limits.h"
#include "database/citus.h"
#include "database/code.h"
#include "store/sharded.h"
#include "store/sharded_lists.h"
#include "store/statement.h"
#include "value/outcome.h"

/* Of one statement, so that what a node returns has a bound. */
#define MAX_KEYS DYN_MAX_BATCH_GETS

/* A statement on so few keys would take as long to plan as the kept plans of single keys take to run. */
#define FEW_KEYS 3

/* ---- what statements return ---- */

/* The items of keys, by their places. */
typedef struct Found
{
	DynPlanReceiver receiver;
	const DynTable *table;
	const DynKey *keys;
	int			nkeys;
	int			next;			/* the key after the last one: items mostly come in the order of the keys */
	struct varlena **items;
	List	   *others;			/* items that SQL has stored under other keys */
	MemoryContext context;
} Found;

static void
keep(Found *found, struct varlena *item)
{
	int			key = dyn_statement_find_key(found->table, found->keys, found->nkeys, found->next, item);

	if (key < 0)
		found->others = lappend(found->others, item);
	else
		found->items[key] = item;
	found->next = key + 1;
}

/* DynPlanReceive */
static bool
receive_item(void *arg, Datum value)
{
	Found	   *found = arg;
	MemoryContext old = MemoryContextSwitchTo(found->context);

	keep(found, PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(old);
	return true;
}

/* DynPlanReceive */
static bool
receive_outcome(void *arg, Datum value)
{
	Found	   *found = arg;
	MemoryContext old = MemoryContextSwitchTo(found->context);
	DynOutcome	outcome = dyn_outcome_unpack(PG_DETOAST_DATUM(value));

	if (outcome.old_item != NULL)
		keep(found, outcome.old_item);
	MemoryContextSwitchTo(old);
	return true;
}

/* Without items the results are ignored. */
static void
found_begin(Found *found, DynTable *table, const DynKey *keys, int nkeys, struct varlena **items, DynPlanReceive receive, Oid type)
{
	*found = (Found) {
		.receiver = dyn_plan_receiver(receive, found, type),
		.table = table,
		.keys = keys,
		.nkeys = nkeys,
		.items = items,
		.context = CurrentMemoryContext
	};
}

/* ---- statements ---- */

static uint64
run(DynTable *table, const char *sql, ParamListInfo params, DestReceiver *dest, bool writes)
{
	int			level = dyn_citus_begin_list(writes);
	uint64		rows;

	SPI_connect();
	if (writes)
		dyn_code_check_superuser_writes(table->relid, &table->checked_in);
	dyn_plan_run_once(sql, params, dest);
	rows = SPI_processed;
	SPI_finish();
	dyn_citus_end_settings(level);
	return rows;
}

/* Parameters of keys one by one: pk and, where there is one, sk; with items these follow their keys. */
static ParamListInfo
params_of(const DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys)
{
	ParamListInfo params = makeParamList(nkeys * ((table->sk.tag ? 2 : 1) + (items ? 1 : 0)));
	int			position = 0;

	for (int i = 0; i < nkeys; i++)
	{
		dyn_plan_set_param(params, ++position, dyn_key_column_type(table->pk.tag), dyn_key_datum(keys[i].pk, DYN_KEY_PART));
		if (table->sk.tag)
			dyn_plan_set_param(params, ++position, dyn_key_column_type(table->sk.tag), dyn_key_datum(keys[i].sk, DYN_KEY_WHOLE));
		if (items)
			dyn_plan_set_param(params, ++position, table->item_type, PointerGetDatum(items[i]));
	}
	return params;
}

static void
append_any(StringInfo sql)
{
	appendStringInfoString(sql, " WHERE t.pk OPERATOR(pg_catalog.=) ANY ($1)");
}

static char *
get_statement(const DynTable *table)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT t.item FROM %s AS t", table->qualified);
	if (table->sk.tag)
		appendStringInfoString(&sql, ", ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS k (pk, sk)");
	append_any(&sql);
	if (table->sk.tag)
		appendStringInfoString(&sql, " AND t.pk OPERATOR(pg_catalog.=) k.pk AND t.sk OPERATOR(pg_catalog.=) k.sk");
	return sql.data;
}

/* wishes: of node_write; 0: nothing of the old items. */
static char *
put_statement(const DynTable *table, int nkeys, int wishes)
{
	const char *sk = table->sk.tag ? ", sk" : "";
	StringInfoData sql;
	int			position = 0;

	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s AS t (pk%s, item) VALUES ", table->qualified, sk);
	for (int i = 0; i < nkeys; i++)
	{
		appendStringInfo(&sql, "%s($%d", i > 0 ? ", " : "", ++position);
		if (table->sk.tag)
			appendStringInfo(&sql, ", $%d", ++position);
		appendStringInfo(&sql, ", $%d)", ++position);
	}
	appendStringInfo(&sql, " ON CONFLICT (pk%s) DO UPDATE SET item = ", sk);
	if (wishes)
		appendStringInfo(&sql, "dynapg.node_write(t.item, EXCLUDED.item, ''::pg_catalog.bytea, %d) RETURNING dynapg.node_outcome(t.item)",
						 wishes);
	else
		appendStringInfoString(&sql, "EXCLUDED.item");
	return sql.data;
}

static char *
delete_statement(const DynTable *table, int nkeys, bool keep_old)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "DELETE FROM %s AS t", table->qualified);
	if (!table->sk.tag)
		append_any(&sql);
	for (int i = 0; table->sk.tag && i < nkeys; i++)
		appendStringInfo(&sql, " %s (t.pk OPERATOR(pg_catalog.=) $%d AND t.sk OPERATOR(pg_catalog.=) $%d)", i > 0 ? "OR" : "WHERE",
						 2 * i + 1, 2 * i + 2);
	if (keep_old)
		appendStringInfoString(&sql, " RETURNING t.item");
	return sql.data;
}

/* ---- few keys ---- */

/* As get_some. */
static bool
get_few(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg)
{
	bool		more = true;

	for (int i = 0; i < nkeys && more; i++)
	{
		struct varlena *item = dyn_sharded_get(table, &keys[i]);

		more = item == NULL || consume(arg, item);
	}
	return more;
}

static void
write_few(DynTable *table, DynWriteKind kind, const DynKey *keys, struct varlena *const *items, int nkeys, struct varlena **old_items)
{
	for (int i = 0; i < nkeys; i++)
	{
		DynWrite	write = {
			.kind = kind,
			.table = table,
			.key = keys[i],
			.item = items != NULL ? items[i] : NULL,
			.holds_on_missing = true,
			.keep_old = old_items != NULL
		};
		DynChange	change = dyn_sharded_write(&write);

		if (old_items != NULL)
			old_items[i] = change.before;
	}
}

/* ---- lists ---- */

/* Hands the items on in the order of the keys; false where the consumer has had enough. */
static bool
hand_on(const Found *found, DynRowConsumer consume, void *arg)
{
	ListCell   *cell;

	for (int i = 0; i < found->nkeys; i++)
	{
		if (found->items[i] != NULL && !consume(arg, found->items[i]))
			return false;
	}
	foreach(cell, found->others)
	{
		if (!consume(arg, lfirst(cell)))
			return false;
	}
	return true;
}

/* False where the consumer has had enough. */
static bool
get_some(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg)
{
	struct varlena *items[MAX_KEYS] = {0};
	Found		found;

	if (nkeys <= FEW_KEYS)
		return get_few(table, keys, nkeys, consume, arg);
	found_begin(&found, table, keys, nkeys, items, receive_item, table->item_type);
	run(table, get_statement(table), dyn_statement_list_params(table, DYN_PLAN_GET_MANY, keys, NULL, nkeys), &found.receiver.pub, false);
	return hand_on(&found, consume, arg);
}

void
dyn_sharded_lists_get(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg list", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	bool		more = true;

	for (int i = 0; i < nkeys && more; i += MAX_KEYS)
	{
		CHECK_FOR_INTERRUPTS();
		more = get_some(table, &keys[i], Min(nkeys - i, MAX_KEYS), consume, arg);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

void
dyn_sharded_lists_put(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys, struct varlena **old_items)
{
	if (nkeys <= FEW_KEYS)
	{
		write_few(table, DYN_WRITE_PUT, keys, items, nkeys, old_items);
		return;
	}
	for (int i = 0; i < nkeys; i += MAX_KEYS)
	{
		int			n = Min(nkeys - i, MAX_KEYS);
		Found		found;

		CHECK_FOR_INTERRUPTS();
		found_begin(&found, table, &keys[i], n, old_items ? &old_items[i] : NULL, receive_outcome, BYTEAOID);
		run(table, put_statement(table, n, old_items ? DYN_NODE_KEEP_OLD : 0), params_of(table, &keys[i], &items[i], n),
			&found.receiver.pub, true);
	}
}

void
dyn_sharded_lists_delete(DynTable *table, const DynKey *keys, int nkeys, struct varlena **old_items)
{
	if (nkeys <= FEW_KEYS)
	{
		write_few(table, DYN_WRITE_DELETE, keys, NULL, nkeys, old_items);
		return;
	}
	for (int i = 0; i < nkeys; i += MAX_KEYS)
	{
		int			n = Min(nkeys - i, MAX_KEYS);
		ParamListInfo params = table->sk.tag ? params_of(table, &keys[i], NULL, n) :
			dyn_statement_list_params(table, DYN_PLAN_GET_MANY, &keys[i], NULL, n);
		const char *sql = delete_statement(table, n, old_items != NULL);
		Found		found;

		CHECK_FOR_INTERRUPTS();
		found_begin(&found, table, &keys[i], n, old_items ? &old_items[i] : NULL, receive_item, table->item_type);
		/* once more where some were not found: see sharded.c */
		if (run(table, sql, params, &found.receiver.pub, true) < n)
			run(table, sql, params, &found.receiver.pub, true);
	}
}
