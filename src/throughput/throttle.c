/*
 * throttle.c - may a request use the throughput of its table, and how much did it use
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/jsonout.h"
#include "store/range.h"
#include "tables/name.h"
#include "tables/settings.h"
#include "throughput/throttle.h"

#define TABLE_EXCEEDED \
	"The level of configured provisioned throughput for the table was exceeded. " \
	"Consider increasing your provisioning level with the UpdateTable API."
#define INDEX_EXCEEDED \
	"The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. " \
	"Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API"
#define ON_DEMAND_EXCEEDED "Throughput exceeds the maximum OnDemandThroughput configured on table or index"

/* The limits of a table and of its indexes: made from their definitions when first needed, kept with the table. */
typedef struct DynThrottle
{
	bool		on_demand;
	bool		limited[DYN_ALLOWANCE_KINDS];	/* is any of these? */
	DynAllowance table;
	DynAllowance indexes[FLEXIBLE_ARRAY_MEMBER];	/* of each index; without limits for a local one */
} DynThrottle;

/* A bucket that has nothing left. */
typedef struct Refusal
{
	const DynTable *table;
	const DynIndex *index;		/* NULL: the table's own */
	DynAllowanceKind kind;
	bool		on_demand;
} Refusal;

PGDLLEXPORT Datum dynapg_throughput_left(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_throughput_left);
PGDLLEXPORT Datum dynapg_refill_throughput(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_refill_throughput);

/* ---- limits ---- */

/* Limits of a definition's units; absent or lifted ones mean no limit. */
static void
set_rates(DynAllowance *limits, bool on_demand, const DynThroughput *provisioned, const DynUnits *maximum)
{
	limits->rates[DYN_ALLOWANCE_READ] = Max(on_demand ? maximum->read : provisioned->read, 0);
	limits->rates[DYN_ALLOWANCE_WRITE] = Max(on_demand ? maximum->write : provisioned->write, 0);
}

static void
read_limits(DynThrottle *throttle, const DynTable *table)
{
	throttle->on_demand = table->pay_per_request;
	throttle->table = (DynAllowance) {.relid = table->relid};
	set_rates(&throttle->table, throttle->on_demand, &table->throughput, &table->on_demand);
	for (int i = 0; i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];
		DynAllowance *limits = &throttle->indexes[i];

		*limits = (DynAllowance) {.relid = index->relid};
		if (index->kind == DYN_INDEX_GLOBAL && OidIsValid(limits->relid))
			set_rates(limits, throttle->on_demand, &index->settings.throughput, &index->settings.on_demand);
	}
}

static const DynThrottle *
throttle_of(DynTable *table)
{
	DynThrottle *throttle;

	if (table->throttle != NULL)
		return table->throttle;
	throttle = MemoryContextAllocZero(table->context, offsetof(DynThrottle, indexes) + table->nindexes * sizeof(DynAllowance));
	read_limits(throttle, table);
	for (int kind = 0; kind < DYN_ALLOWANCE_KINDS; kind++)
	{
		throttle->limited[kind] = throttle->table.rates[kind] > 0;
		for (int i = 0; i < table->nindexes; i++)
			throttle->limited[kind] |= throttle->indexes[i].rates[kind] > 0;
	}
	table->throttle = throttle;
	return throttle;
}

bool
dyn_throttle_limits(DynTable *table, DynAllowanceKind kind)
{
	return throttle_of(table)->limited[kind];
}

/* ---- refusals ---- */

static List *
add_refusal(List *refusals, DynTable *table, const DynIndex *index, DynAllowanceKind kind)
{
	Refusal    *refusal = palloc_object(Refusal);

	*refusal = (Refusal) {.table = table, .index = index, .kind = kind, .on_demand = throttle_of(table)->on_demand};
	return lappend(refusals, refusal);
}

static bool
same_refusal(const Refusal *a, const Refusal *b)
{
	return a->table == b->table && a->index == b->index && a->kind == b->kind;
}

List *
dyn_throttle_join(List *refusals, List *more)
{
	ListCell   *cell;

	foreach(cell, more)
	{
		ListCell   *known;
		bool		found = false;

		foreach(known, refusals)
			found |= same_refusal(lfirst(known), lfirst(cell));
		if (!found)
			refusals = lappend(refusals, lfirst(cell));
	}
	return refusals;
}

static const char *
text_of(const Refusal *refusal)
{
	return refusal->on_demand ? ON_DEMAND_EXCEEDED : refusal->index != NULL ? INDEX_EXCEEDED : TABLE_EXCEEDED;
}

