/*
 * shape.h - what a request, or a part of it, may look like; see shapes.h for the model
 */
#ifndef DYNAPG_API_SHAPE_H
#define DYNAPG_API_SHAPE_H

#include "base/request.h"

typedef enum DynShapeKind
{
	DYN_SHAPE_STRING,
	DYN_SHAPE_INTEGER,			/* 32 bits */
	DYN_SHAPE_LONG,				/* 64 bits */
	DYN_SHAPE_DOUBLE,
	DYN_SHAPE_BOOLEAN,
	DYN_SHAPE_STRUCTURE,
	DYN_SHAPE_LIST,				/* of element */
	DYN_SHAPE_MAP,				/* of key (a string shape) to element */
	DYN_SHAPE_ATTRIBUTE_VALUE,	/* {"S":"x"}; value/tree.h checks its content */
	DYN_SHAPE_ATTRIBUTE_MAP		/* of attribute name to attribute value */
} DynShapeKind;

typedef enum DynShapePattern
{
	DYN_PATTERN_NONE,
	DYN_PATTERN_NAME,			/* [a-zA-Z0-9_.-]+ */
	DYN_PATTERN_S3_BUCKET,		/* these are those of the service model; see shape_pattern.c */
	DYN_PATTERN_S3_OWNER,
	DYN_PATTERN_CLIENT_TOKEN,
	DYN_PATTERN_CSV_DELIMITER,
	DYN_PATTERN_CSV_HEADER,
	DYN_PATTERN_HEX_TOKEN
} DynShapePattern;

/*
 * Newer code of the service checks some members separately: a violation of their length, range or enum is reported alone, and
 * its text names the member as in the request and does not show the value.
 */
typedef enum DynShapeAlone
{
	DYN_ALONE_NO,				/* with all others */
	DYN_ALONE_FIRST,			/* before the others */
	DYN_ALONE_LAST				/* where there are no others */
} DynShapeAlone;

typedef struct DynShape DynShape;

/* A member of a structure. */
typedef struct DynShapeField
{
	const char *name;			/* as on the wire: "TableName"; messages write it "tableName" */
	const DynShape *shape;
	bool		required;
} DynShapeField;

struct DynShape
{
	const char *name;			/* the service model's name of it: "PutItemInput" */
	DynShapeKind kind;
	bool		has_min;
	bool		has_max;
	int64		min;			/* of a number its value; of a string its characters; of a list or map its count */
	int64		max;
	DynShapePattern pattern;	/* of a string */
	bool		length_first;	/* of a string: its length is reported before its pattern */
	bool		or_arn;			/* of a string: an ARN is exempt from min, max and pattern, and has DYN_MAX_ARN characters at most */
	const char *const *values;	/* of a string: enum in the server's order, NULL-terminated; or NULL */
	const char *values_text;	/* how messages show the enum; NULL: as it is */
	DynShapeAlone alone;
	bool		bare;			/* of a violation that is reported alone: without an envelope */
	const DynShapeField *fields;	/* of a structure, in the order of its messages */
	int			nfields;
	const char *shown;			/* of a structure: messages show its members, and this after them; NULL: they do not */
	const DynShape *key;		/* of a map */
	const DynShape *element;	/* of a list or map */
	bool		by_member;		/* of a map of attribute values: it is not an item, its members are read one by one */
};

#endif							/* DYNAPG_API_SHAPE_H */
