/*
 * name.c - table names, index names and their ARNs
 */
#include "postgres.h"

#include "tables/name.h"

#include "access/xlog.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"

#define ARN_START "arn:"
#define ALIAS_START "alias/"
#define ARN_PREFIX "arn:aws:dynamodb:"

/* Cuts the text before the first separator off rest; false when there is none. */
static bool
cut(DynSlice *rest, char separator, DynSlice *part)
{
	const char *at = memchr(rest->data, separator, rest->len);

	if (!at)
		return false;
	*part = (DynSlice) {rest->data, (uint32) (at - rest->data)};
	rest->len -= part->len + 1;
	rest->data = at + 1;
	return true;
}

bool
dyn_name_is_legal(const char *name, uint32 len)
{
	for (uint32 i = 0; i < len; i++)
	{
		char		c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			  c == '_' || c == '.' || c == '-'))
			return false;
	}
	return len > 0;
}

/* The service checks the account first: strangers must not learn whether the region fits. */
static void
check_account(DynSlice arn, DynSlice account)
{
	const char *operation = dyn_call_operation();

	if (dyn_slice_is(account, DYN_ACCOUNT_ID))
		return;
	dyn_error(DYN_E_ACCESS_DENIED,
			  "User: arn:aws:iam::" DYN_ACCOUNT_ID ":user/%s is not authorized to perform: dynamodb:%s on resource: "
			  "%.*s because no resource-based policy allows the dynamodb:%s action",
			  GetUserNameFromId(GetUserId(), false), operation, (int) arn.len, arn.data, operation);
}

static void malformed_arn(DynSlice arn) pg_attribute_noreturn();

static void
malformed_arn(DynSlice arn)
{
	dyn_validation(DYN_ENVELOPE "Value '%.*s' at 'tableName' failed to satisfy constraint: Valid ARN format is "
				   "'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where Resource name must have "
				   "length less than or equal to %d, Resource name must have length greater than or equal to %d, Resource name "
				   "must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
				   (int) arn.len, arn.data, DYN_MAX_TABLE_NAME, DYN_MIN_TABLE_NAME);
}

/* One part of an ARN does not belong to this server. */
static void
foreign_arn(const char *part, DynSlice arn)
{
	dyn_validation(DYN_ENVELOPE "Invalid %s in '%.*s'", part, (int) arn.len, arn.data);
}

bool
dyn_name_is_arn(DynSlice text)
{
	return text.len >= strlen(ARN_START) && memcmp(text.data, ARN_START, strlen(ARN_START)) == 0;
}

bool
dyn_name_split_arn(DynSlice text, DynArn *arn)
{
	DynSlice	rest = text;
	DynSlice	start;

	*arn = (DynArn) {0};
	if (!dyn_name_is_arn(text) || !cut(&rest, ':', &start) || !cut(&rest, ':', &arn->partition) || !cut(&rest, ':', &arn->vendor) ||
		!cut(&rest, ':', &arn->region) || !cut(&rest, ':', &arn->account) || !cut(&rest, '/', &arn->kind))
		return false;
	arn->name = rest;
	if (cut(&rest, '/', &arn->name) && !cut(&rest, '/', &arn->part))
		return false;
	if (arn->part.data)
		arn->id = rest;
	return true;
}

bool
dyn_name_fits_table(DynSlice name)
{
	return name.len >= DYN_MIN_TABLE_NAME && name.len <= DYN_MAX_TABLE_NAME && dyn_name_is_legal(name.data, name.len);
}

/* The name in a table's ARN. */
static DynSlice
name_in_arn(DynSlice text)
{
	DynArn		arn;

	if (!dyn_name_split_arn(text, &arn) || !dyn_slice_is(arn.vendor, "dynamodb"))
		malformed_arn(text);
	if (!dyn_slice_is(arn.partition, "aws"))
		foreign_arn("AWS partition", text);
	if (!dyn_slice_is(arn.kind, "table"))
		foreign_arn("resource type", text);
	if (!dyn_name_fits_table(arn.name) || arn.part.data)
		malformed_arn(text);
	check_account(text, arn.account);
	if (!dyn_slice_is(arn.region, dyn_namespace_region()))
		foreign_arn("AWS region", text);
	return arn.name;
}

