/*
 * pool.c - all connections of a worker: their number, timers and memory
 *
 * Each timer has a list of connections in the order in which they entered it, so the first one is always the next to expire,
 * and among those that transfer something it is the slowest.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "utils/timestamp.h"

#include "base/guc.h"
#include "http/connection_state.h"
#include "http/durable.h"
#include "http/pool.h"
#include "http/standbys.h"

#define ACCEPTS_PER_TURN	64
#define LINGER_TIME			2000	/* milliseconds */
#define SLOW_AFTER			2000	/* milliseconds */
#define STARVED_CHECK		100		/* milliseconds between two checks for slow clients while somebody waits for memory */
#define SMALL				131072	/* bytes: smaller connections do not wait for memory, and release it last */
#define SMALL_SHARE			8		/* the part of the memory that is kept for small requests */
#define FIRST_LOOK			100		/* microseconds after which standbys may have confirmed the held replies */
#define LAST_LOOK			20000	/* microseconds */
#define KILOBYTE			INT64CONST(1024)

static const DynPoolActions *actions = NULL;
static int	epoll_fd = -1;
static int	connections = 0;
static int64 held = 0;			/* bytes in buffers of all connections */
static dlist_head timers[DYN_TIMER_COUNT];
static dlist_head dead;
static TimestampTz moved = 0;	/* when a connection was last held, or released */

int64
dyn_pool_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (int64) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
dyn_pool_init(int epoll, const DynPoolActions *with)
{
	epoll_fd = epoll;
	actions = with;
	for (int i = 0; i < DYN_TIMER_COUNT; i++)
		dlist_init(&timers[i]);
	dlist_init(&dead);
}

void
dyn_pool_start_timer(DynConnection *connection, DynTimer timer)
{
	dlist_delete(&connection->timer_node);
	dlist_push_tail(&timers[timer], &connection->timer_node);
	connection->timer = timer;
	connection->since = dyn_pool_now();
	connection->progress = 0;
	if (timer == DYN_TIMER_HELD)
		moved = GetCurrentTimestamp();
}

static DynConnection *
timer_entry(dlist_node *node)
{
	return dlist_container(DynConnection, timer_node, node);
}

/* -- memory -- */

void
dyn_pool_account(DynConnection *connection)
{
	int64		now = dyn_connection_buffered(connection);

	held += now - connection->counted;
	connection->counted = now;
}

static bool
is_large(const DynConnection *connection)
{
	return connection->counted > SMALL;
}

/* Ends slow connections (with the flag, only large ones) until no more than the limit is held. */
static bool
end_slow_ones(const DynConnection *spared, int64 allowed, bool large)
{
	int64		slow_since = dyn_pool_now() - SLOW_AFTER;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &timers[DYN_TIMER_TRANSFER])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (held <= allowed || connection->since > slow_since)
			break;
		if (connection != spared && !connection->renewed && (large ? is_large(connection) : connection->counted > 0))
			actions->refuse(connection);
	}
	return held <= allowed;
}

/*
 * Among those that wait for memory, ends the one whose request began last, so that others can continue. False if there is none.
 *
 */
static bool
end_last_starved(const DynConnection *spared)
{
	DynConnection *last = NULL;
	dlist_iter	iter;

	dlist_foreach(iter, &timers[DYN_TIMER_STARVED])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (connection != spared && (last == NULL || connection->begun >= last->begun))
			last = connection;
	}
	if (last)
		actions->refuse(last);
	return last != NULL;
}

bool
dyn_pool_admits(DynConnection *connection, uint32 bytes, bool *is_small)
{
	int64		memory = dyn_guc_http_memory * KILOBYTE;
	int64		allowed;

	*is_small = connection->counted + bytes <= SMALL;
	allowed = (*is_small ? memory : memory - memory / SMALL_SHARE) - bytes;
	if (held <= allowed || end_slow_ones(connection, allowed, true))
		return true;
	if (!*is_small)
		return false;
	while (held > allowed && end_last_starved(connection))
		;
	return held <= allowed || end_slow_ones(connection, allowed, false);
}

