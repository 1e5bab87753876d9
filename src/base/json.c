/*
 * json.c - JSON texts as trees, over cJSON
 *
 * Two readers.  Requests are read by the reader of jsonread.h, in one pass that makes the stored bytes of items on the way
 * (value/decode.h); this file and cJSON read every other text, and each request that the first reader does not take: it has
 * a member that the model does not know, or something is wrong with it, and then the checks on the tree say what.  Measured
 * (processor time of a worker over HTTP, the tree for every request against this division, medians of nine rounds):
 *
 *		PutItem of 1 KB, 15 attributes			44.3 us		32.3 us
 *		PutItem of 100 KB, 640 nested maps		2484 us		 731 us
 *		PutItem of 100 KB, one binary value		 912 us		 512 us
 *		BatchWriteItem of 25 items of 1 KB		 591 us		 315 us
 *
 * A request that this file has to read after all costs at most the first reader's share more. Texts without items gain nothing
 * noticeable.  Both readers must agree about every text that the first one takes: test/t/145_two_readers.pl.
 *
 * cJSON does the structure; this file does what it does not:
 *
 * scan() goes over the text first and rejects what cJSON would accept (control characters as white space or within
 * strings, numbers like 01, 1. and -.5, invalid UTF-8, unknown escapes) and what must be bounded (nesting).
 *
 * Where needed, rewrite() then hands cJSON a copy in which bytes that UTF-8 never has carry what cJSON would
 * lose: the escape \u0000 becomes C0 80 (cJSON would end the string there), and a number becomes a string of FE
 * and its digits (cJSON would make a double of it, and give up after 63 characters).
 *
 * settle() goes over the tree once, after cJSON: it turns those marks back, drops members that a later one of
 * the same name hides, and leaves lengths where cJSON keeps numbers: valueint is the length of a string or a
 * number's text, or the count of children; valuedouble is the length of a member's name.
 *
 * cJSON takes its memory from an arena of palloc'd blocks, by hooks that are set only while it runs; they return
 * NULL rather than raise an error, so that no error jumps through cJSON's frames, and nothing is ever freed
 * one by one.
 */
#include "postgres.h"

#include <cjson/cJSON.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/json.h"
#include "base/scan.h"

#define MAX_DEPTH		1000	/* cJSON's own limit as Debian builds it */
#define NUMBER_MARK		'\xFE'
#define ARENA_MIN_BLOCK	256		/* bytes; blocks double from a guess by the text's length */
#define ARENA_MAX_BLOCK	(64 * 1024)
#define ARENA_PER_BYTE	6		/* bytes that a tree takes for each of a usual request */
#define FEW_MEMBERS		16		/* up to this number, members are compared pairwise to find duplicates */

StaticAssertDecl(MAX_DEPTH <= CJSON_NESTING_LIMIT, "cJSON refuses deeper texts by itself");

struct DynJson
{
	cJSON		node;
};

/* ---- cJSON's memory ---- */

static char *arena_next;
static size_t arena_left;
static size_t arena_block;		/* size of the next block */
static bool arena_failed;		/* no memory: not the text's fault */

static void *
arena_alloc(size_t size)
{
	char	   *result;

	size = MAXALIGN(size);
	if (size > arena_left)
	{
		size_t		block = Max(size, arena_block);

		result = AllocHugeSizeIsValid(block) ?
			MemoryContextAllocExtended(CurrentMemoryContext, block, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE) : NULL;
		if (result == NULL)
		{
			arena_failed = true;
			return NULL;
		}
		arena_next = result;
		arena_left = block;
		arena_block = Min(arena_block * 2, ARENA_MAX_BLOCK);
	}
	result = arena_next;
	arena_next += size;
	arena_left -= size;
	return result;
}

static void
arena_free(void *pointer)
{
}

/* ---- before cJSON: what it would accept wrongly, or lose ---- */

typedef struct TextScan
{
	const char *text;
	const char *end;
	const char *p;
	size_t		growth;			/* bytes that rewriting adds */
	bool		rewrite;		/* is there something to rewrite? */
	bool		nul;			/* does it contain \u0000? */
} TextScan;

static void malformed(const char *what, size_t offset) pg_attribute_noreturn();

