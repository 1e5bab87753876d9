/*
 * errors.c - the exceptions of the DynamoDB API as PostgreSQL errors
 *
 * One table, one row per exception.  SQLSTATEs are of class ND, which neither the SQL standard nor PostgreSQL
 * uses, and are stable: applications test them.  Never renumber a row; a new exception takes a new
 * number.  The exception is AccessDeniedException, which is PostgreSQL's insufficient_privilege, so
 * that a refusal by GRANT or row security and one by dynapg are the same to a caller.
 *
 * Layer 0.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"

#define ND(a, b, c)		MAKE_SQLSTATE('N', 'D', a, b, c)
#define SERVICE(x)		x, "com.amazonaws.dynamodb.v20120810#" x
#define CORAL(part, x)	x, "com.amazon.coral." part "#" x

static const DynErrInfo error_table[DYN_E_COUNT] = {
	[DYN_E_VALIDATION] = {CORAL("validate", "ValidationException"), ND('0', '0', '1'), 400},
	[DYN_E_SERIALIZATION] = {CORAL("service", "SerializationException"), ND('0', '0', '2'), 400},
	[DYN_E_CONDITIONAL_CHECK_FAILED] = {SERVICE("ConditionalCheckFailedException"), ND('0', '0', '3'), 400},
	[DYN_E_RESOURCE_NOT_FOUND] = {SERVICE("ResourceNotFoundException"), ND('0', '0', '4'), 400},
	[DYN_E_RESOURCE_IN_USE] = {SERVICE("ResourceInUseException"), ND('0', '0', '5'), 400},
	[DYN_E_TABLE_NOT_FOUND] = {SERVICE("TableNotFoundException"), ND('0', '0', '6'), 400},
	[DYN_E_TABLE_ALREADY_EXISTS] = {SERVICE("TableAlreadyExistsException"), ND('0', '0', '7'), 400},
	[DYN_E_TABLE_IN_USE] = {SERVICE("TableInUseException"), ND('0', '0', '8'), 400},
	[DYN_E_LIMIT_EXCEEDED] = {SERVICE("LimitExceededException"), ND('0', '0', '9'), 400},
	[DYN_E_ITEM_COLLECTION_SIZE_LIMIT] = {SERVICE("ItemCollectionSizeLimitExceededException"), ND('0', '1', '0'), 400},
	[DYN_E_TRANSACTION_CANCELED] = {SERVICE("TransactionCanceledException"), ND('0', '1', '1'), 400},
	[DYN_E_TRANSACTION_CONFLICT] = {SERVICE("TransactionConflictException"), ND('0', '1', '2'), 400},
	[DYN_E_TRANSACTION_IN_PROGRESS] = {SERVICE("TransactionInProgressException"), ND('0', '1', '3'), 400},
	[DYN_E_IDEMPOTENT_PARAMETER_MISMATCH] = {SERVICE("IdempotentParameterMismatchException"), ND('0', '1', '4'), 400},
	[DYN_E_DUPLICATE_ITEM] = {SERVICE("DuplicateItemException"), ND('0', '1', '5'), 400},
	[DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED] = {SERVICE("ProvisionedThroughputExceededException"), ND('0', '1', '6'), 400},
	[DYN_E_REQUEST_LIMIT_EXCEEDED] = {SERVICE("RequestLimitExceeded"), ND('0', '1', '7'), 400},
	[DYN_E_THROTTLING] = {CORAL("availability", "ThrottlingException"), ND('0', '1', '8'), 400},
	[DYN_E_ACCESS_DENIED] = {CORAL("service", "AccessDeniedException"), ERRCODE_INSUFFICIENT_PRIVILEGE, 400},
	[DYN_E_UNKNOWN_OPERATION] = {CORAL("service", "UnknownOperationException"), ND('0', '2', '0'), 400},
	[DYN_E_INTERNAL_SERVER_ERROR] = {SERVICE("InternalServerError"), ND('0', '2', '1'), 500},
	[DYN_E_SERVICE_UNAVAILABLE] = {CORAL("service", "ServiceUnavailableException"), ND('0', '2', '2'), 503},
	[DYN_E_MISSING_AUTHENTICATION_TOKEN] = {CORAL("service", "MissingAuthenticationTokenException"), ND('0', '2', '3'), 400},
	[DYN_E_INCOMPLETE_SIGNATURE] = {CORAL("service", "IncompleteSignatureException"), ND('0', '2', '4'), 400},
	[DYN_E_INVALID_SIGNATURE] = {CORAL("service", "InvalidSignatureException"), ND('0', '2', '5'), 400},
	[DYN_E_UNRECOGNIZED_CLIENT] = {CORAL("service", "UnrecognizedClientException"), ND('0', '2', '6'), 400},
	[DYN_E_EXPIRED_TOKEN] = {CORAL("service", "ExpiredTokenException"), ND('0', '2', '7'), 400},
};

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

void
dyn_error(DynErr code, const char *fmt,...)
{
	char	   *message;

	FORMAT_MESSAGE(message, fmt);
	ereport(ERROR,
			errcode(dyn_error_info(code)->sqlstate),
			errmsg_internal("%s", message));
}

void
dyn_error_detail(DynErr code, const char *detail_json, const char *fmt,...)
{
	char	   *message;

	FORMAT_MESSAGE(message, fmt);
	ereport(ERROR,
			errcode(dyn_error_info(code)->sqlstate),
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
