/*
 * segments.c - parallel scans: the part of a table's or index's order that is one segment
 *
 * m bounds make m + 1 chunks of the order.  With fewer chunks than segments, chunk k belongs to segment
 * ceil(k * segments / chunks), the others are empty.
 *
 * A stored bound is the contents of all columns of the order, each as its length (uint32, network order) and bytes.
 * The row also has the columns as SQL: where they differ, the bounds are from an earlier index and useless.
 *
 * Two concurrent first users both make bounds; the second one to store them waits for the first and then uses those.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "storage/bufmgr.h"
#include "utils/array.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "database/citus.h"
#include "store/plan.h"
#include "store/segments.h"
#include "tables/catalog.h"
#include "value/number.h"

/* How much of a table is sampled. */
#define MIN_SAMPLE_PAGES	1000
#define MAX_SAMPLE_PAGES	4096
#define PAGES_PER_SEGMENT	8
#define MAX_SAMPLE_BYTES	((double) (64 * 1024 * 1024))	/* for large items, which index expressions have to fetch */

/* The key of a row of dynapg.scan_bounds. */
typedef struct Subject
{
	const DynTable *table;
	const DynOrder *order;
	const char *index_name;		/* "" for the table itself */
	char	   *columns;		/* SQL of the order's columns */
	int			total;
	double		pages;			/* of the table, TOAST included; negative where they are not known. Set by measure */
	double		heap_pages;
} Subject;

/* ---- places ---- */

static struct varlena *
pack_place(const DynOrder *order, const DynValue *place)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	for (int i = 0; i < order->count; i++)
	{
		uint32		len = pg_hton32(place[i].len);

		appendBinaryStringInfo(&out, (char *) &len, sizeof(len));
		appendBinaryStringInfo(&out, (const char *) place[i].data, place[i].len);
	}
	SET_VARSIZE(out.data, out.len);
	return (struct varlena *) out.data;
}

static void
unpack_place(const DynOrder *order, Datum bound, DynValue *place)
{
	bytea	   *packed = DatumGetByteaPP(bound);
	const uint8 *data = (const uint8 *) VARDATA_ANY(packed);
	uint32		left = VARSIZE_ANY_EXHDR(packed);

	for (int i = 0; i < order->count; i++)
	{
		uint8		tag = order->columns[i].attr->tag;
		uint32		len;

		if (left < sizeof(len))
			elog(ERROR, "malformed bound of a scan segment");
		len = pg_ntoh32(dyn_load_u32(data));
		data += sizeof(len);
		left -= sizeof(len);
		if (len > left || (tag == DYN_N && !dyn_number_valid(data, len)))
			elog(ERROR, "malformed bound of a scan segment");
		place[i] = (DynValue) {tag, len, data};
		data += len;
		left -= len;
	}
}

/* The chunk of the segment; false when it has none. */
static bool
find_chunk(const DynSegment *segment, int64 nchunks, int64 *chunk)
{
	*chunk = segment->number * nchunks / segment->total;
	return segment->number == 0 || (segment->number - 1) * nchunks / segment->total != *chunk;
}

static void
set_segment(DynSegment *segment, const DynOrder *order, ArrayType *bounds)
{
	Datum	   *elements;
	int			nbounds;
	int64		chunk;

	deconstruct_array(bounds, BYTEAOID, -1, false, TYPALIGN_INT, &elements, NULL, &nbounds);
	segment->empty = !find_chunk(segment, nbounds + 1, &chunk);
	if (segment->empty)
		return;
	segment->has_low = chunk > 0;
	if (segment->has_low)
		unpack_place(order, elements[chunk - 1], segment->low);
	segment->has_high = chunk < nbounds;
	if (segment->has_high)
		unpack_place(order, elements[chunk], segment->high);
}

/* ---- places without data ---- */

#define FIRST_CHARACTER		0x20	/* of strings: bounds are 4 characters of ASCII */
#define CHARACTERS			0x60
#define DECADES				16		/* of numbers: bounds have 3 digits and lie between -10^16 and 10^16 */
#define STEPS_PER_DECADE	900

static DynValue
string_bound(uint8 tag, uint32 number, uint32 total)
{
	int64		first = tag == DYN_S ? FIRST_CHARACTER : 0;
	int64		base = tag == DYN_S ? CHARACTERS : 256;
	int64		rest = number * base * base * base * base / total;
	uint8	   *data = palloc(4);

	for (int i = 3; i >= 0; i--)
	{
		data[i] = first + rest % base;
		rest /= base;
	}
	return (DynValue) {tag, 4, data};
}

