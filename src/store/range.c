/*
 * range.c - reading a range of a table or an index in key order
 *
 * A range is one statement:
 *
 *		SELECT item, pk, sk FROM t WHERE k1 = $1 AND k2 >= $2 AND k2 <= $3 AND ROW(k2, pk, tie(sk)) > ROW($4, $5, $6)
 *		AND in_index(item, ...) ORDER BY k2, pk, tie(sk)
 *
 * All conditions become conditions of the index scan, the order is the index's own, and in_index, which repeats a
 * partial index's predicate, vanishes in planning.  A start key takes the place of the near bound.
 *
 * Citus collects what a statement on a distributed table returns before the first row comes. So such a range is read in chunks: each
 * is a statement with a LIMIT, and begins behind the last item of the one before.
 *
 * The statement depends only on the shape of the range, its values are parameters; a table keeps the plans of the last shapes.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "database/citus.h"
#include "store/explain.h"
#include "store/plan.h"
#include "store/range.h"
#include "store/segments.h"

/* nequal, two bounds, three places in the order, the limit */
#define MAX_PARAMS (DYN_MAX_INDEX_KEY_ATTRS + 2 + 3 * DYN_ORDER_MAX_COLUMNS + 1)

/* Rows of the first chunk of a range of a distributed table: each shard returns this number, and items can be large. */
#define FIRST_CHUNK		100
#define FIRST_CHUNK_OF_ALL 20	/* where every shard is asked */
#define LARGEST_CHUNK	10000
#define CHUNK_BYTES		(1024 * 1024)

#define WARNING_INTERVAL 60000	/* milliseconds from one warning of a table to the next, in a session */

typedef enum Comparison
{
	NO_BOUND,
	EXCLUSIVE,
	INCLUSIVE
} Comparison;

/* A bound of the range on one side: on the first free column, or a place of the order, or both. */
typedef struct Bound
{
	Comparison	comparison;
	DynValue	value;			/* of the first free column */
	Comparison	place_comparison;
	DynValue	place[DYN_ORDER_MAX_COLUMNS];	/* contents of all columns */
} Bound;

typedef struct Reader
{
	const DynRange *range;
	DynOrder	order;
	Bound		low;
	Bound		high;
	int			nparams;
	Oid			types[MAX_PARAMS];
	DynValue	values[MAX_PARAMS];
	int64		limit;			/* of rows, in a distributed table; 0: none */
} Reader;

/* ---- bounds ---- */

static void
set_bound(Bound *bound, Comparison comparison, DynValue value)
{
	bound->comparison = comparison;
	bound->value = value;
}

static void
set_begins_with(Reader *reader, DynValue prefix)
{
	DynValue	successor = dyn_key_successor(prefix);

	set_bound(&reader->low, INCLUSIVE, prefix);
	if (successor.tag != 0)
		set_bound(&reader->high, EXCLUSIVE, successor);
}

static void
set_condition(Reader *reader)
{
	const DynRange *range = reader->range;

	switch (range->op)
	{
		case DYN_RANGE_NONE:
			break;
		case DYN_RANGE_EQ:
			elog(ERROR, "an equality is not a bound of a range");
			break;
		case DYN_RANGE_LT:
			set_bound(&reader->high, EXCLUSIVE, range->low);
			break;
		case DYN_RANGE_LE:
			set_bound(&reader->high, INCLUSIVE, range->low);
			break;
		case DYN_RANGE_GT:
			set_bound(&reader->low, EXCLUSIVE, range->low);
			break;
		case DYN_RANGE_GE:
			set_bound(&reader->low, INCLUSIVE, range->low);
			break;
		case DYN_RANGE_BETWEEN:
			set_bound(&reader->low, INCLUSIVE, range->low);
			set_bound(&reader->high, INCLUSIVE, range->high);
			break;
		case DYN_RANGE_BEGINS_WITH:
			set_begins_with(reader, range->low);
			break;
	}
}

