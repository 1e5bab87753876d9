/*
 * table_check.h - the parameters that CreateTable and UpdateTable share, checked and taken over
 */
#ifndef DYNAPG_API_TABLE_CHECK_H
#define DYNAPG_API_TABLE_CHECK_H

#include "api/table_keys.h"
#include "base/json.h"
#include "tables/settings.h"

/* The capacity units of a ProvisionedThroughput, in bounds; index is NULL for the table's own. */
extern void dyn_table_check_throughput(const DynJson *throughput, const char *index, DynThroughput *into);

/*
 * OnDemandThroughput and WarmThroughput of a request or an index in it (object), checked against the billing
 * mode; index is NULL for the table's own.  current is what is there already, which stays where nothing new
 * is given; NULL where there is nothing yet.
 */
extern DynUnits dyn_table_check_on_demand(const DynJson *object, bool pay_per_request, const char *index,
									const DynUnits *current);
extern DynUnits dyn_table_check_warm(const DynJson *object, const char *index, const DynThroughput *throughput,
							   bool pay_per_request, const DynUnits *current);

/* The settings of one new global index. */
extern DynIndexSettings dyn_table_check_new_index(const DynJson *index, bool pay_per_request);

/* SSESpecification into settings. */
extern void dyn_table_check_sse(const DynJson *request, DynTableSettings *settings);

/* TableClass of a request, NULL where it has none. */
extern char *dyn_table_check_class(const DynJson *request);

/* Raises what is wrong with a list of tags, which may be too long too; the list is no other than a shape allows. */
extern void dyn_tags_check(const DynJson *tags);

/* Raises what is wrong with the text of a resource policy. */
extern void dyn_table_check_policy(DynSlice policy);

/* Switches the stream of the table on, with a label that no stream of a table of that name has. */
extern void dyn_table_check_stream_on(const DynJson *stream, const char *table_name, DynTableSettings *settings);

/* Raises what is wrong with the members that an UpdateTable request has together, or with having none. */
extern void dyn_table_combine_members(const DynJson *request);

/* Refuses the members of global tables, which this server does not have. */
extern void dyn_table_check_no_global_table(const DynJson *request);

#endif							/* DYNAPG_API_TABLE_CHECK_H */
