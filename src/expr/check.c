/*
 * check.c - operand counts and types, distinct operands, and paths that overlap or conflict
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/base64.h"
#include "base/limits.h"
#include "expr/check.h"
#include "expr/op.h"
#include "value/number.h"

#define TAG_BIT(tag) (1u << (tag))
#define SCALARS (TAG_BIT(DYN_S) | TAG_BIT(DYN_N) | TAG_BIT(DYN_B))
#define SETS (TAG_BIT(DYN_SS) | TAG_BIT(DYN_NS) | TAG_BIT(DYN_BS))
#define ANY_TYPE (TAG_BIT(DYN_M + 1) - 1)
#define SIZED (TAG_BIT(DYN_S) | TAG_BIT(DYN_B) | SETS | TAG_BIT(DYN_L) | TAG_BIT(DYN_M))

static inline const DynExprNode *
node_at(const DynBinding *b, int32 index)
{
	return index < 0 ? NULL : b->t->nodes + index;
}

static inline const DynExprNode *
first_child(const DynBinding *b, const DynExprNode *n)
{
	return node_at(b, n->child);
}

static inline const DynExprNode *
next_sibling(const DynBinding *b, const DynExprNode *n)
{
	return node_at(b, n->next);
}

/* Bounds the depth of a path and resolves its names. */
static void
resolve_path(DynBinding *b, const DynExprNode *path)
{
	if (path->narg > DYN_MAX_NESTING)
		dyn_bind_error(b, "The document path has too many nesting levels; nesting levels: %u", path->narg);
	for (uint32 i = 0; i < path->narg; i++)
	{
		const DynTemplateElement *e = &b->t->elements[path->arg + i];

		if (e->kind == DYN_ELEMENT_PLACEHOLDER)
			dyn_bind_name(b, e->at);
	}
}

/* The constant that a VALUE node stands for; any other node has no value. */
static DynValue
constant(DynBinding *b, const DynExprNode *n)
{
	return n->op == DYN_OP_VALUE ? dyn_bind_value(b, n->arg)->value : (DynValue) {0};
}

/* The type that an operand is known to have, or 0. */
static uint8
known_tag(DynBinding *b, const DynExprNode *n)
{
	switch (n->op)
	{
		case DYN_OP_SIZE:
			return DYN_N;
		case DYN_OP_LIST_APPEND:
			return DYN_L;
		default:
			return constant(b, n).tag;
	}
}

static void
operand_type_error(const DynBinding *b, uint8 op, const char *type)
{
	dyn_bind_error(b, "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
				   dyn_op_name(op), type);
}

/* Raises the error when an operand's type is known and not allowed. */
static void
check_type(DynBinding *b, uint8 op, const DynExprNode *operand, uint32 allowed)
{
	uint8		tag = known_tag(b, operand);

	if (tag != 0 && !(allowed & TAG_BIT(tag)))
		operand_type_error(b, op, dyn_tag_name(tag));
}

/* A function must have its number of operands. */
static void
check_count(const DynBinding *b, const DynExprNode *n)
{
	int			expected = dyn_op_function_operands(n->op);

	if (expected > 0 && n->narg != expected)
		dyn_bind_error(b,
					   "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %u",
					   dyn_op_name(n->op), n->narg);
}

/* A path as texts show it: [a, b, [3]] */
static char *
path_text(const DynBinding *b, const DynExprNode *path)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (uint32 i = 0; i < path->narg; i++)
	{
		const DynTemplateElement *e = &b->t->elements[path->arg + i];

		if (i > 0)
			appendStringInfoString(&text, ", ");
		if (e->kind == DYN_ELEMENT_LIST)
			appendStringInfo(&text, "[%u]", e->at);
		else
		{
			DynSlice	name = dyn_bind_element_name(b, e);

			appendBinaryStringInfo(&text, name.data, (int) name.len);
		}
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}

static bool
same_element(const DynBinding *b, const DynTemplateElement *x, const DynTemplateElement *y)
{
	DynSlice	a;
	DynSlice	c;

	if (x->kind == DYN_ELEMENT_LIST || y->kind == DYN_ELEMENT_LIST)
		return x->kind == y->kind && x->at == y->at;
	a = dyn_bind_element_name(b, x);
	c = dyn_bind_element_name(b, y);
	return a.len == c.len && memcmp(a.data, c.data, a.len) == 0;
}

static bool
same_path(const DynBinding *b, const DynExprNode *x, const DynExprNode *y)
{
	if (x->op != DYN_OP_PATH || y->op != DYN_OP_PATH || x->narg != y->narg)
		return false;
	for (uint32 i = 0; i < x->narg; i++)
	{
		if (!same_element(b, &b->t->elements[x->arg + i], &b->t->elements[y->arg + i]))
			return false;
	}
	return true;
}

