/*
 * link.c - asking other nodes of Citus by connections of our own
 *
 * This process has at most dynapg.node_connections links.  The one that was used longest ago gives way, unless all are in use: to
 * connect for each read would cost more than Citus does.  A link ends with the first thing that goes wrong on it, so that nobody has
 * to know in which state it is; a node that has only refused the read is asked again.  A node that cannot be reached, or that cannot
 * execute the statement, is not tried again for a while, so that requests do not wait for it; Citus reports it.
 *
 * A link lives as long as Citus would keep a connection, ten minutes by default.
 *
 * PostgreSQL lets a process have a number of descriptors of its own, which Citus needs, too: links leave some.
 *
 * The answer is waited for with interrupts served, and an interrupt ends the link.  Its node notices that within a second, and gives
 * up a read that still waits for a lock.
 */
#include "postgres.h"

#include "libpq-fe.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"
#include "database/citus.h"
#include "database/link.h"

#define STATEMENT "dynapg"		/* its name at the nodes */
#define OPTIONS "-c client_connection_check_interval=1s"
#define CONNECT_MS 5000			/* at most */
#define RETRY_SECONDS 10		/* after a node could not be reached */
#define USE_SECONDS 10			/* a link is in use for so long after a read */
#define DESCRIPTORS 2			/* of a link: its socket and what waits for it */
#define SPARE_DESCRIPTORS 4
#define MAX_PARAMS 4
#define BINARY 1				/* libpq's format */
#define MAX_KEYWORDS 64

/* Its place stays taken when its connection has ended, for retry_at. */
typedef struct Link
{
	int			group;
	Oid			user;
	const char *statement;
	TimestampTz used;
	TimestampTz since;			/* when conn was made */
	TimestampTz retry_at;		/* not to be connected before */
	uint64		epoch;			/* of the nodes' addresses: those that are in it were right then */
	char		host[DYN_CITUS_MAX_HOST];
	int			port;
	PGconn	   *conn;			/* NULL: none */
	WaitEventSet *events;		/* of conn's socket, the first one */
	PGresult   *result;			/* that is being read */
} Link;

static Link links[DYN_MAX_NODE_CONNECTIONS];
static int	nlinks = 0;			/* places that are taken */

/* ---- ending ---- */

static void
drop_events(Link *link)
{
	if (link->events != NULL)
		FreeWaitEventSet(link->events);
	link->events = NULL;
}

static void
hang_up(Link *link)
{
	PQclear(link->result);
	link->result = NULL;
	drop_events(link);
	if (link->conn == NULL)
		return;
	PQfinish(link->conn);
	link->conn = NULL;
	ReleaseExternalFD();
}

/* Ends what is no use to try again now. */
static void
give_up(Link *link)
{
	hang_up(link);
	link->retry_at = GetCurrentTimestamp() + RETRY_SECONDS * USECS_PER_SEC;
}

static void
hang_up_all(int code, Datum arg)
{
	for (int i = 0; i < nlinks; i++)
		hang_up(&links[i]);
}

/* ---- waiting ---- */

