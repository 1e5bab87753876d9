/*
 * index_kind.c - the kinds of secondary indexes, and the names that the API and the catalog have for them
 */
#include "postgres.h"

#include "tables/index_kind.h"

const char *
dyn_index_kind_member(DynIndexKind kind)
{
	static const char *const members[] = {"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "VectorIndexes"};

	return members[kind];
}

static const char *const projections[] = {"ALL", "KEYS_ONLY", "INCLUDE"};

const char *
dyn_index_kind_projection_name(DynProjection projection)
{
	return projections[projection];
}

DynProjection
dyn_index_kind_projection(DynSlice name)
{
	for (int i = 0; i < lengthof(projections); i++)
	{
		if (dyn_slice_is(name, projections[i]))
			return (DynProjection) i;
	}
	elog(ERROR, "unknown projection \"%.*s\"", (int) name.len, name.data);
}