static DynValue
number_of_text(const char *text)
{
	uint8	   *data = palloc(DYN_NUMBER_MAX_BYTES);
	const char *error;

	return (DynValue) {DYN_N, dyn_number_encode(text, strlen(text), data, &error), data};
}

/* Numbers are assumed to be equally likely in each power of ten. */
static DynValue
number_bound(uint32 number, uint32 total)
{
	int64		half = DECADES * STEPS_PER_DECADE;
	int64		step = number * 2 * half / total - half;
	int64		size = step < 0 ? -step - 1 : step;

	return number_of_text(psprintf("%s%dE%d", step < 0 ? "-" : "", (int) (100 + size % STEPS_PER_DECADE),
								   (int) (size / STEPS_PER_DECADE) - 2));
}

static void
set_place_without_data(const DynOrder *order, uint32 number, uint32 total, DynValue *place)
{
	uint8		tag = order->columns[0].attr->tag;

	place[0] = tag == DYN_N ? number_bound(number, total) : string_bound(tag, number, total);
	for (int i = 1; i < order->count; i++)
	{
		tag = order->columns[i].attr->tag;
		place[i] = tag == DYN_N ? number_of_text("-9.9999999999999999999999999999999999999E+125") :
			(DynValue) {tag, 0, (const uint8 *) ""};
	}
}

static void
set_segment_without_data(DynSegment *segment, const DynOrder *order)
{
	segment->has_low = segment->number > 0;
	if (segment->has_low)
		set_place_without_data(order, segment->number, segment->total, segment->low);
	segment->has_high = segment->number < segment->total - 1;
	if (segment->has_high)
		set_place_without_data(order, segment->number + 1, segment->total, segment->high);
}

/* ---- sampling ---- */

/* What Citus says of the nodes is of the heaps alone. */
static void
measure_distributed(Subject *subject)
{
	int64		shards;
	int64		pages;

	if (dyn_citus_measure(subject->table->relid, &shards, &pages))
		subject->pages = subject->heap_pages = (double) pages;
}

static void
measure(Subject *subject)
{
	Relation	rel;

	subject->pages = subject->heap_pages = -1;
	if (subject->table->distributed)
	{
		measure_distributed(subject);
		return;
	}
	rel = relation_open(subject->table->relid, NoLock);
	if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		subject->pages = subject->heap_pages = RelationGetNumberOfBlocks(rel);
		if (OidIsValid(rel->rd_rel->reltoastrelid))
		{
			Relation	toast = relation_open(rel->rd_rel->reltoastrelid, AccessShareLock);

			subject->pages += RelationGetNumberOfBlocks(toast);
			relation_close(toast, AccessShareLock);
		}
	}
	relation_close(rel, NoLock);
}

/* Percent of the table's pages to sample. */
static double
sample_percent(const Subject *subject)
{
	double		wanted = Min(Max(MIN_SAMPLE_PAGES, (double) PAGES_PER_SEGMENT * subject->total), MAX_SAMPLE_PAGES);
	double		fraction = wanted / Max(subject->heap_pages, 1);

	if (dyn_order_needs_item(subject->order) && !subject->order->over_keys)
		fraction = Min(fraction, MAX_SAMPLE_BYTES / BLCKSZ / Max(subject->pages, 1));
	return 100 * Min(1, fraction);
}

static void
append_columns(StringInfo out, const DynOrder *order, bool with_names)
{
	for (int i = 0; i < order->count; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		dyn_order_append_column(out, &order->columns[i]);
		if (with_names)
			appendStringInfo(out, " AS c%d", i);
	}
}

/* The rows of the sample that begin a chunk, in order: those where i * chunks / items increases. */
static char *
sample_text(const Subject *subject)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT s.* FROM (SELECT ");
	append_columns(&sql, subject->order, true);
	appendStringInfo(&sql, ", pg_catalog.row_number() OVER (ORDER BY %s) OPERATOR(pg_catalog.-) 1 AS i, "
					 "LEAST(pg_catalog.count(*) OVER (), $2) AS chunks, pg_catalog.count(*) OVER () AS items "
					 "FROM %s TABLESAMPLE pg_catalog.system ($1)", subject->columns, subject->table->qualified);
	dyn_order_append_predicate(&sql, subject->order, "WHERE");
	appendStringInfoString(&sql, ") s WHERE s.i OPERATOR(pg_catalog.>) 0 "
						   "AND pg_catalog.mod(s.i OPERATOR(pg_catalog.*) s.chunks, s.items) OPERATOR(pg_catalog.<) s.chunks "
						   "ORDER BY s.i");
	return sql.data;
}

