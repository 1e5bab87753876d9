/*
 * auth.c - who sends a request: the role that it runs as
 *
 * A signature comes in the header Authorization or in the query (presigned).  The checks are in this order: is there exactly
 * one; are its parts present and well-formed; are the required headers signed; is its scope right; is the key known; is the
 * time current; is the signature right; may the role connect.
 *
 * The scope may have any region: clients take it from their environment, and a key is only for this server. With
 * dynapg.http_namespaces the access key or the region of the scope, which the signature covers, makes the namespace of the request.
 *
 * Errors repeat the client's texts only as hashes, or if they are plain ASCII.
 */
#include "postgres.h"

#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "api/explain.h"
#include "base/base64.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "http/auth.h"
#include "http/sigv4.h"
#include "iam/caller.h"

#define SERVICE				"dynamodb"
#define CLOCK_SKEW			900		/* seconds that the client's clock may differ */
#define MAX_EXPIRES			604800	/* seconds for which a presigned request may be valid */
#define MAX_TOLD			200		/* bytes of the client's text in an error */
#define SCOPE_PARTS			5
#define WRONG_REGION		"Credential should be scoped to a valid region. "
#define UNKNOWN_TOKEN		"The security token included in the request is invalid."

/* The signature that a request claims to have. */
typedef struct Claim
{
	DynSigv4	sigv4;
	DynSlice	credential;
	DynSlice	key_id;
	DynSlice	terminator;
	DynSlice	token;			/* of temporary credentials; absent as a rule */
	DynSlice	time_text;		/* as sent */
	pg_time_t	time;
	int			lifetime;		/* seconds */
} Claim;

/* ---- texts ---- */

/* The client's bytes as an error may repeat them: ASCII without control characters, not too long. */
static char *
printable(DynSlice text)
{
	char	   *copy = pnstrdup(text.data ? text.data : "", Min(text.len, MAX_TOLD));

	for (char *p = copy; *p; p++)
	{
		if ((unsigned char) *p < 0x20 || (unsigned char) *p > 0x7e)
			*p = '?';
	}
	return copy;
}

static char *
hashed(DynSlice text)
{
	uint8		digest[DYN_SHA256_LEN];
	char	   *base64 = palloc0(4 * ((DYN_SHA256_LEN + 2) / 3) + 1);

	dyn_sigv4_sha256(text.data, text.len, digest);
	dyn_base64_encode(digest, DYN_SHA256_LEN, base64);
	return base64;
}

static char *
print_time(pg_time_t time)
{
	char	   *text = palloc(DYN_SIGV4_TIME_LEN + 1);

	pg_strftime(text, DYN_SIGV4_TIME_LEN + 1, "%Y%m%dT%H%M%SZ", pg_gmtime(&time));
	return text;
}

static void
mismatch(void)
{
	dyn_error(DYN_E_INVALID_SIGNATURE,
			  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
			  "and signing method. Consult the service documentation for details.");
}

/* ---- time ---- */

