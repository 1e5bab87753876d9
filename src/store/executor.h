/*
 * executor.h - our hooks of the executor, and whether others watch it, too
 */
#ifndef DYNAPG_STORE_EXECUTOR_H
#define DYNAPG_STORE_EXECUTOR_H

#include "executor/executor.h"

/* Puts a hook of ours before those that are there, once for each; returns the one that it has to call. */
extern ExecutorStart_hook_type dyn_executor_hook_start(ExecutorStart_hook_type ours);
extern ExecutorEnd_hook_type dyn_executor_hook_end(ExecutorEnd_hook_type ours);

/* Does an extension watch statements, as pg_stat_statements, auto_explain and pgaudit do? */
extern bool dyn_executor_is_watched(void);

#endif							/* DYNAPG_STORE_EXECUTOR_H */