/* False when the segment is empty. */
static bool
set_segment(Reader *reader)
{
	const DynRange *range = reader->range;
	DynSegment	segment;

	if (range->total_segments == 0)
		return true;
	segment = dyn_segment_find(range->table, range->index, &reader->order, range->segment, range->total_segments, range->start);
	if (segment.empty)
		return false;
	reader->low.place_comparison = segment.has_low ? INCLUSIVE : NO_BOUND;
	memcpy(reader->low.place, segment.low, sizeof(segment.low));
	reader->high.place_comparison = segment.has_high ? EXCLUSIVE : NO_BOUND;
	memcpy(reader->high.place, segment.high, sizeof(segment.high));
	return true;
}

/* False when the range has only the place of the start. */
static bool
set_start(Reader *reader)
{
	const DynRange *range = reader->range;
	Bound	   *near = range->backward ? &reader->high : &reader->low;

	if (range->start == NULL)
		return true;
	near->comparison = NO_BOUND;
	near->place_comparison = EXCLUSIVE;
	for (int i = 0; i < reader->order.count; i++)
		near->place[i] = dyn_order_content(&reader->order.columns[i], range->start);
	return range->nequal < reader->order.count;
}

/* ---- shape and parameters ---- */

/* Everything that the statement's text depends on, packed into 20 bits. */
static uint32
shape_of(const Reader *reader)
{
	const DynRange *range = reader->range;
	uint32		shape = range->index ? range->index - range->table->indexes + 1 : 0;

	shape = shape << 4 | (uint32) range->nequal;
	shape = shape << 1 | (range->backward ? 1 : 0);
	shape = shape << 2 | reader->low.comparison;
	shape = shape << 2 | reader->low.place_comparison;
	shape = shape << 2 | reader->high.comparison;
	return shape << 2 | reader->high.place_comparison;
}

static void
add_param(Reader *reader, DynValue content)
{
	reader->types[reader->nparams] = dyn_key_column_type(content.tag);
	reader->values[reader->nparams++] = content;
}

static void
add_bound_params(Reader *reader, const Bound *bound)
{
	if (bound->comparison != NO_BOUND)
		add_param(reader, dyn_key_content(bound->value, reader->order.columns[reader->range->nequal].form));
	if (bound->place_comparison == NO_BOUND)
		return;
	for (int i = reader->range->nequal; i < reader->order.count; i++)
		add_param(reader, bound->place[i]);
}

/* In the order in which the statement has them. */
static void
add_params(Reader *reader)
{
	for (int i = 0; i < reader->range->nequal; i++)
		add_param(reader, dyn_key_content(reader->range->equal[i], reader->order.columns[i].form));
	add_bound_params(reader, &reader->low);
	add_bound_params(reader, &reader->high);
}

static ParamListInfo
make_params(const Reader *reader)
{
	bool		limited = reader->limit > 0;
	ParamListInfo params = makeParamList(reader->nparams + (limited ? 1 : 0));

	for (int i = 0; i < reader->nparams; i++)
		dyn_plan_set_param(params, i + 1, reader->types[i], dyn_key_content_datum(reader->values[i]));
	if (limited)
		dyn_plan_set_param(params, reader->nparams + 1, INT8OID, Int64GetDatum(reader->limit));
	return params;
}

/* ---- statement ---- */

/* Appends an item of a list of the columns that no equality binds. */
static void
append_free_columns(StringInfo sql, const Reader *reader, const char *suffix)
{
	for (int i = reader->range->nequal; i < reader->order.count; i++)
	{
		if (i > reader->range->nequal)
			appendStringInfoString(sql, ", ");
		dyn_order_append_column(sql, &reader->order.columns[i]);
		appendStringInfoString(sql, suffix);
	}
}

static void
append_condition(StringInfo sql, const DynOrderColumn *column, const char *operator, int param)
{
	appendStringInfoString(sql, " AND ");
	dyn_order_append_column(sql, column);
	appendStringInfo(sql, " OPERATOR(pg_catalog.%s) $%d", operator, param);
}

