/*
 * namespace.h - the namespace in which this backend finds tables, the setting dynapg.namespace
 *
 * Tables of two namespaces do not see each other: every name, ARN, token and list of a request is about the tables of one. A request over
 * HTTP gets its namespace from its credentials where dynapg.http_namespaces says so, and sets it for its transaction; a job has that of
 * its table; SQL sets it.
 */
#ifndef DYNAPG_BASE_NAMESPACE_H
#define DYNAPG_BASE_NAMESPACE_H

#include "base/namespace_text.h"

/*
 * In SQL: is the full name in that column of the namespace whose beginning, dyn_namespace_prefix(), is the parameter?  The planner takes
 * the two conditions alone for rare and would sort all tables for a page of them; a CASE it takes for half of the rows.
 */
#define DYN_IN_NAMESPACE(column, parameter) \
	"(CASE WHEN pg_catalog.starts_with(" column ", " parameter ") AND pg_catalog.strpos(" column ", '/') OPERATOR(pg_catalog.=) " \
	"pg_catalog.length(" parameter ") THEN true ELSE false END)"

/* What the full names of the namespace begin with: "NAMESPACE/", or "". */
extern const char *dyn_namespace_prefix(void);

/* The full name of the table of that name; borrows the name's bytes where there is no namespace. */
extern DynSlice dyn_namespace_full(DynSlice name);

/* The same for texts that end with a zero; a text with '/', which is no name, gives one that no table has. */
extern const char *dyn_namespace_full_name(const char *name);

/* Is the table of that full name in the namespace? */
extern bool dyn_namespace_has(const char *full);

/* The AWS region that ARNs name, of the current namespace and of that of a table's full name: the namespace's, or dynapg.region. */
extern const char *dyn_namespace_region(void);
extern const char *dyn_namespace_region_of(const char *full);

/* Sets the namespace, which has to be legal: until the end of the transaction, or of the level of settings if one was begun. */
extern void dyn_namespace_enter(const char *space);

/* Sets the namespace to that of a table's full name, until another is set, if the transaction commits. */
extern void dyn_namespace_follow(const char *full);

#endif							/* DYNAPG_BASE_NAMESPACE_H */
