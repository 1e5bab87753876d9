/*
 * plan.c - kept plans of statements on data tables
 *
 * PostgreSQL looks at every plan that SPI_keepplan keeps whenever a relation changes, which makes each CREATE TABLE slower
 * with each plan.  So a plan that depends on no relation but its table is kept by its memory context alone, and we end it
 * ourselves: with its table's entry (tables/table.c), which a change of the table makes invalid, and by the epoch, which
 * advances when a function, type, operator or schema that some plan depends on changes.  The lock on the table that a
 * lookup takes keeps the table as it is in between.  PostgreSQL itself watches other plans (with partitions, with row
 * security).
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/table.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "executor/spi_priv.h"
#include "optimizer/plancat.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/resowner.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/limits.h"
#include "database/citus.h"
#include "store/explain.h"
#include "store/plan.h"
#include "store/unchecked.h"

#define NO_GENERATION (-1)
#define MAX_DEPENDENCIES 1000	/* of all plans together */
#define MAX_PLAN_MEMORY	(1024 * 1024)	/* of a plan that grows */

/* The least size of a table that the planner sees. */
#define PLANNED_ROWS	10000
#define PLANNED_PAGES	1000

/* Running statements of dyn_plan_run: a trigger may run further ones inside. */
static int	running = 0;

/* The only index of a table that the planner may see; both are InvalidOid while it may see all. */
static Oid	planned_table = InvalidOid;
static Oid	planned_index = InvalidOid;
static get_relation_info_hook_type next_relation_info_hook = NULL;

/* ---- what plans depend on beside tables ---- */

/* A row of a catalog, as a syscache names it; see PlanInvalItem. */
typedef struct Dependency
{
	int			cache;
	uint32		hash;
} Dependency;

static uint64 epoch = 1;		/* of plans: 0 is none */
static uint64 changes = 0;		/* of functions and types, dependencies or not */
static Dependency *dependencies = NULL;
static int	ndependencies = 0;

static bool
is_dependency(int cache, uint32 hash)
{
	for (int i = 0; i < ndependencies; i++)
	{
		if (dependencies[i].cache == cache && dependencies[i].hash == hash)
			return true;
	}
	return false;
}

static void
on_object_change(Datum arg, int cache, uint32 hash)
{
	changes++;
	if (hash == 0 || is_dependency(cache, hash))
		epoch++;
}

static void
on_any_change(Datum arg, int cache, uint32 hash)
{
	epoch++;
}

/* The catalogs that PostgreSQL's own plan cache watches, except those of foreign tables. */
static void
watch_dependencies(void)
{
	if (dependencies != NULL)
		return;
	dependencies = MemoryContextAlloc(TopMemoryContext, sizeof(Dependency) * MAX_DEPENDENCIES);
	CacheRegisterSyscacheCallback(PROCOID, on_object_change, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, on_object_change, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, on_any_change, (Datum) 0);
	CacheRegisterSyscacheCallback(OPEROID, on_any_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AMOPOPID, on_any_change, (Datum) 0);
}

/* Records what a plan depends on; false when there is no room. */
static bool
add_dependencies(List *items)
{
	ListCell   *cell;

	foreach(cell, items)
	{
		PlanInvalItem *item = lfirst_node(PlanInvalItem, cell);

		if (is_dependency(item->cacheId, item->hashValue))
			continue;
		if (ndependencies == MAX_DEPENDENCIES)
			return false;
		dependencies[ndependencies++] = (Dependency) {item->cacheId, item->hashValue};
	}
	return true;
}

static bool
depends_on_table_alone(List *relations, Oid table)
{
	ListCell   *cell;

	foreach(cell, relations)
	{
		if (lfirst_oid(cell) != table)
			return false;
	}
	return true;
}

