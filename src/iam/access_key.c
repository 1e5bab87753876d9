/*
 * access_key.c - access keys: which role a request over HTTP runs as
 *
 * Model of the cache.  An entry holds what a request needs to know about a key, and the generation in which it was read. Every
 * change that could matter (of the table, of roles, memberships and databases) begins a new generation, so all entries are read
 * again at their next use: such changes are rare and a read is cheap.  A change that arrives
 * while an entry is read leaves it one generation behind.  PostgreSQL delivers invalidations at the start of a transaction, so
 * a request sees all that was committed before it.
 *
 * The table's trigger reports changes of its rows, by whatever statement.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_database.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/base64.h"
#include "base/compat.h"
#include "database/citus.h"
#include "database/installation.h"
#include "database/relcache.h"
#include "iam/access_key.h"
#include "iam/secret.h"
#include "tables/catalog.h"

PGDLLEXPORT Datum dynapg_on_access_keys_change(PG_FUNCTION_ARGS);

#define MAX_CACHED_KEYS 1024

#define MANAGERS \
	"Access keys of a role are managed by the role itself, by roles with the ADMIN option on it and by superusers."

typedef struct KeyEntry
{
	char		id[DYN_MAX_ACCESS_KEY_ID + 1];	/* hash key */
	uint64		generation;
	DynAccessKey key;
} KeyEntry;

static HTAB *keys = NULL;
static uint64 generation = 1;
static Oid	keys_relid = InvalidOid;	/* the table that was last read; InvalidOid: any table may be the one */
static uint64 roles_generation = 1; /* of the roles alone */
static uint64 swept_in = 0;			/* when keys of dropped roles were last searched for */

/* ---- the cache ---- */

static void
on_relation_change(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || !OidIsValid(keys_relid) || relid == keys_relid)
		generation++;
}

static void
on_catalog_change(Datum arg, int cache, uint32 hash)
{
	generation++;
	if (cache == AUTHOID)
		roles_generation++;
}

static void
init_cache(void)
{
	static bool registered = false;
	HASHCTL		control = {.keysize = sizeof(((KeyEntry *) NULL)->id), .entrysize = sizeof(KeyEntry)};

	if (keys && hash_get_num_entries(keys) >= MAX_CACHED_KEYS)
	{
		hash_destroy(keys);
		keys = NULL;
	}
	if (keys == NULL)
		keys = hash_create("dynapg access keys", 16, &control, HASH_ELEM | HASH_STRINGS);
	if (registered)
		return;
	dyn_relcache_watch(on_relation_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, on_catalog_change, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, on_catalog_change, (Datum) 0);
	CacheRegisterSyscacheCallback(DATABASEOID, on_catalog_change, (Datum) 0);
	registered = true;
}

/* The role's part of a key; false when the role is gone or cannot log in. */
static bool
read_role(DynAccessKey *key)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(key->role));
	bool		can_login;
	bool		isnull;
	Datum		valid_until;

	if (!HeapTupleIsValid(tuple))
		return false;
	can_login = ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;
	valid_until = SysCacheGetAttr(AUTHOID, tuple, Anum_pg_authid_rolvaliduntil, &isnull);
	key->valid_until = isnull ? DT_NOEND : DatumGetTimestampTz(valid_until);
	ReleaseSysCache(tuple);
	key->may_connect = can_login && dyn_compat_may_connect(key->role);
	return can_login;
}

/* Reads the row of a key: the role; false when there is none, or the key is disabled. */
static bool
read_row(Oid relid, const char *id, Oid *role)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TupleDesc	columns = RelationGetDescr(rel);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		isnull;
	bool		found = false;

	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	ScanKeyInit(&key, get_attnum(relid, "access_key_id"), BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(id));
	key.sk_collation = C_COLLATION_OID;
	scan = systable_beginscan(rel, rel->rd_pkindex, OidIsValid(rel->rd_pkindex), NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		found = DatumGetBool(heap_getattr(tuple, get_attnum(relid, "enabled"), columns, &isnull)) && !isnull;
		*role = DatumGetObjectId(heap_getattr(tuple, get_attnum(relid, "role"), columns, &isnull));
	}
	systable_endscan(scan);
	table_close(rel, NoLock);
	return found;
}