/* Does the column hold the whole distribution key, as Citus knows it? */
static bool
is_distribution_key(const Reader *reader, int column)
{
	const DynOrderColumn *c = &reader->order.columns[column];

	return reader->range->table->distributed && c->source == DYN_ORDER_PK && !c->of_item &&
		(c->attr->tag == DYN_N || c->form == DYN_KEY_PART);
}

/* Citus recognises its key only without a COLLATE clause, which changes nothing here. */
static void
append_equality(StringInfo sql, const Reader *reader, int column, int param)
{
	if (is_distribution_key(reader, column))
		appendStringInfo(sql, " AND pk OPERATOR(pg_catalog.=) $%d", param);
	else
		append_condition(sql, &reader->order.columns[column], "=", param);
}

/* Is the whole range on one shard? */
static bool
is_on_one_shard(const Reader *reader)
{
	for (int i = 0; i < reader->range->nequal; i++)
		if (is_distribution_key(reader, i))
			return true;
	return false;
}

/* Appends a bound whose first parameter is param; returns the number of the next one. */
static int
append_bound(StringInfo sql, const Reader *reader, const Bound *bound, const char *exclusive, const char *inclusive, int param)
{
	int			nequal = reader->range->nequal;

	if (bound->comparison != NO_BOUND)
		append_condition(sql, &reader->order.columns[nequal], bound->comparison == EXCLUSIVE ? exclusive : inclusive, param++);
	if (bound->place_comparison == NO_BOUND || nequal == reader->order.count)
		return param;
	appendStringInfoString(sql, " AND ROW(");
	append_free_columns(sql, reader, "");
	appendStringInfo(sql, ") OPERATOR(pg_catalog.%s) ROW(", bound->place_comparison == EXCLUSIVE ? exclusive : inclusive);
	for (int i = nequal; i < reader->order.count; i++)
		appendStringInfo(sql, i > nequal ? ", $%d" : "$%d", param++);
	appendStringInfoChar(sql, ')');
	return param;
}

/* The key columns, written as in ORDER BY, so that PostgreSQL need not carry those separately. */
static void
append_key_columns(StringInfo sql, const DynTable *table)
{
	DynOrder	order;

	dyn_order_of_table(&order, &table->pk, &table->sk);
	for (int i = 0; i < order.count; i++)
	{
		appendStringInfoString(sql, ", ");
		dyn_order_append_column(sql, &order.columns[i]);
	}
}

static char *
statement_text(const Reader *reader)
{
	const DynRange *range = reader->range;
	StringInfoData sql;
	int			param = 1;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT item");
	append_key_columns(&sql, range->table);
	appendStringInfo(&sql, " FROM %s WHERE true", range->table->qualified);
	for (int i = 0; i < range->nequal; i++)
		append_equality(&sql, reader, i, param++);
	param = append_bound(&sql, reader, &reader->low, ">", ">=", param);
	param = append_bound(&sql, reader, &reader->high, "<", "<=", param);
	dyn_order_append_predicate(&sql, &reader->order, "AND");
	if (range->nequal < reader->order.count)
	{
		appendStringInfoString(&sql, " ORDER BY ");
		append_free_columns(&sql, reader, range->backward ? " DESC" : "");
	}
	if (reader->limit > 0)
		appendStringInfo(&sql, " LIMIT $%d", param);
	return sql.data;
}

/* ---- plans ---- */

/* The kept plan of that shape, or one to be made, as the first of the table's range plans. */
static DynPlan *
find_plan(DynTable *table, uint32 shape)
{
	DynRangePlan *found = NULL;
	int			i = 0;

	while (i < table->nrange_plans && table->range_plans[i]->shape != shape)
		i++;
	if (i < table->nrange_plans)
		found = table->range_plans[i];
	else if (i < DYN_MAX_RANGE_PLANS)
	{
		found = MemoryContextAllocZero(table->context, sizeof(DynRangePlan));
		table->nrange_plans++;
	}
	else
	{
		found = table->range_plans[--i];
		dyn_plan_drop(table, &found->plan);
	}
	memmove(&table->range_plans[1], &table->range_plans[0], i * sizeof(DynRangePlan *));
	table->range_plans[0] = found;
	found->shape = shape;
	return &found->plan;
}

