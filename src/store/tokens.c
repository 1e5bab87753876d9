/*
 * tokens.c - ClientRequestToken: a request that comes again within ten minutes is not done again
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include "miscadmin.h"

#include "store/catalog.h"
#include "store/tokens.h"

static DynSqlArgs
arguments(const char *token, const char *request)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, token);
	if (request != NULL)
		dyn_sql_text(&args, request);
	return args;
}

static bool
lock_token(const char *token)
{
	DynSqlArgs	args = arguments(token, NULL);

	dyn_catalog_run("SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended("
					"pg_catalog.concat('dynapg token ', $1::pg_catalog.text, ' ', $2), 0))", &args);
	return dyn_sql_get_bool(0, 1);
}

static DynTokenUse
look_up(const char *token, const char *request)
{
	DynSqlArgs	args = arguments(token, request);

	if (dyn_catalog_run("SELECT t.digest OPERATOR(pg_catalog.=) pg_catalog.sha256(pg_catalog.convert_to($3, 'UTF8')) "
						"FROM dynapg.tokens t WHERE t.role OPERATOR(pg_catalog.=) $1 AND t.token OPERATOR(pg_catalog.=) $2 "
						"AND t.expires_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()", &args) == 0)
		return DYN_TOKEN_NEW;
	return dyn_sql_get_bool(0, 1) ? DYN_TOKEN_REPEATED : DYN_TOKEN_MISMATCH;
}

/* Keeps the token, and removes some that have expired, so that their number stays that of ten minutes. */
static void
keep(const char *token, const char *request)
{
	DynSqlArgs	args = arguments(token, request);

	dyn_catalog_run("DELETE FROM dynapg.tokens t USING (SELECT e.role, e.token FROM dynapg.tokens e "
					"WHERE e.expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() "
					"ORDER BY e.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED) x "
					"WHERE t.role OPERATOR(pg_catalog.=) x.role AND t.token OPERATOR(pg_catalog.=) x.token", NULL);
	dyn_catalog_run("INSERT INTO dynapg.tokens (role, token, digest) "
					"VALUES ($1, $2, pg_catalog.sha256(pg_catalog.convert_to($3, 'UTF8'))) ON CONFLICT (role, token) "
					"DO UPDATE SET digest = EXCLUDED.digest, expires_at = EXCLUDED.expires_at", &args);
}

DynTokenUse
dyn_token_use(const char *token, const char *request)
{
	DynTokenUse use = DYN_TOKEN_BUSY;

	SPI_connect();
	if (lock_token(token))
		use = look_up(token, request);
	if (use == DYN_TOKEN_NEW)
		keep(token, request);
	SPI_finish();
	return use;
}
