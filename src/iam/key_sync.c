/*
 * key_sync.c - the access keys of the coordinator of Citus are valid on its other nodes, too
 *
 * A node asks the coordinator for them (database/link.h), as the extension's owner, and keeps them as rows of its own, which have
 * of_coordinator.  So keys work while the coordinator is down, and secrets travel only as a result, which no log and no view shows: see
 * secret.h.  A node's own keys stay as they are, even where the coordinator has one of that id, unless it is the same key.
 *
 * The list has a state: a text that is another one when a row or a role's name has changed.  A node that has the state gets no list.
 * Every minute the node takes the whole list, whatever others have made of its rows.
 *
 * Packed, the list is texts, each with a NUL at its end: the state, and five of each key.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "database/citus.h"
#include "database/installation.h"
#include "database/link.h"
#include "iam/key_sync.h"
#include "iam/secret.h"
#include "tables/catalog.h"

PGDLLEXPORT Datum dynapg_node_access_keys(PG_FUNCTION_ARGS);

#define STATEMENT "SELECT dynapg.node_access_keys($1)"
#define WHOLE_LIST_SECONDS 60

#define OF_LIVING_ROLES \
	" FROM dynapg.access_keys k JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) k.role::pg_catalog.oid"

typedef struct SharedKey
{
	const char *id;
	const char *role_name;
	bool		enabled;
	int64		created_at;		/* as a TimestampTz */
	const char *secret;
} SharedKey;

/* ---- the coordinator ---- */

static char *
read_state(void)
{
	dyn_catalog_run("SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(COALESCE(pg_catalog.string_agg("
					"pg_catalog.format('%s %s %s %s', k.access_key_id, k.xmin, k.ctid, r.rolname), ' ' ORDER BY k.access_key_id), ''), "
					"'UTF8')), 'hex')" OF_LIVING_ROLES, NULL);
	return dyn_sql_get_text(0, 1);
}

static void
append_text(StringInfo out, const char *text)
{
	appendBinaryStringInfo(out, text, strlen(text) + 1);
}

static void
append_keys(StringInfo out)
{
	uint64		count = dyn_catalog_run("SELECT k.access_key_id, r.rolname::pg_catalog.text, k.enabled, k.created_at"
										OF_LIVING_ROLES, NULL);

	for (uint64 i = 0; i < count; i++)
	{
		char	   *id = dyn_sql_get_text(i, 1);
		char		secret[DYN_MAX_ACCESS_SECRET + 1];

		CHECK_FOR_INTERRUPTS();
		if (!dyn_secret_read(id, secret))
			continue;
		append_text(out, id);
		append_text(out, dyn_sql_get_text(i, 2));
		append_text(out, dyn_sql_get_bool(i, 3) ? "1" : "0");
		append_text(out, psprintf(INT64_FORMAT, DatumGetTimestampTz(dyn_sql_get_datum(i, 4))));
		append_text(out, secret);
		explicit_bzero(secret, sizeof(secret));
	}
}

/*
 * dynapg.node_access_keys(known) - the access keys with their secrets, packed, for another node of Citus; NULL where their state is the one
 * that is known.  42501 unless the user is a superuser, who could read them anyway.
 */
PG_FUNCTION_INFO_V1(dynapg_node_access_keys);
Datum
dynapg_node_access_keys(PG_FUNCTION_ARGS)
{
	char	   *known = text_to_cstring(PG_GETARG_TEXT_PP(0));
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData list;
	char	   *state;
	bytea	   *result = NULL;

	if (!superuser())
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("only superusers can read the secrets of access keys"));
	(void) dyn_installation_require();
	SPI_connect();
	state = read_state();
	if (strcmp(state, known) != 0)
	{
		initStringInfo(&list);
		append_text(&list, state);
		append_keys(&list);
		result = MemoryContextAlloc(caller, VARHDRSZ + list.len);
		SET_VARSIZE(result, VARHDRSZ + list.len);
		memcpy(VARDATA(result), list.data, list.len);
		explicit_bzero(list.data, list.len);
	}
	SPI_finish();
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(result);
}

/* ---- a node ---- */

/* The next text of the list; an error where there is none. */
static const char *
next_text(StringInfo list)
{
	const char *text = list->data + list->cursor;
	const char *end = memchr(text, '\0', list->len - list->cursor);

	if (end == NULL)
		ereport(ERROR, errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("the coordinator's list of access keys is cut off"));
	list->cursor += end - text + 1;
	return text;
}

static SharedKey
next_key(StringInfo list)
{
	SharedKey	key;

	key.id = next_text(list);
	key.role_name = next_text(list);
	key.enabled = next_text(list)[0] == '1';
	key.created_at = strtoll(next_text(list), NULL, 10);
	key.secret = next_text(list);
	return key;
}

static void
add_key(const SharedKey *key, Oid role)
{
	DynSqlArgs	args = {0};

	dyn_secret_keep(key->id, key->secret);
	dyn_sql_text(&args, key->id);
	dyn_sql_oid(&args, role);
	dyn_sql_bool(&args, key->enabled);
	dyn_sql_timestamptz(&args, key->created_at);
	dyn_catalog_run("INSERT INTO dynapg.access_keys (access_key_id, role, enabled, created_at, of_coordinator) "
					"VALUES ($1, $2, $3, $4, true)", &args);
}