/* Ends those that have not received large replies yet, the slowest first, until no more than the limit is held. */
static bool
end_takers(const DynConnection *spared, int64 allowed)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &timers[DYN_TIMER_TRANSFER])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (held <= allowed)
			break;
		if (connection != spared && connection->sending && is_large(connection))
			dyn_pool_destroy(connection);
	}
	return held <= allowed;
}

bool
dyn_pool_may_execute(DynConnection *connection)
{
	int64		allowed = dyn_guc_http_memory * KILOBYTE;

	return held <= allowed || end_slow_ones(connection, allowed, true) || end_takers(connection, allowed);
}

/* Will a connection release memory, by progress or by being too slow? */
static bool
somebody_goes_on(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, &timers[DYN_TIMER_TRANSFER])
	{
		if (is_large(timer_entry(iter.cur)))
			return true;
	}
	return false;
}

void
dyn_pool_feed(void)
{
	while (!dlist_is_empty(&timers[DYN_TIMER_STARVED]))
	{
		DynConnection *first = timer_entry(dlist_head_node(&timers[DYN_TIMER_STARVED]));
		bool		is_small;

		if (dyn_pool_admits(first, dyn_connection_state_growth(first), &is_small))
		{
			dyn_pool_start_timer(first, DYN_TIMER_TRANSFER);
			actions->feed(first);
		}
		else if (somebody_goes_on() || !end_last_starved(NULL))
			break;
	}
}

/* -- beginning and end -- */

void
dyn_pool_destroy(DynConnection *connection)
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
	dyn_connection_state_free_buffers(connection);
	dyn_pool_account(connection);
	connection->is_dead = true;
	dlist_push_tail(&dead, &connection->timer_node);
	connections--;
}

void
dyn_pool_bury(void)
{
	while (!dlist_is_empty(&dead))
		free(timer_entry(dlist_pop_head_node(&dead)));
}

/*
 * Watches a new socket, which is closed if that cannot be done.  The structure is allocated by malloc, which raises no error,
 * and where a sanitizer detects use after free.
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
	connection->timer = DYN_TIMER_NEW;
	connection->since = dyn_pool_now();
	dlist_push_tail(&timers[DYN_TIMER_NEW], &connection->timer_node);
	connections++;
}

/* The connection that has been in the timer longest, for at least that time, and has nothing to do in this turn; or NULL. */
static DynConnection *
longest_of(DynTimer timer, int milliseconds)
{
	int64		latest = dyn_pool_now() - milliseconds;
	dlist_iter	iter;

	dlist_foreach(iter, &timers[timer])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (connection->since > latest)
			break;
		if (!connection->is_touched && !connection->is_backlogged)
			return connection;
	}
	return NULL;
}

/* The slowest of the connections that send a request, among proven or unproven ones; NULL if none is slow. */
static DynConnection *
slowest_sender(bool proven)
{
	int64		slow_since = dyn_pool_now() - SLOW_AFTER;
	dlist_iter	iter;

	dlist_foreach(iter, &timers[DYN_TIMER_TRANSFER])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (connection->since > slow_since)
			break;
		if (connection->proven == proven && !dyn_connection_has_output(connection) && !connection->is_touched &&
			!connection->is_backlogged)
			return connection;
	}
	return NULL;
}

void
dyn_pool_end_idle(int milliseconds)
{
	static const DynTimer idle[] = {DYN_TIMER_NEW, DYN_TIMER_IDLE, DYN_TIMER_LINGER};
	DynConnection *connection;

	for (int i = 0; i < lengthof(idle); i++)
	{
		while ((connection = longest_of(idle[i], milliseconds)) != NULL)
			dyn_pool_destroy(connection);
	}
}

/* Makes room for one more connection by ending another one; see pool.h for the order. False if none can end. */
static bool
make_place(void)
{
	DynConnection *connection = longest_of(DYN_TIMER_NEW, SLOW_AFTER);

	if (connection == NULL)
		connection = slowest_sender(false);
	if (connection == NULL)
		connection = longest_of(DYN_TIMER_LINGER, 0);
	if (connection == NULL)
		connection = longest_of(DYN_TIMER_IDLE, SLOW_AFTER);
	if (connection == NULL)
		connection = longest_of(DYN_TIMER_NEW, 0);
	if (connection == NULL)
		connection = longest_of(DYN_TIMER_IDLE, 0);
	if (connection == NULL)
		connection = slowest_sender(true);
	if (connection == NULL)
		return false;
	dyn_pool_destroy(connection);
	return true;
}

