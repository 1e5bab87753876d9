/*
 * table_update.c - UpdateTable
 *
 * A change is checked against the table's row, locked, and takes effect with the transaction: the table is never really
 * UPDATING. An index is added or dropped as described in tables/index.h: within the transaction or in the background.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_check.h"
#include "api/table_describe.h"
#include "api/table_keys.h"
#include "api/table_vectors.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "changes/stream.h"
#include "database/citus.h"
#include "store/index_build.h"
#include "tables/catalog.h"
#include "tables/index.h"
#include "tables/name.h"
#include "tables/settings.h"
#include "value/value.h"

typedef struct Update
{
	const DynJson *request;
	DynTableDef *def;
	DynTableSettings *settings;
	DynTableSettings before;
	DynIndexSettings **index_settings;	/* parallel to def->indexes */
	DynIndexSettings *index_before; /* parallel to them */
	const DynJson *create;		/* the one new global index, or NULL */
	const DynJson *create_vector;	/* the one new vector index, or NULL */
	const DynIndex *drop;	/* the one index to drop, or NULL */
	bool		to_on_demand;	/* the billing mode changes */
	bool		to_provisioned;
} Update;

/* The GlobalSecondaryIndexUpdates, NULL when there are none. */
static const DynJson *
first_index_change(const DynJson *request)
{
	const DynJson *changes = dyn_request_member(request, "GlobalSecondaryIndexUpdates");

	return changes ? dyn_json_first(changes) : NULL;
}

static const DynJson *
first_vector_change(const DynJson *request)
{
	const DynJson *changes = dyn_request_member(request, "VectorIndexUpdates");

	return changes ? dyn_json_first(changes) : NULL;
}

/* ---- throughput ---- */

/* Sets new units and records when they went up or down; index is NULL for the table's own. */
static void
change_throughput(const DynJson *json, DynThroughput *throughput, const char *index)
{
	DynThroughput changed = *throughput;
	const char *name = index ? psprintf("the index %s", index) : "the table";
	const char *owner = index ? psprintf("index %s", index) : "the table";

	dyn_table_check_throughput(json, index, &changed);
	if (changed.read == throughput->read && changed.write == throughput->write)
		dyn_validation("The provisioned throughput for %s will not change. The requested value equals the current value. "
					   "Current ReadCapacityUnits provisioned for %s: " INT64_FORMAT ". Requested ReadCapacityUnits: "
					   INT64_FORMAT ". Current WriteCapacityUnits provisioned for %s: " INT64_FORMAT
					   ". Requested WriteCapacityUnits: " INT64_FORMAT ". Refer to the Amazon DynamoDB Developer Guide for "
					   "current limits and how to request higher limits.", name, owner, throughput->read, changed.read,
					   owner, throughput->write, changed.write);
	if (throughput->read == 0)
	{
		*throughput = changed;	/* it had none: PAY_PER_REQUEST */
		return;
	}
	if (changed.read > throughput->read || changed.write > throughput->write)
		changed.increased = dyn_settings_now();
	if (changed.read < throughput->read || changed.write < throughput->write)
	{
		changed.decreases = dyn_settings_decreases_today(throughput) + 1;
		changed.decreased = dyn_settings_now();
	}
	*throughput = changed;
}

/* The end of provisioned units is a decrease by its time, but does not count as one. */
static void
leave_provisioned(DynThroughput *throughput)
{
	throughput->decreases = dyn_settings_decreases_today(throughput);
	throughput->decreased = dyn_settings_now();
	throughput->read = 0;
	throughput->write = 0;
}