/* The first operand of a comparison or function must not be repeated among the others. */
static void
check_distinct(const DynBinding *b, const DynExprNode *n)
{
	const DynExprNode *first = first_child(b, n);

	for (const DynExprNode *c = next_sibling(b, first); c; c = next_sibling(b, c))
	{
		if (same_path(b, first, c))
			dyn_bind_error(b,
						   "The first operand must be distinct from the remaining operands for this operator or function; "
						   "operator: %s, first operand: %s",
						   dyn_op_name(n->op), path_text(b, first));
	}
}

/* A constant as the texts about BETWEEN show it: {N:5} */
static char *
constant_text(DynValue v)
{
	char	   *body;
	int			len;

	if (v.tag == DYN_N)
	{
		body = palloc(DYN_NUMBER_MAX_TEXT);
		len = dyn_number_print(v.data, v.len, body);
	}
	else if (v.tag == DYN_B)
	{
		body = palloc(4 * (((Size) v.len + 2) / 3) + 1);
		len = (int) dyn_base64_encode(v.data, v.len, body);
	}
	else
	{
		body = (char *) v.data;
		len = (int) v.len;
	}
	return psprintf("{%s:%.*s}", dyn_tag_name(v.tag), len, body);
}

/* Bounds that are constants must be of one type and in order. */
static void
check_between(const DynBinding *b, DynValue low, DynValue high)
{
	const char *problem;

	if (low.tag == 0 || high.tag == 0)
		return;
	if (low.tag != high.tag)
		problem = "requires same data type for lower and upper bounds";
	else if (dyn_bytes_compare(low.data, low.len, high.data, high.len) > 0)
		problem = "requires upper bound to be greater than or equal to lower bound";
	else
		return;
	dyn_bind_error(b,
				   "The BETWEEN operator %s; lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s",
				   problem, constant_text(low), constant_text(high));
}

static void
check_attribute_type(DynBinding *b, const DynExprNode *n)
{
	const DynExprNode *second = next_sibling(b, first_child(b, n));
	DynValue	type = constant(b, second);

	if (type.tag == 0)
		operand_type_error(b, n->op, second->op == DYN_OP_SIZE ? "N" : DYN_ANY_TYPE);
	if (type.tag != DYN_S)
		operand_type_error(b, n->op, dyn_tag_name(type.tag));
	if (dyn_tag_from_name((const char *) type.data, type.len) == 0)
		dyn_bind_error(b, DYN_TYPE_NAME_UNKNOWN,
					   (int) type.len, (const char *) type.data);
}

static void
require_path(const DynBinding *b, const DynExprNode *function)
{
	if (first_child(b, function)->op != DYN_OP_PATH)
		dyn_bind_error(b, "Operator or function requires a document path; operator or function: %s",
					   dyn_op_name(function->op));
}

uint32
dyn_expr_operand_types(uint8 op)
{
	switch (op)
	{
		case DYN_OP_LT:
		case DYN_OP_LE:
		case DYN_OP_GT:
		case DYN_OP_GE:
		case DYN_OP_BETWEEN:
			return SCALARS;
		case DYN_OP_BEGINS_WITH:
			return TAG_BIT(DYN_S) | TAG_BIT(DYN_B);
		case DYN_OP_SIZE:
			return SIZED;
		case DYN_OP_LIST_APPEND:
			return TAG_BIT(DYN_L);
		case DYN_OP_PLUS:
		case DYN_OP_MINUS:
			return TAG_BIT(DYN_N);
		default:
			return ANY_TYPE;
	}
}

/* May the operator's operands be missing? Only then the first one must not be repeated. */
static bool
takes_missing_operands(uint8 op)
{
	return op == DYN_OP_BEGINS_WITH || op == DYN_OP_CONTAINS || (op >= DYN_OP_EQ && op <= DYN_OP_IN);
}

static void
check_bounds(DynBinding *b, const DynExprNode *between)
{
	const DynExprNode *low = next_sibling(b, first_child(b, between));

	check_between(b, constant(b, low), constant(b, next_sibling(b, low)));
}

static void
check_in(const DynBinding *b, const DynExprNode *in)
{
	if (in->narg - 1 > DYN_MAX_IN_OPERANDS)
		dyn_bind_error(b, "The IN operator is provided with too many operands; number of operands: %d",
					   in->narg - 1);
}

