/*
 * nodes.c - the nodes of Citus know the distributed tables, so that the front of each can serve their items
 */
#include "postgres.h"

#include "database/citus.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/nodes.h"

/* The statement that gives a node the table's rows; NULL where it has none.  Names and rows are literals of it. */
static char *
informing_statement(Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	if (dyn_sql_run("SELECT pg_catalog.format('SELECT dynapg.accept_table(%L::pg_catalog.regclass, %L::pg_catalog.json, "
					"%L::pg_catalog.json)', pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.row_to_json(t), "
					"(SELECT COALESCE(pg_catalog.json_agg(i ORDER BY i.position), '[]') FROM dynapg.indexes i "
					"WHERE i.table_relid OPERATOR(pg_catalog.=) t.relid)) "
					"FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid "
					"JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
					"WHERE t.relid OPERATOR(pg_catalog.=) $1", &args, 1) == 0)
		return NULL;
	return dyn_sql_get_text(0, 1);
}

bool
dyn_nodes_inform(Oid relid)
{
	AttrNumber	column;
	char	   *statement;

	if (dyn_citus_kind(relid, &column) != DYN_CITUS_HASH || dyn_citus_is_worker())
		return false;
	statement = informing_statement(relid);
	return statement != NULL && dyn_citus_run_on_nodes(dyn_installation_require()->owner, statement);
}
