/*
 * worker.c - the processes of the HTTP front
 *
 * A worker is a background worker with one event loop: an epoll instance for its sockets, which is one socket in a WaitEventSet
 * with the process's latch and the postmaster's death. While there is work it only polls the sockets, without blocking.
 *
 * A worker that gets the signal to end drains: it accepts no more, answers what has arrived, each connection's last reply with
 * "Connection: close", and closes the connections that are idle.  After DRAIN_TIME it ends in any case.
 *
 * A worker belongs to one database.  It starts before the extension does and outlives it; for a command that needs the
 * database without sessions the workers end, and are started again by the postmaster a second later.  A worker that
 * could not begin to serve (the port is taken, for instance) is started again after a pause.
 *
 * While there is no such database only the first worker tries, see dyn_session_connect: the others wait until it is connected.
 */
#include "postgres.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/sinval.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/limits.h"
#include "base/served.h"
#include "base/server.h"
#include "base/shmem.h"
#include "database/role_settings.h"
#include "database/session.h"
#include "http/activity.h"
#include "http/connection.h"
#include "http/durable.h"
#include "http/listen.h"
#include "http/pool.h"
#include "http/serve.h"
#include "http/standbys.h"
#include "http/stats.h"
#include "http/tls.h"
#include "http/worker.h"

#define CONTROL_NAME		"dynapg HTTP control"
#define EVENTS_PER_TURN		256
#define RESTART_SECONDS		1
#define PAUSE_AFTER_FAILURE 3000	/* milliseconds */
#define PAUSE_OF_ACCEPTING	100		/* milliseconds */
#define FIRST_LOOKS			100		/* checks for the first worker's connection, before they become slower */
#define FIRST_LOOK			10		/* milliseconds */
#define LATER_LOOK			500		/* milliseconds */
#define SETTINGS_INTERVAL	1000	/* milliseconds between two checks of the database's settings */
#define LEAVE_PATIENCE		50		/* tenths of a second */
#define DRAIN_TIME			2		/* seconds */
#define DRAIN_IDLE			200		/* milliseconds without a request; an active client may pause for less */
#define DRAIN_LOOK			20		/* milliseconds */
#define DRAIN_ACCEPTS		16
#define SPARE_DESCRIPTORS	2000	/* for PostgreSQL's own files, in addition to the connections */
#define KEPT_MEMORY			(8 * 1024 * 1024)	/* bytes of freed memory that a worker keeps for the next request */
#define KEPT_BLOCK			(4 * 1024 * 1024)	/* bytes of a block that goes back to the system at once */

typedef struct Control
{
	volatile pid_t pid[DYN_MAX_HTTP_WORKERS];	/* 0: not running */
	volatile bool starting[DYN_MAX_HTTP_WORKERS];	/* was connected but has not begun to serve */
	bool		refused[DYN_MAX_HTTP_WORKERS];	/* see dyn_session_connect */
	volatile bool connected[DYN_MAX_HTTP_WORKERS];
} Control;

PGDLLEXPORT void dynapg_http_main(Datum argument);

static Control *control = NULL;
static int	number;				/* of this worker, from 0 */
static int	epoll_fd = -1;
static int	alarm_fd = -1;		/* readable when it is time to check what standbys have confirmed */
static int	listeners[DYN_MAX_HTTP_SOCKETS];
static int	nlisteners = 0;
static bool accepting = true;
static timer_t drain_timer;
static volatile sig_atomic_t can_drain = false;

/* -- the server's start -- */

static void
attach(void)
{
	bool		found;

	control = dyn_shmem_struct(CONTROL_NAME, sizeof(Control), &found);
}

/* Ends the workers of that database and waits until they have left it. */
static void
leave_database(const char *database)
{
	int			served = control ? dyn_served_find(database) : -1;

	for (int i = 0; served >= 0 && i < dyn_served_workers(); i++)
	{
		pid_t		pid = control->pid[i];

		if (dyn_served_by(i) != served)
			continue;
		if (pid != 0)
			(void) kill(pid, SIGTERM);
		for (int wait = 0; wait < LEAVE_PATIENCE && pid != 0 && control->pid[i] == pid; wait++)
		{
			CHECK_FOR_INTERRUPTS();
			pg_usleep(100000);
		}
	}
}