/* Reads digits from *p; -1 where there are others. */
static int
take_number(const char **p, int digits)
{
	int			number = 0;

	for (int i = 0; i < digits; i++, (*p)++)
	{
		if (**p < '0' || **p > '9')
			return -1;
		number = number * 10 + (**p - '0');
	}
	return number;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* Seconds since 1970 of a time in UTC; false where there is no such time. */
static bool
make_time(int year, int month, int day, int hour, int minute, int second, pg_time_t *time)
{
	if (year < 1970 || month < 1 || month > MONTHS_PER_YEAR || day < 1 || day > day_tab[isleap(year)][month - 1] ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*time = ((pg_time_t) (date2j(year, month, day) - UNIX_EPOCH_JDATE)) * SECS_PER_DAY +
		hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second;
	return true;
}

/* "20150830T123600Z" */
static bool
parse_iso_time(const char *p, pg_time_t *time)
{
	int			year = take_number(&p, 4);
	int			month = year < 0 ? -1 : take_number(&p, 2);
	int			day = month < 0 ? -1 : take_number(&p, 2);
	bool		t = day >= 0 && take_char(&p, 'T');
	int			hour = t ? take_number(&p, 2) : -1;
	int			minute = hour < 0 ? -1 : take_number(&p, 2);
	int			second = minute < 0 ? -1 : take_number(&p, 2);

	return second >= 0 && take_char(&p, 'Z') && *p == '\0' && make_time(year, month, day, hour, minute, second, time);
}

/* "Sun, 30 Aug 2015 12:36:00 GMT"; the day of the week may be any. */
static bool
parse_http_time(const char *p, pg_time_t *time)
{
	int			day;
	int			month = 0;
	int			year;
	int			hour;
	int			minute;
	int			second;

	if (strlen(p) != strlen("Sun, 30 Aug 2015 12:36:00 GMT") || p[3] != ',' || p[4] != ' ')
		return false;
	p += 5;
	day = take_number(&p, 2);
	if (day < 0 || !take_char(&p, ' '))
		return false;
	while (month < MONTHS_PER_YEAR && pg_strncasecmp(p, months[month], 3) != 0)
		month++;
	p += 3;
	if (!take_char(&p, ' ') || (year = take_number(&p, 4)) < 0 || !take_char(&p, ' ') ||
		(hour = take_number(&p, 2)) < 0 || !take_char(&p, ':') ||
		(minute = take_number(&p, 2)) < 0 || !take_char(&p, ':') ||
		(second = take_number(&p, 2)) < 0 || strcmp(p, " GMT") != 0)
		return false;
	return make_time(year, month + 1, day, hour, minute, second, time);
}

static void
read_time(Claim *claim)
{
	char	   *text = printable(claim->time_text);

	if (!parse_iso_time(text, &claim->time) &&
		(claim->sigv4.presigned || !parse_http_time(text, &claim->time)))
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE,
				  "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", text);
	strlcpy(claim->sigv4.time, print_time(claim->time), sizeof(claim->sigv4.time));
}

static void
check_time(const Claim *claim)
{
	pg_time_t	now = timestamptz_to_time_t(GetCurrentTimestamp());

	if (claim->time + claim->lifetime < now)
		dyn_error(DYN_E_INVALID_SIGNATURE, "Signature expired: %s is now earlier than %s (%s - %d min.)", claim->sigv4.time,
				  print_time(now - claim->lifetime), print_time(now), claim->lifetime / SECS_PER_MINUTE);
	if (claim->time > now + CLOCK_SKEW)
		dyn_error(DYN_E_INVALID_SIGNATURE, "Signature not yet current: %s is still later than %s (%s + %d min.)", claim->sigv4.time,
				  print_time(now + CLOCK_SKEW), print_time(now), CLOCK_SKEW / SECS_PER_MINUTE);
}

/* ---- the header ---- */

static bool
is_separator(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

/* Cuts the next word off; false at the end. */
static bool
next_word(DynSlice *rest, DynSlice *word)
{
	uint32		len = 0;

	while (rest->len > 0 && is_separator(*rest->data))
	{
		rest->data++;
		rest->len--;
	}
	while (len < rest->len && !is_separator(rest->data[len]))
		len++;
	*word = (DynSlice) {rest->data, len};
	rest->data += len;
	rest->len -= len;
	return len > 0;
}

static void
read_header_word(Claim *claim, DynSlice authorization, DynSlice word)
{
	const char *equals = memchr(word.data, '=', word.len);
	DynSlice	name;
	DynSlice	value;

	if (equals == NULL)
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE,
				  "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with "
				  "Base64): '%s'.", hashed(authorization));
	name = (DynSlice) {word.data, equals - word.data};
	value = (DynSlice) {equals + 1, word.len - name.len - 1};
	if (dyn_slice_is(name, "Credential"))
		claim->credential = value;
	else if (dyn_slice_is(name, "SignedHeaders"))
		claim->sigv4.signed_headers = value;
	else if (dyn_slice_is(name, "Signature"))
		claim->sigv4.signature = value;
}

static void
check_algorithm(DynSlice algorithm)
{
	if (!dyn_slice_is(algorithm, DYN_SIGV4_ALGORITHM))
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE, "Unsupported AWS 'algorithm': '%s' (only " DYN_SIGV4_ALGORITHM " for now). ",
				  printable(algorithm));
}

