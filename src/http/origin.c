/*
 * origin.c - the host names by which a request may come when it needs no credentials
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/guc.h"
#include "http/origin.h"
#include "utils/varlena.h"

#define MAX_HOST	253			/* bytes of a name in the DNS; addresses are shorter */

/* The characters of host names, addresses and ports: a refusal repeats only these. */
static bool
is_plain(DynSlice text)
{
	if (text.len > MAX_HOST)
		return false;
	for (uint32 i = 0; i < text.len; i++)
	{
		char		c = text.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
			memchr("-._:[]/", c, 7) == NULL)
			return false;
	}
	return true;
}

static bool
is_port(DynSlice text)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

/*
 * Copies the host of "host", "host:port", "[address]" or "[address]:port" without brackets and without the dot that may
 * end a name.  False for anything else.
 */
static bool
take_host(DynSlice authority, char host[MAX_HOST + 1])
{
	bool		bracketed = authority.len > 0 && authority.data[0] == '[';
	const char *start = authority.data + (bracketed ? 1 : 0);
	const char *end = authority.data + authority.len;
	const char *stop = memchr(start, bracketed ? ']' : ':', end - start);
	const char *rest;
	size_t		len;

	if (bracketed && stop == NULL)
		return false;
	rest = bracketed ? stop + 1 : stop;
	if (rest && rest < end && (*rest != ':' || !is_port((DynSlice) {rest + 1, end - rest - 1})))
		return false;
	len = (stop ? stop : end) - start;
	if (len > 0 && !bracketed && start[len - 1] == '.')
		len--;
	if (len == 0 || len > MAX_HOST || memchr(start, '\0', len))
		return false;
	memcpy(host, start, len);
	host[len] = '\0';
	return true;
}

/* Does it always mean this machine, however it is resolved? */
static bool
is_loopback(const char *host)
{
	static const char suffix[] = ".localhost";
	size_t		len = strlen(host);
	size_t		suffix_len = sizeof(suffix) - 1;
	struct in_addr address;
	struct in6_addr address6;

	if (inet_pton(AF_INET, host, &address) == 1)
		return (ntohl(address.s_addr) >> 24) == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, host, &address6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&address6) || (IN6_IS_ADDR_V4MAPPED(&address6) && address6.s6_addr[12] == IN_LOOPBACKNET);
	return pg_strcasecmp(host, suffix + 1) == 0 ||
		(len > suffix_len && pg_strcasecmp(host + len - suffix_len, suffix) == 0);
}

/* Is it in dynapg.http_allowed_hosts? */
static bool
is_listed(const char *host)
{
	List	   *names;
	ListCell   *cell;

	if (dyn_guc_http_allowed_hosts[0] == '\0' || !SplitGUCList(pstrdup(dyn_guc_http_allowed_hosts), ',', &names))
		return false;
	foreach(cell, names)
	{
		char		name[MAX_HOST + 1];
		const char *listed = lfirst(cell);

		/* an address of version 6 may be listed without brackets */
		if (!take_host((DynSlice) {listed, strlen(listed)}, name))
			strlcpy(name, listed, sizeof(name));
		if (pg_strcasecmp(name, host) == 0)
			return true;
	}
	return false;
}

/* Is every host allowed, even a malformed one? The setting allows "*" only as a whole entry. */
static bool
all_are_allowed(void)
{
	return strchr(dyn_guc_http_allowed_hosts, '*') != NULL;
}

static bool
is_allowed(DynSlice authority)
{
	char		host[MAX_HOST + 1];

	return all_are_allowed() || (take_host(authority, host) && (is_loopback(host) || is_listed(host)));
}

bool
dyn_origin_is_allowed(DynSlice origin)
{
	const char *scheme_end = memmem(origin.data, origin.len, "://", 3);

	/* an origin without a host, such as "null" for a sandboxed page or a file, may be anybody's */
	if (scheme_end == NULL)
		return all_are_allowed();
	return is_allowed((DynSlice) {scheme_end + 3, origin.data + origin.len - scheme_end - 3});
}

static const char *
refusal(const char *header, DynSlice value)
{
	const char *rule = "dynapg.http_auth is trust: only names of this machine are served, and those in dynapg.http_allowed_hosts";

	if (!is_plain(value))
		return psprintf("The request's %s is not allowed. %s.", header, rule);
	return psprintf("The request's %s \"%.*s\" is not allowed. %s.", header, (int) value.len, value.data, rule);
}

const char *
dyn_origin_refuses(const DynHttpRequest *request)
{
	DynSlice	host = dyn_http_header(request, "host");

	if (dyn_guc_http_auth != DYN_HTTP_AUTH_TRUST)
		return NULL;
	/* a request without a host, as in HTTP/1.0, does not come from a browser */
	if (host.len > 0 && !is_allowed(host))
		return refusal("Host", host);
	for (int i = 0; i < request->nheaders; i++)
	{
		const DynHttpHeader *header = &request->headers[i];

		if (header->name.len == strlen("origin") && pg_strncasecmp(header->name.data, "origin", header->name.len) == 0 &&
			!dyn_origin_is_allowed(header->value))
			return refusal("Origin", header->value);
	}
	return NULL;
}