static void
change_billing(Update *update)
{
	DynTableSettings *settings = update->settings;
	const DynJson *throughput = dyn_request_member(update->request, "ProvisionedThroughput");
	bool		wants_on_demand = dyn_request_is(update->request, "BillingMode", "PAY_PER_REQUEST");
	bool		wants_provisioned = dyn_request_is(update->request, "BillingMode", "PROVISIONED");

	update->to_on_demand = wants_on_demand && !settings->pay_per_request;
	update->to_provisioned = wants_provisioned && settings->pay_per_request;
	if (throughput && wants_on_demand)
		dyn_validation(DYN_INVALID_PARAMETER "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST");
	if (throughput && settings->pay_per_request && !wants_provisioned)
		dyn_validation(DYN_INVALID_PARAMETER "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
					   "is PAY_PER_REQUEST");
	if (wants_provisioned && !throughput)
		dyn_validation(DYN_INVALID_PARAMETER "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");

	if (update->to_on_demand)
	{
		settings->pay_per_request = true;
		settings->pay_per_request_since = dyn_settings_now();
		leave_provisioned(&settings->throughput);
		for (int i = 0; i < update->def->nindexes; i++)
			leave_provisioned(&update->index_settings[i]->throughput);
	}
	if (update->to_provisioned)
	{
		if (update->def->nvectors > 0)
			dyn_table_vectors_check_billing(false);
		settings->pay_per_request = false;
		settings->on_demand.set = false;
		for (int i = 0; i < update->def->nindexes; i++)
			update->index_settings[i]->on_demand.set = false;
	}
	if (throughput)
		change_throughput(throughput, &settings->throughput, NULL);
}

/* Leaving PAY_PER_REQUEST requires the units of every index. */
static void
require_index_units(const Update *update)
{
	StringInfoData missing;

	if (!update->to_provisioned)
		return;
	initStringInfo(&missing);
	for (int i = 0; i < update->def->nindexes; i++)
	{
		const DynIndex *index = &update->def->indexes[i];

		if (index->kind != DYN_INDEX_GLOBAL || update->index_settings[i]->throughput.read > 0 ||
			update->drop == index)
			continue;
		appendStringInfo(&missing, "%s%s", missing.len > 0 ? "," : "", index->name);
	}
	if (missing.len > 0)
		dyn_validation(DYN_INVALID_PARAMETER "ProvisionedThroughput must be specified for index: %s", missing.data);
}

/* ---- indexes ---- */

/* The index of the table with that name; raises an error for an unknown or a local one. verb names the change. */
static int
find_global_index(const Update *update, const char *name, const char *verb)
{
	const DynTableDef *def = update->def;

	for (int i = 0; i < def->nindexes; i++)
	{
		if (strcmp(def->indexes[i].name, name) != 0)
			continue;
		if (def->indexes[i].kind != DYN_INDEX_GLOBAL)
			dyn_validation("Cannot %s an index that is not a GlobalSecondaryIndex: %s", verb, name);
		return i;
	}
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Index %s for table %s", name, dyn_namespace_text_name(def->name));
}

static void
refuse_deleting(const Update *update, const DynIndex *index)
{
	if (index->status == DYN_INDEX_DELETING)
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Index is being deleted.  "
				  "Table: %s Index: %s", dyn_namespace_text_name(update->def->name), index->name);
}

static void
refuse_second_build(void)
{
	dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
			  "per table");
}

/* Does the change have that pair of units, with at least one of them? */
static bool
has_units(const DynJson *change, const char *member)
{
	const DynJson *units = dyn_request_member(change, member);

	return units && dyn_json_count(units) > 0;
}

static void
change_index(Update *update, const DynJson *change)
{
	char	   *name = dyn_request_cstring(change, "IndexName");
	int			at = find_global_index(update, name, "update");
	DynIndexSettings *settings = update->index_settings[at];
	const DynJson *throughput = dyn_request_member(change, "ProvisionedThroughput");
	bool		on_demand = update->settings->pay_per_request;

	refuse_deleting(update, &update->def->indexes[at]);
	if (throughput && on_demand)
		dyn_validation(DYN_INVALID_PARAMETER "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: %s when "
					   "BillingMode is PAY_PER_REQUEST", name);
	if (!throughput && !has_units(change, "OnDemandThroughput") && !dyn_request_member(change, "WarmThroughput"))
	{
		if (on_demand)
			dyn_validation(DYN_INVALID_PARAMETER "The only Updates for index: %s when TableThroughputMode is PAY_PER_REQUEST can be "
						   "to OnDemandThroughput, WarmThroughput", name);
		dyn_validation(DYN_INVALID_PARAMETER "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: %s", name);
	}
	if (throughput)
		change_throughput(throughput, &settings->throughput, name);
	settings->on_demand = dyn_table_check_on_demand(change, on_demand, name, &settings->on_demand);
	settings->warm = dyn_table_check_warm(change, name, &settings->throughput, on_demand, &settings->warm);
}