/* Only where something differs: each change makes all sessions read their keys again. */
static void
update_key(const SharedKey *key)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, key->id);
	dyn_sql_bool(&args, key->enabled);
	dyn_sql_timestamptz(&args, key->created_at);
	dyn_catalog_run("UPDATE dynapg.access_keys k SET enabled = $2, created_at = $3, of_coordinator = true "
					"WHERE k.access_key_id OPERATOR(pg_catalog.=) $1 AND (k.enabled OPERATOR(pg_catalog.<>) $2 "
					"OR k.created_at OPERATOR(pg_catalog.<>) $3 OR NOT k.of_coordinator)", &args);
}

static void
remove_key(const char *id)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, id);
	dyn_catalog_run("DELETE FROM dynapg.access_keys k WHERE k.access_key_id OPERATOR(pg_catalog.=) $1", &args);
}

static bool
has_secret(const SharedKey *key)
{
	char		secret[DYN_MAX_ACCESS_SECRET + 1];
	bool		same = dyn_secret_read(key->id, secret) && strcmp(secret, key->secret) == 0;

	explicit_bzero(secret, sizeof(secret));
	return same;
}

/* False where the key has to be looked at again. */
static bool
accept_key(const SharedKey *key)
{
	Oid			role = get_role_oid(key->role_name, true);
	DynSqlArgs	args = {0};
	bool		there;
	bool		own = false;
	bool		same = false;

	if (!OidIsValid(role))
		return false;
	dyn_sql_text(&args, key->id);
	there = dyn_catalog_run("SELECT k.role::pg_catalog.oid, NOT k.of_coordinator FROM dynapg.access_keys k "
							"WHERE k.access_key_id OPERATOR(pg_catalog.=) $1", &args) > 0;
	if (there)
	{
		own = dyn_sql_get_bool(0, 2);
		same = dyn_sql_get_oid(0, 1) == role && has_secret(key);
	}
	if (same)
		update_key(key);
	else if (own)
		ereport(WARNING,
				errmsg("access key \"%s\" of the coordinator is not taken over, as this node has another one of that name", key->id),
				errhint("SELECT dynapg.drop_access_key(...) on this node makes room for it."));
	else
	{
		if (there)
			remove_key(key->id);
		add_key(key, role);
	}
	return true;
}

static void
remove_others(char **ids, int count)
{
	DynSqlArgs	args = {0};

	dyn_sql_text_array(&args, ids, count);
	dyn_catalog_run("DELETE FROM dynapg.access_keys k WHERE k.of_coordinator AND NOT k.access_key_id "
					"OPERATOR(pg_catalog.=) ANY ($1)", &args);
}

/* The state that is known then: an empty text where a key waits for its role. */
static const char *
accept_list(StringInfo list)
{
	const char *state = next_text(list);
	char	  **ids = palloc_array(char *, list->len / 5 + 1);	/* a key has five texts */
	int			count = 0;

	while (list->cursor < list->len)
	{
		SharedKey	key = next_key(list);

		CHECK_FOR_INTERRUPTS();
		ids[count++] = pstrdup(key.id);
		if (!accept_key(&key))
			state = "";
	}
	remove_others(ids, count);
	return state;
}

/* As the extension's owner, since the node's role has to be a superuser there. */
static DynLinkAnswer
ask(const char *known, StringInfo list)
{
	DynLinkParam param = {known, strlen(known)};
	volatile DynLinkAnswer answer = DYN_LINK_NONE;
	Oid			user;
	int			security;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(dyn_installation_require()->owner, security | SECURITY_LOCAL_USERID_CHANGE);
	PG_TRY();
	{
		answer = dyn_link_ask(DYN_CITUS_COORDINATOR, STATEMENT, &param, 1, list);
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(user, security);
	}
	PG_END_TRY();
	return answer;
}

void
dyn_key_sync_run(void)
{
	static char known[128] = "";
	static TimestampTz whole = 0;	/* when the whole list was taken */
	static bool answers = true;
	TimestampTz now = GetCurrentTimestamp();
	StringInfoData list;
	DynLinkAnswer answer;

	if (!dyn_citus_is_worker())
		return;
	if (dyn_guc_node_connections == 0)	/* which is about reads; this process has no others */
		SetConfigOption("dynapg.node_connections", "1", PGC_USERSET, PGC_S_OVERRIDE);
	if (TimestampDifferenceExceeds(whole, now, WHOLE_LIST_SECONDS * 1000))
		known[0] = '\0';
	initStringInfo(&list);
	answer = ask(known, &list);
	if (answer == DYN_LINK_NONE && answers)
		ereport(WARNING, errmsg("the coordinator of Citus does not give this node its access keys"),
				errhint("It has to admit the owner of the extension from here, and to have this version of dynapg."));
	answers = answer != DYN_LINK_NONE;
	if (answer != DYN_LINK_VALUE)
		return;
	SPI_connect();
	strlcpy(known, accept_list(&list), sizeof(known));
	SPI_finish();
	explicit_bzero(list.data, list.len);
	whole = now;
}
