/*
 * executor.c - our hooks of the executor, and whether others watch it, too
 *
 * Hooks of one kind form a chain whose links only their owners know.  It has ours alone as long as each of ours found the one before it
 * there, and the last one still is.
 */
#include "postgres.h"

#include "store/executor.h"

static ExecutorStart_hook_type last_start = NULL;
static ExecutorEnd_hook_type last_end = NULL;
static bool found_others = false;

ExecutorStart_hook_type
dyn_executor_hook_start(ExecutorStart_hook_type ours)
{
	ExecutorStart_hook_type next = ExecutorStart_hook;

	found_others |= next != last_start;
	ExecutorStart_hook = last_start = ours;
	return next;
}

ExecutorEnd_hook_type
dyn_executor_hook_end(ExecutorEnd_hook_type ours)
{
	ExecutorEnd_hook_type next = ExecutorEnd_hook;

	found_others |= next != last_end;
	ExecutorEnd_hook = last_end = ours;
	return next;
}

bool
dyn_executor_is_watched(void)
{
	return found_others || ExecutorStart_hook != last_start || ExecutorEnd_hook != last_end || ExecutorRun_hook != NULL ||
		ExecutorFinish_hook != NULL;
}