/* {"reason":"TableReadProvisionedThroughputExceeded","resource":its ARN} */
static void
append_reason(StringInfo out, const Refusal *refusal)
{
	StringInfoData arn;

	initStringInfo(&arn);
	if (refusal->index != NULL)
		dyn_name_index_arn(&arn, refusal->table->name, refusal->index->name);
	else
		dyn_name_table_arn(&arn, refusal->table->name);
	appendStringInfo(out, "{\"reason\":\"%s%s%s\"", refusal->index != NULL ? "Index" : "Table",
					 refusal->kind == DYN_ALLOWANCE_READ ? "Read" : "Write",
					 refusal->on_demand ? "MaxOnDemandThroughputExceeded" : "ProvisionedThroughputExceeded");
	dyn_jsonout_member(out, "resource");
	dyn_jsonout_string(out, arn.data, arn.len);
	appendStringInfoChar(out, '}');
}

void
dyn_throttle_refuse(List *refusals)
{
	StringInfoData detail;
	const Refusal *first;

	if (refusals == NIL)
		return;
	first = linitial(refusals);
	initStringInfo(&detail);
	appendStringInfoString(&detail, first->on_demand ? "{\"throttlingReasons\":[" : "{\"ThrottlingReasons\":[");
	for (int i = 0; i < list_length(refusals); i++)
	{
		if (i > 0)
			appendStringInfoChar(&detail, ',');
		append_reason(&detail, list_nth(refusals, i));
	}
	appendStringInfoString(&detail, "]}");
	dyn_error_detail(first->on_demand ? DYN_E_THROTTLING : DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED, detail.data, "%s", text_of(first));
}

List *
dyn_throttle_count(List *refusals, const DynKey *key, const struct varlena *item)
{
	ListCell   *cell;

	foreach(cell, refusals)
	{
		const Refusal *refusal = lfirst(cell);

		if (refusal->index == NULL && refusal->table->watch.throttled)
			dyn_contributors_add_key(refusal->table, key, true);
		else if (refusal->index != NULL && refusal->index->watch.throttled && item != NULL)
			dyn_contributors_add_item(refusal->table, refusal->index, item, true);
	}
	return refusals;
}

/* Raises the refusals, if any, of a page, which are counted by its partition key. */
static void
refuse_page(const DynRange *range, List *refusals)
{
	const Refusal *first = refusals != NIL ? linitial(refusals) : NULL;

	if (first != NULL && first->index == range->index)
		dyn_contributors_add_range(range, true);
	dyn_throttle_refuse(refusals);
}

void
dyn_throttle_require_page(const DynRange *range)
{
	if (unlikely(dyn_guc_throttling))
		refuse_page(range, dyn_throttle_check(range->table, range->index, DYN_ALLOWANCE_READ));
}

void
dyn_throttle_read_page(const DynRange *range, const DynCapacity *used)
{
	if (unlikely(dyn_guc_throttling))
		refuse_page(range, dyn_throttle_take(range->table, DYN_ALLOWANCE_READ, used));
}

/* ---- asking and taking ---- */

List *
dyn_throttle_check(DynTable *table, const DynIndex *index, DynAllowanceKind kind)
{
	const DynThrottle *throttle = throttle_of(table);
	const DynIndex *global = index != NULL && index->kind == DYN_INDEX_GLOBAL ? index : NULL;
	const DynAllowance *limits = global != NULL ? &throttle->indexes[global - table->indexes] : &throttle->table;

	return dyn_allowance_has_left(limits, kind) ? NIL : add_refusal(NIL, table, global, kind);
}

bool
dyn_throttle_index_exhausted(DynTable *table)
{
	const DynThrottle *throttle = throttle_of(table);

	for (int i = 0; i < table->nindexes; i++)
	{
		if (!dyn_allowance_has_left(&throttle->indexes[i], DYN_ALLOWANCE_WRITE))
			return true;
	}
	return false;
}

static double
index_units(const DynCapacity *used, int i)
{
	return used->index_units != NULL ? used->index_units[i] : 0;
}

/* The units of the table itself and of its local indexes. */
static double
own_units(const DynTable *table, const DynCapacity *used)
{
	double		units = used->table_units;

	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].kind != DYN_INDEX_GLOBAL)
			units += index_units(used, i);
	}
	return units;
}

/* The global indexes that were used and have nothing left. */
static List *
check_indexes(DynTable *table, DynAllowanceKind kind, const DynCapacity *used)
{
	const DynThrottle *throttle = throttle_of(table);
	List	   *refusals = NIL;

	for (int i = 0; i < table->nindexes; i++)
	{
		if (index_units(used, i) > 0 && !dyn_allowance_has_left(&throttle->indexes[i], kind))
			refusals = add_refusal(refusals, table, &table->indexes[i], kind);
	}
	return refusals;
}

static void
charge_indexes(DynTable *table, DynAllowanceKind kind, const DynCapacity *used)
{
	const DynThrottle *throttle = throttle_of(table);

	for (int i = 0; i < table->nindexes; i++)
	{
		if (index_units(used, i) > 0)
			dyn_allowance_charge(&throttle->indexes[i], kind, index_units(used, i));
	}
}

void
dyn_throttle_charge(DynTable *table, DynAllowanceKind kind, const DynCapacity *used)
{
	dyn_allowance_charge(&throttle_of(table)->table, kind, own_units(table, used));
	charge_indexes(table, kind, used);
}

