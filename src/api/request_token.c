/*
 * request_token.c - the ClientRequestToken of a request, and the digest that distinguishes requests
 *
 * The digest is SHA-256 of a text in which every value is preceded by its kind and its size, so that different
 * parameters are different texts.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "api/request_token.h"
#include "api/shapes.h"
#include "base/compat.h"
#include "base/guc.h"
#include "value/value.h"

#define FEW_MEMBERS 16			/* of an object, put in order on the stack */

/* ---- the text ---- */

static void add_node(StringInfo text, const DynShape *shape, const DynJson *node);

/* Appends kind and count, and makes room for further bytes. */
static inline void
add_count(StringInfo text, char kind, uint32 count, uint32 room)
{
	char		head[1 + sizeof(count)];

	head[0] = kind;
	memcpy(head + 1, &count, sizeof(count));
	enlargeStringInfo(text, sizeof(head) + room);
	memcpy(text->data + text->len, head, sizeof(head));
	text->len += sizeof(head);
}

static inline void
add_bytes(StringInfo text, char kind, DynSlice bytes)
{
	add_count(text, kind, bytes.len, bytes.len);
	memcpy(text->data + text->len, bytes.data, bytes.len);
	text->len += bytes.len;
}

static void
add_scalar(StringInfo text, const DynJson *node)
{
	switch (dyn_json_kind(node))
	{
		case DYN_JSON_STRING:
			add_bytes(text, 's', dyn_json_string(node));
			break;
		case DYN_JSON_NUMBER:
			add_bytes(text, 'n', dyn_json_number(node));
			break;
		case DYN_JSON_TRUE:
			appendStringInfoCharMacro(text, 't');
			break;
		case DYN_JSON_FALSE:
			appendStringInfoCharMacro(text, 'f');
			break;
		default:
			appendStringInfoCharMacro(text, 'z');
			break;
	}
}

static void
add_list(StringInfo text, const DynShape *element, const DynJson *list)
{
	add_count(text, 'l', dyn_json_count(list), 0);
	for (const DynJson *node = dyn_json_first(list); node != NULL; node = dyn_json_next(node))
		add_node(text, element, node);
}

/* A member of an object, with the shape of its value. */
typedef struct Member
{
	const DynJson *node;
	const DynShape *shape;
} Member;

static int
compare_members(const void *a, const void *b)
{
	DynSlice	left = dyn_json_name(((const Member *) a)->node);
	DynSlice	right = dyn_json_name(((const Member *) b)->node);
	int			order = memcmp(left.data, right.data, Min(left.len, right.len));

	return order != 0 ? order : left.len < right.len ? -1 : left.len > right.len;
}

/* The shape of an attribute value's member: NULL for an unknown one. */
static const DynShape *
shape_of_value_member(DynSlice name)
{
	static const DynShape scalar = {.kind = DYN_SHAPE_STRING};
	static const DynShape value = {.kind = DYN_SHAPE_ATTRIBUTE_VALUE};
	static const DynShape set = {.kind = DYN_SHAPE_LIST,.element = &scalar};
	static const DynShape list = {.kind = DYN_SHAPE_LIST,.element = &value};
	static const DynShape map = {.kind = DYN_SHAPE_ATTRIBUTE_MAP};

	switch (dyn_tag_from_name(name.data, name.len))
	{
		case 0:
			return NULL;
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return &set;
		case DYN_L:
			return &list;
		case DYN_M:
			return &map;
		default:
			return &scalar;
	}
}

static const DynShape *
shape_of_field(const DynShape *structure, DynSlice name)
{
	for (int i = 0; i < structure->nfields; i++)
	{
		if (dyn_slice_is(name, structure->fields[i].name))
			return structure->fields[i].shape;
	}
	return NULL;
}

/* The shape of an object's member: NULL for one that the model does not know. */
static const DynShape *
shape_of_member(const DynShape *object, DynSlice name)
{
	static const DynShape value = {.kind = DYN_SHAPE_ATTRIBUTE_VALUE};

	switch (object->kind)
	{
		case DYN_SHAPE_STRUCTURE:
			return shape_of_field(object, name);
		case DYN_SHAPE_ATTRIBUTE_VALUE:
			return shape_of_value_member(name);
		case DYN_SHAPE_ATTRIBUTE_MAP:
			return &value;
		default:
			return object->element;
	}
}

