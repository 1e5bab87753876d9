/*
 * installation.h - the extension of this database: is it there, is it ours, is it of the module's version
 *
 * All code names the catalogs by their schema, dynapg. A name proves nothing: anybody who may create schemas can make one with
 * that name. So pg_extension and the extension's members decide what the installation is, and nothing is read or served unless
 *
 *		- the schema dynapg is the one of the extension dynapg, and a superuser owns it;
 *		- its catalogs are members of the extension;
 *		- the extension's version is the one that this module was built with.
 */
#ifndef DYNAPG_DATABASE_INSTALLATION_H
#define DYNAPG_DATABASE_INSTALLATION_H

#include "postgres.h"

#define DYN_TABLE_SCHEMA	"dynamodb"	/* see dyn_installation_table_schema */

typedef struct DynInstallation
{
	Oid			owner;			/* of the catalogs */
	Oid			tables;
	Oid			indexes;
	Oid			access_keys;
	Oid			access_secrets;
	Oid			table_schema;	/* dynamodb; InvalidOid where the schema of that name is not the extension's */
	Oid			streams;
} DynInstallation;

/*
 * The installation, or NULL where there is none that can be used. It is cached until one of its catalogs, a schema or a role
 * changes, so a call costs nothing. Within a transaction; the result is valid until the next call.
 */
extern const DynInstallation *dyn_installation_find(void);

/* The same; raises ServiceUnavailableException, which says what is wrong. */
extern const DynInstallation *dyn_installation_require(void);

/*
 * The schema of the data tables, for making one; raises ServiceUnavailableException where the extension has no schema with that
 * name.
 */
extern Oid	dyn_installation_table_schema(void);

/* May the role call the extension's function of that name, which has no other forms? */
extern bool dyn_installation_may_call(const char *function, Oid role);

/* Raises an error if the schema is one of the extension's and has lost its name. */
extern void dyn_installation_check_schema(Oid schema);

#endif							/* DYNAPG_DATABASE_INSTALLATION_H */
