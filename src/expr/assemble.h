/*
 * assemble.h - a program in the making
 */
#ifndef DYNAPG_EXPR_ASSEMBLE_H
#define DYNAPG_EXPR_ASSEMBLE_H

#include "lib/stringinfo.h"

#include "expr/program.h"

/*
 * Nodes, elements and values are appended, links are set by hand; the first error-free
 * dyn_assemble_finish makes the one chunk.
 */
typedef struct DynAssembly
{
	DynExprNode *nodes;
	uint32		nnodes;
	uint32		nodes_room;
	DynPathElement *elements;
	uint32		nelements;
	uint32		elements_room;
	DynProgramValue *values;
	uint32		nvalues;
	uint32		values_room;
	StringInfoData bytes;		/* names and value bodies */
} DynAssembly;

/* Starts a program with the expected sizes; it may become larger. */
extern void dyn_assemble_init(DynAssembly *build, uint32 nnodes, uint32 nelements, uint32 nvalues);

/* Append; return the index. */
extern int32 dyn_assemble_node(DynAssembly *build, DynExprNode node);
extern uint32 dyn_assemble_element(DynAssembly *build, DynPathElement element);
extern uint32 dyn_assemble_value(DynAssembly *build, DynValue value);

/* Appends a name's bytes; returns their offset. */
extern uint32 dyn_assemble_name(DynAssembly *build, DynSlice name);

/* The program with its roots (-1: none), in the current memory context. */
extern DynProgram *dyn_assemble_finish(DynAssembly *build, int32 condition, int32 update, int32 projection);

#endif							/* DYNAPG_EXPR_ASSEMBLE_H */