/* The name of the index in a change. */
static DynSlice
changed_name(const DynJson *change)
{
	static const char *const kinds[] = {"Update", "Create", "Delete"};

	for (int i = 0; i < lengthof(kinds); i++)
		if (dyn_request_member(change, kinds[i]))
			return dyn_request_string(dyn_request_member(change, kinds[i]), "IndexName");
	dyn_validation(DYN_INVALID_PARAMETER "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
				   "GlobalSecondaryIndexUpdate.Delete must not be null");
}

static int
compare_names(const void *a, const void *b)
{
	const DynSlice *one = a;
	const DynSlice *other = b;

	return dyn_bytes_compare(one->data, one->len, other->data, other->len);
}

/* Raises an error for a name that is there twice; sorts them, as a request may have a great many. */
static void
refuse_repeated(DynSlice *names, int count)
{
	qsort(names, count, sizeof(DynSlice), compare_names);
	for (int i = 1; i < count; i++)
		if (dyn_slice_equal(names[i - 1], names[i]))
			dyn_validation(DYN_INVALID_PARAMETER "Only one global secondary index update per index is allowed "
						   "simultaneously. Index: %.*s", (int) names[i].len, names[i].data);
}

/* Each change names one kind, each index is changed once, and at most one index is created or dropped. */
static void
check_index_changes(const DynJson *request)
{
	const DynJson *changes = dyn_request_member(request, "GlobalSecondaryIndexUpdates");
	DynSlice   *names = palloc(Max(changes ? dyn_json_count(changes) : 0, 1) * sizeof(DynSlice));
	int			count = 0;
	int			builds = 0;

	for (const DynJson *change = first_index_change(request); change; change = dyn_json_next(change))
	{
		int			kinds = (dyn_request_member(change, "Update") != NULL) + (dyn_request_member(change, "Create") != NULL) +
			(dyn_request_member(change, "Delete") != NULL);

		if (kinds > 1)
			dyn_validation(DYN_INVALID_PARAMETER "Only one global secondary index action is allowed per "
						   "GlobalSecondaryIndexUpdate object");
		names[count++] = changed_name(change);
		builds += dyn_request_member(change, "Update") == NULL;
	}
	refuse_repeated(names, count);
	for (const DynJson *change = first_vector_change(request); change; change = dyn_json_next(change), builds++)
		if ((dyn_request_member(change, "Create") == NULL) == (dyn_request_member(change, "Delete") == NULL))
			dyn_validation(DYN_INVALID_PARAMETER "One of VectorIndexUpdate.Create, VectorIndexUpdate.Delete must not be null");
	if (builds > 1)
		refuse_second_build();
}

/* While an index is being built or dropped there can be no second one; the one that is being built can be dropped. */
static void
check_unfinished(const Update *update)
{
	const DynIndex *unfinished = dyn_index_unfinished(update->def);

	if (!unfinished || (!update->create && !update->create_vector && (!update->drop || update->drop == unfinished)))
		return;
	dyn_index_build_resume(update->def);
	refuse_second_build();
}

/* The new index has a name of its own, and there is room for it. */
static void
check_new_index(const Update *update)
{
	const DynTableDef *def = update->def;
	char	   *name = dyn_request_cstring(update->create, "IndexName");
	int			globals = 0;

	for (int i = 0; i < dyn_def_count(def); i++)
	{
		const DynIndex *index = dyn_def_index(def, i);

		if (strcmp(index->name, name) == 0)
			dyn_validation("Attempting to create an index which already exists");
		globals += index->kind == DYN_INDEX_GLOBAL;
	}
	if (globals == DYN_MAX_GSI)
		dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of %d",
				  DYN_MAX_GSI);
}

