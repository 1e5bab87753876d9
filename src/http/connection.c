/*
 * connection.c - a connection of a worker: buffers, states, receiving and sending
 *
 * A connection's bytes are read into a shared buffer and are parsed there; only the bytes of an incomplete request move into a
 * buffer of the connection. `in` always starts with a request's first byte, and the parser has seen parser.consumed bytes of
 * it; the rest is backlog, which dyn_connection_resume processes.
 *
 * States: open; closing, when the last reply was made and only has to be sent; lingering, when it was sent and what the client
 * still sends is discarded until it closes, since closing earlier could destroy the reply on its way.  An error of PostgreSQL
 * while a connection is served (memory, above all) closes that connection.
 *
 * A connection that ends is closed at once, but its structure stays until the end of the turn, marked as dead: epoll may have
 * reported events for it that this turn has not processed yet.
 *
 * Timeouts, memory and numbers of connections are pool.c's.
 */
#include "postgres.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "http/connection.h"
#include "http/connection_state.h"
#include "http/durable.h"
#include "http/pool.h"
#include "http/serve.h"
#include "http/standbys.h"

#define SCRATCH_SIZE		65536	/* bytes read at a time */
#define READS_PER_TURN		16		/* of one connection, so that none starves the others */
#define REQUESTS_PER_TURN	16
#define MAX_WAITING_OUTPUT	(1024 * 1024)	/* bytes; above that no further request is executed */
#define MAX_TURN_OUTPUT		(16 * 1024 * 1024)	/* bytes of replies of all connections, after which a turn executes no more */
#define EARLY_OUTPUT		16384	/* bytes of a connection's replies, from which on they do not wait for those of others */
#define HTTP_SERVICE_UNAVAILABLE 503
#define PROGRESS			16384	/* this number of bytes starts the transfer timeout again, */
#define MIN_RATE			16		/* if they came at this number of bytes per millisecond */

static MemoryContext context = NULL;
static int	epoll_fd = -1;
static char *scratch = NULL;
static int64 turn_output = 0;	/* bytes of replies that were made in this turn */
static dlist_head touched;		/* may have something to send, or other events to watch */
static dlist_head backlogged;	/* have requests that were received but not executed */

static void
touch(DynConnection *connection)
{
	if (connection->is_touched)
		return;
	if (connection->is_backlogged)
		dlist_delete(&connection->turn_node);
	connection->is_backlogged = false;
	connection->is_touched = true;
	dlist_push_tail(&touched, &connection->turn_node);
}

static bool
has_backlog(const DynConnection *connection)
{
	return connection->in_len > connection->parser.consumed && !connection->closing;
}

/* The buffer for replies. */
static StringInfo
output(DynConnection *connection)
{
	if (connection->out.data == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(context);

		initStringInfo(&connection->out);
		connection->out_sent = 0;
		MemoryContextSwitchTo(caller);
	}
	return &connection->out;
}

/* Stops reading and executing requests; pending output is still sent. */
static void
begin_closing(DynConnection *connection)
{
	connection->closing = true;
	dyn_connection_state_free_input(connection);
}

/* -- moving bytes -- */

/* After a transfer: restarts the timeout when there were enough bytes and they came fast enough. */
static void
note_progress(DynConnection *connection, int bytes)
{
	connection->progress += bytes;
	if (connection->timer != DYN_TIMER_TRANSFER || connection->progress < PROGRESS)
		return;
	/* headers have a limit of their own, and only one timeout */
	if (!connection->sending && !connection->parser.headers_done)
		return;
	if (connection->progress >= (dyn_pool_now() - connection->since) * MIN_RATE)
		dyn_pool_start_timer(connection, DYN_TIMER_TRANSFER);
}

/* Sends what can be sent.  False: the connection is broken. */
static bool
send_output(DynConnection *connection)
{
	while (connection->out_sent < connection->out.len)
	{
		const char *data = connection->out.data + connection->out_sent;
		int			len = connection->out.len - connection->out_sent;
		int			sent;

		if (connection->tls)
		{
			sent = dyn_tls_write(connection->tls, data, len);
			if (sent == DYN_TLS_AGAIN || sent == DYN_TLS_AGAIN_WRITE)
				break;
		}
		else
		{
			sent = send(connection->fd, data, len, MSG_NOSIGNAL);
			if (sent < 0 && errno == EINTR)
				continue;
			if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
				break;
		}
		if (sent <= 0)
			return false;
		connection->out_sent += sent;
		if (connection->sending)
			note_progress(connection, sent);
	}
	if (connection->out_sent == connection->out.len)
		dyn_connection_state_free_output(connection);
	return true;
}

