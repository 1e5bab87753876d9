/*
 * keys.c - requests' keys and items against a table's schema
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "tables/vector_items.h"

/* An S or B of no bytes: allowed in an attribute, never in a key. */
static bool
is_empty(DynValue v)
{
	return v.len == 0 && (v.tag == DYN_S || v.tag == DYN_B);
}

static const char *
empty_kind(DynValue v)
{
	return v.tag == DYN_S ? "string" : "binary";
}

const char *
dyn_keys_empty_violation(const DynKeyAttr *attr, DynValue v)
{
	if (!is_empty(v))
		return NULL;
	return psprintf("One or more parameter values are not valid. The AttributeValue for a key attribute "
					"cannot contain an empty %s value. Key: %s", empty_kind(v), attr->name);
}

const char *
dyn_keys_size_violation(uint32 hash_size, uint32 range_size)
{
	if (hash_size > DYN_MAX_PK_SIZE)
		return psprintf(DYN_INVALID_PARAMETER
						"Size of hashkey has exceeded the maximum size limit of%d bytes", DYN_MAX_PK_SIZE);
	if (range_size > DYN_MAX_SK_SIZE)
		return psprintf(DYN_INVALID_PARAMETER
						"Aggregated size of all range keys has exceeded the size limit of %d bytes", DYN_MAX_SK_SIZE);
	return NULL;
}

/* Raises the violation unless it is NULL. */
static void
refuse(const char *flaw)
{
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

/* Raises the violation for an empty key unless it is NULL. */
static void
refuse_empty(const char *flaw)
{
	if (flaw != NULL)
		dyn_error_rule(DYN_RULE_KEY_NOT_EMPTY, flaw);
}

/* Checks for both a Key and an Item once the types are right. */
static void
check_key_values(const DynTable *table, const DynKey *key)
{
	refuse_empty(dyn_keys_empty_violation(&table->pk, key->pk));
	refuse_empty(dyn_keys_empty_violation(&table->sk, key->sk));
	refuse(dyn_keys_size_violation(key->pk.len, key->sk.len));
}

static DynValue
key_member(const DynKeyAttr *attr, const DynNode *map)
{
	for (uint32 i = 0; i < map->count; i++)
	{
		const DynMember *member = &map->children[i];

		if (member->name.len != attr->len || memcmp(member->name.data, attr->name, attr->len) != 0)
			continue;
		if (member->node.tag != attr->tag)
			break;
		return member->node.packed;
	}
	dyn_validation(DYN_KEY_MISFIT);
}

DynKey
dyn_keys_of_key(const DynTable *table, const DynNode *map)
{
	DynKey		key = {0};

	if (map->count != (table->sk.tag ? 2 : 1))
		dyn_validation(DYN_KEY_MISFIT);
	key.pk = key_member(&table->pk, map);
	if (table->sk.tag)
		key.sk = key_member(&table->sk, map);
	check_key_values(table, &key);
	return key;
}

static DynValue
item_key(const DynKeyAttr *attr, DynValue item)
{
	DynValue	v = dyn_map_get(item, attr->name, attr->len);

	if (v.tag == 0)
		dyn_validation(DYN_INVALID_PARAMETER "Missing the key %s in the item", attr->name);
	if (v.tag != attr->tag)
		dyn_validation(DYN_INVALID_PARAMETER "Type mismatch for key %s expected: %s actual: %s",
					   attr->name, dyn_tag_name(attr->tag), dyn_tag_name(v.tag));
	return v;
}

static const char *
type_mismatch(const DynIndex *index, const DynKeyAttr *attr, uint8 actual)
{
	return psprintf(DYN_INVALID_PARAMETER
					"Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
					attr->name, dyn_tag_name(attr->tag), dyn_tag_name(actual), index->name);
}

static const char *
index_key_too_large(const DynIndex *index, const DynKeyAttr *attr, uint32 size, uint32 max_size)
{
	return psprintf(DYN_INVALID_PARAMETER "Size limit exceeded for Index Key %s Actual Size: %u bytes Max Size: %u bytes IndexName: %s",
					attr->name, size, max_size, index->name);
}

const char *
dyn_keys_index_violation(const DynIndex *index, DynValue item, bool *empty)
{
	uint32		hash_size = 0;
	uint32		range_size = 0;

	*empty = false;
	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		const DynKeyAttr *attr = &index->keys[i];
		DynValue	v = dyn_map_get(item, attr->name, attr->len);
		uint32		max_size = i < index->npk ? DYN_MAX_PK_SIZE : DYN_MAX_SK_SIZE;

		if (v.tag == 0)
			continue;
		if (v.tag != attr->tag)
			return type_mismatch(index, attr, v.tag);
		*empty = is_empty(v);
		if (*empty)
			return psprintf("One or more parameter values are not valid. "
							"A value specified for a secondary index key is not supported. The AttributeValue for a "
							"key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
							empty_kind(v), index->name, attr->name);
		if (v.len > max_size)
			return index_key_too_large(index, attr, v.len, max_size);
		if (i < index->npk)
			hash_size += v.len;
		else
			range_size += v.len;
	}
	return dyn_keys_size_violation(hash_size, range_size);
}

