/*
 * assemble.c - a program in the making
 */
#include "postgres.h"

#include "expr/assemble.h"

void
dyn_assemble_init(DynAssembly *build, uint32 nnodes, uint32 nelements, uint32 nvalues)
{
	build->nodes_room = nnodes + 1;
	build->elements_room = nelements + 1;
	build->values_room = nvalues + 1;
	build->nnodes = build->nelements = build->nvalues = 0;
	build->nodes = palloc(sizeof(DynExprNode) * build->nodes_room);
	build->elements = palloc(sizeof(DynPathElement) * build->elements_room);
	build->values = palloc(sizeof(DynProgramValue) * build->values_room);
	initStringInfo(&build->bytes);
}

int32
dyn_assemble_node(DynAssembly *build, DynExprNode node)
{
	if (build->nnodes == build->nodes_room)
		build->nodes = repalloc(build->nodes, sizeof(DynExprNode) * (build->nodes_room *= 2));
	build->nodes[build->nnodes] = node;
	return (int32) build->nnodes++;
}

uint32
dyn_assemble_element(DynAssembly *build, DynPathElement element)
{
	if (build->nelements == build->elements_room)
		build->elements = repalloc(build->elements, sizeof(DynPathElement) * (build->elements_room *= 2));
	build->elements[build->nelements] = element;
	return build->nelements++;
}

uint32
dyn_assemble_value(DynAssembly *build, DynValue value)
{
	DynProgramValue v = {value.tag, (uint32) build->bytes.len, value.len};

	if (build->nvalues == build->values_room)
		build->values = repalloc(build->values, sizeof(DynProgramValue) * (build->values_room *= 2));
	if (value.len > 0)
		appendBinaryStringInfo(&build->bytes, (const char *) value.data, (int) value.len);
	build->values[build->nvalues] = v;
	return build->nvalues++;
}

uint32
dyn_assemble_name(DynAssembly *build, DynSlice name)
{
	uint32		offset = (uint32) build->bytes.len;

	appendBinaryStringInfo(&build->bytes, name.data, (int) name.len);
	return offset;
}

DynProgram *
dyn_assemble_finish(DynAssembly *build, int32 condition, int32 update, int32 projection)
{
	Size		nodes = sizeof(DynExprNode) * build->nnodes;
	Size		elements = sizeof(DynPathElement) * build->nelements;
	Size		values = sizeof(DynProgramValue) * build->nvalues;
	Size		size = sizeof(DynProgram) + nodes + elements + values + build->bytes.len;
	char	   *chunk = palloc(size);
	DynProgram *program = (DynProgram *) chunk;

	*program = (DynProgram) {
		.version = DYN_PROGRAM_VERSION,
		.nnodes = build->nnodes,
		.nelements = build->nelements,
		.nvalues = build->nvalues,
		.nbytes = (uint32) build->bytes.len,
		.condition = condition,
		.update = update,
		.projection = projection
	};
	SET_VARSIZE(program, size);
	chunk += sizeof(DynProgram);
	memcpy(chunk, build->nodes, nodes);
	memcpy(chunk + nodes, build->elements, elements);
	memcpy(chunk + nodes + elements, build->values, values);
	memcpy(chunk + nodes + elements + values, build->bytes.data, build->bytes.len);
	return program;
}