/* Waits for the events of the link's socket; false after the deadline, which 0 is none. */
static bool
wait_for(Link *link, uint32 events, TimestampTz deadline)
{
	WaitEvent	event;

	ModifyWaitEvent(link->events, 0, events, NULL);
	for (;;)
	{
		long		left = deadline == 0 ? -1 : TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);

		if (left == 0)
			return false;
		if (WaitEventSetWait(link->events, left, &event, 1, PG_WAIT_EXTENSION) == 0)
			continue;
		if (event.events & events)
			return true;
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
watch(Link *link)
{
	drop_events(link);
	link->events = dyn_compat_create_wait_event_set(3);
	AddWaitEventToSet(link->events, WL_SOCKET_READABLE, PQsocket(link->conn), NULL, NULL);
	AddWaitEventToSet(link->events, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(link->events, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
}

/* The next result; NULL after the last one, or where the connection has broken. */
static PGresult *
next_result(Link *link, TimestampTz deadline)
{
	while (PQisBusy(link->conn))
		if (!wait_for(link, WL_SOCKET_READABLE, deadline) || !PQconsumeInput(link->conn))
			return NULL;
	return PQgetResult(link->conn);
}

/* The result of what was sent, which is all of it; NULL without one. */
static PGresult *
only_result(Link *link, TimestampTz deadline)
{
	PGresult   *result = next_result(link, deadline);
	PGresult   *more = result != NULL ? next_result(link, deadline) : NULL;

	if (more == NULL && (result == NULL || PQtransactionStatus(link->conn) == PQTRANS_IDLE))
		return result;
	PQclear(more);
	PQclear(result);
	return NULL;
}

/* ---- connecting ---- */

typedef struct Keywords
{
	int			count;
	const char *names[MAX_KEYWORDS + 1];
	const char *values[MAX_KEYWORDS + 1];
} Keywords;

static void
add(Keywords *keywords, const char *name, const char *value)
{
	if (keywords->count == MAX_KEYWORDS)
		return;
	keywords->names[keywords->count] = name;
	keywords->values[keywords->count++] = value;
}

/* Adds what a connection string has; false where it is none. */
static bool
add_string(Keywords *keywords, const char *string)
{
	PQconninfoOption *options = PQconninfoParse(string, NULL);

	if (options == NULL)
		return false;
	for (PQconninfoOption *option = options; option->keyword != NULL; option++)
		if (option->val != NULL && option->val[0] != '\0')
			add(keywords, pstrdup(option->keyword), pstrdup(option->val));
	PQconninfoFree(options);
	return true;
}

static bool
has(const Keywords *keywords, const char *name)
{
	for (int i = 0; i < keywords->count; i++)
		if (strcmp(keywords->names[i], name) == 0)
			return true;
	return false;
}

/* As Citus has them: of a name that comes twice, libpq takes the last. */
static bool
keywords_of(Keywords *keywords, const DynCitusNode *node, const char *user)
{
	*keywords = (Keywords) {0};
	if (!add_string(keywords, node->conninfo))
		return false;
	add(keywords, has(keywords, "host") ? "hostaddr" : "host", node->host);
	add(keywords, "port", psprintf("%d", node->port));
	add(keywords, "dbname", node->database);
	add(keywords, "user", user);
	add(keywords, "client_encoding", GetDatabaseEncodingName());
	add(keywords, "application_name", "dynapg");
	add(keywords, "options", OPTIONS);
	return add_string(keywords, node->secret);
}

static void
ignore_notice(void *arg, const char *message)
{
}

/* Goes on with the connection until it stands; libpq can change its socket meanwhile. */
static bool
establish(Link *link, TimestampTz deadline)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED)
	{
		watch(link);
		if (!wait_for(link, status == PGRES_POLLING_READING ? WL_SOCKET_READABLE : WL_SOCKET_WRITEABLE, deadline))
			return false;
		status = PQconnectPoll(link->conn);
	}
	return status == PGRES_POLLING_OK;
}

static bool
prepare(Link *link, TimestampTz deadline)
{
	PGresult   *result;
	bool		done;

	if (!PQsendPrepare(link->conn, STATEMENT, link->statement, 0, NULL))
		return false;
	result = only_result(link, deadline);
	done = result != NULL && PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return done;
}

/* Takes a descriptor for a socket, if there are some for others, too. */
static bool
take_descriptor(void)
{
	int			count = 0;

	while (count < DESCRIPTORS + SPARE_DESCRIPTORS && AcquireExternalFD())
		count++;
	for (int i = count == DESCRIPTORS + SPARE_DESCRIPTORS ? 1 : 0; i < count; i++)
		ReleaseExternalFD();
	return count == DESCRIPTORS + SPARE_DESCRIPTORS;
}

static bool
connect_to(Link *link, const DynCitusNode *node)
{
	int			patience = node->patience > 0 ? Min(node->patience, CONNECT_MS) : CONNECT_MS;
	TimestampTz deadline = GetCurrentTimestamp() + patience * INT64CONST(1000);
	Keywords	keywords;

	if (!keywords_of(&keywords, node, GetUserNameFromId(link->user, false)) || !take_descriptor())
		return false;
	link->conn = PQconnectStartParams(keywords.names, keywords.values, false);
	if (link->conn == NULL)
	{
		ReleaseExternalFD();
		return false;
	}
	link->since = GetCurrentTimestamp();
	PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
	return PQstatus(link->conn) != CONNECTION_BAD && establish(link, deadline) && prepare(link, deadline);
}

/* ---- which link ---- */

/* The setting may have become smaller. */
static void
give_up_places(void)
{
	while (nlinks > dyn_guc_node_connections)
		hang_up(&links[--nlinks]);
}

/* Nobody may see the end of a connection that is not used, and a name can lead elsewhere: those that Citus would not keep end. */
static void
end_old(TimestampTz now)
{
	int			lifetime = dyn_citus_connection_lifetime();

	for (int i = 0; i < nlinks && lifetime >= 0; i++)
		if (links[i].conn != NULL && TimestampDifferenceExceeds(links[i].since, now, lifetime))
			hang_up(&links[i]);
}

/* The place of the link, new or not; NULL: all are in use. */
static Link *
place_of(int group, Oid user, const char *statement, TimestampTz now)
{
	Link	   *link = &links[0];

	for (int i = 0; i < nlinks; i++)
	{
		if (links[i].user == user && links[i].group == group && strcmp(links[i].statement, statement) == 0)
			return &links[i];
		if (links[i].used < link->used)
			link = &links[i];
	}
	if (nlinks < dyn_guc_node_connections)
		link = &links[nlinks++];
	else if (link->used + USE_SECONDS * USECS_PER_SEC > now)
		return NULL;
	else
		hang_up(link);
	*link = (Link) {.group = group, .user = user, .statement = statement};
	return link;
}

/* Connects the link to where its node is now, unless that failed a moment ago. */
static bool
is_connected(Link *link)
{
	uint64		epoch = dyn_citus_nodes_epoch();
	DynCitusNode node;
	bool		found;

	if (link->epoch == epoch && (link->conn != NULL || link->used < link->retry_at))
		return link->conn != NULL;
	link->epoch = epoch;
	found = dyn_citus_find_node(link->group, link->user, &node);
	if (found && link->conn != NULL && node.port == link->port && strcmp(node.host, link->host) == 0)
		return true;
	hang_up(link);
	if (found)
	{
		strlcpy(link->host, node.host, sizeof(link->host));
		link->port = node.port;
		if (connect_to(link, &node))
			return true;
	}
	give_up(link);
	return false;
}

/* ---- asking ---- */

/* Is it an answer, or an error that says something of this read alone? Others can be those of a statement that is out of date. */
static bool
is_of_read(const PGresult *result)
{
	static const int codes[] = {ERRCODE_INSUFFICIENT_PRIVILEGE, ERRCODE_UNDEFINED_TABLE, ERRCODE_LOCK_NOT_AVAILABLE,
	ERRCODE_INVALID_PARAMETER_VALUE};
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (code == NULL)
		return PQresultStatus(result) == PGRES_TUPLES_OK;
	for (int i = 0; i < lengthof(codes); i++)
		if (strcmp(code, unpack_sql_state(codes[i])) == 0)
			return true;
	return false;
}

static DynLinkAnswer
read_answer(const PGresult *result, StringInfo out)
{
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1 || PQnfields(result) != 1)
		return DYN_LINK_NONE;
	if (PQgetisnull(result, 0, 0))
		return DYN_LINK_NULL;
	appendBinaryStringInfo(out, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	return DYN_LINK_VALUE;
}

static DynLinkAnswer
ask(Link *link, const DynLinkParam *params, int count, StringInfo out)
{
	const char *values[MAX_PARAMS];
	int			lengths[MAX_PARAMS];
	int			formats[MAX_PARAMS];
	DynLinkAnswer answer;

	Assert(count <= MAX_PARAMS);
	for (int i = 0; i < count; i++)
	{
		values[i] = params[i].value;
		lengths[i] = params[i].length;
		formats[i] = BINARY;
	}
	if (PQsendQueryPrepared(link->conn, STATEMENT, count, values, lengths, formats, BINARY))
		link->result = only_result(link, 0);
	if (link->result == NULL)
	{
		hang_up(link);
		return DYN_LINK_NONE;
	}
	answer = read_answer(link->result, out);
	if (!is_of_read(link->result))
		give_up(link);
	PQclear(link->result);
	link->result = NULL;
	return answer;
}

/* The same, connecting if need be; an error or interrupt ends the link. */
static DynLinkAnswer
connect_and_ask(Link *link, const DynLinkParam *params, int count, StringInfo out)
{
	volatile DynLinkAnswer answer = DYN_LINK_NONE;

	PG_TRY();
	{
		if (is_connected(link))
			answer = ask(link, params, count, out);
	}
	PG_CATCH();
	{
		hang_up(link);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return answer;
}

DynLinkAnswer
dyn_link_ask(int group, const char *statement, const DynLinkParam *params, int count, StringInfo out)
{
	static bool ends_with_process = false;
	TimestampTz now = GetCurrentTimestamp();
	Link	   *link;

	give_up_places();
	if (dyn_guc_node_connections == 0)
		return DYN_LINK_NONE;
	if (!ends_with_process)
		on_proc_exit(hang_up_all, (Datum) 0);
	ends_with_process = true;
	end_old(now);
	link = place_of(group, GetUserId(), statement, now);
	if (link == NULL)
		return DYN_LINK_NONE;
	link->used = now;
	return connect_and_ask(link, params, count, out);
}
