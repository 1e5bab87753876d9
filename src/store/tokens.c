/*
 * tokens.c - ClientRequestToken: a request that comes again within ten minutes is not done again
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#include "store/catalog.h"
#include "store/tokens.h"

static DynSqlKept keep_statement = {
	"INSERT INTO dynapg.tokens AS t (role, token, digest) VALUES ($1, $2, $3) ON CONFLICT (role, token) "
	"DO UPDATE SET digest = EXCLUDED.digest, expires_at = EXCLUDED.expires_at "
	"WHERE t.expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp()"
};

static DynSqlKept look_up_statement = {
	"SELECT t.digest OPERATOR(pg_catalog.=) $3 FROM dynapg.tokens t "
	"WHERE t.role OPERATOR(pg_catalog.=) $1 AND t.token OPERATOR(pg_catalog.=) $2"
};

static DynSqlKept remove_expired_statement = {
	"DELETE FROM dynapg.tokens t USING (SELECT e.role, e.token FROM dynapg.tokens e "
	"WHERE e.expires_at OPERATOR(pg_catalog.<=) $1 ORDER BY e.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED) x "
	"WHERE t.role OPERATOR(pg_catalog.=) x.role AND t.token OPERATOR(pg_catalog.=) x.token"
};

static bool
lock_token(const char *token)
{
	static const char domain[] = "dynapg token";
	uint64		seed = hash_bytes_extended((const unsigned char *) domain, sizeof(domain), GetUserId());
	uint64		number = hash_bytes_extended((const unsigned char *) token, strlen(token), seed);

	return DatumGetBool(DirectFunctionCall1(pg_try_advisory_xact_lock_int8, Int64GetDatum((int64) number)));
}

static struct varlena *
digest_of(const char *request)
{
	Size		len = strlen(request);
	bytea	   *text = palloc(VARHDRSZ + len);

	SET_VARSIZE(text, VARHDRSZ + len);
	memcpy(VARDATA(text), request, len);
	return DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(text)));
}

/* Keeps the token unless it is there, or looks at what it was kept for. */
static DynTokenUse
keep_or_look_up(const char *token, const char *request)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, token);
	dyn_sql_bytea(&args, digest_of(request));
	for (;;)
	{
		if (dyn_catalog_run_kept(&keep_statement, &args) > 0)
			return DYN_TOKEN_NEW;
		if (dyn_catalog_run_kept(&look_up_statement, &args) > 0)
			return dyn_sql_get_bool(0, 1) ? DYN_TOKEN_REPEATED : DYN_TOKEN_MISMATCH;
		CHECK_FOR_INTERRUPTS();	/* it expired just then, and was removed */
	}
}

/* Some, so that the number of tokens stays that of ten minutes. */
static void
remove_expired(void)
{
	DynSqlArgs	args = {0};

	dyn_sql_time(&args, GetCurrentTimestamp());
	dyn_catalog_run_kept(&remove_expired_statement, &args);
}

DynTokenUse
dyn_token_use(const char *token, const char *request)
{
	DynTokenUse use;

	if (!lock_token(token))
		return DYN_TOKEN_BUSY;
	SPI_connect();
	use = keep_or_look_up(token, request);
	if (use == DYN_TOKEN_NEW)
		remove_expired();
	SPI_finish();
	return use;
}
