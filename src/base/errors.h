/*
 * errors.h - the exceptions of the DynamoDB API as PostgreSQL errors
 *
 * One row per exception: its SQLSTATE (what a SQL caller tests), its __type and HTTP status (what
 * a client of the wire sees).  The message is DynamoDB's text, word for word, in errmsg; structured
 * extras (the item of a failed condition, cancellation reasons) are JSON in errdetail.
 *
 * Layer 0.
 */
#ifndef DYNAPG_BASE_ERRORS_H
#define DYNAPG_BASE_ERRORS_H

#include "postgres.h"

#include "base/compat.h"

typedef enum DynErr
{
	DYN_E_VALIDATION,
	DYN_E_SERIALIZATION,
	DYN_E_CONDITIONAL_CHECK_FAILED,
	DYN_E_RESOURCE_NOT_FOUND,
	DYN_E_RESOURCE_IN_USE,
	DYN_E_TABLE_NOT_FOUND,
	DYN_E_TABLE_ALREADY_EXISTS,
	DYN_E_TABLE_IN_USE,
	DYN_E_LIMIT_EXCEEDED,
	DYN_E_ITEM_COLLECTION_SIZE_LIMIT,
	DYN_E_TRANSACTION_CANCELED,
	DYN_E_TRANSACTION_CONFLICT,
	DYN_E_TRANSACTION_IN_PROGRESS,
	DYN_E_IDEMPOTENT_PARAMETER_MISMATCH,
	DYN_E_DUPLICATE_ITEM,
	DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED,
	DYN_E_REQUEST_LIMIT_EXCEEDED,
	DYN_E_THROTTLING,
	DYN_E_ACCESS_DENIED,
	DYN_E_UNKNOWN_OPERATION,
	DYN_E_INTERNAL_SERVER_ERROR,
	DYN_E_SERVICE_UNAVAILABLE,
	DYN_E_MISSING_AUTHENTICATION_TOKEN,
	DYN_E_INCOMPLETE_SIGNATURE,
	DYN_E_INVALID_SIGNATURE,
	DYN_E_UNRECOGNIZED_CLIENT,
	DYN_E_EXPIRED_TOKEN,
	DYN_E_COUNT					/* number of rows, not an exception */
} DynErr;

typedef struct DynErrInfo
{
	const char *name;			/* "ValidationException" */
	const char *type;			/* the whole __type: "com.amazon.coral.validate#ValidationException" */
	int			sqlstate;		/* as MAKE_SQLSTATE packs it, class ND */
	int			http_status;
} DynErrInfo;

/* The row of an exception. */
extern const DynErrInfo *dyn_error_info(DynErr code);

/* The row whose SQLSTATE this is, or NULL for an error that is not of dynapg. */
extern const DynErrInfo *dyn_error_by_sqlstate(int sqlstate);

/* Raises the exception; fmt is DynamoDB's text in psprintf form, untranslated. */
extern void dyn_error(DynErr code, const char *fmt,...) pg_attribute_printf(2, 3) pg_attribute_noreturn();

/* The same with errdetail: a JSON text with the extras of the reply's body. */
extern void dyn_error_detail(DynErr code, const char *detail_json, const char *fmt,...)
			pg_attribute_printf(3, 4) pg_attribute_noreturn();

/*
 * ValidationException with the name of the rule that the request breaks as its CONSTRAINT_NAME: what handles the error asks
 * for the rule, not for the text.
 */
extern void dyn_error_rule(const char *rule, const char *text) pg_attribute_noreturn();

/* Does the error name that rule? */
extern bool dyn_error_is_rule(const ErrorData *error, const char *rule);

/* No key attribute of a table or index may be an empty string or binary value. */
#define DYN_RULE_KEY_NOT_EMPTY "key_not_empty"

#define dyn_validation(...) dyn_error(DYN_E_VALIDATION, __VA_ARGS__)

#endif							/* DYNAPG_BASE_ERRORS_H */
