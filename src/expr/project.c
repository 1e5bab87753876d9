/*
 * project.c - the part of an item that paths name
 *
 * The paths are sorted element by element, so that those which share a beginning stand together; one walk
 * over the sorted paths and the item then builds each container of the result once, lists in the order of
 * their indices.  A path that leads nowhere adds nothing, not even its parents.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/eval.h"

/* Paths up to this number are sorted without allocating. */
#define FEW_PATHS 16

typedef struct Projector
{
	const DynProgram *program;
	const DynExprNode **paths;	/* sorted */
} Projector;

static inline const DynPathElement *
element_of(const DynProgram *program, const DynExprNode *path, uint32 depth)
{
	return dyn_program_elements(program) + path->arg + depth;
}

/* Names before indices; names by bytes, indices by number. */
static int
compare_elements(const DynProgram *program, const DynPathElement *a, const DynPathElement *b)
{
	const uint8 *bytes = dyn_program_bytes(program);
	bool		a_index = a->offset == DYN_ELEMENT_INDEX;
	bool		b_index = b->offset == DYN_ELEMENT_INDEX;

	if (a_index != b_index)
		return a_index - b_index;
	if (a_index)
		return (a->len > b->len) - (a->len < b->len);
	return dyn_bytes_compare(bytes + a->offset, a->len, bytes + b->offset, b->len);
}

/* Order of paths; a path comes before those that it begins. */
static int
compare_paths(const void *left, const void *right, void *arg)
{
	const DynProgram *program = arg;
	const DynExprNode *a = *(const DynExprNode *const *) left;
	const DynExprNode *b = *(const DynExprNode *const *) right;

	for (uint32 i = 0; i < a->narg && i < b->narg; i++)
	{
		int			c = compare_elements(program, element_of(program, a, i), element_of(program, b, i));

		if (c != 0)
			return c;
	}
	return (a->narg > b->narg) - (a->narg < b->narg);
}

/* An open container with room for `count` children. */
static DynNode
open_container(uint8 tag, uint32 room)
{
	return (DynNode) {.tag = tag, .open = true, .room = room, .children = palloc(room * sizeof(DynMember))};
}

/*
 * What paths[low .. high) name in value; they agree in their first depth elements, which led to value. A node with tag 0 when
 * they name nothing, except for the root.
 */
static DynNode
project(const Projector *p, uint32 low, uint32 high, uint32 depth, DynValue value)
{
	DynNode		result;

	check_stack_depth();
	if (low < high && p->paths[low]->narg == depth)
		return dyn_node_of(value);
	if (value.tag != DYN_M && value.tag != DYN_L)
		return (DynNode) {0};

	result = open_container(value.tag, Max(high - low, 1));
	while (low < high)
	{
		const DynPathElement *element = element_of(p->program, p->paths[low], depth);
		DynValue	child = dyn_eval_element(p->program, element, value);
		uint32		end = low + 1;
		DynNode		part = {0};

		while (end < high && compare_elements(p->program, element, element_of(p->program, p->paths[end], depth)) == 0)
			end++;
		if (child.tag != 0)
			part = project(p, low, end, depth + 1, child);
		if (part.tag != 0)
		{
			DynMember  *member = &result.children[result.count++];

			member->node = part;
			member->name = (DynSlice) {0};
			if (value.tag == DYN_M)
				member->name = (DynSlice) {(const char *) dyn_program_bytes(p->program) + element->offset, element->len};
		}
		low = end;
	}
	if (result.count == 0 && depth > 0)
		return (DynNode) {0};
	return result;
}

/* Projects by the chain of nodes that starts at first: PATHs, or actions whose first child is one. */
static DynNode
project_chain(const DynProgram *program, int32 first, bool skip_removed, DynValue root)
{
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynExprNode *few[FEW_PATHS];
	Projector	p = {program, few};
	uint32		count = 0;
	DynNode		result;

	for (int32 i = first; i >= 0; i = nodes[i].next)
		count++;
	if (count > FEW_PATHS)
		p.paths = palloc(count * sizeof(*p.paths));
	count = 0;
	for (int32 i = first; i >= 0; i = nodes[i].next)
	{
		if (skip_removed && nodes[i].op == DYN_OP_REMOVE)
			continue;
		p.paths[count++] = nodes[i].op == DYN_OP_PATH ? &nodes[i] : &nodes[nodes[i].child];
	}
	qsort_arg(p.paths, count, sizeof(*p.paths), compare_paths, (void *) program);
	result = project(&p, 0, count, 0, root);
	if (p.paths != few)
		pfree(p.paths);
	return result;
}

DynNode
dyn_project_item(const DynProgram *program, DynValue root)
{
	return project_chain(program, program->projection, false, root);
}

DynNode
dyn_project_updated(const DynProgram *program, DynValue root, bool is_new)
{
	return project_chain(program, program->update, is_new, root);
}