/* The same for a vector index. */
static void
check_new_vector(const Update *update)
{
	const DynTableDef *def = update->def;
	char	   *name = dyn_request_cstring(update->create_vector, "IndexName");

	dyn_table_vectors_check_billing(update->settings->pay_per_request);
	dyn_citus_refuse(def->relid, "a vector index");
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		const DynIndex *index = dyn_def_index(def, i);

		if (strcmp(index->name, name) != 0)
			continue;
		if (index->status == DYN_INDEX_CREATING)
			dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Index is being created.  "
					  "Table: %s Index: %s", dyn_namespace_text_name(def->name), name);
		refuse_deleting(update, index);
		dyn_validation("Attempting to create an index which already exists");
	}
	if (def->nvectors == DYN_MAX_VECTOR_INDEXES)
		dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: Number of vector secondary indexes exceeds per-table limit of %d",
				  DYN_MAX_VECTOR_INDEXES);
}

/* The vector index to drop. */
static const DynIndex *
find_vector(const Update *update, const DynJson *drop)
{
	const DynTableDef *def = update->def;
	char	   *name = dyn_request_cstring(drop, "IndexName");

	for (int i = 0; i < def->nvectors; i++)
	{
		const DynIndex *index = &def->vectors[i];

		if (strcmp(index->name, name) != 0)
			continue;
		refuse_deleting(update, index);
		if (dyn_index_is_allocating(def, index))
		{
			dyn_index_build_resume(def);
			dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Index creation is in resource "
					  "allocation phase. Retry deletion during backfilling phase or when the index is active. Table: %s Index: %s",
					  dyn_namespace_text_name(def->name), name);
		}
		return index;
	}
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Index %s for table %s", name, dyn_namespace_text_name(def->name));
}

static void
take_index_changes(Update *update)
{
	for (const DynJson *change = first_index_change(update->request); change; change = dyn_json_next(change))
	{
		const DynJson *drop = dyn_request_member(change, "Delete");

		if (dyn_request_member(change, "Update"))
			change_index(update, dyn_request_member(change, "Update"));
		else if (drop)
		{
			update->drop = &update->def->indexes[find_global_index(update, dyn_request_cstring(drop, "IndexName"), "delete")];
			refuse_deleting(update, update->drop);
		}
		else
			update->create = dyn_request_member(change, "Create");
	}
	for (const DynJson *change = first_vector_change(update->request); change; change = dyn_json_next(change))
	{
		if (dyn_request_member(change, "Delete"))
			update->drop = find_vector(update, dyn_request_member(change, "Delete"));
		else
			update->create_vector = dyn_request_member(change, "Create");
	}
	if (update->create)
		check_new_index(update);
	if (update->create_vector)
		check_new_vector(update);
	check_unfinished(update);
	require_index_units(update);
}

/* Adds the new index to the table's definition. */
static void
add_index(Update *update)
{
	DynTableDef *def = update->def;
	DynIndex index = {0};

	dyn_table_keys_of_new_index(update->request, update->create, def, &index);
	index.settings = dyn_table_check_new_index(update->create, update->settings->pay_per_request, true);
	dyn_index_build_add(def, &index);
	def->indexes = repalloc(def->indexes, (def->nindexes + 1) * sizeof(DynIndex));
	def->indexes[def->nindexes++] = index;
}

static void
add_vector(Update *update)
{
	DynTableDef *def = update->def;
	DynIndex index;

	dyn_table_keys_of_new_vector(update->request, update->create_vector, def, &index);
	dyn_index_build_add(def, &index);
	def->vectors = repalloc(def->vectors, (def->nvectors + 1) * sizeof(DynIndex));
	def->vectors[def->nvectors++] = index;
}

/* ---- the rest ---- */