/*
 * Reads a key from the tables; false when it cannot be used. Reads directly, without a statement: under no role, so that no
 * user's code can run.
 */
static bool
read_key(const char *id, DynAccessKey *key)
{
	keys_relid = dyn_installation_require()->access_keys;
	return read_row(keys_relid, id, &key->role) && dyn_secret_read(id, key->secret) && read_role(key);
}

const DynAccessKey *
dyn_access_key_find(const char *id, uint32 len)
{
	char		name[DYN_MAX_ACCESS_KEY_ID + 1];
	DynAccessKey key;
	KeyEntry   *entry;
	uint64		read_in;

	if (len == 0 || len > DYN_MAX_ACCESS_KEY_ID || memchr(id, '\0', len))
		return NULL;
	memcpy(name, id, len);
	name[len] = '\0';

	init_cache();
	entry = hash_search(keys, name, HASH_FIND, NULL);
	if (entry && entry->generation == generation)
		return &entry->key;

	read_in = generation;
	if (!read_key(name, &key))
	{
		hash_search(keys, name, HASH_REMOVE, NULL);
		return NULL;
	}
	entry = hash_search(keys, name, HASH_ENTER, NULL);
	entry->generation = read_in;
	entry->key = key;
	return &entry->key;
}

/* Trigger of dynapg.access_keys, after each statement that changes rows. */
PG_FUNCTION_INFO_V1(dynapg_on_access_keys_change);
Datum
dynapg_on_access_keys_change(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.on_access_keys_change can only be called by a trigger")));
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	return PointerGetDatum(NULL);
}

/* ---- managing keys ---- */

bool
dyn_access_key_manages_role(Oid role)
{
	Oid			user = GetUserId();

	if (superuser_arg(user) || role == user)
		return true;
	return !superuser_arg(role) && is_admin_of_role(user, role);
}

static void
require_may_manage(Oid role)
{
	if (!dyn_access_key_manages_role(role))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for access keys of role \"%s\"", GetUserNameFromId(role, true)),
						errdetail(MANAGERS)));
}

static void
random_bytes(uint8 *bytes, size_t len)
{
	if (!pg_strong_random(bytes, len))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
}

/* "AKIA" and 80 random bits. */
static void
make_id(char id[DYN_ACCESS_KEY_ID_LEN + 1])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8		bytes[DYN_ACCESS_KEY_ID_LEN - 4];

	random_bytes(bytes, sizeof(bytes));
	memcpy(id, "AKIA", 4);
	for (size_t i = 0; i < sizeof(bytes); i++)
		id[4 + i] = digits[bytes[i] & 31];
	id[DYN_ACCESS_KEY_ID_LEN] = '\0';
}

/* 240 random bits in base64. */
static void
make_secret(char secret[DYN_ACCESS_SECRET_LEN + 1])
{
	uint8		bytes[DYN_ACCESS_SECRET_LEN / 4 * 3];

	random_bytes(bytes, sizeof(bytes));
	secret[dyn_base64_encode(bytes, sizeof(bytes), secret)] = '\0';
	explicit_bzero(bytes, sizeof(bytes));
}

#define OF_DEAD_ROLES \
	"FROM dynapg.access_keys k WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r " \
	"WHERE r.oid OPERATOR(pg_catalog.=) k.role::pg_catalog.oid)"

/* Removes the keys of roles that are gone. */
static void
remove_dead_keys(void)
{
	if (dyn_catalog_run("SELECT " OF_DEAD_ROLES, NULL) > 0)
		dyn_catalog_run("DELETE " OF_DEAD_ROLES, NULL);
}

static void
require_role(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool		can_login;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("role with OID %u does not exist", role)));
	can_login = ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;
	ReleaseSysCache(tuple);
	require_may_manage(role);
	if (!can_login)
		ereport(WARNING, (errmsg("role \"%s\" cannot log in, so its keys are refused", GetUserNameFromId(role, false)),
						  errhint("ALTER ROLE ... LOGIN makes them work.")));
}