/* Checks one operator whose operands are checked: their number, their types, that they are distinct, the rest. */
static void
check_operator(DynBinding *b, const DynExprNode *n)
{
	check_count(b, n);
	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		check_type(b, n->op, c, dyn_expr_operand_types(n->op));
	if (takes_missing_operands(n->op))
		check_distinct(b, n);
	switch (n->op)
	{
		case DYN_OP_ATTRIBUTE_EXISTS:
		case DYN_OP_ATTRIBUTE_NOT_EXISTS:
		case DYN_OP_IF_NOT_EXISTS:
			require_path(b, n);
			break;
		case DYN_OP_ATTRIBUTE_TYPE:
			check_attribute_type(b, n);
			break;
		case DYN_OP_BETWEEN:
			check_bounds(b, n);
			break;
		case DYN_OP_IN:
			check_in(b, n);
			break;
		default:
			break;
	}
}

/* Checks a tree of operators and operands, operands before their operator; *noperators counts them. */
static void
check_tree(DynBinding *b, const DynExprNode *n, uint32 *noperators)
{
	check_stack_depth();
	if (n->op == DYN_OP_PATH)
	{
		resolve_path(b, n);
		return;
	}
	if (n->op == DYN_OP_VALUE)
	{
		dyn_bind_value(b, n->arg);
		return;
	}
	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		check_tree(b, c, noperators);
	check_operator(b, n);

	/* a chain of AND or OR is one node for all its operators */
	*noperators += n->op == DYN_OP_AND || n->op == DYN_OP_OR ? n->narg - 1 : 1;
	if (*noperators > DYN_MAX_EXPR_OPERATORS)
		dyn_bind_error(b, "The expression contains too many operators; operator count: %d",
					   DYN_MAX_EXPR_OPERATORS + 1);
}

void
dyn_check_condition(DynBinding *b)
{
	uint32		noperators = 0;

	check_tree(b, b->t->nodes, &noperators);
}

/* Raises the error when one path begins the other (overlap), or they use one value as a map and as a list (conflict). */
static void
check_path_pair(const DynBinding *b, const DynExprNode *one, const DynExprNode *two)
{
	uint32		shorter = Min(one->narg, two->narg);
	const char *problem = "overlap";

	for (uint32 i = 0; i < shorter; i++)
	{
		const DynTemplateElement *x = &b->t->elements[one->arg + i];
		const DynTemplateElement *y = &b->t->elements[two->arg + i];

		if ((x->kind == DYN_ELEMENT_LIST) != (y->kind == DYN_ELEMENT_LIST))
		{
			problem = "conflict";
			break;
		}
		if (!same_element(b, x, y))
			return;
	}
	dyn_bind_error(b,
				   "Two document paths %s with each other; must remove or rewrite one of these paths; path one: %s, path two: %s",
				   problem, path_text(b, one), path_text(b, two));
}

/* Resolves one more path and checks it against those before it. */
static void
check_next_path(DynBinding *b, const DynExprNode **paths, uint32 *count, const DynExprNode *path)
{
	CHECK_FOR_INTERRUPTS();
	resolve_path(b, path);
	for (uint32 i = 0; i < *count; i++)
		check_path_pair(b, paths[i], path);
	paths[(*count)++] = path;
}

/* The value of ADD must be a number or a set, that of DELETE a set. */
static void
check_action_value(DynBinding *b, const DynExprNode *action)
{
	uint32		allowed = action->op == DYN_OP_ADD ? SETS | TAG_BIT(DYN_N) : SETS;
	DynValue	value = constant(b, next_sibling(b, first_child(b, action)));

	if (!(allowed & TAG_BIT(value.tag)))
		dyn_bind_error(b, "Incorrect operand type for operator or function; operator: %s, operand type: %s, "
					   "typeSet: ALLOWED_FOR_%s_OPERAND",
					   dyn_op_name(action->op), dyn_tag_word(value.tag), dyn_op_name(action->op));
}

void
dyn_check_update(DynBinding *b)
{
	const DynExprNode **paths = palloc(sizeof(DynExprNode *) * b->t->nnodes);
	uint32		count = 0;
	uint32		noperators = 0;

	for (const DynExprNode *action = b->t->nodes; action; action = next_sibling(b, action))
		check_next_path(b, paths, &count, first_child(b, action));
	for (const DynExprNode *action = b->t->nodes; action; action = next_sibling(b, action))
	{
		const DynExprNode *operand = next_sibling(b, first_child(b, action));

		if (operand)
			check_tree(b, operand, &noperators);
		if (action->op == DYN_OP_ADD || action->op == DYN_OP_DELETE)
			check_action_value(b, action);
	}
	pfree(paths);
}

void
dyn_check_projection(DynBinding *b)
{
	const DynExprNode **paths = palloc(sizeof(DynExprNode *) * b->t->nnodes);
	uint32		count = 0;

	for (const DynExprNode *path = b->t->nodes; path; path = next_sibling(b, path))
		check_next_path(b, paths, &count, path);
	pfree(paths);
}