DynSlice
dyn_name_table(DynSlice table_name)
{
	DynSlice	name = table_name;

	if (dyn_name_is_arn(name))
		name = name_in_arn(table_name);
	if (name.len < DYN_MIN_TABLE_NAME || name.len > DYN_MAX_TABLE_NAME)
		dyn_validation("TableName must be at least %d characters long and at most %d characters long",
					   DYN_MIN_TABLE_NAME, DYN_MAX_TABLE_NAME);
	if (!dyn_name_is_legal(name.data, name.len))
		dyn_validation(DYN_ENVELOPE "Value '%.*s' at 'tableName' failed to satisfy constraint: "
					   "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+", (int) name.len, name.data);
	return dyn_namespace_full(name);
}

void
dyn_name_table_arn(StringInfo out, const char *table)
{
	appendStringInfo(out, ARN_PREFIX "%s:" DYN_ACCOUNT_ID ":table/%s", dyn_namespace_region_of(table), dyn_namespace_text_name(table));
}

void
dyn_name_index_arn(StringInfo out, const char *table, const char *index)
{
	dyn_name_table_arn(out, table);
	appendStringInfo(out, "/index/%s", index);
}

void
dyn_name_stream_arn(StringInfo out, const char *table, const char *label)
{
	dyn_name_table_arn(out, table);
	appendStringInfo(out, "/stream/%s", label);
}

void
dyn_name_backup_arn(StringInfo out, const char *table, const char *id)
{
	dyn_name_table_arn(out, table);
	appendStringInfo(out, "/backup/%s", id);
}

/* The id of the key that an alias stands for: a UUID of version 4 that is always the same for this database cluster. */
static void
append_aliased_key(StringInfo out, const char *alias)
{
	uint64		seed = GetSystemIdentifier();
	uint64		high = hash_bytes_extended((const unsigned char *) alias, (int) strlen(alias), seed);
	uint64		low = hash_bytes_extended((const unsigned char *) alias, (int) strlen(alias), ~seed);

	appendStringInfo(out, "key/%08x-%04x-4%03x-%04x-%04x%08x", (uint32) (high >> 32), (uint32) (high >> 16) & 0xFFFF,
					 (uint32) high & 0xFFF, 0x8000 | ((uint32) (low >> 48) & 0x3FFF), (uint32) (low >> 32) & 0xFFFF, (uint32) low);
}

void
dyn_name_kms_key_arn(StringInfo out, const char *key)
{
	const char *name = key ? key : "alias/aws/dynamodb";

	if (strncmp(name, ARN_START, strlen(ARN_START)) == 0)
	{
		const char *alias = strstr(name, ":" ALIAS_START);

		if (!alias)
		{
			appendStringInfoString(out, name);
			return;
		}
		name = alias + 1;
		appendBinaryStringInfo(out, key, (int) (name - key));
	}
	else
		appendStringInfo(out, "arn:aws:kms:%s:" DYN_ACCOUNT_ID ":", dyn_namespace_region());
	if (strncmp(name, ALIAS_START, strlen(ALIAS_START)) == 0)
		append_aliased_key(out, name);
	else
		appendStringInfo(out, "key/%s", name);
}

void
dyn_name_not_found(DynSlice full_name, DynNameUse use)
{
	const char *table = dyn_namespace_text_name(pnstrdup(full_name.data, full_name.len));

	if (use == DYN_NAME_DATA)
		ereport(ERROR,
				errcode(dyn_error_info(DYN_E_RESOURCE_NOT_FOUND)->sqlstate),
				errmsg_internal("Requested resource not found"),
				errhint("There is no table \"%s\". Table names are case-sensitive; dynapg.list_tables() returns them.", table));
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %s not found", table);
}

DynTable *
dyn_name_find_table(DynSlice table_name, DynNameUse use)
{
	DynSlice	name = dyn_name_table(table_name);
	DynTable   *table = dyn_table_lookup(name.data, name.len);

	if (table == NULL)
		dyn_name_not_found(name, use);
	return table;
}
