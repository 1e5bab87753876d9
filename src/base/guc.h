/*
 * guc.h - the settings of dynapg
 */
#ifndef DYNAPG_BASE_GUC_H
#define DYNAPG_BASE_GUC_H

#include "postgres.h"

typedef enum DynIndexBuild
{
	DYN_INDEX_BUILD_IMMEDIATE,
	DYN_INDEX_BUILD_BACKGROUND
} DynIndexBuild;

/* dynapg.distribute_tables: does CreateTable distribute the table by Citus, where it can be? */
extern bool dyn_guc_distribute_tables;

/* dynapg.index_build: how UpdateTable adds and drops indexes; see tables/index.h.  A DynIndexBuild. */
extern int	dyn_guc_index_build;

/* How SearchVectors finds vectors: the way that is estimated to be faster, or never by an approximate index. */
typedef enum DynVectorSearch
{
	DYN_VECTOR_SEARCH_AUTO,
	DYN_VECTOR_SEARCH_EXACT,
	DYN_VECTOR_SEARCH_APPROXIMATE
} DynVectorSearch;

/* dynapg.vector_search, a DynVectorSearch, and the parameters of HNSW indexes and of searching in them. */
extern int	dyn_guc_vector_search;
extern int	dyn_guc_hnsw_ef_construction;
extern int	dyn_guc_hnsw_ef_search;
extern int	dyn_guc_hnsw_m;

/* dynapg.jobs_interval: milliseconds between two runs of the background jobs; 0: none. */
extern int	dyn_guc_jobs_interval;

/* dynapg.namespace: see base/namespace.h. */
extern char *dyn_guc_namespace;

#define DYN_MAX_NODE_CONNECTIONS 64

/* dynapg.node_connections: connections of its own that a process has to other nodes of Citus, at most; see database/link.h. */
extern int	dyn_guc_node_connections;

/* dynapg.old_transaction_warning: milliseconds that a transaction may be open without a warning in the log; 0: any time. */
extern int	dyn_guc_old_transaction_warning;

/* dynapg.insights_sample: one of this number of accesses is counted; see throughput/contributors.h. */
extern int	dyn_guc_insights_sample;

/* dynapg.partiql_token_lifetime: seconds in which a NextToken can be used; 0: always. */
extern int	dyn_guc_partiql_token_lifetime;

/* dynapg.read_ahead: see store/readahead.c. A DynReadAheadMode. */
typedef enum DynReadAheadMode
{
	DYN_READ_AHEAD_AUTO,
	DYN_READ_AHEAD_ON,
	DYN_READ_AHEAD_OFF
} DynReadAheadMode;

extern int	dyn_guc_read_ahead;

/* dynapg.recorder: are the operations and parameters of requests recorded?  See api/recorder.h. */
extern bool dyn_guc_recorder;

/* dynapg.region: the AWS region that ARNs name, unless a namespace has one.  Letters, digits and hyphens, never empty. */
extern char *dyn_guc_region;

/*
 * What stands for S3, see bucket/bucket.h; strings are never NULL, and empty where not set. A request to the endpoint is given
 * up after this number of seconds without a byte.
 */
extern char *dyn_guc_s3_directory;
extern char *dyn_guc_s3_endpoint;
extern int	dyn_guc_s3_timeout;

/* dynapg.store_index_keys: do new tables with secondary indexes get the column keys?  See tables/stored_keys.h. */
extern bool dyn_guc_store_index_keys;

/* Streams: how old a shard gets, and how long records are kept, in seconds; how many shards a stream has. */
extern int	dyn_guc_stream_retention;
extern int	dyn_guc_stream_shard_age;
extern int	dyn_guc_stream_shards;

/* dynapg.table_cache_size: tables that a backend keeps; see tables/table.h. */
extern int	dyn_guc_table_cache_size;

/* dynapg.throttling: do requests keep within the throughput of their tables and indexes?  See throughput/allowance.h. */
extern bool dyn_guc_throttling;
extern int	dyn_guc_ttl_change_interval;

/* How a request over HTTP identifies its role. */
typedef enum DynHttpAuth
{
	DYN_HTTP_AUTH_SIGV4,		/* by its signature */
	DYN_HTTP_AUTH_TRUST			/* any credentials, or none: it runs as dyn_guc_http_trust_role */
} DynHttpAuth;

/* What of its credentials makes the namespace of a request over HTTP. */
enum DynHttpNamespaces
{
	DYN_HTTP_NAMESPACES_ACCESS_KEY = 1,
	DYN_HTTP_NAMESPACES_REGION = 2
};

/*
 * The HTTP front.  Strings are never NULL, times are in milliseconds and 0 is "no limit".  Port, workers, addresses,
 * database and kind of authentication are fixed at the server's start; the rest follows a reload.
 */
extern char *dyn_guc_http_allowed_hosts;
extern int	dyn_guc_http_auth;	/* a DynHttpAuth */
extern char *dyn_guc_http_database;
extern char *dyn_guc_http_databases;	/* see served.h, which others look at */
extern int	dyn_guc_http_idle_timeout;
extern char *dyn_guc_http_listen_addresses;
extern int	dyn_guc_http_lock_timeout;
extern int	dyn_guc_http_max_connections;	/* of one worker */
extern int	dyn_guc_http_memory;	/* of one worker, in kilobytes */
extern bool dyn_guc_http_console;	/* serve GET /console, to everybody? */
extern bool dyn_guc_http_metrics;	/* serve GET /metrics, to everybody? */
extern int	dyn_guc_http_namespaces;	/* of DynHttpNamespaces; 0: requests have none */
extern int	dyn_guc_http_port;	/* 0: no HTTP front */
extern int	dyn_guc_http_statement_timeout;
extern char *dyn_guc_http_tls_cert_file;
extern char *dyn_guc_http_tls_key_file;
extern int	dyn_guc_http_transfer_timeout;
extern char *dyn_guc_http_trust_role;
extern int	dyn_guc_http_workers;

/* Defines the settings; once, from _PG_init. */
extern void dyn_guc_init(void);

#endif							/* DYNAPG_BASE_GUC_H */