/* Is this server not meant for clients? If so, the log says it. */
static bool
is_private(void)
{
	const char *reason = dyn_server_is_private();

	if (reason && IsPostmasterEnvironment)
		ereport(LOG, errmsg("dynapg does not serve HTTP: %s", reason));
	return reason != NULL;
}

void
dyn_http_register(void)
{
	BackgroundWorker worker = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_ConsistentState,
		.bgw_restart_time = RESTART_SECONDS,
		.bgw_library_name = "dynapg",
		.bgw_function_name = "dynapg_http_main",
		.bgw_type = "dynapg http",
	};

	if (!process_shared_preload_libraries_in_progress || dyn_served_port(0) == 0)
		return;
	if (is_private())
		return;
	dyn_listen_resolve();
	if (dyn_guc_http_auth == DYN_HTTP_AUTH_TRUST && !dyn_listen_is_local())
		ereport(FATAL,
				errcode(ERRCODE_CONFIG_FILE_ERROR),
				errmsg("dynapg.http_auth must not be \"trust\" when dynapg.http_listen_addresses is \"%s\"",
					   dyn_guc_http_listen_addresses),
				errdetail("Everybody who reaches the port could read and write everything."),
				errhint("Set dynapg.http_auth to \"sigv4\", or listen on localhost alone."));
	if (!IsUnderPostmaster && !dyn_listen_reserve())
		return;
	dyn_shmem_register(CONTROL_NAME, sizeof(Control), false, attach);
	dyn_durable_register();
	dyn_standbys_register();
	dyn_stats_register();
	dyn_activity_register();
	dyn_session_on_exclusive(leave_database);
	if (dyn_served_count() * dyn_guc_http_workers > DYN_MAX_HTTP_WORKERS)
		ereport(FATAL, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("%d databases with dynapg.http_workers = %d are more than %d processes", dyn_served_count(),
							   dyn_guc_http_workers, DYN_MAX_HTTP_WORKERS)));
	for (int i = 0; i < dyn_served_workers(); i++)
	{
		snprintf(worker.bgw_name, BGW_MAXLEN, "dynapg http worker %d", i + 1);
		worker.bgw_main_arg = Int32GetDatum(i);
		RegisterBackgroundWorker(&worker);
	}
}

/* -- a worker's start -- */

static void
at_exit(int code, Datum argument)
{
	control->pid[number] = 0;
	control->connected[number] = false;
}

/* Sleeps for that number of milliseconds, or until the latch is set. */
static void
doze(long milliseconds)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

static void
wait_for_first_worker(void)
{
	int			first = dyn_served_by(number) * dyn_guc_http_workers;

	for (int looks = 0; number > first && !control->connected[first]; looks++)
		doze(looks < FIRST_LOOKS ? FIRST_LOOK : LATER_LOOK);
}

/* After a failed start: delays the next one. */
static void
pause_after_failure(void)
{
	if (control->starting[number])
		doze(PAUSE_AFTER_FAILURE);
}

/* Raises the limit of descriptors to what the connections need, if the system allows it. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;
	rlim_t		wanted = (rlim_t) dyn_guc_http_max_connections + SPARE_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : Min(wanted, limit.rlim_max);
	(void) setrlimit(RLIMIT_NOFILE, &limit);
}

/* Watches the listening sockets, or no longer. */
static void
set_accepting(bool on)
{
	for (int i = 0; i < nlisteners; i++)
	{
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[i]};

		if (epoll_ctl(epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listeners[i], &event) != 0)
			ereport(ERROR, errmsg("epoll_ctl() failed: %m"));
	}
	accepting = on;
}

static void
open_alarm(void)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &alarm_fd};

	alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (alarm_fd < 0)
		ereport(ERROR, errmsg("timerfd_create() failed: %m"));
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, alarm_fd, &event) != 0)
		ereport(ERROR, errmsg("epoll_ctl() failed: %m"));
}

