/*
 * job_replies.c - what the operations about imports and bulk operations share: tokens, ARNs, repeated requests
 */
#include "postgres.h"

#include "api/job_replies.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "tables/name.h"
#include "tables/settings.h"

#define TOKEN_BYTES (DYN_MIN_IMPORT_TOKEN / 2)

char *
dyn_job_replies_request_text(const DynJson *request)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (const DynJson *member = dyn_json_first(request); member != NULL; member = dyn_json_next(member))
	{
		DynSlice	name = dyn_json_name(member);

		if (dyn_slice_is(name, "ClientToken"))
			continue;
		if (text.len > 1)
			appendStringInfoChar(&text, ',');
		dyn_jsonout_string(&text, name.data, name.len);
		appendStringInfoChar(&text, ':');
		dyn_jsonout_tree(&text, member);
	}
	appendStringInfoChar(&text, '}');
	return text.data;
}

char *
dyn_job_replies_token(const char *kind, const DynJson *request, const char *text, DynJob **again, bool *same)
{
	char	   *token = dyn_request_cstring(request, "ClientToken");

	*again = token != NULL ? dyn_job_find_token(kind, token) : NULL;
	*same = *again != NULL && strcmp((*again)->request, text) == 0;
	return token;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

static void
refuse_token(DynSlice token)
{
	dyn_validation(DYN_INVALID_REQUEST "Provided nextToken is invalid: %.*s", (int) token.len, token.data);
}

char *
dyn_job_replies_page_start(const DynJson *request)
{
	DynSlice	token = dyn_request_string(request, "NextToken");
	char	   *id;

	if (token.data == NULL)
		return NULL;
	if (token.len != TOKEN_BYTES * 2)
		refuse_token(token);
	id = palloc0(TOKEN_BYTES + 1);
	for (int i = 0; i < TOKEN_BYTES; i++)
		id[i] = hex_digit(token.data[i * 2]) * 16 + hex_digit(token.data[i * 2 + 1]);
	if (strlen(id) == 0 || strlen(id) >= DYN_JOB_ID_SIZE || strspn(id, "0123456789abcdef-") != strlen(id))
		refuse_token(token);
	return id;
}

void
dyn_job_replies_print_next(StringInfo out, const char *id)
{
	dyn_jsonout_member(out, "NextToken");
	appendStringInfoChar(out, '"');
	for (int i = 0; i < TOKEN_BYTES; i++)
		appendStringInfo(out, "%02x", i < strlen(id) ? (uint8) id[i] : 0);
	appendStringInfoChar(out, '"');
}

char *
dyn_job_replies_arn(const char *table, const char *part, const char *id)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, table);
	appendStringInfo(&arn, "/%s/%s", part, id);
	return arn.data;
}

const char *
dyn_job_replies_arn_id(const char *arn, const char *part)
{
	char	   *separator = psprintf("/%s/", part);
	const char *found = strstr(arn, separator);

	return found != NULL ? found + strlen(separator) : NULL;
}

void
dyn_job_replies_copy(StringInfo out, const DynJson *request, const char *member)
{
	const DynJson *value = dyn_request_member(request, member);

	if (value == NULL)
		return;
	dyn_jsonout_member(out, member);
	dyn_jsonout_tree(out, value);
}

void
dyn_job_replies_print_time(StringInfo out, const char *member, TimestampTz moment)
{
	if (moment != 0)
		dyn_settings_print_time(out, member, dyn_settings_epoch(moment));
}

DynPacking
dyn_job_replies_packing(const DynJson *object)
{
	DynPacking	packing = dyn_request_is(object, "InputCompressionType", "GZIP") ? DYN_PACKING_GZIP :
		dyn_request_is(object, "InputCompressionType", "ZSTD") ? DYN_PACKING_ZSTD : DYN_PACKING_NONE;

	if (!dyn_input_knows(packing))
		dyn_validation("InputCompressionType ZSTD is not supported: this server was built without libzstd");
	return packing;
}