#define NOWHERE	SIZE_MAX		/* stands for an unknown offset: malformed leaves it out */

/* DynamoDB answers malformed JSON without a message; the hint is for people at a SQL prompt. */
static void
malformed(const char *what, size_t offset)
{
	ereport(ERROR,
			errcode(dyn_error_info(DYN_E_SERIALIZATION)->sqlstate),
			errmsg_internal("%s", ""),
			offset == NOWHERE ? errhint("The text is not valid JSON: %s.", what) :
			errhint("The text is not valid JSON: %s at byte %zu.", what, offset + 1));
	pg_unreachable();
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The end of the digits from p on, at least one; NULL when there is none. */
static const char *
skip_digits(const char *p, const char *end)
{
	if (p >= end || !is_digit(*p))
		return NULL;
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* The end of the longest number that begins at p, or NULL. */
static const char *
longest_number(const char *p, const char *end)
{
	if (*p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else if ((p = skip_digits(p, end)) == NULL)
		return NULL;

	if (p < end && *p == '.' && (p = skip_digits(p + 1, end)) == NULL)
		return NULL;
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = skip_digits(p, end);
	}
	return p;
}

const char *
dyn_json_number_end(const char *p, const char *end)
{
	const char *after = longest_number(p, end);

	return after != NULL && after < end && (is_digit(*after) || *after == '.') ? NULL : after;
}

static bool
is_hex4(const char *p, const char *end)
{
	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++)
	{
		if (!is_digit(p[i]) && !(p[i] >= 'a' && p[i] <= 'f') && !(p[i] >= 'A' && p[i] <= 'F'))
			return false;
	}
	return true;
}

/* Steps over the string whose opening quote s->p stands on. */
static void
scan_string(TextScan *s)
{
	const char *p = s->p + 1;

	for (;;)
	{
		p = dyn_scan_plain(p, s->end, false);
		if (p >= s->end)
			malformed("string without an end", s->p - s->text);
		if (*p == '"')
			break;
		if (*p != '\\')
			malformed("control character in a string", p - s->text);
		p++;
		if (p >= s->end || memchr("\"\\/bfnrtu", *p, 9) == NULL)
			malformed("unknown escape", p - 1 - s->text);
		if (*p == 'u')
		{
			if (!is_hex4(p + 1, s->end))
				malformed("invalid \\u escape", p - 1 - s->text);
			if (memcmp(p + 1, "0000", 4) == 0)
				s->nul = s->rewrite = true;
			p += 4;
		}
		p++;
	}
	s->p = p + 1;
}

/* Checks the tokens of the whole text. */
static void
scan(TextScan *s)
{
	int			depth = 0;

	while (s->p < s->end)
	{
		char		c = *s->p;

		if (c == '"')
			scan_string(s);
		else if (c == '-' || is_digit(c))
		{
			const char *after = dyn_json_number_end(s->p, s->end);

			if (after == NULL)
				malformed("invalid number", s->p - s->text);
			s->p = after;
			s->growth += 3;
			s->rewrite = true;
		}
		else
		{
			if ((c == '{' || c == '[') && ++depth > MAX_DEPTH)
				malformed("nested too deeply", s->p - s->text);
			if ((c == '}' || c == ']') && --depth < 0)
				malformed("unbalanced bracket", s->p - s->text);
			if (((uint8) c < 0x20 && !is_space(c)) || (uint8) c >= 0x7F)
				malformed("unexpected character", s->p - s->text);
			s->p++;
		}
	}
	if (depth != 0)
		malformed("unbalanced bracket", s->end - s->text);
}

/* The scanned text with numbers and \u0000 marked as described above; *len is its new length. */
static char *
rewrite(const TextScan *s, size_t *len)
{
	const char *p = s->text;
	char	   *result = MemoryContextAllocHuge(CurrentMemoryContext, (s->end - s->text) + s->growth);
	char	   *out = result;

	while (p < s->end)
	{
		if (*p == '"')
		{
			*out++ = *p++;
			while (*p != '"')
			{
				if (*p != '\\')
					*out++ = *p++;
				else if (p[1] == 'u' && memcmp(p + 2, "0000", 4) == 0)
				{
					*out++ = '\xC0';
					*out++ = '\x80';
					p += 6;
				}
				else
				{
					*out++ = *p++;
					*out++ = *p++;
				}
			}
			*out++ = *p++;
		}
		else if (*p == '-' || is_digit(*p))
		{
			const char *after = longest_number(p, s->end);

			*out++ = '"';
			*out++ = NUMBER_MARK;
			memcpy(out, p, after - p);
			out += after - p;
			*out++ = '"';
			p = after;
		}
		else
			*out++ = *p++;
	}
	*len = out - result;
	return result;
}

/* ---- after cJSON ---- */

/* Turns C0 80 back into U+0000 in place; returns the length. */
static size_t
restore_nuls(char *s, size_t len)
{
	char	   *out = memchr(s, '\xC0', len);

	if (out == NULL)
		return len;
	for (const char *p = out; p < s + len; p++)
	{
		if (*p == '\xC0')
		{
			*out++ = '\0';
			p++;
		}
		else
			*out++ = *p;
	}
	*out = '\0';
	return out - s;
}

static inline bool
same_name(const cJSON *a, const cJSON *b)
{
	return a->valuedouble == b->valuedouble && memcmp(a->string, b->string, (size_t) a->valuedouble) == 0;
}

static void
unlink_child(cJSON *parent, cJSON *child)
{
	if (child == parent->child)
		parent->child = child->next;
	else
		child->prev->next = child->next;
	if (child->next != NULL)
		child->next->prev = child->prev;
	parent->valueint--;
}

typedef struct Ranked
{
	cJSON	   *node;
	int			position;
} Ranked;

/* By name; among equal names the later member first. */
static int
compare_ranked(const void *a, const void *b)
{
	const Ranked *x = a;
	const Ranked *y = b;
	size_t		xlen = (size_t) x->node->valuedouble;
	size_t		ylen = (size_t) y->node->valuedouble;
	int			c = memcmp(x->node->string, y->node->string, Min(xlen, ylen));

	if (c != 0)
		return c;
	if (xlen != ylen)
		return xlen < ylen ? -1 : 1;
	return y->position - x->position;
}

/* Drops members of an object that a later one of the same name hides. */
static void
drop_hidden_members(cJSON *object)
{
	int			count = object->valueint;
	int			i = 0;
	Ranked	   *ranked;

	if (count <= FEW_MEMBERS)
	{
		for (cJSON *m = object->child; m != NULL; m = m->next)
		{
			for (const cJSON *later = m->next; later != NULL; later = later->next)
			{
				if (same_name(m, later))
				{
					unlink_child(object, m);
					break;
				}
			}
		}
		return;
	}

	ranked = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Ranked) * (Size) count);
	for (cJSON *m = object->child; m != NULL; m = m->next)
	{
		ranked[i].node = m;
		ranked[i].position = i;
		i++;
	}
	qsort(ranked, count, sizeof(Ranked), compare_ranked);
	for (i = 1; i < count; i++)
	{
		if (same_name(ranked[i - 1].node, ranked[i].node))
			unlink_child(object, ranked[i].node);
	}
	pfree(ranked);
}