static const DynPlan *
plan_for(Reader *reader)
{
	const DynRange *range = reader->range;
	DynPlan    *plan = find_plan(range->table, shape_of(reader));

	if (!dyn_plan_usable(range->table, plan))
	{
		int			nparams = reader->nparams;

		if (reader->limit > 0)
			reader->types[nparams++] = INT8OID;
		dyn_plan_make(range->table, plan, range->index ? range->index->relid : InvalidOid, statement_text(reader), nparams,
					  reader->types);
	}
	return plan;
}

/* ---- rows that are no items ---- */

/* The column's content as the item has it. */
static void
append_misfit(StringInfo query, const DynOrderColumn *column)
{
	DynOrderColumn of_item = *column;

	of_item.of_item = true;
	appendStringInfo(query, "%s IS DISTINCT FROM ", column->source == DYN_ORDER_PK ? "pk" : "sk");
	dyn_order_append_column(query, &of_item);
}

/*
 * A row whose item has another key than the row, or none, has no place in a range for the API: a page that ended with it could
 * not be continued. The log must not show keys, so the hint says how to find such rows.
 */
static void
warn_of_misfits(DynTable *table, int64 misfits)
{
	TimestampTz now = GetCurrentTimestamp();
	DynOrder	order;
	StringInfoData query;

	if (table->warned_at != 0 && !TimestampDifferenceExceeds(table->warned_at, now, WARNING_INTERVAL))
		return;
	table->warned_at = now;
	dyn_order_of_table(&order, &table->pk, &table->sk);
	initStringInfo(&query);
	appendStringInfo(&query, "SELECT * FROM %s WHERE ", table->qualified);
	for (int i = 0; i < order.count; i++)
	{
		if (i > 0)
			appendStringInfoString(&query, " OR ");
		append_misfit(&query, &order.columns[i]);
	}
	ereport(WARNING,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("rows of table \"%s\" are skipped: their items do not have the keys of the rows", table->name),
			 errdetail("SQL has written them so. One page of a Query or Scan met %lld of them.", (long long) misfits),
			 errhint("Find them with: %s", query.data)));
}

/* The range's order and its own bounds. */
static void
reader_begin(Reader *reader, const DynRange *range)
{
	const DynTable *table = range->table;
	const DynIndex *index = range->index;

	*reader = (Reader) {.range = range};
	if (index)
		dyn_order_of_index(&reader->order, &table->pk, &table->sk, index);
	else
		dyn_order_of_table(&reader->order, &table->pk, &table->sk);
	set_condition(reader);
}

void
dyn_range_explain(const DynRange *range, StringInfo out)
{
	Reader		reader;

	SPI_connect();
	reader_begin(&reader, range);
	reader.limit = range->table->distributed ? FIRST_CHUNK : 0;
	add_params(&reader);
	if (range->table->distributed && !is_on_one_shard(&reader))
		dyn_explain_text(out, statement_text(&reader), make_params(&reader));
	else
		dyn_explain_plan(out, plan_for(&reader), make_params(&reader));
	SPI_finish();
}

/* ---- distributed tables ---- */

/* A range that is read in chunks. */
typedef struct Chunks
{
	DynRange	rest;			/* what is left of it */
	DynOrderPosition start;		/* of that */
	struct varlena *last;		/* the item that start is of */
	DynRowConsumer consume;
	void	   *arg;
	int64		limit;
	int64		rows;			/* of this chunk */
	int64		items;			/* of all chunks */
	uint64		bytes;
	bool		ended;			/* the consumer wants no more */
	MemoryContext context;
} Chunks;

/* DynRowConsumer */
static bool
take_of_chunk(void *arg, const struct varlena *item)
{
	Chunks	   *chunks = arg;

	chunks->rows++;
	chunks->items++;
	chunks->bytes += VARSIZE_ANY(item);
	if (chunks->last != NULL)
		pfree(chunks->last);
	chunks->last = MemoryContextAlloc(chunks->context, VARSIZE_ANY(item));
	memcpy(chunks->last, item, VARSIZE_ANY(item));
	chunks->ended = !chunks->consume(chunks->arg, item);
	return !chunks->ended;
}

