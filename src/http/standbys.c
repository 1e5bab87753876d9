/*
 * standbys.c - which replies wait for synchronous standbys
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "port/atomics.h"
#include "replication/syncrep.h"
#include "replication/walsender.h"
#include "replication/walsender_private.h"
#include "storage/lwlock.h"
#include "storage/sinval.h"

#include "base/shmem.h"
#include "database/touched.h"
#include "http/standbys.h"

#define NAME	"dynapg HTTP standbys"
#define RELATIONS 1024			/* a power of two */

typedef struct Ends
{
	pg_atomic_uint64 all;		/* the last commit that counts for all relations */
	pg_atomic_uint64 relations[RELATIONS];
} Ends;

static Ends *ends = NULL;
static XLogRecPtr own_end = InvalidXLogRecPtr;	/* of the request's commit */
static bool counts_for_all = false;

static void
attach(void)
{
	bool		found;

	ends = dyn_shmem_struct(NAME, sizeof(Ends), &found);
	if (found)
		return;
	pg_atomic_init_u64(&ends->all, InvalidXLogRecPtr);
	for (int i = 0; i < RELATIONS; i++)
		pg_atomic_init_u64(&ends->relations[i], InvalidXLogRecPtr);
}

void
dyn_standbys_register(void)
{
	dyn_shmem_register(NAME, sizeof(Ends), false, attach);
}

void
dyn_standbys_init(void)
{
	dyn_touched_watch();
}

/* The index of WalSndCtl->lsn for synchronous_commit; negative: none. */
static int
wait_mode(void)
{
	if (!SyncRepRequested() || SyncRepStandbyNames == NULL || SyncRepStandbyNames[0] == '\0')
		return SYNC_REP_NO_WAIT;
	switch (synchronous_commit)
	{
		case SYNCHRONOUS_COMMIT_REMOTE_WRITE:
			return SYNC_REP_WAIT_WRITE;
		case SYNCHRONOUS_COMMIT_REMOTE_FLUSH:
			return SYNC_REP_WAIT_FLUSH;
		case SYNCHRONOUS_COMMIT_REMOTE_APPLY:
			return SYNC_REP_WAIT_APPLY;
		default:
			return SYNC_REP_NO_WAIT;
	}
}

void
dyn_standbys_begin(void)
{
	own_end = InvalidXLogRecPtr;
	counts_for_all = false;
	dyn_touched_begin(wait_mode() >= 0);
}

bool
dyn_standbys_concern(void)
{
	return dyn_touched_now()->on;
}

/* A change of a catalog sends invalidation messages to other sessions. */
void
dyn_standbys_before_commit(void)
{
	SharedInvalidationMessage *messages;
	bool		file;

	if (dyn_standbys_concern())
		counts_for_all = xactGetCommittedInvalidationMessages(&messages, &file) > 0 || file;
}

static void
raise_to(pg_atomic_uint64 *place, uint64 end)
{
	uint64		old = pg_atomic_read_u64(place);

	while (old < end && !pg_atomic_compare_exchange_u64(place, &old, end))
		;
}

static pg_atomic_uint64 *
place_of(Oid relid)
{
	return &ends->relations[murmurhash32(relid) % RELATIONS];
}

void
dyn_standbys_committed(XLogRecPtr end)
{
	const DynTouched *touched = dyn_touched_now();

	if (!touched->on)
		return;
	own_end = end;
	if (counts_for_all || touched->any_written)
		raise_to(&ends->all, end);
	for (int i = 0; i < touched->count; i++)
	{
		if (touched->written[i])
			raise_to(place_of(touched->relids[i]), end);
	}
}

/* The greater of the position and the end stored there. */
static XLogRecPtr
greater(XLogRecPtr position, pg_atomic_uint64 *place)
{
	XLogRecPtr	end = pg_atomic_read_u64(place);

	return Max(position, end);
}

XLogRecPtr
dyn_standbys_position(void)
{
	const DynTouched *touched = dyn_touched_now();
	XLogRecPtr	position;

	if (!touched->on)
		return InvalidXLogRecPtr;
	position = greater(own_end, &ends->all);
	for (int i = 0; i < touched->count; i++)
		position = greater(position, place_of(touched->relids[i]));
	for (int i = 0; touched->any_read && i < RELATIONS; i++)
		position = greater(position, &ends->relations[i]);
	dyn_touched_begin(false);
	return position;
}

XLogRecPtr
dyn_standbys_confirmed(void)
{
	int			mode = wait_mode();
	XLogRecPtr	confirmed;

	if (mode < 0)
		return PG_UINT64_MAX;
	LWLockAcquire(SyncRepLock, LW_SHARED);
	confirmed = WalSndCtl->lsn[mode];
	LWLockRelease(SyncRepLock);
	return confirmed;
}