/* The place of a row of the sample; false for a place that no item can have, such as the number NaN. */
static bool
sampled_place(const DynOrder *order, int row, DynValue *place)
{
	for (int i = 0; i < order->count; i++)
	{
		if (!dyn_key_datum_try_content(dyn_sql_get_datum(row, i + 1), order->columns[i].attr->tag, &place[i]))
			return false;
	}
	return true;
}

/* Samples the bounds; returns their number. */
static int
sample_bounds(const Subject *subject, struct varlena ***bounds)
{
	DynSqlArgs	args = {0};
	int			count;
	int			nbounds = 0;
	int			level = 0;

	dyn_sql_float4(&args, sample_percent(subject));
	dyn_sql_int64(&args, Min(subject->total, DYN_MAX_SCAN_BOUNDS + 1));
	if (subject->table->distributed)
		level = dyn_citus_begin_subqueries();
	count = dyn_sql_run(sample_text(subject), &args, 0);
	if (subject->table->distributed)
		dyn_citus_end_settings(level);
	*bounds = palloc(Max(count, 1) * sizeof(struct varlena *));
	for (int i = 0; i < count; i++)
	{
		DynValue	place[DYN_ORDER_MAX_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		if (sampled_place(subject->order, i, place))
			(*bounds)[nbounds++] = pack_place(subject->order, place);
	}
	return nbounds;
}

/* ---- stored bounds ---- */

static void
add_subject_args(const Subject *subject, DynSqlArgs *args)
{
	dyn_sql_oid(args, subject->table->relid);
	dyn_sql_text(args, subject->index_name);
	dyn_sql_int(args, subject->total);
}

#define OF_SUBJECT \
	" WHERE b.relation OPERATOR(pg_catalog.=) $1 AND b.index_name OPERATOR(pg_catalog.=) $2 AND b.total_segments OPERATOR(pg_catalog.=) $3"
#define DAY "(pg_catalog.now() OPERATOR(pg_catalog.-) '1 day'::pg_catalog.interval)"
#define HOUR "(pg_catalog.now() OPERATOR(pg_catalog.-) '1 hour'::pg_catalog.interval)"

typedef struct StoredBounds
{
	bool		found;			/* there is a row */
	bool		idle;			/* not used for a day */
	bool		touch;			/* has not been marked as used for an hour */
	double		pages;			/* of the table at that time */
	ArrayType  *bounds;			/* NULL where they are those of another index */
} StoredBounds;

static StoredBounds
read_bounds(const Subject *subject)
{
	DynSqlArgs	args = {0};
	StoredBounds stored = {0};

	add_subject_args(subject, &args);
	if (dyn_catalog_run("SELECT b.columns, b.pages, b.used_at OPERATOR(pg_catalog.<) " DAY ", b.used_at OPERATOR(pg_catalog.<) " HOUR
						", b.bounds FROM dynapg.scan_bounds b" OF_SUBJECT, &args) == 0)
		return stored;
	stored.found = true;
	stored.pages = dyn_sql_get_int64(0, 2);
	stored.idle = dyn_sql_get_bool(0, 3);
	stored.touch = dyn_sql_get_bool(0, 4);
	if (strcmp(dyn_sql_get_text(0, 1), subject->columns) == 0)
		stored.bounds = DatumGetArrayTypeP(dyn_sql_get_datum(0, 5));
	return stored;
}

static void
touch_bounds(const Subject *subject)
{
	DynSqlArgs	args = {0};

	add_subject_args(subject, &args);
	dyn_catalog_run("UPDATE dynapg.scan_bounds b SET used_at = pg_catalog.now()" OF_SUBJECT
					" AND b.used_at OPERATOR(pg_catalog.<) " HOUR, &args);
}

/* May one more list of bounds be stored? When there are many, removes those that nobody uses. */
static bool
has_room(const Subject *subject)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, subject->table->relid);
	dyn_sql_text(&args, subject->index_name);
	dyn_catalog_run("SELECT pg_catalog.count(*) FROM dynapg.scan_bounds b WHERE b.relation OPERATOR(pg_catalog.=) $1 "
					"AND b.index_name OPERATOR(pg_catalog.=) $2", &args);
	if (dyn_sql_get_int64(0, 1) < DYN_MAX_SCAN_LISTS)
		return true;
	return dyn_catalog_run("DELETE FROM dynapg.scan_bounds b WHERE b.relation OPERATOR(pg_catalog.=) $1 "
						   "AND b.index_name OPERATOR(pg_catalog.=) $2 AND b.used_at OPERATOR(pg_catalog.<) " DAY, &args) > 0;
}

