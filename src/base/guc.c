/*
 * guc.c - the settings of dynapg
 *
 * Every setting is defined here, in alphabetical order.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <limits.h>

#include "miscadmin.h"
#include "utils/varlena.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/port_list.h"

char	   *dyn_guc_http_allowed_hosts = NULL;
int			dyn_guc_http_auth = DYN_HTTP_AUTH_SIGV4;
bool		dyn_guc_http_console = false;
char	   *dyn_guc_http_database = NULL;
char	   *dyn_guc_http_databases = NULL;
bool		dyn_guc_recorder = false;
int			dyn_guc_http_idle_timeout = 60000;
char	   *dyn_guc_http_listen_addresses = NULL;
int			dyn_guc_http_lock_timeout = 500;
int			dyn_guc_http_max_connections = 10000;
int			dyn_guc_http_memory = 262144;
bool		dyn_guc_http_metrics = false;
int			dyn_guc_http_namespaces = 0;
int			dyn_guc_http_port = 0;
int			dyn_guc_http_statement_timeout = 60000;
char	   *dyn_guc_http_tls_cert_file = NULL;
char	   *dyn_guc_http_tls_key_file = NULL;
int			dyn_guc_http_transfer_timeout = 30000;
char	   *dyn_guc_http_trust_role = NULL;
int			dyn_guc_http_workers = 2;
int			dyn_guc_hnsw_ef_construction = 64;
int			dyn_guc_hnsw_ef_search = 160;
int			dyn_guc_hnsw_m = 16;
bool		dyn_guc_distribute_tables = false;
int			dyn_guc_index_build = DYN_INDEX_BUILD_IMMEDIATE;
int			dyn_guc_read_ahead = DYN_READ_AHEAD_AUTO;
int			dyn_guc_insights_sample = 10;
int			dyn_guc_jobs_interval = 5000;
char	   *dyn_guc_namespace = NULL;
int			dyn_guc_node_connections = 16;
int			dyn_guc_old_transaction_warning = 300000;
int			dyn_guc_partiql_token_lifetime = 3600;
char	   *dyn_guc_region = NULL;
char	   *dyn_guc_s3_directory = NULL;
char	   *dyn_guc_s3_endpoint = NULL;
int			dyn_guc_s3_timeout = 30;
bool		dyn_guc_store_index_keys = true;
int			dyn_guc_stream_retention = DYN_MAX_STREAM_RETENTION;
int			dyn_guc_stream_shard_age = 4 * 3600;
int			dyn_guc_stream_shards = 1;
int			dyn_guc_table_cache_size = 1000;
bool		dyn_guc_throttling = false;
int			dyn_guc_vector_search = DYN_VECTOR_SEARCH_AUTO;

int			dyn_guc_ttl_change_interval = 0;

static bool preloaded = false;

static const struct config_enum_entry http_auth_options[] = {
	{"sigv4", DYN_HTTP_AUTH_SIGV4, false},
	{"trust", DYN_HTTP_AUTH_TRUST, false},
	{NULL, 0, false}
};

static const struct config_enum_entry http_namespaces_options[] = {
	{"none", 0, false},
	{"region", DYN_HTTP_NAMESPACES_REGION, false},
	{"access_key", DYN_HTTP_NAMESPACES_ACCESS_KEY, false},
	{"access_key,region", DYN_HTTP_NAMESPACES_ACCESS_KEY | DYN_HTTP_NAMESPACES_REGION, false},
	{"region,access_key", DYN_HTTP_NAMESPACES_ACCESS_KEY | DYN_HTTP_NAMESPACES_REGION, true},
	{NULL, 0, false}
};

static const struct config_enum_entry vector_search_options[] = {
	{"auto", DYN_VECTOR_SEARCH_AUTO, false},
	{"exact", DYN_VECTOR_SEARCH_EXACT, false},
	{"approximate", DYN_VECTOR_SEARCH_APPROXIMATE, false},
	{NULL, 0, false}
};

static const struct config_enum_entry read_ahead_options[] = {
	{"auto", DYN_READ_AHEAD_AUTO, false},
	{"on", DYN_READ_AHEAD_ON, false},
	{"off", DYN_READ_AHEAD_OFF, false},
	{NULL, 0, false}
};

static const struct config_enum_entry index_build_options[] = {
	{"immediate", DYN_INDEX_BUILD_IMMEDIATE, false},
	{"background", DYN_INDEX_BUILD_BACKGROUND, false},
	{NULL, 0, false}
};

/* "app", "10.0.0.7", "fd00::7", "[fd00::7]" or "*": what a browser shows of an address, without the port. */
static bool
is_host(const char *name)
{
	char		inner[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t		len = strlen(name);

	if (strchr(name, ':') == NULL)
		return len > 0 && strpbrk(name, "/@[]") == NULL && (strchr(name, '*') == NULL || len == 1);
	if (name[0] == '[' && name[len - 1] == ']')
	{
		name++;
		len -= 2;
	}
	if (len >= sizeof(inner))
		return false;
	memcpy(inner, name, len);
	inner[len] = '\0';
	return inet_pton(AF_INET6, inner, &address) == 1;
}

static bool
check_allowed_hosts(char **newval, void **extra, GucSource source)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitGUCList(pstrdup(*newval), ',', &names))
	{
		GUC_check_errdetail("List syntax is invalid.");
		return false;
	}
	foreach(cell, names)
	{
		if (is_host(lfirst(cell)))
			continue;
		GUC_check_errdetail("\"%s\" is not a host name, an address or \"*\". Hosts are listed without scheme and port.",
							(char *) lfirst(cell));
		return false;
	}
	return true;
}