List *
dyn_throttle_take(DynTable *table, DynAllowanceKind kind, const DynCapacity *used)
{
	double		own = own_units(table, used);
	List	   *refusals = check_indexes(table, kind, used);

	if (refusals != NIL)
		return refusals;
	if (own > 0 && !dyn_allowance_take(&throttle_of(table)->table, kind, own))
		return add_refusal(NIL, table, NULL, kind);
	charge_indexes(table, kind, used);
	return NIL;
}

/* What a write that changed nothing used: as much as a write of the item that it found, or would have stored. */
static double
units_of_nothing(const DynWrite *write, const DynChange *result)
{
	return dyn_capacity_of_write(Max(dyn_image_size(result->before), write->kind == DYN_WRITE_PUT ? dyn_item_size(write->item) : 0));
}

DynCapacity
dyn_throttle_of_write(const DynWrite *write, const DynChange *result)
{
	DynCapacity used = {0};

	if (result->status == DYN_WRITTEN)
		dyn_capacity_add_write(&used, write->table, result->before, result->after);
	else
		used.table_units = units_of_nothing(write, result);
	return used;
}

void
dyn_throttle_written(const DynWrite *write, const DynChange *result)
{
	DynCapacity used;

	if (!dyn_throttle_applies(write->table, DYN_ALLOWANCE_WRITE))
		return;
	used = dyn_throttle_of_write(write, result);
	dyn_throttle_refuse(dyn_throttle_count(dyn_throttle_take(write->table, DYN_ALLOWANCE_WRITE, &used), &write->key,
										   result->after ? result->after : result->before));
}

/* ---- transactions ---- */

void
dyn_throttle_add_transact_write(DynThrottleAction *action, const DynWrite *write, const DynChange *result)
{
	if (result->status == DYN_WRITTEN)
		dyn_capacity_add_transact_write(&action->used, write->table, result->before, result->after);
	else
		action->used.table_units += 2 * units_of_nothing(write, result);
}

static void
give_reason(DynReason *reason, List *refusals)
{
	const Refusal *first;

	if (refusals == NIL || reason->code != NULL)
		return;
	first = linitial(refusals);
	reason->code = first->on_demand ? "ThrottlingError" : "ProvisionedThroughputExceeded";
	reason->message = text_of(first);
}

void
dyn_throttle_check_actions(const DynThrottleAction *actions, DynReason *reasons, int count, DynAllowanceKind kind)
{
	for (int i = 0; i < count; i++)
		give_reason(&reasons[i], dyn_throttle_count(dyn_throttle_check(actions[i].table, NULL, kind), actions[i].key, actions[i].item));
}

void
dyn_throttle_take_actions(const DynThrottleAction *actions, DynReason *reasons, int count, DynAllowanceKind kind)
{
	if (!dyn_cancellation_is_due(reasons, count))
	{
		dyn_throttle_check_actions(actions, reasons, count, kind);
		for (int i = 0; i < count; i++)
			give_reason(&reasons[i], dyn_throttle_count(check_indexes(actions[i].table, kind, &actions[i].used),
														actions[i].key, actions[i].item));
		if (dyn_cancellation_is_due(reasons, count))
			return;
	}
	for (int i = 0; i < count; i++)
		dyn_throttle_charge(actions[i].table, kind, &actions[i].used);
}

/* ---- SQL functions ---- */

/* throughput_left() returns json: an array with an object for each bucket. */
Datum
dynapg_throughput_left(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	int			count;
	DynAllowanceState *states = dyn_allowance_list(&count);

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < count; i++)
	{
		appendStringInfo(&out, "%s{\"relid\":%u,\"kind\":\"%s\",\"units_per_second\":" INT64_FORMAT ",\"units\":%.6f}",
						 i > 0 ? "," : "", states[i].relid, states[i].kind == DYN_ALLOWANCE_READ ? "read" : "write",
						 states[i].rate, states[i].units);
	}
	appendStringInfoChar(&out, ']');
	PG_RETURN_DATUM(CStringGetTextDatum(out.data));
}

/* refill_throughput(table_name text, seconds integer) returns void */
Datum
dynapg_refill_throughput(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	int			seconds = PG_GETARG_INT32(1);
	DynTable   *table = dyn_name_find_table((DynSlice) {VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)}, DYN_NAME_CONTROL);
	const DynThrottle *throttle;

	if (seconds < -DYN_ALLOWANCE_BURST || seconds > DYN_ALLOWANCE_BURST)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("seconds must be from %d to %d", -DYN_ALLOWANCE_BURST, DYN_ALLOWANCE_BURST));
	throttle = throttle_of(table);
	dyn_allowance_set(&throttle->table, seconds);
	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].kind == DYN_INDEX_GLOBAL && OidIsValid(throttle->indexes[i].relid))
			dyn_allowance_set(&throttle->indexes[i], seconds);
	}
	PG_RETURN_VOID();
}
