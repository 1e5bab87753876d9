/*
 * listen.c - the sockets that the HTTP front listens on
 *
 * Layer 4 (http).
 */
#include "postgres.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/guc.h"
#include "http/listen.h"
#include "utils/varlena.h"

#define BACKLOG 1024

typedef struct Opening
{
	int		   *sockets;
	int			count;
} Opening;

/* Called with each address that a name stands for; false ends it. */
typedef bool (*AddressVisitor) (const char *name, const struct addrinfo *address, void *argument);

static bool
visit_name(const char *name, AddressVisitor visitor, void *argument)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *addresses;
	char		port[16];
	bool		goes_on = true;
	int			rc;

	snprintf(port, sizeof(port), "%d", dyn_guc_http_port);
	rc = getaddrinfo(strcmp(name, "*") == 0 ? NULL : name, port, &hints, &addresses);
	if (rc != 0)
	{
		ereport(LOG, errmsg("could not translate host name \"%s\" of dynapg.http_listen_addresses: %s", name, gai_strerror(rc)));
		return true;
	}
	for (struct addrinfo *address = addresses; address && goes_on; address = address->ai_next)
		goes_on = visitor(name, address, argument);
	freeaddrinfo(addresses);
	return goes_on;
}

static void
visit_addresses(AddressVisitor visitor, void *argument)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitGUCList(pstrdup(dyn_guc_http_listen_addresses), ',', &names))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("invalid list syntax in parameter \"%s\"", "dynapg.http_listen_addresses"));
	foreach(cell, names)
	{
		if (!visit_name(lfirst(cell), visitor, argument))
			return;
	}
}

static bool
look_for_remote(const char *name, const struct addrinfo *address, void *argument)
{
	bool	   *local = argument;

	if (address->ai_family == AF_INET)
		*local = (ntohl(((struct sockaddr_in *) address->ai_addr)->sin_addr.s_addr) >> 24) == 127;
	else if (address->ai_family == AF_INET6)
		*local = IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *) address->ai_addr)->sin6_addr);
	else
		*local = false;
	return *local;
}

bool
dyn_listen_is_local(void)
{
	bool		local = true;

	visit_addresses(look_for_remote, &local);
	return local;
}

/* A listening socket, or -1 with errno. */
static int
open_socket(const struct addrinfo *address)
{
	int			on = 1;
	int			fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int			error;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
		(address->ai_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
		bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool
open_address(const char *name, const struct addrinfo *address, void *argument)
{
	Opening    *opening = argument;
	int			fd;

	if (opening->count == DYN_MAX_HTTP_SOCKETS)
		return false;
	fd = open_socket(address);
	if (fd >= 0)
		opening->sockets[opening->count++] = fd;
	else
		ereport(LOG,
				errmsg("could not listen for HTTP on %s address of \"%s\", port %d: %m",
					   address->ai_family == AF_INET6 ? "the IPv6" : "the IPv4", name, dyn_guc_http_port));
	return true;
}

int
dyn_listen_open(int *sockets)
{
	Opening		opening = {sockets, 0};

	visit_addresses(open_address, &opening);
	if (opening.count == 0)
		ereport(ERROR,
				errcode(ERRCODE_CONNECTION_FAILURE),
				errmsg("could not listen for HTTP on any address of \"%s\", port %d", dyn_guc_http_listen_addresses, dyn_guc_http_port));
	return opening.count;
}