static void
change_stream(Update *update)
{
	const DynJson *stream = dyn_request_member(update->request, "StreamSpecification");
	bool		enable = dyn_request_bool(stream, "StreamEnabled", false);
	bool		has_view = dyn_request_member(stream, "StreamViewType") != NULL;

	if (!stream)
		return;
	if (enable && !has_view)
		dyn_validation(DYN_INVALID_PARAMETER "If stream is being enabled then UpdateViewType is required");
	if (!enable && has_view)
		dyn_validation(DYN_INVALID_PARAMETER "If stream is being disabled, then UpdateViewType must not be specified");
	if (enable && update->settings->stream)
		dyn_validation("Table already has an enabled stream: TableName: %s", dyn_namespace_text_name(update->def->name));
	if (!enable && !update->settings->stream)
		dyn_validation("Table has no stream to disable: TableName: %s", dyn_namespace_text_name(update->def->name));
	if (enable)
		dyn_table_check_stream_on(stream, update->def->name, update->settings);
	else
		update->settings->stream = false;
}

/* Starts or ends the stream, after the table's row has been written. */
static void
apply_stream(const Update *update)
{
	const DynTableDef *def = update->def;
	const DynTableSettings *settings = update->settings;

	if (settings->stream && !update->before.stream)
		dyn_stream_enable(def->relid, def->name, settings->stream_label, settings->stream_view, &def->pk, &def->sk);
	if (!settings->stream && update->before.stream)
		dyn_stream_disable(def->relid);
}

static void
change_class(Update *update)
{
	char	   *wanted = dyn_table_check_class(update->request);
	const char *current = update->settings->table_class ? update->settings->table_class : "STANDARD";

	if (!wanted || strcmp(wanted, current) == 0)
		return;
	update->settings->table_class_since = dyn_settings_now();
	update->settings->table_class = wanted;
}

static void
change_sse(Update *update)
{
	const DynJson *specification = dyn_request_member(update->request, "SSESpecification");
	DynSlice	key = dyn_request_string(specification, "KMSMasterKeyId");
	StringInfoData current;

	dyn_table_check_sse(update->request, update->settings);
	if (specification && !update->settings->sse && !update->before.sse)
		dyn_validation(DYN_INVALID_PARAMETER "Table is already encrypted by default");
	if (!key.data || !update->before.sse)
		return;
	initStringInfo(&current);
	dyn_name_kms_key_arn(&current, update->before.kms_key);
	if (dyn_slice_is(key, current.data))
		dyn_validation(DYN_INVALID_PARAMETER "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if "
					   "you want to change Master Key");
}

/* Changes of these members show in the table's status; the others leave it ACTIVE. */
static DynTableState
state_shown(const Update *update)
{
	static const char *const members[] = {"BillingMode", "ProvisionedThroughput", "StreamSpecification", "TableClass"};

	for (int i = 0; i < lengthof(members); i++)
		if (dyn_request_member(update->request, members[i]))
			return DYN_TABLE_UPDATING;
	return update->create || update->create_vector || update->drop ? DYN_TABLE_UPDATING : DYN_TABLE_ACTIVE;
}

static void
read_settings(Update *update)
{
	DynTableSettings *settings = palloc(sizeof(DynTableSettings));
	int			nindexes = update->def->nindexes;

	*settings = update->def->settings;
	settings->warm = dyn_settings_warm_units(&settings->warm, &settings->throughput, settings->pay_per_request);
	update->settings = settings;
	update->before = *settings;
	update->index_settings = palloc(Max(nindexes, 1) * sizeof(DynIndexSettings *));
	update->index_before = palloc(Max(nindexes, 1) * sizeof(DynIndexSettings));
	for (int i = 0; i < nindexes; i++)
	{
		DynIndexSettings *own = palloc(sizeof(DynIndexSettings));

		*own = update->def->indexes[i].settings;
		own->warm = dyn_settings_warm_units(&own->warm, &own->throughput, settings->pay_per_request);
		update->index_settings[i] = own;
		update->index_before[i] = *own;
	}
}

/*
 * Adapts the definitions for the reply: changing units takes time on the service, so a reply has the old ones, with the time of
 * the change. So do changes of the encryption and of the class.
 */