/*
 * A large reply that nothing holds leaves at once, not at the end of the turn: its buffer is then free for the next one, and not yet out of
 * the processor's cache.  What is left of it leaves as ever; so does an error.
 */
static void
send_early(DynConnection *connection)
{
	if (connection->out.len >= EARLY_OUTPUT && connection->position == InvalidXLogRecPtr && dyn_durable_is_flushed())
		(void) send_output(connection);
}

/* -- receiving -- */

/* The request is the first part of data, of that length. */
static void
serve(DynConnection *connection, const char *data, uint32 len)
{
	static DynHttpHeader headers[DYN_MAX_HTTP_HEADERS];
	DynHttpRequest request;
	bool		more = connection->parser.consumed < len || (connection->tls && dyn_tls_pending(connection->tls));
	bool		keep_alive = connection->parser.keep_alive;
	int			before = connection->out.len;
	XLogRecPtr	position;

	if (!dyn_pool_may_execute(connection))
	{
		dyn_serve_refusal(HTTP_SERVICE_UNAVAILABLE, output(connection));
		begin_closing(connection);
		return;
	}
	dyn_parser_request(&connection->parser, data, headers, &request);
	if (dyn_serve_request(&request, more, &keep_alive, output(connection)))
		connection->proven = true;
	position = dyn_durable_position();
	connection->position = Max(connection->position, position);
	connection->renewed = true;
	turn_output += connection->out.len - before;
	send_early(connection);
	if (!keep_alive)
		begin_closing(connection);
}

/* For an incomplete request: does its client wait for "100 Continue"? */
static void
continue_if_expected(DynConnection *connection)
{
	if (!connection->parser.expects_continue || connection->continued || connection->parser.body.len > 0)
		return;
	appendStringInfoString(output(connection), "HTTP/1.1 100 Continue\r\n\r\n");
	connection->continued = true;
}

/*
 * Keeps the unused rest of data (an end of the shared buffer, or of `in`). Without memory for it the connection is refused.
 */
static void
keep_bytes(DynConnection *connection, const char *data, uint32 len)
{
	bool		is_small;

	if (connection->closing || len == 0)
	{
		dyn_connection_state_free_input(connection);
		return;
	}
	if (connection->in == NULL)
	{
		uint32		size = Max(len, 1024);

		if (!dyn_pool_admits(connection, size, &is_small))
		{
			dyn_serve_refusal(HTTP_SERVICE_UNAVAILABLE, output(connection));
			begin_closing(connection);
			return;
		}
		connection->in = MemoryContextAlloc(context, size);
		connection->in_size = size;
		memcpy(connection->in, data, len);
	}
	else if (data != connection->in)
		memmove(connection->in, data, len);
	connection->in_len = len;
}

/* Parses and serves data, which starts with a request's first byte. */
static void
process(DynConnection *connection, char *data, uint32 len)
{
	DynParser  *parser = &connection->parser;

	if (!parser->started)
		connection->begun = dyn_pool_now();
	for (int served = 0; served < REQUESTS_PER_TURN && connection->out.len < MAX_WAITING_OUTPUT && turn_output < MAX_TURN_OUTPUT &&
		 !connection->closing && parser->consumed < len;)
	{
		switch (dyn_parser_feed(parser, data, &len))
		{
			case DYN_PARSE_MORE:
				continue_if_expected(connection);
				break;
			case DYN_PARSE_REQUEST:
				serve(connection, data, len);
				if (connection->closing)
					break;
				data += parser->consumed;
				len -= parser->consumed;
				dyn_parser_next(parser);
				dyn_pool_account(connection);
				connection->begun = dyn_pool_now();
				connection->continued = false;
				served++;
				break;
			case DYN_PARSE_REFUSED:
				dyn_serve_refusal(parser->status, output(connection));
				begin_closing(connection);
				break;
		}
	}
	keep_bytes(connection, data, len);
	dyn_pool_account(connection);
}

/*
 * Makes room for the next read behind `in`.  False if there is no memory; the connection then waits for it, or is refused if it
 * is too small to wait.
 */
static bool
make_room(DynConnection *connection)
{
	uint32		growth = dyn_connection_state_growth(connection);
	bool		is_small;

	if (growth == 0)
		return true;
	if (dyn_pool_admits(connection, growth, &is_small))
	{
		connection->in = repalloc(connection->in, connection->in_size + growth);
		connection->in_size += growth;
		dyn_pool_account(connection);
		return true;
	}
	if (is_small)
	{
		dyn_serve_refusal(HTTP_SERVICE_UNAVAILABLE, output(connection));
		begin_closing(connection);
	}
	else
		dyn_pool_start_timer(connection, DYN_TIMER_STARVED);
	return false;
}