/* An attribute that is missing only keeps the item out of the index; one that is there must fit. */
static void
check_index_item(const DynIndex *index, DynValue item)
{
	bool		empty;
	const char *flaw = dyn_keys_index_violation(index, item, &empty);

	if (empty)
		refuse_empty(flaw);
	refuse(flaw);
}

/* Checks an item once it has a key. */
static void
check_item_keys(const DynTable *table, const DynKey *key, DynValue item)
{
	check_key_values(table, key);
	for (int i = 0; i < table->nindexes; i++)
		check_index_item(&table->indexes[i], item);
	refuse(dyn_vector_items_violation(table, dyn_empty_map, item));
}

/* The key of an item; the function returns, or refuses, each key attribute. */
static inline DynKey
key_of_item(const DynTable *table, DynValue item, DynValue (*get) (const DynKeyAttr *, DynValue))
{
	DynKey		key = {0};

	key.pk = get(&table->pk, item);
	if (table->sk.tag)
		key.sk = get(&table->sk, item);
	check_item_keys(table, &key, item);
	return key;
}

DynKey
dyn_keys_of_item(const DynTable *table, DynValue item)
{
	return key_of_item(table, item, item_key);
}

static DynValue
batch_item_key(const DynKeyAttr *attr, DynValue item)
{
	DynValue	v = dyn_map_get(item, attr->name, attr->len);

	if (v.tag != attr->tag)
		dyn_validation(DYN_KEY_MISFIT);
	return v;
}

DynKey
dyn_keys_of_batch_item(const DynTable *table, DynValue item)
{
	return key_of_item(table, item, batch_item_key);
}

/* The attribute as one of an index's keys, or NULL. */
static const DynKeyAttr *
index_attr(const DynIndex *index, const char *name, uint32 len)
{
	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		const DynKeyAttr *attr = &index->keys[i];

		if (attr->len == len && memcmp(attr->name, name, len) == 0)
			return attr;
	}
	return NULL;
}

static void
check_constant(const DynTable *table, const char *name, uint32 len, DynValue constant)
{
	for (int i = 0; i < table->nindexes; i++)
	{
		const DynKeyAttr *attr = index_attr(&table->indexes[i], name, len);

		if (attr == NULL)
			continue;
		if (attr->tag != constant.tag)
			refuse(type_mismatch(&table->indexes[i], attr, constant.tag));
		if (is_empty(constant))
			refuse_empty(dyn_index_schema_empty_text(constant));
	}
}

void
dyn_keys_check_constants(const DynTable *table, const DynProgram *program)
{
	const DynExprNode *nodes = dyn_program_nodes(program);

	if (table->nindexes == 0)
		return;
	for (int32 i = program->update; i >= 0; i = nodes[i].next)
	{
		const DynExprNode *path = &nodes[nodes[i].child];
		const DynPathElement *element = dyn_program_elements(program) + path->arg;

		if ((nodes[i].op != DYN_OP_SET && nodes[i].op != DYN_OP_ADD) || path->narg != 1 || path->next < 0)
			continue;
		if (nodes[path->next].op != DYN_OP_VALUE)
			continue;
		check_constant(table, (const char *) dyn_program_bytes(program) + element->offset, element->len,
					   dyn_program_value(program, nodes[path->next].arg));
	}
}

/* Raises an error for a path of the program into the attribute. */
static void
check_not_entered(const DynProgram *program, const char *kind, const DynKeyAttr *attr)
{
	const DynExprNode *nodes = dyn_program_nodes(program);

	for (uint32 i = 0; i < program->nnodes; i++)
	{
		const DynPathElement *first = dyn_program_elements(program) + nodes[i].arg;

		if (nodes[i].op == DYN_OP_PATH && nodes[i].narg > 1 && first->len == attr->len &&
			memcmp(dyn_program_bytes(program) + first->offset, attr->name, attr->len) == 0)
			dyn_validation("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s",
						   kind, attr->name);
	}
}

void
dyn_keys_check_paths(const DynTable *table, const DynProgram *program)
{
	if (program == NULL)
		return;
	check_not_entered(program, "Key", &table->pk);
	if (table->sk.tag)
		check_not_entered(program, "Key", &table->sk);
	for (int i = 0; i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];

		for (int k = 0; k < index->npk + index->nsk; k++)
			check_not_entered(program, "IndexKey", &index->keys[k]);
	}
}

const char *
dyn_keys_update_violation(const DynTable *table, DynValue old_item, DynValue new_item)
{
	for (int i = 0; i < table->nindexes; i++)
	{
		DynIndexSchema schema = dyn_definition_schema(&table->indexes[i]);
		const char *flaw = dyn_index_schema_violation(&schema, new_item);

		if (flaw != NULL)
			return flaw;
	}
	return dyn_vector_items_violation(table, old_item, new_item);
}

int
dyn_keys_compare(const DynKey *a, const DynKey *b)
{
	int			order = dyn_bytes_compare(a->pk.data, a->pk.len, b->pk.data, b->pk.len);

	return order != 0 || a->sk.tag == 0 ? order : dyn_bytes_compare(a->sk.data, a->sk.len, b->sk.data, b->sk.len);
}

int
dyn_keys_compare_items(const DynTable *a_table, const DynKey *a, const DynTable *b_table, const DynKey *b)
{
	if (a_table->relid != b_table->relid)
		return a_table->relid < b_table->relid ? -1 : 1;
	return dyn_keys_compare(a, b);
}