static bool
check_databases(char **newval, void **extra, GucSource source)
{
	DynPort		ports[DYN_MAX_SERVED];
	const char *problem;

	(void) dyn_port_list_read(*newval, ports, &problem);
	if (problem != NULL)
		GUC_check_errdetail("%s", problem);
	return problem == NULL;
}

static bool
check_namespace(char **newval, void **extra, GucSource source)
{
	if (dyn_namespace_text_is_legal(*newval))
		return true;
	GUC_check_errdetail("A namespace is KEY, @REGION or KEY@REGION: a key is 1 to %d of the characters a-z, A-Z, 0-9, '_', '.' and '-', "
						"a region 1 to %d letters, digits and hyphens.", DYN_MAX_NAMESPACE_KEY, DYN_MAX_REGION);
	return false;
}

static bool
check_region(char **newval, void **extra, GucSource source)
{
	if (!dyn_namespace_text_is_region((DynSlice) {*newval, (uint32) strlen(*newval)}))
	{
		GUC_check_errdetail("A region is 1 to %d letters, digits and hyphens.", DYN_MAX_REGION);
		return false;
	}
	return true;
}

static bool
check_s3_directory(char **newval, void **extra, GucSource source)
{
	if ((*newval)[0] == '\0' || is_absolute_path(*newval))
		return true;
	GUC_check_errdetail("It is an absolute path.");
	return false;
}

static bool
check_s3_endpoint(char **newval, void **extra, GucSource source)
{
	const char *host = "";

	if (pg_strncasecmp(*newval, "https://", 8) == 0)
		host = *newval + 8;
	else if (pg_strncasecmp(*newval, "http://", 7) == 0)
		host = *newval + 7;
	if ((*newval)[0] == '\0' || (host[0] != '\0' && strpbrk(host, "?#@ ") == NULL))
		return true;
	GUC_check_errdetail("It is a URL such as https://s3.example.com:9000.");
	return false;
}

/* Throughput is counted in shared memory, which is there only for a library that the server has preloaded. */
static bool
check_throttling(bool *newval, void **extra, GucSource source)
{
	if (!*newval || preloaded)
		return true;
	GUC_check_errdetail("Throughput is counted in shared memory.");
	GUC_check_errhint("Add dynapg to shared_preload_libraries and restart the server.");
	return false;
}

/* An integer setting of the HTTP front. */
static void
define_http_int(const char *name, const char *description, int *variable, int max, GucContext context, int flags)
{
	DefineCustomIntVariable(name, description, NULL, variable, *variable, 0, max, context, flags, NULL, NULL, NULL);
}

static void
define_http_string(const char *name, const char *description, char **variable, const char *value, GucContext context, int flags)
{
	DefineCustomStringVariable(name, description, NULL, variable, value, context, flags, NULL, NULL, NULL);
}

/*
 * Settings that workers are started with can only be defined while the server starts. In a server that does not preload dynapg
 * they have no effect.
 */
