/*
 * table_check.h - the parameters that CreateTable and UpdateTable share, checks and settings
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
 * mode; index is NULL for the table's own.  current has the present values, which stay where no new ones are given; NULL if
 * there are none.
 */
extern DynUnits dyn_table_check_on_demand(const DynJson *object, bool pay_per_request, const char *index,
									const DynUnits *current);
extern DynUnits dyn_table_check_warm(const DynJson *object, const char *index, const DynThroughput *throughput,
							   bool pay_per_request, const DynUnits *current);

/* The settings of one new global index, of a new table or of an update. */
extern DynIndexSettings dyn_table_check_new_index(const DynJson *index, bool pay_per_request, bool of_update);

/* SSESpecification into settings. */
extern void dyn_table_check_sse(const DynJson *request, DynTableSettings *settings);

/* TableClass of a request, NULL where it has none. */
extern char *dyn_table_check_class(const DynJson *request);

/* Raises an error for an invalid list of tags, or one that is too long; the list has passed its shape. */
extern void dyn_tags_check(const DynJson *tags);

/* The same for the keys of tags to remove, of which there has to be one. */
extern void dyn_tags_check_keys(const DynJson *keys);

/* Enables the stream of the table, with a label that no stream of a table of that name has. */
extern void dyn_table_check_stream_on(const DynJson *stream, const char *table_name, DynTableSettings *settings);

/* Raises an error for members of an UpdateTable request that exclude each other, or if there are none. */
extern void dyn_table_combine_members(const DynJson *request);

/* Refuses the members of global tables, which this server does not have. */
extern void dyn_table_check_no_global_table(const DynJson *request);

#endif							/* DYNAPG_API_TABLE_CHECK_H */
