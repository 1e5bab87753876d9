/*
 * errors.h - the exceptions of the DynamoDB API as PostgreSQL errors
 *
 * One row of errors.def per exception: its SQLSTATE (what a SQL caller tests), its __type and HTTP status (what
 * an HTTP client sees).  The message is DynamoDB's text, word for word, in errmsg; structured
 * extras (the item of a failed condition, cancellation reasons) are JSON in errdetail.
 */
#ifndef DYNAPG_BASE_ERRORS_H
#define DYNAPG_BASE_ERRORS_H

#include "postgres.h"

#include "base/compat.h"
#include "base/texts.h"

typedef enum DynErr
{
#define DYN_EXCEPTION(code, name, space, sqlstate, status, member, detail, retries) DYN_E_##code,
#include "base/errors.def"
#undef DYN_EXCEPTION
	DYN_E_COUNT					/* number of rows, not an exception */
} DynErr;

/* Who may send the same request again with hope. */
typedef enum DynErrRetries
{
	DYN_RETRIES_NOBODY,
	DYN_RETRIES_CALLER,
	DYN_RETRIES_SDK
} DynErrRetries;

typedef struct DynErrInfo
{
	const char *name;			/* "ValidationException" */
	const char *type;			/* the whole __type: "com.amazon.coral.validate#ValidationException" */
	int			sqlstate;		/* as MAKE_SQLSTATE packs it, class ND */
	int			http_status;
	const char *member;			/* the member of the reply's body that holds the text: "message" or "Message" */
	const char *detail;			/* the member that errdetail holds, or NULL: there is no detail */
	DynErrRetries retries;
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
 * ValidationException with the name of the broken rule as its CONSTRAINT_NAME: code that handles the error looks at the rule,
 * not at the text.
 */
extern void dyn_error_rule(const char *rule, const char *text) pg_attribute_noreturn();

/* Does the error name that rule? */
extern bool dyn_error_is_rule(const ErrorData *error, const char *rule);

/* Is it an exception of the API, rather than an error of PostgreSQL with the same SQLSTATE? */
extern bool dyn_error_is_ours(const ErrorData *error);

/*
 * An error of a long job with a short code for programs, such as S3NoSuchBucket.  sqlstate says whether another attempt makes
 * sense; see
 * jobs/job.h.
 */
extern void dyn_error_failure(int sqlstate, const char *code, const char *fmt,...) pg_attribute_printf(3, 4) pg_attribute_noreturn();

/* Its code; NULL for an error of another kind. */
extern const char *dyn_error_failure_code(const ErrorData *error);

/* No key attribute of a table or index may be an empty string or binary value. */
#define DYN_RULE_KEY_NOT_EMPTY "key_not_empty"

/* No value of an expression may be inside too many lists and maps. */
#define DYN_RULE_VALUE_NESTING "value_nesting"

#define dyn_validation(...) dyn_error(DYN_E_VALIDATION, __VA_ARGS__)

#endif							/* DYNAPG_BASE_ERRORS_H */
