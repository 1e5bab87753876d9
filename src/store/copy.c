/*
 * copy.c - copies of the rows of tables, which nobody but their owner can read: for backups and snapshots
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "base/compat.h"
#include "database/citus.h"
#include "database/installation.h"
#include "database/sql.h"
#include "store/copy.h"
#include "tables/catalog.h"
#include "tables/ddl.h"

void
dyn_copy_require_rights(Oid source)
{
	Oid			schema = dyn_installation_table_schema();

	if (!dyn_compat_may_create_in(schema, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, DYN_TABLE_SCHEMA);
	if (!dyn_catalog_may_read_all(source))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("the owner of table \"%s\" may not read all of its items", get_rel_name(source)),
						errdetail("A backup holds all items, and the owner of the table makes it.")));
}

/* A name for the copy that is free in the schema. Its spaces keep it apart from DynamoDB's names. */
static char *
copy_name(const char *table_name, const char *suffix)
{
	Oid			schema = dyn_installation_table_schema();
	char	   *name = dyn_ddl_relation_name(psprintf("%s %s", table_name, suffix), 0);

	for (int i = 1; OidIsValid(get_relname_relid(name, schema)); i++)
	{
		CHECK_FOR_INTERRUPTS();
		name = dyn_ddl_relation_name(psprintf("%s %s %d", table_name, suffix, i), 0);
	}
	return name;
}

/* Revokes what default privileges have granted on a new relation: policies of the data table do not protect the copy. */
static void
revoke_all(Oid relid)
{
	DynSqlArgs	args = {0};
	uint64		count;
	char	  **grantees;

	dyn_sql_oid(&args, relid);
	count = dyn_sql_run("SELECT DISTINCT CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC' "
						"ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END "
						"FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a "
						"WHERE c.oid OPERATOR(pg_catalog.=) $1 AND a.grantee OPERATOR(pg_catalog.<>) c.relowner", &args, 0);
	grantees = palloc(Max(count, 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
		grantees[i] = dyn_sql_get_text(i, 1);
	for (uint64 i = 0; i < count; i++)
		dyn_sql_run(psprintf("REVOKE ALL ON %s FROM %s", dyn_ddl_qualified_name(relid), grantees[i]), NULL, 0);
}

/* Who reads the source by row security only, such as a member of pg_read_all_data, does not read the copy. */
static void
protect_rows(Oid source, Oid copy)
{
	if (check_enable_rls(source, InvalidOid, true) != RLS_NONE)
		dyn_sql_run(psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", dyn_ddl_qualified_name(copy)), NULL, 0);
}

uint64
dyn_copy_make(const DynTableDef *def, const char *suffix, Oid *copy)
{
	char	   *name = copy_name(def->name, suffix);
	uint64		rows = dyn_sql_run(psprintf("CREATE TABLE %s AS SELECT t.pk, %st.item FROM %s t%s",
											quote_qualified_identifier(DYN_TABLE_SCHEMA, name), def->sk.tag ? "t.sk, " : "",
											dyn_ddl_qualified_name(def->relid), dyn_citus_pace_condition()), NULL, 0);

	*copy = get_relname_relid(name, dyn_installation_table_schema());
	revoke_all(*copy);
	protect_rows(def->relid, *copy);
	return rows;
}
