/*
 * search.c - the nearest items of a vector index
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "storage/bufmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "store/plan.h"
#include "store/search.h"
#include "tables/ddl.h"
#include "tables/flat.h"
#include "tables/hnsw.h"
#include "tables/order.h"
#include "tables/vector.h"
#include "value/reals_array.h"

#define MAX_EF	1000			/* of pgvector */
#define UNKNOWN_SHARE 0.01		/* of a filter that has no statistics */

/* ---- which index ---- */

/* The estimated cost of a search, in microseconds on a current machine; only the ratios matter. */
static double
exact_cost(double entries, double share, int dimensions)
{
	return entries * (0.02 + share * dimensions * 0.00015);
}

static double
approximate_cost(int ef, int wanted, double share, int dimensions)
{
	double		rounds = Max(1.0, wanted / (share * ef));

	return 50 + rounds * ef * (2 + dimensions * 0.025);
}

/* How many entries the index has room for, as an estimate of how many it has. */
static double
count_entries(Oid relid)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);
	DynFlatShape shape;
	double		entries = 0;

	if (rel == NULL)
		return 0;
	dyn_flat_shape(rel, &shape);
	if (shape.dimensions > 0)
		entries = (double) (RelationGetNumberOfBlocks(rel) - 1) / shape.pages * shape.slots;
	relation_close(rel, AccessShareLock);
	return entries;
}

/* The share of entries that have one value of a key. */
static double
share_of_key(Oid relid, int key, double entries)
{
	HeapTuple	tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid), Int16GetDatum(key + 2), BoolGetDatum(false));
	double		distinct;

	if (!HeapTupleIsValid(tuple))
		return UNKNOWN_SHARE;
	distinct = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct;
	ReleaseSysCache(tuple);
	if (distinct < 0)
		distinct = -distinct * entries;
	return 1 / Max(distinct, 1);
}

/* Vectors that a search in an HNSW index keeps: more where a filter drops some of them. */
static int
ef_of(const DynSearch *search, double share)
{
	return (int) Min(Max(dyn_guc_hnsw_ef_search, 4 * search->top_k) / share, MAX_EF);
}

/*
 * Rows to read from an approximate index: a few more than wanted, since its distances differ slightly, and after a filter the
 * order is not always kept.
 */
static int
candidates_of(const DynSearch *search, const DynHnsw *hnsw)
{
	bool		loose = hnsw->is_half || search->condition;

	return Min(search->top_k + (loose ? search->top_k + 20 : search->top_k / 16 + 2), MAX_EF);
}

/* Is the vector so long, or so short, that 32-bit distances to it are useless? */
static bool
is_extreme(const DynSearch *search)
{
	double		squares = 0;

	for (int i = 0; i < search->index->vector->dimensions; i++)
		squares += (double) search->wanted[i] * search->wanted[i];
	return !(squares > 1e-30 && squares < 1e37);
}

/* The share of the entries that fit the condition, as far as it is known. */
static double
share_of(const DynSearch *search, double entries)
{
	double		share = 1;

	for (int i = 0; i < search->index->vector->nkeys; i++)
		if (search->equal[i].tag != 0)
			share *= share_of_key(search->index->relid, i, entries);
	return Max(share, 1e-6);
}

/* Should the search use the HNSW index, given that there is one? */
static bool
prefers_hnsw(const DynSearch *search, const DynHnsw *hnsw, int *ef)
{
	int			dimensions = search->index->vector->dimensions;
	double		entries = count_entries(search->index->relid);
	double		share = share_of(search, entries);

	*ef = ef_of(search, share);
	if ((search->condition && !hnsw->iterates) || is_extreme(search))
		return false;
	if (dyn_guc_vector_search != DYN_VECTOR_SEARCH_AUTO)
		return dyn_guc_vector_search == DYN_VECTOR_SEARCH_APPROXIMATE;
	return approximate_cost(*ef, candidates_of(search, hnsw), share, dimensions) < exact_cost(entries, share, dimensions);
}

/* ---- the statement ---- */

/*
 * The order of the parameters: vector, condition, numbers of the keys that have a value; for HNSW, finally the number of rows.
 *
 */