bool
dyn_pool_accept(int listener)
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

/* -- waiting for standbys -- */

bool
dyn_pool_holds(void)
{
	return !dlist_is_empty(&timers[DYN_TIMER_HELD]);
}

void
dyn_pool_release(void)
{
	static bool shown = false;
	XLogRecPtr	confirmed;
	XLogRecPtr	greatest = InvalidXLogRecPtr;
	dlist_mutable_iter iter;

	if (!shown && !dyn_pool_holds())
		return;
	confirmed = dyn_standbys_confirmed();
	dlist_foreach_modify(iter, &timers[DYN_TIMER_HELD])
	{
		DynConnection *connection = timer_entry(iter.cur);

		if (connection->position > confirmed)
			greatest = Max(greatest, connection->position);
		else
		{
			actions->release(connection);
			moved = GetCurrentTimestamp();
		}
	}
	shown = greatest != InvalidXLogRecPtr;
	dyn_durable_hold(greatest);
}

/* Connected standbys confirm soon; from missing ones nothing comes for a long time. */
long
dyn_pool_next_look(void)
{
	TimestampTz waited = GetCurrentTimestamp() - moved;

	return Max(FIRST_LOOK, Min(waited / 4, LAST_LOOK));
}

/* The time of a timer in milliseconds; 0 is none. */
static int
time_of(DynTimer timer)
{
	switch (timer)
	{
		case DYN_TIMER_NEW:
		case DYN_TIMER_IDLE:
			return dyn_guc_http_idle_timeout;
		case DYN_TIMER_TRANSFER:
		case DYN_TIMER_STARVED:
			return dyn_guc_http_transfer_timeout;
		case DYN_TIMER_HELD:
			return dyn_guc_http_statement_timeout;
		default:
			return LINGER_TIME;
	}
}

/* As PostgreSQL does when the wait of a session is cancelled. */
static void
warn_of_replies(int replies)
{
	ereport(WARNING,
			errmsg("canceling wait for synchronous replication due to dynapg.http_statement_timeout, of replies: %d", replies),
			errdetail("What they report has already committed locally, but might not have been replicated to the standby."));
}

/* Handles an expired connection. */
static void
expire(DynConnection *connection)
{
	if (connection->timer == DYN_TIMER_STARVED)
		actions->refuse(connection);
	else if (connection->timer == DYN_TIMER_HELD)
		actions->release(connection);
	else
		dyn_pool_destroy(connection);
}

long
dyn_pool_expire(void)
{
	int64		now = dyn_pool_now();
	long		next = dlist_is_empty(&timers[DYN_TIMER_STARVED]) ? -1 : STARVED_CHECK;

	for (DynTimer timer = 0; timer < DYN_TIMER_COUNT; timer++)
	{
		int			time = time_of(timer);
		int			expired = 0;

		while (time > 0 && !dlist_is_empty(&timers[timer]))
		{
			DynConnection *first = timer_entry(dlist_head_node(&timers[timer]));
			long		left = first->since + time - now;

			if (left > 0)
			{
				next = next < 0 ? left : Min(next, left);
				break;
			}
			expire(first);
			expired++;
		}
		if (timer == DYN_TIMER_HELD && expired > 0)
			warn_of_replies(expired);
	}
	return next;
}

/* -- reports -- */

int
dyn_pool_open(void)
{
	return connections;
}

static int
length_of(DynTimer timer)
{
	int			length = 0;
	dlist_iter	iter;

	dlist_foreach(iter, &timers[timer])
		length++;
	return length;
}

void
dyn_pool_describe(DynActivity *activity)
{
	dlist_iter	iter;

	activity->open = connections;
	activity->receiving = length_of(DYN_TIMER_STARVED);
	activity->sending = 0;
	activity->waiting = length_of(DYN_TIMER_HELD);
	activity->closing = length_of(DYN_TIMER_LINGER);
	activity->buffered = held;
	dlist_foreach(iter, &timers[DYN_TIMER_TRANSFER])
	{
		if (dyn_connection_has_output(timer_entry(iter.cur)))
			activity->sending++;
		else
			activity->receiving++;
	}
}