/* The loop's own timeout cannot be shorter than a millisecond. */
static void
set_alarm(long microseconds)
{
	struct itimerspec when = {.it_value = {.tv_nsec = microseconds * 1000}};

	(void) timerfd_settime(alarm_fd, 0, &when, NULL);
}

static void
end_alarm(void)
{
	uint64		expirations;

	if (read(alarm_fd, &expirations, sizeof(expirations)) < 0)
		return;					/* it was set again meanwhile */
}

static void
load_tls(void)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		dyn_tls_load();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
	}
	PG_END_TRY();
}

/* -- a worker's end, for which it prepares -- */

static int64
seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/*
 * SIGTERM. The first one lets the event loop drain. The timer's one also ends a request; the postmaster sends several at once,
 * and further ones have no effect.
 */
static void
on_terminate(SIGNAL_ARGS)
{
	static const struct itimerspec when = {.it_value = {.tv_sec = DRAIN_TIME}};
	static volatile int64 since = 0;
	int			saved = errno;

	if (!can_drain || (dyn_activity_draining && seconds_now() - since >= DRAIN_TIME))
		die(postgres_signal_arg);
	else if (!dyn_activity_draining)
	{
		since = seconds_now();
		dyn_activity_draining = true;
		(void) timer_settime(drain_timer, 0, &when, NULL);
		SetLatch(MyLatch);
	}
	errno = saved;
}

static void
prepare_to_drain(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM};

	if (timer_create(CLOCK_MONOTONIC, &event, &drain_timer) != 0)
		ereport(ERROR, errmsg("timer_create() failed: %m"));
	can_drain = true;
}

/* Connections that clients have already made are accepted, since they would be reset otherwise. */
static void
begin_to_drain(void)
{
	for (int i = 0; i < nlisteners; i++)
	{
		for (int j = 0; j < DRAIN_ACCEPTS; j++)
			(void) dyn_pool_accept(listeners[i]);
		close(listeners[i]);
	}
	nlisteners = 0;
}

/* After a turn with `count` events. Returns when there is more to do. */
static void
drain(int count)
{
	if (count < EVENTS_PER_TURN)
		dyn_pool_end_idle(DRAIN_IDLE);	/* what has arrived was read in this turn */
	if (dyn_pool_open() > 0)
		return;
	ProcDiePending = InterruptPending = true;
	CHECK_FOR_INTERRUPTS();
}

static void
start_worker(void)
{
	pgstat_report_appname("dynapg http");
	dyn_tls_load();
	dyn_durable_init(number);
	dyn_activity_init(number);
	dyn_serve_init();
	raise_descriptor_limit();
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		ereport(ERROR, errmsg("epoll_create1() failed: %m"));
	open_alarm();
	dyn_connection_init(epoll_fd);
	nlisteners = dyn_listen_open(dyn_served_port(dyn_served_by(number)), listeners);
	set_accepting(true);
	prepare_to_drain();
	control->starting[number] = false;
	pgstat_report_activity(STATE_IDLE, NULL);
	ereport(LOG,
			errmsg("dynapg serves %s on \"%s\", port %d", dyn_tls_enabled() ? "HTTPS" : "HTTP", dyn_guc_http_listen_addresses,
				   dyn_served_port(dyn_served_by(number))));
}

/* -- the event loop -- */

static void
reload(void)
{
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	dyn_role_settings_apply();
	dyn_serve_reload();
	raise_descriptor_limit();
	load_tls();
}

