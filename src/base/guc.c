/*
 * guc.c - the settings of dynapg
 *
 * Every setting is defined here, in alphabetical order.
 *
 * Layer 0.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/guc.h"

#define MAX_REGION	63			/* characters; AWS's own regions stay far below */

char	   *dyn_guc_region = NULL;

static bool
check_region(char **newval, void **extra, GucSource source)
{
	size_t		len = strlen(*newval);

	if (len == 0 || len > MAX_REGION ||
		strspn(*newval, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != len)
	{
		GUC_check_errdetail("A region is 1 to %d letters, digits and hyphens.", MAX_REGION);
		return false;
	}
	return true;
}

void
dyn_guc_init(void)
{
	DefineCustomStringVariable("dynapg.region",
							   "AWS region that the ARNs of tables and indexes name.",
							   NULL,
							   &dyn_guc_region,
							   "us-east-1",
							   PGC_USERSET,
							   0,
							   check_region,
							   NULL,
							   NULL);

	MarkGUCPrefixReserved("dynapg");
}
