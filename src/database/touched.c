/*
 * touched.c - which relations the current request has read and written
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/parsenodes.h"

#include "base/compat.h"
#include "database/touched.h"

static DynTouched now;
static ExecutorCheckPerms_hook_type next_check = NULL;

void
dyn_touched_begin(bool on)
{
	now.on = on;
	now.any_read = now.any_written = false;
	now.count = 0;
}

void
dyn_touched_add(Oid relid, bool written)
{
	if (!now.on)
		return;
	for (int i = 0; i < now.count; i++)
	{
		if (now.relids[i] == relid)
		{
			now.written[i] |= written;
			return;
		}
	}
	if (now.count == DYN_MAX_TOUCHED)
	{
		now.any_read = true;
		now.any_written |= written;
		return;
	}
	now.relids[now.count] = relid;
	now.written[now.count++] = written;
}

const DynTouched *
dyn_touched_now(void)
{
	return &now;
}

static void
add_entry(const RangeTblEntry *entry)
{
	bool		written = entry->rellockmode >= RowExclusiveLock;

	if (entry->rtekind != RTE_RELATION)
		return;
	dyn_touched_add(entry->relid, written);
	if (written && entry->relkind == RELKIND_PARTITIONED_TABLE)
		now.any_written = true;
}

/* PostgreSQL checks permissions on the statement's relations here; all of them are in the range table. */
static bool
check(DYN_COMPAT_CHECK_PERMS_ARGS)
{
	ListCell   *cell;

	if (now.on)
	{
		foreach(cell, range_table)
			add_entry(lfirst(cell));
	}
	return next_check == NULL || dyn_compat_check_perms(next_check);
}

void
dyn_touched_watch(void)
{
	next_check = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = check;
}
