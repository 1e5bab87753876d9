/*
 * pace.c - background jobs do not run ahead with the write-ahead log
 *
 * That others commit shows in the position up to which the log is on disk: something other than this process has moved it.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "fmgr.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/pace.h"

#define PIECE	(256 * 1024)	/* bytes of the log */

static bool paces = false;
static XLogRecPtr looked = 0;	/* up to which this process had written when it looked last */
static XLogRecPtr flushed = 0;	/* what was on disk then */

PGDLLEXPORT Datum dynapg_pace_job(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_pace_job);

void
dyn_pace_begin(void)
{
	paces = true;
}

void
dyn_pace_log(void)
{
	XLogRecPtr	end = XactLastRecEnd;

	if (!paces || end < looked + PIECE)
		return;
	CHECK_FOR_INTERRUPTS();
	looked = end;
	if (dyn_compat_flushed() > flushed)
		XLogFlush(end);
	flushed = dyn_compat_flushed();
}

/* pace_job() returns boolean: true; a condition that jobs add to statements over many rows */
Datum
dynapg_pace_job(PG_FUNCTION_ARGS)
{
	dyn_pace_log();
	PG_RETURN_BOOL(true);
}
