/*
 * node_tokens.c - the tokens of transactions on distributed tables
 *
 * Every statement has the hash as a constant, and is for one shard. A role's name is part of the key: its OID differs between nodes.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/limits.h"
#include "database/citus.h"
#include "database/sql.h"
#include "store/node_tokens.h"
#include "tables/catalog.h"

#define TABLE "dynapg.node_tokens"
#define CLOCKS_DIFFER 3600		/* seconds, between nodes, at most */

static Oid
relation(void)
{
	Oid			schema = get_namespace_oid("dynapg", true);

	return OidIsValid(schema) ? get_relname_relid("node_tokens", schema) : InvalidOid;
}

bool
dyn_node_tokens_shared(void)
{
	AttrNumber	column;

	return dyn_citus_loaded() && OidIsValid(relation()) && dyn_citus_kind(relation(), &column) == DYN_CITUS_HASH;
}

static struct varlena *
bytes_of(const void *data, size_t len)
{
	struct varlena *bytes = palloc(VARHDRSZ + len);

	SET_VARSIZE(bytes, VARHDRSZ + len);
	memcpy(VARDATA(bytes), data, len);
	return bytes;
}

/* $1 to $3; token->hash is of the role's OID */
static void
add_key(DynSqlArgs *args, const DynToken *token)
{
	const char *role = GetUserNameFromId(token->role, false);
	uint64		hash = hash_bytes_extended((const unsigned char *) role, strlen(role), 0);

	dyn_sql_int64(args, (int64) hash_bytes_extended((const unsigned char *) token->text.data, token->text.len, hash));
	dyn_sql_text(args, role);
	dyn_sql_bytea(args, bytes_of(token->text.data, token->text.len));
}

DynTokenUse
dyn_node_tokens_find(const DynToken *token, struct varlena **note)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	DynTokenUse use = DYN_TOKEN_NEW;

	SPI_connect();
	add_key(&args, token);
	dyn_sql_timestamptz(&args, GetCurrentTimestamp());
	dyn_sql_bytea(&args, bytes_of(token->digest, DYN_TOKEN_DIGEST_LEN));
	if (dyn_sql_run("SELECT t.digest OPERATOR(pg_catalog.=) $5, t.note FROM " TABLE " AS t WHERE t.hash OPERATOR(pg_catalog.=) $1 "
					"AND t.role OPERATOR(pg_catalog.=) $2::pg_catalog.name AND t.token OPERATOR(pg_catalog.=) $3 "
					"AND t.expires_at OPERATOR(pg_catalog.>) $4", &args, 1) > 0)
	{
		use = dyn_sql_get_bool(0, 1) ? DYN_TOKEN_REPEATED : DYN_TOKEN_MISMATCH;
		*note = dyn_sql_get_bytea(0, 2, caller);
	}
	SPI_finish();
	return use;
}

bool
dyn_node_tokens_keep(const DynToken *token, struct varlena *note)
{
	TimestampTz now = GetCurrentTimestamp();
	DynSqlArgs	args = {0};
	uint64		rows;

	SPI_connect();
	add_key(&args, token);
	dyn_sql_timestamptz(&args, TimestampTzPlusMilliseconds(now, DYN_MAX_TOKEN_SECONDS * INT64CONST(1000)));
	dyn_sql_bytea(&args, bytes_of(token->digest, DYN_TOKEN_DIGEST_LEN));
	dyn_sql_bytea(&args, note);
	dyn_sql_timestamptz(&args, now);
	rows = dyn_sql_run("INSERT INTO " TABLE " AS t (hash, role, token, expires_at, digest, note) "
					   "VALUES ($1, $2::pg_catalog.name, $3, $4, $5, $6) ON CONFLICT (hash, role, token) DO UPDATE SET "
					   "expires_at = EXCLUDED.expires_at, digest = EXCLUDED.digest, note = EXCLUDED.note "
					   "WHERE t.expires_at OPERATOR(pg_catalog.<=) $7", &args, 0);
	SPI_finish();
	return rows > 0;
}

void
dyn_node_tokens_forget(const char *namespace)
{
	DynSqlArgs	user = {0};
	DynSqlArgs	args = {0};

	if (!dyn_node_tokens_shared())
		return;
	SPI_connect();
	dyn_sql_oid(&user, GetUserId());
	dyn_sql_run("SELECT pg_catalog.array_agg(r.rolname)::pg_catalog.text FROM pg_catalog.pg_roles r "
				"WHERE pg_catalog.pg_has_role($1, r.oid, 'USAGE')", &user, 0);
	dyn_sql_text(&args, dyn_sql_get_text(0, 1));
	dyn_sql_bytea(&args, dyn_token_prefix(namespace));
	dyn_catalog_run("DELETE FROM " TABLE " AS t WHERE t.role OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[]) AND "
					DYN_TOKEN_HAS_PREFIX, &args);
	SPI_finish();
}

void
dyn_node_tokens_distribute(void)
{
	AttrNumber	column;
	char	   *nodes;
	bool		several;

	if (!dyn_citus_loaded() || !OidIsValid(relation()) || dyn_citus_kind(relation(), &column) != DYN_CITUS_LOCAL)
		return;
	SPI_connect();
	nodes = dyn_citus_nodes();
	several = nodes != NULL && nodes[0] != '\0';
	if (several)
	{
		dyn_citus_distribute(relation(), "hash", "none");
		dyn_sql_run("GRANT SELECT, INSERT, UPDATE ON " TABLE " TO PUBLIC", NULL, 0);
	}
	SPI_finish();
}

/* A role can insert rows, too: those that would stay are no tokens. */
void
dyn_node_tokens_sweep(void)
{
	TimestampTz now = GetCurrentTimestamp();
	DynSqlArgs	args = {0};

	if (!dyn_node_tokens_shared() || dyn_citus_is_worker())
		return;
	SPI_connect();
	dyn_sql_timestamptz(&args, now);
	dyn_sql_timestamptz(&args, now + (DYN_MAX_TOKEN_SECONDS + CLOCKS_DIFFER) * USECS_PER_SEC);
	dyn_sql_run("DELETE FROM " TABLE " AS t WHERE t.expires_at OPERATOR(pg_catalog.<=) $1 OR t.expires_at OPERATOR(pg_catalog.>) $2",
				&args, 0);
	SPI_finish();
}