static void
require_of_header(StringInfo missing, DynSlice value, const char *name)
{
	if (value.len == 0)
		appendStringInfo(missing, "Authorization header requires '%s' parameter. ", name);
}

static void
read_header(Claim *claim, const DynHttpRequest *request, DynSlice authorization)
{
	DynSlice	rest = authorization;
	DynSlice	word;
	StringInfoData missing;

	next_word(&rest, &word);
	check_algorithm(word);
	while (next_word(&rest, &word))
		read_header_word(claim, authorization, word);
	claim->token = dyn_http_header(request, "x-amz-security-token");
	claim->time_text = dyn_http_header(request, "x-amz-date");
	if (claim->time_text.len == 0)
		claim->time_text = dyn_http_header(request, "date");
	claim->lifetime = CLOCK_SKEW;

	initStringInfo(&missing);
	require_of_header(&missing, claim->credential, "Credential");
	require_of_header(&missing, claim->sigv4.signature, "Signature");
	require_of_header(&missing, claim->sigv4.signed_headers, "SignedHeaders");
	if (claim->time_text.len == 0)
		appendStringInfoString(&missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
	if (missing.len > 0)
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE, "%s(Hashed with SHA-256 and encoded with Base64) Authorization=%s", missing.data,
				  hashed(authorization));
}

/* ---- the query ---- */

/* The value of the parameter; data is NULL when there is none. */
static DynSlice
param(const DynSigv4 *sigv4, const char *name)
{
	for (int i = 0; i < sigv4->nparams; i++)
	{
		if (dyn_slice_is(sigv4->params[i].name, name))
			return sigv4->params[i].value;
	}
	return (DynSlice) {NULL, 0};
}

static DynSlice
require_param(const Claim *claim, const char *name, StringInfo missing)
{
	DynSlice	value = param(&claim->sigv4, name);

	if (value.len == 0)
		appendStringInfo(missing, "AWS query-string parameters must include '%s'. ", name);
	return value;
}

/* The seconds in X-Amz-Expires; without it a request is valid as long as one with a header. */
static int
read_lifetime(DynSlice text)
{
	int			seconds = 0;

	if (text.data == NULL)
		return CLOCK_SKEW;
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			dyn_error(DYN_E_INCOMPLETE_SIGNATURE, "X-Amz-Expires should be a number");
		seconds = Min(seconds * 10 + (text.data[i] - '0'), MAX_EXPIRES + 1);
	}
	if (seconds > MAX_EXPIRES)
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE,
				  "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
				  "%d seconds", MAX_EXPIRES);
	return seconds;
}

static void
read_query(Claim *claim)
{
	StringInfoData missing;
	DynSlice	algorithm;

	initStringInfo(&missing);
	algorithm = require_param(claim, "X-Amz-Algorithm", &missing);
	claim->credential = require_param(claim, "X-Amz-Credential", &missing);
	claim->sigv4.signature = require_param(claim, "X-Amz-Signature", &missing);
	claim->sigv4.signed_headers = require_param(claim, "X-Amz-SignedHeaders", &missing);
	claim->time_text = require_param(claim, "X-Amz-Date", &missing);
	if (missing.len > 0)
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE, "%sRe-examine the query-string parameters.", missing.data);
	check_algorithm(algorithm);
	claim->token = param(&claim->sigv4, "X-Amz-Security-Token");
	claim->lifetime = read_lifetime(param(&claim->sigv4, "X-Amz-Expires"));
}

/* ---- what both forms share ---- */