static void
write_shown(Update *update)
{
	DynTableSettings shown = *update->settings;

	shown.warm = update->before.warm;
	shown.sse |= update->before.sse;
	shown.kms_key = update->before.kms_key;
	shown.table_class = update->before.table_class;
	shown.table_class_since = update->before.table_class_since;
	if (!update->to_on_demand && !update->to_provisioned)
		dyn_settings_keep_units(&shown.throughput, &update->before.throughput);
	if (update->to_on_demand)
		shown.pay_per_request_since = update->before.pay_per_request_since;
	update->def->settings = shown;
	for (int i = 0; i < update->def->nindexes; i++)
	{
		DynIndexSettings own = *update->index_settings[i];

		own.warm = update->index_before[i].warm;
		if (!update->to_on_demand && !update->to_provisioned)
			dyn_settings_keep_units(&own.throughput, &update->index_before[i].throughput);
		update->def->indexes[i].settings = own;
	}
}

/* Writes the settings into the definitions; nindexes are those that were there before. */
static void
write_settings(Update *update, int nindexes)
{
	DynTableSettings *settings = update->settings;

	settings->on_demand = dyn_settings_without_lifted(settings->on_demand);
	settings->warm = dyn_settings_warm_units(&settings->warm, &settings->throughput, settings->pay_per_request);
	update->def->settings = *settings;
	for (int i = 0; i < nindexes; i++)
	{
		DynIndexSettings *own = update->index_settings[i];

		own->on_demand = dyn_settings_without_lifted(own->on_demand);
		own->warm = dyn_settings_warm_units(&own->warm, &own->throughput, settings->pay_per_request);
		update->def->indexes[i].settings = *own;
	}
}

/* The reply's part for indexes that only change their settings. */
static void
show_changed_indexes(const Update *update, DynTableView *view)
{
	const DynJson *changes = dyn_request_member(update->request, "GlobalSecondaryIndexUpdates");

	view->changes = palloc0(Max(update->def->nindexes, 1) * sizeof(DynIndexChange));
	for (const DynJson *change = changes ? dyn_json_first(changes) : NULL; change; change = dyn_json_next(change))
	{
		const DynJson *own = dyn_request_member(change, "Update");
		DynIndexChange *shown;

		if (!own)
			continue;
		shown = &view->changes[find_global_index(update, dyn_request_cstring(own, "IndexName"), "update")];
		shown->units = dyn_request_member(own, "ProvisionedThroughput") || has_units(own, "OnDemandThroughput");
		shown->warm = has_units(own, "WarmThroughput");
	}
}

void
dyn_api_update_table(const DynJson *request, StringInfo reply)
{
	Update		update = {.request = request};
	DynSlice	name = dyn_params_table_name(request);
	DynTableView view = {0};
	const DynJson *created;
	int			nindexes;

	dyn_table_combine_members(request);
	check_index_changes(request);
	update.def = dyn_table_describe_find(name, true);
	read_settings(&update);
	nindexes = update.def->nindexes;

	change_billing(&update);
	take_index_changes(&update);
	update.settings->on_demand = dyn_table_check_on_demand(request, update.settings->pay_per_request, NULL,
													 &update.settings->on_demand);
	update.settings->warm = dyn_table_check_warm(request, NULL, &update.settings->throughput, update.settings->pay_per_request,
										   &update.settings->warm);
	change_stream(&update);
	change_sse(&update);
	change_class(&update);
	update.def->deletion_protection = dyn_request_bool(request, "DeletionProtectionEnabled",
													   update.def->deletion_protection);

	write_shown(&update);
	show_changed_indexes(&update, &view);
	if (update.create)
		add_index(&update);
	if (update.create_vector)
		add_vector(&update);
	view.state = state_shown(&update);
	view.warm_updating = has_units(request, "WarmThroughput");
	view.sse_updating = dyn_request_member(request, "SSESpecification") != NULL;
	view.sse_starting = view.sse_updating && !update.before.sse;
	created = update.create ? update.create : update.create_vector;
	view.creating = created ? dyn_request_cstring(created, "IndexName") : NULL;
	view.deleting = update.drop ? update.drop->name : NULL;
	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "TableDescription", update.def, view);
	appendStringInfoChar(reply, '}');

	write_settings(&update, nindexes);
	dyn_catalog_update(update.def);
	apply_stream(&update);
	if (update.drop)
		dyn_index_build_drop(update.def, update.drop);
}