static char *
statement_text(const DynSearch *search, const DynHnsw *hnsw)
{
	const DynTable *table = search->table;
	const DynIndex *index = search->index;
	StringInfoData sql;
	DynOrder	order;
	int			param = 1;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT item");
	dyn_order_of_table(&order, &table->pk, &table->sk);
	for (int i = 0; i < order.count; i++)
	{
		appendStringInfoString(&sql, ", ");
		dyn_order_append_column(&sql, &order.columns[i]);
	}
	appendStringInfo(&sql, " FROM %s WHERE true", table->qualified);
	if (search->condition)
		appendStringInfo(&sql, " AND dynapg.holds(item, $%d)", ++param);
	for (int i = 0; i < index->vector->nkeys; i++)
	{
		if (search->equal[i].tag == 0)
			continue;
		appendStringInfoString(&sql, " AND ");
		dyn_vector_append_tag(&sql, &index->vector->keys[i]);
		appendStringInfo(&sql, " OPERATOR(pg_catalog.=) $%d", ++param);
	}
	appendStringInfoString(&sql, " ORDER BY ");
	if (hnsw)
	{
		dyn_hnsw_append_expression(&sql, hnsw, index->vector->attribute.data, index->vector->dimensions);
		appendStringInfo(&sql, " %s $1::%s(%d) LIMIT $%d", hnsw->operator, hnsw->type, index->vector->dimensions, param + 1);
		return sql.data;
	}
	dyn_vector_append_reals(&sql, index->vector->attribute.data, index->vector->dimensions);
	appendStringInfo(&sql, " %s $1", dyn_vector_operator(index->vector->metric));
	return sql.data;
}

/* Identifies a statement: its relation and its keys. */
static uint32
shape_of(const DynSearch *search, bool is_hnsw)
{
	uint32		shape = is_hnsw ? 1 : 0;

	for (int i = 0; i < search->index->vector->nkeys; i++)
		if (search->equal[i].tag != 0)
			shape |= (uint32) 2 << i;
	return shape;
}

static Datum
wanted_datum(const DynSearch *search, const DynHnsw *hnsw)
{
	float4	   *reals;
	struct varlena *array = dyn_reals_array_new(search->index->vector->dimensions, &reals);

	memcpy(reals, search->wanted, search->index->vector->dimensions * sizeof(float4));
	if (hnsw && hnsw->is_half)
		(void) dyn_reals_normalize(reals, search->index->vector->dimensions);
	return PointerGetDatum(array);
}

static ParamListInfo
make_params(const DynSearch *search, const DynHnsw *hnsw, Oid *types)
{
	ParamListInfo params = makeParamList(DYN_MAX_SEARCH_FILTERS + 4);
	int			count = 0;

	types[count++] = FLOAT4ARRAYOID;
	dyn_plan_set_param(params, count, FLOAT4ARRAYOID, wanted_datum(search, hnsw));
	if (search->condition)
	{
		types[count++] = BYTEAOID;
		dyn_plan_set_param(params, count, BYTEAOID, PointerGetDatum(search->condition));
	}
	for (int i = 0; i < search->index->vector->nkeys; i++)
	{
		if (search->equal[i].tag == 0)
			continue;
		types[count++] = INT4OID;
		dyn_plan_set_param(params, count, INT4OID, Int32GetDatum(dyn_reals_array_tag(search->equal[i])));
	}
	if (hnsw)
	{
		types[count++] = INT8OID;
		dyn_plan_set_param(params, count, INT8OID, Int64GetDatum(candidates_of(search, hnsw)));
	}
	params->numParams = count;
	return params;
}

/* The kept plan of that shape, or a new one, which replaces the one that was used first. */
static DynPlan *
find_plan(const DynSearch *search, uint32 shape)
{
	DynVectorPlans *kept = search->index->vector->plans;
	DynRangePlan *plan;

	for (int i = 0; i < kept->count; i++)
		if (kept->plans[i].shape == shape)
			return &kept->plans[i].plan;
	if (kept->count < DYN_MAX_VECTOR_PLANS)
		plan = &kept->plans[kept->count++];
	else
	{
		plan = &kept->plans[kept->next++ % DYN_MAX_VECTOR_PLANS];
		dyn_plan_drop(search->table, &plan->plan);
	}
	plan->shape = shape;
	return &plan->plan;
}

/* ---- rows ---- */

typedef struct Reader
{
	const DynSearch *search;
	bool		in_order;		/* rows come from the nearest on */
	DynProbe	probe;
	float4	   *reals;
	DynSearchHit *hits;			/* a heap with the farthest on top */
	int			count;
	MemoryContext context;		/* of the hits' items */
} Reader;

static DynValue
key_of(const struct varlena *item, const DynKeyAttr *attr)
{
	return dyn_map_get(dyn_item_root(item), attr->name, attr->len);
}

/* Orders hits by distance, then by key. */
static int
compare(const Reader *reader, const DynSearchHit *a, const DynSearchHit *b)
{
	const DynTable *table = reader->search->table;
	DynValue	x = key_of(a->item, &table->pk);
	DynValue	y = key_of(b->item, &table->pk);
	int			order;

	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	order = dyn_bytes_compare(x.data, x.len, y.data, y.len);
	if (order != 0 || table->sk.tag == 0)
		return order;
	x = key_of(a->item, &table->sk);
	y = key_of(b->item, &table->sk);
	return dyn_bytes_compare(x.data, x.len, y.data, y.len);
}

