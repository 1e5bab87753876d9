/*
 * key_change.c - access keys as the console's requests change them
 */
#include "postgres.h"

#include "utils/acl.h"

#include "base/errors.h"
#include "base/guc.h"
#include "database/sql.h"
#include "iam/access_key.h"
#include "iam/key_change.h"
#include "tables/settings.h"

static void
require_signatures(void)
{
	if (dyn_guc_http_auth == DYN_HTTP_AUTH_TRUST)
		dyn_validation("Access keys cannot be changed here: dynapg.http_auth is trust, so requests need no key");
}

void
dyn_key_change_create(const char *role, StringInfo reply)
{
	Oid			owner = get_role_oid(role, true);
	DynSqlArgs	args = {0};

	require_signatures();
	/* one reply, so that nobody learns which roles there are */
	if (!OidIsValid(owner) || !dyn_access_key_manages_role(owner))
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Role: %s not found", role);
	dyn_sql_oid(&args, owner);
	SPI_connect();
	dyn_sql_run("SELECT k.access_key_id, k.secret_access_key FROM dynapg.create_access_key($1) AS k", &args, 1);
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "AccessKeyId", dyn_sql_get_text(0, 1));
	dyn_settings_print_text(reply, "SecretAccessKey", dyn_sql_get_text(0, 2));
	appendStringInfoChar(reply, '}');
	SPI_finish();
}

/* Runs the statement with the key as $1. */
static void
change(const char *sql, const char *id)
{
	DynSqlArgs	args = {0};

	require_signatures();
	if (!dyn_access_key_manages(id))
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Access key: %s not found", id);
	dyn_sql_text(&args, id);
	SPI_connect();
	dyn_sql_run(sql, &args, 1);
	SPI_finish();
}

void
dyn_key_change_enable(const char *id, bool enabled)
{
	change(enabled ? "SELECT dynapg.enable_access_key($1)" : "SELECT dynapg.disable_access_key($1)", id);
}

void
dyn_key_change_drop(const char *id)
{
	change("SELECT dynapg.drop_access_key($1)", id);
}
