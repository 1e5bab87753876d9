/*
 * explain.c - PostgreSQL's plan of a statement, as EXPLAIN shows it
 */
#include "postgres.h"

#include "commands/explain.h"
#include "executor/spi.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/explain.h"

void
dyn_explain_plan(StringInfo out, const DynPlan *plan, ParamListInfo params)
{
	CachedPlan *cached = SPI_plan_get_cached_plan(plan->plan);
	ExplainState *es = NewExplainState();

	if (cached == NULL)
		elog(ERROR, "a kept plan is gone");
	es->costs = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	dyn_compat_explain_plan(linitial_node(PlannedStmt, cached->stmt_list), es, "", params);
	PopActiveSnapshot();
	ReleaseCachedPlan(cached, CurrentResourceOwner);
	appendBinaryStringInfo(out, es->str->data, es->str->len);
}