static void
sift_down(Reader *reader)
{
	int			i = 0;

	for (;;)
	{
		int			child = 2 * i + 1;
		DynSearchHit hit = reader->hits[i];

		if (child >= reader->count)
			return;
		if (child + 1 < reader->count && compare(reader, &reader->hits[child + 1], &reader->hits[child]) > 0)
			child++;
		if (compare(reader, &reader->hits[child], &hit) <= 0)
			return;
		reader->hits[i] = reader->hits[child];
		reader->hits[child] = hit;
		i = child;
	}
}

static void
sift_up(Reader *reader)
{
	for (int i = reader->count - 1; i > 0 && compare(reader, &reader->hits[i], &reader->hits[(i - 1) / 2]) > 0; i = (i - 1) / 2)
	{
		DynSearchHit hit = reader->hits[i];

		reader->hits[i] = reader->hits[(i - 1) / 2];
		reader->hits[(i - 1) / 2] = hit;
	}
}

static struct varlena *
keep_item(const Reader *reader, const struct varlena *item)
{
	return memcpy(MemoryContextAlloc(reader->context, VARSIZE_ANY(item)), item, VARSIZE_ANY(item));
}

/* DynRowConsumer */
static bool
consume(void *arg, const struct varlena *item)
{
	Reader	   *reader = arg;
	const DynSearch *search = reader->search;
	const DynIndex *index = search->index;
	DynValue	list = dyn_map_get(dyn_item_root(item), index->vector->attribute.data, index->vector->attribute.len);
	DynSearchHit hit = {.item = unconstify(struct varlena *, item)};
	int			at;

	if (!dyn_reals_of_list(list, index->vector->dimensions, reader->reals, &at))
		return true;
	hit.distance = dyn_reals_distance(&reader->probe, reader->reals);
	if (reader->count < search->top_k)
	{
		hit.item = keep_item(reader, item);
		reader->hits[reader->count++] = hit;
		sift_up(reader);
		return true;
	}
	if (compare(reader, &hit, &reader->hits[0]) < 0)
	{
		pfree(reader->hits[0].item);
		hit.item = keep_item(reader, item);
		reader->hits[0] = hit;
		sift_down(reader);
		return true;
	}
	return !reader->in_order || hit.distance <= reader->hits[0].distance;
}

/* Turns the heap into the order of the reply. */
static void
put_in_order(Reader *reader)
{
	int			count = reader->count;

	while (reader->count > 1)
	{
		DynSearchHit farthest = reader->hits[0];

		reader->hits[0] = reader->hits[--reader->count];
		sift_down(reader);
		reader->hits[reader->count] = farthest;
	}
	reader->count = count;
}

/* ---- the search ---- */

static void
set_option(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static void
run_search(const DynSearch *search, const DynHnsw *hnsw, int ef, Oid relation, Reader *reader)
{
	Oid			types[DYN_MAX_SEARCH_FILTERS + 4];
	DynPlanItems items;
	DynPlan    *plan;
	ParamListInfo params;
	int			level = NewGUCNestLevel();

	if (hnsw)
	{
		set_option("hnsw.ef_search", psprintf("%d", ef));
		if (search->condition && hnsw->iterates)
			set_option("hnsw.iterative_scan", "relaxed_order");	/* they are put in order here */
	}
	SPI_connect();
	dyn_plan_items_begin_keyed(&items, search->table, consume, reader);
	params = make_params(search, hnsw, types);
	plan = find_plan(search, shape_of(search, hnsw != NULL));
	if (!dyn_plan_usable(search->table, plan))
		dyn_plan_make(search->table, plan, relation, statement_text(search, hnsw), params->numParams, types);
	dyn_plan_run(plan, params, &items.receiver.pub, dyn_handover);
	SPI_finish();
	AtEOXact_GUC(true, level);
}

int
dyn_search(const DynSearch *search, DynSearchHit *hits)
{
	DynIndex   *index = search->index;
	Reader		reader = {.search = search,.in_order = true,.hits = hits,.context = CurrentMemoryContext};
	DynHnsw		hnsw;
	int			ef = 0;
	bool		approximate = OidIsValid(index->vector->hnsw_relid) && dyn_guc_vector_search != DYN_VECTOR_SEARCH_EXACT &&
		dyn_hnsw_find(index->vector->dimensions, index->vector->metric, &hnsw) && prefers_hnsw(search, &hnsw, &ef);

	if (search->table->distributed)
		dyn_validation("The vector indexes of a table that is distributed over several nodes cannot be searched");
	reader.reals = palloc_array(float4, index->vector->dimensions);
	reader.probe = dyn_reals_probe(index->vector->metric, search->wanted, index->vector->dimensions);
	if (approximate)
	{
		reader.in_order = false;
		run_search(search, &hnsw, ef, index->vector->hnsw_relid, &reader);
	}
	/* an approximate index may find fewer than there are */
	if (!approximate || reader.count < search->top_k)
	{
		reader.count = 0;
		reader.in_order = true;
		run_search(search, NULL, 0, index->relid, &reader);
	}
	put_in_order(&reader);
	return reader.count;
}