/* The known members; returns their number. */
static uint32
collect_members(Member *members, const DynShape *shape, const DynJson *object)
{
	uint32		count = 0;

	for (const DynJson *node = dyn_json_first(object); node != NULL; node = dyn_json_next(node))
	{
		const DynShape *member_shape = shape_of_member(shape, dyn_json_name(node));

		if (member_shape != NULL && dyn_json_kind(node) != DYN_JSON_NULL)
			members[count++] = (Member) {node, member_shape};
	}
	return count;
}

/* The known members by name. */
static void
add_object(StringInfo text, const DynShape *shape, const DynJson *object)
{
	Member		few[FEW_MEMBERS];
	Member	   *members = dyn_json_count(object) > FEW_MEMBERS ? palloc_array(Member, dyn_json_count(object)) : few;
	uint32		count = collect_members(members, shape, object);

	if (count > 1)
		qsort(members, count, sizeof(Member), compare_members);
	add_count(text, 'o', count, 0);
	for (uint32 i = 0; i < count; i++)
	{
		add_bytes(text, 's', dyn_json_name(members[i].node));
		add_node(text, members[i].shape, members[i].node);
	}
	if (members != few)
		pfree(members);
}

static void
add_node(StringInfo text, const DynShape *shape, const DynJson *node)
{
	check_stack_depth();
	switch (dyn_json_kind(node))
	{
		case DYN_JSON_ARRAY:
			add_list(text, shape->element, node);
			break;
		case DYN_JSON_OBJECT:
			add_object(text, shape, node);
			break;
		default:
			add_scalar(text, node);
			break;
	}
}

/* All parameters except the token. */
static void
add_request(StringInfo text, const DynShape *shape, const DynJson *request)
{
	for (int i = 0; i < shape->nfields; i++)
	{
		const DynShapeField *field = &shape->fields[i];
		const DynJson *node = dyn_request_member(request, field->name);

		if (node == NULL || strcmp(field->name, "ClientRequestToken") == 0)
			continue;
		add_bytes(text, 's', (DynSlice) {field->name, strlen(field->name)});
		add_node(text, field->shape, node);
	}
}

static void
compute_digest(const DynShape *shape, const DynJson *request, uint8 digest[DYN_TOKEN_DIGEST_LEN])
{
	StringInfoData text;
	pg_cryptohash_ctx *context;

	initStringInfo(&text);
	add_request(&text, shape, request);
	context = pg_cryptohash_create(PG_SHA256);
	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) text.data, text.len) < 0 ||
		pg_cryptohash_final(context, digest, DYN_TOKEN_DIGEST_LEN) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(context);
	pfree(text.data);
}

/* ---- the token ---- */

/* The token behind the prefix, and behind the namespace. */
static DynSlice
with_prefix(const char *space, const char *prefix, DynSlice token)
{
	StringInfoData text;

	initStringInfo(&text);
	if (space[0] != '\0')
		appendStringInfo(&text, "%s" DYN_TOKEN_SEPARATOR, space);
	appendStringInfoString(&text, prefix);
	appendBinaryStringInfo(&text, token.data, (int) token.len);
	return (DynSlice) {text.data, (uint32) text.len};
}

DynIdempotency
dyn_request_token_read(const DynJson *request, const DynShape *shape, const char *prefix, int nactions)
{
	DynIdempotency idempotency = {.token.text = dyn_request_string(request, "ClientRequestToken"), .nactions = nactions};

	if (idempotency.token.text.data == NULL)
		return idempotency;
	if (prefix[0] != '\0' || dyn_guc_namespace[0] != '\0')
		idempotency.token.text = with_prefix(dyn_guc_namespace, prefix, idempotency.token.text);
	compute_digest(shape, request, idempotency.token.digest);
	return idempotency;
}
