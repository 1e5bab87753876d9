/*
 * connection.c - the connections of a worker: buffers, states, timeouts
 *
 * A connection's bytes are read into a buffer that all share and are parsed there; only what belongs to a request that
 * is not complete yet moves into a buffer of the connection.  `in` always starts with a request's first byte, of
 * which the parser has seen parser.consumed bytes; more than those is backlog, which dyn_connections_resume takes up.
 *
 * States: open; closing, when the last reply was made and only has to be sent; lingering, when it was sent and the
 * rest of what the client sends is thrown away until it closes, since closing before that could destroy the reply on
 * its way.  An error of PostgreSQL while a connection is served (memory, above all) closes that connection.
 *
 * A connection that ends is closed at once, but its structure stays until the end of the turn, marked as dead: epoll may have
 * reported events of it that this turn has not come to yet.
 *
 * Timeouts: each has a list of connections in the order in which they came to it, so the first is always the next.
 *
 * Layer 4 (http).
 */
#include "postgres.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "access/xact.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "http/connection.h"
#include "http/durable.h"
#include "http/parser.h"
#include "http/serve.h"
#include "http/tls.h"

#define SCRATCH_SIZE		65536	/* bytes read at a time */
#define READS_PER_TURN		16		/* of one connection, so that none starves the others */
#define REQUESTS_PER_TURN	16
#define ACCEPTS_PER_TURN	64
#define MAX_WAITING_OUTPUT	(1024 * 1024)	/* bytes; with more no further request is executed */
#define PROGRESS			16384	/* bytes received that start the transfer timeout anew */
#define LINGER_TIME			2000	/* milliseconds */

typedef enum Timer
{
	TIMER_IDLE,					/* dynapg.http_idle_timeout */
	TIMER_TRANSFER,				/* dynapg.http_transfer_timeout */
	TIMER_LINGER,
	TIMER_COUNT
} Timer;

struct DynConnection
{
	dlist_node	timer_node;		/* in a list of `timers`, or in `dead` */
	dlist_node	turn_node;		/* in `touched` or `backlogged` */
	int64		since;			/* when it came to its timer */
	Timer		timer;
	int			fd;
	uint32		watched;		/* epoll events */
	DynTls	   *tls;			/* NULL: plain */
	bool		is_touched;
	bool		is_backlogged;
	bool		is_dead;		/* closed; to be freed at the end of the turn */
	bool		closing;
	bool		lingering;
	bool		peer_closed;	/* the client sends no more */
	bool		continued;		/* "100 Continue" was said for the current request */
	bool		read_wants_write;	/* TLS can only go on reading when the socket is writable */
	uint32		progress;		/* bytes received since the transfer timeout started */
	char	   *in;
	uint32		in_len;
	uint32		in_size;
	StringInfoData out;			/* data is NULL when empty */
	int			out_sent;
	DynParser	parser;
};

static MemoryContext context = NULL;
static int	epoll_fd = -1;
static char *scratch = NULL;
static int	connections = 0;
static dlist_head timers[TIMER_COUNT];
static dlist_head touched;		/* may have something to send, or to be watched otherwise */
static dlist_head backlogged;	/* have requests that were received but not executed */
static dlist_head dead;

static int64
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (int64) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
dyn_connections_init(int epoll)
{
	epoll_fd = epoll;
	context = AllocSetContextCreate(TopMemoryContext, "dynapg HTTP connections", ALLOCSET_DEFAULT_SIZES);
	scratch = MemoryContextAlloc(context, SCRATCH_SIZE);
	for (int i = 0; i < TIMER_COUNT; i++)
		dlist_init(&timers[i]);
	dlist_init(&touched);
	dlist_init(&backlogged);
	dlist_init(&dead);
}

static void
start_timer(DynConnection *connection, Timer timer)
{
	dlist_delete(&connection->timer_node);
	dlist_push_tail(&timers[timer], &connection->timer_node);
	connection->timer = timer;
	connection->since = now_ms();
	connection->progress = 0;
}

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
has_output(const DynConnection *connection)
{
	return connection->out.data != NULL;
}

