/*
 * namespace.c - the namespace in which this backend finds tables, the setting dynapg.namespace
 */
#include "postgres.h"

#include "utils/guc.h"

#include "base/guc.h"
#include "base/namespace.h"

const char *
dyn_namespace_prefix(void)
{
	return dyn_guc_namespace[0] == '\0' ? "" : psprintf("%s/", dyn_guc_namespace);
}

DynSlice
dyn_namespace_full(DynSlice name)
{
	char	   *full;

	if (likely(dyn_guc_namespace[0] == '\0'))
		return name;
	full = psprintf("%s/%.*s", dyn_guc_namespace, (int) name.len, name.data);
	return (DynSlice) {full, (uint32) strlen(full)};
}

const char *
dyn_namespace_full_name(const char *name)
{
	return strchr(name, '/') ? "/" : dyn_namespace_full((DynSlice) {name, (uint32) strlen(name)}).data;
}

bool
dyn_namespace_has(const char *full)
{
	return strcmp(dyn_namespace_text_of(full), dyn_guc_namespace) == 0;
}

static const char *
region_of(const char *space)
{
	const char *at = strchr(space, '@');

	return at ? at + 1 : dyn_guc_region;
}

const char *
dyn_namespace_region(void)
{
	return region_of(dyn_guc_namespace);
}

const char *
dyn_namespace_region_of(const char *full)
{
	return region_of(dyn_namespace_text_of(full));
}

static void
set(const char *space, GucAction action)
{
	(void) set_config_option("dynapg.namespace", space, PGC_USERSET, PGC_S_SESSION, action, true, 0, false);
}

void
dyn_namespace_enter(const char *space)
{
	set(space, GUC_ACTION_SAVE);
}

void
dyn_namespace_follow(const char *full)
{
	set(dyn_namespace_text_of(full), GUC_ACTION_SET);
}
