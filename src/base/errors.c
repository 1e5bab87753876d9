/*
 * errors.c - the exceptions of the DynamoDB API as PostgreSQL errors
 *
 * The rows are in errors.def.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"

#define ND(a, b, c)			MAKE_SQLSTATE('N', 'D', a, b, c)
#define DYNAMODB			"com.amazonaws.dynamodb.v20120810#"
#define CORAL_VALIDATE		"com.amazon.coral.validate#"
#define CORAL_SERVICE		"com.amazon.coral.service#"
#define CORAL_AVAILABILITY	"com.amazon.coral.availability#"
#define DYN_EXCEPTION(code, name, space, sqlstate, status, member, detail, retries) \
	[DYN_E_##code] = {#name, space #name, sqlstate, status, member, detail, DYN_RETRIES_##retries},

static const DynErrInfo error_table[DYN_E_COUNT] = {
#include "base/errors.def"
};

#undef DYN_EXCEPTION

const DynErrInfo *
dyn_error_info(DynErr code)
{
	Assert(code >= 0 && code < DYN_E_COUNT);
	return &error_table[code];
}

const DynErrInfo *
dyn_error_by_sqlstate(int sqlstate)
{
	for (int i = 0; i < DYN_E_COUNT; i++)
	{
		if (error_table[i].sqlstate == sqlstate)
			return &error_table[i];
	}
	return NULL;
}

/* psprintf with the arguments as a va_list, which only a macro can restart. */
#define FORMAT_MESSAGE(message, fmt) \
	do { \
		StringInfoData buf_; \
		initStringInfo(&buf_); \
		for (;;) \
		{ \
			va_list args_; \
			int needed_; \
			va_start(args_, fmt); \
			needed_ = appendStringInfoVA(&buf_, fmt, args_); \
			va_end(args_); \
			if (needed_ == 0) \
				break; \
			enlargeStringInfo(&buf_, needed_); \
		} \
		(message) = buf_.data; \
	} while (0)

/*
 * An exception whose SQLSTATE PostgreSQL uses, too, carries its name as the CONSTRAINT_NAME, by which dyn_error_is_ours
 * recognises it.
 */
static int
note_name(const DynErrInfo *info)
{
	return ERRCODE_TO_CATEGORY(info->sqlstate) == ERRCODE_TO_CATEGORY(ND('0', '0', '0')) ? 0 :
		err_generic_string(PG_DIAG_CONSTRAINT_NAME, info->name);
}

bool
dyn_error_is_ours(const ErrorData *error)
{
	const DynErrInfo *info = dyn_error_by_sqlstate(error->sqlerrcode);

	if (info == NULL)
		return false;
	return ERRCODE_TO_CATEGORY(info->sqlstate) == ERRCODE_TO_CATEGORY(ND('0', '0', '0')) || dyn_error_is_rule(error, info->name);
}

void
dyn_error(DynErr code, const char *fmt,...)
{
	char	   *message;

	FORMAT_MESSAGE(message, fmt);
	ereport(ERROR,
			errcode(dyn_error_info(code)->sqlstate),
			note_name(dyn_error_info(code)),
			errmsg_internal("%s", message));
}

void
dyn_error_detail(DynErr code, const char *detail_json, const char *fmt,...)
{
	char	   *message;

	FORMAT_MESSAGE(message, fmt);
	ereport(ERROR,
			errcode(dyn_error_info(code)->sqlstate),
			note_name(dyn_error_info(code)),
			errmsg_internal("%s", message),
			errdetail_internal("%s", detail_json));
}

void
dyn_error_rule(const char *rule, const char *text)
{
	ereport(ERROR,
			errcode(dyn_error_info(DYN_E_VALIDATION)->sqlstate),
			errmsg_internal("%s", text),
			err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule));
}

bool
dyn_error_is_rule(const ErrorData *error, const char *rule)
{
	return error->constraint_name != NULL && strcmp(error->constraint_name, rule) == 0;
}

/* The schema that such an error names, so that its code cannot be mistaken for a constraint of a table. */
#define FAILURE_SCHEMA "dynapg failure"

void
dyn_error_failure(int sqlstate, const char *code, const char *fmt,...)
{
	char	   *message;

	FORMAT_MESSAGE(message, fmt);
	ereport(ERROR,
			errcode(sqlstate),
			errmsg_internal("%s", message),
			err_generic_string(PG_DIAG_SCHEMA_NAME, FAILURE_SCHEMA),
			err_generic_string(PG_DIAG_CONSTRAINT_NAME, code));
}

const char *
dyn_error_failure_code(const ErrorData *error)
{
	if (error->schema_name == NULL || strcmp(error->schema_name, FAILURE_SCHEMA) != 0)
		return NULL;
	return error->constraint_name;
}