static bool
has_backlog(const DynConnection *connection)
{
	return connection->in_len > connection->parser.consumed && !connection->closing;
}

static void
free_input(DynConnection *connection)
{
	if (connection->in)
		pfree(connection->in);
	connection->in = NULL;
	connection->in_len = connection->in_size = 0;
}

static void
free_output(DynConnection *connection)
{
	if (connection->out.data)
		pfree(connection->out.data);
	connection->out.data = NULL;
	connection->out.len = connection->out_sent = 0;
}

/* Ends a connection at once; its structure stays until dyn_connections_bury. */
static void
destroy(DynConnection *connection)
{
	dlist_delete(&connection->timer_node);
	if (connection->is_touched || connection->is_backlogged)
		dlist_delete(&connection->turn_node);
	connection->is_touched = connection->is_backlogged = false;
	if (connection->tls)
		dyn_tls_close(connection->tls);
	connection->tls = NULL;
	close(connection->fd);
	connection->fd = -1;
	free_input(connection);
	free_output(connection);
	connection->is_dead = true;
	dlist_push_tail(&dead, &connection->timer_node);
	connections--;
}

void
dyn_connections_bury(void)
{
	while (!dlist_is_empty(&dead))
		free(dlist_container(DynConnection, timer_node, dlist_pop_head_node(&dead)));
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

/* No request is read or executed any more; what there is to send is sent. */
static void
begin_closing(DynConnection *connection)
{
	connection->closing = true;
	free_input(connection);
}

/* -- receiving -- */

static void
serve(DynConnection *connection, const char *data)
{
	static DynHttpHeader headers[DYN_MAX_HTTP_HEADERS];
	DynHttpRequest request;
	bool		keep_alive = connection->parser.keep_alive;

	dyn_parser_request(&connection->parser, data, headers, &request);
	dyn_serve_request(&request, keep_alive, output(connection));
	if (!keep_alive)
		begin_closing(connection);
}

/* A request is not complete: does its client wait to be asked for the body? */
static void
continue_if_expected(DynConnection *connection)
{
	if (!connection->parser.expects_continue || connection->continued || connection->parser.body.len > 0)
		return;
	appendStringInfoString(output(connection), "HTTP/1.1 100 Continue\r\n\r\n");
	connection->continued = true;
}

/* Keeps what of data (some end of the shared buffer, or of `in`) was not used up. */
static void
keep(DynConnection *connection, const char *data, uint32 len)
{
	if (connection->closing || len == 0)
	{
		free_input(connection);
		return;
	}
	if (connection->in == NULL)
	{
		connection->in_size = Max(len, 1024);
		connection->in = MemoryContextAlloc(context, connection->in_size);
		memcpy(connection->in, data, len);
	}
	else if (data != connection->in)
		memmove(connection->in, data, len);
	connection->in_len = len;
}

/* Parses and serves what is in data, which starts with a request's first byte. */
static void
process(DynConnection *connection, char *data, uint32 len)
{
	DynParser  *parser = &connection->parser;

	for (int served = 0; served < REQUESTS_PER_TURN && connection->out.len < MAX_WAITING_OUTPUT &&
		 !connection->closing && parser->consumed < len;)
	{
		switch (dyn_parser_feed(parser, data, &len))
		{
			case DYN_PARSE_MORE:
				continue_if_expected(connection);
				break;
			case DYN_PARSE_REQUEST:
				serve(connection, data);
				if (connection->closing)
					break;
				data += parser->consumed;
				len -= parser->consumed;
				dyn_parser_next(parser);
				connection->continued = false;
				served++;
				break;
			case DYN_PARSE_REFUSED:
				dyn_serve_refusal(parser->status, output(connection));
				begin_closing(connection);
				break;
		}
	}
	keep(connection, data, len);
}

/* Room for the next read behind `in`, which grows by halves and beyond what a body says it will need by little. */
static uint32
make_room(DynConnection *connection)
{
	uint32		free_room = connection->in_size - connection->in_len;

	if (free_room < SCRATCH_SIZE / 4)
	{
		uint32		size = connection->in_len + Max(connection->in_len / 2, SCRATCH_SIZE);

		connection->in = repalloc(connection->in, size);
		connection->in_size = size;
	}
	return connection->in_size - connection->in_len;
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

static void
note_progress(DynConnection *connection, int received)
{
	connection->progress += received;
	if (connection->timer == TIMER_TRANSFER && connection->progress >= PROGRESS)
		start_timer(connection, TIMER_TRANSFER);
}

/* Throws away what a client still sends that has got its last reply.  False: it is over. */
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
		 connection->out.len < MAX_WAITING_OUTPUT; reads++)
	{
		bool		shared = connection->in == NULL;
		uint32		room = shared ? SCRATCH_SIZE : make_room(connection);
		char	   *data = shared ? scratch : connection->in + connection->in_len;
		int			received = receive_some(connection, data, room);

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
		destroy(connection);
}

static bool
step_receive(DynConnection *connection)
{
	return connection->lingering ? drain(connection) : receive(connection);
}

static bool
step_resume(DynConnection *connection)
{
	if (has_backlog(connection))
		process(connection, connection->in, connection->in_len);
	return has_output(connection) || has_backlog(connection) || receive(connection);
}

void
dyn_connection_event(DynConnection *connection, uint32 events)
{
	if (connection->is_dead)
		return;
	if (events & (EPOLLERR | EPOLLHUP))
		destroy(connection);
	else if ((events & EPOLLIN) || connection->read_wants_write)
		guarded(connection, step_receive);
	else
		touch(connection);		/* writable: it is sent with the others */
}

void
dyn_connections_resume(void)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &backlogged)
		guarded(dlist_container(DynConnection, turn_node, iter.cur), step_resume);
}