static void
define_http(void)
{
	GucContext	fixed = process_shared_preload_libraries_in_progress ? PGC_POSTMASTER : PGC_SIGHUP;

	DefineCustomBoolVariable("dynapg.distribute_tables",
							 "Distribute new tables by Citus over its nodes.",
							 "Tables with vector indexes and tables that a job fills stay on one node.",
							 &dyn_guc_distribute_tables,
							 false,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomStringVariable("dynapg.http_allowed_hosts",
							   "Hosts by whose names the HTTP front is reached with dynapg.http_auth = 'trust'.",
							   "Names of this machine itself are always allowed; \"*\" allows all.",
							   &dyn_guc_http_allowed_hosts,
							   "",
							   PGC_SIGHUP,
							   GUC_LIST_INPUT,
							   check_allowed_hosts,
							   NULL,
							   NULL);
	DefineCustomEnumVariable("dynapg.http_auth",
							 "How HTTP requests are authenticated.",
							 NULL,
							 &dyn_guc_http_auth,
							 DYN_HTTP_AUTH_SIGV4,
							 http_auth_options,
							 fixed,
							 0,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomBoolVariable("dynapg.http_console",
							 "Serve the console, pages for a browser, at /console.",
							 NULL,
							 &dyn_guc_http_console,
							 false,
							 PGC_SIGHUP,
							 0,
							 NULL,
							 NULL,
							 NULL);
	define_http_string("dynapg.http_database", "Database that the HTTP front serves.",
					   &dyn_guc_http_database, "postgres", fixed, 0);
	DefineCustomStringVariable("dynapg.http_databases",
							   "Databases that the HTTP front serves, each on a port of its own: \"app:8000, test:8001\".",
							   "It takes the place of dynapg.http_database and dynapg.http_port.",
							   &dyn_guc_http_databases,
							   "",
							   fixed,
							   GUC_LIST_INPUT,
							   check_databases,
							   NULL,
							   NULL);
	define_http_int("dynapg.http_idle_timeout", "Time after which a connection without a request is closed.",
					&dyn_guc_http_idle_timeout, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS);
	define_http_string("dynapg.http_listen_addresses", "Host names or addresses that the HTTP front listens on.",
					   &dyn_guc_http_listen_addresses, "localhost", fixed, GUC_LIST_INPUT);
	define_http_int("dynapg.http_lock_timeout", "Time that an HTTP request waits for a lock.",
					&dyn_guc_http_lock_timeout, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS);
	define_http_int("dynapg.http_max_connections", "Connections that one HTTP worker keeps open.",
					&dyn_guc_http_max_connections, DYN_MAX_HTTP_CONNECTIONS, PGC_SIGHUP, 0);
	DefineCustomIntVariable("dynapg.http_memory",
							"Memory that one HTTP worker holds for requests and replies of its connections.",
							NULL,
							&dyn_guc_http_memory,
							dyn_guc_http_memory,
							DYN_MIN_HTTP_MEMORY,
							MAX_KILOBYTES,
							PGC_SIGHUP,
							GUC_UNIT_KB,
							NULL,
							NULL,
							NULL);
	DefineCustomBoolVariable("dynapg.http_metrics",
							 "Serve statistics in Prometheus' format at /metrics, without authentication.",
							 NULL,
							 &dyn_guc_http_metrics,
							 false,
							 PGC_SIGHUP,
							 0,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomEnumVariable("dynapg.http_namespaces",
							 "What of a request's credentials makes the namespace in which it finds tables.",
							 "Requests of two namespaces do not see each other's tables.",
							 &dyn_guc_http_namespaces,
							 dyn_guc_http_namespaces,
							 http_namespaces_options,
							 PGC_SIGHUP,
							 0,
							 NULL,
							 NULL,
							 NULL);
	define_http_int("dynapg.http_port", "Port of the HTTP front; 0 is none.",
					&dyn_guc_http_port, 65535, fixed, 0);
	define_http_int("dynapg.http_statement_timeout", "Time that an HTTP request may run.",
					&dyn_guc_http_statement_timeout, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS);
	define_http_string("dynapg.http_tls_cert_file", "File with the certificate of the HTTP front, and its chain.",
					   &dyn_guc_http_tls_cert_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY);
	define_http_string("dynapg.http_tls_key_file", "File with the private key of the certificate.",
					   &dyn_guc_http_tls_key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY);
	define_http_int("dynapg.http_transfer_timeout", "Time in which a request has to arrive, and a reply to be taken.",
					&dyn_guc_http_transfer_timeout, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS);
	define_http_string("dynapg.http_trust_role", "Role that HTTP requests run as with dynapg.http_auth = 'trust'.",
					   &dyn_guc_http_trust_role, "", PGC_SIGHUP, 0);
	define_http_int("dynapg.http_workers", "Processes of the HTTP front.",
					&dyn_guc_http_workers, DYN_MAX_HTTP_WORKERS, fixed, 0);
}

void
dyn_guc_init(void)
{
	preloaded = process_shared_preload_libraries_in_progress;
	define_http();
	DefineCustomIntVariable("dynapg.hnsw_ef_construction",
							"Vectors that an HNSW index of pgvector looks at to place one.",
							"For indexes that are created from now on: more take longer to build, and find better.",
							&dyn_guc_hnsw_ef_construction,
							dyn_guc_hnsw_ef_construction,
							4,
							1000,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);
	DefineCustomIntVariable("dynapg.hnsw_ef_search",
							"Vectors that a search in an HNSW index of pgvector keeps, at least.",
							"More take longer, and find better. A search keeps four times as many as it is to return at least.",
							&dyn_guc_hnsw_ef_search,
							dyn_guc_hnsw_ef_search,
							1,
							1000,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);
	DefineCustomIntVariable("dynapg.hnsw_m",
							"Neighbours that an HNSW index of pgvector keeps of a vector.",
							"For indexes that are created from now on.",
							&dyn_guc_hnsw_m,
							dyn_guc_hnsw_m,
							2,
							100,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);
	DefineCustomEnumVariable("dynapg.index_build",
							 "How UpdateTable adds and drops a global secondary index.",
							 "\"immediate\" does it within the transaction, \"background\" after it by a background worker "
							 "that does not block writers.",
							 &dyn_guc_index_build,
							 DYN_INDEX_BUILD_IMMEDIATE,
							 index_build_options,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomIntVariable("dynapg.insights_sample",
							"Contributor insights count one of this number of accesses.",
							"Refused requests are all counted.",
							&dyn_guc_insights_sample,
							dyn_guc_insights_sample,
							1,
							1000000,
							PGC_SUSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.jobs_interval",
							"Time between two runs of the background jobs: expired items, streams.",
							"0 has the server run none.",
							&dyn_guc_jobs_interval,
							dyn_guc_jobs_interval,
							0,
							INT_MAX,
							PGC_SIGHUP,
							GUC_UNIT_MS,
							NULL,
							NULL,
							NULL);

	DefineCustomStringVariable("dynapg.namespace",
							   "Namespace in which tables are created and found.",
							   "Tables of two namespaces do not see each other.",
							   &dyn_guc_namespace,
							   "",
							   PGC_USERSET,
							   0,
							   check_namespace,
							   NULL,
							   NULL);

	DefineCustomIntVariable("dynapg.node_connections",
							"Connections to other nodes of Citus that a session or HTTP worker keeps, for reads of single items.",
							"One for each node and role; without any, Citus's connections are used.",
							&dyn_guc_node_connections,
							dyn_guc_node_connections,
							0,
							DYN_MAX_NODE_CONNECTIONS,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.old_transaction_warning",
							"Age of an open transaction from which the log has a warning of it.",
							"0 is never. Old versions of items stay while a transaction is open that may see them.",
							&dyn_guc_old_transaction_warning,
							dyn_guc_old_transaction_warning,
							0,
							INT_MAX,
							PGC_SIGHUP,
							GUC_UNIT_MS,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.partiql_token_lifetime",
							"Time in which the NextToken of a PartiQL statement can be used.",
							"0 is without end.",
							&dyn_guc_partiql_token_lifetime,
							dyn_guc_partiql_token_lifetime,
							0,
							INT_MAX,
							PGC_USERSET,
							GUC_UNIT_S,
							NULL,
							NULL,
							NULL);

	DefineCustomEnumVariable("dynapg.read_ahead",
							 "Whether Query and Scan ask for the blocks of their items ahead.",
							 "\"auto\" asks while they wait for the device, \"on\" whenever blocks are not in shared buffers.",
							 &dyn_guc_read_ahead,
							 DYN_READ_AHEAD_AUTO,
							 read_ahead_options,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomBoolVariable("dynapg.recorder",
							 "Record which operations and parameters requests use.",
							 "The view dynapg.recorded_calls shows them. dynapg has to be preloaded.",
							 &dyn_guc_recorder,
							 false,
							 PGC_SUSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomStringVariable("dynapg.region",
							   "AWS region that the ARNs of tables and indexes name.",
							   NULL,
							   &dyn_guc_region,
							   "us-east-1",
							   PGC_USERSET,
							   0,
							   check_region,
							   NULL,
							   NULL);

	DefineCustomStringVariable("dynapg.s3_directory",
							   "Folder whose folders are the buckets of exports and imports.",
							   "It is an absolute path; empty, there are none.",
							   &dyn_guc_s3_directory,
							   "",
							   PGC_SUSET,
							   GUC_SUPERUSER_ONLY,
							   check_s3_directory,
							   NULL,
							   NULL);

	DefineCustomStringVariable("dynapg.s3_endpoint",
							   "URL of a service that speaks the protocol of S3 and has the buckets of exports and imports.",
							   "It is used instead of dynapg.s3_directory.",
							   &dyn_guc_s3_endpoint,
							   "",
							   PGC_SUSET,
							   GUC_SUPERUSER_ONLY,
							   check_s3_endpoint,
							   NULL,
							   NULL);

	DefineCustomIntVariable("dynapg.s3_timeout",
							"Time without a byte after which a request to dynapg.s3_endpoint is given up.",
							"A request that fails is tried again for twice that time.",
							&dyn_guc_s3_timeout,
							dyn_guc_s3_timeout,
							1,
							3600,
							PGC_SUSET,
							GUC_UNIT_S,
							NULL,
							NULL,
							NULL);

	DefineCustomBoolVariable("dynapg.store_index_keys",
							 "Store the key attributes of secondary indexes in a column of their own.",
							 "That is decided when a table is created.  An update that changes none of them changes no index then.",
							 &dyn_guc_store_index_keys,
							 true,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomIntVariable("dynapg.stream_retention",
							"Time that the records of a stream are kept at least.",
							NULL,
							&dyn_guc_stream_retention,
							DYN_MAX_STREAM_RETENTION,
							1,
							DYN_MAX_STREAM_RETENTION,
							PGC_SIGHUP,
							GUC_UNIT_S,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.stream_shard_age",
							"Time after which a shard of a stream is followed by others.",
							NULL,
							&dyn_guc_stream_shard_age,
							dyn_guc_stream_shard_age,
							1,
							DYN_MAX_STREAM_RETENTION,
							PGC_SIGHUP,
							GUC_UNIT_S,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.stream_shards",
							"Shards that a stream has at a time, if it has not more already.",
							"Of a number that is no power of two, the next smaller one counts.",
							&dyn_guc_stream_shards,
							dyn_guc_stream_shards,
							1,
							DYN_MAX_STREAM_SHARDS,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynapg.table_cache_size",
							"Tables of which a session or HTTP worker keeps description and plans.",
							"Of more, those that were used longest ago are forgotten.",
							&dyn_guc_table_cache_size,
							dyn_guc_table_cache_size,
							1,
							INT_MAX / 2,
							PGC_USERSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomBoolVariable("dynapg.throttling",
							 "Refuse requests that exceed the throughput of their table or index.",
							 "That is its provisioned throughput, or its maximum on-demand throughput.",
							 &dyn_guc_throttling,
							 false,
							 PGC_SUSET,
							 0,
							 check_throttling,
							 NULL,
							 NULL);
	DefineCustomEnumVariable("dynapg.vector_search",
							 "How SearchVectors finds the nearest vectors.",
							 "\"exact\" looks at all of them, \"approximate\" uses an HNSW index of pgvector wherever there is one, "
							 "\"auto\" what is estimated to be quicker.",
							 &dyn_guc_vector_search,
							 DYN_VECTOR_SEARCH_AUTO,
							 vector_search_options,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomIntVariable("dynapg.ttl_change_interval",
							"Time within which UpdateTimeToLive refuses a second change of a table.",
							"DynamoDB's is an hour. 0: none.",
							&dyn_guc_ttl_change_interval,
							dyn_guc_ttl_change_interval,
							0,
							86400,
							PGC_USERSET,
							GUC_UNIT_S,
							NULL,
							NULL,
							NULL);

	MarkGUCPrefixReserved("dynapg");
}