/* Some bytes from the socket: their number, 0 at the end, -1 when there are none now, -2 when it is broken. */
static int
receive_some(DynConnection *connection, char *data, uint32 room)
{
	int			rc;

	if (connection->tls)
	{
		rc = dyn_tls_read(connection->tls, data, room);
		connection->read_wants_write = rc == DYN_TLS_AGAIN_WRITE;
		return rc >= 0 ? rc : rc == DYN_TLS_FAILED ? -2 : -1;
	}
	do
		rc = recv(connection->fd, data, room, 0);
	while (rc < 0 && errno == EINTR);
	return rc >= 0 ? rc : errno == EAGAIN || errno == EWOULDBLOCK ? -1 : -2;
}

/* Discards what a client still sends after its last reply. False: it has closed. */
static bool
drain(DynConnection *connection)
{
	int			received = 1;

	for (int reads = 0; reads < READS_PER_TURN && received > 0; reads++)
	{
		do
			received = recv(connection->fd, scratch, SCRATCH_SIZE, 0);
		while (received < 0 && errno == EINTR);
	}
	return received > 0 || (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

/* Reads and serves.  False: the connection is to be destroyed. */
static bool
receive(DynConnection *connection)
{
	for (int reads = 0; reads < READS_PER_TURN && !connection->closing && !has_backlog(connection) &&
		 connection->out.len < MAX_WAITING_OUTPUT && turn_output < MAX_TURN_OUTPUT; reads++)
	{
		bool		shared = connection->in == NULL;
		uint32		room;
		char	   *data;
		int			received;

		if (!shared && !make_room(connection))
			break;
		room = shared ? SCRATCH_SIZE : connection->in_size - connection->in_len;
		data = shared ? scratch : connection->in + connection->in_len;
		received = receive_some(connection, data, room);
		if (received == -2)
			return false;
		if (received < 0)
			break;
		if (received == 0)
		{
			connection->peer_closed = true;
			begin_closing(connection);
			break;
		}
		note_progress(connection, received);
		process(connection, shared ? data : connection->in, connection->in_len + received);
		if (received < room && connection->tls == NULL)
			break;
	}
	return true;
}

/* Runs the step with PostgreSQL's errors caught; destroys the connection when the step or an error says so. */
static void
guarded(DynConnection *connection, bool (*step) (DynConnection *))
{
	volatile bool goes_on = false;

	PG_TRY();
	{
		goes_on = step(connection);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		if (IsTransactionOrTransactionBlock())
			AbortCurrentTransaction();
		dyn_durable_aborted();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	if (goes_on)
		touch(connection);
	else
		dyn_pool_destroy(connection);
}

static bool
step_receive(DynConnection *connection)
{
	if (connection->timer == DYN_TIMER_STARVED)
		return true;
	return connection->lingering ? drain(connection) : receive(connection);
}

static void
feed(DynConnection *connection)
{
	guarded(connection, step_receive);
}

static bool
step_refuse(DynConnection *connection)
{
	if (connection->closing || dyn_connection_has_output(connection))
		return false;
	begin_closing(connection);
	dyn_serve_refusal(HTTP_SERVICE_UNAVAILABLE, output(connection));
	dyn_pool_account(connection);
	dyn_pool_start_timer(connection, DYN_TIMER_TRANSFER);
	return true;
}

static void
refuse(DynConnection *connection)
{
	guarded(connection, step_refuse);
}

static bool
step_resume(DynConnection *connection)
{
	if (has_backlog(connection))
		process(connection, connection->in, connection->in_len);
	return dyn_connection_has_output(connection) || has_backlog(connection) || receive(connection);
}

void
dyn_connection_event(DynConnection *connection, uint32 events)
{
	if (connection->is_dead)
		return;
	if (events & (EPOLLERR | EPOLLHUP))
		dyn_pool_destroy(connection);
	else if ((events & EPOLLIN) || connection->read_wants_write)
		guarded(connection, step_receive);
	else
		touch(connection);		/* writable: its output is sent with that of the others */
}

void
dyn_connection_resume(void)
{
	/* executing one may end others in the list; new ones are only added when the turn ends */
	while (!dlist_is_empty(&backlogged))
	{
		DynConnection *connection = dlist_container(DynConnection, turn_node, dlist_pop_head_node(&backlogged));

		connection->is_backlogged = false;
		guarded(connection, step_resume);
	}
	dyn_pool_feed();
}

bool
dyn_connection_pending(void)
{
	return !dlist_is_empty(&touched) || !dlist_is_empty(&backlogged);
}

/* -- sending -- */

/* A closing connection has sent everything. False: it can be closed at once. */
static bool
begin_lingering(DynConnection *connection)
{
	if (connection->peer_closed)
		return false;
	if (connection->tls)
	{
		dyn_tls_close(connection->tls);
		connection->tls = NULL;
	}
	if (shutdown(connection->fd, SHUT_WR) != 0)
		return false;
	connection->lingering = true;
	dyn_pool_start_timer(connection, DYN_TIMER_LINGER);
	return true;
}

static uint32
events_of(const DynConnection *connection)
{
	uint32		events = 0;

	if (connection->position != InvalidXLogRecPtr)
		return 0;
	if (dyn_connection_has_output(connection) || connection->read_wants_write)
		events |= EPOLLOUT;
	if (connection->lingering ||
		(!connection->closing && !dyn_connection_has_output(connection) && !has_backlog(connection) &&
		 connection->timer != DYN_TIMER_STARVED))
		events |= EPOLLIN;
	return events;
}

static void
watch(DynConnection *connection)
{
	struct epoll_event event = {.data.ptr = connection, .events = events_of(connection)};

	if (event.events == connection->watched)
		return;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) == 0)
		connection->watched = event.events;
}

/* The timer of a connection with nothing to send: for an arriving request, or for the next one. */
static void
time_request(DynConnection *connection)
{
	if (connection->timer == DYN_TIMER_STARVED)
		return;
	if (connection->parser.started || connection->is_backlogged)
	{
		if (connection->timer != DYN_TIMER_TRANSFER || connection->renewed || connection->sending)
			dyn_pool_start_timer(connection, DYN_TIMER_TRANSFER);
	}
	else if ((connection->timer != DYN_TIMER_NEW && connection->timer != DYN_TIMER_IDLE) || connection->renewed)
		dyn_pool_start_timer(connection, connection->proven ? DYN_TIMER_IDLE : DYN_TIMER_NEW);
	connection->renewed = connection->sending = false;
}

/* Do its replies wait for standbys? Until then the connection only can end. */
static bool
is_held(DynConnection *connection)
{
	if (connection->position == InvalidXLogRecPtr)
		return false;
	if (connection->position <= dyn_standbys_confirmed())
	{
		connection->position = InvalidXLogRecPtr;
		return false;
	}
	if (connection->timer != DYN_TIMER_HELD)
		dyn_pool_start_timer(connection, DYN_TIMER_HELD);
	connection->is_backlogged = false;
	return true;
}

static void
release(DynConnection *connection)
{
	connection->position = InvalidXLogRecPtr;
	dyn_pool_start_timer(connection, DYN_TIMER_TRANSFER);
	touch(connection);
}

/* Sends and finds the connection's next state.  False: it is to be destroyed. */
static bool
finish_turn(DynConnection *connection)
{
	if (is_held(connection))
	{
		dyn_pool_account(connection);
		watch(connection);
		return true;
	}
	if (dyn_connection_has_output(connection) && !send_output(connection))
		return false;
	if (dyn_connection_has_output(connection))
	{
		if (!connection->sending)
			dyn_pool_start_timer(connection, DYN_TIMER_TRANSFER);
		connection->sending = true;
		connection->renewed = false;
	}
	else if (connection->closing && !connection->lingering)
	{
		if (!begin_lingering(connection))
			return false;
	}
	else if (!connection->lingering)
	{
		/* TLS may hold bytes that the socket does not report */
		connection->is_backlogged = has_backlog(connection) ||
			(connection->tls && dyn_tls_pending(connection->tls) && connection->timer != DYN_TIMER_STARVED);
		time_request(connection);
	}
	dyn_pool_account(connection);
	watch(connection);
	return true;
}

/* Those whose requests this turn has not come to are first in the next one. */
void
dyn_connection_send(void)
{
	dlist_head	served;

	dlist_init(&served);
	while (!dlist_is_empty(&touched))
	{
		DynConnection *connection = dlist_container(DynConnection, turn_node, dlist_pop_head_node(&touched));
		bool		was_served = connection->renewed;

		connection->is_touched = false;
		if (!finish_turn(connection))
		{
			connection->is_backlogged = false;
			dyn_pool_destroy(connection);
		}
		else if (connection->is_backlogged)
			dlist_push_tail(was_served ? &served : &backlogged, &connection->turn_node);
	}
	while (!dlist_is_empty(&served))
		dlist_push_tail(&backlogged, dlist_pop_head_node(&served));
	turn_output = 0;
}

/* -- beginning -- */

void
dyn_connection_init(int epoll)
{
	static const DynPoolActions actions = {.feed = feed, .refuse = refuse, .release = release};

	epoll_fd = epoll;
	context = AllocSetContextCreate(TopMemoryContext, "dynapg HTTP connections", ALLOCSET_DEFAULT_SIZES);
	scratch = MemoryContextAlloc(context, SCRATCH_SIZE);
	dlist_init(&touched);
	dlist_init(&backlogged);
	dyn_pool_init(epoll, &actions);
}
