/*
 * table_combine.c - which members an UpdateTable request may combine
 *
 * One request makes one kind of change. Only the billing mode can be combined with others: with throughput, which it may need,
 * with on-demand limits, with a stream, with changes of indexes. Errors are reported before the table is looked up.
 */
#include "postgres.h"

#include "api/table_check.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "base/request.h"

#define STRONG_REGIONS	3		/* of a global table with strong consistency */

/* A kind of change. */
typedef enum Concern
{
	CONCERN_SSE = 1 << 0,
	CONCERN_CLASS = 1 << 1,
	CONCERN_PROTECTION = 1 << 2,
	CONCERN_WARM = 1 << 3,
	CONCERN_ON_DEMAND = 1 << 4,
	CONCERN_STREAM = 1 << 5,
	CONCERN_THROUGHPUT = 1 << 6,
	CONCERN_BILLING = 1 << 7,
	CONCERN_INDEXES = 1 << 8,
	CONCERN_REPLICAS = 1 << 9
} Concern;

static const struct
{
	const char *member;
	Concern		concern;
	bool		is_units;		/* a structure that means nothing when it is empty */
}			concerns[] = {
	{"SSESpecification", CONCERN_SSE, false},
	{"TableClass", CONCERN_CLASS, false},
	{"DeletionProtectionEnabled", CONCERN_PROTECTION, false},
	{"WarmThroughput", CONCERN_WARM, true},
	{"OnDemandThroughput", CONCERN_ON_DEMAND, true},
	{"StreamSpecification", CONCERN_STREAM, false},
	{"ProvisionedThroughput", CONCERN_THROUGHPUT, false},
	{"BillingMode", CONCERN_BILLING, false},
	{"GlobalSecondaryIndexUpdates", CONCERN_INDEXES, false},
	{"VectorIndexUpdates", CONCERN_INDEXES, false},
	{"ReplicaUpdates", CONCERN_REPLICAS, false},
	{"MultiRegionConsistency", CONCERN_REPLICAS, false},
	{"GlobalTableWitnessUpdates", CONCERN_REPLICAS, false},
	{"GlobalTableSettingsReplicationMode", CONCERN_REPLICAS, false},
	{"DisassociationProtectionEnabled", CONCERN_REPLICAS, false},
};

/* The request's kinds of change, a set of Concern. */
static int
concerns_of(const DynJson *request)
{
	int			set = 0;

	for (int i = 0; i < lengthof(concerns); i++)
	{
		const DynJson *member = dyn_request_member(request, concerns[i].member);

		if (member && !(concerns[i].is_units && dyn_json_count(member) == 0))
			set |= concerns[i].concern;
	}
	return set;
}

/* Is there an index to be made or dropped?  with_drops: or dropped. */
static bool
builds_index(const DynJson *request, bool with_drops)
{
	static const char *const lists[] = {"GlobalSecondaryIndexUpdates", "VectorIndexUpdates"};

	for (int i = 0; i < lengthof(lists); i++)
	{
		const DynJson *changes = dyn_request_member(request, lists[i]);

		for (const DynJson *change = changes ? dyn_json_first(changes) : NULL; change; change = dyn_json_next(change))
			if (dyn_request_member(change, "Create") || (with_drops && dyn_request_member(change, "Delete")))
				return true;
	}
	return false;
}

/* A change that cannot be combined with others. */
static void
check_alone(int set, Concern concern, const char *text)
{
	if ((set & concern) && set != (int) concern)
		dyn_validation(DYN_INVALID_PARAMETER "%s must be the only operation in the request", text);
}

/* The first element of a list; NULL where there is none. */
static const DynJson *
first_of(const DynJson *request, const char *member)
{
	const DynJson *list = dyn_request_member(request, member);

	return list ? dyn_json_first(list) : NULL;
}

/* A table has no replica: what the service says of those that a request names. */
static void
check_replica(const DynJson *update)
{
	const DynJson *create = dyn_request_member(update, "Create");
	const DynJson *change = dyn_request_member(update, "Update");
	const DynJson *drop = dyn_request_member(update, "Delete");
	const DynJson *any = create ? create : change ? change : drop;

	if (any && dyn_request_is(any, "RegionName", dyn_namespace_region()))
		dyn_validation("Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or "
					   "UpdateTable as required.");
	if (change || drop)
		dyn_validation("Replica specified in the Replica Update or Replica Delete action of the request was not found.");
}

