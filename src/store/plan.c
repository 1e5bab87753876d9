/*
 * plan.c - kept plans of statements on data tables
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/resowner.h"

#include "base/errors.h"
#include "store/plan.h"

#define NO_GENERATION (-1)

/* Statements of dyn_plan_run that are under way: a trigger may run further ones inside. */
static int	running = 0;

static CachedPlanSource *
plan_source(SPIPlanPtr plan)
{
	return linitial(SPI_plan_get_plan_sources(plan));
}

bool
dyn_plan_usable(const DynPlan *plan)
{
	CachedPlanSource *source;

	if (plan->plan == NULL)
		return false;
	source = plan_source(plan->plan);
	return source->is_valid && source->gplan && source->gplan->is_valid && source->generation == plan->generation;
}

/* A plan that may be running is freed with its table, which is therefore to be looked up anew. */
static void
retire(DynTable *table, DynPlan *plan)
{
	SPIPlanPtr	old = plan->plan;

	if (old == NULL)
		return;
	if (running > 0)
	{
		MemoryContext context = MemoryContextSwitchTo(table->context);

		table->retired_plans = lappend(table->retired_plans, old);
		table->valid = false;
		MemoryContextSwitchTo(context);
		plan->plan = NULL;
		return;
	}
	plan->plan = NULL;
	SPI_freeplan(old);
}

static void
switch_off(const char *setting)
{
	(void) set_config_option(setting, "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
dyn_plan_make(DynTable *table, DynPlan *plan, const char *sql, int nargs, Oid *types)
{
	int			level = NewGUCNestLevel();
	SPIPlanPtr	made;
	CachedPlan *generic;

	retire(table, plan);
	plan->generation = NO_GENERATION;

	switch_off("enable_seqscan");
	switch_off("enable_bitmapscan");
	made = SPI_prepare_cursor(sql, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	if (made == NULL || SPI_keepplan(made) != 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(SPI_result), sql);
	plan->plan = made;
	generic = SPI_plan_get_cached_plan(made);
	if (generic == NULL)
		elog(ERROR, "no generic plan for: %s", sql);
	ReleaseCachedPlan(generic, CurrentResourceOwner);
	plan->generation = plan_source(made)->generation;
	AtEOXact_GUC(true, level);
}

static bool
is_conflict(int sqlstate)
{
	return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

uint64
dyn_plan_run(const DynPlan *plan, ParamListInfo params, DestReceiver *dest, DynHandover *handover)
{
	SPIExecuteOptions options = {.params = params, .dest = dest};
	MemoryContext context = CurrentMemoryContext;
	DynHandover *saved = dyn_handover;
	int			rc;

	running++;
	dyn_handover = handover;
	PG_TRY();
	{
		rc = SPI_execute_plan_extended(plan->plan, &options);
		if (rc < 0)
			elog(ERROR, "a kept plan failed: %s", SPI_result_code_string(rc));
	}
	PG_CATCH();
	{
		dyn_handover = saved;
		running--;
		if (is_conflict(geterrcode()))
		{
			MemoryContextSwitchTo(context);
			FlushErrorState();
			dyn_error(DYN_E_TRANSACTION_CONFLICT, "Transaction is ongoing for the item");
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
	dyn_handover = saved;
	running--;
	return SPI_processed;
}
