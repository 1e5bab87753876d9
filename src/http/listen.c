/*
 * listen.c - the sockets that the HTTP front listens on
 *
 * The postmaster translates the names once, reserves the ports and starts the workers, which inherit the list of addresses.
 * Each worker opens sockets of its own on them with SO_REUSEPORT, so that the kernel spreads connections over the workers.
 */
#include "postgres.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/guc.h"
#include "base/served.h"
#include "http/listen.h"
#include "http/port_lock.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

#define BACKLOG 1024

typedef struct Address
{
	const char *name;			/* its name in the setting */
	bool		optional;		/* the machine need not have it */
	socklen_t	len;
	struct sockaddr_storage value;
} Address;

/* Filled in by the postmaster; its workers inherit them. */
static Address addresses[DYN_MAX_HTTP_SOCKETS];
static int	naddresses = 0;

static const struct sockaddr *
value_of(const Address *address)
{
	return (const struct sockaddr *) &address->value;
}

static const char *
family_of(const Address *address)
{
	return value_of(address)->sa_family == AF_INET6 ? "the IPv6" : "the IPv4";
}

static bool
is_known(const struct addrinfo *info)
{
	for (int i = 0; i < naddresses; i++)
	{
		if (addresses[i].len == info->ai_addrlen && memcmp(&addresses[i].value, info->ai_addr, info->ai_addrlen) == 0)
			return true;
	}
	return false;
}

/* Translates the host into the addresses that the name stands for. */
static void
add_addresses(const char *name, const char *host, bool optional)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *infos;
	int			rc = getaddrinfo(host, "0", &hints, &infos);

	if (rc != 0)
	{
		ereport(LOG, errmsg("could not translate host name \"%s\" of dynapg.http_listen_addresses: %s", name, gai_strerror(rc)));
		return;
	}
	for (const struct addrinfo *info = infos; info && naddresses < DYN_MAX_HTTP_SOCKETS; info = info->ai_next)
	{
		Address    *address = &addresses[naddresses];

		if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) || is_known(info))
			continue;
		address->name = name;
		address->optional = optional;
		address->len = info->ai_addrlen;
		memcpy(&address->value, info->ai_addr, info->ai_addrlen);
		naddresses++;
	}
	freeaddrinfo(infos);
}

void
dyn_listen_resolve(void)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	List	   *names;
	ListCell   *cell;

	if (!SplitGUCList(pstrdup(dyn_guc_http_listen_addresses), ',', &names))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("invalid list syntax in parameter \"%s\"", "dynapg.http_listen_addresses"));
	foreach(cell, names)
	{
		const char *name = lfirst(cell);

		if (pg_strcasecmp(name, "localhost") != 0)
		{
			add_addresses(name, strcmp(name, "*") == 0 ? NULL : name, false);
			continue;
		}
		/* clients may use either, and the machine may be without IPv6 */
		add_addresses(name, "127.0.0.1", false);
		add_addresses(name, "::1", true);
	}
	MemoryContextSwitchTo(caller);
}

static bool
is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *) address)->sin6_addr);
}

bool
dyn_listen_is_local(void)
{
	for (int i = 0; i < naddresses; i++)
	{
		if (!is_loopback(value_of(&addresses[i])))
			return false;
	}
	return true;
}

/* Reserves a port on one address; false if another server has it. */
static bool
reserve(const Address *address, int port)
{
	pid_t		holder;

	switch (dyn_port_lock_take(value_of(address), port, &holder))
	{
		case DYN_PORT_LOCK_TAKEN:
			return true;
		case DYN_PORT_LOCK_FAILED:
			/* a server without this protection is better than none */
			ereport(WARNING, errmsg("could not reserve port %d for HTTP: %m", port),
					errdetail("Another server of the same account could serve requests on it, too."));
			return true;
		case DYN_PORT_LOCK_HELD:
			break;
	}
	ereport(WARNING,
			errmsg("dynapg does not serve HTTP: another server has port %d on %s address of \"%s\"", port,
				   family_of(address), address->name),
			holder > 0 ? errdetail("It is the server with process ID %d.", (int) holder) : 0,
			errhint("Set another dynapg.http_port, or stop that server, and restart this one."));
	return false;
}

bool
dyn_listen_reserve(void)
{
	if (naddresses == 0)
		ereport(WARNING,
				errmsg("dynapg does not serve HTTP: there is no address in dynapg.http_listen_addresses, which is \"%s\"",
					   dyn_guc_http_listen_addresses));
	for (int i = 0; i < naddresses * dyn_served_count(); i++)
	{
		if (reserve(&addresses[i % naddresses], dyn_served_port(i / naddresses)))
			continue;
		dyn_port_lock_release();
		return false;
	}
	return naddresses > 0;
}

static struct sockaddr_storage
with_port(const Address *address, int port)
{
	struct sockaddr_storage value = address->value;

	if (value.ss_family == AF_INET6)
		((struct sockaddr_in6 *) &value)->sin6_port = htons((uint16) port);
	else
		((struct sockaddr_in *) &value)->sin_port = htons((uint16) port);
	return value;
}

/* A listening socket, or -1 with errno. */
static int
open_socket(const Address *address, int port)
{
	struct sockaddr_storage value = with_port(address, port);
	int			on = 1;
	int			family = value_of(address)->sa_family;
	int			fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int			error;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
		(family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0) &&
		bind(fd, (const struct sockaddr *) &value, address->len) == 0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Does the error say that the machine has no such address? */
static bool
is_absent(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

int
dyn_listen_open(int port, int *sockets)
{
	int			count = 0;

	for (int i = 0; i < naddresses; i++)
	{
		const Address *address = &addresses[i];
		int			fd = open_socket(address, port);
		int			level = address->optional && is_absent(errno) ? DEBUG1 : LOG;

		if (fd >= 0)
			sockets[count++] = fd;
		else
			ereport(level,
					errmsg("could not listen for HTTP on %s address of \"%s\", port %d: %m", family_of(address), address->name,
						   port));
	}
	if (count == 0)
		ereport(ERROR,
				errcode(ERRCODE_CONNECTION_FAILURE),
				errmsg("could not listen for HTTP on any address of \"%s\", port %d", dyn_guc_http_listen_addresses, port));
	return count;
}
