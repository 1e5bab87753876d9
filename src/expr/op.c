/*
 * op.c - the names of operators and functions
 */
#include "postgres.h"

#include "expr/op.h"

static const struct
{
	const char *name;
	uint8		op;
	uint8		noperands;
	bool		in_condition;
	bool		in_update;
}			functions[] = {
	{"attribute_exists", DYN_OP_ATTRIBUTE_EXISTS, 1, true, false},
	{"attribute_not_exists", DYN_OP_ATTRIBUTE_NOT_EXISTS, 1, true, false},
	{"attribute_type", DYN_OP_ATTRIBUTE_TYPE, 2, true, false},
	{"begins_with", DYN_OP_BEGINS_WITH, 2, true, false},
	{"contains", DYN_OP_CONTAINS, 2, true, false},
	{"size", DYN_OP_SIZE, 1, true, false},
	{"if_not_exists", DYN_OP_IF_NOT_EXISTS, 2, false, true},
	{"list_append", DYN_OP_LIST_APPEND, 2, false, true}
};

const char *
dyn_op_name(uint8 op)
{
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].op == op)
			return functions[i].name;
	}
	switch (op)
	{
		case DYN_OP_PLUS:
			return "+";
		case DYN_OP_MINUS:
			return "-";
		case DYN_OP_EQ:
			return "=";
		case DYN_OP_NE:
			return "<>";
		case DYN_OP_LT:
			return "<";
		case DYN_OP_LE:
			return "<=";
		case DYN_OP_GT:
			return ">";
		case DYN_OP_GE:
			return ">=";
		case DYN_OP_BETWEEN:
			return "BETWEEN";
		case DYN_OP_IN:
			return "IN";
		case DYN_OP_AND:
			return "AND";
		case DYN_OP_OR:
			return "OR";
		case DYN_OP_NOT:
			return "NOT";
		case DYN_OP_SET:
			return "SET";
		case DYN_OP_REMOVE:
			return "REMOVE";
		case DYN_OP_ADD:
			return "ADD";
		case DYN_OP_DELETE:
			return "DELETE";
		default:
			return "";
	}
}

int
dyn_op_function_operands(uint8 op)
{
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].op == op)
			return functions[i].noperands;
	}
	return 0;
}

uint8
dyn_op_of_function(DynSlice name, bool is_update, const char **problem)
{
	*problem = "Invalid function name";
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (!dyn_slice_is(name, functions[i].name))
			continue;
		if (is_update ? functions[i].in_update : functions[i].in_condition)
			return functions[i].op;
		*problem = is_update ? "The function is not allowed in an update expression" :
			"The function is not allowed in a condition expression";
	}
	return 0;
}
