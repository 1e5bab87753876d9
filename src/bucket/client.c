/*
 * client.c - requests to an endpoint that speaks the protocol of S3, over libcurl
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "bucket/client.h"
#include "bucket/sign.h"

#if __has_include(<curl/curl.h>)
#include <curl/curl.h>
/* The first one with curl_multi_poll. */
#if LIBCURL_VERSION_NUM >= 0x074200
#define DYN_HAVE_CURL
#endif
#endif

#ifndef DYN_HAVE_CURL

DynS3Client *
dyn_s3_client_open(const DynS3Account *account)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("this build of dynapg cannot use dynapg.s3_endpoint"),
					errdetail("It was built without libcurl 7.66 or newer."),
					errhint("Install libcurl4-openssl-dev and build dynapg again, or use dynapg.s3_directory.")));
}

void
dyn_s3_client_close(DynS3Client *client)
{
}

void
dyn_s3_client_call(DynS3Client *client, DynS3Call *call)
{
}

#else

#include <dlfcn.h>

#define CONNECT_TIMEOUT 10		/* seconds */
#define TIDY_TIMEOUT 5			/* seconds, for a request without a retry */
#define POLL 100				/* milliseconds between two checks for interrupts */
#define LEAST_ATTEMPTS 3
#define FIRST_PAUSE 100			/* milliseconds before the second attempt; doubles up to the longest */
#define LONGEST_PAUSE 5000

struct DynS3Client
{
	DynS3Account account;
	CURLM	   *multi;
	CURL	   *easy;
	char		error[CURL_ERROR_SIZE];
};

/* ---- the library ---- */

static struct
{
	bool		loaded;
	CURLcode	(*global_init) (long flags);
	CURL	   *(*easy_init) (void);
	void		(*easy_reset) (CURL *easy);
	void		(*easy_cleanup) (CURL *easy);
	CURLcode	(*setopt) (CURL *easy, CURLoption option,...);
	CURLcode	(*getinfo) (CURL *easy, CURLINFO info,...);
	const char *(*easy_strerror) (CURLcode code);
	CURLcode	(*easy_perform) (CURL *easy);
	struct curl_slist *(*slist_append) (struct curl_slist *list, const char *text);
	void		(*slist_free_all) (struct curl_slist *list);
	CURLM	   *(*multi_init) (void);
	CURLMcode	(*multi_cleanup) (CURLM *multi);
	CURLMcode	(*multi_add) (CURLM *multi, CURL *easy);
	CURLMcode	(*multi_remove) (CURLM *multi, CURL *easy);
	CURLMcode	(*multi_perform) (CURLM *multi, int *running);
	CURLMcode	(*multi_poll) (CURLM *multi, struct curl_waitfd *more, unsigned int count, int timeout, int *ready);
	CURLMsg    *(*multi_info_read) (CURLM *multi, int *left);
}			curl;

static void
find_function(void *library, const char *name, void *function)
{
	void	   *found = dlsym(library, name);

	if (found == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("libcurl has no function %s", name)));
	memcpy(function, &found, sizeof(found));
}

static void
load_curl(void)
{
	void	   *library;

	if (curl.loaded)
		return;
	library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE), errmsg("could not load libcurl, which dynapg.s3_endpoint needs: %s", dlerror()),
						errhint("Install libcurl4.")));
	find_function(library, "curl_global_init", &curl.global_init);
	find_function(library, "curl_easy_init", &curl.easy_init);
	find_function(library, "curl_easy_reset", &curl.easy_reset);
	find_function(library, "curl_easy_cleanup", &curl.easy_cleanup);
	find_function(library, "curl_easy_setopt", &curl.setopt);
	find_function(library, "curl_easy_getinfo", &curl.getinfo);
	find_function(library, "curl_easy_strerror", &curl.easy_strerror);
	find_function(library, "curl_easy_perform", &curl.easy_perform);
	find_function(library, "curl_slist_append", &curl.slist_append);
	find_function(library, "curl_slist_free_all", &curl.slist_free_all);
	find_function(library, "curl_multi_init", &curl.multi_init);
	find_function(library, "curl_multi_cleanup", &curl.multi_cleanup);
	find_function(library, "curl_multi_add_handle", &curl.multi_add);
	find_function(library, "curl_multi_remove_handle", &curl.multi_remove);
	find_function(library, "curl_multi_perform", &curl.multi_perform);
	find_function(library, "curl_multi_poll", &curl.multi_poll);
	find_function(library, "curl_multi_info_read", &curl.multi_info_read);
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not initialize libcurl")));
	curl.loaded = true;
}

