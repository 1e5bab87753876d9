/*
 * addresses.c - a system whose names and addresses change, for LD_PRELOAD
 *
 * moving.test stands for the addresses in the file ADDRESSES_FILE, one in each line; without any there is no such name.
 * localhost stands for ADDRESSES_LOCALHOST, if that is set.  With ADDRESSES_NO_IPV6 there is no IPv6.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*GetAddrInfo) (const char *, const char *, const struct addrinfo *, struct addrinfo **);
typedef int (*Socket) (int, int, int);

/* The addresses of the file as one list. */
static int
moving(GetAddrInfo real, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	struct addrinfo **next = result;
	char		line[128];
	FILE	   *file = fopen(getenv("ADDRESSES_FILE"), "r");

	*result = NULL;
	while (file && fgets(line, sizeof(line), file))
	{
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || real(line, service, hints, next) != 0)
			continue;
		while (*next)
			next = &(*next)->ai_next;
	}
	if (file)
		fclose(file);
	return *result ? 0 : EAI_NONAME;
}

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	GetAddrInfo real = (GetAddrInfo) dlsym(RTLD_NEXT, "getaddrinfo");
	const char *localhost = getenv("ADDRESSES_LOCALHOST");

	if (name && strcmp(name, "moving.test") == 0)
		return moving(real, service, hints, result);
	return real(name && localhost && strcmp(name, "localhost") == 0 ? localhost : name, service, hints, result);
}

int
socket(int family, int type, int protocol)
{
	Socket		real = (Socket) dlsym(RTLD_NEXT, "socket");

	if (family == AF_INET6 && getenv("ADDRESSES_NO_IPV6"))
	{
		errno = EAFNOSUPPORT;
		return -1;
	}
	return real(family, type, protocol);
}