/* Global tables do not exist here.  A request that the service refuses, too, gets the service's text. */
static void
refuse_replicas(const DynJson *request)
{
	bool		is_strong = dyn_request_is(request, "MultiRegionConsistency", "STRONG");
	int			regions = 0;

	if (dyn_request_member(request, "GlobalTableWitnessUpdates") && !is_strong)
		dyn_validation("MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is present");
	for (const DynJson *update = first_of(request, "ReplicaUpdates"); update; update = dyn_json_next(update))
	{
		check_replica(update);
		regions += dyn_request_member(update, "Create") != NULL;
	}
	for (const DynJson *update = first_of(request, "GlobalTableWitnessUpdates"); update; update = dyn_json_next(update))
		regions += dyn_request_member(update, "Create") != NULL;
	if (is_strong && regions != STRONG_REGIONS - 1)
		dyn_validation("Unsupported table replica count for global tables with MultiRegionConsistency set to STRONG");
	dyn_table_check_no_global_table(request);
}

/* An update of an index needs units in its WarmThroughput, whatever else is wrong with the request. */
static void
check_index_warmth(const DynJson *changes)
{
	for (const DynJson *change = changes ? dyn_json_first(changes) : NULL; change; change = dyn_json_next(change))
	{
		const DynJson *update = dyn_request_member(change, "Update");
		const DynJson *warm = dyn_request_member(update, "WarmThroughput");
		DynSlice	name = dyn_request_string(update, "IndexName");

		if (warm && !dyn_request_member(warm, "ReadUnitsPerSecond") && !dyn_request_member(warm, "WriteUnitsPerSecond"))
			dyn_validation(DYN_INVALID_PARAMETER "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
						   "specified for index: %.*s", (int) name.len, name.data);
	}
}

/* No member that asks for a change; one that is no change of its own is not listed. */
static void
refuse_nothing(const char *consistency)
{
	dyn_validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
				   "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, %sDeletionProtectionEnabled, "
				   "OnDemandThroughput, WarmThroughput or TableClass is required", consistency);
}

/* Is MultiRegionConsistency the only member that asks for something? */
static bool
is_consistency_alone(const DynJson *request)
{
	for (int i = 0; i < lengthof(concerns); i++)
		if (dyn_request_member(request, concerns[i].member) && strcmp(concerns[i].member, "MultiRegionConsistency") != 0)
			return false;
	return dyn_request_member(request, "MultiRegionConsistency") != NULL;
}

void
dyn_table_combine_members(const DynJson *request)
{
	const DynJson *changes = dyn_request_member(request, "GlobalSecondaryIndexUpdates");
	const DynJson *vector_changes = dyn_request_member(request, "VectorIndexUpdates");
	bool		no_changes = changes && dyn_json_count(changes) == 0;
	bool		no_vector_changes = vector_changes && dyn_json_count(vector_changes) == 0;
	int			set = concerns_of(request);
	bool		units_only = (set & CONCERN_THROUGHPUT) && !(set & CONCERN_BILLING);

	check_index_warmth(changes);
	if (set == 0 || (no_changes && !vector_changes && set == CONCERN_INDEXES))
		refuse_nothing("MultiRegionConsistency, ");
	if (is_consistency_alone(request))
		refuse_nothing("");
	refuse_replicas(request);
	if (no_changes)
		dyn_validation(DYN_INVALID_PARAMETER "List of GlobalSecondaryIndexUpdates is empty");
	if (no_vector_changes)
		dyn_validation(DYN_INVALID_PARAMETER "List of VectorIndexUpdates is empty");
	check_alone(set, CONCERN_SSE, "Server-Side Encryption modification");
	check_alone(set, CONCERN_CLASS, "TableClass modification");
	check_alone(set, CONCERN_PROTECTION, "DeletionProtection modification");
	if ((set & CONCERN_WARM) && builds_index(request, false))
		dyn_validation(DYN_INVALID_PARAMETER "Create global secondary index cannot be specified when updating WarmThroughput");
	check_alone(set, CONCERN_WARM, "WarmThroughput");
	if ((set & CONCERN_ON_DEMAND) && (set & ~(CONCERN_ON_DEMAND | CONCERN_BILLING)))
		dyn_validation(DYN_INVALID_PARAMETER "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
	if ((set & CONCERN_STREAM) && ((set & CONCERN_THROUGHPUT) || dyn_request_is(request, "BillingMode", "PROVISIONED")))
		dyn_validation(DYN_INVALID_PARAMETER "You cannot modify stream status while updating table IOPS");
	if (units_only && builds_index(request, true))
		dyn_validation(DYN_INVALID_PARAMETER "You cannot create or delete index while updating table IOPS");
	if ((set & CONCERN_STREAM) && builds_index(request, true))
		dyn_validation(DYN_INVALID_PARAMETER "You cannot create or delete index while changing stream status");
}
