/*
 * path.c - paths into items, as SQL writes them
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "base/compat.h"
#include "base/limits.h"
#include "value/path.h"

/* The last path of a call site, with the argument that it was made of. */
typedef struct KeptPath
{
	MemoryContext context;		/* of all that follows */
	struct varlena *argument;	/* detoasted */
	DynPath    *path;			/* NULL: an element is NULL */
} KeptPath;

/* A text while it is read. */
typedef struct Reader
{
	const char *at;
	const char *end;
	DynSlice	whole;
	DynPath    *path;
} Reader;

static void refuse(const Reader *in, const char *why) pg_attribute_noreturn();

static void
refuse(const Reader *in, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid document path: \"%.*s\"", (int) in->whole.len, in->whole.data),
			 errdetail_internal("%s", why),
			 errhint("Write a path as in 'orders[0].\"unit price\"', or as a text[], '{orders,0,unit price}'.")));
}

/* ---- text[] ---- */

/* Reads an integer that fills the whole text. */
static bool
read_index(DynSlice text, int32 *index)
{
	bool		negative = text.len > 0 && text.data[0] == '-';
	int64		value = 0;

	if (text.len <= (negative ? 1 : 0) || text.len > 11)
		return false;
	for (uint32 i = negative ? 1 : 0; i < text.len; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	if (value > PG_INT32_MAX)
		return false;
	*index = (int32) (negative ? -value : value);
	return true;
}

/* NULL where an element is NULL. */
static DynPath *
path_of_array(ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;
	DynPath    *path;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("wrong number of array subscripts")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	path = palloc0(offsetof(DynPath, steps) + sizeof(DynPathStep) * count);
	path->count = count;
	for (int i = 0; i < count; i++)
	{
		DynPathStep *step = &path->steps[i];
		text	   *name;

		if (nulls[i])
			return NULL;
		name = DatumGetTextPP(values[i]);
		step->name = (DynSlice) {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
		step->by_name = true;
		step->by_index = read_index(step->name, &step->index);
	}
	return path;
}

/* ---- text ---- */

static bool
is_name_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$' || c >= 0x80;
}

static void
add_step(Reader *in, DynPathStep step)
{
	/* a step takes a character at least, so there is room */
	in->path->steps[in->path->count++] = step;
}

static void
read_quoted_name(Reader *in)
{
	char	   *name = palloc(in->end - in->at + 1);
	uint32		len = 0;

	for (in->at++;; in->at++)
	{
		if (in->at == in->end)
			refuse(in, "A quoted name has no end.");
		if (*in->at == '"')
		{
			in->at++;
			if (in->at == in->end || *in->at != '"')
				break;
		}
		name[len++] = *in->at;
	}
	if (len == 0)
		refuse(in, "A name is empty.");
	add_step(in, (DynPathStep) {.by_name = true, .name = {name, len}});
}

static void
read_name(Reader *in)
{
	const char *start = in->at;

	if (in->at < in->end && *in->at == '"')
	{
		read_quoted_name(in);
		return;
	}
	while (in->at < in->end && is_name_byte(*in->at))
		in->at++;
	if (in->at == start)
		refuse(in, "A name is missing.");
	add_step(in, (DynPathStep) {.by_name = true, .name = {start, (uint32) (in->at - start)}});
}

static void
read_subscript(Reader *in)
{
	DynPathStep step = {.by_index = true};
	const char *close = memchr(in->at, ']', in->end - in->at);

	if (close == NULL)
		refuse(in, "A bracket is not closed.");
	step.name = (DynSlice) {in->at + 1, (uint32) (close - in->at - 1)};
	if (!read_index(step.name, &step.index))
		refuse(in, "Brackets do not hold an integer.");
	add_step(in, step);
	in->at = close + 1;
}

static DynPath *
path_of_document(DynSlice text)
{
	Reader		in = {text.data, text.data + text.len, text};

	in.path = palloc0(offsetof(DynPath, steps) + sizeof(DynPathStep) * ((Size) text.len + 1));
	read_name(&in);
	while (in.at < in.end)
	{
		CHECK_FOR_INTERRUPTS();
		if (*in.at == '[')
			read_subscript(&in);
		else if (*in.at == '.')
		{
			in.at++;
			read_name(&in);
		}
		else
			refuse(&in, "A name or number is followed by something else than a period or bracket.");
	}
	return in.path;
}

/* ---- the argument ---- */

static DynPath *
path_of_text(const struct varlena *argument)
{
	DynSlice	text = {VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument)};

	if (text.len > 0 && text.data[0] == '{')
		return path_of_array(DatumGetArrayTypeP(OidInputFunctionCall(F_ARRAY_IN, pnstrdup(text.data, text.len), TEXTOID, -1)));
	if (text.len > DYN_MAX_ATTR_NAME)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("document path of %u bytes is too long", text.len)));
	return path_of_document(text);
}

static KeptPath *
keep_path(FunctionCallInfo fcinfo, const struct varlena *argument, bool is_array)
{
	MemoryContext context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "dynapg path", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	KeptPath   *kept = palloc0_object(KeptPath);

	fcinfo->flinfo->fn_extra = NULL;
	kept->context = context;
	/* an array is looked at in its unpacked form alone */
	kept->argument = is_array ? (struct varlena *) PG_DETOAST_DATUM_COPY(PointerGetDatum(argument)) :
		memcpy(palloc(VARSIZE_ANY(argument)), argument, VARSIZE_ANY(argument));
	kept->path = is_array ? path_of_array((ArrayType *) kept->argument) : path_of_text(kept->argument);
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = kept;
	return kept;
}

const DynPath *
dyn_path_argument(FunctionCallInfo fcinfo, int n, bool is_array)
{
	const struct varlena *argument = is_array ? (struct varlena *) PG_GETARG_ARRAYTYPE_P(n) : (struct varlena *) PG_GETARG_TEXT_PP(n);
	KeptPath   *kept = fcinfo->flinfo->fn_extra;

	if (kept != NULL)
	{
		if (VARSIZE_ANY(kept->argument) == VARSIZE_ANY(argument) &&
			memcmp(kept->argument, argument, VARSIZE_ANY(argument)) == 0)
			return kept->path;
		fcinfo->flinfo->fn_extra = NULL;
		MemoryContextDelete(kept->context);
	}
	return keep_path(fcinfo, argument, is_array)->path;
}

/* ---- following it ---- */

int64
dyn_path_index(const DynPathStep *step, uint32 count)
{
	int64		index = step->index < 0 ? (int64) count + step->index : step->index;

	return step->by_index && index >= 0 && index < count ? index : -1;
}

DynValue
dyn_path_get(const DynPath *path, DynValue root)
{
	DynValue	value = root;

	for (uint32 i = 0; i < path->count; i++)
	{
		const DynPathStep *step = &path->steps[i];
		int64		index;

		if (value.tag == DYN_M && step->by_name)
			value = dyn_map_get(value, step->name.data, step->name.len);
		else if (value.tag == DYN_L && (index = dyn_path_index(step, dyn_value_count(value))) >= 0)
			value = dyn_list_element(value, (uint32) index);
		else
			return (DynValue) {0};
		if (value.tag == 0)
			return value;
	}
	return value;
}
