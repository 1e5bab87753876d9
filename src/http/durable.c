/*
 * durable.c - group commit: many requests share one flush of the write-ahead log
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/shmem.h"

#include "base/compat.h"
#include "base/limits.h"
#include "base/served.h"
#include "base/shmem.h"
#include "database/citus.h"
#include "database/second_phase.h"
#include "http/durable.h"
#include "http/standbys.h"

#define NAME				"dynapg HTTP workers"
#define DYN_DURABLE_NOTHING 0
#define DYN_DURABLE_BUSY	PG_UINT64_MAX

/* How long to wait for another worker's commit at a time, in microseconds; the commit itself takes about one. */
#define BUSY_WAIT			20

/* A cache line for each, since every worker reads all of them and writes its own. */
typedef union Mark
{
	struct
	{
		pg_atomic_uint64 lsn;
		pg_atomic_uint64 held;	/* the greatest position that a reply waits for; for monitoring */
	};
	char		padding[PG_CACHE_LINE_SIZE];
} Mark;

static Mark *marks = NULL;
static int	own = -1;

static XLogRecPtr own_end = 0;	/* of this worker's last commit that is not flushed; 0: there is none */
static XLogRecPtr flushed = 0;	/* known to be durable here */

static void
attach(void)
{
	bool		found;

	marks = dyn_shmem_struct(NAME, mul_size(DYN_MAX_HTTP_WORKERS, sizeof(Mark)), &found);
	if (found)
		return;
	for (int i = 0; i < DYN_MAX_HTTP_WORKERS; i++)
	{
		pg_atomic_init_u64(&marks[i].lsn, DYN_DURABLE_NOTHING);
		pg_atomic_init_u64(&marks[i].held, DYN_DURABLE_NOTHING);
	}
}

void
dyn_durable_register(void)
{
	dyn_shmem_register(NAME, mul_size(DYN_MAX_HTTP_WORKERS, sizeof(Mark)), false, attach);
}

static void
set_mark(uint64 value)
{
	pg_atomic_write_u64(&marks[own].lsn, value);
	pg_memory_barrier();
}

/* A process that ends leaves nothing that others would wait for. */
static void
at_exit(int code, Datum arg)
{
	if (own_end != 0)
		XLogFlush(own_end);
	set_mark(DYN_DURABLE_NOTHING);
	dyn_durable_hold(DYN_DURABLE_NOTHING);
}

void
dyn_durable_init(int worker)
{
	own = worker;
	set_mark(DYN_DURABLE_NOTHING);
	dyn_durable_hold(DYN_DURABLE_NOTHING);
	dyn_standbys_init();
	before_shmem_exit(at_exit, (Datum) 0);
}

static bool
in_groups(void)
{
	return synchronous_commit > SYNCHRONOUS_COMMIT_OFF && !dyn_citus_loaded();
}

/* The request's own settings have ended before, so that no stack of settings holds the variable. */
static void
commit_without_flush(void)
{
	int			setting = synchronous_commit;

	synchronous_commit = SYNCHRONOUS_COMMIT_OFF;
	PG_TRY();
	{
		CommitTransactionCommand();
	}
	PG_FINALLY();
	{
		synchronous_commit = setting;
	}
	PG_END_TRY();
}

void
dyn_durable_commit(void)
{
	if (!TransactionIdIsValid(GetTopTransactionIdIfAny()) || !in_groups())
	{
		dyn_citus_end_block();
		dyn_second_phase_watch();
		CommitTransactionCommand();
		dyn_second_phase_finish();
		return;
	}
	dyn_standbys_before_commit();
	set_mark(DYN_DURABLE_BUSY);
	commit_without_flush();
	own_end = Max(own_end, XactLastCommitEnd);
	dyn_standbys_committed(XactLastCommitEnd);
	set_mark(own_end);
}

void
dyn_durable_aborted(void)
{
	set_mark(own_end);
}

void
dyn_durable_hold(XLogRecPtr position)
{
	pg_atomic_write_u64(&marks[own].held, position);
}

XLogRecPtr
dyn_durable_pending(int worker)
{
	uint64		end = pg_atomic_read_u64(&marks[worker].lsn);
	uint64		held = pg_atomic_read_u64(&marks[worker].held);

	return Max(held, end == DYN_DURABLE_BUSY || end == DYN_DURABLE_NOTHING ? InvalidXLogRecPtr : end);
}

/* The end of another worker's last unflushed commit, if any; waits for a running one. */
static XLogRecPtr
end_of(int worker)
{
	uint64		end = pg_atomic_read_u64(&marks[worker].lsn);

	while (end == DYN_DURABLE_BUSY && worker != own)
	{
		if (ProcDiePending)
			CHECK_FOR_INTERRUPTS();
		pg_usleep(BUSY_WAIT);
		end = pg_atomic_read_u64(&marks[worker].lsn);
	}
	return end;
}

/* The greatest end of a commit, of any worker, that a request of this turn can have seen. */
static XLogRecPtr
greatest_end(void)
{
	XLogRecPtr	greatest = own_end;

	pg_memory_barrier();
	for (int i = 0; i < dyn_served_workers(); i++)
	{
		XLogRecPtr	end = end_of(i);

		greatest = Max(greatest, end);
	}
	return greatest;
}

XLogRecPtr
dyn_durable_position(void)
{
	if (!dyn_standbys_concern())
		return InvalidXLogRecPtr;
	(void) greatest_end();
	return dyn_standbys_position();
}

bool
dyn_durable_is_flushed(void)
{
	pg_memory_barrier();
	for (int i = 0; i < dyn_served_workers(); i++)
	{
		if (pg_atomic_read_u64(&marks[i].lsn) > flushed)	/* as DYN_DURABLE_BUSY is, too */
			return false;
	}
	return true;
}

void
dyn_durable_flush(void)
{
	XLogRecPtr	end = greatest_end();

	if (end > flushed)
	{
		XLogFlush(end);
		flushed = end;
	}
	if (own_end != 0)
	{
		own_end = 0;
		set_mark(DYN_DURABLE_NOTHING);
	}
}