/* Goes over the children of a list or object; nul says whether strings may hold U+0000. */
static void
settle_children(cJSON *parent, bool nul)
{
	int			count = 0;
	bool		object = (parent->type & 0xFF) == cJSON_Object;

	check_stack_depth();
	for (cJSON *node = parent->child; node != NULL; node = node->next)
	{
		size_t		len;

		count++;
		if (object)
		{
			if (node->string[0] == NUMBER_MARK)
				malformed("unexpected token", NOWHERE); /* a number for a name */
			len = strlen(node->string);
			if (nul)
				len = restore_nuls(node->string, len);
			node->valuedouble = (double) len;
		}
		switch (node->type & 0xFF)
		{
			case cJSON_String:
				len = strlen(node->valuestring);
				if (node->valuestring[0] == NUMBER_MARK)
				{
					node->valuestring++;
					len--;
					node->type = cJSON_Number;
				}
				else if (nul)
					len = restore_nuls(node->valuestring, len);
				node->valueint = (int) len;
				break;
			case cJSON_Array:
			case cJSON_Object:
				settle_children(node, nul);
				break;
			default:
				break;
		}
	}
	parent->valueint = count;
	if (object && count > 1)
		drop_hidden_members(parent);
}

DynJson *
dyn_json_parse(const char *text, size_t len)
{
	cJSON_Hooks hooks = {arena_alloc, arena_free};
	TextScan		s = {.text = text, .end = text + len, .p = text};
	const char *input = text;
	size_t		input_len = len;
	const char *stop = NULL;
	cJSON	   *tree;
	cJSON	   *holder;
	size_t		valid;

	/* The verifier takes an int; requests are far shorter. */
	if (len > MaxAllocSize)
		malformed("text too long", NOWHERE);
	valid = pg_encoding_verifymbstr(PG_UTF8, text, (int) len);
	if (valid != len)
		malformed("invalid UTF-8", valid);
	scan(&s);
	if (s.rewrite)
		input = rewrite(&s, &input_len);

	arena_next = NULL;
	arena_left = 0;
	arena_block = Min(Max(len * ARENA_PER_BYTE, ARENA_MIN_BLOCK), ARENA_MAX_BLOCK);
	arena_failed = false;
	cJSON_InitHooks(&hooks);
	tree = cJSON_ParseWithLengthOpts(input, input_len, &stop, false);
	cJSON_InitHooks(NULL);

	if (arena_failed)
		ereport(ERROR,
				errcode(ERRCODE_OUT_OF_MEMORY),
				errmsg("out of memory"),
				errdetail("Failed while parsing a JSON text of %zu bytes.", len));
	if (tree == NULL)
		malformed("unexpected token", NOWHERE);
	while (stop < input + input_len && is_space(*stop))
		stop++;
	if (stop != input + input_len)
		malformed("text after the value", s.rewrite ? NOWHERE : stop - input);

	/* A list around the root, so that the root is settled like every other node. */
	holder = palloc0(sizeof(cJSON));
	holder->type = cJSON_Array;
	holder->child = tree;
	settle_children(holder, s.nul);
	return (DynJson *) tree;
}