/* "AKIDEXAMPLE/20150830/us-east-1/dynamodb/aws4_request" */
static void
read_credential(Claim *claim)
{
	DynSlice	parts[SCOPE_PARTS] = {{NULL, 0}};
	const char *p = claim->credential.data;
	const char *end = p + claim->credential.len;
	int			count = 0;

	for (;;)
	{
		const char *slash = memchr(p, '/', end - p);

		if (count < SCOPE_PARTS)
			parts[count] = (DynSlice) {p, (slash ? slash : end) - p};
		count++;
		if (slash == NULL)
			break;
		p = slash + 1;
	}
	if (count != SCOPE_PARTS)
		dyn_error(DYN_E_INCOMPLETE_SIGNATURE,
				  "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'",
				  printable(claim->credential));
	claim->key_id = parts[0];
	claim->sigv4.date = parts[1];
	claim->sigv4.region = parts[2];
	claim->sigv4.service = parts[3];
	claim->terminator = parts[4];
}

/* Reports everything that is wrong with the scope in one error. */
static void
check_scope(const Claim *claim)
{
	StringInfoData wrong;
	const DynSigv4 *sigv4 = &claim->sigv4;

	initStringInfo(&wrong);
	if (!dyn_namespace_text_is_region(sigv4->region))
		appendStringInfoString(&wrong, WRONG_REGION);
	if (!dyn_slice_is(sigv4->service, SERVICE))
		appendStringInfoString(&wrong, "Credential should be scoped to correct service: '" SERVICE "'. ");
	if (!dyn_slice_is(claim->terminator, DYN_SIGV4_TERMINATOR))
		appendStringInfo(&wrong, "Credential should be scoped with a valid terminator: '" DYN_SIGV4_TERMINATOR "', not '%s'. ",
						 printable(claim->terminator));
	if (!dyn_slice_equal(sigv4->date, (DynSlice) {sigv4->time, 8}))
		appendStringInfo(&wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
						 "'%s' != '%.8s', from '%s'. ", printable(sigv4->date), sigv4->time, printable(claim->time_text));
	if (wrong.len > 0)
		dyn_error(DYN_E_INVALID_SIGNATURE, "%s", wrong.data);
}

/* Is the header among those that are signed? */
static bool
is_signed(DynSlice signed_headers, const char *name)
{
	const char *p = signed_headers.data;
	const char *end = p + signed_headers.len;

	while (p < end)
	{
		const char *stop = memchr(p, ';', end - p);

		if (stop == NULL)
			stop = end;
		if (dyn_slice_is((DynSlice) {p, stop - p}, name))
			return true;
		p = stop + 1;
	}
	return false;
}