/* The next chunk begins behind the last item. */
static void
go_on(Chunks *chunks)
{
	const DynTable *table = chunks->rest.table;
	const DynIndex *index = chunks->rest.index;
	DynValue	root;

	if (chunks->last == NULL)
		return;
	root = dyn_item_root(chunks->last);
	for (int i = 0; index != NULL && i < index->npk + index->nsk; i++)
		chunks->start.index[i] = dyn_map_get(root, index->keys[i].name, index->keys[i].len);
	chunks->start.key.pk = dyn_map_get(root, table->pk.name, table->pk.len);
	if (table->sk.tag)
		chunks->start.key.sk = dyn_map_get(root, table->sk.name, table->sk.len);
	chunks->rest.start = &chunks->start;
}

/* As many rows as a page has bytes for, by the size of those that came. */
static int64
next_limit(const Chunks *chunks)
{
	int64		average = chunks->items > 0 ? chunks->bytes / chunks->items + 1 : 0;

	if (chunks->rows == 0)
		return chunks->limit * 4;	/* rows that are no items */
	return Min(Max(CHUNK_BYTES / average, FIRST_CHUNK_OF_ALL), LARGEST_CHUNK);
}

/* Returns how many rows came. */
static uint64
read_chunk(Chunks *chunks, int64 *misfits)
{
	Reader		reader;
	DynPlanItems items;
	uint64		rows = 0;

	SPI_connect();
	dyn_plan_items_begin_keyed(&items, chunks->rest.table, take_of_chunk, chunks);
	reader_begin(&reader, &chunks->rest);
	if (set_segment(&reader) && set_start(&reader))
	{
		reader.limit = chunks->limit;
		add_params(&reader);
		if (is_on_one_shard(&reader))
			dyn_plan_run(plan_for(&reader), make_params(&reader), &items.receiver.pub, dyn_handover);
		else
			dyn_plan_run_once(statement_text(&reader), make_params(&reader), &items.receiver.pub);
		rows = chunks->rows + items.misfits;
	}
	*misfits += items.misfits;
	SPI_finish();
	return rows;
}

static void
read_chunks(const DynRange *range, DynRowConsumer consumer, void *arg)
{
	Chunks		chunks = {.rest = *range, .consume = consumer, .arg = arg, .context = CurrentMemoryContext};
	int64		misfits = 0;
	uint64		rows;
	int			level;

	level = dyn_citus_begin_reads();
	chunks.limit = range->wanted > 0 ? Min(range->wanted, FIRST_CHUNK) : range->nequal > 0 ? FIRST_CHUNK : FIRST_CHUNK_OF_ALL;
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		chunks.rows = 0;
		rows = read_chunk(&chunks, &misfits);
		if (chunks.ended || rows < chunks.limit)
			break;
		chunks.limit = next_limit(&chunks);
		go_on(&chunks);
	}
	dyn_citus_end_settings(level);
	if (misfits > 0)
		warn_of_misfits(range->table, misfits);
}

/* ---- reading ---- */

void
dyn_range_read(const DynRange *range, DynRowConsumer consumer, void *arg)
{
	DynTable   *table = range->table;
	Reader		reader;
	DynPlanItems items;
	const DynPlan *plan;

	if (unlikely(table->distributed))
	{
		read_chunks(range, consumer, arg);
		return;
	}
	SPI_connect();
	dyn_plan_items_begin_keyed(&items, table, consumer, arg);
	reader_begin(&reader, range);
	if (set_segment(&reader) && set_start(&reader))
	{
		add_params(&reader);
		plan = plan_for(&reader);
		dyn_plan_run_range(plan, make_params(&reader), &items);
	}
	if (items.misfits > 0)
		warn_of_misfits(table, items.misfits);
	SPI_finish();
}
