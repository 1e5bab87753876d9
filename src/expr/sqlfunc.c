/*
 * sqlfunc.c - expressions as SQL functions
 *
 * Two families.  holds, apply and hand_over run inside the write statements of store/: they take a compiled
 * program and leave what they saw in dyn_handover (value/handover.h).  item_matches, item_update and
 * item_project take expression texts, for use by hand on any item; each call site keeps its last compiled
 * expression.
 *
 * A program is trusted when it is the watched statement's own, else verified, once per call site and
 * program.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "value/handover.h"

PGDLLEXPORT Datum dynapg_holds(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_apply(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_hand_over(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_item_matches(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_item_update(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_item_project(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(dynapg_holds);
PG_FUNCTION_INFO_V1(dynapg_apply);
PG_FUNCTION_INFO_V1(dynapg_hand_over);
PG_FUNCTION_INFO_V1(dynapg_item_matches);
PG_FUNCTION_INFO_V1(dynapg_item_update);
PG_FUNCTION_INFO_V1(dynapg_item_project);

static bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/* ---- programs ---- */

/* Is it the program of a write that has neither condition nor update? */
static bool
is_no_program(const struct varlena *program)
{
	return VARSIZE(program) == VARHDRSZ;
}

/* Is it the program of the statement that is being watched? A program without bytes is recognised by its address alone. */
static bool
is_watched(const struct varlena *program)
{
	if (dyn_handover == NULL || dyn_handover->program == NULL)
		return false;
	return dyn_handover->program == program || (!is_no_program(program) && same_bytes(dyn_handover->program, program));
}

