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