/* -- sending -- */

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
		start_timer(connection, TIMER_TRANSFER);
	}
	if (connection->out_sent == connection->out.len)
		free_output(connection);
	return true;
}

/* Everything was sent to a connection that closes.  False: it can be closed at once. */
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
	start_timer(connection, TIMER_LINGER);
	return true;
}

static void
watch(DynConnection *connection)
{
	struct epoll_event event = {.data.ptr = connection};

	if (has_output(connection) || connection->read_wants_write)
		event.events |= EPOLLOUT;
	if (connection->lingering ||
		(!connection->closing && !has_output(connection) && !has_backlog(connection)))
		event.events |= EPOLLIN;
	if (event.events == connection->watched)
		return;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) == 0)
		connection->watched = event.events;
}

/* Sends and finds the connection's next state.  False: it is to be destroyed. */
static bool
finish_turn(DynConnection *connection)
{
	if (has_output(connection) && !send_output(connection))
		return false;
	if (has_output(connection))
	{
		if (connection->timer == TIMER_IDLE)
			start_timer(connection, TIMER_TRANSFER);
	}
	else if (connection->closing && !connection->lingering)
	{
		if (!begin_lingering(connection))
			return false;
	}
	else if (!connection->lingering)
	{
		/* TLS may hold bytes that the socket does not tell of */
		connection->is_backlogged = has_backlog(connection) ||
			(connection->tls && dyn_tls_pending(connection->tls));
		if (!connection->parser.started && connection->timer != TIMER_IDLE)
			start_timer(connection, TIMER_IDLE);
		else if (connection->parser.started && connection->timer == TIMER_IDLE)
			start_timer(connection, TIMER_TRANSFER);
	}
	watch(connection);
	return true;
}

void
dyn_connections_send(void)
{
	while (!dlist_is_empty(&touched))
	{
		DynConnection *connection = dlist_container(DynConnection, turn_node, dlist_pop_head_node(&touched));

		connection->is_touched = false;
		if (!finish_turn(connection))
		{
			connection->is_backlogged = false;
			destroy(connection);
		}
		else if (connection->is_backlogged)
			dlist_push_tail(&backlogged, &connection->turn_node);
	}
}