/* Raises an error unless the program can be run; fn_extra keeps the last one that could. */
static void
check_program(FmgrInfo *flinfo, const struct varlena *program)
{
	struct varlena *verified = flinfo->fn_extra;
	const char *flaw;

	if (verified != NULL && same_bytes(verified, program))
		return;
	flaw = dyn_verify_program(program);
	if (flaw != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid compiled expression: %s", flaw)));
	flinfo->fn_extra = NULL;
	if (verified != NULL)
		pfree(verified);
	verified = MemoryContextAlloc(flinfo->fn_mcxt, VARSIZE(program));
	memcpy(verified, program, VARSIZE(program));
	flinfo->fn_extra = verified;
}

/* The second argument as a program that can be run, or NULL if there is none; *watched says whether to hand over images. */
static DynProgram *
program_argument(FunctionCallInfo fcinfo, bool *watched)
{
	struct varlena *program = (struct varlena *) PG_GETARG_BYTEA_P(1);

	*watched = is_watched(program);
	if (is_no_program(program))
		return NULL;
	if (!*watched)
		check_program(fcinfo->flinfo, program);
	return (DynProgram *) program;
}

/* ---- what the watcher learns ---- */

static void
forget_image(struct varlena **image)
{
	if (*image != NULL)
		pfree(*image);
	*image = NULL;
}

static void
keep_image(struct varlena **image, const struct varlena *item)
{
	forget_image(image);
	*image = MemoryContextAlloc(dyn_handover->context, VARSIZE_ANY(item));
	memcpy(*image, item, VARSIZE_ANY(item));
}

/* Records the condition's verdict on a row version, which comes first. */
static void
hand_over_verdict(const struct varlena *item, bool held)
{
	DynHandover *h = dyn_handover;

	h->seen = true;
	h->held = held;
	h->violation = NULL;
	forget_image(&h->new_item);
	if (h->keep_old || !held)
		keep_image(&h->old_item, item);
	else
		forget_image(&h->old_item);
}

/* A row version that the update sees; where there is a condition, its verdict came first. */
static void
hand_over_old(const struct varlena *item)
{
	const struct varlena *program = dyn_handover->program;

	if (program == NULL || is_no_program(program) || ((const DynProgram *) program)->condition < 0)
		hand_over_verdict(item, true);
}

/* A row version and what replaces it. */
static void
hand_over_images(const struct varlena *old_item, const struct varlena *new_item)
{
	hand_over_old(old_item);
	if (dyn_handover->keep_new)
		keep_image(&dyn_handover->new_item, new_item);
}

/* A row version and why the update does not fit it. */
static void
hand_over_violation(const struct varlena *old_item, const char *flaw)
{
	hand_over_old(old_item);
	dyn_handover->violation = MemoryContextStrdup(dyn_handover->context, flaw);
}

/*
 * holds(item, program) -> bool: does the program's condition hold for the item?  Without a condition the item is only fetched for
 * a watcher that wants it, and whose program has no update that would hand it over.
 */
Datum
dynapg_holds(PG_FUNCTION_ARGS)
{
	bool		watched;
	DynProgram *program = program_argument(fcinfo, &watched);
	struct varlena *item;
	bool		held;

	if (program != NULL ? program->condition < 0 : !(watched && dyn_handover->keep_old))
		PG_RETURN_BOOL(true);
	item = PG_GETARG_VARLENA_PP(0);
	held = program == NULL || dyn_eval_condition(program, dyn_item_root(item));
	if (watched)
		hand_over_verdict(item, held);
	PG_FREE_IF_COPY(item, 0);
	PG_RETURN_BOOL(held);
}

/*
 * apply(item, program) -> item: the item with the program's update applied; the item itself where there is none, or where the
 * update does not fit and the watcher wants a report instead of an error.
 */
Datum
dynapg_apply(PG_FUNCTION_ARGS)
{
	struct varlena *item = PG_GETARG_VARLENA_PP(0);
	bool		watched;
	DynProgram *program = program_argument(fcinfo, &watched);
	const char *error = NULL;
	struct varlena *result = program != NULL ? dyn_update_item(program, dyn_item_root(item), &error) : item;

	if (result == NULL && !(watched && dyn_handover->keep_violation))
		dyn_validation("%s", error);
	if (result == NULL)
		hand_over_violation(item, error);
	else if (watched)
		hand_over_images(item, result);
	if (result == NULL || program == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_FREE_IF_COPY(item, 0);
	PG_RETURN_POINTER(result);
}

/*
 * hand_over(old, new) -> item: new; hands both over to a watched statement.
 */
Datum
dynapg_hand_over(PG_FUNCTION_ARGS)
{
	if (dyn_handover != NULL)
	{
		struct varlena *old_item = PG_GETARG_VARLENA_PP(0);
		struct varlena *new_item = PG_GETARG_VARLENA_PP(1);

		if (dyn_handover->replaced != NULL)
			dyn_handover->replaced(dyn_handover->replaced_arg, old_item);
		else
			hand_over_images(old_item, new_item);
		PG_FREE_IF_COPY(old_item, 0);
		PG_FREE_IF_COPY(new_item, 1);
	}
	PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}

/* ---- expression texts ---- */

/* The texts of a call by hand; data NULL for SQL's NULL. */
typedef struct CallTexts
{
	DynSlice	expression;
	DynSlice	names;
	DynSlice	values;
} CallTexts;

/* The last call's texts and their program, in the call site's context. */
typedef struct CompiledCall
{
	CallTexts	texts;
	DynProgram *program;
} CompiledCall;

static DynSlice
text_argument(FunctionCallInfo fcinfo, int n)
{
	text	   *t;

	if (n >= PG_NARGS() || PG_ARGISNULL(n))
		return (DynSlice) {0};
	t = PG_GETARG_TEXT_PP(n);
	return (DynSlice) {VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)};
}

static CallTexts
text_arguments(FunctionCallInfo fcinfo)
{
	return (CallTexts) {text_argument(fcinfo, 1), text_argument(fcinfo, 2), text_argument(fcinfo, 3)};
}

/*
 * An absent slice equals only an absent one; it must not get to memcmp, or the compiler assumes from there on that it is
 * present.
 */
static bool
same_slice(DynSlice a, DynSlice b)
{
	if (a.data == NULL || b.data == NULL)
		return a.data == b.data;
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static DynSlice
copy_slice(MemoryContext context, DynSlice s)
{
	char	   *copy;

	if (s.data == NULL)
		return s;
	copy = MemoryContextAlloc(context, Max(s.len, 1));
	memcpy(copy, s.data, s.len);
	return (DynSlice) {copy, s.len};
}

/* ExpressionAttributeNames as a JSON object of strings; NULL when absent. */
static const DynJson *
parse_names(DynSlice text)
{
	const DynJson *names;

	if (text.data == NULL)
		return NULL;
	names = dyn_json_parse(text.data, text.len);
	if (dyn_json_kind(names) == DYN_JSON_NULL)
		return NULL;
	if (dyn_json_kind(names) != DYN_JSON_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attribute names must be a JSON object of strings")));
	for (const DynJson *name = dyn_json_first(names); name != NULL; name = dyn_json_next(name))
	{
		if (dyn_json_kind(name) != DYN_JSON_STRING)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("attribute names must be a JSON object of strings")));
	}
	return names;
}

/* ExpressionAttributeValues as a JSON object of attribute values; NULL when absent. */
static const DynJson *
parse_values(DynSlice text)
{
	const DynJson *values;

	if (text.data == NULL)
		return NULL;
	values = dyn_json_parse(text.data, text.len);
	if (dyn_json_kind(values) == DYN_JSON_NULL)
		return NULL;
	dyn_tree_json_check_map_types(values);
	return values;
}

/* Keeps the program and its texts for the call site's next call. */
static void
keep_compiled(FmgrInfo *flinfo, const CallTexts *texts, const DynProgram *program)
{
	MemoryContext context = flinfo->fn_mcxt;
	CompiledCall *call = flinfo->fn_extra;

	if (call == NULL)
		call = MemoryContextAllocZero(context, sizeof(CompiledCall));
	else
	{
		DynSlice   *slices[] = {&call->texts.expression, &call->texts.names, &call->texts.values};

		flinfo->fn_extra = NULL;
		for (int i = 0; i < lengthof(slices); i++)
		{
			if (slices[i]->data != NULL)
				pfree((char *) slices[i]->data);
		}
		pfree(call->program);
	}
	call->texts.expression = copy_slice(context, texts->expression);
	call->texts.names = copy_slice(context, texts->names);
	call->texts.values = copy_slice(context, texts->values);
	call->program = MemoryContextAlloc(context, VARSIZE(program));
	memcpy(call->program, program, VARSIZE(program));
	flinfo->fn_extra = call;
}

/*
 * The program of the texts, one of which is the place in input where the expression goes.
 */
static const DynProgram *
compile_call(FunctionCallInfo fcinfo, DynExprInput *input, DynSlice *place)
{
	const CompiledCall *call = fcinfo->flinfo->fn_extra;
	CallTexts	texts = text_arguments(fcinfo);
	const DynProgram *program;

	if (call != NULL && same_slice(call->texts.expression, texts.expression) &&
		same_slice(call->texts.names, texts.names) && same_slice(call->texts.values, texts.values))
		return call->program;

	*place = texts.expression;
	input->names = parse_names(texts.names);
	input->values = parse_values(texts.values);
	program = dyn_expr_compile(input, NULL);
	keep_compiled(fcinfo->flinfo, &texts, program);
	return program;
}

/*
 * item_matches(item, condition, names, values) -> bool: does a condition expression hold for the item?
 */
Datum
dynapg_item_matches(PG_FUNCTION_ARGS)
{
	DynExprInput input = {0};
	const DynProgram *program;
	struct varlena *item;
	bool		held;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	program = compile_call(fcinfo, &input, &input.condition);
	item = PG_GETARG_VARLENA_PP(0);
	held = dyn_eval_condition(program, dyn_item_root(item));
	PG_FREE_IF_COPY(item, 0);
	PG_RETURN_BOOL(held);
}

/*
 * item_update(item, update, names, values) -> item: the item with an update expression applied.
 */
Datum
dynapg_item_update(PG_FUNCTION_ARGS)
{
	DynExprInput input = {0};
	const DynProgram *program;
	struct varlena *item;
	struct varlena *result;
	const char *error;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	program = compile_call(fcinfo, &input, &input.update);
	item = PG_GETARG_VARLENA_PP(0);
	result = dyn_update_item(program, dyn_item_root(item), &error);
	if (result == NULL)
		dyn_validation("%s", error);
	PG_FREE_IF_COPY(item, 0);
	PG_RETURN_POINTER(result);
}

/*
 * item_project(item, projection, names) -> item: the part of the item that a projection expression names.
 */
Datum
dynapg_item_project(PG_FUNCTION_ARGS)
{
	DynExprInput input = {0};
	const DynProgram *program;
	struct varlena *item;
	struct varlena *result;
	DynNode		part;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	program = compile_call(fcinfo, &input, &input.projection);
	item = PG_GETARG_VARLENA_PP(0);
	part = dyn_project_item(program, dyn_item_root(item));
	result = dyn_node_build_item(&part);
	PG_FREE_IF_COPY(item, 0);
	PG_RETURN_POINTER(result);
}