DynS3Client *
dyn_s3_client_open(const DynS3Account *account)
{
	DynS3Client *client = palloc0_object(DynS3Client);

	load_curl();
	client->account = *account;
	client->multi = curl.multi_init();
	client->easy = curl.easy_init();
	if (client->multi && client->easy)
		return client;
	dyn_s3_client_close(client);
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

void
dyn_s3_client_close(DynS3Client *client)
{
	if (client->easy)
		curl.easy_cleanup(client->easy);
	if (client->multi)
		(void) curl.multi_cleanup(client->multi);
	client->easy = NULL;
	client->multi = NULL;
}

/* ---- what libcurl calls ---- */

static size_t
take_body(char *data, size_t size, size_t count, void *arg)
{
	DynS3Call  *call = arg;
	size_t		len = size * count;
	size_t		fits = call->len < call->room ? Min(len, call->room - call->len) : 0;

	if (fits > 0)
		memcpy(call->reply + call->len, data, fits);
	call->len += len;
	return len;
}

static size_t
take_header(char *data, size_t size, size_t count, void *arg)
{
	DynS3Call  *call = arg;
	size_t		len = size * count;
	size_t		from = strlen("etag:");

	if (len <= from || pg_strncasecmp(data, "etag:", from) != 0)
		return len;
	while (from < len && data[from] == ' ')
		from++;
	for (size_t i = from; i < len && i - from < sizeof(call->etag) - 1 && data[i] > ' '; i++)
	{
		call->etag[i - from] = data[i];
		call->etag[i - from + 1] = '\0';
	}
	return len;
}

/* ---- a request ---- */

static struct curl_slist *
add_header(struct curl_slist *headers, const char *name, const char *value)
{
	char	   *line = psprintf(value[0] ? "%s: %s" : "%s:", name, value);
	struct curl_slist *longer = curl.slist_append(headers, line);

	pfree(line);
	return longer ? longer : headers;
}

/* The host of the endpoint, and the rest of its URL. */
static char *
split_endpoint(const char *endpoint, const char **path)
{
	const char *host = strstr(endpoint, "://") + 3;
	const char *slash = strchr(host, '/');

	*path = slash ? slash : "";
	return slash ? pnstrdup(host, slash - host) : pstrdup(host);
}

static struct curl_slist *
add_signature(struct curl_slist *headers, const DynS3Client *client, const DynS3Call *call)
{
	const DynS3Account *account = &client->account;
	const char *base;
	DynS3Signing signing = {
		.method = call->method,.query = call->query,.body = call->body,.body_len = call->body_len,.region = account->region,
		.access_key = account->access_key,.secret_key = account->secret_key,.session_token = account->session_token,.now = time(NULL)
	};
	DynS3Signature signature;

	signing.host = split_endpoint(account->endpoint, &base);
	signing.path = psprintf("%s%s", base, call->path);
	dyn_s3_sign(&signing, &signature);
	headers = add_header(headers, "Host", signing.host);
	headers = add_header(headers, "x-amz-content-sha256", signature.content_sha256);
	headers = add_header(headers, "x-amz-date", signature.date);
	if (account->session_token)
		headers = add_header(headers, "x-amz-security-token", account->session_token);
	return add_header(headers, "Authorization", signature.authorization);
}

static struct curl_slist *
headers_of(const DynS3Client *client, const DynS3Call *call)
{
	struct curl_slist *headers = add_header(NULL, "Expect", "");

	if (call->body)
		headers = add_header(headers, "Content-Type", "application/octet-stream");
	if (call->md5)
		headers = add_header(headers, "Content-MD5", call->md5);
	if (call->if_match)
		headers = add_header(headers, "If-Match", call->if_match);
	return client->account.access_key ? add_signature(headers, client, call) : headers;
}

static void
set_options(DynS3Client *client, DynS3Call *call, struct curl_slist *headers)
{
	CURL	   *easy = client->easy;
	char	   *url = psprintf("%s%s%s%s", client->account.endpoint, call->path, call->query ? "?" : "", call->query ? call->query : "");

	curl.easy_reset(easy);
	client->error[0] = '\0';
	curl.setopt(easy, CURLOPT_ERRORBUFFER, client->error);
	curl.setopt(easy, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl.setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl.setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl.setopt(easy, CURLOPT_PROXY, "");
	curl.setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl.setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl.setopt(easy, CURLOPT_CONNECTTIMEOUT, (long) Min(CONNECT_TIMEOUT, dyn_guc_s3_timeout));
	curl.setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl.setopt(easy, CURLOPT_LOW_SPEED_TIME, (long) dyn_guc_s3_timeout);
	if (call->once)
		curl.setopt(easy, CURLOPT_TIMEOUT, (long) TIDY_TIMEOUT);
	curl.setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl.setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl.setopt(easy, CURLOPT_WRITEDATA, call);
	curl.setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl.setopt(easy, CURLOPT_HEADERDATA, call);
	if (call->body)
	{
		curl.setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) call->body_len);
		curl.setopt(easy, CURLOPT_POSTFIELDS, call->body);
	}
	curl.setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
	if (call->last > 0)
		curl.setopt(easy, CURLOPT_RANGE, psprintf("%lld-%lld", (long long) call->first, (long long) call->last));
}

