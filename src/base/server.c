/*
 * server.c - what kind of server this is
 */
#include "postgres.h"

#include <sys/stat.h>

#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "utils/guc.h"

#include "base/server.h"

/* Do the permissions of the Unix sockets admit only the server's own account? */
static bool
sockets_are_private(void)
{
	/* the variable's header needs those of Kerberos, which may be missing */
	return (atoi(GetConfigOption("unix_socket_permissions", false, false)) & (S_IRWXG | S_IRWXO)) == 0;
}

const char *
dyn_server_is_private(void)
{
	if (!IsPostmasterEnvironment)
		return "it is a single session without other processes";
	if (IsBinaryUpgrade)
		return "the server runs in binary upgrade mode";
	if (ListenAddresses[strspn(ListenAddresses, " ")] == '\0' && sockets_are_private())
		return "listen_addresses is empty, and unix_socket_permissions admits nobody but the server's own account";
	return NULL;
}