/* Replaces bounds that are no longer valid, unless somebody else just did. */
static void
store_bounds(const Subject *subject, bool replace)
{
	struct varlena **bounds;
	int			count = sample_bounds(subject, &bounds);
	DynSqlArgs	args = {0};

	if (replace)
	{
		DynSqlArgs	old = {0};

		add_subject_args(subject, &old);
		dyn_sql_text(&old, subject->columns);
		dyn_catalog_run("DELETE FROM dynapg.scan_bounds b" OF_SUBJECT " AND (b.columns OPERATOR(pg_catalog.<>) $4 "
						"OR b.used_at OPERATOR(pg_catalog.<) " DAY ")", &old);
	}
	add_subject_args(subject, &args);
	dyn_sql_text(&args, subject->columns);
	dyn_sql_int64(&args, (int64) subject->pages);
	dyn_sql_bytea_array(&args, bounds, count);
	dyn_catalog_run("INSERT INTO dynapg.scan_bounds (relation, index_name, total_segments, columns, pages, bounds) "
					"VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", &args);
}

static Subject
make_subject(const DynTable *table, const DynIndex *index, const DynOrder *order, int total)
{
	Subject		subject = {.table = table, .order = order, .index_name = index ? index->name : "", .total = total};
	StringInfoData columns;

	initStringInfo(&columns);
	append_columns(&columns, order, false);
	subject.columns = columns.data;
	return subject;
}

static bool
has_changed(const Subject *subject, const StoredBounds *stored)
{
	return subject->pages > 2 * stored->pages || subject->pages < stored->pages / 2;
}

/* Stores new bounds or the mark. Under stricter isolation levels another session's bounds can be in the way. */
static void
write_bounds(const Subject *subject, const StoredBounds *stored, bool make)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		if (make)
			store_bounds(subject, stored->found);
		else
			touch_bounds(subject);
	}
	PG_CATCH();
	{
		dyn_plan_translate_error(context);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/* The stored bounds, made now if necessary; NULL where there can be none. */
static ArrayType *
find_bounds(Subject *subject, bool begins)
{
	StoredBounds stored = read_bounds(subject);
	bool		stays = stored.bounds && !(begins && stored.idle);

	if (XactReadOnly)
		return stored.bounds;
	if (!stays)
		measure(subject);
	if (stays || (stored.bounds && !has_changed(subject, &stored)))
	{
		if (stored.touch)
			write_bounds(subject, &stored, false);
		return stored.bounds;
	}
	if (subject->pages < 0 || (!stored.found && !has_room(subject)))
		return NULL;
	write_bounds(subject, &stored, true);
	return read_bounds(subject).bounds;
}

/* ---- segments ---- */

static int
compare_place(const DynOrder *order, const DynOrderPosition *position, const DynValue *place)
{
	int			result = 0;

	for (int i = 0; i < order->count && result == 0; i++)
	{
		DynValue	content = dyn_order_content(&order->columns[i], position);

		result = dyn_bytes_compare(content.data, content.len, place[i].data, place[i].len);
	}
	return result;
}

static void
check_start(const DynSegment *segment, const DynOrder *order, const DynOrderPosition *start)
{
	if (segment->empty ||
		(segment->has_low && compare_place(order, start, segment->low) < 0) ||
		(segment->has_high && compare_place(order, start, segment->high) >= 0))
		dyn_validation("The provided starting key is invalid: Invalid ExclusiveStartKey. "
					   "Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d",
					   segment->total, segment->number);
}

DynSegment
dyn_segment_find(const DynTable *table, const DynIndex *index, const DynOrder *order, int number, int total,
				 const DynOrderPosition *start)
{
	DynSegment	segment = {.number = number, .total = total};
	Subject		subject;
	ArrayType  *bounds = NULL;

	if (total == 1)
		return segment;
	if (dyn_catalog_may_read_all(table->relid))
	{
		subject = make_subject(table, index, order, total);
		bounds = find_bounds(&subject, start == NULL);
	}
	if (bounds)
		set_segment(&segment, order, bounds);
	else
		set_segment_without_data(&segment, order);
	if (start)
		check_start(&segment, order, start);
	return segment;
}
