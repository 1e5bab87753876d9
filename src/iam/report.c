/*
 * report.c - what the console shows beyond the API: the caller's role, statistics of the server
 *
 * The statements are constants, and what they take from a request are their arguments. They name every schema, as they run with
 * the role's rights and under its search_path. Each returns one row with one JSON object.
 */
#include "postgres.h"

#include "base/guc.h"
#include "base/namespace.h"
#include "database/sql.h"
#include "iam/report.h"

/*
 * $1: after which table, or NULL; $2: at most this number of tables; $3: are signatures checked?  $4: what the full names of the namespace
 * begin with, as $1 does.
 */
static const char role_sql[] =
	"WITH page AS ("
	" SELECT pg_catalog.substr(t.name, pg_catalog.length($4) OPERATOR(pg_catalog.+) 1) AS name, t.relid, c.relowner, c.relrowsecurity"
	" FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid"
	" WHERE ($1 IS NULL OR t.name OPERATOR(pg_catalog.>) $1) AND " DYN_IN_NAMESPACE("t.name", "$4") " ORDER BY t.name LIMIT $2"
	"), key AS ("
	" SELECT access_key_id, role, enabled, created_at FROM dynapg.access_key_list ORDER BY created_at DESC, access_key_id LIMIT 1000"
	"), managed AS ("
	" SELECT m.rolname FROM pg_catalog.pg_roles m WHERE $3 AND m.rolcanlogin"
	" AND (m.rolname OPERATOR(pg_catalog.=) CURRENT_USER OR pg_catalog.pg_has_role(m.oid, 'MEMBER WITH ADMIN OPTION'))"
	" ORDER BY m.rolname LIMIT 1000"
	")"
	"SELECT pg_catalog.json_build_object("
	" 'Role', r.rolname, 'Superuser', r.rolsuper, 'BypassRowSecurity', r.rolbypassrls, 'ValidUntil', r.rolvaliduntil,"
	" 'MayCreateTables', pg_catalog.has_schema_privilege('dynamodb', 'CREATE'),"
	" 'MaySeeStatistics', pg_catalog.has_function_privilege('dynapg.http_statistics()', 'EXECUTE'),"
	" 'MemberOf', COALESCE((SELECT pg_catalog.json_agg(g.rolname ORDER BY g.rolname) FROM pg_catalog.pg_auth_members m"
	"   JOIN pg_catalog.pg_roles g ON g.oid OPERATOR(pg_catalog.=) m.roleid WHERE m.member OPERATOR(pg_catalog.=) r.oid), '[]'),"
	" 'SignsRequests', $3, 'Namespace', pg_catalog.rtrim($4, '/'),"
	" 'ManagesKeysOf', COALESCE((SELECT pg_catalog.json_agg(m.rolname ORDER BY m.rolname) FROM managed m), '[]'),"
	" 'Database', pg_catalog.current_database(), 'Version', dynapg.version(),"
	" 'PostgreSQL', pg_catalog.current_setting('server_version'), 'Standby', pg_catalog.pg_is_in_recovery(),"
	" 'AccessKeys', COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object("
	"   'AccessKeyId', k.access_key_id, 'Role', pg_catalog.pg_get_userbyid(k.role), 'Enabled', k.enabled, 'CreatedAt', k.created_at)"
	"   ORDER BY k.created_at DESC, k.access_key_id) FROM key k), '[]'),"
	" 'Tables', COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object("
	"   'TableName', p.name, 'Owner', pg_catalog.pg_get_userbyid(p.relowner),"
	"   'OwnsIt', pg_catalog.pg_has_role(p.relowner, 'USAGE'), 'RowSecurity', p.relrowsecurity,"
	"   'Select', pg_catalog.has_table_privilege(p.relid, 'SELECT'), 'Insert', pg_catalog.has_table_privilege(p.relid, 'INSERT'),"
	"   'Update', pg_catalog.has_table_privilege(p.relid, 'UPDATE'), 'Delete', pg_catalog.has_table_privilege(p.relid, 'DELETE'))"
	"   ORDER BY p.name) FROM page p), '[]'),"
	" 'LastTableName', (SELECT pg_catalog.max(p.name) FROM page p HAVING pg_catalog.count(*) OPERATOR(pg_catalog.=) $2))"
	"FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER";

/* Positions are bytes; on a standby, of what it has received and replayed. */
static const char statistics_sql[] =
	"SELECT pg_catalog.json_build_object("
	" 'Time', pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()),"
	" 'Started', pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()),"
	" 'Operations', dynapg.http_statistics(), 'Workers', dynapg.http_workers(),"
	" 'WrittenBytes', CASE WHEN pg_catalog.pg_is_in_recovery()"
	"   THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), '0/0')"
	"   ELSE pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') END,"
	" 'FlushedBytes', CASE WHEN pg_catalog.pg_is_in_recovery()"
	"   THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_replay_lsn(), '0/0')"
	"   ELSE pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), '0/0') END)";

/* Appends what the statement returns. */
static void
append_result(StringInfo out, const char *sql, DynSqlArgs *args)
{
	SPI_connect();
	if (dyn_sql_run(sql, args, 1) == 1)
		appendStringInfoString(out, dyn_sql_get_text(0, 1));
	else
		appendStringInfoString(out, "{}");
	SPI_finish();
}

void
dyn_report_role(StringInfo out, const char *after)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, after ? dyn_namespace_full_name(after) : NULL);
	dyn_sql_int(&args, DYN_MAX_REPORT_TABLES);
	dyn_sql_bool(&args, dyn_guc_http_auth != DYN_HTTP_AUTH_TRUST);
	dyn_sql_text(&args, dyn_namespace_prefix());
	append_result(out, role_sql, &args);
}

void
dyn_report_statistics(StringInfo out)
{
	append_result(out, statistics_sql, NULL);
}