/* Applies ALTER DATABASE ... SET to this session, before it executes requests. Errors go to the log. */
static void
look_at_settings(void)
{
	static int64 looked = 0;
	int64		now = dyn_pool_now();
	MemoryContext context = CurrentMemoryContext;

	if (looked != 0 && now - looked < SETTINGS_INTERVAL)
		return;
	looked = now;
	PG_TRY();
	{
		if (dyn_role_settings_changed())
			reload();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		if (IsTransactionOrTransactionBlock())
			AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
}

/* Handles the requests of other processes. */
static void
handle_interrupts(void)
{
	ResetLatch(MyLatch);
	QueryCancelPending = false; /* nothing is running that could be cancelled */
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
		reload();
	if (catchupInterruptPending)
		ProcessCatchupInterrupt();
}

static bool
is_listener(const void *pointer)
{
	return (const int *) pointer >= listeners && (const int *) pointer < listeners + nlisteners;
}

/*
 * One turn of the event loop; returns the number of the sockets' events. A turn makes a limited number of bytes of replies: connections
 * with events and those with a backlog come first by turns, so that neither keep the others out.
 */
static int
run_turn(void)
{
	static bool resume_first = false;
	struct epoll_event events[EVENTS_PER_TURN];
	int			count = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, 0);

	int			alarms = 0;

	resume_first = !resume_first;
	if (resume_first)
		dyn_connection_resume();
	for (int i = 0; i < count; i++)
	{
		if (events[i].data.ptr == &alarm_fd)
		{
			end_alarm();
			alarms++;
		}
		else if (!is_listener(events[i].data.ptr))
			dyn_connection_event(events[i].data.ptr, events[i].events);
	}
	if (!resume_first)
		dyn_connection_resume();
	for (int i = 0; i < count; i++)
	{
		if (is_listener(events[i].data.ptr) && accepting && !dyn_pool_accept(*(int *) events[i].data.ptr))
			set_accepting(false);
	}
	dyn_durable_flush();
	dyn_pool_release();
	dyn_connection_send();
	return count - alarms;
}

/* The shorter of two times; a negative one is none. */
static long
sooner(long a, long b)
{
	return a < 0 ? b : b < 0 ? a : Min(a, b);
}

static void
serve(void)
{
	WaitEventSet *set = dyn_compat_create_wait_event_set(3);
	bool		is_idle = true;

	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
	AddWaitEventToSet(set, WL_SOCKET_READABLE, epoll_fd, NULL, NULL);
	for (;;)
	{
		bool		draining = dyn_activity_draining;
		int			count;
		long		timeout;
		long		report;
		WaitEvent	event;

		look_at_settings();
		count = run_turn();
		timeout = dyn_pool_expire();
		if (dyn_connection_pending())
			timeout = 0;
		if (draining && nlisteners > 0)
		{
			begin_to_drain();
			continue;
		}
		if (draining)
		{
			drain(count);
			timeout = sooner(timeout, DRAIN_LOOK);
		}
		dyn_pool_bury();
		/* a request that waited for something has reset the latch, perhaps for another reason */
		if (MyLatch->is_set || InterruptPending || ConfigReloadPending || catchupInterruptPending)
			handle_interrupts();
		if (dyn_stats_report(false))
			timeout = sooner(timeout, DYN_STATS_INTERVAL);
		if (dyn_activity_report(count > 0, dyn_pool_open(), dyn_pool_describe))
			timeout = sooner(timeout, DYN_ACTIVITY_INTERVAL);
		if (count > 0 || timeout == 0)
		{
			is_idle = false;
			continue;
		}
		if (!is_idle)
			pgstat_report_activity(STATE_IDLE, NULL);
		report = dyn_compat_report_stat(is_idle);
		is_idle = true;
		if (report > 0)
			timeout = sooner(timeout, report);
		if (!accepting)
			timeout = sooner(timeout, PAUSE_OF_ACCEPTING);
		if (dyn_pool_holds())
			set_alarm(dyn_pool_next_look());
		(void) WaitEventSetWait(set, timeout, &event, 1, PG_WAIT_EXTENSION);
		if (!accepting)
			set_accepting(true);
	}
}

/*
 * A request's memory is freed at its end. By default, malloc would return more than 128 kB to the system, and get it again,
 * page by page, for the next request.
 */
static void
keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, KEPT_BLOCK);
	mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
#endif
}

void
dynapg_http_main(Datum argument)
{
	number = DatumGetInt32(argument);
	keep_memory();
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, on_terminate);
	BackgroundWorkerUnblockSignals();

	pause_after_failure();
	wait_for_first_worker();
	control->pid[number] = MyProcPid;
	on_shmem_exit(at_exit, (Datum) 0);
	dyn_role_settings_init();
	dyn_session_connect(dyn_served_database(dyn_served_by(number)), &control->refused[number]);
	control->connected[number] = true;
	control->starting[number] = true;
	start_worker();
	serve();
}