/* May we watch the plan ourselves? */
static bool
is_simple(const CachedPlanSource *source, Oid table)
{
	ListCell   *cell;

	if (source->dependsOnRLS || !depends_on_table_alone(source->relationOids, table) || !add_dependencies(source->invalItems))
		return false;
	foreach(cell, source->gplan->stmt_list)
	{
		PlannedStmt *statement = lfirst_node(PlannedStmt, cell);

		if (!depends_on_table_alone(statement->relationOids, table) || !add_dependencies(statement->invalItems))
			return false;
	}
	return true;
}

/* ---- kept plans ---- */

static CachedPlanSource *
plan_source(SPIPlanPtr plan)
{
	return linitial(SPI_plan_get_plan_sources(plan));
}

/*
 * Citus adds a plan for each shard of this node that a kept plan meets, and some of its versions add one for each execution. It keeps
 * them in the memory of the kept plan.
 */
static bool
is_overgrown(const CachedPlan *generic)
{
	return MemoryContextMemAllocated(generic->context, false) > MAX_PLAN_MEMORY;
}

bool
dyn_plan_usable(const DynTable *table, const DynPlan *plan)
{
	CachedPlanSource *source;

	if (plan->plan == NULL)
		return false;
	source = plan_source(plan->plan);
	if (!source->is_saved && (!table->valid || plan->epoch != epoch))
		return false;
	if (!source->is_valid || !source->gplan || !source->gplan->is_valid || source->generation != plan->generation)
		return false;
	if (table->distributed && is_overgrown(source->gplan))
		return false;

	/* PostgreSQL would make the plan again: row security has changed. */
	return !source->dependsOnRLS || (source->rewriteRoleId == GetUserId() && source->rewriteRowSecurity == row_security);
}

void
dyn_plan_drop(DynTable *table, DynPlan *plan)
{
	SPIPlanPtr	old = plan->plan;

	if (old == NULL)
		return;
	plan->plan = NULL;
	plan->point = NULL;
	if (running > 0)
	{
		MemoryContext context = MemoryContextSwitchTo(table->context);

		table->retired_plans = lappend(table->retired_plans, old);
		dyn_table_set_invalid(table);
		MemoryContextSwitchTo(context);
		return;
	}
	SPI_freeplan(old);
}

/* ---- making ---- */

/* For a tiny table it would be cheaper to read the whole table, or to read the list of keys once for each row. */
static void
show_large(RelOptInfo *rel)
{
	ListCell   *cell;

	rel->tuples = Max(rel->tuples, PLANNED_ROWS);
	rel->pages = Max(rel->pages, PLANNED_PAGES);
	foreach(cell, rel->indexlist)
	{
		IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);

		index->tuples = Max(index->tuples, PLANNED_ROWS);
		index->pages = Max(index->pages, PLANNED_PAGES);
	}
}

static void
show_planned_index(PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel)
{
	ListCell   *cell;

	if (next_relation_info_hook)
		next_relation_info_hook(root, relid, inhparent, rel);
	if (relid != planned_table || !OidIsValid(planned_index))
		return;
	foreach(cell, rel->indexlist)
	{
		if (lfirst_node(IndexOptInfo, cell)->indexoid != planned_index)
			rel->indexlist = foreach_delete_current(rel->indexlist, cell);
	}
	show_large(rel);
}

static void
install_hook(void)
{
	static bool installed = false;

	if (installed)
		return;
	next_relation_info_hook = get_relation_info_hook;
	get_relation_info_hook = show_planned_index;
	installed = true;
}

/* A trigger of the user may have dropped the table within the request. */
static Oid
primary_key(Oid relid)
{
	Relation	rel = try_table_open(relid, NoLock);
	Oid			result;

	if (rel == NULL)
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found");
	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	result = rel->rd_pkindex;
	table_close(rel, NoLock);
	return result;
}

