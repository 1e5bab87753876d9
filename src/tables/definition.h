/*
 * definition.h - a table as it is created and described, which is a row of dynapg.tables and its rows of dynapg.indexes
 */
#ifndef DYNAPG_TABLES_DEFINITION_H
#define DYNAPG_TABLES_DEFINITION_H

#include "postgres.h"

#include "base/limits.h"
#include "tables/index_kind.h"
#include "tables/settings.h"
#include "utils/timestamp.h"
#include "value/key.h"

typedef enum DynIndexStatus
{
	DYN_INDEX_ACTIVE,
	DYN_INDEX_CREATING,
	DYN_INDEX_DELETING
} DynIndexStatus;

/* A secondary index as created; keys in order, partition attributes first. */
typedef struct DynIndexDef
{
	char	   *name;
	DynIndexKind kind;
	int			npk;			/* partition attributes (1..4; LSI: 1) */
	int			nsk;			/* sort attributes (0..4) */
	DynKeyAttr	keys[DYN_MAX_INDEX_KEY_ATTRS];
	char	   *projection;		/* "ALL", "KEYS_ONLY", "INCLUDE" */
	int			ninclude;
	char	  **include;		/* NonKeyAttributes */
	DynIndexSettings settings;
	DynIndexStatus status;		/* out; see index.h */
	char	   *relation_name;	/* out */
} DynIndexDef;

/* A table as created, or as stored. */
typedef struct DynTableDef
{
	char	   *name;
	Oid			relid;			/* out */
	char	   *table_id;		/* out: the uuid's text */
	TimestampTz created_at;		/* out */
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: none */
	bool		deletion_protection;
	char	   *attribute_definitions;	/* JSON array as given */
	DynTableSettings settings;
	Oid			rows_from;		/* of a new table: a relation that has the rows to begin with, or InvalidOid */
	int			nindexes;
	DynIndexDef *indexes;
} DynTableDef;

#endif							/* DYNAPG_TABLES_DEFINITION_H */