/*
 * Lets libcurl work on the request until it is done. Interrupts are checked between its calls, where they may raise an error.
 *
 */
static CURLcode
run_request(DynS3Client *client)
{
	int			running = 1;
	int			left;
	CURLMsg    *message;
	CURLcode	result = CURLE_FAILED_INIT;

	while (running > 0)
	{
		if (curl.multi_perform(client->multi, &running) != CURLM_OK)
			return CURLE_FAILED_INIT;
		if (running > 0)
			(void) curl.multi_poll(client->multi, NULL, 0, POLL, NULL);
		CHECK_FOR_INTERRUPTS();
	}
	while ((message = curl.multi_info_read(client->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			result = message->data.result;
	return result;
}

/* The same, and ends the request in any case. */
static pg_noinline CURLcode
work_and_leave(DynS3Client *client)
{
	volatile CURLcode result = CURLE_FAILED_INIT;

	if (curl.multi_add(client->multi, client->easy) != CURLM_OK)
		return result;
	PG_TRY();
	{
		result = run_request(client);
	}
	PG_FINALLY();
	{
		(void) curl.multi_remove(client->multi, client->easy);
	}
	PG_END_TRY();
	return result;
}

/* One attempt. */
static CURLcode
attempt(DynS3Client *client, DynS3Call *call)
{
	struct curl_slist *headers = headers_of(client, call);
	CURLcode	result = CURLE_FAILED_INIT;

	call->status = 0;
	call->len = 0;
	call->etag[0] = '\0';
	set_options(client, call, headers);
	if (call->once)
		result = curl.easy_perform(client->easy);
	else
		result = work_and_leave(client);
	(void) curl.getinfo(client->easy, CURLINFO_RESPONSE_CODE, &call->status);
	curl.slist_free_all(headers);
	return result;
}

static bool
may_pass(CURLcode result, long status)
{
	switch (result)
	{
		case CURLE_OK:
			return status == 429 || status == 500 || status == 502 || status == 503 || status == 504 || status == 0;
		case CURLE_URL_MALFORMAT:
		case CURLE_UNSUPPORTED_PROTOCOL:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CACERT_BADFILE:
			return false;
		default:
			return true;
	}
}

static void
pause_for(long milliseconds)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);
	long		left;

	while ((left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end)) > 0)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

pg_attribute_noreturn() static void
give_up(const DynS3Client *client, const DynS3Call *call, CURLcode result)
{
	if (result != CURLE_OK || call->status == 0)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3Unavailable", "The endpoint of the bucket does not answer: %s",
					client->error[0] ? client->error : curl.easy_strerror(result));
	dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3Unavailable", "The endpoint of the bucket answers with status %ld",
					  call->status);
}

void
dyn_s3_client_call(DynS3Client *client, DynS3Call *call)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), (int64) dyn_guc_s3_timeout * 2000);
	long		pause = FIRST_PAUSE;

	for (int i = 1;; i++)
	{
		CURLcode	result = attempt(client, call);
		bool		again = may_pass(result, call->status);

		if (call->once || (result == CURLE_OK && !again))
			return;
		if (!again || (i >= LEAST_ATTEMPTS && GetCurrentTimestamp() >= end))
			give_up(client, call, result);
		pause_for(pause);
		pause = Min(pause * 2, LONGEST_PAUSE);
	}
}

#endif							/* DYN_HAVE_CURL */