/* An intercepted request must not be valid for another operation or another server, nor be explained. */
static void
check_signed_headers(const Claim *claim, const DynHttpRequest *request)
{
	if (!is_signed(claim->sigv4.signed_headers, "host"))
		dyn_error(DYN_E_INVALID_SIGNATURE, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	if (!is_signed(claim->sigv4.signed_headers, "x-amz-target"))
		dyn_error(DYN_E_INVALID_SIGNATURE, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
	if (dyn_http_header(request, "x-dynapg-explain").data != NULL && !is_signed(claim->sigv4.signed_headers, "x-dynapg-explain"))
		dyn_error(DYN_E_INVALID_SIGNATURE, "'" DYN_EXPLAIN_HEADER "' must be a 'SignedHeader' in the AWS Authorization.");
}

/* Reads the signature in either form; false when there is none. */
static bool
read_claim(Claim *claim, const DynHttpRequest *request)
{
	DynSlice	authorization = dyn_http_header(request, "authorization");
	DynQueryParam *params;

	claim->sigv4.nparams = dyn_sigv4_query(request, &params);
	claim->sigv4.params = params;
	claim->sigv4.presigned = param(&claim->sigv4, "X-Amz-Algorithm").data != NULL;
	if (authorization.data && claim->sigv4.presigned)
		dyn_error(DYN_E_INVALID_SIGNATURE,
				  "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
	if (claim->sigv4.presigned)
		read_query(claim);
	else if (authorization.len >= 5 && memcmp(authorization.data, "AWS4-", 5) == 0)
		read_header(claim, request, authorization);
	else
		return false;
	read_credential(claim);
	return true;
}

/* ---- the namespace ---- */

/* By the credential, which has been verified or, with trust, may be any. */
static void
find_namespace(const Claim *claim, DynAuthCaller *caller)
{
	bool		by_key = dyn_guc_http_namespaces & DYN_HTTP_NAMESPACES_ACCESS_KEY;
	bool		by_region = dyn_guc_http_namespaces & DYN_HTTP_NAMESPACES_REGION;

	if (dyn_guc_http_namespaces == 0)
		return;
	if (by_key && !dyn_namespace_text_is_key(claim->key_id))
		dyn_error(DYN_E_UNRECOGNIZED_CLIENT, UNKNOWN_TOKEN);
	if (by_region && !dyn_namespace_text_is_region(claim->sigv4.region))
		dyn_error(DYN_E_INVALID_SIGNATURE, WRONG_REGION);
	snprintf(caller->space, sizeof(caller->space), "%.*s%s%.*s", by_key ? (int) claim->key_id.len : 0, claim->key_id.data,
			 by_region ? "@" : "", by_region ? (int) claim->sigv4.region.len : 0, claim->sigv4.region.data);
}

/* With trust, a request without credentials may name its namespace in a header. */
static void
take_namespace(const DynHttpRequest *request, DynAuthCaller *caller)
{
	DynSlice	header = dyn_http_header(request, "x-dynapg-namespace");

	if (header.len == 0)
		return;
	if (header.len <= DYN_MAX_NAMESPACE)
		memcpy(caller->space, header.data, header.len);
	if (strlen(caller->space) != header.len || !dyn_namespace_text_is_legal(caller->space))
	{
		caller->space[0] = '\0';
		dyn_validation("X-Dynapg-Namespace is not KEY, @REGION or KEY@REGION");
	}
}

/* With trust, any credentials will do. */
static void
trust(const DynHttpRequest *request, DynAuthCaller *caller)
{
	Claim		claim = {.time = 0};

	if (dyn_guc_http_namespaces != 0 && read_claim(&claim, request))
		find_namespace(&claim, caller);
	else if (dyn_guc_http_namespaces != 0)
		take_namespace(request, caller);
	caller->role = dyn_caller_trust_role();
}

/* ---- the caller ---- */

void
dyn_auth_check(const DynHttpRequest *request, const DynOperation *operation, DynAuthCaller *caller)
{
	Claim		claim = {.time = 0};
	const DynAccessKey *key;

	if (dyn_guc_http_auth == DYN_HTTP_AUTH_TRUST)
	{
		trust(request, caller);
		return;
	}

	if (!read_claim(&claim, request))
		dyn_error(DYN_E_MISSING_AUTHENTICATION_TOKEN, "Request is missing Authentication Token");
	check_signed_headers(&claim, request);
	read_time(&claim);
	check_scope(&claim);
	key = dyn_caller_key(claim.key_id);
	if (claim.token.data)
		dyn_error(DYN_E_UNRECOGNIZED_CLIENT, UNKNOWN_TOKEN);
	check_time(&claim);
	if (!dyn_sigv4_matches(&claim.sigv4, request, key->secret))
		mismatch();
	find_namespace(&claim, caller);
	dyn_auth_enter(caller);		/* a refusal names the region */
	dyn_caller_admit(key, operation->name, request->body);
	caller->role = key->role;
}

void
dyn_auth_enter(const DynAuthCaller *caller)
{
	if (strcmp(caller->space, dyn_guc_namespace) != 0)	/* the configuration may have one */
		dyn_namespace_enter(caller->space);
}

char *
dyn_auth_denied(const DynAuthCaller *caller, const DynHttpRequest *request, const DynOperation *operation)
{
	dyn_auth_enter(caller);
	return dyn_caller_denied_text(caller->role, operation->name, request->body);
}