/* -- beginning and end -- */

/*
 * Watches a new socket, which is closed if that cannot be done.  The structure is malloc's, which raises no error, and in which a
 * sanitizer sees a use of what was freed.
 */
static void
open_connection(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int			on = 1;
	DynConnection *connection = calloc(1, sizeof(DynConnection));
	DynTls	   *tls = connection && dyn_tls_enabled() ? dyn_tls_open(fd) : NULL;

	event.data.ptr = connection;
	if (connection == NULL || (dyn_tls_enabled() && tls == NULL) || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
	{
		if (tls)
			dyn_tls_close(tls);
		free(connection);
		close(fd);
		return;
	}
	(void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection->fd = fd;
	connection->tls = tls;
	connection->watched = event.events;
	dyn_parser_init(&connection->parser);
	connection->timer = TIMER_IDLE;
	connection->since = now_ms();
	dlist_push_tail(&timers[TIMER_IDLE], &connection->timer_node);
	connections++;
}

/* Makes place for one more connection by ending the one that is idle for longest.  False: none is. */
static bool
make_place(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, &timers[TIMER_IDLE])
	{
		DynConnection *connection = dlist_container(DynConnection, timer_node, iter.cur);

		if (!connection->is_touched && !connection->is_backlogged)
		{
			shutdown(connection->fd, SHUT_RDWR);
			start_timer(connection, TIMER_LINGER);
			return true;
		}
	}
	return false;
}

bool
dyn_connection_accept(int listener)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++)
	{
		int			fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0)
		{
			if (connections >= dyn_guc_http_max_connections && !make_place())
				close(fd);
			else
				open_connection(fd);
		}
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			return make_place();
		else if (errno != EINTR && errno != ECONNABORTED)
			break;
	}
	return true;
}

/* The time of a timer in milliseconds; 0 is none. */
static int
time_of(Timer timer)
{
	switch (timer)
	{
		case TIMER_IDLE:
			return dyn_guc_http_idle_timeout;
		case TIMER_TRANSFER:
			return dyn_guc_http_transfer_timeout;
		default:
			return LINGER_TIME;
	}
}

long
dyn_connections_expire(void)
{
	int64		now = now_ms();
	long		next = -1;

	for (Timer timer = 0; timer < TIMER_COUNT; timer++)
	{
		int			time = time_of(timer);

		while (time > 0 && !dlist_is_empty(&timers[timer]))
		{
			DynConnection *first = dlist_container(DynConnection, timer_node, dlist_head_node(&timers[timer]));
			long		left = first->since + time - now;

			if (left > 0)
			{
				next = next < 0 ? left : Min(next, left);
				break;
			}
			destroy(first);
		}
	}
	return dlist_is_empty(&backlogged) ? next : 0;
}

/* -- what is told of them -- */

int
dyn_connections_open(void)
{
	return connections;
}

static int64
buffered(const DynConnection *connection)
{
	return (int64) connection->in_size + (connection->out.data ? connection->out.maxlen : 0);
}

void
dyn_connections_describe(DynActivity *activity)
{
	dlist_iter	iter;

	activity->open = connections;
	activity->receiving = activity->sending = activity->closing = 0;
	activity->buffered = 0;
	dlist_foreach(iter, &timers[TIMER_TRANSFER])
	{
		DynConnection *connection = dlist_container(DynConnection, timer_node, iter.cur);

		if (has_output(connection))
			activity->sending++;
		else
			activity->receiving++;
		activity->buffered += buffered(connection);
	}
	dlist_foreach(iter, &timers[TIMER_LINGER])
		activity->closing++;
	dlist_foreach(iter, &backlogged)
	{
		DynConnection *connection = dlist_container(DynConnection, turn_node, iter.cur);

		if (connection->timer != TIMER_IDLE)
			continue;			/* counted above */
		activity->receiving++;
		activity->buffered += buffered(connection);
	}
}