/* Until the end of the GUC nest level. */
static void
set_planner_option(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* PostgreSQL drops the generic plan of a plan that it begins to keep. */
static void
keep_for_postgres(SPIPlanPtr made)
{
	if (SPI_keepplan(made) != 0)
		elog(ERROR, "a plan cannot be kept: %s", SPI_result_code_string(SPI_result));
	ReleaseCachedPlan(SPI_plan_get_cached_plan(made), CurrentResourceOwner);
}

static void
make_plan(DynPlan *plan, const DynTable *table, const char *sql, int nargs, Oid *types)
{
	int			level = NewGUCNestLevel();
	uint64		changes_before = changes;
	SPIPlanPtr	made;
	CachedPlan *generic;

	set_planner_option("enable_indexscan", "on");
	set_planner_option("enable_seqscan", "off");
	set_planner_option("enable_bitmapscan", "off");
	set_planner_option("enable_sort", "off");
	set_planner_option("enable_hashjoin", "off");	/* lists of keys are joined in their order, by the index */
	set_planner_option("enable_mergejoin", "off");
	set_planner_option("enable_material", "off");
	set_planner_option("jit", "off");			/* would take longer than any page */
	plan->epoch = epoch;		/* before anything is looked up, so that later changes are noticed */
	made = SPI_prepare_cursor(sql, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	if (made == NULL)
		elog(ERROR, "%s: %s", SPI_result_code_string(SPI_result), sql);
	generic = SPI_plan_get_cached_plan(made);
	if (generic == NULL)
		elog(ERROR, "no generic plan for: %s", sql);
	ReleaseCachedPlan(generic, NULL);
	if (!table->distributed && is_simple(plan_source(made), table->relid))
	{
		CachedPlanSetParentContext(plan_source(made), made->plancxt);
		MemoryContextSetParent(made->plancxt, CacheMemoryContext);
	}
	else
		keep_for_postgres(made);
	if (changes != changes_before)
		plan->epoch = 0;		/* perhaps of something that was not a dependency yet: valid for this use only */
	plan->plan = made;
	plan->generation = plan_source(made)->generation;
	AtEOXact_GUC(true, level);
}

void
dyn_plan_make(DynTable *table, DynPlan *plan, Oid index, const char *sql, int nargs, Oid *types)
{
	dyn_plan_drop(table, plan);
	plan->generation = NO_GENERATION;

	install_hook();
	dyn_unchecked_init();
	watch_dependencies();
	if (!OidIsValid(index))
		index = table->primary_key = primary_key(table->relid);
	planned_index = index;
	planned_table = table->relid;
	PG_TRY();
	{
		make_plan(plan, table, sql, nargs, types);
	}
	PG_FINALLY();
	{
		planned_table = planned_index = InvalidOid;
	}
	PG_END_TRY();
}

/* ---- running ---- */

void
dyn_plan_set_param(ParamListInfo params, int position, Oid type, Datum value)
{
	params->params[position - 1] = (ParamExternData) {.value = value, .pflags = PARAM_FLAG_CONST, .ptype = type};
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	DynPlanReceiver *receiver = (DynPlanReceiver *) self;
	bool		null;
	Datum		value = slot_getattr(slot, 1, &null);

	return null || receiver->receive(receiver->arg, value);
}

static void
check_type(DestReceiver *self, int operation, TupleDesc columns)
{
	DynPlanReceiver *receiver = (DynPlanReceiver *) self;

	if (OidIsValid(receiver->type) && (columns->natts < 1 || TupleDescAttr(columns, 0)->atttypid != receiver->type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"item\" of the table is not of type dynapg.item")));
}

static void
ignore_end(DestReceiver *self)
{
}

DynPlanReceiver
dyn_plan_receiver(DynPlanReceive receive, void *arg, Oid type)
{
	return (DynPlanReceiver) {
		.pub = {receive_row, check_type, ignore_end, ignore_end, DestNone},
		.receive = receive,
		.arg = arg,
		.type = type
	};
}

static struct varlena *
plain_item(Datum value)
{
	struct varlena *item = (struct varlena *) DatumGetPointer(value);

	return VARATT_IS_EXTERNAL(item) || VARATT_IS_COMPRESSED(item) ? detoast_attr(item) : item;
}

/* DynPlanReceive */
static bool
receive_item(void *arg, Datum value)
{
	DynPlanItems *items = arg;
	MemoryContext old = MemoryContextSwitchTo(items->context);
	bool		more = items->consume(items->arg, plain_item(value));

	MemoryContextSwitchTo(old);
	MemoryContextReset(items->context);
	return more;
}

/* Does the item have the attribute, with a valid key value, and does the row's column hold it? */
static bool
key_fits(const DynKeyAttr *attr, uint32 *at, uint32 max_size, DynKeyForm form, DynValue root, TupleTableSlot *slot, int column)
{
	DynValue	value = dyn_map_get_near(root, attr->name, attr->len, at);
	bool		null;
	Datum		datum = slot_getattr(slot, column, &null);

	return value.tag == attr->tag && value.len > 0 && value.len <= max_size && !null && dyn_key_is_datum(value, datum, form);
}

static bool
row_fits(DynPlanItems *items, const struct varlena *item, TupleTableSlot *slot)
{
	const DynTable *table = items->table;
	DynValue	root = dyn_item_root(item);

	return key_fits(&table->pk, &items->pk_at, DYN_MAX_PK_SIZE, DYN_KEY_PART, root, slot, 2) &&
		(table->sk.tag == 0 || key_fits(&table->sk, &items->sk_at, DYN_MAX_SK_SIZE, DYN_KEY_WHOLE, root, slot, 3));
}

static bool
receive_keyed_row(TupleTableSlot *slot, DestReceiver *self)
{
	DynPlanItems *items = (DynPlanItems *) self;
	MemoryContext old = MemoryContextSwitchTo(items->context);
	bool		null;
	Datum		value = slot_getattr(slot, 1, &null);
	struct varlena *item = null ? NULL : plain_item(value);
	bool		more = true;

	if (item != NULL && row_fits(items, item, slot))
		more = items->consume(items->arg, item);
	else
		items->misfits++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(items->context);
	if (more)
		dyn_readahead_row(&items->readahead);
	return more;
}

static void
check_column(TupleDesc columns, int column, Oid type)
{
	if (columns->natts < column || TupleDescAttr(columns, column - 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a key column of the table is not of type %s", format_type_be(type))));
}

static void
check_keyed_types(DestReceiver *self, int operation, TupleDesc columns)
{
	const DynTable *table = ((DynPlanItems *) self)->table;

	check_type(self, operation, columns);
	check_column(columns, 2, dyn_key_column_type(table->pk.tag));
	if (table->sk.tag)
		check_column(columns, 3, dyn_key_column_type(table->sk.tag));
}

void
dyn_plan_items_begin(DynPlanItems *items, const DynTable *table, DynRowConsumer consume, void *arg)
{
	*items = (DynPlanItems) {
		.receiver = dyn_plan_receiver(receive_item, items, table->item_type),
		.table = table,
		.consume = consume,
		.arg = arg,
		.context = AllocSetContextCreate(CurrentMemoryContext, "dynapg row", ALLOCSET_DEFAULT_SIZES)
	};
}

void
dyn_plan_items_begin_keyed(DynPlanItems *items, const DynTable *table, DynRowConsumer consume, void *arg)
{
	dyn_plan_items_begin(items, table, consume, arg);
	items->receiver.pub.receiveSlot = receive_keyed_row;
	items->receiver.pub.rStartup = check_keyed_types;
}

static bool
is_conflict(int sqlstate)
{
	return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/*
 * The btree's error for an entry that is too long names its index. With the cut forms of value/key.h it can only be the user's
 * own index, or one whose sort keys are full of control characters, which take twice their size. From a node the name does not come.
 */
void
dyn_plan_translate_error(MemoryContext context)
{
	int			code = geterrcode();
	ErrorData  *error;

	if (!is_conflict(code) && code != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
		return;
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	if (is_conflict(code))
	{
		FlushErrorState();
		dyn_error(DYN_E_TRANSACTION_CONFLICT, DYN_ITEM_ONGOING);
	}
	if (error->constraint_name == NULL && !dyn_citus_is_of_node(error))
		return;
	FlushErrorState();
	if (error->constraint_name == NULL)
		dyn_validation(DYN_INVALID_PARAMETER "The key attributes are too long together for an entry of an index");
	dyn_validation(DYN_INVALID_PARAMETER
				   "The key attributes are too long together for an entry of index \"%s\"", error->constraint_name);
}

static uint64
run_plan(const DynPlan *plan, ParamListInfo params, DestReceiver *dest, DynHandover *handover, bool read_only)
{
	/* Citus crashes when it meets a list without entries */
	SPIExecuteOptions options = {.params = params->numParams > 0 ? params : NULL, .dest = dest, .read_only = read_only};
	MemoryContext context = CurrentMemoryContext;
	DynHandover *saved = dyn_handover;
	int			saved_mode = plan_cache_mode;
	CachedPlanSource *source = plan_source(plan->plan);
	CachedPlan *generic = source->gplan;
	int			uses = generic->refcount;
	const CachedPlanSource *checked;
	int			rc;

	/* this may end the operation with an error: nothing is set before it */
	if (unlikely(dyn_explain_watching != NULL))
		dyn_explain_note(plan, params);
	checked = dyn_unchecked_set(source);
	running++;
	dyn_handover = handover;
	/* a session that forces custom plans would plan each statement again, with its own settings */
	if (plan_cache_mode == PLAN_CACHE_MODE_FORCE_CUSTOM_PLAN)
		plan_cache_mode = PLAN_CACHE_MODE_AUTO;
	PG_TRY();
	{
		rc = SPI_execute_plan_extended(plan->plan, &options);
		if (rc < 0)
			elog(ERROR, "a kept plan failed: %s", SPI_result_code_string(rc));
	}
	PG_CATCH();
	{
		plan_cache_mode = saved_mode;
		dyn_handover = saved;
		dyn_unchecked_set(checked);
		running--;
		/* a resource owner cannot count uses of a plan that PostgreSQL does not keep */
		if (!source->is_saved && source->gplan == generic)
			generic->refcount = uses;
		dyn_plan_translate_error(context);
		PG_RE_THROW();
	}
	PG_END_TRY();
	plan_cache_mode = saved_mode;
	dyn_handover = saved;
	dyn_unchecked_set(checked);
	running--;
	return SPI_processed;
}

uint64
dyn_plan_run(const DynPlan *plan, ParamListInfo params, DestReceiver *dest, DynHandover *handover)
{
	return run_plan(plan, params, dest, handover, false);
}

void
dyn_plan_run_range(const DynPlan *plan, ParamListInfo params, DynPlanItems *items)
{
	DynReadahead *outer = dyn_readahead_begin(&items->readahead, &items->receiver.pub);

	PG_TRY();
	{
		(void) dyn_plan_run(plan, params, &items->receiver.pub, dyn_handover);
	}
	PG_FINALLY();
	{
		dyn_readahead_watch(outer);
	}
	PG_END_TRY();
	dyn_readahead_end(&items->readahead);
}

void
dyn_plan_run_once(const char *sql, ParamListInfo params, DestReceiver *dest)
{
	SPIExecuteOptions options = {.params = params, .dest = dest};
	MemoryContext context = CurrentMemoryContext;
	int			rc;

	if (unlikely(dyn_explain_watching != NULL))
		dyn_explain_note_text(sql, params);
	PG_TRY();
	{
		rc = SPI_execute_extended(sql, &options);
		if (rc < 0)
			elog(ERROR, "%s: %s", SPI_result_code_string(rc), sql);
	}
	PG_CATCH();
	{
		dyn_plan_translate_error(context);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

uint64
dyn_plan_read(const DynPlan *plan, ParamListInfo params, DestReceiver *dest)
{
	return run_plan(plan, params, dest, dyn_handover, true);
}