/* ---- a tree that is made ---- */

/* What the valuestring of a decoded object points to. */
typedef struct Decoded
{
	DynSlice	text;
	const void *decoded;
	MemoryContext context;
	bool		parsed;			/* the members are there */
} Decoded;

DynJson *
dyn_json_make(DynJsonKind kind)
{
	static const int types[] = {
		[DYN_JSON_NULL] = cJSON_NULL,
		[DYN_JSON_FALSE] = cJSON_False,
		[DYN_JSON_TRUE] = cJSON_True,
		[DYN_JSON_NUMBER] = cJSON_Number,
		[DYN_JSON_STRING] = cJSON_String,
		[DYN_JSON_ARRAY] = cJSON_Array,
		[DYN_JSON_OBJECT] = cJSON_Object
	};
	DynJson    *node = palloc0(sizeof(DynJson));

	node->node.type = types[kind];
	return node;
}

DynJson *
dyn_json_make_text(DynJsonKind kind, DynSlice text)
{
	DynJson    *node = dyn_json_make(kind);
	char	   *copy = palloc((Size) text.len + 1);

	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	node->node.valuestring = copy;
	node->node.valueint = (int) text.len;
	return node;
}

/* As in cJSON the first child's prev is the last child. */
void
dyn_json_append(DynJson *parent, DynJson *child, DynSlice name)
{
	cJSON	   *first = parent->node.child;
	cJSON	   *added = &child->node;

	added->string = unconstify(char *, name.data);
	added->valuedouble = (double) name.len;
	if (first == NULL)
	{
		parent->node.child = added;
		added->prev = added;
	}
	else
	{
		added->prev = first->prev;
		first->prev->next = added;
		first->prev = added;
	}
	parent->node.valueint++;
}

DynJson *
dyn_json_make_decoded(DynSlice text, int count, const void *decoded)
{
	DynJson    *node = dyn_json_make(DYN_JSON_OBJECT);
	Decoded    *kept = palloc(sizeof(Decoded));

	*kept = (Decoded) {text, decoded, CurrentMemoryContext, false};
	node->node.valuestring = (char *) kept;
	node->node.valueint = count;
	return node;
}