void
dyn_access_key_import(Oid role, const char *id, const char *secret)
{
	DynSqlArgs	args = {0};

	(void) dyn_installation_require();
	require_role(role);
	SPI_connect();
	remove_dead_keys();
	dyn_secret_keep(id, secret);
	dyn_sql_text(&args, id);
	dyn_sql_oid(&args, role);
	dyn_catalog_run("INSERT INTO dynapg.access_keys (access_key_id, role) VALUES ($1, $2)", &args);
	SPI_finish();
	if (dyn_citus_is_worker())
		ereport(NOTICE, (errmsg("the access key is for this node of Citus alone"),
						 errhint("The keys that are made on the coordinator are for all nodes.")));
}

void
dyn_access_key_create(Oid role, char id[DYN_ACCESS_KEY_ID_LEN + 1], char secret[DYN_ACCESS_SECRET_LEN + 1])
{
	make_id(id);
	make_secret(secret);
	dyn_access_key_import(role, id, secret);
}

bool
dyn_access_key_manages(const char *id)
{
	DynSqlArgs	key = {0};
	bool		manages;

	(void) dyn_installation_require();
	SPI_connect();
	dyn_sql_text(&key, id);
	manages = dyn_catalog_run("SELECT k.role::pg_catalog.oid FROM dynapg.access_keys k JOIN pg_catalog.pg_roles r "
							  "ON r.oid OPERATOR(pg_catalog.=) k.role::pg_catalog.oid "
							  "WHERE k.access_key_id OPERATOR(pg_catalog.=) $1", &key) > 0 &&
		dyn_access_key_manages_role(dyn_sql_get_oid(0, 1));
	SPI_finish();
	return manages;
}

/* Keys that the coordinator of Citus has given this node would come back as they are there. */
static void
refuse_of_coordinator(const char *id)
{
	DynSqlArgs	key = {0};

	dyn_sql_text(&key, id);
	if (dyn_citus_is_worker() && dyn_catalog_run("SELECT FROM dynapg.access_keys k WHERE k.access_key_id OPERATOR(pg_catalog.=) $1 "
												 "AND k.of_coordinator", &key) > 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("access key \"%s\" is managed on the coordinator of Citus", id)));
}

/*
 * Runs the statement on the key $1 that the user may manage.  Somebody else's key looks like one that does not exist: the error
 * is the same, and nothing waits for it.
 */
static void
change_key(const char *sql, DynSqlArgs *args, const char *id)
{
	bool		manages = dyn_access_key_manages(id);

	SPI_connect();
	if (manages)
		refuse_of_coordinator(id);
	if (!manages || dyn_catalog_run(sql, args) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("you do not manage an access key \"%s\"", id),
						errdetail(MANAGERS)));
	SPI_finish();
}

void
dyn_access_key_enable(const char *id, bool enabled)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, id);
	dyn_sql_bool(&args, enabled);
	change_key("UPDATE dynapg.access_keys k SET enabled = $2 WHERE k.access_key_id OPERATOR(pg_catalog.=) $1", &args, id);
}

void
dyn_access_key_drop(const char *id)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, id);
	change_key("DELETE FROM dynapg.access_keys k WHERE k.access_key_id OPERATOR(pg_catalog.=) $1", &args, id);
}

/* ---- roles that are gone ---- */

void
dyn_access_key_roles_dropped(void)
{
	if (dyn_installation_find() == NULL)
		return;
	CommandCounterIncrement();
	SPI_connect();
	remove_dead_keys();
	SPI_finish();
}

bool
dyn_access_key_sweep_due(void)
{
	if (swept_in == roles_generation || RecoveryInProgress())
		return false;
	init_cache();				/* which watches the roles */
	swept_in = roles_generation;
	return true;
}

Oid
dyn_access_key_database_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", MyDatabaseId);
	owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	return owner;
}