static inline Decoded *
decoded_of(const DynJson *node)
{
	return (node->node.type & 0xFF) == cJSON_Object ? (Decoded *) node->node.valuestring : NULL;
}

const void *
dyn_json_decoded(const DynJson *node)
{
	Decoded    *decoded = decoded_of(node);

	return decoded ? decoded->decoded : NULL;
}

/* Parses the members of an object that was decoded, once somebody asks for them. */
static void
parse_members(DynJson *node)
{
	Decoded    *decoded = decoded_of(node);
	MemoryContext caller;

	if (decoded == NULL || decoded->parsed)
		return;
	caller = MemoryContextSwitchTo(decoded->context);
	node->node.child = dyn_json_parse(decoded->text.data, decoded->text.len)->node.child;
	decoded->parsed = true;
	MemoryContextSwitchTo(caller);
}

/* ---- reading a tree ---- */

/* Parsing only allocates memory, so its errors may be caught without a subtransaction. */
DynJson *
dyn_json_try(const char *text, size_t len)
{
	MemoryContext caller = CurrentMemoryContext;
	DynJson    *volatile json = NULL;

	PG_TRY();
	{
		json = dyn_json_parse(text, len);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (geterrcode() != dyn_error_info(DYN_E_SERIALIZATION)->sqlstate)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return json;
}

DynJsonKind
dyn_json_kind(const DynJson *node)
{
	switch (node->node.type & 0xFF)
	{
		case cJSON_False:
			return DYN_JSON_FALSE;
		case cJSON_True:
			return DYN_JSON_TRUE;
		case cJSON_Number:
			return DYN_JSON_NUMBER;
		case cJSON_String:
			return DYN_JSON_STRING;
		case cJSON_Array:
			return DYN_JSON_ARRAY;
		case cJSON_Object:
			return DYN_JSON_OBJECT;
		default:
			return DYN_JSON_NULL;
	}
}

DynSlice
dyn_json_string(const DynJson *node)
{
	return (DynSlice) {node->node.valuestring, (uint32) node->node.valueint};
}

DynSlice
dyn_json_number(const DynJson *node)
{
	return dyn_json_string(node);
}

/* Reads the number as int64 if it is written without fraction and exponent and fits. */
static bool
read_integer(const DynJson *node, int64 *value)
{
	const char *p = node->node.valuestring;
	bool		negative = *p == '-';
	int64		v = 0;

	if (negative)
		p++;
	for (; *p != '\0'; p++)
	{
		if (!is_digit(*p) ||
			__builtin_mul_overflow(v, (int64) 10, &v) ||
			__builtin_sub_overflow(v, (int64) (*p - '0'), &v))
			return false;
	}
	if (!negative && v == PG_INT64_MIN)
		return false;
	*value = negative ? v : -v;
	return true;
}

bool
dyn_json_is_integer(const DynJson *node)
{
	int64		value;

	return dyn_json_kind(node) == DYN_JSON_NUMBER && read_integer(node, &value);
}

int64
dyn_json_integer(const DynJson *node)
{
	int64		value = 0;

	if (!read_integer(node, &value))
		elog(ERROR, "JSON number is not an integer");
	return value;
}

double
dyn_json_double(const DynJson *node)
{
	return strtod(node->node.valuestring, NULL);
}

const DynJson *
dyn_json_first(const DynJson *node)
{
	parse_members(unconstify(DynJson *, node));
	return (const DynJson *) node->node.child;
}

const DynJson *
dyn_json_next(const DynJson *node)
{
	return (const DynJson *) node->node.next;
}

DynSlice
dyn_json_name(const DynJson *member)
{
	return (DynSlice) {member->node.string, (uint32) member->node.valuedouble};
}

int
dyn_json_count(const DynJson *node)
{
	return node->node.valueint;
}

const DynJson *
dyn_json_member(const DynJson *object, const char *name)
{
	size_t		len = strlen(name);

	parse_members(unconstify(DynJson *, object));
	for (const cJSON *m = object->node.child; m != NULL; m = m->next)
	{
		if ((size_t) m->valuedouble == len && memcmp(m->string, name, len) == 0)
			return (const DynJson *) m;
	}
	return NULL;
}
